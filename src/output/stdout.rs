//! The only writer to standard output, and to standard error during a run.
//!
//! Small pieces are buffered, large ones are written directly. Buffered bytes wait only briefly
//! once more output arrives, and not at all on a terminal. A message on standard error follows
//! everything printed before it.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use crate::io::{OwnFile, Source};
use crate::os::posix::{
    AsFd, BorrowedFd, Errno, FileType, SeekFrom, appends, is_a_terminal, seek, wait_writable, write,
};
use crate::os::transfer::enlarge_pipe;
use crate::os::was_closed;
use crate::os::{Sheet, Status};
use crate::output::escape_name;

use super::message::{input_message, print_message};
use crate::os::error_text;

/// The kind of file to which output is written.
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

/// The minimum size of a piece that is written without buffering.
const MIN_DIRECT: usize = 64 * 1024;
/// The longest write that a pipe never mixes with those of other processes (PIPE_BUF, pipe(7)).
const PIPE_BUF: usize = 4096;
/// The amount of output after which it pays to create huge pages for more.
const SHEETS_AFTER: u64 = 4 << 20;
/// The maximum time for which buffered bytes wait for more.
const MAX_DELAY: Duration = Duration::from_millis(20);
/// The size to which a pipe is enlarged: the maximum that an unprivileged user may request (pipe(7)).
const PIPE_SIZE: usize = 1 << 20;

/// Standard output, or a file that replaces it.
#[derive(Debug)]
pub struct Output {
    file: File,
    destination: Destination,
    /// The identity of the output file, if it is a regular one.
    own_file: Option<OwnFile>,
    buffered: Vec<u8>,
    flushed: Instant,
    written: u64,
    /// The position of the next byte, counted from the start of the output.
    position: u64,
    pipe_enlarged: bool,
    sheet: Option<Sheet>,
    /// Whether the pipe or the system does not accept sheets.
    no_sheets: bool,
    line_buffered: bool,
    quiet: bool,
    closed: bool,
}

impl Output {
    /// Opens standard output.
    ///
    /// # Errors
    /// Returns an error if descriptor 1 cannot be duplicated. If it was closed at start, the first
    /// write fails.
    pub fn stdout() -> io::Result<Output> {
        let mut output = Output::to(File::from(io::stdout().as_fd().try_clone_to_owned()?))?;
        output.closed = was_closed(1);
        Ok(output)
    }

    /// Returns an output that writes to an open file instead of standard output.
    ///
    /// # Errors
    /// Returns the error from `fstat(2)`.
    pub fn to(file: File) -> io::Result<Output> {
        let stat = Status::of(&file)?;
        let destination = match stat.kind {
            FileType::RegularFile => Destination::Regular,
            FileType::Fifo => Destination::Pipe,
            FileType::CharacterDevice if is_a_terminal(&file) => Destination::Terminal,
            _ => Destination::Other,
        };
        Ok(Output {
            file,
            destination,
            own_file: OwnFile::with_status(&stat),
            buffered: Vec::new(),
            flushed: Instant::now(),
            written: 0,
            position: 0,
            pipe_enlarged: false,
            sheet: None,
            no_sheets: destination != Destination::Pipe,
            line_buffered: destination == Destination::Terminal,
            quiet: false,
            closed: false,
        })
    }

    /// Returns the kind of file to which output is written.
    pub fn destination(&self) -> Destination {
        self.destination
    }

    /// Returns the number of bytes written so far, including buffered ones.
    pub fn bytes(&self) -> u64 {
        self.written
    }

    /// Returns the descriptor.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Sets whether to flush after every piece, for `--line-buffered`. Output to a terminal is
    /// always flushed.
    pub fn set_line_buffered(&mut self, on: bool) {
        self.line_buffered = on || self.destination == Destination::Terminal;
    }

    /// Sets whether to suppress reports of inputs that fail, for `grep -s`.
    pub fn set_quiet(&mut self, on: bool) {
        self.quiet = on;
    }

    /// Returns whether writing the contents of `source` would append to the file that it is read
    /// from.
    pub fn is_same_file(&self, source: &Source) -> bool {
        (source.is_fed() || source.current_length().is_ok_and(|len| len.is_some_and(|len| len > 0)))
            && self.own_file().is_some_and(|own| own.is(source.identity()))
    }

    /// Returns the identity of the output file, if it is a regular one.
    pub fn own_file(&self) -> Option<OwnFile> {
        self.own_file
    }

    /// Writes all of `bytes`, now or soon.
    ///
    /// # Errors
    /// Returns the error from `write(2)`, such as EPIPE if the reader has closed the pipe. Retries
    /// after EINTR, and waits for a non-blocking descriptor.
    pub fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.position += bytes.len() as u64;
        if bytes.len() >= MIN_DIRECT {
            self.flush()?;
            self.enlarge_pipe();
            let accepted = if self.written >= SHEETS_AFTER { self.write_sheets(bytes)? } else { 0 };
            return self.write_now(&bytes[accepted..]);
        }
        self.buffered.extend_from_slice(bytes);
        if self.buffered.is_empty() {
            return Ok(());
        }
        if self.buffered.len() >= MIN_DIRECT || self.line_buffered || self.flushed.elapsed() >= MAX_DELAY {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes a line that arrives in pieces. A pipe gets it in one write with whole lines only, if
    /// it fits, so that the lines of processes that share the pipe are not mixed.
    ///
    /// # Errors
    /// Fails as [`Output::write_all`] does, and with the error from `pieces`.
    pub fn write_line(
        &mut self,
        pieces: impl FnOnce(&mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut line = Vec::new();
        pieces(&mut |piece| {
            line.extend_from_slice(piece);
            if line.len() <= PIPE_BUF {
                return Ok(());
            }
            let result = self.write_all(&line);
            line.clear();
            result
        })?;
        if self.destination == Destination::Pipe && self.buffered.len() + line.len() > PIPE_BUF {
            self.flush()?;
        }
        self.write_all(&line)
    }

    /// Moves the position of the next byte to `position` bytes after the start of the output.
    ///
    /// In a regular file this leaves a hole, or goes back to overwrite earlier bytes. Any other
    /// output gets zeros.
    ///
    /// # Errors
    /// Returns an error if `position` is earlier and the output cannot seek, and fails as
    /// [`Output::write_all`] does.
    pub fn move_to(&mut self, position: u64) -> io::Result<()> {
        if position == self.position {
            return Ok(());
        }
        // In a file opened for appending, every byte is written at the end, regardless of the
        // position.
        if self.destination == Destination::Regular && !appends(&self.file) {
            let too_far = |_| io::Error::from(Errno::OVERFLOW);
            let by = i64::try_from(i128::from(position) - i128::from(self.position)).map_err(too_far)?;
            self.flush()?;
            seek(&self.file, SeekFrom::Current(by))?;
            self.position = position;
            return Ok(());
        }
        if position < self.position {
            return Err(io::Error::other("cannot seek backwards: not a regular file"));
        }
        self.repeat(&[0], position - self.position)
    }

    /// Writes `bytes` bytes of repeated copies of `unit`, which must not be empty.
    ///
    /// # Errors
    /// Fails as [`Output::write_all`] does.
    pub fn repeat(&mut self, unit: &[u8], bytes: u64) -> io::Result<()> {
        let units = unit.repeat((MIN_DIRECT / unit.len()).max(1));
        let mut left = bytes;
        while left > 0 {
            let some = usize::try_from(left).map_or(units.len(), |left| left.min(units.len()));
            self.write_all(&units[..some])?;
            left -= some as u64;
        }
        Ok(())
    }

    /// Writes out the buffered bytes.
    ///
    /// # Errors
    /// Fails as [`Output::write_all`] does.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.buffered.is_empty() {
            return Ok(());
        }
        let buffered = std::mem::take(&mut self.buffered);
        let result = self.write_now(&buffered);
        self.buffered = buffered;
        self.buffered.clear();
        result?;
        self.flushed = Instant::now();
        Ok(())
    }

    /// Enlarges a pipe to a megabyte, so that writer and reader wait for each other less often.
    pub fn enlarge_pipe(&mut self) {
        if self.destination == Destination::Pipe && !self.pipe_enlarged {
            self.pipe_enlarged = true;
            enlarge_pipe(self.file.as_fd(), PIPE_SIZE);
        }
    }

    /// Counts bytes that were output by means other than `write`.
    pub(super) fn count(&mut self, bytes: u64) {
        self.written += bytes;
        self.position += bytes;
    }

    /// Gives `bytes` to the pipe in sheets. Returns the number of bytes accepted before no more
    /// sheets were available.
    fn write_sheets(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut accepted = 0;
        while accepted < bytes.len() && !self.no_sheets {
            let Some(mut sheet) = self.sheet.take().or_else(Sheet::fresh) else {
                self.no_sheets = true;
                break;
            };
            let (count, result) = sheet.vmsplice(self.file.as_fd(), &bytes[accepted..]);
            accepted += count;
            match result {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Err(error),
                // A pipe that does not accept pages gets a copy.
                Err(_) => self.no_sheets = true,
            }
            self.sheet = Some(sheet).filter(|sheet| !sheet.is_full() && !self.no_sheets);
        }
        Ok(accepted)
    }

    pub(super) fn write_now(&self, mut bytes: &[u8]) -> io::Result<()> {
        if self.closed {
            return Err(Errno::BADF.into());
        }
        while !bytes.is_empty() {
            match write(&self.file, bytes) {
                Ok(n) => bytes = &bytes[n..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => wait_writable(&self.file)?,
                Err(err) => return Err(err.into()),
            }
        }
        Ok(())
    }

    /// Reports a failed input, after everything printed so far.
    pub fn report(&mut self, name: &OsStr, error: &io::Error) {
        // The next write will detect an output that fails; the message is printed anyway.
        let _ = self.flush();
        if !self.quiet {
            print_message(format_args!("mapped: {}", input_message(&input_name(name), &error_text(error))));
        }
    }

    /// Prints a message about several inputs, after everything printed so far.
    pub fn notice(&mut self, message: &str) {
        let _ = self.flush();
        if !self.quiet {
            print_message(format_args!("mapped: {message}"));
        }
    }
}

/// Returns the name of an input for messages, with its control characters escaped.
pub fn input_name(name: &OsStr) -> String {
    if name == "-" { "(standard input)".into() } else { escape_name(name).into_owned() }
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
        for size in [0, 1, 10, MIN_DIRECT - 1, MIN_DIRECT, MIN_DIRECT + 1, 3 * MIN_DIRECT, 5] {
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
        let err = output.write_all(&vec![0; MIN_DIRECT]).unwrap_err();
        assert_eq!(err.kind(), io::ErrorKind::BrokenPipe);
    }
}
