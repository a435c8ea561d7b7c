//! Formats the 80-bit numbers of x86 processors, which are `long double` in C, as `%Lg` does.
//!
//! Rust has no such type. The decimal digits are computed with integers of arbitrary length,
//! because a 15-bit exponent needs up to 4951 digits.

/// The number of decimal digits that are computed, which is the maximum that 128 bits can hold.
const DIGITS: u32 = 36;

/// The number of digits that C guarantees to preserve, and the number that always suffices.
const MIN_DIGITS: u32 = 18;
const MAX_DIGITS: u32 = 21;

/// The exponent of the last bit of the smallest numbers.
const MIN_EXPONENT: i32 = 1 - 16383 - 63;

/// Returns the shortest text that reads back as the same number, with at least 18 digits unless the
/// number is subnormal. The number is in the 10 low bytes of `bits`.
pub fn shortest_extended(bits: u128) -> String {
    let (significand, exponent) = (bits as u64, (bits >> 64) as i32 & 0x7fff);
    let sign = if bits >> 79 & 1 == 1 { "-" } else { "" };
    let is_normal = significand >> 63 == 1;
    let text = match (exponent, is_normal) {
        (0x7fff, true) if significand << 1 == 0 => "inf".into(),
        (0x7fff, _) => "nan".into(),
        // Processors reject numbers without the leading bit.
        (1.., false) => "nan".into(),
        _ if significand == 0 => "0".into(),
        (_, _) => shortest_finite(significand, exponent.max(1) - 1 + MIN_EXPONENT, is_normal),
    };
    format!("{sign}{text}")
}

/// Formats `significand` × 2^`exponent`, which must not be zero.
fn shortest_finite(significand: u64, exponent: i32, is_normal: bool) -> String {
    let Decimal { value, power, is_exact } = decimal(significand, exponent);
    let rounded = |digits: u32| {
        let unit = 10u128.pow(DIGITS - digits);
        let (rest, half) = (value % unit, unit / 2);
        let is_tie = rest == half && is_exact;
        let is_up = if is_tie { value / unit % 2 == 1 } else { rest >= half };
        value - rest + if is_up { unit } else { 0 }
    };
    // A string is the same number if it is within half a unit of the last bit, which is the value
    // divided by twice the significand. Below a power of two, units are half as large.
    let is_same = |rounded: u128| {
        let is_below_power = rounded < value && significand == 1 << 63 && exponent > MIN_EXPONENT;
        let parts = u128::from(significand) << if is_below_power { 2 } else { 1 };
        let distance = rounded.abs_diff(value).checked_mul(parts);
        distance.is_some_and(|distance| distance < value || distance == value && significand.is_multiple_of(2))
    };
    let min = if is_normal { MIN_DIGITS } else { 1 };
    let digits = (min..MAX_DIGITS).find(|&digits| is_same(rounded(digits))).unwrap_or(MAX_DIGITS);
    general(rounded(digits), power, digits)
}

/// Formats a 36-digit number, the first of which represents 10^`power`, as `%.*Lg` does.
fn general(value: u128, power: i32, precision: u32) -> String {
    // Rounding may have added a digit.
    let text = value.to_string();
    let power = power + (text.len() as i32 - DIGITS as i32);
    let digits = text[..precision as usize].trim_end_matches('0');
    let (first, others) = digits.split_at(1);
    if power < -4 || power >= precision as i32 {
        let point = if others.is_empty() { "" } else { "." };
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{first}{point}{others}e{sign}{:02}", power.unsigned_abs());
    }
    if power < 0 {
        return format!("0.{}{digits}", "0".repeat(power.unsigned_abs() as usize - 1));
    }
    let whole = power as usize + 1;
    match digits.len().checked_sub(whole) {
        None | Some(0) => format!("{digits:0<whole$}"),
        Some(_) => format!("{}.{}", &digits[..whole], &digits[whole..]),
    }
}

/// The first digits of a number.
struct Decimal {
    /// The first 36 digits, truncated.
    value: u128,
    /// The power of ten of the first digit.
    power: i32,
    /// Whether there are no further digits.
    is_exact: bool,
}

/// Returns the digits of `significand` × 2^`exponent`.
fn decimal(significand: u64, exponent: i32) -> Decimal {
    let (mut numerator, mut denominator) = (Natural::new(significand), Natural::new(1));
    match exponent {
        0.. => numerator.shift(exponent.unsigned_abs()),
        _ => denominator.shift(exponent.unsigned_abs()),
    }
    let log = (f64::from(exponent) + (significand as f64).log2()) * std::f64::consts::LOG10_2;
    // The logarithm may be off by one if the number is close to a power of ten.
    let mut power = log.floor() as i32 - 1;
    match power {
        0.. => denominator.multiply_by_power_of_ten(power.unsigned_abs()),
        _ => numerator.multiply_by_power_of_ten(power.unsigned_abs()),
    }
    let mut next = denominator.clone();
    next.multiply(10);
    while !numerator.is_less_than(&next) {
        denominator = next.clone();
        next.multiply(10);
        power += 1;
    }
    let mut value = u128::from(numerator.take_quotient(&denominator));
    for digits in [15, 15, 5] {
        let unit = 10u64.pow(digits);
        numerator.multiply(unit);
        value = value * u128::from(unit) + u128::from(numerator.take_quotient(&denominator));
    }
    Decimal { value, power, is_exact: numerator.0.is_empty() }
}

/// An integer of arbitrary length: its digits in base 2⁶⁴, lowest first, without trailing zeros.
#[derive(Clone)]
struct Natural(Vec<u64>);

impl Natural {
    fn new(value: u64) -> Natural {
        Natural(if value == 0 { vec![] } else { vec![value] })
    }

    fn multiply(&mut self, factor: u64) {
        let mut carry = 0;
        for digit in &mut self.0 {
            let product = u128::from(*digit) * u128::from(factor) + carry;
            (*digit, carry) = (product as u64, product >> 64);
        }
        if carry > 0 {
            self.0.push(carry as u64);
        }
    }

    fn multiply_by_power_of_ten(&mut self, power: u32) {
        (0..power / 19).for_each(|_| self.multiply(10u64.pow(19)));
        self.multiply(10u64.pow(power % 19));
    }

    /// Multiplies by a power of two.
    fn shift(&mut self, bits: u32) {
        self.multiply(1 << (bits % 64));
        self.0.splice(0..0, std::iter::repeat_n(0, bits as usize / 64));
    }

    fn is_less_than(&self, other: &Natural) -> bool {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev())).is_lt()
    }

    /// Subtracts `factor` × `other`, which must not be larger.
    fn subtract(&mut self, other: &Natural, factor: u64) {
        let mut borrow = 0u128;
        for (i, digit) in self.0.iter_mut().enumerate() {
            let taken = u128::from(other.0.get(i).copied().unwrap_or(0)) * u128::from(factor) + borrow;
            let (rest, has_wrapped) = digit.overflowing_sub(taken as u64);
            *digit = rest;
            borrow = (taken >> 64) + u128::from(has_wrapped);
        }
        let len = self.0.iter().rposition(|&digit| digit > 0).map_or(0, |last| last + 1);
        self.0.truncate(len);
    }

    /// Divides by `other`, keeps the remainder, and returns the quotient, which is less than 10¹⁵.
    fn take_quotient(&mut self, other: &Natural) -> u64 {
        // Slightly less than the quotient, because an `f64` has 53 bits.
        const SLACK: f64 = 1.0 - 1.0 / (1u64 << 50) as f64;
        let (high, low) = (self.leading(other.0.len()), other.leading(other.0.len()));
        let mut quotient = (high / low * SLACK) as u64;
        self.subtract(other, quotient);
        while !self.is_less_than(other) {
            self.subtract(other, 1);
            quotient += 1;
        }
        quotient
    }

    /// Returns the approximate value of the digits from the second last of `len` on.
    fn leading(&self, len: usize) -> f64 {
        let digits = &self.0[len.saturating_sub(2).min(self.0.len())..];
        digits.iter().rev().fold(0.0, |value, &digit| value * (u64::MAX as f64 + 1.0) + digit as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_by_c() {
        for (sign_and_exponent, significand, text) in [
            (0x3fff, 1 << 63, "1"),
            (0xbffe, 1 << 63, "-0.5"),
            (0x3ffb, 0xcccc_cccc_cccc_cccd, "0.1"),
            (0x3fff, 0x8000_0000_0000_0001, "1.0000000000000000001"),
            (0x403e, u64::MAX, "18446744073709551615"),
            (0x403f, 1 << 63, "18446744073709551616"),
            (0x3fee, 0xa7c5_ac47_1b47_8423, "1e-05"),
            (0x7ffe, u64::MAX, "1.189731495357231765e+4932"),
            (0x0001, 1 << 63, "3.3621031431120935063e-4932"),
            (0x0000, 1, "4e-4951"),
            (0x0000, 0, "0"),
            (0x8000, 0, "-0"),
            (0x7fff, 1 << 63, "inf"),
            (0xffff, 1 << 63, "-inf"),
            (0x7fff, 3 << 62, "nan"),
            (0xc001, 1, "-nan"),
        ] {
            assert_eq!(shortest_extended(u128::from(significand) | (sign_and_exponent as u128) << 64), text);
        }
    }
}
