//! The resources this process has used so far, as the system counts them.
#![allow(unsafe_code)]

use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetProcessTimes};

use super::handle::duration;
use crate::os::Usage;

/// Returns `None`: address space is not limited.
pub fn available_address_space() -> Option<u64> {
    None
}

/// Returns `true`: memory is not limited.
pub fn has_room(_: usize) -> bool {
    true
}

/// Returns `None`: the system does not count how often a thread has waited.
pub fn thread_waits() -> Option<u64> {
    None
}

/// Returns the current counters.
///
/// All faults are counted as minor, because the system does not distinguish them. It does not
/// report how many bytes came from the device.
pub fn usage_now() -> Usage {
    let none = FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 };
    let [mut start, mut end, mut kernel, mut user] = [none; 4];
    // SAFETY: the pointers are to live locals, and the pseudo-handle always refers to this process.
    unsafe { GetProcessTimes(GetCurrentProcess(), &raw mut start, &raw mut end, &raw mut kernel, &raw mut user) };
    Usage {
        minor_faults: memory().map_or(0, |memory| memory.PageFaultCount.into()),
        user: duration(user),
        system: duration(kernel),
        ..Usage::default()
    }
}

/// Returns `false`: the peak cannot be reset.
pub fn forget_peak() -> bool {
    false
}

/// Returns the peak resident memory in bytes.
pub fn peak_resident() -> Option<u64> {
    memory().map(|memory| memory.PeakWorkingSetSize as u64)
}

fn memory() -> Option<PROCESS_MEMORY_COUNTERS> {
    // SAFETY: the struct consists of numbers and is a live local of the size that is passed.
    unsafe {
        let mut counters: PROCESS_MEMORY_COUNTERS = std::mem::zeroed();
        let size = size_of::<PROCESS_MEMORY_COUNTERS>() as u32;
        (K32GetProcessMemoryInfo(GetCurrentProcess(), &raw mut counters, size) != 0).then_some(counters)
    }
}
