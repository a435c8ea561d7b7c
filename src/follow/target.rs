//! One followed input, with all the files that have or had its name.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use super::pipe::Pipe;
use super::tail::{Next, Tail};
use super::{Follower, Origin};
use crate::io::{Kind, Source, path};
use crate::os::Watch;
use crate::os::error_text;
use crate::os::posix::{BorrowedFd, FileType};

/// How long a replaced file is watched after its last byte, for a writer that has not switched yet.
const LINGER: Duration = Duration::from_secs(30);

/// The kind of file that an input was opened as.
pub(super) enum Opened {
    File(Source),
    Pipe(Pipe),
}

impl Opened {
    /// Returns the stream of a source that can only be read from front to back.
    pub fn stream(source: &Source) -> Option<Pipe> {
        matches!(source.kind(), Kind::Pipe | Kind::Socket | Kind::Terminal | Kind::CharDevice)
            .then(|| source.file().try_clone().ok())
            .flatten()
            .map(|file| Pipe::new(file, false, source.start()))
    }
}

/// A followed input.
pub(super) struct Target {
    number: usize,
    name: OsString,
    by_name: bool,
    current: Current,
    /// How many files this input has been.
    file: u64,
    /// Replaced files, oldest first, with their numbers and the time of their last byte.
    replaced: VecDeque<(Tail, u64, Instant)>,
    /// Why there is no file, as last reported.
    missing: Option<String>,
    /// The file that failed to be read. It is not opened again, because it would be printed twice.
    failed: Option<(u64, u64)>,
}

/// The file that has the name now.
enum Current {
    Nothing,
    File(Tail),
    Pipe(Pipe),
}

impl Target {
    /// Returns an input that has no file yet.
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

    /// Returns an input that is a FIFO.
    pub fn of_pipe(number: usize, name: &OsStr, pipe: Pipe) -> Target {
        Target { current: Current::Pipe(pipe), ..Target::new(number, name, false) }
    }

    /// Returns an input whose name has no file that can be followed, which has been reported.
    pub fn missing(number: usize, name: &OsStr, error: &io::Error) -> Target {
        Target { missing: Some(error_text(error)), ..Target::new(number, name, true) }
    }

    pub fn set_pipe(&mut self, pipe: Pipe) {
        self.by_name = false;
        self.current = Current::Pipe(pipe);
    }

    /// Continues with `file` from offset `at`.
    pub fn set_file(&mut self, file: File, is_shared: bool, at: u64, watch: &Watch) -> io::Result<()> {
        watch.file(&file);
        let mut tail = Tail::new(file, at)?;
        tail.share_position(is_shared);
        self.current = Current::File(tail);
        Ok(())
    }

    /// Gives up the input, because nothing more of it is wanted.
    pub fn forget(&mut self) {
        self.by_name = false;
        self.current = Current::Nothing;
    }

    /// Wakes the follower when the name appears or disappears.
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

    /// Returns whether nothing more can arrive.
    pub fn is_over(&self) -> bool {
        !self.by_name
            && self.replaced.is_empty()
            && !matches!(self.current, Current::File(_))
            && self.pipe_fd().is_none()
    }

    /// Returns whether reading the input failed.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Returns the size of the current file.
    pub fn size(&self) -> u64 {
        if let Current::File(tail) = &self.current { tail.size() } else { 0 }
    }

    /// Returns whether the current file has been read to less than `size`.
    pub fn is_before(&self, size: u64) -> bool {
        matches!(&self.current, Current::File(tail) if tail.at() < size)
    }

    /// Passes on a piece of what is new. Returns whether there may be more.
    pub fn pass(&mut self, follower: &mut impl Follower) -> io::Result<bool> {
        // A writer that switches files writes to the new file after its last byte to the old one.
        // So the new file may be read up to its size as of now, once the old one has been read to
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
        self.missing = Some(error_text(error));
        self.current = Current::Nothing;
        follower.end(Origin { target: self.number, file: self.file })?;
        self.file += 1;
        Ok(false)
    }

    /// Passes on what writers still append to replaced files.
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

    /// Checks which file has the name now. Returns whether it has changed.
    pub fn check_name(&mut self, watch: &Watch, follower: &mut impl Follower) -> io::Result<bool> {
        if !self.by_name {
            return Ok(false);
        }
        let opened = match path::status(&self.name) {
            Ok(status) if matches!(&self.current, Current::File(tail) if tail.is(&status)) => {
                self.missing = None;
                return Ok(false);
            }
            // It is still the file that failed to be read.
            Ok(status) if self.failed == Some(status.identity()) => return Ok(false),
            Ok(status) if status.kind == FileType::Fifo => {
                Err(io::Error::other("now a FIFO, which is not followed by name"))
            }
            Ok(status) if status.kind == FileType::Directory => Err(io::ErrorKind::IsADirectory.into()),
            Ok(status) if status.kind != FileType::RegularFile => Err(io::Error::other("not a regular file")),
            Ok(_) => path::open(&self.name).and_then(|file| {
                watch.file(&file);
                Tail::new(file, 0)
            }),
            Err(error) => Err(error),
        };
        match opened {
            Ok(tail) => self.switch_to(tail, follower),
            Err(error) => {
                let text = error_text(&error);
                if self.missing.as_ref() != Some(&text) {
                    follower.report(&self.name, &io::Error::other(format!("has become inaccessible: {text}")));
                    self.missing = Some(text);
                }
                Ok(false)
            }
        }
    }

    /// Switches to another file, after the rest of the previous one.
    fn switch_to(&mut self, tail: Tail, follower: &mut impl Follower) -> io::Result<bool> {
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

/// Returns the directory that contains a name.
fn directory(name: &OsStr) -> &Path {
    match Path::new(name).parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
