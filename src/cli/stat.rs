//! Arguments of `mapped stat`.

use std::ffi::OsString;

use clap::ValueEnum;

use super::common::Common;
use super::getopt::allow_any_value;

/// Show file metadata, extents, page cache residency, and the processes that use a file.
///
/// Prints what GNU stat prints, then what matters for mapping: whether the file can be mapped,
/// which pages are resident, and the file's holes and extents. Only regular files are opened, so a FIFO never
/// blocks and no device is triggered.
#[derive(clap::Args, Debug)]
#[command(
    override_usage = "mapped stat [OPTION]... FILE...\n       mapped stat --lines|--count=LIST|--content [FILE]..."
)]
#[command(group = clap::ArgGroup::new("counting").args(["lines", "count"]).multiple(true))]
#[command(args_override_self = true, infer_long_args = true, mut_args(allow_any_value))]
pub struct StatArgs {
    /// Files to describe; - is standard input, the default with --lines, --count and --content
    #[arg(required_unless_present_any = ["lines", "count", "content"], value_name = "FILE")]
    pub files: Vec<OsString>,

    /// Follow symbolic links
    #[arg(short = 'L', long)]
    pub dereference: bool,

    /// Describe the file system instead of the file
    #[arg(short = 'f', long, conflicts_with_all = ["residency", "content", "lines", "count", "touch", "evict", "who"])]
    pub file_system: bool,

    /// Print FORMAT and a newline for each file, with GNU stat's directives
    #[arg(short = 'c', long, value_name = "FORMAT", help_heading = "Format", overrides_with = "printf", conflicts_with_all = ["json", "residency", "content", "lines", "count"])]
    pub format: Option<OsString>,

    /// Like --format, but interpret backslash escapes and add no newline
    #[arg(long, value_name = "FORMAT", help_heading = "Format", overrides_with = "format", conflicts_with_all = ["json", "residency", "content", "lines", "count"])]
    pub printf: Option<OsString>,

    /// Print one line per file, as stat -t does
    #[arg(short = 't', long, help_heading = "Format", conflicts_with_all = ["json", "residency", "content", "lines", "count"])]
    pub terse: bool,

    /// Print only what GNU stat prints, nothing about mapping
    #[arg(long, help_heading = "Format", conflicts_with_all = ["json", "residency", "content", "lines", "count"])]
    pub classic: bool,

    /// How to use cached attributes of network file systems
    #[arg(long, value_name = "MODE", default_value = "default", hide_default_value = true)]
    pub cached: CachedMode,

    /// Print one JSON object per line for each file
    #[arg(long, help_heading = "Format")]
    pub json: bool,

    /// Print only how much of each file is resident, and a total
    ///
    /// A file with several names is counted once in the total. --offset and --length select a part
    /// of each file. Block devices are opened to find their resident pages.
    #[arg(long, help_heading = "Cache and processes", conflicts_with_all = ["content", "lines", "count"])]
    pub residency: bool,

    /// With --residency, include the files below directories
    #[arg(short = 'r', long, help_heading = "Cache and processes", requires = "residency")]
    pub recursive: bool,

    /// Read the file and report its type, encoding, line endings and line lengths
    #[arg(long, help_heading = "Contents")]
    pub content: bool,

    /// Decompress files for --content, --lines and --count
    #[arg(long, help_heading = "Contents")]
    pub decompress: bool,

    /// Print only the number of lines, like wc -l
    #[arg(long, help_heading = "Contents", conflicts_with_all = ["content", "json"])]
    pub lines: bool,

    /// Print only these counts, in the order of wc: lines, words, chars, bytes, width
    ///
    /// Characters are UTF-8 if the locale's encoding is UTF-8, and bytes otherwise.
    #[arg(long, value_name = "LIST", help_heading = "Contents", value_delimiter = ',', conflicts_with_all = ["content", "json"])]
    pub count: Vec<CountColumn>,

    /// Read NUL-terminated file names from FILE; - is standard input
    ///
    /// Requires --lines or --count.
    #[arg(long, value_name = "FILE", help_heading = "Contents", conflicts_with = "files", requires = "counting")]
    pub files0_from: Option<OsString>,

    /// When to print the sum of all counts
    ///
    /// Requires --lines or --count.
    #[arg(
        long,
        value_name = "WHEN",
        help_heading = "Contents",
        default_value = "auto",
        hide_default_value = true,
        requires = "counting"
    )]
    pub total: TotalMode,

    /// List the processes that have the file mapped or open
    #[arg(long, help_heading = "Cache and processes")]
    pub who: bool,

    /// Load the file into the page cache first
    #[arg(long, help_heading = "Cache and processes", conflicts_with = "evict")]
    pub touch: bool,

    /// Drop the file from the page cache first, as far as the kernel allows
    #[arg(long, help_heading = "Cache and processes")]
    pub evict: bool,

    /// Input and reporting.
    #[command(flatten)]
    pub common: Common,
}

/// When to print the sum of all files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TotalMode {
    /// If there are several files
    Auto,
    /// Even for one file
    Always,
    /// Only the sum, without the files
    Only,
    /// Never
    Never,
}

/// A column of `--count`, in the order in which they are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum CountColumn {
    /// Newlines
    Lines,
    /// Runs of characters between white space
    Words,
    /// Characters
    Chars,
    /// Bytes
    Bytes,
    /// Width of the longest line, in columns
    Width,
}

/// The values of `--cached`, as in GNU stat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CachedMode {
    /// Use cached attributes if available
    Always,
    /// Always ask the server
    Never,
    /// Let the file system decide
    Default,
}
