//! Reads lines at any offset of a file.
//!
//! Reads start small and double, so that examining a few lines costs a page or two. Only the
//! beginning of a very long line is buffered.

use std::io;
use std::ops::Range;

use memchr::{memchr, memrchr};

use crate::io::Source;

/// The maximum number of bytes of a line that are searched for its time.
pub const LINE_HEAD: usize = 1 << 20;

/// The size of a probe's first read. It doubles until a time is found.
pub(super) const PROBE: usize = 4096;

/// The maximum size of a read.
pub(super) const MAX_READ: usize = 256 << 10;

/// A source of bytes that can be read at any offset.
pub trait RandomAccess {
    /// Reads into `buffer` from `offset` and returns the number of bytes, which is less than
    /// requested only at the end.
    ///
    /// # Errors
    /// Returns an error if reading fails.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Returns the offset at or after `offset` at which data continues, for files with holes.
    fn data_from(&self, offset: u64, end: u64) -> u64 {
        let _ = end;
        offset
    }
}

impl RandomAccess for [u8] {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..)).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }
}

impl RandomAccess for Source {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        Source::read_at(self, buffer, offset)
    }

    fn data_from(&self, offset: u64, end: u64) -> u64 {
        Source::data_from(self, offset, end)
    }
}

/// Calls `take` with each line and its range until it returns false. For a very long line, passes
/// only its beginning. Returns the number of bytes read.
pub(super) fn each_line<S: RandomAccess + ?Sized>(
    source: &S,
    within: Range<u64>,
    take: &mut dyn FnMut(&[u8], Range<u64>) -> bool,
) -> io::Result<u64> {
    each_unit(source, within, |bytes, _| memchr(b'\n', bytes).map(|end| end + 1), take)
}

/// Like [`each_line`], for units that `split` delimits. Given some whole lines, `split` returns the
/// length of the unit at their start, or `None` if more lines are needed to determine it. Its
/// second argument says whether these lines are the last.
pub(super) fn each_unit<S: RandomAccess + ?Sized>(
    source: &S,
    within: Range<u64>,
    split: impl Fn(&[u8], bool) -> Option<usize>,
    take: &mut dyn FnMut(&[u8], Range<u64>) -> bool,
) -> io::Result<u64> {
    let mut buffer: Vec<u8> = Vec::new();
    let (mut at, mut read, mut size) = (within.start, 0, PROBE);
    loop {
        let next = at + buffer.len() as u64;
        let room = usize::try_from(within.end - next).unwrap_or(usize::MAX).min(size);
        size = (size * 2).min(MAX_READ);
        let old = buffer.len();
        buffer.resize(old + room, 0);
        let got = source.read_at(&mut buffer[old..], next)?;
        buffer.truncate(old + got);
        read += got as u64;
        let ended = got < room || next + got as u64 >= within.end;
        let whole = if ended { buffer.len() } else { memrchr(b'\n', &buffer).map_or(0, |end| end + 1) };
        let mut done = 0;
        while done < whole {
            let rest = &buffer[done..whole];
            let Some(len) = split(rest, ended).or(ended.then_some(rest.len())) else { break };
            let end = at + len as u64;
            if !take(&rest[..len], at..end) {
                return Ok(read);
            }
            at = end;
            done += len;
        }
        if ended {
            return Ok(read);
        }
        buffer.drain(..done);
        if buffer.len() >= LINE_HEAD {
            let end = line_end_from(source, at + buffer.len() as u64..within.end, &mut read)?;
            if !take(&buffer, at..end) {
                return Ok(read);
            }
            (at, size) = (end, PROBE);
            buffer.clear();
        }
    }
}

/// Returns the end of the line at the start of `rest`, including its terminator.
fn line_end_from<S: RandomAccess + ?Sized>(source: &S, rest: Range<u64>, read: &mut u64) -> io::Result<u64> {
    let mut buffer = vec![0; MAX_READ];
    let mut at = rest.start;
    while at < rest.end {
        // A hole contains no line terminators.
        at = source.data_from(at, rest.end).clamp(at, rest.end);
        let room = usize::try_from(rest.end - at).unwrap_or(usize::MAX).min(MAX_READ);
        let got = source.read_at(&mut buffer[..room], at)?;
        *read += got as u64;
        if let Some(end) = memchr(b'\n', &buffer[..got]) {
            return Ok(at + end as u64 + 1);
        }
        at += got as u64;
        if got < room {
            return Ok(at);
        }
    }
    Ok(rest.end)
}

/// Returns the lines of `bytes`, including their terminators.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let end = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let (line, after) = rest.split_at(end);
        rest = after;
        (!line.is_empty()).then_some(line)
    })
}
