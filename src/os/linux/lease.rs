//! A read lease: the kernel's promise that nobody changes a file while its pages lie in a pipe.
//!
//! Pages handed to a pipe without a copy stay the file's own: a truncation zeroes them where they
//! wait (for large folios far beyond the page that was cut), and the reader would see bytes that the
//! file never held. Under a lease (`fcntl(2)`, F_SETLEASE) whoever opens the file for writing or
//! truncates it waits until the lease is given back, which is as soon as the pipe has been read.
//! Where no lease is to be had (somebody writes to the file already, it is another user's, the
//! filesystem knows none) the bytes are copied instead.
#![allow(unsafe_code)]

use std::fs::File;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::Once;

/// A read lease on a file, given back on drop.
#[derive(Debug)]
pub struct Lease {
    file: File,
}

impl Lease {
    /// Takes a lease on the file behind `fd`, or `None` where there is none to be had.
    pub fn take(fd: BorrowedFd<'_>) -> Option<Lease> {
        static QUIET: Once = Once::new();
        // The kernel announces a breaker by SIGIO, whose default action is death. We ask instead.
        // SAFETY: setting a signal to be ignored has no memory effects.
        QUIET.call_once(|| unsafe {
            libc::signal(libc::SIGIO, libc::SIG_IGN);
        });
        // An open file description of our own: a lease on a shared one (redirected stdin) would
        // outlive us in whoever shares it.
        let file = File::open(format!("/proc/self/fd/{}", fd.as_raw_fd())).ok()?;
        set(&file, libc::F_RDLCK).then_some(Lease { file })
    }

    /// Whether nobody has asked for the file yet. Once `false` the lease should soon be dropped.
    pub fn intact(&self) -> bool {
        // SAFETY: F_GETLEASE takes no argument and touches no memory of ours.
        let state = unsafe { libc::fcntl(self.file.as_raw_fd(), libc::F_GETLEASE) };
        state == libc::F_RDLCK
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        set(&self.file, libc::F_UNLCK);
    }
}

fn set(file: &File, kind: libc::c_int) -> bool {
    // SAFETY: F_SETLEASE takes an integer and touches no memory of ours.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, kind) == 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[test]
    fn a_writer_waits_and_a_lease_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, b"before").unwrap();
        let file = File::open(&path).unwrap();
        let Some(lease) = Lease::take(file.as_fd()) else {
            eprintln!("skipped: this filesystem gives no leases");
            return;
        };
        assert!(lease.intact());
        let writer = std::thread::spawn(move || std::fs::write(&path, b"after").unwrap());
        while lease.intact() {
            std::thread::yield_now();
        }
        assert_eq!(std::fs::read_to_string(format!("/proc/self/fd/{}", file.as_raw_fd())).unwrap(), "before");
        drop(lease);
        writer.join().unwrap();
    }

    #[test]
    fn none_while_somebody_writes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let _writer = File::create(&path).unwrap();
        let file = File::open(&path).unwrap();
        assert!(Lease::take(file.as_fd()).is_none());
    }
}
