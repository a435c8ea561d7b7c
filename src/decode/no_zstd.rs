//! Stands in for the zstd decoder in builds without the feature `zstd`, and returns an error.

use std::io;

use super::input::EncodedInput;
use super::not_built;

/// Returns `None`: without the decoder, frame lengths are unknown.
pub fn frame_length(_: &[u8]) -> Option<usize> {
    None
}

/// A decoder that cannot be created.
pub enum Zstd {}

impl Zstd {
    /// Always fails: this build has no decoder.
    ///
    /// # Errors
    /// Returns the error for a missing decoder.
    pub fn new() -> io::Result<Zstd> {
        Err(not_built("zstd", "zstd"))
    }

    /// Never called.
    pub fn begin(&mut self) -> io::Result<()> {
        match *self {}
    }

    /// Never called.
    pub fn decode(&mut self, _: &mut EncodedInput, _: &mut Vec<u8>) -> io::Result<bool> {
        match *self {}
    }
}
