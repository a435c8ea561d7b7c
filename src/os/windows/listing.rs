//! Lists the entries of a directory (`GetFileInformationByHandleEx`).
#![allow(unsafe_code)]

use std::ffi::{CString, OsString};
use std::os::windows::ffi::OsStringExt as _;

use windows_sys::Win32::Foundation::ERROR_NO_MORE_FILES;
use windows_sys::Win32::Storage::FileSystem as fs;

use super::errno::Errno;
use super::handle::{BorrowedFd, FileType};
use super::information::{self, fill, is_link};
use super::names::OsStringExt;

/// The number of bytes of entries per call.
const ROOM: usize = 64 << 10;

/// A directory lister with a reusable buffer.
#[derive(Debug, Default)]
pub struct Listing(Vec<u64>);

impl Listing {
    /// Calls `each` with the name and the type of each entry, or with the error that ends the
    /// listing.
    pub fn read(
        &mut self,
        directory: BorrowedFd<'_>,
        mut each: impl FnMut(Result<(&std::ffi::CStr, FileType), Errno>),
    ) {
        self.0.resize(ROOM / size_of::<u64>(), 0);
        let mut class = fs::FileIdBothDirectoryRestartInfo;
        loop {
            if let Err(error) = fill(directory, class, &mut self.0) {
                if error.raw_os_error() as u32 != ERROR_NO_MORE_FILES {
                    each(Err(error));
                }
                return;
            }
            class = fs::FileIdBothDirectoryInfo;
            let mut at = 0;
            loop {
                let (next, units, kind) = entry(&self.0, at);
                // No valid name contains a NUL.
                if let Ok(name) = CString::new(OsString::from_wide(units).into_vec()) {
                    each(Ok((&name, kind)));
                }
                if next == 0 {
                    break;
                }
                at += next;
            }
        }
    }
}

/// Returns the entry at byte `at` of a buffer: the distance to the next one, its name and its type.
fn entry(buffer: &[u64], at: usize) -> (usize, &[u16], FileType) {
    const NAME: usize = std::mem::offset_of!(fs::FILE_ID_BOTH_DIR_INFO, FileName);
    // SAFETY: the struct consists of numbers, and its name starts at this offset.
    let (fixed, name) =
        unsafe { information::entry::<fs::FILE_ID_BOTH_DIR_INFO>(buffer, at, NAME, |one| one.FileNameLength) };
    (fixed.NextEntryOffset as usize, name, kind(fixed.FileAttributes, fixed.EaSize))
}

/// Returns the type of an entry. The field for the size of extended attributes holds the tag of a
/// reparse point.
fn kind(attributes: u32, tag: u32) -> FileType {
    if attributes & fs::FILE_ATTRIBUTE_REPARSE_POINT != 0 && is_link(tag) {
        return FileType::Symlink;
    }
    if attributes & fs::FILE_ATTRIBUTE_DIRECTORY != 0 { FileType::Directory } else { FileType::RegularFile }
}
