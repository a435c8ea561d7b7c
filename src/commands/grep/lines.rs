//! Counts, skips and iterates over the lines of a slice.

use memchr::{memchr, memchr_iter, memrchr};

/// Returns the end of the line that contains `at`, including its terminator.
pub fn line_end(hay: &[u8], at: usize, terminator: u8) -> usize {
    memchr(terminator, &hay[at..]).map_or(hay.len(), |i| at + i + 1)
}

/// Counts the lines of `hay`, including an unterminated last line.
pub fn count_lines(hay: &[u8], terminator: u8) -> u64 {
    let open = hay.last().is_some_and(|&last| last != terminator);
    memchr_iter(terminator, hay).count() as u64 + u64::from(open)
}

/// Returns the end of the first `lines` lines of `hay`.
pub fn skip_lines(hay: &[u8], lines: u64, terminator: u8) -> usize {
    let mut at = 0;
    for _ in 0..lines {
        if at == hay.len() {
            break;
        }
        at = line_end(hay, at, terminator);
    }
    at
}

/// Returns the start of the last `lines` lines of `hay`, and their number, which may be smaller.
pub fn last_lines(hay: &[u8], lines: u64, terminator: u8) -> (usize, u64) {
    let (mut at, mut count) = (hay.len(), 0);
    while count < lines && at > 0 {
        at = memrchr(terminator, &hay[..at - 1]).map_or(0, |i| i + 1);
        count += 1;
    }
    (at, count)
}

/// Returns the lines of `hay`, including their terminators.
pub fn lines_of(hay: &[u8], terminator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = hay;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, after) = rest.split_at(line_end(rest, 0, terminator));
        rest = after;
        Some(line)
    })
}
