//! The values that options of `mapped hexdump` take by name.

use clap::ValueEnum;
use clap::builder::PossibleValue;

/// A named format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DumpFormat {
    /// Hexadecimal and characters, like `hexdump -C` (default)
    Canonical,
    /// Hexadecimal and characters, like `xxd`
    Xxd,
    /// Hexadecimal digits only, like `xxd -p`
    Plain,
    /// C array, like `xxd -i`
    C,
    /// Binary digits and characters, like `xxd -b`
    Binary,
    /// Two-byte units in octal, like `hexdump -o`
    Octal,
    /// Two-byte units in decimal, like `hexdump -d`
    Decimal,
    /// Two-byte units in hexadecimal, like `hexdump` without options
    Hex,
    /// Panels with borders, like `hexyl`
    Panels,
}

impl DumpFormat {
    /// Returns all formats as clap describes them.
    pub fn possible_values() -> impl Iterator<Item = PossibleValue> {
        DumpFormat::value_variants().iter().filter_map(DumpFormat::to_possible_value)
    }

    /// Returns the names of all formats.
    pub fn names() -> Vec<String> {
        DumpFormat::possible_values().map(|value| value.get_name().to_owned()).collect()
    }
}

/// The notation of addresses.
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

/// The order of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Endian {
    /// Least significant byte first
    Little,
    /// Most significant byte first
    Big,
}

/// The borders of panels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Border {
    /// Box-drawing characters
    #[default]
    Unicode,
    /// `+`, `-` and `|`
    Ascii,
    /// Spaces
    None,
}

/// The characters shown for bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CharacterTable {
    /// ASCII unchanged, '⋄' for zero, '_' for white space, '•' for other control characters, '×'
    /// from 0x80 on
    #[default]
    Default,
    /// ASCII unchanged, '.' for the rest
    Ascii,
    /// Code page 437, with the IBM PC's glyph for every byte
    #[value(name = "codepage-437", aliases = ["cp437", "CP437"])]
    Codepage437,
    /// ASCII unchanged, the rest as braille patterns of their bits
    Braille,
    /// EBCDIC, like `xxd -E`, '.' for the rest
    Ebcdic,
}

/// A number of bytes or panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// The largest number that fits on the terminal.
    Auto,
    /// A fixed number.
    Exactly(usize),
}
