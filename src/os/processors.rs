//! The number of processors that this process may use.

use std::sync::OnceLock;

/// Returns the number of processors, as the affinity mask and control groups limit it (`nproc(1)`).
pub fn processors() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
}
