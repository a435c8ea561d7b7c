//! Stands in for the zstd decoder in builds without the feature `zstd`, and reports that.

use std::io;

use super::input::Input;
use super::not_built;

/// Returns `None`: no frame's length is known without the decoder.
pub fn frame_length(_: &[u8]) -> Option<usize> {
    None
}

/// A decoder that cannot be made.
pub enum Zstd {}

impl Zstd {
    /// Fails, as there is no decoder.
    ///
    /// # Errors
    /// Always.
    pub fn new() -> io::Result<Zstd> {
        Err(not_built("zstd", "zstd"))
    }

    /// Is never called.
    pub fn begin(&mut self) -> io::Result<()> {
        match *self {}
    }

    /// Is never called.
    pub fn decode(&mut self, _: &mut Input, _: &mut Vec<u8>) -> io::Result<bool> {
        match *self {}
    }
}
