//! The `checksum` subcommand: digests of files, and checking them.
//!
//! Files are shared out over the threads, and so is one file where its digest's mathematics allows: `crew` orders the
//! files' results, `digest` takes one file through its digests, `hasher` is a digest, `format` writes its line
//! and `list` reads it, `check` compares. A digest is printed only of a file that was read to its end.
mod base64;
mod check;
mod format;
mod list;
mod name;
mod settings;
use std::ffi::OsString;
use std::io;

use crate::digest::algorithm::Algorithm;
use crate::digest::hasher::Digest;
use settings::Settings;

use crate::app::config::Config;
use crate::app::progress::Progress;
use crate::cli::checksum::Args;
use crate::engine::{Input, Lookahead, Steps, map_in_order};
use crate::exit::Exit;
use crate::io::walk::{Found, Order, Walk};
use crate::io::{FileRef, path};
use crate::output::{Destination, Output};

/// Runs `mapped checksum`.
///
/// # Errors
/// A failure of standard output, or options that contradict each other.
pub fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    if args.list_algorithms {
        list_algorithms(output)?;
        return Ok(Exit::Success);
    }
    let mut settings = Settings::new(args)?;
    settings.style.escape_for_terminal = output.destination() == Destination::Terminal;
    let config = Config::new(&settings::common(args), output).decompressing(args.decompress);
    // How long the files are that a list names is only known when they are opened.
    let known = if args.checking.check { &[][..] } else { &settings.files[..] };
    let progress = config.progress_with_pauses(known);
    let exit = if args.checking.check {
        check::run(&settings, &args.checking, &config, progress.as_ref(), output)
    } else {
        print(&settings, args.recursive, &config, progress.as_ref(), output)
    };
    drop(progress);
    let exit = exit?;
    config.finish();
    Ok(exit)
}

/// A file's digests, or why it has none.
type Digested = Result<(OsString, Vec<Digest>), (OsString, io::Error)>;

/// Prints the digests of every file, in the order given.
fn print(
    settings: &Settings,
    recursive: bool,
    config: &Config,
    progress: Option<&Progress>,
    output: &mut Output,
) -> io::Result<Exit> {
    let mut exit = Exit::Success;
    let files = settings.files.iter().flat_map(|file| found(file, recursive));
    let (engine, stats) = (&config.engine, &config.stats);
    let inputs = files.map(|file| match file {
        Ok(place) => Input::Unopened(place, engine),
        Err((name, error)) => Input::Failed(name, error),
    });
    let work = |input: Input<'_>, permits: &_| {
        let (source, _) = input.open(engine.policy, engine.range)?;
        let name = source.name().to_owned();
        let source = config.other_than_output(source).map_err(|error| (name.clone(), error))?;
        match crate::digest::file::digest(source, &settings.recipes, config, permits) {
            Ok(digests) => Ok((name, digests)),
            Err(error) => Err((name, error)),
        }
    };
    let mut text = Vec::new();
    let mut tell = |result: Digested| match result {
        Ok((name, digests)) => {
            text.clear();
            for digest in &digests {
                settings.style.write(digest, &name, &mut text);
            }
            output.write_all(&text)
        }
        Err((name, error)) => {
            name::report(&name, &error, output);
            exit = Exit::Failure;
            Ok(())
        }
    };
    let ahead = |input: &mut Input<'_>, turn| prepare(input, turn, config);
    let emit = |result| between(progress, || tell(result));
    map_in_order(engine.threads, stats, inputs, Steps { ahead, work, emit })?;
    Ok(exit)
}

/// Has a file brought in while those before it are hashed.
fn prepare(input: &mut Input<'_>, turn: Lookahead, config: &Config) {
    match turn {
        Lookahead::Soon => config.engine.ask_ahead(input, &config.stats),
        Lookahead::Later => input.forget(),
    }
}

/// Prints with the bar out of the way, where there is one.
fn between<R>(progress: Option<&Progress>, print: impl FnOnce() -> R) -> R {
    match progress {
        Some(progress) => progress.pause(print),
        None => print(),
    }
}

/// The file itself, or the files below it, in the order of their paths' bytes, so that two runs give the same manifest.
fn found(file: &OsString, recursive: bool) -> Box<dyn Iterator<Item = Found> + Send> {
    if recursive && file != "-" && path::is_directory(file) {
        return Box::new(Walk::new(file.clone(), Order::Paths, false, |_, _, _| true));
    }
    Box::new(std::iter::once(Ok(FileRef::from(file.clone()))))
}

fn list_algorithms(output: &mut Output) -> io::Result<()> {
    for algorithm in Algorithm::all() {
        output.write_all(format!("{:<12}{}\n", algorithm.name(), algorithm.about()).as_bytes())?;
    }
    Ok(())
}
