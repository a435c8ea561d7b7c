//! The beginning that lines with a time share, which other lines of an entry lack.
//!
//! In `[E 2026-11-21 14:30:05 app] up`, the time is in the second word. The second word of
//! `    ValueError: 2031-02-03`, a line further down in the entry, is not the time of another one.

use super::location::TimeLocation;

/// The minimum number of entries from which their beginning is learnt.
const MIN_ENTRIES: usize = 8;

/// The words for the start and the end of a process, in small letters.
const ENDS: [(&str, &str); 4] = [("start", "end"), ("begin", "end"), ("start", "finish"), ("start", "stop")];

/// The maximum number of bytes of a line before its time in which these words are.
const MAX_LABEL: usize = 40;

/// The beginning of the lines that begin an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryStart {
    /// Whether such lines begin with punctuation, and never with a blank.
    is_unindented: bool,
    /// Whether the first word never ends with a colon.
    is_without_colon: bool,
    /// The first word of lines with the time at which the entry ended.
    end: Option<Box<[u8]>>,
}

impl EntryStart {
    /// Learns the beginning from lines that have a time at `location`.
    pub fn learn(location: &TimeLocation, lines: &[&[u8]]) -> Self {
        if !location.is_in_later_word() {
            return Self::default();
        }
        let is_usual = |fits: &dyn Fn(&[u8]) -> bool| {
            lines.len() >= MIN_ENTRIES && lines.iter().filter(|line| fits(line)).count() * 3 >= lines.len() * 2
        };
        Self {
            // Levels may be padded on the left.
            is_unindented: is_usual(&|line| line.first().is_some_and(u8::is_ascii_punctuation)),
            is_without_colon: is_usual(&|line| !first_word(line).ends_with(b":")),
            end: end_of_pair(lines),
        }
    }

    /// Returns whether entries are known to have further lines, because their end is among them.
    pub fn is_of_several_lines(&self) -> bool {
        self.end.is_some()
    }

    /// Returns whether `line` begins like the lines that begin an entry.
    pub fn fits(&self, line: &[u8]) -> bool {
        let is_odd = self.is_unindented && line.first().is_some_and(u8::is_ascii_whitespace)
            || self.is_without_colon && first_word(line).ends_with(b":");
        !is_odd && self.end.as_deref().is_none_or(|end| end != first_word(line))
    }
}

fn first_word(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii_start();
    &line[..line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len())]
}

/// Returns the first word of every second line, if it names the end of what the first word of the
/// line before names the start: `Start-Date: ` and `End-Date: ` in apt's history.
fn end_of_pair(lines: &[&[u8]]) -> Option<Box<[u8]>> {
    let [first, second, ..] = lines else { return None };
    let (start, end) = (first_word(first), first_word(second));
    if start.len().max(end.len()) > MAX_LABEL {
        return None;
    }
    let lower = |word: &[u8]| String::from_utf8_lossy(word).to_ascii_lowercase();
    let (one, other) = (lower(start), lower(end));
    ENDS.iter().find(|(start, end)| one.contains(start) && one.replacen(start, end, 1) == other)?;
    // A run that failed may have no end.
    lines.iter().all(|line| first_word(line) == start || first_word(line) == end).then(|| Box::from(end))
}
