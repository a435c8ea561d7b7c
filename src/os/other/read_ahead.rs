//! Advice on how a file will be read. Apple's systems take some by `fcntl(2)`; elsewhere there is none.
#![allow(unsafe_code)]

use std::os::fd::AsFd;

/// Turns reading ahead on or off for an open file.
#[cfg(target_vendor = "apple")]
pub fn set_read_ahead(file: impl AsFd, on: bool) {
    use std::os::fd::AsRawFd;
    // SAFETY: F_RDAHEAD takes an integer; a failure is of no consequence.
    unsafe { libc::fcntl(file.as_fd().as_raw_fd(), libc::F_RDAHEAD, libc::c_int::from(on)) };
}

/// Leaves reading ahead as it is.
#[cfg(not(target_vendor = "apple"))]
pub fn set_read_ahead(_: impl AsFd, _: bool) {}

/// Does nothing: bytes arrive when they are read.
pub fn will_need(_: impl AsFd, _: u64, _: u64) {}

/// Does nothing: the system finds out by itself.
pub fn is_sequential(_: impl AsFd) {}
