//! Advice on how a file will be read, which the system does not accept: it detects sequential
//! reading on its own.

use super::handle::AsFd;

/// Does nothing.
pub fn set_read_ahead(_: impl AsFd, _: bool) {}

/// Does nothing: bytes are loaded when they are read.
pub fn will_need(_: impl AsFd, _: u64, _: u64) {}

/// Does nothing.
pub fn is_sequential(_: impl AsFd) {}
