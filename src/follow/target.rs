//! One followed input, with all the files that have or had its name.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use super::pipe::Pipe;
use super::tail::{Tail, TailStep};
use super::{Follower, Origin};
use crate::io::{Kind, OwnFile, Source, path};
use crate::os::posix::{BorrowedFd, Errno, FileType};
use crate::os::{Status, Watch, error_text};

/// The time that a replaced file is watched after its last byte, for a writer that lags behind.
const LINGER: Duration = Duration::from_secs(30);

/// The kind of file that an input was opened as.
pub(super) enum OpenedInput {
    File(Box<Source>),
    Pipe(Pipe),
}

impl OpenedInput {
    /// Returns the stream of a source that can only be read from front to back.
    pub fn stream(source: &Source) -> Option<Pipe> {
        matches!(source.kind(), Kind::Pipe | Kind::Socket | Kind::Terminal | Kind::CharDevice)
            .then(|| source.file().try_clone().ok())
            .flatten()
            .map(|file| Pipe::new(file, false, source.start()))
    }
}

/// A followed input.
pub(super) struct FollowedInput {
    number: usize,
    name: OsString,
    by_name: bool,
    current: CurrentFile,
    /// The number of the current file in the watch.
    watched: Option<i32>,
    /// The number of files that this input has referred to.
    file: u64,
    /// Replaced files, oldest first, with their numbers and the time of their last byte.
    replaced: VecDeque<(Tail, u64, Instant)>,
    /// The reason there is no file, as last reported.
    missing: Option<String>,
    /// The file on which reading failed. It is not opened again, because it would be printed twice.
    failed: Option<(u64, u64)>,
}

/// The file that currently has the name.
enum CurrentFile {
    Nothing,
    File(Tail),
    Pipe(Pipe),
}

impl FollowedInput {
    /// Returns an input without a file.
    pub fn new(number: usize, name: &OsStr, by_name: bool) -> FollowedInput {
        FollowedInput {
            number,
            name: name.to_owned(),
            by_name,
            current: CurrentFile::Nothing,
            watched: None,
            file: 0,
            replaced: VecDeque::new(),
            missing: None,
            failed: None,
        }
    }

    /// Returns an input that is a FIFO.
    pub fn of_pipe(number: usize, name: &OsStr, pipe: Pipe) -> FollowedInput {
        FollowedInput { current: CurrentFile::Pipe(pipe), ..FollowedInput::new(number, name, false) }
    }

    /// Returns an input whose name has no file that can be followed, which has been reported.
    pub fn missing(number: usize, name: &OsStr, error: &io::Error) -> FollowedInput {
        FollowedInput { missing: Some(error_text(error)), ..FollowedInput::new(number, name, true) }
    }

    pub fn set_pipe(&mut self, pipe: Pipe) {
        self.by_name = false;
        self.current = CurrentFile::Pipe(pipe);
    }

    /// Continues with `file` from offset `at`.
    pub fn set_file(&mut self, file: File, is_shared: bool, at: u64, watch: &Watch) -> io::Result<()> {
        self.watched = watch.file(&file);
        let mut tail = Tail::new(file, at)?.named(&self.name);
        tail.share_position(is_shared);
        self.current = CurrentFile::File(tail);
        Ok(())
    }

    /// Forgets the input's file and name, because nothing more is to be read from them.
    pub fn forget(&mut self) {
        self.by_name = false;
        self.current = CurrentFile::Nothing;
    }

    /// Wakes the follower when the name appears or disappears.
    pub fn watch(&self, watch: &Watch) {
        if self.by_name {
            watch.directory(directory(&self.name));
        }
    }

    /// Returns the current file's number in the watch.
    pub fn watched(&self) -> Option<i32> {
        self.watched
    }

    pub fn pipe_fd(&self) -> Option<BorrowedFd<'_>> {
        if let CurrentFile::Pipe(pipe) = &self.current { pipe.fd() } else { None }
    }

    pub fn is_unsettled(&self) -> bool {
        matches!(&self.current, CurrentFile::File(tail) if tail.is_unsettled())
    }

    /// Returns whether nothing more can arrive.
    pub fn is_finished(&self) -> bool {
        !self.by_name
            && self.replaced.is_empty()
            && !matches!(self.current, CurrentFile::File(_))
            && self.pipe_fd().is_none()
    }

    /// Returns whether reading the input failed.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// Returns the size of the current file.
    pub fn size(&self) -> u64 {
        if let CurrentFile::File(tail) = &self.current { tail.size() } else { 0 }
    }

    /// Returns whether less than `size` bytes of the current file have been read.
    pub fn is_before(&self, size: u64) -> bool {
        matches!(&self.current, CurrentFile::File(tail) if tail.at() < size)
    }

    /// Passes on a piece of the new bytes. Returns whether there may be more.
    pub fn forward(&mut self, follower: &mut impl Follower) -> io::Result<bool> {
        // A writer that switches files writes to the new file after its last byte to the old one.
        // The new file may therefore be read up to its current size, once the old one has been read
        // to its end.
        let limit = self.size();
        self.forward_replaced(follower)?;
        let origin = Origin { target: self.number, file: self.file };
        match &mut self.current {
            CurrentFile::Nothing => Ok(false),
            CurrentFile::Pipe(pipe) => {
                let next = pipe.next().map(|bytes| {
                    if bytes.is_empty() { Ok(false) } else { follower.append(origin, bytes).map(|()| true) }
                });
                match next {
                    Ok(more) => {
                        let more = more?;
                        if pipe.has_ended() {
                            self.current = CurrentFile::Nothing;
                            follower.end(origin)?;
                        }
                        Ok(more)
                    }
                    Err(error) => self.fail(&error, follower),
                }
            }
            CurrentFile::File(tail) => {
                match tail.next(limit) {
                    Ok(TailStep::Bytes(bytes)) => follower.append(origin, bytes)?,
                    Ok(TailStep::Nothing) => return Ok(false),
                    Ok(step) => {
                        let is_renewed = matches!(step, TailStep::Renewed);
                        let text = if is_renewed { "file truncated or replaced" } else { "file truncated" };
                        self.file += 1;
                        follower.end(origin)?;
                        follower.report(&self.name, &io::Error::other(text));
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
            CurrentFile::File(tail) => tail.identity().unwrap_or_default(),
            _ => (0, 0),
        });
        self.missing = Some(error_text(error));
        self.current = CurrentFile::Nothing;
        follower.end(Origin { target: self.number, file: self.file })?;
        self.file += 1;
        Ok(false)
    }

    /// Passes on the bytes that writers still append to replaced files.
    fn forward_replaced(&mut self, follower: &mut impl Follower) -> io::Result<()> {
        let mut at = 0;
        while let Some((tail, file, last)) = self.replaced.get_mut(at) {
            let origin = Origin { target: self.number, file: *file };
            loop {
                match tail.next(u64::MAX) {
                    Ok(TailStep::Bytes(bytes)) => follower.append(origin, bytes)?,
                    Ok(TailStep::Nothing) | Err(_) => break,
                    Ok(_) => follower.end(origin)?,
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

    /// Checks which file has the name now; `output` is not followed. Returns whether it changed.
    pub fn check_name(
        &mut self,
        watch: &Watch,
        output: Option<OwnFile>,
        follower: &mut impl Follower,
    ) -> io::Result<bool> {
        if !self.by_name {
            return Ok(false);
        }
        let opened = match path::status(&self.name) {
            Ok(status) if matches!(&self.current, CurrentFile::File(tail) if tail.is(&status)) => {
                self.missing = None;
                return Ok(false);
            }
            // The name still refers to the file on which reading failed.
            Ok(status) if self.failed == Some(status.identity()) => return Ok(false),
            Ok(status) if status.kind == FileType::Fifo => {
                Err(io::Error::other("now a FIFO, which is not followed by name"))
            }
            Ok(status) if status.kind == FileType::Directory => Err(Errno::ISDIR.into()),
            Ok(status) if status.kind != FileType::RegularFile => Err(io::Error::other("not a regular file")),
            Ok(_) => path::open(&self.name).and_then(|file| {
                output.into_iter().try_for_each(|own| own.reject(Status::of(&file)?.identity()))?;
                self.watched = watch.file(&file);
                Ok(Tail::new(file, 0)?.named(&self.name))
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
            (None, CurrentFile::File(_)) => "has been replaced; following new file",
            _ => "has appeared; following new file",
        };
        self.failed = None;
        if let CurrentFile::File(old) = std::mem::replace(&mut self.current, CurrentFile::File(tail)) {
            self.replaced.push_back((old, self.file, Instant::now()));
            self.file += 1;
        }
        self.forward_replaced(follower)?;
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
