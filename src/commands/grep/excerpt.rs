//! The part of a long line that is worth seeing: as many bytes as asked for, with the first match in their middle.

use std::ops::Range;

/// What stands for the part of a line left out.
const ELLIPSIS: &[u8] = b"[...]";

/// A part of a line, and what to print for the rest.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Stands for what is left out before.
    pub before: &'static [u8],
    /// The part to show.
    pub shown: Range<usize>,
    /// Stands for what is left out after.
    pub after: &'static [u8],
}

impl Excerpt {
    /// At most `most` bytes of `line` with `found` in their middle; the line's beginning when there is no match. A cut
    /// never falls within a UTF-8 character.
    pub fn around(line: &[u8], found: Option<Range<usize>>, most: usize) -> Excerpt {
        let found = found.unwrap_or(0..0);
        // A match longer than the excerpt shows its beginning.
        let spare = most.saturating_sub(found.len());
        let start = found.start.saturating_sub(spare / 2).min(line.len().saturating_sub(most));
        let end = (start + most).min(line.len());
        let start = (start..end).find(|&at| is_boundary(line, at)).unwrap_or(end);
        let end = (start..=end).rfind(|&at| is_boundary(line, at)).unwrap_or(start);
        let mark = |left_out: bool| if left_out { ELLIPSIS } else { &[] };
        Excerpt { before: mark(start > 0), shown: start..end, after: mark(end < line.len()) }
    }
}

/// Whether `at` does not split a character. Bytes that are no UTF-8 may be parted anywhere after four of them.
fn is_boundary(line: &[u8], at: usize) -> bool {
    let continuing = |at: usize| line.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    !continuing(at) || (at >= 3 && (at - 3..at).all(continuing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shown(line: &str, found: Range<usize>, most: usize, expected: &str) {
        let excerpt = Excerpt::around(line.as_bytes(), Some(found), most);
        let text = [excerpt.before, &line.as_bytes()[excerpt.shown], excerpt.after].concat();
        assert_eq!(String::from_utf8_lossy(&text), expected);
    }

    #[test]
    fn the_match_stands_in_the_middle_but_for_the_ends() {
        shown("0123456789", 4..6, 6, "[...]234567[...]");
        shown("0123456789", 0..1, 4, "0123[...]");
        shown("0123456789", 9..10, 4, "[...]6789");
        shown("0123456789", 2..9, 3, "[...]234[...]");
    }

    #[test]
    fn characters_are_not_split() {
        shown("ééééé", 4..6, 4, "[...]é[...]");
        shown("ééééé", 4..6, 0, "[...][...]");
    }
}
