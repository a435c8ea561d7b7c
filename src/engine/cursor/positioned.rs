//! Cutting what can be read at any offset: a span is a pair of numbers, the bytes come later.

use std::ops::Range as Place;

use memchr::{memchr, memchr2};

use crate::io::{Extent, Source, next_extent};

use super::{Content, Cut, Plan};

/// How far a source has been handed out.
pub(super) struct Positioned {
    at: u64,
    end: u64,
    /// The run of data or hole that `at` lies in, as far as it was asked for.
    run: Option<Extent>,
    /// Up to where the kernel was asked to read ahead.
    ahead: u64,
}

impl Positioned {
    pub(super) fn new(source: &Source) -> Positioned {
        Positioned { at: source.start(), end: source.end().unwrap_or(0), run: None, ahead: 0 }
    }

    pub(super) fn left(&self) -> u64 {
        self.end - self.at
    }

    pub(super) fn rest(&self) -> Place<u64> {
        self.at..self.end
    }

    /// The next span. It is the last when nothing is left behind it: a file that has grown
    /// meanwhile is followed to its new end, as a reader would.
    pub(super) fn next(&mut self, source: &Source, plan: &Plan, nominal: usize) -> (Place<u64>, Content) {
        let nominal = nominal as u64;
        if self.left() <= nominal {
            self.end = source.grown_past(self.end).unwrap_or(self.end);
        }
        let start = self.at;
        let row = if let Cut::Rows(row) = plan.cut { row as u64 } else { 1 };
        let mut goal = self.end;
        if plan.holes && start < self.end {
            goal = match self.run_at(source) {
                Extent::DataUntil(until) => until,
                Extent::HoleUntil(until) => {
                    let until = until.min(start.saturating_add(plan.longest_hole));
                    // A row is whole or it is no row: the few bytes over go with the data behind.
                    let whole = if until < self.end { until - (until - start) % row } else { until };
                    if whole > start {
                        self.at = whole;
                        return (start..whole, Content::Hole);
                    }
                    self.end
                }
            };
        }
        let stop = start.saturating_add(nominal.min(goal - start).next_multiple_of(row)).min(self.end);
        self.at = match plan.cut {
            Cut::Lines { terminator, or_nul } if stop < self.end => self.line_end(source, stop, terminator, or_nul),
            _ => stop,
        };
        (start..self.at, Content::ToLoad)
    }

    fn run_at(&mut self, source: &Source) -> Extent {
        let end_of = |run: Extent| match run {
            Extent::DataUntil(end) | Extent::HoleUntil(end) => end,
        };
        if let Some(run) = self.run
            && self.at < end_of(run)
        {
            return run;
        }
        let base = source.base();
        let run = match next_extent(source.fd(), base + self.at, base + self.end) {
            Extent::DataUntil(end) => Extent::DataUntil(end - base),
            Extent::HoleUntil(end) => Extent::HoleUntil(end - base),
        };
        self.run = Some(run);
        run
    }

    /// The end of the line that reaches to or over `from`. Looks ahead by small reads, which no
    /// truncation can kill, each beginning where the last one stopped.
    fn line_end(&self, source: &Source, from: u64, terminator: u8, or_nul: bool) -> u64 {
        let mut at = from - 1;
        let mut size = 4096;
        let mut ahead = Vec::new();
        while at < self.end {
            ahead.resize(size.min((self.end - at) as usize), 0);
            let got = source.read_at(&mut ahead, at).unwrap_or(0);
            if got == 0 {
                break;
            }
            let found = if or_nul { memchr2(terminator, 0, &ahead[..got]) } else { memchr(terminator, &ahead[..got]) };
            if let Some(found) = found {
                return at + found as u64 + 1;
            }
            at += got as u64;
            size = (size * 2).min(1 << 20);
        }
        // No further line end, or no further bytes: the worker that loads the span finds out which.
        self.end
    }

    /// Moves up to `count` bytes to the end of `row`.
    pub(super) fn append_to(&mut self, source: &Source, row: &mut Vec<u8>, count: usize) {
        let want = count.min(usize::try_from(self.left()).unwrap_or(usize::MAX));
        let mut bytes = vec![0; want];
        let got = source.read_at(&mut bytes, self.at).unwrap_or(0);
        row.extend(&bytes[..got]);
        // A file that ends before its stated size has no more, whatever it states.
        self.at = if got < want { self.end } else { self.at + got as u64 };
    }

    /// Asks for the `distance` bytes behind what was handed out, once each.
    pub(super) fn read_ahead(&mut self, source: &Source, distance: u64) {
        let from = self.ahead.max(self.at);
        let to = self.at.saturating_add(distance).min(self.end);
        if from < to {
            source.read_ahead(from, to - from);
            self.ahead = to;
        }
    }
}
