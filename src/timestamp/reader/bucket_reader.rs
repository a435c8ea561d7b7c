//! Recognises lines in the same span of time without reading each line's time.
//!
//! Most lines of a log are in the same span as the line before. They begin with the same bytes,
//! except for the digits of the fraction, the seconds and perhaps the minutes. They are found by
//! reading the line with other digits, so nothing is assumed about its notation.

use std::ops::Range;

use jiff::Timestamp;

use super::Reader;
use super::quick_reader::QuickReader;

/// The number of bytes at the start of a line that are compared.
const HEAD: usize = 48;

/// The spans of time by which lines are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// The length of a span in microseconds.
    pub width: i64,
    /// The offset of the spans' clock from UTC in microseconds, positive if it is ahead.
    pub offset: i64,
}

impl Grid {
    /// Returns the start of the span that includes `time`, in microseconds since 1970.
    #[must_use]
    pub fn start(self, time: Timestamp) -> i64 {
        let position = time.as_microsecond() + self.offset;
        position - position.rem_euclid(self.width) - self.offset
    }

    /// Returns whether all `seconds` seconds from `first` on are in the span of `time`.
    fn holds(self, first: i64, seconds: i64, time: Timestamp) -> bool {
        let at = |second: i64, microsecond: i64| second * 1_000_000 + microsecond - self.start(time);
        at(first, 0) >= 0 && at(first + seconds - 1, 999_999) < self.width
    }
}

/// The positions of the digits of the minutes and seconds in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fields {
    /// The length of the head of the line, in which the positions are valid.
    end: usize,
    minutes: Option<Range<usize>>,
    seconds: Option<Range<usize>>,
}

/// A reader of times that recognises lines in the span of the last line read.
#[derive(Clone, Debug)]
pub struct BucketReader {
    grid: Grid,
    times: QuickReader,
    fields: Option<Fields>,
    /// The lowest value of each byte of a line in the span, and the range of values allowed above
    /// it. Nothing is recognised while no first byte is allowed.
    lowest: [u8; HEAD],
    above: [u8; HEAD],
    is_known: bool,
}

impl BucketReader {
    /// Returns a reader before the first line.
    #[must_use]
    pub fn new(grid: Grid) -> Self {
        let times = QuickReader::default();
        Self { grid, times, fields: None, lowest: [0; HEAD], above: [0; HEAD], is_known: false }
    }

    /// Returns whether the time of the line at the start of `text` is in the span of the last line
    /// read.
    #[must_use]
    pub fn is_in_span(&self, text: &[u8]) -> bool {
        let Some(head) = text.first_chunk::<HEAD>().filter(|_| self.is_known) else { return false };
        let bytes = head.iter().zip(&self.lowest).zip(&self.above);
        bytes.fold(0, |wrong, ((byte, lowest), above)| wrong | u8::from(byte.wrapping_sub(*lowest) > *above)) == 0
    }

    /// Returns the earliest possible time of a line, if it has one.
    pub fn earliest(&mut self, reader: &Reader, line: &[u8]) -> Option<Timestamp> {
        let time = self.times.earliest(reader, line)?;
        self.is_known = self.learn(reader, time).is_some();
        Some(time)
    }

    /// Learns which lines are in the span of `time`, the time of the last line read. Returns `None`
    /// if that cannot be determined.
    fn learn(&mut self, reader: &Reader, time: Timestamp) -> Option<()> {
        let (head, fraction) = self.times.last_read().filter(|(head, _)| head.len() <= HEAD)?;
        if self.fields.as_ref().is_none_or(|fields| fields.end != head.len()) {
            self.fields = Some(Fields::find(reader, head, time));
        }
        let fields = self.fields.as_ref()?;
        let number = |range: &Option<Range<usize>>| -> Option<i64> {
            std::str::from_utf8(head.get(range.clone()?)?).ok()?.parse().ok()
        };
        let (minute, second) = (number(&fields.minutes), number(&fields.seconds));
        let now = time.as_second();
        let within_hour = minute.zip(second).map(|(minute, second)| now - minute * 60 - second);
        let hour = within_hour.filter(|&first| self.grid.holds(first, 3600, time) && fields.spans_hour(reader, head));
        let minute = second.map(|second| now - second).filter(|&first| self.grid.holds(first, 60, time));
        let ten = second.map(|second| now - second % 10).filter(|&first| self.grid.holds(first, 10, time));
        if !self.grid.holds(now, 1, time) {
            return None;
        }
        (self.lowest, self.above) = ([0; HEAD], [u8::MAX; HEAD]);
        self.lowest[..head.len()].copy_from_slice(head);
        self.above[..head.len()].fill(0);
        let mut free = |range: Range<usize>, highest: &[u8]| {
            self.lowest[range.clone()].fill(b'0');
            self.above[range].copy_from_slice(highest);
        };
        fraction.for_each(|at| free(at..at + 1, &[9]));
        match &fields.seconds {
            Some(seconds) if hour.or(minute).is_some() => free(seconds.clone(), &[5, 9]),
            Some(seconds) if ten.is_some() => free(seconds.end - 1..seconds.end, &[9]),
            _ => {}
        }
        if let Some(minutes) = fields.minutes.clone().filter(|_| hour.is_some()) {
            free(minutes, &[5, 9]);
        }
        Some(())
    }
}

impl Fields {
    /// Finds the digits of the minutes and seconds in the head of a line.
    fn find(reader: &Reader, head: &[u8], time: Timestamp) -> Self {
        let pairs = |end: usize| (2..=end).rev().map(|end| end - 2..end);
        let is_pair = |pair: &Range<usize>| head[pair.clone()].iter().all(u8::is_ascii_digit);
        let is_field = |pair: &Range<usize>, unit: i64| {
            let read = |digits: &[u8]| read_with(reader, head, &[(pair.clone(), digits)]);
            is_pair(pair)
                && read(b"00")
                    .zip(read(b"59"))
                    .is_some_and(|(low, high)| high.as_second() - low.as_second() == 59 * unit && low <= time)
        };
        let seconds = pairs(head.len()).find(|pair| is_field(pair, 1));
        let before = seconds.as_ref().map_or(0, |seconds| seconds.start);
        let minutes = pairs(before).find(|pair| is_field(pair, 60));
        Self { end: head.len(), minutes, seconds }
    }

    /// Returns whether the line's clock runs through its whole hour without a change of zone.
    fn spans_hour(&self, reader: &Reader, head: &[u8]) -> bool {
        let (Some(minutes), Some(seconds)) = (&self.minutes, &self.seconds) else { return false };
        let read =
            |digits: &'static [u8]| read_with(reader, head, &[(minutes.clone(), digits), (seconds.clone(), digits)]);
        read(b"00").zip(read(b"59")).is_some_and(|(low, high)| high.as_second() - low.as_second() == 3599)
    }
}

/// Reads the time of a line with other digits at some positions.
fn read_with(reader: &Reader, head: &[u8], digits: &[(Range<usize>, &[u8])]) -> Option<Timestamp> {
    let mut other = head.to_vec();
    for (range, digits) in digits {
        other[range.clone()].copy_from_slice(digits);
    }
    reader.stamp(&other).map(|stamp| reader.earliest(stamp))
}
