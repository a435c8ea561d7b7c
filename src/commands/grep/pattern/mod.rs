//! A compiled set of alternatives (every `-e`, or one `--and`) that finds lines and matches.
//!
//! The automata of `grep-regex` run most patterns, PCRE2 runs those that need backtracking, and
//! lists of words have their own search. `memmem` searches for a single literal, and an empty
//! pattern selects every line without a search. Nothing here knows of files, blocks or output.

pub mod alternatives;
mod candidates;
mod compile;
mod lazy_dfa;
pub mod line_automaton;
mod line_finder;
mod literal;
mod longest;
pub mod match_position;
mod open_match;
pub mod per_thread;
mod prefixed;
mod replace;
mod sources;
mod unstable;
pub mod within_line;

use std::ops::Range;

use grep_matcher::Matcher;
use grep_regex::RegexMatcher;
use memchr::{memchr, memmem, memrchr};

use super::failure::Failure;
use super::perl::Perl;
use super::words::WordSearch;
use candidates::CandidateTally;
use line_automaton::LineAutomaton;
use longest::LongestMatcher;
use match_position::MatchPosition;
use open_match::OpenMatch;
use per_thread::PerThread;
use prefixed::PrefixedRegex;
use unstable::search_unstable;

pub use line_finder::LineFinder;
pub use replace::ReplacedText;

/// The maximum length, in bytes, of matches that are found by keeping the last bytes of a part of a line.
pub const MAX_OVERLAP: usize = 64 << 10;

/// The method of finding lines. All methods select the same lines.
#[derive(Debug)]
enum Finder {
    /// Selects no line: there is no alternative (`-f /dev/null`).
    Nothing,
    /// Selects every line: an alternative is empty.
    Everything,
    /// Searches for one literal.
    Literal(Box<memmem::Finder<'static>>),
    /// Runs a regex over many lines at once, because it cannot match across lines.
    Block,
    /// Runs a regex on one line at a time, because it depends on the ends of its haystack.
    Line,
}

/// The engine that finds matches.
#[derive(Debug)]
enum RegexEngine {
    Automata {
        regex: Box<PerThread<RegexMatcher>>,
        longest: Option<Box<LongestMatcher>>,
        prefixed: Option<Box<PrefixedRegex>>,
    },
    Backtracking(Box<Perl>),
    Words(Box<WordSearch>),
}

/// A compiled set of alternatives.
#[derive(Debug)]
pub struct Pattern {
    finder: Finder,
    engine: RegexEngine,
    terminator: u8,
    crlf: bool,
    multiline: bool,
    may_match_among_nuls: bool,
    /// The length of the longest match of a regex, if matching depends only on the bytes of the match.
    longest_match: Option<usize>,
    /// An automaton that searches a line piece by piece, if there is one for the pattern.
    line_automaton: Option<LineAutomaton>,
    /// The search for matches in a part of a line, if they have no maximum length.
    open_match: Option<OpenMatch>,
    candidates: CandidateTally,
}

impl Pattern {
    /// Returns whether a search may end with an error.
    pub fn may_fail(&self) -> bool {
        matches!(self.engine, RegexEngine::Backtracking(_)) && !matches!(self.finder, Finder::Literal(_))
    }

    /// Returns whether a match may be empty or contain a NUL byte.
    pub fn may_match_among_nuls(&self) -> bool {
        self.may_match_among_nuls
    }

    /// Returns the length in bytes of the longest possible match, if there is a bound, no match is
    /// empty, and none depends on the bytes around it.
    pub fn longest_match(&self) -> Option<usize> {
        match (&self.finder, &self.engine) {
            (Finder::Literal(finder), _) => Some(finder.needle().len()),
            (Finder::Block, _) => self.longest_match,
            _ => None,
        }
    }

    /// Returns the length in bytes of the longest possible match within a line, as in
    /// [`Pattern::longest_match`]. Matches that span several records may be longer.
    pub fn longest_in_line(&self) -> Option<usize> {
        match (&self.finder, &self.engine) {
            (Finder::Line, RegexEngine::Automata { .. } | RegexEngine::Backtracking(_)) if !self.crlf => {
                self.longest_match
            }
            _ => self.longest_match(),
        }
    }

    /// Returns whether the matches in a line can be found part by part.
    pub fn finds_matches_by_parts(&self) -> bool {
        self.has_bounded_matches() || self.open_match.is_some()
    }

    fn has_bounded_matches(&self) -> bool {
        self.longest_in_line().is_some_and(|longest| longest <= MAX_OVERLAP)
    }

    /// Returns the position in a part of a line before which matches are certain, regardless of
    /// what bytes come after the part.
    pub fn certain_end(&self, part: &[u8]) -> usize {
        match (self.longest_in_line().filter(|&longest| longest <= MAX_OVERLAP), &self.open_match) {
            (Some(longest), _) => part.len().saturating_sub(longest.saturating_sub(1)),
            (None, Some(open)) => open.start(part),
            (None, None) => 0,
        }
    }

    /// Returns an automaton that searches a line piece by piece, if there is one for the pattern.
    pub fn line_automaton(&self) -> Option<&LineAutomaton> {
        self.line_automaton.as_ref().filter(|_| matches!(self.finder, Finder::Block | Finder::Line))
    }

    /// Returns whether matches may span lines.
    pub fn is_multiline(&self) -> bool {
        self.multiline
    }

    /// Returns whether every line is selected without a search.
    pub fn is_everything(&self) -> bool {
        matches!(self.finder, Finder::Everything)
    }

    /// Returns whether this line (without its terminator) contains a match.
    ///
    /// # Errors
    /// Returns an error if the engine gives up.
    pub fn is_match(&self, line: &[u8]) -> Result<bool, Failure> {
        match &self.finder {
            Finder::Nothing => Ok(false),
            Finder::Everything => Ok(true),
            Finder::Literal(finder) => Ok(finder.find(line).is_some()),
            Finder::Block | Finder::Line => self.regex_matches(line),
        }
    }

    fn regex_matches(&self, line: &[u8]) -> Result<bool, Failure> {
        match &self.engine {
            RegexEngine::Automata { regex, .. } => Ok(automata_match(regex, line)),
            RegexEngine::Backtracking(perl) => match perl.find_at(line, 0) {
                // Whether PCRE2 gives up on a line must not depend on whether the line was a candidate.
                Err(_) if perl.relaxed().is_some_and(|relaxed| !automata_match(relaxed, line)) => Ok(false),
                found => Ok(found?.is_some()),
            },
            RegexEngine::Words(words) => Ok(words.find(line, 0).is_some()),
        }
    }

    /// Returns whether lines can be searched together: no match spans lines, and the matches are
    /// those of each line.
    pub fn may_search_lines_together(&self) -> bool {
        let is_block = match (&self.finder, &self.engine) {
            (Finder::Literal(_), _) => true,
            (Finder::Block, RegexEngine::Automata { longest, .. }) => longest.is_none(),
            _ => false,
        };
        is_block && !self.crlf && !self.is_multiline()
    }

    /// Calls `each` with every match in `hay` (a line without its terminator, or all of a
    /// multi-line input) from left to right, including empty ones, until it returns false.
    ///
    /// # Errors
    /// Returns an error if the engine gives up.
    pub fn matches_in(&self, hay: &[u8], mut each: impl FnMut(Range<usize>) -> bool) -> Result<(), Failure> {
        if let (RegexEngine::Backtracking(perl), false) = (&self.engine, matches!(self.finder, Finder::Literal(_))) {
            return perl.matches_in(hay, false, |found, _, _| each(found));
        }
        let mut position = MatchPosition::default();
        while position.at <= hay.len() {
            let Some(found) = self.find_match(hay, position.at) else { break };
            let counts = position.pass(&found, found.end + 1, self.begins_line(hay, found.end));
            if counts && !each(found) {
                break;
            }
        }
        Ok(())
    }

    /// Returns the first match in `hay` from `at` on, without using PCRE2.
    fn find_match(&self, hay: &[u8], at: usize) -> Option<Range<usize>> {
        match (&self.finder, &self.engine) {
            (Finder::Literal(finder), _) => {
                let start = at + finder.find(&hay[at..])?;
                Some(start..start + finder.needle().len())
            }
            (_, RegexEngine::Automata { prefixed: Some(prefixed), .. }) => prefixed.find(hay, at),
            (_, RegexEngine::Automata { regex, longest, .. }) => search_unstable(hay, |hay| {
                let found = regex.find_at(hay, at).ok().flatten()?;
                let found = found.start()..found.end();
                Some(match longest {
                    Some(longest) => found.start..longest.end(hay, found),
                    None => found,
                })
            }),
            (_, RegexEngine::Words(words)) => words.find(hay, at),
            (_, RegexEngine::Backtracking(_)) => None,
        }
    }

    /// Returns whether a line of `hay` begins at `at`.
    fn begins_line(&self, hay: &[u8], at: usize) -> bool {
        at == 0 || hay[at - 1] == self.terminator
    }

    /// Returns the line that contains `at`. `from` is at most that, and the start of a line.
    fn line_around(&self, hay: &[u8], mut from: usize, at: usize) -> Range<usize> {
        // The first line is the one if most lines match, and then a single search finds both of its
        // ends.
        if at - from < SHORT_LINE {
            let end = self.line_end(hay, from);
            if end > at || end == hay.len() {
                return from..end;
            }
            from = end;
        }
        let start = memrchr(self.terminator, &hay[from..at]).map_or(from, |i| from + i + 1);
        start..self.line_end(hay, at)
    }

    fn line_end(&self, hay: &[u8], at: usize) -> usize {
        memchr(self.terminator, &hay[at..]).map_or(hay.len(), |i| at + i + 1)
    }

    /// Returns the part of a line that is searched, which excludes its terminator.
    pub fn content<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        let Some(content) = line.strip_suffix(&[self.terminator]) else { return line };
        if self.crlf { content.strip_suffix(b"\r").unwrap_or(content) } else { content }
    }
}

/// A distance in bytes within which searching forwards for the end of a line costs no more than
/// searching backwards for the start of another.
const SHORT_LINE: usize = 256;

/// Returns whether a line contains a match.
fn automata_match(regex: &RegexMatcher, line: &[u8]) -> bool {
    // The matcher's error type has no values.
    search_unstable(line, |line| regex.is_match(line).unwrap_or(false))
}
