//! The part of a long line to print, and the note in place of the rest.

use std::borrow::Cow;
use std::ops::Range;

use crate::cli::grep::Preview;

/// The mark with which [`Excerpt::around`] replaces omitted text.
const ELLIPSIS: &str = "[...]";

/// The settings for printing long lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongLines {
    /// The length in bytes of the longest line that is printed whole.
    pub max: usize,
    /// The part of a longer line to show, if any.
    pub preview: Option<Preview>,
}

/// A part of a line, and the text to print for the rest.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The text in place of the omitted start.
    pub before: &'static str,
    /// The part to show.
    pub shown: Range<usize>,
    /// The text in place of the omitted end.
    pub after: Cow<'static, str>,
}

impl Excerpt {
    /// Returns ripgrep's note in place of a line, with the number of its matches if that is known.
    pub fn note(selected: bool, matches: Option<u64>) -> Excerpt {
        let after = match matches {
            Some(matches) => format!("[Omitted long line with {matches} matches]").into(),
            None if selected => "[Omitted long matching line]".into(),
            None => "[Omitted long context line]".into(),
        };
        Excerpt { before: "", shown: 0..0, after }
    }

    /// Returns the end of the first `max` characters of a line.
    pub fn end_of_start(line: &[u8], max: usize) -> usize {
        let chars = line.utf8_chunks().flat_map(|chunk| {
            let invalid = Some(chunk.invalid().len()).filter(|&length| length > 0);
            chunk.valid().chars().map(char::len_utf8).chain(invalid)
        });
        chars.take(max).sum()
    }

    /// Returns the start of a line up to `end`, with ripgrep's note about the rest: the number of
    /// matches in it, if that is known.
    pub fn start(end: usize, matches_left: Option<u64>) -> Excerpt {
        let after = match matches_left {
            Some(1) => " [... 1 more match]".into(),
            Some(left) => format!(" [... {left} more matches]").into(),
            None => " [... omitted end of long line]".into(),
        };
        Excerpt { before: "", shown: 0..end, after }
    }

    /// Returns at most `max` bytes of `line` with `found` in their middle, or the line's beginning if
    /// there is no match. Never splits a UTF-8 character.
    pub fn around(line: &[u8], found: Option<Range<usize>>, max: usize) -> Excerpt {
        let found = found.unwrap_or(0..0);
        // If the match is longer than the excerpt, its beginning is shown.
        let spare = max.saturating_sub(found.len());
        let start = found.start.saturating_sub(spare / 2).min(line.len().saturating_sub(max));
        let end = (start + max).min(line.len());
        let start = (start..end).find(|&at| is_boundary(line, at)).unwrap_or(end);
        let end = (start..=end).rfind(|&at| is_boundary(line, at)).unwrap_or(start);
        let mark = |left_out: bool| if left_out { ELLIPSIS } else { "" };
        Excerpt { before: mark(start > 0), shown: start..end, after: mark(end < line.len()).into() }
    }
}

/// Returns whether `at` does not split a character. Bytes that are not UTF-8 may be split after four of them.
fn is_boundary(line: &[u8], at: usize) -> bool {
    let continuing = |at: usize| line.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    !continuing(at) || (at >= 3 && (at - 3..at).all(continuing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shown(line: &str, found: Range<usize>, max: usize, expected: &str) {
        let excerpt = Excerpt::around(line.as_bytes(), Some(found), max);
        let shown = String::from_utf8_lossy(&line.as_bytes()[excerpt.shown]).into_owned();
        assert_eq!([excerpt.before, &shown, &excerpt.after].concat(), expected);
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
