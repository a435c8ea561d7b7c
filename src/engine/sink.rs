//! The output of a run as a trait, so that the engine is independent of the actual output.

use std::ffi::OsStr;
use std::io;

/// An output that accepts text in the order of the inputs.
pub trait Sink: Send {
    /// Writes `bytes`, possibly later.
    ///
    /// # Errors
    /// Returns the error from writing.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Moves the next byte to offset `place`, counted from the start of the output.
    ///
    /// # Errors
    /// Fails if the output cannot seek back, and as [`Sink::write`] does.
    fn move_to(&mut self, place: u64) -> io::Result<()>;

    /// Writes `unit` repeatedly, `bytes` bytes in total.
    ///
    /// # Errors
    /// Fails as [`Sink::write`] does.
    fn repeat(&mut self, unit: &[u8], bytes: u64) -> io::Result<()>;

    /// Writes out all buffered text.
    ///
    /// # Errors
    /// Fails as [`Sink::write`] does.
    fn flush(&mut self) -> io::Result<()>;

    /// Prints a line for the user, separate from the output.
    fn message(&mut self, line: &str);

    /// Reports an input that failed, after everything written so far.
    fn report(&mut self, name: &OsStr, error: &io::Error);
}
