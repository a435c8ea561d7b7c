//! Every subcommand works without the system calls that a filter rejects (`seccomp(2)`).
#![allow(unsafe_code)]

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use crate::lines::LINES;
use crate::util::{Dir, Ran, is_emulated, mapped, skip};

const fn step(code: u32, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt, jf, k }
}

const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
const RETURN: u32 = libc::BPF_RET | libc::BPF_K;
const EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
const ANY_BIT: u32 = libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K;

/// Returns a filter that fails every shared `mmap` with `errno` and permits everything else.
fn without_shared_maps(errno: i32) -> Vec<libc::sock_filter> {
    vec![
        // struct seccomp_data: first the number, then eight-byte arguments from byte 16.
        step(LOAD, 0, 0, 0),
        step(EQUAL, libc::SYS_mmap as u32, 0, 3),
        step(LOAD, 16 + 3 * 8, 0, 0),
        step(ANY_BIT, libc::MAP_SHARED as u32, 0, 1),
        step(RETURN, libc::SECCOMP_RET_ERRNO | errno as u32, 0, 0),
        step(RETURN, libc::SECCOMP_RET_ALLOW, 0, 0),
    ]
}

/// Returns a filter that fails every call with this number with `errno` and permits everything
/// else.
fn without(number: i64, errno: i32) -> Vec<libc::sock_filter> {
    vec![
        step(LOAD, 0, 0, 0),
        step(EQUAL, number as u32, 0, 1),
        step(RETURN, libc::SECCOMP_RET_ERRNO | errno as u32, 0, 0),
        step(RETURN, libc::SECCOMP_RET_ALLOW, 0, 0),
    ]
}

/// Runs a command under a filter. Prints a message and returns `None` if no filter can be set.
fn run_under(mut filter: Vec<libc::sock_filter>, command: &mut Command) -> Option<Ran> {
    if is_emulated() {
        skip("seccomp filters of an emulated program");
        return None;
    }
    // SAFETY: prctl is a bare system call. The filter lives in the closure, and the kernel copies
    // it.
    unsafe {
        command.pre_exec(move || {
            let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
            let set = libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
                && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) == 0;
            if set { Ok(()) } else { Err(std::io::Error::last_os_error()) }
        });
    }
    match command.output() {
        Ok(output) => Some(output.into()),
        Err(error) => {
            skip(&format!("seccomp filters ({error})"));
            None
        }
    }
}

/// Creates a large file, whose pages would be moved into a pipe.
fn large_file(dir: &Dir) -> PathBuf {
    let bytes: Vec<u8> = (0..400_000_u32).flat_map(|i| format!("{i:07}\n").into_bytes()).collect();
    dir.file("f", &bytes)
}

#[test]
fn without_a_single_map_all_is_read() {
    let dir = Dir::new();
    let path = large_file(&dir);
    let mut runs = 0;
    for line in LINES.iter().filter(|line| line.steady) {
        let full: Ran = mapped().args(line.args).arg(&path).output().unwrap().into();
        for (errno, name) in [(libc::ENOMEM, "ENOMEM"), (libc::EPERM, "EPERM"), (libc::EAGAIN, "EAGAIN")] {
            let mut command = mapped();
            command.args(line.args).args(["--stats=json"]).arg(&path);
            let Some(ran) = run_under(without_shared_maps(errno), &mut command) else { return };
            let what = format!("{:?} with {name}: {}", line.args, ran.stderr);
            assert!(ran.stdout == full.stdout, "{what}");
            assert_eq!(ran.code, full.code, "{what}");
            if !line.args.contains(&"--lines") {
                assert!(ran.stderr.contains(&format!("{name} from mmap")), "{what}");
            }
            runs += 1;
        }
    }
    eprintln!("{runs} runs with every map refused by a filter");
}

/// Regression: `stat` did not work when `statx` was refused, for example by the filters of old
/// containers, a refused `splice` was a write error, and a refused `clock_gettime` caused a panic.
#[test]
fn a_refused_call_is_replaced_by_another() {
    let dir = Dir::new();
    let path = large_file(&dir);
    let facts: &[&str] = &["stat", "-c", "%n %s %b %f %u %g %i %h %t %T %d %Y %Z %F %A %o"];
    let lines = LINES.iter().filter(|line| line.steady).map(|line| line.args).chain([facts]);
    let mut runs = 0;
    for args in lines {
        let full: Ran = mapped().args(args).arg(&path).output().unwrap().into();
        for number in [
            libc::SYS_statx,
            libc::SYS_splice,
            libc::SYS_vmsplice,
            libc::SYS_copy_file_range,
            libc::SYS_clock_gettime,
            451,
        ] {
            for errno in [libc::EPERM, libc::ENOSYS] {
                let Some(ran) = run_under(without(number, errno), mapped().args(args).arg(&path)) else { return };
                assert!(ran == full, "{args:?} without call {number}: exit {}, {}", ran.code, ran.stderr);
                runs += 1;
            }
        }
        let mut into_file = mapped();
        let target = dir.path().join("out");
        into_file.args(args).arg(&path).stdout(std::fs::File::create(&target).unwrap());
        let filter = without(libc::SYS_copy_file_range, libc::EPERM);
        let Some(ran) = run_under(filter, &mut into_file) else { return };
        assert!((ran.code, ran.stderr.as_str()) == (full.code, "") && std::fs::read(&target).unwrap() == full.stdout);
    }
    eprintln!("{runs} runs with a call refused by a filter");
}

/// Regression: an audit of the current directory reported an empty name.
#[test]
fn a_directory_that_cannot_be_listed_is_named() {
    let dir = Dir::new();
    dir.file("a", b"a");
    dir.file("list", b"0cc175b9c0f1b6a831c399e269772661  a\n");
    let mut command = mapped();
    command.args(["checksum", "--audit", "list"]).current_dir(dir.path());
    let Some(ran) = run_under(without(libc::SYS_getdents64, libc::EIO), &mut command) else { return };
    assert_eq!((ran.code, ran.stderr.as_str()), (1, "mapped: .: Input/output error\n"));
}

/// An access method that a sandbox does not permit, such as io_uring in Docker, gets a row with the
/// reason, and the other methods are measured.
#[test]
fn a_refused_method_is_a_row_that_says_so() {
    let dir = Dir::new();
    let path = dir.file("f", &[b'x'; 100_000]);
    let methods = "read,nowait,uring,uring-direct,map,windows";
    let setup = libc::SYS_io_uring_setup;
    for (filter, refused, reason) in [
        (without(setup, libc::EPERM), &["uring", "uring-direct"][..], "io_uring: Operation not permitted"),
        (without(setup, libc::ENOSYS), &["uring"][..], "io_uring: Function not implemented"),
        (without(libc::SYS_preadv2, libc::ENOSYS), &["nowait"][..], "preadv2: Function not implemented"),
        // Regression: `windows` reported that the file had become shorter.
        (without(libc::SYS_madvise, libc::EPERM), &["windows"], "madvise: Operation not permitted"),
        (without_shared_maps(libc::ENODEV), &["map", "windows"][..], "mmap: No such device"),
    ] {
        for pattern in ["sequential", "random"] {
            let mut command = mapped();
            command.args(["bench", "--json", "--runs=1", "--ways", methods, "--pattern", pattern]).arg(&path);
            let Some(ran) = run_under(filter.clone(), &mut command) else { return };
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            let document: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
            for row in document["rows"].as_array().unwrap() {
                let method = row["way"].as_str().unwrap();
                if refused.contains(&method) {
                    // The file system may refuse direct reads before a ring is made.
                    let why = row["unavailable"].as_str().unwrap();
                    assert!(why == reason || why.starts_with("O_DIRECT: "), "{row}");
                } else if method == "read" {
                    assert_eq!(row["runs"].as_array().unwrap().len(), 1, "{row}");
                }
            }
        }
    }
}
