//! Cutting what can be read at any offset: a span is a pair of numbers, the bytes come later.

use std::io;
use std::ops::Range as Place;

use memchr::{memchr, memchr2, memrchr, memrchr2};

use crate::io::{FOLIO, Reason, SMALL, Source};
use crate::os::{Buffer, Extent};

use super::super::block::truncated;
use super::{Content, Cut, Plan};

/// Of what is cut into lines, holes shorter than this are read: a block of their own costs more.
const SHORTEST_HOLE: u64 = 128 << 10;

/// How far a source has been handed out.
pub(super) struct Positioned {
    at: u64,
    end: u64,
    /// The run of data or hole that `at` lies in, as far as it was asked for.
    run: Option<Extent>,
    /// Up to where there is no hole, as found when a line's end was looked for: asking again at each cost as much as a fifth
    /// of reading 64 KiB.
    data: u64,
    /// Up to where it was brought in from the disk.
    brought: u64,
}

impl Positioned {
    pub(super) fn new(source: &Source) -> Positioned {
        Positioned { at: source.start(), end: source.end().unwrap_or(0), run: None, data: 0, brought: 0 }
    }

    pub(super) fn left(&self) -> u64 {
        self.end - self.at
    }

    pub(super) fn rest(&self) -> Place<u64> {
        self.at..self.end
    }

    /// The next span. It is the last when nothing is left behind it: a file that has grown meanwhile is followed to its new
    /// end, as a reader would, unless it is so small that one read might have had all of it before.
    /// The third value is what kept its end from being found.
    pub(super) fn next(
        &mut self,
        source: &Source,
        plan: &Plan,
        nominal: usize,
        is_cold: bool,
    ) -> (Place<u64>, Content, Option<io::Error>) {
        let nominal = nominal as u64;
        if self.left() <= nominal && (self.end - source.start() > SMALL || source.is_rest()) {
            self.end = source.grown_past(self.end).unwrap_or(self.end);
        }
        let start = self.at;
        let row = if let Cut::Rows(row) = plan.cut { row as u64 } else { 1 };
        let (holes, gaps) = match plan.cut {
            // Of what is read because it is small, a hole is read as soon as it is found.
            _ if source.reason() == Some(Reason::Small) => (false, false),
            Cut::Lines { terminator, or_nul } if terminator != 0 && !or_nul => (false, plan.gaps),
            _ => (plan.holes, false),
        };
        let shortest = if matches!(plan.cut, Cut::Lines { .. }) { SHORTEST_HOLE } else { 1 };
        let mut goal = self.end;
        // Where a line's end is looked for, when that is not where the span might end.
        let mut beyond = None;
        if (holes || gaps) && start < self.end {
            goal = match self.run_at(source, shortest, start.saturating_add(nominal)) {
                Extent::DataUntil(until) => until,
                Extent::HoleUntil(until) if gaps => {
                    beyond = Some(until);
                    until
                }
                Extent::HoleUntil(until) => {
                    let until = until.min(start.saturating_add(plan.longest_hole));
                    // A row is whole or it is no row: the few bytes over go with the data behind.
                    let whole = if until < self.end { until - (until - start) % row } else { until };
                    if whole > start {
                        self.at = whole;
                        return (start..whole, Content::Hole, None);
                    }
                    self.end
                }
            };
        }
        // Up to a multiple of the block size: the next window then begins on a page boundary, and where the file's pages are
        // huge ones, a window holds them whole. Windows that drift take them in pieces, several faults for one, and the
        // kernel, which reads ahead in such steps, in small ones.
        let length = nominal - (source.base() + start) % nominal;
        let stop = start.saturating_add(length.min(goal - start).next_multiple_of(row)).min(self.end);
        if is_cold {
            self.bring(source, stop, nominal);
        }
        let mut broken = None;
        self.at = match plan.cut {
            Cut::Lines { terminator, or_nul } => {
                // And on to the line's end.
                let stop = beyond.unwrap_or(stop);
                let mut passed: Vec<Place<u64>> = beyond.map(|until| start..until).into_iter().collect();
                let end = if stop < self.end {
                    // The last byte before may end a line already.
                    let from = beyond.unwrap_or(stop - 1);
                    let passed = gaps.then_some(&mut passed);
                    self.line_end(source, from, terminator, or_nul, passed).unwrap_or_else(|(at, error)| {
                        // Nothing more can be had of it, or there is no more.
                        self.end = at.max(start);
                        broken = error;
                        self.end
                    })
                } else {
                    stop
                };
                if !passed.is_empty() {
                    self.at = end;
                    return (start..end, Content::Gapped(passed), broken);
                }
                end
            }
            _ => stop,
        };
        (start..self.at, Content::ToLoad, broken)
    }

    /// The next span of a file that is read because it is small, cut into lines: it is read here, and cut behind the last line that
    /// came in whole. To look for a line's end first, as [`Positioned::next`] has to, takes a hundredth of the time that searching
    /// a megabyte takes. `None` where that does not do: an error, or a long line.
    pub(super) fn next_read(
        &mut self,
        source: &Source,
        plan: &Plan,
        nominal: usize,
        spare: &mut Vec<Buffer>,
    ) -> Option<(Place<u64>, Content)> {
        let Cut::Lines { terminator, or_nul } = plan.cut else { return None };
        if plan.sized || source.reason() != Some(Reason::Small) {
            return None;
        }
        // What the lines that were cut leave over is no block of its own.
        let (start, left, nominal) = (self.at, self.left(), nominal as u64);
        let length = if left <= nominal + nominal / 8 { left } else { nominal };
        let mut buffer = spare.pop().unwrap_or_default();
        let failure = source.read_into(&mut buffer, length as usize, start).ok()?;
        let whole = match () {
            () if failure.is_some() || (buffer.len() as u64) < length => None,
            () if length == left => Some(buffer.len()),
            () if or_nul => memrchr2(terminator, 0, &buffer).map(|last| last + 1),
            () => memrchr(terminator, &buffer).map(|last| last + 1),
        };
        let Some(whole) = whole else {
            spare.push(buffer);
            return None;
        };
        buffer.truncate(whole);
        self.at = start + whole as u64;
        Some((start..self.at, Content::Read(buffer)))
    }

    /// Brings in what comes next from the disk, up to `stop` or as much as comes in at once. Here and not by the workers, so
    /// that it is asked for in order, and before a line's end is looked for behind it: the kernel reads ahead of one who
    /// reads on and on, not of one who reads here and there.
    fn bring(&mut self, source: &Source, stop: u64, nominal: u64) {
        let from = self.at.max(self.brought);
        if from < stop {
            let to = stop.max(from.saturating_add(FOLIO)).min(self.end);
            source.bring(from..to);
            source.read_on(to, nominal);
            self.brought = to;
        }
    }

    /// Notes that the beginning was brought in.
    pub(super) fn has_begun_cold(&mut self) {
        self.brought = self.at.saturating_add(FOLIO).min(self.end);
    }

    /// The run that `at` lies in. Holes shorter than `shortest` count as data; how long a run of data is, need not be known
    /// beyond `far`.
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

    /// Behind the first terminator from `from` on. Looks ahead by small reads, which no truncation can kill, each
    /// beginning where the last one stopped. With `passed`, holes are not looked at but noted there.
    ///
    /// # Errors
    /// The offset of the first byte that cannot be had, and why; without a reason where the file
    /// merely holds less than it states.
    fn line_end(
        &mut self,
        source: &Source,
        from: u64,
        terminator: u8,
        or_nul: bool,
        mut passed: Option<&mut Vec<Place<u64>>>,
    ) -> Result<u64, (u64, Option<io::Error>)> {
        let mut at = from;
        // Most lines end within these; for longer ones there is a larger buffer.
        let mut near = [0; 512];
        let mut far = Vec::new();
        while at < self.end {
            if at >= self.data
                && let Some(passed) = &mut passed
            {
                match run_from(source, at, self.end, SHORTEST_HOLE, at + (1 << 20)) {
                    Extent::DataUntil(until) => self.data = until,
                    Extent::HoleUntil(until) => {
                        passed.push(at..until);
                        at = until;
                        continue;
                    }
                }
            }
            let until = if passed.is_some() { self.data } else { self.end };
            let ahead = if far.is_empty() { &mut near[..] } else { &mut far[..] };
            let size = ahead.len().min((until - at) as usize);
            let (got, failure) = source.read_up_to(&mut ahead[..size], at);
            if got == 0 {
                return Err((at, failure.or_else(|| cut_short(source, at + 1))));
            }
            let found = if or_nul { memchr2(terminator, 0, &ahead[..got]) } else { memchr(terminator, &ahead[..got]) };
            if let Some(found) = found {
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
    /// What `pread(2)` says, or that the file was truncated.
    pub(super) fn append_to(&mut self, source: &Source, row: &mut Vec<u8>, count: usize) -> io::Result<()> {
        let want = count.min(usize::try_from(self.left()).unwrap_or(usize::MAX));
        let got = append(source, row, self.at, want)?;
        // A file that ends before its stated size has no more, whatever it states.
        self.at = if got < want { self.end } else { self.at + got as u64 };
        Ok(())
    }
}

/// The run that `at` lies in, which is not behind `end`; as [`Positioned::run_at`] has it.
fn run_from(source: &Source, at: u64, end: u64, shortest: u64, far: u64) -> Extent {
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

/// Reads `count` bytes at `at` to the end of `row`, the few over between rows that no worker loads;
/// gives how many there were.
///
/// # Errors
/// What `pread(2)` says, or that the file was truncated.
pub(super) fn append(source: &Source, row: &mut Vec<u8>, at: u64, count: usize) -> io::Result<usize> {
    let mut bytes = vec![0; count];
    let got = source.read_at(&mut bytes, at)?;
    if let Some(error) = cut_short(source, at + count as u64) {
        return Err(error);
    }
    row.extend(&bytes[..got]);
    Ok(got)
}

/// Whether the source has been truncated to less than `end`.
fn cut_short(source: &Source, end: u64) -> Option<io::Error> {
    match source.length_now() {
        Ok(size) => size.filter(|&size| size < end).map(|size| truncated(source.base() + size)),
        Err(error) => Some(error),
    }
}
