//! Loads a span's bytes, mapped or read, as a block.

use std::io;
use std::ops::Range;

use crate::io::{AccessMethod, IoMode, Reason, SINGLE_READ, Source, Unmapped};
use crate::os::{Buffer, WindowView, reserve_exact};

use super::block::{Block, Data, truncated};
use super::cursor::{Span, SpanContent};
use super::long_block::longest_resident;
use super::plan::Plan;
use super::session::Session;
use super::shared_window::SharedWindow;

/// The context in which spans are loaded.
pub(super) struct Loader<'a> {
    pub(super) plan: &'a Plan,
    pub(super) session: &'a Session,
}

/// A block, and the error after its bytes.
pub(super) struct LoadedBlock {
    pub(super) block: Block,
    pub(super) damage: Option<io::Error>,
}

impl Loader<'_> {
    /// Loads a span's bytes.
    ///
    /// # Errors
    /// Returns the error that prevented all of it from being loaded.
    pub(super) fn load(&self, span: Span, spare: &mut Vec<Buffer>) -> io::Result<LoadedBlock> {
        // The zeros in place of a hole do not identify the format of a file.
        let is_data = matches!(span.content, SpanContent::ToLoad | SpanContent::Prefix);
        let loaded = self.load_bytes(span, spare)?;
        let block = &loaded.block;
        if block.first {
            block.source.remember_beginning(block.at, if is_data { block.bytes() } else { &[] });
        }
        Ok(loaded)
    }

    fn load_bytes(&self, span: Span, spare: &mut Vec<Buffer>) -> io::Result<LoadedBlock> {
        let Span { source, input, at, offset, first, last, kind, content, window, .. } = span;
        let (after_span, skipped_lines, ended) = (span.damage, span.skipped_lines, span.ended);
        let length = at.end - at.start;
        let mut block = Block {
            source,
            input,
            offset,
            at: at.start,
            first,
            last: last && !matches!(content, SpanContent::Prefix),
            kind: kind.unwrap_or_default(),
            single_read: false,
            skipped_lines,
            ended,
            nominal: self.plan.block,
            data: Data::Buffer(Buffer::default()),
        };
        let damage = match content {
            SpanContent::Loaded { bytes, .. } => {
                block.data = Data::Buffer(bytes);
                None
            }
            SpanContent::Hole => {
                block.data = Data::Hole(length);
                None
            }
            SpanContent::Collapsed(holes) => {
                let mut buffer = Vec::new();
                let damage = read_around(&mut block, &mut buffer, at, &holes)?;
                block.data = Data::Collapsed(buffer.into(), length);
                damage
            }
            SpanContent::ToLoad | SpanContent::Prefix if length == 0 => None,
            SpanContent::ToLoad | SpanContent::Prefix => {
                self.map_or_read(&mut block, window.as_deref(), length, spare)?
            }
        };
        Ok(LoadedBlock { block, damage: damage.or(after_span) })
    }

    /// Maps the block's `length` bytes, in a window if it shares one, or reads them if they should not or
    /// cannot be mapped.
    fn map_or_read(
        &self,
        block: &mut Block,
        window: Option<&SharedWindow>,
        length: u64,
        spare: &mut Vec<Buffer>,
    ) -> io::Result<Option<io::Error>> {
        let length = usize::try_from(length).map_err(|_| too_long(length))?;
        if block.source.method() == AccessMethod::Map
            && let Some(view) = self.map(&block.source, window, block.at, length)?
        {
            block.data = Data::Mapped(view);
            return Ok(None);
        }
        if let Some(content) = block.source.take_content(block.at, length) {
            block.data = Data::Content(content);
            return check_read(block, length, None);
        }
        let buffer = spare.pop().unwrap_or_default();
        if block.first && block.last {
            block.source.fault_in_small();
        }
        let was_faulted_in = self.was_faulted_in(&block.source);
        self.timed(was_faulted_in, length, || read_block(block, buffer, length))
    }

    /// Returns whether the cursor has already faulted in the part of `source` to load.
    fn was_faulted_in(&self, source: &Source) -> bool {
        self.session.cold.is_cold() && source.can_fault_in()
    }

    /// Loads `bytes`, and records how long it took unless they were faulted in before.
    fn timed<T>(&self, was_faulted_in: bool, bytes: usize, load: impl FnOnce() -> T) -> T {
        if was_faulted_in { load() } else { self.session.cold.time(bytes, load) }
    }

    /// Maps the range and faults its pages in. Returns `None` if it should be read instead.
    ///
    /// # Errors
    /// Returns an error under [`IoMode::Mmap`] if the range cannot be mapped.
    fn map(
        &self,
        source: &Source,
        window: Option<&SharedWindow>,
        at: u64,
        length: usize,
    ) -> io::Result<Option<WindowView>> {
        let shared = window.and_then(|window| window.view(source, at, length));
        match shared.map_or_else(|| source.map(at, length), Ok) {
            Ok((view, is_new)) => {
                // A page that has disappeared in the meantime is a recorded fault, which the
                // verification handles.
                if length <= longest_resident(self.plan.block) {
                    self.timed(self.was_faulted_in(source), length, || view.touch());
                }
                self.session.counters.windows.add(u64::from(is_new));
                Ok(Some(view))
            }
            Err(Unmapped::Unsound) => Ok(None),
            Err(Unmapped::Refused(error)) => {
                let reason = Reason::Refused(error.raw_os_error().unwrap_or(0));
                if self.plan.policy == IoMode::Mmap {
                    return Err(io::Error::other(format!("not mappable: {reason}")));
                }
                self.session.counters.record_refusal(reason);
                Ok(None)
            }
        }
    }
}

impl Block {
    /// Replaces the bytes with those that `pread(2)` returns now, or clips a hole to the file's
    /// size.
    ///
    /// Returns the error from reading the rest. `None` means that the mapping was wrong and the
    /// file is intact: tmpfs had no room for a page, or an overlay file was copied up.
    pub(super) fn reread(&mut self) -> Option<io::Error> {
        if let Data::Hole(len) = self.data {
            return match self.source.current_length() {
                Ok(size) => {
                    let size = size.unwrap_or(u64::MAX);
                    self.clip(size.saturating_sub(self.at).min(len));
                    Some(truncated(self.source.base() + size))
                }
                Err(error) => {
                    self.clip(0);
                    Some(error)
                }
            };
        }
        let length = self.bytes().len();
        self.data = Data::Buffer(Buffer::default());
        read_block(self, Buffer::default(), length).unwrap_or_else(|error| {
            self.last = false;
            Some(error)
        })
    }
}

fn too_long(length: u64) -> io::Error {
    io::Error::other(format!("a line of {length} bytes does not fit into memory"))
}

/// Reads the span `at`, with one zero byte for each of the `holes` in it.
fn read_around(
    block: &mut Block,
    buffer: &mut Vec<u8>,
    at: Range<u64>,
    holes: &[Range<u64>],
) -> io::Result<Option<io::Error>> {
    // The file offset and the buffer position of each stretch of data, and of each hole's zero
    // byte.
    let mut positions = Vec::with_capacity(holes.len() * 2 + 1);
    let mut from = at.start;
    let mut failure = None;
    for hole in holes.iter().cloned().chain(std::iter::once(at.end..at.end)) {
        let length = usize::try_from(hole.start - from).map_err(|_| too_long(hole.start - from))?;
        let start = buffer.len();
        if reserve_exact(buffer, length + 1).is_err() {
            return Err(too_long(at.end - at.start));
        }
        positions.push((from, start));
        buffer.resize(start + length, 0);
        let (got, error) = block.source.read_up_to(&mut buffer[start..], from);
        buffer.truncate(start + got);
        failure = error;
        if got < length {
            break;
        }
        if !hole.is_empty() {
            positions.push((hole.start, buffer.len()));
            buffer.push(0);
        }
        from = hole.end;
    }
    // As in `check_read`, the size is checked afterwards, because a hole past the end still reads
    // as a hole.
    if let Some(size) = block.source.current_length()?.filter(|&size| size < at.end) {
        let (from, start) = positions[positions.partition_point(|&(from, _)| from < size).saturating_sub(1)];
        let more = usize::try_from(size.saturating_sub(from)).unwrap_or(usize::MAX);
        buffer.truncate(start.saturating_add(more));
        block.last = false;
        return Ok(Some(truncated(block.source.base() + size)));
    }
    block.last &= failure.is_none();
    Ok(failure)
}

/// Reads a span by position into `buffer`, which becomes the block's. A short read is a truncation if
/// the size says so; a file that reports a larger size than it has, as in sysfs, merely ends.
fn read_block(block: &mut Block, mut buffer: Buffer, length: usize) -> io::Result<Option<io::Error>> {
    let failure = block.source.read_into(&mut buffer, length, block.at).map_err(|_| too_long(length as u64))?;
    block.data = Data::Buffer(buffer);
    check_read(block, length, failure)
}

/// Keeps the valid part of the bytes read for a span of `length` bytes, and returns the error after
/// it.
fn check_read(block: &mut Block, length: usize, failure: Option<io::Error>) -> io::Result<Option<io::Error>> {
    let got = block.bytes().len();
    // A truncation lowers the size before it zeroes a page. If the size, read afterwards, still
    // covers these bytes, they were therefore read before any truncation.
    let end = block.at + length as u64;
    // A single short read shows one state of the file, if nothing else of it was read.
    block.single_read = block.first && block.last && length as u64 <= SINGLE_READ && !block.source.was_partly_read();
    let size = block.source.current_length()?;
    if block.single_read && block.source.file_system().needs_reading() {
        // The size was only a claim, and the single read has shown where the file ends.
        return Ok(failure);
    }
    if let Some(size) = size.filter(|&size| size < end) {
        block.clip(size.saturating_sub(block.at));
        return Ok(Some(truncated(block.source.base() + size)));
    }
    if failure.is_some() {
        // Bytes before a bad sector are valid and are emitted first.
        block.last = false;
    } else if got < length && block.ended.is_none() {
        // The last block of joined inputs comes after all of them.
        block.last = true;
    }
    Ok(failure)
}
