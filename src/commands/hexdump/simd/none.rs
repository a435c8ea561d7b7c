//! Processors without a vector kernel.

use super::{CanonicalRows, ShapedRows};

/// Returns no kernel.
pub fn canonical_kernels() -> Vec<(&'static str, CanonicalRows)> {
    vec![]
}

/// Returns `None`.
pub fn shaped_rows() -> Option<ShapedRows> {
    None
}
