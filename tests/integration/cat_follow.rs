//! `mapped cat --follow`: what is appended comes once, whatever is done to the file meanwhile.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::util::{Dir, mapped};

/// A follower under way, and what it has printed so far.
pub struct Follower {
    child: Child,
    pieces: Receiver<Vec<u8>>,
    seen: Vec<u8>,
}

impl Follower {
    fn start(options: &[&str], path: &Path) -> Follower {
        Follower::of(mapped().arg("cat").args(options).arg(path))
    }

    /// Starts a command.
    pub fn of(command: &mut std::process::Command) -> Follower {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("mapped runs");
        let mut stdout = child.stdout.take().expect("a pipe");
        let (sender, pieces) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(got @ 1..) = stdout.read(&mut buffer) {
                if sender.send(buffer[..got].to_vec()).is_err() {
                    break;
                }
            }
        });
        Follower { child, pieces, seen: Vec::new() }
    }

    /// Waits until all that was printed is `expected`.
    #[track_caller]
    pub fn shows(&mut self, expected: &[u8]) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.seen.len() < expected.len() {
            match self.pieces.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(piece) => self.seen.extend(piece),
                Err(_) => break,
            }
        }
        assert_eq!(self.seen.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }

    /// Waits for its own end; gives the same.
    pub fn ends(mut self) -> (Vec<u8>, String, Option<i32>) {
        let code = self.child.wait().expect("it ends").code();
        let mut messages = String::new();
        self.child.stderr.take().expect("a pipe").read_to_string(&mut messages).expect("text");
        self.seen.extend(self.pieces.iter().flatten());
        (self.seen, messages, code)
    }

    /// Sends Ctrl-C; gives what was printed in all, the messages and the exit code.
    pub fn interrupt(self) -> (Vec<u8>, String, Option<i32>) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it runs");
        self.ends()
    }
}

pub fn append(path: &Path, bytes: &[u8]) {
    File::options().append(true).open(path).expect("it is there").write_all(bytes).expect("writable");
}

#[test]
fn what_is_appended_is_printed_until_ctrl_c() {
    let dir = Dir::new();
    let path = dir.file("log", b"one\ntwo\nthr");
    let mut follower = Follower::start(&["-f"], &path);
    follower.shows(b"one\ntwo\nthr");
    append(&path, b"ee\n");
    follower.shows(b"one\ntwo\nthree\n");
    append(&path, b"four");
    follower.shows(b"one\ntwo\nthree\nfour");
    append(&path, b" and the rest");
    let (seen, messages, code) = follower.interrupt();
    assert_eq!(seen, b"one\ntwo\nthree\nfour and the rest");
    assert_eq!((messages.as_str(), code), ("", Some(130)));
}

#[test]
fn it_begins_with_the_last_lines_and_their_numbers() {
    let dir = Dir::new();
    let path = dir.file("log", b"one\ntwo\nthree\n");
    let mut follower = Follower::start(&["-n", "--follow", "--lines", "-2:"], &path);
    follower.shows(b"     2\ttwo\n     3\tthree\n");
    append(&path, b"four\nfi");
    append(&path, b"ve\n");
    follower.shows(b"     2\ttwo\n     3\tthree\n     4\tfour\n     5\tfive\n");
    follower.interrupt();
    let mut follower = Follower::start(&["-f", "--lines", "7:"], &path);
    append(&path, b"six\nse");
    append(&path, b"ven\neight\n");
    follower.shows(b"seven\neight\n");
    follower.interrupt();
}

#[test]
fn an_empty_file_grows() {
    let dir = Dir::new();
    let path = dir.file("log", b"");
    let mut follower = Follower::start(&["--follow=name", "-E"], &path);
    append(&path, b"first\n");
    follower.shows(b"first$\n");
    follower.interrupt();
}

#[test]
fn a_truncated_file_is_printed_anew() {
    let dir = Dir::new();
    let path = dir.file("log", b"old one\nold two\n");
    let mut follower = Follower::start(&["-f"], &path);
    follower.shows(b"old one\nold two\n");
    File::create(&path).expect("writable");
    std::thread::sleep(Duration::from_millis(50));
    append(&path, b"new\n");
    follower.shows(b"old one\nold two\nnew\n");
    let (_, messages, _) = follower.interrupt();
    assert!(messages.ends_with("log: file truncated\n"), "{messages}");
}

#[test]
fn a_rotated_log_is_followed_by_name_to_its_end_and_on() {
    let dir = Dir::new();
    let path = dir.file("log", b"1\n");
    let mut follower = Follower::start(&["-F"], &path);
    follower.shows(b"1\n");
    let old = dir.path().join("log.1");
    let mut writer = File::options().append(true).open(&path).expect("it is there");
    std::fs::rename(&path, &old).expect("renamed");
    writer.write_all(b"2\n").expect("writable");
    follower.shows(b"1\n2\n");
    std::fs::write(&path, b"").expect("writable");
    writer.write_all(b"3\n").expect("writable");
    drop(writer);
    append(&path, b"4\n");
    follower.shows(b"1\n2\n3\n4\n");
    let (_, messages, code) = follower.interrupt();
    // Whether the moment without a file by that name was seen is a matter of luck.
    assert!(messages.ends_with("; following new file\n"), "{messages}");
    assert_eq!(code, Some(130));
}

#[test]
fn a_name_that_has_no_file_yet_is_waited_for() {
    let dir = Dir::new();
    let path = dir.path().join("log");
    let mut follower = Follower::start(&["-F"], &path);
    std::thread::sleep(Duration::from_millis(100));
    dir.file("log", b"here\n");
    follower.shows(b"here\n");
    let (_, messages, code) = follower.interrupt();
    assert!(messages.contains("log: No such file or directory\n"), "{messages}");
    assert!(messages.ends_with("log: has appeared; following new file\n"), "{messages}");
    assert_eq!(code, Some(130));
}

#[test]
fn by_descriptor_the_file_is_followed_wherever_it_goes() {
    let dir = Dir::new();
    let path = dir.file("log", b"1\n");
    let mut follower = Follower::start(&["-f"], &path);
    follower.shows(b"1\n");
    let old = dir.path().join("log.1");
    std::fs::rename(&path, &old).expect("renamed");
    dir.file("log", b"another\n");
    append(&old, b"2\n");
    follower.shows(b"1\n2\n");
    assert_eq!(follower.interrupt().1, "");
}

#[test]
#[allow(unsafe_code)]
fn a_file_written_through_a_mapping_is_printed_as_it_fills() {
    let dir = Dir::new();
    let path = dir.file("log", b"start\n");
    let mut follower = Follower::start(&["-f"], &path);
    follower.shows(b"start\n");
    let file = File::options().read(true).write(true).open(&path).expect("it is there");
    file.set_len(1 << 20).expect("writable");
    // SAFETY: the file stays as long as it is for as long as it is mapped.
    let mut map = unsafe { memmap2::MmapMut::map_mut(&file).expect("mappable") };
    let mut expected = b"start\n".to_vec();
    for number in 0..20 {
        let record = format!("record {number}\n");
        map[expected.len()..][..record.len()].copy_from_slice(record.as_bytes());
        expected.extend(record.bytes());
        follower.shows(&expected);
    }
    let (seen, _, _) = follower.interrupt();
    assert_eq!(seen, expected);
}

#[test]
fn it_ends_when_nobody_reads_any_more() {
    let dir = Dir::new();
    let path = dir.file("log", b"1\n");
    let mut child = mapped().args(["cat", "-f"]).arg(&path).stdout(Stdio::piped()).spawn().expect("mapped runs");
    let mut first = [0; 2];
    child.stdout.take().expect("a pipe").read_exact(&mut first).expect("its first line");
    let begun = Instant::now();
    assert_eq!(child.wait().expect("it ends").code(), Some(141));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn nothing_is_lost_or_doubled_by_rotation_at_speed() {
    let dir = Dir::new();
    let path = dir.file("log", b"");
    let mut follower = Follower::start(&["-F"], &path);
    // Only once it watches can it be held to anything.
    append(&path, b"ready\n");
    follower.shows(b"ready\n");
    let mut expected = b"ready\n".to_vec();
    let mut number = 0;
    for round in 0..6 {
        let mut writer = File::options().append(true).create(true).open(&path).expect("writable");
        for _ in 0..100 {
            let mut piece = Vec::new();
            while piece.len() < 30_000 {
                piece.extend_from_slice(format!("{number:012} some text that makes a line of it\n").as_bytes());
                number += 1;
            }
            writer.write_all(&piece).expect("writable");
            expected.extend(piece);
        }
        match round % 2 {
            0 => std::fs::rename(&path, dir.path().join(format!("log.{round}"))).expect("renamed"),
            _ => {
                // What is cut off unread is nobody's to print, so the cut waits.
                follower.shows(&expected);
                writer.set_len(0).expect("writable");
            }
        }
    }
    follower.shows(&expected);
    let (seen, messages, _) = follower.interrupt();
    assert!(seen == expected);
    assert_eq!(messages.matches("file truncated").count(), 3, "{messages}");
}

#[test]
fn only_what_has_no_end_can_be_followed() {
    let dir = Dir::new();
    let path = dir.file("log", b"1\n");
    for options in [&["--lines", "1:5"][..], &["--until", "now"], &["--length", "5"], &["--shard", "1/2"]] {
        let ran = mapped().args(["cat", "-f"]).args(options).arg(&path).output().expect("mapped runs");
        assert!(!ran.status.success(), "{options:?}");
        assert!(ran.stdout.is_empty());
    }
}

#[test]
fn a_write_behind_the_end_leaves_zeros_as_they_are() {
    let dir = Dir::new();
    let path = dir.file("log", b"1\n");
    let mut follower = Follower::start(&["-f"], &path);
    follower.shows(b"1\n");
    let file = File::options().write(true).open(&path).expect("it is there");
    file.write_all_at(b"end\n", 10).expect("writable");
    follower.shows(b"1\n\0\0\0\0\0\0\0\0end\n");
    follower.interrupt();
}

/// `LINES` lines of 100 bytes that begin with their numbers.
fn numbered(first: u64) -> Vec<u8> {
    let mut text = [b'x'; 100].repeat(LINES as usize);
    for (line, number) in text.chunks_exact_mut(100).zip(first..) {
        let mut rest = number;
        for digit in line[..16].iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        line[99] = b'\n';
    }
    text
}

/// Lines written at a time.
const LINES: u64 = 10_000;

/// Processor time of a process so far, in clock ticks of a hundredth of a second (`proc_pid_stat(5)`).
fn ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    fields[11..13].iter().map(|field| field.parse::<u64>().expect("a number")).sum()
}

#[test]
#[ignore = "writes 12 GB in a minute"]
fn a_minute_of_200_mb_a_second_with_a_rotation_and_a_copytruncate() {
    const RATE: f64 = 2e6;
    const SECONDS: f64 = 60.0;
    let dir = Dir::new();
    let path = dir.file("log", b"");
    let mut child = mapped().args(["cat", "-F"]).arg(&path).stdout(Stdio::piped()).spawn().expect("mapped runs");
    let mut stdout = child.stdout.take().expect("a pipe");
    let reader = std::thread::spawn(move || {
        let (mut piece, mut lines) = (vec![0; 100 * LINES as usize], 0);
        while stdout.read_exact(&mut piece).is_ok() {
            assert!(piece == numbered(lines), "a line after line {lines} is lost, doubled or damaged");
            lines += LINES;
        }
        lines
    });
    std::thread::sleep(Duration::from_secs(1));
    let idle_from = ticks(child.id());
    std::thread::sleep(Duration::from_secs(10));
    let idle = ticks(child.id()) - idle_from;

    let mut writer = File::options().append(true).open(&path).expect("writable");
    let (mut lines, mut rotated, mut cut) = (0, false, false);
    let mut paused = Duration::ZERO;
    let begun = Instant::now();
    loop {
        let elapsed = (begun.elapsed() - paused).as_secs_f64();
        if elapsed >= SECONDS {
            break;
        }
        if !rotated && elapsed > SECONDS / 3.0 {
            rotated = true;
            std::fs::rename(&path, dir.path().join("log.1")).expect("renamed");
            writer = File::options().append(true).create(true).open(&path).expect("writable");
        }
        if !cut && elapsed > SECONDS * 2.0 / 3.0 {
            cut = true;
            // What is cut off unread is nobody's to print, so the follower gets a moment to come up.
            std::thread::sleep(Duration::from_millis(100));
            paused += Duration::from_millis(100);
            writer.set_len(0).expect("writable");
        }
        if lines as f64 > elapsed * RATE {
            std::thread::sleep(Duration::from_millis(1));
            continue;
        }
        writer.write_all(&numbered(lines)).expect("writable");
        lines += LINES;
    }
    std::thread::sleep(Duration::from_secs(2));
    let busy = ticks(child.id()) - idle_from - idle;
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT)
        .expect("runs");
    let seen = reader.join().expect("every line in its place");
    assert!(child.wait().expect("it ends").code() == Some(130));
    eprintln!(
        "{lines} lines, {seen} seen; processor time {} s of {SECONDS}, idle {idle} ms of 10 s",
        busy as f64 / 100.0
    );
    assert_eq!(seen, lines);
    assert!(idle < 10, "under one per cent");
}
