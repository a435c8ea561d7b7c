//! A stand-in for systems that cannot wake a follower when files change: only its timer wakes it.
//!
//! Windows is one of them: `ReadDirectoryChangesW` reports that a file has grown only when its cache
//! is flushed, which is later than its bytes can be read.

use crate::os::posix::BorrowedFd;
use std::fs::File;
use std::path::Path;

/// Watches nothing.
pub struct Watch;

impl Watch {
    /// Returns a watch that never wakes the follower.
    pub fn start() -> Watch {
        Watch
    }

    /// Returns `None`: changes are not noticed.
    pub fn file(&self, _: &File) -> Option<i32> {
        None
    }

    /// Does nothing.
    pub fn directory(&self, _: &Path) {}

    /// Returns `None`: there is nothing to poll.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Does nothing.
    pub fn drain(&mut self) {}

    /// Returns an empty list: the order of changes is unknown.
    pub fn take_changed(&mut self) -> Vec<i32> {
        Vec::new()
    }

    /// Returns `true`: names may have changed at any time.
    pub fn take_names_changed(&mut self) -> bool {
        true
    }
}
