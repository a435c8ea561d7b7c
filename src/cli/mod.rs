//! The command line as typed. Nothing is resolved here: no environment, no terminal, no file.

use clap::{ArgMatches, Parser, Subcommand};

pub mod advice;
pub mod bench;
pub mod cat;
pub mod checksum;
pub mod common;
pub mod getopt;
pub mod grep;
pub mod hexdump;
pub mod links;
pub mod multicall;
pub mod pages;
pub mod range;
pub mod refusal;
pub mod shard;
pub mod size;
pub mod stat;
pub mod suggested;
pub mod times;
pub mod typo;
pub mod unknown;
pub mod wording;

/// Returns the values of an option, each with its position on the command line.
fn values_with_indices<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Vec<(usize, T)> {
    let indices = matches.indices_of(id).into_iter().flatten();
    indices.zip(matches.get_many::<T>(id).into_iter().flatten().cloned()).collect()
}

/// Converts the values of `options` and returns them in the order in which they were typed.
fn in_typed_order<V: Clone + Send + Sync + 'static, T>(
    matches: &ArgMatches,
    options: impl IntoIterator<Item = (&'static str, fn(V) -> T)>,
) -> Vec<T> {
    let values = |(name, of): (_, fn(V) -> T)| {
        values_with_indices(matches, name).into_iter().map(move |(index, value)| (index, of(value)))
    };
    let mut all: Vec<(usize, T)> = options.into_iter().flat_map(values).collect();
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, made)| made).collect()
}

/// Inspect files of any size through memory maps.
#[derive(Debug, Parser)]
#[command(
    name = "mapped", version, propagate_version = true, disable_help_subcommand = true,
    override_usage = "mapped SUBCOMMAND [OPTION]... [OPERAND]...\n       mapped --as TOOL [OPTION]... [OPERAND]...",
    subcommand_value_name = "SUBCOMMAND", subcommand_help_heading = "Subcommands",
    after_help = pages::examples::help("mapped", usize::MAX).unwrap_or_default(),
)]
pub struct Cli {
    /// The subcommand to run.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
// Only the options of the subcommand that runs are built, because building all of them would cost
// each run a tenth of a millisecond. Until a subcommand is built, its description is the line here,
// which repeats the first line of its own help.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Write files to standard output
    Cat(Box<cat::CatArgs>),
    /// Print the lines that match a pattern
    Grep(Box<grep::GrepArgs>),
    /// Show bytes in hexadecimal and other notations, and convert dumps back to bytes
    Hexdump(Box<hexdump::HexdumpArgs>),
    /// Show file metadata, extents, page cache residency, and the processes that use a file
    Stat(stat::StatArgs),
    /// Print or check digests of files
    Checksum(Box<checksum::ChecksumArgs>),
    /// Compare mmap and read on your files, your machine and your access pattern
    Bench(Box<bench::BenchArgs>),
    /// Show the help of a subcommand or a topic
    Help(pages::topics::HelpArgs),
    /// Show the man page of a subcommand or a topic
    Man(pages::man::ManArgs),
    /// Print a completion script for a shell
    Completions(pages::completions::CompletionsArgs),
    /// Create links that make this program act as cat, grep, xxd and other classic tools
    Links(links::LinksArgs),
}

/// The names of the subcommands.
pub const SUBCOMMANDS: [&str; 10] =
    ["bench", "cat", "checksum", "grep", "hexdump", "stat", "help", "man", "completions", "links"];

/// Returns the static name of the subcommand called `name`, if there is one.
pub fn subcommand_named(name: &str) -> Option<&'static str> {
    SUBCOMMANDS.into_iter().find(|own| *own == name)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn a_subcommand_has_one_text_before_and_after_it_is_built() {
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
