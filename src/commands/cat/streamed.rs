//! Prints the selected part of a stream, in one pass, as it arrives.

use std::io;
use std::sync::Arc;

use super::around::AroundPicker;
use super::pick::{Picker, Piece, TimePicker, Unit};
use super::transform::{State, Transform};
use super::wanted::Wanted;
use crate::app::config::Config;
use crate::exit::Exit;
use crate::io::{Filled, Source, Stream};
use crate::os::{Buffer, Stop};
use crate::output::Output;
use crate::timestamp::Recognizer;

/// The most bytes read at a time.
const PIECE: usize = 256 << 10;

/// The most bytes held for a range counted from the end.
const HELD: usize = 1 << 30;

/// A picker, by what it counts.
enum Pick {
    Units(Picker),
    Times(TimePicker),
    Around(AroundPicker),
}

impl Pick {
    fn feed(&mut self, piece: &[u8], emit: impl FnMut(Piece<'_>)) -> io::Result<()> {
        match self {
            Pick::Units(picker) => picker.feed(piece, emit).map_err(|error| io::Error::other(error.to_string())),
            Pick::Times(picker) => {
                picker.feed(piece, emit);
                Ok(())
            }
            Pick::Around(picker) => picker.feed(piece, emit),
        }
    }

    fn finish(&mut self, emit: impl FnMut(Piece<'_>)) -> io::Result<()> {
        match self {
            Pick::Units(picker) => picker.finish(emit),
            Pick::Times(picker) => picker.finish(emit),
            Pick::Around(picker) => picker.finish()?,
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        match self {
            Pick::Units(picker) => picker.is_done(),
            Pick::Times(picker) => picker.is_done(),
            Pick::Around(picker) => picker.is_done(),
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
    // Looking at the size of a file that can be read at any offset may have moved its position.
    if let Err(error) = source.reader() {
        output.report(source.name(), &error);
        return Ok(Exit::Failure);
    }
    let source = Arc::new(source);
    let mut pick = match wanted {
        Wanted::Lines(selection) => Pick::Units(Picker::new(selection.clone(), Unit::Line, HELD)),
        Wanted::Bytes(selection) => Pick::Units(Picker::new(selection.clone(), Unit::Byte, HELD)),
        Wanted::Period(period, zone) => {
            let recognizer = Recognizer::new(zone.clone(), jiff::Timestamp::now());
            Pick::Times(TimePicker::new(*period, recognizer))
        }
        Wanted::Shard(_) => {
            let reason = source.reason().map(|reason| format!(" ({reason})")).unwrap_or_default();
            let error = format!("what is read as it comes cannot be cut into parts of equal size{reason}");
            output.report(source.name(), &io::Error::other(error));
            return Ok(Exit::Failure);
        }
        Wanted::Around(around) => Pick::Around(AroundPicker::new(*around, HELD)),
        Wanted::All => unreachable!("a whole stream is the engine's"),
    };
    let size = config.engine.block.unwrap_or(PIECE);
    let mut stream = Stream::new(Arc::clone(&source));
    let stop = Stop::new();
    let (mut piece, mut text) = (Buffer::default(), Vec::new());
    let mut show = |piece: Piece<'_>, text: &mut Vec<u8>| match piece {
        Piece::Keep(bytes) if transform.is_identity() => text.extend_from_slice(bytes),
        Piece::Keep(bytes) => {
            transform.format(state, bytes, text);
            state.advance(transform, bytes, transform.tally(bytes));
        }
        Piece::Skip(bytes) => {
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
            pick.feed(&piece, |piece| show(piece, &mut text))?;
            if filled == Filled::Ended {
                pick.finish(|piece| show(piece, &mut text))?;
            }
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
    if let Pick::Times(picker) = &pick {
        if let Some(disorder) = picker.disorder() {
            output.report(source.name(), &io::Error::other(disorder.to_string()));
        }
        if !picker.recognized() && stream.offset() > source.start() {
            output.report(source.name(), &io::Error::other("no line with a time was found"));
            return Ok(Exit::Failure);
        }
    }
    Ok(Exit::Success)
}
