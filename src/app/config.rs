//! What was typed, resolved: the one place that looks at the environment or asks for a terminal.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::Instant;

use jiff::tz::TimeZone;

use crate::app::progress::Progress;
use crate::app::stats_report;
use crate::cli::common::{Common, Io, StatsFormat, When};
use crate::cli::times::Times;
use crate::decode::Decoding;
use crate::engine::{Engine, Input, InputKind, Open, Session};
use crate::io::{FileRef, IoMode, Range, Source};
use crate::os::{Usage, addresses_left};
use crate::output::{Destination, Output, OwnFile};
use crate::select::PeriodSearch;
use crate::timestamp::{
    FormHints, Period, TimeContext, parse_around, parse_duration, parse_first_date, parse_period, parse_zone,
};

/// Decisions for a run, and what it shares.
#[derive(Clone, Debug)]
pub struct Config {
    /// How blocks come in.
    pub engine: Engine,
    /// What is decoded of inputs that are opened through this.
    decoding: Option<Decoding>,
    /// The file that the output goes to, which is no input; `None` where reading it does no harm.
    pub own_output: Option<OwnFile>,
    /// Whether standard output takes colour.
    pub color: bool,
    /// The run's counters.
    pub stats: Arc<Session>,
    /// How the statistics are wanted, and what the process had used before the run: counters go on
    /// through an `exec`.
    wants_stats: Option<(StatsFormat, Usage)>,
    progress: When,
    begun: Instant,
}

impl Config {
    /// The same decisions for another run, whose counters begin anew.
    pub fn renewed(&self) -> Config {
        Config { stats: Arc::default(), begun: Instant::now(), ..self.clone() }
    }

    /// Resolves the shared options.
    pub fn new(common: &Common, output: &Output) -> Config {
        let stats = Arc::new(Session::default());
        if common.stats.is_some() {
            stats.count_resident();
        }
        let threads = common.threads.map_or_else(default_threads, usize::from).min(most_threads());
        Config {
            engine: Engine {
                policy: match common.io {
                    Io::Auto => IoMode::Auto,
                    Io::Mmap => IoMode::Mmap,
                    Io::Read => IoMode::Read,
                },
                threads,
                block: common.block_size.map(|size| usize::try_from(size).unwrap_or(usize::MAX >> 1)),
                most: most_block(threads),
                range: Range { offset: common.offset.unwrap_or(0), length: common.length },
            },
            decoding: None,
            own_output: output.own_file(),
            color: wants_color(common.color, output),
            stats,
            wants_stats: common.stats.map(|format| (format, Usage::now())),
            progress: common.progress,
            begun: Instant::now(),
        }
    }

    /// The same decisions, and compressed inputs are decoded if `decompress` says so.
    pub fn decompressing(self, decompress: bool) -> Config {
        let decoding = decompress.then(|| Decoding::new(true, self.engine.threads));
        Config { decoding, ..self }
    }

    /// How many bytes there are to read; unknown where decoding makes other bytes of them.
    fn total_bytes(&self, names: &[OsString]) -> Option<u64> {
        if self.decoding.is_some() {
            return None;
        }
        stats_report::total_bytes(names, self.engine.range)
    }

    /// Returns what `source` decodes to, or the source itself.
    ///
    /// # Errors
    /// What reading its beginning fails with.
    pub fn decoded(&self, source: Source, range: Range) -> io::Result<Source> {
        match &self.decoding {
            Some(decoding) => decoding.open(source, range),
            None => Ok(source),
        }
    }

    /// Returns the input with this name, decoded where that is wanted.
    pub fn input(&self, name: OsString) -> Input<'_> {
        match self.decoding.is_some() || self.own_output.is_some() {
            true => Input::Unopened(FileRef::from(name), self),
            false => Input::Named(name),
        }
    }

    /// Returns the source unless it is the file that the output goes to.
    ///
    /// # Errors
    /// When it is.
    pub fn other_than_output(&self, source: Source) -> io::Result<Source> {
        match self.own_output {
            Some(own) if own.is(&source) => Err(io::Error::other("input file is also the output")),
            _ => Ok(source),
        }
    }

    /// Returns the inputs named on a command line: standard input when there are none.
    pub fn inputs(&self, names: &[OsString]) -> Vec<Input<'_>> {
        if names.is_empty() {
            return vec![self.input("-".into())];
        }
        names.iter().cloned().map(|name| self.input(name)).collect()
    }

    /// Shows progress over `names` where it is wanted. By default that is when standard error is a
    /// terminal and standard output is another thing, which the bar could only disturb.
    pub fn progress(&self, names: &[OsString], output: &Output) -> Option<Progress> {
        self.progress_over(|| self.total_bytes(names), output)
    }

    /// As [`Config::progress`], towards as many bytes as `total` says.
    pub fn progress_over(&self, total: impl FnOnce() -> Option<u64>, output: &Output) -> Option<Progress> {
        let wanted = match self.progress {
            When::Always => true,
            When::Never => false,
            When::Auto => io::stderr().is_terminal() && output.destination() != Destination::Terminal,
        };
        wanted.then(|| Progress::start(Arc::clone(&self.stats), total()))
    }

    /// As [`Config::progress`], and also when both go to the same terminal: for a command whose few
    /// lines are printed within [`Progress::pause`].
    pub fn progress_with_pauses(&self, names: &[OsString]) -> Option<Progress> {
        let wanted = match self.progress {
            When::Always => true,
            When::Never => false,
            When::Auto => io::stderr().is_terminal(),
        };
        wanted.then(|| Progress::start(Arc::clone(&self.stats), self.total_bytes(names)))
    }

    /// An environment variable that sets a taste, such as colours; empty where it is not set.
    pub fn variable(&self, name: &str) -> String {
        std::env::var(name).unwrap_or_default()
    }

    /// Prints the statistics, where they were asked for.
    pub fn finish(&self) {
        if let Some((format, before)) = self.wants_stats {
            stats_report::print_stats(format, &self.stats, self.begun.elapsed(), Usage::now().since(before));
        }
    }
}

/// Resolves the period asked for, and what is said of the times in logs. Where no period is asked
/// for, the local zone is not looked up: finding it means reading the zone database.
///
/// # Errors
/// A time, a zone, a span or a year that cannot be read.
pub fn times(times: &Times) -> anyhow::Result<Option<PeriodSearch>> {
    if times.since.is_none() && times.until.is_none() && times.around.is_none() {
        return Ok(None);
    }
    let context = time_context(times)?;
    let now = context.now.to_zoned(context.zone.clone());
    let period = match &times.around {
        Some(text) => parse_around(text, &now, context.first).map(Some),
        None => parse_period(times.since.as_deref(), times.until.as_deref(), &now, context.first),
    };
    Ok(period.map_err(anyhow::Error::msg)?.map(|period| PeriodSearch { period, context }))
}

/// Resolves the period asked for; all of each log where none is.
///
/// # Errors
/// A time, a zone, a span or a year that cannot be read.
pub fn search_or_all(times: &Times) -> anyhow::Result<PeriodSearch> {
    let all = || Ok(PeriodSearch { period: Period::default(), context: time_context(times)? });
    self::times(times)?.map_or_else(all, Ok)
}

/// Resolves the span of a row of `--timeline`, in microseconds; none where it is to be chosen.
///
/// # Errors
/// What is not a span of time.
pub fn timeline_span(text: &str) -> anyhow::Result<Option<i64>> {
    let span = match text {
        "auto" => return Ok(None),
        "second" => "1s",
        "minute" => "1m",
        "hour" => "1h",
        "day" => "1d",
        "week" => "7d",
        _ => text,
    };
    let span = parse_duration(span).and_then(|span| i64::try_from(span.as_micros()).ok()).filter(|&span| span > 0);
    span.map(Some).ok_or_else(|| anyhow::anyhow!("--timeline '{text}': expected a span such as 30s, 10m, 1h or 1d"))
}

/// Returns what is known of the times in logs of which nothing is said but their zone.
#[must_use]
pub fn local_times(zone: TimeZone) -> TimeContext {
    TimeContext {
        zone,
        now: jiff::Timestamp::now(),
        slack: jiff::SignedDuration::ZERO,
        hints: FormHints::default(),
        first: None,
        boot: crate::os::boot_time().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()),
    }
}

/// Resolves what is said of the times in logs.
///
/// # Errors
/// A zone, a span or a year that cannot be read.
pub fn time_context(times: &Times) -> anyhow::Result<TimeContext> {
    let wrong = |option: &str, text: &str, error: String| anyhow::anyhow!("{option} '{text}': {error}");
    let zone = match &times.time_zone {
        _ if times.utc => TimeZone::UTC,
        Some(name) => parse_zone(name).map_err(|error| wrong("--time-zone", name, error))?,
        None => TimeZone::system(),
    };
    let slack = parse_duration(&times.slack);
    let slack = slack.ok_or_else(|| wrong("--slack", &times.slack, "expected a span such as 1m or 30s".into()))?;
    let first = times.year.as_deref().map(|text| parse_first_date(text).map_err(|error| wrong("--year", text, error)));
    let hints = FormHints { format: times.time_format.clone(), key: times.time_key.clone() };
    Ok(TimeContext { slack, hints, first: first.transpose()?, ..local_times(zone) })
}

/// Files, decoded where that is wanted, and never the one that the output goes to: what is written
/// there would be read again, without end.
impl Open for Config {
    fn source(&self, place: &FileRef, range: Range) -> io::Result<Source> {
        self.engine.source(place, range).and_then(|source| self.other_than_output(source))
    }

    fn prepare(&self, source: Source, range: Range) -> io::Result<(Source, Option<InputKind>)> {
        Ok((self.decoded(source, range)?, None))
    }
}

/// The columns of standard output, where it is a terminal that knows.
pub fn terminal_columns(output: &Output) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(output.fd()).ok()?;
    Some(usize::from(size.ws_col)).filter(|&columns| columns > 0)
}

/// Returns the directory for temporary files: `TMPDIR`, or `/tmp` where that is unset or empty.
pub fn temporary_directory() -> std::path::PathBuf {
    std::env::var_os("TMPDIR").filter(|name| !name.is_empty()).map_or_else(|| "/tmp".into(), Into::into)
}

fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// How many threads there may be where addresses are scarce (`ulimit -v`): glibc's allocator sets
/// 64 MiB of them aside for each, and twice that for a moment (HEAP_MAX_SIZE, malloc/arena.c). With
/// 300 MB, eight threads had none left for what they read.
fn most_threads() -> usize {
    const ARENA: u64 = 128 << 20;
    let Some(left) = addresses_left() else { return usize::MAX };
    usize::try_from(1 + left / ARENA).unwrap_or(usize::MAX)
}

/// The largest block, in bytes, where addresses are scarce (`ulimit -v`): a worker holds a window,
/// its text, which doubles as it grows, and perhaps a buffer with its spare, and the allocator sets
/// addresses aside for each thread.
fn most_block(threads: usize) -> usize {
    let Some(left) = addresses_left().and_then(|left| usize::try_from(left).ok()) else { return usize::MAX };
    1 << (left / threads.max(1) / 16).max(64 << 10).ilog2()
}

/// `NO_COLOR` (<https://no-color.org>) and a dumb terminal turn colour off, unless it is asked for.
pub(crate) fn wants_color(when: When, output: &Output) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            output.destination() == Destination::Terminal
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
}
