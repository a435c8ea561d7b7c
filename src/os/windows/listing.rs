//! Lists the entries of a directory (`GetFileInformationByHandleEx`).
#![allow(unsafe_code)]

use std::ffi::{CString, OsString};
use std::os::windows::ffi::OsStringExt as _;

use windows_sys::Win32::Foundation::ERROR_NO_MORE_FILES;
use windows_sys::Win32::Storage::FileSystem as fs;

use super::errno::Errno;
use super::handle::{BorrowedFd, FileType, raw};
use super::information::is_link;
use super::names::OsStringExt;

/// The number of bytes of entries per call.
const ROOM: usize = 64 << 10;

/// A directory lister with a reusable buffer.
#[derive(Debug)]
pub struct Listing(Vec<u64>);

impl Default for Listing {
    fn default() -> Listing {
        Listing(Vec::new())
    }
}

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
            // SAFETY: the buffer is aligned for the entries and has the length that is passed.
            let done = unsafe {
                fs::GetFileInformationByHandleEx(raw(directory), class, self.0.as_mut_ptr().cast(), ROOM as u32)
            };
            if done == 0 {
                return match Errno::last() {
                    error if error.raw_os_error() as u32 == ERROR_NO_MORE_FILES => {}
                    error => each(Err(error)),
                };
            }
            class = fs::FileIdBothDirectoryInfo;
            let mut at = 0;
            loop {
                let (next, units, kind) = entry(&self.0, at);
                // A name without NUL, like every valid name.
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
    let bytes = size_of_val(buffer);
    assert!(at + size_of::<fs::FILE_ID_BOTH_DIR_INFO>() <= bytes, "an entry lies in the buffer");
    // SAFETY: the entry's fixed part is inside the buffer, as was just checked, and is plain
    // numbers. The name is checked below.
    unsafe {
        let start = buffer.as_ptr().cast::<u8>().add(at);
        let fixed = start.cast::<fs::FILE_ID_BOTH_DIR_INFO>().read_unaligned();
        let length = fixed.FileNameLength as usize;
        assert!(at + NAME + length <= bytes, "a name lies in the buffer");
        let name = std::slice::from_raw_parts(start.add(NAME).cast::<u16>(), length / 2);
        (fixed.NextEntryOffset as usize, name, kind(fixed.FileAttributes, fixed.EaSize))
    }
}

/// Returns the type of an entry. The tag of a reparse point is where other files have the size of
/// their extended attributes.
fn kind(attributes: u32, tag: u32) -> FileType {
    if attributes & fs::FILE_ATTRIBUTE_REPARSE_POINT != 0 && is_link(tag) {
        return FileType::Symlink;
    }
    if attributes & fs::FILE_ATTRIBUTE_DIRECTORY != 0 { FileType::Directory } else { FileType::RegularFile }
}
