//! The SIGBUS guard: a fault in a live window is recorded instead of killing the process.
//!
//! If a mapped file is truncated or its disk fails, touching a lost page raises SIGBUS. The handler
//! finds the address in a fixed table of live windows, maps zero pages from the faulting page to
//! the window's end, records the lowest fault, and returns. The scan continues over zeros, and the
//! verify step after it discards the result. A fault outside every window is a real bug and is
//! passed to the previous handler.
//!
//! The handler takes no lock, allocates nothing and makes one system call, `mmap`.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Once, OnceLock};

use crate::os::fault_table::TABLE;

static PAGE: AtomicUsize = AtomicUsize::new(4096);

/// The signals that touching a lost page raises. POSIX specifies SIGBUS and Linux follows it, but
/// some versions of other systems have sent SIGSEGV.
#[cfg(target_os = "linux")]
const SIGNALS: [libc::c_int; 1] = [libc::SIGBUS];
#[cfg(not(target_os = "linux"))]
const SIGNALS: [libc::c_int; 2] = [libc::SIGBUS, libc::SIGSEGV];

/// The actions that were installed before ours, in the order of [`SIGNALS`].
static PREVIOUS: [OnceLock<libc::sigaction>; SIGNALS.len()] = [const { OnceLock::new() }; SIGNALS.len()];

/// Installs the SIGBUS handler before the first window exists.
///
/// A SIGBUS sent to the process then ends it regardless of how its input is read, whereas the
/// standard library's handler would ignore the first one.
pub fn install_sigbus_handler() {
    install(super::page::page_size());
}

/// Installs the handlers, once, before the first window is guarded.
pub(super) fn install(page: usize) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        PAGE.store(page, Ordering::Relaxed);
        for (signal, before) in SIGNALS.into_iter().zip(&PREVIOUS) {
            // SAFETY: both actions are fully initialised before the kernel reads them, and the
            // handler is async-signal-safe (see `on_sigbus`). `PREVIOUS` is filled before the
            // handler is installed.
            unsafe {
                let mut previous: libc::sigaction = std::mem::zeroed();
                libc::sigaction(signal, std::ptr::null(), &raw mut previous);
                let _ = before.set(previous);
                let mut action: libc::sigaction = std::mem::zeroed();
                let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = on_sigbus;
                action.sa_sigaction = handler as *const () as usize;
                action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
                libc::sigemptyset(&raw mut action.sa_mask);
                libc::sigaction(signal, &raw const action, std::ptr::null_mut());
            }
        }
    });
}

extern "C" fn on_sigbus(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel passes a valid siginfo to an SA_SIGINFO handler. `si_addr` is the faulting
    // address when `si_code` is positive (sigaction(2)). A SIGBUS sent by kill(2) has none.
    let (code, addr) = unsafe { ((*info).si_code, (*info).si_addr() as usize) };
    if code > 0 {
        for slot in &TABLE {
            let Some((start, end)) = slot.covers(addr) else { continue };
            let page = addr & !(PAGE.load(Ordering::Relaxed) - 1);
            // Record first, so that any thread that reads the zeros also finds the fault.
            slot.record_fault(page - start);
            if map_zero_pages(page, end) {
                return;
            }
        }
    }
    chain_to_previous(signal, code, info, context);
}

/// Maps private zero pages over the pages from `page` to `end`, preserving `errno`.
fn map_zero_pages(page: usize, end: usize) -> bool {
    // SAFETY: `page..end` lies inside a live window of ours, found in the table. Its owner is
    // blocked in this very fault or reads it as plain bytes that may change at any time, and
    // nothing else is mapped in that range. mmap is a bare system call and errno is restored.
    unsafe {
        #[cfg(target_os = "linux")]
        let errno = libc::__errno_location();
        #[cfg(not(target_os = "linux"))]
        let errno = libc::__error();
        let saved = *errno;
        let laid = libc::mmap(
            page as *mut libc::c_void,
            end - page,
            libc::PROT_READ,
            libc::MAP_PRIVATE | libc::MAP_FIXED | libc::MAP_ANON,
            -1,
            0,
        );
        *errno = saved;
        laid != libc::MAP_FAILED
    }
}

/// Passes a signal that is not ours to the previous handler. By default it ends the program, as
/// it would have without this handler.
fn chain_to_previous(signal: libc::c_int, code: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // `get` is an atomic load once `install` has filled it.
    let previous = SIGNALS.iter().position(|&ours| ours == signal).and_then(|at| PREVIOUS[at].get());
    let (action, flags) = previous.map_or((libc::SIG_DFL, 0), |previous| (previous.sa_sigaction, previous.sa_flags));
    // SAFETY: the previous handler is called with the arguments and in the form it was registered
    // for.
    unsafe {
        match action {
            libc::SIG_IGN if code <= 0 => {}
            libc::SIG_DFL | libc::SIG_IGN => {
                // Returning runs the faulting instruction again, now under the default action. A
                // signal that was sent has no instruction to run again, so it is raised again.
                libc::signal(signal, libc::SIG_DFL);
                if code <= 0 {
                    libc::raise(signal);
                }
            }
            handler if flags & libc::SA_SIGINFO != 0 => {
                let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) =
                    std::mem::transmute(handler);
                handler(signal, info, context);
                raise_if_disarmed(signal, code);
            }
            handler => {
                let handler: extern "C" fn(libc::c_int) = std::mem::transmute(handler);
                handler(signal);
                raise_if_disarmed(signal, code);
            }
        }
    }
}

/// Raises the signal again if the previous handler set the default action and returned.
///
/// Rust's runtime does this. A faulting instruction then runs again and kills the process. A signal
/// that was sent has no such instruction; raising it again keeps the process from continuing
/// without a guard.
fn raise_if_disarmed(signal: libc::c_int, code: libc::c_int) {
    if code > 0 {
        return;
    }
    // SAFETY: both calls are async-signal-safe (signal-safety(7)), and the kernel writes `now`.
    unsafe {
        let mut now: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(signal, std::ptr::null(), &raw mut now) == 0 && now.sa_sigaction == libc::SIG_DFL {
            libc::raise(signal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::fault_table::{Guard, live_windows};

    /// Runs a test of this program again in a separate process, with `ALONE` set, and returns its
    /// output. Returns `None` within that process.
    fn alone(test: &str) -> Option<std::process::Output> {
        if std::env::var_os("ALONE").is_some() {
            return None;
        }
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", test, "--nocapture"]).env("ALONE", "1");
        let ended = command.output().unwrap();
        // Running a test name that no longer exists would also succeed.
        let said = String::from_utf8_lossy(&ended.stdout);
        assert!(said.contains("running 1 test"), "{test}: {said}");
        Some(ended)
    }

    /// Touches a page that the file has lost, through a mapping that is not a window.
    fn touch_a_lost_page() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(8192).unwrap();
        // SAFETY: nothing relies on these bytes, as touching them ends the process.
        let map = unsafe { memmap2::Mmap::map(&file).unwrap() };
        file.set_len(0).unwrap();
        std::hint::black_box(map[4096]);
    }

    /// The handler must not hide a SIGBUS outside the windows, nor loop on it.
    #[test]
    fn a_bug_still_ends_the_program() {
        use std::os::unix::process::ExitStatusExt;
        let Some(ended) = alone("os::unix::sigbus::tests::a_bug_still_ends_the_program") else {
            // Windows before and after the fault do not cover it, nor does one that was dropped.
            // SAFETY: no fault ever happens at these addresses.
            let guard = |start, end| unsafe { Guard::new(start, end) };
            install(4096);
            drop(guard(0x1000, 0x2000));
            let _low = guard(0x1000, 0x2000);
            let high = isize::MAX as usize & !0xffff;
            let _high = guard(high, high + 0xf000);
            touch_a_lost_page();
            std::process::exit(0);
        };
        assert_eq!(ended.status.signal(), Some(libc::SIGBUS), "{ended:?}");
    }

    /// All threads take and release slots at once and record faults in between; no slot may be
    /// lost.
    #[test]
    fn millions_of_windows_leave_no_slot_taken() {
        const THREADS: usize = 4;
        const WINDOWS: usize = 1_000_000;
        let Some(ended) = alone("os::unix::sigbus::tests::millions_of_windows_leave_no_slot_taken") else {
            std::thread::scope(|scope| {
                for thread in 1..=THREADS {
                    scope.spawn(move || {
                        for i in 0..WINDOWS {
                            // Addresses of 32 bits suffice.
                            let start = ((thread << 12) + i % 4096) << 16;
                            // SAFETY: no fault happens in this process.
                            let guard = unsafe { Guard::new(start, start + 0x8000) };
                            let guard = guard.expect("few are taken at a time");
                            assert_eq!(guard.fault(), None, "a stranger's fault");
                            if i % 3 == 0 {
                                let slot = TABLE.iter().find(|slot| slot.covers(start).is_some());
                                slot.expect("it is guarded").record_fault(thread);
                                assert_eq!(guard.fault(), Some(thread));
                            }
                        }
                    });
                }
            });
            assert_eq!(live_windows(), 0);
            return;
        };
        assert!(ended.status.success(), "{ended:?}");
        assert!(String::from_utf8_lossy(&ended.stdout).contains("1 passed"), "{ended:?}");
        eprintln!("{} windows, no slot lost", THREADS * WINDOWS);
    }
}
