//! What an input is, how its bytes will come in, and why.
//!
//! All of it is decided once, at open. Nothing after that asks whether a source was a pipe: the
//! engine loads blocks by [`Way`], and the [`Reason`] kept here is the one that `--stats`, `stat`
//! and every error message show.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use rustix::buffer::spare_capacity;
use rustix::fs::{FileType, SeekFrom, Stat, fstat, seek};
use rustix::io::Errno;

use super::bring::{FOLIO, bring};
use super::holes::{Extent, next_extent};
use super::name::escape_name;
use super::path::{self, Place};
use super::residency;
use super::window::{Window, page_size};

/// A file up to this size is read under [`Policy::Auto`]. `mmap`, the faults and `munmap` together cost more than copying
/// it through a buffer that stays in a core's cache: by half where its pages are cached one by one, as they are after it
/// came from the disk; where they are cached in large folios, a map would be faster by a tenth.
pub const SMALL: u64 = 1 << 20;

/// How many bytes a read brings in so fast that nobody writes a file over meanwhile.
pub const ONE_READ: u64 = 256 << 10;

/// What the caller asks for: `--io`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Map what gains from it, read the rest.
    #[default]
    Auto,
    /// Map or fail.
    Mmap,
    /// Never map.
    Read,
}

/// What kind of file an input is (`inode(7)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file that states its size.
    Regular,
    /// A regular file that states no size: `/proc`, or empty.
    Unsized,
    /// A block device. Its length comes from seeking to its end.
    BlockDevice,
    /// A character device that is no terminal.
    CharDevice,
    /// A pipe or FIFO.
    Pipe,
    /// A socket.
    Socket,
    /// A terminal.
    Terminal,
}

impl Kind {
    /// The kind, as a word for people and for JSON.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Regular => "regular file",
            Kind::Unsized => "regular file of unknown size",
            Kind::BlockDevice => "block device",
            Kind::CharDevice => "character device",
            Kind::Pipe => "pipe",
            Kind::Socket => "socket",
            Kind::Terminal => "terminal",
        }
    }
}

/// How bytes come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Through windows of a shared, read-only mapping.
    Map,
    /// By `pread` at any offset, from any thread.
    Pread,
    /// By `read`, front to back.
    Stream,
}

impl Way {
    /// The system call that brings the bytes, for `--stats`.
    pub fn word(self) -> &'static str {
        match self {
            Way::Map => "mmap",
            Way::Pread => "pread",
            Way::Stream => "read",
        }
    }
}

/// Why a source is not mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A pipe has no pages.
    Pipe,
    /// A socket has no pages.
    Socket,
    /// A terminal has no pages.
    Terminal,
    /// A character device delivers, it does not store.
    CharDevice,
    /// The file states a size of 0, as those of `/proc` do whatever they hold.
    SizeUnknown,
    /// Reading so little costs less than mapping it.
    Small,
    /// `--io read`.
    Asked,
    /// `mmap(2)` refused, with this errno.
    Refused(i32),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Pipe => f.write_str("pipe: not mappable"),
            Reason::Socket => f.write_str("socket: not mappable"),
            Reason::Terminal => f.write_str("terminal: not mappable"),
            Reason::CharDevice => f.write_str("character device: not mappable"),
            Reason::SizeUnknown => f.write_str("size unknown"),
            Reason::Small => f.write_str("small: reading costs less"),
            Reason::Asked => f.write_str("reading was asked for"),
            Reason::Refused(errno) => {
                let name = errno_name(*errno);
                write!(f, "{name} from mmap")
            }
        }
    }
}

fn errno_name(errno: i32) -> String {
    match errno {
        libc::ENODEV => "ENODEV".into(),
        libc::ENOMEM => "ENOMEM".into(),
        libc::EACCES => "EACCES".into(),
        libc::EPERM => "EPERM".into(),
        libc::EAGAIN => "EAGAIN".into(),
        libc::EINVAL => "EINVAL".into(),
        libc::EOVERFLOW => "EOVERFLOW".into(),
        other => format!("error {other}"),
    }
}

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
    way: Way,
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
    /// Whether its beginning came from the disk, once that was asked.
    cold: Option<bool>,
    /// All of it, where that came in at once.
    brought: Mutex<Option<Box<Window>>>,
    /// The errno of a window that `mmap` refused later on, when others had been mapped.
    refused: AtomicI32,
}

impl Source {
    /// Opens `name`, or standard input for `-`.
    ///
    /// # Errors
    /// What `open(2)` says; EISDIR for a directory; under [`Policy::Mmap`] an error that gives the
    /// [`Reason`] when the input cannot be mapped.
    pub fn open(name: &OsStr, policy: Policy, range: Range) -> io::Result<Source> {
        if name == "-" {
            if super::was_closed(0) {
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
    pub fn open_at(place: &Place, policy: Policy, range: Range) -> io::Result<Source> {
        let file = match place.near() {
            None if !place.is_found() => return Source::open(place.path(), policy, range),
            None => path::open(place.path())?,
            Some((directory, path)) => File::from(path::open_below(directory.as_fd(), path)?),
        };
        let facts = Facts::at_a_glance(&file).map_or_else(|| Facts::of(&file, false), Ok)?;
        Source::settled(place.path().to_owned(), file, false, facts, policy, range)
    }

    /// Takes over a file that is open already. `stdin` says that it is a shared descriptor whose
    /// position counts and has to be left right.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn from_file(name: OsString, file: File, stdin: bool, policy: Policy, range: Range) -> io::Result<Source> {
        let facts = Facts::of(&file, stdin)?;
        Source::settled(name, file, stdin, facts, policy, range)
    }

    /// A file of which the `facts` are known.
    fn settled(
        name: OsString,
        file: File,
        stdin: bool,
        facts: Facts,
        policy: Policy,
        range: Range,
    ) -> io::Result<Source> {
        let Facts { kind, base, size, modified } = facts;
        let mut source = Source {
            name,
            file,
            stdin,
            kind,
            way: Way::Stream,
            reason: None,
            base,
            start: 0,
            end: None,
            tail: None,
            length: range.length,
            seen: Seen { size, modified, from: 0, beginning: OnceLock::new() },
            cold: None,
            brought: Mutex::new(None),
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
        if policy == Policy::Mmap && source.way != Way::Map {
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

    fn choose(&mut self, policy: Policy) {
        let wanted = self.end.unwrap_or(0) - self.start;
        let reason = match policy {
            Policy::Read => Some(Reason::Asked),
            Policy::Auto if wanted <= SMALL => Some(Reason::Small),
            _ if wanted == 0 => None,
            // One page is mapped to learn what the file's own driver says (ENODEV for sysfs and for
            // FUSE with direct I/O), so that the way and its reason stand before the first byte.
            _ => match Window::map(self.file.as_fd(), self.base + self.start, 1) {
                Ok(_) => None,
                Err(err) => Some(Reason::Refused(err.raw_os_error().unwrap_or(0))),
            },
        };
        self.way = if reason.is_some() { Way::Pread } else { Way::Map };
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

    /// The name for messages, harmless on a terminal.
    pub fn shown_name(&self) -> String {
        if self.stdin { "(standard input)".into() } else { escape_name(&self.name).into_owned() }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How its bytes come in.
    pub fn way(&self) -> Way {
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
        if self.way != Way::Stream {
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
    }

    /// A source for a part of this one's bytes, which can be read by position. Its way is chosen by the part's own size.
    ///
    /// # Errors
    /// What duplicating the descriptor says (`fcntl(2)`).
    pub fn part(&self, range: std::ops::Range<u64>, policy: Policy) -> io::Result<Source> {
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
            cold: None,
            brought: Mutex::new(None),
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
            Kind::BlockDevice => super::extents::device_size(self.file.as_fd())?,
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

    /// Whether the file's bytes were written over since it was opened: cut and filled again, as a log
    /// is by `copytruncate`, or changed where they stand. What was read of it is then of no single
    /// state of the file. Growth is no such change.
    ///
    /// Told by the time of modification, which every write moves; by the size, which appending raises;
    /// and where the size rose, by whether the wanted range still begins as it did. A log that was
    /// swapped for a longer one with the same first bytes is not told from one that has grown.
    pub fn rewritten(&self) -> bool {
        if self.kind != Kind::Regular {
            return false;
        }
        let Ok(now) = fstat(&self.file) else { return false };
        if self.seen.modified.is_none_or(|then| then == modified(&now)) {
            return false;
        }
        let size = now.st_size as u64;
        if size == self.seen.size {
            return true;
        }
        // Cut behind what was read, or after it was: those bytes were true, and what else went
        // wrong has been reported where it was met.
        let cut = size < self.base + self.end.unwrap_or(0);
        !cut && self.seen.beginning.get().is_some_and(|beginning| **beginning != self.beginning())
    }

    /// Keeps the first wanted bytes of a file that will take a while to read. Not done at open: who
    /// only asks what a file is must not bring its pages in.
    pub fn remember_beginning(&self) {
        if self.kind == Kind::Regular && self.seen.size > ONE_READ {
            self.seen.beginning.get_or_init(|| self.beginning().into());
        }
    }

    /// A few bytes by which one log is told from the next.
    fn beginning(&self) -> Vec<u8> {
        let wanted = self.end.unwrap_or(0).saturating_sub(self.seen.from).min(BEGINNING);
        let mut bytes = vec![0; wanted as usize];
        let (got, _) = self.read_up_to(&mut bytes, self.seen.from);
        bytes.truncate(got);
        bytes
    }

    /// Reads at `offset` until `buf` is full or the input ends; gives the number of bytes read.
    ///
    /// # Errors
    /// What `pread(2)` says; EINTR is tried again.
    pub fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        match self.read_up_to(buf, offset) {
            (got, None) => Ok(got),
            (_, Some(error)) => Err(error),
        }
    }

    /// Reads as [`Source::read_at`] does, and keeps what came before an error: the number of bytes
    /// read, and what kept the next one from being read.
    pub fn read_up_to(&self, buf: &mut [u8], offset: u64) -> (usize, Option<io::Error>) {
        let mut got = 0;
        while got < buf.len() {
            match self.file.read_at(&mut buf[got..], self.base + offset + got as u64) {
                Ok(0) => break,
                Ok(n) => got += n,
                Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
                Err(err) => return (got, Some(err)),
            }
        }
        (got, None)
    }

    /// As [`Source::read_up_to`], into a buffer that is made to hold `length` bytes; what it held is gone. Its memory is not
    /// zeroed before, which would cost a tenth of reading.
    ///
    /// # Errors
    /// ENOMEM where there is no memory for so many.
    pub fn read_into(&self, buffer: &mut Vec<u8>, length: usize, offset: u64) -> io::Result<Option<io::Error>> {
        buffer.clear();
        if buffer.capacity() < length {
            // Growing it would copy what it held.
            *buffer = Vec::new();
        }
        // Blocks cut at line ends differ by some bytes, and a buffer that fits one should fit the next.
        let room = if length < page_size() { length } else { length.next_multiple_of(1024) };
        buffer.try_reserve_exact(room).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let mut failure = None;
        while buffer.len() < length {
            let at = self.base + offset + buffer.len() as u64;
            match rustix::io::pread(&self.file, spare_capacity(buffer), at) {
                Ok(0) => break,
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => {
                    failure = Some(error.into());
                    break;
                }
            }
        }
        buffer.truncate(length);
        Ok(failure)
    }

    /// Leaves redirected stdin's position where a reading program that consumed everything up to
    /// `offset` would leave it. Anything else has no position to leave.
    pub fn leave_at(&self, offset: u64) {
        if self.stdin && self.way != Way::Stream {
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

    /// Brings the beginning of the wanted range in from the disk, if it is there; to be called before the first byte of it is
    /// read. Gives whether it was. Only the first call does anything, and runs `before` ahead of all else.
    ///
    /// A file that is small, but not so small that it comes in by one read, is then mapped after all: what has just come in
    /// large folios is not worth a copy.
    pub fn bring_beginning(&mut self, before: impl FnOnce(&Source)) -> bool {
        if self.cold.is_none() {
            before(self);
            let range = self.start..self.end.unwrap_or(0).min(self.start + FOLIO);
            let is_cold = self.is_on_disk(&range);
            self.cold = Some(is_cold);
            if is_cold {
                let window = self.bring(range.clone());
                if window.is_some() && self.way == Way::Pread && range.end - range.start > ONE_READ {
                    (self.way, self.reason) = (Way::Map, None);
                }
                if self.way == Way::Map && Some(range.end) == self.end && range.end - range.start <= SMALL {
                    *self.brought.get_mut().unwrap_or_else(PoisonError::into_inner) = window.map(Box::new);
                }
            }
        }
        self.cold == Some(true)
    }

    /// Whether all of it is mapped already, as what is small and was brought in is.
    pub fn is_brought_whole(&mut self) -> bool {
        self.brought.get_mut().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Brings all of a small file in, if it is on the disk, unless its beginning was asked for before.
    pub fn bring_small(&self) {
        let range = self.start..self.end.unwrap_or(0);
        if self.cold.is_none() && self.is_on_disk(&range) {
            self.bring(range);
        }
    }

    /// Whether the first page of `range` is on the disk, and it pays to bring it in.
    fn is_on_disk(&self, range: &std::ops::Range<u64>) -> bool {
        /// Less comes in as fast by reading it.
        const SHORTEST: u64 = 64 << 10;
        range.end.saturating_sub(range.start) >= SHORTEST
            && self.way != Way::Stream
            && residency::is_cached(self.fd(), self.base + range.start) == Some(false)
            && self.can_be_brought()
    }

    /// Whether it may be mapped, and lies where [`Source::bring`] pays.
    pub fn can_be_brought(&self) -> bool {
        let is_mappable = self.way == Way::Map || self.way == Way::Pread && self.reason == Some(Reason::Small);
        is_mappable && super::bring::pays(self.fd())
    }

    /// Brings `range` in from the disk and waits for it.
    pub fn bring(&self, range: std::ops::Range<u64>) -> Option<Window> {
        bring(self.fd(), self.base + range.start..self.base + range.end)
    }

    /// A window of `range`: a new one, or that by which it was brought in.
    ///
    /// # Errors
    /// As [`Window::map`].
    pub fn map(&self, offset: u64, length: usize) -> io::Result<Window> {
        let brought = self.brought.lock().unwrap_or_else(PoisonError::into_inner).take();
        match brought.filter(|window| (window.offset(), window.bytes().len()) == (self.base + offset, length)) {
            Some(window) => Ok(*window),
            None => Window::map(self.fd(), self.base + offset, length),
        }
    }
}

/// What is asked of a file when it is opened.
struct Facts {
    kind: Kind,
    base: u64,
    size: u64,
    modified: Option<(i64, u64)>,
}

impl Facts {
    fn of(file: &File, stdin: bool) -> io::Result<Facts> {
        let stat = fstat(file)?;
        let kind = kind_of(file, &stat)?;
        let base = match kind {
            Kind::Regular | Kind::BlockDevice if stdin => seek(file, SeekFrom::Current(0))?,
            _ => 0,
        };
        let mut size = stat.st_size as u64;
        if kind == Kind::BlockDevice {
            size = seek(file, SeekFrom::End(0))?;
            seek(file, SeekFrom::Start(base))?;
        }
        Ok(Facts { kind, base, size, modified: Some(modified(&stat)) })
    }

    /// Of a file that a walk took for a regular one, if its size says all that matters: it is not empty, and comes in by one
    /// short read. Seeking to the end tells it in half the time of `fstat(2)`.
    fn at_a_glance(file: &File) -> Option<Facts> {
        const SHORT: u64 = 64 << 10;
        let size = seek(file, SeekFrom::End(0)).ok().filter(|&size| size > 0)?;
        if size > SHORT {
            seek(file, SeekFrom::Start(0)).ok()?;
            return None;
        }
        Some(Facts { kind: Kind::Regular, base: 0, size, modified: None })
    }
}

/// A file as it was at open.
#[derive(Clone, Debug)]
struct Seen {
    /// The size in bytes.
    size: u64,
    /// Unknown of a file that was only glanced at.
    modified: Option<(i64, u64)>,
    /// Where the wanted range began, and its first bytes; none of a file too small to be worth the read.
    from: u64,
    beginning: OnceLock<Box<[u8]>>,
}

/// How many bytes of a log are enough to tell it from the one before: more than a time stamp.
const BEGINNING: u64 = 128;

/// Time of last modification: seconds and nanoseconds.
fn modified(stat: &Stat) -> (i64, u64) {
    (stat.st_mtime, stat.st_mtime_nsec)
}

fn kind_of(file: &File, stat: &Stat) -> io::Result<Kind> {
    Ok(match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile if stat.st_size == 0 => Kind::Unsized,
        FileType::RegularFile => Kind::Regular,
        FileType::BlockDevice => Kind::BlockDevice,
        FileType::CharacterDevice if rustix::termios::isatty(file) => Kind::Terminal,
        FileType::CharacterDevice => Kind::CharDevice,
        FileType::Fifo => Kind::Pipe,
        FileType::Socket => Kind::Socket,
        FileType::Directory => return Err(io::Error::from_raw_os_error(libc::EISDIR)),
        _ => return Err(io::Error::from_raw_os_error(libc::EINVAL)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek, Write};

    fn open(path: &std::path::Path, policy: Policy, range: Range) -> io::Result<Source> {
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

        let source = open(&big, Policy::Auto, all).unwrap();
        assert_eq!((source.way(), source.reason()), (Way::Map, None));
        let source = open(&small, Policy::Auto, all).unwrap();
        assert_eq!((source.way(), source.reason()), (Way::Pread, Some(Reason::Small)));
        let source = open(&small, Policy::Mmap, all).unwrap();
        assert_eq!(source.way(), Way::Map);
        let source = open(&big, Policy::Read, all).unwrap();
        assert_eq!((source.way(), source.reason()), (Way::Pread, Some(Reason::Asked)));
        let source = open(&empty, Policy::Mmap, all).unwrap();
        assert_eq!((source.way(), source.kind()), (Way::Stream, Kind::Unsized));
        assert_eq!(open(dir.path(), Policy::Auto, all).unwrap_err().raw_os_error(), Some(libc::EISDIR));

        let proc = std::path::Path::new("/proc/self/status");
        let source = open(proc, Policy::Auto, all).unwrap();
        assert_eq!((source.way(), source.reason()), (Way::Stream, Some(Reason::SizeUnknown)));
        let err = open(proc, Policy::Mmap, all).unwrap_err().to_string();
        assert_eq!(err, "not mappable: size unknown");
        let err = open(std::path::Path::new("/dev/zero"), Policy::Mmap, all).unwrap_err().to_string();
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
            let source = open(&path, Policy::Auto, Range { offset, length }).unwrap();
            assert_eq!(source.start()..source.end().unwrap(), want, "{offset} {length:?}");
        }
    }

    #[test]
    fn redirected_stdin_counts_from_its_position() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        file.seek(io::SeekFrom::Start(4)).unwrap();
        let source = Source::from_file("-".into(), file, true, Policy::Mmap, Range::default()).unwrap();
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
            Source::open_at(&Place::found(path.into(), None), Policy::Auto, Range::default()).unwrap()
        };
        let small = open("small", 5000);
        assert_eq!((small.kind(), small.way(), small.end()), (Kind::Regular, Way::Pread, Some(5000)));
        assert!(small.seen.modified.is_none() && !small.rewritten());
        assert_eq!(open("empty", 0).kind(), Kind::Unsized);
        assert!(open("large", 70_000).seen.modified.is_some());
        // What is there by now may be something else.
        let directory = Place::found(dir.path().into(), None);
        let error = Source::open_at(&directory, Policy::Auto, Range::default()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    }

    /// A file of so many bytes of which none is in memory, if this file system lets go of any.
    fn on_disk(directory: &tempfile::TempDir, len: usize) -> Option<(std::path::PathBuf, Vec<u8>)> {
        let path = directory.path().join(len.to_string());
        let bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let file = File::open(&path).unwrap();
        residency::evict(file.as_fd(), true).unwrap();
        if residency::is_cached(file.as_fd(), 0) != Some(false) {
            eprintln!("skipped: what is cached of {} cannot be dropped, or is not told", path.display());
            return None;
        }
        Some((path, bytes))
    }

    #[test]
    fn what_is_on_the_disk_is_brought_in_once() {
        let directory = tempfile::tempdir().unwrap();
        for (len, cold, way) in [
            (4096, false, Way::Pread),
            (100 << 10, true, Way::Pread),
            (1 << 20, true, Way::Map),
            (3 << 20, true, Way::Map),
        ] {
            let Some((path, bytes)) = on_disk(&directory, len) else { return };
            let mut source = open(&path, Policy::Auto, Range::default()).unwrap();
            let mut before = 0;
            assert_eq!(source.bring_beginning(|_| before += 1), cold, "{len}");
            assert_eq!(source.bring_beginning(|_| before += 1), cold, "{len}");
            assert_eq!((before, source.way()), (1, way), "{len}");
            assert_eq!(source.is_brought_whole(), len == 1 << 20, "{len}");
            if cold {
                assert_eq!(residency::is_cached(source.fd(), 0), Some(true), "{len}");
                assert!(source.map(0, len).unwrap().bytes() == bytes, "{len}");
                assert!(source.map(100, len - 100).unwrap().bytes() == &bytes[100..], "{len}");
            }
            let mut again = open(&path, Policy::Auto, Range::default()).unwrap();
            let before = again.way();
            assert!(!again.bring_beginning(|_| ()) || !cold, "{len}: it is in memory by now");
            assert_eq!(again.way(), before);
        }
    }

    #[test]
    fn reading_asked_for_brings_nothing_in_by_a_map() {
        let directory = tempfile::tempdir().unwrap();
        let Some((path, _)) = on_disk(&directory, 1 << 20) else { return };
        let mut source = open(&path, Policy::Read, Range::default()).unwrap();
        assert!(!source.bring_beginning(|_| ()));
        source.bring_small();
        assert_eq!(residency::is_cached(source.fd(), 0), Some(false));
        assert_eq!((source.way(), source.reason()), (Way::Pread, Some(Reason::Asked)));
    }

    #[test]
    fn only_the_wanted_part_is_brought_in() {
        let directory = tempfile::tempdir().unwrap();
        let Some((path, _)) = on_disk(&directory, 12 << 20) else { return };
        let range = Range { offset: 8 << 20, length: Some(1 << 20) };
        let mut source = open(&path, Policy::Auto, range).unwrap();
        assert!(source.bring_beginning(|_| ()));
        assert_eq!(residency::is_cached(source.fd(), 8 << 20), Some(true));
        assert_eq!(residency::is_cached(source.fd(), 0), Some(false));
    }
}
