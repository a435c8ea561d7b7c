//! Compares the program built for Windows, run by Wine, with the one built for Linux.
//!
//! `scripts/wine-check` builds the Windows program and runs these tests; a plain `cargo test` lists
//! them as ignored. docs/platforms.md says what cannot be tested under Wine.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

mod paths;

use crate::law::Law;
use crate::util::{Dir, Ran, mapped, run_piped};

/// Returns a command for the program built for Windows, which `scripts/wine-check` names in the
/// environment.
fn windows() -> Command {
    let variable = |name| std::env::var_os(name).unwrap_or_else(|| panic!("{name} is not set: run scripts/wine-check"));
    let mut command = Command::new(variable("MAPPED_WINE"));
    // Wine decodes file names according to the locale.
    command.arg(variable("MAPPED_EXE")).env("WINEDEBUG", "-all").env("LC_ALL", "C.UTF-8").env_remove("NO_COLOR");
    command
}

/// Runs a command in `dir` with the given standard input, in UTC.
fn run(mut command: Command, dir: &Path, args: &[&str], stdin: Input<'_>) -> Ran {
    command.args(args).current_dir(dir).env("TZ", "UTC");
    match stdin {
        Input::None => command.stdin(Stdio::null()).output().unwrap().into(),
        Input::Pipe(bytes) => run_piped(&mut command, bytes),
        Input::File(path) => command.stdin(File::open(path).unwrap()).output().unwrap().into(),
    }
}

#[derive(Clone, Copy)]
enum Input<'a> {
    None,
    Pipe(&'a [u8]),
    File(&'a Path),
}

/// Compares the output, the messages and the exit code of both programs, and returns the Windows
/// program's result.
#[track_caller]
fn same(dir: &Path, args: &[&str], stdin: Input<'_>) -> Ran {
    let want = run(mapped(), dir, args, stdin);
    let got = run(windows(), dir, args, stdin);
    let text = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(4000)]).into_owned();
    assert_eq!(text(&got.stdout), text(&want.stdout), "{args:?}; stderr: {}", got.stderr);
    assert!(got.stdout == want.stdout, "{args:?}: the output differs after its first bytes");
    assert_eq!(got.code, want.code, "{args:?}; stderr: {}", got.stderr);
    assert_eq!(got.stderr, want.stderr, "{args:?}");
    got
}

/// Creates the files that the command lines read.
fn files() -> Dir {
    let dir = Dir::new();
    let mut log = Vec::new();
    for i in 0..60_000 {
        let needle = if i % 97 == 0 { " needle" } else { "" };
        writeln!(log, "2026-11-21T{:02}:{:02}:{:02}Z line {i}{needle}", i / 3600, i / 60 % 60, i % 60).unwrap();
    }
    dir.file("log", &log);
    dir.file("crlf", b"one\r\ntwo\r\n\x1a\r\nthree\r\n");
    dir.file("empty", b"");
    dir.file("bytes", &(0..=255).cycle().take(70_000).collect::<Vec<u8>>());
    dir.file("zeros", &[0; 5000]);
    std::fs::create_dir_all(dir.path().join("tree/sub/deeper")).unwrap();
    for name in ["a", "sub/b", "sub/deeper/gr\u{fc}n \u{1f600}", "sub/c needle"] {
        dir.file(format!("tree/{name}"), format!("{name}\nneedle {name}\n").as_bytes());
    }
    for program in ["gzip", "xz", "zstd"] {
        let compressed = Command::new(program).args(["-k", "-q"]).arg(dir.path().join("log")).status().unwrap();
        assert!(compressed.success(), "{program}");
    }
    dir
}

/// Compares both programs on command lines that are separated by bars.
#[track_caller]
fn same_lines(dir: &Path, lines: &str) {
    for line in lines.split('|') {
        let args: Vec<&str> = line.split_whitespace().collect();
        same(dir, &args, Input::None);
    }
}

#[test]
#[ignore = "run by scripts/wine-check"]
fn cat_prints_the_same() {
    let lines = "\
        cat log|cat -n log|cat -A crlf bytes|cat -s zeros crlf|cat --lines 100:110 log|cat --lines=-5: log|\
        cat --reverse log|cat --io mmap log|cat --io read log|cat --io mmap --block-size 1000 log|\
        cat --since 2026-11-21T03:00Z --until 2026-11-21T03:10Z log|cat --decompress log.gz|cat empty|cat none log|\
        cat --decompress --lines=-2: log.xz|cat --until 2026-11-21T00:10Z log.zst|\
        cat --offset 100 --length 70000 bytes|cat tree|cat -b log|cat -v bytes|cat --lines 2:3 crlf|cat --reverse crlf|\
        cat --merge log log|cat log none crlf|cat --follow --timeout 1 crlf|cat a?b|cat none/x|cat --bogus";
    same_lines(files().path(), lines);
}

#[test]
#[ignore = "run by scripts/wine-check"]
fn grep_prints_the_same() {
    let lines = "\
        grep needle log|grep -c needle log|grep -n -C2 needle log|grep -o -b needle log|grep -v -c line log|\
        grep -r needle tree|grep -r -l needle tree|grep -rc needle tree|grep --sort path -rn needle tree|\
        grep needle none log|grep zzz log|grep -i NEEDLE --io mmap log|grep needle --io mmap --block-size 999 log|\
        grep --decompress -c needle log.gz|grep --since 2026-11-21T10:00Z -c needle log|grep -z -c needle log|\
        grep -P (?<=line.)12.?$ log|grep -cE (.)\\1{3} log|grep -P --replace <$1> line.(9999.) log|grep -P ( log|\
        grep --crlf two$ crlf|grep -a -c . bytes|grep needle bytes|grep -m3 needle log|grep needle tree|\
        grep -rL zzz tree --sort path|grep -rn -g *needle needle tree --sort path|grep --crlf -x two crlf|\
        grep --crlf -n -v two$ crlf|grep --crlf -o -b two$ crlf|grep --follow --timeout 1 two crlf|\
        --as grep -c needle log|--as fgrep -n two crlf|grep ( log";
    same_lines(files().path(), lines);
}

#[test]
#[ignore = "run by scripts/wine-check"]
fn dumps_digests_and_facts_are_the_same() {
    let dir = files();
    let dump = run(mapped(), dir.path(), &["hexdump", "log"], Input::None);
    dir.file("dump", &dump.stdout);
    let lines = "\
        hexdump bytes|hexdump -v zeros|hexdump zeros|hexdump --io mmap log|hexdump -r dump|hexdump none|\
        checksum log bytes empty|checksum -a blake3 log|checksum -a md5 --tag log tree/a|checksum none|\
        checksum -a crc32 -a sha1 log|checksum --io mmap -a sha512 log|checksum -r tree|\
        stat -c %s_%F_%n log bytes empty|stat -c %F tree|stat none|\
        hexdump -s -20 bytes|hexdump --find 0d0a crlf|hexdump crlf empty|--as xxd crlf|--as xxd -p bytes|--as od -c crlf|\
        --as tail -n2 crlf|--as tac crlf|--as wc log crlf|--as cmp log crlf|--as cksum crlf|checksum --json log|stat --lines crlf";
    same_lines(dir.path(), lines);
}

#[test]
#[ignore = "run by scripts/wine-check"]
fn pipes_and_redirected_files_print_the_same() {
    let dir = files();
    let log = std::fs::read(dir.path().join("log")).unwrap();
    let lines = "cat|cat -n|cat --lines=-3:|grep -c needle|grep -n needle -|grep -m2 needle|hexdump|checksum|checksum -a xxh3|\
        hexdump --offset 1000 --length 100|cat --offset 2000000|cat --since 2026-11-21T03:00Z --until 2026-11-21T03:01Z";
    for line in lines.split('|') {
        let args: Vec<&str> = line.split_whitespace().collect();
        let piped = same(dir.path(), &args, Input::Pipe(&log));
        let redirected = same(dir.path(), &args, Input::File(&dir.path().join("log")));
        assert!(piped == redirected, "{args:?}");
    }
}

/// A dump is converted back to its file, a list of checksums is checked, and a change is found.
#[test]
#[ignore = "run by scripts/wine-check"]
fn a_dump_and_a_list_lead_back() {
    let dir = files();
    let windows = |args: &[&str], stdin| run(windows(), dir.path(), args, stdin);
    let dump = windows(&["hexdump", "bytes"], Input::None);
    assert!(
        windows(&["hexdump", "-r"], Input::Pipe(&dump.stdout)).stdout
            == std::fs::read(dir.path().join("bytes")).unwrap()
    );
    let list = windows(&["checksum", "log", "bytes", "tree/sub/c needle"], Input::None);
    dir.file("list", &list.stdout);
    assert_eq!(same(dir.path(), &["checksum", "-c", "list"], Input::None).code, 0);
    dir.file("bytes", b"others");
    assert_eq!(same(dir.path(), &["checksum", "-c", "list"], Input::None).code, 1);
}

/// Matches on both sides of 4 GiB are found, at their true offsets, however the file is read.
#[test]
#[ignore = "run by scripts/wine-check"]
fn files_over_four_gigabytes() {
    const SIZE: u64 = 5 << 30;
    let dir = Dir::on_disk();
    let file = File::create(dir.path().join("sparse")).unwrap();
    file.set_len(SIZE).unwrap();
    for at in [0, (4 << 30) - 3, (4 << 30) + (1 << 20), SIZE - 7] {
        file.write_all_at(b"\nmark1\n", at).unwrap();
    }
    for args in
        [&["grep", "-a", "-b", "-o", "mark1", "sparse"][..], &["grep", "-a", "-c", "mark1", "--io", "read", "sparse"]]
    {
        same(dir.path(), args, Input::None);
    }
    same(dir.path(), &["hexdump", "--offset", "4294967290", "--length", "100", "sparse"], Input::None);
    same(dir.path(), &["cat", "--offset=-20", "sparse"], Input::None);
    same(dir.path(), &["stat", "-c", "%s", "sparse"], Input::None);
}

/// A followed log is printed as it grows, and also after another file has replaced it.
#[test]
#[ignore = "run by scripts/wine-check"]
fn a_log_is_followed_over_a_rename() {
    let dir = Dir::new();
    let path = dir.file("log", b"needle 1\nother\n");
    let mut command = windows();
    command.args(["grep", "--follow=name", "needle", "log"]).current_dir(dir.path());
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let (sender, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let lines = std::io::BufRead::lines(std::io::BufReader::new(&mut stdout));
        lines.map_while(Result::ok).all(|line| sender.send(line).is_ok())
    });
    let next = || lines.recv_timeout(Duration::from_secs(30)).expect("a line within half a minute");
    assert_eq!(next(), "needle 1");
    // The writer keeps the file open, as most writers do. Windows does not notify watchers of a
    // directory about such writes, so several followers of logs missed these lines.
    let writer = || File::options().append(true).open(&path).unwrap();
    let mut log = writer();
    log.write_all(b"needle 2\n").unwrap();
    assert_eq!(next(), "needle 2");
    std::fs::rename(&path, dir.path().join("log.1")).unwrap();
    dir.file("log", b"needle 3\n");
    assert_eq!(next(), "needle 3");
    writer().write_all(b"needle 4\n").unwrap();
    assert_eq!(next(), "needle 4");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Ctrl-C, which Wine generates for SIGINT, ends `--follow` with SIGINT's exit code.
#[test]
#[ignore = "run by scripts/wine-check"]
fn an_interrupt_has_its_exit_code() {
    let dir = files();
    for args in [["cat", "-n", "--follow", "crlf"], ["grep", "--follow=name", "one", "crlf"]] {
        let mut command = windows();
        command.args(args).current_dir(dir.path()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::io::Read::read_exact(&mut child.stdout.take().unwrap(), &mut [0]).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{args:?}");
    }
}

/// A benchmark completes and reports its figures as JSON.
#[test]
#[ignore = "run by scripts/wine-check"]
fn bench_measures() {
    let dir = files();
    let ran = run(
        windows(),
        dir.path(),
        &["bench", "--runs", "2", "--ways", "read,map,direct", "--json", "log"],
        Input::None,
    );
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let json: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert!(json.is_object(), "{json}");
}

/// A reader that closes its end of the pipe ends the program promptly and without a message.
#[test]
#[ignore = "run by scripts/wine-check"]
fn a_closed_pipe_ends_the_program() {
    let dir = files();
    let mut command = windows();
    command.args(["cat", "log", "log", "log"]).current_dir(dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.stdin(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    let began = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(began.elapsed() < Duration::from_secs(60));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(!output.status.success());
}

/// Checks the law for command lines that are separated by bars, either also in small blocks or only
/// in those that the program chooses.
#[track_caller]
fn law_holds(in_small_blocks: bool, lines: &str) {
    let input: Vec<u8> = (0..120).flat_map(|i| format!("line {i} {}\r\n", "x".repeat(i % 37)).into_bytes()).collect();
    let dir = Dir::new();
    for line in lines.split('|') {
        let args: Vec<&str> = line.split_whitespace().collect();
        let want = run(mapped(), dir.path(), &args, Input::Pipe(&input));
        let law = Law::new(&args, &input).run_by(windows);
        let law = if in_small_blocks { law.quick() } else { law.in_its_own_blocks() };
        law.holds(&want.stdout, want.code);
    }
}

/// The output does not depend on how the input is read: mapped, read, redirected or piped, with any
/// number of threads and any block size.
#[test]
#[ignore = "run by scripts/wine-check"]
fn the_law_holds_in_small_blocks() {
    law_holds(true, "cat -n|grep -n x$|hexdump");
}

/// A run takes a tenth of a second, so most command lines are tried in one block size only.
#[test]
#[ignore = "run by scripts/wine-check"]
fn the_law_holds_for_cat_and_hexdump() {
    law_holds(false, "cat|cat --reverse|cat --lines -3:|cat --offset -100|hexdump -s 100 -n 300");
}

#[test]
#[ignore = "run by scripts/wine-check"]
fn the_law_holds_for_grep_and_checksum() {
    law_holds(false, "grep -c --crlf x$|grep -B1 -m2 99|checksum -a sha1,xxh3 --untagged --no-names");
}

/// Information that Windows reports in its own way. Wine supports neither the users of a file nor
/// alternate data streams; the program then reports that.
#[test]
#[ignore = "run by scripts/wine-check"]
fn facts_of_a_file() {
    let dir = files();
    let ran = run(windows(), dir.path(), &["stat", "--who", "--json", "log"], Input::None);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let json: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(json["size"].as_u64(), Some(std::fs::metadata(dir.path().join("log")).unwrap().len()), "{json}");
    let ran = run(windows(), dir.path(), &["stat", "--who", "log"], Input::None);
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{text}");
    assert!(text.contains("Users: "), "{text}");
}
