//! Options of `mapped grep` about what it prints.

use std::ffi::OsString;
use std::num::{IntErrorKind, ParseIntError};
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use crate::cli::common::chart_parser;
use crate::cli::range::parse_count;
use crate::cli::size::{is_blank, is_digits, parse_size, without_plus};

/// Options about the output.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Output")]
pub struct Printing {
    /// Print only the number of selected lines per file
    #[arg(short = 'c', long)]
    pub count: bool,

    /// Print counts of 0 too (default)
    #[arg(long, hide = true, overrides_with_all = ["include_zero", "no_include_zero"])]
    pub include_zero: bool,

    /// Suppress counts of 0
    #[arg(hide_short_help = true, long, overrides_with_all = ["include_zero", "no_include_zero"])]
    pub no_include_zero: bool,

    /// Print only the number of matches per file
    #[arg(hide_short_help = true, long)]
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
    #[arg(short = 'm', long, value_name = "N", allow_negative_numbers = true, value_parser = parse_max_count)]
    pub max_count: Option<i64>,

    /// Print only the last N selected lines per file, reading it from the end
    #[arg(long, value_name = "N", overrides_with = "last", conflicts_with = "max_count")]
    pub last: Option<u64>,

    /// Print only the matches, each on a line of its own
    #[arg(short = 'o', long)]
    pub only_matching: bool,

    /// Print only the N most frequent output lines with their counts, most frequent first
    ///
    /// With -o, counts matches, and with --replace, replacements: `-o --replace '$1'` counts what a
    /// group matches. The order is that of `sort | uniq -c | sort -rn`.
    #[arg(long, value_name = "N", conflicts_with_all = [
        "count", "count_matches", "files_with_matches", "files_without_match", "quiet", "json", "follow", "merge", "context",
        "before_context", "after_context", "passthru", "heading", "initial_tab", "vimgrep"])]
    pub top: Option<u64>,

    /// Print the number of selected lines in each span of time, such as 10m, 1h or 1d
    ///
    /// The default SPAN gives at most 48 rows. Rows cover the period of --since and --until, or the
    /// whole log, including spans without matches. The output is a bar chart on a terminal, CSV
    /// elsewhere, and one object per line with --json. In a file without times, lines are counted by
    /// their position in the file.
    #[arg(long, value_name = "SPAN", num_args = 0..=1, require_equals = true, default_missing_value = "auto", conflicts_with_all = [
        "count", "count_matches", "files_with_matches", "files_without_match", "quiet", "follow", "merge", "top", "max_count", "last",
        "multiline", "null_data", "context", "before_context", "after_context", "passthru", "only_matching", "shard"])]
    pub timeline: Option<String>,

    /// Also write a chart to FILE.svg
    #[arg(hide_short_help = true, long, value_name = "FILE.svg", requires = "timeline", value_parser = chart_parser())]
    pub plot: Option<PathBuf>,

    /// Print line numbers
    #[arg(short = 'n', long, overrides_with_all = ["line_number", "no_line_number"])]
    pub line_number: bool,

    /// Suppress line numbers
    #[arg(hide_short_help = true, short = 'N', long, overrides_with_all = ["line_number", "no_line_number"])]
    pub no_line_number: bool,

    /// Print line numbers and the column of the first match, counted in bytes from 1
    #[arg(hide_short_help = true, long, overrides_with_all = ["column", "no_column"])]
    pub column: bool,

    /// Suppress columns, including those of --vimgrep
    #[arg(hide_short_help = true, long, overrides_with_all = ["column", "no_column"])]
    pub no_column: bool,

    /// Print the byte offset of each line, or of each match with -o
    #[arg(short = 'b', long)]
    pub byte_offset: bool,

    /// Print file names before lines (default for several files)
    #[arg(short = 'H', long, overrides_with_all = ["with_filename", "no_filename"])]
    pub with_filename: bool,

    /// Suppress file names
    #[arg(short = 'h', long, overrides_with_all = ["with_filename", "no_filename"])]
    pub no_filename: bool,

    /// Name to print for standard input
    #[arg(hide_short_help = true, long, value_name = "LABEL")]
    pub label: Option<OsString>,

    /// Print each file name once, above its lines (default on a terminal)
    #[arg(hide_short_help = true, long, overrides_with_all = ["heading", "no_heading"])]
    pub heading: bool,

    /// Print file names before lines on a terminal too
    #[arg(hide_short_help = true, long, overrides_with_all = ["heading", "no_heading"])]
    pub no_heading: bool,

    /// Align numbers and start lines at a tab stop
    #[arg(hide_short_help = true, short = 'T', long)]
    pub initial_tab: bool,

    /// Print a NUL byte after each file name
    #[arg(hide_short_help = true, short = 'Z', short_alias = '0', long)]
    pub null: bool,

    /// Print N lines after each selected line
    #[arg(short = 'A', long, value_name = "N", value_parser = parse_context, overrides_with = "passthru")]
    pub after_context: Option<u64>,

    /// Print N lines before each selected line
    #[arg(short = 'B', long, value_name = "N", value_parser = parse_context, overrides_with = "passthru")]
    pub before_context: Option<u64>,

    /// Print N lines before and after each selected line; -3 is short for -C3
    #[arg(short = 'C', long, value_name = "N", value_parser = parse_context, overrides_with = "passthru")]
    pub context: Option<u64>,

    /// Print TEXT between groups of lines
    #[arg(hide_short_help = true, long, value_name = "TEXT", allow_hyphen_values = true, overrides_with_all = ["context_separator", "no_group_separator"])]
    pub group_separator: Option<OsString>,

    /// Print TEXT between groups of lines; escapes such as \t and \x7F are interpreted
    #[arg(hide_short_help = true, long, value_name = "TEXT", allow_hyphen_values = true, overrides_with_all = ["group_separator", "no_group_separator"])]
    pub context_separator: Option<OsString>,

    /// Print nothing between groups of lines
    #[arg(hide_short_help = true, long, visible_alias = "no-context-separator", overrides_with_all = ["group_separator", "context_separator"])]
    pub no_group_separator: bool,

    /// Print a note instead of each line or match longer than N bytes; 0 means no limit
    #[arg(hide_short_help = true, short = 'M', long, value_name = "N", value_parser = parse_size)]
    pub max_columns: Option<u64>,

    /// Show part of each line that exceeds the limit of -M
    #[arg(hide_short_help = true, long, value_name = "PART", num_args = 0..=1, require_equals = true, default_missing_value = "start")]
    pub max_columns_preview: Option<Preview>,

    /// Print lines with each match replaced by TEXT, in which $1 and ${name} stand for groups
    ///
    /// With -o, only the replacements are printed. $0 is the whole match, and $$ a dollar sign. Files are
    /// never changed.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub replace: Option<OsString>,

    /// Print all lines, with nonmatching lines as context
    #[arg(hide_short_help = true, long, visible_alias = "passthrough", conflicts_with_all = ["last", "shard"],
          overrides_with_all = ["after_context", "before_context", "context"])]
    pub passthru: bool,

    /// Print each matching line once per match, with file name, line number and column
    #[arg(hide_short_help = true, long)]
    pub vimgrep: bool,

    /// Remove white space at the start of lines
    #[arg(hide_short_help = true, long)]
    pub trim: bool,

    /// Stop at the first nonmatching line after a matching one
    #[arg(hide_short_help = true, long)]
    pub stop_on_nonmatch: bool,

    /// Print one JSON message per line, in ripgrep's format
    #[arg(long)]
    pub json: bool,

    /// Set an output colour, as in 'match:fg:red' or 'path:none'; may be repeated
    ///
    /// Write TYPE:fg:COLOR, TYPE:bg:COLOR, TYPE:style:STYLE or TYPE:none. A type is path, line, column,
    /// match or highlight. A colour is black, blue, green, red, cyan, magenta, yellow, white, a number up
    /// to 255, or three of them as in 255,128,0. A style is bold, nobold, intense, nointense, underline,
    /// nounderline, italic or noitalic. Takes precedence over GREP_COLORS.
    #[arg(hide_short_help = true, long, value_name = "SPEC", action = ArgAction::Append)]
    pub colors: Vec<String>,

    /// Print TEXT instead of a colon between the fields before a selected line; escapes are
    /// interpreted
    #[arg(hide_short_help = true, long, value_name = "TEXT", allow_hyphen_values = true)]
    pub field_match_separator: Option<OsString>,

    /// Print TEXT instead of a hyphen between the fields before a context line; escapes are
    /// interpreted
    #[arg(hide_short_help = true, long, value_name = "TEXT", allow_hyphen_values = true)]
    pub field_context_separator: Option<OsString>,

    /// Print CHARACTER instead of slashes in file names
    #[arg(hide_short_help = true, long, value_name = "CHARACTER", value_parser = parse_separator)]
    pub path_separator: Option<u8>,

    /// With colours, print file names as hyperlinks of the terminal
    ///
    /// FORMAT is none (the default), default (file://), kitty, vscode, vscode-insiders, vscodium,
    /// cursor, grep+, macvim, textmate, or a URL with {path} and, where wanted, {line}, {column},
    /// {host} and {wslprefix}. Below a heading, the line numbers are links if FORMAT has {line}.
    #[arg(hide_short_help = true, long, value_name = "FORMAT")]
    pub hyperlink_format: Option<String>,

    /// Same as --color=always --heading --line-number
    #[arg(hide_short_help = true, short = 'p', long)]
    pub pretty: bool,

    /// Write each line as soon as it is found
    #[arg(hide_short_help = true, long)]
    pub line_buffered: bool,
}

/// The values of `--max-columns-preview`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Preview {
    /// The first bytes, and the number of matches that follow
    Start,
    /// The bytes around the first match
    Match,
}

/// Parses the single byte of `--path-separator`.
fn parse_separator(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [byte] => Ok(*byte),
        _ => Err("expected a single byte".into()),
    }
}

/// Parses a number of context lines as GNU grep does: blanks and a sign may precede it, and the
/// largest number stands for all larger ones.
fn parse_context(text: &str) -> Result<u64, String> {
    let digits = without_plus(text);
    let is_zero = |rest: &str| is_digits(rest) && rest.bytes().all(|digit| digit == b'0');
    if digits.strip_prefix('-').is_some_and(is_zero) {
        return Ok(0);
    }
    if is_digits(digits) { Ok(digits.parse().unwrap_or(u64::MAX)) } else { parse_count(text) }
}

/// Parses a number of selected lines in the same way. A negative one is no limit.
fn parse_max_count(text: &str) -> Result<i64, ParseIntError> {
    match text.trim_start_matches(is_blank).parse::<i64>() {
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Ok(i64::MAX),
        Err(error) if *error.kind() == IntErrorKind::NegOverflow => Ok(i64::MIN),
        parsed => parsed,
    }
}
