//! The processes that use a file: where they map it and which descriptors they have open on it.

use crate::os::posix::BorrowedFd;

/// A file's identity, as `/proc` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The major number of the device.
    pub major: u32,
    /// The minor number of the device.
    pub minor: u32,
    /// The inode number on that device.
    pub inode: u64,
}

/// A part of a file that is mapped in a process's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MappedRange {
    /// The first address.
    pub start: u64,
    /// The address after the last one.
    pub end: u64,
    /// The file offset at which the range begins, in bytes.
    pub offset: u64,
    /// Whether the process may read the range.
    pub read: bool,
    /// Whether the process may write to the range.
    pub write: bool,
    /// Whether the process may execute the range.
    pub execute: bool,
    /// Whether writes go to the file (`MAP_SHARED`) rather than to a private copy.
    pub shared: bool,
}

impl MappedRange {
    /// Returns the mode in the form of `/proc/PID/maps`, such as `r-xp` or `rw-s`.
    pub fn mode(&self) -> String {
        let flag = |set, letter| if set { letter } else { '-' };
        let kind = if self.shared { 's' } else { 'p' };
        [flag(self.read, 'r'), flag(self.write, 'w'), flag(self.execute, 'x'), kind].iter().collect()
    }
}

/// A file to look for.
#[derive(Debug, Clone, Copy)]
pub struct SoughtFile<'a> {
    /// The identity that `stat` reports, by which descriptors are recognised.
    pub reported: Identity,
    /// The identity in `/proc/PID/maps`, whose device is that of the whole file system and differs
    /// on btrfs and overlayfs.
    pub mapped: Identity,
    /// The open file, by which Windows finds its users.
    pub file: Option<BorrowedFd<'a>>,
}

/// A file descriptor of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// The descriptor number.
    pub number: u32,
    /// Whether it was opened for reading.
    pub read: bool,
    /// Whether it was opened for writing.
    pub write: bool,
}

/// A process that has a file mapped or open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileUser {
    /// The process ID.
    pub pid: u32,
    /// The process's command name. On Linux, the process may set it to any 15 bytes.
    pub command: Vec<u8>,
    /// The process's mappings of the file. Windows reports neither these nor the descriptors.
    pub mappings: Vec<MappedRange>,
    /// The process's descriptors of the file.
    pub descriptors: Vec<Descriptor>,
}

/// The numbers of processes that could and could not be inspected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The number of processes inspected.
    pub inspected: usize,
    /// The number of processes that denied access.
    pub denied: usize,
}

/// The users of each requested file, in the order requested and then by process ID.
#[derive(Debug, Default)]
pub struct ProcessScan {
    /// One list per file; `None` if the system cannot report its users.
    pub file_users: Vec<Option<Vec<FileUser>>>,
    /// The numbers of processes inspected and denied.
    pub coverage: Coverage,
}
