//! Implements POSIX's leftmost-longest rule for matches, for `-o`, colours and `--json`.
//!
//! The regex engine stops at the first alternative that leads to a match. A match begins at the
//! same position under both rules, so only its end is searched for again, with an anchored run that
//! keeps every thread alive until none is left.

use anyhow::Result;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::util::pool::Pool;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};
use std::ops::Range;

use super::syntax::{Boundary, Case, Syntax};

type CacheOf<T> = Pool<T, Box<dyn Fn() -> T + Send + Sync>>;

/// Finds where the longest match from a known start ends.
pub struct Longest {
    /// A fast automaton, which gives up at anything that it cannot decide byte by byte, such as a
    /// Unicode word boundary next to a non-ASCII character.
    dfa: Option<(DFA, CacheOf<Cache>)>,
    /// A slow engine that never gives up.
    vm: PikeVM,
    vm_caches: CacheOf<pikevm::Cache>,
}

impl std::fmt::Debug for Longest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Longest")
    }
}

impl Longest {
    /// Compiles the same pattern again. Returns `None` if its first match is always the longest.
    ///
    /// # Errors
    /// Returns an error if the pattern is too large.
    pub fn new(source: &str, with: &Syntax) -> Result<Option<Longest>> {
        if !source.contains(['|', '?', '*', '+', '{']) {
            return Ok(None);
        }
        let source = match with.boundary {
            Boundary::Any => source.to_owned(),
            Boundary::Word if with.unicode => format!(r"\b{{start-half}}(?:{source})\b{{end-half}}"),
            Boundary::Word => format!(r"(?-u:\b{{start-half}})(?:{source})(?-u:\b{{end-half}})"),
            Boundary::Line => format!("^(?:{source})$"),
        };
        let flags = syntax::Config::new()
            .utf8(false)
            .multi_line(true)
            .unicode(with.unicode)
            .crlf(with.crlf)
            .dot_matches_new_line(with.dot_all || with.terminator != b'\n')
            .case_insensitive(with.case == Case::Insensitive);
        let nfa = regex_automata::nfa::thompson::Config::new().utf8(false);
        let dfa = DFA::builder()
            .syntax(flags)
            .thompson(nfa.clone())
            .configure(DFA::config().match_kind(MatchKind::All).unicode_word_boundary(true))
            .build(&source)
            .ok()
            .map(|dfa| {
                let maker = dfa.clone();
                (dfa, Pool::new(Box::new(move || maker.create_cache()) as Box<dyn Fn() -> Cache + Send + Sync>))
            });
        let vm = PikeVM::builder()
            .syntax(flags)
            .thompson(nfa)
            .configure(PikeVM::config().match_kind(MatchKind::All))
            .build(&source)?;
        let maker = vm.clone();
        let vm_caches: CacheOf<pikevm::Cache> = Pool::new(Box::new(move || maker.create_cache()));
        Ok(Some(Longest { dfa, vm, vm_caches }))
    }

    /// Returns the end of the longest match in `line` that begins where `found` does, and at least
    /// the end of `found`.
    pub fn end(&self, line: &[u8], found: Range<usize>) -> usize {
        let input = Input::new(line).span(found.start..line.len()).anchored(Anchored::Yes);
        if let Some((dfa, caches)) = &self.dfa
            && let Ok(half) = dfa.try_search_fwd(&mut caches.get(), &input)
        {
            return half.map_or(found.end, |half| half.offset().max(found.end));
        }
        let mut slots = [None, None];
        self.vm.search_slots(&mut self.vm_caches.get(), &input, &mut slots);
        slots[1].map_or(found.end, |end| end.get().max(found.end))
    }
}
