//! Bringing what is on the disk into the page cache fast.
//!
//! A file that is read is cached in small folios at first, and how fast a disk delivers depends on how many pieces of memory
//! a request is made of. Through a mapping that was advised to be of huge pages (`madvise(2)`, MADV_HUGEPAGE) the kernel takes
//! folios of up to 2 MiB from the first fault on, whatever its read-ahead is set to (`do_sync_mmap_readahead`, mm/filemap.c),
//! and all who read the file later gain by them, too.

use std::ops::Range;
use std::os::fd::BorrowedFd;

use super::window::{Advice, Window};

/// The largest folio, in bytes: what a page of the second level maps where pages are of 4 KiB. Elsewhere a look at each as many
/// bytes does no harm.
pub const FOLIO: u64 = 2 << 20;

/// File systems that are not on a disk of this machine (`statfs(2)`, linux/magic.h). Over a network, megabytes at once may keep
/// somebody waiting who wants to see the first line; what is in memory only comes from nowhere.
const ELSEWHERE: [u32; 10] = [
    0x0000_6969, // NFS
    0x6573_5546, // FUSE
    0xFF53_4D42, // CIFS
    0xFE53_4D42, // SMB 2
    0x0102_1997, // 9P
    0x00C3_6400, // Ceph
    0x5346_414F, // AFS
    0x6B41_4653, // kAFS
    0x0102_1994, // tmpfs
    0x9584_58F6, // hugetlbfs
];

/// Whether bringing in pays: the file is on a disk, as far as the kernel says.
pub fn pays(file: BorrowedFd<'_>) -> bool {
    rustix::fs::fstatfs(file).is_ok_and(|system| !ELSEWHERE.contains(&(system.f_type as u32)))
}

/// Brings `range` of the file in and waits for it, or for most of it; the rest is on its way. What cannot be had is left to
/// whoever reads it, who will also have to say so. Gives the mapping by which it came.
pub fn bring(file: BorrowedFd<'_>, range: Range<u64>) -> Option<Window> {
    let window = Window::map(file, range.start, usize::try_from(range.end - range.start).ok()?).ok()?;
    window.advise(Advice::HugePage).ok()?;
    window.touch_every(FOLIO as usize);
    Some(window)
}
