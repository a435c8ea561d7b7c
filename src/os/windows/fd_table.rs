//! How many files may be open at once: as many as memory allows.

/// Returns how many files each worker may keep open: `most`, as there is no limit to share.
pub fn files_per_worker(_: usize, most: usize) -> usize {
    most
}

/// Does nothing: there is no limit to raise.
pub fn raise_limit() {}

/// Spare handles for what one open file needs besides its own. There are none, as there is no
/// limit.
#[derive(Debug, Default)]
pub struct Reserve(());

impl Reserve {
    /// Does nothing.
    pub fn hold(&mut self) {}

    /// Does nothing.
    pub fn release(&mut self) {}
}
