//! Perl's regular expressions (`-P`) and POSIX patterns with back-references, run by PCRE2 with its JIT.
//!
//! PCRE2 backtracks, so a search can fail: it gives up after a fixed number of steps or, on a long
//! line, after some time, and the current input ends with an error. Every haystack is copied first,
//! because PCRE2 requires that the bytes do not change during a search, and another process may
//! change mapped ones.

mod build;
mod copy;
mod limit;
mod line_regex;
mod relaxed;
mod strategy;
mod text;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use grep_regex::RegexMatcher;
use pcre2::bytes::{CaptureLocations, Regex};

use super::failure::Failure;
use super::pattern::match_position::MatchPosition;
use super::pattern::per_thread::PerThread;
use super::syntax::Syntax;
use build::{build, group, refusal, relaxed};
use copy::{copy_of, keep, with_copy};
use limit::{MIN_TIME_LIMIT, MIN_TIMED_LEN, within};
use line_regex::LineRegexes;
use relaxed::RelaxedRegex;
use text::{as_text, leading_verbs};

pub use line_regex::LineRegex;

/// The maximum number of matches that are searched for at once in a long haystack.
const MAX_MATCHES_PER_CALL: usize = 4096;

/// A compiled set of alternatives.
pub struct Perl {
    regexes: Arc<Regexes>,
    /// The regexes that search many lines at once, if no match can depend on a neighbouring line.
    of_lines: Option<LineRegexes>,
    /// The form of the pattern that finds candidates, if there is one.
    relaxed: Option<RelaxedRegex>,
}

/// The regexes that search a line.
struct Regexes {
    regex: PerThread<Regex>,
    /// The regex for text that is not UTF-8, if it must differ. PCRE2 searches for a pattern that begins
    /// with `.*` only at the start of a line, although `.` does not match bytes that are not UTF-8.
    of_fragments: Option<PerThread<Regex>>,
    utf8: bool,
    terminator: u8,
}

/// A function that takes a match in a haystack and its groups, and returns whether to continue.
type TakeMatch<'t> = dyn FnMut(&[u8], Range<usize>, &Groups<'_>) -> bool + 't;

/// Matches with their groups, if requested.
type Matches = Vec<(Range<usize>, Vec<Option<Range<usize>>>)>;

/// A pattern without the settings at its start.
struct Body {
    text: String,
    relaxed: Option<RelaxedRegex>,
}

impl std::fmt::Debug for Perl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Perl({:?})", self.regexes.regex.as_str())
    }
}

impl Perl {
    /// Compiles `alternatives`, each written in Perl's syntax.
    ///
    /// # Errors
    /// Returns an error if PCRE2 rejects one of them.
    pub fn new(alternatives: &[Vec<u8>], syntax: &Syntax) -> anyhow::Result<Perl> {
        let utf8 = syntax.unicode;
        let text = |pattern: &Vec<u8>| as_text(pattern, utf8, syntax.ends_at_record());
        let mut bodies = alternatives.iter().map(text).collect::<anyhow::Result<Vec<_>>>()?;
        let refused = |error: pcre2::Error, number: usize| refusal(&error, &alternatives[number], syntax);
        if let [only] = &mut bodies[..] {
            // Settings such as `(*UCP)` are recognised only at the very beginning.
            let body = only.split_off(leading_verbs(only));
            let text = group(only, &body, syntax).map_err(|error| refused(error, 0))?;
            let body = Body { relaxed: relaxed(std::slice::from_ref(&body), only, syntax), text };
            return Perl::compile(only, body, syntax);
        }
        // Each alternative counts its groups from 1, as if it were alone.
        let group = |(number, body): (usize, &String)| group("", body, syntax).map_err(|error| refused(error, number));
        let groups = bodies.iter().enumerate().map(group).collect::<anyhow::Result<Vec<_>>>()?;
        let text = if groups.is_empty() { "(?!)".to_owned() } else { format!("(?|{})", groups.join("|")) };
        Perl::compile("", Body { text, relaxed: relaxed(&bodies, "", syntax) }, syntax)
    }

    fn compile(verbs: &str, body: Body, syntax: &Syntax) -> anyhow::Result<Perl> {
        let has_repetition = body.text.contains(['*', '{']);
        let not_at_starts = || build(&format!("{verbs}(*NO_DOTSTAR_ANCHOR)"), &body.text, syntax).map(PerThread::new);
        let regexes = Regexes {
            regex: PerThread::new(build(verbs, &body.text, syntax)?),
            of_fragments: (syntax.unicode && has_repetition).then(not_at_starts).transpose()?,
            utf8: syntax.unicode,
            terminator: syntax.terminator,
        };
        let of_lines = LineRegexes::new(verbs, &body.text, syntax);
        Ok(Perl { regexes: Arc::new(regexes), of_lines, relaxed: body.relaxed })
    }

    /// Returns a regex that matches in every line in which this pattern matches, if there is one.
    pub fn relaxed(&self) -> Option<&RegexMatcher> {
        self.relaxed.as_ref()?.regex()
    }

    /// Returns a length in bytes that no match exceeds, if there is one and no match depends on the
    /// bytes around it.
    pub fn longest_match(&self) -> Option<usize> {
        self.relaxed.as_ref()?.longest_match()
    }

    /// Returns whether some lines may be searched together.
    pub fn searches_lines(&self) -> bool {
        self.of_lines.is_some()
    }

    /// Returns a regex that can search these lines together, if there is one.
    pub fn regex_for_lines(&self, lines: &[u8]) -> Option<&LineRegex> {
        self.of_lines.as_ref()?.regex_for(lines)
    }

    /// Returns the end of the character that begins at `at`.
    pub fn after(&self, hay: &[u8], at: usize) -> usize {
        self.regexes.after(hay, at)
    }

    /// Returns the first match in `hay` at or after `at`.
    ///
    /// # Errors
    /// Returns an error if PCRE2 gives up.
    pub fn find_at(&self, hay: &[u8], at: usize) -> Result<Option<Range<usize>>, Failure> {
        if hay.len() < MIN_TIMED_LEN {
            return with_copy(hay, |hay| self.regexes.find_at(hay, at));
        }
        self.search_long(hay, &mut self.time_for(hay), move |regexes, hay| regexes.find_at(hay, at), |_, found| found)
    }

    /// Calls `each` with every match in `hay`, including empty ones, until it returns false. With
    /// `captures`, the third argument has the groups of the match, as ranges of the second.
    ///
    /// # Errors
    /// Returns an error if PCRE2 gives up.
    pub fn matches_in(
        &self,
        hay: &[u8],
        captures: bool,
        mut each: impl FnMut(Range<usize>, &[u8], &Groups<'_>) -> bool,
    ) -> Result<(), Failure> {
        let mut progress = MatchPosition::default();
        if hay.len() < MIN_TIMED_LEN {
            let mut each = |hay: &[u8], found, groups: &Groups<'_>| each(found, hay, groups);
            return with_copy(hay, |hay| self.regexes.matches(hay, captures, &mut progress, &mut each));
        }
        let (mut left, mut max) = (self.time_for(hay), 1);
        loop {
            let work = move |regexes: &Regexes, hay: &[u8]| {
                let (mut progress, mut all) = (progress, Matches::new());
                let result = regexes.matches(hay, captures, &mut progress, &mut |_, found, groups| {
                    all.push((found, if captures { groups.iter().collect() } else { Vec::new() }));
                    all.len() < max
                });
                (progress, all, result)
            };
            let continues = self.search_long(hay, &mut left, work, |hay, (reached, all, result)| {
                progress = reached;
                let is_last = all.len() < max;
                let continues = all.into_iter().all(|(found, groups)| each(found, hay, &Groups::Spans(&groups)));
                result.map(|()| continues && !is_last)
            })?;
            if !continues {
                return Ok(());
            }
            max = (2 * max).min(MAX_MATCHES_PER_CALL);
        }
    }

    /// Calls `each` with the groups of the known matches in `hay`, up to the first one that differs here.
    ///
    /// # Errors
    /// Returns an error if PCRE2 gives up.
    pub fn matches_at(
        &self,
        hay: &[u8],
        known: impl Iterator<Item = Range<usize>>,
        mut each: impl FnMut(&Groups<'_>),
    ) -> Result<(), Failure> {
        let regex = self.regexes.regex_for(hay);
        let mut locations = regex.capture_locations();
        with_copy(hay, |hay| {
            let mut progress = MatchPosition::default();
            for span in known {
                let found = regex.captures_read_at(&mut locations, hay, span.start).map_err(failure)?;
                if found.is_some_and(|found| (found.start(), found.end()) == (span.start, span.end)) {
                    progress.pass(&span, self.after(hay, span.end), false);
                    each(&Groups::Found(&locations));
                    continue;
                }
                // With \K, the bytes before a match belong to it.
                let mut is_found = false;
                self.regexes.matches(hay, true, &mut progress, &mut |_, found, groups| {
                    is_found = found == span;
                    if is_found {
                        each(groups);
                    }
                    !is_found && found.start <= span.start
                })?;
                if !is_found {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Returns the number of a named group.
    pub fn group_number(&self, name: &str) -> Option<usize> {
        self.regexes.regex.capture_names().iter().position(|known| known.as_deref() == Some(name))
    }

    /// Returns the processor time that a search of this haystack may take: much more than is needed
    /// by a search that does not backtrack over the whole haystack.
    fn time_for(&self, hay: &[u8]) -> Duration {
        let length = self.regexes.regex.as_str().len().max(16) as u64;
        MIN_TIME_LIMIT + Duration::from_nanos((hay.len() as u64).saturating_mul(5 * length))
    }

    /// Calls `work` with a copy of a haystack, and `take` with the result. Returns an error if
    /// `work` takes more time than is `left`.
    fn search_long<W: Send + 'static, T>(
        &self,
        hay: &[u8],
        left: &mut Duration,
        work: impl FnOnce(&Regexes, &[u8]) -> W + Send + 'static,
        take: impl FnOnce(&[u8], W) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let regexes = Arc::clone(&self.regexes);
        let copy = copy_of(hay);
        let done = within(left, move || {
            let result = work(&regexes, &copy);
            (copy, result)
        });
        let (copy, result) = done.ok_or(Failure::Time)?;
        let taken = take(&copy, result);
        keep(copy);
        taken
    }
}

impl Regexes {
    fn find_at(&self, hay: &[u8], at: usize) -> Result<Option<Range<usize>>, Failure> {
        let found = self.regex_for(hay).find_at(hay, at).map_err(failure)?;
        Ok(found.map(|found| found.start()..found.end()))
    }

    /// Calls `each` with the next matches, until it returns false.
    fn matches(
        &self,
        hay: &[u8],
        captures: bool,
        progress: &mut MatchPosition,
        each: &mut TakeMatch<'_>,
    ) -> Result<(), Failure> {
        let regex = self.regex_for(hay);
        let mut locations = captures.then(|| regex.capture_locations());
        while progress.at <= hay.len() {
            let found = match &mut locations {
                Some(locations) => regex.captures_read_at(locations, hay, progress.at).map_err(failure)?,
                None => regex.find_at(hay, progress.at).map_err(failure)?,
            };
            let Some(found) = found.map(|found| found.start()..found.end()) else { break };
            let begins_line = found.start == 0 || hay[found.start - 1] == self.terminator;
            let after = self.after(hay, found.end);
            if progress.pass(&found, after, begins_line)
                && !each(hay, found, &locations.as_ref().map_or(Groups::Spans(&[]), Groups::Found))
            {
                break;
            }
        }
        Ok(())
    }

    fn regex_for(&self, hay: &[u8]) -> &Regex {
        self.of_fragments.as_deref().filter(|_| std::str::from_utf8(hay).is_err()).unwrap_or(&self.regex)
    }

    /// Returns the end of the character that begins at `at`.
    fn after(&self, hay: &[u8], at: usize) -> usize {
        let mut end = at + 1;
        while self.utf8 && end < hay.len() && end < at + 4 && hay[end] & 0xC0 == 0x80 {
            end += 1;
        }
        end
    }
}

/// The groups of a match.
pub enum Groups<'g> {
    /// The groups in PCRE2's own form.
    Found(&'g CaptureLocations),
    /// The positions of the groups.
    Spans(&'g [Option<Range<usize>>]),
}

impl Groups<'_> {
    /// Returns the number of groups, including the whole match.
    pub fn len(&self) -> usize {
        match self {
            Groups::Found(locations) => locations.len(),
            Groups::Spans(spans) => spans.len(),
        }
    }

    /// Returns the range that a group matched.
    pub fn get(&self, group: usize) -> Option<Range<usize>> {
        match self {
            Groups::Found(locations) => locations.get(group).map(|(start, end)| start..end),
            Groups::Spans(spans) => spans.get(group)?.clone(),
        }
    }

    fn iter(&self) -> impl Iterator<Item = Option<Range<usize>>> {
        (0..self.len()).map(|group| self.get(group))
    }
}

fn failure(error: pcre2::Error) -> Failure {
    // These codes are defined in pcre2.h and never change.
    match error.code() {
        -47 | -53 => Failure::Steps,
        -46 => Failure::Stack,
        -63 | -48 => Failure::Heap,
        _ => Failure::Other(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
