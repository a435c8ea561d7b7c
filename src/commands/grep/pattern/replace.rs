//! Replaces the matches in a line (`--replace`).

use std::ops::Range;

use grep_matcher::{Captures, Match, Matcher};
use grep_regex::{RegexCaptures, RegexMatcher};

use super::super::failure::Failure;
use super::{Pattern, RegexEngine};

/// A text in which the matches are replaced.
#[derive(Debug, Default)]
pub struct Replaced {
    /// The new text.
    pub text: Vec<u8>,
    /// The positions of the replacements in it.
    pub spans: Vec<Range<usize>>,
}

impl Pattern {
    /// Replaces every match in `hay` by `replacement`, in which `$1` and `${name}` stand for groups.
    ///
    /// # Errors
    /// Returns an error if the engine gives up.
    pub fn replace_in(&self, hay: &[u8], replacement: &[u8]) -> Result<Replaced, Failure> {
        let mut replaced = Replaced::default();
        let mut done = 0;
        match &self.engine {
            RegexEngine::Backtracking(perl) => perl.matches_in(hay, true, |found, hay, groups| {
                let all = GroupSpans((0..groups.len()).map(|group| groups.get(group)).collect());
                let number = |name: &str| groups.number(name);
                replaced.push(&hay[done..found.start], |text| all.interpolate(number, hay, replacement, text));
                done = found.end;
                true
            })?,
            RegexEngine::Words(_) => self.matches_in(hay, |found| {
                let all = GroupSpans(vec![Some(found.clone())]);
                replaced.push(&hay[done..found.start], |text| all.interpolate(|_| None, hay, replacement, text));
                done = found.end;
                true
            })?,
            RegexEngine::Automata { regex, .. } => {
                // These bytes are searched twice, and another process may change a mapping in between.
                let hay = &hay.to_vec()[..];
                // The matcher's error type has no values.
                let Ok(mut groups) = regex.new_captures() else { return Ok(replaced) };
                self.matches_in(hay, |found| {
                    let all = groups_of(regex, hay, found.clone(), &mut groups);
                    let number = |name: &str| regex.capture_index(name);
                    replaced.push(&hay[done..found.start], |text| all.interpolate(number, hay, replacement, text));
                    done = found.end;
                    true
                })?;
            }
        }
        replaced.text.extend_from_slice(hay.get(done..).unwrap_or_default());
        Ok(replaced)
    }

    /// Returns the replacement of a match that does not depend on the bytes around it.
    pub fn expand(&self, found: &[u8], replacement: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        match &self.engine {
            RegexEngine::Automata { regex, .. } => {
                // The matcher's error type has no values.
                let Ok(mut groups) = regex.new_captures() else { return text };
                let all = groups_of(regex, found, 0..found.len(), &mut groups);
                all.interpolate(|name| regex.capture_index(name), found, replacement, &mut text);
            }
            RegexEngine::Backtracking(perl) => {
                // A search that gives up here also gave up, and was reported, when the line was selected.
                _ = perl.matches_in(found, true, |_, hay, groups| {
                    let all = GroupSpans((0..groups.len()).map(|group| groups.get(group)).collect());
                    all.interpolate(|name| groups.number(name), hay, replacement, &mut text);
                    false
                });
            }
            RegexEngine::Words(_) => {
                GroupSpans(vec![Some(0..found.len())]).interpolate(|_| None, found, replacement, &mut text);
            }
        }
        text
    }
}

/// Returns the groups of the match `found` in `hay`.
fn groups_of(regex: &RegexMatcher, hay: &[u8], found: Range<usize>, groups: &mut RegexCaptures) -> GroupSpans {
    let is_caught = matches!(regex.captures_at(hay, found.start, groups), Ok(true));
    let get = |group| groups.get(group).filter(|_| is_caught).map(|span| span.start()..span.end());
    let mut all = GroupSpans((0..groups.len()).map(get).collect());
    // The groups are those of the first alternative that matches, not of the longest match.
    if let Some(whole) = all.0.first_mut() {
        *whole = Some(found);
    }
    all
}

/// The positions of the groups of a match, for any engine.
struct GroupSpans(Vec<Option<Range<usize>>>);

impl Captures for GroupSpans {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, group: usize) -> Option<Match> {
        self.0.get(group)?.as_ref().map(|span| Match::new(span.start, span.end))
    }
}

impl Replaced {
    fn push(&mut self, before: &[u8], write: impl FnOnce(&mut Vec<u8>)) {
        self.text.extend_from_slice(before);
        let start = self.text.len();
        write(&mut self.text);
        self.spans.push(start..self.text.len());
    }
}
