//! What `--io auto` does, run for real: the engine as every other subcommand runs on it, with its own threads, blocks
//! and reading ahead, and `checksum`'s own path for a digest.

use std::fs::File;
use std::io;

use super::pass::Answer;
use super::subject::Subject;
use super::way::size;
use super::work::{Count, Tally, Work};
use crate::cli::common::{Common, Io, When};
use crate::commands::checksum::digest::digest;
use crate::config::Config;
use crate::engine::{BLOCK, Block, COUNTED, Cut, Flow, Input, Kernel, Permits};
use crate::io::{Policy, Range, Source, Way};
use crate::output::Output;

/// Runs the engine under `--io auto`.
#[derive(Debug)]
pub struct Auto {
    config: Config,
    output: Output,
}

impl Auto {
    /// With so many threads, and nothing printed.
    ///
    /// # Errors
    /// When `/dev/null` cannot be opened.
    pub fn new(threads: usize) -> io::Result<Auto> {
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
        let output = Output::to(File::options().write(true).open("/dev/null")?)?;
        Ok(Auto { config: Config::new(&common, &output), output })
    }

    /// Goes `passes` times over each of `subjects`; the answer is that of one time.
    ///
    /// # Errors
    /// When a file cannot be read, or the passes do not agree.
    pub fn passes(&mut self, passes: u32, subjects: &[Subject], work: &Work) -> io::Result<Answer> {
        match work {
            Work::Count(count) => all_equal((0..passes).map(|_| self.count(count, subjects))).map(Answer::Number),
            Work::Hash(recipe) => all_equal((0..passes).map(|_| {
                let mut answer = Vec::new();
                for subject in subjects {
                    let config = self.config.renewed();
                    let permits = Permits::new(config.engine.threads - 1);
                    let source = Source::open(subject.path().as_os_str(), config.engine.policy, config.engine.range)?;
                    let digests = digest(source, &[*recipe], &config, &permits)?;
                    answer.extend(digests.iter().map(crate::commands::checksum::hasher::Digest::hex));
                }
                Ok(Answer::Digest(answer.join(" ")))
            })),
        }
    }

    fn count(&mut self, count: &Count, subjects: &[Subject]) -> io::Result<u64> {
        let Config { engine, stats, .. } = self.config.renewed();
        let inputs = subjects.iter().map(|subject| Input::Named(subject.path().into()));
        let cut = match count {
            Count::Search(_) | Count::Lines => Cut::Lines { terminator: b'\n', or_nul: false },
            _ => Cut::Exact,
        };
        let plan = engine.plan(cut, COUNTED);
        let outcome = engine.run(inputs, plan, &Counting { count }, Counted::default(), &mut self.output, &stats);
        if outcome.failed {
            return Err(io::Error::other("changed while being measured"));
        }
        Ok(outcome.carry.total)
    }
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

/// Counts through the engine.
struct Counting<'w> {
    count: &'w Count,
}

#[derive(Clone, Debug, Default)]
struct Counted {
    tally: Tally,
    /// Of the inputs that have ended.
    total: u64,
}

impl Kernel for Counting<'_> {
    type Part = Tally;
    type Carry = Counted;

    fn scan(&self, block: &Block) -> Tally {
        self.count.tally(block.offset(), block.bytes(), block.source().way() != Way::Map)
    }

    fn carry(&self, block: &Block, part: &mut Tally, counted: &mut Counted) -> Flow {
        if block.is_first() {
            counted.tally = Tally::default();
        }
        self.count.join(&mut counted.tally, part);
        if block.is_last() {
            counted.total += counted.tally.count;
        }
        Flow::Continue
    }

    fn format(&self, _: &Block, _: &mut Tally, _: &mut Vec<u8>) {}
}

/// What `--io auto` decides for a file, in words.
///
/// # Errors
/// What opening it says.
pub fn choice(subject: &Subject, work: &Work, threads: usize) -> io::Result<String> {
    let source = Source::open(subject.path().as_os_str(), Policy::Auto, Range::default())?;
    let several = if threads > 1 { format!(" on up to {threads} threads") } else { String::new() };
    let reason = source.reason().map(|reason| format!(" ({reason})")).unwrap_or_default();
    Ok(match source.way() {
        Way::Map => {
            let window = if matches!(work, Work::Hash(_)) { BLOCK } else { COUNTED };
            format!("maps windows of {}{several}", size(window as u64))
        }
        Way::Pread => format!("reads it{reason}"),
        Way::Stream => format!("streams it{reason}"),
    })
}
