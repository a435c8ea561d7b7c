//! Prints the selected part of a stream, in one pass, as it arrives.

use std::io;
use std::sync::Arc;

use super::Cat;
use super::around::AroundPicker;
use super::pick::{PickedPiece, Picker, Unit};
use super::printed_part::PrintedPart;
use crate::exit::Exit;
use crate::io::{Filled, Source, Stream};
use crate::os::{Buffer, Stop, append_copy};
use crate::timestamp::StreamWindow;

/// The maximum number of bytes read at a time.
const PIECE: usize = 256 << 10;

/// The maximum number of bytes held for a range counted from the end.
const MAX_HELD_BYTES: usize = 1 << 30;

/// A picker for each kind of selection.
enum StreamPicker {
    Units(Picker),
    Times(Box<StreamWindow>),
    Around(AroundPicker),
}

impl StreamPicker {
    /// Returns the picker for a selection other than [`PrintedPart::All`].
    fn new(wanted: &PrintedPart, source: &Source) -> io::Result<StreamPicker> {
        Ok(match wanted {
            PrintedPart::Lines(selection, end) => {
                StreamPicker::Units(Picker::new(selection.clone(), Unit::Line(*end), MAX_HELD_BYTES))
            }
            PrintedPart::Bytes(selection) => {
                StreamPicker::Units(Picker::new(selection.clone(), Unit::Byte, MAX_HELD_BYTES))
            }
            PrintedPart::Period(search) => {
                StreamPicker::Times(Box::new(StreamWindow::new(search.period, search.of(source).context)))
            }
            PrintedPart::Around(around) => StreamPicker::Around(AroundPicker::new(*around, MAX_HELD_BYTES)),
            PrintedPart::Shard(_) => {
                let reason = source.reason().map(|reason| format!(" ({reason})")).unwrap_or_default();
                return Err(io::Error::other(format!("a stream cannot be split into equal parts{reason}")));
            }
            PrintedPart::All => unreachable!("the engine prints whole streams"),
        })
    }

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

impl Cat<'_> {
    /// Prints the selected part of a stream. Errors of the source are reported, and only those of
    /// the output are returned.
    pub(super) fn print_stream(&mut self, mut source: Source) -> io::Result<Exit> {
        if matches!(self.printed_part, PrintedPart::Shard(_)) && source.is_empty_file() {
            // Each shard of an empty file is empty.
            return self.print(source);
        }
        self.config.stats.opened(&mut source);
        // Querying the size of a file that can be read at any offset may have moved its position.
        let picker = source.reader().and_then(|_| StreamPicker::new(&self.printed_part, &source));
        let mut picker = match picker {
            Ok(picker) => picker,
            Err(error) => {
                self.output.report(source.name(), &error);
                return Ok(Exit::Failure);
            }
        };
        let source = Arc::new(source);
        let mut stream = Stream::new(Arc::clone(&source));
        if let Err(error) = self.print_picked(&mut picker, &mut stream)? {
            self.output.report(source.name(), &error);
            return Ok(Exit::Failure);
        }
        if let Some(notice) = source.notice().filter(|_| stream.has_ended()) {
            self.output.report(source.name(), &io::Error::other(notice));
        }
        if let Some(error) = stream.take_failure() {
            self.output.report(source.name(), &error);
            return Ok(Exit::Failure);
        }
        if let (StreamPicker::Times(window), PrintedPart::Period(search)) = (&picker, &self.printed_part) {
            for notice in window.filter().map(|filter| search.of(&source).notices(filter)).unwrap_or_default() {
                self.output.report(source.name(), &io::Error::other(notice));
            }
        }
        Ok(Exit::Success)
    }

    /// Prints the bytes of `stream` that `picker` selects. The inner result is that of the stream.
    fn print_picked(&mut self, picker: &mut StreamPicker, stream: &mut Stream) -> io::Result<io::Result<()>> {
        let Cat { transform, state, config, output, .. } = self;
        let size = config.engine.block.unwrap_or(PIECE);
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
        while !picker.is_done() {
            let filled = piece.make_room(size, 0).and_then(|()| stream.fill(piece.end(), size, &stop));
            config.stats.bytes.add(piece.len() as u64);
            text.clear();
            let result = filled.and_then(|filled| {
                picker.feed(&piece, filled, |piece| show(piece, &mut text))?;
                Ok(filled)
            });
            output.write_all(&text)?;
            match result {
                Ok(Filled::Drained) => output.flush()?,
                Ok(Filled::Full | Filled::Gap) => {}
                Ok(Filled::Ended | Filled::Stopped) => break,
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(()))
    }
}
