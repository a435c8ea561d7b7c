//! A FIFO or other stream that is followed across writers.
//!
//! A FIFO's reader sees an end whenever the last writer closes it. It is then opened again before
//! the old descriptor is closed, so no byte is lost and the next writer wakes the follower.

use std::ffi::OsStr;
use std::fs::File;
use std::io;

use crate::io::path;
use crate::os::posix::{AsFd, BorrowedFd};
use crate::os::{self, ReadOutcome};

/// The maximum number of bytes passed on at once.
const PIECE: usize = 256 << 10;

/// A stream that is being followed.
#[derive(Debug)]
pub(super) struct Pipe {
    file: File,
    /// Whether another writer may open it.
    is_fifo: bool,
    /// The number of bytes before the requested range.
    skip: u64,
    ended: bool,
    piece: Vec<u8>,
}

impl Pipe {
    /// Opens the FIFO `name` without waiting for a writer.
    pub fn open(name: &OsStr) -> io::Result<Pipe> {
        Ok(Pipe::new(path::open_fifo(name)?, true, 0))
    }

    /// Continues an open stream after skipping `skip` bytes.
    pub fn new(file: File, is_fifo: bool, skip: u64) -> Pipe {
        Pipe { file, is_fifo, skip, ended: false, piece: Vec::new() }
    }

    /// Returns the descriptor to poll for reading, or `None` once the stream has ended.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        (!self.ended).then(|| self.file.as_fd())
    }

    /// Returns whether nothing more can arrive.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Returns the available bytes. They are empty if a writer pauses or has finished.
    pub fn next(&mut self) -> io::Result<&[u8]> {
        self.piece.clear();
        if self.ended {
            return Ok(&self.piece);
        }
        match os::read_ready(self.file.as_fd(), &mut self.piece, PIECE)? {
            ReadOutcome::Bytes | ReadOutcome::Nothing => {}
            ReadOutcome::End if self.is_fifo => {
                self.file = File::from(os::reopen_without_waiting(self.file.as_fd())?);
            }
            ReadOutcome::End => self.ended = true,
        }
        let skip = self.skip.min(self.piece.len() as u64);
        self.skip -= skip;
        Ok(&self.piece[skip as usize..])
    }
}
