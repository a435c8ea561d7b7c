//! `--merge --follow`: lines appended to several logs at nearly the same time are ordered by time.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::cat_follow::{Follower, append};
use crate::util::{Dir, Ran, mapped, pause};

fn line(second: u32, text: &str) -> String {
    format!("2026-11-21T10:{:02}:{:02}Z {text}\n", second / 60, second % 60)
}

/// Starts a command in `dir`.
fn start(dir: &Dir, args: &[&str]) -> Follower {
    Follower::of(mapped().args(args).current_dir(dir.path()))
}

/// Returns the PID of a process that has ended.
fn ended_process() -> String {
    let mut child = Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    child.id().to_string()
}

#[test]
fn appended_lines_are_put_in_order_across_rotation() {
    let dir = Dir::new();
    let stored = |from: u32, name: &str| (0..12).map(|n| line(from + n * 2, &format!("{name}{n}"))).collect::<String>();
    let a = dir.file("a", stored(0, "a").as_bytes());
    let b = dir.file("b", stored(1, "b").as_bytes());
    // The command ends with this process: after a signal there is little time to print the rest.
    let mut process = Command::new("sleep").arg("1000").spawn().unwrap();
    let mut follower = start(&dir, &["cat", "--merge", "-F", "-H", "--pid", &process.id().to_string(), "a", "b"]);
    // These are the last ten lines of each log.
    let mut expected: String = (2..12)
        .map(|n| format!("a:{}b:{}", line(n * 2, &format!("a{n}")), line(n * 2 + 1, &format!("b{n}"))))
        .collect();
    follower.shows(expected.as_bytes());
    append(&a, line(103, "late").as_bytes());
    append(&b, format!("{}\tits trace\n", line(101, "early")).as_bytes());
    append(&a, b"\tits own trace\n");
    expected += &format!("b:{}b:\tits trace\na:{}a:\tits own trace\n", line(101, "early"), line(103, "late"));
    follower.shows(expected.as_bytes());
    std::fs::rename(&a, dir.path().join("a.1")).unwrap();
    dir.file("a", line(110, "in the new file").as_bytes());
    append(&b, line(109, "meanwhile").as_bytes());
    expected += &format!("b:{}a:{}", line(109, "meanwhile"), line(110, "in the new file"));
    follower.shows(expected.as_bytes());
    // A line without a terminator is printed when nothing more can arrive.
    append(&b, b"2026-11-21T10:09:00Z no end");
    pause(Duration::from_millis(700));
    follower.shows(expected.as_bytes());
    process.kill().unwrap();
    process.wait().unwrap();
    let (received, messages, code) = follower.ends();
    expected += "b:2026-11-21T10:09:00Z no end";
    assert_eq!(String::from_utf8(received).unwrap().trim_end(), expected);
    assert_eq!(code, Some(0));
    // Between renaming and creation there may have been no file.
    assert!(messages.ends_with("; following new file\n"), "{messages}");
}

/// A log that is empty at first, a log in another form, and a stream.
#[test]
fn every_log_has_a_form_of_its_own() {
    let dir = Dir::new();
    let empty = dir.file("empty", b"");
    dir.file("epoch", b"1795255200 first\n");
    let (reader, mut writer) = std::io::pipe().unwrap();
    let mut command = mapped();
    command.args(["cat", "--merge", "-f", "empty", "epoch", "-"]).current_dir(dir.path());
    let mut follower = Follower::with_input(&mut command, Stdio::from(reader));
    follower.shows(b"1795255200 first\n");
    std::io::Write::write_all(&mut writer, line(9, "piped").as_bytes()).unwrap();
    append(&empty, b"21/Nov/2026:10:00:07 +0000 appended\n");
    append(&dir.path().join("epoch"), b"1795255208 second\n");
    let expected =
        format!("1795255200 first\n21/Nov/2026:10:00:07 +0000 appended\n1795255208 second\n{}", line(9, "piped"));
    follower.shows(expected.as_bytes());
    assert_eq!(follower.interrupt().2, Some(130));
}

#[test]
fn matches_keep_their_numbers() {
    let dir = Dir::new();
    let a = dir.file("a", (line(0, "x") + &line(4, "y") + &line(8, "y")).as_bytes());
    let b = dir.file("b", line(2, "x").as_bytes());
    let mut follower = start(&dir, &["grep", "--merge", "--follow", "-n", "-b", "x", "a", "b"]);
    let mut expected = format!("a:1:0:{}b:1:0:{}", line(0, "x"), line(2, "x"));
    follower.shows(expected.as_bytes());
    append(&a, (line(20, "y") + &line(21, "x")).as_bytes());
    append(&b, line(20, "x").as_bytes());
    expected += &format!("b:2:23:{}a:5:92:{}", line(20, "x"), line(21, "x"));
    follower.shows(expected.as_bytes());
    assert_eq!(follower.interrupt().2, Some(130));
    // Line numbers also count the lines before the period.
    let mut follower =
        start(&dir, &["grep", "--merge", "--follow", "-n", "-m1", "--since", "2026-11-21T10:50Z", "x", "a", "b"]);
    pause(Duration::from_millis(300));
    append(&a, line(3110, "x").as_bytes());
    append(&b, (line(3101, "y") + &line(3102, "x")).as_bytes());
    follower.comes_to(format!("a:6:{}", line(3110, "x")).as_bytes());
    let (received, _, code) = follower.ends();
    assert_eq!(String::from_utf8(received).unwrap(), format!("b:4:{}a:6:{}", line(3102, "x"), line(3110, "x")));
    assert_eq!(code, Some(0));
}

/// When following ends at once, the output is the same as that of merging the last lines.
#[test]
fn stored_lines_are_merged_as_without_following() {
    let dir = Dir::new();
    dir.file("a", (0..9).map(|n| line(n * 3, "a")).collect::<String>().as_bytes());
    dir.file("b", (0..9).map(|n| line(n * 2, "b")).collect::<String>().as_bytes());
    let run = |args: &[&str]| -> Ran {
        mapped().args(args).current_dir(dir.path()).stdin(Stdio::null()).output().unwrap().into()
    };
    let merged = run(&["cat", "--merge", "-n", "a", "b"]);
    for more in [&["--io=read"][..], &["--threads=1", "--block-size=100"], &[]] {
        let pid = ended_process();
        let ran = run(&[&["cat", "--merge", "-n", "-f", "--pid", &pid, "a", "b", "none"], more].concat());
        assert_eq!((String::from_utf8_lossy(&ran.stdout), ran.code), (String::from_utf8_lossy(&merged.stdout), 1));
        assert_eq!(ran.stderr, "mapped: none: No such file or directory\n");
    }
}
