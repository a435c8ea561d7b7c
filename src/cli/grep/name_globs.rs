//! `--include`, `--exclude` and `--exclude-from` of `mapped grep`, in the order in which they are
//! typed: the last glob that matches a name takes precedence.

use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches, FromArgMatches};

use crate::cli::in_typed_order;

/// A glob for file names, or a file that lists such globs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameGlob {
    /// Search matching files.
    Include(OsString),
    /// Skip matching files.
    Exclude(OsString),
    /// Skip files that match a line of this file.
    ExcludeFrom(OsString),
}

/// The globs, in the order typed.
#[derive(Clone, Debug, Default)]
pub struct NameGlobs(pub Vec<NameGlob>);

/// An option's name, the name of its value, its help, and how it converts the value.
type GlobOption = (&'static str, &'static str, &'static str, fn(OsString) -> NameGlob);

/// Abbreviations that are unique in GNU grep, which has no `--include-zero`.
const ABBREVIATIONS: [&str; 4] = ["inc", "incl", "inclu", "includ"];

const OPTIONS: [GlobOption; 3] = [
    (
        "include",
        "GLOB",
        "Search only files whose name matches GLOB\n\n\
          Of all --include and --exclude globs, the last one that matches takes precedence. Files that match \
         none are searched unless the first of these options is --include.",
        NameGlob::Include,
    ),
    ("exclude", "GLOB", "Skip files whose name matches GLOB", NameGlob::Exclude),
    ("exclude-from", "FILE", "Skip files whose name matches a glob from FILE, one per line", NameGlob::ExcludeFrom),
];

impl clap::Args for NameGlobs {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.args(OPTIONS.map(|(name, value, help, _)| {
            let arg = Arg::new(name).long(name).value_name(value).action(ArgAction::Append);
            let arg = arg.value_parser(clap::value_parser!(OsString)).hide_short_help(name == "exclude-from");
            let arg = arg.aliases(ABBREVIATIONS.into_iter().filter(|short| name.starts_with(short)));
            match help.split_once("\n\n") {
                Some((first, _)) => arg.help(first).long_help(help),
                None => arg.help(help),
            }
        }))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        NameGlobs::augment_args(command)
    }
}

impl FromArgMatches for NameGlobs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<NameGlobs, clap::Error> {
        Ok(NameGlobs(in_typed_order(matches, OPTIONS.map(|(name, _, _, glob)| (name, glob)))))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = NameGlobs::from_arg_matches(matches)?;
        Ok(())
    }
}
