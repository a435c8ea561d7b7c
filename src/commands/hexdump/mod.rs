//! The `hexdump` subcommand: prints bytes as rows of text, and converts such text back to bytes.
//!
//! [`mod@resolve`] turns the command line into a [`view`](view::View), which only formats rows.
//! `dump` splits a stream into rows and squeezes them ([`squeeze`]), and [`kernel`] runs this on
//! the engine, block by block. [`find`] searches for bytes, and [`diff`] compares two inputs.
//! [`reverse`] converts dumps back to bytes, and only it opens a file for writing.

pub mod address;
pub mod canonical;
mod characters;
pub mod charset;
pub mod colour;
pub mod diff;
pub mod digits;
pub mod dump;
mod extended;
mod field_table;
pub mod find;
pub mod fixed_columns;
pub mod format;
mod format_file;
pub mod kernel;
pub mod marked;
pub mod od;
pub mod panels;
pub mod resolve;
pub mod reverse;
mod shortest;
pub mod simd;
pub mod squeeze;
pub mod stream;
pub mod strings;
pub mod view;

use std::ffi::OsString;

use colour::{THEME_VARIABLE, Theme};
use dump::Dump;
use find::first::FirstSearch;
use find::listing::MatchListing;
use find::pattern::{self, Guess, PatternNotation};
use find::patterns::BytePatterns;
use find::regions::MatchExtent;
use kernel::{DumpKernel, DumpProgress};
use resolve::{MAX_WIDTH, ResolvedDump, Terminal, resolve, strings_address};
use squeeze::SqueezePolicy;
use strings::StringListing;

use crate::app::config::{Config, terminal_columns};
use crate::app::{hint_at_terminal_input, hint_at_terminal_input_of};
use crate::cli::hexdump::HexdumpArgs;
use crate::engine::{Pipeline, SplitAt};
use crate::exit::Exit;
use crate::io::path;
use crate::output::{Output, print_message};

/// The block size. The text of a block this small, although five times as long, stays in a core's
/// cache until it is written.
const BLOCK: usize = 512 << 10;

/// Runs `mapped hexdump`.
///
/// # Errors
/// Returns an error if writing to standard output fails.
pub fn run(args: &HexdumpArgs, output: &mut Output) -> anyhow::Result<Exit> {
    let config = Config::new(&args.common, output)?.with_decoding(args.decompress);
    config.reject_stats_over(&args.shown.files)?;
    match args.shown.files.len() {
        1 if args.diff => hint_at_terminal_input_of("the second file from standard input", false),
        files => hint_at_terminal_input(files > 0),
    }
    let read = if args.reverse { args.shown.files.get(..1) } else { None };
    let progress = config.progress(read.unwrap_or(&args.shown.files), output);
    let result = match () {
        () if args.reverse => reverse::command::run(args, &config, output),
        () if args.diff => diff::run(args, &config, output),
        () if args.strings.is_some() => list_strings(args, &config, output),
        () => show(args, &config, output),
    };
    drop(progress);
    config.finish()?;
    result
}

fn show(args: &HexdumpArgs, config: &Config, output: &mut Output) -> anyhow::Result<Exit> {
    let theme = config.color.then(|| Theme::parse(&config.variable(THEME_VARIABLE)));
    let terminal = Terminal { theme, columns: terminal_columns(output) };
    let resolved = resolve(args, &terminal).and_then(|resolved| Ok((resolved, patterns(args)?)));
    let (resolved, (patterns, guesses)) = match resolved {
        Ok(resolved) => resolved,
        Err(message) => {
            print_message(format_args!("mapped: {message}"));
            return Ok(Exit::Refused);
        }
    };
    let exit = match patterns {
        Some(patterns) if args.all || args.count => list(args, config, &resolved, &patterns, output),
        patterns => dump(args, config, &resolved, patterns, output),
    };
    if matches!(exit, Ok(Exit::Failure)) {
        print_guesses(&guesses);
    }
    exit
}

/// Dumps the inputs, or the part that starts at the first match.
fn dump(
    args: &HexdumpArgs,
    config: &Config,
    resolved: &ResolvedDump,
    patterns: Option<BytePatterns>,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let ResolvedDump { view, policy, line, .. } = resolved;
    let mut engine = config.engine;
    let search = patterns.map(|patterns| {
        FirstSearch::new(patterns, *line, usize::try_from(args.context.unwrap_or(0)).unwrap_or(usize::MAX))
    });
    let is_od = !args.types.is_empty();
    engine.range.is_strict = resolved.is_strict && engine.range.offset < 0;
    let nothing = engine.range.length == Some(0) && !is_od;
    // With --find, --length limits the shown part rather than the searched part. od skips even if
    // it then shows nothing.
    let is_shown_only = search.is_some() || is_od && engine.range.length == Some(0);
    let limit = if is_shown_only { engine.range.length.take() } else { None };
    // Rows may be split anywhere, so lines of any length do not require blocks of that length.
    let row = if view.width() <= MAX_WIDTH { view.width() } else { 1 };
    let mut plan = engine.plan(SplitAt::Rows(row), BLOCK);
    plan.emit_holes = *policy != SqueezePolicy::Never;
    let must_reach = if is_od { u64::try_from(engine.range.offset).unwrap_or(0) } else { 0 };
    let base = args.base.unwrap_or(0);
    let kernel = DumpKernel { view: &**view, policy: *policy, base, nothing, must_reach, search, limit };
    let outcome = engine.run(
        config.inputs(&args.shown.files).into_iter(),
        Pipeline { kernel: &kernel, plan, session: &config.stats },
        None,
        output,
    );
    outcome.output?;
    if is_od && outcome.carry.is_none() && args.shown.files.iter().any(|name| path::is_directory(name)) {
        // od treats a directory as an input without bytes, and shows the address at its end.
        let mut text = Vec::new();
        Dump::new(base.wrapping_add(must_reach), *policy).finish(&**view, &mut text);
        output.write_all(&text)?;
    }
    match &outcome.carry {
        Some(DumpProgress::Unreached) => {
            print_message(format_args!("mapped: cannot skip past end of combined input"));
            return Ok(Exit::Unreachable);
        }
        Some(DumpProgress::Searching { .. }) if !outcome.failed => {
            print_message(format_args!("mapped: pattern not found"));
            return Ok(Exit::Failure);
        }
        _ => {}
    }
    // All inputs can be opened, but nothing was read.
    let can_open = |name: &OsString| name == "-" || path::metadata(name).is_ok_and(|metadata| !metadata.is_dir());
    let is_unreached = engine.range.is_strict && outcome.carry.is_none();
    Ok(match outcome.failed {
        true if is_unreached && args.shown.files.iter().all(can_open) => Exit::Unreachable,
        true => Exit::Failure,
        false => Exit::Success,
    })
}

/// Lists or counts all matches.
fn list(
    args: &HexdumpArgs,
    config: &Config,
    resolved: &ResolvedDump,
    patterns: &BytePatterns,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let mut engine = config.engine;
    let length = engine.range.length.take();
    let view = &*resolved.view;
    let width = view.width() as u64;
    let extent = match args.context {
        _ if args.count => MatchExtent::None,
        Some(context) => MatchExtent::Rows { length: length.unwrap_or(0), width, context: context.into() },
        None => MatchExtent::From(length.unwrap_or(width)),
    };
    let mut plan = engine.plan(SplitAt::Rows(1), BLOCK);
    // In a hole, a pattern of zeros matches at every byte, so the hole must be read.
    plan.emit_holes = !patterns.match_zeros();
    let kernel = MatchListing { view, patterns, extent, base: args.base.unwrap_or(0), highlights: config.color };
    let outcome = engine.run(
        config.inputs(&args.shown.files).into_iter(),
        Pipeline { kernel: &kernel, plan, session: &config.stats },
        None,
        output,
    );
    outcome.output?;
    let count = outcome.carry.map_or(0, |progress| progress.regions.count);
    if args.count {
        output.write_all(format!("{count}\n").as_bytes())?;
    } else if count == 0 && !outcome.failed {
        print_message(format_args!("mapped: pattern not found"));
    }
    Ok(if outcome.failed || count == 0 { Exit::Failure } else { Exit::Success })
}

/// Lists strings.
fn list_strings(args: &HexdumpArgs, config: &Config, output: &mut Output) -> anyhow::Result<Exit> {
    let address = match strings_address(args) {
        Ok(address) => address,
        Err(message) => {
            print_message(format_args!("mapped: {message}"));
            return Ok(Exit::Failure);
        }
    };
    let engine = config.engine;
    let min_len = args.strings.unwrap_or_default();
    let mut plan = engine.plan(SplitAt::Rows(1), BLOCK);
    // In a hole, every byte ends an empty string, so the hole must be read.
    plan.emit_holes = min_len > 0;
    let must_reach = u64::try_from(engine.range.offset).unwrap_or(0);
    let (base, limit) = (args.base.unwrap_or(0), engine.range.length);
    let outcome = engine.run(
        config.inputs(&args.shown.files).into_iter(),
        Pipeline { kernel: &StringListing { min_len, address, base, must_reach, limit }, plan, session: &config.stats },
        None,
        output,
    );
    outcome.output?;
    let progress = outcome.carry.unwrap_or_default();
    if progress.is_unreached {
        print_message(format_args!("mapped: cannot skip past end of combined input"));
        return Ok(Exit::Unreachable);
    }
    Ok(if outcome.failed || progress.has_failed { Exit::Failure } else { Exit::Success })
}

/// Returns the patterns to search for, if any, and the likely guesses. Prints the unlikely guesses.
fn patterns(args: &HexdumpArgs) -> Result<(Option<BytePatterns>, Vec<Guess>), String> {
    let named = match (args.text, args.hex, args.utf16) {
        (true, ..) => Some(PatternNotation::Text),
        (_, true, _) => Some(PatternNotation::Hex),
        (.., true) => Some(PatternNotation::Utf16),
        _ => None,
    };
    let parse = |text: &OsString| pattern::parse(text.as_encoded_bytes(), named);
    let parsed: Vec<_> = args.find.iter().map(parse).collect::<Result<_, String>>()?;
    let (patterns, guesses): (Vec<_>, Vec<_>) = parsed.into_iter().unzip();
    let (likely, doubtful): (Vec<Guess>, Vec<Guess>) = guesses.into_iter().flatten().partition(|one| one.is_likely);
    print_guesses(&doubtful);
    Ok(((!patterns.is_empty()).then(|| BytePatterns::new(patterns)), likely))
}

fn print_guesses(guesses: &[Guess]) {
    guesses.iter().for_each(|guess| print_message(format_args!("mapped: {}", guess.text)));
}
