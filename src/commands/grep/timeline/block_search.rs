//! Searches one block for `--timeline`.

use std::ops::Range;

use super::super::lines::{line_end, lines_of};
use super::super::long_match::{LineBytes, long_line_start};
use super::super::query::{Piece, Query, SearchResults, WantedResults};
use super::entries::{BlockCounts, Entries, POSITION_UNIT, add};
use crate::engine::Block;
use crate::timestamp::{Grid, LINE_HEAD, Reader};

/// The number of bytes of a block that are searched before the times of their selected lines are
/// read, so that these lines are still in the processor's cache.
const CHUNK: usize = 128 << 10;

/// The search of a block.
pub struct BlockSearch<'b> {
    query: &'b Query,
    block: &'b Block,
    /// The content of a very long line with which the block ends.
    long: Option<Range<usize>>,
    /// The bytes to search. Only the beginning of a very long line is searched for its time.
    hay: &'b [u8],
    /// The entries of an input with times.
    entries: Option<Entries<'b>>,
    counts: BlockCounts,
}

impl<'b> BlockSearch<'b> {
    /// Returns the search of a block of an input whose times `reader` reads, if it has any.
    pub fn new(query: &'b Query, block: &'b Block, reader: Option<&'b Reader>, grid: Grid) -> BlockSearch<'b> {
        let long = long_line(query, block);
        let bytes = block.bytes();
        let hay = long.as_ref().map_or(bytes, |line| &bytes[..bytes.len().min(line.start + LINE_HEAD)]);
        let entries = reader.map(|reader| Entries::new(hay, reader, grid));
        BlockSearch { query, block, long, hay, entries, counts: BlockCounts::default() }
    }

    /// Counts the selected lines.
    pub fn counts(mut self) -> BlockCounts {
        let mut start = 0;
        while start < self.hay.len() && self.counts.failure.is_none() {
            let end = self.chunk_end(start);
            self.search(start..end);
            start = end;
        }
        if let Some(entries) = &mut self.entries {
            entries.move_to(self.hay.len()..self.hay.len(), &mut self.counts);
            self.counts.last = entries.latest;
        }
        self.counts
    }

    /// Returns the end of the lines to search together.
    fn chunk_end(&self, start: usize) -> usize {
        let stop = self.long.as_ref().map(|line| line.start).filter(|&long| start < long).unwrap_or(self.hay.len());
        if self.query.any.is_multiline() || stop - start <= CHUNK {
            return stop;
        }
        line_end(&self.hay[..stop], start + CHUNK, self.query.terminator)
    }

    fn search(&mut self, chunk: Range<usize>) {
        let hay = &self.hay[chunk.clone()];
        let is_long = self.long.as_ref().is_some_and(|line| line.start == chunk.start);
        let found = if is_long {
            self.search_long(hay.len())
        } else if self.query.any.is_multiline() {
            self.query.scan(hay, WantedResults { pieces: true, ..WantedResults::default() })
        } else {
            let start = chunk.start;
            self.query.scan_lines(hay, WantedResults::default(), |_, lines, number| {
                self.count_lines(start + lines.start..start + lines.end, number);
            })
        };
        for piece in &found.pieces {
            self.count_lines(chunk.start + piece.start..chunk.start + piece.end, piece.lines);
        }
        self.counts.failure = found.failure;
    }

    /// Searches the very long line, of which `shown` bytes are searched for a time.
    fn search_long(&self, shown: usize) -> SearchResults {
        let mut found = SearchResults::default();
        let line = LineBytes::InBlock(self.block, self.long.clone().unwrap_or_default());
        // The bytes of a block can always be read.
        if self.query.selects_line(&line, &mut found.failure).unwrap_or(false) {
            found.pieces.push(Piece { start: 0, end: shown, line: 0, lines: 1, selected: true });
        }
        found
    }

    /// Counts selected lines that follow each other.
    #[inline]
    fn count_lines(&mut self, lines: Range<usize>, number: u64) {
        if number == 1 {
            return self.count(lines);
        }
        let mut at = lines.start;
        for line in lines_of(&self.hay[lines], self.query.terminator) {
            self.count(at..at + line.len());
            at += line.len();
        }
    }

    #[inline]
    fn count(&mut self, line: Range<usize>) {
        match &mut self.entries {
            Some(entries) if self.query.terminator == b'\n' => entries.count(line, &mut self.counts),
            // A record of several lines belongs to the last entry in it.
            Some(entries) => entries.count(line.end..line.end, &mut self.counts),
            None => {
                let position = (self.block.offset() + line.start as u64) / POSITION_UNIT;
                add(&mut self.counts.positions, position, 1);
            }
        }
    }
}

/// Returns the content of a very long line with which the block ends.
fn long_line(query: &Query, block: &Block) -> Option<Range<usize>> {
    if !block.is_long() || query.terminator != b'\n' || query.any.is_multiline() {
        return None;
    }
    let end = query.any.content(block.bytes()).len();
    Some(long_line_start(block, 0..end, query.terminator)?..end)
}
