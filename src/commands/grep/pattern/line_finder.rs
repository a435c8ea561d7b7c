//! Finds the lines of a haystack in which a pattern matches, one after the other.

use std::ops::Range;

use grep_matcher::{LineMatchKind, Matcher};
use grep_regex::RegexMatcher;
use memchr::memchr;

use super::super::failure::Failure;
use super::super::perl::{LineRegex, Perl};
use super::candidates::is_call_worthwhile;
use super::match_position::MatchPosition;
use super::unstable::search_unstable;
use super::{Finder, Pattern, RegexEngine, automata_match, literal};

/// The minimum number of bytes for which an automaton is worth compiling. PCRE2 searches fewer on
/// its own.
const MIN_AUTOMATON_BYTES: usize = 32 << 10;

/// The number of bytes of lines that are copied for PCRE2 at a time. These fit into the L1 cache.
/// The number is small in tests, so that matches cross the end of a copy.
const COPIED_BYTES: usize = if cfg!(test) { 64 } else { 16 << 10 };

/// The number of bytes after a matching line within which matches are searched for directly, if all
/// of them are requested. Farther away, a search for the next line is faster. The number is small
/// in tests, so that matches cross this distance.
const NEAR_BYTES: usize = if cfg!(test) { 16 } else { 1 << 10 };

/// The same distance where a literal search finds candidate lines, which is faster still.
const NEAR_BYTES_OF_LITERALS: usize = NEAR_BYTES / 4;

/// The minimum average distance, in bytes, of candidate lines without a match. If they are closer,
/// searching each of them separately takes longer than searching all lines at once.
const BYTES_PER_REJECTED: usize = 256;

/// The bytes by which a haystack may fall short of that distance before candidates are given up.
const REJECTED_ALLOWANCE: usize = if cfg!(test) { 64 } else { 16 << 10 };

/// A search of a haystack that begins at a line's start.
#[derive(Debug)]
pub struct LineFinder<'p, 'h> {
    pattern: &'p Pattern,
    hay: &'h [u8],
    /// Whether all matches in the lines are requested, and can be searched for in many lines at
    /// once.
    wants_matches: bool,
    /// The end of the lines in which every match is searched for, because they are near a matching line.
    near_end: usize,
    /// The last match found, unless it was in an earlier line.
    ahead: Option<Range<usize>>,
    /// The number of candidate lines that had no match.
    rejected: usize,
    copy: CopiedLines<'p>,
}

/// Lines of the haystack, copied because the bytes that PCRE2 searches must not change.
#[derive(Debug, Default)]
struct CopiedLines<'p> {
    range: Range<usize>,
    text: Vec<u8>,
    /// The regex that searches all of them at once, if there is one.
    regex: Option<&'p LineRegex>,
}

impl<'p, 'h> LineFinder<'p, 'h> {
    /// Returns a search in `hay`. With `wants_matches`, [`LineFinder::matches_in`] will be called
    /// for most lines.
    pub fn new(pattern: &'p Pattern, hay: &'h [u8], wants_matches: bool) -> LineFinder<'p, 'h> {
        let wants_matches = wants_matches && pattern.may_search_lines_together();
        LineFinder { pattern, hay, wants_matches, near_end: 0, ahead: None, rejected: 0, copy: CopiedLines::default() }
    }

    /// Returns the next line with a match from `from` on, which is the start of a line. The range
    /// includes the terminator, if the line has one.
    ///
    /// # Errors
    /// Returns an error if the engine gives up.
    pub fn next(&mut self, from: usize) -> Result<Option<Range<usize>>, Failure> {
        let (pattern, hay) = (self.pattern, self.hay);
        match (&pattern.finder, &pattern.engine) {
            (Finder::Nothing, _) => Ok(None),
            (Finder::Everything, _) => Ok((from < hay.len()).then(|| from..pattern.line_end(hay, from))),
            (Finder::Literal(_), _) if self.wants_matches => {
                self.near_end = hay.len();
                Ok(self.next_near(from))
            }
            (Finder::Literal(finder), _) => {
                Ok(literal::find(finder, &hay[from..]).map(|at| pattern.line_around(hay, from, from + at)))
            }
            (Finder::Block, RegexEngine::Words(words)) => {
                Ok(words.find(hay, from).map(|found| pattern.line_around(hay, from, found.start)))
            }
            (Finder::Block, RegexEngine::Automata { regex, .. }) => Ok(self.next_in_block(regex, from)),
            (_, RegexEngine::Backtracking(perl)) => self.next_by_backtracking(perl, from),
            _ => self.next_one_by_one(from..hay.len()),
        }
    }

    /// Adds the number of lines with a match to `count`.
    ///
    /// # Errors
    /// Returns an error if the engine gives up.
    pub fn count(mut self, count: &mut u64) -> Result<(), Failure> {
        let mut from = 0;
        while let Some(line) = self.next(from)? {
            let (more, end) = self.copy.count(line.end, self.pattern.terminator);
            *count += 1 + more;
            from = end;
        }
        Ok(())
    }

    /// Returns a part of the haystack.
    pub fn bytes(&self, range: Range<usize>) -> &'h [u8] {
        &self.hay[range]
    }

    fn next_one_by_one(&self, within: Range<usize>) -> Result<Option<Range<usize>>, Failure> {
        let mut start = within.start;
        while start < within.end {
            let line = start..self.pattern.line_end(self.hay, start);
            if self.pattern.regex_matches(self.pattern.content(&self.hay[line.clone()]))? {
                return Ok(Some(line));
            }
            start = line.end;
        }
        Ok(None)
    }

    /// Returns the next line before `near_end` that has a match.
    fn next_near(&mut self, from: usize) -> Option<Range<usize>> {
        let (pattern, near) = (self.pattern, &self.hay[..self.near_end]);
        let ahead = self.ahead.take().filter(|found| found.start >= from);
        let found = ahead.or_else(|| pattern.find_match(near, from))?;
        // An empty match after the last terminator belongs to no line.
        if found.start == near.len() && (from == near.len() || near.last() == Some(&pattern.terminator)) {
            return None;
        }
        let line = pattern.line_around(self.hay, from, found.start);
        self.ahead = Some(found);
        Some(line)
    }

    fn next_in_block(&mut self, regex: &RegexMatcher, mut from: usize) -> Option<Range<usize>> {
        if from < self.near_end {
            let line = self.next_near(from);
            if let Some(line) = &line {
                self.search_near(line.end, NEAR_BYTES);
                return Some(line.clone());
            }
            from = self.near_end;
        }
        self.ahead = None;
        let (line, near) = self.next_automata_line(regex, from)?;
        if self.wants_matches {
            self.near_end = line.end;
            self.search_near(line.end, near);
        }
        Some(line)
    }

    /// Returns the next line with a match of `regex`, and the distance within which searching for
    /// further matches directly is faster than this search.
    fn next_automata_line(&mut self, regex: &RegexMatcher, mut from: usize) -> Option<(Range<usize>, usize)> {
        loop {
            let (line, is_confirmed) = match self.are_few_rejected(from) {
                true => self.candidate_line(regex, from)?,
                false => (self.line_with_match(regex, from)?, true),
            };
            // An empty match between the two bytes of `\r\n` is in no line.
            let pattern = self.pattern;
            if is_confirmed && !pattern.crlf || automata_match(regex, pattern.content(&self.hay[line.clone()])) {
                return Some((line, if is_confirmed { NEAR_BYTES } else { NEAR_BYTES_OF_LITERALS }));
            }
            self.rejected += 1;
            from = line.end;
        }
    }

    /// Returns whether candidates are worth searching for, judged by those before `at`.
    fn are_few_rejected(&self, at: usize) -> bool {
        self.rejected * BYTES_PER_REJECTED <= at + REJECTED_ALLOWANCE
    }

    /// Extends `near_end` beyond a matching line that ends at `end`.
    fn search_near(&mut self, end: usize, distance: usize) {
        if self.near_end < end + distance / 2 && self.near_end < self.hay.len() {
            self.near_end = self.pattern.line_end(self.hay, (end + distance).min(self.hay.len()) - 1);
        }
    }

    /// Returns the next line that may contain a match of `regex`, and whether it certainly does.
    fn candidate_line(&self, regex: &RegexMatcher, from: usize) -> Option<(Range<usize>, bool)> {
        let rest = &self.hay[from..];
        // The matcher's error type has no values.
        let candidate = search_unstable(rest, |rest| regex.find_candidate_line(rest).ok().flatten())?;
        let (LineMatchKind::Confirmed(at) | LineMatchKind::Candidate(at)) = candidate;
        Some((self.line_at(from, at)?, matches!(candidate, LineMatchKind::Confirmed(_))))
    }

    /// Returns the next line that contains a match of `regex`.
    fn line_with_match(&self, regex: &RegexMatcher, from: usize) -> Option<Range<usize>> {
        let at = search_unstable(&self.hay[from..], |rest| regex.shortest_match(rest).ok().flatten())?;
        self.line_at(from, at)
    }

    /// Returns the line of a match that ends `at` bytes after `from`.
    fn line_at(&self, from: usize, at: usize) -> Option<Range<usize>> {
        // An empty match after the last terminator belongs to no line.
        let is_after_lines =
            from + at == self.hay.len() && (at == 0 || self.hay.last() == Some(&self.pattern.terminator));
        (!is_after_lines).then(|| self.pattern.line_around(self.hay, from, from + at))
    }

    /// Returns the next matching line. Uses an automaton to find candidates as long as they are few.
    fn next_by_backtracking(&mut self, perl: &'p Perl, from: usize) -> Result<Option<Range<usize>>, Failure> {
        let (pattern, hay) = (self.pattern, self.hay);
        let mut start = from;
        if hay.len() - from >= MIN_AUTOMATON_BYTES
            && pattern.candidates.is_worthwhile()
            && let Some(relaxed) = perl.relaxed()
        {
            let mut candidates = 0;
            while is_call_worthwhile(candidates, start - from) {
                let Some((line, _)) = self.next_automata_line(relaxed, start) else { return Ok(None) };
                start = line.end;
                candidates += 1;
                if pattern.regex_matches(pattern.content(&hay[line.clone()]))? {
                    pattern.candidates.add(candidates, start - from);
                    return Ok(Some(line));
                }
            }
            pattern.candidates.add(candidates, start - from);
        }
        match perl.searches_lines() {
            true => self.next_in_copies(perl, start),
            false => self.next_one_by_one(start..hay.len()),
        }
    }

    /// Searches the copied lines, and then copies and searches those after them.
    fn next_in_copies(&mut self, perl: &'p Perl, from: usize) -> Result<Option<Range<usize>>, Failure> {
        let mut start = from;
        while start < self.hay.len() {
            if !self.copy.range.contains(&start) {
                self.copy_lines(perl, start);
            }
            let end = self.copy.range.end;
            let ahead = self.ahead.take().filter(|found| found.start >= start && found.start < end);
            let line = match ahead.map(Some).or_else(|| self.copy.find(start)) {
                Some(found) => {
                    self.ahead = found;
                    self.ahead.as_ref().map(|found| self.pattern.line_around(self.hay, start, found.start))
                }
                None => self.next_one_by_one(start..end)?,
            };
            if line.is_some() {
                return Ok(line);
            }
            start = end;
        }
        Ok(None)
    }

    fn copy_lines(&mut self, perl: &'p Perl, start: usize) {
        let end = self.pattern.line_end(self.hay, (start + COPIED_BYTES).min(self.hay.len()) - 1);
        self.copy.range = start..end;
        self.copy.text.clear();
        self.copy.text.extend_from_slice(&self.hay[start..end]);
        self.copy.regex = perl.regex_for_lines(&self.copy.text);
    }

    /// Calls `each` with every match in a line that was found, as in [`Pattern::matches_in`], but
    /// with positions in the haystack.
    ///
    /// # Errors
    /// Returns an error if the engine gives up.
    pub fn matches_in(&mut self, line: Range<usize>, mut each: impl FnMut(Range<usize>)) -> Result<(), Failure> {
        let content = line.start..line.start + self.pattern.content(&self.hay[line]).len();
        let is_within = |found: &Range<usize>| content.start <= found.start && found.end <= content.end;
        let mut next = self.ahead.take().filter(is_within);
        if next.is_none() {
            return self.pattern.matches_in(&self.hay[content.clone()], |found| {
                each(content.start + found.start..content.start + found.end);
                true
            });
        }
        let mut position = MatchPosition::default();
        while let Some(found) = next {
            if !is_within(&found) {
                self.ahead = Some(found);
                break;
            }
            if position.pass(&found, self.after(found.end), found.start == content.start) {
                each(found);
            }
            next = self.find_match(position.at, &content)?;
        }
        Ok(())
    }

    /// Returns the next match, in this line or a later one.
    fn find_match(&mut self, at: usize, content: &Range<usize>) -> Result<Option<Range<usize>>, Failure> {
        match &self.pattern.engine {
            RegexEngine::Backtracking(perl) if !self.is_literal() => match self.copy.find(at) {
                Some(found) => Ok(found),
                None if at > content.end => Ok(None),
                None => {
                    let found = perl.find_at(&self.hay[content.clone()], at - content.start)?;
                    Ok(found.map(|found| found.start + content.start..found.end + content.start))
                }
            },
            _ => Ok(self.pattern.find_match(&self.hay[..self.near_end], at)),
        }
    }

    /// Returns the end of the character that begins at `at`.
    fn after(&self, at: usize) -> usize {
        match &self.pattern.engine {
            RegexEngine::Backtracking(perl) if !self.is_literal() => perl.after(self.hay, at),
            _ => at + 1,
        }
    }

    fn is_literal(&self) -> bool {
        matches!(self.pattern.finder, Finder::Literal(_))
    }
}

impl CopiedLines<'_> {
    /// Returns the number of lines with a match from `from` on, without the steps between two lines
    /// of [`LineFinder::next`], and the end of the lines searched. That is `from` if they must be
    /// searched separately.
    fn count(&mut self, from: usize, terminator: u8) -> (u64, usize) {
        let (mut count, mut start) = (0, from);
        while self.range.contains(&start) {
            match self.find(start) {
                Some(Some(found)) => {
                    let rest = &self.text[found.start - self.range.start..];
                    start = memchr(terminator, rest).map_or(self.range.end, |end| found.start + end + 1);
                    count += 1;
                }
                Some(None) => start = self.range.end,
                None => break,
            }
        }
        (count, start)
    }

    /// Returns the next match, or `None` if each line must be searched separately.
    fn find(&mut self, from: usize) -> Option<Option<Range<usize>>> {
        let regex = self.regex.filter(|_| from <= self.range.end)?;
        let Some(found) = regex.find_at(&self.text, from - self.range.start) else {
            // It would give up again.
            self.regex = None;
            return None;
        };
        // An empty match after the last terminator belongs to no line.
        let is_in_line = |found: &Range<usize>| found.start < self.text.len() || self.text.last() != Some(&b'\n');
        let moved = |found: Range<usize>| found.start + self.range.start..found.end + self.range.start;
        Some(found.filter(is_in_line).map(moved))
    }
}
