//! `mapped cat`.

use std::ffi::OsString;

use clap::ValueEnum;

use super::common::Common;
use super::getopt::take_any_word;
use super::range::{Around, UnitRange, parse_count};
use super::shard::parse_shard;
use super::size::parse_size;
use super::times::Times;

/// Write files to standard output.
///
/// With no FILE, or when FILE is -, reads standard input. Without display options the bytes are
/// written unchanged, on a terminal as well, so escape sequences in an untrusted log take effect;
/// --sanitize makes them visible instead.
#[derive(clap::Args, Clone, Debug)]
#[command(args_override_self = true, infer_long_args = true, mut_args(take_any_word))]
#[command(
    override_usage = "mapped cat [OPTION]... [FILE]...",
    after_long_help = super::pages::examples::help("cat"),
)]
#[command(group = clap::ArgGroup::new("following").args(["follow", "follow_name"]).multiple(true))]
#[command(group = clap::ArgGroup::new("interleaving").args(["follow", "follow_name", "merge"]).multiple(true))]
pub struct Args {
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

    /// Ignored, for compatibility
    #[arg(short = 'u')]
    pub unbuffered: bool,

    /// Show control characters as ^X and bytes above 127 as M-x, except tabs and newlines
    #[arg(short = 'v', long)]
    pub show_nonprinting: bool,

    /// Escape control characters, escape sequences, malformed UTF-8 and bidirectional overrides
    #[arg(long, help_heading = "Display", conflicts_with_all = ["show_nonprinting", "show_all", "ends_and_nonprinting", "tabs_and_nonprinting"])]
    pub sanitize: bool,

    /// Print only these lines of each file: 100:200, :50, 1000:, -100: (the last hundred), 100:+20, 7, 1:9~3
    ///
    /// Both ends belong to the range; a negative number counts from the end. 100:+20 is twenty lines
    /// from the hundredth, -200:-100 a hundred and one lines near the end, and 1:9~3 every third line
    /// of 1:9. May be given several times: every selected line is printed once, in the order of the
    /// file. Numbers printed by -n are those of the lines in their file.
    #[arg(long, value_name = "RANGE", action = clap::ArgAction::Append, allow_hyphen_values = true, value_parser = parse_lines,
          help_heading = "Selection", conflicts_with_all = ["bytes", "since", "until", "around", "shard", "around_byte"])]
    pub lines: Vec<UnitRange>,

    /// Print also the lines whose ranges LIST holds, separated by white space; - is standard input
    #[arg(hide_short_help = true, long, value_name = "LIST", help_heading = "Selection",
          conflicts_with_all = ["bytes", "since", "until", "around", "shard", "around_byte"])]
    pub lines_from: Option<OsString>,

    /// Print the line that holds byte N, counted from 0 as grep -b does, and five lines around it; N±LINES for others
    #[arg(hide_short_help = true, long, value_name = "N[±LINES]", value_parser = parse_around, help_heading = "Selection",
          conflicts_with_all = ["bytes", "since", "until", "around", "shard", "follow", "follow_name"])]
    pub around_byte: Option<Around>,

    /// Print lines from the last to the first, as tac does
    #[arg(long, help_heading = "Selection",
          conflicts_with_all = ["follow", "follow_name", "number_nonblank", "squeeze_blank"])]
    pub reverse: bool,

    /// Print only these bytes of each file, counted from 1 and written as for --lines; 64K, 10M and 1G are understood
    #[arg(long, value_name = "RANGE", action = clap::ArgAction::Append, allow_hyphen_values = true, value_parser = parse_bytes,
          help_heading = "Selection", conflicts_with_all = ["since", "until", "around", "shard"])]
    pub bytes: Vec<UnitRange>,

    /// Times in logs.
    #[command(flatten)]
    pub times: Times,

    /// Print the lines of all files in order of their times, as one log
    ///
    /// The form of the times is learnt from each file. A line without a time stays with the entry
    /// before it. Entries of one file that are out of order by no more than --slack are put in order. Of
    /// entries with the same time, those of the file that is named first come first; rotated files of one
    /// log (app.log, app.log.1, app.log.2.gz) keep the order in which they were written. Memory does not
    /// depend on the sizes.
    #[arg(long, help_heading = "Selection",
          conflicts_with_all = ["lines", "lines_from", "around_byte", "reverse", "bytes", "shard", "follow", "follow_name"])]
    pub merge: bool,

    /// Print part I of N equal parts, cut at line ends; all N parts in order are the whole
    #[arg(long, value_name = "I/N", value_parser = parse_shard, help_heading = "Selection")]
    pub shard: Option<(u64, u64)>,

    /// Keep printing what is appended, after the last ten lines; BY is descriptor (the default) or name
    ///
    /// By descriptor, the file that was opened is followed wherever it is moved; by name, whichever file has the name, as
    /// when logs are rotated: an input that cannot be opened is then tried again. With --lines, --bytes, --since or
    /// --offset, printing begins there instead. Several files are named as tail names them, and a line that is still
    /// being written to one of them is printed when it is whole. A FIFO is kept open for further writers. Truncation and
    /// replacement are reported on standard error. SIGINT and SIGTERM end it at once.
    #[arg(short, long, value_name = "BY", num_args = 0..=1, require_equals = true, default_missing_value = "descriptor", conflicts_with_all = ["until", "around", "shard", "length"],
          help_heading = "Following")]
    pub follow: Option<FollowBy>,

    /// Same as --follow=name
    #[arg(short = 'F', help_heading = "Following", conflicts_with_all = ["until", "around", "shard", "length"])]
    pub follow_name: bool,

    /// With --follow, stop when the process PID has ended
    ///
    /// May be given several times; following then stops when all of them have ended.
    #[arg(hide_short_help = true, long, value_name = "PID", action = clap::ArgAction::Append, requires = "following", help_heading = "Following")]
    pub pid: Vec<u32>,

    /// With --follow or --merge, print the file's name before each line
    #[arg(short = 'H', long, requires = "interleaving", help_heading = "Following")]
    pub with_filename: bool,

    /// Print each file's name on a line above its part, as head and tail do for several files
    #[arg(long, help_heading = "Display", overrides_with_all = ["heading", "no_heading"], conflicts_with = "merge")]
    pub heading: bool,

    /// Print no such lines, not even with --follow
    #[arg(hide_short_help = true, long, help_heading = "Display", overrides_with_all = ["heading", "no_heading"])]
    pub no_heading: bool,

    /// Decode compressed files, recognized by their content: gzip, zstd, xz, bzip2, lz4, lzma, lzip and compress
    ///
    /// --since, --until, --around and --merge do so by themselves.
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
