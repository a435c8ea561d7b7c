//! The conversions of C's `printf` that formats use, for integers, floating point and text.
//!
//! Pure text: what a conversion is given has been decoded. Byte-identical to glibc in the C locale
//! (ISO C 7.21.6.1), including flags that only some conversions heed.

/// Flags, field width and precision of a conversion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

/// The widest field and the highest precision that a format may ask for.
pub const MAX_FIELD: usize = 4096;

impl Spec {
    /// Parses what stands between `%` and the conversion character; `None` if a number is too large.
    pub fn parse(text: &[u8]) -> Option<Spec> {
        let mut spec = Spec::default();
        let mut rest = text;
        while let [flag, after @ ..] = rest {
            match flag {
                b'-' => spec.left = true,
                b'+' => spec.plus = true,
                b' ' => spec.space = true,
                b'#' => spec.alternate = true,
                b'0' => spec.zero = true,
                _ => break,
            }
            rest = after;
        }
        let (width, rest) = number(rest)?;
        spec.width = width;
        if let [b'.', rest @ ..] = rest {
            spec.precision = Some(number(rest)?.0);
        }
        Some(spec)
    }

    /// Returns the spec that fills the same columns with blanks: `%s` of nothing, without flags.
    pub fn padding(self) -> Spec {
        Spec { width: self.width, precision: self.precision, ..Spec::default() }
    }

    /// Appends text, cut to the precision.
    pub fn push_text(&self, text: &[u8], out: &mut Vec<u8>) {
        let text = &text[..text.len().min(self.precision.unwrap_or(usize::MAX))];
        self.push_padded(b"", text, false, out);
    }

    /// Appends one character, whatever the precision.
    pub fn push_character(&self, character: u8, out: &mut Vec<u8>) {
        self.push_padded(b"", &[character], false, out);
    }

    /// Appends a signed decimal number.
    pub fn push_signed(&self, value: i64, out: &mut Vec<u8>) {
        let mut digits = [0; 64];
        let digits = digits_of(value.unsigned_abs(), 10, b"0123456789", &mut digits);
        self.push_integer(self.sign(value < 0), digits, value == 0, out);
    }

    /// Appends an unsigned number by the conversion `o`, `u`, `x` or `X`.
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
        if conversion == b'o' && self.alternate && self.precision.is_none_or(|least| least <= digits.len()) {
            if value == 0 {
                return Spec { precision: None, ..*self }.push_integer(b"", digits, true, out);
            }
            let longer = Spec { precision: self.precision.map(|_| digits.len() + 1), ..*self };
            let with_zero = [b"0", digits].concat();
            return longer.push_integer(b"", &with_zero, false, out);
        }
        self.push_integer(prefix, digits, value == 0, out);
    }

    /// Appends a floating-point number by the conversion `e`, `f`, `g`, `E` or `G`.
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
        match self.precision {
            Some(precision) if precision > digits.len() => {
                let mut longer = vec![b'0'; precision - digits.len()];
                longer.extend_from_slice(digits);
                self.push_padded(prefix, &longer, false, out);
            }
            precision => self.push_padded(prefix, digits, self.zero && precision.is_none(), out),
        }
    }

    /// Appends sign or prefix and text, filled to the field width.
    fn push_padded(&self, prefix: &[u8], text: &[u8], zeros: bool, out: &mut Vec<u8>) {
        let missing = self.width.saturating_sub(prefix.len() + text.len());
        let zeros = zeros && !self.left;
        if !self.left && !zeros {
            out.resize(out.len() + missing, b' ');
        }
        out.extend_from_slice(prefix);
        if zeros {
            out.resize(out.len() + missing, b'0');
        }
        out.extend_from_slice(text);
        if self.left {
            out.resize(out.len() + missing, b' ');
        }
    }
}

fn number(text: &[u8]) -> Option<(usize, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = text[..digits].iter().try_fold(0usize, |value, digit| {
        value.checked_mul(10)?.checked_add(usize::from(digit - b'0')).filter(|&value| value <= MAX_FIELD)
    })?;
    Some((value, &text[digits..]))
}

/// Writes the digits of `value` at the end of `room`, and returns them.
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

    fn shown(spec: &str, put: impl Fn(&Spec, &mut Vec<u8>)) -> String {
        let mut out = vec![];
        put(&Spec::parse(spec.as_bytes()).unwrap(), &mut out);
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
        assert_eq!(shown("+05", |spec, out| spec.push_signed(-3, out)), "-0003");
        assert_eq!(shown(" ", |spec, out| spec.push_signed(3, out)), " 3");
        assert_eq!(shown("", |spec, out| spec.push_signed(i64::MIN, out)), "-9223372036854775808");
        assert!(Spec::parse(b"99999999999").is_none());
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
