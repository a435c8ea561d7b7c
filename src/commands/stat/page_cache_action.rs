//! `--touch` and `--evict`: load a file's pages into memory or drop them, and report the outcome.

use std::io;
use std::time::Duration;

use crate::os::extents::data_ranges;
use crate::os::posix::BorrowedFd;
use crate::os::residency::{self, CachedPages, UnknownResidency};

/// An action on a file's pages, performed before the file is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Load the pages.
    Touch,
    /// Drop the pages.
    Evict,
}

/// The outcome of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheOutcome {
    /// The number of bytes that were read, without holes.
    Touched(u64),
    /// The pages that remain in the cache after the eviction, if the kernel reports them.
    Evicted(Result<CachedPages, UnknownResidency>),
}

/// Returns the words for pages that could not be evicted.
pub fn pages_that_stay(pages: u64) -> String {
    if pages == 1 { "1 page stays".to_owned() } else { format!("{pages} pages stay") }
}

/// The maximum number of attempts at an eviction. A page that is being written, or is in another
/// processor's batch of new pages, can be dropped a moment later.
const ATTEMPTS: u32 = 4;

/// Applies `action` to the first `size` bytes of `file`.
///
/// # Errors
/// Returns an error if a read fails or the advice is refused.
pub fn act(action: Action, file: BorrowedFd<'_>, size: u64) -> io::Result<CacheOutcome> {
    if action == Action::Touch {
        return residency::touch(file, data_ranges(file, size)).map(CacheOutcome::Touched);
    }
    let mut left = residency::whole(file, size);
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            std::thread::sleep(Duration::from_millis(5 << attempt));
        }
        // If the kernel does not report dirty pages, writing back is cheap and may be necessary.
        let clean = left.is_ok_and(|cached| cached.state.is_some_and(|state| state.dirty + state.writeback == 0));
        residency::evict(file, !clean)?;
        left = residency::whole(file, size);
        if left.is_ok_and(|cached| cached.resident == 0) || left.is_err() {
            break;
        }
    }
    Ok(CacheOutcome::Evicted(left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::AsFd;

    #[test]
    fn a_single_page_is_singular() {
        assert_eq!([1, 2].map(pages_that_stay), ["1 page stays", "2 pages stay"]);
    }

    #[test]
    fn touching_fills_and_evicting_empties_the_cache() {
        // A temporary file may be in memory, where nothing can be dropped, so use the build's file
        // system.
        let mut file = tempfile::tempfile_in(env!("CARGO_MANIFEST_DIR")).unwrap();
        let size = 100 * 4096 + 17;
        file.write_all(&vec![7; size as usize]).unwrap();
        let CacheOutcome::Evicted(Ok(left)) = act(Action::Evict, file.as_fd(), size).unwrap() else {
            panic!("unknown")
        };
        if crate::os::Volume::of(&file).unwrap().magic == Some(0x0102_1994) {
            return crate::skipped::skip("a disk under the build");
        }
        assert_eq!(left.resident, 0);
        assert_eq!(act(Action::Touch, file.as_fd(), size).unwrap(), CacheOutcome::Touched(size));
        assert_eq!(residency::whole(file.as_fd(), size).unwrap().resident, residency::pages(size));
    }
}
