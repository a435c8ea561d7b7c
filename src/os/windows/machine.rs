//! The size of the machine's memory.
#![allow(unsafe_code)]

use windows_sys::Win32::System::SystemInformation::{GlobalMemoryStatusEx, MEMORYSTATUSEX};

/// Returns the size of memory in bytes, or 0 if it is unknown.
pub fn memory_size() -> u64 {
    // SAFETY: the struct consists of numbers and contains its own size.
    unsafe {
        let mut facts: MEMORYSTATUSEX = std::mem::zeroed();
        facts.dwLength = size_of::<MEMORYSTATUSEX>() as u32;
        if GlobalMemoryStatusEx(&raw mut facts) == 0 { 0 } else { facts.ullTotalPhys }
    }
}
