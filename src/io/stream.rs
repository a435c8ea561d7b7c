//! Inputs that can be read only once, front to back: pipes, sockets, terminals, `/proc`.
//!
//! A fill waits for the first byte only, then takes whatever is ready. A fast writer is read in large
//! pieces, and a line from a slow one is passed on as soon as it arrives.

use std::collections::VecDeque;
use std::io::{self, Seek, SeekFrom};
use std::sync::Arc;

use super::source::{Feed, Filled, Gap, Kind, Source};
use crate::os::buffer::append;
use crate::os::posix::Errno;
use crate::os::transfer::enlarge_pipe;
use crate::os::{Ready, Stop, reserve, wait_readable};

/// The most bytes requested at once from a file without a size. In `/proc/sys`, reads of 4 MiB fail
/// with ENOMEM (`proc_sys_call_handler`, fs/proc/proc_sysctl.c).
const MAX_UNSIZED_READ: usize = 1 << 20;

/// A source read from front to back.
#[derive(Debug)]
pub struct Stream {
    source: Arc<Source>,
    /// The offset of the next byte.
    offset: u64,
    skip: u64,
    end: Option<u64>,
    /// The last bytes, for a negative offset, once the stream was read to its end.
    tail: Option<VecDeque<u8>>,
    /// The number of bytes before that tail.
    before_tail: u64,
    ended: bool,
    /// Supplies the bytes in place of the source's descriptor.
    feed: Option<Box<dyn Feed>>,
    /// The error that ended the stream early.
    failure: Option<io::Error>,
}

impl Stream {
    /// Reads `source` within the range that it was opened with.
    pub fn new(source: Arc<Source>) -> Stream {
        if source.is_plain_pipe() {
            // A writer that fills a megabyte at a time is woken less often. Beyond the user's pipe
            // quota (pipe(7)) this is refused, and the pipe keeps its size.
            enlarge_pipe(source.fd(), 1 << 20);
        }
        let (skip, end) = (source.start(), source.end());
        let feed = source.take_feed();
        Stream { source, offset: skip, skip, end, tail: None, before_tail: 0, ended: false, feed, failure: None }
    }

    /// Returns the source.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Takes the error that ended the stream early, after all bytes before it were delivered.
    pub fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Returns whether the stream has ended.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Returns the first bytes of the whole input, if the feed may leave some out.
    pub fn head(&self) -> Option<&[u8]> {
        self.feed.as_ref()?.head()
    }

    /// Skips the bytes left out after [`Filled::Gap`], and returns the number of lines that ended in
    /// them.
    pub fn skip_gap(&mut self) -> u64 {
        let Gap { bytes, lines } = self.feed.as_mut().map(|feed| feed.take_gap()).unwrap_or_default();
        self.offset += bytes;
        lines
    }

    /// Returns whether a read would return at once.
    pub fn is_ready(&self, stop: &Stop) -> bool {
        !matches!(wait_readable(self.source.fd(), stop, false), Ok(Ready::No))
    }

    /// Returns the offset of the next byte, counted from the stream's beginning.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the number of bytes skipped before the requested range, so far.
    pub fn skipped(&self) -> u64 {
        self.source.start() - self.skip + self.before_tail
    }

    /// Appends up to `want` bytes: waits for the first, then takes those that are ready.
    ///
    /// # Errors
    /// Returns the error from `read(2)` or `poll(2)`. EINTR, and EAGAIN from a non-blocking
    /// descriptor other than a regular file's, are retried.
    pub fn fill(&mut self, buf: &mut Vec<u8>, want: usize, stop: &Stop) -> io::Result<Filled> {
        self.fill_if(buf, want, stop, true)
    }

    /// Like [`Stream::fill`], without a way to stop it.
    ///
    /// # Errors
    /// Fails as [`Stream::fill`] does.
    pub fn fill_uninterrupted(&mut self, buf: &mut Vec<u8>, want: usize) -> io::Result<Filled> {
        self.fill(buf, want, &Stop::new())
    }

    /// Like [`Stream::fill`]; without `wait`, takes only bytes that are ready.
    ///
    /// # Errors
    /// Fails as [`Stream::fill`] does.
    pub fn fill_if(&mut self, buf: &mut Vec<u8>, want: usize, stop: &Stop, wait: bool) -> io::Result<Filled> {
        if self.source.tail().is_some() && self.tail.is_none() && !self.keep_tail(stop)? {
            return Ok(Filled::Stopped);
        }
        if self.skip > 0 && self.source.kind() == Kind::CharDevice && self.seek_past_skip() {
            self.skip = 0;
        }
        while self.skip > 0 && !self.ended {
            let mut scratch = Vec::with_capacity(self.skip.min(1 << 16) as usize);
            match self.read_some(&mut scratch, self.skip.min(1 << 16) as usize, stop, true) {
                Ok(Filled::Stopped) => return Ok(Filled::Stopped),
                Ok(_) => self.skip -= scratch.len() as u64,
                // The bytes before the requested ones may be unreadable, as in /proc/PID/mem.
                Err(_) if self.seek_past_skip() => self.skip = 0,
                Err(error) => return Err(error),
            }
        }
        let goal = buf.len() + want;
        let mut wait = wait;
        loop {
            let room = goal - buf.len();
            let left = self.end.map_or(u64::MAX, |end| end.saturating_sub(self.offset));
            if left == 0 {
                self.ended = true;
            }
            if self.ended {
                return Ok(Filled::Ended);
            }
            if room == 0 {
                return Ok(Filled::Full);
            }
            let before = buf.len();
            let room = room.min(usize::try_from(left).unwrap_or(usize::MAX));
            let filled = match &mut self.tail {
                Some(tail) => {
                    let n = room.min(tail.len());
                    buf.extend(tail.drain(..n));
                    self.ended = tail.is_empty();
                    Filled::Full
                }
                None => self.read_some(buf, room, stop, wait)?,
            };
            self.offset += (buf.len() - before) as u64;
            wait = false;
            match filled {
                Filled::Drained | Filled::Stopped | Filled::Gap => return Ok(filled),
                Filled::Full | Filled::Ended => {}
            }
        }
    }

    /// Seeks past the bytes to skip, and returns whether that worked. Devices and some files in
    /// /proc support seeking although they cannot be mapped.
    fn seek_past_skip(&self) -> bool {
        let Ok(by) = i64::try_from(self.skip) else { return false };
        self.feed.is_none() && self.source.file().seek(SeekFrom::Current(by)).is_ok()
    }

    /// Reads once, up to `room` bytes, regardless of the requested range. Without `wait`, returns
    /// [`Filled::Drained`] if nothing is ready.
    ///
    /// # Errors
    /// Fails as [`Stream::fill`] does.
    pub fn read_some(&mut self, buf: &mut Vec<u8>, room: usize, stop: &Stop, wait: bool) -> io::Result<Filled> {
        if let Some(feed) = &mut self.feed {
            let filled = match feed.fill(buf, room, stop, wait) {
                Ok(filled) => filled,
                // An error before the first byte is reported like a failed open.
                Err(error) if self.offset == self.source.start() => return Err(error),
                Err(error) => {
                    self.failure = Some(error);
                    Filled::Ended
                }
            };
            self.ended |= filled == Filled::Ended;
            return Ok(filled);
        }
        // A terminal can be read again after its end, and would then wait for a second one.
        if self.ended {
            return Ok(Filled::Ended);
        }
        reserve(buf, room)?;
        loop {
            match wait_readable(self.source.fd(), stop, wait)? {
                Ready::Yes => {}
                Ready::No => return Ok(Filled::Drained),
                Ready::Stop => return Ok(Filled::Stopped),
            }
            // Read no more than requested: bytes past `--length` are for the next process.
            let room = if self.source.kind() == Kind::Unsized { room.min(MAX_UNSIZED_READ) } else { room };
            match append(buf, room, self.source.fd(), None) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(Filled::Ended);
                }
                Ok(_) => return Ok(Filled::Full),
                Err(Errno::INTR) => {}
                // A regular file is always ready, so the next read would fail just the same. Some
                // sensors in sysfs do.
                Err(Errno::AGAIN) if !matches!(self.source.kind(), Kind::Regular | Kind::Unsized) => {}
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// Reads to the end and keeps the last bytes, never holding many more than are requested.
    fn keep_tail(&mut self, stop: &Stop) -> io::Result<bool> {
        let keep = usize::try_from(self.source.tail().unwrap_or(0)).unwrap_or(usize::MAX);
        let mut tail = VecDeque::new();
        let mut total = 0u64;
        let mut piece = Vec::new();
        while !self.ended {
            piece.clear();
            if self.read_some(&mut piece, 1 << 16, stop, true)? == Filled::Stopped {
                return Ok(false);
            }
            total += piece.len() as u64;
            tail.extend(&piece);
            tail.drain(..tail.len().saturating_sub(keep));
        }
        self.source.check_tail(total)?;
        self.offset = total - tail.len() as u64;
        self.before_tail = self.offset;
        self.end = self.source.requested_length().map(|length| self.offset.saturating_add(length));
        self.ended = tail.is_empty();
        self.tail = Some(tail);
        Ok(true)
    }
}
