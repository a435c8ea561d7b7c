//! Where a file's bytes are: which ranges hold data and which are holes, and in how many pieces the disk stores them.
//!
//! Holes come from `SEEK_DATA` and `SEEK_HOLE`, which any user may ask and every file system answers (one without holes calls
//! all of it data). Pieces come from the `FIEMAP` ioctl, which only file systems on a disk know. Both walks stop at a limit
//! the caller sets, for a file may have millions of pieces. Nothing is read and nothing is written back.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::io::Errno;

use crate::os::unix::holes::{Extent, next_extent};

/// A range of a file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first byte.
    pub start: u64,
    /// The byte after the last.
    pub end: u64,
}

/// The ranges of the first `size` bytes of `file` that hold data, in order; what lies between is holes, which read as zeros.
///
/// The walk moves the position of `file`, so it wants a descriptor that is read by position only.
pub fn data_ranges(file: BorrowedFd<'_>, size: u64) -> impl Iterator<Item = Range> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < size {
            let start = at;
            match next_extent(file, at, size) {
                Extent::HoleUntil(end) => at = end,
                Extent::DataUntil(end) => {
                    at = end;
                    return Some(Range { start, end });
                }
            }
        }
        None
    })
}

/// How much of a file is data and how much is hole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sparseness {
    /// Ranges of data.
    pub data_ranges: u64,
    /// Bytes in them.
    pub data_bytes: u64,
    /// Ranges that are holes.
    pub holes: u64,
    /// Bytes in them.
    pub hole_bytes: u64,
    /// Whether the walk reached the end of the file; if not, the figures are of its beginning.
    pub complete: bool,
}

/// Counts the data and the holes of the first `size` bytes, looking at no more than `limit` ranges of data.
pub fn sparseness(file: BorrowedFd<'_>, size: u64, limit: usize) -> Sparseness {
    let mut found = Sparseness { complete: true, ..Sparseness::default() };
    let mut at = 0;
    for (index, range) in data_ranges(file, size).enumerate() {
        if index == limit {
            found.complete = false;
            return found;
        }
        found.holes += u64::from(range.start > at);
        found.hole_bytes += range.start - at;
        found.data_ranges += 1;
        found.data_bytes += range.end - range.start;
        at = range.end;
    }
    found.holes += u64::from(size > at);
    found.hole_bytes += size.saturating_sub(at);
    found
}

/// How the file system stores a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Layout {
    /// Extents in the file system's map.
    pub extents: u64,
    /// Runs of extents that follow each other on the disk: 1 is a file in one piece, 0 one without any block.
    pub fragments: u64,
    /// Extents shared with other files or snapshots.
    pub shared: u64,
    /// Extents allocated and not yet written, which read as zeros.
    pub unwritten: u64,
    /// Extents not placed on the disk yet: their bytes are only in memory.
    pub delayed: u64,
    /// Whether the walk reached the last extent.
    pub complete: bool,
}

/// `struct fiemap_extent` of `<linux/fiemap.h>`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct RawExtent {
    logical: u64,
    physical: u64,
    length: u64,
    reserved64: [u64; 2],
    flags: u32,
    reserved: [u32; 3],
}

const BATCH: usize = 128;

/// `struct fiemap` of `<linux/fiemap.h>` with room for [`BATCH`] extents.
#[repr(C)]
struct RawFiemap {
    start: u64,
    length: u64,
    flags: u32,
    mapped_extents: u32,
    extent_count: u32,
    reserved: u32,
    extents: [RawExtent; BATCH],
}

const FS_IOC_FIEMAP: libc::Ioctl = 0xC020_660B_u32 as libc::Ioctl;
const EXTENT_LAST: u32 = 0x1;
const EXTENT_DELALLOC: u32 = 0x4;
const EXTENT_UNWRITTEN: u32 = 0x800;
const EXTENT_SHARED: u32 = 0x2000;

/// Asks the file system how it stores `file`, looking at no more than `limit` extents.
///
/// # Errors
/// `EOPNOTSUPP` or `ENOTTY` where the file system has no such map, and what else the ioctl reports.
pub fn layout(file: BorrowedFd<'_>, limit: u64) -> Result<Layout, Errno> {
    let mut request = RawFiemap {
        start: 0,
        length: u64::MAX,
        flags: 0,
        mapped_extents: 0,
        extent_count: BATCH as u32,
        reserved: 0,
        extents: [RawExtent::default(); BATCH],
    };
    let mut layout = Layout::default();
    let mut previous_end = None;
    loop {
        // SAFETY: `request` is `struct fiemap` followed by room for the `extent_count` extents it promises; the kernel
        // writes no more than that, and every bit pattern is a value of these integer fields.
        let answer = unsafe { libc::ioctl(file.as_raw_fd(), FS_IOC_FIEMAP, &mut request) };
        if answer != 0 {
            return Err(Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::INVAL));
        }
        let mapped = &request.extents[..(request.mapped_extents as usize).min(BATCH)];
        for extent in mapped {
            layout.extents += 1;
            let is = |flag| u64::from(extent.flags & flag != 0);
            layout.shared += is(EXTENT_SHARED);
            layout.unwritten += is(EXTENT_UNWRITTEN);
            layout.delayed += is(EXTENT_DELALLOC);
            layout.fragments += u64::from(previous_end != Some(extent.physical));
            previous_end = Some(extent.physical.wrapping_add(extent.length));
        }
        let Some(last) = mapped.last() else {
            layout.complete = true;
            return Ok(layout);
        };
        if last.flags & EXTENT_LAST != 0 {
            layout.complete = true;
            return Ok(layout);
        }
        if layout.extents >= limit {
            return Ok(layout);
        }
        request.start = last.logical.wrapping_add(last.length);
        request.length = u64::MAX - request.start;
    }
}

/// The size of a block device in bytes, which may change under its reader as a file's does. Seeking to the end tells it too,
/// but moves a position that is shared between threads.
///
/// # Errors
/// What the ioctl reports: `ENOTTY` for what is no block device.
pub fn device_size(device: BorrowedFd<'_>) -> io::Result<u64> {
    let mut size = 0_u64;
    // SAFETY: BLKGETSIZE64 writes one u64 to where it is told, whose type says size_t for reasons of history.
    match unsafe { libc::ioctl(device.as_raw_fd(), BLKGETSIZE64, &raw mut size) } {
        0 => Ok(size),
        _ => Err(io::Error::last_os_error()),
    }
}

/// `_IOR(0x12, 114, size_t)` of `<linux/fs.h>`.
const BLKGETSIZE64: libc::Ioctl = libc::_IOR::<usize>(0x12, 114);

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileExt;

    /// 1 MiB with data in its second and last 64 KiB.
    fn sparse() -> std::fs::File {
        let file = tempfile::tempfile_in(".").unwrap();
        file.set_len(1 << 20).unwrap();
        file.write_all_at(&[1; 1 << 16], 1 << 16).unwrap();
        file.write_all_at(&[1; 1 << 16], 15 << 16).unwrap();
        file
    }

    #[test]
    fn ranges_are_where_the_bytes_were_written() {
        let file = sparse();
        let ranges: Vec<Range> = data_ranges(file.as_fd(), 1 << 20).collect();
        let expected = [Range { start: 1 << 16, end: 2 << 16 }, Range { start: 15 << 16, end: 1 << 20 }];
        assert_eq!(ranges, expected);
        let counted = sparseness(file.as_fd(), 1 << 20, usize::MAX);
        let expected =
            Sparseness { data_ranges: 2, data_bytes: 2 << 16, holes: 2, hole_bytes: 14 << 16, complete: true };
        assert_eq!(counted, expected);
    }

    #[test]
    fn a_limit_is_said() {
        let file = sparse();
        let counted = sparseness(file.as_fd(), 1 << 20, 1);
        assert!(!counted.complete);
        assert_eq!(counted.data_ranges, 1);
    }

    #[test]
    fn an_all_hole_file_is_one_hole() {
        let file = tempfile::tempfile_in(".").unwrap();
        file.set_len(12345).unwrap();
        let counted = sparseness(file.as_fd(), 12345, 10);
        assert_eq!((counted.holes, counted.hole_bytes, counted.data_ranges), (1, 12345, 0));
        let empty = sparseness(file.as_fd(), 0, 10);
        assert_eq!((empty.holes, empty.data_ranges), (0, 0));
    }

    #[test]
    fn two_pieces_are_two_extents_where_the_file_system_tells() {
        let file = sparse();
        file.sync_all().unwrap();
        match layout(file.as_fd(), u64::MAX) {
            Ok(layout) => {
                assert!(layout.complete);
                assert!(layout.extents >= 2, "{layout:?}");
                assert!((1..=layout.extents).contains(&layout.fragments), "{layout:?}");
            }
            Err(errno) => assert!(matches!(errno, Errno::OPNOTSUPP | Errno::NOTTY), "{errno}"),
        }
    }
}
