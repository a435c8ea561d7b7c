//! `--find`: searches for bytes.
//!
//! [`first`] finds the start of a dump, and [`listing`] lists or counts all matches. Both accept a
//! match only once the input is known as far as the longest pattern could reach from the same byte.
//! The result therefore does not depend on how the input is split into blocks. Neither keeps more
//! of the input than the longest pattern and the rows around a match.

pub mod first;
pub mod listing;
pub mod pattern;
pub mod patterns;
pub mod regions;
pub mod trail;
