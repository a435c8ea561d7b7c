//! Formats the figures as JSON (docs/bench.schema.json).

use serde::Serialize;

use super::auto;
use super::compare::Comparison;
use super::duel::{Duel, DuelOutcome};
use super::earlier::SCHEMA;
use super::findings::Findings;
use super::machine::Machine;
use super::row::{Measurements, Row};
use super::settings::{BenchSettings, pattern_word};
use super::state::CacheState;
use super::statistics::Estimate;
use super::verdict::Verdict;
use crate::cli::bench::AccessPattern;

/// The whole document.
#[derive(Serialize)]
pub struct BenchReport<'a> {
    schema: u32,
    mapped: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    time: String,
    machine: &'a Machine,
    files: Vec<FileReport<'a>>,
    work: &'a str,
    pattern: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stride: Option<u64>,
    threads: usize,
    runs: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    until_certain: Option<u32>,
    looks: u32,
    seed: u64,
    results: Vec<ResultReport>,
    rows: Vec<RowReport>,
    verdicts: Vec<VerdictReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<&'a Comparison>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct FileReport<'a> {
    name: &'a str,
    bytes: u64,
    temporary: bool,
    filesystem: Option<&'static str>,
    auto: Option<String>,
}

#[derive(Serialize)]
struct ResultReport {
    block_size: Option<u64>,
    result: String,
}

/// The figures of a method in a state.
#[derive(Serialize)]
pub struct RowReport {
    /// The name for `--ways`.
    pub way: String,
    label: String,
    /// The size in bytes of a buffer, a window or an access.
    pub block_size: Option<u64>,
    /// The number of threads.
    pub threads: usize,
    /// The number of requests in flight on each thread.
    pub queue_depth: usize,
    /// The name of the state.
    pub state: &'static str,
    /// The number of bytes that a pass loads.
    pub bytes: u64,
    /// The number of accesses in a pass, if they are not sequential.
    pub accesses: Option<u64>,
    /// The throughput in GB/s.
    pub gb_per_second: Option<Spread>,
    /// The wall time of a pass.
    pub seconds: Option<f64>,
    /// The number of accesses per second.
    pub iops: Option<f64>,
    /// The percentiles of the latency of an access.
    pub latency_seconds: Option<Percentiles>,
    /// The number of faults served without the disk.
    pub minor_faults: Option<f64>,
    /// The number of faults that waited for the disk.
    pub major_faults: Option<f64>,
    /// The number of context switches because a thread waited.
    pub voluntary_switches: Option<f64>,
    /// The number of context switches because another thread was scheduled.
    pub involuntary_switches: Option<f64>,
    /// The processor time in user mode.
    pub user_seconds: Option<f64>,
    /// The processor time in the kernel.
    pub system_seconds: Option<f64>,
    /// The time of the same work on bytes in the processor's cache.
    pub work_in_cache_seconds: Option<f64>,
    /// The peak resident memory.
    pub peak_resident_bytes: Option<f64>,
    /// The number of bytes fetched from the device.
    pub device_bytes: Option<f64>,
    /// The valid runs.
    pub runs: Vec<RunReport>,
    /// The invalid runs.
    pub left_out: Vec<LeftOut>,
    /// The reason why there are no runs.
    pub unavailable: Option<String>,
}

/// A throughput and the quartiles of its runs.
#[derive(Serialize)]
pub struct Spread {
    /// The estimate, which is shown everywhere.
    pub estimate: f64,
    /// The lower quartile: a quarter of the runs were slower.
    pub quarter_below: f64,
    /// The upper quartile: a quarter of the runs were faster.
    pub quarter_above: f64,
}

/// The latencies that 50, 99 and 99.9 percent of the accesses did not exceed.
#[derive(Serialize)]
pub struct Percentiles {
    /// The median.
    pub p50: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The 99.9th percentile.
    pub p99_9: f64,
}

/// A valid run.
#[derive(Serialize)]
pub struct RunReport {
    round: u32,
    passes: u32,
    seconds: f64,
    pace: f64,
}

/// An invalid run.
#[derive(Serialize)]
pub struct LeftOut {
    round: u32,
    /// The reason why the run is invalid.
    pub reason: String,
}

#[derive(Serialize)]
struct VerdictReport {
    state: &'static str,
    fastest: String,
    as_fast: Vec<String>,
    winner: &'static str,
    certain: bool,
    mmap_against_read: Option<DuelReport>,
    auto_against_fastest: Option<DuelReport>,
    words: Vec<String>,
}

#[derive(Serialize)]
struct DuelReport {
    one: String,
    other: String,
    ratio: f64,
    ratio_low: Option<f64>,
    ratio_high: Option<f64>,
    p: f64,
    p_corrected: f64,
    comparisons: usize,
    outcome: &'static str,
    runs_to_settle: Option<f64>,
}

impl<'a> BenchReport<'a> {
    /// Returns the document of these findings.
    pub fn new(findings: &'a Findings<'a>) -> BenchReport<'a> {
        let Findings { settings, subjects, machine, measured, verdicts, comparison } = findings;
        BenchReport {
            schema: SCHEMA,
            mapped: env!("CARGO_PKG_VERSION"),
            label: settings.label.as_deref(),
            time: machine.time.clone(),
            machine,
            files: subjects
                .iter()
                .map(|subject| FileReport {
                    name: subject.shown(),
                    bytes: subject.len(),
                    temporary: subject.is_temporary(),
                    filesystem: subject.filesystem(),
                    auto: match settings.selection.auto {
                        true => auto::choice(subject, &settings.work, settings.threads).ok(),
                        false => None,
                    },
                })
                .collect(),
            work: &settings.work_text,
            pattern: pattern_word(settings.pattern),
            stride: (settings.pattern == AccessPattern::Stride).then_some(settings.stride),
            threads: settings.threads,
            runs: settings.runs,
            until_certain: settings.until_certain,
            looks: measured.looks,
            seed: settings.seed,
            results: measured
                .answers
                .iter()
                .map(|(block, answer)| ResultReport { block_size: *block, result: answer.to_string() })
                .collect(),
            rows: measured.rows.iter().map(|row| row_report(settings, row)).collect(),
            verdicts: verdicts.iter().map(|verdict| verdict_report(settings, verdict)).collect(),
            comparison: comparison.as_ref(),
            notes: &measured.notes,
        }
    }
}

/// Returns the figures of a row.
pub fn row_report(settings: &BenchSettings, row: &Row) -> RowReport {
    let measured = !row.samples.is_empty();
    let spread = |Estimate { value, low, high }| Spread { estimate: value, quarter_below: low, quarter_above: high };
    RowReport {
        way: row.method.word(),
        label: row.method.label(settings.pattern),
        block_size: row.method.block,
        threads: row.method.threads,
        queue_depth: row.method.depth,
        state: row.state.word(),
        bytes: row.bytes,
        accesses: row.accesses,
        gb_per_second: row.rate().map(spread),
        seconds: measured.then(|| row.seconds()),
        iops: row.iops(),
        latency_seconds: row.latencies.as_ref().map(|times| Percentiles {
            p50: times.quantile(0.5),
            p99: times.quantile(0.99),
            p99_9: times.quantile(0.999),
        }),
        minor_faults: measured.then(|| row.median(|usage| usage.minor_faults as f64)),
        major_faults: measured.then(|| row.median(|usage| usage.major_faults as f64)),
        voluntary_switches: measured.then(|| row.median(|usage| usage.voluntary_switches as f64)),
        involuntary_switches: measured.then(|| row.median(|usage| usage.involuntary_switches as f64)),
        user_seconds: measured.then(|| row.processor_time().user),
        system_seconds: measured.then(|| row.processor_time().system),
        work_in_cache_seconds: row.work_in_cache,
        peak_resident_bytes: row.peak(),
        device_bytes: row.device_bytes(),
        runs: row
            .samples
            .iter()
            .map(|sample| RunReport {
                round: sample.round,
                passes: sample.passes,
                seconds: sample.seconds,
                pace: sample.pace,
            })
            .collect(),
        left_out: row
            .left_out
            .iter()
            .map(|(round, reason)| LeftOut { round: *round, reason: reason.clone() })
            .collect(),
        unavailable: row.unavailable.clone(),
    }
}

fn verdict_report(settings: &BenchSettings, verdict: &Verdict<'_>) -> VerdictReport {
    let label = |row: &Row| row.method.label(settings.pattern);
    let duel = |duel: &Duel<'_>| DuelReport {
        one: label(duel.one),
        other: label(duel.other),
        ratio: duel.ratio,
        ratio_low: duel.interval.map(|interval| interval.0),
        ratio_high: duel.interval.map(|interval| interval.1),
        p: duel.chance,
        p_corrected: duel.corrected,
        comparisons: duel.comparisons,
        outcome: match duel.outcome() {
            DuelOutcome::Differ => "differ",
            DuelOutcome::Equal => "equal",
            DuelOutcome::Open => "open",
        },
        runs_to_settle: match duel.outcome() {
            DuelOutcome::Open => duel.runs_to_settle().filter(|runs| runs.is_finite()),
            _ => None,
        },
    };
    VerdictReport {
        state: verdict.state.word(),
        fastest: label(verdict.fastest),
        as_fast: verdict.as_fast.iter().map(|row| label(row)).collect(),
        winner: match verdict.duel.as_ref().map(|duel| (duel.outcome(), duel.ratio > 1.0)) {
            None => "none",
            Some((DuelOutcome::Open, _)) => "undecided",
            Some((DuelOutcome::Equal, _)) => "draw",
            Some((DuelOutcome::Differ, true)) => "mmap",
            Some((DuelOutcome::Differ, false)) => "read",
        },
        certain: verdict.is_certain(),
        mmap_against_read: verdict.duel.as_ref().map(duel),
        auto_against_fastest: verdict.auto.as_ref().map(duel),
        words: verdict.sentences.clone(),
    }
}

/// Returns a line for each missing state, with the reason.
pub fn missing(measured: &Measurements) -> impl Iterator<Item = String> + '_ {
    measured.blocked.iter().map(|(state, reason)| {
        let what = match state {
            CacheState::Cold => "no cold run is valid",
            CacheState::Warm => "no warm run is valid",
        };
        format!("{reason}: {what}")
    })
}
