//! Parses the formats of hexdump(1) into units.
//!
//! A format is a list of units, `ITERATIONS/BYTES "TEXT"`. The text contains conversions like those
//! of printf(3), and some of hexdump's own. A row has as many bytes as the format that takes the
//! most, and a shorter format repeats its last unit to match. The accepted syntax and the treatment
//! of unusual text are those of util-linux 2.38.

use super::colour::{self, Condition};
use crate::commands::printf::ConversionSpec;

/// The maximum width and precision of a conversion.
const MAX_FIELD: usize = 4096;

/// The maximum number of bytes in a row and of iterations of a unit.
const MAX_ROW: usize = 1 << 20;

/// The units of a format, in the order in which they are printed.
#[derive(Clone, Debug)]
pub struct RowFormat {
    /// The units, iterated one after another.
    pub units: Vec<FormatUnit>,
}

/// Text with conversions, printed once or more for consecutive bytes.
#[derive(Clone, Debug)]
pub struct FormatUnit {
    /// The number of times that the unit is printed.
    pub iterations: usize,
    /// The number of bytes taken by each iteration.
    pub bytes: usize,
    /// The parts of the text.
    pub prints: Vec<Print>,
    /// Whether the unit is printed once, at the end of all input, and ends its format.
    pub at_end: bool,
}

/// Text and the conversion that follows it.
#[derive(Clone, Debug)]
pub struct Print {
    /// The text before the conversion.
    pub text: Vec<u8>,
    /// The conversion, or `None` after the last one of a unit.
    pub conversion: Option<Conversion>,
    /// The number of bytes taken by the conversion.
    pub bytes: usize,
    /// Whether the last iteration omits a blank at the end of the text.
    pub drops_blank: bool,
    /// The colours for bytes that meet a condition.
    pub colours: Vec<Condition>,
}

/// A conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// The kind of conversion.
    pub kind: ConversionKind,
    /// Flags, field width and precision.
    pub spec: ConversionSpec,
}

/// The kind of a conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversionKind {
    /// `_a`, `_A`: the address, in the base of the conversion `d`, `o` or `x`.
    Address(u8),
    /// `c`: a byte.
    Byte,
    /// `_c`: a character, an escape, or octal digits.
    Escape,
    /// `_p`: a character, or a dot.
    Printable,
    /// `_u`: the name of a control character.
    Name,
    /// `d`, `i`.
    Signed,
    /// `o`, `u`, `x`, `X`.
    Unsigned(u8),
    /// `e`, `f`, `g`, `E`, `G`.
    Float(u8),
    /// `s`: bytes up to a NUL.
    Text,
}

/// All formats of a dump.
#[derive(Clone, Debug)]
pub struct Formats {
    /// The number of bytes per row, or 0 if no format takes any.
    pub row: usize,
    /// The formats printed for each row.
    pub formats: Vec<RowFormat>,
    /// The unit printed at the end of the input.
    pub end: Option<FormatUnit>,
}

/// A unit as it is written in a format.
struct WrittenUnit {
    iterations: Option<usize>,
    bytes: usize,
    text: Vec<u8>,
}

impl RowFormat {
    /// Returns the parts of a row in order, each with the index of its first byte in the row, and
    /// whether it is in the last iteration of its unit.
    pub fn prints(&self) -> impl Iterator<Item = (&Print, usize, bool)> {
        let units = self.units.iter().take_while(|unit| !unit.at_end);
        let iterations = units.flat_map(|unit| (0..unit.iterations).rev().map(move |left| (unit, left == 0)));
        let prints = iterations.flat_map(|(unit, is_last)| unit.prints.iter().map(move |print| (print, is_last)));
        prints.scan(0, |at, (print, is_last)| {
            let start = *at;
            *at += print.bytes;
            Some((print, start, is_last))
        })
    }
}

impl Print {
    /// Returns the text before the conversion.
    pub fn text(&self, is_last: bool) -> &[u8] {
        &self.text[..self.text.len() - usize::from(self.drops_blank && is_last)]
    }
}

impl Formats {
    /// Parses formats. Colours are ignored unless `coloured` is set.
    ///
    /// # Errors
    /// Returns hexdump's message about the first invalid format.
    pub fn parse(texts: &[Vec<u8>], coloured: bool) -> Result<Formats, String> {
        let written: Vec<Vec<WrittenUnit>> = texts.iter().map(|text| split(text)).collect::<Result<_, _>>()?;
        let sizes: Vec<usize> = written.iter().map(|units| row_size(units)).collect();
        let row = sizes.iter().copied().max().unwrap_or(0);
        if row > MAX_ROW {
            return Err(format!("a format takes {row} bytes per row, more than the maximum of {MAX_ROW}"));
        }
        let mut formats = vec![];
        let mut end = None;
        for (units, size) in written.iter().zip(sizes) {
            let format = format(units, row - size, coloured)?;
            end = format.units.iter().rev().find(|unit| unit.at_end).cloned().or(end);
            formats.push(format);
        }
        Ok(Formats { row, formats, end })
    }
}

fn bad(format: &[u8]) -> String {
    format!("bad format {{{}}}", String::from_utf8_lossy(format))
}

/// Splits a format into units.
fn split(format: &[u8]) -> Result<Vec<WrittenUnit>, String> {
    let mut units = vec![];
    let mut rest = format.trim_ascii_start();
    while !rest.is_empty() {
        let mut iterations = None;
        if rest[0].is_ascii_digit() {
            let (number, after) = number(rest).ok_or_else(|| bad(format))?;
            if !after.first().is_some_and(|&byte| byte.is_ascii_whitespace() || byte == b'/') {
                return Err(bad(format));
            }
            iterations = Some(number);
            rest = after[1..].trim_ascii_start();
        }
        if let [b'/', after @ ..] = rest {
            rest = after.trim_ascii_start();
        }
        let mut bytes = 0;
        if rest.first().is_some_and(u8::is_ascii_digit) {
            let (number, after) = number(rest).ok_or_else(|| bad(format))?;
            if !after.first().is_some_and(u8::is_ascii_whitespace) {
                return Err(bad(format));
            }
            bytes = number;
            rest = after.trim_ascii_start();
        }
        let Some(after) = rest.strip_prefix(b"\"") else { return Err(bad(format)) };
        let length = memchr::memchr(b'"', after).ok_or_else(|| bad(format))?;
        units.push(WrittenUnit { iterations, bytes, text: unescaped(&after[..length]) });
        rest = after[length + 1..].trim_ascii_start();
    }
    Ok(units)
}

/// Parses a number, unless it is too large for a part of a row.
fn number(text: &[u8]) -> Option<(usize, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = str::from_utf8(&text[..digits]).ok()?.parse().ok().filter(|&value| value <= MAX_ROW)?;
    Some((value, &text[digits..]))
}

fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = vec![];
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        out.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'a') => 7,
                Some(b'b') => 8,
                Some(b'f') => 12,
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'v') => 11,
                Some(&other) => other,
                None => break,
            },
            byte => byte,
        });
    }
    out
}

/// Skips flags and the field width, and returns the precision and the text after it.
fn after_flags(text: &[u8]) -> (Option<usize>, &[u8]) {
    let flags = text.iter().take_while(|byte| b"#-+ 0123456789".contains(byte)).count();
    match &text[flags..] {
        [b'.', digits @ ..] => match digits.first().filter(|byte| byte.is_ascii_digit()) {
            Some(_) => number(digits).map_or((Some(MAX_ROW + 1), &[][..]), |(value, rest)| (Some(value), rest)),
            None => (None, digits),
        },
        rest => (None, rest),
    }
}

/// Returns the number of bytes per row taken by a format.
fn row_size(units: &[WrittenUnit]) -> usize {
    let size = |unit: &WrittenUnit| {
        let bytes = if unit.bytes > 0 { unit.bytes } else { conversions_size(&unit.text) };
        bytes.saturating_mul(unit.iterations.unwrap_or(1))
    };
    units.iter().map(size).fold(0, usize::saturating_add)
}

fn conversions_size(text: &[u8]) -> usize {
    let mut rest = text;
    let mut bytes: usize = 0;
    while let Some(at) = memchr::memchr(b'%', rest) {
        let (precision, conversion) = after_flags(&rest[at + 1..]);
        bytes = bytes.saturating_add(match conversion {
            [b'd' | b'i' | b'o' | b'u' | b'x' | b'X', ..] => 4,
            [b'e' | b'f' | b'g' | b'E' | b'G', ..] => 8,
            [b's', ..] => precision.unwrap_or(0),
            [b'c', ..] | [b'_', b'c' | b'p' | b'u', ..] => 1,
            _ => 0,
        });
        rest = conversion.get(1..).unwrap_or_default();
    }
    bytes
}

/// Converts written units to units to print. The last one also takes `missing` bytes of the row.
fn format(written: &[WrittenUnit], missing: usize, coloured: bool) -> Result<RowFormat, String> {
    let mut units = vec![];
    for (i, unit) in written.iter().enumerate() {
        let (prints, at_end) = prints(unit, coloured)?;
        let bytes = if unit.bytes > 0 { unit.bytes } else { prints.iter().map(|print| print.bytes).sum() };
        let is_last = i + 1 == written.len();
        let more = if is_last && unit.iterations.is_none() && bytes > 0 { missing / bytes } else { 0 };
        let iterations = unit.iterations.unwrap_or(1) + more;
        let mut unit = FormatUnit { iterations, bytes, prints, at_end };
        if let Some(last) = unit.prints.last_mut().filter(|_| iterations > 1) {
            last.drops_blank = last.conversion.is_none() && last.text.last().is_some_and(u8::is_ascii_whitespace);
        }
        units.push(unit);
    }
    Ok(RowFormat { units })
}

/// Splits the text of a unit into its parts. Also returns whether it is printed at the end of
/// input.
fn prints(unit: &WrittenUnit, coloured: bool) -> Result<(Vec<Print>, bool), String> {
    let mut prints: Vec<Print> = vec![];
    let (mut at_end, mut conversions) = (false, 0);
    let mut rest = &unit.text[..];
    while !rest.is_empty() {
        let length = memchr::memchr(b'%', rest).unwrap_or(rest.len());
        let text = rest[..length].to_vec();
        if length == rest.len() {
            prints.push(Print { text, conversion: None, bytes: 0, drops_blank: false, colours: vec![] });
            break;
        }
        let after = &rest[length + 1..];
        let (precision, letters) = if unit.bytes > 0 {
            let skipped = after.iter().take_while(|byte| b".#-+ 0123456789".contains(byte)).count();
            (None, &after[skipped..])
        } else {
            after_flags(after)
        };
        let spec = &after[..after.len() - letters.len()];
        let spec = ConversionSpec::parse(spec, MAX_FIELD)
            .ok_or_else(|| format!("a field has more than {MAX_FIELD} columns"))?;
        let (kind, bytes, used) = conversion(letters, unit.bytes, precision)?;
        at_end |= letters.starts_with(b"_A");
        rest = &letters[used..];
        let mut colours = vec![];
        if let Some(list) = rest.strip_prefix(b"_L") {
            let end = memchr::memrchr(b']', list).ok_or("bad conversion character %_L")?;
            let start = memchr::memchr(b'[', list).filter(|&start| start < end);
            if coloured {
                let start = start.ok_or("bad conversion character %_L")?;
                colours = colour::parse(&list[start + 1..end], bytes)?;
            }
            rest = &list[end + 1..];
        }
        let is_address = matches!(kind, ConversionKind::Address(_));
        if unit.bytes > 0 && !is_address {
            conversions += 1;
            if conversions > 1 {
                return Err("byte count with multiple conversion characters".into());
            }
        }
        prints.push(Print { text, conversion: Some(Conversion { kind, spec }), bytes, drops_blank: false, colours });
    }
    Ok((prints, at_end))
}

/// Parses the letters after a `%` and its flags. Returns the kind, the number of bytes taken, and
/// the number of letters.
fn conversion(
    letters: &[u8],
    given: usize,
    precision: Option<usize>,
) -> Result<(ConversionKind, usize, usize), String> {
    let shown = |count: usize| String::from_utf8_lossy(&letters[..letters.len().min(count)]).into_owned();
    let sized = |kind, used, default: usize, allowed: &[usize]| match given {
        0 => Ok((kind, default, used)),
        given if allowed.contains(&given) => Ok((kind, given, used)),
        _ => Err(format!("bad byte count for conversion character {}", shown(used))),
    };
    match letters {
        [b'c', ..] => sized(ConversionKind::Byte, 1, 1, &[1]),
        [b'd' | b'i', ..] => sized(ConversionKind::Signed, 1, 4, &[1, 2, 4, 8]),
        [letter @ (b'o' | b'u' | b'x' | b'X'), ..] => sized(ConversionKind::Unsigned(*letter), 1, 4, &[1, 2, 4, 8]),
        [letter @ (b'e' | b'f' | b'g' | b'E' | b'G'), ..] => sized(ConversionKind::Float(*letter), 1, 8, &[4, 8]),
        [b's', ..] => match (given, precision) {
            (0, None) => Err("%s requires a precision or a byte count".into()),
            (0, Some(precision)) => Ok((ConversionKind::Text, precision, 1)),
            (given, _) => Ok((ConversionKind::Text, given, 1)),
        },
        [b'_', b'a' | b'A', base @ (b'd' | b'o' | b'x'), ..] => Ok((ConversionKind::Address(*base), 0, 3)),
        [b'_', b'a' | b'A', ..] => Err(format!("bad conversion character %{}", shown(3))),
        [b'_', b'c', ..] => sized(ConversionKind::Escape, 2, 1, &[1]),
        [b'_', b'p', ..] => sized(ConversionKind::Printable, 2, 1, &[1]),
        [b'_', b'u', ..] => sized(ConversionKind::Name, 2, 1, &[1]),
        [b'_', ..] => Err(format!("bad conversion character %{}", shown(2))),
        _ => Err(format!("bad conversion character %{}", shown(1))),
    }
}
