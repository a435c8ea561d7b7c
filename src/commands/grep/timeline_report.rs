//! Runs `--timeline`, and prints it: a table with bars on a terminal, CSV elsewhere, or JSON.

use std::ffi::OsString;
use std::io;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::app::config::terminal_columns;
use crate::engine::{COUNTED, Cut};
use crate::exit::Exit;
use crate::output::{Destination, Output, append_json, escape_name};
use crate::select::PeriodSearch;

use super::open::Opener;
use super::start::Starts;
use super::timeline::{PLACE, SECOND, Timeline, TimelineKernel};
use super::{Run, sort};

/// The maximum number of rows if the span of a row may be chosen.
const ROWS: i64 = 48;

/// The maximum number of rows.
const MAX_ROWS: i64 = 1_000_000;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    Bars(usize),
    Csv,
    Json,
}

impl Run<'_> {
    /// Prints the number of selected lines in each span of time.
    pub fn timeline(
        &self,
        files: Vec<OsString>,
        search: &PeriodSearch,
        (span, is_json): (Option<i64>, bool),
        output: &mut Output,
    ) -> anyhow::Result<Exit> {
        let Run { settings, config, decoding, .. } = self;
        let starts = Starts::default();
        let opener =
            Opener { settings, config, decoding, period: Some(search), part: None, starts: &starts, timeline: true };
        let inputs = sort::sorted(self.walk.files(files), self.inputs).map(|found| opener.next(found));
        let kernel = TimelineKernel { settings, starts: &starts, zone: &search.context.zone, span };
        let terminator = settings.query.terminator;
        let plan = config.engine.plan(Cut::Lines { terminator, or_nul: false }, COUNTED);
        let outcome = config.engine.run(inputs, plan, &kernel, Timeline::default(), output, &config.stats);
        outcome.output?;
        let mut timeline = outcome.carry;
        let layout = match output.destination() {
            _ if is_json => Layout::Json,
            Destination::Terminal => Layout::Bars(terminal_columns(output).unwrap_or(80)),
            _ => Layout::Csv,
        };
        let (any, failed) = (timeline.selected > 0, timeline.failed || outcome.failed);
        print_times(&mut timeline, search, layout, output)?;
        print_places(&mut timeline, layout, output)?;
        output.flush()?;
        Ok(match (any, failed) {
            (_, true) => Exit::Error,
            (true, false) => Exit::Success,
            (false, false) => Exit::NoMatch,
        })
    }
}

/// Prints the counts by time.
fn print_times(
    timeline: &mut Timeline,
    search: &PeriodSearch,
    layout: Layout,
    output: &mut Output,
) -> anyhow::Result<()> {
    let (Some(times), Some(covers)) = (&mut timeline.times, timeline.covers) else { return Ok(()) };
    // Rows cover the requested window, or else the whole log.
    let first = search.period.since.unwrap_or(covers.0);
    let last = search.period.until.unwrap_or(covers.1).max(first);
    let offset = timeline.offset;
    let place = |time: Timestamp| time.as_microsecond() + offset * SECOND;
    let (width, rows) = times.rows(place(first), place(last), ROWS);
    anyhow::ensure!(
        (place(last) - place(first)) / width < MAX_ROWS,
        "--timeline: more than {MAX_ROWS} rows; choose a longer span or a shorter period"
    );
    let format = match (layout, width) {
        (Layout::Csv | Layout::Json, ..SECOND) => "%Y-%m-%dT%H:%M:%S%.6f%:z",
        (Layout::Csv | Layout::Json, _) => "%Y-%m-%dT%H:%M:%S%:z",
        (Layout::Bars(_), ..SECOND) => "%Y-%m-%d %H:%M:%S%.3f",
        (Layout::Bars(_), width) if width % (60 * SECOND) != 0 => "%Y-%m-%d %H:%M:%S",
        (Layout::Bars(_), width) if width % (86_400 * SECOND) != 0 => "%Y-%m-%d %H:%M",
        (Layout::Bars(_), _) => "%Y-%m-%d",
    };
    let rows = rows.map(|(place, count)| (show(place - offset * SECOND, &search.context.zone, format), count));
    print_rows(rows.collect(), ("time", None), layout, output)?;
    Ok(())
}

/// Prints the counts by position for inputs without times.
fn print_places(timeline: &mut Timeline, layout: Layout, output: &mut Output) -> io::Result<()> {
    for (name, len, places) in &mut timeline.untimed {
        let last = i64::try_from(len.saturating_sub(1) / PLACE).unwrap_or(i64::MAX);
        let (_, rows) = places.rows(0, last, ROWS);
        let rows = rows.map(|(place, count)| ((place as u64 * PLACE).to_string(), count)).collect();
        print_rows(rows, ("offset", Some(name)), layout, output)?;
    }
    Ok(())
}

fn show(microsecond: i64, zone: &TimeZone, format: &str) -> String {
    let time = Timestamp::from_microsecond(microsecond).unwrap_or(Timestamp::MIN);
    time.to_zoned(zone.clone()).strftime(format).to_string()
}

/// A row as JSON.
#[derive(Debug, Serialize)]
struct JsonRow<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<&'r String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    matches: u64,
}

/// Prints rows that are labelled by `(what, file)`.
fn print_rows(
    rows: Vec<(String, u64)>,
    (what, file): (&str, Option<&[u8]>),
    layout: Layout,
    output: &mut Output,
) -> io::Result<()> {
    let most = rows.iter().map(|row| row.1).max().unwrap_or(0);
    let labels = rows.iter().map(|row| row.0.len()).max().unwrap_or(0);
    let digits = most.to_string().len();
    let name = file.map(|name| String::from_utf8_lossy(name).into_owned());
    let mut text = String::new();
    match (layout, &name) {
        (Layout::Csv, Some(_)) => text += &format!("file,{what},matches\n"),
        (Layout::Csv, None) => text += &format!("{what},matches\n"),
        (Layout::Bars(_), Some(name)) => text += &format!("{}\n", escape_name(std::ffi::OsStr::new(name))),
        _ => {}
    }
    for (label, count) in rows {
        match layout {
            Layout::Bars(columns) => {
                let room = columns.saturating_sub(labels + digits + 4).max(10) as u64;
                // A row with any matches has a visible bar.
                let length = (u128::from(count) * u128::from(room)).div_ceil(u128::from(most.max(1)));
                let bar = "#".repeat(length as usize);
                text += format!("{label:>labels$}  {count:>digits$}  {bar}").trim_end();
            }
            Layout::Csv => {
                if let Some(name) = &name {
                    text += &quoted(name);
                    text.push(',');
                }
                text += &format!("{label},{count}");
            }
            Layout::Json => {
                let (time, offset) = if name.is_none() { (Some(&label), None) } else { (None, label.parse().ok()) };
                let mut line = Vec::new();
                append_json(&JsonRow { file: name.as_deref(), time, offset, matches: count }, &mut line)?;
                text += &String::from_utf8_lossy(&line);
            }
        }
        text.push('\n');
        output.write_all(text.as_bytes())?;
        text.clear();
    }
    Ok(())
}

/// Returns a field of CSV (RFC 4180).
fn quoted(field: &str) -> String {
    match field.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.to_owned(),
    }
}
