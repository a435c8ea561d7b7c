//! Advice on how a file will be read. Apple's systems take some through `fcntl(2)`; elsewhere there
//! is none.
#![allow(unsafe_code)]

use crate::os::posix::AsFd;

/// Turns read-ahead on or off for an open file.
#[cfg(target_vendor = "apple")]
pub fn set_read_ahead(file: impl AsFd, on: bool) {
    use std::os::fd::AsRawFd;
    // SAFETY: F_RDAHEAD takes an integer, and a failure does not matter.
    unsafe { libc::fcntl(file.as_fd().as_raw_fd(), libc::F_RDAHEAD, libc::c_int::from(on)) };
}

/// Leaves read-ahead unchanged.
#[cfg(not(target_vendor = "apple"))]
pub fn set_read_ahead(_: impl AsFd, _: bool) {}

/// Does nothing: bytes are loaded when they are read.
pub fn will_need(_: impl AsFd, _: u64, _: u64) {}

/// Does nothing: the system detects sequential reading by itself.
pub fn is_sequential(_: impl AsFd) {}
