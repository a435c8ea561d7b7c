//! Text or binary: what the first bytes of an input say, and how a kernel takes the rest of it.

/// What an input holds, by its first bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputKind {
    /// Text, or to be taken as text.
    #[default]
    Text,
    /// Text with runs of NUL bytes, which belong to no line.
    Padded,
    /// Binary: there is a NUL byte near the beginning.
    Binary,
}
