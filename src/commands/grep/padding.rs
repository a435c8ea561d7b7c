//! Handles text that contains runs of NUL bytes, such as a log that was truncated while its writer
//! continued.
//!
//! The runs are padding: they belong to no line and are never printed. A NUL byte ends a line that has
//! no terminator before it. A selected line that is not text still makes the input binary.

use std::ops::Range;

use memchr::memchr;

use super::query::{Query, SearchResults, WantedResults};

/// The minimum number of consecutive NUL bytes in padding. Fewer occur between texts in binary
/// formats.
const SHORTEST_RUN: usize = 16;

/// Returns whether the first bytes of an input consist of text and runs of NUL bytes.
pub fn is_padded_text(head: &[u8]) -> bool {
    let texts = texts_of(head);
    let is_short = |run: Range<usize>| !run.is_empty() && run.len() < SHORTEST_RUN;
    let mut end = 0;
    for text in texts.iter().cloned() {
        if is_short(end..text.start) {
            return false;
        }
        let is_cut = text.end == head.len();
        match first_binary_byte(&head[text.clone()]) {
            // The head may end in the middle of a character.
            Some(at) if !(is_cut && text.len() - at < 4 && is_start_of_character(&head[text.start + at..])) => {
                return false;
            }
            _ => end = text.end,
        }
    }
    // A single NUL byte at the end makes an input binary, as in GNU grep.
    !is_short(end..head.len())
}

/// Finds the selected lines among the texts in `hay`.
pub fn scan(query: &Query, hay: &[u8], wanted: WantedResults) -> SearchResults {
    let mut all = SearchResults::default();
    for text in texts_of(hay) {
        let limit = wanted.limit.map(|limit| limit.saturating_sub(all.selected));
        // Lines are counted even after the last one to be selected.
        let mut found = query.scan(&hay[text.clone()], WantedResults { limit, ..wanted });
        if limit == Some(0) && wanted.numbers {
            found.terminators = memchr::memchr_iter(query.terminator, &hay[text.clone()]).count() as u64;
        }
        found.shift(text.start as isize);
        for piece in &mut found.pieces {
            piece.line += all.terminators;
        }
        all.pieces.append(&mut found.pieces);
        all.selected += found.selected;
        all.matches += found.matches;
        all.terminators += found.terminators;
        if found.failure.is_some() {
            all.failure = found.failure;
            break;
        }
    }
    all
}

/// Returns the position of the first byte that is not text: a control character, or a byte that is
/// not valid UTF-8.
pub fn first_binary_byte(bytes: &[u8]) -> Option<usize> {
    let is_control = |&byte: &u8| byte < b' ' && !matches!(byte, 0x08..=0x0d | 0x1b);
    let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    bytes[..valid].iter().position(is_control).or((valid < bytes.len()).then_some(valid))
}

fn is_start_of_character(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

/// Returns the ranges of `hay` with bytes other than NUL.
fn texts_of(hay: &[u8]) -> Vec<Range<usize>> {
    let mut texts = Vec::new();
    let mut at = 0;
    while let Some(start) = hay[at..].iter().position(|&byte| byte != 0).map(|i| at + i) {
        at = memchr(0, &hay[start..]).map_or(hay.len(), |i| start + i);
        texts.push(start..at);
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Pattern;
    use super::super::syntax::Syntax;
    use super::*;

    #[test]
    fn runs_of_nul_bytes_are_padding_and_single_ones_are_not() {
        let nuls = [0; 40];
        assert!(is_padded_text(&nuls));
        assert!(is_padded_text(&[&nuls[..], b"a\tb\n"].concat()));
        assert!(is_padded_text(&[b"a\n", &nuls[..], b"b\n\xc3"].concat()));
        assert!(!is_padded_text(b"a\0b\n"));
        // Regression: a file with a NUL byte at the end was not listed by -L and -I.
        assert!(!is_padded_text(b"a\n\0"));
        assert!(!is_padded_text(&[&nuls[..], b"\x7fELF\x02\x01"].concat()));
        assert!(!is_padded_text(&[&nuls[..], b"a\xffb\n"].concat()));
    }

    #[test]
    fn lines_between_runs_are_found_with_their_numbers() {
        let any = Pattern::new(&[b"^a".to_vec()], &Syntax::default()).unwrap();
        let query = Query { any, and: Vec::new(), not: Vec::new(), invert: false, terminator: b'\n' };
        let wanted = WantedResults { pieces: true, numbers: true, matches: false, spans: false, limit: None };
        let found = scan(&query, b"\0\0a1\nb\na2\0\0\0a3\nb\n", wanted);
        let lines: Vec<_> = found.pieces.iter().map(|piece| (piece.start, piece.end, piece.line)).collect();
        assert_eq!(lines, [(2, 5, 0), (7, 9, 2), (12, 15, 2)]);
        assert_eq!((found.selected, found.terminators), (3, 4));
        let limited = scan(&query, b"a1\n\0a2\n", WantedResults { limit: Some(1), ..wanted });
        assert_eq!((limited.selected, limited.terminators), (1, 2));
    }
}
