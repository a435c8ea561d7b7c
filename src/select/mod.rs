//! Turns selections (a part of a file, a period) into spans of an input.

mod ahead;
mod batch;
mod heads;
mod lines;
mod live_merge;
mod log;
mod merge;
mod period;
mod rotation;
pub mod shard;

pub use batch::Lines;
pub use lines::{count_lines, last_line_end, last_lines_start};
pub use live_merge::{LiveMerge, ReleasedEntry};
pub use log::Log;
pub use merge::{Merge, MergeOutput, MergeStep};
pub use period::{PeriodSearch, PeriodSpans};
pub use rotation::ranks;
