//! `--touch` and `--evict`: a file's pages brought into memory, or let go, and what came of it.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use crate::os::extents::data_ranges;
use crate::os::residency::{self, Cached, Unknown};

/// What is to happen to a file's pages before it is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Bring them in.
    Touch,
    /// Let them go.
    Evict,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// So many bytes were read; holes were not.
    Touched(u64),
    /// The pages were let go, and this is what the cache still holds, if the kernel tells.
    Evicted(Result<Cached, Unknown>),
}

/// Times an eviction is asked for: a page that is just being written, or sits in another
/// processor's list of fresh pages, goes a moment later.
const ATTEMPTS: u32 = 4;

/// Does `action` to the first `size` bytes of `file`.
///
/// # Errors
/// A read that fails, or advice that is refused.
pub fn act(action: Action, file: BorrowedFd<'_>, size: u64) -> io::Result<Done> {
    if action == Action::Touch {
        return residency::touch(file, data_ranges(file, size)).map(Done::Touched);
    }
    let mut left = residency::whole(file, size);
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            std::thread::sleep(Duration::from_millis(5 << attempt));
        }
        // Where the kernel does not say what is dirty, writing nothing back costs little and may be
        // needed.
        let clean = left.is_ok_and(|cached| cached.state.is_some_and(|state| state.dirty + state.writeback == 0));
        residency::evict(file, !clean)?;
        left = residency::whole(file, size);
        if left.is_ok_and(|cached| cached.resident == 0) || left.is_err() {
            break;
        }
    }
    Ok(Done::Evicted(left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::AsFd;

    #[test]
    fn touching_fills_and_evicting_empties_the_cache() {
        // On the file system of the build: a temporary one may live in memory, where nothing can be
        // let go.
        let mut file = tempfile::tempfile_in(env!("CARGO_MANIFEST_DIR")).unwrap();
        let size = 100 * 4096 + 17;
        file.write_all(&vec![7; size as usize]).unwrap();
        let Done::Evicted(Ok(left)) = act(Action::Evict, file.as_fd(), size).unwrap() else { panic!("unknown") };
        if crate::os::Volume::of(&file).unwrap().magic == Some(0x0102_1994) {
            return crate::skipped::skip("a disk under the build");
        }
        assert_eq!(left.resident, 0);
        assert_eq!(act(Action::Touch, file.as_fd(), size).unwrap(), Done::Touched(size));
        assert_eq!(residency::whole(file.as_fd(), size).unwrap().resident, residency::pages(size));
    }
}
