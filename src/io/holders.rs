//! Which processes have a file mapped, and which have it open.
//!
//! `/proc` is the only place that knows. A process's memory areas are asked for one by one with `PROCMAP_QUERY` (Linux 6.11),
//! which skips what is not a file and costs no text; older kernels give the text of `maps`. Processes of other users are
//! often not ours to look at: they are counted, so that "nobody" is never said of what was not seen. A glance looks at the
//! newest processes only, and says so.
#![allow(unsafe_code)]

use std::io::Read;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::fs::{AtFlags, Mode, OFlags, SeekFrom};
use rustix::io::Errno;

/// What tells a file from every other, as `/proc` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Major number of the device.
    pub major: u32,
    /// Minor number of the device.
    pub minor: u32,
    /// Inode number on it.
    pub inode: u64,
}

/// A file to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// As `stat` reports it, which is how descriptors are recognised.
    pub reported: Identity,
    /// As `/proc/PID/maps` shows it: with the device of the whole file system, which on btrfs and overlayfs is another one.
    pub mapped: Identity,
}

/// A part of a file in a process's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// First address.
    pub start: u64,
    /// Address after the last.
    pub end: u64,
    /// Where in the file it begins, in bytes.
    pub offset: u64,
    /// The process may read it.
    pub read: bool,
    /// The process may write it.
    pub write: bool,
    /// The process may run it.
    pub execute: bool,
    /// Writes go to the file (`MAP_SHARED`), rather than to a private copy.
    pub shared: bool,
}

impl Area {
    /// The mode as `/proc/PID/maps` writes it, such as `r-xp` or `rw-s`.
    pub fn mode(&self) -> String {
        let flag = |set, letter| if set { letter } else { '-' };
        let kind = if self.shared { 's' } else { 'p' };
        [flag(self.read, 'r'), flag(self.write, 'w'), flag(self.execute, 'x'), kind].iter().collect()
    }
}

/// An open descriptor of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// Its number.
    pub number: u32,
    /// Opened for reading.
    pub read: bool,
    /// Opened for writing.
    pub write: bool,
}

/// A process that has a file mapped or open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// Its command name, at most 15 bytes of whatever it called itself.
    pub command: Vec<u8>,
    /// Where it has the file mapped.
    pub areas: Vec<Area>,
    /// Where it has the file open.
    pub descriptors: Vec<Descriptor>,
}

impl Wanted {
    /// A file that `stat` reports as `reported`. Where the device has no disk under it (major number 0), one page of `file` is
    /// mapped, and never touched, to see what the kernel calls it in `maps`.
    pub fn new(reported: Identity, file: Option<BorrowedFd<'_>>) -> Wanted {
        let mapped = if reported.major == 0 { file.and_then(mapped_identity) } else { None };
        Wanted { reported, mapped: mapped.unwrap_or(reported) }
    }
}

fn mapped_identity(file: BorrowedFd<'_>) -> Option<Identity> {
    let length = rustix::param::page_size();
    // SAFETY: a new mapping at an address of the kernel's choosing, whose bytes are never looked at.
    let address = unsafe {
        rustix::mm::mmap(
            std::ptr::null_mut(),
            length,
            rustix::mm::ProtFlags::READ,
            rustix::mm::MapFlags::PRIVATE,
            file,
            0,
        )
    }
    .ok()?;
    let mut found = None;
    if let Ok(maps) = std::fs::read("/proc/self/maps") {
        each_line(&maps, |area, identity| {
            if area.start <= address as u64 && (address as u64) < area.end {
                found = Some(identity);
            }
        });
    }
    // SAFETY: the range is the mapping made above, which nothing refers to.
    let _ = unsafe { rustix::mm::munmap(address, length) };
    found
}

/// How much of `/proc` was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Whether every process was looked for, rather than the newest only.
    pub all: bool,
    /// Processes looked into.
    pub looked_into: usize,
    /// Processes that may not be looked into.
    pub denied: usize,
}

/// The holders of each of the files asked about, in the order asked and by process number.
#[derive(Debug, Default)]
pub struct Scan {
    /// One list a file.
    pub holders: Vec<Vec<Holder>>,
    /// How much was seen.
    pub coverage: Coverage,
}

impl Scan {
    fn of(files: &[Wanted]) -> Scan {
        Scan { holders: vec![Vec::new(); files.len()], coverage: Coverage::default() }
    }

    fn look_into(&mut self, proc: BorrowedFd<'_>, pid: u32, files: &[Wanted], descriptors: bool) {
        match look_into(proc, pid, files, descriptors, &mut self.holders) {
            Ok(()) => self.coverage.looked_into += 1,
            // Gone since it was listed.
            Err(Errno::NOENT | Errno::SRCH) => {}
            Err(_) => self.coverage.denied += 1,
        }
    }

    fn sorted(mut self) -> Scan {
        for holders in &mut self.holders {
            holders.sort_by_key(|holder| holder.pid);
        }
        self
    }
}

/// Looks for the processes that have any of `files` mapped and, with `descriptors`, open. This process itself is left out.
///
/// # Errors
/// Where there is no `/proc` to read.
pub fn scan(files: &[Wanted], descriptors: bool) -> Result<Scan, Errno> {
    let proc = open_proc()?;
    let mut scan = Scan::of(files);
    scan.coverage.all = true;
    let own = std::process::id();
    for pid in numbers_in(proc.as_fd())?.into_iter().filter(|&pid| pid != own) {
        scan.look_into(proc.as_fd(), pid, files, descriptors);
    }
    Ok(scan.sorted())
}

/// Looks for mappings of `files` in the newest processes, for about as long as `budget` of processor time, so that a machine
/// of very many processes makes no one wait. Newest is taken to be the next lower process number, from this process down.
///
/// # Errors
/// Where there is no `/proc` to read.
pub fn glance(files: &[Wanted], budget: Duration) -> Result<Scan, Errno> {
    let proc = open_proc()?;
    let mut scan = Scan::of(files);
    let begun = processor_time();
    let mut end = u64::from(std::process::id());
    let mut span = 32;
    while end > 1 {
        let start = end.saturating_sub(span).max(1);
        for pid in processes_between(proc.as_fd(), start, end)?.into_iter().rev() {
            if scan.coverage.looked_into >= LEAST && processor_time().saturating_sub(begun) >= budget {
                return Ok(scan.sorted());
            }
            scan.look_into(proc.as_fd(), pid, files, false);
        }
        end = start;
        // Where numbers are sparse, larger steps come as fast.
        span *= 2;
    }
    Ok(scan.sorted())
}

/// Processes a glance looks into whatever it costs: who asks about a file has often just started what holds it.
const LEAST: usize = 2;

fn open_proc() -> Result<OwnedFd, Errno> {
    rustix::fs::open("/proc", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// The processes numbered `start` up to `end`, in order. The kernel lists processes by number and takes a directory position
/// for the number to begin at (after 257 for what else is in `/proc`), which spares listing them all. Were that otherwise on
/// some kernel, fewer processes would be found here, and none wrongly.
fn processes_between(proc: BorrowedFd<'_>, start: u64, end: u64) -> Result<Vec<u32>, Errno> {
    const FIRST: u64 = 257;
    rustix::fs::seek(proc, SeekFrom::Start(FIRST + start))?;
    let mut pids = Vec::new();
    // Room for some thirty names: the listing stops soon after `end`.
    let mut buffer = Vec::with_capacity(1 << 10);
    let mut entries = rustix::fs::RawDir::new(proc, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        match entry?.file_name().to_str().ok().and_then(|name| name.parse::<u32>().ok()) {
            Some(pid) if u64::from(pid) >= end => break,
            Some(pid) if u64::from(pid) >= start => pids.push(pid),
            _ => {}
        }
    }
    Ok(pids)
}

/// The entries of a directory whose names are numbers, in order.
fn numbers_in(directory: BorrowedFd<'_>) -> Result<Vec<u32>, Errno> {
    let mut numbers = Vec::with_capacity(128);
    let mut buffer = Vec::with_capacity(16 << 10);
    let mut entries = rustix::fs::RawDir::new(directory, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        if let Some(number) = entry?.file_name().to_str().ok().and_then(|name| name.parse().ok()) {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn look_into(
    proc: BorrowedFd<'_>,
    pid: u32,
    files: &[Wanted],
    descriptors: bool,
    holders: &mut [Vec<Holder>],
) -> Result<(), Errno> {
    let maps = rustix::fs::openat(proc, format!("{pid}/maps"), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    let mut areas = vec![Vec::new(); files.len()];
    each_area(&maps, |area, identity| {
        for (found, _) in areas.iter_mut().zip(files).filter(|(_, file)| file.mapped == identity) {
            found.push(area);
        }
    })?;
    let mut open = vec![Vec::new(); files.len()];
    let seen = if descriptors { each_descriptor(proc, pid, files, &mut open) } else { Ok(()) };
    for ((areas, descriptors), holders) in areas.into_iter().zip(open).zip(holders) {
        if !areas.is_empty() || !descriptors.is_empty() {
            holders.push(Holder { pid, command: command(proc, pid), areas, descriptors });
        }
    }
    seen
}

fn command(proc: BorrowedFd<'_>, pid: u32) -> Vec<u8> {
    let mut name = read_all(proc, &format!("{pid}/comm")).unwrap_or_default();
    if name.last() == Some(&b'\n') {
        name.pop();
    }
    name
}

fn read_all(proc: BorrowedFd<'_>, path: &str) -> std::io::Result<Vec<u8>> {
    let file = rustix::fs::openat(proc, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    let mut bytes = Vec::new();
    std::fs::File::from(file).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Finds which descriptors of process `pid` are open on one of `files`.
fn each_descriptor(
    proc: BorrowedFd<'_>,
    pid: u32,
    files: &[Wanted],
    open: &mut [Vec<Descriptor>],
) -> Result<(), Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let directory = rustix::fs::openat(proc, format!("{pid}/fd"), flags, Mode::empty())?;
    for number in numbers_in(directory.as_fd())? {
        // Through the link to the file itself; AT_NO_AUTOMOUNT and no open, so nothing is set off by looking.
        let stat = match rustix::fs::statat(&directory, number.to_string(), AtFlags::NO_AUTOMOUNT) {
            Ok(stat) => stat,
            Err(_) => continue,
        };
        let reported = Identity {
            major: rustix::fs::major(stat.st_dev),
            minor: rustix::fs::minor(stat.st_dev),
            inode: stat.st_ino,
        };
        for (found, file) in open.iter_mut().zip(files) {
            if reported == file.reported {
                found.push(descriptor(proc, pid, number));
            }
        }
    }
    Ok(())
}

/// How the descriptor was opened: its link's own permission bits say so.
fn descriptor(proc: BorrowedFd<'_>, pid: u32, number: u32) -> Descriptor {
    let mode = rustix::fs::statat(proc, format!("{pid}/fd/{number}"), AtFlags::SYMLINK_NOFOLLOW)
        .map_or(0, |stat| stat.st_mode);
    Descriptor { number, read: mode & 0o400 != 0, write: mode & 0o200 != 0 }
}

/// `struct procmap_query` of `<linux/fs.h>`.
#[repr(C)]
#[derive(Default)]
struct Query {
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

/// Calls `found` for each area of `maps` that is of a file.
fn each_area(maps: &OwnedFd, mut found: impl FnMut(Area, Identity)) -> Result<(), Errno> {
    let mut address = 0;
    loop {
        let mut query = Query {
            size: size_of::<Query>() as u64,
            flags: COVERING_OR_NEXT | FILE_BACKED,
            address,
            ..Query::default()
        };
        // SAFETY: `query` is `struct procmap_query` with its own size in it and no buffers for names, so the kernel reads
        // and writes that struct only; every bit pattern is a value of its integer fields.
        if unsafe { libc::ioctl(maps.as_raw_fd(), PROCMAP_QUERY, &mut query) } != 0 {
            return match Errno::from_io_error(&std::io::Error::last_os_error()) {
                // No area further up; or no memory at all, as with the kernel's own threads.
                Some(Errno::NOENT | Errno::SRCH) => Ok(()),
                Some(Errno::NOTTY | Errno::INVAL) if address == 0 => each_area_as_text(maps, found),
                Some(errno) => Err(errno),
                None => Err(Errno::IO),
            };
        }
        let is = |flag| query.vma_flags & flag != 0;
        let area = Area {
            start: query.start,
            end: query.end,
            offset: query.offset,
            read: is(READABLE),
            write: is(WRITABLE),
            execute: is(EXECUTABLE),
            shared: is(SHARED),
        };
        found(area, Identity { major: query.major, minor: query.minor, inode: query.inode });
        address = query.end;
    }
}

fn each_area_as_text(maps: &OwnedFd, found: impl FnMut(Area, Identity)) -> Result<(), Errno> {
    let mut text = Vec::new();
    let copy = rustix::io::dup(maps)?;
    std::fs::File::from(copy)
        .read_to_end(&mut text)
        .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    each_line(&text, found);
    Ok(())
}

/// Parses the text of `/proc/PID/maps`, leaving out what is not of a file.
fn each_line(text: &[u8], mut found: impl FnMut(Area, Identity)) {
    for line in text.split(|&byte| byte == b'\n') {
        if let Some((area, identity)) = parse_line(line).filter(|(_, identity)| identity.inode != 0) {
            found(area, identity);
        }
    }
}

/// Parses `START-END MODE OFFSET MAJOR:MINOR INODE PATH`, all but the inode in hexadecimal.
fn parse_line(line: &[u8]) -> Option<(Area, Identity)> {
    let mut fields = line.splitn(6, |&byte| byte == b' ').map(std::str::from_utf8);
    let mut field = || fields.next()?.ok();
    let hex = |text: &str| u64::from_str_radix(text, 16).ok();
    let (start, end) = field()?.split_once('-')?;
    let mode = field()?.as_bytes();
    let offset = hex(field()?)?;
    let (major, minor) = field()?.split_once(':')?;
    let inode = field()?.parse().ok()?;
    let &[read, write, execute, kind] = mode else { return None };
    let area = Area {
        start: hex(start)?,
        end: hex(end)?,
        offset,
        read: read == b'r',
        write: write == b'w',
        execute: execute == b'x',
        shared: kind == b's',
    };
    let identity = Identity { major: hex(major)? as u32, minor: hex(minor)? as u32, inode };
    Some((area, identity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_listing_is_that_part() {
        let proc = open_proc().unwrap();
        let own = std::process::id();
        assert_eq!(processes_between(proc.as_fd(), own.into(), u64::from(own) + 1).unwrap(), [own]);
        // Processes come and go between the two listings, but init stays.
        let all = numbers_in(open_proc().unwrap().as_fd()).unwrap();
        assert_eq!((all[0], processes_between(proc.as_fd(), 1, 2).unwrap()[0]), (1, 1));
        let low = processes_between(proc.as_fd(), 1, u64::from(u32::MAX)).unwrap();
        assert!(low.is_sorted() && low.contains(&own), "{low:?}");
    }

    #[test]
    fn a_line_of_maps() {
        let line = b"7f2b40a00000-7f2b40c28000 r-xp 00028000 fe:00 1234   /usr/lib/with space.so";
        let (area, identity) = parse_line(line).unwrap();
        assert_eq!(area.start, 0x7f2b_40a0_0000);
        assert_eq!(area.end, 0x7f2b_40c2_8000);
        assert_eq!(area.offset, 0x28000);
        assert_eq!(area.mode(), "r-xp");
        assert_eq!(identity, Identity { major: 0xfe, minor: 0, inode: 1234 });
        assert_eq!(parse_line(b""), None);
        assert_eq!(parse_line(b"Size:  4 kB"), None);
    }

    #[test]
    fn asking_and_reading_agree_about_this_process() {
        let maps = OwnedFd::from(std::fs::File::open("/proc/self/maps").unwrap());
        // Other tests' threads map and unmap memory of their own, but the program itself stays.
        let program = std::fs::metadata(std::env::current_exe().unwrap()).unwrap();
        let inode = std::os::unix::fs::MetadataExt::ino(&program);
        let mut asked = Vec::new();
        each_area(&maps, |area, identity| asked.push((area, identity))).unwrap();
        let mut read = Vec::new();
        each_area_as_text(&maps, |area, identity| read.push((area, identity))).unwrap();
        asked.retain(|(_, identity)| identity.inode == inode);
        read.retain(|(_, identity)| identity.inode == inode);
        assert!(!read.is_empty());
        assert_eq!(asked, read);
    }
}
