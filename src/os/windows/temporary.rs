//! Creates files that are deleted with their last handle.
#![allow(unsafe_code)]

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use windows_sys::Win32::Storage::FileSystem::GetTempPathW;

use super::open::delete_on_close;

/// Creates a file in the directory for temporary files, which is deleted with its last handle.
///
/// # Errors
/// Returns the error from `CreateFileW`.
pub fn memory_file() -> io::Result<File> {
    let mut path = [0u16; 261];
    // SAFETY: the buffer has the length that is passed, which is the maximum that the call needs.
    let length = unsafe { GetTempPathW(path.len() as u32, path.as_mut_ptr()) } as usize;
    nameless_file(Path::new(&OsString::from_wide(&path[..length.min(path.len())])))
}

/// Creates a file in `directory` that is deleted with its last handle.
///
/// # Errors
/// Returns the error from `CreateFileW`.
pub fn nameless_file(directory: &Path) -> io::Result<File> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    delete_on_close(directory, NUMBER.fetch_add(1, Ordering::Relaxed))
}
