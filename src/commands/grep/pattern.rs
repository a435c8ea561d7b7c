//! From what was typed to something that finds lines.
//!
//! A [`Pattern`] is one set of alternatives (every `-e`, or one `--and`) compiled by `grep-regex`, which looks for
//! the literals inside a regex before it runs the regex. A single plain literal goes straight to `memmem`, and an
//! empty pattern selects every line without looking at it. Nothing here knows of files, blocks or output.

use std::ops::Range;

use anyhow::{Context, Result, bail};
use grep_matcher::{LineMatchKind, Matcher};
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use memchr::{memchr, memmem, memrchr};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::longest::Longest;
use super::posix;
use super::unstable::search_unstable;

/// The language a pattern is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// The `regex` crate's, as ripgrep reads it: Unicode whatever the locale, the leftmost alternative wins.
    #[default]
    Rust,
    /// POSIX extended (`-E`), with GNU's additions; the locale decides about Unicode, the longest match wins.
    Extended,
    /// POSIX basic (`-G`), as above.
    Basic,
    /// Fixed strings (`-F`), as above.
    Fixed,
}

impl Dialect {
    /// Whether this is one of GNU grep's own dialects, which read the locale and prefer the longest match.
    pub fn is_posix(self) -> bool {
        self != Dialect::Rust
    }
}

/// How letters compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Case {
    /// As they are.
    #[default]
    Sensitive,
    /// Upper and lower alike (`-i`).
    Insensitive,
    /// Alike unless the pattern holds an upper-case letter (`-S`).
    Smart,
}

/// What must stand around a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Boundary {
    /// Anything.
    #[default]
    Any,
    /// No word character on either side (`-w`).
    Word,
    /// The ends of the line (`-x`).
    Line,
}

/// Everything but the patterns themselves that decides what a pattern matches.
#[derive(Clone, Debug)]
pub struct Syntax {
    /// The language patterns are written in.
    pub dialect: Dialect,
    /// How letters compare.
    pub case: Case,
    /// What must stand around a match.
    pub boundary: Boundary,
    /// The byte that ends a line: a newline, or NUL under `-z`.
    pub terminator: u8,
    /// `$` also matches before `\r\n`.
    pub crlf: bool,
    /// Characters are Unicode scalars in UTF-8, not bytes.
    pub unicode: bool,
    /// Matches may span lines (`-U`).
    pub multiline: bool,
    /// `.` matches a newline too.
    pub dot_all: bool,
}

impl Syntax {
    /// Settles smart case for POSIX patterns; for the others `grep-regex` does, which can tell `\S` from a letter.
    fn with_case_for(&self, alternatives: &[Vec<u8>]) -> Syntax {
        let mut settled = self.clone();
        if self.case == Case::Smart && self.dialect.is_posix() {
            let texts: Vec<_> = alternatives.iter().map(|bytes| String::from_utf8_lossy(bytes)).collect();
            let any = |is: fn(char) -> bool| texts.iter().any(|text| text.chars().any(is));
            let ignored = any(char::is_alphabetic) && !any(char::is_uppercase);
            settled.case = if ignored { Case::Insensitive } else { Case::Sensitive };
        }
        settled
    }
}

impl Default for Syntax {
    fn default() -> Syntax {
        Syntax {
            dialect: Dialect::Rust,
            case: Case::Sensitive,
            boundary: Boundary::Any,
            terminator: b'\n',
            crlf: false,
            unicode: true,
            multiline: false,
            dot_all: false,
        }
    }
}

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

/// One set of alternatives, ready to search.
#[derive(Debug)]
pub struct Pattern {
    finder: Finder,
    regex: RegexMatcher,
    longest: Option<Longest>,
    terminator: u8,
    crlf: bool,
    multiline: bool,
    looks_into_nuls: bool,
}

impl Pattern {
    /// Compiles `alternatives`, any of which selects a line.
    ///
    /// # Errors
    /// When an alternative is not valid in its dialect, holds a line terminator, or is too large.
    pub fn new(alternatives: &[Vec<u8>], syntax: &Syntax) -> Result<Pattern> {
        let syntax = &syntax.with_case_for(alternatives);
        let mut sources = sources(alternatives, syntax)?;
        // A record is a line to GNU's `-x`, whatever newlines it holds.
        let is_record = syntax.terminator != b'\n' && syntax.dialect.is_posix() && syntax.boundary == Boundary::Line;
        if is_record {
            sources = Sources::Regexes(vec![format!(r"\A(?:{})\z", sources.joined())]);
        }
        let mut builder = RegexMatcherBuilder::new();
        builder
            .multi_line(true)
            .unicode(syntax.unicode)
            .octal(false)
            .dot_matches_new_line(syntax.dot_all)
            .word(syntax.boundary == Boundary::Word)
            .whole_line(syntax.boundary == Boundary::Line && !is_record);
        match syntax.case {
            Case::Sensitive => {}
            Case::Insensitive => {
                builder.case_insensitive(true);
            }
            Case::Smart => {
                builder.case_smart(true);
            }
        }
        // Under `-z` the anchors match at newlines inside a record as well as at its ends, so the regex is shown one
        // record at a time; in GNU's dialects `.` matches those newlines too.
        if syntax.terminator != b'\n' {
            builder.dot_matches_new_line(syntax.dialect.is_posix());
        } else if syntax.multiline {
            builder.crlf(syntax.crlf);
        } else {
            builder.line_terminator(Some(b'\n'));
            if syntax.crlf {
                builder.crlf(true);
            }
        }
        let literal = single_literal(alternatives, syntax);
        let regex = match &sources {
            Sources::Literals(all) => builder.fixed_strings(true).build_many(all),
            Sources::Regexes(all) => builder.build_many(all),
        }
        .map_err(|error| anyhow::anyhow!("{error}"))?;
        let finder = if alternatives.is_empty() {
            Finder::Nothing
        } else if syntax.boundary == Boundary::Any && alternatives.iter().any(Vec::is_empty) && !syntax.multiline {
            Finder::Everything
        } else if let Some(literal) = literal {
            Finder::Literal(Box::new(memmem::Finder::new(&literal).into_owned()))
        } else if regex.line_terminator().is_some() || syntax.multiline {
            Finder::Block
        } else {
            Finder::Line
        };
        let longest = match &sources {
            _ if !syntax.dialect.is_posix() || syntax.multiline => None,
            Sources::Literals(all) if all.len() < 2 => None,
            _ => Longest::new(&sources.joined(), syntax)?,
        };
        Ok(Pattern {
            finder,
            regex,
            longest,
            terminator: syntax.terminator,
            crlf: syntax.crlf,
            multiline: syntax.multiline,
            looks_into_nuls: sources.may_match_among_nuls(syntax),
        })
    }

    /// Whether a match may lie among NUL bytes, or reach over some: an empty one, or one with a NUL byte in it.
    pub fn looks_into_nuls(&self) -> bool {
        self.looks_into_nuls
    }

    /// The next line of `hay`, beginning the search at `from` (a line's start), that holds a match: its start and its
    /// end, terminator included. A last line needs no terminator.
    ///
    /// Where matches may span lines, these are all lines of the match and of those that begin on them.
    pub fn find_line(&self, hay: &[u8], from: usize) -> Option<Range<usize>> {
        match &self.finder {
            Finder::Block if self.multiline => self.find_lines(hay, from),
            Finder::Nothing => None,
            Finder::Everything => (from < hay.len()).then(|| from..self.line_end(hay, from)),
            Finder::Literal(finder) => finder.find(&hay[from..]).map(|at| self.line_around(hay, from, from + at)),
            Finder::Block => self.find_line_in_block(hay, from),
            Finder::Line => {
                let mut start = from;
                while start < hay.len() {
                    let line = start..self.line_end(hay, start);
                    if self.regex_matches(self.content(&hay[line.clone()])) {
                        return Some(line);
                    }
                    start = line.end;
                }
                None
            }
        }
    }

    fn find_line_in_block(&self, hay: &[u8], mut from: usize) -> Option<Range<usize>> {
        while from < hay.len() {
            let rest = &hay[from..];
            // The matcher's error type is one it never makes.
            let candidate = search_unstable(rest, |rest| self.regex.find_candidate_line(rest).ok().flatten())?;
            let (LineMatchKind::Confirmed(at) | LineMatchKind::Candidate(at)) = candidate;
            // An empty match after the last terminator belongs to no line.
            if from + at == hay.len() && hay.last() == Some(&self.terminator) {
                return None;
            }
            let line = self.line_around(hay, from, from + at);
            // Between the two bytes of `\r\n` an empty match is in no line.
            let confirmed = matches!(candidate, LineMatchKind::Confirmed(_)) && !self.crlf;
            if confirmed || self.regex_matches(self.content(&hay[line.clone()])) {
                return Some(line);
            }
            from = line.end;
        }
        None
    }

    fn find_lines(&self, hay: &[u8], from: usize) -> Option<Range<usize>> {
        let find = |at: usize| search_unstable(hay, |hay| self.regex.find_at(hay, at).ok().flatten());
        let last_line = |start: usize, end: usize| self.line_end(hay, if end > start { end - 1 } else { start });
        let first = find(from)?;
        // An empty match after the last terminator belongs to no line.
        if first.start() == hay.len() && hay.last().is_none_or(|&last| last == self.terminator) {
            return None;
        }
        let mut lines = self.line_around(hay, from, first.start());
        lines.end = last_line(first.start(), first.end());
        let mut at = first.end() + usize::from(first.is_empty());
        while at < lines.end
            && let Some(next) = find(at).filter(|next| next.start() < lines.end)
        {
            lines.end = lines.end.max(last_line(next.start(), next.end()));
            at = next.end() + usize::from(next.is_empty());
        }
        Some(lines)
    }

    /// Whether matches may span lines.
    pub fn is_multiline(&self) -> bool {
        self.multiline
    }

    /// Whether this line (without its terminator) holds a match.
    pub fn is_match(&self, line: &[u8]) -> bool {
        match &self.finder {
            Finder::Nothing => false,
            Finder::Everything => true,
            Finder::Literal(finder) => finder.find(line).is_some(),
            Finder::Block | Finder::Line => self.regex_matches(line),
        }
    }

    fn regex_matches(&self, line: &[u8]) -> bool {
        search_unstable(line, |line| self.regex.is_match(line).unwrap_or(false))
    }

    /// Whether every line is selected without being looked at.
    pub fn is_everything(&self) -> bool {
        matches!(self.finder, Finder::Everything)
    }

    /// The first match in `line` (without its terminator) at or after `at`.
    pub fn find_at(&self, line: &[u8], at: usize) -> Option<Range<usize>> {
        if let Finder::Literal(finder) = &self.finder {
            let start = at + finder.find(&line[at..])?;
            return Some(start..start + finder.needle().len());
        }
        search_unstable(line, |line| {
            let found = self.regex.find_at(line, at).ok().flatten()?;
            let found = found.start()..found.end();
            Some(match &self.longest {
                Some(longest) => found.start..longest.end(line, found),
                None => found,
            })
        })
    }

    /// Every match in `line` (without its terminator) from left to right, empty ones too, until `each` gives false.
    pub fn matches_in(&self, line: &[u8], mut each: impl FnMut(Range<usize>) -> bool) {
        let (mut at, mut last_end) = (0, None);
        while at <= line.len() {
            let Some(found) = self.find_at(line, at) else { return };
            if found.is_empty() {
                at = found.end + 1;
                // An empty match right where the last one ended is not another match.
                if Some(found.end) == last_end {
                    continue;
                }
            } else {
                at = found.end;
            }
            last_end = Some(found.end);
            if !each(found) {
                return;
            }
        }
    }

    fn line_around(&self, hay: &[u8], from: usize, at: usize) -> Range<usize> {
        let start = memrchr(self.terminator, &hay[from..at]).map_or(from, |i| from + i + 1);
        start..self.line_end(hay, at)
    }

    fn line_end(&self, hay: &[u8], at: usize) -> usize {
        memchr(self.terminator, &hay[at..]).map_or(hay.len(), |i| at + i + 1)
    }

    /// A line without its terminator, as the regex is to see it.
    pub fn content<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        let Some(content) = line.strip_suffix(&[self.terminator]) else { return line };
        if self.crlf { content.strip_suffix(b"\r").unwrap_or(content) } else { content }
    }
}

/// Alternatives in the form `grep-regex` takes them.
enum Sources {
    Literals(Vec<String>),
    Regexes(Vec<String>),
}

/// Whether some part of a regex matches a NUL byte.
fn matches_nul(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.contains(&0),
        HirKind::Class(Class::Unicode(class)) => class.ranges().first().is_some_and(|range| range.start() == '\0'),
        HirKind::Class(Class::Bytes(class)) => class.ranges().first().is_some_and(|range| range.start() == 0),
        HirKind::Repetition(repetition) => matches_nul(&repetition.sub),
        HirKind::Capture(capture) => matches_nul(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(matches_nul),
    }
}

impl Sources {
    fn may_match_among_nuls(&self, syntax: &Syntax) -> bool {
        let regexes = match self {
            Sources::Literals(all) => return all.iter().any(|literal| literal.is_empty() || literal.contains('\0')),
            Sources::Regexes(all) => all,
        };
        let mut builder = regex_syntax::ParserBuilder::new();
        builder.multi_line(true).unicode(syntax.unicode).utf8(false).dot_matches_new_line(syntax.dot_all);
        // A parser is good for one regex.
        regexes.iter().any(|regex| match builder.build().parse(regex) {
            Ok(hir) => hir.properties().minimum_len().is_none_or(|least| least == 0) || matches_nul(&hir),
            Err(_) => true,
        })
    }

    fn joined(&self) -> String {
        let wrapped: Vec<String> = match self {
            Sources::Literals(all) => all.iter().map(|s| regex_syntax::escape(s)).collect(),
            Sources::Regexes(all) => all.iter().map(|s| format!("(?:{s})")).collect(),
        };
        wrapped.join("|")
    }
}

fn sources(alternatives: &[Vec<u8>], syntax: &Syntax) -> Result<Sources> {
    let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).ok();
    match syntax.dialect {
        Dialect::Fixed => {
            if let Some(all) = alternatives.iter().map(text).collect::<Option<Vec<_>>>() {
                return Ok(Sources::Literals(all));
            }
            Ok(Sources::Regexes(alternatives.iter().map(|bytes| posix::escape(bytes, syntax.unicode)).collect()))
        }
        Dialect::Rust => {
            let all = alternatives.iter().map(|bytes| {
                text(bytes).with_context(|| {
                    format!("pattern {:?} is not valid UTF-8; -F takes any bytes", String::from_utf8_lossy(bytes))
                })
            });
            Ok(Sources::Regexes(all.collect::<Result<_>>()?))
        }
        Dialect::Extended | Dialect::Basic => {
            let extended = syntax.dialect == Dialect::Extended;
            let mut all = Vec::with_capacity(alternatives.len());
            for bytes in alternatives {
                match posix::translate(bytes, extended, syntax.unicode) {
                    Ok(source) => all.push(source),
                    Err(error) => bail!("{error}"),
                }
            }
            Ok(Sources::Regexes(all))
        }
    }
}

/// The one literal that these alternatives come to, if they do and it can be looked for as it stands.
fn single_literal(alternatives: &[Vec<u8>], syntax: &Syntax) -> Option<Vec<u8>> {
    let [only] = alternatives else { return None };
    let plain = match syntax.dialect {
        Dialect::Fixed => true,
        // Outside ASCII a POSIX literal may have to be valid in its encoding to count; leave that to the regex.
        _ => only.is_ascii() && !only.iter().any(|&b| regex_syntax::is_meta_character(char::from(b))),
    };
    let usable = plain
        && syntax.case == Case::Sensitive
        && syntax.boundary == Boundary::Any
        && !only.is_empty()
        && !only.contains(&b'\n')
        && !only.contains(&syntax.terminator)
        && !syntax.multiline;
    usable.then(|| only.clone())
}
