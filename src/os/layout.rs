//! The number of extents and fragments of a file on disk.

/// A summary of how the file system stores a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Layout {
    /// The number of extents in the file system's map.
    pub extents: u64,
    /// Runs of adjacent extents: 1 for a file that is contiguous on disk, 0 for one without blocks.
    pub fragments: u64,
    /// Extents shared with other files or snapshots.
    pub shared: u64,
    /// Extents that are allocated but not yet written, which read as zeros.
    pub unwritten: u64,
    /// Extents that are not allocated on disk yet: their bytes are only in memory.
    pub delayed: u64,
    /// Whether the walk reached the last extent.
    pub complete: bool,
}
