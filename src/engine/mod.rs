//! The ordered parallel pipeline between the bytes and what is printed of them.
//!
//! A cursor hands out spans under one lock; workers open the inputs for it, load each as a [`Block`], run a pure [`Kernel`]
//! over it, hand running totals on in file order, format in parallel, verify that the file still
//! held what they saw, and emit in file order. A thread has one batch in hand, and another that waits
//! for its turn at most, so memory is bounded by the thread count. The engine knows no file format, and a kernel knows no file.

mod block;
mod crew;
mod cursor;
mod heads;
mod job;
mod kernel;
mod lanes;
mod load;
mod run;
#[cfg(test)]
mod run_tests;
#[cfg(test)]
mod sabotage;
mod scratch;
mod setup;
mod stats;
mod succession;
mod turn;
#[cfg(test)]
mod turn_tests;
mod warmth;

pub use block::Block;
pub(crate) use block::{rewritten, truncated};
pub(crate) use crew::start;
pub use cursor::{Cut, Input, Open, Opened, Plan};
pub use job::write_text;
pub use kernel::{Flow, Inserted, Insertion, Kernel};
pub use lanes::{Lane, Permits};
pub use run::Outcome;
pub use setup::{BLOCK, COUNTED, Engine};
pub use stats::{Stats, Tally};
pub use succession::{MOMENT, Succession};
pub(crate) use turn::Turns;

/// What the turnstile is made of. The model checker puts its own here.
mod sync {
    pub(super) use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
}
