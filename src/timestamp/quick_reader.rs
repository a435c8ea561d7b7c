//! Reads the times of many lines that begin alike.
//!
//! Neighbouring lines of a log mostly differ in the fraction of a second, or not at all. The head of the
//! last line read in full is kept, and of a line with the same head only the fraction is read. What is
//! returned is always what reading the line in full returns.

use std::ops::Range;

use jiff::Timestamp;

use super::reader::Reader;
use super::scan::Scanner;

/// Reads the times of lines, each independently of the others.
#[derive(Debug)]
pub struct QuickReader<'r> {
    reader: &'r Reader,
    /// The line read last, up to the bytes after its time on which reading it depends.
    head: Vec<u8>,
    /// The digits of the fraction in it.
    fraction: Range<usize>,
    time: Timestamp,
    /// Where a fraction was looked for last, given the end of the time, and whether there was one.
    checked: (usize, Range<usize>, bool),
}

impl<'r> QuickReader<'r> {
    /// Creates a reader of lines whose times depend on nothing but the line.
    #[must_use]
    pub fn new(reader: &'r Reader) -> Self {
        let (head, fraction, time) = (Vec::new(), 0..0, Timestamp::UNIX_EPOCH);
        Self { reader, head, fraction, time, checked: (0, 0..0, false) }
    }

    /// Returns the earliest time that a line may stand for, if it has one.
    pub fn read(&mut self, line: &[u8]) -> Option<Timestamp> {
        if let Some(time) = self.continue_head(line) {
            return Some(time);
        }
        let (stamp, end) = self.reader.stamp_to_end(line)?;
        let time = self.reader.earliest(stamp);
        self.head.clear();
        let head = end.and_then(|end| Some((end, line.get(..end + looked_at(line[end..].first()))?)));
        if let Some((end, head)) = head.filter(|_| time > Timestamp::UNIX_EPOCH) {
            self.fraction = self.find_fraction(head, end, time);
            self.head.extend_from_slice(head);
            self.time = time;
        }
        Some(time)
    }

    /// Reads the time of a line that begins like the one before.
    fn continue_head(&self, line: &[u8]) -> Option<Timestamp> {
        let Range { start, end } = self.fraction;
        let head = line.get(..self.head.len()).filter(|head| !head.is_empty())?;
        if head[..start] != self.head[..start] || head[end..] != self.head[end..] {
            return None;
        }
        if start == end {
            return Some(self.time);
        }
        Timestamp::new(self.time.as_second(), nanoseconds(&head[start..end])?).ok()
    }

    /// Returns the digits of the fraction in `head`; an empty range if there are none.
    ///
    /// Digits after a point or comma are a fraction if other digits in their place are read as another
    /// one. That is asked again when they stand elsewhere.
    fn find_fraction(&mut self, head: &[u8], end: usize, time: Timestamp) -> Range<usize> {
        let point = memchr::memrchr2(b'.', b',', &head[..end]).map_or(end, |point| point + 1);
        let digits = head[point..end].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let range = point..point + digits;
        if (self.checked.0, &self.checked.1) != (end, &range) {
            let mut other = head.to_vec();
            other[range.clone()].fill(b'1');
            let expected = nanoseconds(&other[range.clone()]).and_then(|ns| Timestamp::new(time.as_second(), ns).ok());
            let read = self.reader.stamp(&other).map(|stamp| self.reader.earliest(stamp));
            let is_fraction = digits > 0 && expected.is_some() && read == expected;
            self.checked = (end, range.clone(), is_fraction);
        }
        if self.checked.2 { range } else { head.len()..head.len() }
    }
}

/// Returns how many bytes after a time decide whether it ends there, given the first of them.
fn looked_at(next: Option<&u8>) -> usize {
    // A zone's minutes, a fraction or a longer number could follow.
    if matches!(next, Some(b':' | b'.' | b',' | b'-' | b'/' | b'+')) { 6 } else { 1 }
}

/// Returns the nanoseconds that the digits of a fraction stand for.
fn nanoseconds(digits: &[u8]) -> Option<i32> {
    let scale = 10i32.pow(u32::try_from(9usize.checked_sub(digits.len())?).ok()?);
    Some(Scanner(digits).digits(digits.len())? * scale)
}
