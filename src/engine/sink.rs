//! Where a run's text goes. The engine knows no output: it writes into this.

use std::ffi::OsStr;
use std::io;

use super::kernel::{Inserted, Insertion};

/// Takes text in the order of the inputs.
pub trait Sink: Send {
    /// Writes `bytes`, now or soon.
    ///
    /// # Errors
    /// What writing fails with.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes the next byte go to `place`, counted from where the output began.
    ///
    /// # Errors
    /// Where the output cannot go back, and as [`Sink::write`].
    fn move_to(&mut self, place: u64) -> io::Result<()>;

    /// Writes `unit` again and again, `bytes` bytes in all.
    ///
    /// # Errors
    /// As [`Sink::write`].
    fn repeat(&mut self, unit: &[u8], bytes: u64) -> io::Result<()>;

    /// Writes out what was held back.
    ///
    /// # Errors
    /// As [`Sink::write`].
    fn flush(&mut self) -> io::Result<()>;

    /// Prints a line for the user, beside the output.
    fn message(&mut self, line: &str);

    /// Reports an input that failed, after everything written so far.
    fn report(&mut self, name: &OsStr, error: &io::Error);
}

/// Writes `text` with its insertions.
///
/// # Errors
/// As [`Sink::write`] and [`Sink::move_to`].
pub fn write_text(sink: &mut dyn Sink, text: &[u8], insertions: &[Insertion]) -> io::Result<()> {
    let mut done = 0;
    for insertion in insertions {
        sink.write(&text[done..insertion.at])?;
        done = insertion.at;
        match &insertion.what {
            Inserted::Move(place) => sink.move_to(*place)?,
            Inserted::Repeat { unit, bytes } => sink.repeat(unit, *bytes)?,
            Inserted::Message(message) => {
                sink.flush()?;
                sink.message(message);
            }
        }
    }
    sink.write(&text[done..])
}
