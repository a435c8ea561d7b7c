//! The `mapped` program: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match mapped::cli::Cli::try_parse() {
        Ok(cli) => mapped::run(&cli),
        Err(error) => mapped::refuse(&error),
    }
}
