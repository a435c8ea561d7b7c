//! When the machine booted. Kernel messages count their seconds from then.

use rustix::time::{ClockId, clock_gettime};

/// Returns when the machine booted, in seconds since 1970, counting time asleep.
pub fn boot_time() -> Option<i64> {
    let up = clock_gettime(ClockId::Boottime).tv_sec;
    clock_gettime(ClockId::Realtime).tv_sec.checked_sub(up)
}
