//! The limit on open files, and space for them in the kernel's descriptor table.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::os::platform::flags::ANCHOR;
use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The initial size of the kernel's table of a process's open files.
const INITIAL_TABLE_SIZE: u64 = 64;

/// Returns how many files each of `workers` may keep open, capped at `max`.
///
/// They share a third of `RLIMIT_NOFILE`, because a decoded file takes three descriptors. Call this
/// before starting further threads, as it grows the kernel's table for all of them.
pub fn files_per_worker(workers: usize, max: usize) -> usize {
    static LIMIT: OnceLock<u64> = OnceLock::new();
    let limit = *LIMIT.get_or_init(|| getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX));
    let fair = usize::try_from(limit / 3).unwrap_or(usize::MAX) / workers.max(1);
    let share = fair.clamp(1, max);
    make_room(limit.min((share * workers) as u64 + INITIAL_TABLE_SIZE));
    share
}

/// Raises the limit on open files as far as the system allows, for a command that keeps many of
/// them open.
pub fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // If this is refused, the limit stays, and files that cannot be opened are reported.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    }
}

/// Spare descriptors for those that an open file may need in addition to its own.
///
/// While they are held, opening one file too many fails for that file instead of in the middle of
/// reading another.
#[derive(Debug, Default)]
pub struct Reserve(Vec<OwnedFd>);

impl Reserve {
    /// The number of spare descriptors.
    const COUNT: usize = 16;

    /// Opens as many descriptors as possible, up to [`Reserve::COUNT`].
    pub fn hold(&mut self) {
        while self.0.len() < Reserve::COUNT {
            let Ok(fd) = open("/dev/null", ANCHOR | OFlags::CLOEXEC, Mode::empty()) else { break };
            self.0.push(fd);
        }
    }

    /// Closes the spare descriptors so that they can be used.
    pub fn release(&mut self) {
        self.0.clear();
    }
}

/// Makes room for `count` open files.
///
/// The kernel's table of open files grows by doubling. In a process with several threads, each
/// growth waits until no processor can still use the old table (`expand_fdtable`, fs/file.c), and
/// no file can be opened in the meantime.
fn make_room(count: u64) {
    static TABLE_SIZE: AtomicU64 = AtomicU64::new(INITIAL_TABLE_SIZE);
    if TABLE_SIZE.fetch_max(count, Ordering::Relaxed) < count {
        // This fails only where standard error is closed.
        let last = i32::try_from(count - 1).unwrap_or(i32::MAX);
        let _ = rustix::io::fcntl_dupfd_cloexec(io::stderr().as_fd(), last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_workers_get_as_many_as_they_ask_for() {
        assert_eq!(files_per_worker(4, 8), 8);
        assert_eq!(files_per_worker(1_000_000_000, 8), 1);
        assert_eq!(files_per_worker(0, 1), 1);
    }
}
