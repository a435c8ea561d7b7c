//! The conversions of C's `printf` for integers, floating point and text, shared by the formats of
//! `hexdump` and `stat`.
//!
//! Output is byte-identical to glibc (ISO C 7.21.6.1), including flags that only some conversions
//! honour. Only the `'` flag depends on the locale.

use crate::os::accounts;

/// Flags, field width and precision of a conversion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConversionSpec {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    group: bool,
    pub width: usize,
    pub precision: Option<usize>,
    /// Whether the precision is a point without digits, which means 0.
    pub is_bare_point: bool,
}

impl ConversionSpec {
    /// Parses the text between `%` and the conversion character. Returns `None` if the width or the
    /// precision exceeds `max`.
    pub fn parse(text: &[u8], max: usize) -> Option<ConversionSpec> {
        let mut spec = ConversionSpec::default();
        let mut rest = text;
        while let [flag, after @ ..] = rest {
            match flag {
                b'-' => spec.left = true,
                b'+' => spec.plus = true,
                b' ' => spec.space = true,
                b'#' => spec.alternate = true,
                b'0' => spec.zero = true,
                b'\'' => spec.group = true,
                // glibc uses the locale's digits here, and no supported locale has its own.
                b'I' => {}
                _ => break,
            }
            rest = after;
        }
        let (width, rest) = number(rest, max)?;
        spec.width = width;
        if let [b'.', rest @ ..] = rest {
            spec.precision = Some(number(rest, max)?.0);
            spec.is_bare_point = !rest.first().is_some_and(u8::is_ascii_digit);
        }
        Some(spec)
    }

    /// Returns whether text is padded on the right.
    pub fn is_left(&self) -> bool {
        self.left
    }

    /// Returns the same spec with another width, padded on the left, and without a precision.
    pub fn right(self, width: usize) -> ConversionSpec {
        ConversionSpec { left: false, width, precision: None, ..self }
    }

    /// Returns the same spec without a precision.
    pub fn without_precision(self) -> ConversionSpec {
        ConversionSpec { precision: None, ..self }
    }

    /// Returns a spec with the same width and precision but without flags.
    pub fn padding(self) -> ConversionSpec {
        ConversionSpec { width: self.width, precision: self.precision, ..ConversionSpec::default() }
    }

    /// Appends text, truncated to the precision.
    pub fn push_text(&self, text: &[u8], out: &mut Vec<u8>) {
        let text = &text[..text.len().min(self.precision.unwrap_or(usize::MAX))];
        self.push_padded(b"", text, false, out);
    }

    /// Appends one character, regardless of the precision.
    pub fn push_character(&self, character: u8, out: &mut Vec<u8>) {
        self.push_padded(b"", &[character], false, out);
    }

    /// Appends a signed decimal number.
    pub fn push_signed(&self, value: i64, out: &mut Vec<u8>) {
        self.push_magnitude(value < 0, value.unsigned_abs(), out);
    }

    /// Appends a decimal number whose sign is given separately, which makes a minus zero possible.
    pub fn push_magnitude(&self, is_negative: bool, magnitude: u64, out: &mut Vec<u8>) {
        let mut room = [0; 64];
        let digits = digits_of(magnitude, 10, b"0123456789", &mut room);
        self.push_integer(self.sign(is_negative), digits, magnitude == 0, out);
    }

    /// Appends an unsigned number in the conversion `o`, `u`, `x` or `X`.
    pub fn push_unsigned(&self, value: u64, conversion: u8, out: &mut Vec<u8>) {
        let mut room = [0; 64];
        let (radix, alphabet): (u64, &[u8; 16]) = match conversion {
            b'o' => (8, b"0123456789abcdef"),
            b'x' => (16, b"0123456789abcdef"),
            b'X' => (16, b"0123456789ABCDEF"),
            _ => (10, b"0123456789abcdef"),
        };
        let digits = digits_of(value, radix, alphabet, &mut room);
        let prefix: &[u8] = match conversion {
            b'x' if self.alternate && value != 0 => b"0x",
            b'X' if self.alternate && value != 0 => b"0X",
            _ => b"",
        };
        // The alternate form of octal makes the first digit a zero.
        if conversion == b'o' && self.alternate && self.precision.is_none_or(|min| min <= digits.len()) {
            if value == 0 {
                return ConversionSpec { precision: None, ..*self }.push_integer(b"", digits, true, out);
            }
            let longer = ConversionSpec { precision: self.precision.map(|_| digits.len() + 1), ..*self };
            let with_zero = [b"0", digits].concat();
            return longer.push_integer(b"", &with_zero, false, out);
        }
        self.push_integer(prefix, digits, value == 0, out);
    }

    /// Appends a floating-point number in the conversion `e`, `f`, `g`, `E` or `G`.
    pub fn push_float(&self, value: f64, conversion: u8, out: &mut Vec<u8>) {
        let sign = self.sign(value.is_sign_negative());
        let upper = conversion.is_ascii_uppercase();
        if !value.is_finite() {
            let name: &[u8] = match (value.is_nan(), upper) {
                (true, false) => b"nan",
                (true, true) => b"NAN",
                (false, false) => b"inf",
                (false, true) => b"INF",
            };
            return self.push_padded(sign, name, false, out);
        }
        let precision = self.precision.unwrap_or(6);
        let magnitude = value.abs();
        let mut text = match conversion.to_ascii_lowercase() {
            b'e' => self.scientific(magnitude, precision),
            b'f' => self.pointed(format!("{magnitude:.precision$}"), precision),
            _ => self.shorter(magnitude, precision.max(1)),
        };
        if upper {
            text.make_ascii_uppercase();
        }
        self.push_padded(sign, text.as_bytes(), self.zero, out);
    }

    fn sign(&self, negative: bool) -> &'static [u8] {
        match (negative, self.plus, self.space) {
            (true, ..) => b"-",
            (_, true, _) => b"+",
            (_, _, true) => b" ",
            _ => b"",
        }
    }

    fn pointed(&self, text: String, precision: usize) -> String {
        if precision == 0 && self.alternate { text + "." } else { text }
    }

    /// Returns the number as `%e` writes it, with at least two digits of exponent.
    fn scientific(&self, magnitude: f64, precision: usize) -> String {
        let text = format!("{magnitude:.precision$e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mantissa = self.pointed(mantissa.into(), precision);
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
        format!("{mantissa}e{sign}{exponent:0>2}")
    }

    /// Returns the number as `%g` writes it: whichever form is shorter, without trailing zeros.
    fn shorter(&self, magnitude: f64, digits: usize) -> String {
        let rounded = format!("{magnitude:.*e}", digits - 1);
        let exponent: i64 = rounded.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
        let fixed = exponent >= -4 && exponent < digits as i64;
        let text = if fixed {
            let precision = usize::try_from(digits as i64 - 1 - exponent).unwrap_or(0);
            self.pointed(format!("{magnitude:.precision$}"), precision)
        } else {
            self.scientific(magnitude, digits - 1)
        };
        if self.alternate {
            return text;
        }
        let (mantissa, exponent) = match text.find('e') {
            Some(at) => text.split_at(at),
            None => (text.as_str(), ""),
        };
        let mantissa =
            if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
        format!("{mantissa}{exponent}")
    }

    fn push_integer(&self, prefix: &[u8], digits: &[u8], is_zero: bool, out: &mut Vec<u8>) {
        let digits = if is_zero && self.precision == Some(0) { b"" } else { digits };
        let zeros = self.precision.map_or(0, |precision| precision.saturating_sub(digits.len()));
        let fills = self.zero && self.precision.is_none();
        if self.group {
            let all = [&vec![b'0'; zeros], digits].concat();
            return self.push_padded(prefix, &grouped(&all), fills, out);
        }
        if fills { self.push_padded(prefix, digits, true, out) } else { self.push_field(prefix, zeros, digits, out) }
    }

    /// Appends the sign or prefix and the text, padded to the field width.
    fn push_padded(&self, prefix: &[u8], text: &[u8], zeros: bool, out: &mut Vec<u8>) {
        let missing = self.width.saturating_sub(prefix.len() + text.len());
        self.push_field(prefix, if zeros && !self.left { missing } else { 0 }, text, out);
    }

    /// Appends the sign or prefix, zeros and the text, padded with blanks to the field width.
    fn push_field(&self, prefix: &[u8], zeros: usize, text: &[u8], out: &mut Vec<u8>) {
        let missing = self.width.saturating_sub(prefix.len() + zeros + text.len());
        if !self.left {
            out.resize(out.len() + missing, b' ');
        }
        out.extend_from_slice(prefix);
        out.resize(out.len() + zeros, b'0');
        out.extend_from_slice(text);
        if self.left {
            out.resize(out.len() + missing, b' ');
        }
    }
}

fn number(text: &[u8], max: usize) -> Option<(usize, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = text[..digits].iter().try_fold(0usize, |value, digit| {
        value.checked_mul(10)?.checked_add(usize::from(digit - b'0')).filter(|&value| value <= max)
    })?;
    Some((value, &text[digits..]))
}

/// Groups decimal digits as the locale does. Most locales do not group them.
fn grouped(digits: &[u8]) -> Vec<u8> {
    let locale = accounts::locale();
    if locale.thousands_separator.is_empty() {
        return digits.to_vec();
    }
    let mut sizes = locale.grouping.iter().copied();
    let mut size = sizes.next().unwrap_or(0);
    let mut reversed = Vec::new();
    let mut rest = digits;
    // The size 0 or CHAR_MAX ends the grouping; otherwise the last size repeats.
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

/// Writes the digits of `value` at the end of `room` and returns them.
fn digits_of<'r>(value: u64, radix: u64, alphabet: &[u8], room: &'r mut [u8; 64]) -> &'r [u8] {
    let (mut at, mut rest) = (room.len(), value);
    loop {
        at -= 1;
        room[at] = alphabet[(rest % radix) as usize];
        rest /= radix;
        if rest == 0 {
            return &room[at..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(spec: &str, put: impl Fn(&ConversionSpec, &mut Vec<u8>)) -> String {
        let mut out = vec![];
        put(&ConversionSpec::parse(spec.as_bytes(), 4096).unwrap(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn integers() {
        let unsigned =
            |spec: &str, value, conversion| shown(spec, |spec, out| spec.push_unsigned(value, conversion, out));
        assert_eq!(unsigned("08", 0xbeef, b'x'), "0000beef");
        assert_eq!(unsigned("#8.6", 0xbeef, b'X'), "0X00BEEF");
        assert_eq!(unsigned("#", 8, b'o'), "010");
        assert_eq!(unsigned("#", 0, b'o'), "0");
        assert_eq!(unsigned("-5", 7, b'u'), "7    ");
        assert_eq!(unsigned(".0", 0, b'u'), "");
        assert_eq!(unsigned("07.7", 0x10, b'x'), "0000010");
        assert_eq!(unsigned("+ ", 42, b'u'), "42");
        assert_eq!(unsigned("06.3", 7, b'u'), "   007");
        assert_eq!(unsigned("#.6", 0o644, b'o'), "000644");
        assert_eq!(unsigned("#.0", 0, b'o'), "0");
        assert_eq!(unsigned(".0", 0, b'o'), "");
        assert_eq!(unsigned("#08", 0xfe, b'x'), "0x0000fe");
        assert_eq!(unsigned("#", 0, b'x'), "0");
        assert_eq!(shown("-06", |spec, out| spec.push_signed(42, out)), "42    ");
        assert_eq!(shown("+05", |spec, out| spec.push_signed(-3, out)), "-0003");
        assert_eq!(shown(" ", |spec, out| spec.push_signed(3, out)), " 3");
        assert_eq!(shown("", |spec, out| spec.push_signed(i64::MIN, out)), "-9223372036854775808");
        assert!(ConversionSpec::parse((usize::MAX >> 1).to_string().as_bytes(), usize::MAX >> 1).is_some());
        assert!(ConversionSpec::parse(b"101", 100).is_none());
        assert!(ConversionSpec::parse(b".101", 100).is_none());
        assert!(ConversionSpec::parse(b"18446744073709551616", usize::MAX).is_none());
    }

    #[test]
    fn floating_point() {
        let float = |spec: &str, value, conversion| shown(spec, |spec, out| spec.push_float(value, conversion, out));
        assert_eq!(float("", 1.5, b'e'), "1.500000e+00");
        assert_eq!(float("", 1e-300, b'g'), "1e-300");
        assert_eq!(float("", 123456789.0, b'g'), "1.23457e+08");
        assert_eq!(float("", 100000.0, b'g'), "100000");
        assert_eq!(float("#", 1.0, b'g'), "1.00000");
        assert_eq!(float("08.2", -2.345, b'f'), "-0002.35");
        assert_eq!(float("06", f64::INFINITY, b'f'), "   inf");
        assert_eq!(float("", f64::NAN, b'E'), "NAN");
        assert_eq!(float(".0", 0.5, b'f'), "0");
        assert_eq!(float("#.0", 3.0, b'e'), "3.e+00");
        assert_eq!(float("", 0.0001, b'g'), "0.0001");
        assert_eq!(float("", 0.00001, b'g'), "1e-05");
        assert_eq!(float("", 9.9999995, b'g'), "10");
    }
}
