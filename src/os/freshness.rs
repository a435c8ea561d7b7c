//! How fresh the facts that `statx(2)` returns must be on a network file system.

/// How fresh the facts of a network file system must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// The file system's default.
    Default,
    /// Ask the server.
    Server,
    /// Answer from the cache if possible.
    Cached,
}
