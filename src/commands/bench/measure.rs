//! The measuring: rounds of every way in every state, in shuffled order, each run verified before and compared after.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::auto::Auto;
use super::order::{Shuffle, Walk};
use super::pace;
use super::pass::{Answer, Trouble, pass};
use super::settings::Settings;
use super::state::{State, dirty_pages};
use super::statistics::{Estimate, estimate, summary};
use super::subject::Subject;
use super::way::{Means, Way};
use crate::cli::bench::Pattern;
use crate::engine::Session;
use crate::os::{Usage, forget_peak, peak_resident};

/// A way in a state, and all its runs.
#[derive(Debug)]
pub struct Row {
    /// How the bytes came in.
    pub way: Way,
    /// What was in memory before.
    pub state: State,
    /// Bytes that a pass brings in.
    pub bytes: u64,
    /// The runs that count.
    pub samples: Vec<Sample>,
    /// The runs that do not: their number from 1, and why.
    pub left_out: Vec<(u32, String)>,
    /// Why this way cannot be had here.
    pub unavailable: Option<String>,
}

/// One run. All figures but the peak are those of one pass.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The round, from 1.
    pub round: u32,
    /// Passes that the run took the mean of.
    pub passes: u32,
    /// Wall time in seconds.
    pub seconds: f64,
    /// How fast the machine was in its round, where 1 is the usual.
    pub pace: f64,
    /// What all passes used.
    pub usage: Usage,
    /// The most memory that was resident at a time, in bytes; of the whole program.
    pub peak: Option<u64>,
}

impl Row {
    /// Throughput in GB/s (10⁹ bytes a second) of each run, corrected for the machine's pace in its round.
    pub fn rates(&self) -> Vec<f64> {
        self.samples.iter().map(|sample| self.bytes as f64 / 1e9 / sample.seconds / sample.pace).collect()
    }

    /// Throughput in GB/s; `None` when no run counts.
    pub fn rate(&self) -> Option<Estimate> {
        estimate(&self.rates())
    }

    /// Estimated throughput in GB/s; 0 when no run counts. Every figure and ratio that is shown follows from it.
    pub fn speed(&self) -> f64 {
        self.rate().unwrap_or_default().value
    }

    /// The median over the runs of something that a pass uses.
    pub fn median(&self, of: impl Fn(&Usage) -> f64) -> f64 {
        let each = self.samples.iter().map(|sample| of(&sample.usage) / f64::from(sample.passes));
        summary(each).unwrap_or_default().median
    }

    /// Bytes fetched from the device in a pass; `None` where the kernel does not tell.
    pub fn device_bytes(&self) -> Option<f64> {
        let told = self.samples.iter().all(|sample| sample.usage.device_bytes.is_some()) && !self.samples.is_empty();
        told.then(|| self.median(|usage| usage.device_bytes.unwrap_or(0) as f64))
    }

    /// Median of the peak resident size in bytes.
    pub fn peak(&self) -> Option<f64> {
        let peaks: Option<Vec<f64>> = self.samples.iter().map(|sample| Some(sample.peak? as f64)).collect();
        summary(peaks?).map(|summary| summary.median)
    }

    /// Wall time of a pass in seconds, by the estimated throughput; 0 when no run counts.
    pub fn seconds(&self) -> f64 {
        let speed = self.speed();
        if speed > 0.0 { self.bytes as f64 / 1e9 / speed } else { 0.0 }
    }
}

/// All that was measured.
#[derive(Debug)]
pub struct Measured {
    /// Every way in every state.
    pub rows: Vec<Row>,
    /// What all ways found; under other patterns than sequential, for each size of access.
    pub answers: Vec<(Option<u64>, Answer)>,
    /// The states that could not be had at all, and why.
    pub blocked: Vec<(State, String)>,
    /// What a reader of the figures should know.
    pub notes: Vec<String>,
}

/// Files up to so many bytes in all are gone over several times in a run, for a clock's sake.
const SHORT: u64 = 64 << 20;
/// How long a run of short passes should take.
const LONG_ENOUGH: Duration = Duration::from_millis(20);
/// Most passes of a run; cold ones each wait for their state.
const MOST_WARM: f64 = 20_000.0;
const MOST_COLD: f64 = 24.0;

/// Measures everything that `settings` ask for. `stats` counts bytes for a progress bar.
///
/// # Errors
/// When a file cannot be read, changes meanwhile, or two ways do not come to the same answer.
pub fn measure(settings: &Settings, subjects: &[Subject], stats: &Session) -> anyhow::Result<Measured> {
    let mut bench = Bench { settings, subjects, walks: HashMap::new(), auto: Auto::new(settings.threads)?, stats };
    let mut measured = Measured { rows: Vec::new(), answers: Vec::new(), blocked: Vec::new(), notes: Vec::new() };
    for &state in &settings.states {
        let dirty = dirty_pages(subjects);
        match state.make(subjects) {
            Err(reason) => measured.blocked.push((state, reason)),
            Ok(()) if state == State::Cold && dirty > 0 => measured
                .notes
                .push(format!("{dirty} pages were dirty: the kernel wrote them to the disk before it could drop them")),
            Ok(()) => {}
        }
        for &way in &settings.ways {
            let bytes = subjects.iter().map(|subject| bench.walk(&way, subject).bytes()).sum();
            measured.rows.push(Row { way, state, bytes, samples: Vec::new(), left_out: Vec::new(), unavailable: None });
        }
    }
    let mut passes = vec![None; measured.rows.len()];
    let mut shuffle = Shuffle::new(settings.seed);
    for round in 1..=settings.runs {
        let mut states = settings.states.clone();
        shuffle.shuffle(&mut states);
        for state in states {
            let mut order: Vec<usize> =
                (0..measured.rows.len()).filter(|&index| measured.rows[index].state == state).collect();
            shuffle.shuffle(&mut order);
            for index in order {
                bench.run(round, index, &mut passes[index], &mut measured)?;
            }
        }
    }
    measured.notes.extend(pace::set(&mut measured.rows));
    Ok(measured)
}

/// What the runs share.
struct Bench<'a> {
    settings: &'a Settings,
    subjects: &'a [Subject],
    /// The accesses for each file and block size.
    walks: HashMap<(usize, u64), Walk>,
    auto: Auto,
    stats: &'a Session,
}

impl Bench<'_> {
    /// The accesses of `way` to `subject`: the same in every run, and for every way with this block size.
    fn walk(&mut self, way: &Way, subject: &Subject) -> &Walk {
        let Settings { pattern, stride, seed, .. } = *self.settings;
        let number = self.subjects.iter().position(|other| std::ptr::eq(other, subject)).unwrap_or(0);
        let block = way.block.unwrap_or(super::way::PIECE);
        let len = subject.len();
        self.walks.entry((number, block)).or_insert_with(|| match pattern {
            Pattern::Sequential => Walk::sequential(len, block),
            Pattern::Random => Walk::random(len, block, &mut Shuffle::new(seed ^ number as u64)),
            Pattern::Stride => Walk::stride(len, block, stride),
        })
    }

    /// One run of row `index`, or a note why not.
    fn run(
        &mut self,
        round: u32,
        index: usize,
        passes: &mut Option<u32>,
        measured: &mut Measured,
    ) -> anyhow::Result<()> {
        let row = &mut measured.rows[index];
        if row.unavailable.is_some() {
            return Ok(());
        }
        if let Some((_, reason)) = measured.blocked.iter().find(|(state, _)| *state == row.state) {
            row.left_out.push((round, reason.clone()));
            return Ok(());
        }
        let count = match *passes {
            Some(count) => count,
            None => match self.enough_passes(row) {
                Ok(count) => *passes.insert(count),
                Err(end) => return end.note(round, row),
            },
        };
        let (sample, answer) = match self.sample(row, round, count) {
            Ok(done) => done,
            Err(end) => return end.note(round, row),
        };
        self.stats.bytes.add(row.bytes);
        let group = if self.settings.pattern == Pattern::Sequential { None } else { row.way.block };
        match measured.answers.iter().find(|(other, _)| *other == group) {
            Some((_, known)) if *known != answer => anyhow::bail!(
                "the ways disagree: {} found {answer}, the ways before it {known} ({})",
                row.way.label(self.settings.pattern),
                self.settings.work_text,
            ),
            Some(_) => {}
            None => measured.answers.push((group, answer)),
        }
        row.samples.push(sample);
        Ok(())
    }

    /// How many passes make a run long enough to be timed, by a first one that does not count.
    fn enough_passes(&mut self, row: &Row) -> Result<u32, End> {
        if row.bytes > SHORT {
            return Ok(1);
        }
        self.sample(row, 0, 1)?;
        let (first, _) = self.sample(row, 0, 1)?;
        let most = if row.state == State::Warm { MOST_WARM } else { MOST_COLD };
        Ok((LONG_ENOUGH.as_secs_f64() / first.seconds).ceil().clamp(1.0, most) as u32)
    }

    fn sample(&mut self, row: &Row, round: u32, passes: u32) -> Result<(Sample, Answer), End> {
        // A cold file is warm after one pass.
        let (times, each) = if row.state == State::Cold { (passes, 1) } else { (1, passes) };
        let mut took = Duration::ZERO;
        let mut used = Usage { device_bytes: Some(0), ..Usage::default() };
        let mut peak = None;
        let mut answer = None;
        for _ in 0..times {
            row.state.make(self.subjects).map_err(End::LeftOut)?;
            self.auto.renew();
            let may_peak = forget_peak();
            let before = Usage::now();
            let begun = Instant::now();
            let found = self.go(&row.way, each)?;
            took += begun.elapsed();
            used = used.plus(Usage::now().since(before));
            peak = if may_peak { peak.max(peak_resident()) } else { None };
            answer = Some(found);
        }
        let seconds = took.as_secs_f64() / f64::from(passes);
        let answer = answer.ok_or_else(|| End::LeftOut("no pass".into()))?;
        Ok((Sample { round, passes, seconds: seconds.max(1e-9), pace: 1.0, usage: used, peak }, answer))
    }

    /// Goes so many times over all files.
    fn go(&mut self, way: &Way, passes: u32) -> Result<Answer, End> {
        let family = match way.means {
            Means::Auto => {
                let answer = self.auto.passes(passes, self.subjects, &self.settings.work);
                return answer.map_err(|error| End::Failed(self.names(), error));
            }
            Means::Fixed(family) => family,
        };
        let subjects = self.subjects;
        let mut answer = None;
        for _ in 0..passes {
            answer = None;
            for subject in subjects {
                let work = &self.settings.work;
                let found = match pass(family, way, subject.path(), self.walk(way, subject), work) {
                    Ok(found) => found,
                    Err(Trouble::Unavailable(reason)) => return Err(End::Unavailable(reason)),
                    Err(Trouble::Failed(error)) => return Err(End::Failed(subject.shown().to_owned(), error)),
                };
                answer = Some(match (answer.take(), found) {
                    (Some(Answer::Number(a)), Answer::Number(b)) => Answer::Number(a.wrapping_add(b)),
                    (Some(Answer::Digest(a)), Answer::Digest(b)) => Answer::Digest(format!("{a} {b}")),
                    (_, found) => found,
                });
            }
        }
        answer.ok_or_else(|| End::LeftOut("no pass".into()))
    }

    fn names(&self) -> String {
        self.subjects.iter().map(Subject::shown).collect::<Vec<_>>().join(", ")
    }
}

/// Why a run does not count.
enum End {
    /// Its state could not be had, this time.
    LeftOut(String),
    /// Its way cannot be had at all.
    Unavailable(String),
    /// Nothing further can be said.
    Failed(String, std::io::Error),
}

impl End {
    fn note(self, round: u32, row: &mut Row) -> anyhow::Result<()> {
        match self {
            End::LeftOut(reason) => row.left_out.push((round, reason)),
            End::Unavailable(reason) => row.unavailable = Some(reason),
            End::Failed(name, error) => anyhow::bail!("{name}: {}", crate::output::message(&error)),
        }
        Ok(())
    }
}
