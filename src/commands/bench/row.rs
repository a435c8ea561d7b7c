//! The figures of the runs: a row for each way in each state.

use super::crew::Answer;
use super::latency::Latencies;
use super::state::State;
use super::statistics::{Estimate, estimate, summary};
use super::way::Way;
use crate::os::Usage;

/// A way in a state, and all its runs.
#[derive(Debug)]
pub struct Row {
    /// The way of reading.
    pub way: Way,
    /// What was cached before each run.
    pub state: State,
    /// Bytes that a pass loads.
    pub bytes: u64,
    /// Accesses of a pass; `None` where everything is read in order.
    pub accesses: Option<u64>,
    /// The runs that count.
    pub samples: Vec<Sample>,
    /// The times of single accesses, over all runs that count.
    pub latencies: Option<Latencies>,
    /// The runs that do not count: their number from 1, and why.
    pub left_out: Vec<(u32, String)>,
    /// Why this machine or file does not offer this way.
    pub unavailable: Option<String>,
}

/// One run. The wall time is that of one pass, the usage that of all.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The round, from 1.
    pub round: u32,
    /// Passes that the time is the mean of.
    pub passes: u32,
    /// Wall time in seconds.
    pub seconds: f64,
    /// How fast the machine was in its round, where 1 is the usual.
    pub pace: f64,
    /// What all passes used.
    pub usage: Usage,
    /// The most bytes of the whole program that were resident at a time.
    pub peak: Option<u64>,
}

impl Row {
    /// Returns a row without runs.
    pub fn new(way: Way, state: State, bytes: u64, accesses: Option<u64>) -> Row {
        let (samples, left_out) = (Vec::new(), Vec::new());
        Row { way, state, bytes, accesses, samples, latencies: None, left_out, unavailable: None }
    }

    /// Returns a row of a way whose runs of 10⁹ bytes took these `seconds` each.
    #[cfg(test)]
    pub fn timed(way: Way, seconds: &[f64]) -> Row {
        let sample = |(round, &seconds): (u32, &f64)| Sample {
            round,
            passes: 1,
            seconds,
            pace: 1.0,
            usage: Usage::default(),
            peak: None,
        };
        Row { samples: (1..).zip(seconds).map(sample).collect(), ..Row::new(way, State::Warm, 1_000_000_000, None) }
    }

    /// Returns throughput in GB/s (10⁹ bytes a second) of each run, corrected for the machine's pace in its round.
    pub fn rates(&self) -> Vec<f64> {
        self.samples.iter().map(|sample| self.bytes as f64 / 1e9 / sample.seconds / sample.pace).collect()
    }

    /// Returns the throughput in GB/s; `None` when no run counts.
    pub fn rate(&self) -> Option<Estimate> {
        estimate(&self.rates())
    }

    /// Returns the estimated throughput in GB/s; 0 when no run counts. Every figure and ratio that is
    /// shown follows from it.
    pub fn speed(&self) -> f64 {
        self.rate().unwrap_or_default().value
    }

    /// Returns the median over the runs of something that a pass uses.
    pub fn median(&self, of: impl Fn(&Usage) -> f64) -> f64 {
        let each = self.samples.iter().map(|sample| of(&sample.usage) / f64::from(sample.passes));
        summary(each).unwrap_or_default().median
    }

    /// Returns the bytes fetched from the device in a pass; `None` where the kernel does not tell.
    pub fn device_bytes(&self) -> Option<f64> {
        let told = self.samples.iter().all(|sample| sample.usage.device_bytes.is_some()) && !self.samples.is_empty();
        told.then(|| self.median(|usage| usage.device_bytes.unwrap_or(0) as f64))
    }

    /// Returns the median of the peak resident size in bytes.
    pub fn peak(&self) -> Option<f64> {
        let peaks: Option<Vec<f64>> = self.samples.iter().map(|sample| Some(sample.peak? as f64)).collect();
        summary(peaks?).map(|summary| summary.median)
    }

    /// Returns the accesses per second, by the estimated throughput.
    pub fn iops(&self) -> Option<f64> {
        let accesses = self.accesses? as f64;
        (!self.samples.is_empty()).then(|| accesses / self.seconds())
    }

    /// Returns the time in seconds that this share of the accesses did not exceed.
    pub fn latency(&self, share: f64) -> Option<f64> {
        Some(self.latencies.as_ref()?.quantile(share))
    }

    /// Returns the wall time of a pass in seconds, by the estimated throughput; 0 when no run counts.
    pub fn seconds(&self) -> f64 {
        let speed = self.speed();
        if speed > 0.0 { self.bytes as f64 / 1e9 / speed } else { 0.0 }
    }
}

/// All that was measured.
#[derive(Debug, Default)]
pub struct Measured {
    /// Every way in every state.
    pub rows: Vec<Row>,
    /// The result that all ways found; out of order, the one for each size of access.
    pub answers: Vec<(Option<u64>, Answer)>,
    /// How often the figures were looked at to decide whether to go on.
    pub looks: u32,
    /// The states that could not be reached at all, and why.
    pub blocked: Vec<(State, String)>,
    /// What a reader of the figures should know.
    pub notes: Vec<String>,
}
