//! Handles Ctrl-C, Ctrl-Break and closing the console for commands that would otherwise run
//! forever.
//!
//! The first request ends the process at once, with the exit code that Unix shells report for
//! SIGINT or SIGTERM. Only a command that is following its inputs gets a moment to print the newest
//! bytes.
#![allow(unsafe_code)]

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler};
use windows_sys::Win32::System::Threading::ExitProcess;

use super::handle::BorrowedFd;
use crate::os::{Signal, Stop};

/// The time for which a following command may continue after a request.
const GRACE: Duration = Duration::from_millis(100);

static WAKE: OnceLock<Stop> = OnceLock::new();
static MAY_FINISH: AtomicBool = AtomicBool::new(false);
/// The exit code of the request that was made while the command could finish; 0 before.
static CAUGHT: AtomicU8 = AtomicU8::new(0);

/// Installs the handler for requests to end.
pub fn catch() {
    WAKE.get_or_init(Stop::new).fd();
    // SAFETY: the handler is a function that lives as long as the program. The system calls it on a
    // thread of its own.
    unsafe { SetConsoleCtrlHandler(Some(on_request), 1) };
}

/// Sets whether the command can finish within a moment of a request, because it polls [`caught`].
pub fn set_may_finish(may_finish: bool) {
    MAY_FINISH.store(may_finish, Ordering::SeqCst);
}

unsafe extern "system" fn on_request(request: u32) -> i32 {
    let signal = match request {
        CTRL_C_EVENT | CTRL_BREAK_EVENT => Signal::Interrupt,
        _ => Signal::Terminate,
    };
    let code = signal.exit_code();
    let is_first = CAUGHT.swap(code, Ordering::SeqCst) == 0;
    if is_first && MAY_FINISH.load(Ordering::SeqCst) {
        if let Some(wake) = WAKE.get() {
            wake.request();
        }
        std::thread::sleep(GRACE);
    }
    exit_at_once(code)
}

/// Ends the program without running anything else of it.
pub fn exit_at_once(code: u8) -> ! {
    // SAFETY: the process ends, and none of its state is used afterwards.
    unsafe { ExitProcess(code.into()) }
}

/// Returns an event that is set when a request is made.
pub fn wake_fd() -> Option<BorrowedFd<'static>> {
    WAKE.get().and_then(Stop::fd)
}

/// Returns the request that was made while the command could finish.
pub fn caught() -> Option<Signal> {
    match CAUGHT.load(Ordering::SeqCst) {
        0 => None,
        130 => Some(Signal::Interrupt),
        _ => Some(Signal::Terminate),
    }
}
