//! Advice on how a file will be read: the system finds out by itself.

use super::handle::AsFd;

/// Does nothing.
pub fn set_read_ahead(_: impl AsFd, _: bool) {}

/// Does nothing: bytes arrive when they are read.
pub fn will_need(_: impl AsFd, _: u64, _: u64) {}

/// Does nothing.
pub fn is_sequential(_: impl AsFd) {}
