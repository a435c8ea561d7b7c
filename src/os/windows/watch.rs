//! Wakes a follower when files change. Here, only the follower's timer wakes it.

use std::fs::File;
use std::path::Path;

use super::handle::BorrowedFd;

/// Watches nothing.
pub struct Watch;

impl Watch {
    /// Returns a watch that never wakes the follower.
    pub fn start() -> Watch {
        Watch
    }

    /// Does nothing.
    pub fn file(&self, _: &File) {}

    /// Does nothing.
    pub fn directory(&self, _: &Path) {}

    /// Returns `None`: there is nothing to wait for.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Does nothing.
    pub fn drain(&mut self) {}

    /// Returns `true`: names may have changed at any time.
    pub fn take_names_changed(&mut self) -> bool {
        true
    }
}
