//! The `hexdump` subcommand: bytes as rows of text, and such text as bytes again.
//!
//! [`mod@resolve`] turns the command line into a [`view`](view::View), which knows how rows look and
//! nothing else. [`dump`] cuts a stream into rows and squeezes them ([`squeeze`]); [`kernel`] runs
//! that on the engine, block by block. [`reverse`] turns dumps back into bytes, and is the only part
//! that opens a file for writing.

pub mod address;
pub mod canonical;
pub mod charset;
pub mod colour;
pub mod digits;
pub mod dump;
pub mod find;
pub mod format;
pub mod kernel;
pub mod od;
pub mod panels;
pub mod pattern;
pub mod placed;
pub mod resolve;
pub mod reverse;
pub mod simd;
pub mod squeeze;
pub mod stream;
pub mod view;

use colour::{THEME_VARIABLE, Theme};
use find::Search;
use kernel::{Progress, Rows};
use pattern::{Notation, Pattern};
use resolve::{Resolved, Terminal, WIDEST, resolve};
use squeeze::Policy;

use crate::app::config::{Config, terminal_columns};
use crate::cli::hexdump::Args;
use crate::engine::Cut;
use crate::exit::Exit;
use crate::output::{Output, complain};

/// Blocks whose text, five times as long, stays in a core's cache until it is written.
const BLOCK: usize = 512 << 10;

/// Runs `mapped hexdump`.
///
/// # Errors
/// A failure of standard output.
pub fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let config = Config::new(&args.common, output).decompressing(args.decompress);
    let read = if args.reverse { args.shown.files.get(..1) } else { None };
    let progress = config.progress(read.unwrap_or(&args.shown.files), output);
    let result = if args.reverse { reverse::command::run(args, &config, output) } else { show(args, &config, output) };
    drop(progress);
    config.finish();
    result
}

fn show(args: &Args, config: &Config, output: &mut Output) -> anyhow::Result<Exit> {
    let theme = config.color.then(|| Theme::parse(&config.variable(THEME_VARIABLE)));
    let terminal = Terminal { theme, columns: terminal_columns(output) };
    let resolved = resolve(args, &terminal).and_then(|resolved| Ok((resolved, patterns(args)?)));
    let (Resolved { view, policy, line }, patterns) = match resolved {
        Ok(resolved) => resolved,
        Err(message) => {
            complain(format_args!("mapped: {message}"));
            return Ok(Exit::Failure);
        }
    };
    let mut engine = config.engine;
    let search = (!patterns.is_empty()).then(|| Search::new(patterns, line, args.context as usize));
    let nothing = engine.range.length == Some(0);
    // What --find searches is not what --length is meant to limit.
    let limit = if search.is_some() { engine.range.length.take() } else { None };
    // Rows may be cut anywhere, so lines of any length do not need blocks of that length.
    let row = if view.width() <= WIDEST { view.width() } else { 1 };
    let mut plan = engine.plan(Cut::Rows(row), BLOCK);
    plan.holes = policy != Policy::Never;
    let kernel = Rows { view: &*view, policy, base: args.base.unwrap_or(0), nothing, search, limit };
    let outcome = engine.run(config.inputs(&args.shown.files).into_iter(), plan, &kernel, None, output, &config.stats);
    outcome.output?;
    if let (Some(Progress::Searching { .. }), false) = (&outcome.carry, outcome.failed) {
        complain(format_args!("mapped: pattern not found"));
        return Ok(Exit::Failure);
    }
    Ok(if outcome.failed { Exit::Failure } else { Exit::Success })
}

/// Returns what to search for. A pattern that could have been meant otherwise is said on standard error.
fn patterns(args: &Args) -> Result<Vec<Pattern>, String> {
    let named = match (args.text, args.hex, args.utf16) {
        (true, ..) => Some(Notation::Text),
        (_, true, _) => Some(Notation::Hex),
        (.., true) => Some(Notation::Utf16),
        _ => None,
    };
    let parse = |text: &std::ffi::OsString| {
        let (pattern, guess) = pattern::parse(text.as_encoded_bytes(), named)?;
        if let Some(guess) = guess {
            complain(format_args!("mapped: {guess}"));
        }
        Ok(pattern)
    };
    args.find.iter().map(parse).collect()
}
