//! Sources whose stream delivers bytes other than the file's: decoded bytes, or a selection.

use std::fmt;
use std::fs::Metadata;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use super::{AccessMethod, IoMode, Kind, Range, Reason, Source};
use crate::os::Stop;

/// Supplies the bytes of a stream in place of its descriptor.
pub trait Feed: Send + fmt::Debug {
    /// Appends up to `max` contiguous bytes. Without `wait`, returns [`Filled::Drained`] if none are
    /// ready; returns [`Filled::Gap`] if bytes were left out before the next ones.
    ///
    /// # Errors
    /// Returns the error at the next byte, once all bytes before it have been delivered.
    fn fill(&mut self, buffer: &mut Vec<u8>, max: usize, stop: &Stop, wait: bool) -> io::Result<Filled>;

    /// Takes the gap before the next bytes.
    fn take_gap(&mut self) -> Gap {
        Gap::default()
    }

    /// Returns the first bytes of the whole input, if the feed may leave some out.
    fn head(&self) -> Option<&[u8]> {
        None
    }
}

/// The outcome of a fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// All requested bytes arrived; more may be ready.
    Full,
    /// Nothing more is ready; the writer is slow.
    Drained,
    /// The stream has ended.
    Ended,
    /// Bytes were left out before the next ones.
    Gap,
    /// A stop was requested while waiting.
    Stopped,
}

/// A stretch left out of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// The number of bytes.
    pub bytes: u64,
    /// The number of line terminators in the stretch.
    pub lines: u64,
}

/// Notes that a feed makes on its input, complete when the input ends.
#[derive(Debug, Default)]
pub struct FeedNotes {
    /// A message to print at the end that is not an error.
    pub notice: OnceLock<String>,
    /// The time when the content was last written.
    pub written: Arc<OnceLock<SystemTime>>,
}

/// The feed of a source, until its stream takes it, and its notes.
#[derive(Debug)]
pub(super) struct FeedSlot {
    feed: Mutex<Option<Box<dyn Feed>>>,
    notes: Arc<FeedNotes>,
}

impl Source {
    /// Returns a source for all bytes of the file, regardless of the range of this one.
    ///
    /// # Errors
    /// Returns the error from duplicating the descriptor or from querying the size.
    pub fn whole(&self) -> io::Result<Source> {
        let end = self.current_length()?.unwrap_or(u64::MAX);
        let mut whole = self.part(0..end, IoMode::Read)?;
        whole.method = self.method;
        if whole.method == AccessMethod::Stream {
            (whole.end, whole.length) = (None, None);
        } else {
            whole.method = AccessMethod::Pread;
        }
        whole.snapshot.from = 0;
        whole.was_partly_read = false;
        Ok(whole)
    }

    /// Returns a source whose stream delivers `range` of the bytes that `feed` makes from this one.
    /// The feed fills in `notes`.
    pub fn with_feed(
        mut self,
        feed: Box<dyn Feed>,
        reason: Option<Reason>,
        range: Range,
        notes: Arc<FeedNotes>,
    ) -> Source {
        self.feed = Some(Box::new(FeedSlot { feed: Mutex::new(Some(feed)), notes }));
        self.method = AccessMethod::Stream;
        // The next process on standard input continues after all bytes consumed, regardless of
        // where decoding stopped.
        self.stdin = false;
        self.reason = reason;
        self.set_stream_range(range);
        self
    }

    /// Sets the requested range of an input of unknown length.
    pub(super) fn set_stream_range(&mut self, range: Range) {
        (self.start, self.end, self.tail, self.length) = (0, None, None, range.length);
        self.tail_is_strict = range.is_strict;
        match u64::try_from(range.offset) {
            Err(_) => self.tail = Some(range.offset.unsigned_abs()),
            Ok(start) => {
                self.start = start;
                self.end = range.length.map(|length| start.saturating_add(length));
            }
        }
    }

    /// Returns when the file was last changed, if it is a regular file.
    pub fn modified(&self) -> Option<SystemTime> {
        // Wine does not know the times of a redirected file.
        self.file().metadata().ok().filter(Metadata::is_file)?.modified().ok()
    }

    /// Returns a slot for the time at which the content was last written. A compressed stream fills it
    /// in once its first bytes are read.
    pub fn written(&self) -> Arc<OnceLock<SystemTime>> {
        match &self.feed {
            Some(feed) => Arc::clone(&feed.notes.written),
            None => Arc::new(self.modified().map_or_else(OnceLock::new, OnceLock::from)),
        }
    }

    /// Takes the feed, if there is one.
    pub(in crate::io) fn take_feed(&self) -> Option<Box<dyn Feed>> {
        self.feed.as_ref()?.feed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Returns whether a feed supplies the bytes.
    pub fn is_fed(&self) -> bool {
        self.feed.is_some()
    }

    /// Returns the notice to print after this source.
    pub fn notice(&self) -> Option<&str> {
        self.feed.as_ref()?.notes.notice.get().map(String::as_str)
    }

    /// Returns whether this is a pipe that is read directly.
    pub(in crate::io) fn is_plain_pipe(&self) -> bool {
        self.kind == Kind::Pipe && self.feed.is_none()
    }
}
