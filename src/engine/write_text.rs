//! Writes the text of a block, with the kernel's insertions, to a sink.

use std::io;

use super::block::Block;
use super::kernel::{Inserted, Kernel};
use super::sink::Sink;

/// Writes the text of a block with its insertions. Returns the reason if the block's file no longer
/// contains the bytes of deferred text.
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
