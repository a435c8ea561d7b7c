//! Draws the figures as a chart: a bar for each way, a panel for each state, the spread as a
//! whisker.
//!
//! The SVG viewer sets the text, so no font of this machine is needed. The colours follow the
//! viewer's preference for a light or dark page.

use std::fmt::Write as _;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::figures::{count, duration, rate};
use super::findings::Findings;
use super::row::Row;
use super::scale::Scale;
use super::settings::pattern_word;
use super::state::State;
use super::subject::Subject;
use super::way::{Means, Way, size};

const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
const INK: RGBColor = RGBColor(0x1f, 0x23, 0x28);
const FAINT: RGBColor = RGBColor(0x59, 0x63, 0x6e);
const GRID: RGBColor = RGBColor(0xe4, 0xe7, 0xeb);
const READ: RGBColor = RGBColor(0xe0, 0x8a, 0x1e);
const MAP: RGBColor = RGBColor(0x2b, 0x7a, 0xb8);
const AUTO: RGBColor = RGBColor(0x3a, 0x9d, 0x5d);

/// The colours that replace those of a light page on a dark one.
const DARK: [(RGBColor, &str); 7] = [
    (PAPER, "#0d1117"),
    (INK, "#e6edf3"),
    (FAINT, "#9da7b3"),
    (GRID, "#2a313a"),
    (READ, "#e8a33d"),
    (MAP, "#58a6e0"),
    (AUTO, "#56b877"),
];

/// Measures in pixels.
const MARGIN: i32 = 24;
const HEAD: i32 = 84;
const FOOT: i32 = 50;
const PANEL: i32 = 360;
const GAP: i32 = 30;
const STEP: i32 = 26;
const BAR: i32 = 17;
/// Width of a character of a label.
const CHARACTER: i32 = 8;

/// The outcome of drawing.
pub type Drawn<T> = Result<T, DrawingAreaErrorKind<std::io::Error>>;

/// Returns the chart as SVG.
///
/// # Errors
/// Never fails in practice, because the chart is drawn in memory.
pub fn draw(findings: &Findings<'_>) -> Drawn<String> {
    let ways = ways(findings);
    let label = |way: &Way| way.label(findings.settings.pattern).chars().count() as i32;
    let labels = ways.iter().map(label).max().unwrap_or(0) * CHARACTER + 16;
    // Leave room after a bar for its figures.
    let figures = if findings.measured.rows.iter().any(|row| row.accesses.is_some()) { 250 } else { 130 };
    let panels = findings.settings.states.len() as i32;
    let width = 2 * MARGIN + labels + panels * (PANEL + figures) + (panels - 1) * GAP;
    let height = HEAD + 30 + ways.len() as i32 * STEP + FOOT;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (width as u32, height as u32)).into_drawing_area();
        root.fill(&PAPER)?;
        let chart = Chart { root, findings, ways };
        chart.write(&title(findings), 22, INK, (MARGIN, 30), HPos::Left)?;
        chart.write(&subtitle(findings), 13, FAINT, (MARGIN, 54), HPos::Left)?;
        for (index, state) in findings.settings.states.iter().enumerate() {
            let left = MARGIN + labels + index as i32 * (PANEL + figures + GAP);
            chart.panel(*state, left, index == 0)?;
        }
        chart.legend(width, height - 16)?;
        chart.root.present()?;
    }
    Ok(with_dark_colors(&svg))
}

/// Returns the ways in the order of their throughput in the first state, the fastest first.
fn ways(findings: &Findings<'_>) -> Vec<Way> {
    let mut rows: Vec<&Row> = findings.measured.rows.iter().collect();
    rows.sort_by(|a, b| b.speed().total_cmp(&a.speed()));
    let first = |row: &&Row| findings.settings.states.first() == Some(&row.state);
    let mut ways: Vec<Way> = Vec::new();
    for row in rows.iter().filter(|row| first(row)).chain(rows.iter().filter(|row| !first(row))) {
        if !ways.contains(&row.way) {
            ways.push(row.way);
        }
    }
    ways
}

/// Adds a style sheet that changes the colours on a dark page.
fn with_dark_colors(svg: &str) -> String {
    let mut style = String::from("<style>@media (prefers-color-scheme: dark) {");
    for (RGBColor(r, g, b), dark) in DARK {
        let light = format!("#{r:02X}{g:02X}{b:02X}");
        let _ = write!(style, "[fill=\"{light}\"]{{fill:{dark}}}[stroke=\"{light}\"]{{stroke:{dark}}}");
    }
    style.push_str("}</style>");
    let head = svg.find('>').map_or(0, |end| end + 1);
    format!("{}\n{style}{}", &svg[..head], &svg[head..])
}

/// A kind of way in the legend: its name, its colour, and whether a way belongs to it.
type Kind = (&'static str, RGBColor, fn(&Way) -> bool);

struct Chart<'c> {
    root: DrawingArea<SVGBackend<'c>, Shift>,
    findings: &'c Findings<'c>,
    ways: Vec<Way>,
}

impl Chart<'_> {
    fn write(&self, text: &str, size: i32, color: RGBColor, at: (i32, i32), anchor: HPos) -> Drawn<()> {
        let style = ("sans-serif", size).into_font().color(&color).pos(Pos::new(anchor, VPos::Center));
        self.root.draw(&Text::new(text.to_owned(), at, style))
    }

    fn line(&self, from: (i32, i32), to: (i32, i32), color: RGBColor) -> Drawn<()> {
        self.root.draw(&PathElement::new([from, to], color.stroke_width(1)))
    }

    /// Draws the bars of one state, with the names of the ways to the left if `is_first`.
    fn panel(&self, state: State, left: i32, is_first: bool) -> Drawn<()> {
        let rows: Vec<&Row> = self.findings.measured.rows.iter().filter(|row| row.state == state).collect();
        let most = rows.iter().filter_map(|row| row.rate()).map(|rate| rate.high.max(rate.value)).fold(0.0, f64::max);
        let scale = Scale::up_to(most);
        let across = |value: f64| left + (value / scale.end * f64::from(PANEL)).round() as i32;
        let bottom = HEAD + 30 + self.ways.len() as i32 * STEP;
        self.write(&format!("{}, GB/s", state.word()), 15, INK, (left, HEAD + 4), HPos::Left)?;
        for tick in scale.ticks() {
            let x = across(tick);
            self.line((x, HEAD + 20), (x, bottom), GRID)?;
            self.write(&scale.text(tick), 12, FAINT, (x, bottom + 12), HPos::Center)?;
        }
        let fastest = rows.iter().map(|row| row.speed()).fold(0.0, f64::max);
        for (line, way) in self.ways.iter().enumerate() {
            let middle = HEAD + 30 + line as i32 * STEP + STEP / 2;
            if is_first {
                self.write(&way.label(self.findings.settings.pattern), 14, INK, (left - 10, middle), HPos::Right)?;
            }
            match rows.iter().find(|row| row.way == *way) {
                Some(row) => self.bar(row, (left, middle), &across, row.speed() >= fastest)?,
                None => self.write("not measured in this state", 12, FAINT, (left + 4, middle), HPos::Left)?,
            }
        }
        self.line((left, HEAD + 20), (left, bottom), FAINT)
    }

    /// Draws one bar, its whisker and its figures.
    fn bar(&self, row: &Row, (left, middle): (i32, i32), across: &dyn Fn(f64) -> i32, is_fastest: bool) -> Drawn<()> {
        let Some(estimate) = row.rate() else {
            let why = if row.unavailable.is_some() { "not available here" } else { "left out: see the table" };
            return self.write(why, 12, FAINT, (left + 4, middle), HPos::Left);
        };
        let (top, end) = (middle - BAR / 2, across(estimate.value));
        self.root.draw(&Rectangle::new([(left, top), (end, top + BAR)], color_of(&row.way).filled()))?;
        // The middle half of the runs, as a whisker through the bar's end.
        let (low, high) = (across(estimate.low), across(estimate.high));
        self.line((low, middle), (high, middle), INK)?;
        for x in [low, high] {
            self.line((x, middle - 4), (x, middle + 4), INK)?;
        }
        let mut figures = rate(estimate.value);
        if let (Some(iops), Some(p99)) = (row.iops(), row.latency(0.99)) {
            let _ = write!(figures, " · {} IOPS · p99 {}", count(iops), duration(p99));
        }
        let (ink, fastest) = if is_fastest { (INK, "  fastest") } else { (FAINT, "") };
        self.write(&format!("{figures}{fastest}"), 13, ink, (end.max(high) + 7, middle), HPos::Left)
    }

    fn legend(&self, width: i32, y: i32) -> Drawn<()> {
        let mut at = MARGIN;
        let kinds: [Kind; 3] = [
            ("read into a buffer", READ, Way::is_read),
            ("mapped", MAP, Way::is_map),
            ("--io auto", AUTO, |way| way.means == Means::Auto),
        ];
        for (name, color, is_kind) in kinds {
            if self.ways.iter().any(is_kind) {
                self.root.draw(&Rectangle::new([(at, y - 6), (at + 12, y + 6)], color.filled()))?;
                self.write(name, 12, FAINT, (at + 18, y), HPos::Left)?;
                at += 18 + name.len() as i32 * 6 + 22;
            }
        }
        let runs = self.findings.measured.rows.iter().map(|row| row.samples.len()).max().unwrap_or(0);
        let runs = format!("estimates from {runs} runs; the middle half of them lies within the whiskers");
        self.write(&runs, 12, FAINT, (width - MARGIN, y), HPos::Right)
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
    format!("{what} · Linux {} · {} processors, {} of memory", machine.kernel, machine.processors, size(machine.memory))
}

fn color_of(way: &Way) -> RGBColor {
    match way.means {
        Means::Auto => AUTO,
        _ if way.is_read() => READ,
        _ => MAP,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_color_has_its_dark_counterpart() {
        let svg = with_dark_colors("<svg x=\"1\">\n<rect fill=\"#1F2328\"/></svg>");
        assert!(svg.starts_with("<svg x=\"1\">\n<style>@media (prefers-color-scheme: dark) {"), "{svg}");
        assert!(
            svg.contains("[fill=\"#1F2328\"]{fill:#e6edf3}")
                && svg.ends_with("</style>\n<rect fill=\"#1F2328\"/></svg>")
        );
    }
}
