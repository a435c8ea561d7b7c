//! An open input, with its kind, its access method and the reason for that method.
//!
//! The method is chosen once, at open (`open`), by one table (`access`). The engine loads blocks by
//! [`AccessMethod`]; `--stats`, `stat` and error messages show the [`Reason`].

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex};

use crate::os::posix::{AsFd, BorrowedFd, SeekFrom, seek};
use crate::os::read_ahead::set_read_ahead;
use crate::os::{Extent, FileSystem, Status, Window, data_end_before, next_extent};

mod access;
mod content;
mod fault_in;
mod feed;
mod kind;
mod map;
mod open;
mod probe;
mod read;
mod snapshot;
#[cfg(test)]
mod tests;

pub use access::{AccessMethod, IoMode, Reason};
pub use content::SmallContent;
pub use fault_in::FOLIO;
use feed::FeedSlot;
pub use feed::{Feed, FeedNotes, Filled, Gap};
pub use kind::Kind;
pub use map::Unmapped;
use snapshot::FileSnapshot;

/// The largest file that is read under [`IoMode::Auto`], in bytes. For so few bytes, `mmap`, the page
/// faults and `munmap` cost more than a copy through a buffer that stays in a core's cache.
pub const MAX_READ_FILE: u64 = 1 << 20;

/// The number of bytes that one read returns too quickly for a writer to replace the file in the
/// meantime.
pub const SINGLE_READ: u64 = 256 << 10;

/// The byte range requested from every input (`--offset` and `--length`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The first byte; a negative offset counts from the end.
    pub offset: i64,
    /// The largest number of bytes.
    pub length: Option<u64>,
    /// Whether an offset before the start of an input is an error. Otherwise it means the start.
    pub is_strict: bool,
}

impl Range {
    /// Returns the error for a strict range that would start before an input of `len` bytes.
    pub(in crate::io) fn check(self, len: u64) -> io::Result<()> {
        match self.is_strict && self.offset < 0 && self.offset.unsigned_abs() > len {
            true => Err(io::Error::other("cannot seek before the start")),
            false => Ok(()),
        }
    }
}

/// An open input.
#[derive(Debug)]
pub struct Source {
    name: OsString,
    file: File,
    /// The same file opened again: for redirected standard input, whose position is shared, and on
    /// overlayfs, where an older descriptor maps the lower file.
    reopened: Option<File>,
    stdin: bool,
    kind: Kind,
    file_system: FileSystem,
    method: AccessMethod,
    reason: Option<Reason>,
    /// The file position of this source's byte 0: the position of redirected stdin at open, else 0.
    base: u64,
    start: u64,
    /// The end of the requested range; `None` for a stream that is read until it ends.
    end: Option<u64>,
    /// The number of bytes requested from the end of a stream, for a negative `--offset`.
    tail: Option<u64>,
    /// Whether a stream with fewer bytes is an error.
    tail_is_strict: bool,
    length: Option<u64>,
    /// The state of the file at open.
    snapshot: FileSnapshot,
    /// Whether some of the file was read before, to find the requested range or to print it.
    was_partly_read: bool,
    /// Whether the beginning was uncached, once checked.
    cold: Option<bool>,
    /// The whole of a small file that was faulted in.
    window: Option<Arc<Window>>,
    /// The contents of a small file that was read with its beginning, until they are taken.
    content: Mutex<Option<SmallContent>>,
    /// The feed that replaces the file's own bytes.
    feed: Option<Box<FeedSlot>>,
}

impl Source {
    /// Returns the name as given; `-` is standard input.
    pub fn name(&self) -> &OsStr {
        &self.name
    }

    /// Returns the kind of file.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the device and inode numbers, which identify the file.
    pub fn identity(&self) -> (u64, u64) {
        self.snapshot.status.identity()
    }

    /// Returns how the bytes are read.
    pub fn method(&self) -> AccessMethod {
        self.method
    }

    /// Returns why the input is not mapped; `None` if it is.
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// Returns the file system of a regular file; [`FileSystem::Local`] for everything else.
    pub fn file_system(&self) -> FileSystem {
        self.file_system
    }

    /// Returns whether this is standard input, whose file position other processes share.
    pub fn is_stdin(&self) -> bool {
        self.stdin
    }

    /// Returns the descriptor, for system calls that take an offset.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Returns the open file, positioned at this source's byte 0, for sequential readers.
    ///
    /// # Errors
    /// Returns the error from `fcntl(2)` and `lseek(2)`.
    pub fn reader(&self) -> io::Result<File> {
        if self.method != AccessMethod::Stream {
            seek(&self.file, SeekFrom::Start(self.base))?;
        }
        self.file.try_clone()
    }

    /// Returns the open file. Its position is meaningless unless it is shared: see [`Source::reader`].
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Returns the file position of this source's byte 0: 0, except for redirected standard input that
    /// was positioned further on.
    pub fn base(&self) -> u64 {
        self.base
    }

    /// Returns the offset of the first requested byte.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Returns whether this is an empty regular file, rather than one that only reports a size of
    /// 0, as in `/proc`.
    pub fn is_empty_file(&self) -> bool {
        self.kind == Kind::Unsized && self.read_at(&mut [0], 0).is_ok_and(|got| got == 0)
    }

    /// Moves the start of the requested range to `offset`, after everything before it was
    /// processed.
    pub fn set_start(&mut self, offset: u64) {
        self.start = offset;
        // The file may have grown, and been processed beyond the end known at open.
        self.end = self.end.map(|end| end.max(offset));
        self.was_partly_read = true;
    }

    /// Returns whether some of the file was read before, so that a single read does not yield one
    /// consistent state.
    pub fn was_partly_read(&self) -> bool {
        self.was_partly_read
    }

    /// Returns the end of the requested range. It is known except for streams without a length.
    pub fn end(&self) -> Option<u64> {
        self.end
    }

    /// Returns the number of requested bytes, if the end is known.
    pub fn wanted(&self) -> Option<u64> {
        self.end.map(|end| end - self.start)
    }

    /// Returns the number of bytes requested from a stream's end, if `--offset` was negative.
    pub fn tail(&self) -> Option<u64> {
        self.tail
    }

    /// Returns an error if a stream of `total` bytes is too short for a strict range.
    pub(in crate::io) fn check_tail(&self, total: u64) -> io::Result<()> {
        let offset = self.tail.map_or(0, |tail| -i64::try_from(tail).unwrap_or(i64::MAX));
        Range { offset, length: None, is_strict: self.tail_is_strict }.check(total)
    }

    /// Returns the requested length, regardless of how long the input is.
    pub fn requested_length(&self) -> Option<u64> {
        self.length
    }

    /// Returns a descriptor for further reads by offset, and whether its position is shared with
    /// other processes.
    ///
    /// # Errors
    /// Returns the error from `fcntl(2)`.
    pub fn follow_handle(&self) -> io::Result<(File, bool)> {
        Ok((self.positioned().try_clone()?, self.stdin && self.reopened.is_none()))
    }

    /// Returns the file with a position of its own where possible, for calls that move the position.
    pub fn positioned(&self) -> &File {
        self.reopened.as_ref().unwrap_or(&self.file)
    }

    /// Returns the current length, counted from [`Source::base`]; `None` for streams and character
    /// devices.
    ///
    /// # Errors
    /// Returns the error from `fstat(2)` or, for a block device, `ioctl(2)`.
    pub fn current_length(&self) -> io::Result<Option<u64>> {
        if self.feed.is_some() {
            return Ok(None);
        }
        let size = match self.kind {
            // Where the position is not shared, seeking returns the size in half the time of fstat.
            // Files in /proc that report a size may refuse to seek to their end.
            Kind::Regular if self.reopened.is_some() || !self.stdin => {
                match seek(self.positioned(), SeekFrom::End(0)) {
                    Ok(size) => size,
                    Err(_) => Status::of(&self.file)?.size,
                }
            }
            Kind::Regular => Status::of(&self.file)?.size,
            Kind::BlockDevice => crate::os::extents::device_size(self.file.as_fd())?,
            _ => return Ok(None),
        };
        Ok(Some(size.saturating_sub(self.base)))
    }

    /// Returns the current end if the input has grown past `end` and no length bounds it.
    pub fn grown_past(&self, end: u64) -> Option<u64> {
        if self.length.is_some() {
            return None;
        }
        self.current_length().ok().flatten().filter(|&now| now > end)
    }

    /// Sets the position of redirected standard input to where a program that read everything up to
    /// `offset` would leave it. Does nothing for other inputs.
    pub fn set_shared_position(&self, offset: u64) {
        if self.stdin && self.method != AccessMethod::Stream {
            let _ = seek(&self.file, SeekFrom::Start(self.base + offset));
        }
    }

    /// Returns the end of the last data before `at`, as [`data_end_before`] finds it, counted from
    /// [`Source::base`].
    pub fn data_end_before(&self, at: u64, start: u64) -> u64 {
        if self.stdin && self.reopened.is_none() {
            return at;
        }
        data_end_before(self.positioned(), self.base + at, self.base + start) - self.base
    }

    /// Returns whether there is data or a hole at `at`, and its end, as [`next_extent`] finds it,
    /// both counted from [`Source::base`] and at most `end`. This needs seeking, so a file whose
    /// position is shared is reported as data.
    pub fn extent_at(&self, at: u64, end: u64) -> Extent {
        if self.stdin && self.reopened.is_none() {
            return Extent::DataUntil(end);
        }
        match next_extent(self.positioned(), self.base + at, self.base + end) {
            Extent::DataUntil(until) => Extent::DataUntil(until - self.base),
            Extent::HoleUntil(until) => Extent::HoleUntil(until - self.base),
        }
    }

    /// Returns the start of the first data at or after `at`, at most `end`, both counted from
    /// [`Source::base`].
    pub fn data_from(&self, at: u64, end: u64) -> u64 {
        match self.extent_at(at, end) {
            Extent::HoleUntil(until) => until,
            Extent::DataUntil(_) => at,
        }
    }

    /// Runs `probe`, which reads at a few distant offsets, without read-ahead at each of them.
    pub fn without_read_ahead<T>(&self, probe: impl FnOnce() -> T) -> T {
        set_read_ahead(&self.file, false);
        let found = probe();
        set_read_ahead(&self.file, true);
        found
    }
}
