//! Lists the file mappings of a process, as `/proc/PID/maps` shows them.
//!
//! They are queried one by one with `PROCMAP_QUERY` (Linux 6.11), which skips anonymous memory and
//! formats no text. Older kernels provide only the text of `maps`.
#![allow(unsafe_code)]

use std::io::Read;
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::io::Errno;

use crate::os::file_users::{Identity, MappedRange};

/// `struct procmap_query` of `<linux/fs.h>`.
#[repr(C)]
#[derive(Default)]
struct MapQuery {
    size: u64,
    flags: u64,
    address: u64,
    start: u64,
    end: u64,
    vma_flags: u64,
    page_size: u64,
    offset: u64,
    inode: u64,
    major: u32,
    minor: u32,
    name_size: u32,
    build_id_size: u32,
    name_address: u64,
    build_id_address: u64,
}

const PROCMAP_QUERY: libc::Ioctl = 0xC068_6611_u32 as libc::Ioctl;
const COVERING_OR_NEXT: u64 = 0x10;
const FILE_BACKED: u64 = 0x20;
const READABLE: u64 = 0x1;
const WRITABLE: u64 = 0x2;
const EXECUTABLE: u64 = 0x4;
const SHARED: u64 = 0x8;

/// Calls `found` for each file-backed mapping of `maps`.
pub(super) fn each_mapping(maps: &OwnedFd, mut found: impl FnMut(MappedRange, Identity)) -> Result<(), Errno> {
    let mut address = 0;
    loop {
        let mut query = MapQuery {
            size: size_of::<MapQuery>() as u64,
            flags: COVERING_OR_NEXT | FILE_BACKED,
            address,
            ..MapQuery::default()
        };
        // SAFETY: `query` is `struct procmap_query` with its own size set and no buffers for names,
        // so the kernel reads and writes only that struct. Every bit pattern is a valid value of
        // its integer fields.
        if unsafe { libc::ioctl(maps.as_raw_fd(), PROCMAP_QUERY, &mut query) } != 0 {
            return match Errno::from_io_error(&std::io::Error::last_os_error()) {
                // No mapping at a higher address, or no memory at all, as for kernel threads.
                Some(Errno::NOENT | Errno::SRCH) => Ok(()),
                // Kernels before Linux 6.11 lack the request, and emulators and sandboxes each
                // refuse it differently.
                Some(Errno::NOTTY | Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) if address == 0 => {
                    each_mapping_as_text(maps, found)
                }
                Some(errno) => Err(errno),
                None => Err(Errno::IO),
            };
        }
        let is = |flag| query.vma_flags & flag != 0;
        let mapping = MappedRange {
            start: query.start,
            end: query.end,
            offset: query.offset,
            read: is(READABLE),
            write: is(WRITABLE),
            execute: is(EXECUTABLE),
            shared: is(SHARED),
        };
        found(mapping, Identity { major: query.major, minor: query.minor, inode: query.inode });
        address = query.end;
    }
}

fn each_mapping_as_text(maps: &OwnedFd, found: impl FnMut(MappedRange, Identity)) -> Result<(), Errno> {
    let mut text = Vec::new();
    let copy = rustix::io::dup(maps)?;
    std::fs::File::from(copy)
        .read_to_end(&mut text)
        .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    each_line(&text, found);
    Ok(())
}

/// Parses the text of `/proc/PID/maps`, skipping mappings that are not file-backed.
pub(super) fn each_line(text: &[u8], mut found: impl FnMut(MappedRange, Identity)) {
    for line in text.split(|&byte| byte == b'\n') {
        if let Some((mapping, identity)) = parse_line(line).filter(|(_, identity)| identity.inode != 0) {
            found(mapping, identity);
        }
    }
}

/// Parses `START-END MODE OFFSET MAJOR:MINOR INODE PATH`. All numbers but the inode are
/// hexadecimal.
fn parse_line(line: &[u8]) -> Option<(MappedRange, Identity)> {
    let mut fields = line.splitn(6, |&byte| byte == b' ').map(std::str::from_utf8);
    let mut field = || fields.next()?.ok();
    let hex = |text: &str| u64::from_str_radix(text, 16).ok();
    let (start, end) = field()?.split_once('-')?;
    let mode = field()?.as_bytes();
    let offset = hex(field()?)?;
    let (major, minor) = field()?.split_once(':')?;
    let inode = field()?.parse().ok()?;
    let &[read, write, execute, kind] = mode else { return None };
    let mapping = MappedRange {
        start: hex(start)?,
        end: hex(end)?,
        offset,
        read: read == b'r',
        write: write == b'w',
        execute: execute == b'x',
        shared: kind == b's',
    };
    let identity = Identity { major: hex(major)? as u32, minor: hex(minor)? as u32, inode };
    Some((mapping, identity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_maps() {
        let line = b"7f2b40a00000-7f2b40c28000 r-xp 00028000 fe:00 1234   /usr/lib/with space.so";
        let (mapping, identity) = parse_line(line).unwrap();
        assert_eq!(mapping.start, 0x7f2b_40a0_0000);
        assert_eq!(mapping.end, 0x7f2b_40c2_8000);
        assert_eq!(mapping.offset, 0x28000);
        assert_eq!(mapping.mode(), "r-xp");
        assert_eq!(identity, Identity { major: 0xfe, minor: 0, inode: 1234 });
        assert_eq!(parse_line(b""), None);
        assert_eq!(parse_line(b"Size:  4 kB"), None);
    }

    #[test]
    fn asking_and_reading_agree_about_this_process() {
        let open = || OwnedFd::from(std::fs::File::open("/proc/self/maps").unwrap());
        // Other tests' threads map and unmap memory, but the program's own mappings stay.
        let program = std::fs::metadata(std::env::current_exe().unwrap()).unwrap();
        let inode = std::os::unix::fs::MetadataExt::ino(&program);
        let mut queried = Vec::new();
        each_mapping(&open(), |mapping, identity| queried.push((mapping, identity))).unwrap();
        let mut read = Vec::new();
        // Without PROCMAP_QUERY, the first call has read the text to its end.
        each_mapping_as_text(&open(), |mapping, identity| read.push((mapping, identity))).unwrap();
        queried.retain(|(_, identity)| identity.inode == inode);
        read.retain(|(_, identity)| identity.inode == inode);
        if read.is_empty() {
            // qemu's user mode shows its own maps there.
            crate::skipped::skip("a /proc/self/maps that lists this program");
        }
        assert_eq!(queried, read);
    }
}
