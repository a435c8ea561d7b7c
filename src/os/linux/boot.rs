//! When the machine started, which is what kernel messages count their seconds from.

use rustix::time::{ClockId, clock_gettime};

/// Returns the second since 1970 at which the machine started, time asleep included.
pub fn boot_time() -> Option<i64> {
    let up = clock_gettime(ClockId::Boottime).tv_sec;
    clock_gettime(ClockId::Realtime).tv_sec.checked_sub(up)
}
