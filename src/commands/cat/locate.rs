//! Finds where the wanted part of a file lies, reading no more of it than that takes.
//!
//! Lines counted from the start are found by counting line ends on all threads, up to the last line asked for and no
//! further; lines counted from the end by reading backwards in small pieces; times by binary search; bytes by arithmetic.
//! What is found is byte spans, ascending and apart: printing them is another's work.

use std::io;
use std::ops::Range;

use memchr::{memchr_iter, memrchr_iter};

use super::pick::Unit;
use super::wanted::Wanted;
use crate::app::config::Config;
use crate::cli::range::{Mark, Selection, Stop};
use crate::engine::{Block, Cut, Flow, Input, Kernel, Stats};
use crate::io::Source;
use crate::output::Output;
use crate::timestamp;

/// Bytes read backwards at first, and at most.
const BACKWARDS: usize = 64 << 10;
const MOST_BACKWARDS: usize = 256 << 10;

/// The spans of `source` that are wanted.
///
/// # Errors
/// What reading the source fails with.
pub(super) fn spans(
    source: &Source,
    wanted: &Wanted,
    config: &Config,
    output: &mut Output,
) -> io::Result<Vec<Range<u64>>> {
    let within = source.start()..source.end().unwrap_or(0);
    match wanted {
        Wanted::All => Ok(vec![within]),
        Wanted::Lines(selection) => Lines { source, within, config, output }.spans(selection),
        Wanted::Bytes(selection) => {
            let len = within.end - within.start;
            let spans = selection.resolve(Some(len)).into_iter();
            let span = |(first, last): (u64, u64)| within.start + (first - 1).min(len)..within.start + last.min(len);
            Ok(spans.map(|units| span((*units.start(), *units.end()))).filter(|span| !span.is_empty()).collect())
        }
        Wanted::Period(period, zone) => {
            let found = timestamp::find_in(source, within.clone(), period, zone)?;
            Stats::add(&config.stats.bytes, found.read);
            if let Some(disorder) = found.disorder {
                output.report(source.name(), &io::Error::other(disorder.to_string()));
            }
            if !found.recognized && !within.is_empty() {
                return Err(io::Error::other("no line with a time was found"));
            }
            Ok(vec![found.span])
        }
        Wanted::Shard(shard) => Ok(vec![shard.find(source, within, b'\n')?]),
    }
}

/// How many lines end in the bytes `within`, counted up to `most` and on to the end of that block.
///
/// # Errors
/// What reading the source fails with.
pub(super) fn count_line_ends(
    source: &Source,
    within: Range<u64>,
    most: u64,
    config: &Config,
    output: &mut Output,
) -> io::Result<u64> {
    if within.is_empty() {
        return Ok(0);
    }
    Ok(Lines { source, within: within.clone(), config, output }.count(within.start, &[most])?.lines)
}

/// A search for lines in one source.
struct Lines<'a> {
    source: &'a Source,
    within: Range<u64>,
    config: &'a Config,
    output: &'a mut Output,
}

impl Lines<'_> {
    fn spans(mut self, selection: &Selection) -> io::Result<Vec<Range<u64>>> {
        let mut counts = Vec::new();
        for range in selection.ranges() {
            let Mark::Start(first) = range.start else { continue };
            counts.push(first - 1);
            if let Stop::After(count) = range.stop {
                counts.push((first - 1).saturating_add(count));
            }
        }
        for range in selection.ranges() {
            if let Stop::At(Mark::Start(last)) = range.stop {
                counts.push(last);
            }
        }
        counts.sort_unstable();
        counts.dedup();
        let found = self.after_lines(self.within.start, &counts)?;
        let after = |count: u64| found[counts.partition_point(|&other| other < count)];
        let mut spans = Vec::with_capacity(selection.ranges().len());
        for range in selection.ranges() {
            let start = match range.start {
                Mark::Start(first) => after(first - 1),
                Mark::End(count) => self.last_lines(count)?,
            };
            let end = match (range.stop, range.start) {
                (Stop::Never, _) => self.within.end,
                (Stop::At(Mark::Start(last)), _) => after(last),
                (Stop::At(Mark::End(count)), _) => self.last_lines(count - 1)?,
                (Stop::After(count), Mark::Start(first)) => after((first - 1).saturating_add(count)),
                (Stop::After(count), Mark::End(_)) => self.after_lines(start, &[count])?[0],
            };
            if start < end {
                spans.push(start..end);
            }
        }
        Ok(merged(spans))
    }

    /// Where so many lines from `start` on end, for each of `counts`, which ascend.
    fn after_lines(&mut self, start: u64, counts: &[u64]) -> io::Result<Vec<u64>> {
        let known = counts.iter().take_while(|&&count| count == 0).count();
        let mut found = vec![start; known];
        if known < counts.len() && start < self.within.end {
            found.extend(self.count(start, &counts[known..])?.found);
        }
        found.resize(counts.len(), self.within.end);
        Ok(found)
    }

    /// Counts line ends from `start` on until the last of `counts` is reached.
    fn count(&mut self, start: u64, counts: &[u64]) -> io::Result<Passed> {
        let engine = self.config.engine;
        let part = self.source.part(start..self.within.end, engine.policy)?;
        let kernel = LineEnds { counts };
        let plan = engine.plan(Cut::Exact, crate::engine::BLOCK);
        // The input is counted as opened when it is printed.
        let stats = Stats::default();
        let input = std::iter::once(Input::Open(part));
        let outcome = engine.run(input, plan, &kernel, Passed::default(), self.output, &stats);
        self.config.stats.absorb(&stats);
        if outcome.failed {
            // It has been reported, and what comes after is not to be trusted.
            self.within.end = self.within.end.min(outcome.carry.offset.max(start));
        }
        Ok(outcome.carry)
    }

    /// Where the last `count` lines start.
    fn last_lines(&self, count: u64) -> io::Result<u64> {
        let Range { start, end } = self.within;
        if count == 0 || start == end {
            return Ok(end);
        }
        // The last line's own end, if it has one, separates it from nothing.
        let mut at = end - 1;
        let mut left = count;
        let mut buffer = Vec::new();
        let mut size = BACKWARDS;
        while at > start {
            let from = at.saturating_sub(size as u64).max(start);
            buffer.resize((at - from) as usize, 0);
            let got = self.source.read_at(&mut buffer, from)?;
            Stats::add(&self.config.stats.bytes, got as u64);
            let piece = &buffer[..got];
            let ends = memchr_iter(b'\n', piece).count() as u64;
            if ends >= left {
                let nth = memrchr_iter(b'\n', piece).nth((left - 1) as usize);
                return Ok(nth.map_or(from, |nth| from + nth as u64 + 1));
            }
            left -= ends;
            at = from;
            size = (size * 2).min(MOST_BACKWARDS);
        }
        Ok(start)
    }
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

/// Finds where given numbers of lines end. It prints nothing.
struct LineEnds<'a> {
    /// Ascending, each at least 1.
    counts: &'a [u64],
}

#[derive(Clone, Debug, Default)]
struct Passed {
    lines: u64,
    offset: u64,
    found: Vec<u64>,
}

impl Kernel for LineEnds<'_> {
    type Part = u64;
    type Carry = Passed;

    fn scan(&self, block: &Block) -> u64 {
        Unit::Line.count(block.bytes())
    }

    fn carry(&self, block: &Block, lines: &mut u64, carry: &mut Passed) -> Flow {
        for count in &self.counts[carry.found.len()..] {
            if carry.lines + *lines < *count {
                break;
            }
            let end = Unit::Line.nth_end(block.bytes(), count - carry.lines);
            carry.found.push(block.offset() + end as u64);
        }
        carry.lines += *lines;
        carry.offset = block.offset() + block.len();
        if carry.found.len() == self.counts.len() { Flow::Stop } else { Flow::Continue }
    }

    fn format(&self, _: &Block, _: &mut u64, _: &mut Vec<u8>) {}
}
