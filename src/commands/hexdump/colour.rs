//! Colours bytes by kind. An escape sequence is written only where the kind changes, because one
//! per byte would multiply the size of the dump.

use super::view::{Cells, DumpEnd, RowPosition, View};

/// The kinds of bytes that have their own colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteKind {
    /// A zero byte.
    Null,
    /// Printable ASCII.
    Printable,
    /// A blank, tab, line feed, form feed or carriage return.
    Space,
    /// Any other ASCII control character.
    Control,
    /// A byte above 0x7f.
    High,
    /// A byte that is part of a match.
    Match,
    /// In a comparison, a byte that only the left input has.
    Removed,
    /// In a comparison, a byte that only the right input has.
    Added,
}

impl ByteKind {
    /// Returns the kind of a byte.
    pub fn of(byte: u8) -> ByteKind {
        match byte {
            0 => ByteKind::Null,
            _ if byte.is_ascii_graphic() => ByteKind::Printable,
            _ if byte.is_ascii_whitespace() => ByteKind::Space,
            _ if byte.is_ascii() => ByteKind::Control,
            _ => ByteKind::High,
        }
    }
}

/// The name of the environment variable that [`Theme::parse`] reads.
pub const THEME_VARIABLE: &str = "MAPPED_HEXDUMP_COLORS";

/// The colour of each part, as parameters of an SGR escape sequence (`1;31`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    address: String,
    null: String,
    printable: String,
    space: String,
    control: String,
    high: String,
    matched: String,
    removed: String,
    added: String,
}

impl Default for Theme {
    fn default() -> Theme {
        // Unlike bright black and plain yellow, these colours and faint text are readable on both
        // light and dark backgrounds.
        let [address, null, printable, space, control, high, matched, removed, added] =
            ["2", "2", "36", "32", "35", "1;34", "1;31", "1;31", "1;32"].map(String::from);
        Theme { address, null, printable, space, control, high, matched, removed, added }
    }
}

impl Theme {
    /// Returns the default theme, changed by a list such as `printable=1;36:null=2`. The parts are
    /// `address`, `null`, `printable`, `space`, `control`, `high`, `match`, `removed` and `added`;
    /// the values are SGR parameters as in `GREP_COLORS`. Unknown parts are ignored, so that a list
    /// written for a later version still works.
    pub fn parse(list: &str) -> Theme {
        let mut theme = Theme::default();
        for (part, colour) in list.split(':').filter_map(|entry| entry.split_once('=')) {
            if colour.is_empty() || !colour.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') {
                continue;
            }
            let slot = match part {
                "address" => &mut theme.address,
                "null" => &mut theme.null,
                "printable" => &mut theme.printable,
                "space" => &mut theme.space,
                "control" => &mut theme.control,
                "high" => &mut theme.high,
                "match" => &mut theme.matched,
                "removed" => &mut theme.removed,
                "added" => &mut theme.added,
                _ => continue,
            };
            *slot = String::from(colour);
        }
        theme
    }

    fn of(&self, kind: ByteKind) -> &str {
        match kind {
            ByteKind::Null => &self.null,
            ByteKind::Printable => &self.printable,
            ByteKind::Space => &self.space,
            ByteKind::Control => &self.control,
            ByteKind::High => &self.high,
            ByteKind::Match => &self.matched,
            ByteKind::Removed => &self.removed,
            ByteKind::Added => &self.added,
        }
    }
}

/// A writer of escape sequences that remembers the current colour.
pub struct Brush<'theme> {
    /// The theme. Without one, the brush writes no colours.
    theme: Option<&'theme Theme>,
    on: Option<ByteKind>,
}

impl<'theme> Brush<'theme> {
    /// Returns a brush with no current colour. Without a theme, it never has one.
    pub fn new(theme: Option<&'theme Theme>) -> Brush<'theme> {
        Brush { theme, on: None }
    }

    /// Switches to the colour of `kind`, if that is not the current one.
    pub fn take(&mut self, kind: ByteKind, out: &mut Vec<u8>) {
        let Some(theme) = self.theme else { return };
        if self.on != Some(kind) {
            // A colour replaces another colour, but does not end bold or faint text. Without a colour
            // of its own, faint text keeps the colour before it.
            let sets_colour = theme.of(kind).split(';').any(is_colour);
            let is_replaced = |before| is_colour(theme.of(before)) && sets_colour;
            if !self.on.is_none_or(is_replaced) {
                escape("0", out);
            }
            escape(theme.of(kind), out);
            self.on = Some(kind);
        }
    }

    /// Switches back to the terminal's default colour, if the current one is different.
    pub fn rest(&mut self, out: &mut Vec<u8>) {
        if self.on.take().is_some() {
            escape("0", out);
        }
    }

    /// Appends `address` in its colour.
    pub fn address(&mut self, address: &[u8], out: &mut Vec<u8>) {
        self.rest(out);
        match self.theme {
            None => out.extend_from_slice(address),
            Some(theme) => {
                escape(&theme.address, out);
                out.extend_from_slice(address);
                escape("0", out);
            }
        }
    }
}

/// Returns whether SGR parameters set only one of the sixteen colours.
fn is_colour(parameters: &str) -> bool {
    parameters.len() == 2 && parameters.starts_with(['3', '9'])
}

fn escape(parameters: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b[");
    out.extend_from_slice(parameters.as_bytes());
    out.push(b'm');
}

/// A view that adds colour to another view. Except for the escape sequences, its text is the same.
pub struct ColouredView<V> {
    view: V,
    cells: Cells,
    theme: Theme,
}

impl<V: View> ColouredView<V> {
    /// Adds colour to `view`, or returns `view` unchanged if it has no cells to colour.
    pub fn new(view: V, theme: Theme) -> Result<ColouredView<V>, V> {
        match view.cells() {
            Some(cells) => Ok(ColouredView { view, cells, theme }),
            None => Err(view),
        }
    }

    /// Appends a row, whole or short, with the colours that `kind` returns for its bytes.
    fn paint(&self, row: &[u8], position: RowPosition, kind: impl Fn(usize, u8) -> ByteKind, out: &mut Vec<u8>) {
        let mut plain = vec![];
        if row.len() == self.width() {
            self.view.rows(row, position, &mut plain);
        } else {
            self.view.short(row, position, &mut plain);
        }
        let (address, text) = plain.split_at(self.cells.address.len(position.address));
        let mut brush = Brush::new(Some(&self.theme));
        brush.address(address, out);
        let mut done = 0;
        for cell in &self.cells.cells {
            let Some(&byte) = row.get(cell.byte) else { continue };
            let gap = &text[done..cell.column];
            if gap.iter().any(|&byte| byte != b' ') {
                brush.rest(out);
            }
            out.extend_from_slice(gap);
            brush.take(kind(cell.byte, byte), out);
            done = cell.column + cell.columns;
            out.extend_from_slice(&text[cell.column..done]);
        }
        brush.rest(out);
        out.extend_from_slice(&text[done..]);
    }
}

impl<V: View> View for ColouredView<V> {
    fn width(&self) -> usize {
        self.view.width()
    }

    fn rows(&self, rows: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        let mut position = position;
        for row in rows.chunks_exact(self.width()) {
            self.paint(row, position, |_, byte| ByteKind::of(byte), out);
            position = position.after(row.len() as u64);
        }
    }

    fn short(&self, row: &[u8], position: RowPosition, out: &mut Vec<u8>) {
        self.paint(row, position, |_, byte| ByteKind::of(byte), out);
    }

    fn marked(&self, row: &[u8], position: RowPosition, is_marked: &dyn Fn(usize) -> bool, out: &mut Vec<u8>) {
        self.paint(row, position, |i, byte| if is_marked(i) { ByteKind::Match } else { ByteKind::of(byte) }, out);
    }

    fn begin(&self, out: &mut Vec<u8>) {
        self.view.begin(out);
    }

    fn squeezed(&self, out: &mut Vec<u8>) {
        self.view.squeezed(out);
    }

    fn end(&self, end: DumpEnd, out: &mut Vec<u8>) {
        let mut plain = vec![];
        self.view.end(end, &mut plain);
        // Closing text that starts with the address consists only of the address and a line end.
        match plain.strip_suffix(b"\n") {
            Some(address) if !address.is_empty() => {
                Brush::new(Some(&self.theme)).address(address, out);
                out.push(b'\n');
            }
            _ => out.extend_from_slice(&plain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::hexdump::canonical::CanonicalView;

    // Regression: zero bytes after others had a faint shade of the colour before them.
    #[test]
    fn changes_only_where_the_kind_changes() {
        let view = ColouredView::new(CanonicalView, Theme::default()).ok().expect("canonical rows have cells");
        let mut out = vec![];
        view.short(b"ab\0\0\x80", RowPosition { address: 0, index: 0 }, &mut out);
        let expected = format!(
            "\x1b[2m00000000\x1b[0m  \x1b[36m61 62 \x1b[0m\x1b[2m00 00 \x1b[0m\x1b[1;34m80\x1b[0m{:36}|\x1b[36mab\x1b[0m\x1b[2m..\x1b[0m\x1b[1;34m.\x1b[0m|\n",
            ""
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn a_theme_changes_what_it_names_and_passes_over_the_rest() {
        let theme = Theme::parse("null=2:printable=1;36:space=red:future=1:control");
        assert_eq!(theme, Theme { null: "2".into(), printable: "1;36".into(), ..Theme::default() });
    }
}
