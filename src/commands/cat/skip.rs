//! What remains to be skipped of a followed file before its requested range begins.

use super::pick::Unit;

/// The units to skip in a file that does not yet reach the start of the requested range.
#[derive(Clone, Copy)]
pub(super) struct Skip {
    pub unit: Unit,
    pub remaining: u64,
}

impl Skip {
    /// Skips nothing.
    pub const NOTHING: Skip = Skip { unit: Unit::Byte, remaining: 0 };

    /// Skips units at the start of `bytes`, and returns the rest.
    pub fn apply<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        if self.remaining == 0 {
            return bytes;
        }
        let end = self.unit.nth_end(bytes, self.remaining);
        self.remaining -= self.remaining.min(self.unit.count(&bytes[..end]));
        &bytes[end..]
    }
}
