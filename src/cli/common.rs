//! The options that every reading subcommand shares.

use clap::{Args, ValueEnum};

use super::size::{parse_offset, parse_size};

/// How bytes come in and what is told about it.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Input and reporting")]
pub struct Common {
    /// How bytes come in: map what gains from it and read the rest, map or fail, or only read
    #[arg(long, value_name = "WAY", default_value = "auto")]
    pub io: Io,

    /// Worker threads; the default is one for each processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// Size of a mapped window or of a read buffer
    #[arg(long, value_name = "SIZE", value_parser = parse_block)]
    pub block_size: Option<u64>,

    /// Begin at this byte of each input; a negative offset counts from the end
    #[arg(long, value_name = "SIZE", value_parser = parse_offset, allow_hyphen_values = true)]
    pub offset: Option<i64>,

    /// Take at most this many bytes of each input
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub length: Option<u64>,

    /// Show progress on standard error
    #[arg(long, value_name = "WHEN", default_value = "auto", default_missing_value = "always", num_args = 0..=1, require_equals = true)]
    pub progress: When,

    /// Tell at the end, on standard error, how the bytes came in, how fast, and at what cost
    #[arg(long, value_name = "FORMAT", default_missing_value = "text", num_args = 0..=1, require_equals = true)]
    pub stats: Option<StatsFormat>,

    /// Use colour
    #[arg(long, visible_alias = "colour", value_name = "WHEN", default_value = "auto", default_missing_value = "always", num_args = 0..=1, require_equals = true)]
    pub color: When,
}

/// `--io`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Io {
    /// Map what gains from it, read the rest
    Auto,
    /// Map, and fail where that cannot be
    Mmap,
    /// Never map
    Read,
}

/// `--color`, `--progress`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `--stats`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StatsFormat {
    /// Lines for people
    Text,
    /// One JSON object
    Json,
}

fn parse_block(text: &str) -> Result<u64, String> {
    match parse_size(text)? {
        0 => Err("a block has at least one byte".into()),
        size => Ok(size),
    }
}
