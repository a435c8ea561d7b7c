//! The `hexdump` subcommand: bytes as rows of text, and such text as bytes again.
//!
//! [`choice`] turns the command line into a [`view`](view::View), which knows how rows look and
//! nothing else. [`dump`] cuts a stream into rows and squeezes them ([`squeeze`]); [`kernel`] runs
//! that on the engine, block by block. [`reverse`] is the way back. Nothing in here opens a file or
//! writes to standard output.

pub mod address;
pub mod canonical;
pub mod charset;
pub mod choice;
pub mod classic;
pub mod colour;
pub mod digits;
pub mod dump;
pub mod find;
pub mod kernel;
pub mod panels;
pub mod placed;
pub mod reverse;
pub mod simd;
pub mod squeeze;
pub mod stream;
pub mod view;

use choice::{Choice, Surroundings, WIDEST, choose, notation};
use colour::{THEME_VARIABLE, Theme};
use find::Search;
use kernel::{Back, Backward, Progress, Rows};
use squeeze::Policy;

use crate::app::config::{Config, terminal_columns};
use crate::cli::hexdump::Args;
use crate::engine::Cut;
use crate::exit::Exit;
use crate::output::Output;

/// Blocks whose text, five times as long, stays in a core's cache until it is written.
const BLOCK: usize = 512 << 10;

/// Runs `mapped hexdump`.
///
/// # Errors
/// A failure of standard output.
pub fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let config = Config::new(&args.common, output).decompressing(args.decompress);
    let progress = config.progress(&args.files, output);
    let result = if args.reverse { turn_back(args, &config, output) } else { show(args, &config, output) };
    drop(progress);
    config.finish();
    result
}

fn show(args: &Args, config: &Config, output: &mut Output) -> anyhow::Result<Exit> {
    let theme = config.color.then(|| Theme::parse(&config.variable(THEME_VARIABLE)));
    let surroundings = Surroundings { theme, columns: terminal_columns(output) };
    let Choice { view, policy } = match choose(args, &surroundings) {
        Ok(choice) => choice,
        Err(message) => {
            crate::output::complain(format_args!("mapped: {message}"));
            return Ok(Exit::Error);
        }
    };
    let mut engine = config.engine;
    let search = args.find.as_ref().map(|needle| Search::new(&needle.0, view.width(), args.context as usize));
    let nothing = engine.range.length == Some(0);
    // What --find looks through is not what --length is meant to limit.
    let limit = if search.is_some() { engine.range.length.take() } else { None };
    // Rows may be cut anywhere, so lines of any length do not need blocks of that length.
    let row = if view.width() <= WIDEST { view.width() } else { 1 };
    let mut plan = engine.plan(Cut::Rows(row), BLOCK);
    plan.holes = policy != Policy::Never;
    let kernel = Rows { view: &*view, policy, base: args.base.unwrap_or(0), nothing, search, limit };
    let outcome = engine.run(config.inputs(&args.files).into_iter(), plan, &kernel, None, output, &config.stats);
    outcome.output?;
    if let (Some(Progress::Searching { .. }), false) = (&outcome.carry, outcome.failed) {
        crate::output::complain(format_args!("mapped: what --find looks for is not there"));
        return Ok(Exit::Failure);
    }
    Ok(if outcome.failed { Exit::Failure } else { Exit::Success })
}

fn turn_back(args: &Args, config: &Config, output: &mut Output) -> anyhow::Result<Exit> {
    let notation = match notation(args) {
        Ok(notation) => notation,
        Err(message) => {
            crate::output::complain(format_args!("mapped: {message}"));
            return Ok(Exit::Error);
        }
    };
    let mut engine = config.engine;
    // An offset is about the bytes, and it is the addresses that tell where these are.
    let shift = std::mem::take(&mut engine.range.offset).wrapping_sub(args.base.unwrap_or(0) as i64);
    let plan = engine.plan(Cut::Rows(1), BLOCK);
    let kernel = Back { notation, shift };
    let outcome = engine.run(config.inputs(&args.files).into_iter(), plan, &kernel, None, output, &config.stats);
    outcome.output?;
    if let Some(Backward::BeforeStart) = outcome.carry {
        crate::output::complain(format_args!("mapped: an address lies before the beginning of the output"));
        return Ok(Exit::Failure);
    }
    Ok(if outcome.failed { Exit::Failure } else { Exit::Success })
}
