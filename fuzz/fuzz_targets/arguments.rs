//! Sizes, offsets, ranges, times, formats and patterns as somebody might type them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mapped::cli::size::{parse_offset, parse_size};
use mapped_fuzz::{Memory, run};

/// Digits and one unit: what a size comes to, or `None` where it is none or too large.
fn size(text: &str) -> Option<u128> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number: u128 = text[..digits].parse().ok()?;
    let units = [("", 1), ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("T", 1 << 40)];
    let unit = units.iter().find(|(name, _)| *name == &text[digits..])?.1;
    number.checked_mul(unit).filter(|&size| size <= u128::from(u64::MAX))
}

fuzz_target!(|text: &str| {
    if let Some(want) = size(text) {
        assert_eq!(parse_size(text).ok().map(u128::from), Some(want), "{text:?}");
    }
    if let (Ok(size), Ok(offset)) = (parse_size(text), parse_offset(text)) {
        assert_eq!(i128::from(offset), i128::from(size), "{text:?}");
    }
    if text.contains('\0') {
        return;
    }
    let zone = jiff::tz::TimeZone::UTC;
    let now: jiff::Zoned = jiff::Timestamp::from_second(1_800_000_000).unwrap().to_zoned(zone.clone());
    let _ = mapped::timestamp::parse_argument(text, &now);
    let recognizer = mapped::timestamp::Recognizer::new(zone, now.timestamp());
    if let Some(time) = recognizer.recognize(text.as_bytes()) {
        // What was recognised stands at the beginning: more behind it changes nothing.
        let line = format!("{text} and more");
        let again = recognizer.recognize(line.as_bytes());
        assert!(again.is_some(), "{text:?} {time}");
    }
    let memory = Memory::new(b"one\ntwo three\n\nlast 2026-11-21T01:02:03Z\n");
    let path = memory.path();
    let path = path.to_str().unwrap();
    for option in ["--lines", "--bytes", "--part"] {
        let usual = run(&["cat", &format!("{option}={text}"), "--threads", "1", path]);
        let odd = run(&["cat", &format!("{option}={text}"), "--block-size", "3", "--threads", "2", path]);
        assert_eq!(usual, odd, "{option}={text:?}");
    }
    let _ = run(&["stat", &format!("--format={text}"), path]);
    let _ = run(&["stat", &format!("--printf={text}"), path]);
    for kind in ["-e", "-E", "-F", "-G"] {
        let usual = run(&["grep", kind, "--threads", "1", "-n", "--", text, path]);
        let odd = run(&["grep", kind, "--threads", "2", "--block-size", "5", "-n", "--", text, path]);
        assert_eq!(usual, odd, "{kind} {text:?}");
    }
});
