//! Options of `mapped grep` that select lines.

use std::ffi::OsString;

use clap::{ArgAction, Args, ValueEnum};

use crate::cli::size::parse_size;

/// Options that select lines.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Patterns")]
pub struct Patterns {
    /// Search for PATTERN; may be repeated to select lines that match any of the patterns
    #[arg(short = 'e', long = "regexp", aliases = ["reg", "rege", "regex"], value_name = "PATTERN", allow_hyphen_values = true, action = ArgAction::Append)]
    pub regexp: Vec<OsString>,

    /// Read patterns from FILE, one per line; - means standard input
    #[arg(short = 'f', long = "file", value_name = "FILE", action = ArgAction::Append)]
    pub file: Vec<OsString>,

    /// Select only lines that also match PATTERN
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true, action = ArgAction::Append)]
    pub and: Vec<OsString>,

    /// Select only lines that do not match PATTERN
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true, action = ArgAction::Append)]
    pub not: Vec<OsString>,

    /// Treat patterns as POSIX extended regular expressions
    #[arg(short = 'E', long, overrides_with_all = ["basic_regexp", "fixed_strings", "perl_regexp"])]
    pub extended_regexp: bool,

    /// Treat patterns as POSIX basic regular expressions, the default of GNU grep
    #[arg(short = 'G', long, overrides_with_all = ["extended_regexp", "fixed_strings", "perl_regexp"])]
    pub basic_regexp: bool,

    /// Treat patterns as plain strings
    #[arg(short = 'F', long, overrides_with_all = ["extended_regexp", "basic_regexp", "perl_regexp"])]
    pub fixed_strings: bool,

    /// Treat patterns as Perl regular expressions (PCRE2), with look-around and back-references
    #[arg(short = 'P', long, visible_alias = "pcre2", overrides_with_all = ["extended_regexp", "basic_regexp", "fixed_strings"])]
    pub perl_regexp: bool,

    /// Ignore case
    #[arg(short = 'i', short_alias = 'y', long, overrides_with_all = ["no_ignore_case", "smart_case"])]
    pub ignore_case: bool,

    /// Match case exactly (default)
    #[arg(hide_short_help = true, long, visible_alias = "case-sensitive", overrides_with_all = ["ignore_case", "smart_case"])]
    pub no_ignore_case: bool,

    /// Ignore case unless a pattern contains an upper-case letter
    #[arg(short = 'S', long, overrides_with_all = ["ignore_case", "no_ignore_case"])]
    pub smart_case: bool,

    /// Match only whole words
    #[arg(short = 'w', long)]
    pub word_regexp: bool,

    /// Match only whole lines
    #[arg(short = 'x', long)]
    pub line_regexp: bool,

    /// Select lines that do not match
    #[arg(short = 'v', long)]
    pub invert_match: bool,

    /// Let matches span lines; holds the whole input in memory if the pattern can match a newline
    ///
    /// If the pattern cannot match a newline, the search works as it does without -U, in bounded memory.
    #[arg(short = 'U', long)]
    pub multiline: bool,

    /// Let `.` match newlines with -U
    #[arg(hide_short_help = true, long)]
    pub multiline_dotall: bool,

    /// Treat a carriage return before a newline as part of the line ending
    #[arg(hide_short_help = true, long)]
    pub crlf: bool,

    /// Use NUL instead of newline as the line terminator
    #[arg(hide_short_help = true, short = 'z', long)]
    pub null_data: bool,

    /// Regex engine for patterns without a dialect option
    #[arg(
        hide_short_help = true,
        long,
        value_name = "ENGINE",
        default_value = "default",
        overrides_with = "auto_hybrid_regex"
    )]
    pub engine: EngineName,

    /// Use PCRE2 for patterns that need it, as with --engine=auto
    #[arg(long, hide = true, overrides_with = "engine")]
    pub auto_hybrid_regex: bool,

    /// Match bytes instead of Unicode characters
    #[arg(hide_short_help = true, long, visible_alias = "no-pcre2-unicode")]
    pub no_unicode: bool,

    /// Reject patterns that compile to more than SIZE
    #[arg(hide_short_help = true, long, value_name = "SIZE", value_parser = parse_size)]
    pub regex_size_limit: Option<u64>,

    /// Limit the automaton built during a search to SIZE
    #[arg(hide_short_help = true, long, value_name = "SIZE", value_parser = parse_size)]
    pub dfa_size_limit: Option<u64>,
}

/// The values of `--engine`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineName {
    /// The Rust regex engine
    Default,
    /// PCRE2, as with -P
    Pcre2,
    /// PCRE2 for patterns that the Rust engine rejects
    Auto,
}
