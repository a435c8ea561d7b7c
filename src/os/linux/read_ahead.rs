//! Advice on how a file will be read (`posix_fadvise(2)`).

use std::num::NonZeroU64;
use std::os::fd::AsFd;

use rustix::fs::{Advice, fadvise};

/// Turns read-ahead on or off for an open file. A file system may ignore it.
pub fn set_read_ahead(file: impl AsFd, on: bool) {
    let advice = if on { Advice::Normal } else { Advice::Random };
    let _ = fadvise(file, 0, None, advice);
}

/// Prefetches a range of a file without waiting for it; a length of 0 means up to the end.
pub fn will_need(file: impl AsFd, offset: u64, length: u64) {
    let _ = fadvise(file, offset, NonZeroU64::new(length), Advice::WillNeed);
}

/// Advises the kernel that a file will be read from start to end.
pub fn is_sequential(file: impl AsFd) {
    let _ = fadvise(file, 0, None, Advice::Sequential);
}
