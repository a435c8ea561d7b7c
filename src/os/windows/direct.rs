//! Reads that bypass the page cache (`FILE_FLAG_NO_BUFFERING`), for measurements. Reads that never
//! wait for the disk do not exist here.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::os::windows::io::{FromRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::{GENERIC_READ, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Storage::FileSystem as fs;

use super::errno::Errno;
use super::handle::{AsFd, raw};
use super::information::information;

/// The alignment that every disk accepts, for file systems that do not report one.
const USUAL_ALIGNMENT: u32 = 4096;

/// Returns false, because files are opened without this flag, and a handle does not show it.
pub fn is_direct(_: impl AsFd) -> bool {
    false
}

/// Opens the file again with reads that bypass the page cache. Returns the new file, and the
/// alignment in bytes that the offset, the length and the memory of such a read need.
///
/// # Errors
/// Returns the error from `ReOpenFile`.
pub fn into_direct(file: File) -> io::Result<(File, u64)> {
    let share = fs::FILE_SHARE_READ | fs::FILE_SHARE_WRITE | fs::FILE_SHARE_DELETE;
    // SAFETY: the handle is open during the call, and a handle that is not invalid is new and ours.
    let direct = unsafe {
        let handle = fs::ReOpenFile(raw(file.as_fd()), GENERIC_READ, share, fs::FILE_FLAG_NO_BUFFERING);
        if handle == INVALID_HANDLE_VALUE {
            return Err(Errno::last().into());
        }
        OwnedHandle::from_raw_handle(handle)
    };
    // SAFETY: `FILE_STORAGE_INFO` is the struct that this class fills.
    let storage: Option<fs::FILE_STORAGE_INFO> = unsafe { information(direct.as_fd(), fs::FileStorageInfo) };
    let stated =
        storage.map_or(0, |storage| storage.LogicalBytesPerSector.max(storage.PhysicalBytesPerSectorForPerformance));
    let alignment = if stated == 0 { USUAL_ALIGNMENT } else { stated.next_power_of_two() };
    Ok((direct.into(), u64::from(alignment)))
}

/// Always fails.
///
/// # Errors
/// Returns `Unsupported`.
pub fn read_cached(_: impl AsFd, _: &mut [u8], _: u64) -> io::Result<Option<usize>> {
    Err(io::ErrorKind::Unsupported.into())
}
