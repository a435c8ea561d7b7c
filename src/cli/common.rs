//! The options that every reading subcommand shares.

use clap::{Args, ValueEnum};

use super::size::{parse_offset, parse_size};

/// Input and reporting options.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Input and reporting")]
pub struct Common {
    /// How input is read
    #[arg(hide_short_help = true, long, value_name = "WAY", default_value = "auto")]
    pub io: Io,

    /// Number of worker threads [default: one per processor]
    #[arg(hide_short_help = true, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// Size of mapped windows and read buffers
    #[arg(hide_short_help = true, long, value_name = "SIZE", value_parser = parse_block)]
    pub block_size: Option<u64>,

    /// Skip to this byte offset in each input; negative offsets count from the end
    #[arg(long, value_name = "SIZE", value_parser = parse_offset, allow_hyphen_values = true)]
    pub offset: Option<i64>,

    /// Read at most SIZE bytes of each input
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub length: Option<u64>,

    /// When to show a progress bar on standard error
    #[arg(hide_short_help = true, long, value_name = "WHEN", default_value = "auto", default_missing_value = "always", num_args = 0..=1, require_equals = true)]
    pub progress: When,

    /// Print I/O statistics to standard error when done
    #[arg(hide_short_help = true, long, value_name = "FORMAT", default_missing_value = "text", num_args = 0..=1, require_equals = true)]
    pub stats: Option<StatsFormat>,

    /// When to use colour
    #[arg(long, visible_alias = "colour", value_name = "WHEN", default_value = "auto", default_missing_value = "auto", num_args = 0..=1, require_equals = true)]
    pub color: When,
}

/// `--io`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Io {
    /// Map files that gain from it and read the rest
    Auto,
    /// Map, and fail for inputs that cannot be mapped
    Mmap,
    /// Never map
    Read,
}

/// `--color`, `--progress`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Only on a terminal
    #[value(aliases = ["tty", "if-tty"])]
    Auto,
    /// Always
    #[value(aliases = ["yes", "force", "ansi"])]
    Always,
    /// Never
    #[value(aliases = ["no", "none"])]
    Never,
}

/// `--stats`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StatsFormat {
    /// Text for people
    Text,
    /// One JSON object
    Json,
}

fn parse_block(text: &str) -> Result<u64, String> {
    match parse_size(text)? {
        0 => Err("the block size must be at least 1 byte".into()),
        size => Ok(size),
    }
}
