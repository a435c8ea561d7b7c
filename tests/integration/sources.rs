//! Every kind of file that a path or a descriptor can refer to.

use std::io::{Read, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};

use crate::lines::LINES;
use crate::util::{Dir, Ran, can_start_under, mapped, run, skip};

// Regression: each block had a window of its own, which made `hexdump` a third slower.
#[test]
fn small_blocks_share_windows() {
    let dir = Dir::on_disk();
    let path = dir.file("f", &vec![b'x'; 32 << 20]);
    let ran = run(&[&"hexdump".into(), &"--io".into(), &"mmap".into(), &"--stats".into(), &path]);
    assert!(ran.stderr.contains("\n4 windows mapped"), "{}", ran.stderr);
}

#[test]
fn proc_and_sys_files() {
    for path in ["/proc/self/mounts", "/proc/cpuinfo", "/sys/kernel/mm/transparent_hugepage/enabled"] {
        let Ok(want) = std::fs::read(path) else { continue };
        let ran = run(&["cat", path]);
        assert_eq!(ran.code, 0, "{path}: {}", ran.stderr);
        if path != "/proc/cpuinfo" && path != "/proc/self/mounts" {
            assert_eq!(ran.stdout, want, "{path}");
        }
        assert!(!ran.stdout.is_empty());
    }
}

/// Regression: `checksum`, and other commands with large blocks, failed with "Cannot allocate memory",
/// because files in /proc/sys cannot be read with requests of 4 MiB.
#[test]
fn a_file_of_proc_sys_is_read() {
    let path = "/proc/sys/kernel/ostype";
    let Ok(bytes) = std::fs::read(path) else { return skip(path) };
    let dir = Dir::new();
    let like = dir.file("like", &bytes);
    for line in LINES.iter().filter(|line| line.steady) {
        for way in [&[][..], &["--threads", "3"], &["--io", "read"], &["--block-size", "8M"]] {
            let on = |path: &str| -> Ran {
                let file = std::fs::File::open(path).unwrap();
                mapped().args(line.args).args(way).stdin(file).output().unwrap().into()
            };
            assert_eq!(on(path), on(like.to_str().unwrap()), "{:?} {way:?}", line.args);
        }
    }
}

/// Regression: files in sysfs report a size of 4096 and end earlier. Counting back from that size
/// found no bytes, and reversing began at the position where a search for the end had stopped.
#[test]
fn the_end_of_a_file_that_states_a_wrong_size() {
    let path = "/sys/kernel/mm/transparent_hugepage/enabled";
    let Ok(whole) = std::fs::read(path) else { return skip(path) };
    let last = &whole[whole.len() - 5..];
    assert_eq!(run(&["cat", "--reverse", path]).stdout, whole);
    assert_eq!(run(&["cat", "--offset", "-5", path]).stdout, last);
    assert_eq!(run(&["cat", "--reverse", "--offset", "-5", path]).stdout, last);
    assert_eq!(run(&["cat", "--offset", "3", "--length", "4", path]).stdout, whole[3..7]);
    assert_eq!(run(&["grep", "-c", "", "--offset", "-5", path]).stdout, b"1\n");
    assert_eq!(run(&["hexdump", "--plain", "--offset", "-1", path]).stdout, b"0a\n");
    assert_eq!(run(&["hexdump", "--plain", "--offset", "0", path]).stdout.iter().filter(|&&b| b == b'\n').count(), 1);
    assert_eq!(run(&["grep", "--last", "1", "", path]).stdout, whole);
}

/// Regression: on recent kernels, some files in /proc report their size but reject seeks to their
/// end. Passing such a file as an argument failed.
#[test]
fn a_file_that_states_a_size_and_refuses_to_seek_to_its_end() {
    let path = "/proc/cmdline";
    let Ok(whole) = std::fs::read(path) else { return skip(path) };
    for args in [&["cat"][..], &["cat", "--reverse"], &["grep", "-h", ""], &["cat", "--io", "read"]] {
        let ran = run(&[args, &[path]].concat());
        assert_eq!((ran.code, ran.stdout), (0, whole.clone()), "{args:?}: {}", ran.stderr);
    }
}

/// Regression: a descriptor that was opened with `O_DIRECT` could not be read, because such reads
/// must be aligned.
#[test]
fn standard_input_without_the_page_cache() {
    let dir = Dir::on_disk();
    let bytes: Vec<u8> = (0..300_000u32).flat_map(|i| format!("{i}\n").into_bytes()).collect();
    let path = dir.file("file", &bytes);
    let direct = || rustix::fs::open(&path, OFlags::RDONLY | OFlags::DIRECT, Mode::empty());
    if let Err(error) = direct() {
        return skip(&format!("O_DIRECT ({error})"));
    }
    for args in [&["cat"][..], &["cat", "--reverse"], &["hexdump", "-s", "77"], &["checksum"], &["grep", "-c", "7"]] {
        for io in ["auto", "mmap", "read"] {
            let on =
                |stdin: Stdio| -> Ran { mapped().args(args).args(["--io", io]).stdin(stdin).output().unwrap().into() };
            let want = on(std::fs::File::open(&path).unwrap().into());
            let ran = on(std::fs::File::from(direct().unwrap()).into());
            assert!(ran == want, "{args:?} {io}: {}", ran.stderr);
        }
    }
}

#[test]
fn unmappable_inputs_give_a_reason() {
    let cases = [
        ("/proc/self/status", "/proc/self/status: not mappable: size unknown"),
        ("/dev/zero", "/dev/zero: character device: not mappable"),
    ];
    for (path, want) in cases {
        let ran = run(&["cat", "--io", "mmap", path]);
        assert_eq!(ran.stderr, format!("mapped: {want}\n"));
        assert_eq!(ran.code, 1);
    }
    let ran = crate::util::run_piped(mapped().args(["cat", "--io", "mmap"]), b"x");
    assert_eq!(ran.stderr, "mapped: (standard input): pipe: not mappable\n");
}

#[test]
fn an_endless_device_with_a_length() {
    let ran = run(&["cat", "--length", "1000000", "/dev/zero"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.len() == 1_000_000 && ran.stdout.iter().all(|&b| b == 0));
}

/// All inputs before a FIFO are printed before the FIFO has a writer.
#[test]
fn a_fifo_and_small_files_before_it() {
    for (args, files) in [(&["cat"][..], 1), (&["grep", "-h", ""], 1), (&["grep", "-h", ""], 64), (&["cat", "-A"], 40)]
    {
        let dir = Dir::new();
        let before: Vec<_> = (0..files).map(|i| dir.file(format!("{i}"), b"before\n")).collect();
        let fifo = dir.path().join("fifo");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let mut command = mapped();
        command.args(args).args(&before).arg(&fifo).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let end = if args == ["cat", "-A"] { "$\n" } else { "\n" };
        let mut first = vec![0; format!("before{end}").len() * files];
        child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
        assert_eq!(first, format!("before{end}").repeat(files).as_bytes());
        std::fs::File::options().write(true).open(&fifo).unwrap().write_all(b"through\n").unwrap();
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!((ran.stdout, ran.code), (format!("through{end}").into_bytes(), 0), "{args:?}");
    }
}

/// Standard input that is given twice is at its end the second time, so it is not opened in
/// advance.
#[test]
fn standard_input_that_is_named_twice() {
    let dir = Dir::new();
    let path = dir.file("f", b"once\n");
    for args in [&["grep", "-h", "o", "-", "-"][..], &["cat", "-", "-"], &["cat", "-v", "-", "-"]] {
        let input = std::fs::File::open(&path).unwrap();
        let ran: Ran = mapped().args(args).stdin(Stdio::from(input)).output().unwrap().into();
        assert_eq!((ran.stdout.as_slice(), ran.code), (&b"once\n"[..], 0), "{args:?}");
    }
}

#[test]
fn a_socket_on_standard_input() {
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    let child = mapped()
        .arg("cat")
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    ours.write_all(b"over a socket\n").unwrap();
    drop(ours);
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!((ran.stdout.as_slice(), ran.code), (&b"over a socket\n"[..], 0));
}

#[test]
fn redirected_input_is_mapped_from_its_position_and_left_at_its_end() {
    let dir = Dir::new();
    let bytes: Vec<u8> = (0..2_000_000u32).map(|i| (i % 249) as u8).collect();
    let path = dir.file("f", &bytes);
    let mut file = std::fs::File::open(&path).unwrap();
    file.seek(SeekFrom::Start(123)).unwrap();
    let ran: Ran =
        mapped().args(["cat", "--stats=json"]).stdin(Stdio::from(file.try_clone().unwrap())).output().unwrap().into();
    assert!(ran.stdout == bytes[123..]);
    assert!(ran.stderr.contains("\"way\":\"mmap\""), "{}", ran.stderr);
    assert_eq!(file.stream_position().unwrap(), bytes.len() as u64);
}

/// Regression: the kernel's counters continue through an `exec`, with which `cargo run` and many
/// scripts end, so the statistics included the compiler's faults.
#[test]
fn statistics_exclude_what_the_process_did_before() {
    let dir = Dir::new();
    let path = dir.file("f", b"a line\n");
    let ran: Ran = Command::new("bash")
        .args(["-c", "printf -v many '%50000000s'; exec \"$0\" \"$@\""])
        .args([mapped().get_program(), "cat".as_ref(), "--stats=json".as_ref(), path.as_os_str()])
        .output()
        .unwrap()
        .into();
    let stats: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert!(stats["minor_faults"].as_u64().unwrap() < 5_000, "{stats}");
    assert!(stats["peak_resident_bytes"].as_u64().unwrap() < 40 << 20, "{stats}");
}

#[test]
fn a_line_from_a_slow_writer_comes_through_at_once() {
    let mut child = mapped().arg("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut worst = Duration::ZERO;
    for i in 0..5 {
        let line = format!("line {i}\n");
        let begun = Instant::now();
        stdin.write_all(line.as_bytes()).unwrap();
        let mut got = vec![0; line.len()];
        stdout.read_exact(&mut got).unwrap();
        worst = worst.max(begun.elapsed());
        assert_eq!(got, line.as_bytes());
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
    // The limit is generous for a busy machine. Output that waited for a full buffer would never
    // arrive.
    assert!(worst < Duration::from_secs(5), "{worst:?}");
}

#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    let dir = Dir::new();
    let big = dir.file("big", &vec![b'z'; 20 << 20]);
    for file in [big.as_os_str(), "/dev/zero".as_ref()] {
        let mut child = mapped().arg("cat").arg(file).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut some = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut some).unwrap();
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!((ran.code, ran.stderr.as_str()), (141, ""), "{file:?}");
    }
}

#[test]
fn no_permission_is_an_error_of_one_input() {
    let is_root = rustix::process::geteuid().is_root();
    if is_root && !crate::util::can_become(65534) {
        return skip("root, to become another user");
    }
    let dir = Dir::new();
    let secret = dir.file("secret", b"s\n");
    let open = dir.file("open", b"o\n");
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o000)).unwrap();
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = dir.path().join("mapped");
    crate::util::copy_program(&program);
    let as_nobody = || {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        if !is_root {
            command = Command::new("env");
        }
        command.arg(&program);
        command
    };
    let ran: Ran = as_nobody().arg("cat").arg(&secret).arg(&open).output().unwrap().into();
    assert_eq!((ran.stdout.as_slice(), ran.code), (&b"o\n"[..], 1), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("secret: Permission denied\n"), "{}", ran.stderr);
    // Regression: with --ignore, the message contained the name twice.
    let unlisted = dir.path().join("unlisted");
    std::fs::create_dir(&unlisted).unwrap();
    std::fs::set_permissions(&unlisted, std::fs::Permissions::from_mode(0o311)).unwrap();
    for more in [&["-r"][..], &["-r", "--ignore"]] {
        let ran: Ran = as_nobody().arg("grep").args(more).arg("x").current_dir(&unlisted).output().unwrap().into();
        assert_eq!((ran.code, ran.stderr.as_str()), (2, "mapped: .: Permission denied\n"), "{more:?}");
    }
}

#[test]
fn a_loop_device_is_mapped() {
    let dir = Dir::new();
    let bytes: Vec<u8> = (0..1 << 21u32).map(|i: u32| (i % 253) as u8).collect();
    let image = dir.file("image", &bytes);
    let made = Command::new("losetup").args(["--find", "--show", "--read-only"]).arg(&image).output();
    let Some(made) = made.ok().filter(|made| made.status.success()) else {
        return skip("a loop device");
    };
    let device = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let ran = run(&["cat", "--stats=json", &device]);
    let tail = run(&["cat", "--offset", "-10", &device]);
    assert!(Command::new("losetup").args(["--detach", &device]).status().unwrap().success());
    assert!(ran.stdout == bytes, "{}", ran.stderr);
    assert!(ran.stderr.contains("\"way\":\"mmap\""), "{}", ran.stderr);
    assert_eq!(tail.stdout, bytes[bytes.len() - 10..]);
}

#[test]
fn a_terminal_is_read_line_by_line() {
    let Ok(pty) = rustix_openpty::openpty(None, None) else {
        return skip("a pseudo-terminal");
    };
    let mut controller = std::fs::File::from(pty.controller);
    let child = mapped()
        .args(["cat", "--stats=json"])
        .stdin(Stdio::from(pty.user))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    controller.write_all(b"typed\n\x04").unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.stdout, b"typed\n");
    assert!(ran.stderr.contains("terminal: not mappable"), "{}", ran.stderr);
}

#[test]
fn huge_sparse_files_under_a_small_address_space() {
    if !can_start_under("-v 400000") {
        return;
    }
    let dir = Dir::new();
    let path = dir.path().join("sparse");
    std::fs::File::create(&path).unwrap().set_len(10 << 30).unwrap();
    let script = "ulimit -v 400000; exec \"$0\" cat --offset 3G --length 2G \"$1\" | wc -c";
    let ran: Ran =
        Command::new("sh").args(["-c", script]).arg(crate::util::program()).arg(&path).output().unwrap().into();
    assert_eq!(String::from_utf8_lossy(&ran.stdout).trim(), (2u64 << 30).to_string(), "{}", ran.stderr);
    assert_eq!(ran.stderr, "");
}

// Regression: the regex engine panicked (exit 101) when a writer changed bytes between its two
// scans.
#[test]
fn bytes_that_change_while_they_are_searched() {
    use std::os::unix::fs::FileExt;
    use std::sync::atomic::{AtomicBool, Ordering};

    let dir = Dir::new();
    let text: Vec<u8> = b"abcxyz9 cbazyx9 xay9b\n".iter().copied().cycle().take(5 << 16).collect();
    let other: Vec<u8> = text
        .iter()
        .map(|&byte| {
            if byte == b'9' {
                b'x'
            } else if byte == b'x' {
                b'9'
            } else {
                byte
            }
        })
        .collect();
    let path = dir.file("changing", &text);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
            while !done.load(Ordering::Relaxed) {
                for state in [&other, &text] {
                    for at in (0..state.len()).step_by(1 << 16) {
                        file.write_all_at(&state[at..at + (1 << 16)], at as u64).unwrap();
                    }
                }
            }
        });
        for options in [&["-o"][..], &["-b", "-o"], &["--json"], &["-U", "-o"], &["-c"]] {
            for _ in 0..2 {
                let args = [&["grep", "--io", "mmap"], options, &["[a-c]+[xyz]+9", path.to_str().unwrap()]].concat();
                let ran = run(&args);
                assert!(ran.code <= 1 && !ran.stderr.contains("panicked"), "{options:?}: {} {}", ran.code, ran.stderr);
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}
