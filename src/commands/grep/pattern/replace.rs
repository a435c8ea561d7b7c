//! Replaces the matches in a line (`--replace`).

use std::ops::Range;

use grep_matcher::{Captures, Match, Matcher};
use grep_regex::{RegexCaptures, RegexMatcher};

use super::super::failure::Failure;
use super::super::print::style::Spans;
use super::{Pattern, RegexEngine};

/// The initial number of bytes to search around lines, because their matches may depend on these bytes.
const SEARCH_MARGIN: usize = 256;

/// Text in which the matches are replaced.
#[derive(Debug, Default)]
pub struct ReplacedText {
    /// The new text.
    pub text: Vec<u8>,
    /// The positions of the replacements in the new text.
    pub spans: Vec<Range<usize>>,
}

impl Pattern {
    /// Replaces every match in `hay`, or the known ones, with `replacement`, in which `$1` and
    /// `${name}` refer to groups.
    ///
    /// # Errors
    /// Returns an error if the engine gives up.
    pub fn replace(&self, hay: &[u8], known: Option<Spans<'_>>, replacement: &[u8]) -> Result<ReplacedText, Failure> {
        match known {
            Some(known) => self.replace_known(known, hay.len(), replacement),
            None => self.replace_in(hay, replacement),
        }
    }

    fn replace_in(&self, hay: &[u8], replacement: &[u8]) -> Result<ReplacedText, Failure> {
        let mut replaced = ReplacedText::default();
        let mut done = 0;
        match &self.engine {
            RegexEngine::Backtracking(perl) => perl.matches_in(hay, true, |found, hay, groups| {
                let all = GroupSpans((0..groups.len()).map(|group| groups.get(group)).collect());
                let number = |name: &str| perl.group_number(name);
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
                // These bytes are searched twice, and another process may change a mapping between
                // the searches.
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

    /// Replaces the known matches in the first `length` bytes that are printed. A match may depend
    /// on bytes before and after them.
    fn replace_known(&self, known: Spans<'_>, length: usize, replacement: &[u8]) -> Result<ReplacedText, Failure> {
        let lines = known.base..known.base + length;
        let first = known.all.partition_point(|span| span.start < lines.start);
        let after = known.all.partition_point(|span| span.start < lines.end);
        let spans: Vec<_> = known.all[first..after].iter().filter(|span| span.end <= lines.end).cloned().collect();
        let mut reach = SEARCH_MARGIN;
        loop {
            let start = lines.start.saturating_sub(reach);
            let end = known.hay.len().min(lines.end.saturating_add(reach));
            let all = self.groups_at(&known.hay[start..end], &spans, start)?;
            if all.len() < spans.len() && end - start < known.hay.len() {
                reach = reach.saturating_mul(16);
                continue;
            }
            let (mut replaced, mut done) = (ReplacedText::default(), lines.start);
            for (span, groups) in spans.iter().zip(&all) {
                let number = |name: &str| self.group_number(name);
                let hay = &known.hay[start..end];
                replaced.push(&known.hay[done..span.start], |text| groups.interpolate(number, hay, replacement, text));
                done = span.end;
            }
            replaced.text.extend_from_slice(&known.hay[done..lines.end]);
            return Ok(replaced);
        }
    }

    /// Returns the groups of each known match, up to the first one that differs in `hay`. `base` is
    /// the position of `hay` in the searched bytes.
    fn groups_at(&self, hay: &[u8], spans: &[Range<usize>], base: usize) -> Result<Vec<GroupSpans>, Failure> {
        let mut all = Vec::with_capacity(spans.len());
        let own = spans.iter().map(|span| span.start - base..span.end - base);
        match &self.engine {
            RegexEngine::Backtracking(perl) => perl.matches_at(hay, own, |groups| {
                all.push(GroupSpans((0..groups.len()).map(|group| groups.get(group)).collect()));
            })?,
            RegexEngine::Words(_) => all.extend(own.map(|span| GroupSpans(vec![Some(span)]))),
            RegexEngine::Automata { regex, longest, .. } => {
                // Another process may change a mapping during a search.
                let hay = &hay.to_vec()[..];
                // The matcher's error type has no values.
                let Ok(mut groups) = regex.new_captures() else { return Ok(all) };
                let is_same = |span: &Range<usize>, found: Option<Match>| {
                    found.is_some_and(|found| {
                        found.start() == span.start && (longest.is_some() || found.end() == span.end)
                    })
                };
                for span in own {
                    if !is_same(&span, regex.find_at(hay, span.start).ok().flatten()) {
                        break;
                    }
                    all.push(groups_of(regex, hay, span, &mut groups));
                }
            }
        }
        Ok(all)
    }

    fn group_number(&self, name: &str) -> Option<usize> {
        match &self.engine {
            RegexEngine::Automata { regex, .. } => regex.capture_index(name),
            RegexEngine::Backtracking(perl) => perl.group_number(name),
            RegexEngine::Words(_) => None,
        }
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
                // A failure here also occurred, and was reported, when the line was selected.
                _ = perl.matches_in(found, true, |_, hay, groups| {
                    let all = GroupSpans((0..groups.len()).map(|group| groups.get(group)).collect());
                    all.interpolate(|name| perl.group_number(name), hay, replacement, &mut text);
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
    // The engine returns the groups of the first alternative that matches, not of the longest match.
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

impl ReplacedText {
    fn push(&mut self, before: &[u8], write: impl FnOnce(&mut Vec<u8>)) {
        self.text.extend_from_slice(before);
        let start = self.text.len();
        write(&mut self.text);
        self.spans.push(start..self.text.len());
    }
}
