//! Ranges of lines or bytes as a user writes them: `100:200`, `:50`, `1000000:`, `-100:`, `-200:-100`, `100:+20`.
//!
//! Both ends belong to the range and are counted from 1, or from -1 at the end, as `sed`, `head` and `tail` count. Several
//! ranges are one selection, in file order, each unit once. This knows nothing of what a unit is.

use std::ops::RangeInclusive;

/// A place counted from the start or from the end, in either case from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The first is 1.
    Start(u64),
    /// The last is 1.
    End(u64),
}

/// Where a range ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// With this unit.
    At(Mark),
    /// After this many.
    After(u64),
    /// With the last one.
    Never,
}

/// One range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first unit.
    pub start: Mark,
    /// Where it ends.
    pub stop: Stop,
}

impl Range {
    /// Reads a range whose numbers `number` understands.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str, number: impl Fn(&str) -> Result<u64, String>) -> Result<Self, String> {
        let mark = |text: &str| {
            let (count, from_end) = match text.strip_prefix('-') {
                Some(count) => (number(count)?, true),
                None => (number(text)?, false),
            };
            match (count, from_end) {
                (0, _) => Err("counting starts at 1, or at -1 from the end".to_owned()),
                (count, true) => Ok(Mark::End(count)),
                (count, false) => Ok(Mark::Start(count)),
            }
        };
        let Some((start, stop)) = text.split_once(':') else {
            let start = mark(text)?;
            return Ok(Self { start, stop: Stop::After(1) });
        };
        let range = Self {
            start: if start.is_empty() { Mark::Start(1) } else { mark(start)? },
            stop: match stop.strip_prefix('+') {
                Some(count) => Stop::After(number(count)?),
                None if stop.is_empty() => Stop::Never,
                None => Stop::At(mark(stop)?),
            },
        };
        match (range.start, range.stop) {
            (Mark::Start(start), Stop::At(Mark::Start(stop))) if stop < start => Err("it ends before it starts".into()),
            (Mark::End(start), Stop::At(Mark::End(stop))) if stop > start => Err("it ends before it starts".into()),
            _ => Ok(range),
        }
    }

    /// The units it selects out of `total`, which is `None` while more are to come than any range's end reaches back.
    fn resolve(self, total: Option<u64>) -> Option<RangeInclusive<u64>> {
        let from_start = |mark| match (mark, total) {
            (Mark::Start(count), _) => Some(count),
            (Mark::End(count), Some(total)) => Some((total + 1).saturating_sub(count)),
            (Mark::End(_), None) => None,
        };
        let start = from_start(self.start)?.max(1);
        let last = match self.stop {
            Stop::Never => u64::MAX,
            Stop::After(count) => (start - 1).saturating_add(count),
            Stop::At(mark) => from_start(mark).unwrap_or(u64::MAX),
        };
        (start <= last).then_some(start..=last)
    }

    /// How many units must follow one before it is clear whether the range takes it.
    fn look_ahead(self) -> u64 {
        let start = match self.start {
            Mark::End(count) => count,
            Mark::Start(_) => 0,
        };
        match self.stop {
            Stop::At(Mark::End(count)) => start.max(count - 1),
            _ => start,
        }
    }
}

/// A number of lines: digits and nothing else.
///
/// # Errors
/// A sentence that says so.
pub fn parse_count(text: &str) -> Result<u64, String> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("'{text}' is no number"));
    }
    text.parse().map_err(|_| format!("'{text}' is more than can be counted"))
}

/// The ranges of one command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    ranges: Vec<Range>,
}

impl Selection {
    /// All of `ranges` together.
    #[must_use]
    pub fn new(ranges: Vec<Range>) -> Self {
        Self { ranges }
    }

    /// The ranges as they were given.
    #[must_use]
    pub fn ranges(&self) -> &[Range] {
        &self.ranges
    }

    /// The selected units, ascending and apart. As long as `total` is unknown this holds for units that at least
    /// [`Self::look_ahead`] others follow.
    #[must_use]
    pub fn resolve(&self, total: Option<u64>) -> Vec<RangeInclusive<u64>> {
        let mut resolved: Vec<_> = self.ranges.iter().filter_map(|range| range.resolve(total)).collect();
        resolved.sort_unstable_by_key(|range| *range.start());
        let mut merged: Vec<RangeInclusive<u64>> = Vec::with_capacity(resolved.len());
        for range in resolved {
            match merged.last_mut() {
                Some(last) if *range.start() <= last.end().saturating_add(1) => {
                    *last = *last.start()..=*last.end().max(range.end());
                }
                _ => merged.push(range),
            }
        }
        merged
    }

    /// How many units must follow one before it is clear whether it is selected.
    #[must_use]
    pub fn look_ahead(&self) -> u64 {
        self.ranges.iter().map(|range| range.look_ahead()).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Range, String> {
        Range::parse(text, parse_count)
    }

    #[test]
    fn every_form() {
        use Mark::{End, Start};
        for (text, start, stop) in [
            ("100:200", Start(100), Stop::At(Start(200))),
            (":50", Start(1), Stop::At(Start(50))),
            ("1000000:", Start(1_000_000), Stop::Never),
            ("-100:", End(100), Stop::Never),
            ("-200:-100", End(200), Stop::At(End(100))),
            ("100:+20", Start(100), Stop::After(20)),
            ("-100:+20", End(100), Stop::After(20)),
            ("10:-10", Start(10), Stop::At(End(10))),
            (":-2", Start(1), Stop::At(End(2))),
            ("-10:200", End(10), Stop::At(Start(200))),
            ("7", Start(7), Stop::After(1)),
            ("-7", End(7), Stop::After(1)),
            (":", Start(1), Stop::Never),
            ("5:+0", Start(5), Stop::After(0)),
        ] {
            assert_eq!(parse(text), Ok(Range { start, stop }), "{text}");
        }
        for text in ["", "0:", ":0", "-0:", "5:4", "-4:-5", "a:", "1:2:3", "1-2", "+5", ":+", "--5:", "1:+-2"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn several_ranges_are_one_selection() {
        let selection = |texts: &[&str]| Selection::new(texts.iter().map(|text| parse(text).expect(text)).collect());
        assert_eq!(selection(&["8:9", "1:3", "2:5", "6:6"]).resolve(Some(20)), [1..=6, 8..=9]);
        assert_eq!(selection(&["-3:", "1:2"]).resolve(Some(20)), [1..=2, 18..=u64::MAX]);
        assert_eq!(selection(&["-3:", "1:2"]).resolve(None), [1..=2]);
        assert_eq!(selection(&["-30:+5"]).resolve(Some(20)), [1..=5]);
        assert_eq!(selection(&["-30:-15"]).resolve(Some(20)), [1..=6]);
        assert_eq!(selection(&["-30:-25"]).resolve(Some(20)), []);
        assert_eq!(selection(&["5:-3"]).resolve(None), [5..=u64::MAX]);
        assert_eq!(selection(&["5:-3"]).look_ahead(), 2);
        assert_eq!(selection(&["-5:-3", "1:"]).look_ahead(), 5);
    }
}
