//! The decisions for a run, resolved from the command line.

use std::hash::{BuildHasher, Hasher};

use super::earlier::Earlier;
use super::state::State;
use super::way::WayChoice;
use super::work::Work;
use crate::cli::bench::{Args, Family, Pattern};

/// Decisions for a run.
#[derive(Debug)]
pub struct Settings {
    /// The work on the bytes.
    pub work: Work,
    /// The same, as it was typed.
    pub work_text: String,
    /// The order of the accesses.
    pub pattern: Pattern,
    /// Distance between accesses, under [`Pattern::Stride`].
    pub stride: u64,
    /// Which ways to compare.
    pub selection: WayChoice,
    /// Cold, warm or both.
    pub states: Vec<State>,
    /// Threads of the ways that use several.
    pub threads: usize,
    /// Runs of each way in each state.
    pub runs: u32,
    /// The most runs of each way, where they go on until the verdict is certain.
    pub until_certain: Option<u32>,
    /// Seed of all shuffling.
    pub seed: u64,
    /// The user's name for this run.
    pub label: Option<String>,
    /// The document of an earlier run, to be compared.
    pub earlier: Option<Earlier>,
}

/// `--stride` when not given.
const STRIDE: u64 = 64 * 1024;

impl Settings {
    /// Resolves `args`. `threads` is the number of threads where `args` names none.
    ///
    /// # Errors
    /// Options that contradict each other.
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
        if let Some(path) = &args.plot {
            let is_svg = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg"));
            anyhow::ensure!(is_svg, "--plot draws SVG: give the file a name that ends in .svg");
        }
        Ok(Settings {
            work: Work::parse(&args.work).map_err(|error| anyhow::anyhow!("--work: {error}"))?,
            work_text: args.work.clone(),
            pattern: args.pattern,
            stride: args.stride.unwrap_or(STRIDE),
            selection: WayChoice {
                threads,
                blocks: args.block_size.clone(),
                depths: args.queue_depth.iter().map(|&depth| usize::from(depth)).collect(),
                families: args.ways.clone(),
                auto: args.auto,
            },
            states: match (args.cold, args.both) {
                (_, true) => vec![State::Cold, State::Warm],
                (true, _) => vec![State::Cold],
                _ => vec![State::Warm],
            },
            threads,
            runs: args.runs,
            until_certain: args.until_certain,
            label: args.label.clone(),
            earlier: args.compare.as_deref().map(Earlier::read).transpose()?,
            // A standard hasher's keys are random; 32 bits of that are short enough to be typed again.
            seed: args.seed.unwrap_or_else(|| std::hash::RandomState::new().build_hasher().finish() >> 32),
        })
    }
}

/// Returns the word that `--pattern` takes.
pub fn pattern_word(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::Sequential => "sequential",
        Pattern::Random => "random",
        Pattern::Stride => "stride",
    }
}
