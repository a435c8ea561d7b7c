//! The names of months.

use super::scan::Scanner;

/// The months in English.
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Abbreviated months in German, French, Spanish, Italian, Portuguese and Dutch that differ from
/// the English ones (CLDR, `months-format-abbreviated`).
const FOREIGN_MONTHS: [(&str, i32); 29] = [
    ("janv", 1),
    ("jän", 1),
    ("ene", 1),
    ("gen", 1),
    ("févr", 2),
    ("fev", 2),
    ("mars", 3),
    ("mär", 3),
    ("märz", 3),
    ("mrt", 3),
    ("avr", 4),
    ("abr", 4),
    ("mai", 5),
    ("mag", 5),
    ("mei", 5),
    ("juin", 6),
    ("giu", 6),
    ("juni", 6),
    ("juil", 7),
    ("juli", 7),
    ("lug", 7),
    ("août", 8),
    ("ago", 8),
    ("set", 9),
    ("okt", 10),
    ("out", 10),
    ("ott", 10),
    ("dez", 12),
    ("dic", 12),
];

/// Reads the abbreviated name of a month in a language other than English.
pub(super) fn foreign_month(at: &mut Scanner<'_>) -> Option<i32> {
    let name = Scanner(at.0).take_while(|byte| byte.is_ascii_alphabetic() || byte >= 0x80);
    let name = std::str::from_utf8(name).ok()?.to_lowercase();
    let name = if name == "déc" { "dez" } else { &name };
    let &(_, month) = FOREIGN_MONTHS.iter().find(|(known, _)| *known == name)?;
    at.take_while(|byte| byte.is_ascii_alphabetic() || byte >= 0x80);
    Some(month)
}
