//! Runs `--timeline` and prints the counts: as bars on a terminal, and otherwise as CSV or JSON.

use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::Mutex;

use serde::Serialize;

use crate::app::config::{period_search, terminal_columns, timeline_span};
use crate::cli::grep::GrepArgs;
use crate::engine::{COUNTING_BLOCK, Pipeline, Plan, SplitAt};
use crate::exit::Exit;
use crate::os::posix::OsStrExt;
use crate::output::{Destination, Output, append_json, escape_name, print_message};
use crate::select::PeriodSearch;

use super::super::Run;
use super::super::open::Opener;
use super::super::open::start::InputStarts;
use super::super::walk::sort;
use super::entries::POSITION_UNIT;
use super::histogram::Histogram;
use super::table::{Axis, CountTable, ROWS};
use super::{Timeline, TimelineKernel, plot};

/// The format of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TimelineFormat {
    Bars(usize),
    Csv,
    Json,
}

impl Run<'_> {
    /// Prints the number of selected lines in each span of time.
    pub fn timeline(&self, files: Vec<OsString>, args: &GrepArgs, output: &mut Output) -> anyhow::Result<Exit> {
        let printing = &args.printing;
        let Run { settings, config, .. } = self;
        let span = printing.timeline.as_deref().map_or(Ok(None), timeline_span)?;
        let search = self.period.clone().map_or_else(|| period_search(&self.inputs.times), Ok)?;
        let starts = InputStarts::default();
        let opener = Opener { period: Some(&search), part: None, timeline: true, ..self.opener(&starts) };
        let inputs = sort::sorted(self.walk.files(files), self.inputs).map(|found| opener.next(found));
        let kernel =
            TimelineKernel { settings, starts: &starts, zone: &search.context.zone, span, grid: Mutex::default() };
        let terminator = settings.query.terminator;
        let plan = config.engine.plan(SplitAt::Lines { terminator, or_nul: false }, COUNTING_BLOCK);
        let collapse_holes = !(settings.multiline || settings.query.may_match_among_nuls());
        let plan = Plan { collapse_holes, ..plan };
        let outcome = config.engine.run(
            inputs,
            Pipeline { kernel: &kernel, plan, session: &config.stats },
            Timeline::default(),
            output,
        );
        outcome.output?;
        let mut timeline = outcome.carry;
        let layout = match output.destination() {
            _ if printing.json => TimelineFormat::Json,
            Destination::Terminal => TimelineFormat::Bars(terminal_columns(output).unwrap_or(80)),
            _ => TimelineFormat::Csv,
        };
        let (any, failed) = (timeline.selected > 0, timeline.failed || outcome.failed);
        let is_reported = timeline.covers.is_none() && !args.inputs.no_messages;
        let untimed = without_times(&timeline.untimed).filter(|_| is_reported);
        let tables = tables(&mut timeline, span, &search)?;
        for table in &tables {
            print_table(table, layout, output)?;
        }
        output.flush()?;
        if let Some(message) = untimed {
            print_message(format_args!("mapped: {message}; lines are counted by their position"));
        }
        if let Some(plot) = &config.plot {
            let svg = plot::draw(&tables, &plot::title(args)).map_err(|error| anyhow::anyhow!("chart: {error}"))?;
            plot.write(svg.as_bytes())?;
        }
        Ok(match (any, failed) {
            (_, true) => Exit::Error,
            (true, false) => Exit::Success,
            (false, false) => Exit::NoMatch,
        })
    }
}

/// Returns a message about the inputs without times, if there are any.
fn without_times(untimed: &[(Vec<u8>, u64, Histogram)]) -> Option<String> {
    match untimed {
        [] => None,
        [(name, ..)] => Some(format!("{}: no line with a time was found", escape_name(OsStr::from_bytes(name)))),
        many => Some(format!("no line with a time was found in {} files", many.len())),
    }
}

/// Returns the table of the counts by time, if there are any, and those of the inputs without times.
fn tables(timeline: &mut Timeline, span: Option<i64>, search: &PeriodSearch) -> anyhow::Result<Vec<CountTable>> {
    let mut tables = Vec::new();
    if let Some(covers) = timeline.covers {
        // Rows cover the requested window, or else the whole log.
        let first = search.period.since.unwrap_or(covers.0);
        let last = search.period.until.unwrap_or(covers.1).max(first);
        tables.extend(CountTable::by_time(timeline, span, (first, last), &search.context.zone)?);
    }
    for (name, len, positions) in &mut timeline.untimed {
        let last = i64::try_from(len.saturating_sub(1) / POSITION_UNIT).unwrap_or(i64::MAX);
        let (width, rows) = positions.rows(0, last, ROWS);
        let file = Some(String::from_utf8_lossy(name).into_owned());
        tables.push(CountTable { file, rows: rows.collect(), width, axis: Axis::Offset });
    }
    Ok(tables)
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

/// Prints a table.
fn print_table(table: &CountTable, layout: TimelineFormat, output: &mut Output) -> io::Result<()> {
    let what = if let Axis::Time(..) = table.axis { "time" } else { "offset" };
    let label = |position: i64| table.label(position, matches!(layout, TimelineFormat::Bars(_)));
    let max = table.rows.iter().map(|row| row.1).max().unwrap_or(0);
    let labels = table.rows.last().map_or(0, |row| label(row.0).len());
    let digits = max.to_string().len();
    let mut text = String::new();
    match (layout, &table.file) {
        (TimelineFormat::Csv, Some(_)) => text += &format!("file,{what},matches\n"),
        (TimelineFormat::Csv, None) => text += &format!("{what},matches\n"),
        (TimelineFormat::Bars(_), Some(name)) => text += &format!("{}\n", escape_name(OsStr::new(name))),
        _ => {}
    }
    for &(position, count) in &table.rows {
        let label = label(position);
        match layout {
            TimelineFormat::Bars(columns) => {
                let room = columns.saturating_sub(labels + digits + 4).max(10) as u64;
                // A row with any matches has a visible bar.
                let length = (u128::from(count) * u128::from(room)).div_ceil(u128::from(max.max(1)));
                let bar = "#".repeat(length as usize);
                text += format!("{label:>labels$}  {count:>digits$}  {bar}").trim_end();
            }
            TimelineFormat::Csv => {
                if let Some(name) = &table.file {
                    text += &quoted(name);
                    text.push(',');
                }
                text += &format!("{label},{count}");
            }
            TimelineFormat::Json => {
                let (time, offset) =
                    if table.file.is_none() { (Some(&label), None) } else { (None, label.parse().ok()) };
                let mut line = Vec::new();
                append_json(&JsonRow { file: table.file.as_deref(), time, offset, matches: count }, &mut line)?;
                text += &String::from_utf8_lossy(&line);
            }
        }
        text.push('\n');
        output.write_all(text.as_bytes())?;
        text.clear();
    }
    Ok(())
}

/// Returns a field in the format of CSV (RFC 4180).
fn quoted(field: &str) -> String {
    match field.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.to_owned(),
    }
}
