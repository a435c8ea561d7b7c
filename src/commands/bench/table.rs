//! Formats the figures as a human-readable table, with a bar in each row and the verdict below. A
//! narrow terminal omits some figures; `--json` and `--csv` always include all.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::compare::Comparison;
use super::figures::{count, duration, figure, size_short};
use super::findings::Findings;
use super::method::{Calls, size};
use super::row::{Measurements, Row};
use super::settings::{BenchSettings, pattern_word};
use super::state::CacheState;
use crate::cli::bench::AccessPattern;
use crate::output::fold;

/// The display settings of the table.
#[derive(Clone, Copy, Debug)]
pub struct TableStyle {
    /// The number of columns of the terminal.
    pub width: usize,
    /// Whether to use colour.
    pub color: bool,
}

impl TableStyle {
    /// Returns the maximum width of sentences, because long lines are hard to read.
    fn prose(self) -> usize {
        self.width.clamp(20, 100)
    }
}

/// The narrowest bar that is readable, and the widest one that is useful.
const MIN_BAR: usize = 8;
const MAX_BAR: usize = 40;

/// A column other than the method and the bar.
struct Column {
    name: &'static str,
    width: usize,
    cell: fn(&Row) -> String,
    /// The priority with which a narrow terminal drops the column: the highest first, and 0 never.
    spare: u8,
    shown: Shown,
}

/// The condition for showing a column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Always,
    /// Shown if accesses are not sequential.
    Scattered,
    /// Shown if everything is read in order.
    Sequential,
    /// Shown if bytes were read from a device.
    FromDevice,
}

const fn column(name: &'static str, width: usize, spare: u8, cell: fn(&Row) -> String) -> Column {
    Column { name, width, cell, spare, shown: Shown::Always }
}

fn latency(row: &Row, share: f64) -> String {
    row.latency(share).map_or_else(|| "-".into(), duration)
}

static COLUMNS: [Column; 14] = [
    column("GB/s", 7, 0, |row| figure(row.speed())),
    column("±", 4, 0, |row| {
        let rate = row.rate().unwrap_or_default();
        format!("{:.0}%", (rate.high - rate.low) / 2.0 / rate.value * 100.0)
    }),
    Column { shown: Shown::Sequential, ..column("time", 7, 1, |row| duration(row.seconds())) },
    Column { shown: Shown::Scattered, ..column("IOPS", 6, 1, |row| row.iops().map_or_else(|| "-".into(), count)) },
    Column { shown: Shown::Scattered, ..column("p50", 7, 2, |row| latency(row, 0.5)) },
    Column { shown: Shown::Scattered, ..column("p99", 7, 3, |row| latency(row, 0.99)) },
    Column { shown: Shown::Scattered, ..column("p99.9", 7, 4, |row| latency(row, 0.999)) },
    column("minor", 6, 4, |row| count(row.median(|usage| usage.minor_faults as f64))),
    column("major", 6, 5, |row| count(row.median(|usage| usage.major_faults as f64))),
    column("switches", 8, 8, |row| {
        count(row.median(|usage| (usage.voluntary_switches + usage.involuntary_switches) as f64))
    }),
    column("user", 7, 7, |row| duration(row.processor_time().user)),
    column("system", 7, 6, |row| duration(row.processor_time().system)),
    column("resident", 8, 9, |row| row.peak().map_or_else(|| "-".into(), size_short)),
    Column {
        shown: Shown::FromDevice,
        ..column("device", 8, 10, |row| row.device_bytes().map_or_else(|| "-".into(), size_short))
    },
];

/// Returns the whole report as human-readable text.
pub fn table(findings: &Findings<'_>, style: TableStyle) -> String {
    let mut text = fold(&head(findings), style.width, 2);
    let Findings { settings, measured, verdicts, .. } = findings;
    for &state in &settings.states {
        text.push('\n');
        if let Some((_, reason)) = measured.blocked.iter().find(|(blocked, _)| *blocked == state) {
            push_wrapped(&mut text, &format!("{}: not measured ({reason})", state.word()), style.prose());
            continue;
        }
        push_state(&mut text, settings, measured, state, style);
        if let Some(verdict) = verdicts.iter().find(|verdict| verdict.state == state) {
            text.push('\n');
            for sentence in &verdict.sentences {
                push_wrapped(&mut text, sentence, style.prose());
            }
        }
    }
    text.push('\n');
    for sentence in findings.comparison.iter().flat_map(Comparison::sentences) {
        push_wrapped(&mut text, &sentence, style.prose());
    }
    for (block, answer) in &measured.answers {
        let of = block.map(|block| format!(" in accesses of {}", size(block))).unwrap_or_default();
        push_wrapped(&mut text, &format!("All methods gave the same result{of}: {answer}"), style.width);
    }
    for note in &measured.notes {
        push_wrapped(&mut text, &format!("Note: {note}"), style.width);
    }
    for line in left_out(measured) {
        push_wrapped(&mut text, &format!("* {line}"), style.width);
    }
    text
}

/// Returns the lines that describe the files, the work and the machine.
fn head(Findings { settings, subjects, machine, measured, .. }: &Findings<'_>) -> String {
    let mut text = String::new();
    for subject in *subjects {
        let on = subject.filesystem().map(|filesystem| format!(" on {filesystem}")).unwrap_or_default();
        let _ = writeln!(text, "{}: {}{on}", subject.shown(), size(subject.len()));
    }
    let _ = writeln!(
        text,
        "{} {}, {} processor{}, {} of memory",
        machine.system,
        machine.kernel,
        machine.processors,
        if machine.processors == 1 { "" } else { "s" },
        size(machine.memory)
    );
    let stride =
        if settings.pattern == AccessPattern::Stride { format!(" {}", size(settings.stride)) } else { String::new() };
    let in_state = |state: &CacheState| measured.rows.iter().filter(|row| row.state == *state).count();
    let methods = settings.states.iter().map(in_state).max().unwrap_or(0);
    let _ = writeln!(
        text,
        "{} · {}{stride} · {methods} method{}, {} run{} each, shuffled by --seed {}",
        settings.work_text.escape_debug(),
        pattern_word(settings.pattern),
        if methods == 1 { "" } else { "s" },
        settings.runs,
        if settings.runs == 1 { "" } else { "s" },
        settings.seed
    );
    text
}

fn push_state(
    text: &mut String,
    settings: &BenchSettings,
    measured: &Measurements,
    state: CacheState,
    style: TableStyle,
) {
    let mut rows: Vec<&Row> = measured.rows.iter().filter(|row| row.state == state).collect();
    let speed = |row: &Row| row.rate().map_or(-1.0, |rate| rate.value);
    rows.sort_by(|a, b| speed(b).total_cmp(&speed(a)));
    let max = rows.first().map_or(0.0, |row| speed(row));
    let is_shown = |shown: Shown| match shown {
        Shown::Always => true,
        Shown::Scattered => settings.pattern != AccessPattern::Sequential,
        Shown::Sequential => settings.pattern == AccessPattern::Sequential,
        Shown::FromDevice => rows.iter().any(|row| row.device_bytes().is_some_and(|bytes| bytes > 0.0)),
    };
    let labels = rows.iter().map(|row| row.method.label(settings.pattern).chars().count()).max().unwrap_or(0).max(5);
    let (columns, bar) = fit(style.width, labels, is_shown);
    let heading = if style.color { Style::new().bold() } else { Style::new() };
    let _ = write!(text, "{heading}{:<labels$}", state.word());
    for (index, Column { name, width, .. }) in columns.iter().enumerate() {
        let _ = write!(text, " {name:>width$}");
        if index == 0 {
            let _ = write!(text, " {:bar$}", "");
        }
    }
    let _ = writeln!(text, "{heading:#}");
    for row in rows {
        let color = if style.color { row_style(row) } else { Style::new() };
        let label = row.method.label(settings.pattern);
        let Some(rate) = row.rate() else {
            let why = match (&row.unavailable, row.left_out.first()) {
                (Some(reason), _) => format!("not available: {reason}"),
                (None, Some((_, reason))) => format!("left out: {reason}"),
                (None, None) => "not measured".to_owned(),
            };
            push_wrapped(text, &format!("{label:<labels$} {why}"), style.width);
            continue;
        };
        let _ = write!(text, "{label:<labels$}");
        for (index, Column { width, cell, .. }) in columns.iter().enumerate() {
            let _ = write!(text, " {:>width$}", cell(row));
            if index == 0 {
                let _ = write!(text, " {color}{}{color:#}", bar_of(rate.value / max, bar));
            }
        }
        if !row.left_out.is_empty() {
            let _ = write!(text, " *");
        }
        text.push('\n');
    }
}

/// Returns the columns that fit next to labels of this width, and the width that remains for the
/// bar.
fn fit(width: usize, labels: usize, is_shown: impl Fn(Shown) -> bool) -> (Vec<&'static Column>, usize) {
    let mut columns: Vec<&Column> = COLUMNS.iter().filter(|column| is_shown(column.shown)).collect();
    loop {
        let fixed = labels + 1 + columns.iter().map(|column| column.width + 1).sum::<usize>();
        let max_spare = columns.iter().map(|column| column.spare).max().unwrap_or(0);
        if fixed + MIN_BAR <= width || max_spare == 0 {
            return (columns, width.saturating_sub(fixed).min(MAX_BAR));
        }
        columns.retain(|column| column.spare < max_spare);
    }
}

/// Returns a line for each state with the number of invalid runs in rows that also have valid ones.
fn left_out(measured: &Measurements) -> Vec<String> {
    let mut lines = Vec::new();
    for state in [CacheState::Cold, CacheState::Warm] {
        let rows = || measured.rows.iter().filter(|row| row.state == state && !row.samples.is_empty());
        let left: usize = rows().map(|row| row.left_out.len()).sum();
        if let Some((_, reason)) = rows().flat_map(|row| &row.left_out).next() {
            lines.push(format!(
                "{left} run{} not {}, left out: {reason}",
                if left == 1 { "" } else { "s" },
                state.word()
            ));
        }
    }
    lines
}

/// Returns the colour of a row: one for reads, one for mappings, one for `--io auto`.
fn row_style(row: &Row) -> Style {
    let color = match row.method.calls {
        Calls::Auto => AnsiColor::Green,
        _ if row.method.is_read() => AnsiColor::Yellow,
        _ => AnsiColor::Cyan,
    };
    Style::new().fg_color(Some(color.into()))
}

/// Returns a bar with a resolution of an eighth of a column.
fn bar_of(share: f64, width: usize) -> String {
    let eighths = (share.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    bar.push_str(["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]);
    let drawn = bar.chars().count();
    bar.extend(std::iter::repeat_n(' ', width.saturating_sub(drawn)));
    bar
}

/// Appends a sentence, broken between words, and a newline.
fn push_wrapped(text: &mut String, sentence: &str, width: usize) {
    text.push_str(&fold(sentence, width, 2));
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_wide_as_they_should_be() {
        assert_eq!(bar_of(0.5, 4), "██  ");
        assert_eq!(bar_of(1.0, 4), "████");
        assert_eq!(bar_of(0.0, 4), "    ");
        assert_eq!(bar_of(0.28125, 4), "█▏  ");
    }

    #[test]
    fn a_narrow_terminal_keeps_its_bars() {
        // Regression: the rows were wider than a 50-column terminal.
        let (columns, bar) = fit(50, 32, |shown| shown != Shown::Scattered);
        assert_eq!((columns.len(), bar), (2, 4));
        for (width, labels) in [(84, 17), (100, 22), (120, 24), (300, 30)] {
            let (columns, bar) = fit(width, labels, |shown| shown != Shown::Sequential);
            assert!((MIN_BAR..=MAX_BAR).contains(&bar));
            let used = labels + columns.iter().map(|column| column.width + 1).sum::<usize>() + 1 + bar;
            assert!(used <= width, "{used} columns of {width}");
        }
        assert_eq!(fit(300, 20, |_| true).0.len(), COLUMNS.len());
        assert_eq!(fit(300, 20, |shown| shown == Shown::Always).0.len(), 8);
    }
}
