//! The size of the machine's memory.

/// Returns the size of memory in bytes.
pub fn memory_size() -> u64 {
    let info = rustix::system::sysinfo();
    // The type is not u64 on every architecture.
    #[allow(clippy::useless_conversion, clippy::unnecessary_cast)]
    let size = info.totalram as u64 * u64::from(info.mem_unit.max(1));
    size
}
