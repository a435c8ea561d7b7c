//! `hexdump -r`: converts a dump back to bytes.
//!
//! Text is fed in pieces of any size, and yields bytes and moves to other offsets of the output.
//! `detect` determines the notation from the first lines. Rows with addresses (`rows`) and plain
//! digits (`plain`) are parsed strictly: a line that is not a row is an error that names the line,
//! and never yields wrong bytes. Only if xxd's notation was requested is text read exactly as `xxd
//! -r` reads it, even damaged text (`xxd`).

mod characters;
pub mod command;
mod detect;
pub mod kernel;
mod line;
mod notation;
mod numbers;
mod panels;
mod plain;
mod rows;
#[cfg(test)]
mod tests;
mod xxd;

use std::fmt;

pub use detect::detect;
pub use plain::PlainDigits;
pub use rows::AddressedRows;
pub use xxd::XxdText;

/// The maximum length of text that is held until the notation or the rest of a line is known.
const MAX_HELD: usize = 64 << 10;

/// A receiver of the bytes of a dump.
pub trait ByteSink {
    /// Writes bytes at the current offset, and advances past them.
    fn bytes(&mut self, bytes: &[u8]);

    /// Writes `bytes` bytes by repeating `unit`, which must not be empty.
    fn repeat(&mut self, unit: &[u8], bytes: u64);

    /// Moves to `offset`, counted from the start of the output. A gap left by this reads as zeros.
    fn seek(&mut self, offset: u64);
}

/// The base of the addresses in a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Base 8, as in od.
    Octal,
    /// Base 10.
    Decimal,
    /// Base 16.
    Hex,
}

/// The layout of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowLayout {
    /// A colon after the address, as in xxd.
    Colon,
    /// A colon after the address, and eight binary digits per byte, as in `xxd -b`.
    Bits,
    /// At least two blanks after the address, as in `hexdump -C` and Wireshark.
    Wide,
    /// One blank after the address, as in od.
    Narrow,
    /// This number of panels, as in hexyl. Zero if the first line determines it.
    Panels(usize),
}

/// The notation of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DumpNotation {
    /// Rows with addresses, parsed strictly.
    Rows {
        /// The layout of every row.
        layout: RowLayout,
        /// The base of the addresses.
        base: Base,
    },
    /// Hexadecimal digits and blanks, parsed strictly.
    Plain,
    /// A table of xxd, read as `xxd -r` reads it.
    Xxd {
        /// The number of bytes per row, after which the rest of the line is ignored. `None` if the
        /// first rows determine it.
        width: Option<usize>,
    },
    /// Plain digits, read as `xxd -r -p` reads them.
    XxdPlain,
}

/// Hints about the notation, from the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// The layout, if it was specified.
    pub layout: Option<RowLayout>,
    /// The base of the addresses, if it was specified.
    pub base: Option<Base>,
}

/// The placement of a dump's bytes in the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The number added to every address, modulo 2⁶⁴.
    pub shift: u64,
    /// The maximum gap in bytes between two rows.
    pub longest_gap: u64,
    /// Whether a file is patched, so that rows may be anywhere and leave gaps.
    pub is_patch: bool,
}

impl Placement {
    /// Returns the output offset of the byte at `address`, given the current offset `here`.
    ///
    /// # Errors
    /// Returns an error if the offset exceeds that of any file, or if the gap is too long to fill.
    fn offset(self, address: u64, here: u64) -> Result<u64, Problem> {
        let offset = address.wrapping_add(self.shift);
        match i64::try_from(offset) {
            Err(_) => Err(Problem::Unreachable),
            Ok(_) if offset > here && offset - here > self.longest_gap => Err(Problem::Gap(offset - here)),
            Ok(_) => Ok(offset),
        }
    }
}

/// A problem with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The line does not have the form of a row.
    NotARow,
    /// A byte lacks a digit.
    HalfByte,
    /// The line has an address without bytes.
    Empty,
    /// The characters and the digits show different numbers of bytes.
    Characters,
    /// The characters and the digits show different bytes.
    Disagree,
    /// The groups of digits differ in length.
    Groups,
    /// A row other than the last, or a panel other than the last, lacks bytes.
    CutRow,
    /// The address has more than 64 bits.
    Address,
    /// The row starts before the end of the previous row.
    Overlap,
    /// The row is longer than the previous rows.
    TooWide,
    /// A `*` represents a partial row, or there is no row to repeat.
    Star,
    /// The address at the end is not the end of the last row.
    End,
    /// The row does not start where the previous row ends.
    Missing,
    /// The first row is not at the start of the output.
    Start,
    /// A `*` ends the dump, so it is unknown how many rows it represents.
    OpenStar,
    /// The frame around panels has a top line but no bottom line.
    Frame,
    /// The text ends in the middle of the row, or after the row but without a line end.
    Unterminated,
    /// The line is longer than any row.
    TooLong,
    /// The bytes in each group are in reverse order.
    LittleEndian,
    /// The words have several bytes in an unknown order.
    Words,
    /// The bytes are octal numbers.
    Octal,
    /// The digits have no addresses and may be those of decimal or other numbers.
    Numbers,
    /// The base of the addresses cannot be determined from the addresses.
    UnknownBase,
    /// The digits may be binary or hexadecimal.
    BitsOrHex,
    /// The line is either the address after the last row of a dump or a few bytes of plain digits.
    EmptyOrPlain,
    /// The offset is negative, or exceeds that of any file.
    Unreachable,
    /// The dump skips this number of bytes, which would have to be written as zeros.
    Gap(u64),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Problem::NotARow => "not a row of a dump",
            Problem::HalfByte => "a byte lacks a digit",
            Problem::Empty => "a row without bytes",
            Problem::Characters => "digits and characters differ in number",
            Problem::Disagree => "digits and characters disagree (to use edited digits, remove all characters)",
            Problem::Groups => "the groups of digits differ in length",
            Problem::CutRow => "the row above it lacks bytes",
            Problem::Address => "the address has more than 64 bits",
            Problem::Overlap => "the row begins before the one above it ends",
            Problem::TooWide => "the row is longer than those above it; set the bytes per row with --width",
            Problem::Star => "'*' does not repeat a whole row",
            Problem::End => "the dump does not end where its last row does",
            Problem::Missing => "the row does not follow the one above it (to patch a file, name it after the dump)",
            Problem::Start => {
                "the first row does not begin at 0: subtract its address with --base (to patch a file, name it after \
                 the dump)"
            }
            Problem::OpenStar => "the dump ends with '*', so the number of rows is unknown",
            Problem::Frame => "the frame around the panels has no bottom, so rows may be missing",
            Problem::Unterminated => "the text ends without a line end, so this row may lack bytes",
            Problem::TooLong => "the line is longer than any row",
            Problem::LittleEndian => "little-endian groups cannot be reversed",
            Problem::Words => "rows of words cannot be reversed, because their byte order is unknown",
            Problem::Octal => "rows of octal numbers cannot be reversed",
            Problem::Numbers => "hexadecimal bytes or other numbers? For bytes, use --plain or, for rows with addresses, --format canonical",
            Problem::UnknownBase => "the addresses do not fit the rows; set their base with --address-radix",
            Problem::BitsOrHex => "binary or hexadecimal? Use --format binary or --format xxd",
            Problem::EmptyOrPlain => "the address at the end of a dump, or plain digits? Use --type x1 or --plain",
            Problem::Unreachable => "no file has this offset; subtract from the addresses with --base",
            Problem::Gap(bytes) => {
                return write!(
                    f,
                    "{bytes} zero bytes would precede this row: subtract from the addresses with --base, \
                     or write to a file"
                );
            }
        })
    }
}

/// A line that cannot be converted to bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The number of the line, from 1.
    pub line: u64,
    /// The start of the line.
    pub text: Vec<u8>,
    /// The problem with the line.
    pub problem: Problem,
}

impl Malformed {
    fn new(line: u64, text: &[u8], problem: Problem) -> Malformed {
        const MAX_SHOWN: usize = 60;
        Malformed { line, text: text[..text.len().min(MAX_SHOWN)].to_vec(), problem }
    }
}

/// A conversion of a dump back to bytes.
#[derive(Clone, Debug)]
pub enum Reverser {
    /// The notation is still unknown.
    Undecided {
        /// The text so far.
        start: Vec<u8>,
        /// The requested notation, if parts of it remain to be detected.
        requested: Option<DumpNotation>,
        /// The hints about the notation.
        hints: Hints,
        /// The placement of the bytes.
        placement: Placement,
    },
    /// Rows with addresses.
    Rows(AddressedRows),
    /// Plain digits.
    Plain(PlainDigits),
    /// Text that is read as by xxd.
    Xxd(XxdText),
}

impl Reverser {
    /// Starts to convert a dump in the requested notation, or else in the detected one.
    pub fn new(requested: Option<DumpNotation>, hints: Hints, placement: Placement) -> Reverser {
        match requested {
            Some(DumpNotation::Rows { layout, base }) => Reverser::Rows(AddressedRows::new(layout, base, placement)),
            Some(DumpNotation::Plain) => Reverser::Plain(PlainDigits::default()),
            Some(DumpNotation::Xxd { width: Some(width) }) => Reverser::Xxd(XxdText::table(width, placement)),
            Some(DumpNotation::XxdPlain) => Reverser::Xxd(XxdText::plain(placement)),
            None | Some(DumpNotation::Xxd { width: None }) => {
                Reverser::Undecided { start: vec![], requested, hints, placement }
            }
        }
    }

    /// Reads the next piece of the dump.
    ///
    /// # Errors
    /// Returns the first line that cannot be converted.
    pub fn feed(&mut self, text: &[u8], sink: &mut impl ByteSink) -> Result<(), Malformed> {
        match self {
            Reverser::Undecided { start, .. } => {
                start.extend_from_slice(text);
                self.decide(false, sink)
            }
            Reverser::Rows(rows) => rows.feed(text, sink),
            Reverser::Plain(plain) => plain.feed(text, sink),
            Reverser::Xxd(xxd) => xxd.feed(text, sink),
        }
    }

    /// Reads the pending text at the end of the dump.
    ///
    /// # Errors
    /// Returns the first line that cannot be converted.
    pub fn finish(mut self, sink: &mut impl ByteSink) -> Result<(), Malformed> {
        self.decide(true, sink)?;
        match self {
            Reverser::Rows(rows) => rows.finish(sink),
            Reverser::Plain(plain) => plain.finish(sink),
            Reverser::Undecided { .. } | Reverser::Xxd(_) => Ok(()),
        }
    }

    /// Switches to a notation once it is known, as it always is for `complete` text.
    fn decide(&mut self, complete: bool, sink: &mut impl ByteSink) -> Result<(), Malformed> {
        let Reverser::Undecided { start, requested, hints, placement } = self else { return Ok(()) };
        let notation = match requested {
            Some(_) => detect::xxd_width(start, complete).map(|width| DumpNotation::Xxd { width: Some(width) }),
            None => detect(start, complete, *hints)?,
        };
        let Some(notation) = notation else { return Ok(()) };
        let start = std::mem::take(start);
        *self = Reverser::new(Some(notation), *hints, *placement);
        self.feed(&start, sink)
    }
}
