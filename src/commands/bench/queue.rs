//! Runs one pass with several reads in flight on one thread: a request is submitted as soon as the
//! work on an earlier one has freed its buffer.

use std::io;
use std::ops::Range;
use std::time::Instant;

use super::latency::Stopwatch;
use super::load::{aligned, changed};
use super::workers::{PassOutcome, Task, Total};
use crate::os::Ring;

/// A request and its progress.
struct Request {
    range: Range<u64>,
    /// The range to read, which is wider if reads must be aligned.
    aligned_range: Range<u64>,
    got: usize,
    begun: Option<Instant>,
    is_done: bool,
}

/// The reads of one pass.
struct Queue<'q> {
    ring: &'q mut Ring,
    task: &'q Task<'q>,
    alignment: u64,
    requests: Vec<Option<Request>>,
    /// The next access to request.
    next: u64,
    stopwatch: Stopwatch,
}

/// Runs `task` with reads on `ring`, in ranges that are multiples of `alignment`.
///
/// # Errors
/// Returns the error from a read, or an error if the file became shorter.
pub fn run(ring: &mut Ring, task: &Task<'_>, alignment: u64) -> io::Result<PassOutcome> {
    let requests = (0..ring.slots()).map(|_| None).collect();
    let stopwatch = Stopwatch::new(task.is_timed);
    let mut queue = Queue { ring, task, alignment, requests, next: 0, stopwatch };
    let mut total = Total::new(task.work, task.walk);
    for slot in 0..queue.requests.len() {
        queue.request(slot)?;
    }
    // If accesses are in order, access `done` is in slot `done % slots`. Otherwise, the first read
    // to complete is next.
    let mut done = 0;
    while done < task.walk.count() {
        let slot = match task.walk.is_sequential() {
            true => {
                let slot = (done % queue.requests.len() as u64) as usize;
                while queue.requests[slot].as_ref().is_some_and(|request| !request.is_done) {
                    queue.wait()?;
                }
                slot
            }
            false => loop {
                if let Some(slot) = queue.wait()? {
                    break slot;
                }
            },
        };
        queue.work(slot, &mut total);
        queue.request(slot)?;
        done += 1;
    }
    Ok(PassOutcome { answer: total.finish(), latencies: queue.stopwatch.into_times() })
}

impl Queue<'_> {
    /// Requests the next access, if there is one.
    fn request(&mut self, slot: usize) -> io::Result<()> {
        let Some(range) = self.task.walk.range(self.next) else { return Ok(()) };
        self.next += 1;
        let aligned_range = aligned(&range, self.alignment);
        let begun = self.stopwatch.begin();
        let length = (aligned_range.end - aligned_range.start) as usize;
        self.ring.read(slot, 0..length, aligned_range.start)?;
        self.requests[slot] = Some(Request { range, aligned_range, got: 0, begun, is_done: false });
        Ok(())
    }

    /// Waits for a read. Returns its slot if its request is complete; otherwise requests the
    /// missing part.
    fn wait(&mut self) -> io::Result<Option<usize>> {
        let (slot, read) = self.ring.wait()?;
        let Some(request) = &mut self.requests[slot] else { return Ok(None) };
        let more = read?;
        request.got += more;
        let wanted = (request.range.end - request.aligned_range.start) as usize;
        if request.got >= wanted {
            request.is_done = true;
            return Ok(Some(slot));
        }
        // Only the end of the file may be unaligned.
        if more == 0 || !(more as u64).is_multiple_of(self.alignment) {
            return Err(changed());
        }
        let length = (request.aligned_range.end - request.aligned_range.start) as usize;
        self.ring.read(slot, request.got..length, request.aligned_range.start + request.got as u64)?;
        Ok(None)
    }

    fn work(&mut self, slot: usize, total: &mut Total<'_>) {
        let Some(request) = self.requests[slot].take() else { return };
        let lead = (request.range.start - request.aligned_range.start) as usize;
        let wanted = (request.range.end - request.aligned_range.start) as usize;
        total.take(request.range.start, &self.ring.bytes(slot)[lead..wanted], true);
        self.stopwatch.end(request.begun);
    }
}
