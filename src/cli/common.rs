//! The options that every reading subcommand shares.

use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::size::{parse_offset, parse_size};

/// Input and reporting options.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Input and reporting")]
pub struct Common {
    /// How input is read
    #[arg(hide_short_help = true, long, value_name = "METHOD", default_value = "auto")]
    pub io: Io,

    /// Number of worker threads [default: one per processor]
    #[arg(hide_short_help = true, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// Size of mapped windows and read buffers
    #[arg(hide_short_help = true, long, value_name = "SIZE", value_parser = parse_block)]
    pub block_size: Option<u64>,

    /// Skip to this byte offset in each input; negative offsets count from the end
    ///
    /// An input shorter than a negative offset is read from its start, as tail(1) does.
    #[arg(long, value_name = "SIZE", value_parser = parse_offset, allow_hyphen_values = true)]
    pub offset: Option<i64>,

    /// Read at most SIZE bytes of each input
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub length: Option<u64>,

    /// When to show a progress bar on standard error
    #[arg(hide_short_help = true, long, value_name = "WHEN", default_value = "auto", default_missing_value = "always", num_args = 0..=1, require_equals = true)]
    pub progress: When,

    /// Print I/O statistics when done: text or json; add :FILE or :fd:N to write them there
    ///
    /// Without :FILE or :fd:N, they go to standard error.
    #[arg(hide_short_help = true, long, value_name = "FORMAT", default_missing_value = "text", num_args = 0..=1, require_equals = true, value_parser = parse_stats)]
    pub stats: Option<StatsOption>,

    /// When to use colour
    #[arg(long, visible_alias = "colour", value_name = "WHEN", default_value = "auto", default_missing_value = "auto", num_args = 0..=1, require_equals = true)]
    pub color: When,
}

/// The values of `--io`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Io {
    /// Map files that benefit from it, and read the rest
    Auto,
    /// Map every input, and fail for those that cannot be mapped
    #[value(alias = "map")]
    Mmap,
    /// Never map
    Read,
}

/// The values of `--color` and `--progress`.
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

/// The value of `--stats`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatsOption {
    /// The format of the statistics.
    pub format: StatsFormat,
    /// The destination of the statistics.
    pub target: StatsTarget,
}

/// The format of the statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatsFormat {
    /// Human-readable text.
    Text,
    /// One JSON object.
    Json,
}

/// The destination of the statistics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatsTarget {
    /// Standard error, with the messages.
    StandardError,
    /// A file, which is overwritten.
    File(PathBuf),
    /// A descriptor that is open when the program starts.
    Descriptor(i32),
}

/// Parses a value of `--stats`, such as `text`, `json`, `json:FILE` or `json:fd:N`.
///
/// # Errors
/// Returns a message that says what is expected.
pub fn parse_stats(text: &str) -> Result<StatsOption, String> {
    let (format, target) = text.split_once(':').map_or((text, None), |(format, target)| (format, Some(target)));
    let format = match format {
        "text" => StatsFormat::Text,
        "json" => StatsFormat::Json,
        _ => return Err("expected text or json, optionally followed by :FILE or :fd:N".into()),
    };
    let target = match target.map(|target| (target, target.strip_prefix("fd:"))) {
        None => StatsTarget::StandardError,
        Some(("", _)) => return Err("expected FILE or fd:N after the colon".into()),
        Some((_, Some(number))) => {
            let number = number.parse().ok().filter(|number| *number >= 0);
            StatsTarget::Descriptor(number.ok_or("expected a descriptor number after fd:")?)
        }
        Some((name, None)) => StatsTarget::File(name.into()),
    };
    Ok(StatsOption { format, target })
}

/// Returns a parser of the name of a chart, whose extension must be that of its format.
pub fn chart_parser() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.extension() {
        Some(extension) if extension.eq_ignore_ascii_case("svg") => Ok(path),
        _ => Err("expected a file name that ends in .svg"),
    })
}

fn parse_block(text: &str) -> Result<u64, String> {
    match parse_size(text)? {
        0 => Err("expected a size of at least 1 byte".into()),
        size => Ok(size),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_have_a_form_and_a_target() {
        let stats = |format, target| Ok(StatsOption { format, target });
        assert_eq!(parse_stats("text"), stats(StatsFormat::Text, StatsTarget::StandardError));
        assert_eq!(parse_stats("json:fd:3"), stats(StatsFormat::Json, StatsTarget::Descriptor(3)));
        assert_eq!(parse_stats("json:a:b"), stats(StatsFormat::Json, StatsTarget::File("a:b".into())));
        for wrong in ["", "yaml", "json:", "json:fd:", "json:fd:-1", "json:fd:x", "text:fd:99999999999"] {
            assert!(parse_stats(wrong).is_err(), "{wrong}");
        }
    }
}
