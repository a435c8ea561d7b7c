//! Splits inputs that can be read at any offset: a span is a pair of numbers, whose bytes are
//! loaded later. Only the few bytes between a span's nominal end and the end of its line are read
//! here.

use std::io;
use std::ops::Range;

use memchr::{memchr, memchr2};

use crate::engine::block::truncated;
use crate::engine::plan::{Plan, SplitAt};
use crate::io::{FOLIO, MAX_READ_FILE, Reason, Source};
use crate::os::Extent;

use super::span::SpanContent;

/// The minimum length in bytes of a hole that gets a block of its own in a file of lines. Reading a
/// shorter one costs less.
pub(in crate::engine) const SHORTEST_HOLE: u64 = 128 << 10;

/// The position up to which a source has been handed out.
pub(super) struct Positioned {
    at: u64,
    end: u64,
    /// The run of data or the hole that contains `at`, as far as it is known.
    run: Option<Extent>,
    /// The offset before which no hole begins, as found while searching for a line end. A query for
    /// each line cost a fifth of the time of reading 64 KiB.
    data_until: u64,
    /// The offset up to which the source was faulted in.
    faulted_in: u64,
}

/// The range of a span, and how to load its bytes.
pub(super) struct CutSpan {
    pub(super) at: Range<u64>,
    pub(super) content: SpanContent,
    /// The error that kept the end of its last line from being found.
    pub(super) damage: Option<io::Error>,
}

/// The run from which a span is split off.
enum ReadRun {
    Data(u64),
    Hole(u64),
    /// A hole that is part of a line.
    HoleInLine(u64),
}

/// A line end.
#[derive(Clone, Copy)]
struct LineEnd {
    terminator: u8,
    or_nul: bool,
}

impl LineEnd {
    fn find(self, bytes: &[u8]) -> Option<usize> {
        if self.or_nul { memchr2(self.terminator, 0, bytes) } else { memchr(self.terminator, bytes) }
    }
}

impl Positioned {
    pub(super) fn new(source: &Source) -> Positioned {
        Positioned { at: source.start(), end: source.end().unwrap_or(0), run: None, data_until: 0, faulted_in: 0 }
    }

    pub(super) fn remaining(&self) -> u64 {
        self.end - self.at
    }

    pub(super) fn rest(&self) -> Range<u64> {
        self.at..self.end
    }

    /// Cuts the next span, which is the last if nothing remains after it. A file that has grown in
    /// the meantime is read to its new end, as with `read`, unless it is so small that one read
    /// might have returned all of it before.
    pub(super) fn next(&mut self, source: &Source, plan: &Plan, nominal: usize, is_cold: bool) -> CutSpan {
        let nominal = nominal as u64;
        if self.remaining() <= nominal && (self.end - source.start() > MAX_READ_FILE || source.was_partly_read()) {
            self.end = source.grown_past(self.end).unwrap_or(self.end);
        }
        let start = self.at;
        let row = if let SplitAt::Rows(row) = plan.split_at { row as u64 } else { 1 };
        let (goal, hole) = match self.next_run(source, plan, nominal, row) {
            ReadRun::Hole(until) => {
                self.at = until;
                return CutSpan { at: start..until, content: SpanContent::Hole, damage: None };
            }
            ReadRun::Data(until) => (until, None),
            ReadRun::HoleInLine(until) => (until, Some(start..until)),
        };
        // End at a multiple of the block size, so that the next window begins at a page boundary
        // and contains whole large folios. Windows that drift cause several faults per folio, and
        // read-ahead in small steps.
        let length = nominal - (source.base() + start) % nominal;
        let stop = start.saturating_add(length.min(goal - start).next_multiple_of(row)).min(self.end);
        if is_cold {
            self.fault_in(source, stop, nominal);
        }
        if let SplitAt::Lines { terminator, or_nul } = plan.split_at {
            let line_end = LineEnd { terminator, or_nul };
            let collapses = plan.collapse_holes && is_line_hole(source, plan);
            return self.cut_at_line(source, line_end, stop, if collapses { Some(hole) } else { None });
        }
        self.at = stop;
        CutSpan { at: start..stop, content: SpanContent::ToLoad, damage: None }
    }

    /// Returns the run from which the next span is split off.
    fn next_run(&mut self, source: &Source, plan: &Plan, nominal: u64, row: u64) -> ReadRun {
        let start = self.at;
        let in_line = is_line_hole(source, plan);
        // In a small file, reading a hole is as fast as finding it.
        let is_read = source.reason() == Some(Reason::Small);
        let finds_holes = !is_read && if in_line { plan.collapse_holes } else { plan.emit_holes };
        if !finds_holes || start >= self.end {
            return ReadRun::Data(self.end);
        }
        let shortest = if matches!(plan.split_at, SplitAt::Lines { .. }) { SHORTEST_HOLE } else { 1 };
        match self.run_at(source, shortest, start.saturating_add(nominal)) {
            Extent::DataUntil(until) => ReadRun::Data(until),
            Extent::HoleUntil(until) if in_line => ReadRun::HoleInLine(until),
            Extent::HoleUntil(until) => {
                let until = until.min(start.saturating_add(plan.max_hole));
                // Rows stay whole: the remaining bytes are read with the data after the hole.
                let whole = if until < self.end { until - (until - start) % row } else { until };
                if whole > start { ReadRun::Hole(whole) } else { ReadRun::Data(self.end) }
            }
        }
    }

    /// Ends a span after the first line end from `stop` on. With `holes`, holes within the line are
    /// collapsed; it then contains the hole at the start of the span, if any.
    fn cut_at_line(
        &mut self,
        source: &Source,
        line_end: LineEnd,
        stop: u64,
        holes: Option<Option<Range<u64>>>,
    ) -> CutSpan {
        let start = self.at;
        let collapses = holes.is_some();
        let mut collapsed: Vec<Range<u64>> = holes.flatten().into_iter().collect();
        let hole_end = collapsed.first().map(|hole| hole.end);
        let stop = hole_end.unwrap_or(stop);
        let mut damage = None;
        let mut end = stop;
        if stop < self.end {
            // The byte before may already end a line.
            let from = hole_end.unwrap_or(stop - 1);
            end = self.find_line_end(source, from, line_end, collapses.then_some(&mut collapsed)).unwrap_or_else(
                |(at, error)| {
                    // Nothing after this offset can be read, or the file ends here.
                    self.end = at.max(start);
                    damage = error;
                    self.end
                },
            );
        }
        self.at = end;
        let content = if collapsed.is_empty() { SpanContent::ToLoad } else { SpanContent::Collapsed(collapsed) };
        CutSpan { at: start..end, content, damage }
    }

    /// Faults in the next bytes of an uncached file, up to `stop` or a whole folio. The cursor does
    /// so rather than the workers, so that a file is requested in order and before a line end is
    /// searched for, because the kernel reads ahead only for sequential access.
    fn fault_in(&mut self, source: &Source, stop: u64, nominal: u64) {
        let from = self.at.max(self.faulted_in);
        if from < stop {
            let to = stop.max(from.saturating_add(FOLIO)).min(self.end);
            source.fault_in(from..to);
            source.extend_read_ahead(to, nominal);
            self.faulted_in = to;
        }
    }

    /// Records that the beginning was faulted in.
    pub(super) fn has_begun_cold(&mut self) {
        self.faulted_in = self.at.saturating_add(FOLIO).min(self.end);
    }

    /// Returns the run that contains `at`. Holes shorter than `shortest` are treated as data; the
    /// end of a run of data need not be known beyond `far`.
    fn run_at(&mut self, source: &Source, shortest: u64, far: u64) -> Extent {
        let end_of = |run: Extent| match run {
            Extent::DataUntil(end) | Extent::HoleUntil(end) => end,
        };
        if let Some(run) = self.run
            && self.at < end_of(run)
        {
            return run;
        }
        let run = run_from(source, self.at, self.end, shortest, far);
        self.run = Some(run);
        run
    }

    /// Returns the offset after the first line end from `from` on. Reads in small steps, which a
    /// truncation cannot harm, and reads no byte twice. With `holes`, holes are added there instead
    /// of being read.
    ///
    /// # Errors
    /// Returns the offset of the first byte that cannot be read, with the error, or without one if
    /// the file is merely shorter than its stated size.
    fn find_line_end(
        &mut self,
        source: &Source,
        from: u64,
        line_end: LineEnd,
        mut holes: Option<&mut Vec<Range<u64>>>,
    ) -> Result<u64, (u64, Option<io::Error>)> {
        let mut at = from;
        // Most lines end within these bytes; for longer ones, there is a larger buffer.
        let mut near = [0; 512];
        let mut far = Vec::new();
        while at < self.end {
            if at >= self.data_until
                && let Some(holes) = &mut holes
            {
                match run_from(source, at, self.end, SHORTEST_HOLE, at + (1 << 20)) {
                    Extent::DataUntil(until) => self.data_until = until,
                    Extent::HoleUntil(until) => {
                        holes.push(at..until);
                        at = until;
                        continue;
                    }
                }
            }
            let until = if holes.is_some() { self.data_until } else { self.end };
            let ahead = if far.is_empty() { &mut near[..] } else { &mut far[..] };
            let size = usize::try_from(until - at).map_or(ahead.len(), |remaining| remaining.min(ahead.len()));
            let (got, failure) = source.read_up_to(&mut ahead[..size], at);
            if got == 0 {
                return Err((at, failure.or_else(|| cut_short(source, at + 1))));
            }
            if let Some(found) = line_end.find(&ahead[..got]) {
                return Ok(at + found as u64 + 1);
            }
            at += got as u64;
            far.resize((far.len() * 2).clamp(4096, 1 << 20), 0);
        }
        Ok(self.end)
    }

    /// Moves up to `count` bytes to the end of `row`.
    ///
    /// # Errors
    /// Returns the error from `pread(2)`, or an error if the file was truncated.
    pub(super) fn append_to(&mut self, source: &Source, row: &mut Vec<u8>, count: usize) -> io::Result<()> {
        let want = count.min(usize::try_from(self.remaining()).unwrap_or(usize::MAX));
        let got = append(source, row, self.at, want)?;
        // A file that ends before its stated size has no more bytes.
        self.at = if got < want { self.end } else { self.at + got as u64 };
        Ok(())
    }
}

/// Returns whether a hole is part of a line, because lines do not end at NUL bytes.
fn is_line_hole(source: &Source, plan: &Plan) -> bool {
    source.reason() != Some(Reason::Small)
        && matches!(plan.split_at, SplitAt::Lines { terminator, or_nul } if terminator != 0 && !or_nul)
}

/// Returns the run that contains `at`, as in [`Positioned::run_at`].
pub(in crate::engine) fn run_from(source: &Source, at: u64, end: u64, shortest: u64, far: u64) -> Extent {
    let mut data = at;
    loop {
        match source.extent_at(data, end) {
            Extent::HoleUntil(until) if until - data >= shortest => {
                return if data == at { Extent::HoleUntil(until) } else { Extent::DataUntil(data) };
            }
            Extent::HoleUntil(until) | Extent::DataUntil(until) => data = until,
        }
        if data >= end || data >= far {
            return Extent::DataUntil(data);
        }
    }
}

/// Appends `count` bytes at `at` to `row`, for the few bytes that no worker loads. Returns the
/// number of bytes read.
///
/// # Errors
/// Returns the error from `pread(2)`, or an error if the file was truncated.
pub(super) fn append(source: &Source, row: &mut Vec<u8>, at: u64, count: usize) -> io::Result<usize> {
    let bytes = source.read_range(at..at + count as u64)?;
    if let Some(error) = cut_short(source, at + count as u64) {
        return Err(error);
    }
    row.extend(&bytes);
    Ok(bytes.len())
}

/// Returns an error if the source was truncated to less than `end`.
fn cut_short(source: &Source, end: u64) -> Option<io::Error> {
    match source.current_length() {
        Ok(size) => size.filter(|&size| size < end).map(|size| truncated(source.base() + size)),
        Err(error) => Some(error),
    }
}
