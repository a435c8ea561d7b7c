//! Reads the end of one file as it grows.
//!
//! Another program may truncate the file at any time and rewrite it to any length. A smaller size
//! reveals the truncation; a few bytes remembered from the file's beginning and from before the
//! current offset reveal the rewriting. Bytes are read with `pread`, never through a mapping,
//! because on overlayfs and network file systems a mapping may show zeros for appended bytes.
//!
//! On a FUSE file system, a descriptor may report the status of the file that now has the name, but
//! the bytes of the file that had it before. There, a smaller size may also mean that the file was
//! replaced, and only opening the name again shows the new bytes.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use super::ends::stored_end;
use crate::io::path;
use crate::os::posix::{AsFd, FileExt};
use crate::os::{FileSystem, Status};

/// The maximum number of bytes returned at once.
const MAX_PIECE: u64 = 1 << 20;

/// The number of bytes remembered from the beginning and from before the current offset.
const REMEMBERED_BYTES: usize = 48;

/// The time for which zeros at the very end are held back, because a program that writes through a
/// mapping may be about to fill them in. After that, stored zeros are returned.
const ZEROS_SETTLE: Duration = Duration::from_secs(1);

/// The outcome of [`Tail::next`].
#[derive(Debug)]
pub(super) enum TailStep<'t> {
    Bytes(&'t [u8]),
    Nothing,
    /// The file was truncated, and all of its content is new.
    Truncated,
    /// The file was truncated or replaced, and all of its content is new. Its file system does not
    /// show which of the two happened.
    Renewed,
}

/// A file that grows.
#[derive(Debug)]
pub(super) struct Tail {
    file: File,
    at: u64,
    /// The first bytes of the file.
    head: Vec<u8>,
    /// The bytes just before `at`.
    recent: Vec<u8>,
    piece: Vec<u8>,
    /// The time when the file was first seen to end in zeros, which are held back.
    zeros: Option<Instant>,
    /// Whether other programs share the file's position, so that seeking is not allowed.
    is_shared: bool,
    /// The name by which a file on FUSE is opened again if its status may be wrong.
    name: Option<OsString>,
}

impl Tail {
    /// Follows `file` from offset `at`.
    pub fn new(file: File, at: u64) -> io::Result<Tail> {
        let (head, recent, piece) = (Vec::new(), Vec::new(), Vec::new());
        let mut tail = Tail { file, at, head, recent, piece, zeros: None, is_shared: false, name: None };
        tail.head = tail.read(0, at.min(REMEMBERED_BYTES as u64))?;
        let from = at.saturating_sub(REMEMBERED_BYTES as u64);
        tail.recent = tail.read(from, at - from)?;
        Ok(tail)
    }

    /// Records the name by which the file was opened.
    pub fn named(self, name: &OsStr) -> Tail {
        let is_doubtful = Status::of(&self.file)
            .is_ok_and(|status| FileSystem::of(self.file.as_fd(), status.device) == FileSystem::Fuse);
        Tail { name: is_doubtful.then(|| name.to_owned()), ..self }
    }

    /// Sets whether other programs share the file's position. If so, holes are not searched for,
    /// because that needs a seek.
    pub fn share_position(&mut self, is_shared: bool) {
        self.is_shared = is_shared;
    }

    /// Returns the file's device and inode.
    pub fn identity(&self) -> Option<(u64, u64)> {
        Status::of(&self.file).ok().map(|status| status.identity())
    }

    /// Returns whether `status` describes this file. Its identity is queried each time, because a
    /// copy-up may change it.
    pub fn is(&self, status: &Status) -> bool {
        self.identity() == Some(status.identity())
    }

    /// Returns the offset up to which bytes have been returned.
    pub fn at(&self) -> u64 {
        self.at
    }

    pub fn size(&self) -> u64 {
        self.end().unwrap_or(0)
    }

    /// Returns an offset up to which the file can be read: its size, or more on a file system whose
    /// sizes may be out of date. There, bytes that can still be read are taken to be in the file.
    fn end(&self) -> io::Result<u64> {
        let size = self.file.metadata()?.len();
        if self.name.is_none() || size > self.at {
            return Ok(size);
        }
        let has_recent = || {
            let from = self.at - self.recent.len() as u64;
            self.read(from, self.at - from).is_ok_and(|bytes| bytes == self.recent)
        };
        match self.read(self.at, 1)?.is_empty() {
            false => Ok(self.at.saturating_add(MAX_PIECE)),
            true if size < self.at && has_recent() && !self.is_replaced() => Ok(self.at),
            true => Ok(size),
        }
    }

    /// Returns whether the file ends in zeros that may be filled in without an inotify event.
    pub fn is_unsettled(&self) -> bool {
        self.zeros.is_some()
    }

    /// Reads the bytes appended since the last call, up to offset `limit`.
    pub fn next(&mut self, limit: u64) -> io::Result<TailStep<'_>> {
        let size = self.end()?;
        if size < self.at || size > self.at && self.was_rewritten()? {
            return Ok(self.handle_truncation());
        }
        let max = if self.zeros.is_some() { 64 << 10 } else { MAX_PIECE };
        let end = size.min(limit).min(self.at + max);
        if end <= self.at {
            return Ok(TailStep::Nothing);
        }
        self.piece = self.read(self.at, end - self.at)?;
        // A truncation lowers the size before it zeroes bytes that a read may return.
        let size_after = self.end()?;
        self.piece.truncate(usize::try_from(size_after.saturating_sub(self.at)).unwrap_or(usize::MAX));
        self.hold_zeros(size);
        if self.piece.is_empty() {
            let successor = self.successor().filter(|file| self.has_other_head(file));
            return Ok(successor.map_or(TailStep::Nothing, |file| self.switch_to(file)));
        }
        self.at += self.piece.len() as u64;
        let missing = REMEMBERED_BYTES.saturating_sub(self.head.len()).min(self.piece.len());
        if self.at - self.piece.len() as u64 == self.head.len() as u64 {
            self.head.extend_from_slice(&self.piece[..missing]);
        }
        self.recent.extend_from_slice(&self.piece[self.piece.len().saturating_sub(REMEMBERED_BYTES)..]);
        self.recent.drain(..self.recent.len().saturating_sub(REMEMBERED_BYTES));
        Ok(TailStep::Bytes(&self.piece))
    }

    /// Continues at the beginning, because the file seems to have been truncated.
    fn handle_truncation(&mut self) -> TailStep<'static> {
        match self.successor() {
            Some(file) => self.switch_to(file),
            None => {
                self.restart();
                TailStep::Truncated
            }
        }
    }

    /// Reads `file` from its beginning instead.
    fn switch_to(&mut self, file: File) -> TailStep<'static> {
        (self.file, self.is_shared) = (file, false);
        self.restart();
        TailStep::Renewed
    }

    /// Opens the file that has the name now, if its identity is that of this file on a file system
    /// that may report it wrongly.
    fn successor(&self) -> Option<File> {
        let file = path::open(self.name.as_ref()?).ok()?;
        self.is(&Status::of(&file).ok()?).then_some(file)
    }

    /// Returns whether the name refers to a file that does not contain the bytes returned so far.
    fn is_replaced(&self) -> bool {
        self.successor().is_some_and(|file| {
            let has_last = || self.at == 0 || file.read_at(&mut [0], self.at - 1).is_ok_and(|got| got == 1);
            self.has_other_head(&file) || !has_last()
        })
    }

    /// Returns whether `file` does not begin with the remembered bytes.
    fn has_other_head(&self, file: &File) -> bool {
        let mut bytes = [0; REMEMBERED_BYTES];
        file.read_at(&mut bytes, 0).is_ok_and(|got| {
            let length = got.min(self.head.len());
            bytes[..length] != self.head[..length]
        })
    }

    fn restart(&mut self) {
        self.at = 0;
        self.head.clear();
        self.recent.clear();
        self.zeros = None;
    }

    fn read(&self, from: u64, len: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; len as usize];
        let got = loop {
            match self.file.read_at(&mut bytes, from) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                got => break got?,
            }
        };
        bytes.truncate(got);
        Ok(bytes)
    }

    /// Returns whether the file was truncated and has already grown past the current offset.
    ///
    /// Both the bytes at its beginning and those before the offset must differ, because a writer
    /// may change its last record but not its first one as well.
    fn was_rewritten(&self) -> io::Result<bool> {
        // In a small file, each covers half, so that the last record is not also the first.
        let len = (self.at / 2).min(self.head.len().min(self.recent.len()) as u64) as usize;
        let recent = &self.recent[self.recent.len() - len..];
        Ok(self.read(self.at - len as u64, len as u64)? != recent && self.read(0, len as u64)? != self.head[..len])
    }

    /// Holds back zeros at the file's end, because a program that writes through a mapping extends
    /// the file first and then fills it in.
    ///
    /// Unallocated space remains held back; stored zeros are returned after a while.
    fn hold_zeros(&mut self, size: u64) {
        let end = self.at + self.piece.len() as u64;
        let solid = self.piece.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        if solid == self.piece.len() {
            self.zeros = None;
            return;
        }
        let unstored = !self.is_shared && stored_end(&self.file, self.at + solid as u64, size) < size;
        if end < size && !unstored {
            self.zeros = None;
            return;
        }
        let since = *self.zeros.get_or_insert_with(Instant::now);
        if solid > 0 {
            self.zeros = Some(Instant::now());
        } else if !unstored && since.elapsed() >= ZEROS_SETTLE {
            self.zeros = None;
            return;
        }
        self.piece.truncate(solid);
    }
}

#[cfg(test)]
mod tests {
    use super::super::ends::settled_end;
    use super::*;
    use crate::io::Source;
    use std::io::Write;

    fn all(tail: &mut Tail) -> (Vec<u8>, usize) {
        let (mut bytes, mut truncations) = (Vec::new(), 0);
        loop {
            match tail.next(u64::MAX).expect("readable") {
                TailStep::Bytes(piece) => bytes.extend_from_slice(piece),
                TailStep::Truncated => truncations += 1,
                TailStep::Nothing => return (bytes, truncations),
                TailStep::Renewed => unreachable!("the file has no name"),
            }
        }
    }

    #[test]
    fn appended_bytes_are_returned_once() {
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
    fn a_changed_last_record_is_not_a_truncation() {
        let file = tempfile::tempfile().expect("a file");
        file.write_all_at(b"first\nlast", 0).expect("writable");
        let mut tail = Tail::new(file.try_clone().expect("a descriptor"), 10).expect("a tail");
        file.write_all_at(b"LAST\n", 6).expect("writable");
        assert_eq!(all(&mut tail), (b"\n".to_vec(), 0));
    }

    #[test]
    fn space_is_returned_once_it_is_filled_in_through_a_mapping() {
        let file = tempfile::tempfile().expect("a file");
        file.write_all_at(b"start", 0).expect("writable");
        let mut tail = Tail::new(file.try_clone().expect("a descriptor"), 5).expect("a tail");
        file.set_len(1 << 20).expect("writable");
        assert_eq!(all(&mut tail).0, b"");
        let descriptor = file.try_clone().expect("a descriptor");
        let range = crate::io::Range::default();
        let source =
            Source::from_file("f".into(), descriptor, false, crate::io::IoMode::Read, range).expect("a source");
        assert_eq!(settled_end(&source, 1 << 20).expect("readable"), 5);
        file.write_all_at(b" more\n", 5).expect("writable");
        assert_eq!(all(&mut tail).0, b" more\n");
        assert!(tail.is_unsettled());
    }

    #[test]
    fn stored_zeros_are_returned_after_a_while() {
        let file = tempfile::tempfile().expect("a file");
        let mut tail = Tail::new(file.try_clone().expect("a descriptor"), 0).expect("a tail");
        file.write_all_at(b"binary\0\0", 0).expect("writable");
        assert_eq!(all(&mut tail).0, b"binary");
        std::thread::sleep(ZEROS_SETTLE + Duration::from_millis(50));
        assert_eq!(all(&mut tail).0, b"\0\0");
        assert!(!tail.is_unsettled());
    }
}
