//! Finds the data and the holes of a sparse file (`lseek(2)`, SEEK_DATA and SEEK_HOLE).

use std::sync::LazyLock;

use super::posix::{AsFd, Errno, SeekFrom, seek};

/// A run of a file that is all data or all hole. A hole reads as zeros and takes no space on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Data up to this file offset.
    DataUntil(u64),
    /// A hole up to this file offset.
    HoleUntil(u64),
}

/// The length of [`zeros`].
pub const MAX_ZEROS: usize = 4 << 20;

/// Returns the bytes that a hole reads as.
///
/// They are allocated on first use, because a constant would make up most of the program's file.
/// Zeroed memory that is only read occupies no physical pages.
pub fn zeros() -> &'static [u8] {
    static ZEROS: LazyLock<Vec<u8>> = LazyLock::new(|| vec![0; MAX_ZEROS]);
    &ZEROS
}

/// Returns the extent at byte `at` of a file of `len` bytes.
///
/// A file system without holes reports one run of data. The call moves the file position of `fd`,
/// so only pass a descriptor that is read by offset.
pub fn next_extent(fd: impl AsFd, at: u64, len: u64) -> Extent {
    match seek(&fd, SeekFrom::Data(at)) {
        // After the last data: the rest is one hole.
        Err(Errno::NXIO) => Extent::HoleUntil(len),
        Ok(data) if data > at => Extent::HoleUntil(data.min(len)),
        Ok(_) => match seek(&fd, SeekFrom::Hole(at)) {
            Ok(hole) if hole > at => Extent::DataUntil(hole.min(len)),
            _ => Extent::DataUntil(len),
        },
        Err(_) => Extent::DataUntil(len),
    }
}

/// Returns where the last data before `at` ends, or `start` if there is none. That is `at` itself
/// unless it follows a hole.
///
/// No system call searches backwards, so this bisects: about sixty calls at most, regardless of the
/// number of holes.
pub fn data_end_before(fd: impl AsFd, at: u64, start: u64) -> u64 {
    let next_data = |from: u64| match seek(&fd, SeekFrom::Data(from)) {
        Ok(data) => data,
        Err(Errno::NXIO) => u64::MAX,
        // A file system without holes has data everywhere.
        Err(_) => from,
    };
    let hole_after =
        |data: u64| seek(&fd, SeekFrom::Hole(data)).map_or(at, |end| end.clamp(data + 1, at.max(data + 1)));
    if at <= start || next_data(at - 1) < at {
        return at;
    }
    let first = next_data(start);
    if first >= at {
        return start;
    }
    // No data is stored from `hole` up to `at`; `end` is where some earlier data ends.
    let (mut end, mut hole) = (hole_after(first), at - 1);
    while end < hole && next_data(end) < at {
        let middle = next_data(end + (hole - end) / 2);
        if middle < at {
            end = hole_after(middle);
        } else {
            hole = end + (hole - end) / 2;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt;

    #[test]
    fn alternates_and_ends_at_the_length() {
        let file = tempfile::tempfile().unwrap();
        let len = 1 << 20;
        file.set_len(len).unwrap();
        file.write_all_at(b"data", 512 * 1024).unwrap();
        let mut at = 0;
        let mut runs = Vec::new();
        while at < len {
            let run = next_extent(&file, at, len);
            at = match run {
                Extent::DataUntil(end) | Extent::HoleUntil(end) => end,
            };
            runs.push(run);
        }
        assert_eq!(at, len);
        // The file system decides whether holes are kept. Where they are, they must be right.
        if runs.len() == 3 {
            assert_eq!(runs[0], Extent::HoleUntil(512 * 1024));
            assert!(matches!(runs[1], Extent::DataUntil(end) if end >= 512 * 1024 + 4));
            assert_eq!(runs[2], Extent::HoleUntil(len));
        } else {
            assert_eq!(runs, [Extent::DataUntil(len)]);
        }
    }

    /// Regression: finding the last line of a sparse file read all of its last hole backwards.
    #[test]
    fn the_last_data_before_a_hole_is_found() {
        let file = tempfile::tempfile().unwrap();
        let stored = [0u64, 3 << 20, 40 << 20, 41 << 20, 1 << 40];
        for at in stored {
            file.write_all_at(b"data", at).unwrap();
        }
        let length = 1 << 42;
        file.set_len(length).unwrap();
        let ends: Vec<u64> = stored
            .iter()
            .map(|&at| next_extent(&file, at, length))
            .map(|run| match run {
                Extent::DataUntil(end) | Extent::HoleUntil(end) => end,
            })
            .collect();
        for at in [0, 1, 4096, 8192, 2 << 20, 3 << 20, 20 << 20, 40 << 20, 41 << 20, 100 << 20, 1 << 40, length] {
            // Checking byte by byte would take too long. The last run that begins before `at` ends
            // there or at `at`.
            let last = stored.iter().zip(&ends).rfind(|&(&start, _)| start < at).map_or(0, |(_, &end)| end.min(at));
            assert_eq!(data_end_before(&file, at, 0), last, "{at}");
        }
        assert_eq!(data_end_before(&file, length, 1 << 41), 1 << 41);
    }
}
