//! Tables of 256 entries that map a byte to text, one per notation, computed at compile time.

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// The two lower-case hexadecimal digits of every byte.
pub static HEX_LOWER: [[u8; 2]; 256] = hex(LOWER);

/// The two upper-case hexadecimal digits of every byte.
pub static HEX_UPPER: [[u8; 2]; 256] = hex(UPPER);

/// The three octal digits of every byte.
pub static OCTAL: [[u8; 3]; 256] = octal();

/// The eight binary digits of every byte.
pub static BINARY: [[u8; 8]; 256] = binary();

/// Each byte that is printable ASCII, and a dot for every other byte.
pub static PRINTABLE: [u8; 256] = printable();

/// Returns the table of hexadecimal digits in the requested case.
pub fn hex_table(upper: bool) -> &'static [[u8; 2]; 256] {
    if upper { &HEX_UPPER } else { &HEX_LOWER }
}

/// Returns the sixteen hexadecimal digits in the requested case.
pub const fn alphabet(upper: bool) -> &'static [u8; 16] {
    if upper { UPPER } else { LOWER }
}

/// Returns the value of a hexadecimal digit of either case.
pub fn hex_value(digit: u8) -> Option<u8> {
    let value = VALUES[usize::from(digit)];
    (value < 16).then_some(value)
}

/// The value of each hexadecimal digit, and 16 for any other byte.
static VALUES: [u8; 256] = {
    let mut table = [16; 256];
    let mut value = 0;
    while value < 16 {
        table[LOWER[value] as usize] = value as u8;
        table[UPPER[value] as usize] = value as u8;
        value += 1;
    }
    table
};

const fn hex(alphabet: &[u8; 16]) -> [[u8; 2]; 256] {
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [alphabet[byte >> 4], alphabet[byte & 15]];
        byte += 1;
    }
    table
}

const fn octal() -> [[u8; 3]; 256] {
    let mut table = [[0; 3]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [LOWER[byte >> 6], LOWER[(byte >> 3) & 7], LOWER[byte & 7]];
        byte += 1;
    }
    table
}

const fn binary() -> [[u8; 8]; 256] {
    let mut table = [[b'0'; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            table[byte][7 - bit] += ((byte >> bit) & 1) as u8;
            bit += 1;
        }
        byte += 1;
    }
    table
}

const fn printable() -> [u8; 256] {
    let mut table = [b'.'; 256];
    let mut byte = 0x20;
    while byte < 0x7f {
        table[byte] = byte as u8;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_match_the_standard_formatter() {
        for byte in 0..=u8::MAX {
            let i = usize::from(byte);
            assert_eq!(HEX_LOWER[i], format!("{byte:02x}").as_bytes());
            assert_eq!(HEX_UPPER[i], format!("{byte:02X}").as_bytes());
            assert_eq!(OCTAL[i], format!("{byte:03o}").as_bytes());
            assert_eq!(BINARY[i], format!("{byte:08b}").as_bytes());
            let seen = if byte.is_ascii_graphic() || byte == b' ' { byte } else { b'.' };
            assert_eq!(PRINTABLE[i], seen);
            assert_eq!(hex_value(byte).map(u32::from), char::from(byte).to_digit(16));
        }
    }
}
