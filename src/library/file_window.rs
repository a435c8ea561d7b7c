//! A part of a file, mapped so that truncation is an error and does not kill the process.

use std::fs::File;
use std::io;

use crate::io::{IoMode, Range, Source, Unmapped};
use crate::os::{self, WindowView};

/// Proof that this process handles SIGBUS, which the kernel raises if a mapped file was truncated
/// or its disk failed.
///
/// The handler only handles faults in windows of this crate. Every other SIGBUS is passed to the
/// previously installed action.
#[derive(Clone, Copy, Debug)]
pub struct SigbusHandler(());

impl SigbusHandler {
    /// Installs the handler for the whole process; further calls do nothing. See `sigaction(2)`.
    #[must_use]
    pub fn install() -> SigbusHandler {
        os::install_sigbus_handler();
        SigbusHandler(())
    }
}

/// A part of a file, mapped read-only and shared (`MAP_SHARED`).
///
/// Other processes may write to the file or truncate it at any time. [`FileWindow::read_at`] copies
/// bytes out and returns only bytes of the file; [`FileWindow::bytes`] borrows them, and the caller
/// promises not to rely on them staying the same.
///
/// ```
/// use mapped::{FileWindow, SigbusHandler};
/// # let path = std::env::temp_dir().join(format!("mapped-doc-window-{}", std::process::id()));
/// std::fs::write(&path, vec![b'x'; 1 << 20])?;
/// let file = std::fs::File::options().read(true).write(true).open(&path)?;
/// let window = FileWindow::map(SigbusHandler::install(), &file, 0, 1 << 20)?;
/// file.set_len(10)?;
/// let mut copy = [0; 100];
/// assert_eq!(window.read_at(&mut copy, 0)?, 10);
/// assert_eq!(&copy[..10], b"xxxxxxxxxx");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct FileWindow {
    source: Source,
    view: WindowView,
    /// The file offset of the first byte.
    offset: u64,
}

impl FileWindow {
    /// Maps `length` bytes of `file` from byte `offset`, which need not be on a page boundary.
    ///
    /// # Errors
    /// Returns the error from `mmap(2)`; `InvalidInput` if the range is empty or extends beyond the
    /// end of the file; `Unsupported` if a mapping would not show the file's content, as for pipes
    /// and for file systems on which mappings and reads may differ.
    pub fn map(_: SigbusHandler, file: &File, offset: u64, length: usize) -> io::Result<FileWindow> {
        let source = Source::from_file("".into(), file.try_clone()?, false, IoMode::Mmap, Range::default())?;
        let end = offset.checked_add(length as u64);
        if length == 0 || end.is_none_or(|end| source.end().is_none_or(|size| end > size)) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a window has to lie within the file"));
        }
        match source.map(offset, length) {
            Ok((view, _)) => Ok(FileWindow { source, view, offset }),
            Err(Unmapped::Refused(error)) => Err(error),
            Err(Unmapped::Unsound) => {
                Err(io::Error::new(io::ErrorKind::Unsupported, "a mapping would not show this file"))
            }
        }
    }

    /// Returns the window's length in bytes.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "no window is empty")]
    pub fn len(&self) -> usize {
        // Only the length is used; no byte is read.
        self.view.bytes().len()
    }

    /// Copies bytes from byte `at` of the window into `into`, and returns their number. It is less
    /// than the length of `into` at the window's end or if the file was truncated. The copied bytes
    /// were in the file; they are never zeros that replace missing pages.
    ///
    /// # Errors
    /// Returns the error from reading the file, if a page could not be loaded through the mapping.
    pub fn read_at(&self, into: &mut [u8], at: usize) -> io::Result<usize> {
        let Some(rest) = self.view.bytes().get(at..).filter(|rest| !rest.is_empty()) else { return Ok(0) };
        let length = rest.len().min(into.len());
        if length == 0 {
            return Ok(0);
        }
        into[..length].copy_from_slice(&rest[..length]);
        if self.is_intact(at + length) {
            return Ok(length);
        }
        self.source.read_at(&mut into[..length], self.offset + at as u64)
    }

    /// Borrows the mapped bytes.
    ///
    /// # Safety
    /// Another process may change the bytes at any time, which a `&[u8]` does not allow for.
    /// Nothing may rely on two reads of a byte being equal: no unchecked `str`, no unchecked index
    /// computed from them, and no library code that may do either. Bytes of missing pages read as
    /// zeros: see [`FileWindow::is_intact`].
    #[allow(unsafe_code, reason = "callers take on what the type system cannot say")]
    #[must_use]
    pub unsafe fn bytes(&self) -> &[u8] {
        self.view.bytes()
    }

    /// Returns whether the first `length` bytes came from the file each time they were read so far.
    /// Call this after reading them.
    #[must_use]
    pub fn is_intact(&self, length: usize) -> bool {
        let end = self.offset + length.min(self.len()) as u64;
        length == 0 || self.view.fault().is_none_or(|fault| fault >= end) && self.source.map_holds(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_window_lies_within_its_file() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[7; 10_000]).unwrap();
        let handler = SigbusHandler::install();
        for (offset, length) in [(0, 0), (10_000, 1), (0, 10_001), (9_999, 2), (u64::MAX, 1)] {
            let error = FileWindow::map(handler, &file, offset, length).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{offset} {length}");
        }
        let window = FileWindow::map(handler, &file, 4_095, 5_000).unwrap();
        let mut copy = [0; 10_000];
        assert_eq!(window.read_at(&mut copy, 0).unwrap(), 5_000);
        assert_eq!(window.read_at(&mut copy, 4_999).unwrap(), 1);
        assert_eq!(window.read_at(&mut copy, 5_000).unwrap(), 0);
        assert_eq!(window.read_at(&mut copy, usize::MAX).unwrap(), 0);
        assert!(window.is_intact(5_000));
    }

    #[test]
    fn truncated_bytes_are_not_printed() {
        if crate::skipped::lacks_fault_addresses() {
            return crate::skipped::skip("the addresses of faults");
        }
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[7; 100_000]).unwrap();
        let window = FileWindow::map(SigbusHandler::install(), &file, 0, 100_000).unwrap();
        file.set_len(50_000).unwrap();
        let mut copy = [0; 100_000];
        assert_eq!(window.read_at(&mut copy, 0).unwrap(), 50_000);
        assert!(copy[..50_000].iter().all(|&byte| byte == 7));
        assert_eq!(window.read_at(&mut copy, 60_000).unwrap(), 0);
        assert!(!window.is_intact(50_001) && window.is_intact(4096));
    }
}
