//! Formats the figures as comma-separated values.

use std::fmt::Write as _;

use super::findings::Findings;
use super::report::{RowReport, row_report};
use super::settings::pattern_word;
use super::subject::Subject;
use crate::cli::bench::AccessPattern;

/// The column names: first the run and the row, then the figures.
const NAMES: &str = "label,time,host,kernel,processor,version,file,filesystem,work,pattern,stride,seed,\
    way,block_size,threads,queue_depth,state,bytes,accesses,runs,\
    gb_per_second,gb_per_second_quarter_below,gb_per_second_quarter_above,seconds,iops,\
    latency_p50_seconds,latency_p99_seconds,latency_p99_9_seconds,\
    minor_faults,major_faults,voluntary_switches,involuntary_switches,user_seconds,system_seconds,work_in_cache_seconds,\
    peak_resident_bytes,device_bytes,left_out,note";

/// Returns the rows as comma-separated values (RFC 4180, but lines end with LF alone) under a
/// header line. Each row names the file and machine, so rows of several runs can be combined.
pub fn csv(findings: &Findings<'_>) -> String {
    let mut text = format!("{NAMES}\n");
    let identity = identity(findings);
    for row in &findings.measured.rows {
        let figures = figures(row_report(findings.settings, row));
        let quoted: Vec<String> = identity.iter().chain(&figures).map(|field| quote(field)).collect();
        let _ = writeln!(text, "{}", quoted.join(","));
    }
    text
}

fn identity(findings: &Findings<'_>) -> [String; 12] {
    let Findings { settings, subjects, machine, .. } = findings;
    let files: Vec<&str> = subjects.iter().map(Subject::shown).collect();
    [
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
        if settings.pattern == AccessPattern::Stride { settings.stride.to_string() } else { String::new() },
        settings.seed.to_string(),
    ]
}

fn figures(row: RowReport) -> [String; 27] {
    fn number(value: Option<impl ToString>) -> String {
        value.map(|value| value.to_string()).unwrap_or_default()
    }
    let (rate, latency) = (row.gb_per_second.as_ref(), row.latency_seconds.as_ref());
    let note = row.unavailable.or_else(|| row.left_out.first().map(|left| left.reason.clone()));
    [
        row.way,
        number(row.block_size),
        row.threads.to_string(),
        row.queue_depth.to_string(),
        row.state.to_owned(),
        row.bytes.to_string(),
        number(row.accesses),
        row.runs.len().to_string(),
        number(rate.map(|rate| rate.estimate)),
        number(rate.map(|rate| rate.quarter_below)),
        number(rate.map(|rate| rate.quarter_above)),
        number(row.seconds),
        number(row.iops),
        number(latency.map(|latency| latency.p50)),
        number(latency.map(|latency| latency.p99)),
        number(latency.map(|latency| latency.p99_9)),
        number(row.minor_faults),
        number(row.major_faults),
        number(row.voluntary_switches),
        number(row.involuntary_switches),
        number(row.user_seconds),
        number(row.system_seconds),
        number(row.work_in_cache_seconds),
        number(row.peak_resident_bytes),
        number(row.device_bytes),
        row.left_out.len().to_string(),
        note.unwrap_or_default(),
    ]
}

fn quote(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_name_for_each_field() {
        assert_eq!(NAMES.split(',').count(), 12 + 27);
        assert!(!NAMES.contains(' '));
    }

    #[test]
    fn quoting() {
        assert_eq!(quote("plain"), "plain");
        assert_eq!(quote("a,b"), "\"a,b\"");
        assert_eq!(quote("say \"x\""), "\"say \"\"x\"\"\"");
    }
}
