//! Turns what was asked for (a part of a file, a period) into spans of an input.

pub mod shard;
