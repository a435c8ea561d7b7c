//! The boot time, from which kernel messages count their seconds.

use rustix::time::{ClockId, clock_gettime};

/// Returns the boot time in seconds since 1970. Time asleep counts as uptime.
pub fn boot_time() -> Option<i64> {
    let up = clock_gettime(ClockId::Boottime).tv_sec;
    clock_gettime(ClockId::Realtime).tv_sec.checked_sub(up)
}
