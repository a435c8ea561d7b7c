//! `mapped hexdump`.

use std::ffi::OsString;

use clap::{ArgAction, ArgMatches, FromArgMatches, ValueEnum};

use super::common::Common;
use super::getopt::take_any_word;
use super::size::{parse_offset, parse_size};
use crate::commands::hexdump::charset::CharacterTable;
use crate::commands::hexdump::panels::Border;
use crate::commands::hexdump::placed::Endian;

/// Show bytes in hexadecimal and other notations, and turn such text back.
///
/// Several files are shown as one stream. The default is the output of `hexdump -C`, byte for byte. With `-f xxd`, `-p`,
/// `-i`, `-f binary` and `-e` it is that of `xxd`, and the options -g, -w (xxd's -c), -u, -a, --base (xxd's -o) mean what
/// they mean there.
#[derive(clap::Args, Debug)]
// hexdump's own letters for what every subcommand can do, and xxd's for the second.
#[command(
    mut_arg("offset", |arg| arg.short('s').visible_alias("skip")),
    mut_arg("length", |arg| arg.short('n').visible_short_alias('l')),
    args_override_self = true, infer_long_args = true, mut_args(take_any_word),
)]
pub struct Args {
    /// Files to show; `-` is standard input, which is also the default
    #[arg(value_name = "FILE")]
    pub files: Vec<OsString>,

    /// How to show the bytes
    #[arg(short, long, value_name = "FORMAT", conflicts_with_all = DISPLAYS.map(|display| display.0))]
    pub format: Option<Format>,

    /// Plain digits without addresses, as `xxd -p`: the same as `--format plain`
    #[arg(short, long, visible_alias = "postscript", conflicts_with = "format")]
    pub plain: bool,

    /// A C array, as `xxd -i`: the same as `--format c`
    #[arg(short, long, conflicts_with_all = ["format", "plain"])]
    pub include: bool,

    /// hexdump's displays.
    #[command(flatten)]
    pub displays: Displays,

    /// Turn a dump back into bytes: canonical rows (squeezed ones too), xxd's table or plain
    /// digits, whichever it is, or the one that --format names. Addresses that leave gaps make
    /// holes where the output is a file, zeros elsewhere; with it, --skip adds to every address and
    /// --base subtracts from it
    #[arg(short, long, visible_alias = "revert")]
    pub reverse: bool,

    /// Show every row, also those that repeat the one before
    #[arg(short = 'v', long, overrides_with = "squeeze")]
    pub no_squeezing: bool,

    /// Show one `*` for more than two rows of zeros in the formats that show every row by default,
    /// as `xxd -a`
    #[arg(short = 'a', long, visible_alias = "autoskip")]
    pub squeeze: bool,

    /// Bytes a row, or as many as fit on the terminal [default: 16; 30 with plain, 12 with c, 6 with binary]
    #[arg(short, long, visible_alias = "cols", value_name = "N|auto", value_parser = parse_width)]
    pub width: Option<Width>,

    /// Bytes between blanks; 0 is the whole row [default: 1; 2 with xxd, 4 with --endian little]
    #[arg(short, long, visible_alias = "group-size", value_name = "N")]
    pub group: Option<usize>,

    /// Order of the bytes within a group
    #[arg(long, value_name = "ORDER")]
    pub endian: Option<Endian>,

    /// The same as `--endian little`, as `xxd -e`
    #[arg(short = 'e', conflicts_with = "endian")]
    pub little_endian: bool,

    /// Write hexadecimal digits as capitals
    #[arg(short, long)]
    pub upper: bool,

    /// Show the first byte of the input at this address; a negative one wraps around
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address, allow_hyphen_values = true)]
    pub base: Option<u64>,

    /// Notation of the addresses
    #[arg(long, value_name = "RADIX", default_value = "hexadecimal")]
    pub address_radix: Radix,

    /// Begin at the row where these bytes first stand: hexadecimal digits in pairs (`7f454c46`,
    /// `0x7f 45`) or else text (`"face"` in quotes is text too). With it, --length counts from
    /// there
    #[arg(long, value_name = "HEX|STRING", conflicts_with = "reverse", value_parser = parse_needle)]
    pub find: Option<Needle>,

    /// Rows to show before the one that --find found
    #[arg(long, value_name = "ROWS", default_value_t = 0, requires = "find")]
    pub context: u32,

    /// Signs for bytes; `default`, `codepage-437` and `braille` only in panels
    #[arg(long, value_name = "TABLE")]
    pub character_table: Option<CharacterTable>,

    /// Panels of eight bytes side by side, or as many as fit on the terminal; implies `--format panels`
    #[arg(long, value_name = "N|auto", value_parser = parse_width, conflicts_with = "width")]
    pub panels: Option<Width>,

    /// Borders around panels; implies `--format panels`
    #[arg(long, value_name = "STYLE")]
    pub border: Option<Border>,

    /// Name of the array with --format c [default: made from the file's name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<OsString>,

    /// Capital letters in the names with --format c
    #[arg(long)]
    pub capitalize: bool,

    /// Decode compressed files, recognized by their content: gzip, zstd, xz, bzip2, lz4, lzma, lzip and compress
    #[arg(long)]
    pub decompress: bool,

    /// Input and reporting.
    #[command(flatten)]
    pub common: Common,
}

/// `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Hexadecimal and characters, as `hexdump -C` (default)
    Canonical,
    /// Hexadecimal and characters, as `xxd`
    Xxd,
    /// Hexadecimal digits only, as `xxd -p`
    Plain,
    /// C array, as `xxd -i`
    C,
    /// Binary digits and characters, as `xxd -b`
    Binary,
    /// Two bytes in octal, as `hexdump -o`
    Octal,
    /// Two bytes in decimal, as `hexdump -d`
    Decimal,
    /// Two bytes in hexadecimal, as `hexdump` without options
    Hex,
    /// Panels with borders, as `hexyl`
    Panels,
}

/// `--address-radix`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Radix {
    /// Base 16
    #[value(alias = "x")]
    Hexadecimal,
    /// Base 10, with the formats of xxd and canonical
    #[value(alias = "d")]
    Decimal,
}

/// `--width`, `--panels`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// As many as fit.
    Auto,
    /// So many.
    Exactly(usize),
}

/// One of hexdump's displays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Display {
    /// `-b`
    OneByteOctal,
    /// `-c`
    OneByteChar,
    /// `-C`
    Canonical,
    /// `-d`
    TwoBytesDecimal,
    /// `-o`
    TwoBytesOctal,
    /// `-x`
    TwoBytesHex,
}

/// The long option, the short one, what it is, and its help.
const DISPLAYS: [(&str, char, Display, &str); 6] = [
    ("one-byte-octal", 'b', Display::OneByteOctal, "One byte in octal; this and the next five add up, a line for each"),
    ("one-byte-char", 'c', Display::OneByteChar, "One byte as a character or escape"),
    ("canonical", 'C', Display::Canonical, "Hexadecimal and characters, the default"),
    ("two-bytes-decimal", 'd', Display::TwoBytesDecimal, "Two bytes in decimal"),
    ("two-bytes-octal", 'o', Display::TwoBytesOctal, "Two bytes in octal"),
    ("two-bytes-hex", 'x', Display::TwoBytesHex, "Two bytes in hexadecimal"),
];

/// hexdump's displays in the order in which they were asked for; that order matters, so they are
/// taken from the matches themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Displays(pub Vec<Display>);

impl clap::Args for Displays {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.args(DISPLAYS.map(|(long, short, _, help)| {
            clap::Arg::new(long)
                .long(long)
                .short(short)
                .help(help)
                .action(ArgAction::SetTrue)
                .conflicts_with_all(["plain", "include"])
        }))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Displays::augment_args(command)
    }
}

impl FromArgMatches for Displays {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Displays, clap::Error> {
        let mut given: Vec<(usize, Display)> = DISPLAYS
            .into_iter()
            .filter(|(long, ..)| matches.get_flag(long))
            .filter_map(|(long, _, display, _)| Some((matches.index_of(long)?, display)))
            .collect();
        given.sort_by_key(|(index, _)| *index);
        Ok(Displays(given.into_iter().map(|(_, display)| display).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Displays::from_arg_matches(matches)?;
        Ok(())
    }
}

/// `--find`: the bytes to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle(pub Vec<u8>);

fn parse_width(text: &str) -> Result<Width, String> {
    if text == "auto" {
        return Ok(Width::Auto);
    }
    let wrong = |_| format!("'{text}' is neither a number nor 'auto'");
    parse_size(text).and_then(|n| usize::try_from(n).map_err(|_| text.into())).map(Width::Exactly).map_err(wrong)
}

/// An address: a size, or a negative one, which counts down from 2⁶⁴.
fn parse_address(text: &str) -> Result<u64, String> {
    match text.strip_prefix('-') {
        Some(_) => parse_offset(text).map(|address| address as u64),
        None => parse_size(text.strip_prefix('+').unwrap_or(text)),
    }
}

fn parse_needle(text: &str) -> Result<Needle, String> {
    let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let needle = match quoted {
        Some(inner) => inner.as_bytes().to_vec(),
        None => parse_pairs(text).unwrap_or_else(|| text.as_bytes().to_vec()),
    };
    if needle.is_empty() { Err("nothing to look for".into()) } else { Ok(Needle(needle)) }
}

/// Bytes written as pairs of hexadecimal digits, with or without blanks or `0x` before them.
fn parse_pairs(text: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![];
    for word in text.split_ascii_whitespace() {
        let digits = word.strip_prefix("0x").unwrap_or(word);
        if digits.len() % 2 != 0 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        for pair in digits.as_bytes().chunks(2) {
            bytes.push(u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needles() {
        let cases: [(&str, &[u8]); 7] = [
            ("7f454c46", b"\x7fELF"),
            ("0x7f 45", b"\x7fE"),
            ("7F 45", b"\x7fE"),
            ("abc", b"abc"),
            ("\"face\"", b"face"),
            ("face", b"\xfa\xce"),
            ("hello world", b"hello world"),
        ];
        for (text, bytes) in cases {
            assert_eq!(parse_needle(text), Ok(Needle(bytes.to_vec())), "{text}");
        }
        assert!(parse_needle("").is_err());
        assert!(parse_needle("\"\"").is_err());
        assert!(parse_needle("  ").is_err());
    }

    #[test]
    fn addresses() {
        assert_eq!(parse_address("0x10"), Ok(16));
        assert_eq!(parse_address("-5"), Ok(5u64.wrapping_neg()));
        assert_eq!(parse_address("0xfffffffffffffff0"), Ok(u64::MAX - 15));
        assert!(parse_address("--5").is_err());
    }
}
