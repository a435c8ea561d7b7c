//! The output of a run as a trait, so that the engine is independent of the actual output.

use std::ffi::OsStr;
use std::io;

use super::block::Block;
use super::kernel::{Inserted, Kernel};

/// Accepts text in the order of the inputs.
pub trait Sink: Send {
    /// Writes `bytes`, possibly later.
    ///
    /// # Errors
    /// Returns the error of writing.
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

/// Writes the text of a block with its insertions. Returns why the block's file no longer holds the
/// bytes of deferred text, if so.
///
/// # Errors
/// Fails as [`Sink::write`] and [`Sink::move_to`] do.
pub fn write_text<K: Kernel>(
    kernel: &K,
    (block, part): (&Block, &K::Part),
    text: &[u8],
    sink: &mut dyn Sink,
) -> io::Result<Option<io::Error>> {
    let mut done = 0;
    for insertion in kernel.insertions(part) {
        sink.write(&text[done..insertion.at])?;
        done = insertion.at;
        match &insertion.what {
            Inserted::Move(place) => sink.move_to(*place)?,
            Inserted::Repeat { unit, bytes } => sink.repeat(unit, *bytes)?,
            Inserted::Deferred(number) => {
                let damage = kernel.write_deferred(block, part, *number, sink)?;
                if damage.is_some() {
                    return Ok(damage);
                }
            }
            Inserted::Message(message) => {
                sink.flush()?;
                sink.message(message);
            }
        }
    }
    sink.write(&text[done..])?;
    Ok(None)
}
