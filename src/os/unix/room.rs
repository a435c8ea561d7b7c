//! Checks whether the process may allocate more memory (`ulimit -v`, `ulimit -d`).
#![allow(unsafe_code)]

use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};

/// Returns whether `bytes` of memory can be mapped at present.
pub fn has_room(bytes: usize) -> bool {
    // SAFETY: the mapping is new, nothing uses its memory, and it ends here.
    unsafe {
        mmap_anonymous(std::ptr::null_mut(), bytes, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE)
            .is_ok_and(|start| munmap(start, bytes).is_ok())
    }
}
