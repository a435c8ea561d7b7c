//! Watches files with inotify to wake a follower when their content or names change.
//!
//! If inotify is missing or its limits are reached, the follower falls back on its timer.

use std::fs::File;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::inotify::{CreateFlags, ReadFlags, Reader, WatchFlags, add_watch, init};

/// Watches files for new bytes and directories for new names.
pub struct Watch {
    inotify: Option<OwnedFd>,
    /// The files that have changed, in order.
    changed: Vec<i32>,
    names_changed: bool,
}

impl Watch {
    /// Returns an empty watch. Without inotify, the follower falls back on its timer.
    pub fn start() -> Watch {
        // This fails when the user has reached the maximum number of instances
        // (max_user_instances).
        let inotify = init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok();
        Watch { inotify, changed: Vec::new(), names_changed: false }
    }

    /// Wakes the follower when an open file changes, even after it is renamed. Returns its number
    /// in [`Watch::take_changed`].
    pub fn file(&self, file: &File) -> Option<i32> {
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        self.add(path.as_ref(), WatchFlags::MODIFY | WatchFlags::ATTRIB | WatchFlags::MOVE_SELF)
    }

    /// Wakes the follower when names in the directory appear or disappear.
    pub fn directory(&self, path: &Path) {
        self.add(path, WatchFlags::CREATE | WatchFlags::MOVED_TO | WatchFlags::MOVED_FROM | WatchFlags::DELETE);
    }

    fn add(&self, path: &Path, flags: WatchFlags) -> Option<i32> {
        // This may be refused (max_user_watches).
        add_watch(self.inotify.as_ref()?, path, flags).ok()
    }

    /// Returns the descriptor to poll for reading.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.inotify.as_ref().map(AsFd::as_fd)
    }

    /// Reads all pending events, and records which files changed and whether names did.
    pub fn drain(&mut self) {
        let Some(inotify) = &self.inotify else { return };
        let mut buffer = [MaybeUninit::uninit(); 8192];
        let mut reader = Reader::new(inotify, &mut buffer);
        while let Ok(event) = reader.next() {
            self.names_changed |= !event.events().difference(ReadFlags::MODIFY).is_empty();
            if self.changed.last() != Some(&event.wd()) {
                self.changed.push(event.wd());
            }
        }
    }

    /// Returns the numbers of the files that changed since the last call, in the order of their
    /// changes.
    pub fn take_changed(&mut self) -> Vec<i32> {
        std::mem::take(&mut self.changed)
    }

    /// Returns whether names have changed since the last call.
    pub fn take_names_changed(&mut self) -> bool {
        std::mem::take(&mut self.names_changed)
    }
}
