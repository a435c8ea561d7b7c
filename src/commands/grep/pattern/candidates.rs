//! Decides whether it pays to let an automaton propose lines to PCRE2.
//!
//! The tally is kept across calls and threads, because a call ends at the next matching line: where
//! matches are frequent, no single call sees enough rejected lines to judge by.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Lines that an automaton proposes and PCRE2 rejects, if there is more than one in this many bytes,
/// take longer than the search of all lines by PCRE2.
const BYTES_PER_REJECTED: usize = 1 << 10;

/// The bytes by which a call, and all calls together, may fall behind before the automaton is given up.
const CALL_ALLOWANCE: usize = 64 << 10;
const TOTAL_ALLOWANCE: usize = 1 << 20;

/// The candidates that PCRE2 rejected, and the bytes searched by the calls that met any.
#[derive(Debug, Default)]
pub(super) struct CandidateTally {
    rejected: AtomicUsize,
    searched: AtomicUsize,
}

impl CandidateTally {
    /// Returns whether the automaton pays, judged by all calls so far.
    pub(super) fn pays(&self) -> bool {
        few_enough(self.rejected.load(Ordering::Relaxed), self.searched.load(Ordering::Relaxed), TOTAL_ALLOWANCE)
    }

    /// Adds what a call met.
    pub(super) fn add(&self, rejected: usize, searched: usize) {
        // Most calls reject nothing, and then threads need not share a cache line.
        if rejected > 0 {
            self.rejected.fetch_add(rejected, Ordering::Relaxed);
            self.searched.fetch_add(searched, Ordering::Relaxed);
        }
    }
}

/// Returns whether a single call has met few enough rejected candidates to go on.
pub(super) fn call_pays(rejected: usize, searched: usize) -> bool {
    few_enough(rejected, searched, CALL_ALLOWANCE)
}

fn few_enough(rejected: usize, searched: usize, allowance: usize) -> bool {
    rejected.saturating_mul(BYTES_PER_REJECTED) <= searched.saturating_add(allowance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_automaton_whose_candidates_are_rejected_is_given_up() {
        let tally = CandidateTally::default();
        // Regression: each call began anew, so `\d+(?=x)` was slower with the automaton than without.
        for _ in 0..2000 {
            assert!(call_pays(1, 100));
            tally.add(1, 100);
        }
        assert!(!tally.pays());
    }

    #[test]
    fn an_automaton_whose_candidates_match_is_kept() {
        let tally = CandidateTally::default();
        for _ in 0..2000 {
            tally.add(0, 100);
            tally.add(1, 100_000);
        }
        assert!(tally.pays());
    }
}
