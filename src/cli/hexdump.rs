//! `mapped hexdump`.

use std::ffi::OsString;

use super::common::Common;
use super::getopt::allow_any_value;
use super::size::{parse_address, parse_offset, parse_size};

mod shown;
mod values;

pub use shown::{Display, DumpOperands};
pub use values::{Border, CharacterTable, DumpFormat, Endian, Radix, Width};

/// Show bytes in hexadecimal and other notations, and convert dumps back to bytes.
///
/// Several files are shown as one stream. By default, the output is byte for byte that of `hexdump
/// -C`, and the options of hexdump(1) have the same meaning. With `-f xxd`, `-p`, `-i` and `-f binary`,
/// the output is that of xxd(1), and -g, -w (xxd's -c), -u, -a, -t and --base (xxd's -o) have xxd's
/// meaning. With `--type`, the output is that of od(1).
#[derive(clap::Args, Debug)]
// Options that all subcommands share have the letters that hexdump and xxd use.
#[command(
    override_usage = "mapped hexdump [OPTION]... [FILE]...\n       mapped hexdump -r [OPTION]... [DUMP [TARGET]]"
)]
#[command(
    mut_arg("offset", |arg| arg.short('s').visible_alias("skip")),
    mut_arg("length", |arg| arg.short('n').visible_short_alias('l')),
    args_override_self = true, infer_long_args = true, mut_args(allow_any_value),
    // The optional value of -e is never an option.
    mut_arg("format-string", |arg| arg.allow_hyphen_values(false)),
)]
pub struct HexdumpArgs {
    /// Operands, and the displays and formats of hexdump(1).
    #[command(flatten)]
    pub shown: DumpOperands,

    /// Print plain digits without addresses, like `xxd -p` [same as: --format plain]
    #[arg(short, long, visible_alias = "postscript", conflicts_with = "format")]
    pub plain: bool,

    /// Print a C array, like `xxd -i`; in binary with -b [same as: --format c]
    #[arg(short, long, conflicts_with = "plain")]
    pub include: bool,

    /// Print fields of a type, like `od -t`: a, c, or d, o, u, x, f with a size; z adds characters;
    /// may be repeated
    #[arg(long = "type", value_name = "TYPE", conflicts_with_all = ["format", "plain", "include"])]
    pub types: Vec<String>,

    /// List strings of N or more characters, like `od -S`
    ///
    /// A string consists of printable characters and ends with a zero byte, or at the limit of --length.
    /// Each line shows an address and a string.
    #[arg(long, value_name = "N", value_parser = parse_count, conflicts_with_all = ["format", "plain", "include", "types", "find", "reverse", "diff", "second_base", "character_table"])]
    pub strings: Option<usize>,

    /// Convert a dump back into bytes
    ///
    /// Understands canonical rows (squeezed ones too), panels, the tables of xxd, od and Wireshark,
    /// bit dumps and plain digits, or only the format named by --format or --type. A line that is not
    /// a row is an error, and so is a gap before or between rows, except in xxd's table and where a
    /// file is patched. A second operand names a file to patch in place; without it, bytes are written
    /// to standard output. Gaps become holes in a file and zeros elsewhere. --skip is added to every
    /// address, and --base is subtracted from it.
    #[arg(short, long, visible_alias = "revert")]
    pub reverse: bool,

    /// Show every row, even if it repeats the previous one
    #[arg(short = 'v', long, help_heading = "Layout", overrides_with = "squeeze")]
    pub no_squeezing: bool,

    /// In xxd's formats, replace more than two rows of zeros with one `*`, like `xxd -a`
    #[arg(hide_short_help = true, short = 'a', long, visible_alias = "autoskip", help_heading = "Layout")]
    pub squeeze: bool,

    /// Set the number of bytes per row; auto fills the terminal [default: 16; 30 with plain, 12 with c, 6 with binary]
    #[arg(short, long, visible_alias = "cols", value_name = "N|auto", help_heading = "Layout", value_parser = parse_width)]
    pub width: Option<Width>,

    /// Set the number of bytes per group; 0 is the whole row [default: 1; 2 with xxd, 4 with
    /// --endian little]
    #[arg(short, long, visible_alias = "group-size", value_name = "N", help_heading = "Layout", value_parser = parse_count)]
    pub group: Option<usize>,

    /// Set the byte order within a group or word
    #[arg(long, value_name = "ORDER", help_heading = "Layout")]
    pub endian: Option<Endian>,

    /// Use upper-case hexadecimal digits
    #[arg(short, long, help_heading = "Layout")]
    pub upper: bool,

    /// Set the address of the first byte; negative addresses wrap around
    #[arg(long, value_name = "ADDRESS", help_heading = "Layout", value_parser = parse_address, allow_hyphen_values = true)]
    pub base: Option<u64>,

    /// With --type, also show addresses counted from ADDRESS, in parentheses, like the LABEL of od
    #[arg(hide_short_help = true, long, value_name = "ADDRESS", help_heading = "Layout", value_parser = parse_address, requires = "types", conflicts_with = "reverse")]
    pub second_base: Option<u64>,

    /// Set the notation of addresses [default: hexadecimal; octal with --type]
    #[arg(short = 'A', long, value_name = "RADIX", help_heading = "Layout")]
    pub address_radix: Option<Radix>,

    /// Search for bytes and start the dump at the row of the first match; --length counts from there;
    /// may be repeated
    ///
    /// PATTERN is pairs of hexadecimal digits, in which `?` matches any digit (`ff d8 ?? e?`), or else
    /// text. A prefix of `hex:`, `text:`, `utf16:` or `utf16be:` says which it is, and --hex, --text and
    /// --utf16 say so for all patterns. The exit status is 1 if nothing matches.
    #[arg(long, value_name = "PATTERN", help_heading = "Search", conflicts_with = "reverse")]
    pub find: Vec<OsString>,

    /// Treat the patterns of --find as text
    #[arg(hide_short_help = true, long, help_heading = "Search", requires = "find", conflicts_with_all = ["hex", "utf16"])]
    pub text: bool,

    /// Treat the patterns of --find as hexadecimal digits
    #[arg(hide_short_help = true, long, help_heading = "Search", requires = "find", conflicts_with = "utf16")]
    pub hex: bool,

    /// Treat the patterns of --find as text in little-endian UTF-16
    #[arg(hide_short_help = true, long, help_heading = "Search", requires = "find")]
    pub utf16: bool,

    /// List every match of --find: its address, and --length bytes from there on [default: a row]
    ///
    /// Matches may overlap; of those that start at the same byte, only the longest is listed. The whole
    /// match is always shown. With --context, rows of the dump are shown instead, with `--` where rows are
    /// omitted.
    #[arg(long, help_heading = "Search", requires = "find")]
    pub all: bool,

    /// Print only the number of matches of --find
    #[arg(long, help_heading = "Search", requires = "find", conflicts_with = "all")]
    pub count: bool,

    /// Show N rows before the one with the match; with --all and --diff, also N rows after it
    #[arg(long, value_name = "N", help_heading = "Search", value_parser = clap::value_parser!(u32).range(..=65536))]
    pub context: Option<u32>,

    /// Compare two files and print the rows that differ side by side
    ///
    /// Equal rows are omitted, and `--` is printed instead; --context shows some around each
    /// difference, and -v shows all. `<` and `>` mark bytes that only one file has; insertions of
    /// up to 64 KiB are recognised. With --format plain, prints a line for each byte that differs,
    /// like `cmp -l`. The exit status is 0 if the files are equal, 1 if they differ, and 2 on errors.
    #[arg(long, help_heading = "Comparison", conflicts_with_all = ["find", "reverse"])]
    pub diff: bool,

    /// With --diff, print only where the first difference is, like `cmp`
    #[arg(long, help_heading = "Comparison", requires = "diff", conflicts_with_all = ["format", "plain", "context"])]
    pub brief: bool,

    /// With --diff, print nothing; the exit status shows whether the files differ
    #[arg(long, help_heading = "Comparison", requires = "diff", conflicts_with_all = ["format", "plain", "context", "brief"])]
    pub quiet: bool,

    /// With --diff, skip to this offset in the second file [default: the same as --offset]
    #[arg(hide_short_help = true, long, value_name = "SIZE", help_heading = "Comparison", requires = "diff", value_parser = parse_offset, allow_hyphen_values = true)]
    pub second_offset: Option<i64>,

    /// With --brief or --format plain, also show characters, like `cmp -b`
    #[arg(hide_short_help = true, long, help_heading = "Comparison", requires = "diff")]
    pub print_bytes: bool,

    /// Set the characters shown for bytes; `default`, `codepage-437` and `braille` require panels
    #[arg(hide_short_help = true, long, value_name = "TABLE", help_heading = "Layout")]
    pub character_table: Option<CharacterTable>,

    /// Set the number of panels; auto fills the terminal; implies `--format panels`
    #[arg(long, value_name = "N|auto", help_heading = "Layout", value_parser = parse_width, conflicts_with = "width")]
    pub panels: Option<Width>,

    /// Set the borders of panels; implies `--format panels`
    #[arg(hide_short_help = true, long, value_name = "STYLE", help_heading = "Layout")]
    pub border: Option<Border>,

    /// Set the array name for --format c [default: from the file name]
    #[arg(hide_short_help = true, long, value_name = "NAME", help_heading = "C arrays")]
    pub name: Option<OsString>,

    /// Write the names of --format c in upper case
    #[arg(hide_short_help = true, long, help_heading = "C arrays")]
    pub capitalize: bool,

    /// End the array of --format c with a zero byte, like `xxd -t`
    #[arg(hide_short_help = true, short, long, help_heading = "C arrays")]
    pub terminate: bool,

    /// Decompress gzip, zstd, xz, bzip2, lz4, lzma, lzip and compress files, recognised by their content
    #[arg(long, help_heading = "Input and reporting")]
    pub decompress: bool,

    /// Input and reporting.
    #[command(flatten)]
    pub common: Common,
}

fn parse_width(text: &str) -> Result<Width, String> {
    if text == "auto" {
        return Ok(Width::Auto);
    }
    let wrong = |_| String::from("expected a number or auto");
    parse_size(text).and_then(|n| usize::try_from(n).map_err(|_| text.into())).map(Width::Exactly).map_err(wrong)
}

fn parse_count(text: &str) -> Result<usize, String> {
    usize::try_from(parse_size(text)?).map_err(|_| "the number is too large".into())
}
