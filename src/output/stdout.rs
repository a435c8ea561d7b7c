//! The only writer to standard output, and to standard error while a run goes on.
//!
//! Small pieces are gathered, large ones are written as they are. Gathered bytes are written with the next piece after
//! 20 ms, at once on a terminal, and before any message on standard error.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use crate::io::Source;
use crate::os::{
    Errno, FileType, GiftPages, appends, is_terminal, position, set_position, status, was_closed, write_all, zero_copy,
};
use crate::output::escape_name;

use super::message::complain;

/// The kind of file that output goes to.
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

/// The size in bytes from which on a piece is written without being gathered first.
const LARGE: usize = 64 * 1024;
/// The bytes written before it pays to give further ones away in huge pages.
const GIFT_AFTER: u64 = 4 << 20;
/// How long gathered bytes may wait for more.
const FLUSH_AFTER: Duration = Duration::from_millis(20);
/// The size of a pipe in bytes: the most an unprivileged user may ask for (pipe(7)).
const PIPE_SIZE: usize = 1 << 20;

/// Standard output, or a file in its place.
#[derive(Debug)]
pub struct Output {
    file: File,
    destination: Destination,
    identity: (u64, u64),
    gathered: Vec<u8>,
    flushed: Instant,
    written: u64,
    /// The offset of the next byte, counted from where the output began.
    place: u64,
    pipe_enlarged: bool,
    gift: Option<GiftPages>,
    /// Whether the pipe does not take pages, or the system has no huge ones.
    refuses_gifts: bool,
    line_buffered: bool,
    quiet: bool,
    closed: bool,
}

impl Output {
    /// Returns standard output.
    ///
    /// # Errors
    /// When descriptor 1 cannot be duplicated. Where it was closed from the start, the first write fails.
    pub fn stdout() -> io::Result<Output> {
        let mut output = Output::to(File::from(io::stdout().as_fd().try_clone_to_owned()?))?;
        output.closed = was_closed(1);
        Ok(output)
    }

    /// Uses any open file in standard output's place.
    ///
    /// # Errors
    /// What `fstat(2)` returns.
    pub fn to(file: File) -> io::Result<Output> {
        let status = status(&file)?;
        let destination = match status.file_type {
            FileType::RegularFile => Destination::Regular,
            FileType::Fifo => Destination::Pipe,
            FileType::CharacterDevice if is_terminal(&file) => Destination::Terminal,
            _ => Destination::Other,
        };
        Ok(Output {
            file,
            destination,
            identity: (status.device, status.inode),
            gathered: Vec::new(),
            flushed: Instant::now(),
            written: 0,
            place: 0,
            pipe_enlarged: false,
            gift: None,
            refuses_gifts: destination != Destination::Pipe,
            line_buffered: destination == Destination::Terminal,
            quiet: false,
            closed: false,
        })
    }

    /// Returns the kind of file that it goes to.
    pub fn destination(&self) -> Destination {
        self.destination
    }

    /// Returns the number of bytes written so far, gathered ones included.
    pub fn bytes(&self) -> u64 {
        self.written
    }

    /// Returns the descriptor.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Sets whether every piece is written at once, for `--line-buffered`. On a terminal it always is.
    pub fn set_line_buffered(&mut self, on: bool) {
        self.line_buffered = on || self.destination == Destination::Terminal;
    }

    /// Sets whether inputs that fail are reported, for `grep -s`.
    pub fn set_quiet(&mut self, on: bool) {
        self.quiet = on;
    }

    /// Whether `source` is the very file that is written to.
    pub fn is_same_file(&self, source: &Source) -> bool {
        self.destination == Destination::Regular
            && source.length_now().is_ok_and(|len| len.is_some_and(|len| len > 0))
            && status(source.fd()).is_ok_and(|status| (status.device, status.inode) == self.identity)
    }

    /// Writes all of `bytes`, now or soon.
    ///
    /// # Errors
    /// What `write(2)` returns; EPIPE when the reader has gone. EINTR is retried, and a descriptor that does not block is
    /// waited for.
    pub fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.place += bytes.len() as u64;
        if bytes.len() >= LARGE {
            self.flush()?;
            self.enlarge_pipe();
            let given = if self.written >= GIFT_AFTER { self.give(bytes)? } else { 0 };
            return self.write_now(&bytes[given..]);
        }
        self.gathered.extend_from_slice(bytes);
        if self.gathered.is_empty() {
            return Ok(());
        }
        if self.gathered.len() >= LARGE || self.line_buffered || self.flushed.elapsed() >= FLUSH_AFTER {
            self.flush()?;
        }
        Ok(())
    }

    /// Puts the next byte at offset `place` from where the output began. In a regular file this leaves a hole, or goes back
    /// to overwrite; anything else is given zeros.
    ///
    /// # Errors
    /// When the offset has been passed and the output cannot go back, and as [`Output::write_all`].
    pub fn move_to(&mut self, place: u64) -> io::Result<()> {
        if place == self.place {
            return Ok(());
        }
        if self.destination == Destination::Regular && !appends(&self.file) {
            self.flush()?;
            let target = i128::from(position(&self.file)?) + i128::from(place) - i128::from(self.place);
            let target = u64::try_from(target).ok().filter(|&target| target <= i64::MAX as u64);
            set_position(&self.file, target.ok_or(Errno::OVERFLOW)?)?;
            self.place = place;
            return Ok(());
        }
        if place < self.place {
            return Err(io::Error::other("cannot go back in an output that is not a regular file"));
        }
        self.repeat(&[0], place - self.place)
    }

    /// Writes `unit`, which is not empty, again and again: `bytes` bytes in all.
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

    /// Writes what was gathered.
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
            zero_copy::enlarge_pipe(self.fd(), PIPE_SIZE);
        }
    }

    /// Counts bytes that were written by another call than `write`.
    pub(super) fn count(&mut self, bytes: u64) {
        self.written += bytes;
        self.place += bytes;
    }

    /// Gives `bytes` to the pipe in fresh pages; returns how many it took before it refused any.
    fn give(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut given = 0;
        while given < bytes.len() && !self.refuses_gifts {
            let Some(mut gift) = self.gift.take().or_else(GiftPages::fresh) else {
                self.refuses_gifts = true;
                break;
            };
            let (taken, result) = gift.give(self.file.as_fd(), &bytes[given..]);
            given += taken;
            match result {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Err(error),
                // A pipe that takes no pages is written to.
                Err(_) => self.refuses_gifts = true,
            }
            self.gift = Some(gift).filter(|gift| !gift.is_full() && !self.refuses_gifts);
        }
        Ok(given)
    }

    pub(super) fn write_now(&self, bytes: &[u8]) -> io::Result<()> {
        if self.closed {
            return Err(Errno::BADF.into());
        }
        write_all(self.fd(), bytes)
    }

    /// Reports an input that failed, after everything printed so far.
    pub fn report(&mut self, name: &OsStr, error: &io::Error) {
        // A failing output is noticed by the next write; the message is written all the same.
        let _ = self.flush();
        if !self.quiet {
            complain(format_args!("mapped: {}: {}", shown(name), message(error)));
        }
    }
}

fn shown(name: &OsStr) -> String {
    if name == "-" { "(standard input)".into() } else { escape_name(name).into_owned() }
}

/// Returns an error's text as `strerror(3)` has it, without the number that Rust adds.
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
        assert_eq!(message(&io::Error::from(Errno::NOENT)), "No such file or directory");
        assert_eq!(message(&io::Error::other("as it is")), "as it is");
    }
}
