//! The size of the machine's memory.
#![allow(unsafe_code)]

/// Returns the size of memory in bytes, or 0 if it is unknown.
pub fn memory_size() -> u64 {
    // SAFETY: sysconf only queries.
    let pages = unsafe { libc::sysconf(libc::_SC_PHYS_PAGES) };
    u64::try_from(pages).unwrap_or(0).saturating_mul(crate::os::page_size() as u64)
}
