//! Classifies the file system of a file by how it affects reading through a mapping.
//!
//! For a file on a local disk, the kernel keeps one page cache for mappings and reads. Elsewhere
//! the two may differ, or the reported size may be wrong, and only the type of the file system
//! reveals that in advance.

use std::cell::Cell;
use std::fmt;

use super::posix::BorrowedFd;
use crate::os::platform::magic::identify;

/// A class of file system, by what it guarantees to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileSystem {
    /// On a local block device, or known to behave as if it were. A mapping shows what a read
    /// returns.
    Local,
    /// tmpfs and ramfs. Reading a hole through a mapping allocates memory for it.
    Memory,
    /// hugetlbfs. Its mappings can be neither split nor guarded page by page.
    HugePages,
    /// overlayfs. A mapping keeps showing the lower file after the file is copied up for its first
    /// writer.
    Overlay,
    /// FUSE. A program reports the sizes, and may change the bytes without the kernel's knowledge.
    Fuse,
    /// A network file system. Another machine may change the bytes without this kernel's knowledge.
    Network,
    /// Any other file system without a block device, about which nothing is known.
    Unknown,
}

impl FileSystem {
    /// Returns whether sizes may be wrong and mappings stale, so that files should be read up to
    /// their end.
    pub fn needs_reading(self) -> bool {
        matches!(self, FileSystem::Fuse | FileSystem::Network | FileSystem::Unknown)
    }

    /// Returns whether pages are read from a local disk, in large folios if a mapping requests
    /// them.
    pub fn is_on_disk(self) -> bool {
        matches!(self, FileSystem::Local | FileSystem::Overlay)
    }

    /// Returns the file system of an open regular file on the given device.
    pub fn of(file: BorrowedFd<'_>, device: u64) -> FileSystem {
        thread_local! {
            /// The previous answer: a run over many files asks about the same device repeatedly.
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
