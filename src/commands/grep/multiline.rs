//! Finds the selected lines if matches may span lines (`-U`), in a whole input at once.
//!
//! Every match is found once, in the context of the whole input, and each step continues from the
//! one before, so the time is linear in the input, regardless of the matches. Matches that share a
//! line belong to one stretch of lines; matches on adjacent lines do not.

use std::ops::Range;

use memchr::{memchr_iter, memrchr};

use super::failure::Failure;
use super::lines::{count_lines, line_end, skip_lines};
use super::query::{Piece, Query, SearchResults, WantedResults};

/// Whole lines with the matches on them.
struct MatchedLines {
    lines: Range<usize>,
    /// The indices of the matches.
    spans: Range<usize>,
}

/// Finds the selected lines of `hay`, which is a whole input.
pub fn scan(query: &Query, hay: &[u8], wanted: WantedResults) -> SearchResults {
    let mut found = SearchResults::default();
    let (matched_lines, mut spans) = match matched_lines(query, hay, wanted) {
        Ok(all) => all,
        Err(failure) => return SearchResults { failure: Some(failure), ..SearchResults::default() },
    };
    let lines: Vec<Range<usize>> = match query.invert {
        false => matched_lines.iter().map(|matched| matched.lines.clone()).collect(),
        true => gaps(&matched_lines, hay, wanted.limit.unwrap_or(u64::MAX), query.terminator),
    };
    let counts = |lines: &Range<usize>| count_lines(&hay[lines.clone()], query.terminator);
    found.selected = if query.invert { lines.iter().map(counts).sum() } else { lines.len() as u64 };
    if wanted.matches {
        found.matches = if query.invert { found.selected } else { spans.len() as u64 };
    }
    let mut counted = 0;
    let mut count_to = |end: usize, found: &mut SearchResults| {
        if wanted.numbers {
            found.terminators += memchr_iter(query.terminator, &hay[counted..end]).count() as u64;
            counted = end;
        }
    };
    if wanted.pieces {
        for lines in lines {
            count_to(lines.start, &mut found);
            let count = counts(&lines);
            let (start, end) = (lines.start, lines.end);
            found.pieces.push(Piece { start, end, line: found.terminators, lines: count, selected: true });
        }
        found.spans = std::mem::take(&mut spans);
    }
    count_to(hay.len(), &mut found);
    found
}

/// Finds the stretches of lines with a match, up to the limit, and their matches.
fn matched_lines(
    query: &Query,
    hay: &[u8],
    wanted: WantedResults,
) -> Result<(Vec<MatchedLines>, Vec<Range<usize>>), Failure> {
    let max = match wanted.limit {
        Some(limit) if !query.invert && query.and.is_empty() && query.not.is_empty() => limit,
        _ => u64::MAX,
    };
    let (mut matched_lines, mut spans): (Vec<MatchedLines>, Vec<Range<usize>>) = (Vec::new(), Vec::new());
    query.any.matches_in(hay, |span| {
        // An empty match after the last terminator belongs to no line.
        if span.start == hay.len() && hay.last().is_none_or(|&last| last == query.terminator) {
            return false;
        }
        let line_after =
            |end: usize| line_end(hay, end.saturating_sub(usize::from(end > span.start)), query.terminator);
        let before = matched_lines.last().map_or(0, |last| last.lines.end);
        let is_enough = matched_lines.len() as u64 == max;
        match matched_lines.last_mut() {
            // Past the limit, a match counts only if it is in lines that are printed anyway.
            Some(last) if span.start < last.lines.end && is_enough && span.end > last.lines.end => return false,
            Some(last) if span.start < last.lines.end => {
                if span.end > last.lines.end {
                    last.lines.end = line_after(span.end);
                }
                last.spans.end += 1;
            }
            _ if is_enough => return false,
            _ => {
                let start = memrchr(query.terminator, &hay[before..span.start]).map_or(before, |at| before + at + 1);
                matched_lines
                    .push(MatchedLines { lines: start..line_after(span.end), spans: spans.len()..spans.len() + 1 });
            }
        }
        spans.push(span);
        true
    })?;
    if query.and.is_empty() && query.not.is_empty() {
        return Ok((matched_lines, spans));
    }
    confirmed(query, hay, matched_lines, &spans, wanted)
}

/// Keeps the stretches that satisfy `--and` and `--not`.
fn confirmed(
    query: &Query,
    hay: &[u8],
    matched_lines: Vec<MatchedLines>,
    spans: &[Range<usize>],
    wanted: WantedResults,
) -> Result<(Vec<MatchedLines>, Vec<Range<usize>>), Failure> {
    let max = if query.invert { u64::MAX } else { wanted.limit.unwrap_or(u64::MAX) };
    let (mut kept, mut kept_spans) = (Vec::new(), Vec::new());
    for matched in matched_lines {
        if kept.len() as u64 == max {
            break;
        }
        if query.confirms(&hay[matched.lines.clone()])? {
            kept_spans.extend_from_slice(&spans[matched.spans.clone()]);
            kept.push(matched);
        }
    }
    Ok((kept, kept_spans))
}

/// Returns the lines between stretches, at most `max` of them.
fn gaps(matched_lines: &[MatchedLines], hay: &[u8], max: u64, terminator: u8) -> Vec<Range<usize>> {
    let (mut gaps, mut remaining, mut from) = (Vec::new(), max, 0);
    let end = std::iter::once(hay.len()..hay.len());
    for matched in matched_lines.iter().map(|matched| matched.lines.clone()).chain(end) {
        if from < matched.start && remaining > 0 {
            let length = match remaining {
                u64::MAX => matched.start - from,
                _ => skip_lines(&hay[from..matched.start], remaining, terminator),
            };
            remaining = remaining.saturating_sub(count_lines(&hay[from..from + length], terminator));
            gaps.push(from..from + length);
        }
        from = matched.end;
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Pattern;
    use super::super::syntax::Syntax;
    use super::*;

    fn query(pattern: &str, invert: bool) -> Query {
        let syntax = Syntax { multiline: true, ..Syntax::default() };
        let any = Pattern::new(&[pattern.into()], &syntax).unwrap();
        Query { any, and: Vec::new(), not: Vec::new(), invert, terminator: b'\n' }
    }

    const ALL: WantedResults = WantedResults { pieces: true, numbers: true, matches: true, spans: false, limit: None };

    fn lines(found: &SearchResults) -> Vec<(usize, usize, u64, u64)> {
        found.pieces.iter().map(|piece| (piece.start, piece.end, piece.line, piece.lines)).collect()
    }

    #[test]
    fn matches_on_lines_that_touch_are_apart_and_those_that_share_one_together() {
        let found = query("b1\nb2", false).scan(b"b1\nb2\nb1\nb2\nc\n", ALL);
        assert_eq!(lines(&found), [(0, 6, 0, 2), (6, 12, 2, 2)]);
        assert_eq!((found.selected, found.matches, found.terminators), (2, 2, 5));
        let shared = query("x\nx|y\nz", false).scan(b"x\nx y\nz\n", ALL);
        assert_eq!(lines(&shared), [(0, 8, 0, 3)]);
        assert_eq!((shared.selected, shared.spans), (1, vec![0..3, 4..7]));
    }

    // Regression: `-m 1` cut the match after its first line.
    #[test]
    fn a_limit_keeps_matches_whole() {
        let found = query("b1\nb2", false).scan(b"b1\nb2\nb1\nb2\n", WantedResults { limit: Some(1), ..ALL });
        assert_eq!((lines(&found), found.matches), (vec![(0, 6, 0, 2)], 1));
    }

    #[test]
    fn inverted_are_the_lines_between() {
        let hay = b"a\nb1\nb2\nc\nd\n";
        assert_eq!(lines(&query("b1\nb2", true).scan(hay, ALL)), [(0, 2, 0, 1), (8, 12, 3, 2)]);
        let limited = query("b1\nb2", true).scan(hay, WantedResults { limit: Some(2), ..ALL });
        assert_eq!(lines(&limited), [(0, 2, 0, 1), (8, 10, 3, 1)]);
    }

    // Regression: a line was not selected if its only match was empty and at its beginning, where a
    // match on the line above had ended.
    #[test]
    fn an_empty_match_counts_where_a_line_begins() {
        let found = query(r"a\n|^", false).scan(b"a\nb\n", ALL);
        assert_eq!((lines(&found), found.spans), (vec![(0, 2, 0, 1), (2, 4, 1, 1)], vec![0..2, 2..2]));
    }

    #[test]
    fn an_anchor_of_the_whole_input_matches_once() {
        assert_eq!(query(r"\Ab", false).scan(b"b\nb\n", ALL).selected, 1);
    }
}
