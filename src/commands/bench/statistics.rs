//! Statistics of a few noisy timings: an estimate, its spread, and whether two methods really differ.

/// The median and the quartiles of a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    /// The median: half of the values lie below it.
    pub median: f64,
    /// The lower quartile: a quarter of the values lie below it.
    pub low: f64,
    /// The upper quartile: a quarter of the values lie above it.
    pub high: f64,
}

/// Returns the median and the quartiles of `values`, or `None` if there are none.
pub fn summary(values: impl IntoIterator<Item = f64>) -> Option<Summary> {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    (!sorted.is_empty()).then(|| Summary {
        median: quantile(&sorted, 0.5),
        low: quantile(&sorted, 0.25),
        high: quantile(&sorted, 0.75),
    })
}

/// Interpolates between the two values next to the quantile.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let below = sorted[position.floor() as usize];
    let above = sorted[position.ceil() as usize];
    below + (above - below) * position.fract()
}

/// A throughput and its spread.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The estimate, rounded to the digits that are shown, so that values computed from it match a
    /// reader's computation.
    pub value: f64,
    /// The lower quartile of the runs.
    pub low: f64,
    /// The upper quartile of the runs.
    pub high: f64,
}

/// Estimates a throughput from those of several runs. Returns `None` if there are none.
///
/// The estimate is the median of the geometric means of all pairs, including each run paired with
/// itself (Hodges and Lehmann, Ann. Math. Stat. 34, 1963). If values cluster around two points, as
/// with a disk of two speeds, a single run can move their median from one cluster to the other;
/// this estimate is stable.
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

/// The probability below which a difference counts as significant.
pub const SIGNIFICANT: f64 = 0.05;

/// Returns the probability that two samples of the same distribution differ at least as much as
/// these, in either direction, or 1 if a sample is empty. This is the Mann-Whitney test, which
/// compares ranks and assumes nothing about the distribution of the noise.
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
    if n * m > EXACT {
        let (mean, deviation) = wins_by_chance(n, m);
        return (2.0 * normal_tail((mean - fewest) / deviation)).min(1.0);
    }
    let counts = arrangements(n, m);
    let all: f64 = counts.iter().sum();
    let extreme: f64 = counts.iter().take(fewest.floor() as usize + 1).sum();
    (2.0 * extreme / all).min(1.0)
}

/// The maximum number of pairs for which arrangements are counted; above it, the normal
/// approximation is used.
const EXACT: usize = 400;

/// Returns the mean and standard deviation of the number of wins if two samples differ only by
/// chance.
fn wins_by_chance(n: usize, m: usize) -> (f64, f64) {
    ((n * m) as f64 / 2.0, ((n * m * (n + m + 1)) as f64 / 12.0).sqrt())
}

/// Returns the confidence interval, at the level `1 - error`, of the ratio of the speeds `a` and
/// `b`: the range of shifts of logarithms (Hodges and Lehmann) for which the Mann-Whitney test
/// finds no difference. Returns `None` if the samples are too small.
pub fn ratio_interval(a: &[f64], b: &[f64], error: f64) -> Option<(f64, f64)> {
    let (n, m) = (a.len(), b.len());
    let cut = if n * m > EXACT {
        let (mean, deviation) = wins_by_chance(n, m);
        (mean - deviation * normal_quantile(error / 2.0)).floor().max(0.0) as usize
    } else {
        let counts = arrangements(n, m);
        let all: f64 = counts.iter().sum();
        let tails = counts.iter().scan(0.0, |sum, count| {
            *sum += count / all;
            Some(*sum)
        });
        tails.take_while(|tail| *tail <= error / 2.0).count()
    };
    let mut ratios: Vec<f64> = a.iter().flat_map(|x| b.iter().map(move |y| x / y)).collect();
    ratios.sort_by(f64::total_cmp);
    (cut > 0 && 2 * cut <= ratios.len()).then(|| (ratios[cut - 1], ratios[ratios.len() - cut]))
}

/// Corrects the probabilities of several comparisons for their number (Holm, Scand. J. Stat. 6,
/// 1979). If nothing differs, the probability of any false positive is then no higher than for a
/// single comparison.
pub fn holm(chances: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|&a, &b| chances[a].total_cmp(&chances[b]));
    let mut corrected = vec![1.0; chances.len()];
    let mut highest = 0.0_f64;
    for (rank, index) in order.into_iter().enumerate() {
        highest = highest.max((chances[index] * (chances.len() - rank) as f64).min(1.0));
        corrected[index] = highest;
    }
    corrected
}

/// Returns the number of runs of each method at which nine of ten experiments find a difference of
/// `distance` between two samples significant at the level `error`. `distance` and `deviation` are
/// those of logarithms.
pub fn runs_to_show(distance: f64, deviation: f64, error: f64) -> f64 {
    /// The efficiency of the Mann-Whitney test relative to the t test, for normal noise.
    const EFFICIENCY: f64 = 0.955;
    let z = normal_quantile(error / 2.0) + normal_quantile(0.1);
    let by_noise = 2.0 * (z * deviation / distance).powi(2) / EFFICIENCY;
    // Fewer runs have too few arrangements for a probability this small.
    let mut fewest = 1;
    let mut arrangements = 2.0;
    while 2.0 / arrangements > error {
        arrangements *= f64::from(2 * (2 * fewest + 1)) / f64::from(fewest + 1);
        fewest += 1;
    }
    by_noise.ceil().max(f64::from(fewest))
}

/// Returns the standard deviation of the logarithms of two samples about their own means.
pub fn log_deviation(a: &[f64], b: &[f64]) -> f64 {
    let squares = |values: &[f64]| {
        let mean = values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64;
        values.iter().map(|value| (value.ln() - mean).powi(2)).sum::<f64>()
    };
    let freedom = (a.len() + b.len()).saturating_sub(2).max(1);
    ((squares(a) + squares(b)) / freedom as f64).sqrt()
}

/// Returns, for each number of wins, how many arrangements of `n` and `m` ranks have that number.
fn arrangements(n: usize, m: usize) -> Vec<f64> {
    // The highest rank either wins against the whole other side or belongs to it.
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

/// Returns the share of a normal distribution above `z` deviations (Abramowitz and Stegun 26.2.17,
/// error below 1e-7).
fn normal_tail(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let poly =
        t * (0.319_381_530 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * poly
}

/// Returns the inverse of [`normal_tail`] for a share of at most one half.
fn normal_quantile(share: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if normal_tail(middle) > share { low = middle } else { high = middle }
    }
    low
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
        // Each is fast half of the time, but their medians are 1 and 2.
        let (a, b) = ([1.0, 2.0, 1.0, 2.0, 1.0], [2.0, 1.0, 2.0, 1.0, 2.0]);
        assert_eq!([estimate(&a).unwrap().value, estimate(&b).unwrap().value], [1.41, 1.41]);
        assert!(chance(&a, &b) > 0.5);
    }

    #[test]
    fn estimates_have_the_digits_that_are_shown() {
        assert_eq!([14.236, 8.1049, 0.014_26, 1234.0, 0.0].map(significant), [14.2, 8.1, 0.0143, 1230.0, 0.0]);
    }

    /// The values are from published tables and from R's wilcox.test.
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

    /// The values are from R's `p.adjust(method = "holm")` and `wilcox.test(conf.int = TRUE)`.
    #[test]
    fn corrections_and_intervals_are_those_of_r() {
        let corrected = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (got, want) in corrected.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((got - want).abs() < 1e-12, "{corrected:?}");
        }
        assert_eq!(holm(&[]), Vec::<f64>::new());
        assert_eq!(holm(&[0.7, 0.8]), [1.0, 1.0]);
        // wilcox.test(log(c(8, 16, 32, 64)), log(c(1, 2, 4, 8)), conf.int = TRUE): 1/1 to 64/1.
        let interval = ratio_interval(&[8.0, 16.0, 32.0, 64.0], &[1.0, 2.0, 4.0, 8.0], 0.05).unwrap();
        assert_eq!(interval, (1.0, 64.0));
        assert_eq!(ratio_interval(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0], 0.05), None, "no three runs tell");
        assert_eq!(ratio_interval(&[], &[1.0], 0.05), None);
    }

    /// Draws many samples from equal and from different distributions, and checks that errors are
    /// as rare as claimed.
    #[test]
    fn errors_are_as_rare_as_they_claim() {
        let mut state = 7u64;
        let mut noise = || {
            // The sum of twelve uniform numbers is nearly normal.
            (0..12)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state >> 11) as f64 / (1u64 << 53) as f64
                })
                .sum::<f64>()
                - 6.0
        };
        let (mut outside, mut seen) = (0, 0);
        let rounds = 2000;
        for _ in 0..rounds {
            let mut sample =
                |speed: f64, runs: usize| (0..runs).map(|_| speed * (0.05 * noise()).exp()).collect::<Vec<f64>>();
            let (low, high) = ratio_interval(&sample(1.1, 7), &sample(1.0, 7), 0.05).unwrap();
            outside += u32::from(low > 1.1 || high < 1.1);
            let enough = runs_to_show(1.1_f64.ln(), 0.05, 0.05) as usize;
            seen += u32::from(chance(&sample(1.1, enough), &sample(1.0, enough)) < 0.05);
        }
        assert!(outside <= rounds * 6 / 100, "{outside} of {rounds} intervals miss");
        assert!((rounds * 80 / 100..=rounds * 97 / 100).contains(&seen), "{seen} of {rounds} differences show");
        assert_eq!(runs_to_show(1.0, 0.001, 0.05), 4.0, "two of three runs never tell");
        assert!((normal_quantile(0.025) - 1.96).abs() < 1e-3);
        assert!(log_deviation(&[1.0, 1.0], &[2.0, 2.0]) == 0.0);
    }
}
