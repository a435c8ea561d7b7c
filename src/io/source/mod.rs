//! What an input is, how its bytes will come in, and why.
//!
//! All of it is decided once, at open. Nothing after that asks whether a source was a pipe: the
//! engine loads blocks by [`AccessMethod`], and the [`Reason`] kept here is the one that `--stats`, `stat`
//! and every error message show.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use rustix::fs::{SeekFrom, fstat, seek};

use super::path::{self, FileRef};
use crate::os::Window;
use crate::os::{Extent, next_extent};
use crate::output::escape_name;

mod bring;
mod facts;
mod kinds;
mod map;
mod read;
mod seen;

pub use bring::FOLIO;
use facts::Facts;
pub use kinds::{AccessMethod, IoMode, Kind, Reason};
pub use map::WINDOW;
use seen::Seen;

/// A file up to this size is read under [`IoMode::Auto`]. `mmap`, the faults and `munmap` together cost more than copying
/// it through a buffer that stays in a core's cache: by half where its pages are cached one by one, as they are after it
/// came from the disk; where they are cached in large folios, a map would be faster by a tenth.
pub const SMALL: u64 = 1 << 20;

/// How many bytes a read brings in so fast that nobody writes a file over meanwhile.
pub const ONE_READ: u64 = 256 << 10;

/// Which bytes of every input are wanted: `--offset` and `--length`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// First byte; a negative one counts from the end.
    pub offset: i64,
    /// How many bytes at most.
    pub length: Option<u64>,
}

/// An open input.
#[derive(Debug)]
pub struct Source {
    name: OsString,
    file: File,
    stdin: bool,
    kind: Kind,
    way: AccessMethod,
    reason: Option<Reason>,
    /// The file position of this source's byte 0: where redirected stdin stood, else 0.
    base: u64,
    start: u64,
    /// The wanted end. For a stream: `None` is until it ends.
    end: Option<u64>,
    /// Bytes wanted from the end of a stream, for a negative `--offset`.
    tail: Option<u64>,
    length: Option<u64>,
    /// What the file looked like at open, for [`Source::rewritten`].
    seen: Seen,
    /// Some of it was read before: what is wanted follows from that, or is what is left.
    is_rest: bool,
    /// It is mapped, and lies where bringing it in pays.
    on_disk: bool,
    /// Whether its beginning came from the disk, once that was asked.
    cold: Option<bool>,
    /// The window that was mapped last of those that blocks share; all of a small file that was brought in.
    window: Mutex<Option<Arc<Window>>>,
    /// The errno of a window that `mmap` refused later on, when others had been mapped.
    refused: AtomicI32,
}

impl Source {
    /// Opens `name`, or standard input for `-`.
    ///
    /// # Errors
    /// What `open(2)` says; EISDIR for a directory; under [`IoMode::Mmap`] an error that gives the
    /// [`Reason`] when the input cannot be mapped.
    pub fn open(name: &OsStr, policy: IoMode, range: Range) -> io::Result<Source> {
        if name == "-" {
            if crate::os::was_closed(0) {
                return Err(io::Error::from_raw_os_error(libc::EBADF));
            }
            let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
            Source::from_file(name.to_owned(), file, true, policy, range)
        } else {
            Source::from_file(name.to_owned(), path::open(name)?, false, policy, range)
        }
    }

    /// Opens what is at `place`.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn open_at(place: &FileRef, policy: IoMode, range: Range) -> io::Result<Source> {
        let file = match place.near() {
            None if !place.is_found() => return Source::open(place.path(), policy, range),
            None => path::open(place.path())?,
            Some((directory, path)) => File::from(path::open_below(directory.as_fd(), path)?),
        };
        let facts = Facts::of_found(&file)?;
        Source::settled(place.path().to_owned(), file, false, facts, policy, range)
    }

    /// Takes over a file that is open already. `stdin` says that it is a shared descriptor whose
    /// position counts and has to be left right.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn from_file(name: OsString, file: File, stdin: bool, policy: IoMode, range: Range) -> io::Result<Source> {
        let facts = Facts::of(&file, stdin)?;
        Source::settled(name, file, stdin, facts, policy, range)
    }

    /// A file of which the `facts` are known.
    fn settled(
        name: OsString,
        file: File,
        stdin: bool,
        facts: Facts,
        policy: IoMode,
        range: Range,
    ) -> io::Result<Source> {
        let Facts { kind, base, size, modified } = facts;
        let mut source = Source {
            name,
            file,
            stdin,
            kind,
            way: AccessMethod::Stream,
            reason: None,
            base,
            start: 0,
            end: None,
            tail: None,
            length: range.length,
            seen: Seen { size, modified, from: 0, beginning: OnceLock::new() },
            is_rest: false,
            on_disk: false,
            cold: None,
            window: Mutex::new(None),
            refused: AtomicI32::new(0),
        };
        match kind {
            Kind::Regular | Kind::BlockDevice => {
                source.place(size.saturating_sub(base), range);
                source.choose(policy);
                source.seen.from = source.start;
            }
            _ => {
                source.reason = Some(match kind {
                    Kind::Pipe => Reason::Pipe,
                    Kind::Socket => Reason::Socket,
                    Kind::Terminal => Reason::Terminal,
                    Kind::CharDevice => Reason::CharDevice,
                    _ => Reason::SizeUnknown,
                });
                if range.offset < 0 {
                    source.tail = Some(range.offset.unsigned_abs());
                } else {
                    source.start = range.offset as u64;
                    source.end = range.length.map(|length| source.start.saturating_add(length));
                }
            }
        }
        if policy == IoMode::Mmap && source.way != AccessMethod::Map {
            source.refuse_unmapped()?;
        }
        Ok(source)
    }

    /// Settles the wanted range against a known length.
    fn place(&mut self, len: u64, range: Range) {
        self.start = match range.offset {
            at if at < 0 => len.saturating_sub(at.unsigned_abs()),
            at => (at as u64).min(len),
        };
        let end = range.length.map_or(len, |length| self.start.saturating_add(length).min(len));
        self.end = Some(end);
    }

    fn choose(&mut self, policy: IoMode) {
        let wanted = self.wanted().unwrap_or(0);
        let reason = match policy {
            IoMode::Read => Some(Reason::Forced),
            IoMode::Auto if wanted <= SMALL => Some(Reason::Small),
            _ if wanted == 0 => None,
            // One page is mapped to learn what the file's own driver says (ENODEV for sysfs and for
            // FUSE with direct I/O), so that the way and its reason stand before the first byte.
            _ => match Window::map(self.file.as_fd(), self.base + self.start, 1) {
                Ok(_) => None,
                Err(err) => Some(Reason::Refused(err.raw_os_error().unwrap_or(0))),
            },
        };
        self.way = if reason.is_some() { AccessMethod::Pread } else { AccessMethod::Map };
        self.on_disk = reason.is_none() && bring::pays(self.file.as_fd());
        self.reason = reason;
    }

    /// Under `--io mmap`, what cannot be mapped is an error, except an empty file: it has no byte
    /// that could come in another way.
    fn refuse_unmapped(&self) -> io::Result<()> {
        if self.kind == Kind::Unsized && self.file.read_at(&mut [0], 0).is_ok_and(|n| n == 0) {
            return Ok(());
        }
        let reason = self.reason.map(|r| r.to_string()).unwrap_or_default();
        let text = if reason.ends_with("not mappable") { reason } else { format!("not mappable: {reason}") };
        Err(io::Error::other(text))
    }

    /// The name as it was given; `-` is standard input.
    pub fn name(&self) -> &OsStr {
        &self.name
    }

    /// The name for messages, escape_for_terminal on a terminal.
    pub fn shown_name(&self) -> String {
        if self.stdin { "(standard input)".into() } else { escape_name(&self.name).into_owned() }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How its bytes come in.
    pub fn way(&self) -> AccessMethod {
        self.way
    }

    /// Why it is not mapped; `None` when it is.
    pub fn reason(&self) -> Option<Reason> {
        match self.refused.load(Ordering::Relaxed) {
            0 => self.reason,
            errno => Some(Reason::Refused(errno)),
        }
    }

    /// Remembers that `mmap` refused a window after it had been chosen, so that `--stats` says so.
    pub fn note_refusal(&self, err: &io::Error) {
        self.refused.store(err.raw_os_error().unwrap_or(libc::ENOMEM), Ordering::Relaxed);
    }

    /// Whether this is standard input, whose file position belongs to others too.
    pub fn is_stdin(&self) -> bool {
        self.stdin
    }

    /// The descriptor, for system calls by position.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// The open file, to be read on from this source's byte 0 by one who has no use for positions.
    ///
    /// # Errors
    /// What `fcntl(2)` and `lseek(2)` say.
    pub fn reader(&self) -> io::Result<File> {
        if self.way != AccessMethod::Stream {
            seek(&self.file, SeekFrom::Start(self.base))?;
        }
        self.file.try_clone()
    }

    /// The open file. Its position says nothing, except where that is shared with others: see [`Source::reader`].
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The file position of this source's byte 0: not 0 only where redirected stdin stood further on.
    pub fn base(&self) -> u64 {
        self.base
    }

    /// First wanted byte.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Moves the beginning of the wanted range on: what stands before has been dealt with.
    pub fn begin_at(&mut self, offset: u64) {
        self.start = offset;
        self.is_rest = true;
    }

    /// Whether some of the file was read before, so that one read is not all that is seen of it.
    pub fn is_rest(&self) -> bool {
        self.is_rest
    }

    /// A source for a part of this one's bytes, which can be read by position. Its way is chosen by the part's own size.
    ///
    /// # Errors
    /// What duplicating the descriptor says (`fcntl(2)`).
    pub fn part(&self, range: std::ops::Range<u64>, policy: IoMode) -> io::Result<Source> {
        let mut part = Source {
            name: self.name.clone(),
            file: self.file.try_clone()?,
            stdin: self.stdin,
            kind: self.kind,
            way: self.way,
            reason: self.reason,
            base: self.base,
            start: range.start,
            end: Some(range.end),
            tail: None,
            length: Some(range.end - range.start),
            seen: self.seen.clone(),
            is_rest: true,
            on_disk: false,
            cold: None,
            window: Mutex::new(None),
            refused: AtomicI32::new(0),
        };
        part.choose(policy);
        Ok(part)
    }

    /// End of the wanted range: known for what can be read by position, and for a stream only when
    /// a length was asked for.
    pub fn end(&self) -> Option<u64> {
        self.end
    }

    /// How many bytes are wanted, where the end is known.
    pub fn wanted(&self) -> Option<u64> {
        self.end.map(|end| end - self.start)
    }

    /// How many bytes from a stream's end are wanted, when `--offset` was negative.
    pub fn tail(&self) -> Option<u64> {
        self.tail
    }

    /// The length asked for, whatever the input holds.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The length now, counted from [`Source::base`]; `None` for what states none (streams, character devices).
    ///
    /// # Errors
    /// What `fstat(2)` says, or of a block device `ioctl(2)`.
    pub fn length_now(&self) -> io::Result<Option<u64>> {
        let size = match self.kind {
            // Where the file's position matters to nobody, seeking tells the size in half the time.
            Kind::Regular if !self.stdin => seek(&self.file, SeekFrom::End(0))?,
            Kind::Regular => fstat(&self.file)?.st_size as u64,
            Kind::BlockDevice => crate::os::extents::device_size(self.file.as_fd())?,
            _ => return Ok(None),
        };
        Ok(Some(size.saturating_sub(self.base)))
    }

    /// Where the input ends by now, when it has grown since `end` and no length bounds it.
    pub fn grown_past(&self, end: u64) -> Option<u64> {
        if self.length.is_some() {
            return None;
        }
        self.length_now().ok().flatten().filter(|&now| now > end)
    }

    /// Leaves redirected stdin's position where a reading program that consumed everything up to
    /// `offset` would leave it. Anything else has no position to leave.
    pub fn leave_at(&self, offset: u64) {
        if self.stdin && self.way != AccessMethod::Stream {
            let _ = seek(&self.file, SeekFrom::Start(self.base + offset));
        }
    }

    /// What stands at `at`, and up to where, as [`next_extent`] has it; both counted from [`Source::base`], and no further
    /// than `end`.
    pub fn extent_at(&self, at: u64, end: u64) -> Extent {
        // It is found by seeking, and whoever has standard input next goes on from its position.
        let position = if self.stdin { seek(&self.file, SeekFrom::Current(0)).ok() } else { None };
        let extent = next_extent(&self.file, self.base + at, self.base + end);
        if let Some(position) = position {
            let _ = seek(&self.file, SeekFrom::Start(position));
        }
        match extent {
            Extent::DataUntil(until) => Extent::DataUntil(until - self.base),
            Extent::HoleUntil(until) => Extent::HoleUntil(until - self.base),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek, Write};

    fn open(path: &std::path::Path, policy: IoMode, range: Range) -> io::Result<Source> {
        Source::open(path.as_os_str(), policy, range)
    }

    #[test]
    fn ways_and_reasons() {
        let dir = tempfile::tempdir().unwrap();
        let big = dir.path().join("big");
        std::fs::write(&big, vec![7; SMALL as usize + 1]).unwrap();
        let small = dir.path().join("small");
        std::fs::write(&small, b"x").unwrap();
        let empty = dir.path().join("empty");
        std::fs::write(&empty, b"").unwrap();
        let all = Range::default();

        let source = open(&big, IoMode::Auto, all).unwrap();
        assert_eq!((source.way(), source.reason()), (AccessMethod::Map, None));
        let source = open(&small, IoMode::Auto, all).unwrap();
        assert_eq!((source.way(), source.reason()), (AccessMethod::Pread, Some(Reason::Small)));
        let source = open(&small, IoMode::Mmap, all).unwrap();
        assert_eq!(source.way(), AccessMethod::Map);
        let source = open(&big, IoMode::Read, all).unwrap();
        assert_eq!((source.way(), source.reason()), (AccessMethod::Pread, Some(Reason::Forced)));
        let source = open(&empty, IoMode::Mmap, all).unwrap();
        assert_eq!((source.way(), source.kind()), (AccessMethod::Stream, Kind::Unsized));
        assert_eq!(open(dir.path(), IoMode::Auto, all).unwrap_err().raw_os_error(), Some(libc::EISDIR));

        let proc = std::path::Path::new("/proc/self/status");
        let source = open(proc, IoMode::Auto, all).unwrap();
        assert_eq!((source.way(), source.reason()), (AccessMethod::Stream, Some(Reason::SizeUnknown)));
        let err = open(proc, IoMode::Mmap, all).unwrap_err().to_string();
        assert_eq!(err, "not mappable: size unknown");
        let err = open(std::path::Path::new("/dev/zero"), IoMode::Mmap, all).unwrap_err().to_string();
        assert_eq!(err, "character device: not mappable");
    }

    #[test]
    fn ranges_are_settled_at_open() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, [1; 100]).unwrap();
        let cases = [
            (0, None, 0..100),
            (10, None, 10..100),
            (10, Some(5), 10..15),
            (95, Some(50), 95..100),
            (200, None, 100..100),
            (-10, None, 90..100),
            (-10, Some(3), 90..93),
            (-500, None, 0..100),
        ];
        for (offset, length, want) in cases {
            let source = open(&path, IoMode::Auto, Range { offset, length }).unwrap();
            assert_eq!(source.start()..source.end().unwrap(), want, "{offset} {length:?}");
        }
    }

    #[test]
    fn redirected_stdin_counts_from_its_position() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        file.seek(io::SeekFrom::Start(4)).unwrap();
        let source = Source::from_file("-".into(), file, true, IoMode::Mmap, Range::default()).unwrap();
        assert_eq!((source.base(), source.start(), source.end()), (4, 0, Some(6)));
        let mut buf = [0; 20];
        let n = source.read_at(&mut buf, 1).unwrap();
        assert_eq!(&buf[..n], b"56789");
        source.leave_at(6);
        assert_eq!(seek(source.fd(), SeekFrom::Current(0)).unwrap(), 10);
    }

    #[test]
    fn of_a_small_file_that_was_found_only_the_size_is_asked() {
        let dir = tempfile::tempdir().unwrap();
        let open = |name: &str, len: usize| {
            let path = dir.path().join(name);
            std::fs::write(&path, vec![b'a'; len]).unwrap();
            Source::open_at(&FileRef::found(path.into(), None), IoMode::Auto, Range::default()).unwrap()
        };
        let small = open("small", 5000);
        assert_eq!((small.kind(), small.way(), small.end()), (Kind::Regular, AccessMethod::Pread, Some(5000)));
        assert!(small.seen.modified.is_none() && !small.rewritten());
        assert_eq!(open("empty", 0).kind(), Kind::Unsized);
        assert!(open("large", 70_000).seen.modified.is_some());
        // What is there by now may be something else.
        let directory = FileRef::found(dir.path().into(), None);
        let error = Source::open_at(&directory, IoMode::Auto, Range::default()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    }
}
