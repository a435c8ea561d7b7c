//! Detects whether other processes have ended, for `--pid`.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

/// Processes to wait for.
#[derive(Debug)]
pub struct Processes(Vec<Process>);

#[derive(Debug)]
enum Process {
    /// A descriptor that becomes readable when the process ends.
    Watched(OwnedFd),
    /// A process polled by its number, on kernels before 5.3.
    Numbered(Pid),
    /// A process that does not exist.
    Ended,
}

impl Processes {
    /// Starts waiting for the processes with these numbers.
    pub fn open(numbers: &[u32]) -> Processes {
        let open = |&number: &u32| match i32::try_from(number).ok().and_then(Pid::from_raw) {
            None => Process::Ended,
            Some(pid) => match watch(pid) {
                Ok(fd) => Process::Watched(fd),
                Err(Errno::SRCH) => Process::Ended,
                Err(_) => Process::Numbered(pid),
            },
        };
        Processes(numbers.iter().map(open).collect())
    }

    /// Returns whether there were any processes and all of them have ended.
    pub fn have_ended(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(Process::has_ended)
    }

    /// Returns the descriptors to poll for the ends of the processes that are still running.
    pub fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.0.iter().filter(|process| !process.has_ended()).filter_map(|process| match process {
            Process::Watched(fd) => Some(fd.as_fd()),
            _ => None,
        })
    }
}

impl Process {
    fn has_ended(&self) -> bool {
        match self {
            Process::Ended => true,
            Process::Numbered(pid) => test_kill_process(*pid) == Err(Errno::SRCH),
            Process::Watched(fd) => {
                let now = Timespec { tv_sec: 0, tv_nsec: 0 };
                poll(&mut [PollFd::new(fd, PollFlags::IN)], Some(&now)) == Ok(1)
            }
        }
    }
}

/// Returns a descriptor that becomes readable when the process ends.
#[cfg(target_os = "linux")]
fn watch(pid: Pid) -> Result<OwnedFd, Errno> {
    rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty())
}

/// Fails, or reports that there is no such process.
#[cfg(not(target_os = "linux"))]
fn watch(pid: Pid) -> Result<OwnedFd, Errno> {
    test_kill_process(pid).and(Err(Errno::NOSYS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_noticed() {
        let mut child = std::process::Command::new("sleep").arg("100").spawn().unwrap();
        let processes = Processes::open(&[child.id()]);
        let numbered = Process::Numbered(Pid::from_child(&child));
        assert!(!processes.have_ended() && !numbered.has_ended());
        assert_eq!(processes.fds().count(), 1);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(processes.have_ended() && numbered.has_ended());
        assert!(Processes::open(&[child.id(), 0]).have_ended());
        assert!(!Processes::open(&[]).have_ended());
        assert!(!Processes::open(&[child.id(), std::process::id()]).have_ended());
    }
}
