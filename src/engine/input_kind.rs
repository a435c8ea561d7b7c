//! The kind of an input, text or binary. It is determined by the first bytes of the input, and
//! affects how a kernel treats the rest.

/// The kind of an input, according to its first bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputKind {
    /// Text, or treated as text.
    #[default]
    Text,
    /// Text with runs of NUL bytes, which belong to no line.
    Padded,
    /// Binary, with a NUL byte near the beginning.
    Binary,
}
