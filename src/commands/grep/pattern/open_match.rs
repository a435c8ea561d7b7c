//! Finds the start of a match that may continue after the bytes searched so far.
//!
//! A line that is too long for memory is divided into matches part by part. A match of `id=[0-9]+` that
//! ends at the end of a part may continue in the next part, and so may one of `"[^"]*"` that has only
//! begun there. Both begin where the rest of the part is the beginning of a possible match.

use std::sync::OnceLock;

use regex_automata::hybrid::dfa::DFA;
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition};

use super::super::syntax::{Boundary, Syntax};
use super::lazy_dfa::LazyDfa;
use super::line_automaton::flags;

/// The maximum length, in bytes, of a bounded piece of a pattern, which is far less than the length
/// of a part of a line.
const MAX_PIECE_LEN: usize = 1 << 10;

/// A pattern whose matches have no maximum length.
pub struct OpenMatch {
    /// A regex that matches the beginnings of all matches.
    beginnings: Hir,
    dfa: OnceLock<Option<LazyDfa>>,
}

impl std::fmt::Debug for OpenMatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenMatch({})", self.beginnings)
    }
}

impl OpenMatch {
    /// Returns `None` if a match may be empty, or depends on the bytes around it.
    pub fn new(source: &str, with: &Syntax) -> Option<OpenMatch> {
        if with.boundary != Boundary::Any {
            return None;
        }
        let tree = syntax::parse_with(source, &flags(with)).ok()?;
        let properties = tree.properties();
        let is_fit = properties.look_set().is_empty() && properties.minimum_len().is_some_and(|shortest| shortest > 0);
        let beginnings = beginnings(&tree).filter(|_| is_fit)?;
        Some(OpenMatch { beginnings, dfa: OnceLock::new() })
    }

    /// Returns the position in `part` from which matches may change with the bytes after it.
    /// Matches that begin earlier are final.
    pub fn start(&self, part: &[u8]) -> usize {
        let Some(backward) = self.dfa.get_or_init(|| backward(&self.beginnings)) else { return 0 };
        let input = Input::new(part).anchored(Anchored::Yes);
        let found = backward.find_start(&input);
        // The automaton does not give up: its cache is cleared as often as necessary.
        found.map_or(0, |found| found.map_or(part.len(), |found| found.offset()))
    }
}

/// Returns an automaton that reads a part backwards from its end.
fn backward(tree: &Hir) -> Option<LazyDfa> {
    let config = thompson::Config::new().utf8(false).reverse(true).which_captures(WhichCaptures::None);
    let nfa = thompson::Compiler::new().configure(config).build_from_hir(tree).ok()?;
    let config = DFA::config().match_kind(MatchKind::All);
    DFA::builder().configure(config).build_from_nfa(nfa).ok().map(LazyDfa::new)
}

/// Returns a regex that matches every beginning of a match of `tree`, and perhaps more.
fn beginnings(tree: &Hir) -> Option<Hir> {
    if let Some(longest) = tree.properties().maximum_len() {
        let any = Hir::class(Class::Bytes(ClassBytes::new([ClassBytesRange::new(0, 255)])));
        let sub = Box::new(any);
        let max = Some(u32::try_from(longest).ok().filter(|_| longest <= MAX_PIECE_LEN)?);
        return Some(Hir::repetition(Repetition { min: 0, max, greedy: true, sub }));
    }
    match tree.kind() {
        HirKind::Repetition(repetition) => {
            let last = beginnings(&repetition.sub)?;
            let whole = Hir::repetition(Repetition { min: 0, ..repetition.clone() });
            Some(Hir::concat(vec![whole, last]))
        }
        HirKind::Capture(group) => beginnings(&group.sub),
        HirKind::Alternation(all) => Some(Hir::alternation(all.iter().map(beginnings).collect::<Option<_>>()?)),
        HirKind::Concat(parts) => {
            // A match may end early in the first part, or continue after it.
            let (last, before) = parts.split_last()?;
            before.iter().rev().try_fold(beginnings(last)?, |after, part| {
                Some(Hir::alternation(vec![beginnings(part)?, Hir::concat(vec![part.clone(), after])]))
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_that_may_continue_is_found() {
        for (source, part, expected) in [
            ("id=[0-9]+", "x id=12 y", 6),
            ("id=[0-9]+", "x id=12", 2),
            ("id=[0-9]+", "x id=12 and id=345", 12),
            ("\"[^\"]*\"", "say \"a\" and \"b", 8),
            ("(a|bc)+d", "xxabcbca", 2),
            (".+", "abc", 0),
            ("a.*b", "xxbxaxbx", 4),
            ("é+", "aéé\u{c3}", 1),
        ] {
            let open = OpenMatch::new(source, &Syntax::default()).unwrap();
            // Of bounded pieces of a pattern, only the length is known, so the result may be too early.
            let start = open.start(part.as_bytes());
            assert!(start <= expected && start + 4 >= expected, "{source} in {part}: {start}");
        }
        for source in ["^a+", "a*", r"\ba+", "a+$"] {
            assert!(OpenMatch::new(source, &Syntax::default()).is_none(), "{source}");
        }
    }
}
