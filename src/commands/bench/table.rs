//! The figures as a table for people, a bar to each row, and the verdict under it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::measure::{Measured, Row};
use super::report::{Machine, pattern_word};
use super::settings::Settings;
use super::state::State;
use super::subject::Subject;
use super::verdict::Verdict;
use super::way::{Means, size};
use crate::cli::bench::Pattern;

/// How the table is to look.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to colour it.
    pub color: bool,
}

/// The bar's width under which it says nothing, and that beyond which it says no more.
const LEAST_BAR: usize = 12;
const MOST_BAR: usize = 40;

/// A column beside the way and the bar.
struct Column {
    name: &'static str,
    width: usize,
    cell: fn(&Row) -> String,
    /// On a narrow terminal the highest goes first; 0 stays. `--json` and `--csv` have them all.
    spare: u8,
}

const fn column(name: &'static str, width: usize, spare: u8, cell: fn(&Row) -> String) -> Column {
    Column { name, width, cell, spare }
}

static COLUMNS: [Column; 10] = [
    column("GB/s", 7, 0, |row| figure(row.speed())),
    column("±", 4, 0, |row| {
        let rate = row.rate().unwrap_or_default();
        format!("{:.0}%", (rate.high - rate.low) / 2.0 / rate.value * 100.0)
    }),
    column("time", 7, 0, |row| duration(row.seconds())),
    column("minor", 6, 0, |row| count(row.median(|usage| usage.minor_faults as f64))),
    column("major", 6, 1, |row| count(row.median(|usage| usage.major_faults as f64))),
    column("switches", 8, 4, |row| {
        count(row.median(|usage| (usage.voluntary_switches + usage.involuntary_switches) as f64))
    }),
    column("user", 7, 3, |row| duration(row.median(|usage| usage.user.as_secs_f64()))),
    column("system", 7, 2, |row| duration(row.median(|usage| usage.system.as_secs_f64()))),
    column("resident", 8, 5, |row| row.peak().map_or_else(|| "-".into(), size_short)),
    column(DEVICE, 8, 6, |row| row.device_bytes().map_or_else(|| "-".into(), size_short)),
];
/// Only where something came from a device.
const DEVICE: &str = "device";

/// Everything a person reads.
pub fn table(
    settings: &Settings,
    subjects: &[Subject],
    machine: &Machine,
    measured: &Measured,
    verdicts: &[Verdict<'_>],
    look: Look,
) -> String {
    let mut text = String::new();
    for subject in subjects {
        let on = subject.filesystem().map(|filesystem| format!(" on {filesystem}")).unwrap_or_default();
        let _ = writeln!(text, "{}: {}{on}", subject.shown(), size(subject.len()));
    }
    let _ = writeln!(
        text,
        "Linux {}, {} processor{}, {} of memory",
        machine.kernel,
        machine.processors,
        if machine.processors == 1 { "" } else { "s" },
        size(machine.memory)
    );
    let stride =
        if settings.pattern == Pattern::Stride { format!(" {}", size(settings.stride)) } else { String::new() };
    let _ = writeln!(
        text,
        "{} · {}{stride} · {} way{}, {} run{} each, shuffled by --seed {}",
        settings.work_text.escape_debug(),
        pattern_word(settings.pattern),
        settings.ways.len(),
        if settings.ways.len() == 1 { "" } else { "s" },
        settings.runs,
        if settings.runs == 1 { "" } else { "s" },
        settings.seed
    );
    for &state in &settings.states {
        text.push('\n');
        push_state(&mut text, settings, measured, state, look);
        if let Some(verdict) = verdicts.iter().find(|verdict| verdict.state == state) {
            text.push('\n');
            for sentence in &verdict.sentences {
                push_wrapped(&mut text, sentence, look.width.clamp(40, 100));
            }
        }
    }
    text.push('\n');
    for (block, answer) in &measured.answers {
        let of = block.map(|block| format!(" in accesses of {}", size(block))).unwrap_or_default();
        let _ = writeln!(text, "Every way found the same{of}: {answer}");
    }
    for note in &measured.notes {
        let _ = writeln!(text, "Note: {note}");
    }
    for line in left_out(measured) {
        let _ = writeln!(text, "* {line}");
    }
    text
}

fn push_state(text: &mut String, settings: &Settings, measured: &Measured, state: State, look: Look) {
    let mut rows: Vec<&Row> = measured.rows.iter().filter(|row| row.state == state).collect();
    let speed = |row: &Row| row.rate().map_or(-1.0, |rate| rate.value);
    rows.sort_by(|a, b| speed(b).total_cmp(&speed(a)));
    let most = rows.first().map_or(0.0, |row| speed(row));
    let from_device = rows.iter().any(|row| row.device_bytes().is_some_and(|bytes| bytes > 0.0));
    let labels = rows.iter().map(|row| row.way.label(settings.pattern).chars().count()).max().unwrap_or(0).max(5);
    let (columns, bar) = fit(look.width, labels, from_device);
    let heading = if look.color { Style::new().bold() } else { Style::new() };
    let _ = write!(text, "{heading}{:<labels$}", state.word());
    for (index, Column { name, width, .. }) in columns.iter().enumerate() {
        let _ = write!(text, " {name:>width$}");
        if index == 0 {
            let _ = write!(text, " {:bar$}", "");
        }
    }
    let _ = writeln!(text, "{heading:#}");
    for row in rows {
        let style = if look.color { style(row) } else { Style::new() };
        let label = row.way.label(settings.pattern);
        let Some(rate) = row.rate() else {
            let why = match (&row.unavailable, row.left_out.first()) {
                (Some(reason), _) => format!("not to be had: {reason}"),
                (None, Some((_, reason))) => format!("left out: {reason}"),
                (None, None) => "not measured".to_owned(),
            };
            let _ = writeln!(text, "{label:<labels$} {why}");
            continue;
        };
        let _ = write!(text, "{label:<labels$}");
        for (index, Column { width, cell, .. }) in columns.iter().enumerate() {
            let _ = write!(text, " {:>width$}", cell(row));
            if index == 0 {
                let _ = write!(text, " {style}{}{style:#}", bar_of(rate.value / most, bar));
            }
        }
        if !row.left_out.is_empty() {
            let _ = write!(text, " *");
        }
        text.push('\n');
    }
}

/// The columns that fit beside labels of this width, and how wide the bar is then.
fn fit(width: usize, labels: usize, from_device: bool) -> (Vec<&'static Column>, usize) {
    let mut columns: Vec<&Column> = COLUMNS.iter().filter(|column| from_device || column.name != DEVICE).collect();
    loop {
        let fixed = labels + 1 + columns.iter().map(|column| column.width + 1).sum::<usize>();
        let most_spare = columns.iter().map(|column| column.spare).max().unwrap_or(0);
        if fixed + LEAST_BAR <= width || most_spare == 0 {
            return (columns, width.saturating_sub(fixed).clamp(LEAST_BAR, MOST_BAR));
        }
        columns.retain(|column| column.spare < most_spare);
    }
}

/// How many runs do not count though others of their row do, for each state.
fn left_out(measured: &Measured) -> Vec<String> {
    let mut lines = Vec::new();
    for state in [State::Cold, State::Warm] {
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

/// One colour for what reads, one for what maps, one for what decides.
fn style(row: &Row) -> Style {
    let color = match row.way.means {
        Means::Auto => AnsiColor::Green,
        _ if row.way.is_read() => AnsiColor::Yellow,
        _ => AnsiColor::Cyan,
    };
    Style::new().fg_color(Some(color.into()))
}

/// A bar in eighths of a column.
fn bar_of(share: f64, width: usize) -> String {
    let eighths = (share.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    bar.push_str(["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]);
    let drawn = bar.chars().count();
    bar.extend(std::iter::repeat_n(' ', width.saturating_sub(drawn)));
    bar
}

fn push_wrapped(text: &mut String, sentence: &str, width: usize) {
    let mut column = 0;
    for word in sentence.split(' ') {
        let len = word.chars().count();
        if column > 0 && column + 1 + len > width {
            text.push_str("\n  ");
            column = 2;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += len;
    }
    text.push('\n');
}

/// Throughput with its unit, for sentences.
pub fn rate(gb_per_second: f64) -> String {
    format!("{} GB/s", figure(gb_per_second))
}

/// Three digits that matter.
fn figure(value: f64) -> String {
    match value {
        value if value >= 99.95 => format!("{value:.0}"),
        value if value >= 9.995 => format!("{value:.1}"),
        value if value >= 0.9995 => format!("{value:.2}"),
        value if value >= 0.099_95 => format!("{value:.3}"),
        value if value >= 0.009_995 => format!("{value:.4}"),
        value => format!("{value:.5}"),
    }
}

/// Seconds as people read them: `1.24 s`, `143 ms`, `3.1 µs`.
pub fn duration(seconds: f64) -> String {
    match seconds {
        seconds if seconds >= 0.9995 => format!("{seconds:.2} s"),
        seconds if seconds >= 0.009_995 => format!("{:.0} ms", seconds * 1e3),
        seconds if seconds >= 0.000_999_5 => format!("{:.1} ms", seconds * 1e3),
        seconds if seconds >= 0.000_009_995 => format!("{:.0} µs", seconds * 1e6),
        // Less than half of the last digit shown.
        seconds if seconds < 0.000_000_05 => "0".into(),
        seconds => format!("{:.1} µs", seconds * 1e6),
    }
}

/// A count, shortened where its last digits say nothing. Means over many passes may be fractions.
pub fn count(value: f64) -> String {
    match value {
        value if value >= 9_999_500.0 => format!("{:.0}M", value / 1e6),
        value if value >= 99_950.0 => format!("{:.0}k", value / 1e3),
        value if value.fract().abs() < 0.05 || value >= 10.0 => format!("{value:.0}"),
        value => format!("{value:.1}"),
    }
}

fn size_short(bytes: f64) -> String {
    match bytes {
        bytes if bytes >= 1023.95 * 1048576.0 => format!("{:.2} GiB", bytes / 1073741824.0),
        bytes if bytes >= 1023.5 * 1024.0 => format!("{:.0} MiB", bytes / 1048576.0),
        bytes => format!("{:.0} KiB", bytes / 1024.0),
    }
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
        for (width, labels) in [(80, 17), (100, 18), (120, 20), (300, 20)] {
            let (columns, bar) = fit(width, labels, true);
            assert!((LEAST_BAR..=MOST_BAR).contains(&bar));
            let used = labels + columns.iter().map(|column| column.width + 1).sum::<usize>() + 1 + bar;
            assert!(used <= width, "{used} columns of {width}");
        }
        assert_eq!(fit(300, 20, true).0.len(), COLUMNS.len());
        assert_eq!(fit(300, 20, false).0.len(), COLUMNS.len() - 1);
    }

    #[test]
    fn figures_for_people() {
        assert_eq!([14.236, 8.1, 0.5, 0.014, 123.4].map(figure), ["14.2", "8.10", "0.500", "0.0140", "123"]);
        assert_eq!(
            [1.5, 0.143, 0.0015, 0.000_031, 3.14e-6, 0.0].map(duration),
            ["1.50 s", "143 ms", "1.5 ms", "31 µs", "3.1 µs", "0"]
        );
        assert_eq!([0.0, 1.25, 524_288.0, 99.0].map(count), ["0", "1.2", "524k", "99"]);
        assert_eq!([4096.0, 5_242_880.0, 2_147_483_648.0].map(size_short), ["4 KiB", "5 MiB", "2.00 GiB"]);
    }

    #[test]
    fn sentences_are_wrapped_between_words() {
        let mut text = String::new();
        push_wrapped(&mut text, "one two three four", 9);
        assert_eq!(text, "one two\n  three\n  four\n");
    }
}
