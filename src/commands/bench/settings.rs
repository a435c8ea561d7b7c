//! What was typed, resolved: which ways, which states, how often, in what order.

use std::hash::{BuildHasher, Hasher};

use super::state::State;
use super::way::{Way, ways};
use super::work::Work;
use crate::cli::bench::{Args, Family, Pattern};

/// Decisions for a run.
#[derive(Debug)]
pub struct Settings {
    /// What is done with the bytes.
    pub work: Work,
    /// The same, as it was typed.
    pub work_text: String,
    /// In which order the bytes are wanted.
    pub pattern: Pattern,
    /// Distance between accesses, under [`Pattern::Stride`].
    pub stride: u64,
    /// What is compared.
    pub ways: Vec<Way>,
    /// Cold, warm or both.
    pub states: Vec<State>,
    /// Threads of the ways that use several.
    pub threads: usize,
    /// Counted runs of each way in each state.
    pub runs: u32,
    /// Of all shuffling.
    pub seed: u64,
    /// What the user calls this run.
    pub label: Option<String>,
}

/// `--stride` when not given.
const STRIDE: u64 = 64 * 1024;

impl Settings {
    /// Resolves `args`. `threads` is how many there are to be where nothing else is said.
    ///
    /// # Errors
    /// What contradicts itself.
    pub fn new(args: &Args, threads: usize) -> anyhow::Result<Settings> {
        let sequential = args.pattern == Pattern::Sequential;
        if args.auto && !sequential {
            anyhow::bail!("--auto measures what the other subcommands do, and they read sequentially");
        }
        if args.stride.is_some() && args.pattern != Pattern::Stride {
            anyhow::bail!("--stride goes with --pattern stride");
        }
        if !sequential && args.ways == [Family::MapWillneed] {
            anyhow::bail!("map-willneed asks for the whole file: it goes with --pattern sequential");
        }
        Ok(Settings {
            work: Work::parse(&args.work).map_err(|error| anyhow::anyhow!("--work: {error}"))?,
            work_text: args.work.clone(),
            pattern: args.pattern,
            stride: args.stride.unwrap_or(STRIDE),
            ways: ways(args.pattern, threads, &args.block_size, &args.ways, args.auto),
            states: match (args.cold, args.both) {
                (_, true) => vec![State::Cold, State::Warm],
                (true, _) => vec![State::Cold],
                _ => vec![State::Warm],
            },
            threads,
            runs: args.runs,
            label: args.label.clone(),
            // A standard hasher's keys are random; 32 bits of that are short enough to be typed again.
            seed: args.seed.unwrap_or_else(|| std::hash::RandomState::new().build_hasher().finish() >> 32),
        })
    }
}
