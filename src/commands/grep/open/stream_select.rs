//! Searches only a part of a stream, picked as the bytes arrive.
//!
//! [`PickedStream`] is the stream of the bytes that a [`Pick`] keeps, with gaps for the rest, so that
//! line numbers and offsets stay those of the whole stream. Nothing is written to a file.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::Arc;

use crate::engine::Kernel;
use crate::io::{Feed, FeedNotes, Filled, Gap, Stream};
use crate::os::Stop;

use super::super::kernel::Search;

/// The number of bytes read at a time.
const PIECE: usize = 256 << 10;

/// Contiguous bytes, and the gap before them.
#[derive(Debug, Default)]
struct PickedChunk {
    before: Gap,
    bytes: Vec<u8>,
}

/// Picked bytes that have not been returned yet.
#[derive(Debug, Default)]
pub struct PickedBytes {
    queue: VecDeque<PickedChunk>,
    /// The gap after the last picked bytes.
    after: Gap,
}

impl PickedBytes {
    /// Adds bytes that were picked.
    pub fn keep(&mut self, bytes: &[u8]) {
        match self.queue.back_mut() {
            Some(last) if self.after == Gap::default() => last.bytes.extend_from_slice(bytes),
            _ => self.queue.push_back(PickedChunk { before: std::mem::take(&mut self.after), bytes: bytes.to_vec() }),
        }
    }

    /// Adds bytes that were not picked, in which `lines` lines end.
    pub fn skip(&mut self, bytes: u64, lines: u64) {
        self.after.bytes += bytes;
        self.after.lines += lines;
    }
}

/// A filter that picks lines from a stream.
pub trait Pick: Send {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// Returns an error if the input cannot be used.
    fn feed(&mut self, bytes: &[u8], picked: &mut PickedBytes) -> io::Result<()>;

    /// Handles a pause of the writer.
    fn pause(&mut self, picked: &mut PickedBytes) {
        let _ = picked;
    }

    /// Handles a gap in the stream.
    fn skip_gap(&mut self, gap: Gap, picked: &mut PickedBytes);

    /// Takes the first bytes of the whole stream, once there are enough to classify it.
    fn classify(&mut self, head: &[u8], picked: &mut PickedBytes) {
        let _ = (head, picked);
    }

    /// Handles the end of the stream.
    ///
    /// # Errors
    /// Returns an error if the input could not be used.
    fn finish(&mut self, picked: &mut PickedBytes) -> io::Result<()>;

    /// Returns whether nothing in the rest of the stream can be picked.
    fn is_done(&self) -> bool {
        false
    }

    /// Returns a message to print at the end, if any.
    fn notice(&self) -> Option<String> {
        None
    }
}

/// The stream of picked bytes.
pub struct PickedStream {
    stream: Stream,
    pick: Box<dyn Pick>,
    picked: PickedBytes,
    /// The beginning of the whole stream, by which it is classified.
    head: Vec<u8>,
    buffer: Vec<u8>,
    is_classified: bool,
    ended: Option<io::Result<()>>,
    notes: Arc<FeedNotes>,
}

impl fmt::Debug for PickedStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Selected").field("stream", &self.stream).finish_non_exhaustive()
    }
}

impl PickedStream {
    /// Returns the stream of the bytes of `stream` that `pick` keeps.
    pub fn new(stream: Stream, pick: Box<dyn Pick>, notes: Arc<FeedNotes>) -> PickedStream {
        let mut picked = PickedBytes::default();
        // The requested range begins at this offset.
        picked.skip(stream.offset(), 0);
        let (head, buffer) = (Vec::new(), Vec::new());
        PickedStream { stream, pick, picked, head, buffer, is_classified: false, ended: None, notes }
    }

    /// Reads more bytes and picks from them.
    fn read(&mut self, stop: &Stop, wait: bool) -> io::Result<Filled> {
        self.buffer.clear();
        let filled = self.stream.fill_if(&mut self.buffer, PIECE, stop, wait)?;
        let missing = Search::HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(&self.buffer[..self.buffer.len().min(missing)]);
        self.pick.feed(&self.buffer, &mut self.picked)?;
        if filled == Filled::Drained {
            self.pick.pause(&mut self.picked);
        }
        if filled == Filled::Gap {
            let before = self.stream.offset();
            let lines = self.stream.skip_gap();
            self.pick.skip_gap(Gap { bytes: self.stream.offset() - before, lines }, &mut self.picked);
        }
        let is_ended = filled == Filled::Ended || self.pick.is_done();
        if !self.is_classified && (is_ended || filled == Filled::Drained || self.head.len() >= Search::HEAD) {
            self.is_classified = true;
            if let Some(head) = self.stream.head() {
                self.head = head.to_vec();
            }
            self.pick.classify(&self.head, &mut self.picked);
        }
        if is_ended {
            let finished = self.pick.finish(&mut self.picked);
            let failure = self.stream.take_failure();
            // What was picked from a part of the stream says nothing about the whole.
            if failure.is_none()
                && let Some(notice) = self.pick.notice()
            {
                let _ = self.notes.notice.set(notice);
            }
            self.ended = Some(failure.map_or(finished, Err));
            return Ok(Filled::Ended);
        }
        Ok(filled)
    }
}

impl Feed for PickedStream {
    fn fill(&mut self, buffer: &mut Vec<u8>, max: usize, stop: &Stop, wait: bool) -> io::Result<Filled> {
        // Nothing is returned before enough bytes for the classification have been read, unless the
        // writer pauses.
        while self.ended.is_none() && (self.picked.queue.is_empty() || !self.is_classified) {
            match self.read(stop, wait)? {
                Filled::Stopped => return Ok(Filled::Stopped),
                Filled::Drained if self.buffer.is_empty() => return Ok(Filled::Drained),
                _ => {}
            }
        }
        let Some(first) = self.picked.queue.front_mut() else {
            return self.ended.replace(Ok(())).unwrap_or(Ok(())).map(|()| Filled::Ended);
        };
        if first.before != Gap::default() {
            return Ok(Filled::Gap);
        }
        let some = max.min(first.bytes.len());
        buffer.extend(first.bytes.drain(..some));
        if first.bytes.is_empty() {
            self.picked.queue.pop_front();
        }
        Ok(Filled::Full)
    }

    fn take_gap(&mut self) -> Gap {
        self.picked.queue.front_mut().map(|first| std::mem::take(&mut first.before)).unwrap_or_default()
    }

    fn head(&self) -> Option<&[u8]> {
        Some(&self.head)
    }
}
