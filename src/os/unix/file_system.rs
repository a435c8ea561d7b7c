//! Which file system a file is on, as far as reading it through a mapping is concerned.
//!
//! The kernel keeps one page cache for mappings and reads of a file on a disk of this machine. Elsewhere the two may
//! differ, or the stated size may be wrong, and nothing but the file system's identity says so in advance.

use std::cell::Cell;
use std::fmt;
use std::os::fd::BorrowedFd;

use crate::os::platform::magic::identify;

/// A file system, by what it promises to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileSystem {
    /// On a block device of this machine, or known to behave as if it were. A mapping shows what a read gives.
    Local,
    /// tmpfs and ramfs. A hole that is read through a mapping takes memory from then on.
    Memory,
    /// hugetlbfs. A mapping of it can be neither split nor guarded page by page.
    HugePages,
    /// overlayfs. A mapping stays with the lower file when the file is copied up for its first writer.
    Overlay,
    /// FUSE. A program states the sizes, and may change the bytes without the kernel's knowledge.
    Fuse,
    /// A network file system. Another machine may change the bytes without this kernel's knowledge.
    Network,
    /// Any other one without a block device, about which nothing is known.
    Unknown,
}

impl FileSystem {
    /// Whether sizes may be wrong and mappings stale, so that files are better read, to where they end.
    pub fn is_weak(self) -> bool {
        matches!(self, FileSystem::Fuse | FileSystem::Network | FileSystem::Unknown)
    }

    /// Whether its pages come from a disk of this machine, in large folios where a mapping asks for them.
    pub fn is_on_disk(self) -> bool {
        matches!(self, FileSystem::Local | FileSystem::Overlay)
    }

    /// Returns the file system of an open regular file, whose `stat` gave this device number.
    pub fn of(file: BorrowedFd<'_>, device: u64) -> FileSystem {
        thread_local! {
            /// The last answer: a run over many files asks about one device again and again.
            static LAST: Cell<Option<(u64, FileSystem)>> = const { Cell::new(None) };
        }
        if let Some((_, known)) = LAST.get().filter(|&(last, _)| last == device) {
            return known;
        }
        let answer = identify(file, device);
        LAST.set(Some((device, answer)));
        answer
    }
}

impl fmt::Display for FileSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FileSystem::Local => "local file system",
            FileSystem::Memory => "tmpfs",
            FileSystem::HugePages => "hugetlbfs",
            FileSystem::Overlay => "overlayfs",
            FileSystem::Fuse => "FUSE",
            FileSystem::Network => "network file system",
            FileSystem::Unknown => "unknown file system",
        })
    }
}
