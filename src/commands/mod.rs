//! One module per subcommand. Each resolves its arguments through [`crate::app::config`] and runs
//! its own kernel on the engine.

pub mod bench;
pub mod cat;
pub mod checksum;
mod file_digest;
pub mod grep;
pub mod hexdump;
mod links;
mod newlines;
mod pages;
mod printf;
pub mod stat;

use crate::cli::Command;
use crate::exit::Exit;
use crate::output::Output;

/// Runs a subcommand.
///
/// Returns the error from standard output, as [`std::io::Error`], or the reason why the whole run
/// cannot start. Inputs that fail are reported and merged into the exit code instead.
pub fn run(command: &Command, output: &mut Output) -> anyhow::Result<Exit> {
    match command {
        Command::Bench(args) => bench::run(args, output),
        Command::Cat(args) => cat::run(args, output),
        Command::Checksum(args) => checksum::run(args, output),
        Command::Grep(args) => grep::run(args, output),
        Command::Hexdump(args) => hexdump::run(args, output),
        Command::Stat(args) => stat::run(args, output),
        Command::Help(args) => pages::help(args, output),
        Command::Man(args) => pages::man(args, output),
        Command::Completions(args) => pages::completions(args, output),
        Command::Links(args) => links::run(args),
    }
}

/// Returns the exit code of a run that failed as a whole: 2 for `grep`, as in GNU grep.
pub fn error_code(command: &Command) -> Exit {
    match command {
        Command::Grep(_) => Exit::Error,
        // 1 means that the files differ.
        Command::Hexdump(args) if args.diff => Exit::Error,
        _ => Exit::Failure,
    }
}
