//! How many files may be open at once: as many as memory allows.

/// Returns how many files each holder may keep open: as many as it likes, up to `most`.
pub fn share(_: usize, most: usize) -> usize {
    most
}

/// Does nothing: there is no limit to raise.
pub fn raise_limit() {}

/// Handles kept free for what one open file needs besides its own: none, as there is no limit.
#[derive(Debug, Default)]
pub struct Reserve;

impl Reserve {
    /// Does nothing.
    pub fn hold(&mut self) {}

    /// Does nothing.
    pub fn release(&mut self) {}
}
