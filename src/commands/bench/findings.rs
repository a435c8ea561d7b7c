//! The findings of a run, from which every output format is made.

use super::compare::Comparison;
use super::machine::Machine;
use super::row::Measurements;
use super::settings::BenchSettings;
use super::subject::Subject;
use super::verdict::Verdict;

/// The measurements, their subjects, and the conclusions.
#[derive(Debug)]
pub struct Findings<'f> {
    /// The settings of the run.
    pub settings: &'f BenchSettings,
    /// The files.
    pub subjects: &'f [Subject],
    /// The machine.
    pub machine: Machine,
    /// The figures.
    pub measured: &'f Measurements,
    /// The verdict on each state.
    pub verdicts: Vec<Verdict<'f>>,
    /// The changes since an earlier run, if one was given.
    pub comparison: Option<Comparison>,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::order::Shuffle;
    use super::super::row::{Row, Sample};
    use super::super::{csv, figures, plot, report, table, verdict};
    use super::*;
    use crate::cli::bench::BenchArgs;
    use crate::os::Usage;

    #[derive(Parser)]
    struct CommandLine {
        #[command(flatten)]
        args: BenchArgs,
    }

    /// Returns rows with invented runs: some methods nearly equal, some twice as fast, with noise of 1
    /// to 20%.
    fn measured(settings: &BenchSettings, seed: u64) -> Measurements {
        let mut shuffle = Shuffle::new(seed);
        let mut fraction = move || shuffle.below(1 << 20) as f64 / f64::from(1 << 20);
        let noise = 0.01 + 0.19 * fraction();
        let mut rows = Vec::new();
        for &state in &settings.states {
            for method in settings.selection.methods(settings.pattern) {
                let seconds = 0.1 * (1.0 + fraction().powi(3));
                let sample = |round| Sample {
                    round,
                    passes: 1,
                    seconds: seconds * (1.0 + noise * fraction()),
                    pace: 0.8 + 0.4 * fraction(),
                    usage: Usage { device_bytes: Some((fraction() * 2e9) as u64), ..Usage::default() },
                    peak: None,
                };
                let accesses = (settings.pattern != crate::cli::bench::AccessPattern::Sequential).then_some(16_384);
                let samples = (1..=settings.runs).map(sample).collect();
                rows.push(Row { samples, ..Row::new(method, state, 1 << 28, accesses) });
            }
        }
        Measurements { rows, looks: 1, ..Measurements::default() }
    }

    /// Returns the numbers in `words` that precede `unit`.
    fn numbers_before(words: &str, unit: &str) -> Vec<f64> {
        let number = |(at, _): (usize, &str)| words[..at].rsplit([' ', '(']).next().unwrap().parse().unwrap();
        words.match_indices(unit).map(number).collect()
    }

    /// Returns the ratio that `words` state, the one that follows from the figures, and the
    /// tolerance: half a unit of the last digit.
    fn ratios(words: &str) -> Option<(f64, f64, f64)> {
        let rates = numbers_before(words, " GB/s");
        let [one, other] = rates[..] else { return None };
        let first = |unit| numbers_before(words, unit)[0];
        Some(match () {
            () if words.contains(" times as fast as ") => (first(" times as fast as "), one / other, 0.005),
            () if words.contains(" differ by ") => {
                let after = &words[words.find(" differ by ")? + 11..];
                (after.split('%').next()?.parse().unwrap(), (one / other - 1.0) * 100.0, 0.5)
            }
            () if words.contains("% slower than ") => {
                (first("% slower than "), (1.0 - other.recip() * one) * 100.0, 0.05)
            }
            () => return None,
        })
    }

    /// Counts the methods that the noise does not distinguish from the fastest, and checks that no
    /// other sentence ranks them.
    fn methods_near(verdict: &Verdict<'_>, settings: &BenchSettings) -> usize {
        let label = |row: &Row| row.method.label(settings.pattern);
        let is_listed = |verb: &str, of: &Row, listed: &Row| {
            let start = format!("Mappings that {verb} {}: ", label(of));
            let lists = verdict.sentences.iter().filter_map(|words| words.strip_prefix(&start));
            lists.flat_map(|list| list.split("), ")).any(|one| one.starts_with(&format!("{} (", label(listed))))
        };
        for near in &verdict.as_fast {
            assert!(!is_listed("lose to", verdict.fastest, near), "{:?}", verdict.sentences);
            assert!(!is_listed("beat", near, verdict.fastest), "{:?}", verdict.sentences);
        }
        verdict.as_fast.len()
    }

    /// Regression: a sentence said that 3.28 and 2.34 GB/s differ by 6 %, because its figures and
    /// its ratio were estimated separately.
    #[test]
    fn every_ratio_follows_from_figures_that_are_shown_everywhere() {
        let directory = tempfile::tempdir().unwrap();
        let subjects = [Subject::temporary(4096, directory.path()).unwrap()];
        let (mut checked, mut unsure) = (0, 0);
        for seed in 0..100 {
            let runs = format!("--runs={}", 1 + seed % 9);
            let pattern = if seed % 3 == 0 { "--pattern=random" } else { "--auto" };
            let args = CommandLine::try_parse_from(["bench", "--both", &runs, pattern, "--seed=1"]).unwrap().args;
            let settings = BenchSettings::new(&args, 2).unwrap();
            let measured = measured(&settings, seed);
            let verdicts = verdict::verdicts(&settings, &measured);
            let findings = Findings {
                settings: &settings,
                subjects: &subjects,
                machine: Machine::here(),
                measured: &measured,
                verdicts,
                comparison: None,
            };
            let shown: Vec<String> = measured.rows.iter().map(|row| figures::rate(row.speed())).collect();
            unsure += findings.verdicts.iter().map(|verdict| methods_near(verdict, &settings)).sum::<usize>();
            for words in findings.verdicts.iter().flat_map(|verdict| &verdict.sentences) {
                for rate in numbers_before(words, " GB/s") {
                    assert!(shown.contains(&figures::rate(rate)), "{words}");
                }
                let Some((said, follows, half)) = ratios(words) else { continue };
                assert!((said - follows).abs() <= half + 1e-9, "{words}");
                checked += 1;
            }
            // Every output format shows the same figures.
            let table = table::table(&findings, table::TableStyle { width: 300, color: false });
            let csv = csv::csv(&findings);
            let json = serde_json::to_value(report::BenchReport::new(&findings)).unwrap();
            let svg = plot::draw(&findings).unwrap();
            for (number, row) in measured.rows.iter().enumerate() {
                let speed = row.speed();
                assert_eq!(json["rows"][number]["gb_per_second"]["estimate"], speed);
                assert!(csv.lines().nth(number + 1).unwrap().contains(&format!(",{speed},")));
                assert!(svg.contains(&figures::rate(speed)), "{speed}");
                let label = format!("{} ", row.method.label(settings.pattern));
                let figure = format!(" {} ", figures::figure(speed));
                assert!(
                    table.lines().any(|line| line.starts_with(&label) && line.contains(&figure)),
                    "{label}\n{table}"
                );
                if let Some(iops) = row.iops() {
                    assert!((iops * row.bytes as f64 / 16_384.0 / 1e9 / speed - 1.0).abs() < 1e-9);
                }
            }
        }
        assert!(checked > 250, "{checked} sentences with a ratio");
        assert!(unsure > 100, "{unsure} methods within the noise of the fastest");
    }
}
