//! The `mapped` program: parse, run, exit code.

use std::process::ExitCode;

/// Ends the program with a message, not with a core dump, when memory runs out.
#[global_allocator]
static ALLOCATOR: mapped::os::Allocator = mapped::os::Allocator;

fn main() -> ExitCode {
    // Windows shells leave the expansion of * and ? to programs.
    #[cfg(windows)]
    let args = wild::args_os();
    #[cfg(not(windows))]
    let args = std::env::args_os();
    mapped::start(args.collect())
}
