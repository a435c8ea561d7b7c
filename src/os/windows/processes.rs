//! Detects whether other processes have ended, for `--pid`.
#![allow(unsafe_code)]

use std::os::windows::io::{FromRawHandle, OwnedHandle};
use std::time::Duration;

use windows_sys::Win32::System::Threading::{OpenProcess, PROCESS_SYNCHRONIZE};

use super::handle::{AsFd, BorrowedFd};
use super::ready::wait_for;

/// Processes to wait for; `None` for one that does not exist.
#[derive(Debug)]
pub struct Processes(Vec<Option<OwnedHandle>>);

impl Processes {
    /// Starts waiting for the processes with these numbers.
    pub fn open(numbers: &[u32]) -> Processes {
        let open = |&number: &u32| {
            // SAFETY: the call takes plain numbers, and a handle that is not null is new.
            unsafe {
                let process = OpenProcess(PROCESS_SYNCHRONIZE, 0, number);
                (!process.is_null()).then(|| OwnedHandle::from_raw_handle(process))
            }
        };
        Processes(numbers.iter().map(open).collect())
    }

    /// Returns whether there were any processes and all of them have ended.
    pub fn have_ended(&self) -> bool {
        !self.0.is_empty() && self.0.iter().flatten().all(|process| wait_for(process.as_fd(), Duration::ZERO))
    }

    /// Returns the handles of the running processes. Each is signalled when its process ends.
    pub fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.0.iter().flatten().map(AsFd::as_fd).filter(|&process| !wait_for(process, Duration::ZERO))
    }
}
