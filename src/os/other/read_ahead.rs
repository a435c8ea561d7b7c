//! Advice on how a file will be read: `fcntl(2)` on Apple's systems, `posix_fadvise(2)` on FreeBSD.
#![allow(unsafe_code)]

use crate::os::posix::AsFd;

#[cfg(target_os = "freebsd")]
use rustix::fs::{Advice, fadvise};

/// Turns read-ahead on or off for an open file.
pub fn set_read_ahead(file: impl AsFd, on: bool) {
    #[cfg(target_vendor = "apple")]
    // SAFETY: F_RDAHEAD takes an integer, and a failure does not matter.
    unsafe {
        libc::fcntl(std::os::fd::AsRawFd::as_raw_fd(&file.as_fd()), libc::F_RDAHEAD, libc::c_int::from(on))
    };
    #[cfg(target_os = "freebsd")]
    let _ = fadvise(file, 0, None, if on { Advice::Normal } else { Advice::Random });
    #[cfg(not(any(target_vendor = "apple", target_os = "freebsd")))]
    let _ = (file, on);
}

/// Prefetches a range of a file without waiting for it; a length of 0 means up to the end.
pub fn will_need(file: impl AsFd, offset: u64, length: u64) {
    #[cfg(target_vendor = "apple")]
    {
        // The kernel takes the length as an `int`.
        let max = i32::MAX as u64;
        let _ = rustix::fs::fcntl_rdadvise(file, offset, if length == 0 { max } else { length.min(max) });
    }
    #[cfg(target_os = "freebsd")]
    let _ = fadvise(file, offset, std::num::NonZeroU64::new(length), Advice::WillNeed);
    #[cfg(not(any(target_vendor = "apple", target_os = "freebsd")))]
    let _ = (file, offset, length);
}

/// Advises the system that a file will be read from start to end.
pub fn is_sequential(file: impl AsFd) {
    #[cfg(target_os = "freebsd")]
    let _ = fadvise(file, 0, None, Advice::Sequential);
    #[cfg(not(target_os = "freebsd"))]
    let _ = file;
}
