//! `--stats`: how input was read, how fast, and at what cost.

use std::ffi::OsString;
use std::time::Duration;

use serde::Serialize;

use crate::cli::common::StatsFormat;
use crate::engine::Session;
use crate::io::Range;
use crate::os::{Usage, peak_resident};
use crate::output::{complain, to_json};

#[derive(Serialize)]
struct Report {
    bytes: u64,
    seconds: f64,
    gb_per_second: f64,
    ways: Vec<WayReport>,
    output: &'static str,
    bytes_never_copied: u64,
    threads: u64,
    windows: u64,
    minor_faults: u64,
    major_faults: u64,
    peak_resident_bytes: u64,
    device_bytes_read: Option<u64>,
    resident_before: Option<f64>,
}

#[derive(Serialize)]
struct WayReport {
    way: &'static str,
    reason: Option<String>,
    inputs: u64,
}

/// Prints the statistics of a run that took `took` and used `used` to standard error.
pub(crate) fn print_stats(format: StatsFormat, stats: &Session, took: Duration, used: Usage) {
    let tally = stats.tally();
    let bytes = stats.bytes.get();
    let seconds = took.as_secs_f64();
    let report = Report {
        bytes,
        seconds,
        gb_per_second: bytes as f64 / 1e9 / seconds.max(1e-9),
        ways: tally
            .ways
            .iter()
            .map(|(way, reason, inputs)| WayReport {
                way: way.word(),
                reason: reason.map(|reason| reason.to_string()),
                inputs: *inputs,
            })
            .collect(),
        output: tally.output.unwrap_or("write"),
        bytes_never_copied: stats.uncopied.get(),
        threads: stats.threads.get().max(1),
        windows: stats.windows.get(),
        minor_faults: used.minor_faults,
        major_faults: used.major_faults,
        peak_resident_bytes: peak_resident().unwrap_or(0),
        device_bytes_read: used.device_bytes,
        resident_before: tally.resident.map(|(resident, total)| resident as f64 / (total.max(1)) as f64),
    };
    match format {
        StatsFormat::Json => {
            complain(format_args!("{}", String::from_utf8_lossy(&to_json(&report).unwrap_or_default())));
        }
        StatsFormat::Text => print_text(&report),
    }
}

fn print_text(report: &Report) {
    complain(format_args!(
        "{} bytes in {:.3} s, {:.2} GB/s, {} thread{}",
        report.bytes,
        report.seconds,
        report.gb_per_second,
        report.threads,
        if report.threads == 1 { "" } else { "s" }
    ));
    for way in &report.ways {
        let reason = way.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        complain(format_args!(
            "in:  {} for {} input{}{reason}",
            way.way,
            way.inputs,
            if way.inputs == 1 { "" } else { "s" }
        ));
    }
    complain(format_args!("out: {}, {} bytes never copied", report.output, report.bytes_never_copied));
    complain(format_args!(
        "{} windows mapped, {} minor and {} major faults, {:.1} MiB peak resident",
        report.windows,
        report.minor_faults,
        report.major_faults,
        report.peak_resident_bytes as f64 / (1 << 20) as f64
    ));
    if let Some(read) = report.device_bytes_read {
        complain(format_args!("{read} bytes read from the device"));
    }
    if let Some(share) = report.resident_before {
        complain(format_args!("{:.1} % resident before the run", share * 100.0));
    }
}

/// Returns how many bytes `names` hold within `range`, if all of them report a size.
pub(crate) fn total_bytes(names: &[OsString], range: Range) -> Option<u64> {
    let mut total = 0;
    for name in names {
        let meta = crate::io::path::metadata(name).ok().filter(|meta| meta.is_file() && meta.len() > 0)?;
        let len = if range.offset < 0 {
            meta.len().min(range.offset.unsigned_abs())
        } else {
            meta.len().saturating_sub(range.offset as u64)
        };
        total += range.length.map_or(len, |length| length.min(len));
    }
    (!names.is_empty()).then_some(total)
}
