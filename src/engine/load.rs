//! Brings a span's bytes in, mapped or read, as a block.

use std::io;
use std::ops::Range;

use crate::io::{AccessMethod, IoMode, ONE_READ, Reason, Source, Unmapped};
use crate::os::{Buffer, View};

use super::block::{Block, Data, truncated};
use super::cursor::{Content, Plan, Span};
use super::stats::Stats;

/// What loading depends on beside the span.
pub(super) struct Loader<'a> {
    pub(super) plan: &'a Plan,
    pub(super) stats: &'a Stats,
}

impl Loader<'_> {
    /// Brings a span's bytes in. The second value is what went wrong behind the bytes that came.
    #[allow(clippy::type_complexity, reason = "a pair named by the sentence above")]
    pub(super) fn load(
        &self,
        span: Span,
        spare: &mut Vec<Buffer>,
    ) -> Result<(Block, Option<io::Error>), (usize, io::Error)> {
        // Of what stands there in place of a hole, nothing may be kept.
        let is_data = matches!(span.content, Content::ToLoad | Content::Head | Content::Read(_));
        let loaded = self.load_bytes(span, spare)?;
        if loaded.0.first {
            let block = &loaded.0;
            block.source.remember_beginning(block.at, if is_data { block.bytes() } else { &[] });
        }
        Ok(loaded)
    }

    #[allow(clippy::type_complexity, reason = "as above")]
    fn load_bytes(
        &self,
        span: Span,
        spare: &mut Vec<Buffer>,
    ) -> Result<(Block, Option<io::Error>), (usize, io::Error)> {
        let Span { source, input, at, offset, first, last, verdict, content, broken, passed_lines, ended } = span;
        let length = at.end - at.start;
        let mut block = Block {
            source,
            input,
            offset,
            at: at.start,
            first,
            last: last && !matches!(content, Content::Head),
            verdict: verdict.unwrap_or(0),
            settled: false,
            passed_lines,
            ended,
            data: Data::Buffer(Buffer::default()),
        };
        match content {
            Content::Loaded { bytes, .. } => block.data = Data::Buffer(bytes),
            Content::Read(mut bytes) => {
                let damage =
                    check_read(&mut block, &mut bytes, length as usize, None).map_err(|error| (input, error))?;
                block.data = Data::Buffer(bytes);
                return Ok((block, damage.or(broken)));
            }
            Content::Hole => block.data = Data::Hole(length),
            Content::Gapped(holes) => {
                let mut buffer = Vec::new();
                let damage = read_around(&mut block, &mut buffer, at, &holes).map_err(|error| (input, error))?;
                Stats::add(&self.stats.bytes, length.saturating_sub(buffer.len() as u64));
                block.data = Data::Buffer(buffer.into());
                return Ok((block, damage.or(broken)));
            }
            Content::ToLoad | Content::Head if length == 0 => {}
            Content::ToLoad | Content::Head => {
                let length = usize::try_from(length).map_err(|_| (input, too_long(length)))?;
                let mapped = match block.source.way() {
                    AccessMethod::Map => self.map(&block.source, at.start, length).map_err(|error| (input, error))?,
                    _ => None,
                };
                match mapped {
                    Some(view) => block.data = Data::Mapped(view),
                    None => {
                        let mut buffer = spare.pop().unwrap_or_default();
                        if block.first && block.last {
                            block.source.bring_small();
                        }
                        let brought = self.was_brought(&block.source);
                        let read = || read_block(&mut block, &mut buffer, length);
                        let damage = self.come(brought, length, read).map_err(|error| (input, error))?;
                        block.data = Data::Buffer(buffer);
                        return Ok((block, damage.or(broken)));
                    }
                }
            }
        }
        Ok((block, broken))
    }

    /// Whether the cursor has brought in what is to be loaded of `source`.
    fn was_brought(&self, source: &Source) -> bool {
        self.stats.warmth.is_cold() && source.can_be_brought()
    }

    /// Has `load` bring in `bytes`, and learns from it, unless somebody has done both.
    fn come<T>(&self, brought: bool, bytes: usize, load: impl FnOnce() -> T) -> T {
        if brought { load() } else { self.stats.warmth.bring(bytes, load) }
    }

    /// Maps the range and faults its pages in; `None` where it is to be read instead.
    ///
    /// # Errors
    /// That the range cannot be mapped, under [`IoMode::Mmap`].
    fn map(&self, source: &Source, at: u64, length: usize) -> io::Result<Option<View>> {
        match source.map(at, length, self.plan.shared) {
            Ok((view, is_new)) => {
                // A page that is gone by now is a recorded fault, and the verify step deals with it.
                self.come(self.was_brought(source), length, || view.touch());
                Stats::add(&self.stats.windows, u64::from(is_new));
                Ok(Some(view))
            }
            Err(Unmapped::Unsound) => Ok(None),
            Err(Unmapped::Refused(error)) => {
                let reason = Reason::Refused(error.raw_os_error().unwrap_or(0));
                if self.plan.policy == IoMode::Mmap {
                    return Err(io::Error::other(format!("not mappable: {reason}")));
                }
                self.stats.refused(reason);
                Ok(None)
            }
        }
    }
}

fn too_long(length: u64) -> io::Error {
    io::Error::other(format!("a line of {length} bytes does not fit into memory"))
}

/// Reads the span `at` with one zero byte for each of the `holes` in it.
fn read_around(
    block: &mut Block,
    buffer: &mut Vec<u8>,
    at: Range<u64>,
    holes: &[Range<u64>],
) -> io::Result<Option<io::Error>> {
    // Where in the buffer what begins at which offset stands: data up to the next hole, or a hole's zero byte.
    let mut places = Vec::with_capacity(holes.len() * 2 + 1);
    let mut from = at.start;
    let mut failure = None;
    for hole in holes.iter().cloned().chain(std::iter::once(at.end..at.end)) {
        let length = usize::try_from(hole.start - from).map_err(|_| too_long(hole.start - from))?;
        let start = buffer.len();
        if buffer.try_reserve_exact(length + 1).is_err() {
            return Err(too_long(at.end - at.start));
        }
        places.push((from, start));
        buffer.resize(start + length, 0);
        let (got, error) = block.source.read_up_to(&mut buffer[start..], from);
        buffer.truncate(start + got);
        failure = error;
        if got < length {
            break;
        }
        if !hole.is_empty() {
            places.push((hole.start, buffer.len()));
            buffer.push(0);
        }
        from = hole.end;
    }
    // As below; a hole that is gone reads as a hole still.
    if let Some(size) = block.source.length_now()?.filter(|&size| size < at.end) {
        let (from, start) = places[places.partition_point(|&(from, _)| from < size).saturating_sub(1)];
        let more = usize::try_from(size.saturating_sub(from)).unwrap_or(usize::MAX);
        buffer.truncate(start.saturating_add(more));
        block.last = false;
        return Ok(Some(truncated(block.source.base() + size)));
    }
    block.last &= failure.is_none();
    Ok(failure)
}

/// Reads a span by position. Less than asked for is a truncation when the size says so; a file that
/// states more than it holds (sysfs) merely ends.
pub(super) fn read_block(block: &mut Block, buffer: &mut Buffer, length: usize) -> io::Result<Option<io::Error>> {
    let failure = block.source.read_into(buffer, length, block.at).map_err(|_| too_long(length as u64))?;
    check_read(block, buffer, length, failure)
}

/// What is true of what was read of a span of that length, and what went wrong behind it.
fn check_read(
    block: &mut Block,
    buffer: &mut Buffer,
    length: usize,
    failure: Option<io::Error>,
) -> io::Result<Option<io::Error>> {
    let got = buffer.len();
    // A truncation lowers the size before it zeroes a page, so a size that still covers what was
    // read, read afterwards, shows that it was read before.
    let end = block.at + length as u64;
    // What came in by one read, and a short one, is of one state of the file, if that is all that was ever read of it.
    block.settled = block.first && block.last && length as u64 <= ONE_READ && !block.source.is_rest();
    let size = block.source.length_now()?;
    if block.settled && block.source.file_system().is_weak() {
        // The size was only a claim, and the one read has shown where the file ends.
        return Ok(failure);
    }
    if let Some(size) = size.filter(|&size| size < end) {
        buffer.truncate(usize::try_from(size.saturating_sub(block.at)).unwrap_or(0));
        block.last = false;
        return Ok(Some(truncated(block.source.base() + size)));
    }
    if failure.is_some() {
        // What stands before a bad sector is true and goes out first.
        block.last = false;
    } else if got < length {
        block.last = true;
    }
    Ok(failure)
}
