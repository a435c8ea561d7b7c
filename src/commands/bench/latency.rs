//! Records the latency of single accesses, for percentiles over all of them.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

/// The longest recorded latency, in nanoseconds. Longer ones are recorded as this value.
const MAX_LATENCY: u64 = 100_000_000_000;

/// The latencies of accesses, with two significant digits.
#[derive(Clone, Debug)]
pub struct Latencies(Histogram<u64>);

impl Latencies {
    /// Returns an empty collection.
    pub fn new() -> Latencies {
        // A test shows that the crate accepts these constant bounds.
        Latencies(Histogram::new_with_bounds(1, MAX_LATENCY, 2).expect("valid bounds"))
    }

    /// Adds one latency.
    pub fn record(&mut self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(MAX_LATENCY);
        self.0.saturating_record(nanoseconds.max(1));
    }

    /// Adds all latencies of another collection.
    pub fn merge(&mut self, other: &Latencies) {
        let _ = self.0.add(&other.0);
    }

    /// Returns the latency in seconds that the given share of the accesses did not exceed.
    pub fn quantile(&self, share: f64) -> f64 {
        self.0.value_at_quantile(share) as f64 / 1e9
    }
}

/// Times accesses, or does nothing at no cost.
#[derive(Debug)]
pub struct Stopwatch {
    times: Option<Latencies>,
}

impl Stopwatch {
    /// Returns a stopwatch that runs only if `is_timed` is set.
    pub fn new(is_timed: bool) -> Stopwatch {
        Stopwatch { times: is_timed.then(Latencies::new) }
    }

    /// Returns the current time, or `None` if the stopwatch is off.
    pub fn begin(&self) -> Option<Instant> {
        self.times.as_ref().map(|_| Instant::now())
    }

    /// Records the time since `begun`.
    pub fn end(&mut self, begun: Option<Instant>) {
        if let (Some(times), Some(begun)) = (&mut self.times, begun) {
            times.record(begun.elapsed());
        }
    }

    /// Adds the latencies of another stopwatch.
    pub fn merge(&mut self, other: &Stopwatch) {
        if let (Some(times), Some(others)) = (&mut self.times, &other.times) {
            times.merge(others);
        }
    }

    /// Returns the latencies, or `None` if the stopwatch is off.
    pub fn into_times(self) -> Option<Latencies> {
        self.times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_times() {
        let mut halves = [Latencies::new(), Latencies::new()];
        for microseconds in 1..=10_000u64 {
            halves[(microseconds % 2) as usize].record(Duration::from_micros(microseconds));
        }
        let [mut all, other] = halves;
        all.merge(&other);
        for (share, want) in [(0.5, 5.0e-3), (0.99, 9.9e-3), (0.999, 9.99e-3)] {
            let got = all.quantile(share);
            assert!((got / want - 1.0).abs() < 0.01, "{share}: {got}, not {want}");
        }
        all.record(Duration::ZERO);
        all.record(Duration::from_secs(1_000_000));
        assert!(all.quantile(1.0) >= 99.0);
    }

    #[test]
    fn a_stopwatch_that_is_off_keeps_nothing() {
        let mut off = Stopwatch::new(false);
        assert!(off.begin().is_none());
        off.end(Some(Instant::now()));
        assert!(off.into_times().is_none());
        let mut on = Stopwatch::new(true);
        let begun = on.begin();
        on.end(begun);
        assert!(on.into_times().unwrap().quantile(0.5) > 0.0);
    }
}
