//! Reads the times of many lines that begin in the same way.
//!
//! Neighbouring lines of a log mostly differ only in the fraction of a second, or not at all. The
//! head of the last line that was read in full is kept, and from a line with the same head only the
//! fraction is read. The result is always the same as reading the line in full.

use std::ops::Range;

use jiff::Timestamp;

use super::super::notation::scan::Scanner;
use super::super::stamp::Stamp;
use super::Reader;

/// A reader of the written times of lines in one form.
#[derive(Clone, Debug)]
pub struct QuickReader {
    /// The bytes of the most recently read line that determine its time, including some after the
    /// time itself.
    head: Vec<u8>,
    /// The range of the fraction's digits in the head.
    fraction: Range<usize>,
    /// The written time of that line, and the earliest time that it may mean.
    stamp: Stamp,
    time: Timestamp,
    /// The last check for a fraction: the time's end, the digits, and whether they are a fraction.
    checked: (usize, Range<usize>, bool),
}

impl Default for QuickReader {
    fn default() -> Self {
        let time = Timestamp::UNIX_EPOCH;
        Self { head: Vec::new(), fraction: 0..0, stamp: Stamp::Instant(time), time, checked: (0, 0..0, false) }
    }
}

impl QuickReader {
    /// Returns the written time of a line, if it has one.
    pub fn stamp(&mut self, reader: &Reader, line: &[u8]) -> Option<Stamp> {
        match self.continue_head(line) {
            Some(nanoseconds) => Some(self.stamp.with_nanoseconds(nanoseconds)),
            None => self.read_in_full(reader, line).map(|(stamp, _)| stamp),
        }
    }

    /// Returns the earliest possible time of a line, if it has one.
    pub fn earliest(&mut self, reader: &Reader, line: &[u8]) -> Option<Timestamp> {
        match self.continue_head(line) {
            Some(nanoseconds) => Timestamp::new(self.time.as_second(), nanoseconds).ok(),
            None => self.read_in_full(reader, line).map(|(_, time)| time),
        }
    }

    /// Returns the head of the last line read and the range of the fraction's digits in it, or
    /// `None` if lines are always read in full.
    pub fn last_read(&self) -> Option<(&[u8], Range<usize>)> {
        (!self.head.is_empty()).then(|| (&self.head[..], self.fraction.clone()))
    }

    fn read_in_full(&mut self, reader: &Reader, line: &[u8]) -> Option<(Stamp, Timestamp)> {
        let (stamp, end) = reader.stamp_to_end(line)?;
        let time = reader.earliest(stamp);
        self.head.clear();
        let head = end.and_then(|end| Some((end, line.get(..end + lookahead_len(line, end))?)));
        if let Some((end, head)) = head.filter(|_| time > Timestamp::UNIX_EPOCH) {
            self.fraction = self.find_fraction(reader, head, end, time);
            self.head.extend_from_slice(head);
            (self.stamp, self.time) = (stamp, time);
        }
        Some((stamp, time))
    }

    /// Returns the nanoseconds of a line that begins like the last one read in full.
    fn continue_head(&self, line: &[u8]) -> Option<i32> {
        let Range { start, end } = self.fraction;
        let head = line.get(..self.head.len()).filter(|head| !head.is_empty())?;
        if head[..start] != self.head[..start] || head[end..] != self.head[end..] {
            return None;
        }
        if start == end { Some(self.time.subsec_nanosecond()) } else { nanoseconds(&head[start..end]) }
    }

    /// Returns the range of the fraction's digits in `head`, empty if there is no fraction.
    ///
    /// Digits after a dot or comma are a fraction if other digits in their place are read as
    /// another fraction. The answer is kept until the digits are at another position.
    fn find_fraction(&mut self, reader: &Reader, head: &[u8], end: usize, time: Timestamp) -> Range<usize> {
        let point = memchr::memrchr2(b'.', b',', &head[..end]).map_or(end, |point| point + 1);
        let digits = head[point..end].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let range = point..point + digits;
        if (self.checked.0, &self.checked.1) != (end, &range) {
            let mut other = head.to_vec();
            other[range.clone()].fill(b'1');
            let expected = nanoseconds(&other[range.clone()]).and_then(|ns| Timestamp::new(time.as_second(), ns).ok());
            let read = reader.stamp(&other).map(|stamp| reader.earliest(stamp));
            let is_fraction = digits > 0 && expected.is_some() && read == expected;
            self.checked = (end, range.clone(), is_fraction);
        }
        if self.checked.2 { range } else { head.len()..head.len() }
    }
}

/// Returns the number of bytes after `end` that show whether a time really ends there.
fn lookahead_len(line: &[u8], end: usize) -> usize {
    match line.get(end) {
        // The minutes of a zone, a fraction or a longer number could follow.
        Some(b':' | b'.' | b',' | b'-' | b'/' | b'+') => 6,
        // An offset could follow the name of a zone.
        Some(b' ') if line[..end].ends_with(b"T") || line[..end].ends_with(b"C") => 8,
        _ => 1,
    }
}

/// Returns the nanoseconds of a fraction's digits.
fn nanoseconds(digits: &[u8]) -> Option<i32> {
    Scanner(digits).scaled(digits.len())
}
