//! What POSIX systems share: mappings and the signals they raise, descriptors, names, limits.

pub mod accounts;
pub mod beneath;
pub mod buffer;
pub mod closed_stdio;
pub mod fd_table;
pub mod holes;
pub mod interrupt;
pub mod read_ahead;
pub mod ready;
pub mod sigbus;
pub mod stop;
pub mod usage;
pub mod window;
mod window_table;

/// The primitives that the table of windows is made of. The model checker puts its own here.
mod atomic {
    pub(super) use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
}
