//! An open input: what it is, how its bytes are read, and why.
//!
//! All of it is decided once, when the input is opened (`open`), by one table (`access`). The engine loads blocks by
//! [`AccessMethod`], and the [`Reason`] kept here is the one that `--stats`, `stat` and every error message show.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use rustix::fs::{SeekFrom, seek};

use crate::os::read_ahead::set_read_ahead;
use crate::os::{Extent, FileSystem, Status, Window, data_end_before, next_extent};
use crate::output::escape_name;

mod access;
mod bring;
mod facts;
mod fed;
mod kind;
mod map;
mod open;
mod read;
mod seen;
#[cfg(test)]
mod tests;

pub use access::{AccessMethod, IoMode, Reason};
pub use bring::FOLIO;
use fed::Fed;
pub use fed::{Feed, Gap};
pub use kind::Kind;
pub use map::Unmapped;
use seen::Seen;

/// The largest file that is read under [`IoMode::Auto`], in bytes. `mmap`, the faults and `munmap` together cost more than
/// copying so little through a buffer that stays in a core's cache.
pub const SMALL: u64 = 1 << 20;

/// The bytes that one read returns so fast that no writer replaces a file meanwhile.
pub const ONE_READ: u64 = 256 << 10;

/// Which bytes of every input are wanted: `--offset` and `--length`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// First byte; a negative one counts from the end.
    pub offset: i64,
    /// How many bytes at most.
    pub length: Option<u64>,
}

/// An open input.
#[derive(Debug)]
pub struct Source {
    name: OsString,
    file: File,
    /// The same file opened once more, so that its position is nobody else's and its mapping no older than this source:
    /// for redirected standard input and on overlayfs.
    own: Option<File>,
    stdin: bool,
    kind: Kind,
    file_system: FileSystem,
    way: AccessMethod,
    reason: Option<Reason>,
    /// The file position of this source's byte 0: where redirected stdin stood, else 0.
    base: u64,
    start: u64,
    /// The wanted end. For a stream: `None` is until it ends.
    end: Option<u64>,
    /// Bytes wanted from the end of a stream, for a negative `--offset`.
    tail: Option<u64>,
    length: Option<u64>,
    /// What the file looked like at open, for [`Source::rewritten`].
    seen: Seen,
    /// Some of it was read before: what is wanted follows from that, or is what is left.
    is_rest: bool,
    /// Whether its beginning came from the disk, once that was asked.
    cold: Option<bool>,
    /// All of a small file that was prefetched.
    window: Option<Arc<Window>>,
    /// What its stream gives in place of its own bytes.
    fed: Option<Box<Fed>>,
}

impl Source {
    /// The name as it was given; `-` is standard input.
    pub fn name(&self) -> &OsStr {
        &self.name
    }

    /// Returns the name for messages, safe to show on a terminal.
    pub fn shown_name(&self) -> String {
        let is_stdin = self.stdin || self.fed.is_some() && self.name == "-";
        if is_stdin { "(standard input)".into() } else { escape_name(&self.name).into_owned() }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How its bytes come in.
    pub fn way(&self) -> AccessMethod {
        self.way
    }

    /// Why it is not mapped; `None` when it is.
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// The file system of a regular file; [`FileSystem::Local`] for everything else.
    pub fn file_system(&self) -> FileSystem {
        self.file_system
    }

    /// Whether this is standard input, whose file position belongs to others too.
    pub fn is_stdin(&self) -> bool {
        self.stdin
    }

    /// The descriptor, for system calls by position.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// The open file, to be read on from this source's byte 0 by one who has no use for positions.
    ///
    /// # Errors
    /// What `fcntl(2)` and `lseek(2)` say.
    pub fn reader(&self) -> io::Result<File> {
        if self.way != AccessMethod::Stream {
            seek(&self.file, SeekFrom::Start(self.base))?;
        }
        self.file.try_clone()
    }

    /// The open file. Its position says nothing, except where that is shared with others: see [`Source::reader`].
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The file position of this source's byte 0: not 0 only where redirected stdin stood further on.
    pub fn base(&self) -> u64 {
        self.base
    }

    /// First wanted byte.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Moves the beginning of the wanted range on: what stands before has been dealt with.
    pub fn begin_at(&mut self, offset: u64) {
        self.start = offset;
        // It may have grown, and been dealt with beyond the end that was known.
        self.end = self.end.map(|end| end.max(offset));
        self.is_rest = true;
    }

    /// Whether some of the file was read before, so that one read is not all that is seen of it.
    pub fn is_rest(&self) -> bool {
        self.is_rest
    }

    /// End of the wanted range: known for what can be read by position, and for a stream only when
    /// a length was asked for.
    pub fn end(&self) -> Option<u64> {
        self.end
    }

    /// How many bytes are wanted, where the end is known.
    pub fn wanted(&self) -> Option<u64> {
        self.end.map(|end| end - self.start)
    }

    /// How many bytes from a stream's end are wanted, when `--offset` was negative.
    pub fn tail(&self) -> Option<u64> {
        self.tail
    }

    /// The length asked for, whatever the input holds.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Returns a descriptor to go on reading the file by position, and whether it shares its position with other programs.
    ///
    /// # Errors
    /// What duplicating it says (`fcntl(2)`).
    pub fn to_follow(&self) -> io::Result<(File, bool)> {
        Ok((self.positioned().try_clone()?, self.stdin && self.own.is_none()))
    }

    /// The file, with a position of its own where possible: for calls that move it.
    pub fn positioned(&self) -> &File {
        self.own.as_ref().unwrap_or(&self.file)
    }

    /// The length now, counted from [`Source::base`]; `None` for what states none (streams, character devices).
    ///
    /// # Errors
    /// What `lseek(2)` or `fstat(2)` says, or of a block device `ioctl(2)`.
    pub fn length_now(&self) -> io::Result<Option<u64>> {
        if self.fed.is_some() {
            return Ok(None);
        }
        let size = match self.kind {
            // Where the file's position matters to nobody, seeking returns the size in half the time.
            Kind::Regular if self.own.is_some() || !self.stdin => seek(self.positioned(), SeekFrom::End(0))?,
            Kind::Regular => Status::of(&self.file)?.size,
            Kind::BlockDevice => crate::os::extents::device_size(self.file.as_fd())?,
            _ => return Ok(None),
        };
        Ok(Some(size.saturating_sub(self.base)))
    }

    /// Where the input ends by now, when it has grown since `end` and no length bounds it.
    pub fn grown_past(&self, end: u64) -> Option<u64> {
        if self.length.is_some() {
            return None;
        }
        self.length_now().ok().flatten().filter(|&now| now > end)
    }

    /// Leaves redirected stdin's position where a reading program that consumed everything up to
    /// `offset` would leave it. Anything else has no position to leave.
    pub fn leave_at(&self, offset: u64) {
        if self.stdin && self.way != AccessMethod::Stream {
            let _ = seek(&self.file, SeekFrom::Start(self.base + offset));
        }
    }

    /// Returns where the last data before `at` ends, as [`data_end_before`] has it; counted from [`Source::base`].
    pub fn data_end_before(&self, at: u64, start: u64) -> u64 {
        if self.stdin && self.own.is_none() {
            return at;
        }
        data_end_before(self.positioned(), self.base + at, self.base + start) - self.base
    }

    /// What stands at `at`, and up to where, as [`next_extent`] has it; both counted from [`Source::base`], and no further
    /// than `end`. Found by seeking, so a descriptor whose position others share counts as data.
    pub fn extent_at(&self, at: u64, end: u64) -> Extent {
        if self.stdin && self.own.is_none() {
            return Extent::DataUntil(end);
        }
        match next_extent(self.positioned(), self.base + at, self.base + end) {
            Extent::DataUntil(until) => Extent::DataUntil(until - self.base),
            Extent::HoleUntil(until) => Extent::HoleUntil(until - self.base),
        }
    }

    /// Returns where data goes on at or after `at`, no further than `end`; both counted from [`Source::base`].
    pub fn data_from(&self, at: u64, end: u64) -> u64 {
        match self.extent_at(at, end) {
            Extent::HoleUntil(until) => until,
            Extent::DataUntil(_) => at,
        }
    }

    /// Runs `look`, which reads a few places far apart, without the kernel reading on at each.
    pub fn without_read_ahead<T>(&self, look: impl FnOnce() -> T) -> T {
        set_read_ahead(&self.file, false);
        let found = look();
        set_read_ahead(&self.file, true);
        found
    }
}
