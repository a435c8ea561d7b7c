//! The text of floating-point numbers in od(1): as few digits as identify the number, but at least
//! those that every number of its type can have.

use crate::commands::printf::ConversionSpec;

/// Returns the value of an IEEE 754 binary16 number.
pub fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (bits >> 10 & 31, f32::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * (-24f32).exp2(),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1024.0 + fraction) * (f32::from(exponent) - 25.0).exp2(),
    };
    magnitude.copysign(if bits >> 15 == 1 { -1.0 } else { 1.0 })
}

/// Returns the shortest text, with at least `min` digits, that reads back as the same number. It has
/// no fewer digits than `round_trip`, the shortest decimal notation in which it can be written.
fn shortest(value: f64, (min, max): (usize, usize), round_trip: &str, is_same: impl Fn(&str) -> bool) -> String {
    let shown = |digits: usize| {
        let mut text = vec![];
        let spec = ConversionSpec::parse(format!(".{digits}").as_bytes(), usize::MAX).unwrap_or_default();
        spec.push_float(value, b'g', &mut text);
        String::from_utf8(text).unwrap_or_default()
    };
    let mantissa = round_trip.split('e').next().unwrap_or_default();
    let least = mantissa.bytes().filter(u8::is_ascii_digit).count().clamp(min, max);
    (least..max).map(shown).find(|text| is_same(text)).unwrap_or_else(|| shown(max))
}

/// Returns the shortest text of an IEEE 754 binary32 number, as in [`shortest`].
pub fn shortest_single(value: f32) -> String {
    let min = if value.abs() < f32::MIN_POSITIVE { 1 } else { 6 };
    shortest(f64::from(value), (min, 9), &format!("{value:e}"), |text| text.parse() == Ok(value))
}

/// Returns the shortest text of an IEEE 754 binary64 number, as in [`shortest`].
pub fn shortest_double(value: f64) -> String {
    let min = if value.abs() < f64::MIN_POSITIVE { 1 } else { 15 };
    shortest(value, (min, 17), &format!("{value:e}"), |text| text.parse() == Ok(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        for (bits, value) in [(0x3c00, 1.0), (0xc000, -2.0), (0x0001, 5.960_464_5e-8), (0x7c00, f32::INFINITY)] {
            assert_eq!(half(bits), value);
        }
    }
}
