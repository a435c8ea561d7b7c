//! Measures `--io auto`: the engine that all other subcommands use, with its own threads, blocks
//! and read-ahead. Digests use the code of `checksum`.

use std::io;

use super::method::size;
use super::subject::Subject;
use super::work::{Count, Tally, Work};
use super::workers::Answer;
use crate::app::config::Config;
use crate::cli::common::{Common, Io, When};
use crate::commands::file_digest::digest;
use crate::digest::{Digest, Recipe};
use crate::engine::{BLOCK, Block, COUNTING_BLOCK, Engine, Flow, Input, Kernel, Open, Permits, Pipeline, SplitAt};
use crate::io::{AccessMethod, FileRef, IoMode, Range, Source};
use crate::os::null_device;
use crate::output::Output;

/// The size in bytes up to which a file is a single block, whether it is mapped or read.
const ONE_BLOCK: u64 = 256 << 10;

/// Runs the engine with `--io auto`.
#[derive(Debug)]
pub struct Auto {
    config: Config,
    output: Output,
}

impl Auto {
    /// Returns an engine with `threads` threads, which prints nothing.
    ///
    /// # Errors
    /// Returns an error if there is neither a null device nor a temporary file.
    pub fn new(threads: usize) -> anyhow::Result<Auto> {
        let common = Common {
            io: Io::Auto,
            threads: u16::try_from(threads).ok(),
            block_size: None,
            offset: None,
            length: None,
            progress: When::Never,
            stats: None,
            color: When::Never,
        };
        let output = Output::to(null_device()?)?;
        let config = Config::new(&common, &output)?;
        Ok(Auto { config, output })
    }

    /// Resets the counters of the last run. Callers do this before each run and do not time it,
    /// because the other methods exclude a program's setup as well.
    pub fn renew(&mut self) {
        self.config = self.config.with_fresh_counters();
    }

    /// Reads each of `subjects` `passes` times and returns the result of one pass.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read, or the passes do not agree.
    pub fn passes(&mut self, passes: u32, subjects: &[Subject], work: &Work) -> io::Result<Answer> {
        match work {
            // If each file fits in one block, all passes are inputs of one run, like many small
            // files. The setup of a run is not part of a pass, and no pass is long enough to use a
            // second thread.
            Work::Count(count) if subjects.iter().all(|subject| subject.len() <= ONE_BLOCK) => {
                self.count(passes, 1, count, subjects).map(Answer::Number)
            }
            Work::Count(count) => {
                let threads = self.config.engine.threads;
                let one = |pass| {
                    if pass > 0 {
                        self.renew();
                    }
                    self.count(1, threads, count, subjects)
                };
                all_equal((0..passes).map(one)).map(Answer::Number)
            }
            Work::Hash(recipe) => {
                all_equal((0..passes).map(|_| hash(*recipe, subjects, &self.config))).map(Answer::Digest)
            }
        }
    }

    /// Runs `passes` passes of a count in one run of the engine.
    fn count(&mut self, passes: u32, threads: usize, count: &Count, subjects: &[Subject]) -> io::Result<u64> {
        let engine = Engine { threads, ..self.config.engine };
        let inputs = (0..passes as usize * subjects.len()).map(|number| &subjects[number % subjects.len()]);
        let inputs =
            inputs.map(|subject| Input::Unopened(FileRef::from_walk(subject.path().into(), None, false), &engine));
        let cut = match count {
            Count::Search(_) | Count::Lines => SplitAt::Lines { terminator: b'\n', or_nul: false },
            _ => SplitAt::Exact,
        };
        let plan = engine.plan(cut, COUNTING_BLOCK);
        let kernel = AutoCountKernel { count, subjects: subjects.len() };
        let outcome = engine.run(
            inputs,
            Pipeline { kernel: &kernel, plan, session: &self.config.stats },
            AutoCountCarry::default(),
            &mut self.output,
        );
        match outcome.carry.first {
            Some(answer) if !outcome.failed && !outcome.carry.differ => Ok(answer),
            _ => Err(io::Error::other("changed while being measured")),
        }
    }
}

/// Returns the digests of `subjects`, one after another as `checksum -r` computes them.
fn hash(recipe: Recipe, subjects: &[Subject], config: &Config) -> io::Result<String> {
    let permits = Permits::new(config.engine.threads - 1);
    let mut answer = String::new();
    for subject in subjects {
        let file = FileRef::from_walk(subject.path().into(), None, false);
        let source = config.engine.source(&file, config.engine.range)?;
        let digests = digest(source, &[recipe], config, &permits)?;
        for hex in digests.iter().map(Digest::hex) {
            if answer.is_empty() { answer = hex } else { answer.push_str(&hex) }
        }
    }
    Ok(answer)
}

fn all_equal<T: PartialEq>(mut answers: impl Iterator<Item = io::Result<T>>) -> io::Result<T> {
    let first = answers.next().ok_or(io::ErrorKind::InvalidInput)??;
    for answer in answers {
        if answer? != first {
            return Err(io::Error::other("changed while being measured"));
        }
    }
    Ok(first)
}

/// The kernel that runs a count on the engine.
struct AutoCountKernel<'w> {
    count: &'w Count,
    /// The number of inputs in a pass.
    subjects: usize,
}

#[derive(Clone, Debug, Default)]
struct AutoCountCarry {
    tally: Tally,
    /// The sum over the finished inputs of this pass.
    total: u64,
    /// The result of the first pass.
    first: Option<u64>,
    /// Whether a later pass had a different result.
    differ: bool,
}

impl Kernel for AutoCountKernel<'_> {
    type Part = Tally;
    type Carry = AutoCountCarry;

    fn scan(&self, block: &Block) -> Tally {
        let (at, bytes, owned) = (block.offset(), block.bytes(), block.source().method() != AccessMethod::Map);
        if block.is_first() && block.is_last() {
            self.count.whole(at, bytes, owned)
        } else {
            self.count.tally(at, bytes, owned)
        }
    }

    fn is_done_with(&self, _: &Block, _: &Tally) -> bool {
        true
    }

    fn carry(&self, block: &Block, part: &mut Tally, carry: &mut AutoCountCarry) -> Flow {
        if block.is_first() {
            carry.tally = std::mem::take(part);
        } else {
            self.count.join(&mut carry.tally, part);
        }
        if block.is_last() {
            carry.total += carry.tally.count;
            if (block.input() + 1).is_multiple_of(self.subjects) {
                let total = std::mem::take(&mut carry.total);
                carry.differ |= total != *carry.first.get_or_insert(total);
            }
        }
        Flow::Continue
    }

    fn format(&self, _: &Block, _: &mut Tally, _: &mut Vec<u8>) {}
}

/// Describes what `--io auto` chooses for a file.
///
/// # Errors
/// Returns an error if the file cannot be opened.
pub fn choice(subject: &Subject, work: &Work, threads: usize) -> io::Result<String> {
    let source = Source::open(subject.path().as_os_str(), IoMode::Auto, Range::default())?;
    let several = if threads > 1 { format!(" on up to {threads} threads") } else { String::new() };
    let reason = source.reason().map(|reason| format!(" ({reason})")).unwrap_or_default();
    Ok(match source.method() {
        AccessMethod::Map => {
            let window = if matches!(work, Work::Hash(_)) { BLOCK } else { COUNTING_BLOCK };
            format!("maps windows of {}{several}", size(window as u64))
        }
        AccessMethod::Pread => format!("reads it{reason}"),
        AccessMethod::Stream => format!("streams it{reason}"),
    })
}
