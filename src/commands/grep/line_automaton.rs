//! Searches a line piece by piece, with an automaton whose state passes from piece to piece.
//!
//! It serves patterns whose matches have no maximum length, in lines that are too long for memory.

use std::sync::OnceLock;

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::{start, syntax};

use super::syntax::{Case, Syntax};

/// A pattern that is compiled when the first long line is found.
pub struct LineAutomaton {
    source: String,
    flags: syntax::Config,
    needs_borders: bool,
    dfa: OnceLock<Option<DFA>>,
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
    /// the text around them, so that a part of a line cannot be searched by itself.
    pub fn new(source: String, needs_borders: bool, with: &Syntax) -> LineAutomaton {
        let flags = syntax::Config::new()
            .utf8(false)
            .multi_line(with.terminator == b'\n')
            .unicode(with.unicode)
            .dot_matches_new_line(with.dot_all || with.terminator != b'\n' && with.dialect.is_posix())
            .case_insensitive(with.case == Case::Insensitive);
        LineAutomaton { source, flags, needs_borders, dfa: OnceLock::new() }
    }

    /// Returns whether a part of a line cannot be searched by itself.
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

    /// Returns the state at the start of a line, or nothing if the automaton cannot be built.
    pub fn start(&self) -> Option<LineState> {
        let dfa = self.dfa()?;
        let mut cache = dfa.create_cache();
        let at = dfa.start_state(&mut cache, &start::Config::new()).ok()?;
        Some(LineState { cache, at })
    }

    /// Reads a piece of a line, and returns whether a match is known to lie in the bytes read so far.
    pub fn advance(&self, state: &mut LineState, piece: &[u8]) -> bool {
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

    /// Returns whether no match is possible, whatever follows the bytes read so far.
    pub fn is_hopeless(&self, state: &LineState) -> bool {
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
            // More zero bytes lead to the same state. When its cache is cleared, the automaton renames
            // its states, so one repetition may be by accident.
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
}
