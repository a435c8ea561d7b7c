//! Recognises lines of numbers and words that look like bytes in hexadecimal.
//!
//! od and hexdump can write the same bytes in many types, and the text does not name the type. Such
//! a line is rejected unless its form proves that it consists of bytes.

use super::RowLayout;
use super::line::{self, DumpLine};

/// A group of digits, and the number of blanks before it.
type Field<'l> = (usize, &'l [u8]);

fn fields(line: &[u8]) -> Vec<Field<'_>> {
    let mut fields: Vec<Field<'_>> = vec![];
    let mut blanks = 0;
    for group in line.trim_ascii_end().split(|byte| matches!(byte, b' ' | b'\t')) {
        if group.is_empty() {
            blanks += 1;
        } else {
            fields.push((blanks, group));
            blanks = 1;
        }
    }
    fields
}

fn is_decimal(digits: &[u8]) -> bool {
    digits.iter().all(u8::is_ascii_digit)
}

/// Returns whether a line shows words, as od writes them. Each follows one blank, or they all
/// follow an address that has as many digits as in od or hexdump.
pub fn are_words(line: &[u8]) -> bool {
    let lengths: Vec<usize> = fields(line).iter().map(|(_, group)| group.len()).collect();
    let are_words = |words: &[usize]| {
        words.first().is_some_and(|first| matches!(first, 4 | 6 | 8 | 16) && words.iter().all(|word| word == first))
    };
    let is_od = fields(line).iter().all(|(blanks, _)| *blanks == 1);
    match lengths[..] {
        // Among groups of bytes, only the last may be shorter.
        [address @ (6 | 8), word, ..] if word != address && word != 6 && (word > address || lengths.len() > 2) => {
            are_words(&lengths[1..])
        }
        // The last word may have been truncated.
        [.., word, last] if is_od && last < word => are_words(&lengths[..lengths.len() - 1]),
        _ => is_od && are_words(&lengths),
    }
}

/// Returns whether a line without an address may show numbers, or bytes printed above numbers, as
/// od writes them. Each is right-aligned in a column wider than two digits.
pub fn may_be_numbers(line: &[u8]) -> bool {
    // The widths of a blank and the digits of unsigned, signed and octal numbers of one to eight
    // bytes.
    const OD_COLUMNS: [usize; 9] = [4, 5, 6, 7, 11, 12, 21, 22, 23];
    let fields = fields(line);
    let are_decimal = fields.iter().all(|(_, group)| is_decimal(group));
    let Some(&(lead, first)) = fields.first() else { return false };
    let inner = &fields[1..];
    if lead == 0 {
        // The line may have lost the blanks at its start.
        return are_decimal && !inner.is_empty() && inner.iter().all(|(blanks, _)| *blanks > 1);
    }
    // The last number may have been truncated.
    let column = lead + first.len();
    let is_aligned = inner.iter().rev().skip(1).all(|(blanks, group)| blanks + group.len() == column);
    let is_aligned = is_aligned && inner.last().is_none_or(|(blanks, group)| blanks + group.len() <= column);
    // Without their addresses, rows of `hexdump -C` begin with two blanks and have two after each
    // group of eight bytes.
    let are_eights = (1..).zip(inner).all(|(bytes, (blanks, group))| {
        group.len() == 2 && (*blanks == 1 || *blanks == 2 && usize::is_multiple_of(bytes, 8))
    });
    let is_one = inner.is_empty() && first.len() == 2 && (2..=3).contains(&lead);
    is_aligned && are_decimal && OD_COLUMNS.contains(&column)
        || inner.iter().any(|(blanks, _)| *blanks > 1) && !are_eights
        || is_one
}

/// Returns whether a row consists of an address as in od and a single number, which may be decimal.
pub fn may_be_a_number(line: &[u8], row: &DumpLine) -> bool {
    let (start, end) = line::address_digits(line, RowLayout::Wide);
    matches!(row, DumpLine::Row(row) if row.bytes == 1)
        && matches!(end - start, 6 | 7)
        && fields(line).last().is_some_and(|(_, group)| group.len() == 2 && is_decimal(group))
}

/// Returns whether the groups after the address of a row are bytes in octal.
pub fn shows_octal(line: &[u8]) -> bool {
    let fields = fields(line);
    let is_octal = |(_, group): &Field<'_>| group.len() == 3 && group.iter().all(|digit| matches!(digit, b'0'..=b'7'));
    fields.len() > 1 && fields[1..].iter().all(is_octal)
}
