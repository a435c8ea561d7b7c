//! Gives text to a pipe in fresh huge pages, for less than half the cost of copying it with
//! `write`.
//!
//! Every byte of a sheet is written once, before it is given to the pipe, and never again. The
//! pipe, or a socket that a later `splice(2)` fills from it, may keep the page indefinitely. A full
//! sheet is unmapped, its pages live on in the pipe, and the next text gets fresh pages.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::OnceLock;

use memmap2::{Advice, MmapMut};
use rustix::io::Errno;
use rustix::pipe::{IoSliceRaw, SpliceFlags, vmsplice};

/// The size of a sheet in bytes: one huge page. With small pages, faults cost more than the copy
/// saves.
const SHEET_BYTES: usize = 2 << 20;

/// Fresh memory that is written from front to back and given to a pipe as it fills.
#[derive(Debug)]
pub struct Sheet {
    map: MmapMut,
    /// The offset of the next byte to write. Everything before it has been given to the pipe.
    next: usize,
    end: usize,
}

impl Sheet {
    /// Maps a new sheet, or returns `None` if the system has no huge pages for it.
    pub fn fresh() -> Option<Sheet> {
        if !huge_pages() {
            return None;
        }
        // A map of twice the size always contains an aligned sheet, and untouched memory costs
        // nothing.
        let map = MmapMut::map_anon(2 * SHEET_BYTES).ok()?;
        map.advise(Advice::HugePage).ok()?;
        let next = map.as_ptr().align_offset(SHEET_BYTES);
        Some(Sheet { map, next, end: next + SHEET_BYTES })
    }

    /// Returns whether the sheet has no room left.
    pub fn is_full(&self) -> bool {
        self.next == self.end
    }

    /// Copies as much of the beginning of `bytes` as fits, and gives that to the pipe. Returns the
    /// number of bytes that the pipe accepted, even if it failed on the rest.
    pub fn vmsplice(&mut self, pipe: BorrowedFd<'_>, bytes: &[u8]) -> (usize, io::Result<()>) {
        let start = self.next;
        let len = bytes.len().min(self.end - start);
        self.map[start..start + len].copy_from_slice(&bytes[..len]);
        self.next += len;
        let mut done = 0;
        while done < len {
            let rest = &self.map[start + done..start + len];
            // SAFETY: the pages are private to this mapping, and these bytes are never written
            // again, because `next` only moves forward past them. The kernel takes its own
            // references, so unmapping the pages does not take them away from the pipe.
            match unsafe { vmsplice(pipe, &[IoSliceRaw::from_slice(rest)], SpliceFlags::empty()) } {
                Ok(n) => done += n,
                Err(Errno::INTR) => {}
                Err(err) => return (done, Err(err.into())),
            }
        }
        (len, Ok(()))
    }
}

/// Returns whether anonymous memory gets huge pages on request.
fn huge_pages() -> bool {
    static USES_HUGE_PAGES: OnceLock<bool> = OnceLock::new();
    *USES_HUGE_PAGES.get_or_init(|| {
        let enabled = std::fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").unwrap_or_default();
        enabled.contains("[always]") || enabled.contains("[madvise]")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::fd::AsFd;

    #[test]
    fn written_bytes_do_not_change() {
        let (mut reader, writer) = io::pipe().unwrap();
        let Some(mut sheet) = Sheet::fresh() else {
            return crate::skipped::skip("transparent huge pages");
        };
        let text: Vec<u8> = (0..SHEET_BYTES + 5).map(|i| (i % 253) as u8).collect();
        // A late reader must not see anything that was written after its bytes.
        let (accepted, result) = sheet.vmsplice(writer.as_fd(), &text[..1000]);
        assert_eq!((accepted, result.is_ok()), (1000, true));
        let (accepted, result) = sheet.vmsplice(writer.as_fd(), &text[1000..5000]);
        assert_eq!((accepted, result.is_ok()), (4000, true));
        let want = text.clone();
        let collector = std::thread::spawn(move || {
            let mut got = vec![];
            reader.read_to_end(&mut got).unwrap();
            assert!(got == want[..SHEET_BYTES], "the pipe gives back what went in");
        });
        let (accepted, result) = sheet.vmsplice(writer.as_fd(), &text[5000..]);
        assert_eq!((accepted, result.is_ok()), (SHEET_BYTES - 5000, true));
        assert!(sheet.is_full());
        drop((sheet, writer));
        collector.join().unwrap();
    }
}
