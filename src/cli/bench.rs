//! `mapped bench`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgGroup, ValueEnum};

use super::common::{StatsOption, When, chart_parser, parse_stats};
use super::getopt::allow_any_value;
use super::size::parse_size;

/// Compare mmap and read on your files, your machine and your access pattern.
///
/// Does the same work on the same bytes with each method of reading, several times and in shuffled
/// order, and checks that all results agree. Sets and verifies the state of the cache, cold or warm,
/// before each run.
#[derive(clap::Args, Debug)]
#[command(override_usage = "mapped bench [OPTION]... [FILE]...")]
#[command(args_override_self = true, infer_long_args = true, mut_args(allow_any_value))]
#[command(group = ArgGroup::new("state").args(["cold", "warm", "both"]))]
#[command(group = ArgGroup::new("format").args(["json", "csv"]))]
pub struct BenchArgs {
    /// Files to read [default: a temporary file, removed afterwards]
    #[arg(value_name = "FILE")]
    pub files: Vec<OsString>,

    /// Size of the temporary file [default: 256M]
    #[arg(long, value_name = "SIZE", value_parser = parse_nonzero, conflicts_with = "files")]
    pub file_size: Option<u64>,

    /// Work to do on the bytes: touch (one byte per page), sum (all bytes), lines (count them),
    /// search:PATTERN (count occurrences), hash:ALGORITHM (a name from checksum), copy (into private memory)
    #[arg(long, value_name = "WORK", default_value = "sum")]
    pub work: String,

    /// Access pattern
    #[arg(long, value_name = "PATTERN", default_value = "sequential")]
    pub pattern: AccessPattern,

    /// Distance between accesses with --pattern stride [default: 64K]
    #[arg(long, value_name = "SIZE", value_parser = parse_nonzero)]
    pub stride: Option<u64>,

    /// Measure only these methods of reading [default: all; those that use O_DIRECT only with --cold]
    #[arg(long, visible_alias = "methods", value_name = "METHOD", value_delimiter = ',')]
    pub ways: Vec<Family>,

    /// Requests in flight with O_DIRECT, io_uring and prefetching [default: 4, or 32 with --pattern
    /// random or stride]
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub queue_depth: Vec<u16>,

    /// Threads for the parallel methods [default: one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// Buffer and window sizes to measure; with --pattern random or stride, access sizes
    #[arg(long, value_name = "SIZE", value_delimiter = ',', value_parser = parse_block)]
    pub block_size: Vec<u64>,

    /// Measure with none of the file cached
    #[arg(long, help_heading = "Runs")]
    pub cold: bool,

    /// Measure with all of the file cached (default)
    #[arg(long, help_heading = "Runs")]
    pub warm: bool,

    /// Measure both cold and warm
    #[arg(long, help_heading = "Runs")]
    pub both: bool,

    /// Also measure --io auto and compare it with the fastest method
    #[arg(long, help_heading = "Runs")]
    pub auto: bool,

    /// Number of measured runs per method
    #[arg(long, value_name = "N", help_heading = "Runs", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub runs: u32,

    /// Keep doubling the number of runs until the difference exceeds the noise, up to N runs per
    /// method
    #[arg(long, value_name = "N", help_heading = "Runs", default_missing_value = "112", num_args = 0..=1, require_equals = true, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub until_certain: Option<u32>,

    /// Seed for shuffling, printed so that a run can be repeated
    #[arg(long, value_name = "N", help_heading = "Runs")]
    pub seed: Option<u64>,

    /// Set the name of this run in --json and --csv
    #[arg(long, value_name = "TEXT", help_heading = "Output")]
    pub label: Option<String>,

    /// Compare with an earlier run that was saved in FILE with --json
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub compare: Option<PathBuf>,

    /// Print one JSON document (docs/bench.schema.json)
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Print comma-separated values
    #[arg(long, help_heading = "Output")]
    pub csv: bool,

    /// Also write a chart to FILE.svg
    #[arg(long, value_name = "FILE.svg", help_heading = "Output", value_parser = chart_parser())]
    pub plot: Option<PathBuf>,

    /// Print I/O statistics when done: text or json; add :FILE or :fd:N to write them there
    ///
    /// Without :FILE or :fd:N, they go to standard error.
    #[arg(long, value_name = "FORMAT", help_heading = "Output", default_missing_value = "text", num_args = 0..=1, require_equals = true, value_parser = parse_stats)]
    pub stats: Option<StatsOption>,

    /// When to show a progress bar on standard error
    #[arg(long, value_name = "WHEN", help_heading = "Output", default_value = "auto", default_missing_value = "always", num_args = 0..=1, require_equals = true)]
    pub progress: When,

    /// When to use colour
    #[arg(long, visible_alias = "colour", value_name = "WHEN", help_heading = "Output", default_value = "auto", default_missing_value = "auto", num_args = 0..=1, require_equals = true)]
    pub color: When,
}

/// The values of `--pattern`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AccessPattern {
    /// From start to end
    Sequential,
    /// Blocks in shuffled order, each once, at most 16384 of them
    Random,
    /// One block at each multiple of the stride
    Stride,
}

/// The values of `--ways`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Family {
    /// read(2) into a buffer, one thread
    Read,
    /// pread(2) into a buffer for each thread
    Pread,
    /// preadv2(2) with RWF_NOWAIT, then pread(2) for uncached data
    Nowait,
    /// pread(2) with O_DIRECT, one thread for each request in flight
    Direct,
    /// io_uring, several requests in flight
    #[value(alias = "io_uring")]
    Uring,
    /// io_uring with registered buffers
    #[value(alias = "io_uring-fixed")]
    UringFixed,
    /// io_uring with registered buffers and O_DIRECT
    #[value(alias = "io_uring-direct")]
    UringDirect,
    /// One mapping of the whole file
    #[value(alias = "mmap")]
    Map,
    /// One mapping with MADV_SEQUENTIAL (MADV_RANDOM for random and stride)
    #[value(alias = "mmap-advised")]
    MapAdvised,
    /// One mapping with MADV_WILLNEED
    #[value(alias = "mmap-willneed")]
    MapWillneed,
    /// One mapping with MAP_POPULATE
    #[value(alias = "mmap-populate")]
    MapPopulate,
    /// One mapping, populated by MADV_POPULATE_READ
    #[value(alias = "mmap-populate-read")]
    MapPopulateRead,
    /// One mapping with the next accesses requested ahead
    #[value(alias = "mmap-prefetch")]
    MapPrefetch,
    /// One mapping with MADV_HUGEPAGE
    #[value(alias = "mmap-hugepage")]
    MapHugepage,
    /// One mapping, moved to huge pages by MADV_COLLAPSE
    #[value(alias = "mmap-collapse")]
    MapCollapse,
    /// One mapping as MAP_PRIVATE rather than MAP_SHARED
    #[value(alias = "mmap-private")]
    MapPrivate,
    /// One mapping per block, populated and unmapped again
    Windows,
    /// One mapping per block with MADV_HUGEPAGE, as with --io auto (random and stride: with the
    /// next blocks requested ahead)
    WindowsPrefetch,
}

fn parse_nonzero(text: &str) -> Result<u64, String> {
    match parse_size(text)? {
        0 => Err("expected a size of at least 1 byte".into()),
        size => Ok(size),
    }
}

fn parse_block(text: &str) -> Result<u64, String> {
    match parse_nonzero(text)? {
        size if size > 1 << 40 => Err("a block cannot be larger than 1T".into()),
        size => Ok(size),
    }
}
