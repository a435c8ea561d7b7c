//! Estimates how fast the machine was in each round.
//!
//! Other work on the host, or a change of the processor's clock, affects all speeds for a while,
//! often by more than the methods differ. In a round, every method runs once, in shuffled order, so a
//! change that all methods share is due to the machine. All figures are corrected for this change.

use std::collections::HashMap;

use super::row::Row;
use super::state::CacheState;
use super::statistics::summary;

/// The minimum number of methods for an estimate. With fewer, a method that happens to be slow makes the
/// others look fast.
const MIN_METHODS: usize = 5;

/// The maximum difference between the paces of a steady machine.
const MAX_DIFFERENCE: f64 = 0.1;

/// Sets the pace of every run: the median, over all methods in its state and round, of the throughput
/// divided by that method's median. Returns a note if the machine's speed was not steady.
pub fn set(rows: &mut [Row]) -> Option<String> {
    let mut rounds: HashMap<(CacheState, u32), Vec<f64>> = HashMap::new();
    for row in rows.iter() {
        let usual = summary(row.samples.iter().map(|sample| sample.seconds)).unwrap_or_default().median;
        for sample in &row.samples {
            rounds.entry((row.state, sample.round)).or_default().push(usual / sample.seconds);
        }
    }
    let (mut slowest, mut fastest) = (1.0_f64, 1.0_f64);
    for row in rows {
        for sample in &mut row.samples {
            let paces = &rounds[&(row.state, sample.round)];
            let median = summary(paces.iter().copied()).map_or(1.0, |summary| summary.median);
            sample.pace = if paces.len() < MIN_METHODS { 1.0 } else { median };
            slowest = slowest.min(sample.pace);
            fastest = fastest.max(sample.pace);
        }
    }
    (fastest - slowest > MAX_DIFFERENCE).then(|| {
        format!(
            "the machine's speed varied from {:.0} to {:.0}% of its median between rounds; all figures are corrected for it",
            slowest * 100.0,
            fastest * 100.0
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::method::Method;
    use super::*;

    fn rows(methods: &[[f64; 3]]) -> Vec<Row> {
        methods.iter().map(|seconds| Row::timed(Method::auto(1), seconds)).collect()
    }

    /// In the second round, all methods but one took twice as long; without a correction, that round
    /// would have determined their order.
    #[test]
    fn the_pace_is_what_all_methods_have_in_common() {
        let mut rows = rows(&[[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [3.0, 6.0, 3.0], [1.0, 2.0, 1.0], [5.0, 5.0, 5.0]]);
        let said = set(&mut rows).unwrap();
        assert!(said.starts_with("the machine's speed varied from 50 to 100% of its median"), "{said}");
        for row in &rows {
            let paces: Vec<f64> = row.samples.iter().map(|sample| sample.pace).collect();
            assert_eq!(paces, [1.0, 0.5, 1.0]);
        }
        assert_eq!(rows[1].rates(), [0.5, 0.5, 0.5]);
        assert_eq!(rows[4].rates(), [0.2, 0.4, 0.2]);
    }

    #[test]
    fn the_pace_is_unknown_with_few_methods() {
        let mut rows = rows(&[[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [3.0, 6.0, 3.0], [1.0, 2.0, 1.0]]);
        assert_eq!(set(&mut rows), None);
        assert!(rows.iter().flat_map(|row| &row.samples).all(|sample| sample.pace == 1.0));
        assert_eq!(rows[0].rates(), [1.0, 0.5, 1.0]);
    }
}
