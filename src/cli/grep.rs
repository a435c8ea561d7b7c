//! `mapped grep`.

use std::ffi::OsString;

use clap::{ArgAction, Args as ClapArgs, ValueEnum};

use super::cat::FollowBy;
use super::common::Common;
use super::getopt::take_any_word;
use super::range::parse_count;
use super::size::parse_size;
use super::times::Times;
use crate::select::shard::Shard;

/// Print the lines that match a pattern.
///
/// Names of options are those of GNU grep and ripgrep where the two agree, and GNU grep's where they do not. Without
/// -E, -F or -G a pattern is a Rust regex, as in ripgrep.
#[derive(ClapArgs, Clone, Debug)]
#[command(disable_help_flag = true, args_override_self = true, infer_long_args = true, mut_args(take_any_word), mut_arg("threads", |arg| arg.short('j')))]
pub struct Args {
    /// The pattern (unless -e or -f gives it), then the files; `-` or none is standard input
    #[arg(value_name = "PATTERN|FILE")]
    pub operands: Vec<OsString>,

    /// Print help
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,

    /// What selects lines.
    #[command(flatten)]
    pub patterns: Patterns,

    /// What is printed.
    #[command(flatten)]
    pub printing: Printing,

    /// What is searched.
    #[command(flatten)]
    pub inputs: Inputs,

    /// The options that every reading subcommand shares.
    #[command(flatten)]
    pub common: Common,
}

/// What selects lines.
#[derive(ClapArgs, Clone, Debug)]
#[command(next_help_heading = "Patterns")]
pub struct Patterns {
    /// A pattern; with several, a line that matches any is selected
    #[arg(short = 'e', long = "regexp", value_name = "PATTERN", allow_hyphen_values = true, action = ArgAction::Append)]
    pub regexp: Vec<OsString>,

    /// Patterns from a file, one a line; `-` is standard input
    #[arg(short = 'f', long = "file", value_name = "FILE", action = ArgAction::Append)]
    pub file: Vec<OsString>,

    /// A pattern that must match too
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true, action = ArgAction::Append)]
    pub and: Vec<OsString>,

    /// A pattern that must not match
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true, action = ArgAction::Append)]
    pub not: Vec<OsString>,

    /// Patterns are POSIX extended regular expressions, as in grep -E
    #[arg(short = 'E', long, overrides_with_all = ["basic_regexp", "fixed_strings", "perl_regexp"])]
    pub extended_regexp: bool,

    /// Patterns are POSIX basic regular expressions, as in plain grep
    #[arg(short = 'G', long, overrides_with_all = ["extended_regexp", "fixed_strings", "perl_regexp"])]
    pub basic_regexp: bool,

    /// Patterns are plain strings
    #[arg(short = 'F', long, overrides_with_all = ["extended_regexp", "basic_regexp", "perl_regexp"])]
    pub fixed_strings: bool,

    /// Patterns are Perl regular expressions (PCRE2): look-around, back-references, recursion
    #[arg(short = 'P', long, visible_alias = "pcre2", overrides_with_all = ["extended_regexp", "basic_regexp", "fixed_strings"])]
    pub perl_regexp: bool,

    /// Upper and lower case are alike
    #[arg(short = 'i', short_alias = 'y', long, overrides_with_all = ["no_ignore_case", "smart_case"])]
    pub ignore_case: bool,

    /// Upper and lower case differ; the default
    #[arg(long, visible_alias = "case-sensitive", overrides_with_all = ["ignore_case", "smart_case"])]
    pub no_ignore_case: bool,

    /// Upper and lower case are alike unless a pattern holds an upper-case letter
    #[arg(short = 'S', long, overrides_with_all = ["ignore_case", "no_ignore_case"])]
    pub smart_case: bool,

    /// A match is no part of a longer word
    #[arg(short = 'w', long)]
    pub word_regexp: bool,

    /// A match is the whole line
    #[arg(short = 'x', long)]
    pub line_regexp: bool,

    /// Select the lines that do not match
    #[arg(short = 'v', long)]
    pub invert_match: bool,

    /// Allow matches to span lines; each input with a pattern that may is held in memory whole
    #[arg(short = 'U', long)]
    pub multiline: bool,

    /// With -U, `.` matches a line's end too
    #[arg(long)]
    pub multiline_dotall: bool,

    /// A carriage return before a newline belongs to the line's end
    #[arg(long)]
    pub crlf: bool,

    /// Lines end with NUL instead of newline
    #[arg(short = 'z', long)]
    pub null_data: bool,
}

/// What is printed.
#[derive(ClapArgs, Clone, Debug)]
#[command(next_help_heading = "Output")]
pub struct Printing {
    /// Only the number of selected lines of each input
    #[arg(short = 'c', long)]
    pub count: bool,

    /// Only the number of matches of each input
    #[arg(long)]
    pub count_matches: bool,

    /// Only the names of inputs with a selected line
    #[arg(short = 'l', long, overrides_with_all = ["files_with_matches", "files_without_match"])]
    pub files_with_matches: bool,

    /// Only the names of inputs without one
    #[arg(short = 'L', long, overrides_with_all = ["files_with_matches", "files_without_match"])]
    pub files_without_match: bool,

    /// Nothing; the exit status tells, and the first match ends the search
    #[arg(short = 'q', long, visible_alias = "silent")]
    pub quiet: bool,

    /// Stop each input after so many selected lines
    #[arg(short = 'm', long, value_name = "N", allow_negative_numbers = true)]
    pub max_count: Option<i64>,

    /// Only the last so many selected lines of each input, read from its end
    #[arg(long, value_name = "N", overrides_with = "last", conflicts_with = "max_count")]
    pub last: Option<u64>,

    /// Only the matches, each on a line
    #[arg(short = 'o', long)]
    pub only_matching: bool,

    /// Print only the N most frequent lines of the output, each after its count, the most frequent first
    ///
    /// With -o these are the matches, with --replace the text that replaces them: `-o --replace '$1'`
    /// counts what a group matches. The order is that of `sort | uniq -c | sort -rn`.
    #[arg(long, value_name = "N", conflicts_with_all = [
        "count", "count_matches", "files_with_matches", "files_without_match", "quiet", "json", "follow", "merge", "context",
        "before_context", "after_context", "passthru", "heading", "initial_tab", "vimgrep"])]
    pub top: Option<u64>,

    /// Print the number of selected lines in each span of time, such as 10m, 1h or 1d
    ///
    /// Without SPAN, one is chosen that makes at most 48 rows. The rows cover the window of --since and
    /// --until, or the log, and empty ones are shown. On a terminal they have bars; elsewhere they are
    /// CSV, and with --json one object a line. A file without times is counted by the places of its lines.
    #[arg(long, value_name = "SPAN", num_args = 0..=1, require_equals = true, default_missing_value = "auto", conflicts_with_all = [
        "count", "count_matches", "files_with_matches", "files_without_match", "quiet", "follow", "merge", "top", "max_count", "last",
        "multiline", "null_data", "context", "before_context", "after_context", "passthru", "only_matching", "shard"])]
    pub timeline: Option<String>,

    /// The line's number before it
    #[arg(short = 'n', long, overrides_with_all = ["line_number", "no_line_number"])]
    pub line_number: bool,

    /// No line's number, whatever else asks for it
    #[arg(short = 'N', long, overrides_with_all = ["line_number", "no_line_number"])]
    pub no_line_number: bool,

    /// The column of the first match, in bytes from 1, with the line's number
    #[arg(long)]
    pub column: bool,

    /// The line's offset in bytes, or with -o the match's
    #[arg(short = 'b', long)]
    pub byte_offset: bool,

    /// The input's name before each line; the default with several
    #[arg(short = 'H', long, overrides_with_all = ["with_filename", "no_filename"])]
    pub with_filename: bool,

    /// No input's name
    #[arg(short = 'h', long, overrides_with_all = ["with_filename", "no_filename"])]
    pub no_filename: bool,

    /// What standard input is called
    #[arg(long, value_name = "LABEL")]
    pub label: Option<OsString>,

    /// The input's name once, above its lines; the default on a terminal
    #[arg(long, overrides_with_all = ["heading", "no_heading"])]
    pub heading: bool,

    /// The input's name before each line also on a terminal
    #[arg(long, overrides_with_all = ["heading", "no_heading"])]
    pub no_heading: bool,

    /// Align numbers, and begin lines at a tab stop
    #[arg(short = 'T', long)]
    pub initial_tab: bool,

    /// NUL after an input's name
    #[arg(short = 'Z', short_alias = '0', long)]
    pub null: bool,

    /// Lines after each selected one
    #[arg(short = 'A', long, value_name = "N", value_parser = parse_count)]
    pub after_context: Option<u64>,

    /// Lines before each selected one
    #[arg(short = 'B', long, value_name = "N", value_parser = parse_count)]
    pub before_context: Option<u64>,

    /// Lines before and after each selected one; a number alone, as in -3, is short for it
    #[arg(short = 'C', long, value_name = "N", value_parser = parse_count)]
    pub context: Option<u64>,

    /// What stands between stretches of context
    #[arg(long, visible_alias = "context-separator", value_name = "TEXT", allow_hyphen_values = true, overrides_with_all = ["group_separator", "no_group_separator"])]
    pub group_separator: Option<OsString>,

    /// Nothing between stretches of context
    #[arg(long, visible_alias = "no-context-separator", overrides_with_all = ["group_separator", "no_group_separator"])]
    pub no_group_separator: bool,

    /// Of lines longer than so many bytes, the part around the first match; 0 for no limit
    #[arg(short = 'M', long, value_name = "N", value_parser = parse_size)]
    pub max_columns: Option<u64>,

    /// Print lines with each match replaced by TEXT, in which $1 and ${name} stand for groups
    ///
    /// With -o, print only the replacements. $0 is the whole match, $$ a dollar sign. Files are never changed.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, conflicts_with = "json")]
    pub replace: Option<OsString>,

    /// Print all lines, those that do not match as context
    #[arg(long, visible_alias = "passthrough", conflicts_with_all = ["after_context", "before_context", "context", "last", "shard"])]
    pub passthru: bool,

    /// Print each matching line once for each of its matches, with the file's name, the line's number and the column
    #[arg(long)]
    pub vimgrep: bool,

    /// Leave out the blanks that lines begin with
    #[arg(long)]
    pub trim: bool,

    /// Stop at the first line that does not match after one that does
    #[arg(long)]
    pub stop_on_nonmatch: bool,

    /// One JSON message a line, in ripgrep's format
    #[arg(long)]
    pub json: bool,

    /// Write each line as soon as it is found
    #[arg(long)]
    pub line_buffered: bool,
}

/// What is searched.
#[derive(ClapArgs, Clone, Debug)]
#[command(next_help_heading = "Inputs")]
pub struct Inputs {
    /// Search directories, in the order of their names, symbolic links in them not followed; without a file, the
    /// working directory
    #[arg(short = 'r', long, overrides_with_all = ["recursive", "dereference_recursive"])]
    pub recursive: bool,

    /// Search directories and follow symbolic links
    #[arg(short = 'R', long, overrides_with_all = ["recursive", "dereference_recursive"])]
    pub dereference_recursive: bool,

    /// What to do with a directory
    #[arg(short = 'd', long, value_name = "ACTION")]
    pub directories: Option<Directories>,

    /// Only files whose name matches a glob
    #[arg(long, value_name = "GLOB", action = ArgAction::Append)]
    pub include: Vec<OsString>,

    /// No file whose name matches a glob
    #[arg(long, value_name = "GLOB", action = ArgAction::Append)]
    pub exclude: Vec<OsString>,

    /// No directory whose name matches a glob
    #[arg(long, value_name = "GLOB", action = ArgAction::Append)]
    pub exclude_dir: Vec<OsString>,

    /// Skip files whose name matches a glob from FILE, one a line
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub exclude_from: Vec<OsString>,

    /// Search only found files whose path matches a glob; with ! before it, none that match, nor directories
    ///
    /// The globs are those of .gitignore files, with the meaning of ! turned round, and the last one that matches counts.
    #[arg(short = 'g', long, value_name = "GLOB", action = ArgAction::Append)]
    pub glob: Vec<String>,

    /// Search only found files of a type, such as rust or py; --type-list shows all
    #[arg(short = 't', long = "type", value_name = "TYPE", action = ArgAction::Append)]
    pub file_type: Vec<String>,

    /// Skip found files of a type
    #[arg(long, value_name = "TYPE", action = ArgAction::Append)]
    pub type_not: Vec<String>,

    /// List the types that --type knows, and end
    #[arg(long)]
    pub type_list: bool,

    /// Skip files more than N levels below the directory that is searched; its own files are at level 1
    #[arg(long, visible_alias = "maxdepth", value_name = "N")]
    pub max_depth: Option<usize>,

    /// Skip found files that are larger than SIZE
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub max_filesize: Option<u64>,

    /// Print the names of the files that would be searched, and search none; all operands are files
    #[arg(long)]
    pub files: bool,

    /// Search files in this order
    #[arg(long, value_name = "KEY", overrides_with_all = ["sort", "sortr"])]
    pub sort: Option<SortKey>,

    /// Search files in this order, turned round
    #[arg(long, value_name = "KEY", overrides_with_all = ["sort", "sortr"])]
    pub sortr: Option<SortKey>,

    /// What to do with a device, FIFO or socket that is named; those found below directories are always skipped
    #[arg(short = 'D', long, value_name = "ACTION")]
    pub devices: Option<Devices>,

    /// Skip what .gitignore and .ignore files name, and hidden files
    #[arg(long)]
    pub ignore: bool,

    /// With --ignore, search hidden files all the same
    #[arg(long)]
    pub hidden: bool,

    /// Treat every input as text
    #[arg(short = 'a', long, overrides_with_all = ["text", "skip_binary", "binary_files"])]
    pub text: bool,

    /// Treat a binary input as one without a match
    #[arg(short = 'I', overrides_with_all = ["text", "skip_binary", "binary_files"])]
    pub skip_binary: bool,

    /// How to treat a binary input
    #[arg(long, value_name = "TYPE", overrides_with_all = ["text", "skip_binary", "binary_files"])]
    pub binary_files: Option<BinaryFiles>,

    /// The text's encoding, by its WHATWG name; `auto` goes by a byte order mark, `none` takes bytes as they are
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,

    /// Search what compressed files decode to, recognized by their content: gzip, zstd, xz, bzip2, lz4, lzma, lzip and compress
    ///
    /// --since, --until, --around and --merge do so by themselves.
    #[arg(long, visible_alias = "search-zip")]
    pub decompress: bool,

    /// Print the matches in all files in order of their times, as `mapped cat --merge` orders lines
    #[arg(long, conflicts_with_all = ["shard", "last", "follow", "multiline", "null_data"])]
    pub merge: bool,

    /// Only the lines that begin in the I-th of N equal parts of each input, I from 1
    #[arg(long, value_name = "I/N", conflicts_with_all = ["context", "before_context", "after_context", "max_count", "last"])]
    pub shard: Option<Shard>,

    /// Times in logs.
    #[command(flatten)]
    pub times: Times,

    /// Go on searching what is appended, by descriptor (the file opened, wherever it is moved) or by name (whatever file
    /// has it, as when logs are rotated)
    ///
    /// A line is searched once it has its end, or when the search ends: on Ctrl-C, at the match that -q waits for, or when
    /// each file has what -m or -l asks of it. --last N says how much of what is there already is shown. Truncation and
    /// replacement are told on standard error. What needs a file's end, or directories, cannot be asked for too.
    #[arg(long, value_name = "BY", num_args = 0..=1, require_equals = true, default_missing_value = "descriptor", overrides_with = "follow",
          conflicts_with_all = ["until", "around", "shard", "length", "count", "count_matches", "files_without_match", "multiline", "initial_tab",
                                "recursive", "dereference_recursive", "decompress", "encoding"])]
    pub follow: Option<FollowBy>,

    /// No messages about inputs that cannot be read
    #[arg(short = 's', long)]
    pub no_messages: bool,
}

/// `--sort`, `--sortr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SortKey {
    /// In the order in which they are found
    None,
    /// By path
    Path,
    /// By the time of the last change
    Modified,
    /// By the time of the last access
    Accessed,
    /// By the time of creation
    Created,
}

/// `--devices`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Devices {
    /// Read it
    Read,
    /// Skip silently
    Skip,
}

/// `--directories`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Directories {
    /// An error, as for any program that reads
    Read,
    /// Silently none
    Skip,
    /// As -r
    Recurse,
}

/// `--binary-files`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum BinaryFiles {
    /// Tell that it matches, print none of it
    #[default]
    Binary,
    /// As -a
    Text,
    /// As -I
    WithoutMatch,
}

impl Inputs {
    /// Whether directories are searched.
    pub fn is_recursive(&self) -> bool {
        self.recursive || self.dereference_recursive || self.directories == Some(Directories::Recurse)
    }
}
