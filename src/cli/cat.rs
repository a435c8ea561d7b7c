//! `mapped cat`.

use std::ffi::OsString;

use clap::ValueEnum;

use super::common::Common;
use super::getopt::allow_any_value;
use super::range::{Around, UnitRange, parse_count};
use super::shard::parse_shard;
use super::size::parse_size;
use super::times::Times;

/// Write files to standard output.
///
/// With no FILE, or when FILE is -, reads standard input. Without display options, bytes are
/// written unchanged, even to a terminal; escape sequences in an untrusted log therefore take effect.
/// Use --sanitize to make them visible.
#[derive(clap::Args, Clone, Debug)]
#[command(args_override_self = true, infer_long_args = true, mut_args(allow_any_value))]
#[command(override_usage = "mapped cat [OPTION]... [FILE]...")]
#[command(group = clap::ArgGroup::new("ranges").args(["lines", "lines_from", "bytes"]).multiple(true))]
#[command(group = clap::ArgGroup::new("following").args(["follow", "follow_name"]).multiple(true))]
#[command(group = clap::ArgGroup::new("interleaving").args(["follow", "follow_name", "merge"]).multiple(true))]
pub struct CatArgs {
    /// Files to write; - is standard input, the default
    #[arg(value_name = "FILE")]
    pub files: Vec<OsString>,

    /// Show everything: same as -vET
    #[arg(short = 'A', long)]
    pub show_all: bool,

    /// Number nonempty lines; overrides -n
    #[arg(short = 'b', long)]
    pub number_nonblank: bool,

    /// Same as -vE
    #[arg(short = 'e')]
    pub ends_and_nonprinting: bool,

    /// Show $ at the end of each line, and a carriage return before it as ^M
    #[arg(short = 'E', long)]
    pub show_ends: bool,

    /// Number all lines
    #[arg(short = 'n', long)]
    pub number: bool,

    /// Squeeze runs of empty lines into one
    #[arg(short = 's', long)]
    pub squeeze_blank: bool,

    /// Same as -vT
    #[arg(short = 't')]
    pub tabs_and_nonprinting: bool,

    /// Show tabs as ^I
    #[arg(short = 'T', long)]
    pub show_tabs: bool,

    /// Ignored; accepted for compatibility
    #[arg(short = 'u')]
    pub unbuffered: bool,

    /// Show control characters other than tab and newline as ^X, and bytes above 127 as M-x
    #[arg(short = 'v', long)]
    pub show_nonprinting: bool,

    /// Escape control characters, escape sequences, malformed UTF-8 and bidirectional overrides
    #[arg(long, help_heading = "Display", conflicts_with_all = ["show_nonprinting", "show_all", "ends_and_nonprinting", "tabs_and_nonprinting"])]
    pub sanitize: bool,

    /// Print only these lines of each file: 100:200, :50, 1000:, -100: (the last hundred), 100:+20, 7, 1:9~3
    ///
    /// Ranges include both ends, and negative numbers count from the end. 100:+20 is twenty lines
    /// starting at line 100, -200:-100 is 101 lines near the end, and 1:9~3 is every third line of
    /// 1:9. May be repeated; each selected line is printed once, in file order. With -n, lines keep
    /// their numbers in the file.
    #[arg(long, value_name = "RANGE", action = clap::ArgAction::Append, allow_hyphen_values = true, value_parser = parse_lines,
          help_heading = "Selection", conflicts_with_all = ["bytes", "since", "until", "around", "shard", "around_byte"])]
    pub lines: Vec<UnitRange>,

    /// Also print the line ranges listed in LIST, separated by white space; - is standard input
    #[arg(hide_short_help = true, long, value_name = "LIST", help_heading = "Selection",
          conflicts_with_all = ["bytes", "since", "until", "around", "shard", "around_byte"])]
    pub lines_from: Option<OsString>,

    /// Use NUL instead of newline as the line terminator
    #[arg(hide_short_help = true, short = 'z', long, help_heading = "Selection", requires = "ranges", conflicts_with_all = [
        "since", "until", "around", "shard", "around_byte", "reverse", "merge", "follow", "follow_name",
        "show_all", "number_nonblank", "ends_and_nonprinting", "show_ends", "number", "squeeze_blank", "sanitize",
    ])]
    pub null_data: bool,

    /// Print the line that contains byte N, counted from 0 as by grep -b, and 5 (or LINES) lines on
    /// each side
    #[arg(hide_short_help = true, long, value_name = "N[±LINES]", value_parser = parse_around, help_heading = "Selection",
          conflicts_with_all = ["bytes", "since", "until", "around", "shard", "follow", "follow_name"])]
    pub around_byte: Option<Around>,

    /// Print lines in reverse order, as tac does
    #[arg(long, help_heading = "Selection",
          conflicts_with_all = ["follow", "follow_name", "number_nonblank", "squeeze_blank"])]
    pub reverse: bool,

    /// With --reverse, print records that end with TEXT, or with NUL if TEXT is empty, instead of lines
    #[arg(hide_short_help = true, long, value_name = "TEXT", help_heading = "Selection", requires = "reverse", allow_hyphen_values = true,
          conflicts_with_all = ["lines", "lines_from", "since", "until", "around", "shard", "around_byte",
              "number", "show_ends", "show_all", "ends_and_nonprinting"])]
    pub separator: Option<OsString>,

    /// With --reverse, print each separator or newline before the record that follows it in the file
    #[arg(hide_short_help = true, long, help_heading = "Selection", requires = "reverse", conflicts_with_all = [
        "lines", "lines_from", "since", "until", "around", "shard", "around_byte",
        "number", "show_ends", "show_all", "ends_and_nonprinting",
    ])]
    pub separator_before: bool,

    /// Print only these bytes of each file, counted from 1; RANGE is as for --lines, and may contain
    /// sizes such as 64K
    #[arg(long, value_name = "RANGE", action = clap::ArgAction::Append, allow_hyphen_values = true, value_parser = parse_bytes,
          help_heading = "Selection", conflicts_with_all = ["since", "until", "around", "shard"])]
    pub bytes: Vec<UnitRange>,

    /// Times in logs.
    #[command(flatten)]
    pub times: Times,

    /// Merge all files into one log, ordered by time
    ///
    /// The time format is detected in each file. A line without a time stays with the entry before
    /// it. Entries of one file that are out of order by at most --slack are sorted. Entries with
    /// the same time are printed in the order of the files on the command line; rotated files of
    /// one log (app.log, app.log.1, app.log.2.gz) keep the order in which they were written. Memory
    /// use does not depend on file sizes. With --follow, a line is held for half a second in case
    /// another file has an earlier one.
    #[arg(long, help_heading = "Selection",
          conflicts_with_all = ["lines", "lines_from", "around_byte", "reverse", "bytes", "shard"])]
    pub merge: bool,

    /// Print part I of N equal parts, split at line ends
    ///
    /// The N parts, in order, make up the whole file.
    #[arg(long, value_name = "I/N", value_parser = parse_shard, help_heading = "Selection")]
    pub shard: Option<(u64, u64)>,

    /// Print the last ten lines, then data as it is appended; BY is descriptor (the default) or
    /// name
    ///
    /// By descriptor, the open file is followed even if it is renamed. By name, whichever file has
    /// the name is followed, as rotated logs require, and an input that cannot be opened is
    /// retried. With --lines, --bytes, --since or --offset, output starts there instead. Several
    /// files get headings, as in tail, and an unfinished line in one of them is printed when it is
    /// complete. A FIFO is kept open for further writers. Truncation and replacement are reported
    /// on standard error. SIGINT and SIGTERM stop following at once.
    #[arg(short, long, value_name = "BY", num_args = 0..=1, require_equals = true, default_missing_value = "descriptor", conflicts_with_all = ["until", "around", "shard", "length"],
          help_heading = "Following")]
    pub follow: Option<FollowBy>,

    /// Same as --follow=name
    #[arg(short = 'F', help_heading = "Following", conflicts_with_all = ["until", "around", "shard", "length"])]
    pub follow_name: bool,

    /// With --follow, stop when process PID exits
    ///
    /// May be repeated; following then stops when all of these processes have exited.
    #[arg(hide_short_help = true, long, value_name = "PID", action = clap::ArgAction::Append, requires = "following", help_heading = "Following")]
    pub pid: Vec<u32>,

    /// With --follow or --merge, print the file's name before each line
    #[arg(short = 'H', long, requires = "interleaving", help_heading = "Following")]
    pub with_filename: bool,

    /// Print each file's name above its contents, as head and tail do for several files
    #[arg(long, help_heading = "Display", overrides_with_all = ["heading", "no_heading"], conflicts_with = "merge")]
    pub heading: bool,

    /// Never print file names above contents, not even with --follow
    #[arg(hide_short_help = true, long, help_heading = "Display", overrides_with_all = ["heading", "no_heading"])]
    pub no_heading: bool,

    /// Decompress gzip, zstd, xz, bzip2, lz4, lzma, lzip and compress files, recognised by their content
    ///
    /// Implied by --since, --until, --around and --merge.
    #[arg(long, help_heading = "Selection", conflicts_with_all = ["follow", "follow_name"])]
    pub decompress: bool,

    /// Input and reporting.
    #[command(flatten)]
    pub common: Common,
}

/// What to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FollowBy {
    /// The open file, even after it is renamed
    Descriptor,
    /// The name, even after logs are rotated
    Name,
}

fn parse_lines(text: &str) -> Result<UnitRange, String> {
    UnitRange::parse(text, parse_count)
}

fn parse_around(text: &str) -> Result<Around, String> {
    Around::parse(text, parse_size)
}

fn parse_bytes(text: &str) -> Result<UnitRange, String> {
    UnitRange::parse(text, parse_size)
}
