//! Ctrl-C as a request to end, for runs that would go on for ever: what is under way is finished and written first.
//!
//! The first SIGINT or SIGTERM asks; a second one kills, as it would have without this. Where the signal was ignored from
//! the start (a background job of a shell without job control), it stays ignored.
#![allow(unsafe_code)]

use std::sync::OnceLock;

use super::stop::Stop;

static STOP: OnceLock<Stop> = OnceLock::new();

/// What SIGINT and SIGTERM ask to stop from now on.
pub fn stop_on_interrupt() -> &'static Stop {
    let stop = STOP.get_or_init(Stop::new);
    for signal in [libc::SIGINT, libc::SIGTERM] {
        // SAFETY: both structs are fully initialised before the kernel reads them; the handler does only what
        // signal-safety(7) allows: an atomic load, an atomic store and write(2).
        unsafe {
            let mut old: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, std::ptr::null(), &raw mut old);
            if old.sa_sigaction == libc::SIG_IGN {
                continue;
            }
            let mut action: libc::sigaction = std::mem::zeroed();
            let handler: extern "C" fn(libc::c_int) = on_signal;
            action.sa_sigaction = handler as *const () as usize;
            action.sa_flags = libc::SA_RESETHAND;
            libc::sigemptyset(&raw mut action.sa_mask);
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
    stop
}

/// Leaves `errno` alone: rustix makes system calls without the C library's wrappers.
extern "C" fn on_signal(_: libc::c_int) {
    if let Some(stop) = STOP.get() {
        stop.ask();
    }
}
