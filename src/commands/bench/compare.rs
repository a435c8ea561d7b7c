//! Compares a run with an earlier one, given by `--compare`.

use serde::Serialize;

use super::duel::MARGIN;
use super::earlier::{EarlierDocument, EarlierRow};
use super::figures::rate;
use super::machine::Machine;
use super::row::{Measurements, Row};
use super::settings::{BenchSettings, pattern_word};
use super::statistics::{SIGNIFICANT, chance, estimate, holm};

/// The changes since an earlier run.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// The start time of the earlier run.
    time: String,
    /// The conditions that differed in the earlier run.
    conditions: Vec<String>,
    /// The rows that are present in both runs.
    rows: Vec<Change>,
}

/// A row in the earlier run and in this one.
#[derive(Debug, Serialize)]
struct Change {
    label: String,
    state: &'static str,
    before: f64,
    after: f64,
    ratio: f64,
    p: f64,
    p_corrected: f64,
    changed: bool,
}

/// Compares each row with the row of the same name in an earlier document.
pub fn compare(
    earlier: &EarlierDocument,
    settings: &BenchSettings,
    machine: &Machine,
    measured: &Measurements,
) -> Comparison {
    let matching = |row: &Row| {
        let label = row.method.label(settings.pattern);
        let same = |then: &&EarlierRow| then.label == label && then.state == row.state.word() && !then.runs.is_empty();
        earlier.rows.iter().find(same)
    };
    let measured_rows = measured.rows.iter().filter(|row| !row.samples.is_empty());
    let pairs: Vec<(&Row, &EarlierRow)> = measured_rows.filter_map(|row| Some((row, matching(row)?))).collect();
    let chances: Vec<f64> = pairs.iter().map(|(row, then)| chance(&row.rates(), &then.rates())).collect();
    let corrected = holm(&chances);
    let change = |(((row, then), &p), &p_corrected): (((&Row, &EarlierRow), &f64), &f64)| {
        let before = estimate(&then.rates()).unwrap_or_default().value;
        let ratio = row.speed() / before;
        Change {
            label: row.method.label(settings.pattern),
            state: row.state.word(),
            before,
            after: row.speed(),
            ratio,
            p,
            p_corrected,
            // Two runs of the same program differ by a few percent for reasons that neither can
            // observe.
            changed: p_corrected < SIGNIFICANT && !(1.0 / (1.0 + MARGIN)..=1.0 + MARGIN).contains(&ratio),
        }
    };
    let rows = pairs.iter().copied().zip(&chances).zip(&corrected).map(change).collect();
    Comparison { time: earlier.time.clone(), conditions: conditions(earlier, settings, machine, &pairs), rows }
}

/// Returns the conditions that differ, other than the time.
fn conditions(
    earlier: &EarlierDocument,
    settings: &BenchSettings,
    machine: &Machine,
    pairs: &[(&Row, &EarlierRow)],
) -> Vec<String> {
    let unknown = "unknown";
    let facts = [
        ("host", &*earlier.machine.host, &*machine.host),
        ("kernel", &earlier.machine.kernel, &machine.kernel),
        (
            "processor",
            earlier.machine.processor.as_deref().unwrap_or(unknown),
            machine.processor.as_deref().unwrap_or(unknown),
        ),
        ("work", &earlier.work, &settings.work_text),
        ("pattern", &earlier.pattern, pattern_word(settings.pattern)),
    ];
    let differ = facts.iter().filter(|(_, then, now)| then != now);
    let mut conditions: Vec<String> =
        differ.map(|(what, then, now)| format!("{what} {}, now {}", then.escape_debug(), now.escape_debug())).collect();
    if let Some((row, then)) = pairs.iter().find(|(row, then)| row.bytes != then.bytes) {
        conditions.push(format!("{} bytes per pass, now {}", then.bytes, row.bytes));
    }
    conditions
}

impl Comparison {
    /// Returns the comparison as sentences.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if !self.conditions.is_empty() {
            let conditions = self.conditions.join("; ");
            sentences.push(format!("The run of {} had different conditions: {conditions}.", self.time.escape_debug()));
        }
        if self.rows.is_empty() {
            sentences.push("The earlier document has no row with the same name as a row measured now.".to_owned());
            return sentences;
        }
        for (word, is_faster) in [("Faster", true), ("Slower", false)] {
            let such = self.rows.iter().filter(|row| row.changed && (row.ratio > 1.0) == is_faster);
            let list: Vec<String> = such
                .map(|row| {
                    let (before, after) = (rate(row.before), rate(row.after));
                    format!("{}, {}: {before}, now {after} ({:.2}×)", row.label, row.state, row.ratio)
                })
                .collect();
            if !list.is_empty() {
                sentences.push(format!("{word} than at {}: {}.", self.time.escape_debug(), list.join("; ")));
            }
        }
        let changed = self.rows.iter().filter(|row| row.changed).count();
        let rows = self.rows.len();
        let percent = MARGIN * 100.0;
        sentences.push(format!(
            "Changed by more than {percent:.0}% and beyond the noise: {changed} of {rows} rows, corrected for {rows} comparisons."
        ));
        sentences
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a document in which a row took `seconds` in each of seven runs.
    fn earlier(seconds: f64, bytes: u64) -> EarlierDocument {
        let run = |number: u32| serde_json::json!({"seconds": seconds + f64::from(number) / 1e4, "pace": 1.0});
        serde_json::from_value(serde_json::json!({
            "schema": 3, "time": "2026-01-01T00:00:00Z", "work": "sum", "pattern": "sequential",
            "machine": {"host": "old", "kernel": "1.0", "processor": null},
            "rows": [{"label": "map", "state": "warm", "bytes": bytes, "runs": (0..7).map(run).collect::<Vec<_>>()}],
        }))
        .unwrap()
    }

    #[test]
    fn a_change_is_one_beyond_the_noise() {
        use super::super::method::Method;
        use clap::Parser;

        #[derive(Parser)]
        struct CommandLine {
            #[command(flatten)]
            args: crate::cli::bench::BenchArgs,
        }
        let args = CommandLine::try_parse_from(["bench"]).unwrap().args;
        let settings = BenchSettings::new(&args, 1).unwrap();
        let method = Method::of(crate::cli::bench::Family::Map, None, 1);
        let row = Row::timed(method, &[1, 2, 3, 4, 5, 6, 7].map(|round| 1.0 + f64::from(round) / 1e4));
        let measured = Measurements { rows: vec![row], ..Measurements::default() };
        let said = |earlier| compare(&earlier, &settings, &Machine::here(), &measured).sentences().join(" ");
        let same = said(earlier(1.0, 1_000_000_000));
        assert!(same.contains("host old, now ") && same.contains("beyond the noise: 0 of 1 rows"), "{same}");
        let faster = said(earlier(2.0, 1_000_000_000));
        assert!(faster.contains("Faster than at 2026-01-01T00:00:00Z: map, warm: 0.500 GB/s, now 1.00 GB/s (2.00×)."));
        assert!(said(earlier(0.5, 999)).contains("999 bytes per pass, now 1000000000"));
        let mut other = earlier(1.0, 1);
        other.rows[0].label = "else".into();
        assert!(said(other).contains("The earlier document has no row"));
    }
}
