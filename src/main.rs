//! The `mapped` program: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use mapped::cli::Cli;
use mapped::cli::grep::expand_context_numbers;

fn main() -> ExitCode {
    match Cli::try_parse_from(expand_context_numbers(std::env::args_os())) {
        Ok(cli) => mapped::run(&cli),
        Err(error) => mapped::refuse(&error),
    }
}
