//! Records which standard descriptors were closed when the program started.
//!
//! Rust's runtime opens `/dev/null` in place of a closed descriptor, so that no file gets its
//! number. Reads and writes there would seem to succeed, whereas a C program gets EBADF. So the
//! check runs before the runtime does that.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicU8, Ordering};

static CLOSED_FDS: AtomicU8 = AtomicU8::new(0);

extern "C" fn record_closed() {
    for fd in 0..3 {
        // SAFETY: F_GETFD only queries. A number that is not a descriptor returns an error, which
        // is the answer.
        if unsafe { libc::fcntl(fd, libc::F_GETFD) } == -1 {
            CLOSED_FDS.fetch_or(1 << fd, Ordering::Relaxed);
        }
    }
}

// SAFETY: the section holds pointers to functions that the C runtime calls before `main`, and this
// is one. It uses nothing that is set up later.
#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
static AT_START: extern "C" fn() = record_closed;

/// Returns whether descriptor `fd`, 0 to 2, was closed when the program started.
pub fn was_closed(fd: u8) -> bool {
    CLOSED_FDS.load(Ordering::Relaxed) & (1 << fd) != 0
}
