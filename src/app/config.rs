//! Resolves the command line. Only this folder and `cli` read the environment or check for a
//! terminal.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::Instant;

use jiff::tz::TimeZone;

use crate::app::local_zone::local_zone;
use crate::app::progress::ByteProgress;
use crate::app::report_file::ReportFile;
use crate::app::stats_report::{self, StatsOutput};
use crate::cli::common::{Common, Io, When};
use crate::cli::times::Times;
use crate::cli::wording::invalid_value;
use crate::decode::Decoding;
use crate::engine::{Engine, Input, InputKind, Open, Session};
use crate::io::{FileRef, IoMode, OwnFile, Range, Source};
use crate::os::{Usage, available_address_space, processors};
use crate::output::{Destination, Output, print_message};
use crate::select::PeriodSearch;
use crate::timestamp::{
    FormHints, Period, TimeContext, distant_end, parse_around, parse_duration, parse_first_date, parse_period,
    parse_zone, without_directives,
};

/// The resolved options of a run, and the state that it shares.
#[derive(Clone, Debug)]
pub struct Config {
    /// The settings for loading and processing blocks.
    pub engine: Engine,
    /// The decoding of inputs that are opened through this configuration.
    decoding: Option<Decoding>,
    /// The output file, which must not be an input; `None` if reading it is harmless.
    pub own_output: Option<OwnFile>,
    /// The file for a chart, which must not be an input either.
    pub(crate) plot: Option<Arc<ReportFile>>,
    /// Whether standard output is coloured.
    pub color: bool,
    /// The run's counters.
    pub stats: Arc<Session>,
    /// The destination of the statistics, and the resources used by the process before the run,
    /// because counters continue through an `exec`.
    wants_stats: Option<(Arc<StatsOutput>, Usage)>,
    progress: When,
    begun: Instant,
}

impl Config {
    /// Returns the same configuration for another run, with fresh counters.
    pub fn with_fresh_counters(&self) -> Config {
        Config { stats: Arc::default(), begun: Instant::now(), ..self.clone() }
    }

    /// Resolves the common options.
    ///
    /// # Errors
    /// Returns an error if a file for the statistics cannot be opened.
    pub fn new(common: &Common, output: &Output) -> anyhow::Result<Config> {
        let stats = Arc::new(Session::default());
        if common.stats.is_some() {
            stats.count_resident();
        }
        let stats_output = common.stats.as_ref().map(StatsOutput::open).transpose()?;
        let threads = common.threads.map_or_else(processors, usize::from).min(max_threads());
        Ok(Config {
            engine: Engine {
                policy: match common.io {
                    Io::Auto => IoMode::Auto,
                    Io::Mmap => IoMode::Mmap,
                    Io::Read => IoMode::Read,
                },
                threads,
                block: common.block_size.map(|size| usize::try_from(size).unwrap_or(usize::MAX >> 1)),
                max_block: max_block(threads),
                range: Range { offset: common.offset.unwrap_or(0), length: common.length, is_strict: false },
            },
            decoding: None,
            own_output: output.own_file(),
            plot: None,
            color: wants_color(common.color, output),
            stats,
            wants_stats: stats_output.map(|to| (Arc::new(to), Usage::now())),
            progress: common.progress,
            begun: Instant::now(),
        })
    }

    /// Checks that the statistics do not overwrite one of `inputs`, or standard input if there are
    /// none. Commands call this before doing any work.
    ///
    /// # Errors
    /// Returns an error that names the file.
    pub fn reject_stats_over(&self, inputs: &[OsString]) -> anyhow::Result<()> {
        self.stats_file().map_or(Ok(()), |file| file.refuse_input(inputs))
    }

    fn stats_file(&self) -> Option<&ReportFile> {
        self.wants_stats.as_ref()?.0.file.as_ref()
    }

    /// Returns the same configuration, with compressed inputs decoded if `decompress` is set.
    pub fn with_decoding(self, decompress: bool) -> Config {
        let decoding = decompress.then(|| Decoding::new(true, self.engine.threads));
        Config { decoding, ..self }
    }

    /// Returns the same configuration, with text in UTF-16 converted to UTF-8 as well if `by_time` is
    /// set. Windows writes some of its logs in UTF-16.
    ///
    /// # Errors
    /// Returns an error if the encoding is unknown.
    pub fn with_text_of_logs(self, by_time: bool) -> anyhow::Result<Config> {
        let decoding = match self.decoding {
            Some(decoding) if by_time => Some(decoding.with_text(None)?),
            decoding => decoding,
        };
        Ok(Config { decoding, ..self })
    }

    /// Returns the number of bytes to read, or `None` if it is unknown or decoding changes it.
    fn total_bytes(&self, names: &[OsString]) -> Option<u64> {
        if self.decoding.is_some() {
            return None;
        }
        stats_report::total_bytes(names, self.engine.range)
    }

    /// Returns the decoded form of `source`, or the source itself.
    ///
    /// # Errors
    /// Returns an error if reading its beginning fails.
    pub fn decoded(&self, source: Source, range: Range) -> io::Result<Source> {
        match &self.decoding {
            Some(decoding) => decoding.open(source, range),
            None => Ok(source),
        }
    }

    /// Returns the input with this name, decoded if requested.
    pub fn input(&self, name: OsString) -> Input<'_> {
        match self.decoding.is_some() || self.own_output.is_some() || self.stats_file().is_some() {
            true => Input::Unopened(FileRef::from(name), self),
            false => Input::Named(name),
        }
    }

    /// Returns the source, unless it is the file for output, statistics or a chart.
    ///
    /// # Errors
    /// Returns an error if the source is one of these files.
    pub fn reject_own_output(&self, source: Source) -> io::Result<Source> {
        let reports = self.stats_file().into_iter().chain(self.plot.as_deref()).filter_map(ReportFile::own_file);
        self.own_output.into_iter().chain(reports).try_for_each(|own| own.reject(source.identity()))?;
        Ok(source)
    }

    /// Returns the inputs named on a command line, or standard input if there are none.
    pub fn inputs(&self, names: &[OsString]) -> Vec<Input<'_>> {
        if names.is_empty() {
            return vec![self.input("-".into())];
        }
        names.iter().cloned().map(|name| self.input(name)).collect()
    }

    /// Shows the progress of reading `names`, if requested. By default it is shown when standard
    /// error is a terminal and standard output is not, because a bar would disturb output there.
    pub fn progress(&self, names: &[OsString], output: &Output) -> Option<ByteProgress> {
        self.progress_towards(|| self.total_bytes(names), output)
    }

    /// Shows progress as [`Config::progress`] does, towards the number of bytes that `total`
    /// returns.
    pub fn progress_towards(&self, total: impl FnOnce() -> Option<u64>, output: &Output) -> Option<ByteProgress> {
        let wanted = match self.progress {
            When::Always => true,
            When::Never => false,
            When::Auto => io::stderr().is_terminal() && output.destination() != Destination::Terminal,
        };
        wanted.then(|| ByteProgress::start(Arc::clone(&self.stats), total()))
    }

    /// Shows progress as [`Config::progress`] does, and also if both outputs go to the same
    /// terminal, for a command that prints its few lines in [`ByteProgress::pause`].
    pub fn progress_with_pauses(&self, names: &[OsString]) -> Option<ByteProgress> {
        let wanted = match self.progress {
            When::Always => true,
            When::Never => false,
            When::Auto => io::stderr().is_terminal(),
        };
        wanted.then(|| ByteProgress::start(Arc::clone(&self.stats), self.total_bytes(names)))
    }

    /// Returns an environment variable that sets a preference, such as colours, or an empty string
    /// if it is unset.
    pub fn variable(&self, name: &str) -> String {
        self.variable_os(name).and_then(|value| value.into_string().ok()).unwrap_or_default()
    }

    /// Returns an environment variable that sets a preference, or `None` if it is unset.
    pub fn variable_os(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }

    /// Prints the statistics if they were requested.
    ///
    /// # Errors
    /// Returns an error if they cannot be written to their file or descriptor.
    pub fn finish(&self) -> anyhow::Result<()> {
        let Some((to, before)) = &self.wants_stats else { return Ok(()) };
        to.print(&self.stats, self.begun.elapsed(), Usage::now().since(*before))
    }
}

/// Resolves the requested period, and the options about log times.
///
/// Without a period, the local time zone is not looked up, because that reads a file.
///
/// # Errors
/// Returns an error if a time, zone, span or year is invalid.
pub fn times(times: &Times) -> anyhow::Result<Option<PeriodSearch>> {
    if times.since.is_none() && times.until.is_none() && times.around.is_none() {
        // A wrong value is an error even if nothing uses it.
        if times.log_option().is_some() || times.time_zone.is_some() {
            time_context(times)?;
        }
        return Ok(None);
    }
    let context = time_context(times)?;
    let now = context.now.to_zoned(context.zone.clone());
    let local = if times.utc || times.time_zone.is_some() { local_zone() } else { context.zone.clone() };
    let now = (&now, &local);
    let period = match &times.around {
        Some(text) => parse_around(text, now, context.first).map(Some),
        None => parse_period(times.since.as_deref(), times.until.as_deref(), now, context.first),
    };
    let period = period.map_err(anyhow::Error::msg)?;
    if let (Some(since), Some(until), Some(period)) = (&times.since, &times.until, &period)
        && let Some(note) = distant_end(since, until, period)
    {
        print_message(format_args!("mapped: {note}"));
    }
    Ok(period.map(|period| PeriodSearch::new(period, context)))
}

/// Prints a note if an option describes the times of the logs, but no option uses them. The zone is
/// often set by an alias, so it gives no note.
pub fn note_unused_times(times: &Times, is_used: bool, users: &str) {
    if !is_used && let Some(option) = times.log_option() {
        print_message(format_args!("mapped: {option} has no effect without --since, --until, --around{users}"));
    }
}

/// Resolves the requested period, or all of each log if there is none.
///
/// # Errors
/// Returns an error if a time, zone, span or year is invalid.
pub fn period_search(times: &Times) -> anyhow::Result<PeriodSearch> {
    let all = || Ok(PeriodSearch::new(Period::default(), time_context(times)?));
    self::times(times)?.map_or_else(all, Ok)
}

/// Reports in one message the logs without an entry in the period.
pub fn report_empty_logs(search: &PeriodSearch, output: &mut Output) {
    match search.conclusion() {
        Some((Some(name), message)) => output.report(&name, &io::Error::other(message)),
        Some((None, message)) => output.notice(&message),
        None => {}
    }
}

/// Parses the span of a `--timeline` row, in microseconds, or `None` if it is chosen automatically.
///
/// # Errors
/// Returns an error if the text is not a span of time.
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
    span.map(Some).ok_or_else(|| wrong("--timeline", text, "expected a span such as 30s, 10m, 1h or 1d"))
}

fn wrong(option: &str, value: &str, reason: &str) -> anyhow::Error {
    anyhow::Error::msg(invalid_value(option, value, reason))
}

/// Returns the context for log times when only their zone is known.
#[must_use]
pub fn local_times(zone: TimeZone) -> TimeContext {
    TimeContext {
        zone,
        now: jiff::Timestamp::now(),
        slack: jiff::SignedDuration::ZERO,
        hints: FormHints::default(),
        first: None,
        boot: crate::os::boot_time().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()),
        written: Arc::default(),
    }
}

/// Resolves the options about log times.
///
/// # Errors
/// Returns an error if a zone, span or year is invalid.
pub fn time_context(times: &Times) -> anyhow::Result<TimeContext> {
    let zone = match &times.time_zone {
        _ if times.utc => TimeZone::UTC,
        None => local_zone(),
        Some(name) if name.eq_ignore_ascii_case("local") => local_zone(),
        Some(name) => parse_zone(name).map_err(|error| wrong("--time-zone", name, &error))?,
    };
    let slack = parse_duration(&times.slack);
    let slack = slack.ok_or_else(|| wrong("--slack", &times.slack, "expected a span such as 1m or 30s"))?;
    let first = times.year.as_deref().map(|text| parse_first_date(text).map_err(|error| wrong("--year", text, &error)));
    if let Some(format) = &times.time_format
        && let Some(error) = without_directives(format)
    {
        return Err(wrong("--time-format", format, &error));
    }
    let hints = FormHints { format: times.time_format.clone(), key: times.time_key.clone() };
    Ok(TimeContext { slack, hints, first: first.transpose()?, ..local_times(zone) })
}

/// Opens files, decoded if requested, but never the one that output is written to: reading that
/// would never end.
impl Open for Config {
    fn source(&self, file: &FileRef, range: Range) -> io::Result<Source> {
        self.engine.source(file, range).and_then(|source| self.reject_own_output(source))
    }

    fn prepare(&self, source: Source, range: Range) -> io::Result<(Source, Option<InputKind>)> {
        Ok((self.decoded(source, range)?, None))
    }
}

/// Returns the width of standard output, if it is a terminal that reports its width.
pub fn terminal_columns(output: &Output) -> Option<usize> {
    crate::os::posix::columns(output.fd()).map(usize::from)
}

/// Returns the directory for temporary files: `TMPDIR`, or `/tmp` if that is unset or empty. Windows
/// has its own variables for it.
pub fn temporary_directory() -> std::path::PathBuf {
    if cfg!(windows) {
        return std::env::temp_dir();
    }
    std::env::var_os("TMPDIR").filter(|name| !name.is_empty()).map_or_else(|| "/tmp".into(), Into::into)
}

/// Returns the maximum number of threads when address space is limited (`ulimit -v`).
///
/// glibc's allocator reserves 64 MiB of address space for each thread, and briefly twice that
/// (HEAP_MAX_SIZE, malloc/arena.c). With 300 MB, eight threads had none left for reading.
fn max_threads() -> usize {
    const ARENA: u64 = 128 << 20;
    let Some(left) = available_address_space() else { return usize::MAX };
    usize::try_from(1 + left / ARENA).unwrap_or(usize::MAX)
}

/// Returns the maximum block size in bytes when address space is limited (`ulimit -v`).
///
/// A worker holds a window, its text, which doubles as it grows, and perhaps a buffer and a spare
/// one. The allocator also reserves address space for each thread.
fn max_block(threads: usize) -> usize {
    let Some(left) = available_address_space().and_then(|left| usize::try_from(left).ok()) else { return usize::MAX };
    1 << (left / threads.max(1) / 16).max(64 << 10).ilog2()
}

/// Returns whether to colour output. `NO_COLOR` (<https://no-color.org>) and a dumb terminal
/// disable colour unless it is requested.
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
