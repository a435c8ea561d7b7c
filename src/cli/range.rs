//! Ranges of lines or bytes as a user writes them: `100:200`, `:50`, `1000000:`, `-100:`,
//! `-200:-100`, `100:+20`, `1:9~3`.
//!
//! Both ends are inclusive and counted from 1, or from -1 at the end, as in `sed`, `head` and `tail`.
//! Several ranges form one selection, in file order, which contains each unit once. Nothing here
//! depends on what a unit is.

use std::ops::RangeInclusive;

use super::size::is_digits;

/// A position counted from the start or from the end, in either case from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A position from the start; the first unit is 1.
    Start(u64),
    /// A position from the end; the last unit is 1.
    End(u64),
}

/// The end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeEnd {
    /// The last unit of the range.
    At(Mark),
    /// The number of units in the range.
    After(u64),
    /// The end of the input.
    Never,
}

/// A range of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitRange {
    /// The first unit.
    pub start: Mark,
    /// The end.
    pub stop: RangeEnd,
    /// The distance between selected units, starting with the first; 1 selects all of them.
    pub step: u64,
}

impl UnitRange {
    /// Parses a range whose numbers are parsed by `number`.
    ///
    /// # Errors
    ///
    /// Returns a sentence that says what is wrong with `text`.
    pub fn parse(text: &str, number: impl Fn(&str) -> Result<u64, String>) -> Result<Self, String> {
        let number = |text: &str| number(text).map_err(in_range);
        let mark = |text: &str| {
            let (count, from_end) = match text.strip_prefix('-') {
                Some(count) => (number(count)?, true),
                None => (number(text)?, false),
            };
            match (count, from_end) {
                // The position after the last unit selects nothing that exists, but with --follow
                // everything that is appended.
                (0, true) if text == "-0" => Ok(Mark::End(0)),
                (0, _) => Err("counting starts at 1, or at -1 from the end".to_owned()),
                (count, true) => Ok(Mark::End(count)),
                (count, false) => Ok(Mark::Start(count)),
            }
        };
        if let Some(ours) = from_other_notation(text) {
            return Err(ours);
        }
        let (text, step) = match text.split_once('~') {
            None => (text, None),
            Some((text, step)) => match number(step)? {
                0 => return Err("the step must be at least 1".into()),
                step => (text, Some(step)),
            },
        };
        let Some((start, stop)) = text.split_once(':') else {
            let start = mark(text)?;
            let stop = match (step, start) {
                // As with sed's `first~step`, a step alone continues to the end.
                (Some(_), _) => RangeEnd::Never,
                // There may be fewer units than that.
                (None, Mark::End(1..)) => RangeEnd::At(start),
                (None, _) => RangeEnd::After(1),
            };
            return Ok(Self { start, stop, step: step.unwrap_or(1) });
        };
        let range = Self {
            start: if start.is_empty() { Mark::Start(1) } else { mark(start)? },
            stop: match stop.strip_prefix('+') {
                Some(count) => RangeEnd::After(number(count)?),
                None if stop.is_empty() => RangeEnd::Never,
                None => RangeEnd::At(mark(stop)?),
            },
            step: step.unwrap_or(1),
        };
        match (range.start, range.stop) {
            (Mark::Start(start), RangeEnd::At(Mark::Start(stop))) if stop < start => {
                Err("the range ends before it starts".into())
            }
            (Mark::End(start), RangeEnd::At(Mark::End(stop))) if stop > start => {
                Err("the range ends before it starts".into())
            }
            _ => Ok(range),
        }
    }

    /// Returns the units that the range selects out of `total`, which is `None` while it is unknown.
    fn resolve(self, total: Option<u64>) -> Option<RangeInclusive<u64>> {
        let from_start = |mark| match (mark, total) {
            (Mark::Start(count), _) => Some(count),
            (Mark::End(count), Some(total)) => Some((total + 1).saturating_sub(count)),
            (Mark::End(_), None) => None,
        };
        let start = from_start(self.start)?.max(1);
        let last = match self.stop {
            RangeEnd::Never => u64::MAX,
            RangeEnd::After(count) => (start - 1).saturating_add(count),
            RangeEnd::At(mark) => from_start(mark).unwrap_or(u64::MAX),
        };
        (start <= last).then_some(start..=last)
    }

    /// Returns how many units must follow a unit before it is known whether the range selects it.
    fn look_ahead(self) -> u64 {
        let start = match self.start {
            Mark::End(count) => count,
            Mark::Start(_) => 0,
        };
        match self.stop {
            RangeEnd::At(Mark::End(count)) => start.max(count - 1),
            _ => start,
        }
    }
}

/// Returns the error about a number in a range: what is expected is a range.
fn in_range(error: String) -> String {
    match error.starts_with("expected") {
        true => String::from("expected a range such as 100:200, :50 or 100:+20"),
        false => error,
    }
}

/// Returns advice if `text` is a range in the notation of another program: `5-10`, `5..10`, `5,10p`,
/// `5,+2`, `5,$`, `+5` or `$`.
fn from_other_notation(text: &str) -> Option<String> {
    let plain = text.trim_end_matches('p');
    if matches!(plain, "$" | "last" | "end") {
        return Some("write -1 for the last one".into());
    }
    if let Some(start) = plain.strip_prefix('+').filter(|start| is_digits(start)) {
        return Some(format!("write {start}: for a range without an end"));
    }
    let (first, last) = ["..=", "..", "-", ",", ":"].into_iter().find_map(|between| plain.split_once(between))?;
    let is_ours = text.contains(':') && plain == text && last != "$";
    let last = if matches!(last, "$" | "last" | "end") { "" } else { last };
    let is_end = last.is_empty() || is_digits(last) || last.strip_prefix('+').is_some_and(is_digits);
    let is_start = is_digits(first) || first.is_empty() && !text.starts_with('-') && !last.is_empty();
    (!is_ours && is_start && is_end).then(|| format!("write {first}:{last}"))
}

/// The lines around a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Around {
    /// The byte's offset, counted from 0.
    pub byte: u64,
    /// The number of lines to print before and after the line that contains the byte.
    pub lines: u64,
}

impl Around {
    /// Parses `N` or `N±LINES`, also written `N+-LINES`; the default is five lines.
    ///
    /// # Errors
    ///
    /// Returns a sentence that says what is wrong with `text`.
    pub fn parse(text: &str, size: impl Fn(&str) -> Result<u64, String>) -> Result<Around, String> {
        const DEFAULT_LINES: u64 = 5;
        match text.split_once('±').or_else(|| text.split_once("+-")) {
            Some((byte, lines)) => Ok(Around { byte: size(byte)?, lines: parse_count(lines)? }),
            None => Ok(Around { byte: size(text)?, lines: DEFAULT_LINES }),
        }
    }
}

/// Parses a count: a plain decimal number.
///
/// # Errors
/// Returns a phrase that says what is expected.
pub fn parse_count(text: &str) -> Result<u64, String> {
    if !is_digits(text) {
        return Err("expected a number".into());
    }
    text.parse().map_err(|_| String::from("the largest number is 2^64-1"))
}

/// The ranges of one command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    ranges: Vec<UnitRange>,
}

impl Selection {
    /// Creates the selection that combines all `ranges`.
    #[must_use]
    pub fn new(ranges: Vec<UnitRange>) -> Self {
        Self { ranges }
    }

    /// Returns the ranges as they were given.
    #[must_use]
    pub fn ranges(&self) -> &[UnitRange] {
        &self.ranges
    }

    /// Returns whether no unit of any input is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.iter().all(|range| range.stop == RangeEnd::After(0))
    }

    /// Returns the first selected unit, counted from the start, or `None` if a range starts from the end.
    #[must_use]
    pub fn first_from_start(&self) -> Option<u64> {
        let starts = self.ranges.iter().map(|range| match range.start {
            Mark::Start(start) => Some(start),
            Mark::End(_) => None,
        });
        starts.collect::<Option<Vec<u64>>>()?.into_iter().min()
    }

    /// Returns whether any range has a step.
    #[must_use]
    pub fn has_steps(&self) -> bool {
        self.ranges.iter().any(|range| range.step > 1)
    }

    /// Returns the ranges with steps, resolved against `total` units, each with its step.
    #[must_use]
    pub fn resolve_steps(&self, total: Option<u64>) -> Vec<(RangeInclusive<u64>, u64)> {
        let stepped = self.ranges.iter().filter(|range| range.step > 1);
        stepped.filter_map(|range| Some((range.resolve(total)?, range.step))).collect()
    }

    /// Returns the units selected by ranges without steps, ascending and disjoint.
    ///
    /// While `total` is unknown, the result is valid for units that are followed by at least
    /// [`Self::look_ahead`] others.
    #[must_use]
    pub fn resolve(&self, total: Option<u64>) -> Vec<RangeInclusive<u64>> {
        let plain = self.ranges.iter().filter(|range| range.step == 1);
        let mut resolved: Vec<_> = plain.filter_map(|range| range.resolve(total)).collect();
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

    /// Returns how many units must follow a unit before it is known whether it is selected.
    #[must_use]
    pub fn look_ahead(&self) -> u64 {
        self.ranges.iter().map(|range| range.look_ahead()).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<UnitRange, String> {
        UnitRange::parse(text, parse_count)
    }

    #[test]
    fn every_form() {
        use Mark::{End, Start};
        for (text, start, stop) in [
            ("100:200", Start(100), RangeEnd::At(Start(200))),
            (":50", Start(1), RangeEnd::At(Start(50))),
            ("1000000:", Start(1_000_000), RangeEnd::Never),
            ("-100:", End(100), RangeEnd::Never),
            ("-200:-100", End(200), RangeEnd::At(End(100))),
            ("100:+20", Start(100), RangeEnd::After(20)),
            ("-100:+20", End(100), RangeEnd::After(20)),
            ("10:-10", Start(10), RangeEnd::At(End(10))),
            (":-2", Start(1), RangeEnd::At(End(2))),
            ("-10:200", End(10), RangeEnd::At(Start(200))),
            ("7", Start(7), RangeEnd::After(1)),
            ("-7", End(7), RangeEnd::At(End(7))),
            ("-0", End(0), RangeEnd::After(1)),
            (":", Start(1), RangeEnd::Never),
            ("5:+0", Start(5), RangeEnd::After(0)),
            ("-0:", End(0), RangeEnd::Never),
        ] {
            assert_eq!(parse(text), Ok(UnitRange { start, stop, step: 1 }), "{text}");
            let stepped = parse(&format!("{text}~3")).expect(text);
            let stop = if text.contains(':') { stop } else { RangeEnd::Never };
            assert_eq!(stepped, UnitRange { start, stop, step: 3 }, "{text}");
        }
        for text in [
            "", "0:", ":0", "5:4", "-4:-5", "a:", "1:2:3", "1-2", "1:2~0", "1:2~", "~2", "1~2~3", "+5", ":+", "--5:",
            "1:+-2",
        ] {
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
        // The first unit was selected if the input had fewer than that many.
        assert_eq!(selection(&["-30", "-20"]).resolve(Some(20)), [1..=1]);
        assert_eq!(selection(&["-30"]).resolve(Some(20)), []);
        assert_eq!(selection(&["-30:-25"]).resolve(Some(20)), []);
        assert_eq!(selection(&["5:-3"]).resolve(None), [5..=u64::MAX]);
        assert_eq!(selection(&["5:-3"]).look_ahead(), 2);
        assert_eq!(selection(&["-5:-3", "1:"]).look_ahead(), 5);
    }
}
