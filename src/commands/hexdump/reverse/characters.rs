//! Compares the characters of a row with its bytes, so that a damaged digit is noticed.

use std::sync::LazyLock;

use super::super::charset::signs;
use super::super::digits::PRINTABLE;
use super::line::{DumpRow, shows_exactly};
use crate::cli::hexdump::CharacterTable;

/// The number of characters after which some tools leave a blank.
const HALF_ROW: usize = 8;

static TABLES: LazyLock<[[char; 256]; 5]> = LazyLock::new(|| {
    use CharacterTable::{Ascii, Braille, Codepage437, Default, Ebcdic};
    [Ascii, Ebcdic, Default, Codepage437, Braille].map(signs)
});

/// Returns whether the character column of a row shows its `bytes`.
///
/// A column without borders may lack blanks at its ends, have a blank after every eight characters,
/// and be followed by a note.
pub fn agree(line: &[u8], row: &DumpRow, bytes: &[u8]) -> bool {
    let text = &line[row.characters_at..];
    if row.is_bordered {
        let inner = &text[1..text.len() - 1];
        // Almost all rows are in ASCII, where no table has to be tried.
        let is_ascii = inner.len() == bytes.len() && shows_exactly(inner, bytes);
        return is_ascii || shows(&inner.iter().copied().map(char::from).collect::<Vec<_>>(), bytes);
    }
    if text.len() <= bytes.len() && shows_exactly(line, bytes) {
        return true;
    }
    let single_bytes = || text.iter().copied().map(char::from).collect();
    let as_utf8: Option<Vec<char>> = str::from_utf8(text).ok().map(|text| text.chars().collect());
    bare_agree(&as_utf8.unwrap_or_else(single_bytes), bytes) || !text.is_ascii() && bare_agree(&single_bytes(), bytes)
}

fn bare_agree(text: &[char], bytes: &[u8]) -> bool {
    let end = text.iter().rposition(|&sign| sign != ' ').map_or(0, |last| last + 1);
    let missing = bytes.len().checked_sub(end);
    let padded = |before: usize| -> Vec<char> {
        let blanks = |count| std::iter::repeat_n(' ', count);
        blanks(before).chain(text[..end].iter().copied()).chain(blanks(bytes.len() - end - before)).collect()
    };
    if missing.is_some_and(|missing| (0..=missing).any(|before| shows(&padded(before), bytes))) {
        return true;
    }
    let gaps = bytes.len().saturating_sub(1) / HALF_ROW;
    let halves = || text.chunks(HALF_ROW + 1);
    let without_gaps = || -> Vec<char> { halves().flat_map(|half| half.iter().copied().take(HALF_ROW)).collect() };
    let has_gaps = || halves().take(gaps).all(|half| half.get(HALF_ROW) == Some(&' '));
    starts_with(text, bytes) || gaps > 0 && has_gaps() && starts_with(&without_gaps(), bytes)
}

/// Returns whether `text` shows `bytes`, and then ends or goes on with a blank before a note.
fn starts_with(text: &[char], bytes: &[u8]) -> bool {
    text.get(bytes.len()).is_none_or(|&sign| sign == ' ')
        && text.get(..bytes.len()).is_some_and(|text| shows(text, bytes))
}

/// Returns whether the characters are those of `bytes` in some table, or in the character set of
/// some locale.
pub fn shows(text: &[char], bytes: &[u8]) -> bool {
    let all = |fits: &dyn Fn(char, u8) -> bool| text.iter().zip(bytes).all(|(&sign, &byte)| fits(sign, byte));
    let is_local = |sign: char, byte: u8| match (char::from(PRINTABLE[usize::from(byte)]), sign) {
        (printable, sign) if sign == printable => true,
        (printable, _) if printable != '.' || byte == b'.' => false,
        // Panels show only a zero, and only control characters, like this.
        (_, '⋄' | '•') => false,
        (_, '×' | '?') => byte >= 0x80,
        _ => !sign.is_ascii(),
    };
    text.len() == bytes.len()
        && (all(&|sign, byte| sign == char::from(PRINTABLE[usize::from(byte)]))
            || TABLES.iter().any(|table| all(&|sign, byte| sign == table[usize::from(byte)]))
            || all(&is_local))
}
