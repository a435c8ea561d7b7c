//! `mapped grep`.

mod file_types;
mod inputs;
mod name_globs;
mod patterns;
mod printing;
mod recursion;

use std::ffi::OsString;

use clap::{Arg, ArgAction, Args};

pub use file_types::FileType;
pub use inputs::{BinaryFiles, Devices, Inputs, SortKey};
pub use name_globs::NameGlob;
pub use patterns::{EngineName, Patterns};
pub use printing::{Preview, Printing};
pub use recursion::Directories;

use super::common::Common;
use super::getopt::allow_any_value;

/// Print the lines that match a pattern.
///
/// Options are named as in GNU grep and ripgrep; where the two disagree, GNU grep's meaning
/// applies. Without -E, -F, -G or -P, a pattern is a Rust regex, as in ripgrep.
#[derive(Args, Clone, Debug)]
#[command(
    override_usage = "mapped grep [OPTION]... PATTERN [FILE]...\n       mapped grep [OPTION]... -e PATTERN... [FILE]..."
)]
#[command(disable_help_flag = true, args_override_self = true, infer_long_args = true, args(negations()), mut_args(allow_any_value), mut_arg("threads", |arg| arg.short('j')))]
pub struct GrepArgs {
    /// The pattern (unless given with -e or -f), then the files to search; - is standard input, the
    /// default
    #[arg(value_name = "PATTERN|FILE")]
    pub operands: Vec<OsString>,

    /// Print all options; -h alone prints the most common ones
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,

    /// Options that select lines.
    #[command(flatten)]
    pub patterns: Patterns,

    /// Options about the output.
    #[command(flatten)]
    pub printing: Printing,

    /// Options about the input.
    #[command(flatten)]
    pub inputs: Inputs,

    /// The options that every reading subcommand shares.
    #[command(flatten)]
    pub common: Common,
}

/// Options of ripgrep that only cancel an earlier option.
const NEGATIONS: &[(&str, &str)] = &[
    ("no-crlf", "crlf"),
    ("no-decompress", "decompress"),
    ("no-encoding", "encoding"),
    ("no-hidden", "hidden"),
    ("no-ignore-file-case-insensitive", "ignore_file_case_insensitive"),
    ("no-invert-match", "invert_match"),
    ("no-json", "json"),
    ("no-line-buffered", "line_buffered"),
    ("no-max-columns-preview", "max_columns_preview"),
    ("no-multiline", "multiline"),
    ("no-multiline-dotall", "multiline_dotall"),
    ("no-pcre2", "perl_regexp"),
    ("no-stats", "stats"),
    ("no-text", "text"),
    ("no-trim", "trim"),
    ("ignore-dot", "no_ignore_dot"),
    ("ignore-exclude", "no_ignore_exclude"),
    ("ignore-files", "no_ignore_files"),
    ("ignore-global", "no_ignore_global"),
    ("ignore-parent", "no_ignore_parent"),
    ("ignore-vcs", "no_ignore_vcs"),
    ("messages", "no_messages"),
    ("require-git", "no_require_git"),
    ("unicode", "no_unicode"),
];

/// Returns [`NEGATIONS`] as hidden options.
fn negations() -> impl Iterator<Item = Arg> {
    let hidden = |name| Arg::new(name).long(name).hide(true).action(ArgAction::SetTrue);
    NEGATIONS.iter().map(move |&(name, overridden)| hidden(name).overrides_with(overridden))
}
