//! Which file system a file is on, as far as reading it through a mapping is concerned.
//!
//! The kernel keeps one page cache for mappings and reads of a file on a disk of this machine. Elsewhere the two may
//! differ, or the stated size may be wrong, and nothing but the file system's identity says so in advance.

use std::cell::Cell;
use std::fmt;
use std::os::fd::BorrowedFd;

use rustix::fs::{fstatfs, major};

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
        let answer = fstatfs(file).map_or(FileSystem::Unknown, |system| identify(system.f_type as u32, device));
        LAST.set(Some((device, answer)));
        answer
    }
}

/// `f_type` is from linux/magic.h and the file systems' own headers; a device of major number 0 is none of this machine.
fn identify(f_type: u32, device: u64) -> FileSystem {
    match f_type {
        // tmpfs, ramfs
        0x0102_1994 | 0x8584_58F6 => FileSystem::Memory,
        0x9584_58F6 => FileSystem::HugePages,
        0x794C_7630 => FileSystem::Overlay,
        0x6573_5546 => FileSystem::Fuse,
        // NFS, CIFS, SMB 2, 9P, Ceph, AFS, kAFS, Lustre, GPFS
        0x0000_6969 | 0xFF53_4D42 | 0xFE53_4D42 | 0x0102_1997 | 0x00C3_6400 | 0x5346_414F | 0x6B41_4653
        | 0x0BD0_0BD0 | 0x4750_4653 => FileSystem::Network,
        // Btrfs, Bcachefs, EROFS on a file: on disks, with device numbers of their own.
        0x9123_683E | 0xCA45_1A4E | 0xE0F5_E1E2 => FileSystem::Local,
        _ if major(device) != 0 => FileSystem::Local,
        _ => FileSystem::Unknown,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_file_systems_and_block_devices_are_trusted() {
        let (disk, none) = (rustix::fs::makedev(253, 1), rustix::fs::makedev(0, 42));
        assert_eq!(identify(0xEF53, disk), FileSystem::Local);
        assert_eq!(identify(0x9123_683E, none), FileSystem::Local);
        assert_eq!(identify(0x794C_7630, none), FileSystem::Overlay);
        // fuseblk has the number of its block device.
        assert_eq!(identify(0x6573_5546, disk), FileSystem::Fuse);
        // sysfs, ecryptfs, and one that is not invented yet.
        for f_type in [0x6265_6572, 0xF15F, 0x1234_5678] {
            assert_eq!(identify(f_type, none), FileSystem::Unknown);
        }
    }
}
