//! Measures in rounds: every method in every state, in shuffled order. The state is verified before
//! each run, and the results are compared after it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::auto::Auto;
use super::latency::Latencies;
use super::load::changed;
use super::method::{Calls, Method, size};
use super::order::{AccessOrder, Shuffle};
use super::pace;
use super::pass::{PassError, pass};
use super::row::{Measurements, Row, Sample};
use super::settings::BenchSettings;
use super::state::{CacheState, dirty_pages};
use super::subject::Subject;
use super::verdict::{Verdict, verdicts};
use super::workers::{Answer, PassOutcome, Task};
use crate::cli::bench::AccessPattern;
use crate::engine::Session;
use crate::os::{Usage, forget_peak, peak_resident};

/// The total size in bytes up to which the files are read several times in a run, because one pass
/// is too short to time.
const SHORT_PASS_BYTES: u64 = 64 << 20;
/// The intended duration of a run of short passes.
const MIN_RUN_TIME: Duration = Duration::from_millis(20);
/// The maximum number of passes in a run. Each cold pass has to wait for its state, so its maximum
/// is lower.
const MAX_WARM_PASSES: f64 = 20_000.0;
const MAX_COLD_PASSES: f64 = 24.0;

/// Measures everything that `settings` request. `stats` counts bytes for a progress bar.
///
/// # Errors
/// Returns an error if a file cannot be read or changes during the run, or if methods disagree.
pub fn measure(settings: &BenchSettings, subjects: &[Subject], stats: &Session) -> anyhow::Result<Measurements> {
    let mut bench = Bench { settings, subjects, walks: HashMap::new(), auto: Auto::new(settings.threads)?, stats };
    let mut measured = bench.prepare();
    let mut passes = vec![None; measured.rows.len()];
    let mut shuffle = Shuffle::new(settings.seed);
    let mut round = 0;
    let mut target = settings.runs;
    loop {
        while round < target {
            round += 1;
            bench.round(round, &mut shuffle, &mut passes, &mut measured)?;
        }
        let note = pace::set(&mut measured.rows);
        measured.looks += 1;
        let limit = settings.until_certain.unwrap_or(0);
        if round >= limit || verdicts(settings, &measured).iter().all(Verdict::is_certain) {
            measured.notes.extend(note);
            bench.time_work_in_cache(&mut measured.rows);
            return Ok(measured);
        }
        // Each look is another chance to be wrong, so there are few of them.
        target = (2 * round).min(limit);
    }
}

/// The state that the runs share.
struct Bench<'a> {
    settings: &'a BenchSettings,
    subjects: &'a [Subject],
    /// The accesses for each file and block size.
    walks: HashMap<(usize, u64), AccessOrder>,
    auto: Auto,
    stats: &'a Session,
}

impl Bench<'_> {
    /// Tries each state and returns a row without runs for each method in it.
    fn prepare(&mut self) -> Measurements {
        let mut measured = Measurements::default();
        for &state in &self.settings.states {
            let dirty = dirty_pages(self.subjects);
            match state.establish(self.subjects) {
                Err(reason) => measured.blocked.push((state, reason)),
                Ok(()) if state == CacheState::Cold && dirty > 0 => {
                    let (were, them) = if dirty == 1 { ("page was", "it") } else { ("pages were", "them") };
                    measured.notes.push(format!(
                        "{dirty} {were} dirty: the kernel wrote {them} to the disk before it could drop {them}"
                    ));
                }
                Ok(()) => {}
            }
            for method in self.settings.selection.methods(self.settings.pattern) {
                if self.settings.selection.fits(&method, state) {
                    self.add_row(method, state, &mut measured.rows);
                }
            }
        }
        measured.notes.extend(self.subjects.iter().flat_map(|subject| subject_notes(subject, &measured.rows)));
        measured
    }

    /// Adds a row for `method`, unless the file is so short that the row would repeat another one.
    fn add_row(&mut self, mut method: Method, state: CacheState, rows: &mut Vec<Row>) {
        let (mut bytes, mut accesses, mut max) = (0, 0, 0);
        for subject in self.subjects {
            let walk = self.walk(&method, subject);
            bytes += walk.bytes();
            accesses += walk.count();
            max = max.max(walk.count());
        }
        if method.calls != Calls::Auto {
            // There are never more threads or requests in flight than accesses.
            let max = usize::try_from(max).unwrap_or(usize::MAX);
            method = Method { threads: method.threads.min(max), depth: method.depth.min(max), ..method };
        }
        if !rows.iter().any(|row| row.method == method && row.state == state) {
            let accesses = self.is_scattered().then_some(accesses);
            rows.push(Row::new(method, state, bytes, accesses));
        }
    }

    /// Runs every method once in every state.
    fn round(
        &mut self,
        round: u32,
        shuffle: &mut Shuffle,
        passes: &mut [Option<u32>],
        measured: &mut Measurements,
    ) -> anyhow::Result<()> {
        let mut states = self.settings.states.clone();
        shuffle.shuffle(&mut states);
        for state in states {
            let mut order: Vec<usize> =
                (0..measured.rows.len()).filter(|&index| measured.rows[index].state == state).collect();
            shuffle.shuffle(&mut order);
            for index in order {
                self.run(round, index, &mut passes[index], measured)?;
            }
        }
        Ok(())
    }

    /// Times the work on bytes in the processor's cache. With this time, a verdict can identify
    /// memory access as the reason without counting cache misses.
    fn time_work_in_cache(&self, rows: &mut [Row]) {
        // With fewer bytes, the time of the calls would dominate.
        const MIN_SAMPLE_BYTES: usize = 4096;
        let example = self.subjects.first().map(Subject::beginning).unwrap_or_default();
        if example.len() < MIN_SAMPLE_BYTES {
            return;
        }
        let mut known = HashMap::new();
        for row in rows.iter_mut().filter(|row| row.method.calls != Calls::Auto) {
            let block = row.method.block.and_then(|block| usize::try_from(block).ok()).unwrap_or(usize::MAX);
            let key = (block.min(example.len()), row.method.is_read());
            let time = || self.settings.work.seconds_in_cache(&example, key.0, key.1);
            row.work_in_cache = Some(*known.entry(key).or_insert_with(time) * row.bytes as f64);
        }
    }

    fn is_scattered(&self) -> bool {
        self.settings.pattern != AccessPattern::Sequential
    }

    /// Returns the accesses of `method` to `subject`, which are the same in every run and for every
    /// method with this block size.
    fn walk(&mut self, method: &Method, subject: &Subject) -> &AccessOrder {
        let BenchSettings { pattern, stride, seed, .. } = *self.settings;
        let number = self.subjects.iter().position(|other| std::ptr::eq(other, subject)).unwrap_or(0);
        let block = method.block.unwrap_or(super::method::PIECE);
        let len = subject.len();
        self.walks.entry((number, block)).or_insert_with(|| match pattern {
            AccessPattern::Sequential => AccessOrder::sequential(len, block),
            AccessPattern::Random => AccessOrder::random(len, block, &mut Shuffle::new(seed ^ number as u64)),
            AccessPattern::Stride => AccessOrder::stride(len, block, stride),
        })
    }

    /// Performs one run of row `index`, or records why it could not.
    fn run(
        &mut self,
        round: u32,
        index: usize,
        passes: &mut Option<u32>,
        measured: &mut Measurements,
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
        let (sample, PassOutcome { answer, latencies: times }) = match self.sample(row, round, count) {
            Ok(done) => done,
            Err(end) => return end.note(round, row),
        };
        self.stats.bytes.add(row.bytes);
        let group = if self.settings.pattern == AccessPattern::Sequential { None } else { row.method.block };
        match measured.answers.iter().find(|(other, _)| *other == group) {
            Some((_, known)) if *known != answer => {
                if let Some(changed) = self.subjects.iter().find(|subject| subject.has_changed()) {
                    anyhow::bail!("{}: changed while being measured", changed.shown());
                }
                let label = row.method.label(self.settings.pattern);
                let work = &self.settings.work_text;
                anyhow::bail!("the methods disagree: {label} found {answer}, the others {known} ({work})")
            }
            Some(_) => {}
            None => measured.answers.push((group, answer)),
        }
        if let Some(times) = times {
            row.latencies.get_or_insert_with(Latencies::new).merge(&times);
        }
        row.samples.push(sample);
        Ok(())
    }

    /// Returns the number of passes that make a run long enough, found by uncounted trial passes.
    fn enough_passes(&mut self, row: &Row) -> Result<u32, InvalidRun> {
        if row.bytes > SHORT_PASS_BYTES {
            return Ok(1);
        }
        let (mut first, _) = self.sample(row, 0, 1)?;
        if first.seconds < MIN_RUN_TIME.as_secs_f64() {
            // The very first pass may be slow for other reasons.
            first = self.sample(row, 0, 1)?.0;
        }
        let max = if row.state == CacheState::Warm { MAX_WARM_PASSES } else { MAX_COLD_PASSES };
        Ok((MIN_RUN_TIME.as_secs_f64() / first.seconds).ceil().clamp(1.0, max) as u32)
    }

    /// Times `passes` passes, and also each access if accesses are not sequential.
    fn sample(&mut self, row: &Row, round: u32, passes: u32) -> Result<(Sample, PassOutcome), InvalidRun> {
        let is_cold = row.state == CacheState::Cold;
        // A cold file is warm after one pass.
        let (times, each) = if is_cold { (passes, 1) } else { (1, passes) };
        let mut took = Duration::ZERO;
        let mut used = Usage { device_bytes: Some(0), ..Usage::default() };
        let mut peak = None;
        let mut latest = None;
        for _ in 0..times {
            row.state.establish(self.subjects).map_err(|reason| self.unreached_state(reason))?;
            self.auto.renew();
            let may_peak = forget_peak();
            let before = Usage::now();
            let begun = Instant::now();
            let outcome = self.run_passes(&row.method, each, is_cold && self.is_scattered())?;
            took += begun.elapsed();
            used = used.plus(Usage::now().since(before));
            peak = if may_peak { peak.max(peak_resident()) } else { None };
            latest = Some(join(latest, outcome));
        }
        let seconds = took.as_secs_f64() / f64::from(passes);
        let mut outcome = latest.ok_or_else(|| InvalidRun::LeftOut("no pass".into()))?;
        if !is_cold && self.is_scattered() {
            // Reading the clock takes as long as touching a cached page, so these passes are not
            // counted.
            outcome = self.run_passes(&row.method, 1, true)?;
        }
        Ok((Sample { round, passes, seconds: seconds.max(1e-9), pace: 1.0, usage: used, peak }, outcome))
    }

    /// Returns the outcome of a run whose state could not be reached.
    fn unreached_state(&self, reason: String) -> InvalidRun {
        match self.subjects.iter().find(|subject| subject.is_shorter()) {
            Some(subject) => InvalidRun::Failed(subject.shown().to_owned(), changed()),
            None => InvalidRun::LeftOut(reason),
        }
    }

    /// Performs `passes` passes over all files.
    fn run_passes(&mut self, method: &Method, passes: u32, is_timed: bool) -> Result<PassOutcome, InvalidRun> {
        let family = match method.calls {
            Calls::Auto => {
                let answer = self.auto.passes(passes, self.subjects, &self.settings.work);
                let answer = answer.map_err(|error| InvalidRun::Failed(self.names(), error))?;
                return Ok(PassOutcome { answer, latencies: None });
            }
            Calls::Fixed(family) => family,
        };
        let (subjects, work) = (self.subjects, &self.settings.work);
        let mut latest = None;
        for _ in 0..passes {
            let mut all: Option<PassOutcome> = None;
            for subject in subjects {
                let task = Task { walk: self.walk(method, subject), work, is_timed };
                let outcome = pass(family, method, subject.path(), &task).map_err(|trouble| match trouble {
                    PassError::Unavailable(reason) => InvalidRun::Unavailable(reason),
                    PassError::Failed(error) => InvalidRun::Failed(subject.shown().to_owned(), error),
                })?;
                all = Some(match all {
                    None => outcome,
                    Some(before) => PassOutcome {
                        answer: match (before.answer, &outcome.answer) {
                            (Answer::Number(a), Answer::Number(b)) => Answer::Number(a.wrapping_add(*b)),
                            (a, b) => Answer::Digest(format!("{a} {b}")),
                        },
                        latencies: merge(before.latencies, outcome.latencies),
                    },
                });
            }
            latest = all.map(|outcome| join(latest, outcome));
        }
        latest.ok_or_else(|| InvalidRun::LeftOut("no pass".into()))
    }

    fn names(&self) -> String {
        self.subjects.iter().map(Subject::shown).collect::<Vec<_>>().join(", ")
    }
}

/// Returns notes that help to interpret the figures of a file.
fn subject_notes(subject: &Subject, rows: &[Row]) -> Vec<String> {
    let mut notes = Vec::new();
    let name = subject.shown();
    if let Some(found) = subject.holes() {
        let bound = if found.complete { "" } else { "at least " };
        let (holes, len) = (size(found.hole_bytes), size(subject.len()));
        notes.push(format!("{name}: {bound}{holes} of {len} are holes, which no method reads from disk"));
    }
    if subject.filesystem() == Some("tmpfs") && rows.iter().any(|row| row.method.is_direct()) {
        notes.push(format!("{name}: tmpfs accepts O_DIRECT but has no device, so such reads are copies as well"));
    }
    notes
}

/// Returns the answer of the later of two passes, with the latencies of both.
fn join(before: Option<PassOutcome>, after: PassOutcome) -> PassOutcome {
    let latencies = merge(before.and_then(|before| before.latencies), after.latencies);
    PassOutcome { answer: after.answer, latencies }
}

fn merge(a: Option<Latencies>, b: Option<Latencies>) -> Option<Latencies> {
    match (a, b) {
        (Some(mut a), Some(b)) => {
            a.merge(&b);
            Some(a)
        }
        (a, b) => a.or(b),
    }
}

/// The reason why a run is invalid.
enum InvalidRun {
    /// The state could not be reached this time.
    LeftOut(String),
    /// The method is not available here.
    Unavailable(String),
    /// The measurement cannot continue.
    Failed(String, std::io::Error),
}

impl InvalidRun {
    fn note(self, round: u32, row: &mut Row) -> anyhow::Result<()> {
        match self {
            InvalidRun::LeftOut(reason) => row.left_out.push((round, reason)),
            InvalidRun::Unavailable(reason) => row.unavailable = Some(reason),
            InvalidRun::Failed(name, error) => anyhow::bail!("{name}: {}", crate::os::error_text(&error)),
        }
        Ok(())
    }
}
