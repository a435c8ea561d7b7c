//! Compares searches of whole blocks with searches of each line.

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
