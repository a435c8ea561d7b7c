//! The reasons why a search can give up. Only backtracking can fail: automata cannot.

/// The resource that a search exhausted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(not(feature = "pcre2"), allow(dead_code, reason = "only Perl's patterns fail"))]
pub enum Failure {
    /// The number of steps.
    #[error("exceeded PCRE's backtracking limit")]
    Steps,
    /// The JIT's stack.
    #[error("exhausted PCRE's JIT stack")]
    Stack,
    /// The memory for backtracking.
    #[error("exceeded PCRE's heap limit")]
    Heap,
    /// The time.
    #[error("gave up after PCRE had backtracked for too long")]
    Time,
    /// Anything else, in PCRE2's words.
    #[error("{0}")]
    Other(String),
}
