//! `mapped bench`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgGroup, ValueEnum};

use super::common::When;
use super::size::parse_size;

/// Compare mmap and read on your files, your machine and your access pattern.
///
/// The same work is done over the same bytes by every way there is of bringing them in, several times in a shuffled
/// order, and every way must come to the same result. Cold and warm are made and verified before each run.
#[derive(clap::Args, Debug)]
#[command(group = ArgGroup::new("state").args(["cold", "warm", "both"]))]
#[command(group = ArgGroup::new("format").args(["json", "csv"]))]
pub struct Args {
    /// Files to read; without any, a temporary file is made, and is gone afterwards whatever happens
    #[arg(value_name = "FILE")]
    pub files: Vec<OsString>,

    /// Size of the temporary file, 256M when not given
    #[arg(long, value_name = "SIZE", value_parser = parse_nonzero, conflicts_with = "files")]
    pub file_size: Option<u64>,

    /// What to do with the bytes: touch (a byte of each page), sum (of all bytes), lines (count them), search:PATTERN
    /// (count where these bytes stand), hash:ALGORITHM (as checksum names it), copy (into memory of one's own)
    #[arg(long, value_name = "WORK", default_value = "sum", verbatim_doc_comment)]
    pub work: String,

    /// In which order the bytes are wanted
    #[arg(long, value_name = "PATTERN", default_value = "sequential")]
    pub pattern: Pattern,

    /// Distance from one access to the next under --pattern stride, 64K when not given
    #[arg(long, value_name = "SIZE", value_parser = parse_nonzero)]
    pub stride: Option<u64>,

    /// Only these ways
    #[arg(long, value_name = "WAY", value_delimiter = ',')]
    pub ways: Vec<Family>,

    /// Threads for the ways that use several; the default is one for each processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// Sizes of read buffers and of windows, each measured; out of order, sizes of an access
    #[arg(long, value_name = "SIZE", value_delimiter = ',', value_parser = parse_block)]
    pub block_size: Vec<u64>,

    /// Measure with none of the files in memory
    #[arg(long)]
    pub cold: bool,

    /// Measure with all of the files in memory (the default)
    #[arg(long)]
    pub warm: bool,

    /// Measure cold and warm
    #[arg(long)]
    pub both: bool,

    /// Also measure what --io auto does, and say whether anything was faster
    #[arg(long)]
    pub auto: bool,

    /// Counted runs of each way
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub runs: u32,

    /// Seed of the shuffled orders; printed, so that a run can be repeated
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// Print one JSON document (docs/bench.schema.json)
    #[arg(long)]
    pub json: bool,

    /// Print comma-separated values
    #[arg(long)]
    pub csv: bool,

    /// Also draw a chart
    #[arg(long, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,

    /// Show progress on standard error
    #[arg(long, value_name = "WHEN", default_value = "auto", default_missing_value = "always", num_args = 0..=1, require_equals = true)]
    pub progress: When,

    /// Use colour
    #[arg(long, visible_alias = "colour", value_name = "WHEN", default_value = "auto", default_missing_value = "always", num_args = 0..=1, require_equals = true)]
    pub color: When,
}

/// `--pattern`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Pattern {
    /// Front to back
    Sequential,
    /// Blocks in a shuffled order, each once, at most 16384 of them
    Random,
    /// One block, then on by the stride
    Stride,
}

/// `--ways`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Family {
    /// read(2) into a buffer, one thread
    Read,
    /// pread(2) into a buffer for each thread
    Pread,
    /// One mapping of the whole file
    Map,
    /// … with MADV_SEQUENTIAL (out of order: MADV_RANDOM)
    MapAdvised,
    /// … with MADV_WILLNEED
    MapWillneed,
    /// … with all its pages brought in first (MADV_POPULATE_READ)
    MapPopulate,
    /// … with MADV_HUGEPAGE
    MapHugepage,
    /// … as MAP_PRIVATE rather than MAP_SHARED
    MapPrivate,
    /// A mapping for each block, populated and unmapped again
    Windows,
}

fn parse_nonzero(text: &str) -> Result<u64, String> {
    match parse_size(text)? {
        0 => Err("it must be at least one byte".into()),
        size => Ok(size),
    }
}

fn parse_block(text: &str) -> Result<u64, String> {
    match parse_nonzero(text)? {
        size if size > 1 << 40 => Err("a block of more than 1T does not fit into memory".into()),
        size => Ok(size),
    }
}
