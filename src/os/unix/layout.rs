//! In how many pieces the file system stores a file.

/// How the file system stores a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Layout {
    /// Extents in the file system's map.
    pub extents: u64,
    /// Runs of extents that follow each other on the disk: 1 is a file in one piece, 0 one without any block.
    pub fragments: u64,
    /// Extents shared with other files or snapshots.
    pub shared: u64,
    /// Extents allocated and not yet written, which read as zeros.
    pub unwritten: u64,
    /// Extents not placed on the disk yet: their bytes are only in memory.
    pub delayed: u64,
    /// Whether the walk reached the last extent.
    pub complete: bool,
}
