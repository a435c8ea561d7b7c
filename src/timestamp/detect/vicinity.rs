//! Examines the bytes before a time: whether it may begin there, and whether it is on its own.

use std::net::IpAddr;

use super::super::notation::months::MONTHS;
use super::super::notation::scan::Scanner;

/// Returns whether a string is one number or one name in brackets, with blanks, after any escape
/// sequences that set colours.
///
/// A number that is too long for a part of a date may have a fraction and end its column, as in
/// Cisco's `00012345.001 |`.
pub fn is_number(text: &[u8]) -> bool {
    let mut at = Scanner(text);
    at.invisible();
    let is_long = at.count_digits() >= 5;
    let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b' ' || is_long && matches!(byte, b'.' | b'|');
    at.0.iter().all(is_part) || is_name_in_brackets(at.0) || has_no_date(at.0) || is_number_and_level(at)
}

/// Returns whether a string is the number of a line and a word in capitals, as in the logs of
/// Cisco's telephones: `1234: NOT `.
fn is_number_and_level(mut at: Scanner<'_>) -> bool {
    let digits = at.take_while(|byte| byte.is_ascii_digit()).len();
    let _ = at.take(b": ");
    let level = at.take_while(|byte| byte.is_ascii_uppercase());
    digits > 0 && level.len() >= 3 && at.0 == b" " && Scanner(level).name(&MONTHS).is_none()
}

/// Returns whether a string contains a digit outside the escape sequences that set colours.
pub fn has_visible_digit(text: &[u8]) -> bool {
    let mut at = Scanner(text);
    loop {
        at.invisible();
        match at.take_if(|_| true) {
            None => return false,
            Some(byte) if byte.is_ascii_digit() => return true,
            Some(_) => {}
        }
    }
}

/// Returns whether a string consists of an address and a number in brackets, as in IceWarp's logs,
/// or of columns of which at most one is a number, as in MetaTrader's `CS\t0\t`.
fn has_no_date(text: &[u8]) -> bool {
    let Some((last, columns)) = text.split_last().filter(|(last, _)| matches!(last, b' ' | b'\t')) else {
        return false;
    };
    let has_digits = |word: &&[u8]| word.iter().any(u8::is_ascii_digit);
    if *last == b'\t' {
        let mut numbers = columns.split(|byte| *byte == b'\t').filter(has_digits);
        let only = numbers.next().is_none_or(|number| number.len() < 5 && number.iter().all(u8::is_ascii_digit));
        let names_month = (0..columns.len()).any(|at| Scanner(&columns[at..]).name(&MONTHS).is_some());
        return only && numbers.next().is_none() && !names_month;
    }
    let address = |word: &[u8]| std::str::from_utf8(word).is_ok_and(|word| word.parse::<IpAddr>().is_ok());
    let in_brackets = |word: &[u8]| matches!(word, [b'[', id @ .., b']'] if id.iter().all(u8::is_ascii_hexdigit));
    columns.split(|byte| *byte == b' ').all(|word| word.is_empty() || address(word) || in_brackets(word))
}

/// Returns whether a line begins with minutes and seconds that are not a time of day: ` 31:54 `.
pub fn counts_minutes(line: &[u8]) -> bool {
    let mut at = Scanner(line.trim_ascii_start());
    let minutes = at.digits(at.count_digits().clamp(2, 3));
    let seconds = at.take(b":").and_then(|()| at.digits(2));
    minutes.is_some_and(|minutes| minutes > 23)
        && seconds.is_some_and(|seconds| seconds < 60)
        && at.peek() == Some(b' ')
}

/// Returns whether a string is one word in brackets that is not a date, such as `[A1B2C] `, or a
/// word and a number, such as `[pid 123] `.
fn is_name_in_brackets(text: &[u8]) -> bool {
    let Some(word) = text.trim_ascii().strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")) else {
        return false;
    };
    let is_name = |name: &[u8]| name.iter().all(u8::is_ascii_alphanumeric) && name.iter().any(u8::is_ascii_alphabetic);
    let mut parts = word.splitn(2, |byte| *byte == b' ');
    let is_word = parts.next().is_some_and(is_name)
        && parts.next().is_none_or(|number| number.trim_ascii_start().iter().all(u8::is_ascii_digit));
    is_word && !(0..word.len()).any(|at| Scanner(&word[at..]).name(&MONTHS).is_some())
}

/// Returns whether a number after `before` is part of a name: `sshd[123]`, `555-123`.
pub fn ends_a_name(before: &[u8]) -> bool {
    match before {
        [.., name, b'['] => name.is_ascii_alphanumeric() || *name == b'_',
        [.., last] => *last == b'-',
        [] => false,
    }
}

/// Returns whether the number at `offset` continues the number before it, as in `2026-11-21`.
pub fn continues(line: &[u8], offset: usize) -> bool {
    line[offset].is_ascii_digit()
        && matches!(&line[..offset], [.., digit, b'-' | b'/' | b'.'] if digit.is_ascii_digit())
}

/// Returns whether a time may begin at `offset`: at a digit or letter that does not continue
/// another one.
pub fn may_begin(line: &[u8], offset: usize) -> bool {
    let byte = line[offset];
    let before = offset.checked_sub(1).map_or(b' ', |at| line[at]);
    match byte {
        b'@' => offset == 0,
        // A day or an hour may be padded.
        b' ' if offset == 0 => matches!(line[1..], [digit, b' ' | b':', ..] if digit.is_ascii_digit()),
        b' ' | b'+' => before == b'[',
        b'.' => line[..offset].ends_with(b"] "),
        b'0'..=b'9' => {
            // klog's level is one capital letter, at the start or after a bracket or blank.
            let level = before.is_ascii_uppercase() && (offset == 1 || !line[offset - 2].is_ascii_alphanumeric());
            let colour = before == b'm' && line[..offset - 1].iter().rev().take(12).any(|&byte| byte == 0x1b);
            !before.is_ascii_alphanumeric() && !matches!(before, b'.' | b'_') || level || colour
        }
        byte if byte.is_ascii_alphabetic() => {
            let colour = before == b'm' && line[..offset - 1].iter().rev().take(12).any(|&byte| byte == 0x1b);
            !before.is_ascii_alphanumeric() || colour
        }
        _ => false,
    }
}
