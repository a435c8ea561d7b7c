//! Truncates files while they are read: the program never crashes, and its output is always an
//! exact prefix.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::util::{Dir, can_lose_pages, is_emulated, mapped, pause, skip};

/// Returns bytes in which every position differs from its neighbours, and none is zero.
fn numbered(len: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(len + 10);
    let mut i = 0;
    while bytes.len() < len {
        bytes.extend(format!("{i:08}\n").bytes());
        i += 1;
    }
    bytes.truncate(len);
    bytes
}

#[test]
fn cat_survives_truncation_at_any_moment() {
    let dir = Dir::new();
    let truth = numbered(24 << 20);
    let mut random = 99_u64;
    let mut next = move |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let (mut cut, mut whole) = (0, 0);
    for round in 0..60 {
        let path = dir.file("log", &truth);
        let size = next(truth.len() as u64);
        let delay = Duration::from_micros(next(9_000));
        let options: &[&str] = [&[][..], &["--io", "mmap", "--block-size", "64K"], &["--io", "read"]][round % 3];
        let mut child =
            mapped().arg("cat").args(options).arg(&path).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut all = Vec::new();
            stdout.read_to_end(&mut all).unwrap();
            all
        });
        std::thread::sleep(delay);
        File::options().write(true).open(&path).unwrap().set_len(size).unwrap();
        let ran: crate::util::Ran = child.wait_with_output().unwrap().into();
        let printed = reader.join().unwrap();
        let told = format!("mapped: {}: truncated to {size} bytes while being read", path.display());
        // Pages in the pipe at the time of the truncation may arrive as zeros, which is reported.
        let in_pipe = ran.stderr == format!("{told}; bytes written from there on may be zeros\n");
        let sure = if in_pipe { printed.len().min(size as usize) } else { printed.len() };
        assert!(truth.starts_with(&printed[..sure]), "round {round}: {sure} bytes are no prefix");
        let is_true_or_zero = |(at, &byte): (usize, &u8)| byte == truth[at] || byte == 0;
        assert!(printed.iter().enumerate().skip(sure).all(is_true_or_zero), "round {round}");
        match ran.code {
            0 => {
                assert!(printed.len() == truth.len() || printed.len() as u64 == size, "round {round}");
                // A truncation in progress at open has lowered the size but not yet changed the
                // modification time.
                let changed = format!("mapped: {}: changed while being read\n", path.display());
                assert!(ran.stderr.is_empty() || ran.stderr == changed, "{}", ran.stderr);
                whole += 1;
            }
            1 => {
                assert!(in_pipe || ran.stderr == format!("{told}\n"), "{}", ran.stderr);
                cut += 1;
            }
            other => panic!("round {round}: exit {other}, {}", ran.stderr),
        }
    }
    eprintln!("{cut} runs cut, {whole} runs whole");
}

/// Regression: reading backwards continued after the first error, and reported it again.
#[test]
fn truncations_are_reported_once_in_reverse() {
    let dir = Dir::new();
    for options in [&["--reverse"][..], &["--reverse", "-n"], &["--reverse", "--io", "read"]] {
        let path = dir.file("log", &numbered(8 << 20));
        let child = mapped().arg("cat").args(options).arg(&path).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.unwrap();
        // The program waits at a full pipe until the rest is read.
        child.stdout.as_mut().unwrap().read_exact(&mut [0; 4096]).unwrap();
        File::options().write(true).open(&path).unwrap().set_len(9).unwrap();
        let ran: crate::util::Ran = child.wait_with_output().unwrap().into();
        assert_eq!(ran.stderr, format!("mapped: {}: truncated to 9 bytes while being read\n", path.display()));
        assert_eq!(ran.code, 1);
    }
}

/// A loop device over a file, which is detached when dropped.
struct Loop(String);

impl Loop {
    fn over(image: &Path) -> Option<Loop> {
        let made = Command::new("losetup").args(["--find", "--show", "--read-only"]).arg(image).output();
        match made.ok().filter(|made| made.status.success()) {
            Some(made) => Some(Loop(String::from_utf8(made.stdout).unwrap().trim().to_owned())),
            None => {
                skip("a loop device");
                None
            }
        }
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        let _ = Command::new("losetup").args(["--detach", &self.0]).status();
    }
}

/// Regression: a device that shrank while it was read was treated as one that ends there.
#[test]
fn a_device_that_shrinks_is_a_truncation() {
    let truth = numbered(8 << 20);
    let left = 1 << 20;
    let mut runs = 0;
    for args in [&["cat"][..], &["cat", "-n"], &["hexdump", "-v"], &["grep", "-n", "7"]] {
        for mode in ["mmap", "read"] {
            let dir = Dir::new();
            let image = dir.file("image", &truth);
            let Some(device) = Loop::over(&image) else { return };
            let full = mapped().args(args).arg(&device.0).output().unwrap().stdout;
            let mut child = mapped()
                .args(args)
                .args(["--io", mode, "--threads", "1", "--block-size", "64K"])
                .arg(&device.0)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut stdout = child.stdout.take().unwrap();
            let mut printed = vec![0];
            stdout.read_exact(&mut printed).unwrap();
            // The pipe is full, so the program waits halfway through.
            pause(Duration::from_millis(50));
            File::options().write(true).open(&image).unwrap().set_len(left).unwrap();
            let told = Command::new("losetup").args(["--set-capacity", &device.0]).status().unwrap();
            if is_emulated() && !told.success() {
                // The emulator is registered in a user namespace, without the system's devices.
                drop(stdout);
                child.wait().unwrap();
                return skip("the right to resize a loop device");
            }
            assert!(told.success());
            stdout.read_to_end(&mut printed).unwrap();
            let ran: crate::util::Ran = child.wait_with_output().unwrap().into();
            let what = format!("{args:?} {mode}: {}", ran.stderr);
            assert_eq!(ran.code, if args[0] == "grep" { 2 } else { 1 }, "{what}");
            let told = format!("mapped: {}: truncated to {left} bytes while being read\n", device.0);
            assert_eq!(ran.stderr, told, "{what}");
            // hexdump ends a dump with the end offset.
            let whole = if args[0] == "hexdump" { printed.len() - 9 } else { printed.len() };
            assert!(full.starts_with(&printed[..whole]), "{what}");
            assert!(printed.len() < full.len(), "{what}");
            runs += 1;
        }
    }
    eprintln!("{runs} runs on a device that shrank, none fatal");
}

/// A file may also be truncated while it is measured. The program reports an error and does not
/// crash.
#[test]
fn bench_survives_truncation() {
    if !can_lose_pages() {
        return;
    }
    let dir = Dir::new();
    let truth = numbered(32 << 20);
    let mut told = 0;
    for round in 0..12_u64 {
        let path = dir.file("f", &truth);
        let child = mapped()
            .args(["bench", "--runs", "3", "--warm"])
            .arg(&path)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(10 + round * 25));
        File::options().write(true).open(&path).unwrap().set_len(round * 1_000_001).unwrap();
        let ran: crate::util::Ran = child.wait_with_output().unwrap().into();
        assert!(matches!(ran.code, 0 | 1), "round {round}: {} {}", ran.code, ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "round {round}: {}", ran.stderr);
        // Regression: if the file was truncated before it was loaded, the message said that the
        // missing pages did not fit in memory, with exit code 0.
        let shown = String::from_utf8_lossy(&ran.stdout);
        assert!(!(shown.clone() + &*ran.stderr).contains("no room"), "round {round}: {shown} {}", ran.stderr);
        if ran.code == 1 {
            assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("mapped: ")).count(), 1, "{}", ran.stderr);
            told += 1;
        }
    }
    eprintln!("{told} of 12 measurements ended by a truncation, none by a signal");
    assert!(told > 0);
}
