//! Counts the tests that cannot run because a requirement is missing, and reports them at the end.
//!
//! A test that returns early passes, so it would not be noticed that it did not run. If the
//! environment variable `CI` is set, everything is expected to be available, and such a test fails
//! unless `MAPPED_MAY_SKIP` is also set.
#![allow(unsafe_code)]

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::{Mutex, Once, PoisonError};

/// The missing requirements, each with the tests that need it.
static SKIPPED: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

/// Records that the calling test, or a part of it, needs `what` and does not run.
///
/// # Panics
/// Panics in CI.
#[track_caller]
pub fn skip(what: &str) {
    static AT_EXIT: Once = Once::new();
    let place = Location::caller();
    let is_set = |name| std::env::var_os(name).is_some();
    assert!(!is_set("CI") || is_set("MAPPED_MAY_SKIP"), "skipped in CI for lack of {what}");
    AT_EXIT.call_once(|| {
        // SAFETY: the handler is an extern "C" function that does not unwind and lives as long as
        // the program.
        unsafe { libc::atexit(report) };
    });
    let name = std::thread::current().name().unwrap_or("test").to_owned();
    let test = format!("{name} ({}:{})", place.file(), place.line());
    SKIPPED.lock().unwrap_or_else(PoisonError::into_inner).entry(what.to_owned()).or_default().push(test);
}

/// Returns whether the emulator passes a wrong address to handlers of SIGBUS. On big-endian
/// processors, qemu 7.2 exchanges the halves of the address, so that no window covers it.
#[allow(dead_code, reason = "used by unit tests only")]
pub fn lacks_fault_addresses() -> bool {
    cfg!(target_endian = "big") && std::env::var_os("MAPPED_EMULATED").is_some()
}

extern "C" fn report() {
    let skipped = SKIPPED.lock().unwrap_or_else(PoisonError::into_inner);
    let count: usize = skipped.values().map(Vec::len).sum();
    let mut text = format!("skipped: {count} tests or parts of tests, for lack of\n");
    for (what, tests) in skipped.iter() {
        text.push_str(&format!("  {what}: {}\n", tests.join(", ")));
    }
    // Bypasses the harness's capture, and does not panic if standard error is closed.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
}
