//! The only writer to standard output, and to standard error while a run goes on.
//!
//! Small pieces are gathered, large ones are written as they are. Nothing gathered waits longer
//! than a moment once something new comes, nothing at all on a terminal, and a message on standard
//! error follows what was printed before it.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{FileType, OFlags, SeekFrom};
use rustix::io::Errno;

use crate::io::Source;
use crate::os::transfer::enlarge_pipe;
use crate::os::was_closed;
use crate::os::{Sheet, Status};
use crate::output::escape_name;

use super::message::complain;

/// What output goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A regular file.
    Regular,
    /// A pipe or FIFO.
    Pipe,
    /// A terminal.
    Terminal,
    /// A device or a socket.
    Other,
}

/// Pieces of at least so many bytes are written without being gathered first.
const LARGE: usize = 64 * 1024;
/// Once so much has been written, making huge pages for more of it pays.
const MUCH: u64 = 4 << 20;
/// How long gathered bytes may wait for more.
const MOMENT: Duration = Duration::from_millis(20);
/// What a pipe is enlarged to: the most an unprivileged user may ask for (pipe(7)).
const PIPE: usize = 1 << 20;

/// The regular file that the output goes to, by its device and inode.
#[derive(Clone, Copy, Debug)]
pub struct OwnFile((u64, u64));

impl OwnFile {
    /// Returns whether `source` is this file.
    pub fn is(self, source: &Source) -> bool {
        Status::of(source.fd()).is_ok_and(|stat| stat.identity() == self.0)
    }
}

/// Standard output, or a file in its place.
#[derive(Debug)]
pub struct Output {
    file: File,
    destination: Destination,
    identity: (u64, u64),
    gathered: Vec<u8>,
    flushed: Instant,
    written: u64,
    /// The place of the next byte, counted from where the output began.
    place: u64,
    pipe_enlarged: bool,
    sheet: Option<Sheet>,
    /// Whether the pipe, or the system, does not take sheets.
    no_sheets: bool,
    line_buffered: bool,
    quiet: bool,
    closed: bool,
}

impl Output {
    /// Standard output.
    ///
    /// # Errors
    /// When descriptor 1 cannot be duplicated. Where it was closed from the start, the first write
    /// is the error.
    pub fn stdout() -> io::Result<Output> {
        let mut output = Output::to(File::from(io::stdout().as_fd().try_clone_to_owned()?))?;
        output.closed = was_closed(1);
        Ok(output)
    }

    /// Any open file in standard output's place.
    ///
    /// # Errors
    /// What `fstat(2)` says.
    pub fn to(file: File) -> io::Result<Output> {
        let stat = Status::of(&file)?;
        let destination = match stat.kind {
            FileType::RegularFile => Destination::Regular,
            FileType::Fifo => Destination::Pipe,
            FileType::CharacterDevice if rustix::termios::isatty(&file) => Destination::Terminal,
            _ => Destination::Other,
        };
        Ok(Output {
            file,
            destination,
            identity: stat.identity(),
            gathered: Vec::new(),
            flushed: Instant::now(),
            written: 0,
            place: 0,
            pipe_enlarged: false,
            sheet: None,
            no_sheets: destination != Destination::Pipe,
            line_buffered: destination == Destination::Terminal,
            quiet: false,
            closed: false,
        })
    }

    /// What it goes to.
    pub fn destination(&self) -> Destination {
        self.destination
    }

    /// Bytes written so far, gathered ones included.
    pub fn bytes(&self) -> u64 {
        self.written
    }

    /// The descriptor.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Writes out after every piece: `--line-buffered`, and always on a terminal.
    pub fn set_line_buffered(&mut self, on: bool) {
        self.line_buffered = on || self.destination == Destination::Terminal;
    }

    /// Keeps quiet about inputs that fail: `grep -s`.
    pub fn set_quiet(&mut self, on: bool) {
        self.quiet = on;
    }

    /// Returns whether writing what `source` holds would feed the very file that it is read from.
    pub fn is_same_file(&self, source: &Source) -> bool {
        source.length_now().is_ok_and(|len| len.is_some_and(|len| len > 0))
            && self.own_file().is_some_and(|own| own.is(source))
    }

    /// Returns the file that the output goes to, if it is a regular one.
    pub fn own_file(&self) -> Option<OwnFile> {
        (self.destination == Destination::Regular).then_some(OwnFile(self.identity))
    }

    /// Writes all of `bytes`, now or soon.
    ///
    /// # Errors
    /// What `write(2)` says; EPIPE when the reader has gone. EINTR is tried again, and a descriptor
    /// that does not block is waited for.
    pub fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.place += bytes.len() as u64;
        if bytes.len() >= LARGE {
            self.flush()?;
            self.enlarge_pipe();
            let given = if self.written >= MUCH { self.give(bytes)? } else { 0 };
            return self.write_now(&bytes[given..]);
        }
        self.gathered.extend_from_slice(bytes);
        if self.gathered.is_empty() {
            return Ok(());
        }
        if self.gathered.len() >= LARGE || self.line_buffered || self.flushed.elapsed() >= MOMENT {
            self.flush()?;
        }
        Ok(())
    }

    /// Makes the next byte stand `place` bytes after where the output began. In a regular file this
    /// leaves a hole, or goes back to write over what is there; anything else is given zeros.
    ///
    /// # Errors
    /// When the place is behind and the output cannot go back, and as [`Output::write_all`].
    pub fn move_to(&mut self, place: u64) -> io::Result<()> {
        if place == self.place {
            return Ok(());
        }
        // A file opened for appending takes every byte at its end, wherever it was moved to.
        let appends = || rustix::fs::fcntl_getfl(&self.file).is_ok_and(|flags| flags.contains(OFlags::APPEND));
        if self.destination == Destination::Regular && !appends() {
            let too_far = |_| io::Error::from(Errno::OVERFLOW);
            let by = i64::try_from(i128::from(place) - i128::from(self.place)).map_err(too_far)?;
            self.flush()?;
            rustix::fs::seek(&self.file, SeekFrom::Current(by))?;
            self.place = place;
            return Ok(());
        }
        if place < self.place {
            return Err(io::Error::other("cannot go back in what is no regular file"));
        }
        self.repeat(&[0], place - self.place)
    }

    /// Writes `bytes` bytes of `unit` (not empty) again and again.
    ///
    /// # Errors
    /// As [`Output::write_all`].
    pub fn repeat(&mut self, unit: &[u8], bytes: u64) -> io::Result<()> {
        let units = unit.repeat((LARGE / unit.len()).max(1));
        let mut left = bytes;
        while left > 0 {
            let some = usize::try_from(left).map_or(units.len(), |left| left.min(units.len()));
            self.write_all(&units[..some])?;
            left -= some as u64;
        }
        Ok(())
    }

    /// Writes out what was gathered.
    ///
    /// # Errors
    /// As [`Output::write_all`].
    pub fn flush(&mut self) -> io::Result<()> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let gathered = std::mem::take(&mut self.gathered);
        let result = self.write_now(&gathered);
        self.gathered = gathered;
        self.gathered.clear();
        result?;
        self.flushed = Instant::now();
        Ok(())
    }

    /// Makes a pipe hold a megabyte, so that writer and reader wait for each other less often.
    pub fn enlarge_pipe(&mut self) {
        if self.destination == Destination::Pipe && !self.pipe_enlarged {
            self.pipe_enlarged = true;
            enlarge_pipe(self.file.as_fd(), PIPE);
        }
    }

    /// Counts bytes that went out by another way than `write`.
    pub(super) fn count(&mut self, bytes: u64) {
        self.written += bytes;
        self.place += bytes;
    }

    /// Gives `bytes` to the pipe in sheets; the count says how many it took before there were no
    /// more sheets to be had.
    fn give(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut given = 0;
        while given < bytes.len() && !self.no_sheets {
            let Some(mut sheet) = self.sheet.take().or_else(Sheet::fresh) else {
                self.no_sheets = true;
                break;
            };
            let (taken, result) = sheet.give(self.file.as_fd(), &bytes[given..]);
            given += taken;
            match result {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Err(error),
                // A pipe that wants no pages takes a copy.
                Err(_) => self.no_sheets = true,
            }
            self.sheet = Some(sheet).filter(|sheet| !sheet.is_full() && !self.no_sheets);
        }
        Ok(given)
    }

    pub(super) fn write_now(&self, mut bytes: &[u8]) -> io::Result<()> {
        if self.closed {
            return Err(Errno::BADF.into());
        }
        while !bytes.is_empty() {
            match rustix::io::write(&self.file, bytes) {
                Ok(n) => bytes = &bytes[n..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait_writable()?,
                Err(err) => return Err(err.into()),
            }
        }
        Ok(())
    }

    fn wait_writable(&self) -> io::Result<()> {
        let mut fds = [PollFd::new(&self.file, PollFlags::OUT)];
        match poll(&mut fds, None) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(err) => Err(err.into()),
        }
    }

    /// Reports an input that failed, behind everything printed so far.
    pub fn report(&mut self, name: &OsStr, error: &io::Error) {
        // An output that fails is found out by the next write; the message goes out all the same.
        let _ = self.flush();
        if !self.quiet {
            complain(format_args!("mapped: {}: {}", shown(name), message(error)));
        }
    }
}

fn shown(name: &OsStr) -> String {
    if name == "-" { "(standard input)".into() } else { escape_name(name).into_owned() }
}

/// An error's text as `strerror(3)` has it, without the number that Rust adds.
pub fn message(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn small_pieces_are_gathered_and_nothing_is_lost() {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut output = Output::to(File::from(std::os::fd::OwnedFd::from(writer))).unwrap();
        assert_eq!(output.destination(), Destination::Pipe);
        let collector = std::thread::spawn(move || {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).unwrap();
            all
        });
        let mut want = Vec::new();
        for size in [0, 1, 10, LARGE - 1, LARGE, LARGE + 1, 3 * LARGE, 5] {
            let piece: Vec<u8> = (0..size).map(|i| (i % 253) as u8).collect();
            output.write_all(&piece).unwrap();
            want.extend(piece);
        }
        output.flush().unwrap();
        assert_eq!(output.bytes(), want.len() as u64);
        drop(output);
        assert_eq!(collector.join().unwrap(), want);
    }

    #[test]
    fn a_closed_pipe_is_an_error_of_its_kind() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut output = Output::to(File::from(std::os::fd::OwnedFd::from(writer))).unwrap();
        output.write_all(b"x").and_then(|()| output.flush()).unwrap_err();
        let err = output.write_all(&vec![0; LARGE]).unwrap_err();
        assert_eq!(err.kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn messages_have_no_number() {
        assert_eq!(message(&io::Error::from_raw_os_error(libc::ENOENT)), "No such file or directory");
        assert_eq!(message(&io::Error::other("as it is")), "as it is");
    }
}
