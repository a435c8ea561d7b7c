//! Opens an input and decides how it is read.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::ops::Range as Span;
use std::sync::{Arc, Mutex, OnceLock};

use super::super::path::{self, FileRef};
use super::access::{self, AccessMethod, IoMode};
use super::probe::Probe;
use super::snapshot::FileSnapshot;
use super::{Kind, Range, Source};
use crate::os::direct::is_direct;
use crate::os::posix::{AsFd, FileExt, OFlags};
use crate::os::{FileSystem, Window, null_device, reopen};

impl Source {
    /// Opens `name`, or standard input for `-`.
    ///
    /// # Errors
    /// Returns the error from `open(2)`; EISDIR for a directory; with [`IoMode::Mmap`], an error
    /// that states the [`Reason`](super::Reason) if the input cannot be mapped.
    pub fn open(name: &OsStr, mode: IoMode, range: Range) -> io::Result<Source> {
        if name != "-" {
            return Source::from_file(name.to_owned(), path::open(name)?, false, mode, range);
        }
        let file = File::from(crate::io::stdin()?.as_fd().try_clone_to_owned()?);
        Source::from_file(name.to_owned(), file, true, mode, range)
    }

    /// Opens the file that `place` refers to.
    ///
    /// # Errors
    /// Fails as [`Source::open`] does.
    pub fn open_at(place: &FileRef, mode: IoMode, range: Range) -> io::Result<Source> {
        let Some(file) = place.open_from_walk()? else { return Source::open(place.path(), mode, range) };
        let source = Source::from_file(place.path().to_owned(), file, false, mode, range)?;
        if place.is_from_walk() && !matches!(source.kind, Kind::Regular | Kind::Unsized) {
            return Err(io::Error::other("is no longer a regular file"));
        }
        Ok(source)
    }

    /// Returns an empty source with the name of a file that is already open elsewhere.
    ///
    /// # Errors
    /// Fails as [`Source::open`] does.
    pub fn named(name: &OsStr) -> io::Result<Source> {
        Source::from_file(name.to_owned(), null_device()?, false, IoMode::Read, Range::default())
    }

    /// Takes over an open file. `stdin` marks a descriptor whose position is shared: reading starts
    /// there, and must leave it where any other reader would.
    ///
    /// # Errors
    /// Fails as [`Source::open`] does.
    pub fn from_file(name: OsString, file: File, stdin: bool, mode: IoMode, range: Range) -> io::Result<Source> {
        let whole = range == Range::default();
        let Probe { kind, file_system, base, size, status } = Probe::of(&file, stdin, whole)?;
        let file =
            if stdin && matches!(kind, Kind::Regular | Kind::BlockDevice) { without_direct_io(file) } else { file };
        // After `Probe`: any later copy-up changes the change time recorded there.
        let opens_again = kind == Kind::Regular && (stdin || file_system == FileSystem::Overlay);
        let mut source = Source {
            name,
            reopened: if opens_again { open_again(&file) } else { None },
            file,
            stdin,
            kind,
            file_system,
            method: AccessMethod::Stream,
            reason: None,
            base,
            start: 0,
            end: None,
            tail: None,
            tail_is_strict: false,
            length: range.length,
            snapshot: FileSnapshot { status, from: 0, beginning: OnceLock::new(), is_reported: Arc::default() },
            was_partly_read: false,
            cold: None,
            window: None,
            content: Mutex::default(),
            feed: None,
        };
        if matches!(kind, Kind::Regular | Kind::BlockDevice) {
            range.check(size.saturating_sub(base))?;
            source.select(size.saturating_sub(base), range);
            source.choose(mode);
            source.snapshot.from = source.start;
        } else {
            (source.method, source.reason) = access::for_stream(kind, size > 0);
            source.set_stream_range(range);
        }
        if mode == IoMode::Mmap && source.method != AccessMethod::Map {
            source.refuse_unmapped()?;
        }
        Ok(source)
    }

    /// Returns a source for a part of this one, which must be readable by offset. Its access method
    /// depends on the part's size.
    ///
    /// # Errors
    /// Returns the error from duplicating the descriptor (`fcntl(2)`).
    pub fn part(&self, range: Span<u64>, mode: IoMode) -> io::Result<Source> {
        let mut part = Source {
            name: self.name.clone(),
            file: self.file.try_clone()?,
            reopened: self.reopened.as_ref().map(File::try_clone).transpose()?,
            stdin: self.stdin,
            kind: self.kind,
            file_system: self.file_system,
            method: self.method,
            reason: self.reason,
            base: self.base,
            start: range.start,
            end: Some(range.end),
            tail: None,
            tail_is_strict: false,
            length: Some(range.end - range.start),
            snapshot: self.snapshot.clone(),
            was_partly_read: true,
            cold: None,
            window: None,
            content: Mutex::default(),
            feed: None,
        };
        part.choose(mode);
        Ok(part)
    }

    /// Sets the requested range of an input of `len` bytes.
    fn select(&mut self, len: u64, range: Range) {
        self.start = match range.offset {
            at if at < 0 => len.saturating_sub(at.unsigned_abs()),
            at => (at as u64).min(len),
        };
        let end = range.length.map_or(len, |length| self.start.saturating_add(length).min(len));
        self.end = Some(end);
    }

    fn choose(&mut self, mode: IoMode) {
        let wanted = self.end.map_or(0, |end| end - self.start);
        let map_a_page = || Window::map(self.positioned().as_fd(), self.base + self.start, 1).map(drop);
        (self.method, self.reason) =
            access::for_file(mode, self.file_system, wanted, self.reopened.is_some(), map_a_page);
    }

    /// With `--io mmap`, fails with the reason the input is not mapped. An empty file is accepted:
    /// it has no bytes to read by any other method.
    fn refuse_unmapped(&self) -> io::Result<()> {
        if self.kind == Kind::Unsized && self.file.read_at(&mut [0], 0).is_ok_and(|n| n == 0) {
            return Ok(());
        }
        let reason = self.reason.map(|r| r.to_string()).unwrap_or_default();
        let text = if reason.ends_with("not mappable") { reason } else { format!("not mappable: {reason}") };
        Err(io::Error::other(text))
    }
}

/// Returns a descriptor whose reads need no alignment, to replace one that was opened with
/// `O_DIRECT`. The shared position then stays where it was.
fn without_direct_io(file: File) -> File {
    if is_direct(&file) { open_again(&file).unwrap_or(file) } else { file }
}

/// Opens the same file again. On overlayfs, a descriptor opened before the copy-up maps the lower
/// file and never shows later writes.
fn open_again(file: &File) -> Option<File> {
    reopen(file.as_fd(), OFlags::empty()).ok().map(File::from)
}
