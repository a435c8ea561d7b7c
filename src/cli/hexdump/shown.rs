//! Operands, displays and formats of `mapped hexdump`, whose order and position matter.

use std::ffi::OsString;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{ArgAction, ArgMatches, FromArgMatches, ValueEnum};

use super::DumpFormat;
use crate::cli::values_with_indices;

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
    /// `--format-file FILE`
    FormatFile(OsString),
    /// `-f FILE`, where the name may be a mistyped format
    NamedFile(OsString),
}

/// The long option, the short option, the display, and the help of each display.
const DISPLAYS: [(&str, char, Display, &str); 7] = [
    ("one-byte-octal", 'b', Display::OneByteOctal, "Show bytes in octal; several displays print a line each"),
    ("one-byte-hex", 'X', Display::OneByteHex, "Show bytes in hexadecimal"),
    ("one-byte-char", 'c', Display::OneByteChar, "Show bytes as characters or escapes"),
    ("canonical", 'C', Display::Canonical, "Show hexadecimal and characters (default)"),
    ("two-bytes-decimal", 'd', Display::TwoBytesDecimal, "Show two-byte units in decimal"),
    ("two-bytes-octal", 'o', Display::TwoBytesOctal, "Show two-byte units in octal"),
    ("two-bytes-hex", 'x', Display::TwoBytesHex, "Show two-byte units in hexadecimal"),
];

/// The operands, displays and formats.
///
/// The order of displays and formats matters, and `-e` takes a value as in hexdump(1), or none as
/// in xxd(1), where it means little-endian groups. The word after `-e` is a format if it contains a
/// quote, and an operand otherwise. Therefore, all of these are taken from the matches by position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DumpOperands {
    /// The files to show.
    pub files: Vec<OsString>,
    /// The format, by name.
    pub format: Option<DumpFormat>,
    /// Displays and formats, in the order given.
    pub displays: Vec<Display>,
    /// `-e` without a format.
    pub little_endian: bool,
}

/// The value of `--format`: a name, a format, or a file of formats.
#[derive(Clone, Debug)]
enum FormatValue {
    Named(DumpFormat),
    Other(OsString),
}

/// Parses a value of `--format`, and lists the names for help and completions.
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
        let named = value.to_str().and_then(|name| DumpFormat::from_str(name, false).ok());
        Ok(named.map_or_else(|| FormatValue::Other(value.to_owned()), FormatValue::Named))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(DumpFormat::possible_values()))
    }
}

impl clap::Args for DumpOperands {
    fn augment_args(command: clap::Command) -> clap::Command {
        let any = || clap::builder::ValueParser::os_string();
        let displays = DISPLAYS.map(|(long, short, _, help)| {
            // A flag that keeps the position of each use: `-x -x` prints each row twice.
            let arg = clap::Arg::new(long).long(long).short(short).help(help).action(ArgAction::Append);
            let arg = arg.num_args(0).value_parser(any()).default_missing_value("");
            if short == 'b' { arg.conflicts_with("plain") } else { arg.conflicts_with_all(["plain", "include"]) }
        });
        command
            .arg(
                clap::Arg::new("files")
                    .value_name("FILE")
                    .help("Files to show; - is standard input, the default")
                    .value_parser(any())
                    .num_args(0..),
            )
            .arg(
                clap::Arg::new("format")
                    .short('f')
                    .long("format")
                    .value_name("FORMAT")
                    .help("Set the format: one of these, a format string of hexdump(1), or a file of such strings")
                    .value_parser(FormatParser)
                    .action(ArgAction::Append),
            )
            .arg(
                clap::Arg::new("format-string")
                    .short('e')
                    .value_name("FORMAT")
                    .help("Use a format string of hexdump(1); without one, same as `--endian little`, as in `xxd -e`")
                    .value_parser(any())
                    .num_args(0..=1)
                    .default_missing_value("")
                    .action(ArgAction::Append),
            )
            .arg(
                clap::Arg::new("format-file")
                    .long("format-file")
                    .hide_short_help(true)
                    .value_name("FILE")
                    .help("Use the formats in FILE, one per line")
                    .value_parser(any())
                    .action(ArgAction::Append),
            )
            .args(displays)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        DumpOperands::augment_args(command)
    }
}

impl FromArgMatches for DumpOperands {
    fn from_arg_matches(matches: &ArgMatches) -> Result<DumpOperands, clap::Error> {
        let mut shown = DumpOperands::default();
        let mut displays: Vec<(usize, Display)> = DISPLAYS
            .into_iter()
            .flat_map(|(long, _, display, _)| {
                values_with_indices::<OsString>(matches, long)
                    .into_iter()
                    .map(move |(index, _)| (index, display.clone()))
            })
            .collect();
        let mut files: Vec<(usize, OsString)> = values_with_indices(matches, "files");
        let is_format = |value: &OsString| value.as_encoded_bytes().contains(&b'"');
        for (index, value) in values_with_indices(matches, "format-string") {
            if is_format(&value) {
                displays.push((index, Display::Format(value)));
                continue;
            }
            shown.little_endian = true;
            if !value.is_empty() {
                files.push((index, value));
            }
        }
        for (index, value) in values_with_indices(matches, "format-file") {
            displays.push((index, Display::FormatFile(value)));
        }
        for (index, value) in values_with_indices(matches, "format") {
            match value {
                FormatValue::Named(format) => shown.format = Some(format),
                FormatValue::Other(value) if is_format(&value) => displays.push((index, Display::Format(value))),
                FormatValue::Other(value) => displays.push((index, Display::NamedFile(value))),
            }
        }
        if shown.format.is_some() && !displays.is_empty() {
            let message = "--format with a name cannot be combined with displays and other formats";
            return Err(clap::Error::raw(clap::error::ErrorKind::ArgumentConflict, format!("{message}\n")));
        }
        files.sort_by_key(|(index, _)| *index);
        displays.sort_by_key(|(index, _)| *index);
        shown.files = files.into_iter().map(|(_, file)| file).collect();
        shown.displays = displays.into_iter().map(|(_, display)| display).collect();
        Ok(shown)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = DumpOperands::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::super::HexdumpArgs;
    use super::*;

    fn shown(args: &[&str]) -> DumpOperands {
        let command = <HexdumpArgs as clap::Args>::augment_args(Command::new("hexdump"));
        let matches = command.try_get_matches_from([&["hexdump"], args].concat()).unwrap();
        HexdumpArgs::from_arg_matches(&matches).unwrap().shown
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
        let twice = [Display::TwoBytesHex, Display::OneByteOctal, Display::TwoBytesHex];
        assert_eq!(shown(&["-xbx", "a"]).displays, twice);
        assert_eq!(shown(&["-f", "rows.fmt", "a"]).displays, [Display::NamedFile("rows.fmt".into())]);
    }
}
