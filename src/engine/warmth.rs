//! What a run learns on its way: whether a file's bytes come from the disk or are in memory.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many blocks have to come in fast until a file is no longer held to come from the disk.
const COLD: u8 = 64;

/// A block of fewer bytes tells nothing: the call and the page tables take as long.
const TELLING: usize = 256 << 10;

/// What was learned so far, by all workers.
#[derive(Debug, Default)]
pub(super) struct Warmth {
    /// How many more blocks have to come in fast; 0 where all of it is in memory.
    cold: AtomicU8,
    disk: Mutex<()>,
}

impl Warmth {
    /// Brings in `bytes` by `bring`, which is told whether they probably come from the disk: then one thread does so after
    /// another. The kernel reads far ahead of one who reads on and on, and not of two who read here and there: two threads in
    /// turn had 2 GB in 0.95 s that took them 1.05 s at once.
    pub(super) fn bring<T>(&self, bytes: usize, bring: impl FnOnce(bool) -> T) -> T {
        let turn = self.is_cold().then(|| self.disk.lock().unwrap_or_else(PoisonError::into_inner));
        let begun = (bytes >= TELLING).then(Instant::now);
        let brought = bring(turn.is_some());
        if let Some(begun) = begun {
            self.came(bytes, begun.elapsed());
        }
        brought
    }

    /// Learns from how long `bytes` took to come in whether they had to come from the disk.
    fn came(&self, bytes: usize, took: Duration) {
        // Pages that are in memory come at 10 GB/s and more, a fast disk's at a few.
        let rate = bytes as f64 / took.as_secs_f64().max(1e-9);
        if bytes >= TELLING {
            // What was read ahead comes in fast too: one fast block is no sign that the rest is in memory.
            let left = if rate < 2.5e9 { COLD } else { self.cold.load(Ordering::Relaxed).saturating_sub(1) };
            self.cold.store(left, Ordering::Relaxed);
        }
    }

    /// Whether the last bytes came from the disk, so that reading ahead pays.
    pub(super) fn is_cold(&self) -> bool {
        self.cold.load(Ordering::Relaxed) > COLD - 8
    }

    /// Whether some that came not long ago did.
    pub(super) fn has_been_cold(&self) -> bool {
        self.cold.load(Ordering::Relaxed) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_block_is_remembered_for_a_while() {
        let warmth = Warmth::default();
        let came = |micros| warmth.came(1 << 20, Duration::from_micros(micros));
        came(100);
        assert!(!warmth.is_cold() && !warmth.has_been_cold());
        came(1000);
        assert!(warmth.is_cold() && warmth.has_been_cold());
        (0..8).for_each(|_| came(100));
        assert!(!warmth.is_cold() && warmth.has_been_cold());
        (0..56).for_each(|_| came(100));
        assert!(!warmth.has_been_cold());
    }

    #[test]
    fn short_blocks_say_nothing() {
        let warmth = Warmth::default();
        warmth.came(4096, Duration::from_millis(5));
        assert!(!warmth.has_been_cold());
    }
}
