//! Waiting for any of several handles, and reading without waiting.
//!
//! A pipe cannot be waited for together with an event, so pipes are looked at again and again: often
//! at first, for a writer at work, and less and less often while it pauses.
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
use super::stop::Stop;
use crate::os::buffer::append;

/// How long a pipe is looked at without a pause.
const BUSY: Duration = Duration::from_millis(2);
/// The longest pause between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Sleeps until one of `inputs` is readable or `wait` has passed. Returns `true`: whether the output still has a reader only
/// a write tells here.
///
/// # Errors
/// None.
pub fn poll_for(inputs: &[BorrowedFd<'_>], _: BorrowedFd<'_>, wait: Duration) -> io::Result<bool> {
    let until = Instant::now() + wait;
    while !inputs.iter().any(|&input| is_ready(input)) {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        std::thread::sleep(left.min(PAUSE));
    }
    Ok(true)
}

/// What [`read_ready`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOutcome {
    /// Some bytes.
    Bytes,
    /// Nothing is ready.
    Nothing,
    /// The stream has ended.
    End,
}

/// Appends what is ready of a stream, up to `most` bytes.
///
/// # Errors
/// What `ReadFile` says.
pub fn read_ready(fd: BorrowedFd<'_>, buffer: &mut Vec<u8>, most: usize) -> io::Result<ReadOutcome> {
    if !is_ready(fd) {
        return Ok(ReadOutcome::Nothing);
    }
    buffer.reserve(most);
    match append(buffer, most, fd, None) {
        Ok(0) => Ok(ReadOutcome::End),
        Ok(_) => Ok(ReadOutcome::Bytes),
        Err(Errno::INTR) => Ok(ReadOutcome::Nothing),
        Err(error) => Err(error.into()),
    }
}

/// Whether a stream can be read without waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    /// Bytes, the end, or an error are there to be read.
    Yes,
    /// Nothing is there yet.
    No,
    /// An end was asked for.
    Stop,
}

/// Waits until `fd` is readable or an end is asked for; without `wait`, only looks.
///
/// # Errors
/// None; the read that follows reports what is wrong with the handle.
pub fn wait_readable(fd: BorrowedFd<'_>, stop: &Stop, wait: bool) -> io::Result<Ready> {
    let wake = if wait { stop.fd() } else { None };
    let began = Instant::now();
    loop {
        if stop.asked() {
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
            _ if waited < BUSY => std::thread::yield_now(),
            Some(wake) => _ = wait_for(wake, waited.min(PAUSE)),
            None => std::thread::sleep(waited.min(PAUSE)),
        }
    }
}

/// Returns whether a handle was set within a time.
pub(super) fn wait_for(handle: BorrowedFd<'_>, wait: Duration) -> bool {
    // SAFETY: the handle is open for as long as it is borrowed.
    unsafe { WaitForSingleObject(raw(handle), wait.as_millis() as u32) == WAIT_OBJECT_0 }
}

/// Returns whether reading would not wait. What cannot be asked is read.
fn is_ready(fd: BorrowedFd<'_>) -> bool {
    // SAFETY: the call only asks.
    match unsafe { GetFileType(raw(fd)) } {
        FILE_TYPE_PIPE => {
            let mut bytes = 0;
            // SAFETY: without a buffer nothing is read, and the count is a live local.
            let asked = unsafe { PeekNamedPipe(raw(fd), null_mut(), 0, null_mut(), &raw mut bytes, null_mut()) };
            // An error is that of the read, or its end.
            asked == 0 || bytes > 0
        }
        FILE_TYPE_DISK => true,
        FILE_TYPE_CHAR if !is_a_terminal(fd) => true,
        // A console, an event or a process.
        _ => wait_for(fd, Duration::ZERO),
    }
}
