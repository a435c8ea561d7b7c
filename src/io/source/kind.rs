//! The kinds of files that an input can be.

/// The kind of an input (`inode(7)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file that reports its size.
    Regular,
    /// A regular file whose stated size is 0, as in `/proc`, or wrong, as FUSE may report.
    Unsized,
    /// A block device. Its driver knows its length.
    BlockDevice,
    /// A character device other than a terminal.
    CharDevice,
    /// A pipe or FIFO.
    Pipe,
    /// A socket.
    Socket,
    /// A terminal.
    Terminal,
}

impl Kind {
    /// Returns the name of the kind, for text and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Regular => "regular file",
            Kind::Unsized => "regular file of unknown size",
            Kind::BlockDevice => "block device",
            Kind::CharDevice => "character device",
            Kind::Pipe => "pipe",
            Kind::Socket => "socket",
            Kind::Terminal => "terminal",
        }
    }
}
