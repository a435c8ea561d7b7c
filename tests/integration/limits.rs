//! Scarce resources: address space, descriptors, threads, and space for output and messages.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::lines::LINES;
use crate::util::{Dir, Ran, can_start_under, mapped};

/// A short benchmark.
const BENCH: &[&str] = &["bench", "--runs", "1", "--warm", "--threads", "2"];

fn numbered(len: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..len / 8 + 1).flat_map(|i| format!("{i:07}\n").into_bytes()).collect();
    bytes.truncate(len);
    bytes
}

/// Runs a command line under a shell's limits: `ulimit` options such as `-v 150000`.
fn limited(limits: &str, args: &[&str], paths: &[&std::path::Path]) -> Ran {
    let script = format!("ulimit {limits} || exit 99; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).arg(crate::util::program()).args(args).args(paths);
    command.stdin(Stdio::null()).output().unwrap().into()
}

#[test]
fn a_small_address_space() {
    if !can_start_under("-v 120000") {
        return;
    }
    let dir = Dir::new();
    let path = dir.file("f", &numbered(24 << 20));
    for line in LINES.iter().filter(|line| line.steady) {
        let full: Ran = mapped().args(line.args).arg(&path).output().unwrap().into();
        let args = [line.args, &["--threads", "4"]].concat();
        let ran = limited("-v 120000", &args, &[&path]);
        assert_eq!((ran.code, ran.stderr.as_str()), (full.code, ""), "{:?}", line.args);
        assert!(ran.stdout == full.stdout, "{:?}", line.args);
    }
}

/// Regression: with just enough address space for the allocator's reserves of four threads, a
/// worker panicked, or a line "did not fit into memory".
#[test]
fn many_threads_in_a_limited_address_space() {
    let dir = Dir::new();
    let path = dir.file("f", &numbered(100 << 20));
    let full: Ran = mapped().args(["grep", "-c", "7"]).arg(&path).output().unwrap().into();
    for limit in ["-v 200000", "-v 300000", "-v 400000"].into_iter().filter(|limit| can_start_under(limit)) {
        for threads in ["8", "16"] {
            let ran = limited(limit, &["grep", "-c", "--threads", threads, "7"], &[&path]);
            assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{limit}, {threads} threads");
            assert!(ran.stdout == full.stdout, "{limit}, {threads} threads");
        }
    }
}

// Regression: PCRE2's JIT stack could not be reserved, so the program panicked.
#[test]
#[cfg(feature = "pcre2")]
fn perl_patterns_in_a_small_address_space() {
    let dir = Dir::new();
    let path = dir.file("f", &numbered(100_000));
    let full: Ran = mapped().args(["grep", "-c", "7$"]).arg(&path).output().unwrap().into();
    let limits = ["-v 110000", "-v 120000", "-v 140000", "-v 200000", "-v 250000", "-v 300000", "-d 32000"];
    for limit in limits.into_iter().filter(|limit| can_start_under(limit)) {
        let ran = limited(limit, &["grep", "-cP", "7(?=$)"], &[&path]);
        assert_eq!((ran.stderr.as_str(), ran.code), ("", 0), "{limit}");
        assert_eq!(ran.stdout, full.stdout, "{limit}");
    }
}

/// Regression: Rust's allocator aborted (exit code 134) where memory ran out: in `grep -f` with many
/// words, `grep --top` and `hexdump --diff`, and everywhere just above what the program needs.
#[test]
fn running_out_of_memory_is_an_error() {
    let dir = Dir::new();
    let path = dir.file("f", &numbered(4 << 20));
    let words: String = (0..60_000_u64).map(|i| format!("{:012x}\n", i.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    let words = dir.file("words", words.as_bytes());
    let words = words.to_str().unwrap();
    let lines = LINES.iter().filter(|line| line.steady).map(|line| (line.args, line.failure));
    let hungry = [
        (&["grep", "-c", "-F", "-f", words][..], 2),
        (&["grep", "-c", "-i", "-f", words], 2),
        (&["grep", "--top", "[0-9]+"], 2),
        (&["hexdump", "--diff", words], 2),
        (&["--as", "cmp", words], 2),
        (&["--as", "grep", "-c", "1"], 2),
        (&["--as", "sha256sum"], 1),
    ];
    let mut exhausted = 0;
    let limits = [16_000, 20_000, 24_000, 28_000, 36_000, 48_000, 64_000];
    if !can_start_under(&format!("-v {}", limits[0])) {
        return;
    }
    for (args, failure) in lines.chain(hungry) {
        let full: Ran = mapped().args(args).arg(&path).output().unwrap().into();
        for limit in limits {
            let ran = limited(&format!("-v {limit}"), args, &[&path]);
            // The loader reports that the program does not fit.
            if ran.code == 127 || (ran.code, &ran.stdout) == (full.code, &full.stdout) {
                continue;
            }
            exhausted += 1;
            assert_eq!((ran.code, ran.stderr.lines().count()), (failure, 1), "{args:?}, {limit}: {}", ran.stderr);
            assert!(full.stdout.starts_with(&ran.stdout), "{args:?}, {limit}");
        }
    }
    assert!(exhausted > 0);
    let tool = limited("-v 20000", &["--as", "grep", "-c", "-F", "-f", words], &[&path]);
    assert_eq!((tool.code, tool.stderr.as_str()), (2, "grep: out of memory\n"));
}

/// A measurement needs its own windows, buffers and threads.
#[test]
fn bench_under_limits() {
    let dir = Dir::new();
    let path = dir.file("f", &numbered(4 << 20));
    let all = ["-v 60000", "-v 120000", "-v 250000", "-n 5", "-n 8", "-n 16"];
    for limits in all.into_iter().filter(|limits| can_start_under(limits)) {
        let ran = limited(limits, BENCH, &[&path]);
        assert!(matches!(ran.code, 0 | 1), "{limits}: {} {}", ran.code, ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{limits}: {}", ran.stderr);
        assert_eq!(
            ran.code != 0,
            ran.stderr.lines().any(|line| line.starts_with("mapped: ")),
            "{limits}: {}",
            ran.stderr
        );
    }
}

#[test]
fn few_descriptors() {
    let dir = Dir::new();
    let paths: Vec<_> = (0..40).map(|i| dir.file(format!("f{i}"), &numbered(300_000))).collect();
    let paths: Vec<_> = paths.iter().map(std::path::PathBuf::as_path).collect();
    for limit in (3..24).filter(|limit| can_start_under(&format!("-n {limit}"))) {
        let ran = limited(&format!("-n {limit}"), &["cat", "--threads", "4"], &paths);
        if ran.stderr.is_empty() {
            assert_eq!((ran.code, ran.stdout.len()), (0, 40 * 300_000), "{limit}");
        } else {
            // Each file that could not be opened is named, and no wrong output is printed.
            assert!(matches!(ran.code, 1 | 127), "{limit}: {} {}", ran.code, ran.stderr);
            assert!(!ran.stderr.contains("panicked"), "{limit}: {}", ran.stderr);
        }
        if limit >= 16 {
            assert_eq!(ran.code, 0, "{limit}: {}", ran.stderr);
        }
    }
}

/// Regression: threads that open files ahead of their turn left no descriptors for each other, with
/// 32 threads and 1024 descriptors.
#[test]
fn few_descriptors_for_many_files() {
    let dir = Dir::new();
    let paths: Vec<_> = (0..3000).map(|i| dir.file(format!("f{i:04}"), format!("line {i}\n").as_bytes())).collect();
    let found: String = paths.iter().map(|path| format!("{}:1\n", path.display())).collect();
    let sums: Ran = mapped().args(["checksum", "-r"]).arg(dir.path()).output().unwrap().into();
    for (limit, threads) in [(1024, "64"), (1024, "32"), (64, "16"), (64, "2"), (16, "2"), (12, "1")] {
        let limits = format!("-n {limit}");
        let ran = limited(&limits, &["grep", "--threads", threads, "-rc", "line"], &[dir.path()]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{limits}, {threads} threads");
        assert!(ran.stdout == found.as_bytes(), "{limits}, {threads} threads");
        let ran = limited(&limits, &["checksum", "--threads", threads, "-r"], &[dir.path()]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{limits}, {threads} threads");
        assert!(ran.stdout == sums.stdout, "{limits}, {threads} threads");
    }
}

/// If the user may not start any thread, the main thread does all the work.
#[test]
fn no_thread_may_be_started() {
    if !crate::util::can_become(64999) {
        return crate::util::skip("root, to become another user");
    }
    use std::os::unix::fs::PermissionsExt;
    let dir = Dir::new();
    let path = dir.file("f", &numbered(24 << 20));
    let program = dir.path().join("mapped");
    crate::util::copy_program(&program);
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    for line in LINES.iter().filter(|line| line.steady) {
        let full: Ran = mapped().args(line.args).arg(&path).output().unwrap().into();
        let ran: Ran = Command::new("setpriv")
            .args(["--reuid=64999", "--regid=64999", "--clear-groups", "prlimit", "--nproc=1"])
            .arg(&program)
            .args(line.args)
            .args(["--threads", "8", "--progress=always"])
            .arg(&path)
            .stdin(Stdio::null())
            .output()
            .unwrap()
            .into();
        assert_eq!((ran.code, ran.stderr.as_str()), (full.code, ""), "{:?}", line.args);
        assert!(ran.stdout == full.stdout, "{:?}", line.args);
    }
}

#[test]
fn a_full_output() {
    let dir = Dir::new();
    let path = dir.file("f", &numbered(1 << 20));
    for line in LINES {
        let out = File::options().write(true).open("/dev/full").unwrap();
        let ran: Ran = mapped().args(line.args).arg(&path).stdout(out).output().unwrap().into();
        let told = "mapped: write error: No space left on device\n";
        assert_eq!((ran.code, ran.stderr.as_str()), (line.failure, told), "{:?}", line.args);
    }
    let out = File::options().write(true).open("/dev/full").unwrap();
    let ran: Ran = mapped().args(BENCH).arg(&path).stdout(out).output().unwrap().into();
    assert_eq!((ran.code, ran.stderr.as_str()), (1, "mapped: write error: No space left on device\n"));
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let dir = Dir::new();
    let path = dir.file("f", &numbered(1 << 20));
    for line in LINES {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran: Ran = mapped().args(line.args).arg(&path).stdout(writer).output().unwrap().into();
        assert_eq!((ran.code, ran.stderr.as_str()), (141, ""), "{:?}", line.args);
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ran: Ran = mapped().args(BENCH).arg(&path).stdout(writer).output().unwrap().into();
    assert_eq!((ran.code, ran.stderr.as_str()), (141, ""));
}

#[test]
fn an_output_that_does_not_block() {
    let dir = Dir::new();
    let path = dir.file("f", &numbered(3 << 20));
    for line in LINES.iter().filter(|line| line.steady) {
        let full: Ran = mapped().args(line.args).arg(&path).output().unwrap().into();
        let (mut reader, writer) = std::io::pipe().unwrap();
        rustix::fs::fcntl_setfl(&writer, rustix::fs::OFlags::NONBLOCK).unwrap();
        let mut child =
            mapped().args(line.args).arg(&path).stdout(OwnedFd::from(writer)).stderr(Stdio::piped()).spawn().unwrap();
        // The pipe has time to fill up first.
        std::thread::sleep(Duration::from_millis(20));
        let mut all = Vec::new();
        reader.read_to_end(&mut all).unwrap();
        assert!(all == full.stdout, "{:?}: {} bytes of {}", line.args, all.len(), full.stdout.len());
        assert_eq!(child.wait().unwrap().code(), Some(full.code), "{:?}", line.args);
    }
}

/// Regression: a message that could not be written caused a panic.
#[test]
fn unwritable_messages_are_dropped() {
    let dir = Dir::new();
    let path = dir.file("f", &numbered(1000));
    for line in LINES.iter().filter(|line| line.steady) {
        let full: Ran = mapped().args(line.args).arg(&path).output().unwrap().into();
        for stderr in ["/dev/full", "closed pipe"] {
            let stderr = match stderr {
                "/dev/full" => Stdio::from(File::options().write(true).open(stderr).unwrap()),
                _ => Stdio::from(OwnedFd::from(std::io::pipe().unwrap().1)),
            };
            let mut command = mapped();
            command.args(line.args).arg("/no/such/file").arg(&path).arg("--stats").stderr(stderr);
            let ran: Ran = command.output().unwrap().into();
            assert_eq!(ran.code, line.failure, "{:?}", line.args);
            let name = path.to_str().unwrap();
            let plain =
                String::from_utf8_lossy(&ran.stdout).replace(&format!("{name}:"), "").replace(&format!("{name}-"), "");
            assert!(plain.len() == full.stdout.len() || ran.stdout.len() >= full.stdout.len(), "{:?}", line.args);
        }
    }
}

/// A SIGBUS sent by another process is not a fault in a window. The default action applies at once,
/// even after a window was mapped.
#[test]
fn a_sent_sigbus_ends_the_program() {
    // The first length is mapped, the second is read.
    for len in [2 << 20, 1000] {
        let dir = Dir::new();
        let path = dir.file("f", &numbered(len));
        let fifo = dir.path().join("fifo");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let mut child =
            mapped().args(["cat", "--io", "auto"]).arg(&path).arg(&fifo).stdout(Stdio::piped()).spawn().unwrap();
        // The whole file has been output, and the program waits for the FIFO.
        let mut all = vec![0; len];
        child.stdout.as_mut().unwrap().read_exact(&mut all).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::BUS).unwrap();
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!(ran.code, -libc::SIGBUS);
    }
}

/// Regression: ranges, globs and formats were read as a whole, so that a disk image named by
/// mistake took up to thirty times its size in memory (23 GB of globs).
#[test]
fn a_list_has_no_endless_line() {
    let dir = Dir::new();
    let list = dir.file("list", &vec![b'1'; 2 << 20]);
    let list = list.to_str().unwrap();
    for (args, code) in [
        (&["cat", "--lines-from"][..], 1),
        (&["grep", "-r", "x", "--exclude-from"], 2),
        (&["grep", "-f"], 2),
        (&["hexdump", "--format-file"], 1),
        (&["checksum", "-c"], 1),
    ] {
        let ran: Ran = mapped().args(args).arg(list).arg(dir.path()).output().unwrap().into();
        let said = format!("mapped: {list}: line 1 is longer than 1 MiB\n");
        assert_eq!((ran.code, ran.stderr.contains(&said)), (code, true), "{args:?}: {}", ran.stderr);
    }
}

// Regression: Rust's runtime ignores writes to a closed descriptor, so --help succeeded there. After
// --diff, a failed write looked like a difference.
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let dir = Dir::new();
    let (one, other) = (dir.file("one", b"1\n"), dir.file("other", b"2\n"));
    for to in [">&-", "> /dev/full"] {
        let ran = |args: &[&str]| -> Ran {
            let mut command = Command::new("sh");
            command.args(["-c", &format!("exec \"$0\" \"$@\" {to}")]).arg(crate::util::program());
            command.args(args).output().unwrap().into()
        };
        for (args, code) in [
            (&["--help"][..], 2),
            (&["--version"], 2),
            (&["grep", "--help"], 2),
            (&["cat", "--help"], 1),
            (&["--as", "cmp", "--help"], 2),
            (&["--as", "head", "--version"], 1),
            (&["hexdump", "--diff", one.to_str().unwrap(), other.to_str().unwrap()], 2),
            (&["--as", "cmp", one.to_str().unwrap(), other.to_str().unwrap()], 2),
        ] {
            let ran = ran(args);
            assert_eq!((ran.code, ran.stderr.lines().count()), (code, 1), "{args:?} {to}: {}", ran.stderr);
            assert!(ran.stderr.contains(": write error: "), "{args:?} {to}: {}", ran.stderr);
        }
    }
}
