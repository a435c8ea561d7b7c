//! Stops the program at its system calls: truncates the file at each, fails each in turn, and
//! checks which calls are made.

use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::lines::{LINES, Line};
use crate::trace::{Call, run_traced};
use crate::util::{Dir, Ran, is_emulated, mapped, skip};

const LEN: usize = 1 << 20;

/// A file of numbered lines that can be truncated and restored.
struct Victim {
    _dir: Dir,
    path: PathBuf,
    truth: Vec<u8>,
    /// A descriptor kept open for writing.
    file: File,
    random: u64,
}

impl Victim {
    /// Returns a file, unless its reader's calls cannot be told from those of an emulator.
    fn new() -> Option<Victim> {
        if is_emulated() {
            skip("system calls of an emulated program");
            return None;
        }
        let mut truth = Vec::new();
        let mut i = 0;
        while truth.len() < LEN {
            truth.extend(format!("{i:07} {}\n", "x".repeat(i % 91)).bytes());
            i += 1;
        }
        truth.truncate(LEN - 1);
        truth.push(b'\n');
        let dir = Dir::new();
        let path = dir.file("victim", &truth);
        let file = File::options().write(true).open(&path).unwrap();
        Some(Victim { _dir: dir, path, truth, file, random: 31 })
    }

    fn command(&self, line: &Line, options: &[&str]) -> Command {
        let mut command = mapped();
        command.args(line.args).args(options).arg(&self.path).stdin(Stdio::null());
        command
    }

    fn run(&self, line: &Line) -> Ran {
        self.command(line, &[]).output().unwrap().into()
    }

    fn restore(&self, from: u64) {
        self.file.set_len(LEN as u64).unwrap();
        self.file.write_all_at(&self.truth[from as usize..], from).unwrap();
    }

    /// Runs the program while the file contains `other`, which has the same length.
    fn run_on(&self, other: &[u8], line: &Line) -> Ran {
        self.file.write_all_at(other, 0).unwrap();
        let ran = self.run(line);
        self.restore(0);
        ran
    }

    /// Runs the program, and replaces the content with `other` at the stops that `when` selects, by
    /// truncating and growing the file as `copytruncate` does.
    fn run_swapped(&self, other: &[u8], line: &Line, options: &[&str], mut when: impl FnMut(&Call) -> bool) -> Ran {
        let ran = run_traced(&mut self.command(line, options), |call| {
            if when(call) {
                self.file.set_len(0).unwrap();
                self.file.write_all_at(other, 0).unwrap();
            }
        });
        self.restore(0);
        ran
    }

    fn size(&mut self) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let size = (self.random >> 33) % LEN as u64;
        if self.random & 64 == 0 { size & !4095 } else { size }
    }

    /// Returns the result of a run on a file that was truncated to `size` beforehand.
    fn run_cut(&self, line: &Line, size: u64) -> Ran {
        self.file.set_len(size).unwrap();
        let ran = self.run(line);
        self.restore(size);
        ran
    }
}

fn access_options(index: usize) -> &'static [&'static str] {
    [
        &["--threads", "1", "--block-size", "128K"][..],
        &["--threads", "1"],
        &["--threads", "2", "--block-size", "64K", "--io", "mmap"],
        &["--threads", "1", "--io", "read", "--block-size", "100000"],
    ][index % 4]
}

/// Truncates the file at every `stride`-th stop of each command line. Returns the number of runs and the
/// number of runs that reported the truncation, or `None` if calls cannot be traced.
fn cut_at_stops(stride: usize) -> Option<(usize, usize)> {
    let mut victim = Victim::new()?;
    let (mut runs, mut noticed) = (0, 0);
    for (index, line) in LINES.iter().enumerate() {
        let full = victim.run(line);
        for mode in 0..4 {
            let options = access_options(mode);
            let mut stops = 0;
            run_traced(&mut victim.command(line, options), |_| stops += 1);
            for stop in ((index * 4 + mode) % stride..stops).step_by(stride) {
                let size = victim.size();
                let mut now = 0;
                let ran = run_traced(&mut victim.command(line, options), |_| {
                    if now == stop {
                        victim.file.set_len(size).unwrap();
                    }
                    now += 1;
                });
                victim.restore(size);
                let what = format!("{:?} {options:?}, cut to {size} at stop {stop} of {stops}", line.args);
                runs += 1;
                noticed += usize::from(judge(&victim, line, &full, &ran, size, &what));
            }
        }
    }
    Some((runs, noticed))
}

/// Returns whether the run reported the truncation. Fails the test if it reported or printed
/// anything false.
fn judge(victim: &Victim, line: &Line, full: &Ran, ran: &Ran, size: u64, what: &str) -> bool {
    assert!(ran.code >= 0, "{what}: ended by signal {}; {}", -ran.code, ran.stderr);
    let told = format!("mapped: {}: truncated to {size} bytes while being read\n", victim.path.display());
    if ran.stderr == told {
        assert_eq!(ran.code, line.failure, "{what}");
        if line.prefix {
            assert!(full.stdout.starts_with(&ran.stdout), "{what}: {} bytes are no prefix", ran.stdout.len());
        }
        return true;
    }
    assert_eq!(ran.stderr, "", "{what}");
    if !line.steady || ran.stdout == full.stdout {
        assert_eq!(ran.code, full.code, "{what}");
        return false;
    }
    let cut = victim.run_cut(line, size);
    assert!(
        ran.stdout == cut.stdout,
        "{what}: neither the whole nor what is left: {} bytes, {} of all, {} of what is left",
        ran.stdout.len(),
        full.stdout.len(),
        cut.stdout.len()
    );
    assert_eq!(ran.code, cut.code, "{what}");
    false
}

#[test]
fn cut_at_system_calls() {
    let Some((runs, noticed)) = cut_at_stops(97) else { return };
    eprintln!("{runs} truncations at system calls, {noticed} noticed, none fatal");
    assert!(noticed > 0);
}

/// `cargo test --test integration -- --ignored syscalls:: --nocapture`
#[test]
#[ignore = "minutes; docs/reliability.md has the figures"]
fn cut_at_every_system_call() {
    let Some((runs, noticed)) = cut_at_stops(1) else { return };
    eprintln!("{runs} truncations at every system call, {noticed} noticed, none fatal");
}

/// Calls that may fail at any time, and the errors with which they fail.
const FAILING: &[(i64, &[i32])] = &[
    (libc::SYS_read, &[libc::EIO, libc::EINTR]),
    (libc::SYS_pread64, &[libc::EIO, libc::EINTR]),
    (libc::SYS_lseek, &[libc::EIO, libc::EINVAL]),
    (libc::SYS_fstat, &[libc::EIO]),
    (libc::SYS_newfstatat, &[libc::EIO, libc::ENOMEM]),
    (libc::SYS_statx, &[libc::EIO, libc::ENOSYS]),
    (libc::SYS_openat, &[libc::EIO, libc::EMFILE, libc::EINTR]),
    (libc::SYS_madvise, &[libc::EFAULT, libc::EINVAL, libc::EIO]),
    (libc::SYS_fadvise64, &[libc::EINVAL]),
    (libc::SYS_fcntl, &[libc::EINVAL, libc::EAGAIN]),
    (libc::SYS_ioctl, &[libc::ENOTTY]),
    (libc::SYS_eventfd2, &[libc::EMFILE]),
    (libc::SYS_clone3, &[libc::EAGAIN]),
    (libc::SYS_write, &[libc::EINTR, libc::EIO, libc::ENOSPC]),
    (libc::SYS_vmsplice, &[libc::EFAULT, libc::EINVAL, libc::EINTR]),
    (libc::SYS_splice, &[libc::EINVAL, libc::ENOSYS, libc::EPERM, libc::EINTR]),
    (libc::SYS_poll, &[libc::EINTR]),
    (libc::SYS_getdents64, &[libc::EIO]),
    (libc::SYS_sched_getaffinity, &[libc::EPERM]),
];

/// Fails every `stride`-th of the calls above, one per run. Returns the number of runs, or `None` if
/// calls cannot be traced.
fn fail_calls(stride: usize) -> Option<usize> {
    let victim = Victim::new()?;
    let mut runs = 0;
    for (index, line) in LINES.iter().enumerate() {
        for mode in 0..4 {
            let options = access_options(mode);
            let full = run_traced(&mut victim.command(line, options), |_| {});
            // Only calls after the file was opened are counted, because earlier ones belong to the
            // loader. They are counted per call number, because threads interleave differently each
            // time. The hundredth call of one run may be an `mprotect` of a starting thread in the
            // next, whose failure the standard library does not survive.
            let mut calls = Vec::new();
            let mut opened = false;
            let mut seen = HashMap::new();
            run_traced(&mut victim.command(line, options), |call| {
                if call.result.is_some() {
                    return;
                }
                opened |= call.number == libc::SYS_openat && call.string(1).ends_with("/victim");
                let nth = seen.entry(call.number).or_insert(0);
                let errnos = FAILING.iter().find(|(number, _)| *number == call.number);
                if let (true, Some((_, errnos))) = (opened, errnos) {
                    calls.extend(errnos.iter().map(|&errno| (call.number, *nth, errno)));
                }
                *nth += 1;
            });
            for &(number, position, errno) in calls.iter().skip((index * 4 + mode) % stride).step_by(stride) {
                let mut now = 0;
                let ran = run_traced(&mut victim.command(line, options), |call| {
                    if call.result.is_none() && call.number == number {
                        if now == position {
                            call.fail(errno);
                        }
                        now += 1;
                    }
                });
                runs += 1;
                let what = format!("{:?} {options:?}: call {number} ({position}) failing with {errno}", line.args);
                assert!(ran.code >= 0, "{what}: ended by signal {}; {}", -ran.code, ran.stderr);
                assert!(!ran.stderr.contains("panicked"), "{what}: {}", ran.stderr);
                if line.prefix {
                    assert!(full.stdout.starts_with(&ran.stdout), "{what}: {} bytes are no prefix", ran.stdout.len());
                }
                if ran.code == full.code && ran.stderr.is_empty() {
                    // If writing the message itself failed, no message can be expected.
                    assert!(!line.steady || ran.stdout == full.stdout, "{what}: another outcome without a word");
                } else {
                    assert_eq!(ran.stderr.lines().count(), 1, "{what}: {}", ran.stderr);
                    assert!(ran.stderr.starts_with("mapped: "), "{what}: {}", ran.stderr);
                }
            }
        }
    }
    Some(runs)
}

#[test]
fn calls_that_fail() {
    let Some(runs) = fail_calls(61) else { return };
    eprintln!("{runs} runs with one system call failing, none fatal");
}

/// `cargo test --test integration -- --ignored syscalls:: --nocapture`
#[test]
#[ignore = "minutes; docs/reliability.md has the figures"]
fn every_call_fails() {
    let Some(runs) = fail_calls(1) else { return };
    eprintln!("{runs} runs with one system call failing, none fatal");
}

fn is_file_map(call: &Call) -> bool {
    call.number == libc::SYS_mmap && call.args[3] & libc::MAP_SHARED as u64 != 0 && call.args[4] as i32 >= 0
}

/// ENOMEM under an address space limit, EPERM for sealed or `noexec` files, EAGAIN for locked
/// pages.
#[test]
fn a_map_that_is_refused_is_read() {
    let Some(victim) = Victim::new() else { return };
    let mut runs = 0;
    for line in LINES.iter().filter(|line| line.steady) {
        let full = victim.run(line);
        for (errno, name) in [(libc::ENOMEM, "ENOMEM"), (libc::EPERM, "EPERM"), (libc::EAGAIN, "EAGAIN")] {
            for from in [0, 1, 3] {
                let mut maps = 0;
                let ran = run_traced(&mut victim.command(line, &["--stats=json", "--block-size", "128K"]), |call| {
                    if call.result.is_none() && is_file_map(call) {
                        if maps >= from {
                            call.fail(errno);
                        }
                        maps += 1;
                    }
                });
                runs += 1;
                let what = format!("{:?}, {name} from map {from}", line.args);
                assert!(ran.stdout == full.stdout, "{what}: {}", ran.stderr);
                assert_eq!(ran.code, full.code, "{what}: {}", ran.stderr);
                // The end of a file is read by position, in pieces that may be too small to map.
                if maps > from && !line.args.contains(&"--lines") {
                    assert!(ran.stderr.contains(&format!("{name} from mmap")), "{what}: {}", ran.stderr);
                }
            }
        }
    }
    eprintln!("{runs} runs with mmap refused");
}

/// If no thread can be started, the existing ones do the work. Regression: threads that count the
/// lines before a part of a file were started in another way, and panicked.
#[test]
fn no_further_thread() {
    let Some(victim) = Victim::new() else { return };
    let counts = |args| Line { args, failure: 2, prefix: false, steady: true };
    let parts = [counts(&["grep", "-n", "--shard", "2/2", "x"]), counts(&["grep", "-n", "--last", "3", "x"])];
    for line in LINES.iter().filter(|line| line.steady).chain(&parts) {
        let full = victim.run(line);
        let mut refused = 0;
        let ran = run_traced(&mut victim.command(line, &["--threads", "8", "--block-size", "16K"]), |call| {
            if call.result.is_none() && matches!(call.number, libc::SYS_clone3 | libc::SYS_clone) {
                refused += 1;
                call.fail(libc::EAGAIN);
            }
        });
        assert_eq!((ran.code, ran.stderr.as_str()), (full.code, ""), "{:?}", line.args);
        assert!(ran.stdout == full.stdout, "{:?}", line.args);
        eprintln!("{:?}: {refused} threads refused", line.args);
    }
}

/// Nothing is opened for writing, no file is mapped writable, no data is sent anywhere, and no
/// program is run.
#[test]
fn nothing_is_written() {
    let Some(victim) = Victim::new() else { return };
    let writing = (libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC | libc::O_APPEND) as u64;
    let forbidden = [
        libc::SYS_creat,
        libc::SYS_truncate,
        libc::SYS_ftruncate,
        libc::SYS_fallocate,
        libc::SYS_unlink,
        libc::SYS_unlinkat,
        libc::SYS_rename,
        libc::SYS_renameat,
        libc::SYS_renameat2,
        libc::SYS_mkdir,
        libc::SYS_mkdirat,
        libc::SYS_link,
        libc::SYS_linkat,
        libc::SYS_symlink,
        libc::SYS_symlinkat,
        libc::SYS_chmod,
        libc::SYS_fchmod,
        libc::SYS_fchmodat,
        libc::SYS_chown,
        libc::SYS_fchown,
        libc::SYS_fchownat,
        libc::SYS_utimensat,
        libc::SYS_setxattr,
        libc::SYS_fsetxattr,
        libc::SYS_fork,
        libc::SYS_vfork,
        libc::SYS_ptrace,
        libc::SYS_process_vm_writev,
        libc::SYS_pwrite64,
        libc::SYS_pwritev,
    ];
    let mut seen = 0;
    for (index, line) in LINES.iter().enumerate() {
        let mut executed = 0;
        let mut windows: Vec<std::ops::Range<u64>> = Vec::new();
        run_traced(&mut victim.command(line, access_options(index)), |call| {
            let what = || format!("{:?}: call {} {:x?}", line.args, call.number, call.args);
            if call.result.is_some_and(|address| address > 0) && is_file_map(call) {
                let start = call.result.unwrap() as u64;
                windows.push(start..start + call.args[1]);
            }
            if call.result.is_some() {
                return;
            }
            seen += 1;
            assert!(!forbidden.contains(&call.number), "{}", what());
            match call.number {
                libc::SYS_openat => assert_eq!(call.args[2] & writing, 0, "{} {}", what(), call.string(1)),
                libc::SYS_open => assert_eq!(call.args[1] & writing, 0, "{} {}", what(), call.string(0)),
                libc::SYS_mmap if is_file_map(call) => {
                    assert_eq!(call.args[2] & libc::PROT_WRITE as u64, 0, "{}", what());
                }
                libc::SYS_mprotect => {
                    let inside = windows.iter().any(|window| window.contains(&call.args[0]));
                    assert!(!inside || call.args[2] & libc::PROT_WRITE as u64 == 0, "{}", what());
                }
                // The C library may ask a local name service cache for a user's name.
                libc::SYS_socket => assert_eq!(call.args[0], libc::AF_UNIX as u64, "{}", what()),
                libc::SYS_write => assert!(is_output(call), "{}", what()),
                libc::SYS_execve | libc::SYS_execveat => executed += 1,
                _ => {}
            }
        });
        assert_eq!(executed, 0, "{:?} runs another program", line.args);
    }
    eprintln!("{seen} system calls checked, none writes to a file or talks to the network");
    assert!(seen > 1000);
}

/// Returns whether a write goes to standard output or error, or wakes one of the program's own
/// threads.
fn is_output(call: &Call) -> bool {
    let target = |fd: u64| std::fs::read_link(format!("/proc/{}/fd/{fd}", call.pid)).ok();
    let to = target(call.args[0]);
    to == target(1) || to == target(2) || to.is_some_and(|to| to.to_string_lossy().contains("eventfd"))
}

/// Regression: lines found in one file were printed from the same offsets of another file that had
/// replaced it in the meantime, because data loaded by a single read was assumed to be consistent.
#[test]
fn swapped_between_search_and_print() {
    let Some(victim) = Victim::new() else { return };
    let other: Vec<u8> = victim.truth.iter().rev().copied().collect();
    for args in [&["cat", "--lines", "-20:"][..], &["cat", "--lines", "30:40"], &["cat", "--shard", "20/9999"]] {
        let line = Line { args, failure: 1, prefix: false, steady: true };
        for mode in 0..4 {
            let options = access_options(mode);
            let full = victim.run(&line);
            let swapped = victim.run_on(&other, &line);
            assert!(full.stdout != swapped.stdout && full.stdout.len() > 50, "{args:?}");
            let mut reads = 0;
            run_traced(&mut victim.command(&line, options), |call| reads += usize::from(is_read(call)));
            assert!(reads > 2);
            for read in 1..=reads {
                let mut now = 0;
                let ran = victim.run_swapped(&other, &line, options, |call| {
                    now += usize::from(is_read(call));
                    now == read && is_read(call)
                });
                let pure = ran.stdout == full.stdout || ran.stdout == swapped.stdout;
                let told = ran.stderr.ends_with(": changed while being read\n");
                assert!(pure || told, "{args:?} {options:?}, swapped at read {read} of {reads}: {}", ran.stderr);
            }
        }
    }
}

/// Returns whether the program is about to make a positioned read or map a file.
fn is_read(call: &Call) -> bool {
    call.result.is_none() && (call.number == libc::SYS_pread64 || is_file_map(call))
}

/// Tests a `copytruncate` after which the log grows to its former size. A mix of both contents must
/// be reported, but an append or a replacement by rename must not be.
#[test]
fn swapped_at_system_calls() {
    let Some(victim) = Victim::new() else { return };
    let other: Vec<u8> = victim.truth.iter().map(|&b| if b == b'x' { b'y' } else { b }).rev().collect();
    let (mut runs, mut told, mut mixed) = (0, 0, 0);
    for (index, line) in LINES.iter().filter(|line| line.steady).enumerate() {
        let full = victim.run(line);
        let swapped = victim.run_on(&other, line);
        let options = access_options(index);
        let mut stops = 0;
        run_traced(&mut victim.command(line, options), |_| stops += 1);
        for stop in (index..stops).step_by(61) {
            let mut now = 0;
            let ran = victim.run_swapped(&other, line, options, |_| {
                now += 1;
                now == stop + 1
            });
            runs += 1;
            let what = format!("{:?} {options:?}, swapped at stop {stop} of {stops}", line.args);
            assert!(ran.code >= 0, "{what}: {}", ran.stderr);
            if ran.stderr.is_empty() {
                let pure = ran.stdout == full.stdout || ran.stdout == swapped.stdout;
                assert!(pure, "{what}: of neither file, and not a word");
            } else {
                let name = victim.path.display();
                let changed = format!("mapped: {name}: changed while being read\n");
                let cut = format!("mapped: {name}: truncated to ");
                assert!(ran.stderr == changed || ran.stderr.starts_with(&cut), "{what}: {}", ran.stderr);
                told += 1;
                mixed += usize::from(ran.stdout != full.stdout && ran.stdout != swapped.stdout);
            }
        }
        for append in [true, false] {
            let kept = victim.path.with_extension("kept");
            if !append {
                std::fs::hard_link(&victim.path, &kept).unwrap();
            }
            let mut now = 0;
            let ran = run_traced(&mut victim.command(line, options), |_| {
                if now == stops * 3 / 4 && append {
                    victim.file.write_all_at(b"more 77\n", LEN as u64).unwrap();
                } else if now == stops * 3 / 4 {
                    let new = victim.path.with_extension("new");
                    std::fs::write(&new, &victim.truth).unwrap();
                    std::fs::rename(&new, &victim.path).unwrap();
                }
                now += 1;
            });
            assert_eq!((ran.code, ran.stderr.as_str()), (full.code, ""), "{:?}, append: {append}", line.args);
            if append {
                victim.restore(LEN as u64 - 1);
            } else {
                std::fs::rename(&kept, &victim.path).unwrap();
            }
        }
    }
    eprintln!("{runs} swaps at system calls, {told} told of, {mixed} with bytes of both");
}
