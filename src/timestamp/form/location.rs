//! The location of the time in a line.

use std::fmt;

use super::super::notation::Notation;
use super::super::notation::columns::{DateColumns, column_end};
use super::super::notation::scan::Scanner;
use super::super::notation::zone::Abbreviations;
use super::super::stamp::Stamp;
use super::json;

/// The location of the time in a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TimeLocation {
    /// In a column, counted from 0, after a prefix within the column.
    Column { separator: u8, index: usize, lead: Prefix },
    /// After a certain text, anywhere in the line.
    After(Box<[u8]>),
    /// At a path of keys in a JSON object.
    Key(Vec<Box<[u8]>>),
    /// At two paths of keys in a JSON object: one for the day and one for the time of day.
    Keys { day: Vec<Box<[u8]>>, time: Vec<Box<[u8]>> },
    /// At two paths of keys in a JSON object: one for the second and one for the nanosecond in it.
    Parts { second: Vec<Box<[u8]>>, nanosecond: Vec<Box<[u8]>> },
    /// In two columns that do not follow each other.
    Columns(DateColumns),
}

/// The shape of the text before the time within its column, such as `[`, `<34>` or `I`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Prefix(Vec<PrefixPiece>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum PrefixPiece {
    Byte(u8),
    Digits,
    /// One capital letter, such as the level of klog and glog.
    Letter,
    /// A name, such as a level or a thread, which differs from line to line.
    Name,
    /// Blanks, which pad a name.
    Blanks,
    /// Characters that are not ASCII, such as an emoji for the level.
    Symbol,
}

impl Prefix {
    /// Returns the shape of `text`, if it is short enough to be a prefix.
    pub fn of(text: &[u8]) -> Option<Self> {
        let mut at = Scanner(text);
        at.invisible();
        let mut pieces = Vec::new();
        while let Some(byte) = at.peek() {
            pieces.push(if byte == b' ' && pieces.last() == Some(&PrefixPiece::Name) {
                at.take_while(|byte| byte == b' ');
                PrefixPiece::Blanks
            } else if !byte.is_ascii() {
                at.take_while(|byte| !byte.is_ascii());
                PrefixPiece::Symbol
            } else if byte.is_ascii_digit() {
                at.take_while(|byte| byte.is_ascii_digit());
                PrefixPiece::Digits
            } else if byte.is_ascii_uppercase() && at.0.len() == 1 {
                at.0 = &[];
                PrefixPiece::Letter
            } else if byte.is_ascii_alphabetic() {
                take_name(&mut at);
                PrefixPiece::Name
            } else {
                at.0 = &at.0[1..];
                PrefixPiece::Byte(byte)
            });
            at.invisible();
        }
        (prefix_len(text) <= 24).then_some(Self(pieces))
    }

    /// Returns whether there is only punctuation before the time.
    pub fn is_plain(&self) -> bool {
        self.0.iter().all(|piece| match piece {
            PrefixPiece::Byte(byte) => !byte.is_ascii_alphanumeric(),
            piece => *piece == PrefixPiece::Symbol,
        })
    }

    /// Returns whether there is one padded word before the time, such as a level.
    fn is_word(&self) -> bool {
        matches!(self.0[..], [PrefixPiece::Name, PrefixPiece::Blanks])
    }

    /// Returns whether there are letters before the time.
    pub fn has_letters(&self) -> bool {
        self.0.contains(&PrefixPiece::Name)
    }

    fn take(&self, at: &mut Scanner<'_>) -> Option<()> {
        at.invisible();
        for piece in &self.0 {
            match piece {
                PrefixPiece::Byte(byte) => at.take(&[*byte])?,
                PrefixPiece::Digits => drop(
                    at.take_if(|byte| byte.is_ascii_digit()).map(|_| at.take_while(|byte| byte.is_ascii_digit()))?,
                ),
                PrefixPiece::Blanks => {
                    at.take_if(|byte| byte == b' ')?;
                    at.take_while(|byte| byte == b' ');
                }
                PrefixPiece::Symbol => {
                    at.take_if(|byte| !byte.is_ascii())?;
                    at.take_while(|byte| !byte.is_ascii());
                }
                PrefixPiece::Letter => drop(at.take_if(|byte| byte.is_ascii_uppercase())?),
                PrefixPiece::Name => at.peek().filter(u8::is_ascii_alphabetic).map(|_| take_name(at))?,
            }
            at.invisible();
        }
        Some(())
    }
}

/// Consumes letters, digits and underscores, and dots between them.
fn take_name(at: &mut Scanner<'_>) {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    at.take_while(is_part);
    while matches!(at.0, [b'.', next, ..] if is_part(*next)) {
        at.0 = &at.0[1..];
        at.take_while(is_part);
    }
}

/// Returns the length of the text before a time, with any number of digits counted as one byte.
fn prefix_len(text: &[u8]) -> usize {
    let mut at = Scanner(text);
    at.invisible();
    let continues = |pair: &&[u8]| pair.iter().all(u8::is_ascii_digit);
    at.0.len() - at.0.windows(2).filter(continues).count()
}

impl TimeLocation {
    /// Returns the location after a processor number in brackets.
    pub fn after_bracket() -> Self {
        Self::After(Box::from(&b"] "[..]))
    }

    /// Returns the location after the first opening bracket.
    pub fn after_open_bracket() -> Self {
        Self::After(Box::from(&b"["[..]))
    }

    /// Returns whether the time is at the very start of a line.
    pub fn is_start(&self) -> bool {
        matches!(self, Self::Column { separator: b' ', index: 0, lead } if lead.0.is_empty())
    }

    /// Returns whether any other words precede the time.
    pub fn is_in_later_word(&self) -> bool {
        matches!(self, Self::Column { separator: b' ', index: 1.., lead } if lead.is_plain())
    }

    /// Returns whether this is the location of the time in the first line of `top`.
    pub fn is_of_top(&self) -> bool {
        matches!(self, Self::After(text) if **text == *b"top - ")
    }

    /// Returns whether the text before the time names a time: `Start time: `.
    pub fn names_a_time(&self) -> bool {
        matches!(self, Self::After(text) if text.to_ascii_lowercase().starts_with(b"time"))
    }

    /// Reads the time at this location in `line` in `notation`, and its end if it is in a column.
    pub fn read(&self, line: &[u8], notation: &Notation, zones: &Abbreviations) -> Option<(Stamp, Option<usize>)> {
        match self {
            Self::Column { separator, index, lead } => {
                let mut at = Scanner(line);
                take_identifier(&mut at);
                if *index > 0 {
                    at = column(at.0, *separator, *index)?;
                } else if !lead.is_plain() {
                    // A number before the time may be padded.
                    at.take_while(|byte| byte == b' ');
                }
                lead.take(&mut at)?;
                take_mark(&mut at);
                let stamp = notation.read(&mut at, zones)?;
                Some((stamp, Some(line.len() - at.0.len())))
            }
            Self::After(text) => {
                let stamp = after(line, text).find_map(|mut at| notation.read(&mut at, zones))?;
                Some((stamp, None))
            }
            Self::Key(path) => {
                let object = memchr::memchr(b'{', line)?;
                Some((json::read(json::value(&line[object..], path)?, notation, zones)?, None))
            }
            Self::Keys { day, time } => {
                let object = &line[memchr::memchr(b'{', line)?..];
                let text = [json::value(object, day)?, b" ", json::value(object, time)?].concat();
                Some((json::read(&text, notation, zones)?, None))
            }
            Self::Parts { second, nanosecond } => {
                let object = &line[memchr::memchr(b'{', line)?..];
                let nanoseconds = json::nanoseconds(json::value(object, nanosecond)?)?;
                Some((json::number(json::value(object, second)?)?.with_nanoseconds(nanoseconds), None))
            }
            Self::Columns(columns) => Some((json::read(&columns.text(line)?, notation, zones)?, None)),
        }
    }
}

/// Consumes a UUID and a blank. FreeSWITCH writes them before the time in lines about a call.
fn take_identifier(at: &mut Scanner<'_>) {
    const LEN: usize = 36;
    let Some((id, [b' ', rest @ ..])) = at.0.split_at_checked(LEN) else { return };
    let fits = |(index, byte): (usize, &u8)| match index {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    if id.iter().enumerate().all(fits) {
        at.0 = rest;
    }
}

/// Consumes the mark by which Cisco's IOS says that its clock is not set or not synchronised. Other
/// lines have none.
fn take_mark(at: &mut Scanner<'_>) {
    if let [b'*' | b'.', letter, ..] = at.0
        && letter.is_ascii_alphabetic()
    {
        at.0 = &at.0[1..];
    }
}

/// Returns the text after each occurrence of `text` in `line`, except where it ends a longer word.
fn after<'l>(line: &'l [u8], text: &'l [u8]) -> impl Iterator<Item = Scanner<'l>> {
    let word = text.first().is_some_and(u8::is_ascii_alphanumeric);
    memchr::memmem::find_iter(line, text).filter_map(move |at| {
        let joined =
            word && at > 0 && (line[at - 1].is_ascii_alphanumeric() || matches!(line[at - 1], b'_' | b'-' | b'.'));
        (!joined).then(|| Scanner(&line[at + text.len()..]))
    })
}

/// Returns the start of a column of `line`. Consecutive blanks are one separator.
fn column(line: &[u8], separator: u8, index: usize) -> Option<Scanner<'_>> {
    let mut at = Scanner(line);
    if separator != b' ' {
        let start = (0..index).try_fold(0, |start, _| column_end(line, start, separator).map(|end| end + 1))?;
        at.0 = &line[start..];
        at.take_while(|byte| byte == b' ');
        return Some(at);
    }
    let blank = |byte| matches!(byte, b' ' | b'\t');
    at.invisible();
    at.take_while(blank);
    for _ in 0..index {
        at.take_while(|byte| !blank(byte));
        if at.take_while(blank).is_empty() {
            return None;
        }
    }
    Some(at)
}

/// Returns the possible locations of a time at `offset` of `line`.
pub fn locations(line: &[u8], offset: usize) -> Vec<TimeLocation> {
    let mut before = Scanner(&line[..offset]);
    take_identifier(&mut before);
    let mut before = before.0;
    let skipped = offset - before.len();
    if let [start @ .., b'*' | b'.'] = before
        && line[offset].is_ascii_alphabetic()
        && start.last().is_none_or(|byte| *byte == b' ')
    {
        before = start;
    }
    let offset = before.len();
    let mut locations = Vec::new();
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let visible = {
        let mut at = Scanner(before);
        at.invisible();
        at.0
    };
    // Blanks at the very start or within a bracket, as in `[ 11-21 …`, are part of the shape.
    if visible.iter().all(|byte| !byte.is_ascii_alphanumeric()) || !visible.iter().any(blank) {
        if let Some(lead) = Prefix::of(before) {
            locations.push(TimeLocation::Column { separator: b' ', index: 0, lead });
        }
        // The mark before the time may differ, as in the session logs of WinSCP.
        if matches!(visible, [mark, b' '] if mark.is_ascii_punctuation()) {
            locations.push(TimeLocation::Column { separator: b' ', index: 1, lead: Prefix::default() });
        }
    } else {
        let start = before.iter().rposition(blank).map_or(0, |at| at + 1);
        let lead = Prefix::of(&before[start..]);
        let mut words = Scanner(before);
        words.invisible();
        let index = words.0.split(blank).filter(|word| !word.is_empty()).count() - usize::from(start < offset);
        // In the first word, blanks before punctuation are part of the shape.
        let fits = |lead: &Prefix| {
            let is_short = !lead.has_letters() || prefix_len(&before[start..]) <= 16;
            if index > 0 { is_short } else { !lead.is_plain() }
        };
        if let Some(lead) = lead.filter(fits) {
            locations.push(TimeLocation::Column { separator: b' ', index, lead });
        }
    }
    locations.extend(locations_in_columns(&line[skipped..], before));
    if before.trim_ascii_end().ends_with(b"]") && before.ends_with(b" ") {
        locations.push(TimeLocation::after_bracket());
    }
    locations.extend(locations_after_names(before));
    locations
}

/// Returns the locations in columns of `line` for a time after `before`, the beginning of the line.
fn locations_in_columns(line: &[u8], before: &[u8]) -> Vec<TimeLocation> {
    let mut locations = Vec::new();
    // A name in brackets, such as that of a thread, may contain blanks.
    for separator in [b',', b';', b'|', b'\t', b'!', b']', b')', b':'] {
        let (mut start, mut index) = (0, 0);
        while let Some(end) = column_end(line, start, separator).filter(|end| *end < before.len()) {
            (start, index) = (end + 1, index + 1);
        }
        // A colon only ends the name of a file or host at the start of a line.
        let is_name = |name: &[u8]| !name.contains(&b' ') && name.iter().any(u8::is_ascii_alphabetic);
        if index == 0 || separator == b':' && !(index == 1 && is_name(&line[..start])) {
            continue;
        }
        let own = &before[start..];
        let own = &own[own.iter().take_while(|byte| **byte == b' ').count()..];
        // The level may follow such a name.
        let fits = |lead: &Prefix| lead.is_plain() || matches!(separator, b']' | b')') && lead.is_word();
        if let Some(lead) = Prefix::of(own).filter(fits) {
            locations.push(TimeLocation::Column { separator, index, lead });
        }
    }
    locations
}

/// Returns the locations after the name or bracket at the end of `before`, the text before a time.
fn locations_after_names(before: &[u8]) -> Vec<TimeLocation> {
    let mut locations = Vec::new();
    let offset = before.len();
    // `[`, `ts=`, `time="`, `audit(`, and `at `, which Rails writes.
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@' | b'-' | b'.');
    let punctuation = before.iter().rev().take_while(|byte| !word(byte)).count();
    let letters = before[..offset - punctuation].iter().rev().take_while(|byte| word(byte)).count();
    let name = &before[offset - punctuation - letters..offset - punctuation];
    let is_name = name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'@' | b'_'));
    // `dmesg -x` pads the level before the bracket.
    if punctuation > 3 && before.ends_with(b": [") {
        locations.push(TimeLocation::after_open_bracket());
    }
    if (1..=3).contains(&punctuation) && before[offset - punctuation..].iter().all(|byte| (0x20..0x7f).contains(byte)) {
        if before.ends_with(b"[") {
            locations.push(TimeLocation::after_open_bracket());
        }
        if is_name && letters <= 24 {
            locations.push(TimeLocation::After(Box::from(&before[offset - punctuation - letters..])));
        }
        // SendingTime of a FIX message, whose fields end with SOH or, as often shown, with a bar.
        if before.ends_with(b"\x0152=") || before.ends_with(b"|52=") {
            locations.push(TimeLocation::After(Box::from(&before[offset - 4..])));
        }
    }
    locations
}

impl fmt::Display for TimeLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column { index: 0, lead, .. } if lead.0.is_empty() => f.write_str("at the start of a line"),
            Self::Column { index: 0, .. } => f.write_str("near the start of a line"),
            Self::Column { separator: b' ', index, .. } => write!(f, "in word {}", index + 1),
            Self::Column { index, .. } => write!(f, "in column {}", index + 1),
            Self::After(text) => write!(f, "after '{}'", text.escape_ascii()),
            Self::Key(path) => write!(f, "in the JSON key {}", dotted(path)),
            Self::Keys { day: one, time: other } | Self::Parts { second: one, nanosecond: other } => {
                write!(f, "in the JSON keys {} and {}", dotted(one), dotted(other))
            }
            Self::Columns(columns) => {
                let (day, time) = columns.numbers();
                write!(f, "in columns {day} and {time}")
            }
        }
    }
}

fn dotted(path: &[Box<[u8]>]) -> String {
    path.iter().map(|key| key.escape_ascii().to_string()).collect::<Vec<_>>().join(".")
}
