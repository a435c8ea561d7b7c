//! The page size, queried once.

use std::sync::OnceLock;

/// Returns the page size in bytes (`sysconf(_SC_PAGESIZE)`).
pub fn page_size() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    *SIZE.get_or_init(rustix::param::page_size)
}
