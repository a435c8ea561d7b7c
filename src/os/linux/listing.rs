//! Lists the entries of a directory with `getdents64(2)` into a reused buffer.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;

use rustix::fs::{FileType, RawDir};
use rustix::io::Errno;

/// The size in bytes of the buffer for directory entries, as in the C library.
const SIZE: usize = 32 << 10;

/// A reusable buffer for directory entries.
#[derive(Debug)]
pub struct Listing(Vec<MaybeUninit<u8>>);

impl Default for Listing {
    fn default() -> Listing {
        Listing(vec![MaybeUninit::uninit(); SIZE])
    }
}

impl Listing {
    /// Calls `each` with the name and the type of each entry, or with the error that ends the
    /// listing.
    pub fn read(&mut self, directory: BorrowedFd<'_>, mut each: impl FnMut(Result<(&CStr, FileType), Errno>)) {
        let mut entries = RawDir::new(directory, &mut self.0);
        while let Some(entry) = entries.next() {
            match &entry {
                Ok(entry) => each(Ok((entry.file_name(), entry.file_type()))),
                Err(errno) => return each(Err(*errno)),
            }
        }
    }
}
