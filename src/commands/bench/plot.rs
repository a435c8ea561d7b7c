//! Draws the figures as a chart: a bar for each method, a panel for each state, the spread as a
//! whisker.

use std::fmt::Write as _;

use plotters::style::RGBColor;

use super::figures::{count, duration, rate};
use super::findings::Findings;
use super::method::{Calls, Method, size};
use super::row::Row;
use super::settings::pattern_word;
use super::state::CacheState;
use super::subject::Subject;
use crate::output::Scale;
use crate::output::canvas::{Align, BLUE, Canvas, Drawn, FAINT, GREEN, GRID, INK, ORANGE};

const READ_COLOR: RGBColor = ORANGE;
const MAP_COLOR: RGBColor = BLUE;
const AUTO_COLOR: RGBColor = GREEN;

/// Dimensions in pixels.
const MARGIN: i32 = 24;
const HEAD: i32 = 84;
const FOOT: i32 = 50;
const PANEL: i32 = 360;
const GAP: i32 = 30;
const STEP: i32 = 26;
const BAR: i32 = 17;
/// The width of a label's character.
const CHARACTER: i32 = 8;

/// Returns the chart as SVG.
///
/// # Errors
/// Never fails in practice, because the chart is drawn in memory.
pub fn draw(findings: &Findings<'_>) -> Drawn<String> {
    let methods = methods(findings);
    let label = |method: &Method| method.label(findings.settings.pattern).chars().count() as i32;
    let labels = methods.iter().map(label).max().unwrap_or(0) * CHARACTER + 16;
    // Leave room after a bar for its figures.
    let figures = if findings.measured.rows.iter().any(|row| row.accesses.is_some()) { 250 } else { 130 };
    let panels = findings.settings.states.len() as i32;
    let width = 2 * MARGIN + labels + panels * (PANEL + figures) + (panels - 1) * GAP;
    let height = HEAD + 30 + methods.len() as i32 * STEP + FOOT;
    Canvas::draw((width, height), |canvas| {
        let chart = Chart { canvas, findings, methods };
        canvas.write(&title(findings), (22, INK), (MARGIN, 30), Align::Left)?;
        canvas.write(&subtitle(findings), (13, FAINT), (MARGIN, 54), Align::Left)?;
        for (index, state) in findings.settings.states.iter().enumerate() {
            let left = MARGIN + labels + index as i32 * (PANEL + figures + GAP);
            chart.panel(*state, left, index == 0)?;
        }
        chart.legend(width, height - 16)
    })
}

/// Returns the methods sorted by their throughput in the first state, the fastest first.
fn methods(findings: &Findings<'_>) -> Vec<Method> {
    let mut rows: Vec<&Row> = findings.measured.rows.iter().collect();
    rows.sort_by(|a, b| b.speed().total_cmp(&a.speed()));
    let first = |row: &&Row| findings.settings.states.first() == Some(&row.state);
    let mut methods: Vec<Method> = Vec::new();
    for row in rows.iter().filter(|row| first(row)).chain(rows.iter().filter(|row| !first(row))) {
        if !methods.contains(&row.method) {
            methods.push(row.method);
        }
    }
    methods
}

/// A kind of method in the legend: its name, its colour, and whether a method belongs to it.
type LegendEntry = (&'static str, RGBColor, fn(&Method) -> bool);

struct Chart<'c, 's> {
    canvas: &'c Canvas<'s>,
    findings: &'c Findings<'c>,
    methods: Vec<Method>,
}

impl Chart<'_, '_> {
    /// Draws the bars of one state, with the names of the methods to the left if `is_first`.
    fn panel(&self, state: CacheState, left: i32, is_first: bool) -> Drawn<()> {
        let rows: Vec<&Row> = self.findings.measured.rows.iter().filter(|row| row.state == state).collect();
        let max = rows.iter().filter_map(|row| row.rate()).map(|rate| rate.high.max(rate.value)).fold(0.0, f64::max);
        let scale = Scale::up_to(max);
        let across = |value: f64| left + (value / scale.end * f64::from(PANEL)).round() as i32;
        let bottom = HEAD + 30 + self.methods.len() as i32 * STEP;
        self.canvas.write(&format!("{}, GB/s", state.word()), (15, INK), (left, HEAD + 4), Align::Left)?;
        for tick in scale.ticks() {
            let x = across(tick);
            self.canvas.line((x, HEAD + 20), (x, bottom), GRID)?;
            self.canvas.write(&scale.text(tick), (12, FAINT), (x, bottom + 12), Align::Center)?;
        }
        let fastest = rows.iter().map(|row| row.speed()).fold(0.0, f64::max);
        for (line, method) in self.methods.iter().enumerate() {
            let middle = HEAD + 30 + line as i32 * STEP + STEP / 2;
            if is_first {
                self.canvas.write(
                    &method.label(self.findings.settings.pattern),
                    (14, INK),
                    (left - 10, middle),
                    Align::Right,
                )?;
            }
            match rows.iter().find(|row| row.method == *method) {
                Some(row) => self.bar(row, (left, middle), &across, row.speed() >= fastest)?,
                None => {
                    self.canvas.write("not measured in this state", (12, FAINT), (left + 4, middle), Align::Left)?;
                }
            }
        }
        self.canvas.line((left, HEAD + 20), (left, bottom), FAINT)
    }

    /// Draws one bar, its whisker and its figures.
    fn bar(&self, row: &Row, (left, middle): (i32, i32), across: &dyn Fn(f64) -> i32, is_fastest: bool) -> Drawn<()> {
        let Some(estimate) = row.rate() else {
            let why = if row.unavailable.is_some() { "not available here" } else { "left out: see the table" };
            return self.canvas.write(why, (12, FAINT), (left + 4, middle), Align::Left);
        };
        let (top, end) = (middle - BAR / 2, across(estimate.value));
        self.canvas.bar((left, top), (end, top + BAR), color_of(&row.method))?;
        // The middle half of the runs, as a whisker through the bar's end.
        let (low, high) = (across(estimate.low), across(estimate.high));
        self.canvas.line((low, middle), (high, middle), INK)?;
        for x in [low, high] {
            self.canvas.line((x, middle - 4), (x, middle + 4), INK)?;
        }
        let mut figures = rate(estimate.value);
        if let (Some(iops), Some(p99)) = (row.iops(), row.latency(0.99)) {
            let _ = write!(figures, " · {} IOPS · p99 {}", count(iops), duration(p99));
        }
        let (ink, fastest) = if is_fastest { (INK, "  fastest") } else { (FAINT, "") };
        self.canvas.write(&format!("{figures}{fastest}"), (13, ink), (end.max(high) + 7, middle), Align::Left)
    }

    fn legend(&self, width: i32, y: i32) -> Drawn<()> {
        let mut at = MARGIN;
        let kinds: [LegendEntry; 3] = [
            ("read into a buffer", READ_COLOR, Method::is_read),
            ("mapped", MAP_COLOR, Method::is_map),
            ("--io auto", AUTO_COLOR, |method| method.calls == Calls::Auto),
        ];
        for (name, color, is_kind) in kinds {
            if self.methods.iter().any(is_kind) {
                self.canvas.bar((at, y - 6), (at + 12, y + 6), color)?;
                self.canvas.write(name, (12, FAINT), (at + 18, y), Align::Left)?;
                at += 18 + name.len() as i32 * 6 + 22;
            }
        }
        let runs = self.findings.measured.rows.iter().map(|row| row.samples.len()).max().unwrap_or(0);
        let runs = format!("estimates from {runs} runs; the middle half of them lies within the whiskers");
        self.canvas.write(&runs, (12, FAINT), (width - MARGIN, y), Align::Right)
    }
}

fn title(Findings { settings, .. }: &Findings<'_>) -> String {
    let work: String = settings.work_text.chars().flat_map(char::escape_debug).take(60).collect();
    format!("mmap and read: {work}, {}", pattern_word(settings.pattern))
}

fn subtitle(Findings { subjects, machine, .. }: &Findings<'_>) -> String {
    let bytes = size(subjects.iter().map(Subject::len).sum());
    let what = match subjects {
        [one] => {
            let name = one.shown().rsplit('/').next().unwrap_or_default();
            let name = if one.is_temporary() { "temporary file" } else { name };
            let on = one.filesystem().map(|filesystem| format!(" on {filesystem}")).unwrap_or_default();
            format!("{}, {bytes}{on}", name.chars().take(48).collect::<String>())
        }
        several => format!("{} files, {bytes}", several.len()),
    };
    format!(
        "{what} · {} {} · {} processors, {} of memory",
        machine.system,
        machine.kernel,
        machine.processors,
        size(machine.memory)
    )
}

fn color_of(method: &Method) -> RGBColor {
    match method.calls {
        Calls::Auto => AUTO_COLOR,
        _ if method.is_read() => READ_COLOR,
        _ => MAP_COLOR,
    }
}
