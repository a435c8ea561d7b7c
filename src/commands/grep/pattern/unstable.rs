//! Searches bytes that another process may be changing.
//!
//! A regex engine reads mapped bytes twice: forward for the end of a match, and in reverse for its
//! start. If a writer changes them in between, the engine's invariants are violated, and it panics.
//! Here, such a search is repeated on a copy, which nothing can change.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether a panic of this thread is about to be caught.
    static CATCHES_PANIC: Cell<bool> = const { Cell::new(false) };
}

/// Runs `search` on `hay`, and if it panics, again on a copy.
///
/// # Panics
/// Panics if `search` also panics on the copy, which means that it has a bug.
pub fn search_unstable<T>(hay: &[u8], search: impl Fn(&[u8]) -> T) -> T {
    static SILENCE: Once = Once::new();
    SILENCE.call_once(|| {
        let report = take_hook();
        set_hook(Box::new(move |panic| {
            if !CATCHES_PANIC.get() {
                report(panic);
            }
        }));
    });
    CATCHES_PANIC.set(true);
    let found = catch_unwind(AssertUnwindSafe(|| search(hay)));
    CATCHES_PANIC.set(false);
    found.unwrap_or_else(|_| {
        let copy: Vec<u8> = hay.to_vec();
        search(&copy)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // Regression: the regex engine ended the program when bytes changed between its two scans.
    #[test]
    fn a_panic_on_changing_bytes_is_repeated_on_a_copy() {
        let hay = b"changing";
        let seen = search_unstable(hay, |bytes| {
            assert!(bytes.as_ptr() != hay.as_ptr(), "reverse search must match if forward search does");
            bytes.to_vec()
        });
        assert_eq!(seen, hay);
    }

    #[test]
    fn a_bug_still_panics() {
        assert!(catch_unwind(|| search_unstable(b"x", |_| -> () { panic!("a bug") })).is_err());
    }
}
