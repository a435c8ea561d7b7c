//! The `mapped` program: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use mapped::cli::{Cli, getopt};

fn main() -> ExitCode {
    // The shells of Windows leave * and ? to programs.
    #[cfg(windows)]
    let args = wild::args_os();
    #[cfg(not(windows))]
    let args = std::env::args_os();
    let args: Vec<_> = args.collect();
    match Cli::try_parse_from(getopt::expand_numbers(args.clone())) {
        Ok(cli) => mapped::run(&cli),
        Err(error) => mapped::refuse(&error, &args),
    }
}
