//! Which standard descriptors were closed when the program started.
//!
//! Rust's runtime opens `/dev/null` in the place of a closed one, so that no file gets its number. Reading or writing there
//! would pass for success; a program in C gets EBADF. What was closed is looked up before the runtime does that.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicU8, Ordering};

static CLOSED: AtomicU8 = AtomicU8::new(0);

extern "C" fn look() {
    for fd in 0..3 {
        // SAFETY: F_GETFD only asks; a number that is no descriptor is an error, which is the answer.
        if unsafe { libc::fcntl(fd, libc::F_GETFD) } == -1 {
            CLOSED.fetch_or(1 << fd, Ordering::Relaxed);
        }
    }
}

// SAFETY: the section holds pointers to functions that the C runtime calls before `main`, and this is one. It uses nothing
// that is set up later.
#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
static LOOK: extern "C" fn() = look;

/// Whether descriptor `fd`, 0 to 2, was closed when the program started.
pub fn was_closed(fd: u8) -> bool {
    CLOSED.load(Ordering::Relaxed) & (1 << fd) != 0
}
