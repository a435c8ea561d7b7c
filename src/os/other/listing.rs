//! Lists the entries of a directory with `readdir(3)`.

use std::ffi::CStr;
use std::os::fd::BorrowedFd;

use rustix::fs::{Dir, FileType};
use rustix::io::Errno;

/// A directory lister. The C library owns its buffer.
#[derive(Debug, Default)]
pub struct Listing(());

impl Listing {
    /// Calls `each` with the name and the type of each entry, or with the error that ends the
    /// listing.
    pub fn read(&mut self, directory: BorrowedFd<'_>, mut each: impl FnMut(Result<(&CStr, FileType), Errno>)) {
        let entries = match Dir::read_from(directory) {
            Ok(entries) => entries,
            Err(errno) => return each(Err(errno)),
        };
        for entry in entries {
            match &entry {
                Ok(entry) => each(Ok((entry.file_name(), entry.file_type()))),
                Err(errno) => return each(Err(*errno)),
            }
        }
    }
}
