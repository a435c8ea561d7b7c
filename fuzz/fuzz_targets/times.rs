//! Times in logs: a time format is detected from the log, and a search by time finds the same
//! entries as reading each line in that format.
#![no_main]

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use jiff::tz::TimeZone;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use mapped::timestamp::{TimeContext, FormHints, Period, Sequence, find, detect};

const FORMS: &[&str] = &[
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "[%Y-%m-%dT%H:%M:%S+00:00]",
    "127.0.0.1 - - [%d/%b/%Y:%H:%M:%S +0000] \"GET /\"",
    "INFO %Y-%m-%d %H:%M:%S",
    "<34>1 %Y-%m-%dT%H:%M:%SZ host",
    "%a %b %e %H:%M:%S %Y",
    "{\"level\":\"info\",\"ts\":\"%Y-%m-%dT%H:%M:%SZ\"}",
    "%s",
];

#[derive(Arbitrary, Debug)]
enum Line {
    /// An entry, with its distance from the previous one.
    Entry { step: u16, text: u8 },
    /// A line without a time, which belongs to the previous entry.
    More { text: u8 },
}

#[derive(Arbitrary, Debug)]
struct Log {
    start: u32,
    form: u8,
        since: Option<u16>,
    until: Option<u16>,
    lines: Vec<Line>,
}

fuzz_target!(|log: Log| {
    // The start has ten digits, so that seconds since the epoch are distinguishable from other numbers.
    let start = 1_000_000_000 + i64::from(log.start % 1_000_000_000);
    let mut now = start;
    let mut text = Vec::new();
    for line in &log.lines {
        match *line {
            Line::Entry { step, text: more } => {
                now += i64::from(step);
                let form = FORMS[usize::from(log.form) % FORMS.len()];
                let time = Timestamp::from_second(now).unwrap();
                let mut line = time.to_zoned(TimeZone::UTC).strftime(form).to_string();
                line.push_str(&" x".repeat(more.into()));
                text.extend(line.bytes());
            }
            Line::More { text: more } => text.extend([b"\tat ".as_slice(), &vec![b'y'; more.into()]].concat()),
        }
        text.push(b'\n');
    }
    let time = |step: Option<u16>| step.map(|step| Timestamp::from_second(start + i64::from(step)).unwrap());
    let period = Period { since: time(log.since), until: time(log.until) };
    let now = Timestamp::from_second(now).unwrap();
    let slack = SignedDuration::from_mins(1);
    let hints = FormHints::default();
    let written = Arc::default();
    let context = TimeContext { zone: TimeZone::UTC, now, slack, hints, first: None, boot: None, written };
    let whole = 0..text.len() as u64;
    let Ok(reader) = detect(&text[..], whole.clone(), &context, now).unwrap() else { return };
    let reader = Arc::new(reader);
    let found = find(&text[..], whole, &period, &reader).unwrap();
    let mut sequence = Sequence::new(Arc::clone(&reader));
    let mut keep = period.since.is_none();
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let at = line.as_ptr() as u64 - text.as_ptr() as u64;
        if let Some(time) = sequence.next(line) {
            keep = period.contains(time);
        }
        assert_eq!(found.spans.iter().any(|span| span.contains(&at)), keep, "{log:?}");
    }
    assert_eq!(found.disorder, None);
});
