//! SIGINT and SIGTERM for commands that would go on for ever.
//!
//! Such a command may be at anything when the signal comes: an open that blocks, a write to a reader
//! that has stopped, gigabytes of old content. So the handler ends the process at once, with the exit
//! code that a shell shows for a death by the signal. Only while it follows its inputs is it given a
//! moment to print what came last, and then ended in the same way. Where a signal was ignored from
//! the start, as in a background job of a shell without job control, it stays ignored.
#![allow(unsafe_code)]

use std::os::fd::BorrowedFd;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use super::stop::Stop;

/// How long a command that follows may go on after a signal, in microseconds.
const GRACE: libc::suseconds_t = 100_000;

/// A signal that asks a program to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Signal {
    /// Returns the exit code that shells use for a death by the signal.
    pub fn exit_code(self) -> u8 {
        match self {
            Signal::Interrupt => 128 + libc::SIGINT as u8,
            Signal::Terminate => 128 + libc::SIGTERM as u8,
        }
    }
}

static WAKE: OnceLock<Stop> = OnceLock::new();
static MAY_FINISH: AtomicBool = AtomicBool::new(false);
/// The number of the signal that came while the command might finish; 0 before.
static CAUGHT: AtomicI32 = AtomicI32::new(0);

/// Handles SIGINT and SIGTERM from now on.
pub fn catch() {
    // The handler must find the descriptor ready, as it may not make one.
    WAKE.get_or_init(Stop::new).fd();
    for signal in [libc::SIGALRM, libc::SIGINT, libc::SIGTERM] {
        // SAFETY: both structs are fully initialised before the kernel reads them; the handler does only what
        // signal-safety(7) allows, loads and stores of atomics, write(2) and _exit(2), and one bare system call.
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

/// Says whether the command can finish within a moment when a signal comes, because it looks at [`caught`].
pub fn let_finish(may_finish: bool) {
    MAY_FINISH.store(may_finish, Ordering::SeqCst);
}

extern "C" fn on_signal(signal: libc::c_int) {
    if signal == libc::SIGALRM {
        exit(CAUGHT.load(Ordering::SeqCst));
    }
    let is_first = CAUGHT.swap(signal, Ordering::SeqCst) == 0;
    if !is_first || !MAY_FINISH.load(Ordering::SeqCst) {
        exit(signal);
    }
    let once = libc::timeval { tv_sec: 0, tv_usec: 0 };
    let timer = libc::itimerval { it_interval: once, it_value: libc::timeval { tv_sec: 0, tv_usec: GRACE } };
    // SAFETY: the struct is initialised, and the call, a bare system call, touches nothing else of this process. It does not
    // fail for a valid timer, so it leaves errno alone, as the raw system call of `ask` does.
    unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()) };
    if let Some(wake) = WAKE.get() {
        wake.ask();
    }
}

fn exit(signal: libc::c_int) -> ! {
    // SAFETY: _exit(2) may be called anywhere; nothing of the process is used afterwards.
    unsafe { libc::_exit(128 + signal) }
}

/// Returns what becomes readable when a signal comes, for a `poll` that waits.
pub fn wake_fd() -> Option<BorrowedFd<'static>> {
    WAKE.get().and_then(Stop::fd)
}

/// Returns the signal that came while the command might finish.
pub fn caught() -> Option<Signal> {
    match CAUGHT.load(Ordering::SeqCst) {
        0 => None,
        libc::SIGINT => Some(Signal::Interrupt),
        _ => Some(Signal::Terminate),
    }
}
