//! The `mapped` program: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use mapped::cli::{Cli, getopt};

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args_os().collect();
    match Cli::try_parse_from(getopt::expand_numbers(args.clone())) {
        Ok(cli) => mapped::run(&cli),
        Err(error) => mapped::refuse(&error, &args),
    }
}
