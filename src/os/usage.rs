//! The resources this process has used so far: faults, switches, processor time, device reads.

use std::time::Duration;

use super::system::usage_now;

/// Counters since the process started, or between two points in time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Page faults served without the disk (`getrusage(2)`).
    pub minor_faults: u64,
    /// Page faults that waited for the disk.
    pub major_faults: u64,
    /// Context switches because a thread had to wait.
    pub voluntary_switches: u64,
    /// Context switches because another thread was scheduled.
    pub involuntary_switches: u64,
    /// Processor time in this program's own code.
    pub user: Duration,
    /// Processor time in the kernel on its behalf.
    pub system: Duration,
    /// Bytes fetched from the storage device (`/proc/self/io`, `read_bytes`), or `None` if that is
    /// unknown.
    pub device_bytes: Option<u64>,
}

impl Usage {
    /// Returns the current counters of all threads, including ended ones.
    pub fn now() -> Usage {
        usage_now()
    }

    /// Returns the usage since `before`.
    #[must_use]
    pub fn since(self, before: Usage) -> Usage {
        Usage {
            minor_faults: self.minor_faults - before.minor_faults,
            major_faults: self.major_faults - before.major_faults,
            voluntary_switches: self.voluntary_switches - before.voluntary_switches,
            involuntary_switches: self.involuntary_switches - before.involuntary_switches,
            user: self.user.saturating_sub(before.user),
            system: self.system.saturating_sub(before.system),
            device_bytes: self.device_bytes.zip(before.device_bytes).map(|(now, before)| now - before),
        }
    }

    /// Returns the sum of both.
    #[must_use]
    pub fn plus(self, other: Usage) -> Usage {
        Usage {
            minor_faults: self.minor_faults + other.minor_faults,
            major_faults: self.major_faults + other.major_faults,
            voluntary_switches: self.voluntary_switches + other.voluntary_switches,
            involuntary_switches: self.involuntary_switches + other.involuntary_switches,
            user: self.user + other.user,
            system: self.system + other.system,
            device_bytes: self.device_bytes.zip(other.device_bytes).map(|(a, b)| a + b),
        }
    }
}
