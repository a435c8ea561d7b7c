//! Implements POSIX's leftmost-longest rule for matches, for `-o`, colours and `--json`.
//!
//! The regex engine stops at the first alternative that leads to a match. A match begins at the
//! same position under both rules, so only its end is searched for again, with an anchored run that
//! keeps every thread alive until none is left.

use std::cell::RefCell;
use std::ops::Range;

use anyhow::Result;
use regex_automata::hybrid::dfa::DFA;
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition};
use thread_local::ThreadLocal;

use super::super::syntax::{Boundary, Case, Syntax};
use super::lazy_dfa::LazyDfa;

/// A search for the end of the longest match from a known start.
pub struct LongestMatcher {
    /// A fast automaton, which gives up at anything that it cannot evaluate byte by byte, such as a
    /// Unicode word boundary next to a non-ASCII character.
    dfa: Option<LazyDfa>,
    /// A slow engine that never gives up.
    vm: PikeVM,
    vm_caches: ThreadLocal<RefCell<pikevm::Cache>>,
}

impl std::fmt::Debug for LongestMatcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Longest")
    }
}

impl LongestMatcher {
    /// Compiles the same pattern again. Returns `None` if its first match is always the longest.
    ///
    /// # Errors
    /// Returns an error if the pattern is too large.
    pub fn new(source: &str, with: &Syntax) -> Result<Option<LongestMatcher>> {
        let (source, flags) = LongestMatcher::source(source, with);
        if syntax::parse_with(&source, &flags).is_ok_and(|tree| first_is_longest(&tree)) {
            return Ok(None);
        }
        LongestMatcher::compile(&source, flags).map(Some)
    }

    /// Returns the regex with its boundaries, and its flags.
    fn source(source: &str, with: &Syntax) -> (String, syntax::Config) {
        let source = match with.boundary {
            Boundary::Any => source.to_owned(),
            Boundary::Word if with.unicode => format!(r"\b{{start-half}}(?:{source})\b{{end-half}}"),
            Boundary::Word => format!(r"(?-u:\b{{start-half}})(?:{source})(?-u:\b{{end-half}})"),
            Boundary::Line => format!("^(?:{source})$"),
        };
        let flags = syntax::Config::new()
            .utf8(false)
            .multi_line(!with.ends_at_record())
            .unicode(with.unicode)
            .crlf(with.crlf)
            .dot_matches_new_line(with.dot_all || with.terminator != b'\n')
            .case_insensitive(with.case == Case::Insensitive);
        (source, flags)
    }

    fn compile(source: &str, flags: syntax::Config) -> Result<LongestMatcher> {
        let nfa = regex_automata::nfa::thompson::Config::new().utf8(false);
        let dfa = DFA::builder()
            .syntax(flags)
            .thompson(nfa.clone())
            .configure(DFA::config().match_kind(MatchKind::All).unicode_word_boundary(true))
            .build(source)
            .ok()
            .map(LazyDfa::new);
        let vm = PikeVM::builder()
            .syntax(flags)
            .thompson(nfa)
            .configure(PikeVM::config().match_kind(MatchKind::All))
            .build(source)?;
        Ok(LongestMatcher { dfa, vm, vm_caches: ThreadLocal::new() })
    }

    /// Returns the end of the longest match in `line` that begins where `found` does. It is never
    /// before the end of `found`.
    pub fn end(&self, line: &[u8], found: Range<usize>) -> usize {
        let input = Input::new(line).span(found.start..line.len()).anchored(Anchored::Yes);
        if let Some(dfa) = &self.dfa
            && let Ok(half) = dfa.find_end(&input)
        {
            return half.map_or(found.end, |half| half.offset().max(found.end));
        }
        let mut slots = [None, None];
        let cache = self.vm_caches.get_or(|| RefCell::new(self.vm.create_cache()));
        self.vm.search_slots(&mut cache.borrow_mut(), &input, &mut slots);
        slots[1].map_or(found.end, |end| end.get().max(found.end))
    }
}

/// Returns whether the first match that is found at a position is certainly the longest one there,
/// as in `id=[0-9]+` and `ERROR.*`: greedy repetitions try the longest form first, and no choice
/// leads to a longer match later.
fn first_is_longest(tree: &Hir) -> bool {
    let mut parts = Vec::new();
    flatten(tree, &mut parts);
    let mut rest = parts.as_slice();
    while let Some((part, after)) = rest.split_first() {
        rest = after;
        if has_one_end(part) {
            continue;
        }
        let HirKind::Repetition(repeated) = part.kind() else { return false };
        if !repeated.greedy || !has_one_end(&repeated.sub) {
            return false;
        }
        // The later the following parts begin, the later they end.
        if after.iter().all(|part| has_one_end(part)) {
            return true;
        }
        if !is_ended_by(repeated, after) {
            return false;
        }
    }
    true
}

/// Appends the parts of a regex that follow each other.
fn flatten<'h>(tree: &'h Hir, parts: &mut Vec<&'h Hir>) {
    match tree.kind() {
        HirKind::Concat(all) => all.iter().for_each(|part| flatten(part, parts)),
        HirKind::Capture(group) => flatten(&group.sub, parts),
        _ => parts.push(tree),
    }
}

/// Returns whether all matches of a part from one position end at the same position.
fn has_one_end(part: &Hir) -> bool {
    let properties = part.properties();
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) | HirKind::Class(_) => true,
        HirKind::Capture(group) => has_one_end(&group.sub),
        _ => properties.minimum_len().is_some() && properties.minimum_len() == properties.maximum_len(),
    }
}

/// Returns whether a repetition of one character can only stop before a character that it does not
/// match, because the parts after it cannot begin with one that it matches.
fn is_ended_by(repeated: &Repetition, after: &[&Hir]) -> bool {
    let Some(repeated) = character(&repeated.sub) else { return false };
    for part in after {
        let (first, is_optional) = match part.kind() {
            HirKind::Repetition(next) => (character(&next.sub), next.min == 0),
            _ => (character(part), false),
        };
        if !first.is_some_and(|first| are_disjoint(&repeated, &first)) {
            return false;
        }
        if !is_optional {
            return true;
        }
    }
    true
}

/// Returns the possible first characters of a literal or of a class.
fn character(part: &Hir) -> Option<Class> {
    match part.kind() {
        HirKind::Class(class) => Some(class.clone()),
        HirKind::Capture(group) => character(&group.sub),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?;
            let first = text.chars().next()?;
            Some(Class::Unicode(ClassUnicode::new([ClassUnicodeRange::new(first, first)])))
        }
        _ => None,
    }
}

/// Returns whether no character, or no byte, is in both classes.
fn are_disjoint(one: &Class, other: &Class) -> bool {
    if let (Class::Unicode(one), Class::Unicode(other)) = (one, other) {
        let mut both = one.clone();
        both.intersect(other);
        return both.ranges().is_empty();
    }
    let bytes = |class: &Class| match class {
        Class::Unicode(class) => class.to_byte_class(),
        Class::Bytes(class) => Some(class.clone()),
    };
    bytes(one).zip(bytes(other)).is_some_and(|(mut both, other)| {
        both.intersect(&other);
        both.ranges().is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::syntax::Dialect;
    use super::*;
    use proptest::prelude::*;

    fn extended(boundary: Boundary, unicode: bool) -> Syntax {
        Syntax { dialect: Dialect::Extended, boundary, unicode, ..Syntax::default() }
    }

    #[test]
    fn common_patterns_are_searched_once() {
        for unicode in [false, true] {
            for one in
                ["id=[0-9a-f]{3}", "user[0-9]+", " [A-Z]+ ", "ERROR.*", "a(b|c)d?", "[0-9]+(ms|us)", "v[0-9]+: *x"]
            {
                assert!(LongestMatcher::new(one, &extended(Boundary::Any, unicode)).unwrap().is_none(), "{one}");
            }
            for one in ["a|ab", "(a|ab)c?", "a?ab?", "(ab?)*", ".*x?y?", "x*?"] {
                assert!(LongestMatcher::new(one, &extended(Boundary::Any, unicode)).unwrap().is_some(), "{one}");
            }
        }
    }

    fn pattern() -> impl Strategy<Value = String> {
        let atom = prop::sample::select(vec!["a", "b", "c", "é", "ab", "[ab]", "[^a]", ".", r"\b", "^", "$"]);
        let atom = atom.prop_map(|atom| format!("(?:{atom})"));
        let times = prop::sample::select(vec!["", "", "", "*", "+", "?", "{1,2}", "{2}", "{0,3}", "+?"]);
        let part = (atom, times).prop_map(|(atom, times)| format!("{atom}{times}"));
        let sequence = prop::collection::vec(part, 1..5).prop_map(|parts| parts.concat());
        let either = prop::collection::vec(sequence, 1..3).prop_map(|all| all.join("|"));
        let group =
            (either, prop::sample::select(vec!["", "", "*", "?"])).prop_map(|(one, times)| format!("({one}){times}"));
        prop::collection::vec(group, 1..3).prop_map(|all| all.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]
        #[test]
        fn a_pattern_that_is_searched_once_finds_the_longest_match(
            source in pattern(),
            hay in "[abcé]{0,9}",
            word in any::<bool>(),
            unicode in any::<bool>(),
        ) {
            let with = extended(if word { Boundary::Word } else { Boundary::Any }, unicode);
            let (source, flags) = LongestMatcher::source(&source, &with);
            let tree = syntax::parse_with(&source, &flags).unwrap();
            let first = regex_automata::meta::Regex::builder()
                .syntax(flags)
                .configure(regex_automata::meta::Config::new().utf8_empty(false))
                .build(&source)
                .unwrap();
            if let (true, Some(found)) = (first_is_longest(&tree), first.find(&hay)) {
                let longest = LongestMatcher::compile(&source, flags).unwrap();
                prop_assert_eq!(longest.end(hay.as_bytes(), found.range()), found.end(), "{} in {}", source, hay);
            }
        }
    }
}
