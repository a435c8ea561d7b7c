//! What a run learns on its way: whether a file's bytes come from the disk or are in memory.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How many blocks have to come in fast until a file is no longer held to come from the disk: what was read ahead comes in fast,
/// too.
const COLD: u8 = 8;

/// A block of fewer bytes tells little: the call and the page tables take as long. What comes in such blocks is short, and was
/// asked about when it was begun.
const TELLING: usize = 512 << 10;

/// Pages that are in memory come at 10 GB/s and more, a fast disk's at a few.
const FAST: f64 = 2.5e9;

/// How many small files are asked for ahead of their turn, after one of them came from the disk: to ask costs a little where
/// they are in memory after all.
const FILES: u32 = 256;

/// A small file that is in memory is opened and had in a few microseconds. No disk is as fast.
const AT_ONCE: Duration = Duration::from_micros(25);

/// What was learned so far, by all workers.
#[derive(Debug, Default)]
pub(super) struct Warmth {
    /// How many more blocks have to come in fast; 0 where all of it is in memory.
    cold: AtomicU8,
    /// How many more small files are asked for ahead of their turn.
    ahead: AtomicU32,
}

impl Warmth {
    /// Begins a file, the beginning of which comes from the disk or does not.
    pub(super) fn begin(&self, is_cold: bool) {
        self.cold.store(if is_cold { COLD } else { 0 }, Ordering::Relaxed);
    }

    /// Has `bring` bring in `bytes` that nobody has asked for before, and learns from how long it took.
    pub(super) fn bring<T>(&self, bytes: usize, bring: impl FnOnce() -> T) -> T {
        if bytes < TELLING {
            return bring();
        }
        let begun = Instant::now();
        let brought = bring();
        self.came(bytes, begun.elapsed());
        brought
    }

    fn came(&self, bytes: usize, took: Duration) {
        let is_fast = bytes as f64 >= FAST * took.as_secs_f64();
        let left = if is_fast { self.cold.load(Ordering::Relaxed).saturating_sub(1) } else { COLD };
        self.cold.store(left, Ordering::Relaxed);
    }

    /// Learns from how long it took to have the first bytes of so many `files`, or all of them.
    pub(super) fn had(&self, files: u32, took: Duration) {
        let before = self.ahead.load(Ordering::Relaxed);
        let is_slow = files > 0 && took > AT_ONCE * files;
        let left = if is_slow { FILES } else { before.saturating_sub(files) };
        if left != before {
            self.ahead.store(left, Ordering::Relaxed);
        }
    }

    /// Learns from how long the first of a batch took; gives whether it is the first at all to come from the disk, so that nobody
    /// has asked for the rest.
    pub(super) fn first_came(&self, took: Duration) -> bool {
        took > AT_ONCE && self.ahead.swap(FILES, Ordering::Relaxed) == 0
    }

    /// Whether small files came from the disk not long ago, so that the next are better asked for ahead of their turn.
    pub(super) fn asks_ahead(&self) -> bool {
        self.ahead.load(Ordering::Relaxed) > 0
    }

    /// Whether bytes came from the disk not long ago, so that more of them will.
    pub(super) fn is_cold(&self) -> bool {
        self.cold.load(Ordering::Relaxed) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_block_is_remembered_for_a_while() {
        let warmth = Warmth::default();
        let came = |micros| warmth.came(1 << 20, Duration::from_micros(micros));
        came(100);
        assert!(!warmth.is_cold());
        came(1000);
        (1..COLD).for_each(|_| came(100));
        assert!(warmth.is_cold());
        came(100);
        assert!(!warmth.is_cold());
        warmth.begin(true);
        assert!(warmth.is_cold());
        warmth.begin(false);
        assert!(!warmth.is_cold());
    }

    #[test]
    fn a_slow_file_has_the_next_ones_asked_for() {
        let warmth = Warmth::default();
        let micros = Duration::from_micros;
        warmth.had(4, micros(40));
        warmth.had(0, micros(40));
        warmth.first_came(micros(20));
        assert!(!warmth.asks_ahead());
        warmth.had(4, micros(400));
        assert!(warmth.asks_ahead());
        warmth.had(FILES - 1, micros(40));
        assert!(warmth.asks_ahead());
        warmth.had(2, micros(40));
        assert!(!warmth.asks_ahead());
        warmth.first_came(micros(100));
        assert!(warmth.asks_ahead());
    }

    #[test]
    fn short_blocks_say_nothing() {
        let warmth = Warmth::default();
        warmth.bring(4096, || std::thread::sleep(Duration::from_millis(5)));
        assert!(!warmth.is_cold());
        warmth.bring(TELLING, || std::thread::sleep(Duration::from_millis(5)));
        assert!(warmth.is_cold());
    }
}
