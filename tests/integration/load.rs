//! Large loads: many bytes, files, threads and processes, and a single endless line. Each test
//! prints the memory used.
//!
//! The full sizes: `cargo test --test integration -- --ignored load:: --nocapture
//! --test-threads 1`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use rustix::fs::{Mode, OFlags, openat};

use crate::util::{Dir, is_emulated, mapped};

/// The cost of a run.
struct Cost {
    stdout: u64,
    /// The peak resident memory in MiB.
    resident: u64,
    code: Option<i32>,
    stderr: String,
    seconds: f64,
}

/// Runs with a file as output, so that no pipe slows it down, and returns the cost.
fn cost(what: &str, args: &[&str], paths: &[&Path]) -> Cost {
    let out = tempfile::tempfile().unwrap();
    let begun = Instant::now();
    let child = mapped()
        .args(args)
        .args(paths)
        .stdin(Stdio::null())
        .stdout(out.try_clone().unwrap())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = child.id();
    let watch = std::thread::spawn(move || {
        let mut most = 0;
        while let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) {
            let Some(line) = status.lines().find(|line| line.starts_with("VmHWM:")) else { break };
            most = most.max(line.split_ascii_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or(0));
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        most / 1024
    });
    let ended = child.wait_with_output().unwrap();
    let cost = Cost {
        stdout: out.metadata().unwrap().len(),
        resident: watch.join().unwrap(),
        code: ended.status.code(),
        stderr: String::from_utf8_lossy(&ended.stderr).into_owned(),
        seconds: begun.elapsed().as_secs_f64(),
    };
    eprintln!("| {what} | `{}` | {} | {:.1} s |", args.join(" "), cost.resident, cost.seconds);
    cost
}

fn sparse(dir: &Dir, len: u64) -> std::path::PathBuf {
    let path = dir.path().join("sparse");
    let file = File::create(&path).unwrap();
    file.set_len(len).unwrap();
    for at in [0, len / 3, len - 6] {
        file.write_all_at(b"data 7", at).unwrap();
    }
    path
}

/// Commands that can compute the result for zeros skip holes instead of reading them.
fn sparse_file(len: u64, name: &str) {
    let dir = Dir::new();
    let path = sparse(&dir, len);
    let lines: [&[&str]; 4] =
        [&["hexdump", "-C"], &["checksum", "-a", "crc32c"], &["stat"], &["cat", "--bytes", "-4096:"]];
    for args in lines {
        let cost = cost(name, args, &[&path]);
        assert_eq!((cost.code, cost.stderr.as_str()), (Some(0), ""), "{args:?}");
        // qemu keeps a table of the pages that were ever mapped.
        let limit = if is_emulated() { 1000 } else { 100 };
        assert!(cost.resident < limit, "{args:?}: {} MiB", cost.resident);
        assert!(cost.stdout > 0);
    }
}

#[test]
fn a_sparse_file() {
    sparse_file(64 << 30, "64 GiB sparse");
}

#[test]
#[ignore = "the full size"]
fn a_terabyte_of_holes() {
    sparse_file(1 << 40, "1 TiB sparse");
}

fn many_files(count: usize, name: &str) {
    let dir = Dir::new();
    // The names are short and relative, because the length of a command line is limited too.
    for i in 0..count {
        std::fs::write(dir.path().join(format!("{i}")), format!("file {i}\n")).unwrap();
    }
    let names: Vec<String> = (0..count).map(|i| i.to_string()).collect();
    for (args, want) in [
        (&["cat"][..], (0..count).map(|i| format!("file {i}\n").len()).sum::<usize>()),
        (&["grep", "-h", "7$"], (0..count).filter(|i| i % 10 == 7).map(|i| format!("file {i}\n").len()).sum()),
        (&["checksum", "-a", "md5"], (0..count).map(|i| format!("{:32}  {i}\n", "").len()).sum()),
    ] {
        let out = tempfile::tempfile().unwrap();
        let ran = mapped()
            .args(args)
            .arg("--stats=json")
            .args(&names)
            .current_dir(dir.path())
            .stdout(out.try_clone().unwrap())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&ran.stderr);
        let peak = stderr.split("\"peak_resident_bytes\":").nth(1).and_then(|s| s.split(',').next()).unwrap_or("?");
        eprintln!("| {name} | `{}` | {} |", args.join(" "), peak.parse().unwrap_or(0_u64) >> 20);
        assert!(ran.status.success(), "{stderr}");
        assert_eq!(out.metadata().unwrap().len() as usize, want, "{args:?}");
        assert!(peak.parse::<u64>().is_ok_and(|peak| peak < 100 << 20), "{args:?}: {stderr}");
    }
}

#[test]
fn many_small_files() {
    many_files(3_000, "3000 files");
}

#[test]
#[ignore = "the full size"]
fn a_hundred_thousand_files() {
    many_files(100_000, "100 000 files");
}

/// Creates directories so deep that no system call accepts a path to the bottom, with a file in
/// every hundredth directory and at the bottom.
fn deep_directory(depth: usize, name: &str) {
    let dir = Dir::new();
    let mut at = rustix::fs::open(dir.path(), OFlags::PATH, Mode::empty()).unwrap();
    let write = |at: &OwnedFd, name: &str, text: &str| {
        let file = openat(at, name, OFlags::CREATE | OFlags::WRONLY, Mode::RUSR | Mode::WUSR).unwrap();
        rustix::io::write(&file, text.as_bytes()).unwrap();
    };
    // The files are sorted by path, as in the walk: deeper files come first.
    let mut files = vec![(format!("{}bottom", "d/".repeat(depth)), "needle\n".to_owned())];
    for level in 1..=depth {
        rustix::fs::mkdirat(&at, "d", Mode::RWXU).unwrap();
        at = openat(&at, "d", OFlags::PATH, Mode::empty()).unwrap();
        if level % 100 == 0 {
            let text = format!("needle {level}\n");
            write(&at, "on the way", &text);
            files.insert(1, (format!("{}on the way", "d/".repeat(level)), text));
        }
    }
    write(&at, "bottom", "needle\n");
    let run = |args: &[&str]| {
        // Whatever the depth, the descriptors that two threads need for files in one directory, and
        // a few more, are sufficient.
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", "ulimit -n 200; exec \"$@\"", "sh"]).arg(mapped().get_program()).args(args);
        let ran = shell.current_dir(dir.path()).stdin(Stdio::null()).output().unwrap();
        assert_eq!((ran.status.code(), ran.stderr.escape_ascii().to_string()), (Some(0), String::new()), "{args:?}");
        String::from_utf8(ran.stdout).unwrap()
    };

    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let found: String = files.iter().map(|(path, text)| format!("{path}:{text}")).collect();
    assert!(run(&["grep", "-r", "needle", "d"]) == found, "grep -r");
    assert!(run(&["grep", "-r", "needle"]) == found, "grep -r without a directory");
    assert!(run(&["grep", "-R", "--exclude-dir=e", "--include=bottom", "-h", "needle", "d"]) == "needle\n");
    if let Ok(peer) = std::process::Command::new("grep").args(["-r", "needle", "d"]).current_dir(dir.path()).output() {
        assert!(sorted(&String::from_utf8(peer.stdout).unwrap()) == sorted(&found), "as GNU grep");
    }

    let manifest = run(&["checksum", "--recursive", "-a", "md5", "d"]);
    let (digests, paths): (Vec<&str>, Vec<&str>) = manifest.lines().filter_map(|line| line.split_once("  ")).unzip();
    assert!(paths.iter().eq(files.iter().map(|(path, _)| path)), "checksum --recursive");
    let mut find = std::process::Command::new("find");
    find.args(["d", "-type", "f", "-execdir", "md5sum", "{}", ";"])
        .env("PATH", "/usr/bin:/bin")
        .current_dir(dir.path());
    let peer = String::from_utf8(find.output().unwrap().stdout).unwrap();
    assert_eq!(
        sorted(&digests.join("\n")),
        sorted(&peer.lines().map(|line| &line[..32]).collect::<Vec<_>>().join("\n"))
    );

    // These use the names from the top: one by one, and from a list.
    dir.file("manifest", manifest.as_bytes());
    let told = run(&["checksum", "--check", "-a", "md5", "manifest"]);
    assert_eq!(told.lines().filter(|line| line.ends_with(": OK")).count(), files.len());
    for (path, text) in [&files[0], &files[1], &files[files.len() - 1]] {
        assert!(run(&["cat", path]) == *text);
        assert!(run(&["grep", "needle", path]) == *text);
        assert!(run(&["stat", "-c", "%s %F", path]) == format!("{} regular file\n", text.len()));
        assert!(run(&["hexdump", "-C", path]).starts_with("00000000  6e 65 65 64 6c 65 "));
    }

    // Ignore files are looked up by path, which is too long there. That causes a single message,
    // and everything else is searched.
    dir.file("other", b"needle\n");
    let ran = mapped().args(["grep", "--ignore", "-rh", "needle"]).current_dir(dir.path()).output().unwrap();
    let told = String::from_utf8(ran.stderr).unwrap();
    assert_eq!((ran.status.code(), told.lines().count()), (Some(2), 1), "{told}");
    assert!(told.ends_with(": File name too long\n") && ran.stdout.ends_with(b"needle\n"));

    for args in [&["checksum", "--recursive", "-a", "md5"][..], &["grep", "-r", "needle"]] {
        let cost = cost(name, args, &[&dir.path().join("d")]);
        assert_eq!((cost.code, cost.stderr.as_str()), (Some(0), ""));
        assert!(cost.resident < 100, "{} MiB", cost.resident);
    }
    // `rm` handles a tree whose bottom no path can reach.
    assert!(std::process::Command::new("rm").arg("-rf").arg(dir.path().join("d")).status().unwrap().success());
}

#[test]
fn a_deep_directory() {
    deep_directory(2_500, "2500 directories deep");
}

#[test]
#[ignore = "the full size"]
fn a_very_deep_directory() {
    deep_directory(10_000, "10 000 directories deep");
}

fn endless_line(len: usize, name: &str) {
    let dir = Dir::new();
    let path = dir.path().join("line");
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&path).unwrap());
    let piece = vec![b'q'; 1 << 20];
    for _ in 0..len >> 20 {
        file.write_all(&piece).unwrap();
    }
    file.write_all(b"needle\nlast\n").unwrap();
    drop(file);
    let mib = (len >> 20) as u64;
    // Commands that need not hold the line in memory do not.
    for args in [&["cat"][..], &["hexdump", "-C"], &["checksum"], &["stat", "--content"]] {
        let cost = cost(name, args, &[&path]);
        assert_eq!(cost.code, Some(0), "{args:?}: {}", cost.stderr);
        assert!(cost.resident < 100, "{args:?}: {} MiB", cost.resident);
    }
    // grep must hold the matching line, but only once, in the file's own pages.
    for args in [&["grep", "-c", "needle"][..], &["grep", "-o", "needle"], &["grep", "-l", "needle"]] {
        let cost = cost(name, args, &[&path]);
        assert_eq!(cost.code, Some(0), "{args:?}: {}", cost.stderr);
        assert!(cost.resident < mib + 100, "{args:?}: {} MiB", cost.resident);
    }
}

#[test]
fn a_long_line() {
    endless_line(200 << 20, "200 MiB line");
}

#[test]
#[ignore = "the full size"]
fn an_endless_line() {
    endless_line(4 << 30, "4 GiB line");
}

#[test]
fn many_threads() {
    let dir = Dir::new();
    let text: Vec<u8> = (0..4_000_000_u32).flat_map(|i| format!("{i:07}\n").into_bytes()).collect();
    let path = dir.file("f", &text);
    for args in [&["grep", "-c", "77"][..], &["hexdump", "-C"], &["checksum", "-a", "crc32c"], &["cat", "-n"]] {
        let few = cost("2 threads", &[args, &["--threads", "2"]].concat(), &[&path]);
        let many = cost("256 threads", &[args, &["--threads", "256"]].concat(), &[&path]);
        assert_eq!((many.code, many.stdout), (few.code, few.stdout), "{args:?}: {}", many.stderr);
    }
}

#[test]
fn many_processes_on_one_file() {
    let dir = Dir::new();
    let text: Vec<u8> = (0..1_000_000_u32).flat_map(|i| format!("{i:07}\n").into_bytes()).collect();
    let path = dir.file("f", &text);
    let children: Vec<_> = (0..64)
        .map(|i| {
            let args = [&["grep", "-c", "77"][..], &["checksum"], &["cat", "--bytes", "-100:"], &["stat"]][i % 4];
            let mut command = mapped();
            command.args(args).arg(&path).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            (i % 4, command.spawn().unwrap())
        })
        .collect();
    let mut first: [Option<Vec<u8>>; 3] = [None, None, None];
    for (kind, child) in children {
        let ended = child.wait_with_output().unwrap();
        assert_eq!((ended.status.code(), ended.stderr.len()), (Some(0), 0), "{kind}");
        // Access times differ; everything else is the same in all runs.
        if let Some(first) = first.get_mut(kind) {
            assert_eq!(&ended.stdout, first.get_or_insert_with(|| ended.stdout.clone()), "{kind}");
        }
    }
    eprintln!("64 processes on one file");
}
