//! The `mapped` program: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Windows shells leave the expansion of * and ? to programs.
    #[cfg(windows)]
    let args = wild::args_os();
    #[cfg(not(windows))]
    let args = std::env::args_os();
    mapped::start(args.collect())
}
