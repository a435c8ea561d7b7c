//! The command line as typed. Nothing is resolved here: no environment, no terminal, no file.

use clap::{Parser, Subcommand};

pub mod bench;
pub mod cat;
pub mod checksum;
pub mod common;
pub mod getopt;
pub mod grep;
pub mod hexdump;
pub mod range;
pub mod size;
pub mod stat;
pub mod times;

/// Inspect files of any size through memory maps.
#[derive(Debug, Parser)]
#[command(name = "mapped", version, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
// The options of the one that was asked for are built, and no others: that would be a tenth of a millisecond in every
// run. Until then a subcommand is known by the line here, and then by its own text, which begins with the same line.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Compare mmap and read on your files, your machine and your access pattern
    Bench(Box<bench::Args>),
    /// Write files to standard output
    Cat(Box<cat::Args>),
    /// Print or check digests of files
    Checksum(Box<checksum::Args>),
    /// Print the lines that match a pattern
    Grep(Box<grep::Args>),
    /// Show bytes in hexadecimal and other notations, and turn such text back
    Hexdump(Box<hexdump::Args>),
    /// Show what files are, where their bytes are, and who uses them
    Stat(stat::Args),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn a_subcommand_is_told_of_alike_before_and_after_it_is_built() {
        let listed = Cli::command();
        let mut built = Cli::command();
        built.build();
        for before in listed.get_subcommands() {
            let after = built.find_subcommand(before.get_name()).unwrap();
            assert_eq!(before.get_about().unwrap().to_string(), after.get_about().unwrap().to_string());
        }
    }

    #[test]
    fn options_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}
