//! Finds where lines end in a file that is read from its end.

use std::io;
use std::ops::Range;

use memchr::memrchr;

use crate::io::Source;

/// The number of bytes read backwards at a time.
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
