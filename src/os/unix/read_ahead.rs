//! Whether the kernel reads on by itself after each read of a file (`posix_fadvise(2)`).

use std::os::fd::AsFd;

use rustix::fs::{Advice, fadvise};

/// Turns reading ahead on or off for an open file. A file system may ignore it.
pub fn set_read_ahead(file: impl AsFd, on: bool) {
    let advice = if on { Advice::Normal } else { Advice::Random };
    let _ = fadvise(file, 0, None, advice);
}
