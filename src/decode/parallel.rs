//! Decodes files of many independent members or frames on several threads.
//!
//! bgzip records the length of each gzip member, and the headers within a zstd frame add up to its
//! length. A part that cannot be split, fails to decode, or grows too large is left to the decoder
//! of the whole format, from a member's beginning. The result never depends on the splitting.

use std::collections::BTreeMap;
use std::io;
use std::panic::catch_unwind;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::io::Source;
use crate::os::start_thread;

use super::detect::Format;
use super::input::EncodedInput;
use super::zstd::frame_length;
use super::{Decode, decompressor};

/// The approximate number of compressed bytes per job.
const JOB_BYTES: usize = 256 << 10;
/// The maximum number of bytes read to find the end of a frame.
const MAX_FRAME: usize = 4 << 20;
/// The maximum number of decoded bytes per job.
const MAX_DECODED: usize = 16 << 20;

/// Creates a decoder for everything after an offset where a member may begin.
type Remainder = Box<dyn Fn(u64) -> Box<dyn Decode> + Send>;

/// A decoder of one file, in jobs that several threads share.
pub struct Parallel {
    shared: Arc<Shared>,
    /// The number of threads that may still be started.
    helpers: usize,
    chunk: Vec<u8>,
    /// The position of the next byte in the chunk.
    at: usize,
    make_rest: Remainder,
    rest: Option<Box<dyn Decode>>,
}

struct Shared {
    source: Arc<Source>,
    format: Format,
    limit: u64,
    state: Mutex<JobState>,
    changed: Condvar,
}

#[derive(Default)]
struct JobState {
    /// The offset of the next job in the file.
    at: u64,
    /// The number of jobs taken, and the number whose output was returned.
    taken: u64,
    delivered: u64,
    /// The outcomes of finished jobs.
    done: BTreeMap<u64, DecodeOutcome>,
    /// Whether no further jobs are to be taken.
    is_closed: bool,
}

enum DecodeOutcome {
    Bytes(Vec<u8>),
    /// Everything from this offset must be decoded serially.
    Remainder(u64),
}

struct DecodeJob {
    number: u64,
    at: u64,
    bytes: Vec<u8>,
}

impl Parallel {
    /// Decodes `source` on up to `threads` threads, if its beginning can be split into jobs.
    pub fn new(source: &Arc<Source>, format: Format, threads: usize, make_rest: Remainder) -> Option<Parallel> {
        let shared = Shared {
            source: Arc::clone(source),
            format,
            limit: threads as u64 + 1,
            state: Mutex::default(),
            changed: Condvar::new(),
        };
        let mut head = [0; 18];
        let (got, _) = source.read_up_to(&mut head, 0);
        let is_candidate = format == Format::Zstd || bgzip_length(&head[..got]).is_some();
        if !is_candidate || source.current_length().ok().flatten()? < 2 * JOB_BYTES as u64 {
            return None;
        }
        let first = shared.read_job(0)?;
        // A single job does not need several threads.
        shared.read_job(first.len() as u64)?;
        let (chunk, at, rest) = (Vec::new(), 0, None);
        Some(Parallel { shared: Arc::new(shared), helpers: threads - 1, chunk, at, make_rest, rest })
    }

    /// Loads the next chunk, or the decoder of the remainder.
    fn next(&mut self) {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.lock();
        loop {
            let next = state.delivered;
            match state.done.remove(&next) {
                Some(DecodeOutcome::Bytes(bytes)) => {
                    state.delivered += 1;
                    (self.chunk, self.at) = (bytes, 0);
                    shared.changed.notify_all();
                    return;
                }
                Some(DecodeOutcome::Remainder(at)) => {
                    state.is_closed = true;
                    shared.changed.notify_all();
                    self.rest = Some((self.make_rest)(at));
                    return;
                }
                None => {}
            }
            state = match shared.take(&mut state) {
                Some(job) => {
                    drop(state);
                    self.start_helper();
                    shared.decode(job);
                    shared.lock()
                }
                None if state.done.contains_key(&next) => state,
                None => shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn start_helper(&mut self) {
        if self.helpers > 0 {
            self.helpers -= 1;
            let shared = Arc::clone(&self.shared);
            // If no thread can be started, this thread does all the work.
            let _ = start_thread("decode", move || shared.run_jobs());
        }
    }
}

impl Decode for Parallel {
    fn decode(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            if let Some(rest) = &mut self.rest {
                return rest.decode(out);
            }
            let some = (self.chunk.len() - self.at).min(out.capacity() - out.len());
            if some > 0 {
                out.extend_from_slice(&self.chunk[self.at..self.at + some]);
                self.at += some;
                return Ok(true);
            }
            self.next();
        }
    }

    fn is_ready(&self) -> bool {
        true
    }
}

impl Drop for Parallel {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, JobState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Processes jobs until none are left.
    fn run_jobs(&self) {
        let mut state = self.lock();
        while !state.is_closed {
            state = match self.take(&mut state) {
                Some(job) => {
                    drop(state);
                    self.decode(job);
                    self.lock()
                }
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Takes the next job, unless too many are in flight.
    fn take(&self, state: &mut JobState) -> Option<DecodeJob> {
        if state.is_closed || state.at == u64::MAX || state.taken - state.delivered >= self.limit {
            return None;
        }
        let (number, at) = (state.taken, state.at);
        state.taken += 1;
        let Some(bytes) = self.read_job(at) else {
            state.at = u64::MAX;
            state.done.insert(number, DecodeOutcome::Remainder(at));
            self.changed.notify_all();
            return None;
        };
        state.at += bytes.len() as u64;
        Some(DecodeJob { number, at, bytes })
    }

    fn decode(&self, job: DecodeJob) {
        let DecodeJob { number, at, bytes } = job;
        // A reader must not wait for a job whose thread panicked.
        let decoded = catch_unwind(|| decode_job(self.format, bytes)).unwrap_or(None);
        let outcome = decoded.map_or(DecodeOutcome::Remainder(at), DecodeOutcome::Bytes);
        self.lock().done.insert(number, outcome);
        self.changed.notify_all();
    }

    /// Reads the members or frames of a job that begins at `at`. Returns `None` unless at least one
    /// is complete and followed by another.
    fn read_job(&self, at: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut size = JOB_BYTES;
        loop {
            let length = bytes.len();
            bytes.resize(size, 0);
            let (got, error) = self.source.read_up_to(&mut bytes[length..], at + length as u64);
            bytes.truncate(length + got);
            let is_end = bytes.len() < size || error.is_some();
            let mut end = 0;
            while let Some(member) = member_length(self.format, &bytes[end..]) {
                end += member;
            }
            // The end of the file is left to the decoder of the whole format, which knows what may
            // follow the last member.
            if end > 0 && end < bytes.len() {
                bytes.truncate(end);
                return Some(bytes);
            }
            if is_end || size >= MAX_FRAME || self.format == Format::Gzip {
                return None;
            }
            size *= 2;
        }
    }
}

/// Returns the length of the member or frame at the start of `bytes`, if it is recorded and
/// complete.
fn member_length(format: Format, bytes: &[u8]) -> Option<usize> {
    let length = match format {
        Format::Gzip => bgzip_length(bytes)?,
        _ => frame_length(bytes)?,
    };
    (length > 0 && length <= bytes.len()).then_some(length)
}

/// Returns the length of a member that bgzip wrote. Its first extra field stores this minus one.
///
/// See section 4.1 of the SAM specification, <https://samtools.github.io/hts-specs/SAMv1.pdf>.
fn bgzip_length(bytes: &[u8]) -> Option<usize> {
    let header = bytes.first_chunk::<18>()?;
    let is_bgzip = header.starts_with(b"\x1f\x8b\x08\x04") && header[12..16] == *b"BC\x02\0";
    is_bgzip.then(|| usize::from(u16::from_le_bytes([header[16], header[17]])) + 1)
}

/// Decodes a job. Returns `None` if any of its data is damaged.
fn decode_job(format: Format, bytes: Vec<u8>) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len() * 4);
    let mut decoder = decompressor(EncodedInput::of_bytes(bytes), format).ok()?;
    while decoder.decode(&mut out).ok()? {
        if out.len() > MAX_DECODED {
            return None;
        }
        out.reserve(1 << 16);
    }
    Some(out)
}
