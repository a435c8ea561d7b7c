//! Finds the processes that have a file mapped or open.
//!
//! `/proc` is the only source. Processes of other users often deny access. They are counted, so
//! that the output never claims "none" about processes that were not inspected.
#![allow(unsafe_code)]

use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use super::proc_maps::{each_line, each_mapping};
use crate::os::file_users::{Coverage, Descriptor, FileUser, Identity, ProcessScan, SoughtFile};

impl<'a> SoughtFile<'a> {
    /// Returns a filter for the file that `stat` reports as `reported`.
    ///
    /// If the device has no disk under it (major number 0), one page of `file` is mapped, and never
    /// touched, to see how the kernel identifies it in `maps`.
    pub fn new(reported: Identity, file: Option<BorrowedFd<'a>>) -> SoughtFile<'a> {
        let mapped = if reported.major == 0 { file.and_then(mapped_identity) } else { None };
        SoughtFile { reported, mapped: mapped.unwrap_or(reported), file }
    }
}

fn mapped_identity(file: BorrowedFd<'_>) -> Option<Identity> {
    let length = crate::os::page_size();
    // SAFETY: a new mapping at an address that the kernel chooses, whose bytes are never accessed.
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
        each_line(&maps, |mapping, identity| {
            if mapping.start <= address as u64 && (address as u64) < mapping.end {
                found = Some(identity);
            }
        });
    }
    // SAFETY: the range is the mapping made above, which nothing refers to.
    let _ = unsafe { rustix::mm::munmap(address, length) };
    found
}

/// Finds the processes that have any of `files` mapped or open, except this process.
///
/// # Errors
/// Returns an error if `/proc` cannot be read.
pub fn scan(files: &[SoughtFile<'_>]) -> Result<ProcessScan, Errno> {
    let proc = open_proc()?;
    let mut file_users = vec![Vec::new(); files.len()];
    let mut coverage = Coverage::default();
    let own = std::process::id();
    // In ascending order, which the lists keep.
    for pid in numbers_in(proc.as_fd())?.into_iter().filter(|&pid| pid != own) {
        match inspect(proc.as_fd(), pid, files, &mut file_users) {
            Ok(()) => coverage.inspected += 1,
            // The process has ended since it was listed.
            Err(Errno::NOENT | Errno::SRCH) => {}
            Err(_) => coverage.denied += 1,
        }
    }
    Ok(ProcessScan { file_users: file_users.into_iter().map(Some).collect(), coverage })
}

fn open_proc() -> Result<OwnedFd, Errno> {
    rustix::fs::open("/proc", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

/// Returns the entries of a directory whose names are numbers, in ascending order.
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

fn inspect(
    proc: BorrowedFd<'_>,
    pid: u32,
    files: &[SoughtFile<'_>],
    file_users: &mut [Vec<FileUser>],
) -> Result<(), Errno> {
    let maps = rustix::fs::openat(proc, format!("{pid}/maps"), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    let mut mappings = vec![Vec::new(); files.len()];
    each_mapping(&maps, |mapping, identity| {
        for (found, _) in mappings.iter_mut().zip(files).filter(|(_, file)| file.mapped == identity) {
            found.push(mapping);
        }
    })?;
    let mut open = vec![Vec::new(); files.len()];
    let seen = each_descriptor(proc, pid, files, &mut open);
    for ((mappings, descriptors), file_users) in mappings.into_iter().zip(open).zip(file_users) {
        if !mappings.is_empty() || !descriptors.is_empty() {
            file_users.push(FileUser { pid, command: command(proc, pid), mappings, descriptors });
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

/// Finds the descriptors of process `pid` that are open on one of `files`.
fn each_descriptor(
    proc: BorrowedFd<'_>,
    pid: u32,
    files: &[SoughtFile<'_>],
    open: &mut [Vec<Descriptor>],
) -> Result<(), Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let directory = rustix::fs::openat(proc, format!("{pid}/fd"), flags, Mode::empty())?;
    for number in numbers_in(directory.as_fd())? {
        // Follows the link to the file itself. AT_NO_AUTOMOUNT and not opening it avoid side
        // effects.
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

/// Returns how a descriptor was opened, from the permission bits of its link.
fn descriptor(proc: BorrowedFd<'_>, pid: u32, number: u32) -> Descriptor {
    let mode = rustix::fs::statat(proc, format!("{pid}/fd/{number}"), AtFlags::SYMLINK_NOFOLLOW)
        .map_or(0, |stat| stat.st_mode);
    Descriptor { number, read: mode & 0o400 != 0, write: mode & 0o200 != 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_found_by_its_program() {
        use std::io::Write;
        use std::process::{Command, Stdio};

        let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        // A process that has just started has not mapped its program yet.
        child.stdin.as_mut().unwrap().write_all(b"x").unwrap();
        child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        let program = std::fs::File::open(format!("/proc/{}/exe", child.id())).unwrap();
        let stat = rustix::fs::fstat(&program).unwrap();
        let (major, minor) = (rustix::fs::major(stat.st_dev), rustix::fs::minor(stat.st_dev));
        let wanted = SoughtFile::new(Identity { major, minor, inode: stat.st_ino }, Some(program.as_fd()));
        let scan = scan(&[wanted]).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let users = scan.file_users[0].as_ref().unwrap();
        assert!(users.iter().any(|user| user.pid == child.id()), "{scan:?}");
        let pids: Vec<_> = users.iter().map(|user| user.pid).collect();
        assert!(pids.is_sorted_by(|one, next| one < next), "each once: {pids:?}");
    }
}
