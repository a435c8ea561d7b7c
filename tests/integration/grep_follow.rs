//! `mapped grep --follow`, `--since` and `--until`: appended lines are found like existing ones,
//! exactly once.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::cat_follow::{Follower, append};
use crate::law::Law;
use crate::util::{Dir, Ran, mapped, pause, run_piped};

fn follow(options: &[&str], paths: &[&Path]) -> Follower {
    Follower::of(mapped().arg("grep").args(options).args(paths))
}

fn grep(options: &[&str], path: &Path) -> Ran {
    mapped().arg("grep").args(options).arg(path).stdin(Stdio::null()).output().unwrap().into()
}

#[test]
fn matches_are_shown_when_their_lines_are_whole() {
    let dir = Dir::new();
    let path = dir.file("log", b"x 1\ny 2\nx 3\nx unt");
    let mut follower = follow(&["--follow", "-n", "-b", "x"], &[&path]);
    follower.shows(b"1:0:x 1\n3:8:x 3\n");
    append(&path, b"il now\ny 5\nx");
    follower.shows(b"1:0:x 1\n3:8:x 3\n4:12:x until now\n");
    append(&path, b" 6\n");
    follower.shows(b"1:0:x 1\n3:8:x 3\n4:12:x until now\n6:28:x 6\n");
    append(&path, b"the last x");
    pause(Duration::from_millis(200));
    follower.shows(b"1:0:x 1\n3:8:x 3\n4:12:x until now\n6:28:x 6\n");
    let (received, messages, code) = follower.interrupt();
    assert_eq!(String::from_utf8(received).unwrap(), "1:0:x 1\n3:8:x 3\n4:12:x until now\n6:28:x 6\n7:32:the last x\n");
    assert_eq!((messages.as_str(), code), ("", Some(130)));
}

#[test]
fn context_spans_pieces() {
    let dir = Dir::new();
    let path = dir.file("log", b"");
    let mut follower = follow(&["--follow", "-n", "-C1", "x"], &[&path]);
    let mut text = Vec::new();
    for number in 1..=40 {
        let line = format!("{}{number}\n", if number % 7 == 0 { "x" } else { "" });
        text.extend_from_slice(line.as_bytes());
        append(&path, line.as_bytes());
        if number % 3 == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    let whole = dir.file("whole", &text);
    follower.shows(&grep(&["-n", "-C1", "x"], &whole).stdout);
    follower.interrupt();
}

#[test]
fn it_ends_once_it_has_found_enough() {
    let dir = Dir::new();
    let path = dir.file("log", b"x 1\nno\n");
    let mut follower = follow(&["--follow", "-m2", "x"], &[&path]);
    follower.shows(b"x 1\n");
    append(&path, b"x 2\nx 3\n");
    assert_eq!(follower.ends(), (b"x 1\nx 2\n".to_vec(), String::new(), Some(0)));
    let follower = follow(&["--follow", "-q", "ready"], &[&path]);
    append(&path, b"almost\nready\n");
    assert_eq!(follower.ends(), (Vec::new(), String::new(), Some(0)));
    let mut follower = follow(&["--follow", "--last", "1", "x"], &[&path]);
    follower.shows(b"x 3\n");
    append(&path, b"x 4\n");
    follower.shows(b"x 3\nx 4\n");
    follower.interrupt();
    let mut follower = follow(&["--follow", "--last=0", "-n", "x"], &[&path]);
    pause(Duration::from_millis(100));
    append(&path, b"x 5\n");
    follower.shows(b"8:x 5\n");
    follower.interrupt();
}

#[test]
fn several_files_have_their_own_numbers_and_names() {
    let dir = Dir::new();
    let (a, b) = (dir.file("a", b"x\n"), dir.file("b", b"-\nx\n"));
    let mut follower =
        Follower::of(mapped().args(["grep", "--follow", "--heading", "-n", "x", "a", "b"]).current_dir(dir.path()));
    let mut expected = b"a\n1:x\n\nb\n2:x\n".to_vec();
    follower.shows(&expected);
    for (path, more) in [(&a, &b"\na\n2:x\n"[..]), (&a, b"3:x\n"), (&b, b"\nb\n3:x\n")] {
        append(path, b"x\n");
        expected.extend_from_slice(more);
        follower.shows(&expected);
    }
    follower.interrupt();
}

#[test]
fn a_truncated_file_is_numbered_from_one() {
    let dir = Dir::new();
    let path = dir.file("log", b"x one\nold\nx open");
    let mut follower = follow(&["--follow", "-n", "x"], &[&path]);
    follower.shows(b"1:x one\n");
    pause(Duration::from_millis(200));
    File::create(&path).unwrap();
    // The unfinished line is never completed.
    follower.shows(b"1:x one\n3:x open\n");
    append(&path, b"new\nx\n");
    follower.shows(b"1:x one\n3:x open\n2:x\n");
    let (_, messages, _) = follower.interrupt();
    assert!(messages.ends_with("log: file truncated\n"), "{messages}");
}

#[test]
fn a_rotated_log_is_searched_by_name_to_its_end_and_on() {
    let dir = Dir::new();
    let path = dir.file("log", b"x 1\n");
    let mut follower = follow(&["--follow=name", "-n", "x"], &[&path]);
    follower.shows(b"1:x 1\n");
    let mut writer = File::options().append(true).open(&path).unwrap();
    std::fs::rename(&path, dir.path().join("log.1")).unwrap();
    writer.write_all(b"x 2\nx half ").unwrap();
    follower.shows(b"1:x 1\n2:x 2\n");
    std::fs::write(&path, b"x new\n").unwrap();
    follower.shows(b"1:x 1\n2:x 2\n1:x new\n");
    // One writer still has the old file open; its line stays whole and separate.
    writer.write_all(b"and half\n").unwrap();
    append(&path, b"x newer\n");
    let received = b"1:x 1\n2:x 2\n1:x new\n3:x half and half\n2:x newer\n";
    follower.shows(received);
    let (_, messages, code) = follower.interrupt();
    assert!(messages.ends_with("; following new file\n"), "{messages}");
    assert_eq!(code, Some(130));
}

#[test]
fn endless_inputs_are_not_counted() {
    for option in
        ["-c", "--count-matches", "-L", "-U", "-T", "-r", "--until=now", "--shard=1/2", "--length=3", "--decompress"]
    {
        let ran = grep(&["--follow", option, "x"], Path::new("/dev/null"));
        assert_eq!((ran.code, ran.stdout.len()), (2, 0), "{option}: {}", ran.stderr);
        assert!(ran.stderr.contains("--follow"), "{option}: {}", ran.stderr);
    }
    let ran = grep(&["--follow", "-d", "recurse", "x"], Path::new("/dev/null"));
    assert_eq!((ran.code, ran.stderr.as_str()), (2, "mapped: --follow takes files, not directories\n"));
}

/// Returns a log with an entry every twelve seconds from 12:00:00, every tenth followed by a line
/// without a time.
fn log() -> Vec<u8> {
    let mut log = Vec::new();
    for entry in 0..600 {
        let second = entry * 12;
        let (hour, minute) = (12 + second / 3600, second / 60 % 60);
        log.extend(format!("2026-11-20T{hour}:{minute:02}:{:02}Z entry {entry} of many\n", second % 60).bytes());
        if entry % 10 == 0 {
            log.extend_from_slice(b"    entry goes on\n");
        }
    }
    log
}

#[test]
fn a_period_is_searched_as_cat_prints_it() {
    let log = log();
    let dir = Dir::new();
    let path = dir.file("log", &log);
    let periods: [&[&str]; 4] = [
        &["--since", "2026-11-20T12:59:58Z", "--until", "2026-11-20T13:05:10Z"],
        &["--since", "2026-11-20T13:59:00Z"],
        &["--until", "2026-11-20T12:00:20Z"],
        &["--since=2026-11-20T12:30:00.2Z", "--until=2026-11-20T12:30:00.3Z"],
    ];
    for period in periods {
        let cat = mapped().arg("cat").args(period).arg(&path).output().unwrap().stdout;
        for options in [&["0"][..], &["-c", "on"], &["--last", "2", "0"], &["-C1", "9 of"]] {
            let expected = run_piped(mapped().arg("grep").args(options), &cat);
            Law::new(&[&["grep"], options, period].concat(), &log).quick().holds(&expected.stdout, expected.code);
        }
    }
    // Line numbers and offsets are those in the whole file.
    let numbered = ["-n", "-b", "-B1", "entry 300"];
    let period = ["--since", "2026-11-20T13:00:00Z", "--until", "2026-11-20T13:00:05Z"];
    let whole = String::from_utf8(grep(&["-n", "-b", "entry 300"], &path).stdout).unwrap();
    let ran = grep(&[&numbered[..], &period].concat(), &path);
    assert_eq!(String::from_utf8(ran.stdout).unwrap(), whole);
}

#[test]
fn a_period_costs_a_few_pages() {
    let mut text = Vec::new();
    for entry in 0..400_000 {
        text.extend(format!("{} entry {entry} of a long log\n", 1_700_000_000 + entry).bytes());
    }
    let dir = Dir::new();
    let path = dir.file("log", &text);
    let ran = grep(&["--stats=json", "--since", "@1700200000", "--until", "@1700200002", "entry"], &path);
    let expected = "1700200000 entry 200000 of a long log\n1700200001 entry 200001 of a long log\n1700200002 entry 200002 of a long log\n";
    assert_eq!((String::from_utf8(ran.stdout).unwrap().as_str(), ran.code), (expected, 0));
    let stats: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    let bytes = stats["bytes"].as_u64().unwrap();
    assert!(bytes < 200_000, "{bytes} bytes were read of {}", text.len());
}

#[test]
fn wrong_and_missing_times_are_reported() {
    let dir = Dir::new();
    let plain = dir.file("plain", b"no time\nhere\n");
    let ran = grep(&["--since", "yesterday", "time"], &plain);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("plain: no line with a time was found (2 examined"), "{}", ran.stderr);
    let ran = grep(&["--since", "soon", "time"], &plain);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("mapped: invalid value 'soon' for --since: expected a time"), "{}", ran.stderr);
    let mixed = dir.file("mixed", b"1700000000 x\n1600000000 x\n1700000002 x\n");
    let ran = grep(&["--since", "@1500000000", "x"], &mixed);
    assert_eq!((ran.code, ran.stdout.len()), (0, 39), "{}", ran.stderr);
    assert!(ran.stderr.contains("mixed: not sorted by time"), "{}", ran.stderr);
}

#[test]
fn a_period_is_followed_from_its_beginning() {
    let dir = Dir::new();
    let path = dir.file("log", b"1700000000 x 1\n1700000001 x 2\n1700000002 x 3\n");
    let mut follower = follow(&["--follow", "--since", "@1700000001", "-n", "x"], &[&path]);
    follower.shows(b"2:1700000001 x 2\n3:1700000002 x 3\n");
    append(&path, b"1700000003 x 4\n");
    follower.shows(b"2:1700000001 x 2\n3:1700000002 x 3\n4:1700000003 x 4\n");
    follower.interrupt();
}

#[test]
fn it_ends_when_its_reader_leaves() {
    let dir = Dir::new();
    let path = dir.file("log", b"x\n");
    let mut child = mapped()
        .args(["grep", "--follow", "x"])
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let head = Command::new("head").args(["-n", "1"]).stdin(child.stdout.take().unwrap()).output().unwrap();
    assert_eq!(head.stdout, b"x\n");
    assert_eq!(child.wait().unwrap().code(), Some(141));
}
