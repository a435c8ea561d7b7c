//! A file's layout: which ranges hold data, which are holes, and how many fragments they occupy on
//! disk.
//!
//! Holes come from `SEEK_DATA` and `SEEK_HOLE`, which any user may call and every file system
//! answers (one without holes reports all data). Fragments come from the `FIEMAP` ioctl, which only
//! on-disk file systems support. Both walks stop at a limit that the caller sets, as a file may
//! have millions of extents. Nothing is read or written back.

use std::ops::Range;

use super::holes::{Extent, next_extent};
pub use super::layout::Layout;
use super::posix::BorrowedFd;
use super::{page_size, reopen_quietly};
pub use crate::os::platform::fiemap::{device_size, layout};

/// A range of a file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataRange {
    /// The first byte.
    pub start: u64,
    /// The byte after the last one.
    pub end: u64,
}

/// Returns the data ranges in the first `size` bytes of `file`, in order. The gaps are holes, which
/// read as zeros.
///
/// The walk moves the file position of `file`, so only pass a descriptor that is read by offset.
pub fn data_ranges(file: BorrowedFd<'_>, size: u64) -> impl Iterator<Item = DataRange> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < size {
            let start = at;
            match next_extent(file, at, size) {
                Extent::HoleUntil(end) => at = end,
                Extent::DataUntil(end) => {
                    at = end;
                    return Some(DataRange { start, end });
                }
            }
        }
        None
    })
}

/// Returns the runs of pages in `within` that hold data, in order. After `limit` runs, the rest is
/// reported as data. The position of `file` does not move.
pub fn data_pages(file: BorrowedFd<'_>, within: Range<u64>, limit: usize) -> Vec<Range<u64>> {
    let page_size = page_size() as u64;
    let end_byte = within.end * page_size;
    let Ok(own) = reopen_quietly(file) else { return vec![within] };
    let mut runs: Vec<Range<u64>> = Vec::new();
    let mut at = within.start * page_size;
    while at < end_byte {
        if runs.len() == limit {
            runs.push(at / page_size..within.end);
            break;
        }
        match next_extent(&own, at, end_byte) {
            Extent::HoleUntil(end) => at = end,
            Extent::DataUntil(end) => {
                // A run that ends in the middle of a page may share it with the next one.
                let start = runs.last().map_or(within.start, |run| run.end).max(at / page_size);
                runs.push(start..end.div_ceil(page_size));
                at = end;
            }
        }
    }
    runs
}

/// The amounts of data and holes in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sparseness {
    /// The number of data ranges.
    pub data_ranges: u64,
    /// The bytes in data ranges.
    pub data_bytes: u64,
    /// The number of holes.
    pub holes: u64,
    /// The bytes in holes.
    pub hole_bytes: u64,
    /// Whether the walk reached the end of the file. If not, the figures describe only its
    /// beginning.
    pub complete: bool,
}

/// Counts the data and the holes in the first `size` bytes, visiting at most `limit` data ranges.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::posix::AsFd;
    use std::os::unix::fs::FileExt;

    /// Creates a 1 MiB file with data in its second and last 64 KiB.
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
        let ranges: Vec<DataRange> = data_ranges(file.as_fd(), 1 << 20).collect();
        let expected = [DataRange { start: 1 << 16, end: 2 << 16 }, DataRange { start: 15 << 16, end: 1 << 20 }];
        assert_eq!(ranges, expected);
        let counted = sparseness(file.as_fd(), 1 << 20, usize::MAX);
        let expected =
            Sparseness { data_ranges: 2, data_bytes: 2 << 16, holes: 2, hole_bytes: 14 << 16, complete: true };
        assert_eq!(counted, expected);
    }

    #[test]
    fn pages_of_holes_are_left_out() {
        let file = sparse();
        let page = page_size() as u64;
        let at = |byte: u64| byte / page;
        let expected = vec![at(1 << 16)..at(2 << 16), at(15 << 16)..at(1 << 20)];
        assert_eq!(data_pages(file.as_fd(), 0..at(1 << 20), 9), expected);
        assert_eq!(data_pages(file.as_fd(), at(1 << 16) + 1..at(3 << 16), 9), vec![at(1 << 16) + 1..at(2 << 16)]);
        assert_eq!(
            data_pages(file.as_fd(), 0..at(1 << 20), 1),
            vec![at(1 << 16)..at(2 << 16), at(2 << 16)..at(1 << 20)]
        );
    }

    #[test]
    fn a_limit_is_reported() {
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
    fn two_pieces_are_two_extents_where_the_file_system_can_report_them() {
        let file = sparse();
        file.sync_all().unwrap();
        match layout(file.as_fd(), u64::MAX) {
            Ok(layout) => {
                assert!(layout.complete);
                assert!(layout.extents >= 2, "{layout:?}");
                assert!((1..=layout.extents).contains(&layout.fragments), "{layout:?}");
            }
            Err(errno) => assert!(matches!(errno, rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOTTY), "{errno}"),
        }
    }
}
