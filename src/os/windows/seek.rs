//! Seeks in open files, and finds the data of sparse ones.
#![allow(unsafe_code)]

use windows_sys::Win32::Foundation::ERROR_MORE_DATA;
use windows_sys::Win32::Storage::FileSystem::{FILE_BEGIN, FILE_CURRENT, FILE_END, GetFileSizeEx, SetFilePointerEx};
use windows_sys::Win32::System::IO::DeviceIoControl;
use windows_sys::Win32::System::Ioctl::{FILE_ALLOCATED_RANGE_BUFFER, FSCTL_QUERY_ALLOCATED_RANGES};

use super::errno::Errno;
use super::handle::{AsFd, BorrowedFd, raw};

/// A position in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeekFrom {
    /// From the beginning.
    Start(u64),
    /// From the end.
    End(i64),
    /// From the present position.
    Current(i64),
    /// The first stored byte from this offset.
    Data(u64),
    /// The first byte from this offset that is not stored.
    Hole(u64),
}

/// Moves the position of a file and returns it. For data and holes, only returns the offset.
///
/// # Errors
/// Returns the system's error, or [`Errno::NXIO`] if no data follows.
pub fn seek(fd: impl AsFd, to: SeekFrom) -> Result<u64, Errno> {
    let fd = fd.as_fd();
    let (by, from) = match to {
        SeekFrom::Start(at) => (at as i64, FILE_BEGIN),
        SeekFrom::End(by) => (by, FILE_END),
        SeekFrom::Current(by) => (by, FILE_CURRENT),
        SeekFrom::Data(at) => return next_data(fd, at),
        SeekFrom::Hole(at) => return next_hole(fd, at),
    };
    let mut position = 0;
    // SAFETY: the pointer is to a live local.
    match unsafe { SetFilePointerEx(raw(fd), by, &raw mut position, from) } {
        0 => Err(Errno::last()),
        _ => Ok(position as u64),
    }
}

pub(super) fn size(fd: BorrowedFd<'_>) -> Result<u64, Errno> {
    let mut size = 0;
    // SAFETY: the pointer is to a live local.
    match unsafe { GetFileSizeEx(raw(fd), &raw mut size) } {
        0 => Err(Errno::last()),
        _ => Ok(size as u64),
    }
}

fn next_data(fd: BorrowedFd<'_>, at: u64) -> Result<u64, Errno> {
    let size = size(fd)?;
    match first_range(fd, at, size)? {
        Some((start, _)) if at < size => Ok(start.max(at)),
        _ => Err(Errno::NXIO),
    }
}

fn next_hole(fd: BorrowedFd<'_>, at: u64) -> Result<u64, Errno> {
    let size = size(fd)?;
    let mut hole = at;
    // Adjacent ranges are one run of data.
    while let Some((start, end)) = first_range(fd, hole, size)? {
        if start > hole || end <= hole {
            break;
        }
        hole = end;
    }
    Ok(hole.min(size))
}

/// Returns the first stored range at or after `at`.
fn first_range(fd: BorrowedFd<'_>, at: u64, size: u64) -> Result<Option<(u64, u64)>, Errno> {
    if at >= size {
        return Ok(None);
    }
    let query = FILE_ALLOCATED_RANGE_BUFFER { FileOffset: at as i64, Length: (size - at) as i64 };
    let mut found = FILE_ALLOCATED_RANGE_BUFFER { FileOffset: 0, Length: 0 };
    let mut bytes = 0;
    let room = size_of::<FILE_ALLOCATED_RANGE_BUFFER>() as u32;
    // SAFETY: both buffers are live locals of the size that is passed, and the call is synchronous.
    let done = unsafe {
        let (query, found) = (&raw const query, &raw mut found);
        let (code, none) = (FSCTL_QUERY_ALLOCATED_RANGES, std::ptr::null_mut());
        DeviceIoControl(raw(fd), code, query.cast(), room, found.cast(), room, &raw mut bytes, none)
    };
    if done == 0 {
        let error = Errno::last();
        if error.raw_os_error() as u32 != ERROR_MORE_DATA {
            return Err(error);
        }
    }
    let (start, length) = (found.FileOffset as u64, found.Length as u64);
    Ok((bytes >= room).then_some((start, start + length)))
}
