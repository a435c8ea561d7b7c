//! `--reverse`: prints the lines of an input, or records with another separator, from the last to
//! the first, as `tac` does.
//!
//! A file is read backwards in pieces, so the last line is printed at once, even from a long file.
//! A line that no single piece contains is printed separately, once its start is found.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use memchr::memmem::FinderRev;

use super::transform::State;
use super::{Cat, locate};
use crate::exit::Exit;
use crate::io::{Filled, IoMode, Source, Stream};
use crate::os::Stop;
use crate::os::posix::FileExt;

/// The text that separates records.
#[derive(Clone, Copy)]
pub(super) struct Separator<'a> {
    /// The text, which is not empty.
    pub(super) text: &'a [u8],
    /// Whether the separator belongs to the record after it.
    pub(super) begins_record: bool,
}

/// The number of bytes read backwards at a time.
const PIECE: u64 = 1 << 20;

impl Cat<'_> {
    /// Prints the records in the ascending `spans` of `source`, from the last to the first.
    pub(super) fn reversed(
        &mut self,
        source: &Source,
        spans: Vec<Range<u64>>,
        separator: Separator<'_>,
    ) -> io::Result<Exit> {
        let mut exit = Exit::Success;
        for span in spans.into_iter().rev() {
            let numbers = self.transform.counts();
            let last = if numbers { self.last_number(source, span.end)? } else { None };
            if numbers && last.is_none() {
                return Ok(Exit::Failure);
            }
            exit = exit.and(ReversePrinter { cat: self, source, span, last }.print(separator)?);
        }
        Ok(exit)
    }

    /// Returns the number of the line that ends at `end`, or `None` if the lines before it cannot be
    /// read, which has been reported.
    fn last_number(&mut self, source: &Source, end: u64) -> io::Result<Option<u64>> {
        let within = source.start()..end;
        if within.is_empty() {
            return Ok(Some(0));
        }
        let ends = locate::count_line_ends(source, within, u64::MAX, self.config, self.output)?;
        let Some(ends) = ends else { return Ok(None) };
        let mut byte = [0];
        match source.read_at(&mut byte, end - 1) {
            Ok(got) => Ok(Some(ends + u64::from(got == 0 || byte != *b"\n"))),
            Err(error) => {
                self.output.report(source.name(), &error);
                Ok(None)
            }
        }
    }
}

struct ReversePrinter<'r, 'c> {
    cat: &'r mut Cat<'c>,
    source: &'r Source,
    span: Range<u64>,
    /// The number of the next line to print, if lines are numbered.
    last: Option<u64>,
}

impl ReversePrinter<'_, '_> {
    fn print(mut self, separator: Separator<'_>) -> io::Result<Exit> {
        let finder = FinderRev::new(separator.text);
        let length = separator.text.len() as u64;
        let Range { start, end } = self.span;
        let (mut exit, mut text) = (Exit::Success, Vec::new());
        let mut piece = vec![0; (PIECE + length - 1).min(end - start) as usize];
        // Records from `printed` on have been printed. The search is for separators that begin
        // before `at` and end at or before `found`, the position of the last one found.
        let (mut printed, mut at, mut found) = (end, end, end);
        while at > start {
            let from = at.saturating_sub(PIECE).max(start);
            let to = (at + length - 1).min(found);
            let bytes = &mut piece[..(to - from) as usize];
            let got = match self.source.read_at(bytes, from) {
                Ok(got) => got,
                Err(error) => {
                    self.cat.output.write_all(&text)?;
                    self.cat.output.report(self.source.name(), &error);
                    return Ok(Exit::Failure);
                }
            };
            self.cat.config.stats.bytes.add((got as u64).min(at - from));
            if got < bytes.len() {
                let size = self.source.current_length()?.unwrap_or(0);
                self.cat.output.report(self.source.name(), &crate::engine::truncated(self.source.base() + size));
                return Ok(Exit::Failure);
            }
            for index in finder.rfind_iter(bytes) {
                found = from + index as u64;
                let record = if separator.begins_record { found } else { found + length };
                // A separator at the end of the last record does not separate it from another one.
                if record == printed && printed == end {
                    continue;
                }
                if printed <= to {
                    self.line(&bytes[(record - from) as usize..(printed - from) as usize], &mut text)?;
                } else {
                    exit = exit.and(self.long_line(record..printed, &mut text)?);
                    // Continuing to read would report the same error again.
                    if exit != Exit::Success {
                        return Ok(exit);
                    }
                }
                printed = record;
            }
            at = if bytes.first() == Some(&0) { self.source.data_end_before(from, start) } else { from };
        }
        if printed > start {
            exit = exit.and(self.long_line(start..printed, &mut text)?);
        }
        self.cat.output.write_all(&text)?;
        self.source.set_shared_position(end);
        if self.source.take_overwritten() {
            self.cat.output.report(self.source.name(), &crate::engine::rewritten());
        }
        Ok(exit)
    }

    /// Adds a line to `text`, and prints `text` when it is long enough.
    fn line(&mut self, line: &[u8], text: &mut Vec<u8>) -> io::Result<()> {
        if self.cat.transform.is_identity() {
            text.extend_from_slice(line);
        } else {
            let mut state = self.state();
            self.cat.transform.format(&state, line, text);
            state.advance(&self.cat.transform, line, self.cat.transform.tally(line));
            state.finish(&self.cat.transform, text);
        }
        if text.len() as u64 >= PIECE {
            self.cat.output.write_all(text)?;
            text.clear();
        }
        Ok(())
    }

    /// Prints a line that no single piece contains.
    fn long_line(&mut self, line: Range<u64>, text: &mut Vec<u8>) -> io::Result<Exit> {
        self.cat.output.write_all(text)?;
        text.clear();
        self.cat.state = self.state();
        let part = self.source.part(line, self.cat.config.engine.policy)?;
        let exit = self.cat.print(part)?;
        self.cat.finish()?;
        Ok(exit)
    }

    /// Returns the state for the next line to print, and decrements the line number.
    fn state(&mut self) -> State {
        match &mut self.last {
            None => State::default(),
            Some(last) => {
                *last = last.saturating_sub(1);
                State::after_lines(*last)
            }
        }
    }
}

/// The maximum number of bytes of a stream that are held in memory.
const MAX_HELD_BYTES: u64 = 1 << 30;

/// An input that can be read backwards.
pub(super) struct ReversibleInput {
    pub(super) source: Source,
    /// The error that ended the stream early, to be reported after its lines.
    pub(super) failure: Option<io::Error>,
    /// A notice to report after its lines. It is not an error.
    pub(super) notice: Option<String>,
}

impl From<Source> for ReversibleInput {
    fn from(source: Source) -> ReversibleInput {
        ReversibleInput { source, failure: None, notice: None }
    }
}

/// Reads a stream to its end into memory, so that it can be read backwards.
///
/// # Errors
/// Returns an error if the first bytes cannot be read or the stream is too long.
pub(super) fn held_in_memory(source: Source) -> io::Result<ReversibleInput> {
    let name = source.name().to_owned();
    let file = crate::os::memory_file()?;
    // A regular file that ends before its stated size is read like a stream. The search for its end
    // may have moved the file position.
    source.reader()?;
    let source = Arc::new(source);
    let (mut stream, mut piece) = (Stream::new(Arc::clone(&source)), Vec::new());
    let stop = Stop::new();
    let mut length = 0;
    loop {
        piece.clear();
        let filled = stream.fill(&mut piece, PIECE as usize, &stop)?;
        file.write_all_at(&piece, length)?;
        length += piece.len() as u64;
        if length > MAX_HELD_BYTES {
            let limit = MAX_HELD_BYTES >> 20;
            let text = format!("cannot print a stream of more than {limit} MiB from its end; save it to a file first");
            return Err(io::Error::other(text));
        }
        if matches!(filled, Filled::Ended | Filled::Stopped) {
            break;
        }
    }
    let failure = stream.take_failure();
    let notice = source.notice().filter(|_| failure.is_none()).map(str::to_owned);
    let source = Source::from_file(name, file, false, IoMode::Auto, crate::io::Range::default())?;
    Ok(ReversibleInput { source, failure, notice })
}
