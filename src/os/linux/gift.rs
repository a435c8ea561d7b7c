//! Text given to a pipe in fresh huge pages by `vmsplice(2)`, for less than half the cost of copying it in by `write`.
//!
//! Every byte is written once, before it is given away, and never again: a pipe, or a socket that a later `splice(2)` fills
//! from it, may keep the page for as long as it likes. Full pages are unmapped here and live on where they were sent.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::OnceLock;

use memmap2::{Advice, MmapMut};
use rustix::io::Errno;
use rustix::pipe::{IoSliceRaw, SpliceFlags, vmsplice};

/// The size in bytes: one huge page. With small pages, faults cost more than the copy saves.
const SIZE: usize = 2 << 20;

/// Fresh memory that is written from front to back and given away as it goes.
#[derive(Debug)]
pub struct GiftPages {
    map: MmapMut,
    /// Where the next byte goes; all bytes before it have been given away.
    next: usize,
    end: usize,
}

impl GiftPages {
    /// Returns untouched memory; `None` where the system has no huge pages for it.
    pub fn fresh() -> Option<GiftPages> {
        if !huge_pages() {
            return None;
        }
        // Twice the size has an aligned huge page in it somewhere; what is not touched costs nothing.
        let map = MmapMut::map_anon(2 * SIZE).ok()?;
        map.advise(Advice::HugePage).ok()?;
        let next = map.as_ptr().align_offset(SIZE);
        Some(GiftPages { map, next, end: next + SIZE })
    }

    /// Whether no room is left.
    pub fn is_full(&self) -> bool {
        self.next == self.end
    }

    /// Copies the beginning of `bytes`, as much as there is room for, and gives that to the pipe. Returns how much the pipe
    /// took, also when it failed on the rest.
    pub fn give(&mut self, pipe: BorrowedFd<'_>, bytes: &[u8]) -> (usize, io::Result<()>) {
        let start = self.next;
        let len = bytes.len().min(self.end - start);
        self.map[start..start + len].copy_from_slice(&bytes[..len]);
        self.next += len;
        let mut done = 0;
        while done < len {
            let rest = &self.map[start + done..start + len];
            // SAFETY: the pages are private to this mapping, and these bytes of them are never
            // written again: `next` is past them, and only moves on. The kernel takes references of
            // its own, so unmapping does not take them away from the pipe.
            match unsafe { vmsplice(pipe, &[IoSliceRaw::from_slice(rest)], SpliceFlags::empty()) } {
                Ok(n) => done += n,
                Err(Errno::INTR) => {}
                Err(err) => return (done, Err(err.into())),
            }
        }
        (len, Ok(()))
    }
}

/// Whether anonymous memory gets huge pages when it asks for them.
fn huge_pages() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| {
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
    fn what_is_given_away_stays_as_it_was() {
        let (mut reader, writer) = io::pipe().unwrap();
        let Some(mut sheet) = GiftPages::fresh() else {
            eprintln!("skipped: no huge pages here");
            return;
        };
        let text: Vec<u8> = (0..SIZE + 5).map(|i| (i % 253) as u8).collect();
        // A reader that is late: what it gets must not depend on what was written since.
        let (taken, result) = sheet.give(writer.as_fd(), &text[..1000]);
        assert_eq!((taken, result.is_ok()), (1000, true));
        let (taken, result) = sheet.give(writer.as_fd(), &text[1000..5000]);
        assert_eq!((taken, result.is_ok()), (4000, true));
        let want = text.clone();
        let collector = std::thread::spawn(move || {
            let mut got = vec![];
            reader.read_to_end(&mut got).unwrap();
            assert!(got == want[..SIZE], "the pipe gives back what went in");
        });
        let (taken, result) = sheet.give(writer.as_fd(), &text[5000..]);
        assert_eq!((taken, result.is_ok()), (SIZE - 5000, true));
        assert!(sheet.is_full());
        drop((sheet, writer));
        collector.join().unwrap();
    }
}
