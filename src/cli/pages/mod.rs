//! Man pages, completion scripts and help topics, made from the definitions of the command line.
//!
//! The program prints these pages, and the files below `man` and `completions` contain the same
//! text, so a package and an installed binary never disagree.

pub mod completions;
pub mod examples;
pub mod man;
pub mod topics;

use clap::CommandFactory;

use super::Cli;

/// Returns the whole command line with all subcommands built.
pub fn program() -> clap::Command {
    let mut program = Cli::command();
    program.build();
    program
}
