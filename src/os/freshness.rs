//! The required freshness of file attributes on a network file system (`statx(2)`).

/// The required freshness of attributes from a network file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// The file system's default.
    Default,
    /// Ask the server.
    Server,
    /// Answer from the cache if possible.
    Cached,
}
