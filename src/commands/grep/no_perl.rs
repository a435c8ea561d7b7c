//! Replaces `perl` in a build without PCRE2: every pattern is rejected.

use std::convert::Infallible;
use std::ops::Range;

use anyhow::bail;
use grep_regex::RegexMatcher;

use super::failure::Failure;
use super::syntax::Syntax;

/// A compiled set of alternatives, which does not exist in this build.
#[derive(Debug)]
pub struct Perl(Infallible);

/// The groups of a match.
pub struct Groups<'g>(Infallible, std::marker::PhantomData<&'g ()>);

/// A regex that searches many lines at once, which does not exist either.
#[derive(Debug)]
pub struct LineRegex(Infallible);

impl LineRegex {
    pub fn find_at(&self, _: &[u8], _: usize) -> Option<Option<Range<usize>>> {
        match self.0 {}
    }
}

impl Perl {
    /// Rejects every pattern.
    ///
    /// # Errors
    /// Always returns an error.
    pub fn new(_: &[Vec<u8>], _: &Syntax) -> anyhow::Result<Perl> {
        bail!("Perl patterns require PCRE2, which this build of mapped lacks");
    }

    pub fn longest_match(&self) -> Option<usize> {
        match self.0 {}
    }

    pub fn searches_lines(&self) -> bool {
        match self.0 {}
    }

    pub fn regex_for_lines(&self, _: &[u8]) -> Option<&LineRegex> {
        match self.0 {}
    }

    pub fn after(&self, _: &[u8], _: usize) -> usize {
        match self.0 {}
    }

    pub fn relaxed(&self) -> Option<&RegexMatcher> {
        match self.0 {}
    }

    pub fn find_at(&self, _: &[u8], _: usize) -> Result<Option<Range<usize>>, Failure> {
        match self.0 {}
    }

    pub fn matches_in(
        &self,
        _: &[u8],
        _: bool,
        _: impl FnMut(Range<usize>, &[u8], &Groups<'_>) -> bool,
    ) -> Result<(), Failure> {
        match self.0 {}
    }

    pub fn matches_at(
        &self,
        _: &[u8],
        _: impl Iterator<Item = Range<usize>>,
        _: impl FnMut(&Groups<'_>),
    ) -> Result<(), Failure> {
        match self.0 {}
    }

    pub fn group_number(&self, _: &str) -> Option<usize> {
        match self.0 {}
    }
}

impl Groups<'_> {
    pub fn len(&self) -> usize {
        match self.0 {}
    }

    pub fn get(&self, _: usize) -> Option<Range<usize>> {
        match self.0 {}
    }
}
