//! The `mapped` program: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    mapped::run(&mapped::cli::Cli::parse())
}
