//! From what was typed to something that finds lines.
//!
//! A [`Pattern`] is one set of alternatives (every `-e`, or one `--and`). Automata of `grep-regex`
//! run it, which look for the literals inside a regex before they run the regex; PCRE2 runs what
//! only backtracking can; lists of words have a search of their own. A single plain literal goes straight to `memmem`, and an empty pattern
//! selects every line unseen. Nothing here knows of files, blocks or output.

use std::ops::Range;

use anyhow::{Result, anyhow};
use grep_matcher::{Captures, LineMatchKind, Match, Matcher};
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use memchr::{memchr, memmem, memrchr};

use super::failure::Failure;
use super::longest::Longest;
use super::perl::Perl;
use super::posix::{self, Target};
use super::sources::{Sources, perl_may_span_lines, single_literal};
use super::syntax::{Boundary, Case, Dialect, Syntax};
use super::unstable::search_unstable;
use super::words::WordSearch;

/// How many bytes of lines PCRE2 searches at a time, at first and after a while without a match.
const FEWEST_BYTES: usize = 2 << 10;
const MOST_BYTES: usize = 64 << 10;

/// How lines are found; every way selects the same lines.
#[derive(Debug)]
enum Finder {
    /// No alternative at all (`-f /dev/null`): no line.
    Nothing,
    /// An empty alternative: every line.
    Everything,
    /// One literal.
    Literal(Box<memmem::Finder<'static>>),
    /// A regex that cannot match across lines, run over many lines at once.
    Block,
    /// A regex that must be shown one line at a time, for it knows where its haystack begins and ends.
    Line,
}

/// What runs a regex.
#[derive(Debug)]
enum Engine {
    Automata { regex: Box<RegexMatcher>, longest: Option<Box<Longest>> },
    Backtracking(Box<Perl>),
    Words(Box<WordSearch>),
}

/// One set of alternatives, ready to search.
#[derive(Debug)]
pub struct Pattern {
    finder: Finder,
    engine: Engine,
    terminator: u8,
    crlf: bool,
    multiline: bool,
    may_match_among_nuls: bool,
    /// The length of the longest match of a regex, where only the bytes of a match decide about it.
    longest_match: Option<usize>,
}

/// A text with its matches replaced.
#[derive(Debug, Default)]
pub struct Replaced {
    /// The new text.
    pub text: Vec<u8>,
    /// Where in it the replacements are.
    pub spans: Vec<Range<usize>>,
}

impl Pattern {
    /// Compiles `alternatives`, any of which selects a line.
    ///
    /// # Errors
    /// When an alternative is not valid in its dialect, holds a line terminator, or is too large.
    pub fn new(alternatives: &[Vec<u8>], syntax: &Syntax) -> Result<Pattern> {
        let syntax = &syntax.with_case_for(alternatives);
        if syntax.dialect == Dialect::Perl {
            let spans = syntax.multiline && alternatives.iter().any(|one| perl_may_span_lines(one, syntax));
            return Pattern::backtracking(alternatives, alternatives, &Syntax { multiline: spans, ..syntax.clone() });
        }
        if syntax.falls_back {
            let rust = Pattern::new(alternatives, &Syntax { falls_back: false, ..syntax.clone() });
            let perl = Syntax { falls_back: false, dialect: Dialect::Perl, ..syntax.clone() };
            return rust.or_else(|refused| Pattern::new(alternatives, &perl).map_err(|_| refused));
        }
        if let Some(words) = WordSearch::new(alternatives, syntax) {
            return Ok(Pattern::words(words, syntax));
        }
        match Sources::new(alternatives, syntax) {
            Ok(sources) => {
                let multiline = syntax.multiline && sources.may_span_lines(syntax);
                Pattern::automata(alternatives, sources, &Syntax { multiline, ..syntax.clone() })
            }
            Err(error) if matches!(error.downcast_ref(), Some(posix::Error::BackReference)) => {
                let extended = syntax.dialect == Dialect::Extended;
                let rewritten = alternatives
                    .iter()
                    .map(|one| posix::translate(one, extended, syntax.unicode, Target::Perl).map(String::into_bytes))
                    .collect::<Result<Vec<_>, _>>()?;
                let dot_all = syntax.dot_all || syntax.terminator != b'\n';
                Pattern::backtracking(alternatives, &rewritten, &Syntax { dot_all, ..syntax.clone() })
            }
            Err(error) => Err(error),
        }
    }

    /// Compiles what PCRE2 runs: `rewritten`, which is `alternatives` in Perl's syntax.
    fn backtracking(alternatives: &[Vec<u8>], rewritten: &[Vec<u8>], syntax: &Syntax) -> Result<Pattern> {
        let finder = plain_finder(alternatives, syntax).unwrap_or(match syntax.multiline {
            true => Finder::Block,
            false => Finder::Line,
        });
        Ok(Pattern {
            finder,
            engine: Engine::Backtracking(Box::new(Perl::new(rewritten, syntax)?)),
            terminator: syntax.terminator,
            crlf: syntax.crlf,
            multiline: syntax.multiline,
            may_match_among_nuls: true,
            longest_match: None,
        })
    }

    fn words(words: WordSearch, syntax: &Syntax) -> Pattern {
        Pattern {
            finder: if words.is_for_whole_lines() { Finder::Line } else { Finder::Block },
            may_match_among_nuls: words.hold_nul(),
            longest_match: words.longest_match(),
            engine: Engine::Words(Box::new(words)),
            terminator: syntax.terminator,
            crlf: syntax.crlf,
            multiline: false,
        }
    }

    fn automata(alternatives: &[Vec<u8>], mut sources: Sources, syntax: &Syntax) -> Result<Pattern> {
        // With `-z` a record is a line, whatever newlines it holds: anchors match at its ends only.
        let is_record = syntax.terminator != b'\n' && !syntax.multiline;
        let whole_record = is_record && syntax.boundary == Boundary::Line;
        if whole_record {
            sources = Sources::Regexes(vec![format!(r"\A(?:{})\z", sources.joined())]);
        }
        let mut builder = RegexMatcherBuilder::new();
        builder
            .multi_line(!is_record)
            .unicode(syntax.unicode)
            .octal(false)
            .dot_matches_new_line(syntax.dot_all)
            .word(syntax.boundary == Boundary::Word)
            .whole_line(syntax.boundary == Boundary::Line && !whole_record);
        set_case_and_limits(&mut builder, syntax);
        if is_record {
            // In GNU's dialects `.` matches the newlines in a record.
            builder.dot_matches_new_line(syntax.dialect.is_posix());
        } else if syntax.multiline {
            // Anchors heed carriage returns, which may still be matched.
            builder.crlf(syntax.crlf).line_terminator(None);
        } else {
            builder.line_terminator(Some(b'\n'));
            if syntax.crlf {
                builder.crlf(true);
            }
        }
        let regex = match &sources {
            Sources::Literals(all) => builder.fixed_strings(true).build_many(all),
            Sources::Regexes(all) => builder.build_many(all),
        }
        .map_err(|error| refusal(&error.to_string()))?;
        let runs_over_blocks = regex.line_terminator().is_some() || syntax.multiline;
        let longest = match &sources {
            _ if !syntax.dialect.is_posix() || syntax.multiline => None,
            Sources::Literals(all) if all.len() < 2 => None,
            _ => Longest::new(&sources.joined(), syntax)?.map(Box::new),
        };
        Ok(Pattern {
            finder: plain_finder(alternatives, syntax).unwrap_or(match runs_over_blocks {
                true => Finder::Block,
                false => Finder::Line,
            }),
            engine: Engine::Automata { regex: Box::new(regex), longest },
            terminator: syntax.terminator,
            crlf: syntax.crlf,
            multiline: syntax.multiline,
            may_match_among_nuls: sources.may_match_among_nuls(syntax),
            longest_match: sources.longest_match(syntax).filter(|_| syntax.terminator == b'\n' && !syntax.multiline),
        })
    }

    /// Returns whether a match may lie among NUL bytes: an empty one, or one with a NUL byte in it.
    pub fn may_match_among_nuls(&self) -> bool {
        self.may_match_among_nuls
    }

    /// Returns the length in bytes of the longest possible match, if there is a bound, no match is
    /// empty, and neither lines nor anything else around a match decide about it.
    pub fn longest_match(&self) -> Option<usize> {
        match (&self.finder, &self.engine) {
            (Finder::Literal(finder), _) => Some(finder.needle().len()),
            (Finder::Block, _) => self.longest_match,
            _ => None,
        }
    }

    /// Returns whether matches may span lines.
    pub fn is_multiline(&self) -> bool {
        self.multiline
    }

    /// Returns whether every line is selected unseen.
    pub fn is_everything(&self) -> bool {
        matches!(self.finder, Finder::Everything)
    }

    /// Returns the next line of `hay`, from `from` on (a line's start), that holds a match: its start
    /// and its end, terminator included. A last line needs no terminator.
    ///
    /// # Errors
    /// When the engine gives up.
    pub fn find_line(&self, hay: &[u8], from: usize) -> Result<Option<Range<usize>>, Failure> {
        match (&self.finder, &self.engine) {
            (Finder::Nothing, _) => Ok(None),
            (Finder::Everything, _) => Ok((from < hay.len()).then(|| from..self.line_end(hay, from))),
            (Finder::Literal(finder), _) => {
                Ok(finder.find(&hay[from..]).map(|at| self.line_around(hay, from, from + at)))
            }
            (Finder::Block, Engine::Words(words)) => {
                Ok(words.find(hay, from).map(|found| self.line_around(hay, from, found.start)))
            }
            (Finder::Block, Engine::Automata { regex, .. }) => Ok(self.find_line_in_block(regex, hay, from)),
            (_, Engine::Backtracking(perl)) if perl.searches_lines() => self.find_line_by_steps(perl, hay, from),
            _ => self.find_line_one_by_one(hay, from),
        }
    }

    fn find_line_one_by_one(&self, hay: &[u8], from: usize) -> Result<Option<Range<usize>>, Failure> {
        let mut start = from;
        while start < hay.len() {
            let line = start..self.line_end(hay, start);
            if self.regex_matches(self.content(&hay[line.clone()]))? {
                return Ok(Some(line));
            }
            start = line.end;
        }
        Ok(None)
    }

    /// Searches some lines at a time, more and more of them while none matches.
    fn find_line_by_steps(&self, perl: &Perl, hay: &[u8], from: usize) -> Result<Option<Range<usize>>, Failure> {
        let (mut start, mut step) = (from, FEWEST_BYTES);
        while start < hay.len() {
            let end = self.line_end(hay, (start + step).min(hay.len()) - 1);
            let lines = &hay[start..end];
            let found = match perl.find_among_lines(lines) {
                // An empty match after the last terminator belongs to no line.
                Some(found) => found
                    .filter(|&at| at < lines.len() || lines.last() != Some(&self.terminator))
                    .map(|at| self.line_around(hay, start, start + at)),
                None => self.find_line_one_by_one(&hay[..end], start)?,
            };
            if found.is_some() {
                return Ok(found);
            }
            (start, step) = (end, (2 * step).min(MOST_BYTES));
        }
        Ok(None)
    }

    fn find_line_in_block(&self, regex: &RegexMatcher, hay: &[u8], mut from: usize) -> Option<Range<usize>> {
        while from < hay.len() {
            let rest = &hay[from..];
            // The matcher's error type is one it never makes.
            let candidate = search_unstable(rest, |rest| regex.find_candidate_line(rest).ok().flatten())?;
            let (LineMatchKind::Confirmed(at) | LineMatchKind::Candidate(at)) = candidate;
            // An empty match after the last terminator belongs to no line.
            if from + at == hay.len() && hay.last() == Some(&self.terminator) {
                return None;
            }
            let line = self.line_around(hay, from, from + at);
            // Between the two bytes of `\r\n` an empty match is in no line.
            let confirmed = matches!(candidate, LineMatchKind::Confirmed(_)) && !self.crlf;
            if confirmed || automata_match(regex, self.content(&hay[line.clone()])) {
                return Some(line);
            }
            from = line.end;
        }
        None
    }

    /// Returns whether this line (without its terminator) holds a match.
    ///
    /// # Errors
    /// When the engine gives up.
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
            Engine::Automata { regex, .. } => Ok(automata_match(regex, line)),
            Engine::Backtracking(perl) => Ok(perl.find_at(line, 0)?.is_some()),
            Engine::Words(words) => Ok(words.find(line, 0).is_some()),
        }
    }

    /// Calls `each` with every match in `hay` (a line without its terminator, or all of a multi-line
    /// input) from left to right, empty ones too, until it returns false.
    ///
    /// # Errors
    /// When the engine gives up.
    pub fn matches_in(&self, hay: &[u8], mut each: impl FnMut(Range<usize>) -> bool) -> Result<(), Failure> {
        let find = |at: usize| match (&self.finder, &self.engine) {
            (Finder::Literal(finder), _) => {
                let start = at + finder.find(&hay[at..])?;
                Some(start..start + finder.needle().len())
            }
            (_, Engine::Automata { regex, longest }) => search_unstable(hay, |hay| {
                let found = regex.find_at(hay, at).ok().flatten()?;
                let found = found.start()..found.end();
                Some(match longest {
                    Some(longest) => found.start..longest.end(hay, found),
                    None => found,
                })
            }),
            (_, Engine::Words(words)) => words.find(hay, at),
            (_, Engine::Backtracking(_)) => None,
        };
        if let (Engine::Backtracking(perl), false) = (&self.engine, matches!(self.finder, Finder::Literal(_))) {
            return perl.matches_in(hay, false, |found, _, _| each(found));
        }
        let (mut at, mut last_end) = (0, None);
        while at <= hay.len() {
            let Some(found) = find(at) else { break };
            at = found.end + usize::from(found.is_empty());
            // An empty match where the last one ended is not another match.
            if found.is_empty() && Some(found.end) == last_end {
                continue;
            }
            last_end = Some(found.end);
            if !each(found) {
                break;
            }
        }
        Ok(())
    }

    /// Replaces every match in `hay` by `replacement`, in which `$1` and `${name}` stand for groups.
    ///
    /// # Errors
    /// When the engine gives up.
    pub fn replace_in(&self, hay: &[u8], replacement: &[u8]) -> Result<Replaced, Failure> {
        let mut replaced = Replaced::default();
        let mut done = 0;
        match &self.engine {
            Engine::Backtracking(perl) => perl.matches_in(hay, true, |found, hay, groups| {
                let all = Groups((0..groups.len()).map(|group| groups.get(group)).collect());
                let number = |name: &str| groups.number(name);
                replaced.push(&hay[done..found.start], |text| all.interpolate(number, hay, replacement, text));
                done = found.end;
                true
            })?,
            Engine::Words(_) => self.matches_in(hay, |found| {
                let all = Groups(vec![Some(found.clone())]);
                replaced.push(&hay[done..found.start], |text| all.interpolate(|_| None, hay, replacement, text));
                done = found.end;
                true
            })?,
            Engine::Automata { regex, .. } => {
                // The engine may look at these bytes once more than elsewhere; in a copy nothing changes.
                let hay = &hay.to_vec()[..];
                // The matcher's error type is one it never makes.
                let Ok(mut groups) = regex.new_captures() else { return Ok(replaced) };
                self.matches_in(hay, |found| {
                    let is_caught = matches!(regex.captures_at(hay, found.start, &mut groups), Ok(true));
                    let get = |group| groups.get(group).filter(|_| is_caught).map(|span| span.start()..span.end());
                    let mut all = Groups((0..groups.len()).map(get).collect());
                    // Groups are those of the first alternative that matches, where the longest one counts.
                    if let Some(whole) = all.0.first_mut() {
                        *whole = Some(found.clone());
                    }
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

    fn line_around(&self, hay: &[u8], from: usize, at: usize) -> Range<usize> {
        let start = memrchr(self.terminator, &hay[from..at]).map_or(from, |i| from + i + 1);
        start..self.line_end(hay, at)
    }

    fn line_end(&self, hay: &[u8], at: usize) -> usize {
        memchr(self.terminator, &hay[at..]).map_or(hay.len(), |i| at + i + 1)
    }

    /// Returns a line without its terminator, as the regex is to see it.
    pub fn content<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        let Some(content) = line.strip_suffix(&[self.terminator]) else { return line };
        if self.crlf { content.strip_suffix(b"\r").unwrap_or(content) } else { content }
    }
}

fn set_case_and_limits(builder: &mut RegexMatcherBuilder, syntax: &Syntax) {
    builder.case_insensitive(syntax.case == Case::Insensitive).case_smart(syntax.case == Case::Smart);
    if let Some(limit) = syntax.size_limit {
        builder.size_limit(limit);
    }
    if let Some(limit) = syntax.dfa_size_limit {
        builder.dfa_size_limit(limit);
    }
}

/// Returns whether a line holds a match.
fn automata_match(regex: &RegexMatcher, line: &[u8]) -> bool {
    // The matcher's error type is one it never makes.
    search_unstable(line, |line| regex.is_match(line).unwrap_or(false))
}

/// Where the groups of a match are, whatever engine found it.
struct Groups(Vec<Option<Range<usize>>>);

impl Captures for Groups {
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

/// Returns the finder for alternatives that need no regex.
fn plain_finder(alternatives: &[Vec<u8>], syntax: &Syntax) -> Option<Finder> {
    if alternatives.is_empty() {
        return Some(Finder::Nothing);
    }
    if syntax.boundary == Boundary::Any && alternatives.iter().any(Vec::is_empty) && !syntax.multiline {
        return Some(Finder::Everything);
    }
    single_literal(alternatives, syntax)
        .map(|literal| Finder::Literal(Box::new(memmem::Finder::new(&literal).into_owned())))
}

/// Lines of an error that shows the pattern, at most.
const REFUSAL_LINES: usize = 9;

/// Returns why a regex is refused, in a few lines, with the option that would take it.
fn refusal(message: &str) -> anyhow::Error {
    let lines: Vec<&str> = message.lines().collect();
    let mut text = match lines.len() {
        0..=REFUSAL_LINES => lines.join("\n"),
        // What is wrong stands last; where, just before.
        many => [&lines[..1], &["    ..."], &lines[many - (REFUSAL_LINES - 3)..]].concat().join("\n"),
    };
    if message.contains("look-around") || message.contains("backreferences") {
        text.push_str("\n(-P has look-around and back-references)");
    }
    anyhow!(text)
}
