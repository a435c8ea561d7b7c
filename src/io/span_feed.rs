//! Selected spans of a file as a stream with gaps.
//!
//! Where several writers share a log, a search by time may find several spans with other entries
//! between them. The spans are read one after another; the bytes between them are only counted.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;

use memchr::memchr_iter;

use super::source::{Feed, Filled, Gap, Source};
use crate::os::Stop;

/// The maximum number of bytes of a gap that are read at a time.
const PIECE: usize = 256 << 10;

/// Reads the spans of a file one after another.
#[derive(Debug)]
pub struct SpanFeed {
    source: Source,
    spans: VecDeque<Range<u64>>,
    at: u64,
    gap: Gap,
    terminator: u8,
    head: Vec<u8>,
}

impl SpanFeed {
    /// Reads `spans` of `source`, which are ascending and disjoint. Lines end with `terminator`, and
    /// those before the first span are not counted. `head` is the beginning of the file.
    #[must_use]
    pub fn new(source: Source, spans: Vec<Range<u64>>, terminator: u8, head: Vec<u8>) -> Self {
        let at = spans.first().map_or(0, |span| span.start);
        Self { source, spans: spans.into(), at, gap: Gap { bytes: at, lines: 0 }, terminator, head }
    }

    /// Also counts the lines from the offset `start` to the first span, if `start` is given.
    #[must_use]
    pub fn counting_from(self, start: Option<u64>) -> Self {
        match start.filter(|start| *start < self.at) {
            Some(at) => Self { at, gap: Gap { bytes: at, lines: 0 }, ..self },
            None => self,
        }
    }

    /// Appends up to `max` bytes from the current offset on.
    fn read(&mut self, buffer: &mut Vec<u8>, max: u64) -> io::Result<usize> {
        let old = buffer.len();
        buffer.resize(old + usize::try_from(max).unwrap_or(usize::MAX).min(PIECE), 0);
        let (got, error) = self.source.read_up_to(&mut buffer[old..], self.at);
        buffer.truncate(old + got);
        self.at += got as u64;
        match (got, error) {
            (0, Some(error)) => Err(error),
            (0, None) => {
                let size = self.source.current_length()?.unwrap_or(self.at) + self.source.base();
                Err(io::Error::other(format!("truncated to {size} bytes while being read")))
            }
            _ => Ok(got),
        }
    }
}

impl Feed for SpanFeed {
    fn fill(&mut self, buffer: &mut Vec<u8>, max: usize, _: &Stop, _: bool) -> io::Result<Filled> {
        let mut skipped = Vec::new();
        while let Some(span) = self.spans.front().cloned() {
            if self.at >= span.end {
                self.spans.pop_front();
                continue;
            }
            while self.at < span.start {
                skipped.clear();
                self.gap.bytes += self.read(&mut skipped, span.start - self.at)? as u64;
                self.gap.lines += memchr_iter(self.terminator, &skipped).count() as u64;
            }
            if self.gap != Gap::default() {
                return Ok(Filled::Gap);
            }
            self.read(buffer, (span.end - self.at).min(max as u64))?;
            return Ok(Filled::Full);
        }
        Ok(Filled::Ended)
    }

    fn take_gap(&mut self) -> Gap {
        std::mem::take(&mut self.gap)
    }

    fn head(&self) -> Option<&[u8]> {
        Some(&self.head)
    }
}
