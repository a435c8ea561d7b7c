//! Draws the counts of `--timeline` as a chart: a column for each row, a panel for each table.

use super::SECOND;
use super::entries::POSITION_UNIT;
use super::table::{Axis, CountTable};
use crate::cli::grep::{GrepArgs, Patterns};
use crate::output::Scale;
use crate::output::canvas::{Align, BLUE, Canvas, Drawn, FAINT, GRID, INK};

/// The margin around the chart. All lengths here are in pixels.
const MARGIN: i32 = 24;
const HEAD: i32 = 76;
const LEFT: i32 = 72;
/// The size of the part of a panel that has columns.
const WIDTH: i32 = 960;
const HEIGHT: i32 = 220;
/// The height of a panel with its heading and the labels below it.
const PANEL: i32 = HEIGHT + 84;

/// The maximum number of labels below a panel.
const LABELS: usize = 7;

/// The maximum number of characters of a pattern in the title.
const TITLE: usize = 60;

/// Returns the chart as SVG.
///
/// # Errors
/// Never fails in practice, because the chart is drawn in memory.
pub(super) fn draw(tables: &[CountTable], title: &str) -> Drawn<String> {
    let (width, height) = (LEFT + WIDTH + MARGIN, HEAD + tables.len().max(1) as i32 * PANEL);
    Canvas::draw((width, height), |canvas| {
        let selected: u64 = tables.iter().flat_map(|table| &table.rows).map(|row| row.1).sum();
        canvas.write(title, (22, INK), (MARGIN, 30), Align::Left)?;
        let lines = if selected == 1 { "line" } else { "lines" };
        canvas.write(&format!("{selected} selected {lines}"), (13, FAINT), (MARGIN, 54), Align::Left)?;
        for (index, table) in tables.iter().enumerate() {
            Panel::of(table).draw(canvas, HEAD + index as i32 * PANEL)?;
        }
        Ok(())
    })
}

/// Returns a title that names the counted lines, if a few words are enough.
pub(super) fn title(args: &GrepArgs) -> String {
    let Patterns { regexp, file, and, not, invert_match, .. } = &args.patterns;
    let pattern = match (regexp.as_slice(), args.operands.first()) {
        _ if !(file.is_empty() && and.is_empty() && not.is_empty()) => None,
        ([], pattern) => pattern,
        ([pattern], _) => Some(pattern),
        _ => None,
    };
    let pattern = pattern.map(|pattern| pattern.to_string_lossy()).unwrap_or_default();
    if pattern.is_empty() {
        return String::from("Selected lines");
    }
    let with = if *invert_match { "without" } else { "with" };
    let rest = if pattern.chars().count() > TITLE { "…" } else { "" };
    format!("Lines {with} {}{rest}", pattern.chars().take(TITLE).collect::<String>().escape_debug())
}

/// The columns of a table, each at least a pixel wide.
struct Panel<'t> {
    table: &'t CountTable,
    columns: Vec<(i64, u64)>,
    /// The number of rows of the table in each column.
    rows: usize,
}

impl<'t> Panel<'t> {
    fn of(table: &'t CountTable) -> Panel<'t> {
        let rows = table.rows.len().div_ceil(WIDTH as usize).max(1);
        let column = |rows: &[(i64, u64)]| (rows[0].0, rows.iter().map(|row| row.1).sum());
        Panel { table, columns: table.rows.chunks(rows).map(column).collect(), rows }
    }

    /// Returns the heading of the panel, such as "lines per 5 min".
    fn heading(&self) -> String {
        let width = self.table.width.saturating_mul(self.rows as i64);
        match (&self.table.axis, &self.table.file) {
            (Axis::Time(..), _) => format!("lines per {}", duration(width)),
            (Axis::Offset, file) => {
                let name: String = file.as_deref().unwrap_or_default().chars().take(90).collect();
                format!("{}: lines per {} KiB, by offset", name.escape_debug(), width as u64 * POSITION_UNIT / 1024)
            }
        }
    }

    fn draw(&self, canvas: &Canvas<'_>, top: i32) -> Drawn<()> {
        let (top, bottom) = (top + 30, top + 30 + HEIGHT);
        canvas.write(&self.heading(), (15, INK), (LEFT, top - 20), Align::Left)?;
        let max = self.columns.iter().map(|column| column.1).max().unwrap_or(0);
        // Counts are whole numbers, so no tick is between two of them.
        let scale = Scale::up_to(max.max(4) as f64);
        let y = |count: f64| bottom - (count / scale.end * f64::from(HEIGHT)).round() as i32;
        for tick in scale.ticks() {
            canvas.line((LEFT, y(tick)), (LEFT + WIDTH, y(tick)), GRID)?;
            canvas.write(&scale.text(tick), (12, FAINT), (LEFT - 8, y(tick)), Align::Right)?;
        }
        let x = |column: usize| LEFT + (column as i64 * i64::from(WIDTH) / self.columns.len() as i64) as i32;
        for (index, &(_, count)) in self.columns.iter().enumerate().filter(|(_, column)| column.1 > 0) {
            let (left, right) = (x(index), x(index + 1));
            // Wide columns are separated by a pixel.
            let right = if right - left > 3 { right - 1 } else { right };
            // A column with any lines is at least a pixel high.
            canvas.bar((left, y(count as f64).min(bottom - 1)), (right, bottom), BLUE)?;
        }
        canvas.line((LEFT, bottom), (LEFT + WIDTH, bottom), FAINT)?;
        for index in (0..self.columns.len()).step_by(label_step(self.columns.len())) {
            let (x, label) = (x(index), self.table.label(self.columns[index].0, true));
            canvas.line((x, bottom), (x, bottom + 5), FAINT)?;
            // A label of the last columns may not fit.
            if x + label.len() as i32 * 7 <= LEFT + WIDTH + MARGIN {
                canvas.write(&label, (12, FAINT), (x, bottom + 16), Align::Left)?;
            }
        }
        Ok(())
    }
}

/// Returns the number of columns for each label.
fn label_step(columns: usize) -> usize {
    let min = columns.div_ceil(LABELS).max(1);
    [1, 2, 3, 4, 5, 6, 8, 10, 12].into_iter().find(|&step| step >= min).unwrap_or_else(|| min.div_ceil(12) * 12)
}

/// Returns a span of microseconds in its largest unit.
fn duration(microseconds: i64) -> String {
    let units = [(86_400 * SECOND, "d"), (3_600 * SECOND, "h"), (60 * SECOND, "min"), (SECOND, "s"), (1_000, "ms")];
    let unit = units.into_iter().find(|(unit, _)| microseconds % unit == 0);
    let (unit, name) = unit.unwrap_or((1, "µs"));
    format!("{} {name}", microseconds / unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    #[test]
    fn spans_are_shown_in_their_largest_unit() {
        let spans = [86_400 * SECOND, 90 * 60 * SECOND, 45 * SECOND, 1_500_000, 7];
        assert_eq!(spans.map(duration), ["1 d", "90 min", "45 s", "1500 ms", "7 µs"]);
    }

    #[test]
    fn many_rows_are_joined_and_none_is_lost() {
        let rows: Vec<(i64, u64)> = (0..2000).map(|row| (row * SECOND, 1)).collect();
        let table = CountTable { file: None, rows, width: SECOND, axis: Axis::Time(TimeZone::UTC) };
        let panel = Panel::of(&table);
        assert_eq!((panel.columns.len(), panel.heading().as_str()), (667, "lines per 3 s"));
        assert_eq!(panel.columns.iter().map(|column| column.1).sum::<u64>(), 2000);
        let svg = draw(&[table], "Lines with x < y").expect("drawn in memory");
        assert!(svg.contains("Lines with x &lt; y") && svg.contains("2000 selected lines"), "{}", &svg[..2000]);
    }
}
