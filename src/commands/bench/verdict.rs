//! The verdict in words: which way wins here, by how much, whether that is beyond the noise, and what the counters say
//! of why. What mapping loses is said as plainly as what it wins.

use super::measure::{Measured, Row};
use super::settings::Settings;
use super::state::State;
use super::statistics::{SIGNIFICANT, chance, ratio};
use super::table::{count, duration, rate};
use super::way::{Means, size};

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
    /// Throughput of the one by that of the other, both at the usual pace: the median over all pairs of runs.
    pub ratio: f64,
    /// How probable so great a difference is by chance alone.
    pub chance: f64,
}

impl<'m> Duel<'m> {
    fn new(one: &'m Row, other: &'m Row) -> Duel<'m> {
        let (ones, others) = (one.even_rates(), other.even_rates());
        Duel { one, other, ratio: ratio(&ones, &others), chance: chance(&ones, &others) }
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
            let few = if self.settings.runs < 4 { "; fewer than 4 runs cannot tell" } else { "" };
            return format!(
                "mmap and read draw: {} and {} differ by {:.0} %, which is within the noise (p = {:.2}{few}).",
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
        let minor = |row: &Row| row.median(|usage| usage.minor_faults as f64);
        let major = |row: &Row| row.median(|usage| usage.major_faults as f64);
        let system = |row: &Row| row.median(|usage| usage.system.as_secs_f64());
        let user = |row: &Row| row.median(|usage| usage.user.as_secs_f64());
        let more = |a: f64, b: f64| a > b * 1.2 && a - b > 0.02 * loser.seconds();
        let mut because = Vec::new();
        if winner.way.threads > loser.way.threads {
            because.push(format!(
                "{} has {} threads at work and {} one",
                self.label(winner),
                winner.way.threads,
                self.label(loser)
            ));
        }
        if more(system(loser), system(winner)) {
            let what = if loser.way.is_read() {
                "a read copies every byte".to_owned()
            } else if minor(loser) >= 2.0 * minor(winner).max(1.0) && minor(loser) >= 16.0 {
                let each = size((loser.bytes as f64 / minor(loser)) as u64);
                format!("{} takes {} minor faults, one for every {each}", self.label(loser), count(minor(loser)))
            } else {
                "setting a mapping up and taking it down is work too".to_owned()
            };
            because.push(format!(
                "{what}: {} of system time a pass against {}",
                duration(system(loser)),
                duration(system(winner))
            ));
        }
        if more(user(loser), user(winner)) {
            because.push(format!(
                "the work itself takes {} against {}, as its bytes are further from the processor's caches or its \
                 pages are met one by one",
                duration(user(loser)),
                duration(user(winner))
            ));
        }
        if major(loser) > 2.0 * major(winner).max(1.0) {
            because.push(format!(
                "{} stood still for the disk {} times (major faults), {} {}",
                self.label(loser),
                count(major(loser)),
                self.label(winner),
                count(major(winner))
            ));
        }
        let busy = |row: &Row| (user(row) + system(row)) / row.seconds();
        if busy(loser) + 0.15 < busy(winner).min(1.0) && loser.way.threads == 1 {
            because.push(format!(
                "{} keeps the processor waiting: busy {:.0} % of the time against {:.0} %",
                self.label(loser),
                busy(loser) * 100.0,
                busy(winner) * 100.0
            ));
        }
        if because.is_empty() {
            return "Why: the counters do not tell; faults and processor times are alike.".into();
        }
        format!("Why: {}.", because.join("; "))
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
        let (auto, other) = (self.with_rate(duel.one), self.label(duel.other));
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
