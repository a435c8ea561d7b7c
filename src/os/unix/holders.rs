//! What can be known of the processes that use a file: where they have it mapped, and where it is open.

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

/// A file to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// As `stat` reports it, which is how descriptors are recognised.
    pub reported: Identity,
    /// As `/proc/PID/maps` shows it: with the device of the whole file system, which on btrfs and overlayfs is another one.
    pub mapped: Identity,
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

/// How much of `/proc` was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
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
