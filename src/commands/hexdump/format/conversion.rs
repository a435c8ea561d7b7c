//! Prints bytes and addresses with one conversion of hexdump(1).

use super::super::characters::{NAMES, escape};
use super::parse::{Conversion, ConversionKind};
use crate::commands::printf::ConversionSpec;

/// Appends an address in the base `d`, `o` or `x`.
pub fn push_address(spec: ConversionSpec, base: u8, address: u64, out: &mut Vec<u8>) {
    if base == b'd' { spec.push_signed(address as i64, out) } else { spec.push_unsigned(address, base, out) }
}

/// Appends a conversion of the bytes `shown`, which are at the start of the row's `rest`.
pub fn push_bytes(conversion: Conversion, shown: &[u8], rest: &[u8], out: &mut Vec<u8>) {
    let Conversion { kind, spec } = conversion;
    let mut word = [0; 8];
    let length = shown.len().min(8);
    word[..length].copy_from_slice(&shown[..length]);
    let unsigned = u64::from_le_bytes(word);
    let byte = word[0];
    match kind {
        ConversionKind::Address(_) => {}
        ConversionKind::Byte => spec.push_character(byte, out),
        ConversionKind::Printable if byte.is_ascii_graphic() || byte == b' ' => spec.push_character(byte, out),
        ConversionKind::Printable => spec.push_character(b'.', out),
        ConversionKind::Escape => push_escape(spec, byte, out),
        ConversionKind::Name => match byte {
            0..0x20 => spec.push_text(NAMES[usize::from(byte)].as_bytes(), out),
            0x7f => spec.push_text(b"del", out),
            0x80.. => spec.push_unsigned(u64::from(byte), b'x', out),
            _ => spec.push_character(byte, out),
        },
        ConversionKind::Signed => {
            let unused = 64 - 8 * length.max(1) as u32;
            spec.push_signed((unsigned << unused) as i64 >> unused, out);
        }
        ConversionKind::Unsigned(letter) => spec.push_unsigned(unsigned, letter, out),
        ConversionKind::Float(letter) => {
            let value = if length == 4 { f64::from(f32::from_bits(unsigned as u32)) } else { f64::from_bits(unsigned) };
            spec.push_float(value, letter, out);
        }
        // The text ends at a NUL or at its precision, regardless of the number of bytes.
        ConversionKind::Text => spec.push_text(&rest[..memchr::memchr(0, rest).unwrap_or(rest.len())], out),
    }
}

fn push_escape(spec: ConversionSpec, byte: u8, out: &mut Vec<u8>) {
    match (escape(byte), byte) {
        (Some(escape), _) => spec.push_text(escape.as_bytes(), out),
        (None, 0x20..0x7f) => spec.push_character(byte, out),
        (None, _) => spec.push_text(format!("{byte:03o}").as_bytes(), out),
    }
}
