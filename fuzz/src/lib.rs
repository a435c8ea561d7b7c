//! Runs a command line inside the fuzzer's own process, on bytes in memory.

use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use mapped::cli::Cli;
use mapped::exit::Exit;
use mapped::output::Output;

/// A file in memory, which can be opened by a path.
pub struct Memory(File);

impl Memory {
    pub fn new(bytes: &[u8]) -> Memory {
        let fd: OwnedFd = rustix::fs::memfd_create("fuzz", rustix::fs::MemfdFlags::CLOEXEC).unwrap();
        let file = File::from(fd);
        file.write_all_at(bytes, 0).unwrap();
        Memory(file)
    }

    pub fn path(&self) -> PathBuf {
        format!("/proc/self/fd/{}", self.0.as_raw_fd()).into()
    }

    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }
}

/// Returns a command line's output and exit, or `None` if it is invalid.
pub fn run<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> Option<(Vec<u8>, Exit)> {
    let args = std::iter::once("mapped".into()).chain(args.iter().map(|arg| arg.as_ref().to_owned()));
    let cli = Cli::try_parse_from(args).ok()?;
    let out = Memory::new(b"");
    // The path is opened separately, so that this descriptor has a position of its own, which begins at 0.
    let mut output = Output::to(File::options().write(true).open(out.path()).unwrap()).unwrap();
    output.set_quiet(true);
    let exit = mapped::commands::run(&cli.command, &mut output).unwrap_or(Exit::Error);
    output.flush().unwrap();
    drop(output);
    Some((out.bytes(), exit))
}

/// Returns an exit code as text.
pub fn code(exit: Exit) -> String {
    format!("{:?}", ExitCode::from(exit))
}
