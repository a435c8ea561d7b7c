//! Lists the alternate data streams of a file (`FILE_STREAM_INFO`).
#![allow(unsafe_code)]

use std::ffi::OsString;
use std::os::windows::ffi::OsStringExt as _;

use windows_sys::Win32::Foundation::{ERROR_HANDLE_EOF, ERROR_MORE_DATA};
use windows_sys::Win32::Storage::FileSystem as fs;

use super::errno::Errno;
use super::handle::BorrowedFd;
use super::information::{entry, fill};
use crate::os::AlternateStream;

/// The maximum size of the buffer in bytes. Windows keeps all entries of a file within 64 KiB.
const MAX_BUFFER_BYTES: usize = 1 << 20;

/// Returns a file's streams other than its content, or `None` if its file system cannot report
/// them.
pub fn alternate_streams(fd: BorrowedFd<'_>) -> Option<Vec<AlternateStream>> {
    let mut buffer = vec![0_u64; 512];
    loop {
        match fill(fd, fs::FileStreamInfo, &mut buffer) {
            Ok(()) => break,
            Err(error) if is(error, ERROR_HANDLE_EOF) => return Some(Vec::new()),
            Err(error) if is(error, ERROR_MORE_DATA) && size_of_val(&*buffer) < MAX_BUFFER_BYTES => {
                buffer.resize(buffer.len() * 4, 0);
            }
            Err(_) => return None,
        }
    }
    let mut streams = Vec::new();
    let mut at = 0;
    loop {
        const NAME: usize = std::mem::offset_of!(fs::FILE_STREAM_INFO, StreamName);
        // SAFETY: the struct consists of numbers, and its name starts at this offset.
        let (fixed, units) = unsafe { entry::<fs::FILE_STREAM_INFO>(&buffer, at, NAME, |one| one.StreamNameLength) };
        // The content itself is the stream without a name, "::$DATA".
        if let Some(name) = name(units).filter(|name| !name.is_empty()) {
            streams.push(AlternateStream { name: OsString::from_wide(name), size: fixed.StreamSize as u64 });
        }
        if fixed.NextEntryOffset == 0 {
            return Some(streams);
        }
        at += fixed.NextEntryOffset as usize;
    }
}

fn is(error: Errno, code: u32) -> bool {
    error.raw_os_error() as u32 == code
}

/// Returns the name in `:name:$DATA`.
fn name(units: &[u16]) -> Option<&[u16]> {
    units.strip_prefix(&[u16::from(b':')])?.split(|&unit| unit == u16::from(b':')).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_named_without_its_type() {
        let wide = |text: &str| text.encode_utf16().collect::<Vec<_>>();
        assert_eq!(name(&wide(":Zone.Identifier:$DATA")), Some(&*wide("Zone.Identifier")));
        assert_eq!(name(&wide("::$DATA")), Some(&[][..]));
        assert_eq!(name(&wide("odd")), None);
    }
}
