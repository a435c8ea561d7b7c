//! The ordered parallel pipeline between input bytes and printed text.
//!
//! A cursor hands out spans under one lock. Workers load each as a [`Block`], run a pure [`Kernel`]
//! over it, pass running totals on in file order, format in parallel, verify that the file still
//! held the bytes they scanned, and emit in file order. Each thread holds one batch, so memory is
//! bounded by threads times block size. The engine knows no file format and no output; a kernel
//! knows no file.

mod block;
mod block_reader;
mod buffer_pool;
mod cold_files;
mod consume;
mod counters;
mod cursor;
#[cfg(test)]
mod fault_injection;
mod fold;
mod input;
mod input_kind;
mod kernel;
mod load;
mod long_block;
mod ordered_map;
mod pipeline;
mod plan;
mod prefetched_inputs;
mod prefix_probe;
mod run;
mod session;
mod shared_window;
mod sink;
mod stage;
#[cfg(test)]
mod stage_tests;
#[cfg(test)]
mod truncation_tests;
mod workers;
mod write_text;

pub use block::Block;
pub(crate) use block::{rewritten, truncated};
pub use block_reader::BlockReader;
pub use consume::{Consumed, Consumer};
pub use counters::{Counter, Counters, InputCounts};
pub use fold::Fold;
pub use input::{Input, Open, Opened};
pub use input_kind::InputKind;
pub use kernel::{Flow, Inserted, Insertion, Kernel};
pub use ordered_map::{Lookahead, MapSteps, map_in_order};
pub use pipeline::Pipeline;
pub use plan::{BLOCK, COUNTING_BLOCK, Engine, Plan, SplitAt};
pub use prefetched_inputs::PrefetchedInputs;
pub use run::Outcome;
pub use session::Session;
pub use sink::Sink;
pub(crate) use stage::Stage;
pub use workers::Permits;
pub(crate) use workers::on_threads;
pub use write_text::write_text;

/// The primitives of a stage. The model checker substitutes its own.
mod sync {
    pub(super) use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
}
