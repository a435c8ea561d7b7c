//! Finds the selected lines of a slice.
//!
//! The whole slice is searched at once, and line boundaries are searched for only around matches,
//! so a block without a match costs one pass of the pattern's fastest literal search. Adjacent
//! selected lines are one piece. Nothing here depends on earlier blocks.

use std::ops::Range;

use memchr::memchr_iter;

use super::failure::Failure;
use super::lines::{count_lines, line_end, lines_of, skip_lines};
use super::multiline;
use super::pattern::LineFinder;
use super::query::{Piece, Query, SearchResults, WantedResults};

/// The number of bytes searched before their lines are counted. It is small enough for the bytes to
/// still be cached, and large enough to amortise the start of a search.
const COUNT_CHUNK: usize = 128 << 10;

/// The maximum number of matches to keep in a block, which allows for one in each line of a log.
const MAX_SPANS: usize = 128 << 10;

impl Query {
    /// Finds the selected lines of `hay`, which begins at a line's start.
    pub fn scan(&self, hay: &[u8], wanted: WantedResults) -> SearchResults {
        if self.any.is_multiline() && wanted.limit != Some(0) {
            return multiline::scan(self, hay, wanted);
        }
        if wanted.is_only_number() && self.is_single_pattern() && !self.any.is_everything() {
            let mut found = SearchResults::default();
            found.failure = self.count(hay, &mut found.selected).err();
            return found;
        }
        self.scan_lines(hay, wanted, |found, lines, count| {
            if wanted.pieces {
                add_piece(found, lines, count);
            }
        })
    }

    /// Adds the number of selected lines of `hay` to `count`. Those of an inverted query are the lines
    /// without a match: counting both kinds costs less than finding where each begins.
    fn count(&self, hay: &[u8], count: &mut u64) -> Result<(), Failure> {
        if !self.invert {
            return self.lines(hay, false).count(count);
        }
        let mut rest = hay;
        while !rest.is_empty() {
            let chunk;
            (chunk, rest) = rest.split_at(line_end(rest, rest.len().min(COUNT_CHUNK) - 1, self.terminator));
            let mut matching = 0;
            self.lines(chunk, false).count(&mut matching)?;
            *count += count_lines(chunk, self.terminator) - matching;
        }
        Ok(())
    }

    /// Finds the selected lines of `hay`, which begins at a line's start, if no match spans lines.
    /// Calls `each` with the results so far, the position of one or several adjacent lines, and
    /// their number.
    pub fn scan_lines(
        &self,
        hay: &[u8],
        wanted: WantedResults,
        each: impl FnMut(&mut SearchResults, Range<usize>, u64),
    ) -> SearchResults {
        let limit = wanted.limit.unwrap_or(u64::MAX);
        let mut scan = LineScan { query: self, hay, wanted, found: SearchResults::default(), counted: 0, each };
        let chunk = if wanted.numbers { COUNT_CHUNK } else { usize::MAX };
        let mut start = 0;
        while start < hay.len() && scan.found.selected < limit {
            let end = match hay.len() - start {
                rest if rest > chunk => line_end(hay, start + chunk, self.terminator),
                _ => hay.len(),
            };
            if let Err(failure) = scan.chunk(start..end) {
                scan.found.failure = Some(failure);
                break;
            }
            start = end;
        }
        if wanted.numbers {
            scan.count_to(hay.len());
        }
        scan.found
    }
}

/// Adds selected lines to the last piece if they follow it, and otherwise as a new one.
fn add_piece(found: &mut SearchResults, lines: Range<usize>, count: u64) {
    match found.pieces.last_mut() {
        Some(last) if last.end == lines.start => {
            last.end = lines.end;
            last.lines += count;
        }
        _ => {
            let line = found.terminators;
            found.pieces.push(Piece { start: lines.start, end: lines.end, line, lines: count, selected: true });
        }
    }
}

/// A scan in progress.
struct LineScan<'s, F> {
    query: &'s Query,
    hay: &'s [u8],
    wanted: WantedResults,
    found: SearchResults,
    /// The position up to which terminators have been counted.
    counted: usize,
    /// What is done with selected lines.
    each: F,
}

impl<F: FnMut(&mut SearchResults, Range<usize>, u64)> LineScan<'_, F> {
    fn chunk(&mut self, chunk: Range<usize>) -> Result<(), Failure> {
        let mut search = self.query.lines(&self.hay[..chunk.end], self.wanted.spans || self.wanted.matches);
        let everything = self.query.any.is_everything() && self.query.is_single_pattern();
        if everything {
            return if self.query.invert { Ok(()) } else { self.select(chunk, &mut search) };
        }
        let mut from = chunk.start;
        let wants_lines = WantedResults { pieces: false, ..self.wanted }.is_only_number();
        if wants_lines && self.query.is_single_pattern() && !self.query.invert {
            while let Some(line) = search.next(from)? {
                from = line.end;
                self.found.selected += 1;
                (self.each)(&mut self.found, line, 1);
            }
            return Ok(());
        }
        while from < chunk.end && !self.is_enough() {
            let line = self.query.find(&mut search, from)?;
            if self.query.invert {
                let gap_end = line.as_ref().map_or(chunk.end, |line| line.start);
                if gap_end > from {
                    self.select(from..gap_end, &mut search)?;
                }
            } else if let Some(line) = line.clone() {
                self.select(line, &mut search)?;
            }
            let Some(line) = line else { break };
            from = line.end;
        }
        Ok(())
    }

    fn is_enough(&self) -> bool {
        self.wanted.limit.is_some_and(|limit| self.found.selected >= limit)
    }

    /// Adds whole lines, up to the limit.
    fn select(&mut self, mut lines: Range<usize>, search: &mut LineFinder<'_, '_>) -> Result<(), Failure> {
        let left = self.wanted.limit.map_or(u64::MAX, |limit| limit - self.found.selected);
        let mut count = match self.selects_many() {
            true => count_lines(&self.hay[lines.clone()], self.query.terminator),
            false => 1,
        };
        if count > left {
            lines.end = lines.start + skip_lines(&self.hay[lines.clone()], left, self.query.terminator);
            count = left;
        }
        if self.wanted.numbers {
            self.count_to(lines.start);
        }
        if self.wanted.spans {
            self.keep_matches(lines.clone(), search)?;
        }
        if self.wanted.matches {
            self.count_matches(lines.clone(), search)?;
        }
        self.found.selected += count;
        (self.each)(&mut self.found, lines, count);
        Ok(())
    }

    /// Counts the matches in some lines. Lines of an inverted query contain no match, and each is
    /// counted as one.
    fn count_matches(&mut self, lines: Range<usize>, search: &mut LineFinder<'_, '_>) -> Result<(), Failure> {
        if self.query.invert {
            self.found.matches += lines_of(&self.hay[lines], self.query.terminator).count() as u64;
            return Ok(());
        }
        self.each_match(lines, search, |found, _| found.matches += 1)
    }

    /// Keeps the matches in some lines, so that printing need not search again.
    fn keep_matches(&mut self, lines: Range<usize>, search: &mut LineFinder<'_, '_>) -> Result<(), Failure> {
        self.each_match(lines, search, |found, span| {
            // The search continues to the last match, because any step of it may fail.
            if found.spans.len() < MAX_SPANS {
                found.spans.push(span);
            }
        })?;
        self.found.omits_spans = self.found.spans.len() >= MAX_SPANS;
        Ok(())
    }

    fn each_match(
        &mut self,
        lines: Range<usize>,
        search: &mut LineFinder<'_, '_>,
        mut each: impl FnMut(&mut SearchResults, Range<usize>),
    ) -> Result<(), Failure> {
        if !self.selects_many() {
            return search.matches_in(lines, |span| each(&mut self.found, span));
        }
        let mut start = lines.start;
        for line in lines_of(&self.hay[lines], self.query.terminator) {
            search.matches_in(start..start + line.len(), |span| each(&mut self.found, span))?;
            start += line.len();
        }
        Ok(())
    }

    /// Returns whether many lines are selected at once.
    fn selects_many(&self) -> bool {
        self.query.invert || self.query.any.is_everything()
    }

    fn count_to(&mut self, end: usize) {
        self.found.terminators += memchr_iter(self.query.terminator, &self.hay[self.counted..end]).count() as u64;
        self.counted = end;
    }
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
