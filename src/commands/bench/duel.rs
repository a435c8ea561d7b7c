//! Compares two methods: their ratio, its certainty, and the number of runs that would make it
//! certain.

use super::row::Row;
use super::statistics::{SIGNIFICANT, chance, holm, log_deviation, ratio_interval, runs_to_show};

/// The largest relative difference that does not matter. Two methods are equal if their difference is
/// certainly within it.
pub const MARGIN: f64 = 0.05;

/// A comparison of two methods.
#[derive(Clone, Copy, Debug)]
pub struct Duel<'m> {
    /// The method in question: the mapping, or `auto`.
    pub one: &'m Row,
    /// The other method.
    pub other: &'m Row,
    /// The throughput of `one` divided by that of `other`, both rounded as shown.
    pub ratio: f64,
    /// The 95% confidence interval of the ratio; `None` if there are too few runs.
    pub interval: Option<(f64, f64)>,
    /// The probability that chance alone causes a difference this large.
    pub chance: f64,
    /// The same probability, corrected for the number of comparisons and of looks at the figures.
    pub corrected: f64,
    /// The number of comparisons among which this one was chosen.
    pub comparisons: usize,
}

/// The outcome of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuelOutcome {
    /// One method is faster.
    Differ,
    /// Neither method is faster by more than [`MARGIN`].
    Equal,
    /// The runs are inconclusive.
    Open,
}

/// Compares `one` with each of `rivals`, corrected for their number and for the number of `looks`
/// at the figures.
pub fn compare<'m>(one: &'m Row, rivals: &[&'m Row], looks: u32) -> Vec<Duel<'m>> {
    let rates = one.rates();
    let chances: Vec<f64> = rivals.iter().map(|rival| chance(&rates, &rival.rates())).collect();
    let corrected = holm(&chances);
    let duel = |((&other, &chance), &corrected): ((&&'m Row, &f64), &f64)| Duel {
        one,
        other,
        ratio: one.speed() / other.speed(),
        interval: ratio_interval(&rates, &other.rates(), SIGNIFICANT),
        chance,
        corrected: (corrected * f64::from(looks.max(1))).min(1.0),
        comparisons: rivals.len(),
    };
    rivals.iter().zip(&chances).zip(&corrected).map(duel).collect()
}

impl<'m> Duel<'m> {
    /// Returns the same comparison with the two methods exchanged.
    #[must_use]
    pub fn swapped(self) -> Duel<'m> {
        Duel {
            one: self.other,
            other: self.one,
            ratio: self.other.speed() / self.one.speed(),
            interval: self.interval.map(|(low, high)| (1.0 / high, 1.0 / low)),
            ..self
        }
    }

    /// Returns the outcome of the comparison.
    pub fn outcome(&self) -> DuelOutcome {
        let is_within = |(low, high): (f64, f64)| low > 1.0 / (1.0 + MARGIN) && high < 1.0 + MARGIN;
        match self.interval {
            _ if self.corrected < SIGNIFICANT => DuelOutcome::Differ,
            Some(interval) if is_within(interval) => DuelOutcome::Equal,
            _ => DuelOutcome::Open,
        }
    }

    /// Returns whether there are too few runs to distinguish even methods whose times never overlap.
    pub fn has_too_few_runs(&self, looks: u32) -> bool {
        let (n, m) = (self.one.samples.len(), self.other.samples.len());
        let apart = chance(&vec![0.0; n], &vec![1.0; m]);
        apart * self.comparisons as f64 * f64::from(looks.max(1)) >= SIGNIFICANT
    }

    /// Returns whether the difference is more than noise.
    pub fn is_real(&self) -> bool {
        self.outcome() == DuelOutcome::Differ
    }

    /// Returns the faster method, the slower method, and the ratio of their speeds.
    pub fn ranked(&self) -> (&'m Row, &'m Row, f64) {
        if self.ratio >= 1.0 {
            (self.one, self.other, self.ratio)
        } else {
            (self.other, self.one, self.other.speed() / self.one.speed())
        }
    }

    /// Estimates how many runs of each method would show a difference, or show that there is none.
    /// Returns `None` if the runs so far say nothing about the noise.
    pub fn runs_to_settle(&self) -> Option<f64> {
        let (a, b) = (self.one.rates(), self.other.rates());
        if a.len() < 2 || b.len() < 2 {
            return None;
        }
        let (distance, deviation) = (self.ratio.ln().abs(), log_deviation(&a, &b));
        let error = SIGNIFICANT / self.comparisons.max(1) as f64;
        let to_differ = runs_to_show(distance, deviation, error);
        let left = (1.0 + MARGIN).ln() - distance;
        let to_agree = if left > 0.0 { runs_to_show(left, deviation, SIGNIFICANT) } else { f64::INFINITY };
        let more_than_now = a.len().min(b.len()) as f64 + 1.0;
        Some(to_differ.min(to_agree).max(more_than_now))
    }
}

#[cfg(test)]
mod tests {
    use super::super::method::Method;
    use super::*;

    fn row(seconds: &[f64]) -> Row {
        Row::timed(Method::auto(1), seconds)
    }

    fn duel(a: &[f64], b: &[f64]) -> (DuelOutcome, Option<f64>) {
        let (a, b) = (row(a), row(b));
        let duel = compare(&a, &[&b], 1)[0];
        (duel.outcome(), duel.runs_to_settle())
    }

    /// Regression: a wide interval was reported as no difference.
    #[test]
    fn equal_is_said_only_where_a_difference_would_have_shown() {
        let steady = [1.0, 1.001, 1.002, 1.003, 1.004, 1.005, 1.006];
        let same = steady.map(|seconds| seconds + 0.0005);
        assert_eq!(duel(&steady, &same).0, DuelOutcome::Equal);
        let twice = steady.map(|seconds| seconds * 2.0);
        assert_eq!(duel(&steady, &twice).0, DuelOutcome::Differ);
        let noisy = [1.0, 1.5, 0.8, 1.3, 0.9, 1.1, 1.4];
        let (outcome, runs) = duel(&noisy, &noisy.map(|seconds| seconds * 1.1));
        assert_eq!(outcome, DuelOutcome::Open);
        assert!(runs.unwrap() > 30.0, "{runs:?}");
        assert_eq!(duel(&[1.0], &[2.0]), (DuelOutcome::Open, None));
        assert_eq!(duel(&[1.0, 1.0], &[2.0, 2.0]), (DuelOutcome::Open, Some(4.0)));
    }

    /// The fastest of many equal methods seems faster than some of them. The correction for their
    /// number removes that effect.
    #[test]
    fn choosing_among_many_is_corrected_for() {
        let fast = row(&[1.0, 1.1, 1.2, 1.3, 1.4]);
        let slow = row(&[1.35, 1.5, 1.6, 1.7, 1.8]);
        assert!(compare(&fast, &[&slow], 1)[0].is_real());
        let many = compare(&fast, &[&slow; 20], 1);
        assert!(!many[0].is_real() && many[0].comparisons == 20 && many[0].chance < SIGNIFICANT);
        assert!(!compare(&fast, &[&slow], 10)[0].is_real(), "ten looks");
    }
}
