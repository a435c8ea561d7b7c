//! The resources this process has used so far: faults, switches, processor time, device reads.
#![allow(unsafe_code)]

use std::time::Duration;

use rustix::process::Resource;

use crate::os::Usage;

/// Returns how many bytes of address space `RLIMIT_AS` (`ulimit -v`) and `RLIMIT_DATA` (`ulimit -d`)
/// leave, or `None` if there is no limit.
pub fn available_address_space() -> Option<u64> {
    let limit = |resource| rustix::process::getrlimit(resource).current;
    let (address_space, data) = (limit(Resource::As), limit(Resource::Data));
    if address_space.is_none() && data.is_none() {
        return None;
    }
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    // Returns what is left of a limit on the pages that a field of statm(5) counts.
    let left = |limit: Option<u64>, field: usize| {
        let pages: u64 = statm.split(' ').nth(field).and_then(|field| field.parse().ok()).unwrap_or(0);
        Some(limit?.saturating_sub(pages.saturating_mul(super::page::page_size() as u64)))
    };
    // The fields are the total program size, and data with stack.
    [left(address_space, 0), left(data, 5)].into_iter().flatten().min()
}

/// Returns how many times the calling thread has waited for something, such as the disk (`ru_nvcsw`
/// of `getrusage(2)`), or `None` where the system counts only for whole processes.
pub fn thread_waits() -> Option<u64> {
    #[cfg(target_os = "linux")]
    return Some(rusage(libc::RUSAGE_THREAD).ru_nvcsw as u64);
    #[cfg(not(target_os = "linux"))]
    None
}

/// Returns how many 512-byte blocks the calling thread has requested from storage devices
/// (`ru_inblock` of `getrusage(2)`).
#[cfg(target_os = "linux")]
pub fn thread_requests() -> u64 {
    rusage(libc::RUSAGE_THREAD).ru_inblock as u64
}

/// Returns the current counters of all threads, including ended ones.
pub fn usage_now() -> Usage {
    let usage = rusage(libc::RUSAGE_SELF);
    let time = |t: libc::timeval| Duration::new(t.tv_sec as u64, t.tv_usec as u32 * 1000);
    Usage {
        minor_faults: usage.ru_minflt as u64,
        major_faults: usage.ru_majflt as u64,
        voluntary_switches: usage.ru_nvcsw as u64,
        involuntary_switches: usage.ru_nivcsw as u64,
        user: time(usage.ru_utime),
        system: time(usage.ru_stime),
        device_bytes: field("/proc/self/io", "read_bytes:"),
    }
}

/// Returns the counters of `getrusage(2)` for `who`, a constant that the system defines.
fn rusage(who: libc::c_int) -> libc::rusage {
    // SAFETY: `getrusage` fills the struct it is given, which consists of numbers and is valid as
    // zeros. It cannot fail with a defined `who` and a valid pointer.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(who, &raw mut usage);
        usage
    }
}

/// Resets the peak resident size to the present one (`proc(5)`, clear_refs). Returns `false` if
/// that is not allowed.
pub fn forget_peak() -> bool {
    std::fs::write("/proc/self/clear_refs", "5").is_ok()
}

/// Returns the peak resident memory in bytes (`VmHWM`), if it is known.
pub fn peak_resident() -> Option<u64> {
    Some(field("/proc/self/status", "VmHWM:")? * 1024)
}

fn field(path: &str, key: &str) -> Option<u64> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touching_fresh_memory_shows() {
        let before = Usage::now();
        let page = crate::os::page_size();
        forget_peak();
        // The heap may return memory that was touched before, so this is a new mapping.
        let mut memory = memmap2::MmapMut::map_anon(512 * page).unwrap();
        for at in (0..memory.len()).step_by(page) {
            memory[at] = std::hint::black_box(1);
        }
        std::hint::black_box(&memory);
        // Other tests in this process allocate and free memory; this much is still ours.
        assert!(peak_resident().unwrap() >= memory.len() as u64);
        // Huge pages cause fewer than 512 faults, but at least one.
        let used = Usage::now().since(before);
        assert!(used.minor_faults >= 1, "{used:?}");
        assert_eq!(used.plus(Usage { device_bytes: Some(0), ..Usage::default() }), used);
    }
}
