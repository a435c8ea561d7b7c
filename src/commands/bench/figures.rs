//! Formats human-readable numbers: rounded to significant digits, with a unit.

/// Returns a throughput with its unit.
pub fn rate(gb_per_second: f64) -> String {
    format!("{} GB/s", figure(gb_per_second))
}

/// Returns a value with three significant digits.
pub fn figure(value: f64) -> String {
    match value {
        value if value >= 99.95 => format!("{value:.0}"),
        value if value >= 9.995 => format!("{value:.1}"),
        value if value >= 0.9995 => format!("{value:.2}"),
        value if value >= 0.099_95 => format!("{value:.3}"),
        value if value >= 0.009_995 => format!("{value:.4}"),
        value if value >= 0.000_999_5 || value == 0.0 => format!("{value:.5}"),
        value => format!("{value:.2e}"),
    }
}

/// Returns a duration in a suitable unit: `1.24 s`, `143 ms`, `3.1 µs`.
pub fn duration(seconds: f64) -> String {
    match seconds {
        seconds if seconds >= 0.9995 => format!("{seconds:.2} s"),
        seconds if seconds >= 0.009_995 => format!("{:.0} ms", seconds * 1e3),
        seconds if seconds >= 0.000_999_5 => format!("{:.1} ms", seconds * 1e3),
        seconds if seconds >= 0.000_009_995 => format!("{:.0} µs", seconds * 1e6),
        // This is less than half a unit of the last digit shown.
        seconds if seconds < 0.000_000_05 => "0".into(),
        seconds => format!("{:.1} µs", seconds * 1e6),
    }
}

/// Returns a count without insignificant digits. A mean over many passes may be a fraction.
pub fn count(value: f64) -> String {
    match value {
        value if value >= 9_999_500.0 => format!("{:.0}M", value / 1e6),
        value if value >= 99_950.0 => format!("{:.0}k", value / 1e3),
        value if value.fract().abs() < 0.05 || value >= 10.0 => format!("{value:.0}"),
        value => format!("{value:.1}"),
    }
}

/// Returns a number of bytes in a few characters: `512 KiB`, `1.25 GiB`.
pub fn size_short(bytes: f64) -> String {
    match bytes {
        bytes if bytes >= 1023.95 * 1048576.0 => format!("{:.2} GiB", bytes / 1073741824.0),
        bytes if bytes >= 1023.5 * 1024.0 => format!("{:.0} MiB", bytes / 1048576.0),
        bytes => format!("{:.0} KiB", bytes / 1024.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_for_people() {
        assert_eq!([14.236, 8.1, 0.5, 0.014, 123.4].map(figure), ["14.2", "8.10", "0.500", "0.0140", "123"]);
        // Regression: every method showed 0.00000 GB/s for a one-byte file.
        assert_eq!([0.001_24, 0.000_994, 2.684e-6, 0.0].map(figure), ["0.00124", "9.94e-4", "2.68e-6", "0.00000"]);
        assert_eq!(
            [1.5, 0.143, 0.0015, 0.000_031, 3.14e-6, 0.0].map(duration),
            ["1.50 s", "143 ms", "1.5 ms", "31 µs", "3.1 µs", "0"]
        );
        assert_eq!([0.0, 1.25, 524_288.0, 99.0].map(count), ["0", "1.2", "524k", "99"]);
        assert_eq!([4096.0, 5_242_880.0, 2_147_483_648.0].map(size_short), ["4 KiB", "5 MiB", "2.00 GiB"]);
    }
}
