//! Queries the attributes of a file that determine how it is read.

use std::ffi::OsStr;
use std::io;
use std::os::fd::AsFd;

use rustix::fs::{FileType, Stat, fstat, stat};

use crate::os::status::{Nanoseconds, Status};

impl Status {
    /// Returns the attributes of an open file.
    ///
    /// # Errors
    /// Returns the error from `fstat(2)`.
    pub fn of(file: impl AsFd) -> io::Result<Status> {
        Ok(Status::from_stat(&fstat(file)?))
    }

    /// Returns the attributes of the file at `path`, following links.
    ///
    /// # Errors
    /// Returns the error from `stat(2)`.
    pub fn named(path: &OsStr) -> io::Result<Status> {
        Ok(Status::from_stat(&stat(path)?))
    }

    #[allow(clippy::unnecessary_cast, reason = "the types of the fields differ from system to system")]
    fn from_stat(stat: &Stat) -> Status {
        let moment = |seconds: i64, nanoseconds: u64| {
            (seconds as Nanoseconds).wrapping_mul(1_000_000_000).wrapping_add(nanoseconds)
        };
        Status {
            kind: FileType::from_raw_mode(stat.st_mode),
            size: stat.st_size as u64,
            device: stat.st_dev as u64,
            inode: stat.st_ino as u64,
            modified: moment(stat.st_mtime as i64, stat.st_mtime_nsec as u64),
            changed: moment(stat.st_ctime as i64, stat.st_ctime_nsec as u64),
        }
    }
}
