//! The figures as JSON (docs/bench.schema.json) and as comma-separated values.

use std::fmt::Write as _;

use serde::Serialize;

use super::auto;
use super::measure::{Measured, Row};
use super::settings::Settings;
use super::state::State;
use super::statistics::{Estimate, SIGNIFICANT};
use super::subject::Subject;
use super::verdict::{Duel, Verdict};
use super::way::Means;
use crate::cli::bench::Pattern;

/// The whole document.
#[derive(Serialize)]
pub struct Report<'a> {
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
    seed: u64,
    results: Vec<ResultReport>,
    rows: Vec<RowReport>,
    verdicts: Vec<VerdictReport>,
    notes: &'a [String],
}

/// Version of the document's form (docs/bench.schema.json).
const SCHEMA: u32 = 2;

/// What it was measured on, and when.
#[derive(Serialize)]
pub struct Machine {
    /// When the run began (RFC 3339).
    #[serde(skip)]
    pub time: String,
    /// The host's name.
    pub host: String,
    /// The processor's model.
    pub processor: Option<String>,
    /// The kernel's release.
    pub kernel: String,
    /// Processors that this program may use.
    pub processors: usize,
    /// Memory in bytes.
    pub memory: u64,
    /// Page size in bytes.
    pub page_size: u64,
}

impl Machine {
    /// This one.
    pub fn here() -> Machine {
        let (host, kernel) = crate::os::posix::host_and_release();
        Machine {
            time: jiff::Timestamp::now().round(jiff::Unit::Second).unwrap_or_default().to_string(),
            host,
            processor: processor(),
            kernel,
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            memory: crate::os::memory_size(),
            page_size: crate::os::page_size() as u64,
        }
    }
}

/// Returns the model of the first processor, as `/proc/cpuinfo` has it on x86.
fn processor() -> Option<String> {
    let facts = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = facts.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
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

#[derive(Serialize)]
struct RowReport {
    way: String,
    label: String,
    block_size: Option<u64>,
    threads: usize,
    state: &'static str,
    bytes: u64,
    gb_per_second: Option<Spread>,
    seconds: Option<f64>,
    minor_faults: Option<f64>,
    major_faults: Option<f64>,
    voluntary_switches: Option<f64>,
    involuntary_switches: Option<f64>,
    user_seconds: Option<f64>,
    system_seconds: Option<f64>,
    peak_resident_bytes: Option<f64>,
    device_bytes: Option<f64>,
    runs: Vec<RunReport>,
    left_out: Vec<LeftOut>,
    unavailable: Option<String>,
}

#[derive(Serialize)]
struct Spread {
    estimate: f64,
    quarter_below: f64,
    quarter_above: f64,
}

#[derive(Serialize)]
struct RunReport {
    round: u32,
    passes: u32,
    seconds: f64,
    pace: f64,
}

#[derive(Serialize)]
struct LeftOut {
    round: u32,
    reason: String,
}

#[derive(Serialize)]
struct VerdictReport {
    state: &'static str,
    fastest: String,
    winner: &'static str,
    mmap_against_read: Option<DuelReport>,
    auto_against_fastest: Option<DuelReport>,
    words: Vec<String>,
}

#[derive(Serialize)]
struct DuelReport {
    one: String,
    other: String,
    ratio: f64,
    p: f64,
    beyond_noise: bool,
}

impl<'a> Report<'a> {
    /// Everything there is to tell.
    pub fn new(
        settings: &'a Settings,
        subjects: &'a [Subject],
        machine: &'a Machine,
        measured: &'a Measured,
        verdicts: &[Verdict<'_>],
    ) -> Report<'a> {
        let has_auto = settings.ways.iter().any(|way| way.means == Means::Auto);
        Report {
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
                    auto: has_auto.then(|| auto::choice(subject, &settings.work, settings.threads).ok()).flatten(),
                })
                .collect(),
            work: &settings.work_text,
            pattern: pattern_word(settings.pattern),
            stride: (settings.pattern == Pattern::Stride).then_some(settings.stride),
            threads: settings.threads,
            runs: settings.runs,
            seed: settings.seed,
            results: measured
                .answers
                .iter()
                .map(|(block, answer)| ResultReport { block_size: *block, result: answer.to_string() })
                .collect(),
            rows: measured.rows.iter().map(|row| row_report(settings, row)).collect(),
            verdicts: verdicts.iter().map(|verdict| verdict_report(settings, verdict)).collect(),
            notes: &measured.notes,
        }
    }
}

/// The word that `--pattern` takes.
pub fn pattern_word(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::Sequential => "sequential",
        Pattern::Random => "random",
        Pattern::Stride => "stride",
    }
}

fn row_report(settings: &Settings, row: &Row) -> RowReport {
    let measured = !row.samples.is_empty();
    let spread = |Estimate { value, low, high }| Spread { estimate: value, quarter_below: low, quarter_above: high };
    RowReport {
        way: row.way.word(),
        label: row.way.label(settings.pattern),
        block_size: row.way.block,
        threads: row.way.threads,
        state: row.state.word(),
        bytes: row.bytes,
        gb_per_second: row.rate().map(spread),
        seconds: measured.then(|| row.seconds()),
        minor_faults: measured.then(|| row.median(|usage| usage.minor_faults as f64)),
        major_faults: measured.then(|| row.median(|usage| usage.major_faults as f64)),
        voluntary_switches: measured.then(|| row.median(|usage| usage.voluntary_switches as f64)),
        involuntary_switches: measured.then(|| row.median(|usage| usage.involuntary_switches as f64)),
        user_seconds: measured.then(|| row.median(|usage| usage.user.as_secs_f64())),
        system_seconds: measured.then(|| row.median(|usage| usage.system.as_secs_f64())),
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

fn verdict_report(settings: &Settings, verdict: &Verdict<'_>) -> VerdictReport {
    let duel = |duel: &Duel<'_>| DuelReport {
        one: duel.one.way.label(settings.pattern),
        other: duel.other.way.label(settings.pattern),
        ratio: duel.ratio,
        p: duel.chance,
        beyond_noise: duel.chance < SIGNIFICANT,
    };
    VerdictReport {
        state: verdict.state.word(),
        fastest: verdict.fastest.way.label(settings.pattern),
        winner: match &verdict.duel {
            None => "none",
            Some(duel) if !duel.is_real() => "draw",
            Some(duel) if duel.ratio > 1.0 => "mmap",
            Some(_) => "read",
        },
        mmap_against_read: verdict.duel.as_ref().map(duel),
        auto_against_fastest: verdict.auto.as_ref().map(duel),
        words: verdict.sentences.clone(),
    }
}

/// Returns the rows as comma-separated values (RFC 4180, lines ended by a newline alone), under a line of names. Each row says
/// what it was measured on, so that those of several runs can be put under one another.
pub fn csv(settings: &Settings, subjects: &[Subject], machine: &Machine, measured: &Measured) -> String {
    let mut text = String::from(
        "label,time,host,kernel,processor,version,file,filesystem,work,pattern,seed,\
         way,block_size,threads,state,bytes,runs,gb_per_second,gb_per_second_quarter_below,gb_per_second_quarter_above,\
         seconds,minor_faults,major_faults,voluntary_switches,involuntary_switches,user_seconds,system_seconds,\
         peak_resident_bytes,device_bytes,left_out,note\n",
    );
    let files: Vec<&str> = subjects.iter().map(Subject::shown).collect();
    let identity = [
        settings.label.clone().unwrap_or_default(),
        machine.time.clone(),
        machine.host.clone(),
        machine.kernel.clone(),
        machine.processor.clone().unwrap_or_default(),
        env!("CARGO_PKG_VERSION").to_owned(),
        files.join(" "),
        subjects.first().and_then(Subject::filesystem).unwrap_or_default().to_owned(),
        settings.work_text.clone(),
        pattern_word(settings.pattern).to_owned(),
        settings.seed.to_string(),
    ];
    for row in &measured.rows {
        let row = row_report(settings, row);
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let rate = row.gb_per_second.as_ref();
        let note = row.unavailable.clone().or_else(|| row.left_out.first().map(|left| left.reason.clone()));
        let fields = [
            row.way.clone(),
            row.block_size.map(|block| block.to_string()).unwrap_or_default(),
            row.threads.to_string(),
            row.state.to_owned(),
            row.bytes.to_string(),
            row.runs.len().to_string(),
            number(rate.map(|rate| rate.estimate)),
            number(rate.map(|rate| rate.quarter_below)),
            number(rate.map(|rate| rate.quarter_above)),
            number(row.seconds),
            number(row.minor_faults),
            number(row.major_faults),
            number(row.voluntary_switches),
            number(row.involuntary_switches),
            number(row.user_seconds),
            number(row.system_seconds),
            number(row.peak_resident_bytes),
            number(row.device_bytes),
            row.left_out.len().to_string(),
            note.unwrap_or_default(),
        ];
        let quoted: Vec<String> = identity.iter().chain(&fields).map(|field| quote(field)).collect();
        let _ = writeln!(text, "{}", quoted.join(","));
    }
    text
}

fn quote(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// One line on why a state is missing, for each state that is.
pub fn missing(measured: &Measured) -> impl Iterator<Item = String> + '_ {
    measured.blocked.iter().map(|(state, reason)| {
        let what = match state {
            State::Cold => "no cold run counts",
            State::Warm => "no warm run counts",
        };
        format!("{reason}: {what}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting() {
        assert_eq!(quote("plain"), "plain");
        assert_eq!(quote("a,b"), "\"a,b\"");
        assert_eq!(quote("say \"x\""), "\"say \"\"x\"\"\"");
    }
}
