//! `--find`: searches for bytes.
//!
//! [`first`] finds where a dump starts, and [`listing`] lists or counts every match. Both decide on
//! a match only once all bytes of the longest pattern that could start at the same byte are known,
//! so the result does not depend on where blocks are split. Neither keeps more of the input than
//! the longest pattern and the rows around a match.

pub mod first;
pub mod listing;
pub mod pattern;
pub mod patterns;
pub mod regions;
pub mod trail;
