//! Man pages, completion scripts and help topics, generated from the definitions of the command line.
//!
//! The program prints these pages, and the files below `man` and `completions` contain the same
//! text, so a package and an installed binary never disagree.

pub mod completions;
pub mod examples;
pub mod man;
pub mod topics;

use clap::CommandFactory;

use super::Cli;

/// Returns the definition of the command line, with all subcommands built.
pub fn program() -> clap::Command {
    let mut program = Cli::command();
    program.build();
    program
}

/// Returns the program with its examples laid out for a terminal with `columns` columns.
pub fn program_with_help(columns: usize) -> clap::Command {
    program().after_help(examples::help("mapped", columns).unwrap_or_default())
}

/// Returns a subcommand whose help is what `--help` prints: every option in two columns, then the
/// examples. `-h` leaves out the rarer options, and the man page has the longer explanations.
// clap's own long layout takes three lines or more for each option.
pub fn with_full_help(subcommand: &str, columns: usize) -> Option<clap::Command> {
    let mut program = program();
    let command = program.find_subcommand_mut(subcommand)?;
    let about = command.get_long_about().or(command.get_about()).cloned().unwrap_or_default();
    let examples = examples::help(subcommand, columns);
    let after = examples.map_or(String::new(), |examples| format!("{examples}\n\n"));
    let after = format!("{after}Longer explanations: mapped man {subcommand}");
    Some(command.clone().about(about).after_help(after).mut_args(|arg| {
        let is_help = arg.get_id() == "help" && arg.get_short().is_some();
        let arg = arg.hide_short_help(false);
        if is_help { arg.help("Print this help") } else { arg }
    }))
}
