//! Finds the selected lines of a slice.
//!
//! The whole slice is searched at once, and line boundaries are searched for only around matches,
//! so a block without a match costs one pass of the pattern's fastest literal search. Adjacent
//! selected lines are one piece. Nothing here depends on earlier blocks.

use std::ops::Range;

use memchr::memchr_iter;

use super::failure::Failure;
use super::lines::{count_lines, line_end, lines_of, skip_lines};
use super::multiline;
use super::pattern::LineFinder;
use super::query::{Piece, Query, SearchResults, WantedResults};

/// The number of bytes searched before their lines are counted. It is small enough for the bytes to
/// still be cached, and large enough to amortise the start of a search.
const COUNT_CHUNK: usize = 128 << 10;

/// The maximum number of matches to keep in a block, which allows for one in each line of a log.
const MAX_SPANS: usize = 128 << 10;

impl Query {
    /// Finds the selected lines of `hay`, which begins at a line's start.
    pub fn scan(&self, hay: &[u8], wanted: WantedResults) -> SearchResults {
        if self.any.is_multiline() && wanted.limit != Some(0) {
            return multiline::scan(self, hay, wanted);
        }
        if wanted.is_only_number() && self.is_single_pattern() && !self.any.is_everything() {
            let mut found = SearchResults::default();
            found.failure = self.count(hay, &mut found.selected).err();
            return found;
        }
        self.scan_lines(hay, wanted, |found, lines, count| {
            if wanted.pieces {
                add_piece(found, lines, count);
            }
        })
    }

    /// Adds the number of selected lines of `hay` to `count`. Those of an inverted query are the lines
    /// without a match: counting both kinds costs less than finding where each begins.
    fn count(&self, hay: &[u8], count: &mut u64) -> Result<(), Failure> {
        if !self.invert {
            return self.lines(hay, false).count(count);
        }
        let mut rest = hay;
        while !rest.is_empty() {
            let chunk;
            (chunk, rest) = rest.split_at(line_end(rest, rest.len().min(COUNT_CHUNK) - 1, self.terminator));
            let mut matching = 0;
            self.lines(chunk, false).count(&mut matching)?;
            *count += count_lines(chunk, self.terminator) - matching;
        }
        Ok(())
    }

    /// Finds the selected lines of `hay`, which begins at a line's start, if no match spans lines.
    /// Calls `each` with the results so far, the position of one or several adjacent lines, and
    /// their number.
    pub fn scan_lines(
        &self,
        hay: &[u8],
        wanted: WantedResults,
        each: impl FnMut(&mut SearchResults, Range<usize>, u64),
    ) -> SearchResults {
        let limit = wanted.limit.unwrap_or(u64::MAX);
        let mut scan = LineScan { query: self, hay, wanted, found: SearchResults::default(), counted: 0, each };
        let chunk = if wanted.numbers { COUNT_CHUNK } else { usize::MAX };
        let mut start = 0;
        while start < hay.len() && scan.found.selected < limit {
            let end = match hay.len() - start {
                rest if rest > chunk => line_end(hay, start + chunk, self.terminator),
                _ => hay.len(),
            };
            if let Err(failure) = scan.chunk(start..end) {
                scan.found.failure = Some(failure);
                break;
            }
            start = end;
        }
        if wanted.numbers {
            scan.count_to(hay.len());
        }
        scan.found
    }
}

/// Adds selected lines to the last piece if they follow it, and otherwise as a new one.
fn add_piece(found: &mut SearchResults, lines: Range<usize>, count: u64) {
    match found.pieces.last_mut() {
        Some(last) if last.end == lines.start => {
            last.end = lines.end;
            last.lines += count;
        }
        _ => {
            let line = found.terminators;
            found.pieces.push(Piece { start: lines.start, end: lines.end, line, lines: count, selected: true });
        }
    }
}

/// A scan in progress.
struct LineScan<'s, F> {
    query: &'s Query,
    hay: &'s [u8],
    wanted: WantedResults,
    found: SearchResults,
    /// The position up to which terminators have been counted.
    counted: usize,
    /// What is done with selected lines.
    each: F,
}

impl<F: FnMut(&mut SearchResults, Range<usize>, u64)> LineScan<'_, F> {
    fn chunk(&mut self, chunk: Range<usize>) -> Result<(), Failure> {
        let mut search = self.query.lines(&self.hay[..chunk.end], self.wanted.spans || self.wanted.matches);
        let everything = self.query.any.is_everything() && self.query.is_single_pattern();
        if everything {
            return if self.query.invert { Ok(()) } else { self.select(chunk, &mut search) };
        }
        let mut from = chunk.start;
        let wants_lines = WantedResults { pieces: false, ..self.wanted }.is_only_number();
        if wants_lines && self.query.is_single_pattern() && !self.query.invert {
            while let Some(line) = search.next(from)? {
                from = line.end;
                self.found.selected += 1;
                (self.each)(&mut self.found, line, 1);
            }
            return Ok(());
        }
        while from < chunk.end && !self.is_enough() {
            let line = self.query.find(&mut search, from)?;
            if self.query.invert {
                let gap_end = line.as_ref().map_or(chunk.end, |line| line.start);
                if gap_end > from {
                    self.select(from..gap_end, &mut search)?;
                }
            } else if let Some(line) = line.clone() {
                self.select(line, &mut search)?;
            }
            let Some(line) = line else { break };
            from = line.end;
        }
        Ok(())
    }

    fn is_enough(&self) -> bool {
        self.wanted.limit.is_some_and(|limit| self.found.selected >= limit)
    }

    /// Adds whole lines, up to the limit.
    fn select(&mut self, mut lines: Range<usize>, search: &mut LineFinder<'_, '_>) -> Result<(), Failure> {
        let left = self.wanted.limit.map_or(u64::MAX, |limit| limit - self.found.selected);
        let mut count = match self.selects_many() {
            true => count_lines(&self.hay[lines.clone()], self.query.terminator),
            false => 1,
        };
        if count > left {
            lines.end = lines.start + skip_lines(&self.hay[lines.clone()], left, self.query.terminator);
            count = left;
        }
        if self.wanted.numbers {
            self.count_to(lines.start);
        }
        if self.wanted.spans {
            self.keep_matches(lines.clone(), search)?;
        }
        if self.wanted.matches {
            self.count_matches(lines.clone(), search)?;
        }
        self.found.selected += count;
        (self.each)(&mut self.found, lines, count);
        Ok(())
    }

    /// Counts the matches in some lines. Lines of an inverted query contain no match, and each is
    /// counted as one.
    fn count_matches(&mut self, lines: Range<usize>, search: &mut LineFinder<'_, '_>) -> Result<(), Failure> {
        if self.query.invert {
            self.found.matches += lines_of(&self.hay[lines], self.query.terminator).count() as u64;
            return Ok(());
        }
        self.each_match(lines, search, |found, _| found.matches += 1)
    }

    /// Keeps the matches in some lines, so that printing need not search again.
    fn keep_matches(&mut self, lines: Range<usize>, search: &mut LineFinder<'_, '_>) -> Result<(), Failure> {
        self.each_match(lines, search, |found, span| {
            // The search continues to the last match, because any step of it may fail.
            if found.spans.len() < MAX_SPANS {
                found.spans.push(span);
            }
        })?;
        self.found.omits_spans = self.found.spans.len() >= MAX_SPANS;
        Ok(())
    }

    fn each_match(
        &mut self,
        lines: Range<usize>,
        search: &mut LineFinder<'_, '_>,
        mut each: impl FnMut(&mut SearchResults, Range<usize>),
    ) -> Result<(), Failure> {
        if !self.selects_many() {
            return search.matches_in(lines, |span| each(&mut self.found, span));
        }
        let mut start = lines.start;
        for line in lines_of(&self.hay[lines], self.query.terminator) {
            search.matches_in(start..start + line.len(), |span| each(&mut self.found, span))?;
            start += line.len();
        }
        Ok(())
    }

    /// Returns whether many lines are selected at once.
    fn selects_many(&self) -> bool {
        self.query.invert || self.query.any.is_everything()
    }

    fn count_to(&mut self, end: usize) {
        self.found.terminators += memchr_iter(self.query.terminator, &self.hay[self.counted..end]).count() as u64;
        self.counted = end;
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Pattern;
    use super::super::syntax::{Boundary, Case, Dialect, Syntax};
    use super::*;
    use proptest::prelude::*;

    fn pattern(alternatives: &[&str], syntax: &Syntax) -> Pattern {
        let bytes: Vec<Vec<u8>> = alternatives.iter().map(|s| s.as_bytes().to_vec()).collect();
        Pattern::new(&bytes, syntax).unwrap()
    }

    fn query(alternatives: &[&str], syntax: &Syntax, invert: bool) -> Query {
        Query {
            any: pattern(alternatives, syntax),
            and: Vec::new(),
            not: Vec::new(),
            invert,
            terminator: syntax.terminator,
        }
    }

    const ALL: WantedResults = WantedResults { pieces: true, numbers: true, matches: false, spans: false, limit: None };

    /// Searches each line separately.
    fn naive(query: &Query, hay: &[u8]) -> Vec<(usize, usize, u64)> {
        let mut selected = Vec::new();
        let mut start = 0;
        for (number, line) in lines_of(hay, query.terminator).enumerate() {
            let content = query.any.content(line);
            let matches = |pattern: &Pattern| pattern.is_match(content).unwrap();
            let holds = matches(&query.any) && query.and.iter().all(matches) && !query.not.iter().any(matches);
            if holds != query.invert {
                selected.push((start, start + line.len(), number as u64));
            }
            start += line.len();
        }
        selected
    }

    /// Searches each line for all matches.
    fn naive_spans(query: &Query, hay: &[u8]) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        for (start, end, _) in naive(query, hay) {
            let content = query.any.content(&hay[start..end]);
            query
                .any
                .matches_in(content, |found| {
                    spans.push(start + found.start..start + found.end);
                    true
                })
                .unwrap();
        }
        spans
    }

    /// Checks the matches that a scan reports.
    fn matches_are_those_of_each_line(query: &Query, hay: &[u8]) -> Result<(), TestCaseError> {
        let spans = naive_spans(query, hay);
        let found = query.scan(hay, WantedResults { spans: true, ..ALL });
        prop_assert_eq!(&found.spans, &spans);
        prop_assert_eq!(one_by_one(&found, hay, query.terminator), naive(query, hay));
        let counted = query.scan(hay, WantedResults { matches: true, ..WantedResults::default() });
        prop_assert_eq!(counted.matches, spans.len() as u64);
        Ok(())
    }

    fn one_by_one(found: &SearchResults, hay: &[u8], terminator: u8) -> Vec<(usize, usize, u64)> {
        let mut lines = Vec::new();
        for piece in &found.pieces {
            let (mut start, mut number) = (piece.start, piece.line);
            for line in lines_of(&hay[piece.start..piece.end], terminator) {
                lines.push((start, start + line.len(), number));
                start += line.len();
                number += 1;
            }
            assert_eq!(number - piece.line, piece.lines);
        }
        lines
    }

    proptest! {
        #[test]
        fn the_fast_path_selects_what_matching_each_line_selects(
            hay in proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'b'), Just(b' '), Just(b'\n'), Just(b'\r'), Just(0u8), Just(0xffu8), Just(b'k')], 0..200),
            which in 0usize..14,
            case in 0u8..2, boundary in 0u8..3, invert: bool, zero: bool, crlf: bool,
            and in proptest::option::of(0usize..14), not in proptest::option::of(0usize..14),
        ) {
            let patterns = ["a", "ab", "", "^", "$", "^$", "a*b", "[ab]+ a", "b.a", "(a|b)b|k", r"\bab\b", "a$", "^b", r"\Aa"];
            let syntax = Syntax {
                case: if case == 0 { Case::Sensitive } else { Case::Insensitive },
                boundary: [Boundary::Any, Boundary::Word, Boundary::Line][usize::from(boundary)],
                terminator: if zero { 0 } else { b'\n' },
                crlf: crlf && !zero,
                ..Syntax::default()
            };
            let mut query = query(&[patterns[which]], &syntax, invert);
            query.and.extend(and.map(|i| pattern(&[patterns[i]], &syntax)));
            query.not.extend(not.map(|i| pattern(&[patterns[i]], &syntax)));
            let found = query.scan(&hay, ALL);
            let expected = naive(&query, &hay);
            prop_assert_eq!(one_by_one(&found, &hay, syntax.terminator), expected.clone());
            prop_assert_eq!(found.selected, expected.len() as u64);
            let counted = query.scan(&hay, WantedResults::default());
            prop_assert_eq!(counted.selected, expected.len() as u64);
            if !invert {
                matches_are_those_of_each_line(&query, &hay)?;
            }
            let limited = query.scan(&hay, WantedResults { limit: Some(3), ..ALL });
            prop_assert_eq!(one_by_one(&limited, &hay, syntax.terminator), expected[..expected.len().min(3)].to_vec());
        }
    }

    proptest! {
        #[test]
        fn perl_patterns_select_what_matching_each_line_selects(
            hay in proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'b'), Just(b' '), Just(b'\n'), Just(b'\n'), Just(0xc3u8), Just(0xa9u8)], 0..3000),
            which in 0usize..14, boundary in 0u8..3, unicode: bool, invert: bool,
        ) {
            let patterns = ["ab", "a*", "^", "$", "^$", "a*b", r"(a|b)\1\1", r"b\K", r"\bab\b", "a$", "^b", "[ab]+ a", "a.b", r"x*$"];
            let boundary = [Boundary::Any, Boundary::Word, Boundary::Line][usize::from(boundary)];
            let syntax = Syntax { dialect: Dialect::Perl, boundary, unicode, ..Syntax::default() };
            if cfg!(feature = "pcre2") {
                let query = query(&[patterns[which]], &syntax, invert);
                let found = query.scan(&hay, ALL);
                prop_assert_eq!(one_by_one(&found, &hay, b'\n'), naive(&query, &hay));
                prop_assert_eq!(query.scan(&hay, WantedResults::default()).selected, found.selected);
                if !invert {
                    matches_are_those_of_each_line(&query, &hay)?;
                }
            }
        }
    }

    // Regression: an empty match at the end of lines that are searched together was mistaken for
    // one in the next line.
    #[test]
    fn an_empty_match_after_the_last_line_is_not_counted() {
        let hay = [&[b'a'; 63][..], b"\na"].concat();
        for dialect in [Dialect::Rust, Dialect::Perl] {
            if dialect == Dialect::Rust || cfg!(feature = "pcre2") {
                let query = query(&["x*$"], &Syntax { dialect, ..Syntax::default() }, false);
                assert_eq!(query.scan(&hay, WantedResults { spans: true, ..ALL }).spans, [63..63, 65..65]);
            }
        }
    }

    #[test]
    fn lines_that_touch_are_one_piece() {
        let found = query(&["a"], &Syntax::default(), false).scan(b"a\na\nb\na", ALL);
        let piece = |start, end, line, lines| Piece { start, end, line, lines, selected: true };
        assert_eq!(found.pieces, [piece(0, 4, 0, 2), piece(6, 7, 3, 1)]);
        assert_eq!((found.selected, found.terminators), (3, 3));
    }

    #[test]
    fn numbers_are_right_across_counted_chunks() {
        let mut hay = b"no match in this line\n".repeat(40_000);
        hay.extend_from_slice(b"needle\n");
        let found = query(&["needle"], &Syntax::default(), false).scan(&hay, ALL);
        assert_eq!(found.pieces[0].line, 40_000);
        assert_eq!(found.terminators, 40_001);
        let inverted = query(&["needle"], &Syntax::default(), true);
        assert_eq!(inverted.scan(&hay, WantedResults::default()).selected, 40_000);
    }

    #[test]
    fn no_alternative_selects_nothing_and_inverted_everything() {
        let none: &[&str] = &[];
        assert_eq!(query(none, &Syntax::default(), false).scan(b"a\nb\n", ALL).selected, 0);
        assert_eq!(query(none, &Syntax::default(), true).scan(b"a\nb\n", ALL).selected, 2);
    }

    #[test]
    fn the_longest_match_is_found_under_posix_rules_and_the_first_otherwise() {
        let ends = |alternatives: &[&str], dialect| {
            let syntax = Syntax { dialect, ..Syntax::default() };
            let mut all = Vec::new();
            pattern(alternatives, &syntax)
                .matches_in(b"xabcd", |m| {
                    all.push((m.start, m.end));
                    true
                })
                .unwrap();
            all
        };
        assert_eq!(ends(&["a|ab|abc"], Dialect::Rust), [(1, 2)]);
        assert_eq!(ends(&["a|ab|abc"], Dialect::Extended), [(1, 4)]);
        assert_eq!(ends(&["(a|ab)(c|bcd)"], Dialect::Extended), [(1, 5)]);
        assert_eq!(ends(&["a", "abc"], Dialect::Fixed), [(1, 4)]);
    }
}
