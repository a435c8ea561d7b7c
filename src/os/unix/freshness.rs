//! What a caller of `statx(2)` asks of a network file system.

/// How fresh the facts of a network file system must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// As the file system does by itself.
    Default,
    /// Ask the server.
    Server,
    /// Answer from memory if possible.
    Cached,
}
