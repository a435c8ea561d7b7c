//! Prints the rows of a comparison: the bytes of both inputs side by side, without equal rows.

use std::collections::VecDeque;

use crate::commands::hexdump::address::Address;
use crate::commands::hexdump::colour::{Brush, ByteKind, Theme};
use crate::commands::hexdump::digits::{PRINTABLE, hex_table};

/// The format of rows, and the choice of rows to show.
#[derive(Clone, Debug)]
pub struct SideBySideConfig {
    /// The number of bytes of each input in a row.
    pub width: usize,
    /// The notation of addresses.
    pub address: Address,
    /// The number added to every address.
    pub base: u64,
    /// Whether hexadecimal digits are in upper case.
    pub upper: bool,
    /// The number of equal rows shown before and after each difference.
    pub context: usize,
    /// Whether every row is shown.
    pub all: bool,
    /// The colours, if enabled.
    pub theme: Option<Theme>,
}

/// The inputs that a row shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sides {
    /// Both inputs, byte by byte.
    #[default]
    Both,
    /// The left input, whose bytes the right one lacks.
    Left,
    /// The right input, whose bytes the left one lacks.
    Right,
}

/// A row that may still be incomplete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct SideBySideRow {
    sides: Sides,
    left: Vec<u8>,
    right: Vec<u8>,
    left_at: u64,
    right_at: u64,
}

/// The rows up to the current position in each input.
#[derive(Clone, Debug)]
pub struct SideBySide<'c> {
    config: &'c SideBySideConfig,
    /// The row to which the next bytes belong.
    row: SideBySideRow,
    /// The offsets of the next bytes.
    left_at: u64,
    right_at: u64,
    /// Equal rows to show if a difference follows.
    before: VecDeque<SideBySideRow>,
    /// The number of further equal rows to show.
    after: usize,
    /// Whether rows were omitted since the last one shown.
    has_gap: bool,
    /// The last row shown.
    last: Option<SideBySideRow>,
    /// Whether copies of the last row were omitted after it.
    is_repeated: bool,
    /// Whether the inputs differ.
    pub differ: bool,
}

impl<'c> SideBySide<'c> {
    /// Returns the rows of inputs that begin at these offsets.
    pub fn new(config: &'c SideBySideConfig, left_at: u64, right_at: u64) -> SideBySide<'c> {
        SideBySide {
            config,
            row: SideBySideRow::default(),
            left_at,
            right_at,
            before: VecDeque::new(),
            after: 0,
            has_gap: false,
            last: None,
            is_repeated: false,
            differ: false,
        }
    }

    /// Returns the number of bytes of each input in a row.
    pub fn width(&self) -> u64 {
        self.config.width as u64
    }

    /// Returns whether every row is shown.
    pub fn shows_all(&self) -> bool {
        self.config.all
    }

    /// Returns the number of equal bytes that may be shown before or after a difference.
    pub fn margin(&self) -> u64 {
        (self.config.context as u64 + 2) * self.config.width as u64
    }

    /// Adds bytes that are equal in both inputs.
    pub fn alike(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.begin(Sides::Both, out);
        let width = self.config.width;
        let mut bytes = bytes;
        while !bytes.is_empty() {
            if self.room(Sides::Both) == width && bytes.len() >= 2 * width && self.row.left.is_empty() {
                bytes = self.whole_rows(bytes, out);
                continue;
            }
            let (some, later) = bytes.split_at(bytes.len().min(self.room(Sides::Both)));
            self.replaced(some, some, out);
            bytes = later;
        }
    }

    /// Adds an equal number of differing bytes of both inputs.
    pub fn replaced(&mut self, left: &[u8], right: &[u8], out: &mut Vec<u8>) {
        self.begin(Sides::Both, out);
        let (mut left, mut right) = (left, right);
        while !left.is_empty() {
            let len = left.len().min(self.room(Sides::Both));
            self.row.left.extend_from_slice(&left[..len]);
            self.row.right.extend_from_slice(&right[..len]);
            (left, right) = (&left[len..], &right[len..]);
            self.moved(len, len, out);
        }
    }

    /// Adds bytes that are in only one input.
    pub fn only(&mut self, side: Sides, bytes: &[u8], out: &mut Vec<u8>) {
        self.begin(side, out);
        let mut bytes = bytes;
        while !bytes.is_empty() {
            let (some, later) = bytes.split_at(bytes.len().min(self.room(side)));
            if side == Sides::Left {
                self.row.left.extend_from_slice(some);
                self.moved(some.len(), 0, out);
            } else {
                self.row.right.extend_from_slice(some);
                self.moved(0, some.len(), out);
            }
            bytes = later;
        }
    }

    /// Skips whole rows of bytes that do not change the text. Either they are equal in both inputs
    /// and further than [`SideBySide::margin`] from a difference, or they are bytes of one input
    /// and equal the last row.
    pub fn skip(&mut self, left: u64, right: u64) {
        if left == right {
            self.has_gap = true;
            self.before.clear();
        }
        self.left_at += left;
        self.right_at += right;
    }

    /// Returns the number of bytes of `sides` that complete the current row.
    pub fn room(&self, sides: Sides) -> usize {
        let (width, row) = (self.config.width, &self.row);
        let at = if sides == Sides::Right { self.right_at } else { self.left_at };
        let used = if row.sides == sides { row.left.len().max(row.right.len()) } else { 0 };
        // A row ends at an address that is a multiple of the width, or when it has that many bytes.
        (width - (at % width as u64) as usize).min(width - used)
    }

    /// Returns whether further rows of zeros in only `sides` do not change the output.
    pub fn is_repeating_zeros(&self, sides: Sides) -> bool {
        let is_zeros = |row: &SideBySideRow| {
            let bytes = if sides == Sides::Left { &row.left } else { &row.right };
            row.sides == sides && bytes.len() == self.config.width && bytes.iter().all(|&byte| byte == 0)
        };
        let is_between_rows = self.row.left.is_empty() && self.row.right.is_empty();
        self.is_repeated && is_between_rows && !self.config.all && self.last.as_ref().is_some_and(is_zeros)
    }

    /// Prints the remaining rows at the end of both inputs.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.end_row(out);
        if self.is_repeated {
            let row = SideBySideRow { left_at: self.left_at, right_at: self.right_at, ..SideBySideRow::default() };
            self.push_line(&row, ' ', out);
        }
    }

    /// Takes whole rows of equal bytes, shows those next to a difference, and returns the rest.
    fn whole_rows<'b>(&mut self, bytes: &'b [u8], out: &mut Vec<u8>) -> &'b [u8] {
        let width = self.config.width;
        let rows = bytes.len() / width;
        let first = if self.config.all { rows } else { self.after.min(rows) };
        let skipped = (rows - first).saturating_sub(self.config.context);
        let (shown, rest) = bytes.split_at(first * width);
        for row in shown.chunks(width) {
            self.replaced(row, row, out);
        }
        if skipped > 0 {
            self.skip((skipped * width) as u64, (skipped * width) as u64);
        }
        let (kept, later) = rest[skipped * width..].split_at((rows - first - skipped) * width);
        for row in kept.chunks(width) {
            self.replaced(row, row, out);
        }
        later
    }

    /// Ends the current row if it does not show `sides`.
    fn begin(&mut self, sides: Sides, out: &mut Vec<u8>) {
        if self.row.sides != sides {
            self.end_row(out);
            self.row.sides = sides;
        }
    }

    /// Advances past bytes that have been added to the row.
    fn moved(&mut self, left: usize, right: usize, out: &mut Vec<u8>) {
        self.left_at += left as u64;
        self.right_at += right as u64;
        let row = &self.row;
        let at = if row.sides == Sides::Right { self.right_at } else { self.left_at };
        if at.is_multiple_of(self.config.width as u64) || row.left.len().max(row.right.len()) == self.config.width {
            let sides = row.sides;
            self.end_row(out);
            self.row.sides = sides;
        }
    }

    fn end_row(&mut self, out: &mut Vec<u8>) {
        let mut row = std::mem::take(&mut self.row);
        if row.left.is_empty() && row.right.is_empty() {
            return;
        }
        row.left_at = self.left_at - row.left.len() as u64;
        row.right_at = self.right_at - row.right.len() as u64;
        if row.sides != Sides::Both || row.left != row.right {
            self.differ = true;
            for row in std::mem::take(&mut self.before) {
                self.show(row, out);
            }
            self.after = self.config.context;
            self.show(row, out);
        } else if self.config.all || self.after > 0 {
            self.after = self.after.saturating_sub(1);
            self.show(row, out);
        } else {
            self.before.push_back(row);
            if self.before.len() > self.config.context {
                self.before.pop_front();
                self.has_gap = true;
            }
        }
    }

    fn show(&mut self, row: SideBySideRow, out: &mut Vec<u8>) {
        let is_like =
            |last: &SideBySideRow| last.sides == row.sides && last.left == row.left && last.right == row.right;
        if !self.config.all && !self.has_gap && self.last.as_ref().is_some_and(is_like) {
            if !self.is_repeated {
                out.extend_from_slice(b"*\n");
            }
            self.is_repeated = true;
            return;
        }
        if self.has_gap && self.last.is_some() {
            out.extend_from_slice(b"--\n");
        }
        self.has_gap = false;
        self.is_repeated = false;
        let sign = match row.sides {
            Sides::Left => '<',
            Sides::Right => '>',
            Sides::Both if row.left == row.right => ' ',
            Sides::Both => '|',
        };
        self.push_line(&row, sign, out);
        self.last = Some(row);
    }

    fn push_line(&self, row: &SideBySideRow, sign: char, out: &mut Vec<u8>) {
        let (left, right) = (&row.left[..], &row.right[..]);
        self.push_half(left, right, row.left_at, ByteKind::Removed, out);
        out.extend_from_slice(format!("  {sign}  ").as_bytes());
        self.push_half(right, left, row.right_at, ByteKind::Added, out);
        while out.last() == Some(&b' ') {
            out.pop();
        }
        out.push(b'\n');
    }

    /// Appends the bytes of one input, coloured as `kind` where the other one differs.
    fn push_half(&self, bytes: &[u8], others: &[u8], at: u64, kind: ByteKind, out: &mut Vec<u8>) {
        let SideBySideConfig { width, address, base, upper, ref theme, .. } = *self.config;
        let digits = hex_table(upper);
        let mut brush = Brush::new(theme.as_ref());
        let paint = |brush: &mut Brush<'_>, i: usize, out: &mut Vec<u8>| {
            if others.get(i) == bytes.get(i) { brush.rest(out) } else { brush.take(kind, out) }
        };
        let mut head = vec![];
        address.push(&mut head, base.wrapping_add(at));
        brush.address(&head, out);
        out.push(b' ');
        for i in 0..width {
            out.push(b' ');
            if i > 0 && i % 8 == 0 {
                out.push(b' ');
            }
            match bytes.get(i) {
                Some(&byte) => {
                    paint(&mut brush, i, out);
                    out.extend_from_slice(&digits[usize::from(byte)]);
                }
                None => {
                    brush.rest(out);
                    out.extend_from_slice(b"  ");
                }
            }
        }
        brush.rest(out);
        if bytes.is_empty() {
            out.resize(out.len() + width + 4, b' ');
            return;
        }
        out.extend_from_slice(b"  |");
        for (i, &byte) in bytes.iter().enumerate() {
            paint(&mut brush, i, out);
            out.push(PRINTABLE[usize::from(byte)]);
        }
        brush.rest(out);
        out.push(b'|');
        out.resize(out.len() + width - bytes.len(), b' ');
    }
}
