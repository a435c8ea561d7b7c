//! The statistics of `--stats`: how input was read, how fast, and at what cost. They are written to
//! standard error, among the messages, or to a separate file or descriptor.

use std::ffi::OsString;
use std::time::Duration;

use serde::Serialize;

use crate::app::report_file::ReportFile;
use crate::cli::common::{StatsFormat, StatsOption, StatsTarget};
use crate::engine::Session;
use crate::io::Range;
use crate::os::{Usage, peak_resident};
use crate::output::{print_message, to_json};

#[derive(Serialize)]
struct StatsReport {
    bytes: u64,
    seconds: f64,
    gb_per_second: f64,
    ways: Vec<MethodReport>,
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
struct MethodReport {
    way: &'static str,
    reason: Option<String>,
    inputs: u64,
}

/// The destination of the statistics.
#[derive(Debug)]
pub(crate) struct StatsOutput {
    format: StatsFormat,
    /// A file or a descriptor; `None` is standard error.
    pub(crate) file: Option<ReportFile>,
}

impl StatsOutput {
    /// Opens the file or the descriptor, before the run opens anything else.
    ///
    /// # Errors
    /// Returns an error if the statistics cannot be written there.
    pub(crate) fn open(stats: &StatsOption) -> anyhow::Result<StatsOutput> {
        let file = match &stats.target {
            StatsTarget::StandardError => None,
            StatsTarget::File(path) => Some(ReportFile::create(path)?),
            StatsTarget::Descriptor(number) => Some(ReportFile::inherited(*number)?),
        };
        Ok(StatsOutput { format: stats.format, file })
    }

    /// Prints the statistics of a run that took the time `took` and used the resources `used`.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written. A failure of standard error is ignored.
    pub(crate) fn print(&self, stats: &Session, took: Duration, used: Usage) -> anyhow::Result<()> {
        let report = StatsReport::new(stats, took, used);
        let lines = match self.format {
            StatsFormat::Json => vec![String::from_utf8_lossy(&to_json(&report).unwrap_or_default()).into_owned()],
            StatsFormat::Text => report.lines(),
        };
        let Some(file) = &self.file else {
            lines.iter().for_each(|line| print_message(format_args!("{line}")));
            return Ok(());
        };
        file.write((lines.join("\n") + "\n").as_bytes())
    }
}

impl StatsReport {
    fn new(stats: &Session, took: Duration, used: Usage) -> StatsReport {
        let tally = stats.tally();
        let bytes = stats.bytes.get();
        let seconds = took.as_secs_f64();
        StatsReport {
            bytes,
            seconds,
            gb_per_second: bytes as f64 / 1e9 / seconds.max(1e-9),
            ways: tally
                .methods
                .iter()
                .map(|(way, reason, inputs)| MethodReport {
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
        }
    }

    /// Returns the lines of the report as human-readable text.
    fn lines(&self) -> Vec<String> {
        let plural = |count: u64| if count == 1 { "" } else { "s" };
        let mut lines = vec![format!(
            "{} bytes in {:.3} s, {:.2} GB/s, {} thread{}",
            self.bytes,
            self.seconds,
            self.gb_per_second,
            self.threads,
            plural(self.threads)
        )];
        for way in &self.ways {
            let reason = way.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
            lines.push(format!("in:  {} for {} input{}{reason}", way.way, way.inputs, plural(way.inputs)));
        }
        lines.push(format!("out: {}, {} bytes passed without copying", self.output, self.bytes_never_copied));
        lines.push(format!(
            "{} windows mapped, {} minor and {} major faults, {:.1} MiB peak resident",
            self.windows,
            self.minor_faults,
            self.major_faults,
            self.peak_resident_bytes as f64 / (1 << 20) as f64
        ));
        lines.extend(self.device_bytes_read.map(|read| format!("{read} bytes read from the device")));
        let resident = self.resident_before.map(|share| format!("{:.1}% resident before the run", share * 100.0));
        lines.extend(resident);
        lines
    }
}

/// Returns the number of bytes in `names` within `range`, if all of these files report their size.
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
