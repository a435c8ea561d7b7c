//! Finds and counts the ends of lines in a file.

use std::io;
use std::ops::Range;

use memchr::{memchr_iter, memrchr};

use crate::io::Source;

/// The number of bytes read at a time.
const PIECE: u64 = 64 << 10;

/// Returns the offset after the last terminator in `within`, or the start of `within` if there is
/// none. Skips holes unless their zeros are terminators.
///
/// # Errors
/// Returns an error if reading fails.
pub fn last_line_end(source: &Source, within: Range<u64>, terminator: u8) -> io::Result<u64> {
    let mut end = within.end;
    let mut buffer = vec![0; PIECE as usize];
    while end > within.start {
        let start = end.saturating_sub(PIECE).max(within.start);
        let got = source.read_at(&mut buffer[..(end - start) as usize], start)?;
        if let Some(at) = memrchr(terminator, &buffer[..got]) {
            return Ok(start + at as u64 + 1);
        }
        let may_be_hole = terminator != 0 && buffer.first() == Some(&0);
        end = if may_be_hole { source.data_end_before(start, within.start) } else { start };
    }
    Ok(within.start)
}

/// Returns the start of the last `count` lines in `within`, all of which are terminated.
///
/// # Errors
/// Returns an error if reading fails.
pub fn last_lines_start(source: &Source, within: Range<u64>, count: u64) -> io::Result<u64> {
    let mut start = within.end;
    for _ in 0..count {
        if start == within.start {
            break;
        }
        start = last_line_end(source, within.start..start - 1, b'\n')?;
    }
    Ok(start)
}

/// Returns the number of line ends in `within`.
///
/// # Errors
/// Returns an error if reading fails.
pub fn count_lines(source: &Source, within: Range<u64>) -> io::Result<u64> {
    let (mut at, mut count) = (within.start, 0);
    let mut buffer = vec![0; PIECE as usize];
    while at < within.end {
        let want = (within.end - at).min(PIECE) as usize;
        let got = source.read_at(&mut buffer[..want], at)?;
        if got == 0 {
            break;
        }
        count += memchr_iter(b'\n', &buffer[..got]).count() as u64;
        at += got as u64;
    }
    Ok(count)
}
