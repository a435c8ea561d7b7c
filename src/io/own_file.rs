//! The regular file that output is written to. It is not read as an input, because each line read
//! would append another.

use std::ffi::OsStr;
use std::io;

use crate::os::Status;
use crate::os::posix::{AsFd, FileType};

/// A regular file that the program writes to, by its device and inode.
#[derive(Clone, Copy, Debug)]
pub struct OwnFile((u64, u64));

impl OwnFile {
    /// Returns the identity of an open file, if it is a regular one.
    pub fn of(file: impl AsFd) -> Option<OwnFile> {
        OwnFile::with_status(&Status::of(file).ok()?)
    }

    /// Returns the identity of the file with this status, if it is a regular one.
    pub fn with_status(status: &Status) -> Option<OwnFile> {
        (status.kind == FileType::RegularFile).then(|| OwnFile(status.identity()))
    }

    /// Returns whether `name` refers to this file; `-` is standard input.
    pub fn is_named(self, name: &OsStr) -> bool {
        let status = if name == "-" { Status::of(io::stdin()) } else { Status::named(name) };
        status.is_ok_and(|status| self.is(status.identity()))
    }

    /// Returns whether the file with these device and inode numbers is this one.
    pub fn is(self, identity: (u64, u64)) -> bool {
        identity == self.0
    }

    /// Checks that an input is not this file.
    ///
    /// # Errors
    /// Returns an error if the input is this file.
    pub fn reject(self, input: (u64, u64)) -> io::Result<()> {
        if self.is(input) { Err(io::Error::other("input file is also the output")) } else { Ok(()) }
    }
}
