//! Waits for any of several handles, and reads without waiting.
//!
//! A pipe cannot be waited for together with an event, so pipes are polled: often at first, for a
//! busy writer, and less often while it pauses.
#![allow(unsafe_code)]

use std::io;
use std::ptr::null_mut;
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::WAIT_OBJECT_0;
use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_CHAR, FILE_TYPE_DISK, FILE_TYPE_PIPE, GetFileType};
use windows_sys::Win32::System::Pipes::PeekNamedPipe;
use windows_sys::Win32::System::Threading::WaitForSingleObject;

use super::errno::Errno;
use super::handle::{BorrowedFd, is_a_terminal, raw};
use crate::os::Stop;
use crate::os::buffer::append;
use crate::os::readiness::{ReadOutcome, Ready};

/// The time for which a pipe is polled without sleeping.
const POLLING_TIME: Duration = Duration::from_millis(2);
/// The longest sleep between two polls.
const MAX_PAUSE: Duration = Duration::from_millis(10);

/// Sleeps until one of `inputs` is readable or `wait` has passed.
///
/// Returns `true`, because only a write shows whether the output still has a reader.
///
/// # Errors
/// Never fails.
pub fn poll_for(inputs: &[BorrowedFd<'_>], _: BorrowedFd<'_>, wait: Duration) -> io::Result<bool> {
    let until = Instant::now() + wait;
    while !inputs.iter().any(|&input| is_ready(input)) {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        std::thread::sleep(left.min(MAX_PAUSE));
    }
    Ok(true)
}

/// Appends the bytes of a stream that are available now, up to `max`.
///
/// # Errors
/// Returns the error from `ReadFile`.
pub fn read_ready(fd: BorrowedFd<'_>, buffer: &mut Vec<u8>, max: usize) -> io::Result<ReadOutcome> {
    if !is_ready(fd) {
        return Ok(ReadOutcome::Nothing);
    }
    buffer.reserve(max);
    match append(buffer, max, fd, None) {
        Ok(0) => Ok(ReadOutcome::End),
        Ok(_) => Ok(ReadOutcome::Bytes),
        Err(Errno::INTR) => Ok(ReadOutcome::Nothing),
        Err(error) => Err(error.into()),
    }
}

/// Waits until `fd` is readable or a stop is requested. Without `wait`, only checks.
///
/// # Errors
/// Never fails; the next read reports any error on the handle.
pub fn wait_readable(fd: BorrowedFd<'_>, stop: &Stop, wait: bool) -> io::Result<Ready> {
    let wake = if wait { stop.fd() } else { None };
    let began = Instant::now();
    loop {
        if stop.is_requested() {
            return Ok(Ready::Stop);
        }
        if is_ready(fd) {
            return Ok(Ready::Yes);
        }
        if !wait {
            return Ok(Ready::No);
        }
        let waited = began.elapsed();
        match wake {
            _ if waited < POLLING_TIME => std::thread::yield_now(),
            Some(wake) => _ = wait_for(wake, waited.min(MAX_PAUSE)),
            None => std::thread::sleep(waited.min(MAX_PAUSE)),
        }
    }
}

/// Returns whether a handle is signalled within `wait`.
pub(super) fn wait_for(handle: BorrowedFd<'_>, wait: Duration) -> bool {
    // SAFETY: the handle is open while it is borrowed.
    unsafe { WaitForSingleObject(raw(handle), wait.as_millis() as u32) == WAIT_OBJECT_0 }
}

/// Returns whether a read would not wait. A handle that cannot be queried is treated as ready.
fn is_ready(fd: BorrowedFd<'_>) -> bool {
    // SAFETY: the call only queries.
    match unsafe { GetFileType(raw(fd)) } {
        FILE_TYPE_PIPE => {
            let mut bytes = 0;
            // SAFETY: without a buffer nothing is read, and the count is a live local.
            let status = unsafe { PeekNamedPipe(raw(fd), null_mut(), 0, null_mut(), &raw mut bytes, null_mut()) };
            // The next read reports the error or the end.
            status == 0 || bytes > 0
        }
        FILE_TYPE_DISK => true,
        FILE_TYPE_CHAR if !is_a_terminal(fd) => true,
        // A console, an event or a process.
        _ => wait_for(fd, Duration::ZERO),
    }
}
