//! Handles SIGINT and SIGTERM for commands that would otherwise run forever.
//!
//! Such a command may be blocked anywhere when the signal arrives: in an open, in a write to a
//! stalled reader, in gigabytes of old content. So the handler ends the process at once, with the
//! exit code that a shell reports for the signal. Only a command that is following its inputs gets
//! a moment to print the newest bytes before it ends in the same way. A signal that was ignored at
//! start, as in a background job of a shell without job control, stays ignored.
#![allow(unsafe_code)]

use std::os::fd::BorrowedFd;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use crate::os::{Signal, Stop};

/// The time for which a following command may continue after a signal, in microseconds.
const GRACE: i32 = 100_000;

static WAKE: OnceLock<Stop> = OnceLock::new();
static MAY_FINISH: AtomicBool = AtomicBool::new(false);
/// The number of the signal that arrived while the command could finish; 0 before.
static CAUGHT: AtomicI32 = AtomicI32::new(0);

/// Installs the handlers for SIGINT and SIGTERM.
pub fn catch() {
    // The handler needs the descriptor to exist, as it must not create one.
    WAKE.get_or_init(Stop::new).fd();
    for signal in [libc::SIGALRM, libc::SIGINT, libc::SIGTERM] {
        // SAFETY: both structs are fully initialised before the kernel reads them. The handler does
        // only what signal-safety(7) allows: atomic loads and stores, write(2), _exit(2), and one
        // bare system call.
        unsafe {
            let mut old: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, std::ptr::null(), &raw mut old);
            if old.sa_sigaction == libc::SIG_IGN && signal != libc::SIGALRM {
                continue;
            }
            let mut action: libc::sigaction = std::mem::zeroed();
            let handler: extern "C" fn(libc::c_int) = on_signal;
            action.sa_sigaction = handler as *const () as usize;
            libc::sigemptyset(&raw mut action.sa_mask);
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
}

/// Sets whether the command can finish within a moment of a signal, because it polls [`caught`].
pub fn set_may_finish(may_finish: bool) {
    MAY_FINISH.store(may_finish, Ordering::SeqCst);
}

#[allow(clippy::useless_conversion, reason = "suseconds_t has 32 bits on some systems")]
extern "C" fn on_signal(signal: libc::c_int) {
    if signal == libc::SIGALRM {
        exit(CAUGHT.load(Ordering::SeqCst));
    }
    let is_first = CAUGHT.swap(signal, Ordering::SeqCst) == 0;
    if !is_first || !MAY_FINISH.load(Ordering::SeqCst) {
        exit(signal);
    }
    let once = libc::timeval { tv_sec: 0, tv_usec: 0 };
    let timer = libc::itimerval { it_interval: once, it_value: libc::timeval { tv_sec: 0, tv_usec: GRACE.into() } };
    // SAFETY: the struct is initialised, and the call is a bare system call that touches nothing
    // else in this process. It does not fail for a valid timer, so it leaves errno alone, as the
    // raw system call of `request` does.
    unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()) };
    if let Some(wake) = WAKE.get() {
        wake.request();
    }
}

fn exit(signal: libc::c_int) -> ! {
    exit_at_once((128 + signal) as u8)
}

/// Ends the program without running anything else. It may be called anywhere.
pub fn exit_at_once(code: u8) -> ! {
    // SAFETY: _exit(2) may be called anywhere, and no state of the process is used afterwards.
    unsafe { libc::_exit(code.into()) }
}

/// Returns a descriptor for `poll` that becomes readable when a signal arrives.
pub fn wake_fd() -> Option<BorrowedFd<'static>> {
    WAKE.get().and_then(Stop::fd)
}

/// Returns the signal that arrived while the command could finish.
pub fn caught() -> Option<Signal> {
    match CAUGHT.load(Ordering::SeqCst) {
        0 => None,
        libc::SIGINT => Some(Signal::Interrupt),
        _ => Some(Signal::Terminate),
    }
}
