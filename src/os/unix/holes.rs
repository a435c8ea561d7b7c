//! Where a sparse file has data and where it has holes (`lseek(2)`, SEEK_DATA and SEEK_HOLE).

use std::os::fd::AsFd;

use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;

/// A run of a file that is all data or all hole. A hole reads as zeros and has no pages on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Bytes up to this file offset are stored.
    DataUntil(u64),
    /// Bytes up to this file offset are a hole.
    HoleUntil(u64),
}

/// What stands at byte `at` of a file of `len` bytes, and up to where.
///
/// A filesystem that knows no holes reports one run of data. The file offset of `fd` moves, so this
/// is for descriptors that are read by position only.
pub fn next_extent(fd: impl AsFd, at: u64, len: u64) -> Extent {
    match seek(&fd, SeekFrom::Data(at)) {
        // Past the last data: the rest is one hole.
        Err(Errno::NXIO) => Extent::HoleUntil(len),
        Ok(data) if data > at => Extent::HoleUntil(data.min(len)),
        Ok(_) => match seek(&fd, SeekFrom::Hole(at)) {
            Ok(hole) if hole > at => Extent::DataUntil(hole.min(len)),
            _ => Extent::DataUntil(len),
        },
        Err(_) => Extent::DataUntil(len),
    }
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
        // Whether holes are kept is the filesystem's choice; where they are, they are the right ones.
        if runs.len() == 3 {
            assert_eq!(runs[0], Extent::HoleUntil(512 * 1024));
            assert!(matches!(runs[1], Extent::DataUntil(end) if end >= 512 * 1024 + 4));
            assert_eq!(runs[2], Extent::HoleUntil(len));
        } else {
            assert_eq!(runs, [Extent::DataUntil(len)]);
        }
    }
}
