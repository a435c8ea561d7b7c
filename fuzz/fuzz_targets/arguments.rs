//! Sizes, offsets, ranges, times, formats and patterns as users might type them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mapped::cli::size::{parse_offset, parse_size};
use mapped_fuzz::{Memory, run};

/// Returns the value of a number with a unit, or `None` if it is invalid or too large.
fn size(text: &str) -> Option<u128> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number: u128 = text[..digits].parse().ok()?;
    let unit = text[digits..].to_uppercase();
    let power = match unit.chars().next() {
        None | Some('B') => 0,
        Some(letter) => 1 + "KMGTPE".find(letter)? as u32,
    };
    let unit = match unit.get(1..) {
        None | Some("") => 1024_u128.pow(power),
        Some("IB") if power > 0 => 1024_u128.pow(power),
        Some("B") if (1..6).contains(&power) => 1000_u128.pow(power),
        Some(_) => return None,
    };
    number.checked_mul(unit).filter(|&size| size <= u128::from(u64::MAX))
}

fn sizes(text: &str) {
    if !text.contains(['.', 'x', 'X']) && text.is_ascii() {
        assert_eq!(parse_size(text).ok().map(u128::from), size(text), "{text:?}");
    }
    if let (Ok(size), Ok(offset)) = (parse_size(text), parse_offset(text)) {
        assert_eq!(i128::from(offset), i128::from(size), "{text:?}");
    }
}

fn times(text: &str) {
    let zone = jiff::tz::TimeZone::UTC;
    let now: jiff::Zoned = jiff::Timestamp::from_second(1_800_000_000).unwrap().to_zoned(zone);
    if let Ok(typed) = mapped::timestamp::parse_time(text, &now) {
        assert!(typed.first <= typed.last, "{text:?}");
    }
}

fuzz_target!(|data: &[u8]| {
    let [which, rest @ ..] = data else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    sizes(text);
    times(text);
    if text.contains('\0') {
        return;
    }
    let memory = Memory::new(b"one\ntwo three\n\nlast 2026-11-21T01:02:03Z\n");
    let path = memory.path();
    let path = path.to_str().unwrap();
    // Starting the threads of a program is the main cost, so there is one option per run.
    match which % 11 {
        which @ 0..=4 => {
            let option = ["--lines", "--bytes", "--shard", "--since", "--offset"][which as usize];
            let usual = run(&["cat", &format!("{option}={text}"), "--threads", "1", path]);
            let odd = run(&["cat", &format!("{option}={text}"), "--block-size", "3", "--threads", "2", path]);
            assert_eq!(usual, odd, "{option}={text:?}");
        }
        5 => _ = run(&["stat", &format!("--format={text}"), path]),
        6 => _ = run(&["stat", &format!("--printf={text}"), path]),
        which => {
            let kind = ["-E", "-F", "-G", "-w"][which as usize - 7];
            let pattern = format!("--regexp={text}");
            let usual = run(&["grep", kind, "--threads", "1", "-n", &pattern, path]);
            let odd = run(&["grep", kind, "--threads", "2", "--block-size", "5", "-n", &pattern, path]);
            assert_eq!(usual, odd, "{kind} {text:?}");
        }
    }
});
