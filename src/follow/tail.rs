//! The end of one growing file: a mapped window that grows with it.
//!
//! Another program may truncate the file at any moment, and write it again to any length. A shorter size shows the one; a
//! few bytes remembered from the file's beginning and from before the place reached show the other. Bytes are copied out
//! of the window and only then judged, so that nothing is given away that a truncation turned to zeros meanwhile.

use std::fs::{File, Metadata};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::time::{Duration, Instant};

use crate::os::{Extent, Window, next_extent, page_size};

/// The most given away at once, in bytes.
const PIECE: u64 = 1 << 20;

/// A window longer than this is left behind for a new one.
const WINDOW: u64 = 16 << 20;

/// Bytes remembered at either place.
const REMEMBERED: usize = 48;

/// Zeros at the very end may be about to be filled in through a mapping. After so long they are taken for what they are,
/// if they are stored at all.
const PATIENCE: Duration = Duration::from_secs(1);

/// What [`Tail::next`] found.
#[derive(Debug)]
pub(super) enum Next<'t> {
    Bytes(&'t [u8]),
    Nothing,
    /// The file was cut; what is in it now is all new.
    Truncated,
}

pub(super) struct Tail {
    file: File,
    identity: (u64, u64),
    window: Option<Window>,
    at: u64,
    head: Vec<u8>,
    behind: Vec<u8>,
    piece: Vec<u8>,
    /// Since when the file has ended in zeros that are not given away yet.
    zeros: Option<Instant>,
}

impl Tail {
    /// Follows `file` from offset `at` on.
    pub fn new(file: File, at: u64) -> io::Result<Tail> {
        let meta = file.metadata()?;
        let identity = (meta.dev(), meta.ino());
        let mut tail = Tail {
            file,
            identity,
            window: None,
            at,
            head: Vec::new(),
            behind: Vec::new(),
            piece: Vec::new(),
            zeros: None,
        };
        tail.head = tail.read(0, at.min(REMEMBERED as u64))?;
        let from = at.saturating_sub(REMEMBERED as u64);
        tail.behind = tail.read(from, at - from)?;
        Ok(tail)
    }

    /// Whether `meta` describes this very file.
    pub fn is(&self, meta: &Metadata) -> bool {
        (meta.dev(), meta.ino()) == self.identity
    }

    /// The bytes before this offset have been given away.
    pub fn at(&self) -> u64 {
        self.at
    }

    pub fn size(&self) -> u64 {
        self.file.metadata().map_or(0, |meta| meta.len())
    }

    /// Whether the file ends in zeros that may be filled in without a word from inotify.
    pub fn is_unsettled(&self) -> bool {
        self.zeros.is_some()
    }

    /// What has come since, up to offset `limit`.
    pub fn next(&mut self, limit: u64) -> io::Result<Next<'_>> {
        let size = self.file.metadata()?.len();
        if size < self.at || size > self.at && self.was_rewritten()? {
            self.begin_anew();
            return Ok(Next::Truncated);
        }
        let most = if self.zeros.is_some() { 64 << 10 } else { PIECE };
        let end = size.min(limit).min(self.at + most);
        if end <= self.at {
            return Ok(Next::Nothing);
        }
        self.take(end)?;
        self.judge(end)?;
        self.hold_zeros(size);
        if self.piece.is_empty() {
            return Ok(Next::Nothing);
        }
        self.at += self.piece.len() as u64;
        let missing = REMEMBERED.saturating_sub(self.head.len()).min(self.piece.len());
        if self.at - self.piece.len() as u64 == self.head.len() as u64 {
            self.head.extend_from_slice(&self.piece[..missing]);
        }
        self.behind.extend_from_slice(&self.piece[self.piece.len().saturating_sub(REMEMBERED)..]);
        self.behind.drain(..self.behind.len().saturating_sub(REMEMBERED));
        Ok(Next::Bytes(&self.piece))
    }

    fn begin_anew(&mut self) {
        self.window = None;
        self.at = 0;
        self.head.clear();
        self.behind.clear();
        self.zeros = None;
    }

    fn read(&self, from: u64, len: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; len as usize];
        let got = self.file.read_at(&mut bytes, from)?;
        bytes.truncate(got);
        Ok(bytes)
    }

    /// Whether the file was cut and has grown past this place again, unseen. Both what was at its beginning and what was
    /// before this place must be other bytes now: a writer may change its last record, but not the first one too.
    fn was_rewritten(&self) -> io::Result<bool> {
        // Of a small file either half: the last record must not count as the first.
        let len = ((self.at / 2) as usize).min(self.head.len()).min(self.behind.len());
        let behind = &self.behind[self.behind.len() - len..];
        Ok(self.read(self.at - len as u64, len as u64)? != behind && self.read(0, len as u64)? != self.head[..len])
    }

    /// Copies the bytes up to `end` out of the window, which is made to reach there.
    fn take(&mut self, end: u64) -> io::Result<()> {
        let fits = |window: &Window| window.offset() <= self.at && end - window.offset() <= WINDOW;
        let mut window = self.window.take().filter(fits);
        match &mut window {
            Some(window) if (end - window.offset()) as usize > window.bytes().len() => {
                window.grow((end - window.offset()) as usize)?;
            }
            Some(_) => {}
            None => {
                let page = page_size() as u64;
                let start = self.at - self.at % page;
                window = Window::map(self.file.as_fd(), start, (end - start) as usize).ok();
            }
        }
        self.piece.clear();
        match &window {
            Some(window) => {
                let skip = (self.at - window.offset()) as usize;
                let bytes = &window.bytes()[skip..(end - window.offset()) as usize];
                self.piece.extend_from_slice(bytes);
            }
            // What cannot be mapped is read.
            None => self.piece = self.read(self.at, end - self.at)?,
        }
        self.window = window;
        Ok(())
    }

    /// Clips what was copied to what is true. A truncation takes whole pages away, which the window's guard notes, and
    /// zeroes the rest of the page that the new end lies in, which nothing notes.
    fn judge(&mut self, end: u64) -> io::Result<()> {
        let mut keep = end;
        let size = self.file.metadata()?.len();
        if size < end {
            let page = page_size() as u64;
            let zeroed_to = size.next_multiple_of(page);
            if zeroed_to > self.at {
                keep = keep.min(size.max(self.at));
            }
        }
        if let Some(fault) = self.window.as_ref().and_then(Window::fault) {
            keep = keep.min(fault.max(self.at));
            self.window = None;
        }
        self.piece.truncate((keep - self.at) as usize);
        Ok(())
    }

    /// Keeps zeros at the file's end back: a program that writes through a mapping makes the file longer first and fills
    /// it in then. Space that nothing was ever stored in stays back; zeros that are stored are let go after a while.
    fn hold_zeros(&mut self, size: u64) {
        let end = self.at + self.piece.len() as u64;
        let solid = self.piece.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        if solid == self.piece.len() {
            self.zeros = None;
            return;
        }
        let unstored = has_trailing_hole(&self.file, self.at + solid as u64, size);
        if end < size && !unstored {
            self.zeros = None;
            return;
        }
        let since = *self.zeros.get_or_insert_with(Instant::now);
        if solid > 0 {
            self.zeros = Some(Instant::now());
        } else if !unstored && since.elapsed() >= PATIENCE {
            self.zeros = None;
            return;
        }
        self.piece.truncate(solid);
    }
}

/// Whether nothing is stored in `file` from some place at or after `from` up to its end.
fn has_trailing_hole(file: &File, from: u64, size: u64) -> bool {
    let mut at = from;
    let mut hole = false;
    while at < size {
        (at, hole) = match next_extent(file, at, size) {
            Extent::DataUntil(end) => (end, false),
            Extent::HoleUntil(end) => (end, true),
        };
    }
    hole
}

/// Where what is stored in `file` ends: its size, or less when it was made longer without storing anything there yet, as a
/// program does that is about to write through a mapping.
///
/// # Errors
/// What reading says.
pub fn settled_end(file: &File, size: u64) -> io::Result<u64> {
    let mut at = 0;
    let mut stored = 0;
    let mut hole = false;
    while at < size {
        (at, hole) = match next_extent(file, at, size) {
            Extent::DataUntil(end) => (end, false),
            Extent::HoleUntil(end) => (end, true),
        };
        if !hole {
            stored = at;
        }
    }
    if !hole {
        return Ok(size);
    }
    let mut buffer = [0; 4096];
    while stored > 0 {
        let from = stored.saturating_sub(buffer.len() as u64);
        let got = file.read_at(&mut buffer[..(stored - from) as usize], from)?;
        if let Some(last) = buffer[..got].iter().rposition(|&byte| byte != 0) {
            return Ok(from + last as u64 + 1);
        }
        stored = from;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn all(tail: &mut Tail) -> (Vec<u8>, usize) {
        let (mut bytes, mut truncations) = (Vec::new(), 0);
        loop {
            match tail.next(u64::MAX).expect("readable") {
                Next::Bytes(piece) => bytes.extend_from_slice(piece),
                Next::Truncated => truncations += 1,
                Next::Nothing => return (bytes, truncations),
            }
        }
    }

    #[test]
    fn what_is_appended_comes_once() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"before").expect("writable");
        let mut tail = Tail::new(file.try_clone().expect("a descriptor"), 6).expect("a tail");
        assert_eq!(all(&mut tail), (Vec::new(), 0));
        let mut expected = Vec::new();
        let mut got = Vec::new();
        for step in [1, 10, 4096, 5, 100_000, 3 << 20, 1, 40 << 20, 7] {
            let bytes: Vec<u8> = (0..step).map(|at| (at % 250) as u8 + 1).collect();
            file.write_all(&bytes).expect("writable");
            expected.extend(bytes);
            let (bytes, truncations) = all(&mut tail);
            got.extend(bytes);
            assert_eq!(truncations, 0);
        }
        assert!(got == expected);
    }

    #[test]
    fn a_truncation_is_noticed_also_when_the_file_has_grown_again() {
        let file = tempfile::tempfile().expect("a file");
        file.write_all_at(&b"old line\n".repeat(1000), 0).expect("writable");
        let mut tail = Tail::new(file.try_clone().expect("a descriptor"), 0).expect("a tail");
        assert_eq!(all(&mut tail).0.len(), 9000);
        file.set_len(0).expect("writable");
        file.write_all_at(b"short\n", 0).expect("writable");
        assert_eq!(all(&mut tail), (b"short\n".to_vec(), 1));
        file.set_len(0).expect("writable");
        let longer = b"a longer line than before\n".repeat(10_000);
        file.write_all_at(&longer, 0).expect("writable");
        assert_eq!(all(&mut tail), (longer, 1));
    }

    #[test]
    fn a_changed_last_record_is_no_truncation() {
        let file = tempfile::tempfile().expect("a file");
        file.write_all_at(b"first\nlast", 0).expect("writable");
        let mut tail = Tail::new(file.try_clone().expect("a descriptor"), 10).expect("a tail");
        file.write_all_at(b"LAST\n", 6).expect("writable");
        assert_eq!(all(&mut tail), (b"\n".to_vec(), 0));
    }

    #[test]
    fn space_that_is_filled_in_through_a_mapping_comes_when_it_is() {
        let file = tempfile::tempfile().expect("a file");
        file.write_all_at(b"start", 0).expect("writable");
        let mut tail = Tail::new(file.try_clone().expect("a descriptor"), 5).expect("a tail");
        file.set_len(1 << 20).expect("writable");
        assert_eq!(all(&mut tail).0, b"");
        assert_eq!(settled_end(&file, 1 << 20).expect("readable"), 5);
        file.write_all_at(b" more\n", 5).expect("writable");
        assert_eq!(all(&mut tail).0, b" more\n");
        assert!(tail.is_unsettled());
    }

    #[test]
    fn stored_zeros_come_after_a_while() {
        let file = tempfile::tempfile().expect("a file");
        let mut tail = Tail::new(file.try_clone().expect("a descriptor"), 0).expect("a tail");
        file.write_all_at(b"binary\0\0", 0).expect("writable");
        assert_eq!(all(&mut tail).0, b"binary");
        std::thread::sleep(PATIENCE + Duration::from_millis(50));
        assert_eq!(all(&mut tail).0, b"\0\0");
        assert!(!tail.is_unsettled());
    }
}
