//! Runs the program under test, and provides inputs for it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use rustix::fs::{Advice, fadvise};

pub use crate::skipped::skip;

/// Returns the path of the program under test: the one that cargo built, or the one that
/// `MAPPED_PROGRAM` names. `scripts/cross` names one for another processor.
pub fn program() -> PathBuf {
    let built = || assert_cmd::cargo::cargo_bin!("mapped").to_path_buf();
    std::env::var_os("MAPPED_PROGRAM").map_or_else(built, PathBuf::from)
}

/// Returns a command for the program under test.
pub fn mapped() -> Command {
    let mut command = Command::new(program());
    command.env_remove("NO_COLOR").env("LC_ALL", "C");
    command
}

/// Copies the program under test to `to`.
///
/// `cp` writes the copy. Programs that other tests start at that moment would inherit a descriptor
/// that this process has open for writing. The copy could not be run until they had closed it
/// ("Text file busy").
pub fn copy_program(to: &Path) {
    assert!(Command::new("cp").arg(program()).arg(to).status().unwrap().success());
}

/// The results of a finished run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    pub stdout: Vec<u8>,
    pub stderr: String,
    /// The exit code, or the negated signal number if a signal killed the program.
    pub code: i32,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        use std::os::unix::process::ExitStatusExt;
        Ran {
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or_else(|| -output.status.signal().unwrap_or(999)),
        }
    }
}

/// Runs `mapped` with nothing on standard input.
pub fn run<S: AsRef<OsStr>>(args: &[S]) -> Ran {
    mapped().args(args).stdin(Stdio::null()).output().unwrap().into()
}

/// Returns whether tests may run programs as the user with this number. Root may not if it is the only
/// user of its namespace, as it is under `scripts/cross TARGET run`.
pub fn can_become(user: u32) -> bool {
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={user}")).arg(format!("--regid={user}")).args(["--clear-groups", "true"]);
    command.output().is_ok_and(|output| output.status.success())
}

/// Returns whether the program can be started under these limits, options of `ulimit` such as `-v 150000`.
///
/// qemu reserves 128 MiB of addresses for the code that it generates, and more for itself, and it opens the
/// program that it runs. Under lower limits, it ends with a message of its own.
pub fn can_start_under(limits: &str) -> bool {
    let limits_memory = limits.starts_with("-v") || limits.starts_with("-d");
    let can = !is_emulated() || !limits_memory && limits != "-n 3";
    if !can {
        skip("limits of addresses and descriptors that leave enough for an emulator");
    }
    can
}

/// Returns whether a program can survive that pages of a mapped file disappear. On a processor of the
/// other byte order, qemu passes wrong addresses to its handler of SIGBUS.
pub fn can_lose_pages() -> bool {
    let can = !has_other_byte_order();
    if !can {
        skip("the addresses of lost pages in qemu");
    }
    can
}

/// Waits for a program to get as far as it can, when no event shows that it has.
///
/// On an emulated processor, that takes about ten times as long.
pub fn pause(time: Duration) {
    let times = if is_emulated() { 10 } else { 1 };
    std::thread::sleep(time * times);
}

/// Returns the number of `count` generated cases to run. On an emulated processor, where starting a
/// program takes tenths of a second, it is one in twenty-five.
pub fn cases(count: usize) -> usize {
    if is_emulated() { count / 25 } else { count }
}

/// Returns all of `cases` or, on an emulated processor, one in nine. Nine has no factor in common
/// with the numbers of variants from which the cases are made.
pub fn sample<T>(cases: Vec<T>) -> impl Iterator<Item = T> {
    cases.into_iter().step_by(if is_emulated() { 9 } else { 1 })
}

/// Returns whether the program under test is for another processor, which is emulated.
pub fn is_emulated() -> bool {
    std::env::var_os("MAPPED_EMULATED").is_some()
}

/// Returns whether the program under test is for a processor of the other byte order. It cannot read the
/// locales of this machine.
pub fn has_other_byte_order() -> bool {
    let mut identification = [0; 6];
    File::open(program()).unwrap().read_exact(&mut identification).unwrap();
    let is_big_endian = identification[5] == 2;
    is_big_endian != cfg!(target_endian = "big")
}

/// Runs a command with `bytes` on standard input through a pipe.
pub fn run_piped(command: &mut Command, bytes: &[u8]) -> Ran {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program that has read enough closes its input, which is not an error.
            let _ = stdin.write_all(bytes);
        });
        child.wait_with_output().unwrap().into()
    })
}

#[allow(dead_code, reason = "used by the modules that have a peer")]
/// Runs a system tool as an oracle. Prints a message and returns `None` if it is missing; in CI,
/// which installs all tools, that is a failure.
pub fn oracle<S: AsRef<OsStr>>(tool: &str, args: &[S], stdin: &[u8]) -> Option<Ran> {
    let mut command = Command::new(tool);
    command.args(args).env("LC_ALL", "C");
    match Command::new(tool).arg("--version").stdin(Stdio::null()).output() {
        Ok(_) => Some(run_piped(&mut command, stdin)),
        Err(error) => {
            skip(&format!("{tool} ({error})"));
            None
        }
    }
}

/// A directory that is removed at the end of the test.
pub struct Dir(tempfile::TempDir);

impl Dir {
    pub fn new() -> Dir {
        Dir(tempfile::tempdir().unwrap())
    }

    /// Creates a directory on the build's file system, which is on a disk.
    pub fn on_disk() -> Dir {
        Dir(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file and returns its path.
    pub fn file(&self, name: impl AsRef<Path>, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// Drops pages `from..to` of the file from the cache. The file must have been written to disk.
///
/// A range that reaches the end of the file is dropped without a length: a length that ends exactly
/// there would keep a large folio that crosses the end.
pub fn drop_pages(path: &Path, from: u64, to: u64) {
    let file = File::open(path).unwrap();
    let length = NonZeroU64::new((to - from) * 4096).filter(|_| to * 4096 < file.metadata().unwrap().len());
    fadvise(&file, from * 4096, length, Advice::DontNeed).unwrap();
}

/// Keeps all of the pages `from..to` of the file in memory while the returned map lives.
///
/// The kernel may drop any page that is not locked. With DAMON it does so at any moment, however
/// much memory is free.
#[allow(unsafe_code)]
pub fn hold_pages(path: &Path, from: u64, to: u64) -> memmap2::Mmap {
    let file = File::open(path).unwrap();
    let length = (to * 4096).min(file.metadata().unwrap().len()) - from * 4096;
    let mut options = memmap2::MmapOptions::new();
    // SAFETY: nothing accesses the mapping.
    let map = unsafe { options.offset(from * 4096).len(length as usize).populate().map(&file).unwrap() };
    if let Err(error) = map.lock() {
        eprintln!("pages of {} are not locked: {error}", path.display());
    }
    map
}

/// Returns inputs in which ends of lines and blocks are at every awkward offset.
pub fn awkward_inputs() -> Vec<(&'static str, Vec<u8>)> {
    let mut many = Vec::new();
    for i in 0..400 {
        many.extend(format!("line {i} {}\n", "x".repeat(i % 37)).bytes());
    }
    let mut random = 12_345_u64;
    let noise: Vec<u8> = (0..9_000)
        .map(|_| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let byte = (random >> 56) as u8;
            if byte.is_multiple_of(11) { b'\n' } else { byte }
        })
        .collect();
    vec![
        ("empty", Vec::new()),
        ("one byte", b"x".to_vec()),
        ("one newline", b"\n".to_vec()),
        ("no final newline", b"first\nsecond\nthird".to_vec()),
        ("only newlines", vec![b'\n'; 300]),
        ("blank runs", b"a\n\n\n\nb\n\n\n\n\n\nc\n\n".to_vec()),
        ("one long line", vec![b'y'; 10_000]),
        ("NULs", b"a\0b\n\0\0\nline\0\n".to_vec()),
        ("CRLF", b"dos\r\nlines\r\n\r\nmixed\nend\r".to_vec()),
        ("invalid UTF-8", b"caf\xe9 \xff\xfe\xc3\x28 \xf0\x9f\x98\n\x80\n".to_vec()),
        ("control characters", (0..=255).collect()),
        ("many lines", many),
        ("noise", noise),
    ]
}
