//! Watches files with kqueue to wake a follower when their content or names change.
//!
//! If no queue can be created, or a directory cannot be opened, the follower falls back on its
//! timer.
#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::kqueue::{Event, EventFilter, EventFlags, VnodeEvents, kevent, kqueue};

/// Watches files for new bytes and directories for new names.
pub struct Watch {
    queue: Option<OwnedFd>,
    /// The watched directories. A filter ends when its descriptor is closed.
    directories: RefCell<Vec<(PathBuf, File)>>,
    /// Whether something could not be watched.
    is_blind: Cell<bool>,
    /// The files that have changed, in order.
    changed: Vec<i32>,
    names_changed: bool,
}

impl Watch {
    /// Returns an empty watch.
    pub fn start() -> Watch {
        let queue = kqueue().ok();
        let is_blind = Cell::new(queue.is_none());
        Watch { queue, directories: RefCell::default(), is_blind, changed: Vec::new(), names_changed: false }
    }

    /// Wakes the follower when an open file changes, even after it is renamed. Returns its number
    /// in [`Watch::take_changed`].
    pub fn file(&self, file: &File) -> Option<i32> {
        self.add(file, false);
        Some(file.as_raw_fd())
    }

    /// Wakes the follower when names in the directory appear or disappear.
    pub fn directory(&self, path: &Path) {
        let mut directories = self.directories.borrow_mut();
        if directories.iter().any(|(known, _)| known == path) {
            return;
        }
        match File::open(path) {
            Ok(directory) => {
                self.add(&directory, true);
                directories.push((path.to_owned(), directory));
            }
            Err(_) => self.is_blind.set(true),
        }
    }

    fn add(&self, file: &File, is_directory: bool) {
        let Some(queue) = &self.queue else { return };
        let flags = VnodeEvents::WRITE
            | VnodeEvents::EXTEND
            | VnodeEvents::ATTRIBUTES
            | VnodeEvents::RENAME
            | VnodeEvents::LINK
            | VnodeEvents::DELETE;
        let filter = EventFilter::Vnode { vnode: file.as_raw_fd(), flags };
        let mark = std::ptr::without_provenance_mut(usize::from(is_directory));
        let change = Event::new(filter, EventFlags::ADD | EventFlags::CLEAR, mark);
        let no_events: &mut [Event] = &mut [];
        // SAFETY: the descriptor is open. The kernel removes the filter when it is closed.
        if unsafe { kevent(queue, &[change], no_events, None) }.is_err() {
            self.is_blind.set(true);
        }
    }

    /// Returns the descriptor to poll for reading.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.queue.as_ref().map(AsFd::as_fd)
    }

    /// Reads all pending events, and records which files changed and whether names did.
    pub fn drain(&mut self) {
        let Some(queue) = &self.queue else { return };
        let mut events: Vec<Event> = Vec::with_capacity(64);
        loop {
            events.clear();
            // SAFETY: no filter is added.
            let taken = unsafe { kevent(queue, &[], spare_capacity(&mut events), Some(Duration::ZERO)) };
            for event in &events {
                let is_directory = !event.udata().is_null();
                let written = VnodeEvents::WRITE | VnodeEvents::EXTEND;
                let EventFilter::Vnode { vnode, flags } = event.filter() else { continue };
                self.names_changed |= is_directory || !written.contains(flags);
                self.changed.push(vnode);
            }
            if taken.is_err() || events.len() < events.capacity() {
                return;
            }
        }
    }

    /// Returns the numbers of the files that changed since the last call, in the order of their
    /// changes.
    pub fn take_changed(&mut self) -> Vec<i32> {
        std::mem::take(&mut self.changed)
    }

    /// Returns whether names may have changed since the last call.
    pub fn take_names_changed(&mut self) -> bool {
        std::mem::take(&mut self.names_changed) || self.is_blind.get()
    }
}
