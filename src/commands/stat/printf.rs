//! C's `printf` conversions as GNU stat uses them: padded text, integers in three bases, and
//! seconds with a fraction.
//!
//! Each type of conversion honours certain flags. GNU stat silently ignores the others, and so does
//! this.

use crate::os::accounts;

/// The maximum width or precision.
pub const WIDEST: usize = 1 << 20;

/// The flags, width and precision of a directive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    group: bool,
    width: usize,
    /// `None` without a point, and `Some(None)` for a point without digits.
    precision: Option<Option<usize>>,
}

impl Spec {
    /// Parses the three parts as they are written. Numbers that are too large become the largest
    /// one.
    pub fn new(flags: &[u8], width: &[u8], precision: Option<&[u8]>) -> Spec {
        let has = |flag| flags.contains(&flag);
        Spec {
            left: has(b'-'),
            plus: has(b'+'),
            space: has(b' '),
            alternate: has(b'#'),
            zero: has(b'0'),
            group: has(b'\''),
            width: digits(width).unwrap_or(0),
            precision: precision.map(digits),
        }
    }

    fn precision(&self) -> Option<usize> {
        self.precision.map(Option::unwrap_or_default)
    }
}

fn digits(text: &[u8]) -> Option<usize> {
    if text.is_empty() {
        return None;
    }
    let value = text.iter().fold(0usize, |sum, digit| sum.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
    Some(value.min(i32::MAX as usize))
}

/// The value of a directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, which the precision truncates.
    Text(Vec<u8>),
    /// A link and its target, each formatted separately.
    Link(Vec<u8>, Vec<u8>),
    /// A number that may be negative.
    Signed(i64),
    /// A number that is not negative.
    Unsigned(u64),
    /// A number shown in octal.
    Octal(u64),
    /// A number shown in hexadecimal.
    Hex(u64),
    /// Seconds since 1970 and nanoseconds. The precision is the number of digits in the fraction.
    Seconds(i64, u32),
}

/// Appends `value` as `spec` specifies.
pub fn put(out: &mut Vec<u8>, spec: &Spec, value: &Value) {
    match value {
        Value::Text(text) => put_text(out, spec, text),
        Value::Link(name, target) => {
            put_text(out, spec, name);
            out.extend_from_slice(b" -> ");
            put_text(out, spec, target);
        }
        Value::Signed(number) => {
            let sign = sign(spec, *number < 0);
            put_integer(out, spec, sign, number.unsigned_abs().to_string().into_bytes(), true);
        }
        Value::Unsigned(number) => put_integer(out, spec, b"", number.to_string().into_bytes(), true),
        Value::Octal(number) => {
            let mut text = format!("{number:o}").into_bytes();
            // The extra zero of the alternate form counts towards the precision, and zero already
            // has one.
            if spec.alternate && *number != 0 && spec.precision().unwrap_or(0) <= text.len() {
                text.insert(0, b'0');
            }
            put_integer(out, spec, b"", text, !spec.alternate);
        }
        Value::Hex(number) => {
            let prefix: &[u8] = if spec.alternate && *number != 0 { b"0x" } else { b"" };
            put_integer(out, spec, prefix, format!("{number:x}").into_bytes(), true);
        }
        Value::Seconds(seconds, nanoseconds) => put_seconds(out, spec, *seconds, *nanoseconds),
    }
}

fn sign(spec: &Spec, negative: bool) -> &'static [u8] {
    match (negative, spec.plus, spec.space) {
        (true, ..) => b"-",
        (_, true, _) => b"+",
        (_, _, true) => b" ",
        _ => b"",
    }
}

fn put_text(out: &mut Vec<u8>, spec: &Spec, text: &[u8]) {
    let text = &text[..spec.precision().unwrap_or(usize::MAX).min(text.len())];
    pad(out, spec, text.len(), |out| out.extend_from_slice(text));
}

/// Appends what `put` appends, which is `length` bytes, with spaces on the side that `spec`
/// specifies.
fn pad(out: &mut Vec<u8>, spec: &Spec, length: usize, put: impl FnOnce(&mut Vec<u8>)) {
    let spaces = spec.width.saturating_sub(length);
    if !spec.left {
        out.resize(out.len() + spaces, b' ');
    }
    put(out);
    if spec.left {
        out.resize(out.len() + spaces, b' ');
    }
}

/// Appends an integer's digits after its sign or prefix. With `may_vanish`, zero at precision zero
/// has no digits, as in C.
fn put_integer(out: &mut Vec<u8>, spec: &Spec, prefix: &[u8], mut digits: Vec<u8>, may_vanish: bool) {
    if may_vanish && digits == b"0" && spec.precision() == Some(0) {
        digits.clear();
    }
    if let Some(precision) = spec.precision() {
        let missing = precision.saturating_sub(digits.len());
        digits.splice(0..0, std::iter::repeat_n(b'0', missing));
    }
    if spec.group {
        digits = grouped(digits);
    }
    if spec.zero && !spec.left && spec.precision.is_none() {
        let missing = spec.width.saturating_sub(prefix.len() + digits.len());
        digits.splice(0..0, std::iter::repeat_n(b'0', missing));
    }
    pad(out, spec, prefix.len() + digits.len(), |out| {
        out.extend_from_slice(prefix);
        out.extend_from_slice(&digits);
    });
}

/// Groups decimal digits as the locale does. Most locales group none.
fn grouped(digits: Vec<u8>) -> Vec<u8> {
    let locale = accounts::locale();
    if locale.thousands_separator.is_empty() {
        return digits;
    }
    let mut sizes = locale.grouping.iter().copied();
    let mut size = sizes.next().unwrap_or(0);
    let mut reversed = Vec::new();
    let mut rest = &digits[..];
    // 0 or CHAR_MAX ends the grouping; otherwise the last size repeats.
    while size != 0 && size != i8::MAX as u8 && rest.len() > usize::from(size) {
        let (left, group) = rest.split_at(rest.len() - usize::from(size));
        reversed.extend(group.iter().rev());
        reversed.extend(locale.thousands_separator.iter().rev());
        rest = left;
        size = sizes.next().unwrap_or(size);
    }
    reversed.extend(rest.iter().rev());
    reversed.reverse();
    reversed
}

/// Appends seconds with a fraction. Both share the width, and the fraction of a negative time
/// counts towards zero.
fn put_seconds(out: &mut Vec<u8>, spec: &Spec, seconds: i64, nanoseconds: u32) {
    let mut whole = Spec { precision: None, ..spec.clone() };
    let precision = spec.precision.map_or(0, |digits| digits.unwrap_or(9));
    let mut width = 0;
    if precision > 0 {
        whole.width = 0;
        width = spec.width;
        let for_whole = width.saturating_sub(1).saturating_sub(precision);
        if for_whole > 1 {
            // Padding on the right belongs after the fraction.
            whole.left = false;
            if !spec.left {
                whole.width = for_whole;
            }
        }
    }
    let shown = precision.min(9);
    let divisor = 10u32.pow(9 - shown as u32);
    let (mut seconds, mut fraction) = (seconds, nanoseconds / divisor);
    let mut minus_zero = false;
    if seconds < 0 && nanoseconds != 0 {
        // -1.25 is stored as -2 and 0.75. The distance from zero is printed, rounded towards minus
        // infinity.
        let modulus = 1_000_000_000 / divisor;
        fraction = modulus - fraction - u32::from(!nanoseconds.is_multiple_of(divisor));
        seconds += i64::from(fraction != 0);
        minus_zero = seconds == 0;
    }
    let start = out.len();
    let sign = sign(spec, seconds < 0 || minus_zero);
    put_integer(out, &whole, sign, seconds.unsigned_abs().to_string().into_bytes(), false);
    if precision == 0 {
        return;
    }
    let printed = out.len() - start;
    out.extend_from_slice(&accounts::locale().decimal_point);
    out.extend_from_slice(format!("{fraction:0shown$}").as_bytes());
    let zeros = precision - shown;
    let behind = if printed < width && width - printed > 1 {
        (width as i64 - printed as i64 - 1 - shown as i64).unsigned_abs() as usize
    } else {
        0
    };
    out.resize(out.len() + zeros, b'0');
    out.resize(out.len() + behind.saturating_sub(zeros), b' ');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(spec: (&str, &str, Option<&str>), value: Value) -> String {
        let spec = Spec::new(spec.0.as_bytes(), spec.1.as_bytes(), spec.2.map(str::as_bytes));
        let mut out = Vec::new();
        put(&mut out, &spec, &value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn integers_as_in_c() {
        assert_eq!(shown(("", "6", None), Value::Signed(-42)), "   -42");
        assert_eq!(shown(("0", "6", None), Value::Signed(-42)), "-00042");
        assert_eq!(shown(("-0", "6", None), Value::Signed(42)), "42    ");
        assert_eq!(shown(("+", "", None), Value::Signed(42)), "+42");
        assert_eq!(shown(("+ ", "", None), Value::Unsigned(42)), "42");
        assert_eq!(shown(("0", "6", Some("3")), Value::Unsigned(7)), "   007");
        assert_eq!(shown(("#", "", None), Value::Octal(0o644)), "0644");
        assert_eq!(shown(("#", "", Some("6")), Value::Octal(0o644)), "000644");
        assert_eq!(shown(("#", "", Some("0")), Value::Octal(0)), "0");
        assert_eq!(shown(("", "", Some("0")), Value::Octal(0)), "");
        assert_eq!(shown(("#0", "8", None), Value::Hex(0xfe)), "0x0000fe");
        assert_eq!(shown(("#", "", None), Value::Hex(0)), "0");
    }

    #[test]
    fn seconds_and_their_fraction() {
        let time = Value::Seconds(1_000_000_000, 123_456_789);
        assert_eq!(shown(("", "", None), time.clone()), "1000000000");
        assert_eq!(shown(("", "", Some("3")), time.clone()), "1000000000.123");
        assert_eq!(shown(("", "", Some("")), time.clone()), "1000000000.123456789");
        assert_eq!(shown(("", "18", Some("3")), time.clone()), "    1000000000.123");
        assert_eq!(shown(("-", "18", Some("3")), time.clone()), "1000000000.123    ");
        assert_eq!(shown(("", "", Some("12")), time), "1000000000.123456789000");
        let before = Value::Seconds(-2, 750_000_000);
        assert_eq!(shown(("", "", Some("2")), before.clone()), "-1.25");
        assert_eq!(shown(("", "", Some("1")), before), "-1.2");
        assert_eq!(shown(("", "", Some("1")), Value::Seconds(-1, 750_000_000)), "-0.2");
    }
}
