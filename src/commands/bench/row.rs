//! Holds the figures of the runs: a row for each method in each state.

use super::latency::Latencies;
use super::method::Method;
use super::state::CacheState;
use super::statistics::{Estimate, estimate, summary};
use super::workers::Answer;
use crate::os::Usage;

/// A method in a state, and all its runs.
#[derive(Debug)]
pub struct Row {
    /// The method of reading.
    pub method: Method,
    /// The state of the page cache before each run.
    pub state: CacheState,
    /// The number of bytes that a pass loads.
    pub bytes: u64,
    /// The number of accesses in a pass; `None` if everything is read in order.
    pub accesses: Option<u64>,
    /// The valid runs.
    pub samples: Vec<Sample>,
    /// The latencies of single accesses, over all valid runs.
    pub latencies: Option<Latencies>,
    /// The invalid runs: the number of each run, from 1, and the reason.
    pub left_out: Vec<(u32, String)>,
    /// The reason why this machine or file does not support the method.
    pub unavailable: Option<String>,
    /// The seconds that the work of a pass takes on bytes in the processor's cache.
    pub work_in_cache: Option<f64>,
}

/// The processor time of a pass in seconds.
#[derive(Clone, Copy, Debug)]
pub struct ProcessorTime {
    /// The time in the program's own code.
    pub user: f64,
    /// The time in the kernel.
    pub system: f64,
    /// The standard error of both. Their sum is exact.
    pub error: f64,
}

/// The interval at which many kernels sample whether a thread is in the kernel, in seconds: 250 Hz
/// is the default of Linux (`kernel/Kconfig.hz`).
const TICK: f64 = 0.004;

/// One run. The wall time is for one pass, and the usage is for all of them.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The round, from 1.
    pub round: u32,
    /// The number of passes over which the time is averaged.
    pub passes: u32,
    /// The wall time in seconds.
    pub seconds: f64,
    /// The speed of the machine in its round, relative to its usual speed.
    pub pace: f64,
    /// The resources that all passes used.
    pub usage: Usage,
    /// The peak resident size of the whole program, in bytes.
    pub peak: Option<u64>,
}

impl Row {
    /// Returns a row without runs.
    pub fn new(method: Method, state: CacheState, bytes: u64, accesses: Option<u64>) -> Row {
        let (samples, left_out) = (Vec::new(), Vec::new());
        Row {
            method,
            state,
            bytes,
            accesses,
            samples,
            latencies: None,
            left_out,
            unavailable: None,
            work_in_cache: None,
        }
    }

    /// Returns a row of a method whose runs over 10⁹ bytes took these `seconds`.
    #[cfg(test)]
    pub fn timed(method: Method, seconds: &[f64]) -> Row {
        let sample = |(round, &seconds): (u32, &f64)| Sample {
            round,
            passes: 1,
            seconds,
            pace: 1.0,
            usage: Usage::default(),
            peak: None,
        };
        Row {
            samples: (1..).zip(seconds).map(sample).collect(),
            ..Row::new(method, CacheState::Warm, 1_000_000_000, None)
        }
    }

    /// Returns the throughput of each run in GB/s (10⁹ bytes per second), corrected for the
    /// machine's pace in its round.
    pub fn rates(&self) -> Vec<f64> {
        self.samples.iter().map(|sample| self.bytes as f64 / 1e9 / sample.seconds / sample.pace).collect()
    }

    /// Returns the throughput in GB/s, or `None` if no run is valid.
    pub fn rate(&self) -> Option<Estimate> {
        estimate(&self.rates())
    }

    /// Returns the estimated throughput in GB/s, or 0 if no run is valid. Every figure and ratio
    /// that is shown is derived from it.
    pub fn speed(&self) -> f64 {
        self.rate().unwrap_or_default().value
    }

    /// Returns the processor time of a pass.
    ///
    /// Many kernels measure only the sum exactly. They divide it by sampling what a thread does at
    /// each timer tick (`CONFIG_TICK_CPU_ACCOUNTING`). A short run spans few ticks, so the shares
    /// are those of all runs together.
    pub fn processor_time(&self) -> ProcessorTime {
        let seconds = |of: fn(&Usage) -> f64| self.samples.iter().map(|sample| of(&sample.usage)).sum::<f64>();
        let (user, system) = (seconds(|usage| usage.user.as_secs_f64()), seconds(|usage| usage.system.as_secs_f64()));
        let both = self.median(|usage| (usage.user + usage.system).as_secs_f64());
        let share = if user + system > 0.0 { system / (user + system) } else { 0.0 };
        let ticks = ((user + system) / TICK).max(1.0);
        // Laplace's rule of succession: no tick in the kernel does not mean no time in the kernel.
        let likely = (share * ticks + 1.0) / (ticks + 2.0);
        let error = both * (likely * (1.0 - likely) / ticks).sqrt();
        ProcessorTime { user: both * (1.0 - share), system: both * share, error }
    }

    /// Returns the median over the runs of a resource that a pass uses.
    pub fn median(&self, of: impl Fn(&Usage) -> f64) -> f64 {
        let each = self.samples.iter().map(|sample| of(&sample.usage) / f64::from(sample.passes));
        summary(each).unwrap_or_default().median
    }

    /// Returns the number of bytes read from the device in a pass, or `None` if the kernel does not
    /// report it.
    pub fn device_bytes(&self) -> Option<f64> {
        let is_known =
            self.samples.iter().all(|sample| sample.usage.device_bytes.is_some()) && !self.samples.is_empty();
        is_known.then(|| self.median(|usage| usage.device_bytes.unwrap_or(0) as f64))
    }

    /// Returns the median of the peak resident size in bytes.
    pub fn peak(&self) -> Option<f64> {
        let peaks: Option<Vec<f64>> = self.samples.iter().map(|sample| Some(sample.peak? as f64)).collect();
        summary(peaks?).map(|summary| summary.median)
    }

    /// Returns the accesses per second, from the estimated throughput.
    pub fn iops(&self) -> Option<f64> {
        let accesses = self.accesses? as f64;
        (!self.samples.is_empty()).then(|| accesses / self.seconds())
    }

    /// Returns the latency in seconds that the given share of the accesses did not exceed.
    pub fn latency(&self, share: f64) -> Option<f64> {
        Some(self.latencies.as_ref()?.quantile(share))
    }

    /// Returns the wall time of a pass in seconds, from the estimated throughput, or 0 if no run is
    /// valid.
    pub fn seconds(&self) -> f64 {
        let speed = self.speed();
        if speed > 0.0 { self.bytes as f64 / 1e9 / speed } else { 0.0 }
    }
}

/// All measurements.
#[derive(Debug, Default)]
pub struct Measurements {
    /// Every method in every state.
    pub rows: Vec<Row>,
    /// The result that all methods agree on; if accesses are not sequential, one for each access size.
    pub answers: Vec<(Option<u64>, Answer)>,
    /// The number of times that the figures were examined to decide whether to continue.
    pub looks: u32,
    /// The states that could never be reached, with the reasons.
    pub blocked: Vec<(CacheState, String)>,
    /// Notes for readers of the figures.
    pub notes: Vec<String>,
}
