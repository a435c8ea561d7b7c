//! Decides how an input's bytes are read, once, when the input is opened, and gives the reason.
//!
//! | input | `--io auto` | `--io mmap` | `--io read` |
//! |---|---|---|---|
//! | pipe, socket, terminal, character device | `read` | error | `read` |
//! | regular file that reports no size, or a wrong one | `read` | error | `read` |
//! | up to 1 MiB is requested | `pread` | `mmap` | `pread` |
//! | on hugetlbfs, or on overlayfs and cannot be opened again | `pread` | error | `pread` |
//! | on FUSE, a network, or an unknown file system | `pread` | `mmap` | `pread` |
//! | `mmap` refuses its first page | `pread` | error | `pread` |
//! | any other regular file or block device | `mmap` | `mmap` | `pread` |
//!
//! A single window of a mapped file may still be read: [`Source::map`](super::Source::map) says when.

use std::fmt;
use std::io;

use crate::os::FileSystem;
use crate::os::posix::errno_name;

use super::{Kind, MAX_READ_FILE};

/// The requested access method (`--io`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IoMode {
    /// Map files that benefit, read the rest.
    #[default]
    Auto,
    /// Map or fail.
    Mmap,
    /// Never map.
    Read,
}

/// The method by which bytes are read.
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
    /// Returns the name of the system call, for `--stats`.
    pub fn word(self) -> &'static str {
        match self {
            AccessMethod::Map => "mmap",
            AccessMethod::Pread => "pread",
            AccessMethod::Stream => "read",
        }
    }
}

/// The reason a source is not mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A pipe has no pages.
    Pipe,
    /// A socket has no pages.
    Socket,
    /// A terminal has no pages.
    Terminal,
    /// A character device delivers bytes and does not store them.
    CharDevice,
    /// The file reports a size of 0, as files in `/proc` do regardless of their content.
    SizeUnknown,
    /// The file ends before or after its stated size.
    SizeWrong,
    /// Reading so few bytes costs less than mapping them.
    Small,
    /// `--io read`.
    Forced,
    /// The file system may show other bytes to a mapping than to a read.
    Incoherent(FileSystem),
    /// `mmap(2)` refused, with this errno.
    Refused(i32),
    /// The input's bytes are decoded from this format or encoding.
    Decoded(&'static str),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Pipe => f.write_str("pipe: not mappable"),
            Reason::Socket => f.write_str("socket: not mappable"),
            Reason::Terminal => f.write_str("terminal: not mappable"),
            Reason::CharDevice => f.write_str("character device: not mappable"),
            Reason::SizeUnknown => f.write_str("size unknown"),
            Reason::SizeWrong => f.write_str("stated size is wrong"),
            Reason::Small => f.write_str("small: reading costs less"),
            Reason::Forced => f.write_str("reading was requested"),
            Reason::Incoherent(file_system) => write!(f, "{file_system}: a mapping may differ from the file"),
            Reason::Refused(errno) => write!(f, "{} from mmap", errno_name(*errno)),
            Reason::Decoded(from) => write!(f, "decoded from {from}"),
        }
    }
}

/// Returns the method for an input without a size, and why it cannot be mapped.
pub(super) fn for_stream(kind: Kind, states_wrong_size: bool) -> (AccessMethod, Option<Reason>) {
    let reason = match kind {
        Kind::Pipe => Reason::Pipe,
        Kind::Socket => Reason::Socket,
        Kind::Terminal => Reason::Terminal,
        Kind::CharDevice => Reason::CharDevice,
        _ if states_wrong_size => Reason::SizeWrong,
        _ => Reason::SizeUnknown,
    };
    (AccessMethod::Stream, Some(reason))
}

/// Returns the method for a file of which `wanted` bytes at known offsets will be read, and the
/// reason if it is not mapped.
///
/// `has_own_descriptor` says that the file could be opened again, which overlayfs requires.
/// `map_a_page` tries whether the file's driver accepts a mapping, before the first byte is read.
/// sysfs and FUSE with direct I/O return ENODEV.
pub(super) fn for_file(
    mode: IoMode,
    file_system: FileSystem,
    wanted: u64,
    has_own_descriptor: bool,
    map_a_page: impl FnOnce() -> io::Result<()>,
) -> (AccessMethod, Option<Reason>) {
    let reason = match (mode, file_system) {
        (IoMode::Read, _) => Some(Reason::Forced),
        (IoMode::Auto, _) if wanted <= MAX_READ_FILE => Some(Reason::Small),
        (_, FileSystem::HugePages) => Some(Reason::Incoherent(file_system)),
        (_, FileSystem::Overlay) if !has_own_descriptor => Some(Reason::Incoherent(file_system)),
        (IoMode::Auto, _) if file_system.needs_reading() => Some(Reason::Incoherent(file_system)),
        _ if wanted == 0 => None,
        _ => map_a_page().err().map(|error| Reason::Refused(error.raw_os_error().unwrap_or(0))),
    };
    (if reason.is_some() { AccessMethod::Pread } else { AccessMethod::Map }, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the table at the start of this module, row by row.
    #[test]
    fn the_table() {
        use AccessMethod::{Map, Pread};
        let rows = [
            (FileSystem::Local, MAX_READ_FILE, true, [Pread, Map, Pread]),
            (FileSystem::HugePages, MAX_READ_FILE + 1, true, [Pread, Pread, Pread]),
            (FileSystem::Overlay, MAX_READ_FILE + 1, false, [Pread, Pread, Pread]),
            (FileSystem::Overlay, MAX_READ_FILE + 1, true, [Map, Map, Pread]),
            (FileSystem::Fuse, MAX_READ_FILE + 1, true, [Pread, Map, Pread]),
            (FileSystem::Network, MAX_READ_FILE + 1, true, [Pread, Map, Pread]),
            (FileSystem::Unknown, MAX_READ_FILE + 1, true, [Pread, Map, Pread]),
            (FileSystem::Memory, MAX_READ_FILE + 1, true, [Map, Map, Pread]),
            (FileSystem::Local, MAX_READ_FILE + 1, true, [Map, Map, Pread]),
        ];
        for (file_system, wanted, reopened, methods) in rows {
            for (mode, method) in [IoMode::Auto, IoMode::Mmap, IoMode::Read].into_iter().zip(methods) {
                let (got, reason) = for_file(mode, file_system, wanted, reopened, || Ok(()));
                assert_eq!(got, method, "{mode:?} on {file_system}, {wanted} bytes");
                assert_eq!(reason.is_none(), method == Map);
            }
        }
        let refuse = || Err(io::Error::from_raw_os_error(libc::ENODEV));
        let (method, reason) = for_file(IoMode::Mmap, FileSystem::Local, 1, true, refuse);
        assert_eq!((method, reason), (Pread, Some(Reason::Refused(libc::ENODEV))));
    }
}
