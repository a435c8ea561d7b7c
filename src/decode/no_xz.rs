//! Stands in for liblzma's decoders in builds without the feature `xz`, and returns an error.

use std::io;

use super::detect::Format;
use super::input::EncodedInput;
use super::{Decode, not_built};

/// A decoder that cannot be created.
pub enum Xz {}

impl Xz {
    /// Always fails: this build has no decoder.
    ///
    /// # Errors
    /// Returns the error for a missing decoder.
    pub fn new(_: EncodedInput, format: Format) -> io::Result<Xz> {
        Err(not_built(format.name(), "xz"))
    }
}

impl Decode for Xz {
    fn decode(&mut self, _: &mut Vec<u8>) -> io::Result<bool> {
        match *self {}
    }

    fn is_ready(&self) -> bool {
        match *self {}
    }
}
