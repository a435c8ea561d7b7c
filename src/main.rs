//! The `mapped` program: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    // The shells of Windows leave * and ? to programs.
    #[cfg(windows)]
    let args = wild::args_os();
    #[cfg(not(windows))]
    let args = std::env::args_os();
    mapped::start(args.collect())
}
