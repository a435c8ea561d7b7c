//! Waits for any of several descriptors, and reads without waiting.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::os::Stop;
use crate::os::buffer::append;
use crate::os::readiness::{ReadOutcome, Ready};

/// Sleeps until one of `inputs` is readable, the reader of `output` closes it, a signal arrives or
/// `wait` has passed. Returns whether `output` still has a reader.
///
/// # Errors
/// Returns the error from `poll(2)`.
pub fn poll_for(inputs: &[BorrowedFd<'_>], output: BorrowedFd<'_>, wait: Duration) -> io::Result<bool> {
    let mut fds = vec![PollFd::from_borrowed_fd(output, PollFlags::empty())];
    fds.extend(inputs.iter().map(|&fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
    let wait = Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: i64::from(wait.subsec_nanos()) };
    match poll(&mut fds, Some(&wait)) {
        Ok(_) => Ok(!fds[0].revents().contains(PollFlags::ERR)),
        Err(Errno::INTR) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Appends the bytes of a stream that are available now, up to `max`.
///
/// # Errors
/// Returns the error from `read(2)`.
pub fn read_ready(fd: BorrowedFd<'_>, buffer: &mut Vec<u8>, max: usize) -> io::Result<ReadOutcome> {
    let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::IN)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    // A descriptor that cannot be polled, such as a regular file's, never makes a reader wait.
    if poll(&mut fds, Some(&now)).is_ok_and(|ready| ready == 0) {
        return Ok(ReadOutcome::Nothing);
    }
    buffer.reserve(max);
    match append(buffer, max, fd, None) {
        Ok(0) => Ok(ReadOutcome::End),
        Ok(_) => Ok(ReadOutcome::Bytes),
        Err(Errno::INTR | Errno::AGAIN) => Ok(ReadOutcome::Nothing),
        Err(error) => Err(error.into()),
    }
}

/// Waits until `fd` is readable or a stop is requested. Without `wait`, only checks.
///
/// # Errors
/// Never fails; the next read reports any error on the descriptor.
pub fn wait_readable(fd: BorrowedFd<'_>, stop: &Stop, wait: bool) -> io::Result<Ready> {
    let input = PollFd::from_borrowed_fd(fd, PollFlags::IN);
    let wake = if wait { stop.fd() } else { None };
    if stop.is_requested() {
        return Ok(Ready::Stop);
    }
    let wake = wake.map_or(input.clone(), |wake| PollFd::from_borrowed_fd(wake, PollFlags::IN));
    let mut fds = [input, wake];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    loop {
        match poll(&mut fds, if wait { None } else { Some(&now) }) {
            Err(Errno::INTR) => {}
            // A descriptor that cannot be polled is treated as ready: a regular file never makes a
            // reader wait.
            Err(_) => return Ok(Ready::Yes),
            Ok(_) if stop.is_requested() => return Ok(Ready::Stop),
            // POLLHUP and POLLERR are always reported. The next read shows what they mean.
            Ok(_) if !fds[0].revents().is_empty() => return Ok(Ready::Yes),
            Ok(_) => return Ok(Ready::No),
        }
    }
}
