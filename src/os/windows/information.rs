//! Queries information about a handle, by information class.
#![allow(unsafe_code)]

use windows_sys::Win32::Storage::FileSystem as fs;
use windows_sys::Win32::System::SystemServices::{IO_REPARSE_TAG_MOUNT_POINT, IO_REPARSE_TAG_SYMLINK};

use super::errno::Errno;
use super::handle::{BorrowedFd, FileType, raw};

/// Returns the information about a file on a disk.
pub(super) fn facts(fd: BorrowedFd<'_>) -> Result<fs::BY_HANDLE_FILE_INFORMATION, Errno> {
    // SAFETY: the struct consists of numbers, and the pointer refers to a live local.
    unsafe {
        let mut facts: fs::BY_HANDLE_FILE_INFORMATION = std::mem::zeroed();
        match fs::GetFileInformationByHandle(raw(fd), &raw mut facts) {
            0 => Err(Errno::last()),
            _ => Ok(facts),
        }
    }
}

/// Returns the times of a file.
pub(super) fn basic(fd: BorrowedFd<'_>) -> Option<fs::FILE_BASIC_INFO> {
    // SAFETY: `FILE_BASIC_INFO` is the struct that this class fills.
    unsafe { information(fd, fs::FileBasicInfo) }
}

/// Returns one class of information.
///
/// # Safety
/// `T` must be the struct that the class fills, and zeros must be a valid value of it.
pub(super) unsafe fn information<T>(fd: BorrowedFd<'_>, class: fs::FILE_INFO_BY_HANDLE_CLASS) -> Option<T> {
    // SAFETY: the caller guarantees that the struct matches. It is a live local of the size that is
    // passed.
    unsafe {
        let mut found: T = std::mem::zeroed();
        let done = fs::GetFileInformationByHandleEx(raw(fd), class, (&raw mut found).cast(), size_of::<T>() as u32);
        (done != 0).then_some(found)
    }
}

/// Fills a buffer with the entries of one class.
pub(super) fn fill(fd: BorrowedFd<'_>, class: fs::FILE_INFO_BY_HANDLE_CLASS, buffer: &mut [u64]) -> Result<(), Errno> {
    let room = size_of_val(buffer) as u32;
    // SAFETY: the buffer has the length that is passed, and the alignment of every entry.
    match unsafe { fs::GetFileInformationByHandleEx(raw(fd), class, buffer.as_mut_ptr().cast(), room) } {
        0 => Err(Errno::last()),
        _ => Ok(()),
    }
}

/// Returns the entry at byte `at` of a buffer, and its name, which starts at byte `name` of the entry
/// and has the length in bytes that `length` finds.
///
/// # Safety
/// `T` must consist of numbers.
pub(super) unsafe fn entry<T>(buffer: &[u64], at: usize, name: usize, length: fn(&T) -> u32) -> (T, &[u16]) {
    let bytes = size_of_val(buffer);
    assert!(at + size_of::<T>() <= bytes, "an entry lies in the buffer");
    // SAFETY: the entry's fixed part is inside the buffer, as was just checked, and the caller
    // guarantees that it consists of numbers. The name is checked below.
    unsafe {
        let start = buffer.as_ptr().cast::<u8>().add(at);
        let fixed = start.cast::<T>().read_unaligned();
        let length = length(&fixed) as usize;
        assert!(at + name + length <= bytes, "a name lies in the buffer");
        let units = std::slice::from_raw_parts(start.add(name).cast::<u16>(), length / 2);
        (fixed, units)
    }
}

/// Returns the type of a file with these attributes.
pub(super) fn kind(fd: BorrowedFd<'_>, attributes: u32) -> FileType {
    if attributes & fs::FILE_ATTRIBUTE_REPARSE_POINT != 0 {
        // SAFETY: `FILE_ATTRIBUTE_TAG_INFO` is the struct that this class fills.
        let tag: Option<fs::FILE_ATTRIBUTE_TAG_INFO> = unsafe { information(fd, fs::FileAttributeTagInfo) };
        if tag.is_some_and(|tag| is_link(tag.ReparseTag)) {
            return FileType::Symlink;
        }
    }
    if attributes & fs::FILE_ATTRIBUTE_DIRECTORY != 0 { FileType::Directory } else { FileType::RegularFile }
}

/// Returns whether a reparse point leads to another name: a symbolic link or a junction.
pub(super) fn is_link(tag: u32) -> bool {
    tag == IO_REPARSE_TAG_SYMLINK || tag == IO_REPARSE_TAG_MOUNT_POINT
}

/// Joins the two halves of a number.
pub(super) fn wide(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}
