//! How many files may be open at once, and room for them.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::os::platform::flags::ANCHOR;
use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The initial size of the kernel's table of a process's open files.
const FIRST: u64 = 64;

/// Returns how many files each of `holders` may keep open, capped at `most`: they share a third of `RLIMIT_NOFILE`, as a
/// decoded file takes three descriptors. Must be called before further threads are started, as it makes room for all.
pub fn share(holders: usize, most: usize) -> usize {
    static LIMIT: OnceLock<u64> = OnceLock::new();
    let limit = *LIMIT.get_or_init(|| getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX));
    let fair = usize::try_from(limit / 3).unwrap_or(usize::MAX) / holders.max(1);
    let share = fair.clamp(1, most);
    make_room(limit.min((share * holders) as u64 + FIRST));
    share
}

/// Raises the limit on open files as far as the system allows, for a command that keeps many of them open.
pub fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // Refused, the limit stays as it is, and files that cannot be opened are reported.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    }
}

/// Descriptors kept free for what one open file needs besides its own.
///
/// While they are held, opening one file too many fails at that file, and not in the middle of reading another.
#[derive(Debug, Default)]
pub struct Reserve(Vec<OwnedFd>);

impl Reserve {
    /// How many descriptors are kept.
    const COUNT: usize = 16;

    /// Takes as many as there are, up to those that are to be kept.
    pub fn hold(&mut self) {
        while self.0.len() < Reserve::COUNT {
            let Ok(fd) = open("/dev/null", ANCHOR | OFlags::CLOEXEC, Mode::empty()) else { break };
            self.0.push(fd);
        }
    }

    /// Gives them up for use.
    pub fn release(&mut self) {
        self.0.clear();
    }
}

/// Makes room for `count` open files.
///
/// The kernel's table of them grows by doubling. In a process with several threads, each growth waits until no processor
/// can still use the old table (`expand_fdtable`, fs/file.c), and no file is opened meanwhile.
fn make_room(count: u64) {
    static ROOM: AtomicU64 = AtomicU64::new(FIRST);
    if ROOM.fetch_max(count, Ordering::Relaxed) < count {
        // This fails only where standard error is closed.
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
