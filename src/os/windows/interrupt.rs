//! Ctrl-C, Ctrl-Break and the closing of the console, for commands that would go on for ever.
//!
//! The first of them ends the process at once, with the exit code that shells of Unix show for SIGINT
//! or SIGTERM. Only while a command follows its inputs has it a moment to print what came last.
#![allow(unsafe_code)]

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler};
use windows_sys::Win32::System::Threading::ExitProcess;

use super::handle::BorrowedFd;
use super::stop::Stop;

/// How long a command that follows may go on.
const GRACE: Duration = Duration::from_millis(100);

/// A request from outside that a program end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C or Ctrl-Break.
    Interrupt,
    /// The console closes, or the user logs off.
    Terminate,
}

impl Signal {
    /// Returns the exit code that shells of Unix use.
    pub fn exit_code(self) -> u8 {
        match self {
            Signal::Interrupt => 130,
            Signal::Terminate => 143,
        }
    }
}

static WAKE: OnceLock<Stop> = OnceLock::new();
static MAY_FINISH: AtomicBool = AtomicBool::new(false);
/// The exit code of the request that was made while the command might finish; 0 before.
static CAUGHT: AtomicU8 = AtomicU8::new(0);

/// Handles requests to end from now on.
pub fn catch() {
    WAKE.get_or_init(Stop::new).fd();
    // SAFETY: the handler is a function that lives as long as the program. The system calls it on a thread of its own.
    unsafe { SetConsoleCtrlHandler(Some(on_request), 1) };
}

/// Says whether the command can finish within a moment, because it looks at [`caught`].
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
            wake.ask();
        }
        std::thread::sleep(GRACE);
    }
    // SAFETY: the process ends; nothing of it is used afterwards.
    unsafe { ExitProcess(code.into()) }
}

/// Returns an event that is set when a request is made.
pub fn wake_fd() -> Option<BorrowedFd<'static>> {
    WAKE.get().and_then(Stop::fd)
}

/// Returns the request that was made while the command might finish.
pub fn caught() -> Option<Signal> {
    match CAUGHT.load(Ordering::SeqCst) {
        0 => None,
        130 => Some(Signal::Interrupt),
        _ => Some(Signal::Terminate),
    }
}
