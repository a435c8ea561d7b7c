//! Entries whose time is not on their first line.
//!
//! `git log`, `svn log`, `hg log`, `bzr log`, ausearch, wevtutil, Perforce, aptitude, OSSEC and
//! ModSecurity begin an entry with a heading, and give its time one or more lines below. In such a
//! log, only a heading that is followed by a time begins an entry. For other logs the heading is
//! learnt: fish's history, setupapi.log, java.util.logging as XML, `journalctl -o export`, Snort,
//! pretty-printed JSON.

use super::super::access::lines;
use super::super::stamp::Stamp;

/// The maximum number of lines from a heading to the time, including both.
const MAX_LINES: usize = 8;

/// The maximum number of bytes in these lines.
const MAX_BYTES: usize = 64 << 10;

/// The number of bytes of a learnt heading that are compared.
const COMPARED_BYTES: usize = 24;

/// The minimum number of entries from which a heading is learnt.
const MIN_ENTRIES: usize = 3;

/// The words that begin a heading.
const WORDS: [&[u8]; 7] =
    [b"** Alert ", b"commit ", b"changeset:", b"Event[", b"{Heap before GC", b"Perforce server ", b"Aptitude "];

/// The first line of each entry of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// A line of dashes, equals signs or asterisks.
    Rule(u8),
    /// A line that begins with a known text.
    Word(&'static [u8]),
    /// A line that begins with the text, of this length, that the first lines of all entries share.
    Learnt([u8; COMPARED_BYTES], usize),
    /// The first section of an entry in ModSecurity's audit log, such as `--5a70c866-A--`.
    Section,
}

impl Heading {
    /// Returns the heading that `line` could be.
    fn of(line: &[u8]) -> Option<Self> {
        if let Some(word) = WORDS.iter().find(|word| line.starts_with(word)) {
            return Some(Self::Word(word));
        }
        let line = line.trim_ascii_end();
        if line.starts_with(b"--") && line.ends_with(b"-A--") {
            return Some(Self::Section);
        }
        let first = *line.first().filter(|byte| matches!(byte, b'-' | b'=' | b'*'))?;
        (line.len() >= 4 && line.iter().all(|byte| *byte == first)).then_some(Self::Rule(first))
    }

    /// Returns whether `line` could be this heading.
    fn begins(self, line: &[u8]) -> bool {
        match self {
            Self::Learnt(text, len) => line.starts_with(&text[..len]),
            _ => Self::of(line) == Some(self),
        }
    }

    /// Returns the beginning that the first lines of all entries share, if each entry of the sample
    /// has its time on the same later line. Other times in an entry follow other texts.
    ///
    /// `is_start` says that times are at the start of a line. Such a line is usually the first of its
    /// entry, and the line above it the rest of an entry that was cut off. Apart from blank lines,
    /// the sample then begins with a heading; otherwise a header may precede the first entry.
    pub fn learn(sample: &[u8], is_start: bool, stamp: impl Fn(&[u8]) -> Option<Stamp>) -> Option<Self> {
        let lines: Vec<&[u8]> =
            lines(sample).filter(|line| line.ends_with(b"\n")).map(<[u8]>::trim_ascii_end).collect();
        let blank = lines.iter().take_while(|line| line.is_empty()).count();
        let lines = &lines[blank..];
        let has_time: Vec<bool> = lines.iter().map(|line| stamp(line).is_some()).collect();
        // Neighbouring lines with a time belong to one entry, such as when it was written and sent.
        let begins = |at: &usize| has_time[*at] && (*at == 0 || !has_time[*at - 1]);
        let before = |at: usize| lines[at].split(u8::is_ascii_digit).next();
        let first = (0..lines.len()).find(begins)?;
        let timed: Vec<usize> = (first..lines.len()).filter(begins).filter(|&at| before(at) == before(first)).collect();
        let nearest = if is_start { first.max(2) } else { 1 };
        // The sample may end between a heading and its time.
        let lines = &lines[..=*timed.last()?];
        (nearest..=first.min(MAX_LINES - 1)).rev().find_map(|distance| {
            let firsts: Vec<usize> = timed.iter().map(|at| at.checked_sub(distance)).collect::<Option<_>>()?;
            let is_apart = !timed.windows(2).any(|pair| pair[1] - pair[0] <= distance);
            let fits = firsts.len() >= MIN_ENTRIES && is_apart && !firsts.iter().any(|&at| has_time[at]);
            fits.then(|| Self::common(lines, &firsts))?
        })
    }

    /// Returns the shortest text, up to the end of a word, with which only the lines `firsts` begin.
    fn common(lines: &[&[u8]], firsts: &[usize]) -> Option<Self> {
        let first = lines[*firsts.first()?];
        let common = |line: &[u8]| first.iter().zip(line).take_while(|(one, other)| one == other).count();
        let longest = firsts.iter().map(|&at| common(lines[at])).min()?.min(COMPARED_BYTES);
        let is_whole = firsts.iter().all(|&at| lines[at].len() == longest);
        let is_end = |len: usize| len == longest || matches!(first[len - 1], b' ' | b'=' | b':' | b'>' | b'[' | b'|');
        let fewest = if is_whole { 1 } else { 3 };
        let is_text = |len: usize| first[..len].trim_ascii().len() >= fewest;
        let len = (1..=longest)
            .filter(|&len| is_end(len) && is_text(len))
            .find(|&len| lines.iter().filter(|line| line.starts_with(&first[..len])).count() == firsts.len())?;
        let mut text = [0; COMPARED_BYTES];
        text[..len].copy_from_slice(&first[..len]);
        Some(Self::Learnt(text, len))
    }

    /// Returns the heading that precedes every time at the beginning of a log, if there is one.
    /// Lines of the same entry may repeat its time.
    pub fn detect(sample: &[u8], stamp: impl Fn(&[u8]) -> Option<Stamp>) -> Option<Self> {
        let mut common = None;
        let mut above: Option<(Self, usize)> = None;
        let mut last = None;
        for (at, line) in lines(sample).enumerate() {
            if let Some(stamp) = stamp(line) {
                match above.take() {
                    Some((heading, start)) if at - start < MAX_LINES => common = Some(heading),
                    _ if last != Some(stamp) => return None,
                    _ => {}
                }
                last = Some(stamp);
            } else if let Some(heading) =
                Self::of(line).filter(|heading| common.is_none_or(|common| common == *heading))
            {
                above = Some((heading, at));
            }
        }
        common
    }

    /// Returns the length of the line at the start of `bytes` or, if it is a heading, of all lines
    /// up to its time. Returns `None` if more bytes are needed, unless `is_whole` says that there
    /// are none.
    pub fn unit_len(self, bytes: &[u8], is_whole: bool, has_time: impl Fn(&[u8]) -> bool) -> Option<usize> {
        let (mut first, mut len, mut count) = (None, 0, 0);
        for line in lines(bytes).take(MAX_LINES) {
            len += line.len();
            count += 1;
            if first.is_some() && len > MAX_BYTES {
                return first;
            }
            if !line.ends_with(b"\n") && !is_whole {
                return None;
            }
            let is_heading = self.begins(line);
            match first {
                None if !is_heading => return Some(len),
                None => first = Some(len),
                Some(_) if is_heading => return first,
                Some(_) if has_time(line) => return Some(len),
                Some(_) => {}
            }
        }
        first.filter(|_| is_whole || count == MAX_LINES)
    }

    /// Returns the time of the lines that [`Heading::unit_len`] delimits.
    pub fn stamp(self, unit: &[u8], stamp: impl Fn(&[u8]) -> Option<Stamp>) -> Option<Stamp> {
        let mut lines = lines(unit);
        lines.next().filter(|line| self.begins(line))?;
        lines.find_map(stamp)
    }
}
