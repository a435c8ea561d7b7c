//! `cat --merge` and `grep --merge`: several logs as one, compared with a stable sort of their
//! entries.

use std::process::Stdio;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::util::{Dir, Ran, mapped, oracle, run_piped};

/// An entry: its second, and the number of its continuation lines.
type Entry = (u32, u8);

fn text(log: usize, entries: &[Entry]) -> Vec<u8> {
    let mut text = String::new();
    for (number, &(second, more)) in entries.iter().enumerate() {
        let (minute, second) = (second / 60, second % 60);
        text += &format!("2026-11-21T10:{minute:02}:{second:02}Z log {log} entry {number}\n");
        for line in 0..more {
            text += &format!("  at line {line} of {log}.{number}\n");
        }
    }
    text.into_bytes()
}

/// Returns all lines by the time of their entries; at equal times, the first log's lines come
/// first.
fn sorted(logs: &[(&str, Vec<u8>)], prefix: bool) -> Vec<u8> {
    let mut entries: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for (name, log) in logs {
        for line in log.split_inclusive(|&byte| byte == b'\n') {
            let shown = if prefix { [name.as_bytes(), b":", line].concat() } else { line.to_vec() };
            match line.starts_with(b"2026") {
                true => entries.push((line[..20].to_vec(), shown)),
                false => entries.last_mut().unwrap().1.extend(shown),
            }
        }
    }
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    entries.into_iter().flat_map(|(_, lines)| lines).collect()
}

#[track_caller]
fn run_in(dir: &Dir, args: &[&str]) -> Ran {
    mapped().args(args).current_dir(dir.path()).env("TZ", "UTC").stdin(Stdio::null()).output().unwrap().into()
}

#[track_caller]
fn prints(ran: &Ran, expected: &[u8]) {
    assert_eq!(String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(expected), "{}", ran.stderr);
    assert_eq!((ran.stderr.as_str(), ran.code), ("", 0));
}

#[test]
fn merged_lines_are_sorted_by_time_with_every_access_method() {
    let mut runner = TestRunner::new(ProptestConfig { cases: 12, ..ProptestConfig::default() });
    let log = proptest::collection::vec((0u32..40, 0u8..3), 1..12).prop_map(|mut log: Vec<Entry>| {
        log.sort_unstable_by_key(|entry| entry.0);
        log
    });
    let case = proptest::collection::vec(log, 1..5);
    runner
        .run(&case, |entries| {
            let dir = Dir::new();
            let names = ["one", "two", "three", "four"];
            let logs: Vec<(&str, Vec<u8>)> =
                names.iter().copied().zip(entries.iter().enumerate().map(|(n, log)| text(n, log))).collect();
            for (name, log) in &logs {
                dir.file(name, log);
            }
            let files: Vec<&str> = logs.iter().map(|(name, _)| *name).collect();
            let modes: [&[&str]; 4] =
                [&[], &["--io", "mmap"], &["--io", "read", "--threads", "1"], &["--block-size", "1"]];
            for mode in modes {
                prints(&run_in(&dir, &[&["cat", "--merge"], mode, &files].concat()), &sorted(&logs, false));
                prints(&run_in(&dir, &[&["cat", "--merge", "-H"], mode, &files].concat()), &sorted(&logs, true));
                let ran = run_in(&dir, &[&["grep", "--merge", "-H", ""], mode, &files].concat());
                prints(&ran, &sorted(&logs, true));
            }
            // The last log is read through a pipe.
            let (last, piped) = (files.len() - 1, &logs[logs.len() - 1].1);
            let args = [&["cat", "--merge"], &files[..last], &["-"]].concat();
            let ran = run_piped(mapped().args(&args).current_dir(dir.path()).env("TZ", "UTC"), piped);
            prints(&ran, &sorted(&logs, false));
            Ok(())
        })
        .unwrap();
}

/// Regression: a line of more than 64 KiB was searched piece by piece, and each matching piece was
/// a separate line of output, count and match.
#[test]
fn a_very_long_line_is_one_line() {
    let dir = Dir::new();
    let long = format!("2026-11-20T11:00:00Z {}end\n", "x word é ".repeat(60_000));
    let one = format!("2026-11-20T10:00:00Z a word\n{long}  word below\n{long}2026-11-20T13:00:00Z nothing\n");
    dir.file("one", one.as_bytes());
    dir.file("two", b"2026-11-20T10:30:00Z another\n2026-11-20T14:00:00Z a last word");
    let run = |args: &[&str]| run_in(&dir, &[&["grep", "--merge"], args, &["one", "two"]].concat());
    prints(&run(&["-c", "word"]), b"one:4\ntwo:1\n");
    assert_eq!(run(&["-c", "^x|^ word|wo$|^rd"]).code, 1);
    prints(&run(&["-hn", "end$"]), format!("2:{long}4:{long}").as_bytes());
    prints(
        &run(&["-hb", "below|last"]),
        format!("{}:  word below\n29:2026-11-20T14:00:00Z a last word\n", 28 + long.len()).as_bytes(),
    );
    let matches = run(&["-ho", "x word é"]).stdout;
    assert_eq!(matches, "x word é\n".repeat(120_000).as_bytes());
}

// Regression: every piece of the line was appended to a copy of the whole line.
#[test]
fn a_very_long_line_is_put_together_once() {
    let dir = Dir::new();
    let line = format!("2026-11-20T10:00:00Z {}needle\n", "abcdefghijklmno ".repeat(1 << 20));
    dir.file("log", line.as_bytes());
    let ran = run_in(&dir, &["grep", "--merge", "-c", "needle", "--stats=json", "log"]);
    assert_eq!((ran.code, &ran.stdout[..]), (0, &b"1\n"[..]));
    let stats: serde_json::Value = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
    let faults = stats["minor_faults"].as_u64().unwrap();
    assert!(faults < 60_000, "{faults} pages were touched for a line of 4096 pages");
}

#[test]
fn compressed_logs_and_periods_are_merged() {
    let dir = Dir::new();
    let (one, two) = (text(1, &[(1, 0), (5, 2), (9, 0)]), text(2, &[(2, 1), (5, 0), (30, 0)]));
    dir.file("one", &one);
    for (tool, name) in [("gzip", "two.gz"), ("zstd", "two.zst"), ("xz", "two.xz"), ("bzip2", "two.bz2")] {
        let Some(packed) = oracle(tool, &["-c"], &two) else { continue };
        dir.file(name, &packed.stdout);
        let expected = sorted(&[("one", one.clone()), (name, two.clone())], true);
        prints(&run_in(&dir, &["cat", "--merge", "-H", "one", name]), &expected);
        let window = ["--since", "2026-11-21T10:00:05Z", "--until", "2026-11-21T10:00:09Z"];
        let ran = run_in(&dir, &[&["cat", "--merge"][..], &window, &["one", name]].concat());
        let expected = b"2026-11-21T10:00:05Z log 1 entry 1\n  at line 0 of 1.1\n  at line 1 of 1.1\n\
                         2026-11-21T10:00:05Z log 2 entry 1\n2026-11-21T10:00:09Z log 1 entry 2\n";
        prints(&ran, expected);
        let ran = run_in(&dir, &[&["grep", "--merge", "-n", "entry"][..], &window, &["one", name]].concat());
        let expected = format!(
            "one:2:2026-11-21T10:00:05Z log 1 entry 1\n{name}:3:2026-11-21T10:00:05Z log 2 entry 1\n\
             one:5:2026-11-21T10:00:09Z log 1 entry 2\n"
        );
        prints(&ran, expected.as_bytes());
    }
}

/// Regression: entries without a zone were missing if the period began in the hour that occurs twice.
#[test]
fn a_period_that_begins_in_a_repeated_hour_is_merged() {
    let dir = Dir::new();
    let local = ["02:35", "02:55", "02:15", "02:40", "03:10", "03:40"];
    dir.file("one", local.map(|time| format!("2026-10-25 {time}:00 up\n")).concat().as_bytes());
    dir.file("two", b"2026-10-25T00:50:00Z a\n2026-10-25T01:50:00Z b\n2026-10-25T02:50:00Z c\n");
    let window = ["--since", "2026-10-25T01:30:00Z", "--until", "2026-10-25T02:30:00Z", "--time-zone", "Europe/Berlin"];
    let ran = run_in(&dir, &[&["cat", "--merge"][..], &window, &["one", "two"]].concat());
    prints(&ran, b"2026-10-25 02:40:00 up\n2026-10-25T01:50:00Z b\n2026-10-25 03:10:00 up\n");
}

#[test]
fn a_rotated_log_is_the_same_in_any_order() {
    let dir = Dir::new();
    // The log was rotated in the middle of a second and of an entry.
    dir.file("app.log.2", b"2026-11-21 10:00:00 a\n2026-11-21 10:00:01 b\n");
    dir.file("app.log.1", b"2026-11-21 10:00:01 c\n2026-11-21 10:00:02 d\n");
    dir.file("app.log", b"2026-11-21 10:00:02 e\n more\n2026-11-21 10:00:03 f\n");
    let expected = b"2026-11-21 10:00:00 a\n2026-11-21 10:00:01 b\n2026-11-21 10:00:01 c\n2026-11-21 10:00:02 d\n\
                     2026-11-21 10:00:02 e\n more\n2026-11-21 10:00:03 f\n";
    for order in [
        ["app.log", "app.log.1", "app.log.2"],
        ["app.log.2", "app.log.1", "app.log"],
        ["app.log.1", "app.log", "app.log.2"],
    ] {
        prints(&run_in(&dir, &[&["cat", "--merge"][..], &order].concat()), expected);
    }
}

#[test]
fn lines_are_never_glued_and_every_form_is_merged() {
    let dir = Dir::new();
    dir.file("a", b"2026-11-21T10:00:00Z a");
    dir.file("b", b"{\"ts\":1795255200.5,\"msg\":\"b\"}\n{\"ts\":1795255202,\"msg\":\"c\"}");
    dir.file("c", b"h - - [21/Nov/2026:11:00:01 +0100] \"GET / HTTP/1.1\" 200 2\n");
    let expected = "a:2026-11-21T10:00:00Z a\nb:{\"ts\":1795255200.5,\"msg\":\"b\"}\n\
                    c:h - - [21/Nov/2026:11:00:01 +0100] \"GET / HTTP/1.1\" 200 2\nb:{\"ts\":1795255202,\"msg\":\"c\"}";
    prints(&run_in(&dir, &["cat", "--merge", "-H", "a", "b", "c"]), expected.as_bytes());
}

#[test]
fn a_log_without_times_is_an_error_and_the_others_are_merged() {
    let dir = Dir::new();
    dir.file("a", b"2026-11-21T10:00:00Z a\n");
    dir.file("b", b"no time here\nnor here\n");
    dir.file("empty", b"");
    let ran = run_in(&dir, &["cat", "--merge", "b", "missing", "a", "empty"]);
    assert_eq!((ran.stdout.as_slice(), ran.code), (&b"2026-11-21T10:00:00Z a\n"[..], 1));
    assert!(ran.stderr.contains("mapped: b: no line with a time was found"), "{}", ran.stderr);
    assert!(ran.stderr.contains("mapped: missing: "), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 2, "{}", ran.stderr);
    assert_eq!(run_in(&dir, &["grep", "--merge", "a", "b", "a"]).code, 2);
}

#[test]
fn matches_of_each_log_are_counted_on_their_own() {
    let dir = Dir::new();
    dir.file("a", &text(0, &[(1, 0), (3, 1), (5, 0)]));
    dir.file("b", &text(1, &[(2, 0), (4, 0)]));
    prints(&run_in(&dir, &["grep", "--merge", "-c", "entry", "a", "b"]), b"b:2\na:3\n");
    prints(
        &run_in(&dir, &["grep", "--merge", "-m1", "-h", "-o", "log . entry .", "a", "b"]),
        b"log 0 entry 0\nlog 1 entry 0\n",
    );
    prints(&run_in(&dir, &["grep", "--merge", "-q", "entry", "a", "b"]), b"");
    assert_eq!(run_in(&dir, &["grep", "--merge", "nothing", "a", "b"]).code, 1);
}

/// Several writers share a log, so entries are slightly out of order. Line numbers, offsets and
/// continuation lines must stay correct.
#[test]
fn entries_out_of_order_within_the_slack_are_put_in_order() {
    let dir = Dir::new();
    dir.file("a", b"2026-11-21T10:00:05Z a1\n  more\n2026-11-21T10:00:01Z a2\n2026-11-21T10:00:05Z a3\n2026-11-21T10:00:03Z a4\n  more\n");
    dir.file("b", b"2026-11-21T10:00:02Z b1\n2026-11-21T10:00:04Z b2\n");
    let merged = "a:2026-11-21T10:00:01Z a2\nb:2026-11-21T10:00:02Z b1\na:2026-11-21T10:00:03Z a4\na:  more\n\
                  b:2026-11-21T10:00:04Z b2\na:2026-11-21T10:00:05Z a1\na:  more\na:2026-11-21T10:00:05Z a3\n";
    prints(&run_in(&dir, &["cat", "--merge", "-H", "a", "b"]), merged.as_bytes());
    let numbered = "a:3:31:2026-11-21T10:00:01Z a2\nb:1:0:2026-11-21T10:00:02Z b1\na:5:79:2026-11-21T10:00:03Z a4\na:6:103:  more\n\
                    b:2:24:2026-11-21T10:00:04Z b2\na:1:0:2026-11-21T10:00:05Z a1\na:2:24:  more\na:4:55:2026-11-21T10:00:05Z a3\n";
    prints(&run_in(&dir, &["grep", "--merge", "-nb", "", "a", "b"]), numbered.as_bytes());
    // Regression: without line numbers, a development build panicked.
    prints(&run_in(&dir, &["grep", "--merge", "a[12]$", "a"]), b"2026-11-21T10:00:01Z a2\n2026-11-21T10:00:05Z a1\n");
    // Entries further apart than the slack keep the order of the file.
    let ran = run_in(&dir, &["cat", "--merge", "--slack", "1s", "a"]);
    assert!(ran.stdout.starts_with(b"2026-11-21T10:00:05Z a1\n  more\n2026-11-21T10:00:01Z a2\n"));
}

/// A log with random disorder within the slack, and with an entry of many lines that is longer than
/// the buffer.
#[test]
fn large_logs_are_sorted_as_a_stable_sort_does() {
    let dir = Dir::new();
    let mut random = 3u64;
    let mut next = |max: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) % max
    };
    let mut log = |name: usize| -> Vec<u8> {
        let mut text = String::new();
        for entry in 0..4000u64 {
            // Only buffered entries can be sorted, so all entries around the long one are already
            // in order.
            let late = if (1900..2100).contains(&entry) { 0 } else { next(20) };
            let second = entry / 4 + 20 - late;
            text += &format!("2026-11-21T10:{:02}:{:02}Z log {name} entry {entry}\n", second / 60, second % 60);
            if entry == 2000 {
                (0..20_000).for_each(|line| text += &format!("  line {line} of {name}\n"));
            }
        }
        text.into_bytes()
    };
    let logs = [("one", log(1)), ("two", log(2)), ("three", log(3))];
    logs.iter().for_each(|(name, text)| _ = dir.file(name, text));
    let expected = sorted(&logs, false);
    for mode in [&["--io", "mmap"][..], &["--io", "read", "--threads", "1"], &["--threads", "4"]] {
        let ran = run_in(&dir, &[&["cat", "--merge"][..], mode, &["one", "two", "three"]].concat());
        assert_eq!((ran.stderr.as_str(), ran.code), ("", 0));
        assert!(ran.stdout == expected, "not the stable sort");
    }
    let ran = run_piped(mapped().args(["cat", "--merge", "one", "two", "-"]).current_dir(dir.path()), &logs[2].1);
    assert!(ran.stdout == expected, "not the stable sort through a pipe");
}
