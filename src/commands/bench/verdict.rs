//! The verdict in words: which way wins here, by how much, whether that is beyond the noise, and what the counters say
//! of why. What mapping loses is said as plainly as what it wins.

use super::measure::{Measured, Row};
use super::reason::{AMPLIFIED, amplification, reason};
use super::settings::Settings;
use super::state::State;
use super::statistics::{SIGNIFICANT, chance};
use super::table::{count, rate};
use super::way::Means;

/// What is to be said of one state.
#[derive(Debug)]
pub struct Verdict<'m> {
    /// The state.
    pub state: State,
    /// The fastest way of all.
    pub fastest: &'m Row,
    /// The fastest that maps against the fastest that reads, where both were measured.
    pub duel: Option<Duel<'m>>,
    /// `--io auto` against the fastest other way, where it was measured.
    pub auto: Option<Duel<'m>>,
    /// The words.
    pub sentences: Vec<String>,
}

/// Two ways side by side.
#[derive(Clone, Copy, Debug)]
pub struct Duel<'m> {
    /// The way that it is about: the mapping, or `auto`.
    pub one: &'m Row,
    /// The other.
    pub other: &'m Row,
    /// Throughput of the one by that of the other, as both are shown.
    pub ratio: f64,
    /// How probable so great a difference is by chance alone.
    pub chance: f64,
}

impl<'m> Duel<'m> {
    fn new(one: &'m Row, other: &'m Row) -> Duel<'m> {
        Duel { one, other, ratio: one.speed() / other.speed(), chance: chance(&one.rates(), &other.rates()) }
    }

    /// Whether the difference is more than noise.
    pub fn is_real(&self) -> bool {
        self.chance < SIGNIFICANT
    }

    /// The faster and the slower of the two, and how many times faster it is.
    fn ranked(&self) -> (&'m Row, &'m Row, f64) {
        if self.ratio >= 1.0 { (self.one, self.other, self.ratio) } else { (self.other, self.one, 1.0 / self.ratio) }
    }
}

/// What to say of each state that was had.
pub fn verdicts<'m>(settings: &Settings, measured: &'m Measured) -> Vec<Verdict<'m>> {
    settings.states.iter().filter_map(|&state| verdict(settings, measured, state)).collect()
}

fn verdict<'m>(settings: &Settings, measured: &'m Measured, state: State) -> Option<Verdict<'m>> {
    let rows: Vec<&Row> = measured.rows.iter().filter(|row| row.state == state && !row.samples.is_empty()).collect();
    let best = |choose: &dyn Fn(&Row) -> bool| fastest_of(rows.iter().copied().filter(|row| choose(row)));
    let fastest = best(&|_| true)?;
    let words = Words { settings };
    let mut sentences = Vec::new();
    let duel_of = |choose: &dyn Fn(&Row) -> bool| {
        let map = best(&|row| row.way.is_map() && choose(row))?;
        let read = best(&|row| row.way.is_read() && choose(row))?;
        Some(Duel::new(map, read))
    };
    let duel = duel_of(&|_| true);
    match &duel {
        Some(duel) => {
            sentences.push(words.outcome(duel));
            if duel.is_real() {
                sentences.push(words.reason(duel));
            }
            let single = duel_of(&|row| row.way.threads == 1);
            if let Some(single) = single.filter(|_| duel.one.way.threads > 1 || duel.other.way.threads > 1) {
                sentences.push(format!("On one thread: {}", words.outcome(&single)));
                if single.is_real() {
                    sentences.push(words.reason(&single));
                }
            }
        }
        None => sentences.push(format!("The fastest is {}.", words.with_rate(fastest))),
    }
    sentences.extend(words.amplification(&rows));
    sentences.extend(words.the_others(&rows));
    let auto = best(&|row| row.way.means == Means::Auto)
        .zip(best(&|row| row.way.means != Means::Auto))
        .map(|(auto, other)| Duel::new(auto, other));
    sentences.extend(auto.map(|auto| words.of_auto(&auto)));
    Some(Verdict { state, fastest, duel, auto, sentences })
}

fn fastest_of<'m>(rows: impl Iterator<Item = &'m Row>) -> Option<&'m Row> {
    rows.max_by(|a, b| a.speed().total_cmp(&b.speed()))
}

struct Words<'s> {
    settings: &'s Settings,
}

impl Words<'_> {
    fn label(&self, row: &Row) -> String {
        row.way.label(self.settings.pattern)
    }

    fn with_rate(&self, row: &Row) -> String {
        format!("{} at {}", self.label(row), rate(row.speed()))
    }

    fn outcome(&self, duel: &Duel<'_>) -> String {
        let (winner, loser, times) = duel.ranked();
        if !duel.is_real() {
            let few = if self.settings.runs < 4 { "; it takes --runs 4 to tell" } else { "" };
            return format!(
                "No significant difference between mmap and read: {} and {} differ by {:.0} % (p = {:.2}{few}).",
                self.with_rate(winner),
                self.with_rate(loser),
                (times - 1.0) * 100.0,
                duel.chance
            );
        }
        let (what, other) = if winner.way.is_map() { ("mmap", "read") } else { ("read", "mapping") };
        format!(
            "{what} wins: {} is {times:.2} times as fast as {}, the fastest {other} (p = {:.3}).",
            self.with_rate(winner),
            self.with_rate(loser),
            duel.chance
        )
    }

    /// Why, as far as the counters tell.
    fn reason(&self, duel: &Duel<'_>) -> String {
        let (winner, loser, _) = duel.ranked();
        reason(winner, loser, self.settings.pattern)
    }

    /// Names the ways that fetch more from the device than is wanted, wherever there are any.
    fn amplification(&self, rows: &[&Row]) -> Option<String> {
        let times = |row: &Row| amplification(row).filter(|&times| times > AMPLIFIED);
        let list: Vec<String> =
            rows.iter().filter_map(|row| Some(format!("{} {:.1}×", self.label(row), times(row)?))).collect();
        (!list.is_empty()).then(|| format!("Bytes from the device by bytes wanted: {}.", list.join(", ")))
    }

    /// Each mapping against the fastest read on as many threads.
    fn the_others(&self, rows: &[&Row]) -> Vec<String> {
        let mut sentences = Vec::new();
        let mut crews: Vec<usize> = rows.iter().map(|row| row.way.threads).collect();
        crews.sort_unstable();
        crews.dedup();
        for threads in crews {
            let mine = || rows.iter().copied().filter(move |row| row.way.threads == threads);
            let Some(read) = fastest_of(mine().filter(|row| row.way.is_read())) else { continue };
            let duels: Vec<Duel<'_>> = mine().filter(|row| row.way.is_map()).map(|row| Duel::new(row, read)).collect();
            for (verb, wins) in [("lose to", false), ("beat", true)] {
                let such = duels.iter().filter(|duel| duel.is_real() && (duel.ratio > 1.0) == wins);
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
        let behind = (1.0 - duel.ratio) * 100.0;
        match () {
            () if duel.ratio >= 1.0 => format!("{auto}: nothing measured was faster; next is {other}."),
            () if !duel.is_real() => {
                format!(
                    "{auto}: {behind:.1} % behind the fastest, {other}, which is within the noise (p = {:.2}).",
                    duel.chance
                )
            }
            () => format!("{auto}: {behind:.1} % behind the fastest, {other} (p = {:.3}).", duel.chance),
        }
    }
}
