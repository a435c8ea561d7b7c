//! Arguments of `mapped stat`.

use std::ffi::OsString;

use clap::ValueEnum;

use super::common::Common;

/// Show what files are, where their bytes are, and who uses them.
///
/// Prints GNU stat's facts, then what only matters to those who map files: whether a map or a read will serve it, which pages
/// are in memory, holes and extents, and which processes have the file mapped. Nothing is opened but regular files, so a
/// FIFO never blocks and a device is never set off.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Files to describe; `-` is standard input, which is the default for --lines and --content
    #[arg(required_unless_present_any = ["lines", "content"], value_name = "FILE")]
    pub files: Vec<OsString>,

    /// Follow links
    #[arg(short = 'L', long)]
    pub dereference: bool,

    /// Describe the file system a file is on instead of the file
    #[arg(short = 'f', long, conflicts_with_all = ["residency", "content", "lines", "touch", "evict", "who"])]
    pub file_system: bool,

    /// Print FORMAT for each file, with a newline after it (GNU stat's sequences)
    #[arg(short = 'c', long, value_name = "FORMAT", overrides_with = "printf", conflicts_with_all = ["json", "residency", "content", "lines"])]
    pub format: Option<OsString>,

    /// Like --format, with backslash escapes and no newline added
    #[arg(long, value_name = "FORMAT", overrides_with = "format", conflicts_with_all = ["json", "residency", "content", "lines"])]
    pub printf: Option<OsString>,

    /// Print the facts on one line, as GNU stat does
    #[arg(short = 't', long, conflicts_with_all = ["json", "residency", "content", "lines"])]
    pub terse: bool,

    /// How fresh the facts of a network file system must be
    #[arg(long, value_name = "MODE", default_value = "default", hide_default_value = true)]
    pub cached: Cached,

    /// Print one JSON object for each file, on a line of its own
    #[arg(long)]
    pub json: bool,

    /// Print only which part of each file is in memory, one line a file and a total
    #[arg(long, conflicts_with_all = ["content", "lines"])]
    pub residency: bool,

    /// Read the file and say whether it is text, in which encoding, with which line ends, how many lines and how long
    #[arg(long)]
    pub content: bool,

    /// Print only the number of lines, as wc -l
    #[arg(long, conflicts_with_all = ["content", "json"])]
    pub lines: bool,

    /// Look at every process and at open files as well, however long it takes, not only briefly for who has the file mapped
    #[arg(long)]
    pub who: bool,

    /// First bring the file's data into memory
    #[arg(long, conflicts_with = "evict")]
    pub touch: bool,

    /// First drop the file's pages from memory, as far as the kernel lets go of them
    #[arg(long)]
    pub evict: bool,

    /// Input and reporting.
    #[command(flatten)]
    pub common: Common,
}

/// `--cached` of GNU stat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Cached {
    /// Answer from memory if possible
    Always,
    /// Ask the server
    Never,
    /// Let the file system decide
    Default,
}
