//! `-r`, `-R` and `-d` of `mapped grep`: the last one decides whether directories are searched.

use clap::{ArgMatches, Args, FromArgMatches, ValueEnum};

/// The values of `--directories`. Unlike other values, they can be abbreviated, as in GNU grep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Directories {
    /// Report an error
    #[value(alias = "rea")]
    Read,
    /// Skip silently
    #[value(aliases = ["s", "sk", "ski"])]
    Skip,
    /// Search recursively, as with -r
    #[value(aliases = ["rec", "recu", "recur", "recurs"])]
    Recurse,
}

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Inputs")]
struct DirectoryOptions {
    /// Search directories recursively, in name order; the working directory by default
    ///
    /// Symbolic links are followed only if they are named on the command line.
    #[arg(short = 'r', long, overrides_with_all = ["recursive", "directories"])]
    recursive: bool,

    /// Search directories recursively and follow all symbolic links
    #[arg(short = 'R', long, overrides_with = "dereference_recursive")]
    dereference_recursive: bool,

    /// How to handle directories
    #[arg(hide_short_help = true, short = 'd', long, value_name = "ACTION",
          overrides_with_all = ["recursive", "directories"])]
    directories: Option<Directories>,
}

/// Whether directories are searched, and links followed.
#[derive(Clone, Debug)]
pub struct Recursion {
    action: Option<Directories>,
    follows: bool,
}

impl Recursion {
    /// Returns what is done with directories, if an option says so.
    pub fn action(&self) -> Option<Directories> {
        self.action
    }

    /// Returns whether all links below directories are followed.
    ///
    /// As in GNU grep, no option after `-R` changes that.
    pub fn follows(&self) -> bool {
        self.follows
    }
}

impl Args for Recursion {
    fn augment_args(command: clap::Command) -> clap::Command {
        DirectoryOptions::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        DirectoryOptions::augment_args_for_update(command)
    }
}

impl FromArgMatches for Recursion {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Recursion, clap::Error> {
        let typed = DirectoryOptions::from_arg_matches(matches)?;
        let follows = typed.dereference_recursive;
        // clap removes `-d` if `-r` follows it, and `-r` if `-d` does.
        let is_last = !follows || matches.index_of("directories") > matches.index_of("dereference_recursive");
        let action = match typed.directories.filter(|_| is_last) {
            None if typed.recursive || follows => Some(Directories::Recurse),
            action => action,
        };
        Ok(Recursion { action, follows })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Recursion::from_arg_matches(matches)?;
        Ok(())
    }
}
