//! Compares the characters of a row with its bytes, to detect damaged digits.

use std::sync::LazyLock;

use super::super::charset::{EBCDIC, signs};
use super::super::digits::PRINTABLE;
use super::line::{DumpRow, shows_exactly};
use crate::cli::hexdump::CharacterTable;

/// The numbers of characters after which some tools write a blank.
const PARTS_OF_ROW: [usize; 2] = [8, 4];

static TABLES: LazyLock<[[char; 256]; 5]> = LazyLock::new(|| {
    use CharacterTable::{Ascii, Braille, Codepage437, Default, Ebcdic};
    [Ascii, Ebcdic, Default, Codepage437, Braille].map(signs)
});

/// The character sets that the dump may use: those that show the bytes of all rows so far.
///
/// If each row could use a different one, a row of dots would match nearly any bytes, because
/// EBCDIC shows dots for the letters of ASCII.
#[derive(Clone, Copy, Debug)]
pub struct CharacterSets {
    /// A bit for each of [`TABLES`], and one for the character sets of all locales.
    possible: u8,
}

impl Default for CharacterSets {
    fn default() -> CharacterSets {
        CharacterSets { possible: u8::MAX }
    }
}

impl CharacterSets {
    const ASCII: u8 = 1;
    const EBCDIC: u8 = 1 << 1;
    const LOCAL: u8 = 1 << 5;

    /// Returns whether the character column of a row matches `bytes`.
    ///
    /// A column without borders may lack blanks at its ends, may have a blank after every four or
    /// eight characters, and may be followed by a note.
    pub fn agree(&mut self, line: &[u8], row: &DumpRow, bytes: &[u8]) -> bool {
        let text = &line[row.characters_at..];
        if row.is_bordered {
            let inner = &text[1..text.len() - 1];
            // Almost all rows are in ASCII, which needs no search of the tables.
            let is_ascii = inner.len() == bytes.len() && shows_exactly(inner, bytes) && self.may_be_ascii(bytes);
            return is_ascii || self.show(&inner.iter().copied().map(char::from).collect::<Vec<_>>(), bytes);
        }
        if text.len() <= bytes.len() && shows_exactly(line, bytes) && self.may_be_ascii(bytes) {
            return true;
        }
        let single_bytes = || text.iter().copied().map(char::from).collect();
        let as_utf8: Option<Vec<char>> = str::from_utf8(text).ok().map(|text| text.chars().collect());
        self.bare_agree(&as_utf8.unwrap_or_else(single_bytes), bytes)
            || !text.is_ascii() && self.bare_agree(&single_bytes(), bytes)
    }

    /// Returns whether `text` shows `bytes` in any possible character set. If so, excludes the sets
    /// in which it does not.
    pub fn show(&mut self, text: &[char], bytes: &[u8]) -> bool {
        if text.len() != bytes.len() {
            return false;
        }
        let all = |fits: &dyn Fn(char, u8) -> bool| text.iter().zip(bytes).all(|(&sign, &byte)| fits(sign, byte));
        let mut fitting = if all(&is_local) { CharacterSets::LOCAL } else { 0 };
        for (i, table) in TABLES.iter().enumerate() {
            fitting |= u8::from(all(&|sign, byte| sign == table[usize::from(byte)])) << i;
        }
        let possible = self.possible & fitting;
        let is_ascii_lost = (self.possible & !possible) & CharacterSets::ASCII != 0;
        // Dots and blanks alone are no evidence that the dump is not in ASCII.
        let is_evident = || !all(&|sign, byte| matches!(sign, '.' | ' ') || sign == ascii(byte));
        let is_shown = possible != 0 && (!is_ascii_lost || is_evident());
        if is_shown {
            self.possible = possible;
        }
        is_shown
    }

    /// Returns whether the dump may be in ASCII, given a row that shows `bytes` in ASCII. If EBCDIC
    /// would show these bytes differently, it is excluded.
    fn may_be_ascii(&mut self, bytes: &[u8]) -> bool {
        if self.possible & CharacterSets::ASCII == 0 {
            return false;
        }
        let differs = |&byte: &u8| EBCDIC[usize::from(byte)] != PRINTABLE[usize::from(byte)];
        if self.possible & CharacterSets::EBCDIC != 0 && bytes.iter().any(differs) {
            self.possible &= !CharacterSets::EBCDIC;
        }
        true
    }

    fn bare_agree(&mut self, text: &[char], bytes: &[u8]) -> bool {
        let end = text.iter().rposition(|&sign| sign != ' ').map_or(0, |last| last + 1);
        let missing = bytes.len().checked_sub(end);
        let padded = |before: usize| -> Vec<char> {
            let blanks = |count| std::iter::repeat_n(' ', count);
            blanks(before).chain(text[..end].iter().copied()).chain(blanks(bytes.len() - end - before)).collect()
        };
        if missing.is_some_and(|missing| (0..=missing).any(|before| self.show(&padded(before), bytes))) {
            return true;
        }
        self.start(text, bytes) || PARTS_OF_ROW.iter().any(|&part| self.parts_start(text, part, bytes))
    }

    /// Returns whether `text` shows `bytes` with a blank after every `part` characters, and then
    /// either ends or continues with a note.
    fn parts_start(&mut self, text: &[char], part: usize, bytes: &[u8]) -> bool {
        let gaps = bytes.len().saturating_sub(1) / part;
        let has_gaps = text.chunks(part + 1).take(gaps).all(|part_of| part_of.get(part) == Some(&' '));
        let signs = text.chunks(part + 1).flat_map(|part_of| part_of.iter().copied().take(part));
        gaps > 0 && has_gaps && self.start(&signs.collect::<Vec<_>>(), bytes)
    }

    /// Returns whether `text` shows `bytes`, and then either ends or has a blank and a note.
    fn start(&mut self, text: &[char], bytes: &[u8]) -> bool {
        text.get(bytes.len()).is_none_or(|&sign| sign == ' ')
            && text.get(..bytes.len()).is_some_and(|text| self.show(text, bytes))
    }
}

fn ascii(byte: u8) -> char {
    char::from(PRINTABLE[usize::from(byte)])
}

/// Returns whether `sign` may show `byte` in the character set of any locale.
fn is_local(sign: char, byte: u8) -> bool {
    match (ascii(byte), sign) {
        (printable, sign) if sign == printable => true,
        (printable, _) if printable != '.' || byte == b'.' => false,
        // In panels, the first symbol shows only a zero, and the second only control characters.
        (_, '⋄' | '•') => false,
        (_, '×' | '?') => byte >= 0x80,
        _ => !sign.is_ascii(),
    }
}
