//! Formats text for `cat` with any of `-A -b -e -E -n -s -t -T -v --sanitize`: takes a block and
//! returns its displayed form.
//!
//! The form of a line depends on little before it: its number, whether a line is unfinished,
//! whether the previous line was blank, and at most three bytes that cannot be interpreted without
//! the next block. These make up the [`State`]. Counting a block's lines ([`Transform::tally`])
//! does not need the state. Blocks are therefore counted in parallel, [`State::advance`] passes the
//! state on in order, and the blocks are formatted in parallel. Blocks may be split anywhere.

mod number;
mod show;
mod simd;

pub use number::LineNumber;
pub use show::Show;

use memchr::memchr;
use show::{Char, first_char};

use crate::commands::newlines;

/// The lines that are numbered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbering {
    /// No line.
    #[default]
    None,
    /// `-n`: every line that is printed.
    All,
    /// `-b`: every line that is not empty.
    Nonblank,
}

/// The display form of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transform {
    /// The lines that are numbered.
    pub number: Numbering,
    /// `-s`: whether repeated empty lines are squeezed into one.
    pub squeeze: bool,
    /// `-E`: whether a line end is shown as `$`.
    pub ends: bool,
    /// `-T`: whether a tab is shown as `^I`.
    pub tabs: bool,
    /// The display form of other bytes.
    pub show: Show,
}

/// The position of the next byte in its line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum PositionInLine {
    /// At the start of a line that does not follow an empty line.
    #[default]
    Start,
    /// At the start of a line that follows an empty line.
    AfterBlank,
    /// In the middle of a line.
    Within,
}

impl PositionInLine {
    fn at_start(self) -> bool {
        self != Self::Within
    }

    fn after(self, byte: u8) -> Self {
        match (byte, self) {
            (b'\n', Self::Within) => Self::Start,
            (b'\n', _) => Self::AfterBlank,
            _ => Self::Within,
        }
    }
}

/// Bytes whose meaning depends on the next one: a carriage return under `-E`, or the start of a
/// character under `--sanitize`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct HeldBytes {
    bytes: [u8; HeldBytes::MAX],
    len: u8,
}

impl HeldBytes {
    /// The length of a four-byte character without its last byte.
    const MAX: usize = 3;

    /// Creates a `HeldBytes` of at most [`Self::MAX`] bytes.
    fn new(bytes: &[u8]) -> Self {
        let mut held = Self { bytes: [0; Self::MAX], len: bytes.len() as u8 };
        held.bytes[..bytes.len()].copy_from_slice(bytes);
        held
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// The state passed from each block to the next, and from each file to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The number of lines that have been numbered.
    numbered: u64,
    position: PositionInLine,
    held: HeldBytes,
}

impl State {
    /// Advances the state past `block`, for which [`Transform::tally`] returned `tally`.
    pub fn advance(&mut self, transform: &Transform, block: &[u8], tally: u64) {
        self.numbered += tally;
        let mut position = self.position;
        for &byte in block.iter().take(2) {
            self.numbered += u64::from(transform.numbers(position, byte));
            position = position.after(byte);
        }
        self.held = transform.held_after(self.held, block);
        // The two bytes before a position determine its position in the line. After a shorter block, the
        // previous position matters too.
        let before = if block.len() > 2 { PositionInLine::Within } else { self.position };
        self.position =
            block[block.len().saturating_sub(2)..].iter().fold(before, |position, &byte| position.after(byte));
    }

    /// Writes the bytes held back in the form that they have at the end of the input.
    pub fn finish(&mut self, transform: &Transform, out: &mut Vec<u8>) {
        show::push(transform.show, transform.tabs, self.held.bytes(), out);
        self.held = HeldBytes::default();
    }

    /// Returns the state after `lines` lines.
    pub fn after_lines(lines: u64) -> State {
        State { numbered: lines, ..State::default() }
    }

    /// Discards the bytes held back, because their line is not printed.
    pub fn drop_held(&mut self) {
        self.held = HeldBytes::default();
    }
}

impl Transform {
    /// The form that `-n` alone requests.
    const NUMBERED: Self = Self { number: Numbering::All, squeeze: false, ends: false, tabs: false, show: Show::Raw };

    /// Returns whether the output equals the input.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether the form of a line depends on all lines before it, printed or not.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.number != Numbering::None || self.squeeze
    }

    /// Returns whether `byte` at `position` begins a numbered line.
    fn numbers(&self, position: PositionInLine, byte: u8) -> bool {
        position.at_start()
            && match self.number {
                Numbering::None => false,
                Numbering::All => !(self.squeeze && byte == b'\n' && position == PositionInLine::AfterBlank),
                Numbering::Nonblank => byte != b'\n',
            }
    }

    /// Returns the number of lines that begin at or after the third byte of `block` and are
    /// numbered. It does not depend on earlier blocks.
    #[must_use]
    pub fn tally(&self, block: &[u8]) -> u64 {
        if block.len() < 3 {
            return 0;
        }
        let before = &block[1..block.len() - 1];
        match self.number {
            Numbering::None => 0,
            Numbering::All if !self.squeeze => newlines::count(before),
            // These are all lines except empty ones that follow an empty one.
            Numbering::All => count(block, |a, b, c| (b == b'\n') & !((a == b'\n') & (c == b'\n'))),
            Numbering::Nonblank => count(block, |_, b, c| (b == b'\n') & (c != b'\n')),
        }
    }

    /// Returns the bytes to hold back after `block`, given those held back before it.
    fn held_after(&self, held: HeldBytes, block: &[u8]) -> HeldBytes {
        if block.is_empty() {
            return held;
        }
        match self.show {
            Show::Raw if self.ends && block.ends_with(b"\r") => HeldBytes::new(b"\r"),
            Show::Sanitized => {
                let mut joined = [0; 2 * HeldBytes::MAX];
                let tail = &block[block.len().saturating_sub(HeldBytes::MAX)..];
                let before = if tail.len() == block.len() { held.bytes() } else { &[] };
                let len = before.len() + tail.len();
                joined[..before.len()].copy_from_slice(before);
                joined[before.len()..len].copy_from_slice(tail);
                (len.saturating_sub(HeldBytes::MAX)..len)
                    .find(|&at| first_char(&joined[at..len]) == Char::Cut)
                    .map_or_else(HeldBytes::default, |at| HeldBytes::new(&joined[at..len]))
            }
            _ => HeldBytes::default(),
        }
    }

    /// Appends the display form of `block`, given the `state` before it.
    pub fn format(&self, state: &State, block: &[u8], out: &mut Vec<u8>) {
        out.reserve(block.len() + block.len() / 8);
        let Some(mut rest) = self.release(state.held, block, out) else {
            return;
        };
        let held = self.held_after(state.held, block);
        let opens = held.bytes().first().copied();
        rest = &rest[..rest.len() - held.bytes().len().min(rest.len())];
        if self.number == Numbering::None && !self.squeeze && !self.ends {
            show::push(self.show, self.tabs, rest, out);
        } else {
            self.push_lines(state, rest, opens, out);
        }
    }

    /// Appends the bytes held back if `block` completes them, and returns the rest of `block`.
    /// Returns `None` if they are still incomplete.
    fn release<'b>(&self, held: HeldBytes, block: &'b [u8], out: &mut Vec<u8>) -> Option<&'b [u8]> {
        let first = *block.first()?;
        if held.len == 0 {
            return Some(block);
        }
        if self.show == Show::Raw {
            out.extend_from_slice(if first == b'\n' { b"^M" } else { b"\r" });
            return Some(block);
        }
        let mut joined = held.bytes().to_vec();
        joined.extend_from_slice(&block[..block.len().min(HeldBytes::MAX)]);
        let used = match first_char(&joined) {
            Char::Cut => return None,
            Char::Whole(char) => char.len_utf8().max(held.bytes().len()),
            Char::Malformed => held.bytes().len(),
        };
        show::push(self.show, self.tabs, &joined[..used], out);
        Some(&block[used - held.bytes().len()..])
    }

    /// Appends the whole lines of `block` and the partial lines at both ends. A line whose only
    /// byte so far is `held` gets its number now.
    fn push_lines(&self, state: &State, block: &[u8], held: Option<u8>, out: &mut Vec<u8>) {
        let mut number = LineNumber::new(state.numbered + 1);
        let mut position = state.position;
        let mut rest = block;
        if *self == Self::NUMBERED {
            if !position.at_start() {
                let end = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
                out.extend_from_slice(&rest[..end]);
                rest = &rest[end..];
            }
            return simd::push_numbered(rest, &mut number, out);
        }
        while let Some(first) = rest.first().copied().or(held) {
            if self.squeeze && position == PositionInLine::AfterBlank && first == b'\n' {
                rest = &rest[1..];
                continue;
            }
            if self.numbers(position, first) {
                number.push(out);
                number.advance();
            }
            let Some(end) = memchr(b'\n', rest) else {
                show::push(self.show, self.tabs, rest, out);
                return;
            };
            let (line, after) = rest.split_at(end + 1);
            rest = after;
            position = if end == 0 { position.after(b'\n') } else { PositionInLine::Start };
            self.push_line(line, out);
        }
    }

    /// Writes a line with its end.
    #[inline]
    fn push_line(&self, line: &[u8], out: &mut Vec<u8>) {
        if !self.ends {
            return show::push(self.show, self.tabs, line, out);
        }
        let line = &line[..line.len() - 1];
        match line.strip_suffix(b"\r") {
            Some(line) if self.show == Show::Raw => {
                show::push(self.show, self.tabs, line, out);
                out.extend_from_slice(b"^M$\n");
            }
            _ => {
                show::push(self.show, self.tabs, line, out);
                out.extend_from_slice(b"$\n");
            }
        }
    }
}

/// Counts the windows of three bytes for which `is` returns true. Each partial sum covers 255
/// windows and fits into a byte, which compiles to vector code.
fn count(block: &[u8], is: impl Fn(u8, u8, u8) -> bool) -> u64 {
    let len = block.len() - 2;
    let windows = block[..len].chunks(255).zip(block[1..=len].chunks(255)).zip(block[2..].chunks(255));
    windows
        .map(|((a, b), c)| {
            let windows = a.iter().zip(b).zip(c);
            u64::from(windows.fold(0u8, |sum, ((&a, &b), &c)| sum.wrapping_add(u8::from(is(a, b, c)))))
        })
        .sum()
}

#[cfg(test)]
mod tests;
