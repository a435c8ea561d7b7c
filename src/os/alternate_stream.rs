//! An alternate data stream, which files on NTFS may have beside their content.

use std::ffi::OsString;

/// A named stream of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlternateStream {
    /// The name, without colons and type.
    pub name: OsString,
    /// The length in bytes.
    pub size: u64,
}
