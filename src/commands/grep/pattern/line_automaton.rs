//! Searches a line piece by piece, with an automaton whose state passes from piece to piece.
//!
//! It serves patterns whose matches have no maximum length, in lines that are too long for memory.

use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, Input, meta};
use regex_syntax::hir::{Hir, HirKind};

use super::super::syntax::{Boundary, Case, Syntax};
use super::unstable::search_unstable;

/// The maximum length in bytes of matches around which bytes are skipped.
const MAX_SKIPPED_MATCH: usize = 4 << 10;

/// The length in bytes of the longest character.
const MAX_CHAR_LEN: usize = 4;

/// A pattern that is compiled when the first long line is found.
pub struct LineAutomaton {
    source: String,
    flags: syntax::Config,
    needs_borders: bool,
    is_anchored: bool,
    dfa: OnceLock<Option<DFA>>,
    core: Option<Core>,
}

/// The pattern without its assertions. Wherever the pattern matches, its core does too.
struct Core {
    tree: Hir,
    /// The length in bytes of its longest match.
    longest: usize,
    regex: OnceLock<Option<meta::Regex>>,
}

/// The state of the automaton within a line.
#[derive(Clone, Debug)]
pub struct LineState {
    cache: Cache,
    at: LazyStateID,
}

impl std::fmt::Debug for LineAutomaton {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LineAutomaton({:?})", self.source)
    }
}

impl LineAutomaton {
    /// Returns an automaton for a regex. `needs_borders` says that matches may be empty or depend on
    /// the text around them, so that a part of a line cannot be searched on its own.
    pub fn new(source: String, needs_borders: bool, with: &Syntax) -> LineAutomaton {
        let is_anchored = with.boundary == Boundary::Line;
        LineAutomaton { source, flags: flags(with), needs_borders, is_anchored, dfa: OnceLock::new(), core: None }
    }

    /// Lets the automaton skip bytes that are far from any match of `source`, if its matches have a
    /// maximum length. Wherever the automaton matches, `source` does too.
    pub fn skipping_to(mut self, source: &str) -> LineAutomaton {
        if !self.is_anchored
            && let Ok(tree) = syntax::parse_with(source, &self.flags)
        {
            let tree = without_assertions(&tree);
            let (min, max) = (tree.properties().minimum_len(), tree.properties().maximum_len());
            let longest = max.filter(|&max| max <= MAX_SKIPPED_MATCH && min > Some(0));
            self.core = longest.map(|longest| Core { tree, longest, regex: OnceLock::new() });
        }
        self
    }

    /// Returns whether a part of a line cannot be searched on its own.
    pub fn needs_borders(&self) -> bool {
        self.needs_borders
    }

    fn dfa(&self) -> Option<&DFA> {
        let build = || {
            let nfa = thompson::Config::new().utf8(false);
            DFA::builder().syntax(self.flags).thompson(nfa).build(&self.source).ok()
        };
        self.dfa.get_or_init(build).as_ref()
    }

    /// Returns the state at the start of a line, or `None` if the automaton cannot be built.
    pub fn start(&self) -> Option<LineState> {
        let dfa = self.dfa()?;
        let mut cache = dfa.create_cache();
        let anchored = if self.is_anchored { Anchored::Yes } else { Anchored::No };
        let at = dfa.start_state(&mut cache, &start::Config::new().anchored(anchored)).ok()?;
        Some(LineState { cache, at })
    }

    /// Reads a piece of a line, and returns whether a match is known to lie in the bytes read so far.
    pub fn advance(&self, state: &mut LineState, piece: &[u8]) -> bool {
        let core = self.core.as_ref().filter(|core| piece.len() > 4 * core.reach());
        match core.and_then(|core| Some((core, core.regex()?))) {
            Some((core, regex)) => self.advance_by_skips((core, regex), state, piece),
            None => self.advance_by_bytes(state, piece),
        }
    }

    fn advance_by_bytes(&self, state: &mut LineState, piece: &[u8]) -> bool {
        let Some(dfa) = self.dfa() else { return false };
        for &byte in piece {
            // The cache is cleared as often as necessary, so this does not fail.
            let Ok(next) = dfa.next_state(&mut state.cache, state.at, byte) else { return false };
            state.at = next;
            if next.is_match() {
                return true;
            }
            if next.is_dead() {
                break;
            }
        }
        false
    }

    /// Reads the start and the end of the piece, where matches may continue, and the bytes around each
    /// match of the core.
    fn advance_by_skips(&self, (core, regex): (&Core, &meta::Regex), state: &mut LineState, piece: &[u8]) -> bool {
        let mut read = core.reach();
        if self.advance_by_bytes(state, &piece[..read]) {
            return true;
        }
        loop {
            // The automaton has read all earlier matches of the core, with the bytes after them.
            let from = read - core.longest - MAX_CHAR_LEN;
            let found = search_unstable(piece, |piece| {
                regex.search(&Input::new(piece).range(from..)).map(|found| found.start())
            });
            let next = match found {
                Some(start) => start - MAX_CHAR_LEN..piece.len().min(start + core.reach()),
                None => piece.len() - core.reach()..piece.len(),
            };
            if next.end > read && self.read_on(state, piece, read.max(next.start)..next.end, read) {
                return true;
            }
            read = read.max(next.end);
            if found.is_none() || read == piece.len() {
                return false;
            }
        }
    }

    /// Reads `range`. If `range` does not directly follow the first `read` bytes, no match begins before it.
    fn read_on(&self, state: &mut LineState, piece: &[u8], range: Range<usize>, read: usize) -> bool {
        if range.start > read
            && let Some(dfa) = self.dfa()
        {
            let middle = start::Config::new().look_behind(Some(piece[range.start - 1]));
            let Ok(at) = dfa.start_state(&mut state.cache, &middle) else {
                return self.advance_by_bytes(state, &piece[read..range.end]);
            };
            state.at = at;
        }
        self.advance_by_bytes(state, &piece[range])
    }

    /// Returns whether no match is possible, regardless of what follows the bytes read so far.
    pub fn is_dead(&self, state: &LineState) -> bool {
        state.at.is_dead()
    }

    /// Reads a run of zero bytes, and returns whether a match is known to lie in the bytes read so far.
    pub fn advance_over_zeros(&self, state: &mut LineState, length: u64) -> bool {
        let mut repeats = 0;
        for _ in 0..length {
            let before = state.at;
            if self.advance(state, &[0]) {
                return true;
            }
            // More zero bytes lead to the same state. When the cache is cleared, states are
            // renumbered, so a single repetition may be accidental.
            repeats = if state.at == before { repeats + 1 } else { 0 };
            if repeats == 3 {
                break;
            }
        }
        false
    }

    /// Returns whether a match ends at the end of the line.
    pub fn is_match_at_end(&self, state: &mut LineState) -> bool {
        let Some(dfa) = self.dfa() else { return false };
        dfa.next_eoi_state(&mut state.cache, state.at).is_ok_and(|end| end.is_match())
    }
}

impl Core {
    /// Returns the length in bytes of the longest match, plus a character on each side.
    fn reach(&self) -> usize {
        self.longest + 2 * MAX_CHAR_LEN
    }

    fn regex(&self) -> Option<&meta::Regex> {
        let build = || {
            let config = meta::Config::new().utf8_empty(false);
            meta::Regex::builder().configure(config).build_from_hir(&self.tree).ok()
        };
        self.regex.get_or_init(build).as_ref()
    }
}

/// Returns the syntax flags for a pattern that is searched for in a single line.
pub(super) fn flags(with: &Syntax) -> syntax::Config {
    syntax::Config::new()
        .utf8(false)
        .multi_line(with.terminator == b'\n')
        .unicode(with.unicode)
        .crlf(with.crlf)
        .dot_matches_new_line(with.dot_all || with.terminator != b'\n' && with.dialect.is_posix())
        .case_insensitive(with.case == Case::Insensitive)
}

/// Returns a regex that matches wherever this one does, without conditions on the bytes around a match.
fn without_assertions(tree: &Hir) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(without_assertions).collect();
    match tree.kind() {
        HirKind::Look(_) => Hir::empty(),
        HirKind::Capture(capture) => without_assertions(&capture.sub),
        HirKind::Repetition(repetition) => Hir::repetition(repetition.with(without_assertions(&repetition.sub))),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => tree.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_is_found_across_any_pieces() {
        let automaton = LineAutomaton::new("a.*b|k+c|^q|z$".to_owned(), true, &Syntax::default());
        let lines = [
            ("xxaxxxbxx", true),
            ("axx", false),
            ("bxa", false),
            ("xkkkc", true),
            ("ab", true),
            ("xq", false),
            ("qx", true),
        ];
        for (line, expected) in lines.into_iter().chain([("zx", false), ("xz", true), ("", false)]) {
            for size in 1..4 {
                let mut state = automaton.start().unwrap();
                let mut found = line.as_bytes().chunks(size).any(|piece| automaton.advance(&mut state, piece));
                found = found || automaton.is_match_at_end(&mut state);
                assert_eq!(found, expected, "{line} by {size}");
            }
        }
    }

    #[test]
    fn bytes_far_from_a_match_may_be_skipped() {
        let filler = "x-".repeat(40);
        let parts = ["", "ab", "-ab", "-ab-", "abb", "\u{e9}ab", "\u{2014}ab\u{2014}", "ab-ab", "aab", "cab"];
        for source in [r"(?:^|\W)(?:ab|b..)(?:\W|$)", r"(?-u:\b)ab(?-u:\b)", "^ab", "ab$", "^abx|cab"] {
            let slow = LineAutomaton::new(source.to_owned(), true, &Syntax::default());
            let core = if source.contains("ab|b") { "ab|b.." } else { source };
            let fast = LineAutomaton::new(source.to_owned(), true, &Syntax::default()).skipping_to(core);
            assert!(fast.core.is_some());
            let lines = parts.iter().flat_map(|a| parts.map(|b| [*a, &filler, b, &filler, a].concat()));
            for (line, size) in lines.flat_map(|line| (50..240).step_by(19).map(move |size| (line.clone(), size))) {
                let is_match = |automaton: &LineAutomaton| {
                    let mut state = automaton.start().unwrap();
                    let found = line.as_bytes().chunks(size).any(|piece| automaton.advance(&mut state, piece));
                    found || automaton.is_match_at_end(&mut state)
                };
                assert_eq!(is_match(&fast), is_match(&slow), "{source} in {line} by {size}");
            }
        }
    }
}
