//! An automaton that is built while it searches, with a cache for each thread.

use std::cell::RefCell;

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::{HalfMatch, Input, MatchError};
use thread_local::ThreadLocal;

/// A lazily built automaton. Threads share only its program, so no search takes a lock.
#[derive(Debug)]
pub struct LazyDfa {
    dfa: DFA,
    caches: ThreadLocal<RefCell<Cache>>,
}

impl LazyDfa {
    pub fn new(dfa: DFA) -> LazyDfa {
        LazyDfa { dfa, caches: ThreadLocal::new() }
    }

    /// Returns the end of the match found by a forward search.
    ///
    /// # Errors
    /// Returns an error if the automaton gives up.
    pub fn find_end(&self, input: &Input<'_>) -> Result<Option<HalfMatch>, MatchError> {
        self.dfa.try_search_fwd(&mut self.cache().borrow_mut(), input)
    }

    /// Returns the start of the match found by a backward search.
    ///
    /// # Errors
    /// Returns an error if the automaton gives up.
    pub fn find_start(&self, input: &Input<'_>) -> Result<Option<HalfMatch>, MatchError> {
        self.dfa.try_search_rev(&mut self.cache().borrow_mut(), input)
    }

    fn cache(&self) -> &RefCell<Cache> {
        self.caches.get_or(|| RefCell::new(self.dfa.create_cache()))
    }
}
