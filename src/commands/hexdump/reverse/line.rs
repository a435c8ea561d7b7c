//! Parses one line of a dump: the address, the bytes and the column of characters.
//!
//! This is the grammar of all rows with addresses. It does not depend on other lines.

use super::super::digits::{PRINTABLE, hex_value};
use super::{Base, Problem, RowLayout};

/// A parsed line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DumpLine {
    /// A line of blanks.
    Blank,
    /// A line of the frame around panels.
    Frame(PanelFrame),
    /// A `*`, which represents repeated rows.
    Star,
    /// An address without bytes, at which the dump ends.
    End(u64),
    /// A row.
    Row(DumpRow),
}

/// A line of the frame around panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelFrame {
    /// The line above the rows.
    Top,
    /// The line below the rows.
    Bottom,
    /// Either frame line: they are identical in ASCII.
    Either,
}

/// The parts of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DumpRow {
    /// The address.
    pub address: u64,
    /// The number of bytes in the row.
    pub bytes: usize,
    /// The length of the longest group of digits.
    pub longest_group: usize,
    /// The position of the character column, or the length of the line if there is none.
    pub characters_at: usize,
    /// Whether that column has borders: `|…|`, or `>…<` in rows of od.
    pub is_bordered: bool,
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Removes the carriage return of a CRLF line end.
pub fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Returns the digits of the address at the start of a line, and their position.
///
/// xxd ignores the text before the first digit, so a row with a colon may have a prefix.
pub fn address_digits(line: &[u8], layout: RowLayout) -> (usize, usize) {
    let has_colon = matches!(layout, RowLayout::Colon | RowLayout::Bits);
    let is_prefix = |byte: &&u8| if has_colon { !byte.is_ascii_hexdigit() } else { is_blank(**byte) };
    let mut start = line.iter().take_while(is_prefix).count();
    if let [b'0', b'x' | b'X', digit, ..] = line[start..]
        && digit.is_ascii_hexdigit()
    {
        start += 2;
    }
    let digits = line[start..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    (start, start + digits)
}

/// Returns the value of an address.
pub fn address_value(digits: &[u8], base: Base) -> Result<u64, Problem> {
    let radix = match base {
        Base::Octal => 8,
        Base::Decimal => 10,
        Base::Hex => 16,
    };
    if digits.is_empty() {
        return Err(Problem::NotARow);
    }
    digits.iter().try_fold(0u64, |address, &digit| {
        let value = hex_value(digit).filter(|&value| u64::from(value) < radix).ok_or(Problem::UnknownBase)?;
        let shifted = address.checked_mul(radix).ok_or(Problem::Address)?;
        shifted.checked_add(u64::from(value)).ok_or(Problem::Address)
    })
}

/// Parses one line, without its terminator, and appends its bytes to `out`.
///
/// # Errors
/// Returns the problem with the line. In this case, `out` may contain some of its bytes.
pub fn read(line: &[u8], layout: RowLayout, base: Base, out: &mut Vec<u8>) -> Result<DumpLine, Problem> {
    let line = without_return(line);
    if line.iter().all(|&byte| is_blank(byte)) {
        return Ok(DumpLine::Blank);
    }
    if line.trim_ascii() == b"*" {
        return Ok(DumpLine::Star);
    }
    let (start, end) = address_digits(line, layout);
    let mut address = address_value(&line[start..end], base)?;
    // xxd writes decimal addresses as signed numbers.
    if base == Base::Decimal && start > 0 && line[start - 1] == b'-' {
        address = address.wrapping_neg();
    }
    let prefixed = start >= 2 && matches!(line[start - 1], b'x' | b'X');
    let body = match body_start(line, end, layout, prefixed)? {
        Some(body) => body,
        None => return Ok(DumpLine::End(address)),
    };
    let mut row = DumpRow { address, bytes: 0, longest_group: 0, characters_at: line.len(), is_bordered: false };
    let before = out.len();
    push_bytes(line, body, layout, &mut row, out)?;
    if row.bytes == 0 {
        return Err(Problem::Empty);
    }
    row.is_bordered = check_characters(line, &row, layout, &out[before..])?;
    Ok(DumpLine::Row(row))
}

/// Returns the position of the first digit after the address, or `None` if there is none.
fn body_start(line: &[u8], end: usize, layout: RowLayout, prefixed: bool) -> Result<Option<usize>, Problem> {
    let after_address = match layout {
        RowLayout::Colon | RowLayout::Bits => {
            if line.get(end) != Some(&b':') {
                return Err(Problem::NotARow);
            }
            end + 1
        }
        // tcpdump writes a colon after the address, and then two blanks.
        RowLayout::Wide => end + usize::from(line.get(end) == Some(&b':')),
        RowLayout::Narrow | RowLayout::Panels(_) => end,
    };
    let blanks = line[after_address..].iter().take_while(|&&byte| is_blank(byte)).count();
    if after_address + blanks == line.len() {
        return match layout {
            RowLayout::Colon | RowLayout::Bits => Err(Problem::Empty),
            RowLayout::Wide | RowLayout::Narrow | RowLayout::Panels(_) => Ok(None),
        };
    }
    let fits = match layout {
        RowLayout::Colon | RowLayout::Bits => blanks == 1 || prefixed && blanks > 1,
        RowLayout::Wide => blanks >= 2,
        RowLayout::Narrow | RowLayout::Panels(_) => blanks == 1,
    };
    if fits { Ok(Some(after_address + blanks)) } else { Err(Problem::NotARow) }
}

/// Appends the bytes whose digits start at `at`, up to the character column.
fn push_bytes(line: &[u8], at: usize, layout: RowLayout, row: &mut DumpRow, out: &mut Vec<u8>) -> Result<(), Problem> {
    let before = out.len();
    let mut at = at;
    let mut last_group = None;
    loop {
        let group = push_group(&line[at..], layout, out)?;
        // Only the last group of a row may be shorter than the others.
        if last_group.is_some_and(|last| last < row.longest_group || group > last) {
            return Err(Problem::Groups);
        }
        last_group = Some(group);
        row.longest_group = row.longest_group.max(group);
        row.bytes = out.len() - before;
        at += group;
        let blanks = line[at..].iter().take_while(|&&byte| is_blank(byte)).count();
        let next = at + blanks;
        if next == line.len() {
            return Ok(());
        }
        let digit_follows = line[next].is_ascii_hexdigit();
        // Dumps in columns have a wider gap after each group of eight bytes.
        let may_gap = matches!(layout, RowLayout::Wide) && blanks == 2 && row.bytes.is_multiple_of(8);
        match blanks {
            0 => return Err(Problem::NotARow),
            1 if !digit_follows => return Err(Problem::NotARow),
            1 => {}
            _ if may_gap && digit_follows && line.get(next + 1).is_some_and(u8::is_ascii_hexdigit) => {}
            _ => {
                row.characters_at = next;
                return Ok(());
            }
        }
        at = next;
    }
}

/// Appends the bytes of the digits at the start of `text`, and returns the number of digits.
fn push_group(text: &[u8], layout: RowLayout, out: &mut Vec<u8>) -> Result<usize, Problem> {
    if layout == RowLayout::Bits {
        let (bytes, _) = text.as_chunks::<8>();
        let is_byte = |byte: &&[u8; 8]| byte.iter().all(|digit| matches!(digit, b'0' | b'1'));
        let count = bytes.iter().take_while(is_byte).count();
        out.extend(bytes[..count].iter().map(|byte| byte.iter().fold(0, |value, digit| value << 1 | (digit & 1))));
        let more = text.get(8 * count).is_some_and(u8::is_ascii_hexdigit);
        return if more || count == 0 { Err(Problem::HalfByte) } else { Ok(8 * count) };
    }
    let mut digits = 0;
    while let [high, low, ..] = text[digits..] {
        let (Some(high), Some(low)) = (hex_value(high), hex_value(low)) else { break };
        out.push(high << 4 | low);
        digits += 2;
    }
    if text.get(digits).is_some_and(u8::is_ascii_hexdigit) {
        return Err(Problem::HalfByte);
    }
    if digits == 0 { Err(Problem::NotARow) } else { Ok(digits) }
}

/// Checks that there are as many characters as bytes, if the character column has borders. Returns
/// whether it has borders.
fn check_characters(line: &[u8], row: &DumpRow, layout: RowLayout, bytes: &[u8]) -> Result<bool, Problem> {
    let text = &line[row.characters_at..];
    let (open, close) = match layout {
        RowLayout::Wide => (b'|', b'|'),
        RowLayout::Narrow => (b'>', b'<'),
        RowLayout::Colon | RowLayout::Bits | RowLayout::Panels(_) => (0, 0),
    };
    // If the line ends with the characters of the bytes, they have no borders, unless the column
    // has two more characters than bytes.
    let are_bare = layout == RowLayout::Wide && shows_exactly(line, bytes) && text.len() != row.bytes + 2;
    match text {
        [first, inner @ .., last] if !are_bare && *first == open && *last == close => {
            if inner.len() == row.bytes {
                Ok(true)
            } else {
                Err(Problem::Characters)
            }
        }
        [_, ..] if layout == RowLayout::Narrow => Err(Problem::NotARow),
        [first, ..] if !are_bare && *first == open => Err(Problem::Characters),
        _ if shows_bytes(text, bytes) || shows_row(text, row.bytes) => Err(Problem::Characters),
        // `xxd -r` ignores any text after its digits.
        _ if layout == RowLayout::Wide && has_more(text, row.bytes) && !starts_with_characters(text, bytes) => {
            Err(Problem::Characters)
        }
        _ => Ok(false),
    }
}

/// Returns whether a line ends with the characters of `bytes`.
pub fn shows_exactly(line: &[u8], bytes: &[u8]) -> bool {
    let start = line.len().saturating_sub(bytes.len());
    line[start..].iter().eq(bytes.iter().map(|&byte| &PRINTABLE[usize::from(byte)]))
}

/// Returns whether `text` starts with the characters of `bytes`, which makes the rest of it a note.
fn starts_with_characters(text: &[u8], bytes: &[u8]) -> bool {
    text.get(..bytes.len()).is_some_and(|text| shows_exactly(text, bytes))
}

/// Returns whether `text` is too long to show `bytes` bytes, even with a blank after every eight.
fn is_longer(text: &[u8], bytes: usize) -> bool {
    let characters = std::str::from_utf8(text).map_or(text.len(), |text| text.chars().count());
    characters > bytes + bytes / 8
}

/// Returns whether `text` is too long to show `bytes` bytes, even with a blank after every four.
fn has_more(text: &[u8], bytes: usize) -> bool {
    is_longer(text, bytes + bytes / 8)
}

/// Returns whether the text after a wide gap contains further digits rather than characters.
fn shows_bytes(text: &[u8], bytes: &[u8]) -> bool {
    let digits = text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    // As many digits as bytes may be the characters themselves, followed by a note.
    let are_characters = digits == bytes.len() && starts_with_characters(text, bytes);
    let is_longer = is_longer(text, bytes.len());
    digits > 0 && !are_characters && text.get(digits).is_none_or(|&byte| is_blank(byte)) && is_longer
}

/// Returns whether the address of another row follows the characters, because a line end was lost.
fn shows_row(text: &[u8], bytes: usize) -> bool {
    let starts_row = |text: &[u8]| {
        // An address has at most 16 digits, which also bounds the time for a long line.
        let digits = text.iter().take(17).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let after = &text[digits..];
        (4..=16).contains(&digits)
            && (after.starts_with(b": ") || after.starts_with(b"  "))
            && after.trim_ascii_start().first().is_some_and(|&byte| byte == b':' || byte.is_ascii_hexdigit())
    };
    is_longer(text, bytes) && (bytes.min(4)..text.len()).any(|at| starts_row(&text[at..]))
}

/// Returns the character column of a row, with one character for each byte. Returns `None` if there
/// is no column of that length.
pub fn characters<'l>(line: &'l [u8], row: &DumpRow) -> Option<&'l [u8]> {
    let line = without_return(line);
    if row.characters_at >= line.len() {
        return None;
    }
    // In a column without borders, a bar at the end is a character.
    let line = &line[..line.len() - usize::from(row.is_bordered)];
    let start = line.len().checked_sub(row.bytes)?;
    // The column may start with blanks, which are then part of the characters.
    (start + row.bytes >= row.characters_at).then(|| &line[start..])
}
