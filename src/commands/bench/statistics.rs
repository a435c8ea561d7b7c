//! What a handful of noisy timings can be made to say: a median, its spread, and whether two ways really differ.

/// The middle and the quarters of a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    /// Half of the values lie below.
    pub median: f64,
    /// A quarter of the values lie below.
    pub low: f64,
    /// A quarter of the values lie above.
    pub high: f64,
}

/// Sums up `values`; `None` when there are none.
pub fn summary(values: impl IntoIterator<Item = f64>) -> Option<Summary> {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    (!sorted.is_empty()).then(|| Summary {
        median: quantile(&sorted, 0.5),
        low: quantile(&sorted, 0.25),
        high: quantile(&sorted, 0.75),
    })
}

/// Between the two values next to it, in proportion.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = sorted[place.floor() as usize];
    let above = sorted[place.ceil() as usize];
    below + (above - below) * place.fract()
}

/// A throughput and its spread.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The estimate, in as many digits as are shown, so that what is computed from it is what a reader computes.
    pub value: f64,
    /// A quarter of the runs are below.
    pub low: f64,
    /// A quarter of the runs are above.
    pub high: f64,
}

/// Estimates a throughput from that of several runs; `None` when there are none.
///
/// The estimate is the median of the geometric means of all pairs, each run with itself among them (Hodges and Lehmann,
/// Ann. Math. Stat. 34, 1963). The median of values that gather in two places, as with a disk of two speeds, jumps from one
/// to the other by a single run; this does not.
pub fn estimate(rates: &[f64]) -> Option<Estimate> {
    let spread = summary(rates.iter().copied())?;
    let pairs = rates.iter().enumerate().flat_map(|(at, a)| rates[at..].iter().map(move |b| (a * b).sqrt()));
    let middle = summary(pairs)?.median;
    Some(Estimate { value: significant(middle), low: spread.low, high: spread.high })
}

/// Rounds to the three significant digits that are shown.
fn significant(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10f64.powi(2 - value.log10().floor() as i32);
    (value * scale).round() / scale
}

/// A difference that chance alone makes more seldom than this is taken as real.
pub const SIGNIFICANT: f64 = 0.05;

/// The probability that two samples of the same thing differ at least as much as these, either way round: the
/// Mann-Whitney test, which asks only how the ranks mix and nothing of how the noise is distributed. 1 where a sample is
/// empty.
pub fn chance(a: &[f64], b: &[f64]) -> f64 {
    let (n, m) = (a.len(), b.len());
    if n == 0 || m == 0 {
        return 1.0;
    }
    let wins: f64 = a
        .iter()
        .flat_map(|x| b.iter().map(move |y| x.total_cmp(y)))
        .map(|order| match order {
            std::cmp::Ordering::Less => 0.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Greater => 1.0,
        })
        .sum();
    let fewest = wins.min((n * m) as f64 - wins);
    if n * m > 400 {
        let mean = (n * m) as f64 / 2.0;
        let deviation = ((n * m * (n + m + 1)) as f64 / 12.0).sqrt();
        return (2.0 * normal_tail((mean - fewest) / deviation)).min(1.0);
    }
    let counts = arrangements(n, m);
    let all: f64 = counts.iter().sum();
    let extreme: f64 = counts.iter().take(fewest.floor() as usize + 1).sum();
    (2.0 * extreme / all).min(1.0)
}

/// For each number of wins, in how many of all arrangements of `n` and `m` ranks the first has so many.
fn arrangements(n: usize, m: usize) -> Vec<f64> {
    // Whoever holds the highest rank either wins against all of the other side's or against none.
    let mut rows: Vec<Vec<Vec<f64>>> = vec![vec![vec![0.0; n * m + 1]; m + 1]; n + 1];
    for i in 0..=n {
        for j in 0..=m {
            if i == 0 || j == 0 {
                rows[i][j][0] = 1.0;
                continue;
            }
            for wins in 0..=i * j {
                let first_highest = if wins >= j { rows[i - 1][j][wins - j] } else { 0.0 };
                rows[i][j][wins] = first_highest + rows[i][j - 1][wins];
            }
        }
    }
    std::mem::take(&mut rows[n][m])
}

/// The share of a normal distribution above `z` deviations (Abramowitz and Stegun 26.2.17, error below 1e-7).
fn normal_tail(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let poly =
        t * (0.319_381_530 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * poly
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_quarters() {
        assert_eq!(summary([]), None);
        assert_eq!(summary([3.0]), Some(Summary { median: 3.0, low: 3.0, high: 3.0 }));
        assert_eq!(summary([5.0, 1.0, 4.0, 2.0, 3.0]), Some(Summary { median: 3.0, low: 2.0, high: 4.0 }));
        assert_eq!(summary([1.0, 2.0]).unwrap().median, 1.5);
    }

    #[test]
    fn an_estimate_does_not_jump_between_two_speeds() {
        assert_eq!(estimate(&[]), None);
        assert_eq!(estimate(&[3.0]).unwrap().value, 3.0);
        assert_eq!(estimate(&[1.0, 4.0]).unwrap().value, 2.0);
        // Either is fast half of the time; their medians are 1 and 2.
        let (a, b) = ([1.0, 2.0, 1.0, 2.0, 1.0], [2.0, 1.0, 2.0, 1.0, 2.0]);
        assert_eq!([estimate(&a).unwrap().value, estimate(&b).unwrap().value], [1.41, 1.41]);
        assert!(chance(&a, &b) > 0.5);
    }

    #[test]
    fn estimates_have_the_digits_that_are_shown() {
        assert_eq!([14.236, 8.1049, 0.014_26, 1234.0, 0.0].map(significant), [14.2, 8.1, 0.0143, 1230.0, 0.0]);
    }

    /// The values of published tables and of R's wilcox.test.
    #[test]
    fn chances_are_those_of_the_tables() {
        let below = [1.0, 2.0, 3.0, 4.0, 5.0];
        let above = [6.0, 7.0, 8.0, 9.0, 10.0];
        assert!((chance(&below, &above) - 2.0 / 252.0).abs() < 1e-12);
        assert!((chance(&above, &below) - 2.0 / 252.0).abs() < 1e-12);
        assert!((chance(&below[..3], &above[..3]) - 0.1).abs() < 1e-12);
        assert!((chance(&[1.0, 3.0, 5.0], &[2.0, 4.0, 6.0]) - 0.7).abs() < 1e-12);
        assert_eq!(chance(&below, &below), 1.0);
        assert_eq!(chance(&[], &below), 1.0);
    }

    #[test]
    fn many_values_agree_with_few() {
        let a: Vec<f64> = (0..20).map(|i| f64::from(i * 2)).collect();
        let b: Vec<f64> = (0..20).map(|i| f64::from(i * 2 + 9)).collect();
        let exact = chance(&a, &b);
        let more: Vec<f64> = b.iter().copied().chain([28.5]).collect();
        assert!((exact - chance(&a, &more)).abs() < 0.05, "{exact} {}", chance(&a, &more));
        assert!((normal_tail(1.96) - 0.025).abs() < 1e-4);
    }
}
