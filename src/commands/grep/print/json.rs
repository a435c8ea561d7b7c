//! Prints ripgrep's JSON messages: `begin`, `match`, `context`, `end` and `summary`, one per line.
//!
//! Their format is documented in the `grep-printer` crate. Text that is not UTF-8 is base64 under
//! `bytes`.

use std::ops::Range;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::super::lines::{count_lines, lines_of};
use super::super::pattern::ReplacedText;
use super::super::query::Query;
use super::style::Spans;
use crate::output::JsonText;

/// Running totals of the current input and of all inputs.
#[derive(Clone, Debug)]
pub struct JsonTotals {
    input: Stats,
    all: Stats,
    begun: Instant,
    input_begun: Instant,
    begin_printed: bool,
    binary_offset: Option<u64>,
}

impl Default for JsonTotals {
    fn default() -> JsonTotals {
        let now = Instant::now();
        JsonTotals {
            input: Stats::default(),
            all: Stats::default(),
            begun: now,
            input_begun: now,
            begin_printed: false,
            binary_offset: None,
        }
    }
}

/// The input and the position of some lines.
#[derive(Clone, Copy, Debug)]
pub struct MessagePosition<'a> {
    /// The input's name.
    pub name: &'a [u8],
    /// The number of the first line, from 1, or `None` with `-N`.
    pub number: Option<u64>,
    /// The offset of the first line, in bytes.
    pub offset: u64,
    /// Whether the lines are selected, not context.
    pub selected: bool,
    /// The replacement for matches (`--replace`).
    pub replacement: Option<&'a [u8]>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Stats {
    elapsed: Elapsed,
    searches: u64,
    searches_with_match: u64,
    bytes_searched: u64,
    bytes_printed: u64,
    matched_lines: u64,
    matches: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Elapsed(Duration);

impl Serialize for Elapsed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields {
            secs: u64,
            nanos: u32,
            human: String,
        }
        let human = format!("{:.6}s", self.0.as_secs_f64());
        Fields { secs: self.0.as_secs(), nanos: self.0.subsec_nanos(), human }.serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(tag = "type", content = "data", rename_all = "lowercase")]
enum Message<'a> {
    Begin { path: JsonText<'a> },
    Match(JsonLines<'a>),
    Context(JsonLines<'a>),
    End { path: JsonText<'a>, binary_offset: Option<u64>, stats: Stats },
    Summary { elapsed_total: Elapsed, stats: Stats },
}

#[derive(Serialize)]
struct JsonLines<'a> {
    path: JsonText<'a>,
    lines: JsonText<'a>,
    line_number: Option<u64>,
    absolute_offset: u64,
    submatches: Vec<Submatch<'a>>,
}

#[derive(Serialize)]
struct Submatch<'a> {
    #[serde(rename = "match")]
    matched: JsonText<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<JsonText<'a>>,
    start: usize,
    end: usize,
}

impl JsonTotals {
    /// Continues with the totals of all inputs in `other`.
    pub fn continue_from(&mut self, other: &JsonTotals) {
        self.all = other.all;
    }

    pub fn begin_input(&mut self) {
        self.input = Stats { searches: 1, ..Stats::default() };
        self.input_begun = Instant::now();
        self.begin_printed = false;
        self.binary_offset = None;
    }

    /// Records the position of the first NUL byte in a binary input.
    pub fn note_binary(&mut self, offset: u64) {
        self.binary_offset.get_or_insert(offset);
    }

    /// Prints consecutive whole lines as one message each, and `begin` before the first of an input.
    ///
    /// `spans` are the matches, if they are known.
    pub fn lines(
        &mut self,
        query: &Query,
        lines: &[u8],
        mut spans: Option<Spans<'_>>,
        position: MessagePosition<'_>,
        text: &mut Vec<u8>,
    ) {
        if lines.is_empty() {
            return;
        }
        let start = text.len();
        let path = || JsonText::from(position.name);
        if !std::mem::replace(&mut self.begin_printed, true) {
            push(&Message::Begin { path: path() }, text);
        }
        let (mut number, mut offset) = (position.number, position.offset);
        // A match that spans lines is printed as one message with all these lines.
        let together = query.any.is_multiline() && position.selected && !query.invert;
        let whole = together.then_some(lines).into_iter();
        for line in whole.chain(lines_of(if together { &[] } else { lines }, query.terminator)) {
            let content = if together { line } else { query.any.content(line) };
            // A failure here also occurred, and was reported, when the line was selected.
            let replaced = position.replacement.and_then(|text| {
                // Matches that may span lines are searched for only once.
                query.any.replace(content, spans.filter(|_| together), text).ok()
            });
            let found = match position.selected == query.invert {
                true => Vec::new(),
                false => matches_of(query, content, spans, line),
            };
            let submatches = submatches(line, found, replaced.as_ref());
            if position.selected {
                self.input.matched_lines += count_lines(line, query.terminator);
                self.input.matches += submatches.len() as u64;
            }
            let lines = JsonLines {
                path: path(),
                lines: JsonText::from(line),
                line_number: number,
                absolute_offset: offset,
                submatches,
            };
            push(&if position.selected { Message::Match(lines) } else { Message::Context(lines) }, text);
            number = number.map(|number| number + 1);
            offset += line.len() as u64;
            if let Some(spans) = &mut spans {
                spans.skip_to(spans.base + line.len());
            }
        }
        if position.selected {
            self.input.bytes_searched = offset;
        }
        self.input.bytes_printed += (text.len() - start) as u64;
    }

    /// Counts the message of a line that is written later, and prints `begin` before the first one
    /// of an input.
    pub fn long_line(
        &mut self,
        position: MessagePosition<'_>,
        line_length: u64,
        (message_length, matches): (u64, u64),
        text: &mut Vec<u8>,
    ) {
        let start = text.len();
        if !std::mem::replace(&mut self.begin_printed, true) {
            push(&Message::Begin { path: JsonText::from(position.name) }, text);
        }
        if position.selected {
            self.input.matched_lines += 1;
            self.input.matches += matches;
            self.input.bytes_searched = position.offset + line_length;
        }
        self.input.bytes_printed += (text.len() - start) as u64 + message_length;
    }

    /// Prints the `end` of an input that had a `begin`, and adds its figures to the totals.
    ///
    /// Without `ended_at`, the search ended after the last selected line, regardless of where the
    /// block ends.
    pub fn end_input(&mut self, name: &[u8], ended_at: Option<u64>, text: &mut Vec<u8>) {
        self.input.bytes_searched = ended_at.unwrap_or(self.input.bytes_searched);
        self.input.searches_with_match = u64::from(self.input.matched_lines > 0);
        self.input.elapsed = Elapsed(self.input_begun.elapsed());
        if self.begin_printed {
            let (binary_offset, stats) = (self.binary_offset, self.input);
            push(&Message::End { path: JsonText::from(name), binary_offset, stats }, text);
        }
        let (all, input) = (&mut self.all, &self.input);
        all.elapsed.0 += input.elapsed.0;
        all.searches += input.searches;
        all.searches_with_match += input.searches_with_match;
        all.bytes_searched += input.bytes_searched;
        all.bytes_printed += input.bytes_printed;
        all.matched_lines += input.matched_lines;
        all.matches += input.matches;
    }

    /// Returns the last message, which is about all inputs. With `-q`, it is the only one printed.
    pub fn summary(&self, is_only: bool) -> Vec<u8> {
        let mut text = Vec::new();
        let bytes_printed = if is_only { 0 } else { self.all.bytes_printed };
        let stats = Stats { bytes_printed, ..self.all };
        push(&Message::Summary { elapsed_total: Elapsed(self.begun.elapsed()), stats }, &mut text);
        text
    }
}

/// Returns the matches in a line, with their replacements.
fn submatches<'t>(line: &'t [u8], found: Vec<Range<usize>>, replaced: Option<&'t ReplacedText>) -> Vec<Submatch<'t>> {
    let replacement = |index: usize| {
        let all = replaced?;
        all.text.get(all.spans.get(index)?.clone()).map(JsonText::from)
    };
    let submatch = |(index, Range { start, end })| Submatch {
        matched: JsonText::from(&line[start..end]),
        replacement: replacement(index),
        start,
        end,
    };
    found.into_iter().enumerate().map(submatch).collect()
}

/// Returns the matches in a line: those of `spans`, if they are known, or else those in its content.
fn matches_of(query: &Query, content: &[u8], spans: Option<Spans<'_>>, line: &[u8]) -> Vec<Range<usize>> {
    if let Some(Spans { all, base, .. }) = spans {
        let end = base + line.len();
        // An empty match after the terminator belongs to the next line.
        let last = end - usize::from(line.last() == Some(&query.terminator));
        let here = all.iter().skip_while(|span| span.start < base);
        let here = here.take_while(|span| span.start <= last && span.end <= end);
        return here.map(|span| span.start - base..span.end - base).collect();
    }
    let mut all = Vec::new();
    // A failure here also occurred, and was reported, when the line was selected.
    _ = query.any.matches_in(content, |found| {
        all.push(found);
        true
    });
    all
}

fn push(message: &Message<'_>, text: &mut Vec<u8>) {
    // Serialising strings and numbers into memory cannot fail.
    if crate::output::append_json(message, text).is_ok() {
        text.push(b'\n');
    }
}
