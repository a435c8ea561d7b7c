//! Decides whether it pays to use an automaton to find candidate lines for PCRE2.
//!
//! The tally is kept across calls and threads, because a call ends at the next matching line: where
//! matches are frequent, no single call sees enough candidates for an estimate.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The minimum average distance of candidates in bytes. If they are closer, searching them twice
/// takes longer than searching all lines with PCRE2, whether they match or not.
const BYTES_PER_CANDIDATE: usize = 2 << 10;

/// The bytes by which a call, and all calls together, may fall short before the automaton is given up.
const CALL_ALLOWANCE: usize = 64 << 10;
const TOTAL_ALLOWANCE: usize = 1 << 20;

/// The candidates so far, and the bytes searched for them.
#[derive(Debug, Default)]
pub(super) struct CandidateTally {
    candidates: AtomicUsize,
    searched: AtomicUsize,
}

impl CandidateTally {
    /// Returns whether the automaton pays off, judged by all calls so far.
    pub(super) fn is_worthwhile(&self) -> bool {
        are_few_candidates(
            self.candidates.load(Ordering::Relaxed),
            self.searched.load(Ordering::Relaxed),
            TOTAL_ALLOWANCE,
        )
    }

    /// Adds the candidates that a call found, and the bytes that it searched.
    pub(super) fn add(&self, candidates: usize, searched: usize) {
        self.candidates.fetch_add(candidates, Ordering::Relaxed);
        self.searched.fetch_add(searched, Ordering::Relaxed);
    }
}

/// Returns whether a single call has found few enough candidates to continue.
pub(super) fn is_call_worthwhile(candidates: usize, searched: usize) -> bool {
    are_few_candidates(candidates, searched, CALL_ALLOWANCE)
}

fn are_few_candidates(candidates: usize, searched: usize, allowance: usize) -> bool {
    candidates.saturating_mul(BYTES_PER_CANDIDATE) <= searched.saturating_add(allowance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_automaton_with_many_candidates_is_given_up() {
        let tally = CandidateTally::default();
        // Regressions: each call started from zero, so `\d+(?=x)` was slower with the automaton
        // than without. Candidates that matched were not counted, so lines were searched twice even
        // if nearly all matched.
        for _ in 0..2000 {
            assert!(is_call_worthwhile(1, 100));
            tally.add(1, 100);
        }
        assert!(!tally.is_worthwhile());
    }

    #[test]
    fn an_automaton_with_few_candidates_is_kept() {
        let tally = CandidateTally::default();
        for _ in 0..2000 {
            tally.add(1, 1_000_000);
            tally.add(1, 100_000);
        }
        assert!(tally.is_worthwhile());
    }
}
