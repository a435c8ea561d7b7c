//! Finds a value in a line of JSON by its path of keys, without building the object.
//!
//! Strings are skipped as a whole, so a key inside a message is never mistaken for a key of the
//! object. A truncated line is read up to the point where it ends.

use super::super::notation::Notation;
use super::super::notation::scan::Scanner;
use super::super::notation::since::epoch;
use super::super::notation::zone::Abbreviations;
use super::super::stamp::Stamp;

/// The maximum depth of nested objects.
const MAX_DEPTH: usize = 8;

/// A value that is not an object, with its path of keys and its text without quotes.
#[derive(Debug)]
pub struct Scalar<'l> {
    pub keys: Vec<&'l [u8]>,
    pub text: &'l [u8],
}

/// Returns the text of the value at `path` in the object at the start of `line`.
pub fn value<'l>(line: &'l [u8], path: &[Box<[u8]>]) -> Option<&'l [u8]> {
    let mut found = None;
    walk(line, &mut |keys, text| {
        let same = keys.len() == path.len() && keys.iter().zip(path).all(|(key, wanted)| *key == &**wanted);
        if same {
            found = Some(text);
        }
        same
    });
    found
}

/// The JSON keys that hold the time of an entry, the likeliest first.
const KEYS: [&str; 33] = [
    "@timestamp",
    "timestamp",
    "time",
    "ts",
    "@t",
    "t",
    "datetime",
    "date",
    "asctime",
    "eventTime",
    "event_time",
    "__REALTIME_TIMESTAMP",
    "_time",
    "timeMillis",
    "epochSecond",
    "$date",
    "logTime",
    "log_time",
    "StartUTC",
    "receiveTimestamp",
    "created",
    "created_at",
    "createdAt",
    "logged_at",
    "time_local",
    "time_iso8601",
    "msec",
    "unixtime",
    "timeUnixNano",
    "TimeCreated",
    "date_create",
    "published",
    "start",
];

/// Returns the rank of a key by how likely its value is the time of an entry, 0 for the likeliest,
/// or `None` if the key does not name a time. A key such as `seconds` has the rank of the key that
/// holds its object.
pub fn key_rank(keys: &[&[u8]]) -> Option<usize> {
    let name = match keys {
        [.., outer, b"seconds" | b"sec" | b"$numberLong"] | [.., outer] => outer,
        [] => return None,
    };
    let known = KEYS.iter().position(|known| known.as_bytes().eq_ignore_ascii_case(name));
    known.or_else(|| names_a_time(name).then_some(KEYS.len() + 10))
}

/// Returns whether an unlisted key is likely to hold a time, such as `started_at` or `startTime`.
fn names_a_time(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    const ENDS: [&[u8]; 13] = [
        b"_at",
        b"_ts",
        b"time",
        b"timestamp",
        b"time_ms",
        b"time_us",
        b"time_ns",
        b"timesec",
        b"epoch",
        b"usec",
        b"millis",
        b"micros",
        b"nanos",
    ];
    const STARTS: [&[u8]; 3] = [b"ts_", b"timestamp", b"epoch"];
    ENDS.iter().any(|end| name.ends_with(end)) || STARTS.iter().any(|start| name.starts_with(start))
}

/// Returns the value whose key names a day, from the same object as a time of day.
pub fn day_beside<'s, 'l>(values: &'s [Scalar<'l>], time: &Scalar<'_>) -> Option<&'s Scalar<'l>> {
    let (time, parent) = time.keys.split_last()?;
    values.iter().find(|other| {
        let beside = other.keys.split_last().filter(|(name, outer)| *outer == parent && *name != time);
        beside.is_some_and(|(name, _)| names_a_day(name)) && other.text.iter().any(u8::is_ascii_digit)
    })
}

/// Returns the value with the nanoseconds after a count of seconds in the same object, as in
/// `{"seconds":1795271405,"nanos":123456789}` and log4j's `{"epochSecond":…,"nanoOfSecond":…}`.
pub fn nanoseconds_beside<'s, 'l>(values: &'s [Scalar<'l>], second: &Scalar<'_>) -> Option<&'s Scalar<'l>> {
    let (name, parent) = second.keys.split_last()?;
    if !name.to_ascii_lowercase().windows(3).any(|part| part == b"sec") {
        return None;
    }
    values.iter().find(|other| {
        let beside = other.keys.split_last().filter(|(_, outer)| *outer == parent);
        let is_named = beside.is_some_and(|(name, _)| {
            let name = name.to_ascii_lowercase();
            name.starts_with(b"nano") || name.ends_with(b"nanos") || name.ends_with(b"nsec")
        });
        is_named && nanoseconds(other.text).is_some()
    })
}

/// Reads a number of nanoseconds that is less than a second.
pub fn nanoseconds(text: &[u8]) -> Option<i32> {
    let number: i32 = std::str::from_utf8(text).ok()?.parse().ok()?;
    (0..1_000_000_000).contains(&number).then_some(number)
}

/// Returns whether a key names a day, such as `date`, `log_date` or `eventDate`, but not `update`.
fn names_a_day(name: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    matches!(&*lower, b"day" | b"@date" | b"logdate")
        || lower.starts_with(b"date")
        || lower.ends_with(b"_date")
        || name.ends_with(b"Date")
}

/// Returns all values of the object at the start of `line`.
pub fn scalars(line: &[u8]) -> Vec<Scalar<'_>> {
    let mut found = Vec::new();
    walk(line, &mut |keys, text| {
        found.push(Scalar { keys: keys.to_vec(), text });
        found.len() >= 200
    });
    found
}

/// Calls `found` for each value until `found` returns true.
fn walk<'l>(line: &'l [u8], found: &mut impl FnMut(&[&'l [u8]], &'l [u8]) -> bool) {
    let mut keys: Vec<&[u8]> = Vec::new();
    // For each open bracket, whether it begins an object and whether it added a key.
    let mut open: Vec<(bool, bool)> = Vec::new();
    let mut key: Option<&[u8]> = None;
    let mut at = 0;
    let in_object = |open: &[(bool, bool)]| open.last().is_some_and(|&(object, _)| object);
    while let Some(&byte) = line.get(at) {
        match byte {
            b'{' | b'[' => {
                let named = key.take();
                keys.extend(named);
                open.push((byte == b'{', named.is_some()));
                if open.len() > MAX_DEPTH {
                    return;
                }
                at += 1;
            }
            b'}' | b']' => {
                if let Some((_, true)) = open.pop() {
                    keys.pop();
                }
                if open.is_empty() {
                    return;
                }
                at += 1;
            }
            b'"' => {
                let Some(len) = string_len(&line[at + 1..]) else { return };
                let text = &line[at + 1..at + 1 + len];
                at += len + 2;
                match key {
                    None if in_object(&open) => key = Some(text),
                    None => {}
                    Some(name) => {
                        key = None;
                        keys.push(name);
                        if found(&keys, text) {
                            return;
                        }
                        keys.pop();
                    }
                }
            }
            // Ruby and Elixir write `=>` between a key and its value.
            b':' | b',' | b' ' | b'\t' | b'\r' | b'\n' | b'=' | b'>' => at += 1,
            _ => {
                let len = line[at..].iter().take_while(|byte| !matches!(byte, b',' | b'}' | b']' | b' ')).count();
                if let Some(name) = key.take() {
                    keys.push(name);
                    if found(&keys, &line[at..at + len]) {
                        return;
                    }
                    keys.pop();
                }
                at += len.max(1);
            }
        }
    }
}

/// Returns the length of the string whose rest is `text`, up to its closing quote.
fn string_len(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'"', text).find(|&at| {
        let escapes = text[..at].iter().rev().take_while(|&&byte| byte == b'\\').count();
        escapes % 2 == 0
    })
}

/// Reads a value as a time in `notation`. The time must span its whole text.
pub fn read(text: &[u8], notation: &Notation, zones: &Abbreviations) -> Option<Stamp> {
    if notation.is_epoch() {
        return number(text);
    }
    let mut at = Scanner(text);
    notation.read(&mut at, zones).filter(|_| at.0.is_empty() || at.0.starts_with(b"["))
}

/// Reads a number of seconds, with or without an exponent, or of milliseconds and smaller units.
/// The number may be written in the form of .NET's serialisers: `\/Date(1795271405123)\/`.
pub fn number(text: &[u8]) -> Option<Stamp> {
    let date = text.strip_prefix(b"\\").unwrap_or(text).strip_prefix(b"/Date(");
    let text = date.and_then(|date| date.split(|byte| matches!(byte, b')' | b'+' | b'-')).next()).unwrap_or(text);
    let mut at = Scanner(text);
    epoch(&mut at).filter(|_| at.0.is_empty())
}
