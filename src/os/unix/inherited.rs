//! Descriptors that the program's caller opened for it.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

use super::closed_stdio::was_closed;

/// Returns a duplicate of the descriptor `number`.
///
/// # Errors
/// Returns EBADF if the descriptor is not open.
pub fn inherited(number: RawFd) -> io::Result<File> {
    // Rust's runtime opens /dev/null for a standard descriptor that was closed.
    if u8::try_from(number).is_ok_and(|number| number < 3 && was_closed(number)) {
        return Err(io::Error::from_raw_os_error(libc::EBADF));
    }
    // SAFETY: the call looks the number up and fails if it is not a descriptor; it touches no memory.
    match unsafe { libc::fcntl(number, libc::F_DUPFD_CLOEXEC, 3) } {
        -1 => Err(io::Error::last_os_error()),
        // SAFETY: the duplicate is new, so this is its only owner.
        duplicate => Ok(unsafe { OwnedFd::from_raw_fd(duplicate) }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Seek, Write};
    use std::os::fd::AsRawFd;

    #[test]
    fn a_duplicate_shares_the_file() {
        let mut file = tempfile::tempfile().unwrap();
        inherited(file.as_raw_fd()).unwrap().write_all(b"x").unwrap();
        let mut text = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "x");
        assert_eq!(inherited(1 << 28).unwrap_err().raw_os_error(), Some(libc::EBADF));
    }
}
