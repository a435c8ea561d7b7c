//! Words in typed times: those that add nothing, and synonyms.

use super::super::notation::months::{MONTHS, foreign_month};
use super::super::notation::scan::Scanner;

/// Words that add nothing to a time.
const FILLERS: [&str; 14] = ["at", "on", "the", "of", "and", "um", "den", "uhr", "le", "à", "às", "de", "del", "г."];

/// Names for today and yesterday in the languages whose months are known.
const DAYS: [(&str, &str); 2] = [
    ("today", "heute aujourd'hui aujourd’hui hoy oggi hoje vandaag idag dzisiaj сегодня"),
    ("yesterday", "gestern hier ayer ieri ontem gisteren igår wczoraj вчера"),
];

/// The days of the week in the same languages, abbreviated and in full (CLDR).
const WEEKDAYS: [(&str, &str); 7] = [
    (
        "Mon",
        "mo montag lun lundi lunes lunedì seg segunda segunda-feira ma maandag man mandag mån måndag pon poniedziałek пн понедельник",
    ),
    (
        "Tue",
        "di dienstag mar mardi martes martedì ter terça terça-feira dinsdag tir tirsdag tis tisdag wto wtorek вт вторник",
    ),
    (
        "Wed",
        "mi mittwoch mer mercredi mié miércoles mercoledì qua quarta quarta-feira wo woensdag ons onsdag śro środa ср среда",
    ),
    (
        "Thu",
        "do donnerstag jeu jeudi jue jueves gio giovedì qui quinta quinta-feira donderdag tor torsdag tors czw czwartek чт четверг",
    ),
    (
        "Fri",
        "fr freitag ven vendredi vie viernes venerdì sex sexta sexta-feira vr vrijdag fre fredag pią piątek пт пятница",
    ),
    (
        "Sat",
        "sa samstag sonnabend sam samedi sáb sábado sab sabato za zaterdag lør lørdag lör lördag sob sobota сб суббота",
    ),
    (
        "Sun",
        "so sonntag dim dimanche dom domingo domenica zo zondag søn søndag sön söndag nie niedziela вс воскресенье",
    ),
];

/// Returns `text` without marks that set its direction, and with plain blanks, because it may have
/// been copied from a chat or from a log of Apple's systems.
pub fn without_marks(text: &str) -> String {
    let is_mark =
        |char: &char| matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|char| !is_mark(char)).map(|char| if char.is_whitespace() { ' ' } else { char }).collect()
}

/// Returns `text` without the words that add nothing, and with synonyms replaced by words that the
/// other parsers know.
pub fn common_words(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let is_german = text.split_whitespace().any(|word| word.eq_ignore_ascii_case("uhr"));
    for (index, word) in text.split_whitespace().enumerate() {
        let lower = word.to_lowercase();
        let known = |names: &[(&'static str, &str)], word: &str| {
            names.iter().find(|(_, others)| others.split(' ').any(|other| other == word)).map(|(name, _)| *name)
        };
        match &*lower {
            filler if FILLERS.contains(&filler) => {}
            "a.m." => words.push("am".to_owned()),
            "p.m." => words.push("pm".to_owned()),
            // Go prints a time with its monotonic clock.
            _ if index > 3 && lower.starts_with("m=") => {}
            _ if index > 2 && follows_offset(words.last(), word) => {}
            "noon" | "midnight" if words.last().is_some_and(|last| last == "12") => {
                words.pop();
                words.push(lower);
            }
            _ => {
                let weekday = known(&WEEKDAYS, lower.trim_end_matches([',', '.'])).filter(|_| index == 0);
                // This word may mean March, unless another month follows.
                let weekday = weekday.filter(|_| !is_month(word) || text.split_whitespace().skip(1).any(is_month));
                let word = if is_month(word) { word.trim_end_matches(',') } else { word };
                words.push(
                    weekday.or_else(|| known(&DAYS, &lower)).map_or_else(|| without_ordinal(word), str::to_owned),
                );
            }
        }
    }
    match &words[..] {
        // This is an hour of today, and not a plain number.
        [hour] if is_german && hour.len() <= 2 => format!("today {hour}"),
        _ => words.join(" "),
    }
}

/// Returns whether a word is the abbreviation of a zone that follows its offset, as in `14:30:05
/// +0100 CET`.
fn follows_offset(last: Option<&String>, word: &str) -> bool {
    let offset = last.and_then(|last| last.strip_prefix(['+', '-']));
    let is_offset = offset.is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()));
    is_offset && (3..=5).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_month(word: &str) -> bool {
    let word = word.trim_end_matches(['.', ',']).as_bytes();
    let reads = |read: &dyn Fn(&mut Scanner<'_>) -> Option<i32>| {
        let mut at = Scanner(word);
        read(&mut at).is_some() && at.0.is_empty()
    };
    reads(&|at| at.name(&MONTHS)) || reads(&foreign_month)
}

/// Returns whether a string names a part of the day, which has no exact beginning and end.
pub fn names_part_of_day(lower: &str) -> bool {
    let is_part = |word: &str| matches!(word, "morning" | "afternoon" | "evening" | "night");
    lower == "tonight"
        || lower.split_once(' ').is_some_and(|(day, part)| {
            matches!(day, "this" | "last" | "today" | "yesterday" | "tomorrow") && is_part(part)
        })
}

/// Returns `21` for `21st`.
fn without_ordinal(word: &str) -> String {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, suffix) = word.split_at(digits);
    let letters = suffix.trim_end_matches(',');
    let is_ordinal = ["st", "nd", "rd", "th", "er"].iter().any(|end| letters.eq_ignore_ascii_case(end));
    if (1..=2).contains(&digits) && is_ordinal {
        return format!("{number}{}", &suffix[letters.len()..]);
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::timestamp::parse_time;

    /// Regression: the first five lost their zone; all others were rejected. Now is a Saturday.
    #[test]
    fn zones_of_bare_times_and_more_phrases() {
        let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
        let now = "2026-11-21T12:00:00Z".parse::<Timestamp>().unwrap().to_zoned(zone);
        let shown = |text: &str| parse_time(text, &now).map(|typed| format!("{}..{}", typed.first, typed.last));
        for (text, plain) in [
            ("14:30Z", "2026-11-21 15:30"),
            ("14:30 UTC", "2026-11-21 15:30"),
            ("14:30:05 -0500", "2026-11-21 20:30:05"),
            ("14:30 EST", "2026-11-21 20:30"),
            ("14:30 Asia/Tokyo", "2026-11-21 06:30"),
            ("yesterday 14:30+05:30", "2026-11-20 10:00"),
            ("11/20/2026 2pm", "2026-11-20 2pm"),
            ("20/11/2026 14h30", "2026-11-20 14:30"),
            ("11/20/2026, 14:30", "2026-11-20 14:30"),
            ("11/20", "2026-11-20"),
            ("20/11", "2026-11-20"),
            ("2026-11-20 14h", "2026-11-20 14"),
            ("yesterday 9h30", "2026-11-20 09:30"),
            ("20 novembre 2026 14:30", "2026-11-20 14:30"),
            ("le 20 novembre 2026 à 14h30", "2026-11-20 14:30"),
            ("20 de noviembre de 2026 14:30", "2026-11-20 14:30"),
            ("1er décembre 2025", "2025-12-01"),
            ("20. Nov. 2026 um 14:30 Uhr", "2026-11-20 14:30"),
            ("gestern 14 Uhr", "2026-11-20 14"),
            ("14 Uhr", "today 14"),
            ("hier 14:30", "2026-11-20 14:30"),
            ("ven. 20 nov. 2026 14:30:05 CET", "2026-11-20 14:30:05"),
            ("Fr 20. Nov 14:30:05 CET 2026", "2026-11-20 14:30:05"),
            ("Freitag, 20. November 2026 um 14:30:05", "2026-11-20 14:30:05"),
            ("piątek, 20 listopada 2026", "2026-11-20"),
            ("freitag 14:30", "2026-11-20 14:30"),
            ("mar. 17 nov. 2026", "2026-11-17"),
            ("mardi", "tuesday"),
            ("20 Nov, 2026", "2026-11-20"),
            ("2 p.m.", "2pm"),
            ("yesterday at 4 p.m.", "2026-11-20 4pm"),
            ("12 noon", "noon"),
            ("november", "2026-11"),
            ("dec", "2025-12"),
            ("Q3", "2026-Q3"),
            ("in 2 hours", "+2h"),
            ("an hour from now", "+1h"),
            ("10 minutes hence", "+10m"),
            ("2h from now", "+2h"),
            ("half an hour ago", "30m"),
            ("twenty minutes ago", "20m"),
            ("10 min before now", "10m"),
            ("- 1 day", "-1d"),
            ("300ms20s 5day", "5d 20s 300ms"),
            ("last hour", "2026-11-21T11:00:00Z..2026-11-21T12:00:00Z"),
            ("past 2 hours", "2026-11-21T10:00:00Z..2026-11-21T12:00:00Z"),
            ("the last 24h", "2026-11-20T12:00:00Z..2026-11-21T12:00:00Z"),
            ("2026-11-20 14:30:05.5 +0100 CET m=+0.001", "2026-11-20 14:30:05.5"),
        ] {
            let expected = if plain.contains("..") { Ok(plain.to_owned()) } else { shown(plain) };
            assert!(expected.is_ok(), "{plain}");
            assert_eq!(shown(text), expected, "{text}");
        }
        for (text, reason) in [
            ("this morning", "no exact hours"),
            ("yesterday evening", "no exact hours"),
            ("tonight", "no exact hours"),
            ("last day", "yesterday or an age"),
            ("11/12", "day or month first"),
            ("11/12/2026 2pm", "day or month first"),
            ("11.20", "expected a time"),
            ("Montag, 20. November 2026", "expected a time"),
            ("in hours 2", "expected a time"),
            ("ago", "expected a time"),
            ("novembre hello", "expected a time"),
            ("-", "expected a time"),
            ("the", "expected a time"),
            ("14:30 IST", "ambiguous"),
        ] {
            let refusal = shown(text).unwrap_err();
            assert!(refusal.contains(reason), "{text}: {refusal}");
        }
    }
}
