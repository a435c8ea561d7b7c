//! Finds the matches of a regex that begins with a literal, such as `user=[0-9]+`.
//!
//! The regex engine finds the end of a match, and then searches backwards for its start. Here, the
//! literal gives the possible starts, and an anchored automaton decides whether there is a match
//! and where it ends.

use std::ops::Range;

use memchr::{memchr, memmem};
use regex_automata::hybrid::dfa::DFA;
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};
use regex_syntax::hir::{Hir, HirKind};

use super::super::syntax::{Boundary, Case, Syntax};
use super::lazy_dfa::LazyDfa;
use super::line_automaton::flags;
use super::sources::holds;

/// The minimum length, in bytes, of the literal. A shorter one occurs too often without a match.
const SHORTEST_PREFIX: usize = 2;

/// A regex that begins with a literal and has no look-around.
pub struct PrefixedRegex {
    prefix: memmem::Finder<'static>,
    /// The automaton that matches the rest of the pattern.
    rest: LazyDfa,
    /// The byte at which to stop, because the automaton would otherwise continue in the next line.
    stops_at: Option<u8>,
}

impl std::fmt::Debug for PrefixedRegex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Prefixed({})", self.prefix.needle().escape_ascii())
    }
}

impl PrefixedRegex {
    /// Returns `None` for a regex that does not begin with a literal, or is not matched within lines.
    pub fn new(source: &str, with: &Syntax) -> Option<PrefixedRegex> {
        let within_lines = with.terminator == b'\n' && !with.multiline && !with.crlf;
        if !within_lines || with.boundary != Boundary::Any || with.case != Case::Sensitive {
            return None;
        }
        let tree = syntax::parse_with(source, &flags(with)).ok()?;
        if !tree.properties().look_set().is_empty() {
            return None;
        }
        let (prefix, rest) = split(tree).filter(|(prefix, _)| prefix.len() >= SHORTEST_PREFIX)?;
        let config = thompson::Config::new().utf8(false).which_captures(WhichCaptures::None);
        let nfa = thompson::Compiler::new().configure(config).build_from_hir(&rest).ok()?;
        let stops_at = holds(&rest, with.terminator).then_some(with.terminator);
        let rest = LazyDfa::new(DFA::builder().build_from_nfa(nfa).ok()?);
        let prefix = memmem::Finder::new(&prefix).into_owned();
        Some(PrefixedRegex { prefix, rest, stops_at })
    }

    /// Returns the first match in some lines from `at` on.
    pub fn find(&self, lines: &[u8], mut at: usize) -> Option<Range<usize>> {
        loop {
            let start = at + self.prefix.find(lines.get(at..)?)?;
            let rest = start + self.prefix.needle().len();
            let length = self.stops_at.and_then(|terminator| memchr(terminator, &lines[rest..]));
            let end = length.map_or(lines.len(), |length| rest + length);
            let input = Input::new(lines).range(rest..end).anchored(Anchored::Yes);
            // The automaton does not give up: its cache is cleared as often as necessary.
            if let Some(found) = self.rest.find_end(&input).ok()? {
                return Some(start..found.offset());
            }
            at = start + 1;
        }
    }
}

/// Returns the literal with which every match begins, and the rest of the regex.
fn split(tree: Hir) -> Option<(Vec<u8>, Hir)> {
    match tree.into_kind() {
        HirKind::Capture(group) => split(*group.sub),
        HirKind::Concat(parts) => {
            let mut parts = parts.into_iter();
            match parts.next()?.into_kind() {
                HirKind::Literal(prefix) => Some((prefix.0.into_vec(), Hir::concat(parts.collect()))),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_engine_finds_the_same_in_each_line(
            lines in proptest::collection::vec("[abc]{0,12}", 0..6),
            which in 0usize..8,
        ) {
            let source = ["ab[ab]*", "abb+?", "ab(a|b|)", "aa[^b]*", "(aba(?:ab)?)", "ab[ca]", "ab.*?c", "aba(?:a|ab)"][which];
            let (prefixed, engine) = (PrefixedRegex::new(source, &Syntax::default()).unwrap(), regex_automata::meta::Regex::new(source).unwrap());
            let text = lines.join("\n");
            let mut start = 0;
            let mut expected = Vec::new();
            for line in &lines {
                expected.extend(engine.find_iter(line).map(|found| start + found.start()..start + found.end()));
                start += line.len() + 1;
            }
            let (mut found, mut at) = (Vec::new(), 0);
            while let Some(one) = prefixed.find(text.as_bytes(), at) {
                at = one.end;
                found.push(one);
            }
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn matches_that_begin_with_a_literal_are_found() {
        let find =
            |source: &str, text: &[u8], at| PrefixedRegex::new(source, &Syntax::default()).unwrap().find(text, at);
        assert_eq!(find("id=[0-9]+", b"id= id=x id=12 id=3", 0), Some(9..14));
        assert_eq!(find("id=[0-9]+", b"id=12 id=3", 1), Some(6..10));
        assert_eq!(find("aa[^b]*", b"aaxb\naa\naa", 1), Some(5..7));
        assert_eq!(find("(aab+?)", b"aaabb", 0), Some(1..4));
        assert_eq!(find("ab(c|cd|)", b"abcd", 0), Some(0..3));
        assert_eq!(find("ab(x|)", b"abc", 3), None);
        assert_eq!(find("ab(x|)", b"ab", 2), None);
    }

    #[test]
    fn other_regexes_are_left_to_the_engine() {
        let insensitive = Syntax { case: Case::Insensitive, ..Syntax::default() };
        for (source, syntax) in [
            ("a[0-9]", Syntax::default()),
            ("[0-9]ab", Syntax::default()),
            ("abc|xbd", Syntax::default()),
            (r"ab\b", Syntax::default()),
            ("ab$", Syntax::default()),
            ("(?i)abc", Syntax::default()),
            ("ab[0-9]", insensitive),
        ] {
            assert!(PrefixedRegex::new(source, &syntax).is_none(), "{source}");
        }
    }
}
