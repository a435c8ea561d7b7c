//! Sources whose stream gives other bytes than the file's: decoded ones, or some of them.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{AccessMethod, IoMode, Kind, Range, Reason, Source};
use crate::io::Filled;
use crate::os::Stop;

/// Gives the bytes of a stream that are not read from its descriptor.
pub trait Feed: Send + fmt::Debug {
    /// Appends up to `most` bytes, which follow on each other. Without `wait`, gives [`Filled::Drained`] when none are
    /// ready; gives [`Filled::Gap`] where bytes were left out before the next ones.
    ///
    /// # Errors
    /// What kept the next byte from being had, after all bytes before it were given.
    fn fill(&mut self, buffer: &mut Vec<u8>, most: usize, stop: &Stop, wait: bool) -> io::Result<Filled>;

    /// Takes what was left out before the next bytes.
    fn take_gap(&mut self) -> Gap {
        Gap::default()
    }

    /// Gives the first bytes of everything, where some may be left out.
    fn head(&self) -> Option<&[u8]> {
        None
    }
}

/// What was left out of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// How many bytes.
    pub bytes: u64,
    /// How many line terminators were among them.
    pub lines: u64,
}

/// The feed of a source, until its stream takes it, and what is to be said at its end.
#[derive(Debug)]
pub(super) struct Fed {
    feed: Mutex<Option<Box<dyn Feed>>>,
    notice: Arc<OnceLock<String>>,
}

impl Source {
    /// A source for all bytes of the file, whatever range is wanted of this one.
    ///
    /// # Errors
    /// What duplicating the descriptor and asking for the size say.
    pub fn whole(&self) -> io::Result<Source> {
        let end = self.length_now()?.unwrap_or(u64::MAX);
        let mut whole = self.part(0..end, IoMode::Read)?;
        whole.way = self.way;
        if whole.way == AccessMethod::Stream {
            (whole.end, whole.length) = (None, None);
        } else {
            whole.way = AccessMethod::Pread;
        }
        whole.seen.from = 0;
        whole.is_rest = false;
        Ok(whole)
    }

    /// A source whose stream gives what `feed` makes of this one, in the `range` of that. `notice` is filled in by the
    /// feed, at its end at the latest, where something is to be said that is no error.
    pub fn fed(
        mut self,
        feed: Box<dyn Feed>,
        reason: Option<Reason>,
        range: Range,
        notice: Arc<OnceLock<String>>,
    ) -> Source {
        self.fed = Some(Box::new(Fed { feed: Mutex::new(Some(feed)), notice }));
        self.way = AccessMethod::Stream;
        // Who has standard input next goes on behind all of it, wherever the decoded bytes were left.
        self.stdin = false;
        self.reason = reason;
        self.select_of_stream(range);
        self
    }

    /// Settles the wanted range where the length is not known.
    pub(super) fn select_of_stream(&mut self, range: Range) {
        (self.start, self.end, self.tail, self.length) = (0, None, None, range.length);
        match u64::try_from(range.offset) {
            Err(_) => self.tail = Some(range.offset.unsigned_abs()),
            Ok(start) => {
                self.start = start;
                self.end = range.length.map(|length| start.saturating_add(length));
            }
        }
    }

    /// Takes what gives this source's bytes, where that is not its descriptor.
    pub(in crate::io) fn take_feed(&self) -> Option<Box<dyn Feed>> {
        self.fed.as_ref()?.feed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether its bytes are not those of the file.
    pub fn is_fed(&self) -> bool {
        self.fed.is_some()
    }

    /// What is to be said at the end of this source that is no error.
    pub fn notice(&self) -> Option<&str> {
        self.fed.as_ref()?.notice.get().map(String::as_str)
    }

    /// Whether it is a pipe whose own size matters.
    pub(in crate::io) fn is_plain_pipe(&self) -> bool {
        self.kind == Kind::Pipe && self.fed.is_none()
    }
}
