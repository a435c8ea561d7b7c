//! Reports that there is no vector kernel for this processor.

use super::{CanonicalRows, ShapedRows};

/// Returns no kernels.
pub fn canonical_kernels() -> Vec<(&'static str, CanonicalRows)> {
    vec![]
}

/// Returns `None`.
pub fn shaped_rows() -> Option<ShapedRows> {
    None
}
