//! Tests of detecting the time format of a log, from one line and from a log of many.

use std::sync::Arc;

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::super::{
    BucketReader, FormHints, Grid, MAX_SAMPLE, Period, QuickReader, Reader, SAMPLE, Sequence, TimeContext, detect,
    find, next_sample,
};
use super::field_samples::FIELD_SAMPLES;
use super::samples::SAMPLES;

fn context() -> TimeContext {
    TimeContext {
        zone: TimeZone::fixed(Offset::constant(2)),
        now: "2026-11-22T08:00:00Z".parse().expect("a time"),
        slack: SignedDuration::from_mins(1),
        hints: FormHints::default(),
        first: None,
        boot: None,
        written: Arc::default(),
    }
}

fn read(log: &str) -> Result<Reader, String> {
    let context = context();
    let bytes = log.as_bytes();
    let detected = detect(bytes, 0..bytes.len() as u64, &context, context.now).expect("memory can be read");
    detected.map_err(|refusal| refusal.to_string())
}

#[test]
fn every_notation_is_detected_from_one_line() {
    let mut wrong = Vec::new();
    for (line, expected) in SAMPLES.iter().chain(FIELD_SAMPLES) {
        let found = read(&format!("{line}\n")).map(|reader| {
            let form = reader.form.to_string();
            let time = Sequence::new(Arc::new(reader)).next(line.as_bytes());
            (time.map_or("none".to_owned(), |time| time.to_string()), form)
        });
        if found.as_ref().map(|(time, _)| time.as_str()) != Ok(*expected) {
            wrong.push(format!("{line}\n    {found:?}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), SAMPLES.len() + FIELD_SAMPLES.len(), wrong.join("\n"));
}

/// Regression: the first MiB of a stream without times was examined again for each piece of it.
#[test]
fn the_time_format_of_a_stream_is_detected_in_a_few_attempts() {
    let attempts = std::iter::successors(Some(SAMPLE), |&len| (len < MAX_SAMPLE).then(|| next_sample(len)));
    assert!(attempts.sum::<usize>() < MAX_SAMPLE * 3 / 2);
}

#[test]
fn lines_with_equal_beginnings_are_read_correctly() {
    for (line, _) in SAMPLES {
        let reader = read(&format!("{line}\n")).unwrap_or_else(|error| panic!("{line}: {error}"));
        let mut times = QuickReader::default();
        let mut check = |line: &[u8]| {
            let expected = reader.stamp(line).map(|stamp| reader.earliest(stamp));
            assert_eq!(times.earliest(&reader, line), expected, "{}", line.escape_ascii());
            assert_eq!(times.stamp(&reader, line), reader.stamp(line), "{}", line.escape_ascii());
        };
        let line = format!("{line}\n").into_bytes();
        for at in 0..line.len() {
            for byte in [b'0', b'1', b'7', b'x', b' ', b'.'] {
                let mut other = line.clone();
                other[at] = byte;
                check(&line);
                check(&other);
                check(&other);
            }
            check(&line[..at]);
            check(&[&line[..at], b"9".as_slice(), &line[at..]].concat());
        }
    }
}

/// A line that is recognised without reading its time has one, in the same span as the line before.
#[test]
fn lines_in_the_same_span_are_recognised() {
    let mut recognised = 0;
    for (line, _) in SAMPLES {
        let reader = read(&format!("{line}\n")).unwrap_or_else(|error| panic!("{line}: {error}"));
        for (seconds, offset) in [(1, 0), (7, 3600), (15, 0), (60, 0), (3600, 1800), (86_400, 7200)] {
            let grid = Grid { width: seconds * 1_000_000, offset: offset * 1_000_000 };
            let mut times = BucketReader::new(grid);
            let text = format!("{line}\n{}", " ".repeat(48)).into_bytes();
            let Some(time) = times.earliest(&reader, &text[..=line.len()]) else { panic!("{line}") };
            for at in 0..line.len().min(48) {
                for byte in [b'0', b'1', b'5', b'6', b'9', b'x', b' ', b'.', b'\n'] {
                    let mut other = text.clone();
                    other[at] = byte;
                    if times.is_in_span(&other) {
                        let read = reader.stamp(&other[..=line.len()]).map(|stamp| reader.earliest(stamp));
                        let shown = other.escape_ascii();
                        assert_eq!(read.map(|time| grid.start(time)), Some(grid.start(time)), "{seconds} s: {shown}");
                        recognised += 1;
                    }
                }
            }
        }
    }
    assert!(recognised > 20_000, "{recognised}");
}

#[test]
fn a_window_of_any_notation_equals_reading_each_line() {
    for (line, expected) in SAMPLES {
        // In this log, entries of several lines surround the line, which must be found again.
        let log = format!("{line}\n  of several\n").repeat(700);
        let reader = Arc::new(read(&log).unwrap_or_else(|error| panic!("{line}: {error}")));
        let time: Timestamp = expected.parse().expect("a time");
        let exactly = Period { since: Some(time), until: Some(time) };
        let found = find(log.as_bytes(), 0..log.len() as u64, &exactly, &reader).expect("memory can be read");
        assert_eq!(found.spans, vec![0..log.len() as u64], "{line}");
        let later = Period { since: Some(time + SignedDuration::from_secs(1)), until: None };
        let found = find(log.as_bytes(), 0..log.len() as u64, &later, &reader).expect("memory can be read");
        assert!(found.spans.is_empty(), "{line}");
    }
}

#[test]
fn other_texts_are_not_times() {
    for line in [
        "at 2026-11-21",
        "Nov",
        "November rain",
        "{}",
        "\"",
        "<34",
        "12:34:56:78:9a:bc dev eth0",
        "555-1234567890",
        "1.2.3.4 x",
        "sshd[1001430319]: x",
        "2026-11-21 14:30.5 x",
        "2.795271405123e+07 x",
        "6b01aaed Fix the bug",
        "6b01aaed conn=1\n5b01aaed conn=2",
        "0x40001000 symbol",
        "0x6b01aaed00 symbol",
        "[DEADBEEF] push ebp",
        "(4C01AAED) x",
        "14.30.05 released",
        "61365 52205 lines",
        "[main] 10.20.30 x",
        "CPU [001] 1.2.345678: x",
        "[ab12] 10:20:30:40:50:60 x",
        "2026-365 10:20 x",
        "202366188668289 x",
        "4:33 a\n1:05 b\n3:12 c\n0:12 d\n2:51 e\n1:20 f",
        "126037415448012118 a\n136056175362124671 b\n236056175362124671 c",
        "0000000 1057\n0000020 157414 140406 x\n0000040 1057\n0000060 1057",
        "01:02:03:24 V C clip",
        "CVE-2026-325 10:20:30 x",
        "2001:10:30a:: x",
    ] {
        assert!(read(&format!("{line}\n")).is_err(), "{line}");
    }
    // Regression: each of these was read as a time that it does not contain.
    for line in ["Feb 31 14:30:05 host", "2026-13-21T01:47:04Z", "2026-11-21T25:47:04Z", "2026-11-21T14:30:05X up"] {
        assert!(read(&format!("{line}\n")).is_err(), "{line}");
    }
}

#[test]
fn ambiguous_days_and_months_are_an_error() {
    let unclear = read("05/06/2026 14:30:05 a\n06/06/2026 14:30:05 b\n");
    assert!(unclear.clone().is_err_and(|error| error.contains("--time-format '%d/%m/%Y %H:%M:%S")), "{unclear:?}");
    // The time of the last change also rules one order out: that day would be later.
    assert!(read("04/12/2026 14:30:05 a\n04/12/2026 14:30:06 b\n").is_ok_and(|reader| {
        reader.stamp(b"04/12/2026 14:30:05 a").map(|stamp| reader.earliest(stamp).to_string())
            == Some(String::from("2026-04-12T12:30:05Z"))
    }));
    // A later line rules one of them out, even after the lines that are usually enough.
    let late = format!("{}13/06/2026 14:30:05 b\n", "05/06/2026 14:30:05 a\n".repeat(100));
    assert!(read(&late).is_ok());
    assert!(read("05/06/2026 14:30:05 a\n13/06/2026 14:30:05 b\n").is_ok());
    // Regression: on the 12th of December, both orders give the same time, and either was then used
    // for the following days.
    for (same, next, time) in [
        ("12/12/2025 14:30:05 a\n", "13/12/2025 14:30:05 b", "2025-12-13T12:30:05Z"),
        ("11/11/2026 14:30:05 a\n", "11/12/2026 14:30:05 b", "2026-11-12T12:30:05Z"),
        ("26/10/26 14:30:05 a\n", "27/10/26 14:30:05 b", "2026-10-27T12:30:05Z"),
    ] {
        for lines in [10, 100, 900] {
            let log = format!("{}{next}\n", same.repeat(lines));
            let reader = read(&log).unwrap_or_else(|error| panic!("{next} after {lines}: {error}"));
            let read = Sequence::new(Arc::new(reader)).next(next.as_bytes());
            assert_eq!(read.map(|time| time.to_string()).as_deref(), Some(time), "{next} after {lines}");
        }
    }
    assert!(read("2026-11-21 14:30:05 IST up\n").is_err_and(|error| error.contains("--time-zone")));
    // Regression: the year was skipped along with an unknown zone.
    assert!(read("Jan  1 14:30:05 WGST 2023 host up\n").is_err_and(|error| error.contains("--time-zone")));
}

/// Returns a log with an entry every 40 seconds over the end of summer time in 2026, in local time,
/// and the entries' times.
///
/// Some neighbours are out of order, and some entries have two lines.
fn autumn() -> (String, Vec<(Timestamp, String)>) {
    let zone = TimeZone::get("Europe/Paris").expect("the zone database");
    let start: Timestamp = "2026-10-24T22:00:00Z".parse().expect("a time");
    let mut entries: Vec<_> = (0..600i64)
        .map(|number| {
            let time = start + SignedDuration::from_secs(number * 40);
            let text =
                format!("{} entry {number}\n  more\n", time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S"));
            (time, text)
        })
        .collect();
    for pair in (0..599).step_by(7) {
        entries.swap(pair, pair + 1);
    }
    (entries.iter().map(|(_, text)| text.as_str()).collect(), entries)
}

#[test]
fn repeated_hours_and_disorder_are_exact_to_the_line() {
    let (log, entries) = autumn();
    let context = TimeContext { zone: TimeZone::get("Europe/Paris").expect("the zone database"), ..context() };
    let whole = 0..log.len() as u64;
    let reader = Arc::new(detect(log.as_bytes(), whole.clone(), &context, context.now).unwrap().unwrap());
    for step in 0..150i64 {
        let since = entries[0].0 + SignedDuration::from_secs(step * 160 + 1);
        let period = Period { since: Some(since), until: Some(since + SignedDuration::from_mins(25)) };
        let expected: String =
            entries.iter().filter(|(time, _)| period.contains(*time)).map(|(_, text)| text.as_str()).collect();
        let found = find(log.as_bytes(), whole.clone(), &period, &reader).unwrap();
        let picked: String = found.spans.iter().map(|span| &log[span.start as usize..span.end as usize]).collect();
        assert_eq!(picked, expected, "from {since}");
        assert_eq!(found.disorder, None);
        let mut window = super::super::StreamWindow::new(period, context.clone());
        let mut streamed = Vec::new();
        let mut keep = |kept, bytes: &[u8]| {
            if kept {
                streamed.extend_from_slice(bytes);
            }
        };
        for piece in log.as_bytes().chunks(1 + step as usize * 7) {
            window.feed(piece, &mut keep).unwrap();
        }
        window.finish(&mut keep).unwrap();
        assert_eq!(String::from_utf8_lossy(&streamed), expected, "from {since}");
    }
}

#[test]
fn a_year_and_a_day_that_lines_leave_out_go_by_their_order() {
    let log = "Dec 31 23:59:58 host a\nDec 31 23:59:59 host b\nJan  1 00:00:01 host c\nJan  2 00:00:00 host d\n";
    let times = |log: &str, context: &TimeContext| {
        let reader = detect(log.as_bytes(), 0..log.len() as u64, context, context.now).unwrap().unwrap();
        let mut sequence = Sequence::new(Arc::new(reader));
        log.lines().filter_map(|line| sequence.next(line.as_bytes())).map(|time| time.to_string()).collect::<Vec<_>>()
    };
    let context = context();
    assert_eq!(
        times(log, &context),
        ["2025-12-31T21:59:58Z", "2025-12-31T21:59:59Z", "2025-12-31T22:00:01Z", "2026-01-01T22:00:00Z"]
    );
    let named = TimeContext { first: Some(super::super::parse_first_date("2020").unwrap()), ..context.clone() };
    assert_eq!(times(log, &named)[2], "2020-12-31T22:00:01Z");
    // This is a copy that was touched later: no line is later than the file's last change.
    let late = "Oct 30 10:00:00 host a\nDec 25 10:00:00 host b\n";
    assert_eq!(times(late, &context), ["2025-10-30T08:00:00Z", "2025-12-25T08:00:00Z"]);
    let bare = "23:59:58.5 a\n23:59:59.9 b\n00:00:00.1 c\n23:59:59.95 late\n00:00:02.0 d\n23:00:00.0 e\n00:30:00.0 f\n";
    let days = times(bare, &context);
    assert_eq!(days[0], "2026-11-20T21:59:58.5Z");
    assert_eq!(days[3], "2026-11-20T21:59:59.95Z");
    assert_eq!(days[4], "2026-11-20T22:00:02Z");
    assert_eq!(days[6], "2026-11-21T22:30:00Z");
}

#[test]
fn typed_times() {
    let now = "2026-11-21T12:00:00Z".parse::<Timestamp>().unwrap().to_zoned(TimeZone::fixed(Offset::constant(2)));
    for (text, first, last) in [
        ("9:30", "2026-11-21T07:30:00Z", ""),
        ("14:30:05", "2026-11-21T12:30:05Z", ""),
        ("3pm", "2026-11-21T13:00:00Z", "2026-11-21T13:59:59.999999999Z"),
        ("3:15 PM", "2026-11-21T13:15:00Z", ""),
        ("yesterday 14:30", "2026-11-20T12:30:00Z", ""),
        ("today 09:00", "2026-11-21T07:00:00Z", ""),
        ("today", "2026-11-20T22:00:00Z", "2026-11-21T21:59:59.999999999Z"),
        ("2026-11-21", "2026-11-20T22:00:00Z", "2026-11-21T21:59:59.999999999Z"),
        ("20261121", "2026-11-20T22:00:00Z", "2026-11-21T21:59:59.999999999Z"),
        // A year and an ordinal day fit as well: 20, 261, 12:11:43.005.
        ("20261121143005", "2026-11-21T12:30:05Z", ""),
        ("261121 14:30:05", "2026-11-21T12:30:05Z", ""),
        ("2026-11-21 14:30:05 GMT +0100", "2026-11-21T13:30:05Z", ""),
        ("[\u{200e}21/11/2026, 2:30:05\u{202f}PM]", "2026-11-21T12:30:05Z", ""),
        ("21/Nov/2026", "2026-11-20T22:00:00Z", "2026-11-21T21:59:59.999999999Z"),
        ("2026-11", "2026-10-31T22:00:00Z", "2026-11-30T21:59:59.999999999Z"),
        ("2026-11-21 14", "2026-11-21T12:00:00Z", "2026-11-21T12:59:59.999999999Z"),
        ("2026-11-21T14:30", "2026-11-21T12:30:00Z", ""),
        ("2026-11-21T14:30Z", "2026-11-21T14:30:00Z", ""),
        ("2026-11-21 14:30 Europe/Paris", "2026-11-21T13:30:00Z", ""),
        ("Nov 21 14:30", "2026-11-21T12:30:00Z", ""),
        ("Nov 21", "2026-11-20T22:00:00Z", "2026-11-21T21:59:59.999999999Z"),
        ("Dec 24 10:00:00", "2025-12-24T08:00:00Z", ""),
        ("Sat Nov 21 14:30:00 UTC 2026", "2026-11-21T14:30:00Z", ""),
        ("Sat Nov 21 02:30:00 PM UTC 2026", "2026-11-21T14:30:00Z", ""),
        ("Sat, 21 Nov 2026 14:30:00 +0100", "2026-11-21T13:30:00Z", ""),
        ("Sat 2026-11-21 14:30:00 CET", "2026-11-21T13:30:00Z", ""),
        ("21/Nov/2026:14:30:00 +0100", "2026-11-21T13:30:00Z", ""),
        ("@1795271405", "2026-11-21T14:30:05Z", ""),
        ("1795271405.5", "2026-11-21T14:30:05.5Z", ""),
        ("@0", "1970-01-01T00:00:00Z", ""),
        ("now", "2026-11-21T12:00:00Z", ""),
        ("now-1h", "2026-11-21T11:00:00Z", ""),
        ("90m", "2026-11-21T10:30:00Z", ""),
        ("2 hours ago", "2026-11-21T10:00:00Z", ""),
        ("+10m", "2026-11-21T12:10:00Z", ""),
        ("7d", "2026-11-14T12:00:00Z", ""),
        // Regression: the weekday was dropped, and the time was read as today's.
        ("Fri 09:00", "2026-11-20T07:00:00Z", ""),
        ("friday, 3pm", "2026-11-20T13:00:00Z", "2026-11-20T13:59:59.999999999Z"),
        ("monday", "2026-11-15T22:00:00Z", "2026-11-16T21:59:59.999999999Z"),
        ("sat 10:00", "2026-11-21T08:00:00Z", ""),
        ("last saturday", "2026-11-13T22:00:00Z", "2026-11-14T21:59:59.999999999Z"),
        ("yesterday noon", "2026-11-20T10:00:00Z", ""),
        ("midnight", "2026-11-20T22:00:00Z", ""),
    ] {
        let typed = super::super::parse_time(text, &now).map(|typed| (typed.first.to_string(), typed.last.to_string()));
        let last = if last.is_empty() { first } else { last };
        assert_eq!(typed, Ok((first.to_owned(), last.to_owned())), "{text}");
    }
    for text in [
        "",
        "soon",
        "2026-13-01",
        "25:00",
        "2026-11-21T",
        "2026-11-21 14:30 x",
        "12",
        "@",
        "+",
        "05/06/2026 14:30",
        "13pm",
        "14:30+25:00",
        "last",
        "last 10:00",
        "Fri x",
    ] {
        assert!(super::super::parse_time(text, &now).is_err(), "{text}");
    }
    let around = super::super::parse_around("14:30±10m", (&now, now.time_zone()), None).unwrap();
    assert_eq!(around.since.unwrap().to_string(), "2026-11-21T12:20:00Z");
}
