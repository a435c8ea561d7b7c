//! The text of a system error, for messages.
//!
//! Rust appends the error's number, which means nothing to most readers. Classic tools print the
//! text alone.

use std::io;

/// Returns an error's text as `strerror(3)` formats it, without the number that Rust appends.
///
/// Windows ends its texts with a full stop, which other messages here lack.
pub fn error_text(error: &io::Error) -> String {
    #[cfg(windows)]
    if let Some(words) = super::posix::Errno::from_io_error(error).and_then(super::posix::Errno::words) {
        return words.to_owned();
    }
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(at) => text[..at].trim_end_matches('.').to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_no_number() {
        assert_eq!(error_text(&io::Error::from_raw_os_error(libc::ENOENT)), "No such file or directory");
        assert_eq!(error_text(&io::Error::other("as it is")), "as it is");
    }
}
