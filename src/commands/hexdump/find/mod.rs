//! Searching for bytes: `--find`.
//!
//! [`first`] finds where a dump begins, [`listing`] lists or counts every match. Both decide on a
//! match only once the longest pattern that could begin at the same byte has been seen whole, so
//! the result does not depend on where blocks are split. Neither keeps more of the input than the
//! longest pattern and the rows around a match.

pub mod first;
pub mod listing;
pub mod pattern;
pub mod patterns;
pub mod regions;
pub mod trail;
