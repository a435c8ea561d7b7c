//! `--type` and `--type-not` of `mapped grep`, in the order in which they are typed: the last one that
//! matches a file takes precedence.

use clap::{Arg, ArgAction, ArgMatches, FromArgMatches};
use ignore::types::TypesBuilder;

use crate::cli::in_typed_order;
use crate::cli::suggested::Suggested;

/// A file type to search or skip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileType {
    /// Search files of this type.
    Wanted(String),
    /// Skip files of this type.
    Unwanted(String),
}

/// The types as typed.
#[derive(Clone, Debug, Default)]
pub struct FileTypes(pub Vec<FileType>);

/// An option's name and letter, its help, and how it converts its value.
type TypeOption = (&'static str, Option<char>, &'static str, fn(String) -> FileType);

const OPTIONS: [TypeOption; 2] = [
    (
        "type",
        Some('t'),
        "Search only files of a type, such as rust or py; --type-list shows all types",
        FileType::Wanted,
    ),
    ("type-not", None, "Skip files of a type", FileType::Unwanted),
];

/// Returns the names of the file types that --type knows.
pub(super) fn known_types() -> Vec<&'static str> {
    let types = TypesBuilder::new().add_defaults().definitions();
    // Only the completion script needs the names, once per run, so they may leak.
    types.into_iter().map(|known| &*known.name().to_owned().leak()).collect()
}

impl clap::Args for FileTypes {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.args(OPTIONS.map(|(name, letter, help, _)| {
            let arg = Arg::new(name).long(name).short(letter).help(help).value_name("TYPE");
            arg.action(ArgAction::Append)
                .value_parser(Suggested(known_types))
                .hide_possible_values(true)
                .hide_short_help(name == "type-not")
        }))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        FileTypes::augment_args(command)
    }
}

impl FromArgMatches for FileTypes {
    fn from_arg_matches(matches: &ArgMatches) -> Result<FileTypes, clap::Error> {
        Ok(FileTypes(in_typed_order(matches, OPTIONS.map(|(name, _, _, of)| (name, of)))))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = FileTypes::from_arg_matches(matches)?;
        Ok(())
    }
}
