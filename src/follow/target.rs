//! One followed input, with all files that have or had its name.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::time::{Duration, Instant};

use super::pipe::Pipe;
use super::tail::{Next, Tail};
use super::{Follower, Origin};
use crate::io::{Kind, Source, path};
use crate::os::Watch;
use crate::output::message;

/// How long a file that was replaced is still watched after its last byte, for a writer that has
/// not changed over yet.
const LINGER: Duration = Duration::from_secs(30);

/// What an input was opened as.
pub(super) enum Opened {
    File(Source),
    Pipe(Pipe),
}

impl Opened {
    /// Returns the stream behind a source that can only be read from front to back.
    pub fn stream(source: &Source) -> Option<Pipe> {
        matches!(source.kind(), Kind::Pipe | Kind::Socket | Kind::Terminal | Kind::CharDevice)
            .then(|| source.file().try_clone().ok())
            .flatten()
            .map(|file| Pipe::new(file, false, source.start()))
    }
}

/// An input.
pub(super) struct Target {
    number: usize,
    name: OsString,
    by_name: bool,
    current: Current,
    /// How many files the target has been.
    file: u64,
    /// Files that were replaced, oldest first, which they were, and when each last gave a byte.
    replaced: VecDeque<(Tail, u64, Instant)>,
    /// Why there is no file, as last reported.
    missing: Option<String>,
    /// The file that could not be read on. Begun again, it would be printed twice.
    failed: Option<(u64, u64)>,
}

/// What has the name now.
enum Current {
    Nothing,
    File(Tail),
    Pipe(Pipe),
}

impl Target {
    /// An input of which nothing is followed yet.
    pub fn new(number: usize, name: &OsStr, by_name: bool) -> Target {
        Target {
            number,
            name: name.to_owned(),
            by_name,
            current: Current::Nothing,
            file: 0,
            replaced: VecDeque::new(),
            missing: None,
            failed: None,
        }
    }

    /// A FIFO.
    pub fn of_pipe(number: usize, name: &OsStr, pipe: Pipe) -> Target {
        Target { current: Current::Pipe(pipe), ..Target::new(number, name, false) }
    }

    /// A name that has no file that could be followed, which has been reported.
    pub fn missing(number: usize, name: &OsStr, error: &io::Error) -> Target {
        Target { missing: Some(message(error)), ..Target::new(number, name, true) }
    }

    pub fn set_pipe(&mut self, pipe: Pipe) {
        self.by_name = false;
        self.current = Current::Pipe(pipe);
    }

    /// Goes on with `file` from offset `at` on.
    pub fn set_file(&mut self, file: File, is_shared: bool, at: u64, watch: &Watch) -> io::Result<()> {
        watch.file(&file);
        let mut tail = Tail::new(file, at)?;
        tail.share_position(is_shared);
        self.current = Current::File(tail);
        Ok(())
    }

    /// Gives the input up: nothing more of it is wanted.
    pub fn forget(&mut self) {
        self.by_name = false;
        self.current = Current::Nothing;
    }

    /// Wakes the follower when the name comes or goes.
    pub fn watch(&self, watch: &Watch) {
        if self.by_name {
            watch.directory(directory(&self.name));
        }
    }

    pub fn pipe_fd(&self) -> Option<BorrowedFd<'_>> {
        if let Current::Pipe(pipe) = &self.current { pipe.fd() } else { None }
    }

    pub fn is_unsettled(&self) -> bool {
        matches!(&self.current, Current::File(tail) if tail.is_unsettled())
    }

    /// Whether nothing more can come.
    pub fn is_over(&self) -> bool {
        !self.by_name
            && self.replaced.is_empty()
            && !matches!(self.current, Current::File(_))
            && self.pipe_fd().is_none()
    }

    /// Whether the input could not be read on.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// The size of the file at hand.
    pub fn size(&self) -> u64 {
        if let Current::File(tail) = &self.current { tail.size() } else { 0 }
    }

    /// Whether the file at hand has been read up to less than `size`.
    pub fn is_before(&self, size: u64) -> bool {
        matches!(&self.current, Current::File(tail) if tail.at() < size)
    }

    /// Passes on a piece of what is new. Returns whether there may be more.
    pub fn pass(&mut self, follower: &mut impl Follower) -> io::Result<bool> {
        // A writer that changes over writes to the new file after its last byte to the old. So as
        // much of the new one as there is now may be read when the old one has then been read to
        // its end.
        let limit = self.size();
        self.pass_replaced(follower)?;
        let origin = Origin { target: self.number, file: self.file };
        match &mut self.current {
            Current::Nothing => Ok(false),
            Current::Pipe(pipe) => {
                let next = pipe.next().map(|bytes| {
                    if bytes.is_empty() { Ok(false) } else { follower.take(origin, bytes).map(|()| true) }
                });
                match next {
                    Ok(more) => {
                        let more = more?;
                        if pipe.has_ended() {
                            self.current = Current::Nothing;
                            follower.end(origin)?;
                        }
                        Ok(more)
                    }
                    Err(error) => self.fail(&error, follower),
                }
            }
            Current::File(tail) => {
                match tail.next(limit) {
                    Ok(Next::Bytes(bytes)) => follower.take(origin, bytes)?,
                    Ok(Next::Nothing) => return Ok(false),
                    Ok(Next::Truncated) => {
                        self.file += 1;
                        follower.end(origin)?;
                        follower.report(&self.name, &io::Error::other("file truncated"));
                    }
                    Err(error) => return self.fail(&error, follower),
                }
                Ok(true)
            }
        }
    }

    fn fail(&mut self, error: &io::Error, follower: &mut impl Follower) -> io::Result<bool> {
        follower.report(&self.name, error);
        self.failed = Some(match &self.current {
            Current::File(tail) => tail.identity().unwrap_or_default(),
            _ => (0, 0),
        });
        self.missing = Some(message(error));
        self.current = Current::Nothing;
        follower.end(Origin { target: self.number, file: self.file })?;
        self.file += 1;
        Ok(false)
    }

    /// Passes on what writers still append to files that were replaced.
    fn pass_replaced(&mut self, follower: &mut impl Follower) -> io::Result<()> {
        let mut at = 0;
        while let Some((tail, file, last)) = self.replaced.get_mut(at) {
            let origin = Origin { target: self.number, file: *file };
            loop {
                match tail.next(u64::MAX) {
                    Ok(Next::Bytes(bytes)) => follower.take(origin, bytes)?,
                    Ok(Next::Truncated) => follower.end(origin)?,
                    Ok(Next::Nothing) | Err(_) => break,
                }
                *last = Instant::now();
            }
            if last.elapsed() < LINGER {
                at += 1;
            } else {
                self.replaced.remove(at);
                follower.end(origin)?;
            }
        }
        Ok(())
    }

    /// Looks which file has the name now. Returns whether it is another one.
    pub fn look(&mut self, watch: &Watch, follower: &mut impl Follower) -> io::Result<bool> {
        if !self.by_name {
            return Ok(false);
        }
        let opened = match path::metadata(&self.name) {
            Ok(meta) if matches!(&self.current, Current::File(tail) if tail.is(&meta)) => {
                self.missing = None;
                return Ok(false);
            }
            // It is still the file that could not be read.
            Ok(meta) if self.failed == Some((meta.dev(), meta.ino())) => return Ok(false),
            Ok(meta) if meta.file_type().is_fifo() => {
                Err(io::Error::other("now a FIFO, which is not followed by name"))
            }
            Ok(meta) if meta.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(meta) if !meta.is_file() => Err(io::Error::other("not a regular file")),
            Ok(_) => path::open(&self.name).and_then(|file| {
                watch.file(&file);
                Tail::new(file, 0)
            }),
            Err(error) => Err(error),
        };
        match opened {
            Ok(tail) => self.change_over(tail, follower),
            Err(error) => {
                let text = message(&error);
                if self.missing.as_ref() != Some(&text) {
                    follower.report(&self.name, &io::Error::other(format!("has become inaccessible: {text}")));
                    self.missing = Some(text);
                }
                Ok(false)
            }
        }
    }

    /// Goes on with another file, after what is left of the one before.
    fn change_over(&mut self, tail: Tail, follower: &mut impl Follower) -> io::Result<bool> {
        let text = match (self.missing.take(), &self.current) {
            (None, Current::File(_)) => "has been replaced; following new file",
            _ => "has appeared; following new file",
        };
        self.failed = None;
        if let Current::File(old) = std::mem::replace(&mut self.current, Current::File(tail)) {
            self.replaced.push_back((old, self.file, Instant::now()));
            self.file += 1;
        }
        self.pass_replaced(follower)?;
        follower.report(&self.name, &io::Error::other(text));
        Ok(true)
    }
}

/// Returns the directory that a name stands in.
fn directory(name: &OsStr) -> &Path {
    match Path::new(name).parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
