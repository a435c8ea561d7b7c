//! Finds counts of seconds at positions where only certain programs write them.

use super::super::notation::scan::Scanner;
use super::super::notation::zone::{Abbreviations, WrittenZone};
use super::super::notation::{Candidate, Notation};
use super::super::stamp::{DAY, Stamp};

/// Returns the count of seconds at `offset` of a line, in one of the notations that occur only in
/// brackets, after brackets, or at the start of a line. No entry was written after second `limit`.
pub fn counted(line: &[u8], offset: usize, zones: &Abbreviations, limit: i64) -> Option<Candidate> {
    let (before, text) = line.split_at(offset);
    let notations: &[Notation] = match before.trim_ascii_end() {
        [] if offset == 0 && (is_of_slapd(text) || text.starts_with(b"0x")) => &[Notation::Hexadecimal],
        [b'[' | b'(' | b'|'] if is_hexadecimal(text) => &[Notation::Hexadecimal],
        [] if offset == 0 => &[Notation::JulianDay],
        [.., b'['] => &[Notation::Uptime, Notation::Elapsed],
        [.., digit, b']'] if digit.is_ascii_digit() => &[Notation::Traced],
        _ => &[],
    };
    notations.iter().find_map(|notation| {
        let stamp = notation.read(&mut Scanner(text), zones)?;
        if *notation == Notation::Hexadecimal && !is_of_slapd(text) && !is_recent(stamp, limit) {
            return None;
        }
        Some(Candidate { notation: notation.clone(), stamp, comma_digits: 0, zone: WrittenZone::Nothing })
    })
}

/// Returns whether a time is within about a year before the log's last change. Memory addresses,
/// which look similar, are not.
fn is_recent(stamp: Stamp, limit: i64) -> bool {
    let Stamp::Instant(time) = stamp else { return false };
    (limit - 400 * DAY..=limit).contains(&time.as_second())
}

/// Returns whether a string begins with eight hexadecimal digits, at least one of which is a
/// letter.
fn is_hexadecimal(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    digits == 8 && text[..8].iter().any(u8::is_ascii_alphabetic)
}

/// Returns whether a line that begins with a hexadecimal number may be one of slapd's. Other such
/// lines begin with an identifier.
fn is_of_slapd(line: &[u8]) -> bool {
    const NEXT: [&[u8]; 8] = [b".", b" conn=", b" slapd ", b" daemon: ", b" => ", b" <= ", b" >>> ", b" <<< "];
    is_hexadecimal(line) && NEXT.iter().any(|next| line[8..].starts_with(next))
}
