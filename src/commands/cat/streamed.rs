//! Prints the selected part of a stream, in one pass, as it arrives.

use std::io;
use std::sync::Arc;

use super::around::AroundPicker;
use super::pick::{PickedPiece, Picker, Unit};
use super::transform::{State, Transform};
use super::wanted::Wanted;
use crate::app::config::Config;
use crate::exit::Exit;
use crate::io::{Filled, Source, Stream};
use crate::os::{Buffer, Stop, append_copy};
use crate::output::Output;
use crate::timestamp::StreamWindow;

/// The maximum number of bytes read at a time.
const PIECE: usize = 256 << 10;

/// The maximum number of bytes held for a range counted from the end.
const HELD: usize = 1 << 30;

/// A picker for each kind of selection.
enum StreamPicker {
    Units(Picker),
    Times(Box<StreamWindow>),
    Around(AroundPicker),
}

impl StreamPicker {
    fn feed(&mut self, piece: &[u8], filled: Filled, mut emit: impl FnMut(PickedPiece<'_>)) -> io::Result<()> {
        let ended = filled == Filled::Ended;
        match self {
            StreamPicker::Units(picker) => {
                picker.feed(piece, &mut emit).map_err(|error| io::Error::other(error.to_string()))?;
                if ended {
                    picker.finish(emit);
                }
            }
            StreamPicker::Times(window) => {
                let mut emit =
                    |keep, bytes: &[u8]| emit(if keep { PickedPiece::Keep(bytes) } else { PickedPiece::Skip(bytes) });
                let result = window.feed(piece, &mut emit).and_then(|()| match filled {
                    Filled::Ended => window.finish(emit),
                    Filled::Drained => {
                        window.pause(emit);
                        Ok(())
                    }
                    Filled::Full | Filled::Gap | Filled::Stopped => Ok(()),
                });
                result.map_err(|refusal| io::Error::other(refusal.to_string()))?;
            }
            StreamPicker::Around(picker) => {
                picker.feed(piece, emit)?;
                if ended {
                    picker.finish()?;
                }
            }
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        match self {
            StreamPicker::Units(picker) => picker.is_done(),
            StreamPicker::Times(picker) => picker.is_done(),
            StreamPicker::Around(picker) => picker.is_done(),
        }
    }
}

/// Prints the selected part of `source`. Errors of the source are reported; only those of the output are returned.
pub(super) fn run(
    mut source: Source,
    wanted: &Wanted,
    transform: &Transform,
    state: &mut State,
    config: &Config,
    output: &mut Output,
) -> io::Result<Exit> {
    config.stats.opened(&mut source);
    // Querying the size of a file that can be read at any offset may have moved its position.
    if let Err(error) = source.reader() {
        output.report(source.name(), &error);
        return Ok(Exit::Failure);
    }
    let source = Arc::new(source);
    let mut pick = match wanted {
        Wanted::Lines(selection, end) => StreamPicker::Units(Picker::new(selection.clone(), Unit::Line(*end), HELD)),
        Wanted::Bytes(selection) => StreamPicker::Units(Picker::new(selection.clone(), Unit::Byte, HELD)),
        Wanted::Period(search) => {
            StreamPicker::Times(Box::new(StreamWindow::new(search.period, search.context.clone())))
        }
        Wanted::Shard(_) => {
            let reason = source.reason().map(|reason| format!(" ({reason})")).unwrap_or_default();
            let error = format!("a stream cannot be split into equal parts{reason}");
            output.report(source.name(), &io::Error::other(error));
            return Ok(Exit::Failure);
        }
        Wanted::Around(around) => StreamPicker::Around(AroundPicker::new(*around, HELD)),
        Wanted::All => unreachable!("a whole stream is the engine's"),
    };
    let size = config.engine.block.unwrap_or(PIECE);
    let mut stream = Stream::new(Arc::clone(&source));
    let stop = Stop::new();
    let (mut piece, mut text) = (Buffer::default(), Vec::new());
    let mut show = |piece: PickedPiece<'_>, text: &mut Vec<u8>| match piece {
        PickedPiece::Keep(bytes) if transform.is_identity() => append_copy(text, bytes),
        PickedPiece::Keep(bytes) => {
            transform.format(state, bytes, text);
            state.advance(transform, bytes, transform.tally(bytes));
        }
        PickedPiece::Skip(bytes) => {
            state.finish(transform, text);
            state.advance(transform, bytes, transform.tally(bytes));
            state.drop_held();
        }
    };
    while !pick.is_done() {
        let filled = piece.make_room(size, 0).and_then(|()| stream.fill(piece.end(), size, &stop));
        config.stats.bytes.add(piece.len() as u64);
        text.clear();
        let result = filled.and_then(|filled| {
            pick.feed(&piece, filled, |piece| show(piece, &mut text))?;
            Ok(filled)
        });
        output.write_all(&text)?;
        match result {
            Ok(Filled::Drained) => output.flush()?,
            Ok(Filled::Full | Filled::Gap) => {}
            Ok(Filled::Ended | Filled::Stopped) => break,
            Err(error) => {
                output.report(source.name(), &error);
                return Ok(Exit::Failure);
            }
        }
    }
    let notice = source.notice().filter(|_| stream.has_ended());
    if let Some(notice) = notice {
        output.report(source.name(), &io::Error::other(notice));
    }
    if let Some(error) = stream.take_failure() {
        output.report(source.name(), &error);
        return Ok(Exit::Failure);
    }
    if let (StreamPicker::Times(window), Wanted::Period(search)) = (&pick, wanted) {
        for notice in window.filter().map(|filter| search.notices(filter)).unwrap_or_default() {
            output.report(source.name(), &io::Error::other(notice));
        }
    }
    Ok(Exit::Success)
}
