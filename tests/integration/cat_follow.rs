//! `mapped cat --follow`: appended bytes are printed exactly once, whatever happens to the file in
//! the meantime.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::util::{Dir, mapped, pause};

/// A running follower and its output so far.
pub struct Follower {
    child: Child,
    pieces: Receiver<Vec<u8>>,
    received: Vec<u8>,
}

impl Follower {
    fn start(options: &[&str], path: &Path) -> Follower {
        Follower::of(mapped().arg("cat").args(options).arg(path))
    }

    /// Starts a command.
    pub fn of(command: &mut std::process::Command) -> Follower {
        Follower::with_input(command, Stdio::null())
    }

    /// Starts a command with the given standard input.
    pub fn with_input(command: &mut std::process::Command, stdin: Stdio) -> Follower {
        let mut child =
            command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("mapped runs");
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
        Follower { child, pieces, received: Vec::new() }
    }

    /// Waits until the whole output is `expected`.
    #[track_caller]
    pub fn shows(&mut self, expected: &[u8]) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.received.len() < expected.len() {
            match self.pieces.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(piece) => self.received.extend(piece),
                Err(_) => break,
            }
        }
        assert_eq!(self.received.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }

    /// Waits until the output begins with `expected`.
    #[track_caller]
    pub fn begins_with(&mut self, expected: &[u8]) {
        self.wait_until(|received| received.len() >= expected.len());
        assert!(self.received.starts_with(expected), "{}", self.received.escape_ascii());
    }

    /// Waits until the output ends with `expected`.
    #[track_caller]
    pub fn comes_to(&mut self, expected: &[u8]) {
        self.wait_until(|received| received.ends_with(expected));
        assert!(self.received.ends_with(expected), "{}", self.received.escape_ascii());
    }

    fn wait_until(&mut self, is_enough: impl Fn(&[u8]) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !is_enough(&self.received) {
            match self.pieces.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(piece) => self.received.extend(piece),
                Err(_) => break,
            }
        }
    }

    /// Waits for the follower to end on its own. Returns the same as [`Follower::interrupt`].
    pub fn ends(mut self) -> (Vec<u8>, String, Option<i32>) {
        let code = self.child.wait().expect("it ends").code();
        let mut messages = String::new();
        self.child.stderr.take().expect("a pipe").read_to_string(&mut messages).expect("text");
        self.received.extend(self.pieces.iter().flatten());
        (self.received, messages, code)
    }

    /// Sends Ctrl-C. Returns the whole output, the messages and the exit code.
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
fn appended_lines_are_printed_until_ctrl_c() {
    let dir = Dir::new();
    let path = dir.file("log", b"one\ntwo\nthr");
    let mut follower = Follower::start(&["-f"], &path);
    follower.shows(b"one\ntwo\nthr");
    append(&path, b"ee\n");
    follower.shows(b"one\ntwo\nthree\n");
    append(&path, b"four");
    follower.shows(b"one\ntwo\nthree\nfour");
    append(&path, b" and the rest");
    let (received, messages, code) = follower.interrupt();
    assert_eq!(received, b"one\ntwo\nthree\nfour and the rest");
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

/// Regression, on a slow processor: a file that was truncated right after its lines were printed
/// was treated as one that ends in the middle of a line, so an empty line followed.
#[test]
fn a_truncated_file_is_printed_again() {
    let dir = Dir::new();
    let path = dir.file("log", b"old one\nold two\n");
    let mut follower = Follower::start(&["-f"], &path);
    follower.shows(b"old one\nold two\n");
    File::create(&path).expect("writable");
    pause(Duration::from_millis(50));
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
    // Whether the follower saw that the name was briefly missing depends on timing.
    assert!(messages.ends_with("; following new file\n"), "{messages}");
    assert_eq!(code, Some(130));
}

#[test]
fn a_name_that_has_no_file_yet_is_waited_for() {
    let dir = Dir::new();
    let path = dir.path().join("log");
    let mut follower = Follower::start(&["-F"], &path);
    pause(Duration::from_millis(100));
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
    // SAFETY: the file keeps its length while it is mapped.
    let mut map = unsafe { memmap2::MmapMut::map_mut(&file).expect("mappable") };
    let mut expected = b"start\n".to_vec();
    for number in 0..20 {
        let record = format!("record {number}\n");
        map[expected.len()..][..record.len()].copy_from_slice(record.as_bytes());
        expected.extend(record.bytes());
        follower.shows(&expected);
    }
    let (received, _, _) = follower.interrupt();
    assert_eq!(received, expected);
}

#[test]
fn it_ends_when_its_reader_has_gone() {
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
fn nothing_is_lost_or_duplicated_by_fast_rotation() {
    let dir = Dir::new();
    let path = dir.file("log", b"");
    let mut follower = Follower::start(&["-F"], &path);
    // Nothing is guaranteed until the follower has started to watch.
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
                // Bytes that are cut off before they are read are lost, so this waits for all of
                // them first.
                follower.shows(&expected);
                writer.set_len(0).expect("writable");
            }
        }
    }
    follower.shows(&expected);
    let (received, messages, _) = follower.interrupt();
    assert!(received == expected);
    assert_eq!(messages.matches("file truncated").count(), 3, "{messages}");
}

#[test]
fn only_unbounded_ranges_can_be_followed() {
    let dir = Dir::new();
    let path = dir.file("log", b"1\n");
    for options in [&["--lines", "1:5"][..], &["--until", "now"], &["--length", "5"], &["--shard", "1/2"]] {
        let ran = mapped().args(["cat", "-f"]).args(options).arg(&path).output().expect("mapped runs");
        assert!(!ran.status.success(), "{options:?}");
        assert!(ran.stdout.is_empty());
    }
}

#[test]
fn a_write_after_the_end_leaves_zeros() {
    let dir = Dir::new();
    let path = dir.file("log", b"1\n");
    let mut follower = Follower::start(&["-f"], &path);
    follower.shows(b"1\n");
    let file = File::options().write(true).open(&path).expect("it is there");
    file.write_all_at(b"end\n", 10).expect("writable");
    follower.shows(b"1\n\0\0\0\0\0\0\0\0end\n");
    follower.interrupt();
}

/// Returns `LINES` 100-byte lines that begin with their numbers.
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

/// The number of lines written at a time.
const LINES: u64 = 10_000;

/// Returns the processor time of a process so far, in clock ticks of a hundredth of a second
/// (`proc_pid_stat(5)`).
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
            // Bytes that are cut off before they are read are lost, so the follower gets time to
            // catch up.
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
    let received = reader.join().expect("every line in its place");
    assert!(child.wait().expect("it ends").code() == Some(130));
    eprintln!(
        "{lines} lines, {received} seen; processor time {} s of {SECONDS}, idle {idle} ms of 10 s",
        busy as f64 / 100.0
    );
    assert_eq!(received, lines);
    assert!(idle < 10, "under one per cent");
}

/// Runs `cat` in its own directory, with relative names.
fn follow_in(dir: &Dir, args: &[&str]) -> Follower {
    Follower::of(mapped().arg("cat").args(args).current_dir(dir.path()))
}

#[test]
fn it_begins_with_the_last_ten_lines_as_tail_does() {
    let dir = Dir::new();
    let text: String = (1..=100).map(|number| format!("{number}\n")).collect();
    let path = dir.file("log", text.as_bytes());
    let mut follower = Follower::start(&["-f"], &path);
    follower.shows(&text.as_bytes()[text.len() - 31..]);
    append(&path, b"101\n");
    follower.shows(&[&text.as_bytes()[text.len() - 31..], b"101\n"].concat());
    follower.interrupt();
    let mut follower = Follower::start(&["-n", "-f", "--lines=1:"], &path);
    let numbered: String = (1..=101).map(|number| format!("{number:6}\t{number}\n")).collect();
    follower.shows(numbered.as_bytes());
    follower.interrupt();
    let mut follower = Follower::start(&["-f", "--offset=-4"], &path);
    follower.shows(b"101\n");
    follower.interrupt();
}

#[test]
fn several_files_are_named_as_tail_names_them() {
    let dir = Dir::new();
    let (a, b) = (dir.file("a", b"a1\n"), dir.file("b", b"b1\n"));
    let mut follower = follow_in(&dir, &["-f", "a", "b"]);
    let mut expected = b"==> a <==\na1\n\n==> b <==\nb1\n".to_vec();
    follower.shows(&expected);
    for (path, line, more) in
        [(&b, &b"b2\n"[..], &b"b2\n"[..]), (&a, b"a2\n", b"\n==> a <==\na2\n"), (&b, b"b3\n", b"\n==> b <==\nb3\n")]
    {
        append(path, line);
        expected.extend_from_slice(more);
        follower.shows(&expected);
    }
    follower.interrupt();
    let mut follower = follow_in(&dir, &["-f", "-H", "-n", "--lines=-2:", "a", "b"]);
    let mut expected = b"a:     1\ta1\na:     2\ta2\nb:     2\tb2\nb:     3\tb3\n".to_vec();
    follower.shows(&expected);
    append(&a, b"a3\n");
    expected.extend_from_slice(b"a:     3\ta3\n");
    follower.shows(&expected);
    follower.interrupt();
}

/// Regression: `part` at the end of one file and the next line of another were printed as one line.
#[test]
fn lines_of_two_files_are_never_glued() {
    let dir = Dir::new();
    let (a, b) = (dir.file("a", b"a1\npart"), dir.file("b", b"b1\n"));
    let mut follower = follow_in(&dir, &["-f", "-H", "a", "b"]);
    follower.shows(b"a:a1\nb:b1\n");
    append(&b, b"b2\nhalf");
    follower.shows(b"a:a1\nb:b1\nb:b2\n");
    append(&a, b"ial\n");
    follower.shows(b"a:a1\nb:b1\nb:b2\na:partial\n");
    append(&a, b"rest");
    pause(Duration::from_millis(300));
    let (received, _, code) = follower.interrupt();
    assert_eq!(String::from_utf8_lossy(&received), "a:a1\nb:b1\nb:b2\na:partial\na:rest\nb:half");
    assert_eq!(code, Some(130));
    // A file that replaces another one also begins a line.
    let mut follower = follow_in(&dir, &["-F", "b"]);
    follower.shows(b"b1\nb2\nhalf");
    std::fs::rename(&b, dir.path().join("old")).expect("renamed");
    std::fs::write(&b, b"new\n").expect("writable");
    follower.shows(b"b1\nb2\nhalf\nnew\n");
    follower.interrupt();
}

/// Regression: following ended with the first writer.
#[test]
fn a_fifo_waits_for_further_writers() {
    let dir = Dir::new();
    let path = dir.path().join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600), 0)
        .expect("a FIFO");
    let log = dir.file("log", b"");
    for program in [&["cat", "-f", "-H"][..], &["grep", "--follow", "-H", ""]] {
        let mut follower = Follower::of(mapped().args(program).args(["fifo", "log"]).current_dir(dir.path()));
        let mut expected = Vec::new();
        for number in 0..4 {
            let line = format!("line {number}\n");
            // Opening the FIFO waits for a reader.
            File::options().write(true).open(&path).expect("a reader").write_all(line.as_bytes()).expect("written");
            expected.extend(format!("fifo:{line}").bytes());
            follower.shows(&expected);
        }
        append(&log, b"in between\n");
        expected.extend_from_slice(b"log:in between\n");
        follower.shows(&expected);
        assert_eq!(follower.interrupt().2, Some(130));
        File::create(&log).expect("emptied");
    }
}

/// Regression: files that changed at nearly the same time were printed in the order of their names
/// on the command line, whereas tail prints them in the order of the changes.
#[cfg(target_os = "linux")]
#[test]
fn files_are_printed_in_the_order_of_their_changes() {
    use rustix::process::{Pid, Signal, kill_process};
    let dir = Dir::new();
    let logs = ["one", "two", "three"].map(|name| dir.file(name, b""));
    let mut follower =
        Follower::of(mapped().args(["--as", "tail", "-q", "-f", "one", "two", "three"]).current_dir(dir.path()));
    append(&logs[0], b"ready\n");
    follower.shows(b"ready\n");
    // The follower sees all of the changes at once, unless it is stopped between files.
    pause(Duration::from_millis(50));
    let id = Pid::from_child(&follower.child);
    kill_process(id, Signal::STOP).expect("it runs");
    append(&logs[2], b"first\n");
    append(&logs[0], b"second\n");
    append(&logs[1], b"third\n");
    append(&logs[2], b"fourth\n");
    kill_process(id, Signal::CONT).expect("it is stopped");
    follower.shows(b"ready\nfirst\nfourth\nsecond\nthird\n");
    assert_eq!(follower.interrupt().2, Some(130));
}

/// Sends a signal and returns the exit code and the time until the end.
fn signal(child: &mut Child, signal: rustix::process::Signal) -> (Option<i32>, Duration) {
    let begun = Instant::now();
    rustix::process::kill_process(rustix::process::Pid::from_child(child), signal).expect("it runs");
    let code = child.wait().expect("it ends").code();
    (code, begun.elapsed())
}

/// Regression: only the second signal ended the command while it was opening a FIFO, writing to a
/// stalled reader, or printing old content.
#[test]
fn the_first_signal_ends_it_whatever_it_is_doing() {
    use rustix::process::Signal;
    let dir = Dir::new();
    let big = dir.file("big", &b"x some line that is long enough to fill a pipe\n".repeat(1_000_000));
    for program in [&["cat", "-f", "--lines=1:"][..], &["grep", "--follow", "x"]] {
        for (sent, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
            // The output of this child is not read.
            let mut child = mapped()
                .args(program)
                .arg(&big)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("mapped runs");
            pause(Duration::from_millis(200));
            let (ended, took) = signal(&mut child, sent);
            assert_eq!(ended, Some(code), "{program:?}");
            assert!(took < Duration::from_secs(2), "{program:?}: {took:?}");
            // Nothing has been written to the input yet.
            let mut child = mapped()
                .args(program)
                .arg("-")
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .expect("mapped runs");
            pause(Duration::from_millis(200));
            let (ended, took) = signal(&mut child, sent);
            assert_eq!(ended, Some(code), "{program:?}");
            assert!(took < Duration::from_secs(2), "{program:?}: {took:?}");
        }
    }
}

/// Regression: with more files than available descriptors, the whole run ended.
#[test]
fn a_file_that_cannot_be_followed_is_an_error_of_that_file() {
    let dir = Dir::new();
    for number in 0..300 {
        dir.file(format!("f{number:03}"), format!("{number}\n").as_bytes());
    }
    let program = mapped().get_program().to_owned();
    for (limit, all) in [("ulimit -Sn 256", true), ("ulimit -n 256", false)] {
        for command in ["cat -f -H", "grep --follow -H ''"] {
            let script = format!("{limit}; exec \"$0\" {command} f*");
            let mut shell = std::process::Command::new("sh");
            let mut follower = Follower::of(shell.arg("-c").arg(&script).arg(&program).current_dir(dir.path()));
            let followed = if all { 300 } else { 100 };
            let first: String = (0..followed).map(|number| format!("f{number:03}:{number}\n")).collect();
            follower.begins_with(first.as_bytes());
            append(&dir.path().join("f050"), b"more\n");
            follower.comes_to(b"f050:more\n");
            let (_, messages, code) = follower.interrupt();
            assert_eq!(code, Some(130), "{script}: {messages}");
            assert_eq!(messages.is_empty(), all, "{script}: {messages}");
            assert!(messages.lines().all(|line| line.ends_with(": Too many open files")), "{script}: {messages}");
            std::fs::write(dir.path().join("f050"), "50\n").expect("writable");
        }
    }
}

/// Regression: following gave up on a name that was a directory, a link to itself, or in a missing
/// directory.
#[test]
fn by_name_it_keeps_trying_whatever_was_wrong() {
    let dir = Dir::new();
    std::fs::create_dir(dir.path().join("d")).expect("made");
    std::os::unix::fs::symlink("loop", dir.path().join("loop")).expect("made");
    dir.file("file", b"");
    type Mend = fn(&Path);
    let cases: [(&str, Mend); 4] = [
        ("d", |path| std::fs::remove_dir(path).expect("removed")),
        ("loop", |path| std::fs::remove_file(path).expect("removed")),
        ("file/in", |path| {
            let parent = path.parent().expect("a directory");
            std::fs::remove_file(parent).expect("removed");
            std::fs::create_dir(parent).expect("made");
        }),
        ("none/in", |path| std::fs::create_dir(path.parent().expect("a directory")).expect("made")),
    ];
    for (name, mend) in cases {
        for program in [&["cat", "-F"][..], &["grep", "--follow=name", ""]] {
            let mut follower = Follower::of(mapped().args(program).arg(name).current_dir(dir.path()));
            pause(Duration::from_millis(200));
            let path = dir.path().join(name);
            mend(&path);
            std::fs::write(&path, b"here\n").expect("writable");
            follower.shows(b"here\n");
            let (_, messages, code) = follower.interrupt();
            assert!(messages.ends_with("has appeared; following new file\n"), "{messages}");
            assert_eq!(code, Some(130));
            // The name refers to the original file again.
            std::fs::remove_file(&path).expect("removed");
            match name {
                "d" => std::fs::create_dir(&path).expect("made"),
                "loop" => std::os::unix::fs::symlink("loop", &path).expect("made"),
                _ => std::fs::remove_dir(path.parent().expect("a directory")).expect("removed"),
            }
            if name == "file/in" {
                dir.file("file", b"");
            }
        }
    }
}

#[test]
fn it_ends_with_the_process_it_waits_for() {
    let dir = Dir::new();
    let path = dir.file("log", b"1\n");
    let mut writer = std::process::Command::new("sleep").arg("1000").spawn().expect("sleep runs");
    let pid = writer.id().to_string();
    let mut follower = Follower::start(&["-f", "--pid", &pid], &path);
    follower.shows(b"1\n");
    append(&path, b"2\n");
    writer.kill().expect("it runs");
    writer.wait().expect("it ends");
    let (received, messages, code) = follower.ends();
    assert_eq!((received, messages.as_str(), code), (b"1\n2\n".to_vec(), "", Some(0)));
}

/// Regression: the search for holes moved the shared position of standard input, and nothing was
/// read from it.
#[test]
fn redirected_standard_input_is_followed_from_its_position() {
    let dir = Dir::new();
    let path = dir.file("log", b"head\nx 1\ny\nx 2\n");
    for (program, old, new) in [
        (&["grep", "--follow", "-n", "x"][..], &b"1:x 1\n3:x 2\n"[..], &b"4:x 3\n"[..]),
        (&["cat", "-f"], b"x 1\ny\nx 2\n", b"x 3\n"),
    ] {
        std::fs::write(&path, b"head\nx 1\ny\nx 2\n").expect("writable");
        let mut stdin = File::open(&path).expect("it is there");
        stdin.read_exact(&mut [0; 5]).expect("five bytes");
        let mut follower = Follower::with_input(mapped().args(program), Stdio::from(stdin));
        follower.shows(old);
        append(&path, b"x 3\n");
        follower.shows(&[old, new].concat());
        assert_eq!(follower.interrupt().2, Some(130));
    }
    let stdin = File::open(&path).expect("it is there");
    let found = Follower::with_input(mapped().args(["grep", "--follow", "-q", "x"]), Stdio::from(stdin));
    assert_eq!(found.ends().2, Some(0));
}
