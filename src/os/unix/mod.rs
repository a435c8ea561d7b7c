//! What POSIX systems share: mappings and the signals they raise, descriptors, names, limits.

pub mod accounts;
pub mod beneath;
pub mod buffer;
pub mod closed_stdio;
pub mod extents;
pub mod fd_table;
pub mod file_system;
pub mod freshness;
pub mod holders;
pub mod holes;
pub mod interrupt;
pub mod layout;
pub mod posix;
pub mod processes;
pub mod ready;
pub mod residency;
pub mod sigbus;
pub mod status;
pub mod stop;
pub mod usage;
pub mod volume;
pub mod window;
mod window_table;

/// The atomics that the window table is made of. The model checker substitutes its own.
mod atomic {
    pub(super) use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
}
