//! Open directories on the way down a tree, from which deeper paths are resolved.
//!
//! A system call accepts paths of at most `PATH_MAX` bytes, and the kernel looks up each component
//! every time. So a deep tree has anchors along its path, of which a bounded number stay open.

use std::ffi::OsStr;
use std::io;
use std::sync::Arc;

use crate::os::posix::{AsFd, BorrowedFd, Mode, OFlags, OsStrExt, OwnedFd, openat};
use crate::os::{ANCHOR, open_beneath};

/// The distance from the last anchor, in bytes of the path, at which another one is added.
const ANCHOR_DISTANCE: usize = 1024;

/// The maximum number of anchors that are open at a time, besides the first.
pub(super) const MAX_ANCHORS: usize = 16;

/// The directory that the walk began at and the anchors below it, the deepest one last.
#[derive(Debug)]
pub(super) struct Anchors {
    /// Whether links are followed.
    follow: bool,
    anchors: Vec<Anchor>,
}

#[derive(Debug)]
struct Anchor {
    /// The length of the directory's path.
    path_len: usize,
    /// The open directory, or `None` if it was closed in favour of deeper ones.
    directory: Option<Arc<OwnedFd>>,
}

impl Anchors {
    pub fn new(follow: bool) -> Anchors {
        Anchors { follow, anchors: Vec::new() }
    }

    /// Returns how many anchors are open.
    #[cfg(test)]
    pub fn open_count(&self) -> usize {
        self.anchors.iter().filter(|anchor| anchor.directory.is_some()).count()
    }

    /// Opens a directory below an anchor.
    pub fn open(&self, from: BorrowedFd<'_>, path: &[u8], flags: OFlags) -> io::Result<OwnedFd> {
        let path = OsStr::from_bytes(path);
        Ok(match self.follow {
            true => openat(from, path, flags, Mode::empty())?,
            false => open_beneath(from, path.as_ref(), flags)?,
        })
    }

    /// Makes a directory an anchor if it is the first or far enough from the last one. `path_len` is the
    /// length of its path.
    pub fn add_if_needed(&mut self, directory: OwnedFd, path_len: usize, is_first: bool) {
        if is_first || path_len - self.anchors.last().map_or(0, |anchor| anchor.path_len) > ANCHOR_DISTANCE {
            self.anchors.push(Anchor { path_len, directory: Some(Arc::new(directory)) });
            // The first one stays open.
            if let Some(index) = self.anchors.len().checked_sub(MAX_ANCHORS + 1).filter(|&index| index > 0) {
                self.anchors[index].directory = None;
            }
        }
    }

    /// Drops the anchors below the directory whose path has `path_len` bytes.
    pub fn truncate(&mut self, path_len: usize) {
        while self.anchors.last().is_some_and(|anchor| anchor.path_len > path_len) {
            self.anchors.pop();
        }
    }

    /// Returns the anchor nearest to `path`, and the length of its own path.
    ///
    /// # Errors
    /// Returns the error from opening a closed anchor again.
    pub fn nearest(&mut self, path: &[u8]) -> io::Result<Option<(Arc<OwnedFd>, usize)>> {
        let Some(last) = self.anchors.last() else { return Ok(None) };
        if let Some(directory) = &last.directory {
            return Ok(Some((Arc::clone(directory), last.path_len)));
        }
        // On the way back up, the anchors above it will be needed soon, and stay open.
        let flags = ANCHOR | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut from: Option<(Arc<OwnedFd>, usize)> = None;
        for index in 0..self.anchors.len() {
            let end = self.anchors[index].path_len;
            let directory = match (&self.anchors[index].directory, &from) {
                (Some(directory), _) => Arc::clone(directory),
                (None, Some((from, start))) => Arc::new(self.open(from.as_fd(), &path[*start..end], flags)?),
                (None, None) => return Ok(None),
            };
            self.anchors[index].directory = Some(Arc::clone(&directory));
            if let Some(farthest) = (index + 1).checked_sub(MAX_ANCHORS + 1).filter(|&farthest| farthest > 0) {
                self.anchors[farthest].directory = None;
            }
            from = Some((directory, end));
        }
        Ok(from)
    }
}
