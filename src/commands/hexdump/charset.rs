//! Maps bytes to the symbols in the column of characters: ASCII, EBCDIC, and the richer tables of
//! the panels.
//!
//! The richer tables use different symbols for different kinds of bytes, so that a zero, a blank
//! and a line end look different.

use crate::cli::hexdump::CharacterTable;

/// Returns the symbol for each of the 256 bytes.
pub fn signs(table: CharacterTable) -> [char; 256] {
    let signs: Vec<char> = (0..=u8::MAX).map(|byte| sign(table, byte)).collect();
    signs.try_into().expect("one symbol for each byte")
}

fn sign(table: CharacterTable, byte: u8) -> char {
    let printable = byte == b' ' || byte.is_ascii_graphic();
    match table {
        CharacterTable::Ebcdic => char::from(EBCDIC[usize::from(byte)]),
        CharacterTable::Codepage437 => CODEPAGE_437.chars().nth(usize::from(byte)).expect("one symbol for each byte"),
        _ if printable => char::from(byte),
        CharacterTable::Ascii => '.',
        CharacterTable::Braille => match byte {
            0 => '⋄',
            b'\t' => '→',
            b'\n' => '↵',
            b'\r' => '←',
            _ => braille(byte),
        },
        CharacterTable::Default => match byte {
            0 => '⋄',
            b'\t' | b'\n' | b'\r' | 0x0c => '_',
            0x80.. => '×',
            _ => '•',
        },
    }
}

/// Returns the braille pattern whose dots are the bits of `byte`. The bits fill the rows from the
/// top, alternating between left and right: the low four bits, then the high four.
fn braille(byte: u8) -> char {
    // Unicode numbers the dots down the left column, then down the right column, then the bottom
    // pair.
    const DOT_OF_BIT: [u32; 8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
    let dots: u32 = (0..8).filter(|bit| byte >> bit & 1 == 1).map(|bit: usize| DOT_OF_BIT[bit]).sum();
    char::from_u32(0x2800 + dots).expect("within the block of braille patterns")
}

/// The ASCII form of every EBCDIC byte, or a dot if that is not printable ASCII. The table is from
/// a proposed standard of 1979, which xxd uses.
pub static EBCDIC: [u8; 256] = {
    let upper = concat!(
        " ...........<(+|",
        "&.........!$*);~",
        "-/.........,%_>?",
        ".........`:#@'=\"",
        ".abcdefghi......",
        ".jklmnopqr^.....",
        "..stuvwxyz...[..",
        ".............]..",
        "{ABCDEFGHI......",
        "}JKLMNOPQR......",
        "\\.STUVWXYZ......",
        "0123456789......",
    )
    .as_bytes();
    let mut table = [b'.'; 256];
    let mut i = 0;
    while i < upper.len() {
        table[64 + i] = upper[i];
        i += 1;
    }
    table
};

const CODEPAGE_437: &str = concat!(
    "⋄☺☻♥♦♣♠•◘○◙♂♀♪♫☼",
    "►◄↕‼¶§▬↨↑↓→←∟↔▲▼",
    " !\"#$%&'()*+,-./",
    "0123456789:;<=>?",
    "@ABCDEFGHIJKLMNO",
    "PQRSTUVWXYZ[\\]^_",
    "`abcdefghijklmno",
    "pqrstuvwxyz{|}~⌂",
    "ÇüéâäàåçêëèïîìÄÅ",
    "ÉæÆôöòûùÿÖÜ¢£¥₧ƒ",
    "áíóúñÑªº¿⌐¬½¼¡«»",
    "░▒▓│┤╡╢╖╕╣║╗╝╜╛┐",
    "└┴┬├─┼╞╟╚╔╩╦╠═╬╧",
    "╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀",
    "αßΓπΣσµτΦΘΩδ∞φε∩",
    "≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
);
