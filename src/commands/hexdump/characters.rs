//! The texts of control characters that od(1) and hexdump(1) have in common.

/// The names of the control characters from 0 to 31 in hexdump's `_u`. In od's type `a`, only that of the
/// newline differs.
pub const NAMES: [&str; 32] = [
    "nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "lf", "vt", "ff", "cr", "so", "si", "dle",
    "dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em", "sub", "esc", "fs", "gs", "rs", "us",
];

/// Returns the escape sequence of C for a byte, if it has one.
pub fn escape(byte: u8) -> Option<&'static str> {
    Some(match byte {
        0 => "\\0",
        7 => "\\a",
        8 => "\\b",
        9 => "\\t",
        10 => "\\n",
        11 => "\\v",
        12 => "\\f",
        13 => "\\r",
        _ => return None,
    })
}
