//! Compares whole programs: `cargo bench --bench peers [-- FILTER]`.
//!
//! Each case runs `mapped` and its peers alternately for several rounds on the same file, and
//! prints medians, ratios and peak memory as a Markdown table. The file is cached or, in the cases
//! "from disk", dropped from the cache before each run. Tools that are not installed are
//! skipped. `MAPPED_BENCH_SIZE` sets the test file's size in MiB (default 1024),
//! `MAPPED_BENCH_ROUNDS` the number of rounds (default 5).
#![allow(unsafe_code, reason = "wait4(2) is the only way to a child's peak memory")]

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use mapped::os::residency;

/// The destination of a program's output.
#[derive(Clone, Copy, PartialEq)]
enum To {
    Null,
    /// A pipe that is read in large pieces. GNU grep needs one, because it stops at the first match
    /// when its output goes to /dev/null.
    Pipe,
}

/// The file that a case runs on.
#[derive(Clone, Copy, PartialEq)]
enum On {
    Log,
    /// The first 16 MiB of the log, for the slowest peers.
    Part,
    /// The same 16 MiB in 10 000 files.
    Tree,
    /// The log, redirected to standard input.
    Stdin,
    /// The log, uncached.
    Disk,
    /// The 10 000 files, uncached.
    DiskTree,
}

struct Case {
    name: &'static str,
    on: On,
    to: To,
    ours: &'static str,
    peers: &'static [&'static str],
}

const fn case(name: &'static str, on: On, to: To, ours: &'static str, peers: &'static [&'static str]) -> Case {
    Case { name, on, to, ours, peers }
}

const CASES: &[Case] = &[
    case("cat into a pipe", On::Log, To::Pipe, "cat", &["cat"]),
    case("cat -n", On::Log, To::Null, "cat -n", &["cat -n"]),
    case("cat -v", On::Log, To::Null, "cat -v", &["cat -v"]),
    case("last 1000 lines", On::Log, To::Null, "cat --lines=-1000:", &["tail -n 1000"]),
    case("grep, no match", On::Log, To::Pipe, "grep xyzzyplugh", &["rg xyzzyplugh", "grep xyzzyplugh"]),
    case("grep, one thread", On::Log, To::Pipe, "grep --threads 1 xyzzyplugh", &["rg xyzzyplugh"]),
    case("grep on redirected input", On::Stdin, To::Pipe, "grep xyzzyplugh", &["rg xyzzyplugh"]),
    case("grep -c, literal", On::Log, To::Pipe, "grep -c ERROR", &["rg -c ERROR", "grep -c ERROR"]),
    case("grep -n, many lines", On::Log, To::Pipe, "grep -n status=404", &["rg -n status=404", "grep -n status=404"]),
    case("grep -i", On::Log, To::Pipe, "grep -i XyzzyPlugh", &["rg -i XyzzyPlugh"]),
    case("grep, regex without literal", On::Log, To::Pipe, "grep -c [a-z]{12}[0-9]", &["rg -c [a-z]{12}[0-9]"]),
    case("grep -v -c", On::Log, To::Pipe, "grep -v -c INFO", &["rg -v -c INFO"]),
    case("grep -C2", On::Log, To::Pipe, "grep -C2 =ff0", &["rg -C2 =ff0", "grep -C2 =ff0"]),
    case(
        "grep -r, 10 000 files",
        On::Tree,
        To::Pipe,
        "grep -r xyzzyplugh",
        &["rg -uuu xyzzyplugh", "grep -r xyzzyplugh"],
    ),
    case("hexdump", On::Log, To::Null, "hexdump", &[]),
    case("hexdump into a pipe", On::Log, To::Pipe, "hexdump", &[]),
    case("hexdump, 16 MiB", On::Part, To::Pipe, "hexdump", &["hexdump -C", "xxd", "hexyl"]),
    case("blake3", On::Log, To::Null, "checksum", &["b3sum"]),
    case("sha256", On::Log, To::Null, "checksum -a sha256", &["openssl dgst -sha256", "sha256sum"]),
    case("md5", On::Log, To::Null, "checksum -a md5", &["openssl dgst -md5", "md5sum"]),
    case("POSIX crc", On::Log, To::Null, "checksum -a crc", &["cksum"]),
    case("crc32", On::Log, To::Null, "checksum -a crc32", &["rhash --crc32"]),
    case("xxh3", On::Log, To::Null, "checksum -a xxh3", &["xxhsum -H3"]),
    case("count lines", On::Log, To::Null, "stat --lines", &["wc -l"]),
    case("stat", On::Log, To::Null, "stat", &["stat"]),
    case("cat into a pipe, from disk", On::Disk, To::Pipe, "cat", &["cat"]),
    case("grep, from disk", On::Disk, To::Pipe, "grep xyzzyplugh", &["rg xyzzyplugh", "grep xyzzyplugh"]),
    case("blake3, from disk", On::Disk, To::Null, "checksum", &["b3sum"]),
    case(
        "grep -r, 10 000 files from disk",
        On::DiskTree,
        To::Pipe,
        "grep -r xyzzyplugh",
        &["rg -uuu xyzzyplugh", "rg -j8 -uuu xyzzyplugh", "grep -r xyzzyplugh"],
    ),
];

fn main() {
    let filter: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let number = |name: &str, default: usize| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let (mebibytes, rounds) = (number("MAPPED_BENCH_SIZE", 1024), number("MAPPED_BENCH_ROUNDS", 5));
    let dir = tempfile::tempdir().expect("a temporary directory");
    let [log, part, tree] = ["log", "part", "tree"].map(|name| dir.path().join(name));
    write_log(&log, mebibytes << 20);
    write_log(&part, 16 << 20);
    write_tree(&tree, &part);
    print_machine(mebibytes, rounds);
    println!("| case | program | median s | GB/s | mapped is | peak MiB |");
    println!("|---|---|---:|---:|---:|---:|");
    for case in CASES.iter().filter(|case| filter.is_empty() || filter.iter().any(|f| case.name.contains(f.as_str()))) {
        let (path, bytes) = match case.on {
            On::Part => (&part, &part),
            On::Tree | On::DiskTree => (&tree, &part),
            On::Log | On::Stdin | On::Disk => (&log, &log),
        };
        run_case(case, rounds, path, std::fs::metadata(bytes).map_or(0, |meta| meta.len()) as f64);
    }
}

fn run_case(case: &Case, rounds: usize, file: &Path, bytes: f64) {
    let ours = format!("{} {}", env!("CARGO_BIN_EXE_mapped"), case.ours);
    let peers = case.peers.iter().filter(|peer| is_installed(peer)).map(ToString::to_string);
    let commands: Vec<String> = std::iter::once(ours).chain(peers).collect();
    let mut seconds = vec![Vec::new(); commands.len()];
    let mut peaks = vec![0; commands.len()];
    for round in 0..=rounds {
        for (i, command) in commands.iter().enumerate() {
            let (took, peak) = run(command, case, file);
            // The first round only warms the caches.
            if round > 0 {
                seconds[i].push(took);
                peaks[i] = peaks[i].max(peak);
            }
        }
    }
    let medians: Vec<f64> = seconds.into_iter().map(median).collect();
    for (i, command) in commands.iter().enumerate() {
        let shown = if i == 0 { format!("mapped {}", case.ours) } else { command.clone() };
        let ratio = if i == 0 { String::new() } else { format!("{:.2}×", medians[i] / medians[0]) };
        let name = if i == 0 { case.name } else { "" };
        println!(
            "| {name} | `{shown}` | {:.3} | {:.2} | {ratio} | {:.0} |",
            medians[i],
            bytes / medians[i] / 1e9,
            peaks[i] as f64 / 1024.0
        );
    }
}

/// Returns the wall time in seconds and the peak resident size in KiB of one run.
fn run(command: &str, case: &Case, file: &Path) -> (f64, i64) {
    if matches!(case.on, On::Disk | On::DiskTree) {
        drop_from_memory(file);
    }
    let mut words = command.split(' ');
    let mut child = Command::new(words.next().unwrap_or_default());
    child.args(words).stderr(Stdio::null());
    match case.on {
        On::Stdin => child.stdin(File::open(file).expect("the test file")),
        _ => child.arg(file).stdin(Stdio::null()),
    };
    child.stdout(if case.to == To::Pipe { Stdio::piped() } else { Stdio::null() });
    let begun = Instant::now();
    #[allow(clippy::zombie_processes, reason = "wait4 waits for it below, and tells what it cost")]
    let mut child = child.spawn().expect("a program that was found before");
    if let Some(mut stdout) = child.stdout.take() {
        let mut buffer = vec![0; 1 << 20];
        while stdout.read(&mut buffer).is_ok_and(|n| n > 0) {}
    }
    let mut status = 0;
    // SAFETY: rusage is plain data that wait4 fills. The child is ours, and only this call waits
    // for it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::wait4(child.id().cast_signed(), &raw mut status, 0, &raw mut usage);
        usage
    };
    (begun.elapsed().as_secs_f64(), usage.ru_maxrss)
}

/// Drops a file, or all files below a directory, from the cache.
fn drop_from_memory(path: &Path) {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).expect("the test files");
        return entries.for_each(|entry| drop_from_memory(&entry.expect("the test files").path()));
    }
    let file = File::open(path).expect("the test file");
    residency::evict(file.as_fd(), true).expect("a file system that can let go of pages");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn is_installed(command: &str) -> bool {
    let tool = command.split(' ').next().unwrap_or_default();
    Command::new("sh")
        .args(["-c", &format!("command -v {tool}")])
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

fn print_machine(mebibytes: usize, rounds: usize) {
    let first = |command: &str| {
        let output = Command::new("sh").args(["-c", command]).output().ok();
        output.and_then(|o| String::from_utf8(o.stdout).ok()).unwrap_or_default().trim().to_owned()
    };
    println!(
        "Machine: {}, {} processors, Linux {}.",
        first("grep -m1 'model name' /proc/cpuinfo | cut -d: -f2"),
        first("nproc"),
        first("uname -r")
    );
    println!("File: a warm {mebibytes} MiB log; median of {rounds} rounds, programs in turn.");
    let versions = ["rg", "grep", "cat", "b3sum", "openssl version #", "xxhsum", "rhash", "hexdump", "hexyl"];
    let versions: Vec<String> = versions
        .iter()
        .filter(|tool| is_installed(tool))
        .map(|tool| if tool.contains(' ') { first(tool) } else { first(&format!("{tool} --version 2>&1 | head -1")) })
        .collect();
    println!("Versions: {}.\n", versions.join("; "));
}

/// Writes a log of about `size` bytes, the same on every machine.
fn write_log(path: &Path, size: usize) {
    const WORDS: [&str; 16] = [
        "request",
        "session",
        "cache",
        "timeout",
        "connection",
        "database",
        "query",
        "retry",
        "latency",
        "upstream",
        "handler",
        "worker",
        "commit",
        "rollback",
        "replica",
        "follower",
    ];
    const LEVELS: [&str; 8] = ["INFO", "INFO", "INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR"];
    let mut random = 42_u64;
    let mut next = move || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize
    };
    let mut file = std::io::BufWriter::new(File::create(path).expect("room for the test file"));
    let mut written = 0;
    let mut line = String::new();
    while written < size {
        line.clear();
        let second = written / 4000;
        line.push_str(&format!(
            "2026-11-{:02}T{:02}:{:02}:{:02}Z {} svc-{}: ",
            1 + second / 86_400 % 30,
            second / 3600 % 24,
            second / 60 % 60,
            second % 60,
            LEVELS[next() % 8],
            next() % 40
        ));
        for _ in 0..4 + next() % 10 {
            line.push_str(WORDS[next() % 16]);
            line.push(' ');
        }
        let status = if next() % 50 == 0 { 404 } else { 200 };
        line.push_str(&format!("id={:08x} status={status}\n", next()));
        file.write_all(line.as_bytes()).expect("room for the test file");
        written += line.len();
    }
    file.flush().expect("room for the test file");
}

/// Writes the content of `log` to 10 000 files, 100 per directory.
fn write_tree(tree: &Path, log: &Path) {
    // Copies one file at a time, because this process's peak memory counts towards each of its children.
    let mut log = File::open(log).expect("it was written");
    let mut bytes = vec![0; log.metadata().map_or(0, |meta| meta.len() as usize).div_ceil(10_000)];
    for i in 0..10_000 {
        let directory = tree.join(format!("{:02}", i / 100));
        std::fs::create_dir_all(&directory).expect("room for the test files");
        let mut read = 0;
        while let Ok(more) = log.read(&mut bytes[read..])
            && more > 0
        {
            read += more;
        }
        std::fs::write(directory.join(format!("{:02}", i % 100)), &bytes[..read]).expect("room for the test files");
    }
}
