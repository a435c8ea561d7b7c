//! Recognises file systems by the numbers that `statfs(2)` returns.

use std::os::fd::BorrowedFd;

use rustix::fs::{fstatfs, major};

use crate::os::FileSystem;

/// Returns the file system of an open file whose device number is `device`.
pub fn identify(file: BorrowedFd<'_>, device: u64) -> FileSystem {
    fstatfs(file).map_or(FileSystem::Unknown, |system| of_number(system.f_type as u32, device))
}

/// The values of `f_type` are from linux/magic.h and the file systems' own headers. A device with
/// major number 0 is not a local disk.
fn of_number(f_type: u32, device: u64) -> FileSystem {
    match f_type {
        // tmpfs, ramfs
        0x0102_1994 | 0x8584_58F6 => FileSystem::Memory,
        0x9584_58F6 => FileSystem::HugePages,
        0x794C_7630 => FileSystem::Overlay,
        0x6573_5546 => FileSystem::Fuse,
        // NFS, CIFS, SMB 2, 9P, Ceph, AFS, kAFS, Lustre, GPFS
        0x0000_6969 | 0xFF53_4D42 | 0xFE53_4D42 | 0x0102_1997 | 0x00C3_6400 | 0x5346_414F | 0x6B41_4653
        | 0x0BD0_0BD0 | 0x4750_4653 => FileSystem::Network,
        // Btrfs, Bcachefs, EROFS on a file: on disk, with device numbers of their own.
        0x9123_683E | 0xCA45_1A4E | 0xE0F5_E1E2 => FileSystem::Local,
        _ if major(device) != 0 => FileSystem::Local,
        _ => FileSystem::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_file_systems_and_block_devices_are_trusted() {
        let (disk, none) = (rustix::fs::makedev(253, 1), rustix::fs::makedev(0, 42));
        assert_eq!(of_number(0xEF53, disk), FileSystem::Local);
        assert_eq!(of_number(0x9123_683E, none), FileSystem::Local);
        assert_eq!(of_number(0x794C_7630, none), FileSystem::Overlay);
        // fuseblk has the device number of its block device.
        assert_eq!(of_number(0x6573_5546, disk), FileSystem::Fuse);
        // sysfs, ecryptfs, and one that does not exist yet.
        for f_type in [0x6265_6572, 0xF15F, 0x1234_5678] {
            assert_eq!(of_number(f_type, none), FileSystem::Unknown);
        }
    }
}
