//! The boot time, which is not needed here: no log has timestamps relative to it.

/// Returns `None`.
pub fn boot_time() -> Option<i64> {
    None
}
