//! Times in logs: what is written in a known form is recognised as what it is, and a search by time in a sorted log finds
//! what reading it through finds.
#![no_main]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use mapped::timestamp::{Period, Recognizer, find};

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
    /// So much later than the entry before.
    Entry { step: u16, form: u8, text: u8 },
    /// No entry of its own: it belongs to the one before.
    More { text: u8 },
}

#[derive(Arbitrary, Debug)]
struct Log {
    start: u32,
    form: u8,
    one_form: bool,
    since: Option<u16>,
    until: Option<u16>,
    lines: Vec<Line>,
}

fuzz_target!(|log: Log| {
    // Ten digits, so that seconds since the epoch are told from any number.
    let start = 1_000_000_000 + i64::from(log.start % 1_000_000_000);
    let recognizer = Recognizer::new(TimeZone::UTC, Timestamp::from_second(start).unwrap());
    let mut now = start;
    let mut text = Vec::new();
    // Where each line starts, and the time of the entry it belongs to.
    let mut starts = Vec::new();
    let mut entry = None;
    for line in &log.lines {
        let at = text.len();
        match *line {
            Line::Entry { step, form, text: more } => {
                now += i64::from(step);
                let form = FORMS[usize::from(if log.one_form { log.form } else { form }) % FORMS.len()];
                let time = Timestamp::from_second(now).unwrap();
                let mut line = time.to_zoned(TimeZone::UTC).strftime(form).to_string();
                line.push_str(&" x".repeat(more.into()));
                assert_eq!(recognizer.recognize(line.as_bytes()), Some(time), "{line:?}");
                text.extend(line.bytes());
                entry = Some(now);
            }
            Line::More { text: more } => text.extend([b"\tat ".as_slice(), &vec![b'y'; more.into()]].concat()),
        }
        text.push(b'\n');
        starts.push((at, entry));
    }
    let time = |step: Option<u16>| step.map(|step| Timestamp::from_second(start + i64::from(step)).unwrap());
    let period = Period { since: time(log.since), until: time(log.until) };
    let found = find(&text[..], 0..text.len() as u64, &period, &recognizer).unwrap();
    // The first line of the first entry that is late enough, and of the first that is too late.
    let first = |late: &dyn Fn(Timestamp) -> bool| {
        let line =
            starts.iter().find(|(_, entry)| entry.is_some_and(|entry| late(Timestamp::from_second(entry).unwrap())));
        line.map_or(text.len(), |&(at, _)| at) as u64
    };
    let begin = period.since.map_or(0, |since| first(&|time| time >= since));
    let end = period.until.map_or(text.len() as u64, |until| first(&|time| time > until)).max(begin);
    assert_eq!(found.span, begin..end, "{log:?}");
    assert_eq!(found.disorder, None);
    // The same, block by block, as a stream is cut.
    let edges = period.cut(&recognizer, &text);
    assert_eq!(edges.disorder, None);
    if period.since.is_some() {
        assert_eq!(edges.since.map_or(text.len() as u64, |at| at as u64), begin);
    }
});
