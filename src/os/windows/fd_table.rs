//! The limit on open files, which here is only memory.

/// Returns how many files each worker may keep open: `max`, as there is no limit to share.
pub fn files_per_worker(_: usize, max: usize) -> usize {
    max
}

/// Does nothing: there is no limit to raise.
pub fn raise_limit() {}

/// Spare handles for those that an open file may need in addition to its own. There are none,
/// because there is no limit.
#[derive(Debug, Default)]
pub struct Reserve(());

impl Reserve {
    /// Does nothing.
    pub fn hold(&mut self) {}

    /// Does nothing.
    pub fn release(&mut self) {}
}
