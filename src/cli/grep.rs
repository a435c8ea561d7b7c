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
/// Options have the names that GNU grep and ripgrep give them. Where the two disagree, GNU grep's
/// meaning counts. Without -E, -F, -G or -P, a pattern is a Rust regex, as in ripgrep.
#[derive(ClapArgs, Clone, Debug)]
#[command(
    override_usage = "mapped grep [OPTION]... PATTERN [FILE]...\n       mapped grep [OPTION]... -e PATTERN... [FILE]...",
    after_long_help = super::pages::examples::help("grep"),
)]
#[command(disable_help_flag = true, args_override_self = true, infer_long_args = true, mut_args(take_any_word), mut_arg("threads", |arg| arg.short('j')))]
pub struct Args {
    /// Pattern, unless -e or -f gives one, and files to search; `-` or none means standard input
    #[arg(value_name = "PATTERN|FILE")]
    pub operands: Vec<OsString>,

    /// Print help
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

/// Options that select lines.
#[derive(ClapArgs, Clone, Debug)]
#[command(next_help_heading = "Patterns")]
pub struct Patterns {
    /// Search for PATTERN; may be repeated, and a line that matches any pattern is selected
    #[arg(short = 'e', long = "regexp", value_name = "PATTERN", allow_hyphen_values = true, action = ArgAction::Append)]
    pub regexp: Vec<OsString>,

    /// Read patterns from FILE, one per line; `-` means standard input
    #[arg(short = 'f', long = "file", value_name = "FILE", action = ArgAction::Append)]
    pub file: Vec<OsString>,

    /// Select only lines that match PATTERN too
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true, action = ArgAction::Append)]
    pub and: Vec<OsString>,

    /// Select only lines that do not match PATTERN
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true, action = ArgAction::Append)]
    pub not: Vec<OsString>,

    /// Read patterns as POSIX extended regular expressions
    #[arg(short = 'E', long, overrides_with_all = ["basic_regexp", "fixed_strings", "perl_regexp"])]
    pub extended_regexp: bool,

    /// Read patterns as POSIX basic regular expressions, the default of GNU grep
    #[arg(short = 'G', long, overrides_with_all = ["extended_regexp", "fixed_strings", "perl_regexp"])]
    pub basic_regexp: bool,

    /// Read patterns as plain strings
    #[arg(short = 'F', long, overrides_with_all = ["extended_regexp", "basic_regexp", "perl_regexp"])]
    pub fixed_strings: bool,

    /// Read patterns as Perl regular expressions (PCRE2), with look-around and back-references
    #[arg(short = 'P', long, visible_alias = "pcre2", overrides_with_all = ["extended_regexp", "basic_regexp", "fixed_strings"])]
    pub perl_regexp: bool,

    /// Ignore case
    #[arg(short = 'i', short_alias = 'y', long, overrides_with_all = ["no_ignore_case", "smart_case"])]
    pub ignore_case: bool,

    /// Match case exactly, the default
    #[arg(long, visible_alias = "case-sensitive", overrides_with_all = ["ignore_case", "smart_case"])]
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

    /// Let matches span lines; holds a whole input in memory if the pattern can match a newline
    #[arg(short = 'U', long)]
    pub multiline: bool,

    /// Let `.` match newlines under -U
    #[arg(long)]
    pub multiline_dotall: bool,

    /// Treat a carriage return before a newline as part of the line ending
    #[arg(long)]
    pub crlf: bool,

    /// Read lines that end with NUL instead of newline
    #[arg(short = 'z', long)]
    pub null_data: bool,
}

/// Options about the output.
#[derive(ClapArgs, Clone, Debug)]
#[command(next_help_heading = "Output")]
pub struct Printing {
    /// Print only the number of selected lines per file
    #[arg(short = 'c', long)]
    pub count: bool,

    /// Print only the number of matches per file
    #[arg(long)]
    pub count_matches: bool,

    /// Print only the names of files with selected lines
    #[arg(short = 'l', long, overrides_with_all = ["files_with_matches", "files_without_match"])]
    pub files_with_matches: bool,

    /// Print only the names of files without selected lines
    #[arg(short = 'L', long, overrides_with_all = ["files_with_matches", "files_without_match"])]
    pub files_without_match: bool,

    /// Print nothing and stop at the first match; the exit status shows whether there was one
    #[arg(short = 'q', long, visible_alias = "silent")]
    pub quiet: bool,

    /// Stop after N selected lines per file
    #[arg(short = 'm', long, value_name = "N", allow_negative_numbers = true)]
    pub max_count: Option<i64>,

    /// Print only the last N selected lines per file, reading from its end
    #[arg(long, value_name = "N", overrides_with = "last", conflicts_with = "max_count")]
    pub last: Option<u64>,

    /// Print only the matches, each on a line of its own
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

    /// Print line numbers
    #[arg(short = 'n', long, overrides_with_all = ["line_number", "no_line_number"])]
    pub line_number: bool,

    /// Suppress line numbers
    #[arg(short = 'N', long, overrides_with_all = ["line_number", "no_line_number"])]
    pub no_line_number: bool,

    /// Print line numbers and the column of the first match, in bytes from 1
    #[arg(long)]
    pub column: bool,

    /// Print the byte offset of each line, or of each match with -o
    #[arg(short = 'b', long)]
    pub byte_offset: bool,

    /// Print file names before lines, the default for several files
    #[arg(short = 'H', long, overrides_with_all = ["with_filename", "no_filename"])]
    pub with_filename: bool,

    /// Suppress file names
    #[arg(short = 'h', long, overrides_with_all = ["with_filename", "no_filename"])]
    pub no_filename: bool,

    /// Name to print for standard input
    #[arg(long, value_name = "LABEL")]
    pub label: Option<OsString>,

    /// Print each file name once, above its lines, the default on a terminal
    #[arg(long, overrides_with_all = ["heading", "no_heading"])]
    pub heading: bool,

    /// Print file names before lines on a terminal too
    #[arg(long, overrides_with_all = ["heading", "no_heading"])]
    pub no_heading: bool,

    /// Align numbers and start lines at a tab stop
    #[arg(short = 'T', long)]
    pub initial_tab: bool,

    /// Print a NUL byte after each file name
    #[arg(short = 'Z', short_alias = '0', long)]
    pub null: bool,

    /// Print N lines after each selected line
    #[arg(short = 'A', long, value_name = "N", value_parser = parse_count)]
    pub after_context: Option<u64>,

    /// Print N lines before each selected line
    #[arg(short = 'B', long, value_name = "N", value_parser = parse_count)]
    pub before_context: Option<u64>,

    /// Print N lines before and after each selected line; -N for short, as in -3
    #[arg(short = 'C', long, value_name = "N", value_parser = parse_count)]
    pub context: Option<u64>,

    /// Print TEXT between groups of lines
    #[arg(long, visible_alias = "context-separator", value_name = "TEXT", allow_hyphen_values = true, overrides_with_all = ["group_separator", "no_group_separator"])]
    pub group_separator: Option<OsString>,

    /// Print nothing between groups of lines
    #[arg(long, visible_alias = "no-context-separator", overrides_with_all = ["group_separator", "no_group_separator"])]
    pub no_group_separator: bool,

    /// Shorten lines longer than N bytes to an excerpt around the first match; 0 for no limit
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

    /// Remove blanks at the start of lines
    #[arg(long)]
    pub trim: bool,

    /// Stop at the first line that does not match after one that does
    #[arg(long)]
    pub stop_on_nonmatch: bool,

    /// Print one JSON message per line, in ripgrep's format
    #[arg(long)]
    pub json: bool,

    /// Set a color of the output, as in 'match:fg:red' or 'path:none'; may be repeated
    ///
    /// Write TYPE:fg:COLOR, TYPE:bg:COLOR, TYPE:style:STYLE or TYPE:none. A type is path, line, column,
    /// match or highlight. A color is black, blue, green, red, cyan, magenta, yellow, white, a number up
    /// to 255, or three of them as in 255,128,0. A style is bold, nobold, intense, nointense, underline,
    /// nounderline, italic or noitalic. Takes precedence over GREP_COLORS.
    #[arg(long, value_name = "SPEC", action = ArgAction::Append)]
    pub colors: Vec<String>,

    /// Print TEXT between the parts before a selected line instead of a colon
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub field_match_separator: Option<OsString>,

    /// Print TEXT between the parts before a context line instead of a hyphen
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub field_context_separator: Option<OsString>,

    /// Write each line as soon as it is found
    #[arg(long)]
    pub line_buffered: bool,
}

/// Options about the input.
#[derive(ClapArgs, Clone, Debug)]
#[command(next_help_heading = "Inputs")]
pub struct Inputs {
    /// Search directories in the order of their names; the working directory by default
    ///
    /// Symbolic links are followed only if they are named on the command line.
    #[arg(short = 'r', long, overrides_with_all = ["recursive", "dereference_recursive"])]
    pub recursive: bool,

    /// Search directories and follow all symbolic links
    #[arg(short = 'R', long, overrides_with_all = ["recursive", "dereference_recursive"])]
    pub dereference_recursive: bool,

    /// How to handle directories
    #[arg(short = 'd', long, value_name = "ACTION")]
    pub directories: Option<Directories>,

    /// Search only files whose name matches GLOB
    #[arg(long, value_name = "GLOB", action = ArgAction::Append)]
    pub include: Vec<OsString>,

    /// Skip files whose name matches GLOB
    #[arg(long, value_name = "GLOB", action = ArgAction::Append)]
    pub exclude: Vec<OsString>,

    /// Skip directories whose name matches GLOB
    #[arg(long, value_name = "GLOB", action = ArgAction::Append)]
    pub exclude_dir: Vec<OsString>,

    /// Skip files whose name matches a glob from FILE, one per line
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub exclude_from: Vec<OsString>,

    /// Search only files whose path matches GLOB, or with ! before it, skip matching files and directories
    ///
    /// Globs have the syntax of .gitignore files, with the meaning of ! inverted. The last one that
    /// matches counts. Files named on the command line are always searched.
    #[arg(short = 'g', long, value_name = "GLOB", action = ArgAction::Append)]
    pub glob: Vec<String>,

    /// Search only files whose path matches GLOB, as with -g, ignoring case
    #[arg(long, value_name = "GLOB", action = ArgAction::Append)]
    pub iglob: Vec<String>,

    /// Ignore case in the globs of -g
    #[arg(long)]
    pub glob_case_insensitive: bool,

    /// Search only files of a type, such as rust or py; --type-list shows all types
    #[arg(short = 't', long = "type", value_name = "TYPE", action = ArgAction::Append)]
    pub file_type: Vec<String>,

    /// Skip files of a type
    #[arg(long, value_name = "TYPE", action = ArgAction::Append)]
    pub type_not: Vec<String>,

    /// Add globs to a file type, as in 'web:*.html' or 'web:include:html,css'
    #[arg(long, value_name = "DEFINITION", action = ArgAction::Append)]
    pub type_add: Vec<String>,

    /// Remove all globs of a file type, before those of --type-add
    #[arg(long, value_name = "TYPE", action = ArgAction::Append)]
    pub type_clear: Vec<String>,

    /// List all file types and exit
    #[arg(long)]
    pub type_list: bool,

    /// Search at most N levels of directories; the files of the directory itself are level 1
    #[arg(long, visible_alias = "maxdepth", value_name = "N")]
    pub max_depth: Option<usize>,

    /// Skip directories on other file systems than the one the search starts in
    #[arg(long)]
    pub one_file_system: bool,

    /// Skip files larger than SIZE
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub max_filesize: Option<u64>,

    /// Print the names of the files that would be searched; all operands are files
    #[arg(long)]
    pub files: bool,

    /// Search files in this order
    #[arg(long, value_name = "KEY", overrides_with_all = ["sort", "sortr"])]
    pub sort: Option<SortKey>,

    /// Search files in the reverse of this order
    #[arg(long, value_name = "KEY", overrides_with_all = ["sort", "sortr"])]
    pub sortr: Option<SortKey>,

    /// How to handle devices, FIFOs and sockets; those found in directories are always skipped
    #[arg(short = 'D', long, value_name = "ACTION")]
    pub devices: Option<Devices>,

    /// Skip hidden files and files that .gitignore and .ignore files name
    #[arg(long)]
    pub ignore: bool,

    /// Search hidden files under --ignore too
    #[arg(long)]
    pub hidden: bool,

    /// Change nothing; GNU grep's option for systems whose text files differ from binary ones
    #[arg(long)]
    pub binary: bool,

    /// Change nothing but warn; GNU grep's obsolete option for systems other than Unix
    #[arg(short = 'u', long, hide = true)]
    pub unix_byte_offsets: bool,

    /// Search binary files as text
    #[arg(short = 'a', long, overrides_with_all = ["text", "skip_binary", "binary_files"])]
    pub text: bool,

    /// Skip binary files
    #[arg(short = 'I', overrides_with_all = ["text", "skip_binary", "binary_files"])]
    pub skip_binary: bool,

    /// How to handle binary files
    #[arg(long, value_name = "TYPE", overrides_with_all = ["text", "skip_binary", "binary_files"])]
    pub binary_files: Option<BinaryFiles>,

    /// Decode text from this encoding, by its WHATWG name, or from its byte order mark (auto), or not (none)
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,

    /// Decompress gzip, zstd, xz, bzip2, lz4, lzma, lzip and compress files, recognized by their content
    ///
    /// --since, --until, --around and --merge imply it.
    #[arg(long, visible_alias = "search-zip")]
    pub decompress: bool,

    /// Print the matches in all files in order of their times, as `mapped cat --merge` orders lines
    #[arg(long, conflicts_with_all = ["shard", "last", "follow", "multiline", "null_data"])]
    pub merge: bool,

    /// Search only the lines that start in the I-th of N equal parts of each file, I from 1
    #[arg(long, value_name = "I/N", conflicts_with_all = ["context", "before_context", "after_context", "max_count", "last"])]
    pub shard: Option<Shard>,

    /// Times in logs.
    #[command(flatten)]
    pub times: Times,

    /// Keep searching what is appended, by descriptor (also if the file is renamed) or by name (also if it is replaced)
    ///
    /// A line is searched when it is complete or the search ends: on Ctrl-C, at the first match with -q,
    /// or when each file has enough for -m or -l. --last N limits what is printed of the existing content.
    /// Truncation and replacement are reported on standard error. Conflicts with -r and with options that
    /// need the end of a file.
    #[arg(long, value_name = "BY", num_args = 0..=1, require_equals = true, default_missing_value = "descriptor", overrides_with = "follow",
          conflicts_with_all = ["until", "around", "shard", "length", "count", "count_matches", "files_without_match", "multiline", "initial_tab",
                                "recursive", "dereference_recursive", "decompress", "encoding"])]
    pub follow: Option<FollowBy>,

    /// Suppress messages about files that cannot be read
    #[arg(short = 's', long)]
    pub no_messages: bool,
}

/// `--sort`, `--sortr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SortKey {
    /// The order in which files are found
    None,
    /// By path
    Path,
    /// By the time of last modification
    Modified,
    /// By the time of last access
    Accessed,
    /// By the time of creation
    Created,
}

/// `--devices`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Devices {
    /// Read them
    Read,
    /// Skip silently
    Skip,
}

/// `--directories`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Directories {
    /// Report an error
    Read,
    /// Skip silently
    Skip,
    /// Search recursively, as with -r
    Recurse,
}

/// `--binary-files`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum BinaryFiles {
    /// Report that it matches, without its lines
    #[default]
    Binary,
    /// Search as text, as with -a
    Text,
    /// Skip, as with -I
    WithoutMatch,
}

impl Inputs {
    /// Returns whether directories are searched.
    pub fn is_recursive(&self) -> bool {
        self.recursive || self.dereference_recursive || self.directories == Some(Directories::Recurse)
    }
}
