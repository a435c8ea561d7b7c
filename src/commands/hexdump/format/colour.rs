//! Parses the colours in a format of hexdump(1): `%x_L[red:0x41,!green:A@16,blue@0-3]`.
//!
//! Each condition names a colour, and may name a value and a position. The first condition that is
//! true for the bytes of a conversion determines its colour.

/// A colour, and the condition for its use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The escape sequence that turns the colour on.
    pub escape: &'static str,
    /// Whether the condition is met by any other value instead.
    inverted: bool,
    value: ConditionValue,
    /// The address at which the condition applies, or `None` for any address.
    address: Option<u64>,
    /// The number of bytes to which the condition applies.
    bytes: usize,
}

/// The value with which bytes are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ConditionValue {
    Any,
    Number(u64),
    Text(Vec<u8>),
}

/// The escape sequence that turns colour off.
pub const RESET: &str = "\x1b[0m";

/// The colours known to hexdump, and their escape sequences.
const NAMES: [(&str, &str); 20] = [
    ("black", "\x1b[30m"),
    ("blink", "\x1b[5m"),
    ("blue", "\x1b[34m"),
    ("bold", "\x1b[1m"),
    ("brown", "\x1b[33m"),
    ("cyan", "\x1b[36m"),
    ("darkgray", "\x1b[1;30m"),
    ("gray", "\x1b[37m"),
    ("green", "\x1b[32m"),
    ("halfbright", "\x1b[2m"),
    ("lightblue", "\x1b[1;34m"),
    ("lightcyan", "\x1b[1;36m"),
    ("lightgreen", "\x1b[1;32m"),
    ("lightmagenta", "\x1b[1;35m"),
    ("lightred", "\x1b[1;31m"),
    ("magenta", "\x1b[35m"),
    ("red", "\x1b[31m"),
    ("reset", "\x1b[0m"),
    ("reverse", "\x1b[7m"),
    ("yellow", "\x1b[1;33m"),
];

/// Parses the conditions between the brackets, for a conversion of `bytes` bytes. If a colour is
/// unknown, there are no conditions.
///
/// # Errors
/// Returns a message about the first invalid condition.
pub fn parse(list: &[u8], bytes: usize) -> Result<Vec<Condition>, String> {
    let bad = || format!("bad format {{{}}}", String::from_utf8_lossy(list));
    let count = || String::from("bad byte count for conversion character _L");
    let mut conditions = vec![];
    let mut rest = list;
    while !rest.is_empty() {
        let inverted = rest[0] == b'!';
        rest = &rest[usize::from(inverted)..];
        let length = rest.iter().position(|byte| b":@,".contains(byte)).unwrap_or(rest.len());
        let Some(escape) = escape(&rest[..length]) else { return Ok(vec![]) };
        let (value, after) = value(&rest[length..]).ok_or_else(bad)?;
        rest = after;
        let mut condition = Condition { escape, inverted, value, address: None, bytes };
        if let Some(place) = rest.strip_prefix(b"@") {
            let (from, after) = decimal(place).ok_or_else(bad)?;
            condition.address = Some(from);
            rest = after;
            if let Some(to) = rest.strip_prefix(b"-") {
                let (to, after) = decimal(to).ok_or_else(bad)?;
                rest = after;
                let range = (to + 1).checked_sub(from).ok_or_else(count)?;
                condition.bytes = usize::try_from(range).map_err(|_| count())?;
            }
        }
        let mut spread = spread(condition, bytes).ok_or_else(count)?;
        if spread.iter().any(|part| matches!(&part.value, ConditionValue::Text(text) if text.len() != part.bytes)) {
            return Err(count());
        }
        conditions.append(&mut spread);
        match rest {
            [b',', after @ ..] => rest = after,
            [] => {}
            _ => return Err(bad()),
        }
    }
    Ok(conditions)
}

/// Splits a condition on more bytes than a conversion shows into one condition for each conversion.
/// Returns `None` if there would be too many.
fn spread(condition: Condition, bytes: usize) -> Option<Vec<Condition>> {
    const MAX_PARTS: usize = 4096;
    let mut parts = vec![];
    let mut rest = condition;
    while rest.bytes > bytes {
        if bytes == 0 || parts.len() == MAX_PARTS {
            return None;
        }
        parts.push(Condition { bytes, ..rest.clone() });
        rest.address = rest.address.map(|address| address + bytes as u64);
        rest.bytes -= bytes;
    }
    parts.push(rest);
    Some(parts)
}

fn escape(name: &[u8]) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| known.as_bytes() == name).map(|(_, escape)| *escape)
}

/// Parses `:VALUE`, if there is one.
fn value(text: &[u8]) -> Option<(ConditionValue, &[u8])> {
    let Some(text) = text.strip_prefix(b":") else { return Some((ConditionValue::Any, text)) };
    if text.first() == Some(&b'0') {
        let (digits, radix) = match text {
            [b'0', b'x' | b'X', digits @ ..] => (digits, 16),
            octal => (octal, 8),
        };
        let length = digits.iter().take_while(|byte| char::from(**byte).is_digit(radix)).count();
        let number = u64::from_str_radix(str::from_utf8(&digits[..length]).ok()?, radix).ok()?;
        return Some((ConditionValue::Number(number), &digits[length..]));
    }
    let end = memchr::memchr(b',', text).unwrap_or(text.len());
    // The last `@` starts the position, unless it ends the text and is thus part of the value.
    let end = match memchr::memrchr(b'@', &text[..end]) {
        Some(at) if at + 1 < end => at,
        _ => end,
    };
    Some((ConditionValue::Text(text[..end].to_vec()), &text[end..]))
}

fn decimal(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value: u64 = str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
    (value < u64::MAX).then_some((value, &text[digits..]))
}

impl Condition {
    /// Returns whether a conversion at `address` has this colour. `bytes` are the bytes that it
    /// shows; a conversion of an address shows none.
    pub fn is_met(&self, address: u64, bytes: &[u8]) -> bool {
        let from = self.address.unwrap_or(address);
        let within = from.checked_sub(address).and_then(|skipped| bytes.get(usize::try_from(skipped).ok()?..));
        let Some(shown) = within.and_then(|shown| shown.get(..self.bytes)) else { return false };
        let matches = match &self.value {
            ConditionValue::Any => return true,
            ConditionValue::Number(number) if bytes.is_empty() => *number == address,
            ConditionValue::Number(number) => {
                let mut word = [0; 8];
                word[..shown.len().min(8)].copy_from_slice(&shown[..shown.len().min(8)]);
                u64::from_le_bytes(word) == *number
            }
            ConditionValue::Text(text) => !bytes.is_empty() && text == shown,
        };
        matches != self.inverted
    }
}
