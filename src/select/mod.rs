//! Turns selections (a part of a file, a period) into spans of an input.

mod lines;
mod log;
mod merge;
mod period;
mod rotation;
pub mod shard;

pub use lines::last_line_end;
pub use log::{Lines, Log};
pub use merge::{Event, Merge};
pub use period::{PeriodSearch, PeriodSpans};
pub use rotation::ranks;
