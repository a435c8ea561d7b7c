//! The figures as a chart: a bar for each way, a panel for each state, the spread as a whisker.
//!
//! Text is left to the viewer of the SVG; no font of this machine is needed or looked for.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::measure::{Measured, Row};
use super::report::{Machine, pattern_word};
use super::settings::Settings;
use super::subject::Subject;
use super::way::{Means, Way, size};

const INK: RGBColor = RGBColor(0x24, 0x29, 0x2f);
const FAINT: RGBColor = RGBColor(0x6e, 0x77, 0x81);
const GRID: RGBColor = RGBColor(0xe4, 0xe7, 0xeb);
const READ: RGBColor = RGBColor(0xe0, 0x8a, 0x1e);
const MAP: RGBColor = RGBColor(0x2b, 0x7a, 0xb8);
const AUTO: RGBColor = RGBColor(0x3a, 0x9d, 0x5d);

/// Measures in pixels.
const MARGIN: i32 = 24;
const HEAD: i32 = 84;
const FOOT: i32 = 44;
const LABELS: i32 = 190;
const PANEL: i32 = 430;
const GAP: i32 = 30;
const STEP: i32 = 26;
const BAR: i32 = 17;
/// Room behind a bar for its figure.
const FIGURE: i32 = 110;

/// Draws the chart to `path`.
///
/// # Errors
/// When the file cannot be written.
pub fn plot(
    path: &Path,
    settings: &Settings,
    subjects: &[Subject],
    machine: &Machine,
    measured: &Measured,
) -> anyhow::Result<()> {
    let is_svg = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg"));
    anyhow::ensure!(is_svg, "--plot draws SVG: give the file a name that ends in .svg");
    let mut svg = String::new();
    draw(&mut svg, settings, subjects, machine, measured).map_err(|error| anyhow::anyhow!("chart: {error}"))?;
    std::fs::write(path, svg).map_err(|error| {
        anyhow::anyhow!("{}: {}", crate::output::escape_name(path.as_os_str()), crate::output::message(&error))
    })
}

type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

fn draw(svg: &mut String, settings: &Settings, subjects: &[Subject], machine: &Machine, measured: &Measured) -> Drawn {
    let panels = settings.states.len() as i32;
    let ways = settings.ways.len() as i32;
    let width = 2 * MARGIN + LABELS + panels * PANEL + (panels - 1) * GAP;
    let height = HEAD + 30 + ways * STEP + FOOT;
    let root = SVGBackend::with_string(svg, (width as u32, height as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    let write = |text: &str, size: i32, color: RGBColor, at: (i32, i32), anchor: HPos| {
        let style = ("sans-serif", size).into_font().color(&color).pos(Pos::new(anchor, VPos::Center));
        root.draw(&Text::new(text.to_owned(), at, style))
    };

    write(&title(settings), 22, INK, (MARGIN, 30), HPos::Left)?;
    write(&subtitle(subjects, machine), 13, FAINT, (MARGIN, 54), HPos::Left)?;
    for (index, state) in settings.states.iter().enumerate() {
        let left = MARGIN + LABELS + index as i32 * (PANEL + GAP);
        let rows: Vec<&Row> = measured.rows.iter().filter(|row| row.state == *state).collect();
        let most = rows.iter().filter_map(|row| row.rate()).map(|rate| rate.high.max(rate.value)).fold(0.0, f64::max);
        let scale = Scale::up_to(most);
        let across = |value: f64| left + (value / scale.end * f64::from(PANEL - FIGURE)).round() as i32;
        let bottom = HEAD + 30 + ways * STEP;
        write(&format!("{}, GB/s", state.word()), 15, INK, (left, HEAD + 4), HPos::Left)?;
        for tick in scale.ticks() {
            let x = across(tick);
            root.draw(&PathElement::new([(x, HEAD + 20), (x, bottom)], GRID))?;
            write(&scale.text(tick), 12, FAINT, (x, bottom + 12), HPos::Center)?;
        }
        let fastest = rows.iter().filter_map(|row| row.rate()).map(|rate| rate.value).fold(0.0, f64::max);
        for (line, row) in rows.iter().enumerate() {
            let middle = HEAD + 30 + line as i32 * STEP + STEP / 2;
            if index == 0 {
                write(&row.way.label(settings.pattern), 14, INK, (left - 10, middle), HPos::Right)?;
            }
            let Some(rate) = row.rate() else {
                let why = if row.unavailable.is_some() { "not to be had here" } else { "left out: see the table" };
                write(why, 12, FAINT, (left + 4, middle), HPos::Left)?;
                continue;
            };
            let (top, end) = (middle - BAR / 2, across(rate.value));
            let color = color_of(row);
            root.draw(&Rectangle::new([(left, top), (end, top + BAR)], color.filled()))?;
            // The middle half of the runs, as a whisker through the bar's end.
            let (low, high) = (across(rate.low), across(rate.high));
            let whisker = INK.stroke_width(1);
            root.draw(&PathElement::new([(low, middle), (high, middle)], whisker))?;
            for x in [low, high] {
                root.draw(&PathElement::new([(x, middle - 4), (x, middle + 4)], whisker))?;
            }
            let figure = super::table::rate(rate.value);
            let figure = if rate.value >= fastest { format!("{figure}  fastest") } else { figure };
            let ink = if rate.value >= fastest { INK } else { FAINT };
            write(&figure, 13, ink, (end.max(high) + 7, middle), HPos::Left)?;
        }
        root.draw(&PathElement::new([(left, HEAD + 20), (left, bottom)], FAINT))?;
    }

    let mut at = MARGIN;
    let y = height - 14;
    let kinds = [
        ("read into a buffer", READ, settings.ways.iter().any(Way::is_read)),
        ("mapped", MAP, settings.ways.iter().any(Way::is_map)),
        ("what --io auto does", AUTO, settings.ways.iter().any(|way| way.means == Means::Auto)),
    ];
    for (name, color, _) in kinds.into_iter().filter(|kind| kind.2) {
        root.draw(&Rectangle::new([(at, y - 6), (at + 12, y + 6)], color.filled()))?;
        write(name, 12, FAINT, (at + 18, y), HPos::Left)?;
        at += 18 + name.len() as i32 * 6 + 22;
    }
    let runs = format!("estimate from {} runs; whiskers hold half of them", settings.runs);
    write(&runs, 12, FAINT, (width - MARGIN, y), HPos::Right)?;
    root.present()
}

fn title(settings: &Settings) -> String {
    let work: String = settings.work_text.chars().flat_map(char::escape_debug).take(60).collect();
    format!("mmap and read: {work}, {}", pattern_word(settings.pattern))
}

fn subtitle(subjects: &[Subject], machine: &Machine) -> String {
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

fn color_of(row: &Row) -> RGBColor {
    match row.way.means {
        Means::Auto => AUTO,
        _ if row.way.is_read() => READ,
        _ => MAP,
    }
}

/// An axis from 0 with ticks at round figures.
struct Scale {
    step: f64,
    end: f64,
}

impl Scale {
    /// The smallest round axis that holds `most`.
    fn up_to(most: f64) -> Scale {
        let most = if most > 0.0 { most } else { 1.0 };
        let rough = most / 4.0;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|by| by * power).into_iter().find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * power);
        Scale { step, end: (most / step).ceil() * step }
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let (step, count) = (self.step, (self.end / self.step).round() as u32);
        (0..=count).map(move |tick| f64::from(tick) * step)
    }

    fn text(&self, tick: f64) -> String {
        let digits = (-self.step.log10().floor()).max(0.0) as usize;
        let digits = if (self.step * 10f64.powi(digits as i32)).fract().abs() > 1e-6 { digits + 1 } else { digits };
        format!("{tick:.digits$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_round() {
        let ticks = |most: f64| {
            let scale = Scale::up_to(most);
            scale.ticks().map(|tick| scale.text(tick)).collect::<Vec<_>>()
        };
        assert_eq!(ticks(14.3), ["0", "5", "10", "15"]);
        assert_eq!(ticks(8.0), ["0", "2", "4", "6", "8"]);
        assert_eq!(ticks(0.93), ["0.00", "0.25", "0.50", "0.75", "1.00"]);
        assert_eq!(ticks(0.0)[0], "0.00");
    }
}
