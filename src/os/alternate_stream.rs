//! Alternate data streams, which NTFS files can have in addition to their content.

use std::ffi::OsString;

/// A named stream of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlternateStream {
    /// The name, without colons or type.
    pub name: OsString,
    /// The length in bytes.
    pub size: u64,
}
