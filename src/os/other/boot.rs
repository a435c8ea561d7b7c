//! When the machine started, which nothing here needs: kernel messages have no such times.

/// Returns `None`: not known on this system.
pub fn boot_time() -> Option<i64> {
    None
}
