//! Passes decoded bytes to their reader. A thread decodes ahead until a bounded queue is full.
//!
//! If no thread can be started, or only one is allowed, the reader decodes.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::io::{Feed, Filled};
use crate::os::{Stop, start_thread};

use super::Decode;

/// The number of bytes handed off at a time.
const CHUNK: usize = 256 << 10;
/// The maximum number of chunks waiting for the reader.
const QUEUED_CHUNKS: usize = 4;
/// The minimum room in a buffer that is passed to a decoder.
const MIN_ROOM: usize = 1 << 10;
/// The interval at which a waiting reader checks whether it should stop.
const STOP_CHECK_INTERVAL: Duration = Duration::from_millis(25);

/// The threads that decode inputs ahead of their turn, in the order in which they were opened.
#[derive(Debug)]
pub struct Pool {
    limit: usize,
    state: Mutex<PoolState>,
}

#[derive(Debug, Default)]
struct PoolState {
    inputs: VecDeque<Arc<Handoff>>,
    running: usize,
}

impl Pool {
    /// Returns a pool of up to `limit` threads.
    pub fn new(limit: usize) -> Pool {
        Pool { limit, state: Mutex::default() }
    }

    /// Returns the maximum number of threads.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Queues `handoff` to be decoded by a thread of the pool.
    fn enqueue(self: &Arc<Pool>, handoff: Arc<Handoff>) {
        let mut state = lock(&self.state);
        state.inputs.push_back(handoff);
        if state.running < self.limit {
            let pool = Arc::clone(self);
            let started = start_thread("decode", move || pool.work());
            state.running += usize::from(started.is_some());
        }
    }

    fn work(&self) {
        loop {
            let mut state = lock(&self.state);
            let Some(handoff) = state.inputs.pop_front() else {
                state.running -= 1;
                return;
            };
            drop(state);
            if let Some(decoder) = handoff.take_decoder() {
                handoff.decode_all(decoder);
            }
        }
    }
}

/// The state shared by the decoding thread and the reader.
struct Handoff {
    state: Mutex<HandoffState>,
    /// Signals a new chunk, or the end.
    produced: Condvar,
    /// Signals room for a chunk.
    consumed: Condvar,
    /// Wakes a decoder that waits for a slow writer.
    stop: Arc<Stop>,
}

#[derive(Default)]
struct HandoffState {
    /// The decoder, until a thread or the reader begins to decode.
    decoder: Option<Box<dyn Decode>>,
    chunks: VecDeque<Vec<u8>>,
    /// Empty buffers for reuse.
    spare: Vec<Vec<u8>>,
    ended: Option<Result<(), io::Error>>,
    /// Whether the reader was dropped.
    is_closed: bool,
}

impl fmt::Debug for Handoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handoff").finish_non_exhaustive()
    }
}

impl Handoff {
    fn take_decoder(&self) -> Option<Box<dyn Decode>> {
        lock(&self.state).decoder.take()
    }

    /// Decodes to the end, or until the reader is dropped.
    fn decode_all(&self, mut decoder: Box<dyn Decode>) {
        loop {
            let mut state = lock(&self.state);
            while state.chunks.len() >= QUEUED_CHUNKS && !state.is_closed {
                state = self.consumed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.is_closed {
                return;
            }
            let mut chunk = state.spare.pop().unwrap_or_default();
            drop(state);
            let continues = fill_chunk(&mut *decoder, &mut chunk);
            let mut state = lock(&self.state);
            if !chunk.is_empty() {
                state.chunks.push_back(chunk);
            }
            let is_last = !matches!(continues, Ok(true));
            if is_last {
                state.ended = Some(continues.map(|_| ()));
            }
            drop(state);
            self.produced.notify_one();
            if is_last {
                return;
            }
        }
    }
}

/// Fills a chunk, or less if the writer pauses. Returns whether more chunks may follow.
fn fill_chunk(decoder: &mut dyn Decode, chunk: &mut Vec<u8>) -> io::Result<bool> {
    chunk.clear();
    chunk.reserve_exact(CHUNK);
    let fill = || {
        while chunk.capacity() - chunk.len() >= MIN_ROOM && (chunk.is_empty() || decoder.is_ready()) {
            if !decoder.decode(chunk)? {
                return Ok(false);
            }
        }
        Ok(true)
    };
    // If a decoder panics on unexpected data, only its own input ends.
    catch_unwind(AssertUnwindSafe(fill)).unwrap_or_else(|_| Err(io::Error::other("the decoder failed")))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The reader's end of the queue.
#[derive(Debug)]
pub struct DecodedFeed {
    handoff: Arc<Handoff>,
    chunk: Vec<u8>,
    /// The position of the next byte in the chunk.
    at: usize,
    may_start: bool,
    /// The decoder, if the reader itself decodes.
    reader: Option<ReaderDecoder>,
}

/// A decoder that the reader runs.
struct ReaderDecoder(Box<dyn Decode>);

impl fmt::Debug for ReaderDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReaderDecoder")
    }
}

impl DecodedFeed {
    /// Creates a reader of `decoder`'s output. A pool decodes ahead of the reader. `stop` wakes the
    /// decoder.
    pub fn new(decoder: Box<dyn Decode>, stop: Arc<Stop>, pool: Option<&Arc<Pool>>) -> DecodedFeed {
        let state = Mutex::new(HandoffState { decoder: Some(decoder), ..HandoffState::default() });
        let handoff = Arc::new(Handoff { state, produced: Condvar::new(), consumed: Condvar::new(), stop });
        if let Some(pool) = pool {
            pool.enqueue(Arc::clone(&handoff));
        }
        DecodedFeed { handoff, chunk: Vec::new(), at: 0, may_start: pool.is_some(), reader: None }
    }

    /// Loads the next chunk.
    fn next_chunk(&mut self, stop: &Stop, wait: bool) -> io::Result<Filled> {
        if self.reader.is_none()
            && let Some(decoder) = self.handoff.take_decoder()
        {
            // No thread has started on this input. A short input is decoded here faster than a
            // thread starts.
            self.reader = Some(ReaderDecoder(decoder));
        }
        match self.reader.take() {
            Some(reader) => self.decode_here(reader, wait),
            None => self.take_chunk(stop, wait),
        }
    }

    fn decode_here(&mut self, reader: ReaderDecoder, wait: bool) -> io::Result<Filled> {
        let ReaderDecoder(mut decoder) = reader;
        if !wait && !decoder.is_ready() {
            self.reader = Some(ReaderDecoder(decoder));
            return Ok(Filled::Drained);
        }
        let continues = fill_chunk(&mut *decoder, &mut self.chunk);
        match continues {
            Ok(true) => self.hand_to_thread(decoder),
            ended => lock(&self.handoff.state).ended = Some(ended.map(|_| ())),
        }
        Ok(Filled::Full)
    }

    /// Hands off the rest to a thread, if one can be started.
    fn hand_to_thread(&mut self, decoder: Box<dyn Decode>) {
        if !std::mem::take(&mut self.may_start) {
            self.reader = Some(ReaderDecoder(decoder));
            return;
        }
        let decoder = Arc::new(Mutex::new(Some(decoder)));
        let (handoff, shared) = (Arc::clone(&self.handoff), Arc::clone(&decoder));
        let produce = move || {
            let decoder = lock(&shared).take();
            decoder.into_iter().for_each(|decoder| handoff.decode_all(decoder));
        };
        if start_thread("decode", produce).is_none() {
            self.reader = lock(&decoder).take().map(ReaderDecoder);
        }
    }

    fn take_chunk(&mut self, stop: &Stop, wait: bool) -> io::Result<Filled> {
        let handoff = Arc::clone(&self.handoff);
        let mut state = lock(&handoff.state);
        loop {
            if let Some(chunk) = state.chunks.pop_front() {
                state.spare.push(std::mem::replace(&mut self.chunk, chunk));
                handoff.consumed.notify_one();
                return Ok(Filled::Full);
            }
            if let Some(ended) = &mut state.ended {
                return std::mem::replace(ended, Ok(())).map(|()| Filled::Ended);
            }
            if !wait {
                return Ok(Filled::Drained);
            }
            if stop.is_requested() {
                return Ok(Filled::Stopped);
            }
            state = handoff.produced.wait_timeout(state, STOP_CHECK_INTERVAL).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Feed for DecodedFeed {
    fn fill(&mut self, buffer: &mut Vec<u8>, max: usize, stop: &Stop, wait: bool) -> io::Result<Filled> {
        while self.at == self.chunk.len() {
            self.chunk.clear();
            self.at = 0;
            match self.next_chunk(stop, wait)? {
                Filled::Full => {}
                other => return Ok(other),
            }
        }
        let some = max.min(self.chunk.len() - self.at);
        buffer.extend_from_slice(&self.chunk[self.at..self.at + some]);
        self.at += some;
        Ok(Filled::Full)
    }
}

impl Drop for DecodedFeed {
    fn drop(&mut self) {
        lock(&self.handoff.state).is_closed = true;
        self.handoff.stop.request();
        self.handoff.consumed.notify_one();
    }
}
