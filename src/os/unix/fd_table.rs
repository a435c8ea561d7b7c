//! How many files may be open at once, and room for them.

use std::io;
use std::os::fd::AsFd;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Resource, getrlimit};

/// How many places the kernel's table of a process's open files has at first.
const FIRST: u64 = 64;

/// How many files each of so many `holders` may have open, `most` at most: where `RLIMIT_NOFILE` is low they share a third
/// of it, for what is decoded takes three descriptors. To be called before further threads are started, so that there is
/// room for all of them.
pub fn share(holders: usize, most: usize) -> usize {
    static LIMIT: OnceLock<u64> = OnceLock::new();
    let limit = *LIMIT.get_or_init(|| getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX));
    let fair = usize::try_from(limit / 3).unwrap_or(usize::MAX) / holders.max(1);
    let share = fair.clamp(1, most);
    make_room(limit.min((share * holders) as u64 + FIRST));
    share
}

/// Makes room for `count` open files.
///
/// The kernel's table of them grows by doubling. In a process of several threads each growth waits until no processor can be
/// looking at the old table (`expand_fdtable`, fs/file.c), ten milliseconds in which nothing is opened.
fn make_room(count: u64) {
    static ROOM: AtomicU64 = AtomicU64::new(FIRST);
    if ROOM.fetch_max(count, Ordering::Relaxed) < count {
        // Only where standard error is closed is there none.
        let last = i32::try_from(count - 1).unwrap_or(i32::MAX);
        let _ = rustix::io::fcntl_dupfd_cloexec(io::stderr().as_fd(), last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_holders_have_all_they_want() {
        assert_eq!(share(4, 8), 8);
        assert_eq!(share(1_000_000_000, 8), 1);
        assert_eq!(share(0, 1), 1);
    }
}
