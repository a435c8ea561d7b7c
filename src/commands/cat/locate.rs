//! Locates the selected part of a file, and reads no more of the file than necessary.
//!
//! Lines counted from the start are found by counting line ends on all threads, up to the last line
//! needed. Lines counted from the end are found by reading backwards, times by binary search, and
//! bytes by arithmetic. The result is byte spans, ascending and disjoint. Nothing is printed here.

use std::io;
use std::ops::Range;

use memchr::{memchr_iter, memrchr_iter};

use super::pick::Unit;
use super::printed_part::PrintedPart;
use crate::app::config::Config;
use crate::cli::range::{Mark, RangeEnd, Selection};
use crate::engine::{Block, Flow, Input, Kernel, Pipeline, Session, SplitAt};
use crate::exit::Exit;
use crate::io::Source;
use crate::output::Output;

/// The sizes in bytes of the first and the largest piece read backwards.
const FIRST_BACKWARD_READ: usize = 64 << 10;
const MAX_BACKWARD_READ: usize = 256 << 10;

/// The selected spans of a source.
pub(super) struct Located {
    pub(super) spans: Vec<Range<u64>>,
    /// A failure if bytes before the end of the selection could not be read, which has been reported.
    /// The spans end there.
    pub(super) exit: Exit,
}

/// Returns the selected spans of `source`.
///
/// # Errors
/// Returns an error if reading the source fails.
pub(super) fn spans(
    source: &Source,
    wanted: &PrintedPart,
    config: &Config,
    output: &mut Output,
) -> io::Result<Located> {
    let within = source.start()..source.end().unwrap_or(0);
    let mut exit = Exit::Success;
    let spans = match wanted {
        PrintedPart::All => vec![within],
        PrintedPart::Lines(selection, end) => {
            let mut lines = LineSearch { source, within, config, output, end: *end, exit };
            let spans = lines.spans(selection)?;
            exit = lines.exit;
            spans
        }
        PrintedPart::Bytes(selection) => {
            let len = within.end - within.start;
            let spans = selection.resolve(Some(len)).into_iter();
            let span = |(first, last): (u64, u64)| within.start + (first - 1).min(len)..within.start + last.min(len);
            spans.map(|units| span((*units.start(), *units.end()))).filter(|span| !span.is_empty()).collect()
        }
        PrintedPart::Period(search) => {
            let found = search.locate(source, within)?;
            config.stats.bytes.add(found.read);
            for notice in found.notices {
                output.report(source.name(), &io::Error::other(notice));
            }
            found.spans
        }
        PrintedPart::Shard(shard) => vec![shard.find(source, within, b'\n')?],
        PrintedPart::Around(around) => {
            let before = |within: Range<u64>, count| {
                let lines = LineSearch { source, within, config, output: &mut *output, end: b'\n', exit };
                Ok(lines.line_starts_from_end(vec![count])?.start_of(count))
            };
            let start = super::around::start(*around, within.clone(), before)?;
            let mut lines = LineSearch { source, within: around.byte..within.end, config, output, end: b'\n', exit };
            let end = lines.after_lines(around.byte, &[around.lines.saturating_add(1)])?[0];
            exit = lines.exit;
            let span = start..end;
            Vec::from([span])
        }
    };
    Ok(Located { spans, exit })
}

/// Returns the number of lines that end in `within`, or `None` if some of its bytes cannot be read,
/// which has been reported. Counting stops after the block that reaches `max`.
///
/// # Errors
/// Returns an error if reading the source fails.
pub(super) fn count_line_ends(
    source: &Source,
    within: Range<u64>,
    max: u64,
    config: &Config,
    output: &mut Output,
) -> io::Result<Option<u64>> {
    if within.is_empty() {
        return Ok(Some(0));
    }
    let start = within.start;
    let mut search = LineSearch { source, within, config, output, end: b'\n', exit: Exit::Success };
    let lines = search.count(start, &[max])?.lines;
    Ok((search.exit == Exit::Success).then_some(lines))
}

/// A search for lines in one source.
struct LineSearch<'a> {
    source: &'a Source,
    within: Range<u64>,
    config: &'a Config,
    output: &'a mut Output,
    /// The byte that ends a line.
    end: u8,
    /// A failure once bytes could not be read.
    exit: Exit,
}

impl LineSearch<'_> {
    fn spans(&mut self, selection: &Selection) -> io::Result<Vec<Range<u64>>> {
        // One pass from each end finds all marks, regardless of the number of ranges.
        let mut from_end = Vec::new();
        for range in selection.ranges() {
            if let Mark::End(count) = range.start {
                from_end.push(count);
            }
            match (range.start, range.stop) {
                (_, RangeEnd::At(Mark::End(count))) => from_end.push(count - 1),
                // If the file has fewer lines than `first`, the range starts at its first line.
                (Mark::End(first), RangeEnd::After(count)) => from_end.push(first.saturating_sub(count)),
                _ => {}
            }
        }
        let from_end = self.line_starts_from_end(sorted(from_end))?;
        let mut counts = Vec::new();
        for range in selection.ranges() {
            match (range.start, range.stop) {
                (Mark::Start(first), RangeEnd::After(count)) => {
                    counts.extend([first - 1, (first - 1).saturating_add(count)]);
                }
                (Mark::End(first), RangeEnd::After(count)) if from_end.is_before_start(first) => counts.push(count),
                (Mark::Start(first), _) => counts.push(first - 1),
                _ => {}
            }
            if let RangeEnd::At(Mark::Start(last)) = range.stop {
                counts.push(last);
            }
        }
        let counts = sorted(counts);
        let found = self.after_lines(self.within.start, &counts)?;
        let after = |count: u64| found[counts.partition_point(|&other| other < count)];
        let mut spans = Vec::with_capacity(selection.ranges().len());
        for range in selection.ranges() {
            let start = match range.start {
                Mark::Start(first) => after(first - 1),
                Mark::End(count) => from_end.start_of(count),
            };
            let end = match (range.stop, range.start) {
                (RangeEnd::Never, _) => self.within.end,
                (RangeEnd::At(Mark::Start(last)), _) => after(last),
                (RangeEnd::At(Mark::End(count)), _) => from_end.start_of(count - 1),
                (RangeEnd::After(count), Mark::Start(first)) => after((first - 1).saturating_add(count)),
                (RangeEnd::After(count), Mark::End(first)) if from_end.is_before_start(first) => after(count),
                (RangeEnd::After(count), Mark::End(first)) => from_end.start_of(first.saturating_sub(count)),
            };
            if start < end {
                spans.push(start..end);
            }
        }
        Ok(merged(spans))
    }

    /// Returns the end of the first `n` lines from `start`, for each `n` in the ascending `counts`.
    fn after_lines(&mut self, start: u64, counts: &[u64]) -> io::Result<Vec<u64>> {
        let known = counts.iter().take_while(|&&count| count == 0).count();
        let mut found = vec![start; known];
        if known < counts.len() && start < self.within.end {
            found.extend(self.count(start, &counts[known..])?.found);
        }
        found.resize(counts.len(), self.within.end);
        Ok(found)
    }

    /// Counts line ends from `start` until the last of `counts` is reached.
    fn count(&mut self, start: u64, counts: &[u64]) -> io::Result<CountedLines> {
        let engine = self.config.engine;
        let part = self.source.part(start..self.within.end, engine.policy)?;
        let kernel = LineEnds { counts, unit: Unit::Line(self.end) };
        let mut plan = engine.plan(SplitAt::Exact, crate::engine::BLOCK);
        // A hole has no newline, so it need not even be read.
        plan.emit_holes = self.end != 0;
        // The input is counted as opened only when it is printed.
        let stats = Session::default();
        let input = std::iter::once(Input::Open(part));
        let outcome = engine.run(
            input,
            Pipeline { kernel: &kernel, plan, session: &stats },
            CountedLines::default(),
            self.output,
        );
        self.config.stats.absorb(&stats);
        if outcome.failed {
            // The error has been reported, and bytes after that point cannot be trusted.
            self.within.end = self.within.end.min(outcome.carry.offset.max(start));
            self.exit = Exit::Failure;
        }
        Ok(outcome.carry)
    }

    /// Finds the start of the last `n` lines, for each `n` in the ascending `counts`.
    fn line_starts_from_end(&self, counts: Vec<u64>) -> io::Result<FromEnd> {
        let Range { start, end } = self.within;
        let known = counts.iter().take_while(|&&count| count == 0 || start == end).count();
        let mut found = vec![end; known];
        let mut counted = 0;
        // The newline at the end of the last line, if any, does not separate lines.
        let mut at = end.saturating_sub(1).max(start);
        let mut buffer = Vec::new();
        let mut size = FIRST_BACKWARD_READ;
        while at > start && found.len() < counts.len() {
            let from = at.saturating_sub(size as u64).max(start);
            buffer.resize((at - from) as usize, 0);
            let got = self.source.read_at(&mut buffer, from)?;
            self.config.stats.bytes.add(got as u64);
            let piece = &buffer[..got];
            let mut ends = memrchr_iter(self.end, piece);
            // Counting forwards is faster than searching backwards, and suffices for most pieces.
            let count = memchr_iter(self.end, piece).count() as u64;
            if count >= counts[found.len()] - counted {
                for number in counted + 1..=counted + count {
                    let line_end = ends.next().map_or(from, |end| from + end as u64 + 1);
                    while counts.get(found.len()) == Some(&number) {
                        found.push(line_end);
                    }
                }
            }
            counted += count;
            at = if piece.first() == Some(&0) && self.end != 0 {
                self.source.data_end_before(from, start)
            } else {
                from
            };
            size = (size * 2).min(MAX_BACKWARD_READ);
        }
        let first_before = found.len();
        found.resize(counts.len(), start);
        Ok(FromEnd { before_start: counts.get(first_before).copied(), lines: counted + 1, counts, found })
    }
}

/// The starts of lines counted from the end.
struct FromEnd {
    counts: Vec<u64>,
    found: Vec<u64>,
    /// The smallest count for which there are too few line ends.
    before_start: Option<u64>,
    /// The number of lines, if the start was reached.
    lines: u64,
}

impl FromEnd {
    /// Returns where the last `count` lines start.
    fn start_of(&self, count: u64) -> u64 {
        self.found[self.counts.partition_point(|&other| other < count)]
    }

    /// Returns whether there are fewer than `count` lines.
    fn is_before_start(&self, count: u64) -> bool {
        self.before_start.is_some() && count > self.lines
    }
}

fn sorted(mut counts: Vec<u64>) -> Vec<u64> {
    counts.sort_unstable();
    counts.dedup();
    counts
}

fn merged(mut spans: Vec<Range<u64>>) -> Vec<Range<u64>> {
    spans.sort_unstable_by_key(|span| span.start);
    let mut merged: Vec<Range<u64>> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

/// A kernel that finds the ends of given line numbers and prints nothing.
struct LineEnds<'a> {
    /// The line numbers, ascending and at least 1.
    counts: &'a [u64],
    unit: Unit,
}

#[derive(Clone, Debug, Default)]
struct CountedLines {
    lines: u64,
    offset: u64,
    found: Vec<u64>,
}

impl Kernel for LineEnds<'_> {
    type Part = u64;
    type Carry = CountedLines;

    fn scan(&self, block: &Block) -> u64 {
        self.unit.count(block.bytes())
    }

    fn carry(&self, block: &Block, lines: &mut u64, carry: &mut CountedLines) -> Flow {
        let (mut counted, mut at) = (carry.lines, 0);
        for &count in self.counts[carry.found.len()..].iter().take_while(|&&count| count <= carry.lines + *lines) {
            at += self.unit.nth_end(&block.bytes()[at..], count - counted);
            counted = count;
            carry.found.push(block.offset() + at as u64);
        }
        carry.lines += *lines;
        carry.offset = block.offset() + block.len();
        if carry.found.len() == self.counts.len() { Flow::Stop } else { Flow::Continue }
    }

    fn format(&self, _: &Block, _: &mut u64, _: &mut Vec<u8>) {}
}
