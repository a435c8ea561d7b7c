//! The value of a directive of GNU stat, and its printed form.
//!
//! Numbers and text are printed as in C's `printf`. Only seconds with a fraction are different.

use crate::commands::printf::ConversionSpec;
use crate::os::accounts;

/// The value of a directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, which is truncated to the precision.
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

/// Appends `value` in the form that `spec` specifies.
pub fn push(out: &mut Vec<u8>, spec: &ConversionSpec, value: &Value) {
    match value {
        Value::Text(text) => spec.push_text(text, out),
        Value::Link(name, target) => {
            spec.push_text(name, out);
            out.extend_from_slice(b" -> ");
            spec.push_text(target, out);
        }
        Value::Signed(number) => spec.push_signed(*number, out),
        Value::Unsigned(number) => spec.push_unsigned(*number, b'u', out),
        Value::Octal(number) => spec.push_unsigned(*number, b'o', out),
        Value::Hex(number) => spec.push_unsigned(*number, b'x', out),
        Value::Seconds(seconds, nanoseconds) => push_seconds(out, spec, *seconds, *nanoseconds),
    }
}

/// Appends seconds with a fraction, which share the width. The fraction of a negative time counts
/// towards zero.
fn push_seconds(out: &mut Vec<u8>, spec: &ConversionSpec, seconds: i64, nanoseconds: u32) {
    let precision = if spec.is_bare_point { 9 } else { spec.precision.unwrap_or(0) };
    let (mut whole, mut width) = (spec.without_precision(), 0);
    if precision > 0 {
        width = spec.width;
        let for_whole = width.saturating_sub(1).saturating_sub(precision);
        // Padding on the right must follow the fraction.
        whole = spec.right(if for_whole > 1 && !spec.is_left() { for_whole } else { 0 });
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
    whole.push_magnitude(seconds < 0 || minus_zero, seconds.unsigned_abs(), out);
    if precision == 0 {
        return;
    }
    let printed = out.len() - start;
    out.extend_from_slice(&accounts::locale().decimal_point);
    out.extend_from_slice(format!("{fraction:0shown$}").as_bytes());
    let zeros = precision - shown;
    let blanks = if printed < width && width - printed > 1 {
        (width as i64 - printed as i64 - 1 - shown as i64).unsigned_abs() as usize
    } else {
        0
    };
    out.resize(out.len() + zeros, b'0');
    out.resize(out.len() + blanks.saturating_sub(zeros), b' ');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(spec: &str, value: Value) -> String {
        let mut out = Vec::new();
        push(&mut out, &ConversionSpec::parse(spec.as_bytes(), 100).unwrap(), &value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn seconds_and_their_fraction() {
        let time = Value::Seconds(1_000_000_000, 123_456_789);
        assert_eq!(shown("", time.clone()), "1000000000");
        assert_eq!(shown(".3", time.clone()), "1000000000.123");
        assert_eq!(shown(".", time.clone()), "1000000000.123456789");
        assert_eq!(shown("18.3", time.clone()), "    1000000000.123");
        assert_eq!(shown("-18.3", time.clone()), "1000000000.123    ");
        assert_eq!(shown(".12", time), "1000000000.123456789000");
        let before = Value::Seconds(-2, 750_000_000);
        assert_eq!(shown(".2", before.clone()), "-1.25");
        assert_eq!(shown(".1", before), "-1.2");
        assert_eq!(shown(".1", Value::Seconds(-1, 750_000_000)), "-0.2");
    }
}
