//! What is asked for, what an input turns out to be, and how its bytes come in.

use std::fmt;

/// What the caller asks for: `--io`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IoMode {
    /// Map what gains from it, read the rest.
    #[default]
    Auto,
    /// Map or fail.
    Mmap,
    /// Never map.
    Read,
}

/// What kind of file an input is (`inode(7)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file that states its size.
    Regular,
    /// A regular file that states no size: `/proc`, or empty.
    Unsized,
    /// A block device. Its length comes from seeking to its end.
    BlockDevice,
    /// A character device that is no terminal.
    CharDevice,
    /// A pipe or FIFO.
    Pipe,
    /// A socket.
    Socket,
    /// A terminal.
    Terminal,
}

impl Kind {
    /// The kind, as a word for people and for JSON.
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

/// How bytes come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessMethod {
    /// Through windows of a shared, read-only mapping.
    Map,
    /// By `pread` at any offset, from any thread.
    Pread,
    /// By `read`, front to back.
    Stream,
}

impl AccessMethod {
    /// The system call that brings the bytes, for `--stats`.
    pub fn word(self) -> &'static str {
        match self {
            AccessMethod::Map => "mmap",
            AccessMethod::Pread => "pread",
            AccessMethod::Stream => "read",
        }
    }
}

/// Why a source is not mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A pipe has no pages.
    Pipe,
    /// A socket has no pages.
    Socket,
    /// A terminal has no pages.
    Terminal,
    /// A character device delivers, it does not store.
    CharDevice,
    /// The file states a size of 0, as those of `/proc` do whatever they hold.
    SizeUnknown,
    /// Reading so little costs less than mapping it.
    Small,
    /// `--io read`.
    Forced,
    /// `mmap(2)` refused, with this errno.
    Refused(i32),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Pipe => f.write_str("pipe: not mappable"),
            Reason::Socket => f.write_str("socket: not mappable"),
            Reason::Terminal => f.write_str("terminal: not mappable"),
            Reason::CharDevice => f.write_str("character device: not mappable"),
            Reason::SizeUnknown => f.write_str("size unknown"),
            Reason::Small => f.write_str("small: reading costs less"),
            Reason::Forced => f.write_str("reading was asked for"),
            Reason::Refused(errno) => {
                let name = errno_name(*errno);
                write!(f, "{name} from mmap")
            }
        }
    }
}

fn errno_name(errno: i32) -> String {
    match errno {
        libc::ENODEV => "ENODEV".into(),
        libc::ENOMEM => "ENOMEM".into(),
        libc::EACCES => "EACCES".into(),
        libc::EPERM => "EPERM".into(),
        libc::EAGAIN => "EAGAIN".into(),
        libc::EINVAL => "EINVAL".into(),
        libc::EOVERFLOW => "EOVERFLOW".into(),
        other => format!("error {other}"),
    }
}
