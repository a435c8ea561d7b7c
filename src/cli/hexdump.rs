//! `mapped hexdump`.

use std::ffi::OsString;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{ArgAction, ArgMatches, FromArgMatches, ValueEnum};

use super::common::Common;
use super::getopt::take_any_word;
use super::size::{parse_address, parse_size};

/// Show bytes in hexadecimal and other notations, and turn such text back.
///
/// Several files are shown as one stream. The default is the output of `hexdump -C`, byte for byte.
/// The options of hexdump(1) mean what they mean there. With `-f xxd`, `-p`, `-i` and `-f binary`
/// the output is that of xxd(1), and -g, -w (xxd's -c), -u, -a, -t and --base (xxd's -o) mean what
/// they mean there; with `--type` it is that of od(1).
#[derive(clap::Args, Debug)]
// hexdump's own letters for what every subcommand can do, and xxd's for the second.
#[command(
    mut_arg("offset", |arg| arg.short('s').visible_alias("skip")),
    mut_arg("length", |arg| arg.short('n').visible_short_alias('l')),
    args_override_self = true, infer_long_args = true, mut_args(take_any_word),
    // What may follow -e, or not, is no option.
    mut_arg("format-string", |arg| arg.allow_hyphen_values(false)),
)]
pub struct Args {
    /// Operands, and the displays and formats of hexdump(1).
    #[command(flatten)]
    pub shown: Shown,

    /// Print plain digits without addresses, as `xxd -p` [same as: --format plain]
    #[arg(short, long, visible_alias = "postscript", conflicts_with = "format")]
    pub plain: bool,

    /// Print a C array, as `xxd -i`; in binary with -b [same as: --format c]
    #[arg(short, long, conflicts_with = "plain")]
    pub include: bool,

    /// Print fields of a type, as `od -t`: a, c, or d, o, u, x, f with a size, and z for characters;
    /// may be repeated
    #[arg(long = "type", value_name = "TYPE", conflicts_with_all = ["format", "plain", "include"])]
    pub types: Vec<String>,

    /// Turn a dump back into bytes
    ///
    /// Understands canonical rows (squeezed ones too), the tables of xxd, od and Wireshark, bit
    /// dumps and plain digits, or only what --format or --type names. What is not a row is an
    /// error. A second operand names a file to patch in place; without it, bytes go to standard
    /// output. Addresses that leave gaps make holes in a file, zeros elsewhere. --skip adds to
    /// every address and --base subtracts from it
    #[arg(short, long, visible_alias = "revert")]
    pub reverse: bool,

    /// Show every row, even if it repeats the row before
    #[arg(short = 'v', long, overrides_with = "squeeze")]
    pub no_squeezing: bool,

    /// Replace more than two rows of zeros by one `*` in the formats of xxd, as `xxd -a`
    #[arg(short = 'a', long, visible_alias = "autoskip")]
    pub squeeze: bool,

    /// Set the bytes per row, or fill the terminal [default: 16; 30 with plain, 12 with c, 6 with binary]
    #[arg(short, long, visible_alias = "cols", value_name = "N|auto", value_parser = parse_width)]
    pub width: Option<Width>,

    /// Set the bytes between blanks; 0 is the whole row [default: 1; 2 with xxd, 4 with --endian little]
    #[arg(short, long, visible_alias = "group-size", value_name = "N", value_parser = parse_group)]
    pub group: Option<usize>,

    /// Set the order of the bytes within a group or word
    #[arg(long, value_name = "ORDER")]
    pub endian: Option<Endian>,

    /// Write hexadecimal digits as capitals
    #[arg(short, long)]
    pub upper: bool,

    /// Show the first byte of the input at this address; a negative one wraps around
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address, allow_hyphen_values = true)]
    pub base: Option<u64>,

    /// Set the notation of addresses [default: hexadecimal; octal with --type]
    #[arg(short = 'A', long, value_name = "RADIX")]
    pub address_radix: Option<Radix>,

    /// Search for bytes, and begin at the row of the first match; may be repeated
    ///
    /// PATTERN is pairs of hexadecimal digits, in which `?` stands for any digit (`ff d8 ?? e?`),
    /// or else text. `hex:`, `text:`, `utf16:` or `utf16be:` before it says which, and so do
    /// --hex, --text and --utf16 for all patterns. --length counts from the match
    #[arg(long, value_name = "PATTERN", conflicts_with = "reverse")]
    pub find: Vec<OsString>,

    /// Read the patterns of --find as text
    #[arg(long, requires = "find", conflicts_with_all = ["hex", "utf16"])]
    pub text: bool,

    /// Read the patterns of --find as hexadecimal digits
    #[arg(long, requires = "find", conflicts_with = "utf16")]
    pub hex: bool,

    /// Read the patterns of --find as text in little-endian UTF-16
    #[arg(long, requires = "find")]
    pub utf16: bool,

    /// Show N rows before the one with the match
    #[arg(long, value_name = "N", default_value_t = 0, requires = "find", value_parser = clap::value_parser!(u32).range(..=65536))]
    pub context: u32,

    /// Set the characters shown for bytes; `default`, `codepage-437` and `braille` only in panels
    #[arg(long, value_name = "TABLE")]
    pub character_table: Option<CharacterTable>,

    /// Set the number of panels, or fill the terminal; implies `--format panels`
    #[arg(long, value_name = "N|auto", value_parser = parse_width, conflicts_with = "width")]
    pub panels: Option<Width>,

    /// Set the borders of panels; implies `--format panels`
    #[arg(long, value_name = "STYLE")]
    pub border: Option<Border>,

    /// Name the array of --format c [default: made from the file name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<OsString>,

    /// Write the names of --format c in capitals
    #[arg(long)]
    pub capitalize: bool,

    /// End the array of --format c with a zero byte, as `xxd -t`
    #[arg(short, long)]
    pub terminate: bool,

    /// Decode compressed files, recognized by their content: gzip, zstd, xz, bzip2, lz4, lzma, lzip and compress
    #[arg(long)]
    pub decompress: bool,

    /// Input and reporting.
    #[command(flatten)]
    pub common: Common,
}

/// `--format`, by name.
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
    /// Base 10
    #[value(alias = "d")]
    Decimal,
    /// Base 8
    #[value(alias = "o")]
    Octal,
    /// No addresses
    #[value(alias = "n")]
    None,
}

/// `--endian`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Endian {
    /// Last byte first
    Little,
    /// First byte first
    Big,
}

/// `--border`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Border {
    /// Box-drawing characters
    #[default]
    Unicode,
    /// `+`, `-` and `|`
    Ascii,
    /// Blanks
    None,
}

/// `--character-table`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CharacterTable {
    /// ASCII as it is, '⋄' for zero, '_' for white space, '•' for other controls, '×' from 0x80 on
    #[default]
    Default,
    /// ASCII as it is, '.' for the rest
    Ascii,
    /// Code page 437, as the IBM PC showed every byte
    #[value(name = "codepage-437", aliases = ["cp437", "CP437"])]
    Codepage437,
    /// ASCII as it is, the rest as braille patterns of their bits
    Braille,
    /// EBCDIC, as `xxd -E` reads it, '.' for the rest
    Ebcdic,
}

/// `--width`, `--panels`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// As many as fit on the terminal.
    Auto,
    /// This number.
    Exactly(usize),
}

/// A display or format of hexdump(1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Display {
    /// `-b`
    OneByteOctal,
    /// `-X`
    OneByteHex,
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
    /// `-e FORMAT`
    Format(OsString),
    /// `-f FILE`
    FormatFile(OsString),
}

/// The long option, the short one, what it is, and its help.
const DISPLAYS: [(&str, char, Display, &str); 7] = [
    ("one-byte-octal", 'b', Display::OneByteOctal, "Show bytes in octal; displays and formats add up, a line for each"),
    ("one-byte-hex", 'X', Display::OneByteHex, "Show bytes in hexadecimal"),
    ("one-byte-char", 'c', Display::OneByteChar, "Show bytes as characters or escapes"),
    ("canonical", 'C', Display::Canonical, "Show hexadecimal and characters (default)"),
    ("two-bytes-decimal", 'd', Display::TwoBytesDecimal, "Show two bytes in decimal"),
    ("two-bytes-octal", 'o', Display::TwoBytesOctal, "Show two bytes in octal"),
    ("two-bytes-hex", 'x', Display::TwoBytesHex, "Show two bytes in hexadecimal"),
];

/// The operands, and what of them is shown.
///
/// The order of displays and formats matters, and `-e` takes a value as in hexdump(1), or none as
/// in xxd(1), where it means little-endian groups. What follows `-e` is a format if there is a
/// quote in it, and an operand if not. So these are taken from the matches, by their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The files to show.
    pub files: Vec<OsString>,
    /// The format, by name.
    pub format: Option<Format>,
    /// Displays and formats, in the order given.
    pub displays: Vec<Display>,
    /// `-e` without a format.
    pub little_endian: bool,
}

/// A value of `--format`.
#[derive(Clone, Debug)]
enum FormatValue {
    Named(Format),
    Other(OsString),
}

/// Reads a value of `--format`, and knows the names for help and completions.
#[derive(Clone)]
struct FormatParser;

impl TypedValueParser for FormatParser {
    type Value = FormatValue;

    fn parse_ref(
        &self,
        _command: &clap::Command,
        _arg: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<FormatValue, clap::Error> {
        let named = value.to_str().and_then(|name| Format::from_str(name, false).ok());
        Ok(named.map_or_else(|| FormatValue::Other(value.to_owned()), FormatValue::Named))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Format::value_variants().iter().filter_map(Format::to_possible_value)))
    }
}

impl clap::Args for Shown {
    fn augment_args(command: clap::Command) -> clap::Command {
        let any = || clap::builder::ValueParser::os_string();
        let displays = DISPLAYS.map(|(long, short, _, help)| {
            let arg = clap::Arg::new(long).long(long).short(short).help(help).action(ArgAction::SetTrue);
            if short == 'b' { arg.conflicts_with("plain") } else { arg.conflicts_with_all(["plain", "include"]) }
        });
        command
            .arg(
                clap::Arg::new("files")
                    .value_name("FILE")
                    .help("Files to show; `-` is standard input, which is also the default")
                    .value_parser(any())
                    .num_args(0..),
            )
            .arg(
                clap::Arg::new("format")
                    .short('f')
                    .long("format")
                    .value_name("FORMAT")
                    .help("Set the format: one of these, a format of hexdump(1), or a file of such formats")
                    .value_parser(FormatParser)
                    .action(ArgAction::Append),
            )
            .arg(
                clap::Arg::new("format-string")
                    .short('e')
                    .value_name("FORMAT")
                    .help(
                        "Show bytes by a format of hexdump(1); without one, the same as `--endian little`, as `xxd -e`",
                    )
                    .value_parser(any())
                    .num_args(0..=1)
                    .default_missing_value("")
                    .action(ArgAction::Append),
            )
            .arg(
                clap::Arg::new("format-file")
                    .long("format-file")
                    .value_name("FILE")
                    .help("Show bytes by the formats in a file, one a line")
                    .value_parser(any())
                    .action(ArgAction::Append),
            )
            .args(displays)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Shown::augment_args(command)
    }
}

impl FromArgMatches for Shown {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Shown, clap::Error> {
        let mut shown = Shown::default();
        let mut displays: Vec<(usize, Display)> = DISPLAYS
            .into_iter()
            .filter(|(long, ..)| matches.get_flag(long))
            .filter_map(|(long, _, display, _)| Some((matches.index_of(long)?, display)))
            .collect();
        let mut files: Vec<(usize, OsString)> = placed(matches, "files");
        let is_format = |value: &OsString| value.as_encoded_bytes().contains(&b'"');
        for (place, value) in placed(matches, "format-string") {
            if is_format(&value) {
                displays.push((place, Display::Format(value)));
                continue;
            }
            shown.little_endian = true;
            if !value.is_empty() {
                files.push((place, value));
            }
        }
        for (place, value) in placed(matches, "format-file") {
            displays.push((place, Display::FormatFile(value)));
        }
        for (place, value) in placed(matches, "format") {
            match value {
                FormatValue::Named(format) => shown.format = Some(format),
                FormatValue::Other(value) if is_format(&value) => displays.push((place, Display::Format(value))),
                FormatValue::Other(value) => displays.push((place, Display::FormatFile(value))),
            }
        }
        if shown.format.is_some() && !displays.is_empty() {
            let message = "--format with a name cannot be combined with displays and other formats";
            return Err(clap::Error::raw(clap::error::ErrorKind::ArgumentConflict, format!("{message}\n")));
        }
        files.sort_by_key(|(place, _)| *place);
        displays.sort_by_key(|(place, _)| *place);
        shown.files = files.into_iter().map(|(_, file)| file).collect();
        shown.displays = displays.into_iter().map(|(_, display)| display).collect();
        Ok(shown)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Shown::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Returns the values of an option with their places on the command line.
fn placed<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Vec<(usize, T)> {
    let places = matches.indices_of(id).into_iter().flatten();
    places.zip(matches.get_many::<T>(id).into_iter().flatten().cloned()).collect()
}

fn parse_width(text: &str) -> Result<Width, String> {
    if text == "auto" {
        return Ok(Width::Auto);
    }
    let wrong = |_| String::from("expected a number of bytes or 'auto'");
    parse_size(text).and_then(|n| usize::try_from(n).map_err(|_| text.into())).map(Width::Exactly).map_err(wrong)
}

fn parse_group(text: &str) -> Result<usize, String> {
    usize::try_from(parse_size(text)?).map_err(|_| "the number is too large".into())
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

    fn shown(args: &[&str]) -> Shown {
        let command = <Args as clap::Args>::augment_args(Command::new("hexdump"));
        let matches = command.try_get_matches_from([&["hexdump"], args].concat()).unwrap();
        Args::from_arg_matches(&matches).unwrap().shown
    }

    #[test]
    fn e_takes_a_format_or_none() {
        let format = |text: &str| Display::Format(text.into());
        assert_eq!(shown(&["-ve", "1/1 \"%x\"", "f"]).displays, [format("1/1 \"%x\"")]);
        assert_eq!(
            shown(&["-b", "-e", "\"x\"", "-C", "-e\"y\""]).displays,
            [Display::OneByteOctal, format("\"x\""), Display::Canonical, format("\"y\""),]
        );
        let xxd = shown(&["-f", "xxd", "a", "-e", "b", "c"]);
        assert_eq!((xxd.little_endian, xxd.displays.len()), (true, 0));
        assert_eq!(xxd.files, ["a", "b", "c"]);
        assert!(shown(&["a", "-e"]).little_endian);
        assert_eq!(shown(&["-e", "-b", "a"]).displays, [Display::OneByteOctal]);
        assert_eq!(shown(&["-f", "rows.fmt", "a"]).displays, [Display::FormatFile("rows.fmt".into())]);
    }
}
