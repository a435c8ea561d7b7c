//! Finds which pages of a file are in memory, with `mincore(2)`.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags};

use super::page::page_size;

/// Pages per call of `mincore`: a byte each, and 256 MiB of address space.
const MINCORE_PAGES: u64 = 1 << 16;

/// Calls `page` with each page from `first` up to `end`, and whether it is in memory.
///
/// # Errors
/// Returns the error from `mmap(2)` or `mincore(2)`.
pub fn each_page_between(
    file: BorrowedFd<'_>,
    first: u64,
    end: u64,
    mut page: impl FnMut(u64, bool),
) -> Result<(), Errno> {
    let mut flags = vec![0u8; MINCORE_PAGES.min(end - first) as usize];
    let mut at = first;
    while at < end {
        let count = MINCORE_PAGES.min(end - at);
        mincore(file, at, &mut flags[..count as usize])?;
        for (index, flag) in flags[..count as usize].iter().enumerate() {
            // Only the lowest bit is defined.
            page(at + index as u64, flag & 1 != 0);
        }
        at += count;
    }
    Ok(())
}

/// Asks `mincore` about `flags.len()` pages from page `first`, through a temporary mapping.
fn mincore(file: BorrowedFd<'_>, first: u64, flags: &mut [u8]) -> Result<(), Errno> {
    let length = flags.len() * page_size();
    // SAFETY: a new mapping at an address that the kernel chooses. No Rust reference to its bytes
    // is ever made, so it does not matter what other processes do to the file.
    let address = unsafe {
        rustix::mm::mmap(
            std::ptr::null_mut(),
            length,
            ProtFlags::READ,
            MapFlags::SHARED,
            file,
            first * page_size() as u64,
        )?
    };
    // SAFETY: the range is the mapping just made, and `flags` has a byte for each of its pages.
    let answer = unsafe { libc::mincore(address.cast(), length, flags.as_mut_ptr().cast()) };
    let errno = io::Error::last_os_error();
    // SAFETY: the range is the mapping made above, which nothing refers to.
    unsafe { rustix::mm::munmap(address, length)? };
    if answer == 0 { Ok(()) } else { Err(Errno::from_io_error(&errno).unwrap_or(Errno::INVAL)) }
}
