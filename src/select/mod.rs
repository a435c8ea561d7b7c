//! Turns what was asked for (a part of a file, a period) into spans of an input.

mod lines;
pub mod shard;

pub use lines::last_line_end;
