//! Draws charts as SVG, in the style that all charts of the program share.
//!
//! The viewer lays out the text, so no font is needed here. The colours follow the viewer's
//! preference for a light or a dark page.

use std::fmt::Write as _;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The colour of the page.
const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
/// The colour of the main text.
pub const INK: RGBColor = RGBColor(0x1f, 0x23, 0x28);
/// The colour of less important text, and of axes.
pub const FAINT: RGBColor = RGBColor(0x59, 0x63, 0x6e);
/// The colour of grid lines.
pub const GRID: RGBColor = RGBColor(0xe4, 0xe7, 0xeb);
/// The colours of bars.
pub const ORANGE: RGBColor = RGBColor(0xe0, 0x8a, 0x1e);
/// See [`ORANGE`].
pub const BLUE: RGBColor = RGBColor(0x2b, 0x7a, 0xb8);
/// See [`ORANGE`].
pub const GREEN: RGBColor = RGBColor(0x3a, 0x9d, 0x5d);

/// The colours on a dark page in place of those on a light one.
const DARK: [(RGBColor, &str); 7] = [
    (PAPER, "#0d1117"),
    (INK, "#e6edf3"),
    (FAINT, "#9da7b3"),
    (GRID, "#2a313a"),
    (ORANGE, "#e8a33d"),
    (BLUE, "#58a6e0"),
    (GREEN, "#56b877"),
];

/// The outcome of drawing.
pub type Drawn<T> = Result<T, DrawingAreaErrorKind<std::io::Error>>;

/// The side of a label that is aligned with the given position.
#[derive(Clone, Copy, Debug)]
pub enum Align {
    /// The left end of the text.
    Left,
    /// The middle of the text.
    Center,
    /// The right end of the text.
    Right,
}

/// A page to draw on. Positions are in pixels from the top left corner.
pub struct Canvas<'s> {
    root: DrawingArea<SVGBackend<'s>, Shift>,
}

impl Canvas<'_> {
    /// Draws a page of this width and height, and returns it as SVG.
    ///
    /// # Errors
    /// Never fails in practice, because the page is drawn in memory.
    pub fn draw((width, height): (i32, i32), draw: impl FnOnce(&Canvas<'_>) -> Drawn<()>) -> Drawn<String> {
        let mut svg = String::new();
        let size = (width.unsigned_abs(), height.unsigned_abs());
        let canvas = Canvas { root: SVGBackend::with_string(&mut svg, size).into_drawing_area() };
        canvas.root.fill(&PAPER)?;
        draw(&canvas)?;
        canvas.root.present()?;
        drop(canvas);
        Ok(with_dark_colors(&svg))
    }

    /// Writes text at a position.
    ///
    /// # Errors
    /// See [`Canvas::draw`].
    pub fn write(&self, text: &str, (size, color): (i32, RGBColor), at: (i32, i32), align: Align) -> Drawn<()> {
        let side = match align {
            Align::Left => HPos::Left,
            Align::Center => HPos::Center,
            Align::Right => HPos::Right,
        };
        let style = ("sans-serif", size).into_font().color(&color).pos(Pos::new(side, VPos::Center));
        self.root.draw(&Text::new(text.to_owned(), at, style))
    }

    /// Draws a line.
    ///
    /// # Errors
    /// See [`Canvas::draw`].
    pub fn line(&self, from: (i32, i32), to: (i32, i32), color: RGBColor) -> Drawn<()> {
        self.root.draw(&PathElement::new([from, to], color.stroke_width(1)))
    }

    /// Draws a filled rectangle between two opposite corners.
    ///
    /// # Errors
    /// See [`Canvas::draw`].
    pub fn bar(&self, from: (i32, i32), to: (i32, i32), color: RGBColor) -> Drawn<()> {
        self.root.draw(&Rectangle::new([from, to], color.filled()))
    }
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
