//! Resolves the command line into the decisions for a run.

use std::hash::{BuildHasher, Hasher};

use super::earlier::EarlierDocument;
use super::method::MethodChoice;
use super::state::CacheState;
use super::work::Work;
use crate::cli::bench::{AccessPattern, BenchArgs, Family};
use crate::cli::wording::invalid_value;

/// The decisions for a run.
#[derive(Debug)]
pub struct BenchSettings {
    /// The work on the bytes.
    pub work: Work,
    /// The work as it was typed.
    pub work_text: String,
    /// The order of the accesses.
    pub pattern: AccessPattern,
    /// The distance between accesses, under [`AccessPattern::Stride`].
    pub stride: u64,
    /// The methods to compare.
    pub selection: MethodChoice,
    /// The states to measure: cold, warm or both.
    pub states: Vec<CacheState>,
    /// The number of threads of the parallel methods.
    pub threads: usize,
    /// The number of runs of each method in each state.
    pub runs: u32,
    /// The maximum number of runs of each method, if they continue until the verdict is certain.
    pub until_certain: Option<u32>,
    /// The seed for all shuffling.
    pub seed: u64,
    /// The label that the user gave this run.
    pub label: Option<String>,
    /// The document of an earlier run to compare with, once it has been read.
    pub earlier: Option<EarlierDocument>,
}

/// The default of `--stride`.
const STRIDE: u64 = 64 * 1024;

impl BenchSettings {
    /// Resolves `args`. `threads` is the number of threads if `args` does not set it.
    ///
    /// # Errors
    /// Returns an error if options contradict each other.
    pub fn new(args: &BenchArgs, threads: usize) -> anyhow::Result<BenchSettings> {
        let sequential = args.pattern == AccessPattern::Sequential;
        if args.auto && !sequential {
            anyhow::bail!("--auto needs --pattern sequential, because the other subcommands read sequentially");
        }
        if args.stride.is_some() && args.pattern != AccessPattern::Stride {
            anyhow::bail!("--stride needs --pattern stride");
        }
        if !sequential && args.ways == [Family::MapWillneed] {
            anyhow::bail!("map-willneed requests the whole file and needs --pattern sequential");
        }
        Ok(BenchSettings {
            work: Work::parse(&args.work)
                .map_err(|reason| anyhow::anyhow!(invalid_value("--work", &args.work, reason)))?,
            work_text: args.work.clone(),
            pattern: args.pattern,
            stride: args.stride.unwrap_or(STRIDE),
            selection: MethodChoice {
                threads,
                blocks: args.block_size.clone(),
                depths: args.queue_depth.iter().map(|&depth| usize::from(depth)).collect(),
                families: args.ways.clone(),
                auto: args.auto,
            },
            states: match (args.cold, args.both) {
                (_, true) => vec![CacheState::Cold, CacheState::Warm],
                (true, _) => vec![CacheState::Cold],
                _ => vec![CacheState::Warm],
            },
            threads,
            runs: args.runs,
            until_certain: args.until_certain,
            label: args.label.clone(),
            earlier: None,
            // A standard hasher's keys are random, and 32 bits are short enough to be typed again.
            seed: args.seed.unwrap_or_else(|| std::hash::RandomState::new().build_hasher().finish() >> 32),
        })
    }
}

/// Returns the value of `--pattern` for `pattern`.
pub fn pattern_word(pattern: AccessPattern) -> &'static str {
    match pattern {
        AccessPattern::Sequential => "sequential",
        AccessPattern::Random => "random",
        AccessPattern::Stride => "stride",
    }
}
