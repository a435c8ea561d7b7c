//! The `grep` subcommand: print the lines that match.
//!
//! `settings` resolves what was typed, `pattern` (with `posix` and `longest`) compiles it, `search` finds the selected
//! lines of a block, `context` adds those around them across block borders, `print` and `json` write them, and
//! `kernel` is what the engine runs. No block is ever searched line by line unless its pattern leaves no other way.

mod colors;
mod context;
mod excerpt;
mod json;
mod kernel;
mod longest;
mod pattern;
mod posix;
mod print;
mod search;
mod settings;

use crate::cli::grep::{Args, BinaryFiles};
use crate::config::{Config, inputs};
use crate::engine::Cut;
use crate::exit::Exit;
use crate::io::escape_name;
use crate::output::{Destination, Output};

use kernel::{Search, Totals};
use settings::{Environment, Report, Settings};

/// Default block size in bytes: large enough that mapping a window costs little, small enough that
/// two of them and the text of both stay far below the memory promised.
const BLOCK: usize = 4 << 20;

/// Runs `mapped grep`.
///
/// # Errors
/// A pattern that cannot be used, or a failure of standard output.
pub fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let config = Config::new(&args.common, output);
    let environment = Environment::read(config.color, output.destination() == Destination::Terminal);
    let (settings, files) = Settings::resolve(args, &environment)?;
    if settings.hopeless {
        return Ok(Exit::NoMatch);
    }
    output.set_quiet(args.inputs.no_messages);
    output.set_line_buffered(args.printing.line_buffered);
    let progress = config.progress(&files, output);
    let result = search(&settings, &files, &config, output);
    drop(progress);
    config.finish();
    result
}

fn search(
    settings: &Settings,
    files: &[std::ffi::OsString],
    config: &Config,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let terminator = settings.query.terminator;
    let or_nul = settings.binary != BinaryFiles::Text && terminator != 0 && settings.report != Report::Json;
    let plan = config.engine.plan(Cut::Lines { terminator, or_nul }, BLOCK);
    let stdin = std::io::stdin();
    let begun_at = rustix::fs::seek(&stdin, rustix::fs::SeekFrom::Current(0));
    let kernel = Search { settings };
    let outcome = config.engine.run(inputs(files).into_iter(), plan, &kernel, Totals::default(), output, &config.stats);
    outcome.output?;
    let totals = outcome.carry;
    if settings.report == Report::Json {
        output.write_all(&totals.json.summary())?;
    }
    output.flush()?;
    for name in &totals.binary {
        eprintln!("mapped: {}: binary file matches", escape_name(name));
    }
    // As a program that reads line by line would: what comes after the last line wanted is the next reader's.
    if let (Ok(begun_at), Some(offset)) = (begun_at, totals.leave_at) {
        let _ = rustix::fs::seek(&stdin, rustix::fs::SeekFrom::Start(begun_at + offset));
    }
    Ok(match (totals.selected_any, outcome.failed) {
        (true, true) if settings.report == Report::Nothing => Exit::Success,
        (_, true) => Exit::Trouble,
        (true, false) => Exit::Success,
        (false, false) => Exit::NoMatch,
    })
}
