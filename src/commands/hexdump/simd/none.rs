//! Processors without a vector kernel.

use super::{Rows, ShapedRows};

/// Returns no kernel.
pub fn canonical_kernels() -> Vec<(&'static str, Rows)> {
    vec![]
}

/// Returns `None`.
pub fn shaped_rows() -> Option<ShapedRows> {
    None
}
