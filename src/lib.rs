//! `mapped` inspects files through memory maps.
pub mod cli;
pub mod commands;
pub mod engine;
pub mod io;
pub mod output;
pub mod shard;
pub mod timestamp;
