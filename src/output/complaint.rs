//! One line on standard error, which may be closed, full or slow: that never ends a run.

use std::fmt;
use std::io;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

/// Writes a line to standard error. Where that cannot be, the line is lost and the run goes on: a
/// message that cannot be shown is no reason to withhold what can.
pub fn complain(line: fmt::Arguments<'_>) {
    let text = format!("{line}\n");
    let mut bytes = text.as_bytes();
    let stderr = io::stderr();
    while !bytes.is_empty() {
        match rustix::io::write(&stderr, bytes) {
            Ok(n) => bytes = &bytes[n..],
            Err(Errno::INTR) => {}
            // Somebody who shares the terminal may have made it non-blocking for all.
            Err(Errno::AGAIN) => match poll(&mut [PollFd::new(&stderr, PollFlags::OUT)], None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return,
            },
            Err(_) => return,
        }
    }
}
