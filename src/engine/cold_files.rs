//! Learns from read times whether files come from disk, because measures that speed up a cold file
//! slow down a resident one.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::os::thread_waits;

/// The number of consecutive fast blocks after which a file is considered resident. Blocks that
/// were read ahead are fast as well.
const FAST_BLOCKS_UNTIL_WARM: u8 = 8;

/// The minimum size in bytes of blocks that are timed. In smaller ones, the call and the page
/// tables take as long as the bytes.
const MIN_TIMED_BYTES: usize = 512 << 10;

/// The rate in bytes per second above which a block was resident. Memory delivers 10 GB/s and more, a
/// fast disk a few.
const RESIDENT_RATE: f64 = 2.5e9;

/// The number of small files to prefetch after one came from disk. Prefetching a resident file
/// costs a little, so prefetching ends after this many fast ones.
const PREFETCHED_FILES: u32 = 256;

/// The time in which a small resident file is opened and read. No disk is as fast.
const RESIDENT_FILE_TIME: Duration = Duration::from_micros(25);

/// A timer for a thread's waits for files. If the thread did not wait, a delay was not due to the disk.
#[derive(Debug)]
pub(super) struct WaitTimer {
    begun: Instant,
    waits: Option<u64>,
}

impl WaitTimer {
    pub(super) fn start() -> WaitTimer {
        WaitTimer { begun: Instant::now(), waits: thread_waits() }
    }

    /// Returns the time since the start, or zero if the thread has not waited since.
    pub(super) fn elapsed(&self) -> Duration {
        let elapsed = self.begun.elapsed();
        let has_waited = elapsed > RESIDENT_FILE_TIME && (self.waits.is_none() || thread_waits() != self.waits);
        if has_waited { elapsed } else { Duration::ZERO }
    }
}

/// The measurements of a command's workers so far.
#[derive(Debug, Default)]
pub(super) struct ColdTracker {
    /// The number of further blocks that must be fast before the file is considered resident; 0 for
    /// a resident file.
    cold_blocks: AtomicU8,
    /// The number of further small files to prefetch.
    prefetches: AtomicU32,
}

impl ColdTracker {
    /// Starts a file. `is_cold` says whether its first bytes came from disk.
    pub(super) fn begin_file(&self, is_cold: bool) {
        self.cold_blocks.store(if is_cold { FAST_BLOCKS_UNTIL_WARM } else { 0 }, Ordering::Relaxed);
    }

    /// Runs `fault_in` for `bytes` bytes that were not requested before, and records whether it was
    /// slow.
    pub(super) fn time<T>(&self, bytes: usize, fault_in: impl FnOnce() -> T) -> T {
        if bytes < MIN_TIMED_BYTES {
            return fault_in();
        }
        let begun = Instant::now();
        let result = fault_in();
        self.record_block(bytes, begun.elapsed());
        result
    }

    fn record_block(&self, bytes: usize, took: Duration) {
        let is_fast = bytes as f64 >= RESIDENT_RATE * took.as_secs_f64();
        let remaining =
            if is_fast { self.cold_blocks.load(Ordering::Relaxed).saturating_sub(1) } else { FAST_BLOCKS_UNTIL_WARM };
        self.cold_blocks.store(remaining, Ordering::Relaxed);
    }

    /// Records how long it took to open `files` and to read their first bytes, or all of them.
    pub(super) fn record_files(&self, files: u32, took: Duration) {
        let before = self.prefetches.load(Ordering::Relaxed);
        let is_slow = files > 0 && took > RESIDENT_FILE_TIME * files;
        let remaining = if is_slow { PREFETCHED_FILES } else { before.saturating_sub(files) };
        if remaining != before {
            self.prefetches.store(remaining, Ordering::Relaxed);
        }
    }

    /// Records how long the first file of a batch took. Returns whether it is the first file of the
    /// run to come from disk, in which case the rest of its batch was not prefetched.
    pub(super) fn is_first_cold(&self, took: Duration) -> bool {
        took > RESIDENT_FILE_TIME && self.prefetches.swap(PREFETCHED_FILES, Ordering::Relaxed) == 0
    }

    /// Returns whether recent small files came from disk, so that prefetching the next ones pays
    /// off.
    pub(super) fn should_prefetch(&self) -> bool {
        self.prefetches.load(Ordering::Relaxed) > 0
    }

    /// Returns whether recent blocks came from disk, so that the next ones probably will.
    pub(super) fn is_cold(&self) -> bool {
        self.cold_blocks.load(Ordering::Relaxed) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_block_is_remembered_for_a_while() {
        let tracker = ColdTracker::default();
        let record = |micros| tracker.record_block(1 << 20, Duration::from_micros(micros));
        record(100);
        assert!(!tracker.is_cold());
        record(1000);
        (1..FAST_BLOCKS_UNTIL_WARM).for_each(|_| record(100));
        assert!(tracker.is_cold());
        record(100);
        assert!(!tracker.is_cold());
        tracker.begin_file(true);
        assert!(tracker.is_cold());
        tracker.begin_file(false);
        assert!(!tracker.is_cold());
    }

    #[test]
    fn after_a_slow_file_the_next_ones_are_prefetched() {
        let tracker = ColdTracker::default();
        let micros = Duration::from_micros;
        tracker.record_files(4, micros(40));
        tracker.record_files(0, micros(40));
        tracker.is_first_cold(micros(20));
        assert!(!tracker.should_prefetch());
        tracker.record_files(4, micros(400));
        assert!(tracker.should_prefetch());
        tracker.record_files(PREFETCHED_FILES - 1, micros(40));
        assert!(tracker.should_prefetch());
        tracker.record_files(2, micros(40));
        assert!(!tracker.should_prefetch());
        tracker.is_first_cold(micros(100));
        assert!(tracker.should_prefetch());
    }

    #[test]
    fn short_blocks_are_not_timed() {
        let tracker = ColdTracker::default();
        tracker.time(4096, || std::thread::sleep(Duration::from_millis(5)));
        assert!(!tracker.is_cold());
        tracker.time(MIN_TIMED_BYTES, || std::thread::sleep(Duration::from_millis(5)));
        assert!(tracker.is_cold());
    }
}
