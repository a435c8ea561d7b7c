//! Selects lines, bytes or log entries from a stream in one pass.
//!
//! The units that a range such as `-100:` selects are known only at the end of the stream, so a
//! piece is held until enough units follow it. Files do not need this: see the `locate` module.

use std::collections::VecDeque;
use std::fmt;
use std::ops::RangeInclusive;

use memchr::memchr_iter;

use crate::cli::range::Selection;

/// A piece of the stream, passed on in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickedPiece<'b> {
    /// Selected bytes.
    Keep(&'b [u8]),
    /// Bytes that are not selected, but whose lines count towards line numbers.
    Skip(&'b [u8]),
}

/// The unit of selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Lines that end with this byte, which the last one may lack.
    Line(u8),
    /// Bytes.
    Byte,
}

impl Unit {
    /// Lines of text.
    pub const LINE: Unit = Unit::Line(b'\n');

    /// Returns the number of units that end in `piece`.
    #[must_use]
    pub fn count(self, piece: &[u8]) -> u64 {
        match self {
            Self::Line(end) => memchr_iter(end, piece).count() as u64,
            Self::Byte => piece.len() as u64,
        }
    }

    /// Returns where the `nth` unit in `piece` ends, counted from 1. Returns 0 for the 0th, and the
    /// length if there are fewer.
    #[must_use]
    pub fn nth_end(self, piece: &[u8], nth: u64) -> usize {
        let nth = usize::try_from(nth).unwrap_or(usize::MAX);
        match (self, nth) {
            (_, 0) => 0,
            (Self::Byte, nth) => nth.min(piece.len()),
            (Self::Line(end), nth) => memchr_iter(end, piece).nth(nth - 1).map_or(piece.len(), |at| at + 1),
        }
    }
}

/// The error for a selection that needs to hold more bytes than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitExceeded {
    /// The limit in bytes.
    pub limit: usize,
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a range from the end of a stream would hold more than {} MiB; save the stream to a file first",
            self.limit >> 20
        )
    }
}

/// Picks units by number.
#[derive(Debug)]
pub struct Picker {
    selection: Selection,
    unit: Unit,
    /// The units that are selected regardless of where the stream ends.
    known: ResolvedSelection,
    look_ahead: u64,
    limit: usize,
    /// The number of units that ended in the pieces passed on so far.
    emitted_units: u64,
    held: VecDeque<(Vec<u8>, u64)>,
    held_bytes: usize,
    held_units: u64,
}

impl Picker {
    /// Returns a picker of `selection`, counted in `unit`s, that holds at most `limit` bytes.
    #[must_use]
    pub fn new(selection: Selection, unit: Unit, limit: usize) -> Self {
        let known = ResolvedSelection::new(&selection, None);
        let look_ahead = selection.look_ahead();
        Self {
            selection,
            unit,
            known,
            look_ahead,
            limit,
            emitted_units: 0,
            held: VecDeque::new(),
            held_bytes: 0,
            held_units: 0,
        }
    }

    /// Returns whether no unit after this point can be selected.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.look_ahead == 0 && self.known.last().is_none_or(|last| self.emitted_units >= last)
    }

    /// Takes the next piece, and passes on every part that is known to be selected.
    ///
    /// # Errors
    ///
    /// Returns [`LimitExceeded`]. The picker must not be used afterwards.
    pub fn feed(&mut self, piece: &[u8], mut emit: impl FnMut(PickedPiece<'_>)) -> Result<(), LimitExceeded> {
        let units = self.unit.count(piece);
        if self.look_ahead == 0 {
            self.known.split(self.unit, piece, units, self.emitted_units, &mut emit);
            self.emitted_units += units;
            return Ok(());
        }
        match self.held.back_mut() {
            // The single bytes of a slow writer share a buffer.
            Some((last, count)) if last.len() + piece.len() <= last.capacity() => {
                last.extend_from_slice(piece);
                *count += units;
            }
            _ => {
                let mut held = Vec::with_capacity(piece.len().max(4096));
                held.extend_from_slice(piece);
                self.held.push_back((held, units));
            }
        }
        self.held_bytes += piece.len();
        self.held_units += units;
        while let Some((first, count)) = self.held.front() {
            // The next unit to end may begin in this piece, so `look_ahead` units are not enough.
            if self.held_units - count <= self.look_ahead {
                break;
            }
            self.known.split(self.unit, first, *count, self.emitted_units, &mut emit);
            self.emitted_units += count;
            self.held_units -= count;
            self.held_bytes -= first.len();
            self.held.pop_front();
        }
        if self.held_bytes > self.limit {
            return Err(LimitExceeded { limit: self.limit });
        }
        Ok(())
    }

    /// Ends the stream, and passes on the rest.
    pub fn finish(&mut self, mut emit: impl FnMut(PickedPiece<'_>)) {
        let is_partial = match (self.unit, self.held.back()) {
            (Unit::Line(end), Some((last, _))) => last.last() != Some(&end),
            _ => false,
        };
        let total = self.emitted_units + self.held_units + u64::from(is_partial);
        let selected = ResolvedSelection::new(&self.selection, Some(total));
        for (piece, count) in self.held.drain(..) {
            selected.split(self.unit, &piece, count, self.emitted_units, &mut emit);
            self.emitted_units += count;
        }
    }
}

/// Units selected by number.
#[derive(Debug)]
struct ResolvedSelection {
    /// The ranges, ascending and disjoint.
    ranges: Vec<RangeInclusive<u64>>,
    /// The ranges with steps.
    stepped: Vec<(RangeInclusive<u64>, u64)>,
}

impl ResolvedSelection {
    fn new(selection: &Selection, total: Option<u64>) -> ResolvedSelection {
        ResolvedSelection { ranges: selection.resolve(total), stepped: selection.resolve_steps(total) }
    }

    /// Returns the last unit that may be selected.
    fn last(&self) -> Option<u64> {
        let ranges = self.ranges.iter().chain(self.stepped.iter().map(|(range, _)| range));
        ranges.map(|range| *range.end()).max()
    }

    fn contains(&self, number: u64) -> bool {
        let at = self.ranges.partition_point(|range| *range.end() < number);
        self.ranges.get(at).is_some_and(|range| range.contains(&number))
            || self
                .stepped
                .iter()
                .any(|(range, step)| range.contains(&number) && (number - range.start()).is_multiple_of(*step))
    }

    /// Splits `piece` into selected and other parts. `before` units end before it, and `units` in
    /// it.
    fn split(&self, unit: Unit, piece: &[u8], units: u64, before: u64, emit: &mut impl FnMut(PickedPiece<'_>)) {
        if !self.stepped.is_empty() {
            return self.split_by_unit(unit, piece, before, emit);
        }
        let mut emit = |keep: bool, bytes: &[u8]| {
            if !bytes.is_empty() {
                emit(if keep { PickedPiece::Keep(bytes) } else { PickedPiece::Skip(bytes) });
            }
        };
        let (mut rest, mut at) = (piece, before);
        // One more unit may start in this piece without ending in it.
        let last = before + units + 1;
        for range in &self.ranges[self.ranges.partition_point(|range| *range.end() <= before)..] {
            if *range.start() > last {
                break;
            }
            for (keep, end) in [(false, range.start() - 1), (true, *range.end())] {
                if end > at {
                    let len = if end >= last { rest.len() } else { unit.nth_end(rest, end - at) };
                    emit(keep, &rest[..len]);
                    (rest, at) = (&rest[len..], end);
                }
            }
        }
        emit(false, rest);
    }

    /// Does the work of [`ResolvedSelection::split`] unit by unit.
    fn split_by_unit(&self, unit: Unit, piece: &[u8], before: u64, emit: &mut impl FnMut(PickedPiece<'_>)) {
        let mut pass = |number: u64, bytes: &[u8]| {
            emit(if self.contains(number) { PickedPiece::Keep(bytes) } else { PickedPiece::Skip(bytes) });
        };
        match unit {
            Unit::Line(end) => {
                let lines = piece.split_inclusive(|&byte| byte == end);
                (before + 1..).zip(lines).for_each(|(n, line)| pass(n, line));
            }
            Unit::Byte => (before + 1..).zip(piece.chunks(1)).for_each(|(n, byte)| pass(n, byte)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::range::{Mark, RangeEnd, UnitRange};
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn marks() -> impl Strategy<Value = Mark> {
        prop_oneof![(1u64..15).prop_map(Mark::Start), (1u64..15).prop_map(Mark::End)]
    }

    fn selections() -> impl Strategy<Value = Selection> {
        let stop =
            prop_oneof![marks().prop_map(RangeEnd::At), (0u64..10).prop_map(RangeEnd::After), Just(RangeEnd::Never)];
        let range = (marks(), stop, 1u64..4).prop_map(|(start, stop, step)| UnitRange { start, stop, step });
        vec(range, 0..4).prop_map(Selection::new)
    }

    /// Selects unit by unit, with the total number known.
    fn oracle(selection: &Selection, units: &[&[u8]]) -> Vec<u8> {
        let total = units.len() as i64;
        let place = |mark| match mark {
            Mark::Start(count) => count as i64,
            Mark::End(count) => total - count as i64 + 1,
        };
        let mut out = Vec::new();
        for (unit, number) in units.iter().zip(1..) {
            let taken = selection.ranges().iter().any(|range| {
                let start = place(range.start).max(1);
                number >= start
                    && (number - start) % range.step as i64 == 0
                    && match range.stop {
                        RangeEnd::At(mark) => number <= place(mark),
                        RangeEnd::After(count) => number < start + count as i64,
                        RangeEnd::Never => true,
                    }
            });
            if taken {
                out.extend_from_slice(unit);
            }
        }
        out
    }

    fn pick(selection: &Selection, unit: Unit, input: &[u8], step: usize) -> (Vec<u8>, Vec<u8>) {
        let (mut kept, mut all) = (Vec::new(), Vec::new());
        let mut emit = |piece: PickedPiece<'_>| match piece {
            PickedPiece::Keep(bytes) => {
                kept.extend_from_slice(bytes);
                all.extend_from_slice(bytes);
            }
            PickedPiece::Skip(bytes) => all.extend_from_slice(bytes),
        };
        let mut picker = Picker::new(selection.clone(), unit, usize::MAX);
        for piece in input.chunks(step) {
            if picker.is_done() {
                return (kept, input.to_vec());
            }
            picker.feed(piece, &mut emit).expect("no limit");
        }
        picker.finish(&mut emit);
        (kept, all)
    }

    proptest! {
        #[test]
        fn picks_what_the_oracle_picks(
            selection in selections(),
            input in vec(prop_oneof![2 => Just(b'a'), 1 => Just(b'\n')], 0..60),
            step in 1usize..20,
        ) {
            let lines: Vec<&[u8]> = input.split_inclusive(|&byte| byte == b'\n').collect();
            let (kept, all) = pick(&selection, Unit::LINE, &input, step);
            prop_assert_eq!(kept.escape_ascii().to_string(), oracle(&selection, &lines).escape_ascii().to_string());
            prop_assert_eq!(&all, &input);
            let bytes: Vec<&[u8]> = input.chunks(1).collect();
            let (kept, all) = pick(&selection, Unit::Byte, &input, step);
            prop_assert_eq!(kept, oracle(&selection, &bytes));
            prop_assert_eq!(&all, &input);
        }
    }

    #[test]
    fn no_more_is_held_than_the_range_needs() {
        let selection = Selection::new(vec![UnitRange { start: Mark::End(100), stop: RangeEnd::Never, step: 1 }]);
        let mut picker = Picker::new(selection, Unit::LINE, 100 << 10);
        let piece = b"a line of twenty-one\n".repeat(1000);
        for _ in 0..200 {
            picker.feed(&piece, |_| {}).expect("it fits");
        }
        let mut lines = 0;
        picker.finish(|piece| {
            if let PickedPiece::Keep(bytes) = piece {
                lines += Unit::LINE.count(bytes);
            }
        });
        assert_eq!(lines, 100);
    }

    #[test]
    fn a_stream_that_exceeds_the_limit_is_an_error() {
        let selection = Selection::new(vec![UnitRange { start: Mark::End(1), stop: RangeEnd::Never, step: 1 }]);
        let mut picker = Picker::new(selection, Unit::LINE, 1 << 20);
        let piece = vec![b'x'; 100_000];
        let error = (0..20).find_map(|_| picker.feed(&piece, |_| {}).err()).expect("two megabytes are too much");
        assert!(error.to_string().contains("1 MiB"), "{error}");
    }
}
