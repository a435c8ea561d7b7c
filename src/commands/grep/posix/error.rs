//! Errors in POSIX patterns, in the words of GNU grep.

/// The reason why a POSIX pattern is rejected, in the words of GNU grep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// `a\`
    #[error("Trailing backslash")]
    TrailingBackslash,
    /// `[a`
    #[error("Unmatched [, [^, [:, [., or [=")]
    UnmatchedBracket,
    /// `(a`
    #[error("Unmatched ( or \\(")]
    UnmatchedOpen,
    /// `a\)`
    #[error("Unmatched ) or \\)")]
    UnmatchedClose,
    /// `a\{1`
    #[error("Unmatched \\{{")]
    UnmatchedBrace,
    /// `a{2,1}`
    #[error("Invalid content of \\{{\\}}")]
    InvalidInterval,
    /// `a{99999}`
    #[error("Regular expression too big")]
    IntervalTooBig,
    /// `[z-a]`
    #[error("Invalid range end")]
    InvalidRange,
    /// `[[:letter:]]`
    #[error("Invalid character class name")]
    InvalidClass,
    /// `[[.space.]]`
    #[error("Invalid collation character")]
    InvalidCollation,
    /// `[:space:]`
    #[error("character class syntax is [[:space:]], not [:space:]")]
    ClassOutsideBracket,
    /// `\1` without a group before it
    #[error("Invalid back reference")]
    InvalidBackReference,
    /// `\(a\)\1`, which automata cannot search for.
    #[error("back-references need PCRE2, which this build of mapped lacks")]
    BackReference,
}
