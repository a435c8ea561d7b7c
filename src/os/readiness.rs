//! Whether a stream can be read without waiting, in types that are the same on every system.

/// The outcome of [`read_ready`](super::read_ready).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOutcome {
    /// Some bytes.
    Bytes,
    /// Nothing is ready.
    Nothing,
    /// The stream has ended.
    End,
}

/// Whether a stream can be read without waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    /// Bytes, the end or an error can be read.
    Yes,
    /// Nothing is available yet.
    No,
    /// A stop was requested.
    Stop,
}
