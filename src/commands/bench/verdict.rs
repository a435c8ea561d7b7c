//! Writes the verdict: which method wins here, by how much, whether that exceeds the noise, and why
//! according to the counters. Losses of mapping are stated as plainly as its wins.

use super::duel::{Duel, DuelOutcome, MARGIN, compare};
use super::figures::{count, rate};
use super::method::Calls;
use super::reason::{AMPLIFIED, amplification, reason};
use super::row::{Measurements, Row};
use super::settings::BenchSettings;
use super::state::CacheState;

/// The maximum number of methods that a sentence names as equally fast.
const MAX_NAMED: usize = 4;

/// The verdict on one state.
#[derive(Debug)]
pub struct Verdict<'m> {
    /// The state.
    pub state: CacheState,
    /// The fastest method of all.
    pub fastest: &'m Row,
    /// The methods that these runs cannot distinguish from the fastest.
    pub as_fast: Vec<&'m Row>,
    /// The fastest mapping against the fastest read, if both were measured.
    pub duel: Option<Duel<'m>>,
    /// `--io auto` against the fastest other method, if it was measured.
    pub auto: Option<Duel<'m>>,
    /// The sentences of the verdict.
    pub sentences: Vec<String>,
}

impl Verdict<'_> {
    /// Returns whether further runs would not change the conclusions about mmap, read and `--io
    /// auto`.
    pub fn is_certain(&self) -> bool {
        [&self.duel, &self.auto].into_iter().flatten().all(|duel| duel.outcome() != DuelOutcome::Open)
    }
}

/// Returns the verdict on each state that has figures.
pub fn verdicts<'m>(settings: &BenchSettings, measured: &'m Measurements) -> Vec<Verdict<'m>> {
    settings.states.iter().filter_map(|&state| verdict(settings, measured, state)).collect()
}

fn verdict<'m>(settings: &BenchSettings, measured: &'m Measurements, state: CacheState) -> Option<Verdict<'m>> {
    let rows: Vec<&Row> = measured.rows.iter().filter(|row| row.state == state && !row.samples.is_empty()).collect();
    let writer = SentenceWriter { settings, looks: measured.looks };
    let fixed: Vec<&Row> = rows.iter().copied().filter(|row| row.method.calls != Calls::Auto).collect();
    let mut sentences = Vec::new();
    let duel = writer.duel(&fixed);
    if let Some(duel) = &duel {
        sentences.extend(writer.outcome_and_reason(duel));
        let single: Vec<&Row> = fixed.iter().copied().filter(|row| row.method.threads == 1).collect();
        let single = writer.duel(&single).filter(|_| duel.one.method.threads > 1 || duel.other.method.threads > 1);
        if let Some(single) = single {
            let mut said = writer.outcome_and_reason(&single).into_iter();
            sentences.extend(said.next().map(|outcome| format!("On one thread: {outcome}")));
            sentences.extend(said);
        }
    }
    let fastest = fastest_of(&rows)?;
    let duels = writer.against_rest(fastest, &rows);
    let as_fast: Vec<&Row> = duels.iter().filter(|duel| !duel.is_real()).map(|duel| duel.other).collect();
    sentences.push(writer.fastest(fastest, &duels, &as_fast));
    sentences.extend(writer.amplification(&rows));
    let unsure: Vec<[&Row; 2]> = as_fast.iter().map(|row| [fastest, *row]).collect();
    sentences.extend(writer.others_label(&rows, &unsure));
    let auto = rows.iter().copied().find(|row| row.method.calls == Calls::Auto);
    let auto = auto.and_then(|auto| fastest_duel(writer.against_rest(auto, &rows)));
    sentences.extend(auto.as_ref().map(|auto| writer.of_auto(auto)));
    Some(Verdict { state, fastest, as_fast, duel, auto, sentences })
}

fn fastest_of<'m>(rows: &[&'m Row]) -> Option<&'m Row> {
    rows.iter().copied().max_by(|a, b| a.speed().total_cmp(&b.speed()))
}

/// Returns the comparison with the fastest of the others.
fn fastest_duel(duels: Vec<Duel<'_>>) -> Option<Duel<'_>> {
    duels.into_iter().max_by(|a, b| a.other.speed().total_cmp(&b.other.speed()))
}

struct SentenceWriter<'s> {
    settings: &'s BenchSettings,
    looks: u32,
}

impl SentenceWriter<'_> {
    fn against_rest<'m>(&self, one: &'m Row, rows: &[&'m Row]) -> Vec<Duel<'m>> {
        let rest: Vec<&Row> = rows.iter().copied().filter(|row| !std::ptr::eq(*row, one)).collect();
        compare(one, &rest, self.looks)
    }

    /// Compares the fastest mapping with the fastest read, corrected for the choice among all methods.
    fn duel<'m>(&self, rows: &[&'m Row]) -> Option<Duel<'m>> {
        let fastest = fastest_of(rows)?;
        let rivals = self.against_rest(fastest, rows).into_iter();
        let duel = fastest_duel(rivals.filter(|duel| duel.other.method.is_map() != fastest.method.is_map()).collect())?;
        Some(if fastest.method.is_map() { duel } else { duel.swapped() })
    }

    fn label(&self, row: &Row) -> String {
        row.method.label(self.settings.pattern)
    }

    fn with_rate(&self, row: &Row) -> String {
        format!("{} at {}", self.label(row), rate(row.speed()))
    }

    fn outcome_and_reason(&self, duel: &Duel<'_>) -> Vec<String> {
        let (winner, loser, _) = duel.ranked();
        let mut sentences = vec![self.outcome(duel)];
        if duel.is_real() {
            sentences.push(reason(winner, loser, self.settings.pattern));
        }
        sentences
    }

    fn outcome(&self, duel: &Duel<'_>) -> String {
        let (winner, loser, times) = duel.ranked();
        let (fast, slow) = (self.with_rate(winner), self.with_rate(loser));
        let percent = (times - 1.0) * 100.0;
        match duel.outcome() {
            DuelOutcome::Differ => {
                let (what, other) = if winner.method.is_map() { ("mmap", "read") } else { ("read", "mapping") };
                let p = self.chance(duel);
                format!("{what} wins: {fast} is {times:.2} times as fast as {slow}, the fastest {other} ({p}).")
            }
            DuelOutcome::Equal => format!(
                "No difference beyond {:.0}% between mmap and read: {fast} and {slow} differ by {percent:.0}%{}.",
                MARGIN * 100.0,
                interval(duel)
            ),
            DuelOutcome::Open => format!(
                "Undecided between mmap and read: {fast} and {slow} differ by {percent:.0}%, which {}.",
                self.not_enough(duel)
            ),
        }
    }

    /// Returns the sentence for inconclusive runs, with the number of runs that would be
    /// conclusive.
    fn not_enough(&self, duel: &Duel<'_>) -> String {
        let runs = duel.one.samples.len().min(duel.other.samples.len());
        let (p, plural) = (self.chance(duel), if runs == 1 { "" } else { "s" });
        let enough = match duel.runs_to_settle() {
            Some(enough) if enough <= 1000.0 => format!("; about --runs {enough:.0} would"),
            Some(_) => "; more than 1000 would be needed".to_owned(),
            None => "; --runs 7 shows how large the noise is".to_owned(),
        };
        if duel.has_too_few_runs(self.looks) {
            let be = if runs == 1 { "is" } else { "are" };
            return format!("{runs} run{plural} {be} too few to confirm{enough}");
        }
        format!("{runs} run{plural} cannot tell from noise ({p}){enough}")
    }

    fn chance(&self, duel: &Duel<'_>) -> String {
        let p = if duel.corrected < 0.001 { "p < 0.001".into() } else { format!("p = {:.3}", duel.corrected) };
        let comparisons = match duel.comparisons {
            0 | 1 => String::new(),
            many => format!(", corrected for {many} comparisons"),
        };
        let looks = if self.looks > 1 { format!(" and {} looks", self.looks) } else { String::new() };
        format!("{p}{comparisons}{looks}")
    }

    fn fastest(&self, fastest: &Row, duels: &[Duel<'_>], as_fast: &[&Row]) -> String {
        let with_rate = self.with_rate(fastest);
        if duels.is_empty() {
            return format!("The only method measured is {with_rate}.");
        }
        let least_sure = duels.iter().max_by(|a, b| a.corrected.total_cmp(&b.corrected));
        if let Some(least_sure) = least_sure.filter(|_| as_fast.is_empty()) {
            let p = self.chance(least_sure);
            return format!(
                "The fastest of {} methods is {with_rate}, beyond the noise (at most {p}).",
                duels.len() + 1
            );
        }
        let mut near: Vec<&Row> = as_fast.to_vec();
        near.sort_by(|a, b| b.speed().total_cmp(&a.speed()));
        let list: Vec<String> = near.iter().take(MAX_NAMED).map(|row| self.label(row)).collect();
        let others = near.len().saturating_sub(MAX_NAMED);
        let others = if others > 0 { format!(" and {others} more") } else { String::new() };
        let methods = duels.len() + 1;
        format!(
            "The fastest of {methods} methods is {with_rate}; no significant difference from it: {}{others}.",
            list.join(", ")
        )
    }

    /// Names the methods that read more bytes from the device than were requested, if there are
    /// any.
    fn amplification(&self, rows: &[&Row]) -> Option<String> {
        let times = |row: &Row| amplification(row).filter(|&times| times > AMPLIFIED);
        let list: Vec<String> =
            rows.iter().filter_map(|row| Some(format!("{} {:.1}×", self.label(row), times(row)?))).collect();
        (!list.is_empty()).then(|| format!("Bytes read from the device per byte requested: {}.", list.join(", ")))
    }

    /// Compares each mapping with the fastest read on the same number of threads. Omits the pairs
    /// in `unsure`, which were within the noise in a comparison with more rivals.
    fn others_label(&self, rows: &[&Row], unsure: &[[&Row; 2]]) -> Vec<String> {
        let is_unsure = |duel: &Duel<'_>| {
            let is = |a: &Row, b: &Row| std::ptr::eq(a, b);
            unsure.iter().any(|[a, b]| is(a, duel.one) && is(b, duel.other) || is(a, duel.other) && is(b, duel.one))
        };
        let mut sentences = Vec::new();
        let mut threads: Vec<usize> = rows.iter().map(|row| row.method.threads).collect();
        threads.sort_unstable();
        threads.dedup();
        for threads in threads {
            let mine = rows.iter().copied().filter(|row| row.method.threads == threads);
            let (reads, others): (Vec<&Row>, Vec<&Row>) = mine.partition(|row| row.method.is_read());
            let Some(read) = fastest_of(&reads) else { continue };
            let maps: Vec<&Row> = others.into_iter().filter(|row| row.method.is_map()).collect();
            let duels: Vec<Duel<'_>> = compare(read, &maps, self.looks).into_iter().map(Duel::swapped).collect();
            for (verb, wins) in [("lose to", false), ("beat", true)] {
                let is_such = |duel: &&Duel<'_>| duel.is_real() && (duel.ratio > 1.0) == wins && !is_unsure(duel);
                let such = duels.iter().filter(is_such);
                let list: Vec<String> = such
                    .map(|duel| {
                        let faults = duel.one.median(|usage| (usage.minor_faults + usage.major_faults) as f64);
                        let plural = if faults == 1.0 { "" } else { "s" };
                        format!("{} ({:.2}×, {} fault{plural})", self.label(duel.one), duel.ratio, count(faults))
                    })
                    .collect();
                if !list.is_empty() {
                    sentences.push(format!("Mappings that {verb} {}: {}.", self.label(read), list.join(", ")));
                }
            }
        }
        sentences
    }

    fn of_auto(&self, duel: &Duel<'_>) -> String {
        let (auto, other) = (self.with_rate(duel.one), self.with_rate(duel.other));
        let slower = (1.0 - duel.ratio) * 100.0;
        match duel.outcome() {
            _ if duel.ratio >= 1.0 => format!("{auto}: no measured method was faster; next is {other}."),
            DuelOutcome::Differ => {
                format!("{auto}: {slower:.1}% slower than the fastest, {other} ({}).", self.chance(duel))
            }
            DuelOutcome::Equal => {
                let interval = interval(duel);
                format!("{auto}: {slower:.1}% slower than the fastest, {other}, which is within 5%{interval}.")
            }
            DuelOutcome::Open => {
                format!("{auto}: {slower:.1}% slower than the fastest, {other}, which {}.", self.not_enough(duel))
            }
        }
    }
}

/// Returns the confidence interval of the difference, in percent and in parentheses.
fn interval(duel: &Duel<'_>) -> String {
    let ranked = if duel.ratio >= 1.0 { *duel } else { duel.swapped() };
    let percent = |ratio: f64| (ratio - 1.0) * 100.0;
    ranked.interval.map_or_else(String::new, |(low, high)| {
        format!(" (95% interval: {:.1} to {:.1}%)", percent(low), percent(high))
    })
}
