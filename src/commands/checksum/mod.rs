//! The `checksum` subcommand: prints digests of files and checks them.
//!
//! Files are distributed over threads, as are the parts of a single file if its digest allows that.
//! `inputs` lists the files, `format` writes lines and `list` reads them, `check` compares digests,
//! and `pieces` and `audit` handle parts of files and trees. A digest is printed only for a file
//! that was read to its end.

mod audit;
mod check;
mod expect;
mod format;
mod inputs;
mod list;
mod name;
mod pieces;
mod settings;

use std::ffi::OsString;
use std::io;

use format::DigestSubject;
use settings::ChecksumSettings;

use crate::app::config::{Config, terminal_columns};
use crate::app::hint_at_terminal_input;
use crate::app::progress::ByteProgress;
use crate::cli::checksum::ChecksumArgs;
use crate::commands::file_digest;
use crate::digest::{Algorithm, Digest};
use crate::engine::{Input, Lookahead, MapSteps, map_in_order};
use crate::exit::Exit;
use crate::io::Source;
use crate::io::name_list::names_from;
use crate::output::{Destination, Output, fold};

/// Runs `mapped checksum`.
///
/// # Errors
/// Returns an error if standard output cannot be written or if options contradict each other.
pub fn run(args: &ChecksumArgs, output: &mut Output) -> anyhow::Result<Exit> {
    if args.list_algorithms {
        list_algorithms(output)?;
        return Ok(Exit::Success);
    }
    let mut settings = ChecksumSettings::new(args)?;
    settings.style.escape_for_terminal = output.destination() == Destination::Terminal;
    let config = Config::new(&settings::common(args), output)?.with_decoding(args.decompress);
    config.reject_stats_over(&settings.files)?;
    // The sizes of listed files are unknown until they are opened.
    let known = if settings.checks || args.files0_from.is_some() { &[][..] } else { &settings.files[..] };
    hint_at_terminal_input(!args.files.is_empty() || args.files0_from.is_some());
    let progress = config.progress_with_pauses(known);
    let run = ChecksumRun { settings: &settings, config: &config, progress: progress.as_ref() };
    let exit = match (&args.expect, args.pieces) {
        _ if settings.checks => check::run(run, args, output),
        (Some(digest), _) => expect::run(run, args, digest, output)?,
        (None, size) => {
            let files = match &args.files0_from {
                Some(list) => names_from(list),
                None => inputs::named(&settings.files),
            };
            let files = inputs::expanded(files, args.recursive);
            match size {
                Some(size) => pieces::print(run, files, size, output),
                None => print(run, files, output),
            }
        }
    };
    drop(progress);
    let exit = exit?;
    config.finish()?;
    Ok(exit)
}

/// The context that all parts of a run share.
#[derive(Clone, Copy)]
struct ChecksumRun<'a> {
    settings: &'a ChecksumSettings,
    config: &'a Config,
    progress: Option<&'a ByteProgress>,
}

impl ChecksumRun<'_> {
    /// Calls `print` with the progress bar hidden, if there is one.
    fn printing<R>(&self, print: impl FnOnce() -> R) -> R {
        match self.progress {
            Some(progress) => progress.pause(print),
            None => print(),
        }
    }

    /// Requests read-ahead of a file while earlier ones are hashed.
    fn prepare(&self, input: &mut Input<'_>, turn: Lookahead) {
        match turn {
            Lookahead::Soon => input.prefetch_if_cold(&self.config.engine, &self.config.stats),
            Lookahead::Later => input.forget(),
        }
    }
}

/// The outcome of one file.
enum DigestOutcome {
    Digests(OsString, Vec<Digest>),
    Failed(OsString, io::Error),
}

/// Prints the digests of every file, in the order given.
fn print(run: ChecksumRun<'_>, files: inputs::Files<'_>, output: &mut Output) -> io::Result<Exit> {
    let ChecksumRun { settings, config, .. } = run;
    let mut exit = Exit::Success;
    let (engine, stats) = (&config.engine, &config.stats);
    let mut stdin = inputs::StdinReader::default();
    let inputs = files.map(move |file| match file {
        // The stream is exhausted, so treat it as empty, as if it were opened later.
        Ok(file) if stdin.is_taken(file.path()) => match Source::named(file.path()) {
            Ok(empty) => Input::Open(empty),
            Err(error) => Input::Failed(file.path().to_owned(), error),
        },
        Ok(file) => Input::Unopened(file, engine),
        Err((name, error)) => Input::Failed(name, error),
    });
    let work = |input: Input<'_>, permits: &_| {
        let source = match input.open(engine.policy, engine.range) {
            Ok((source, _)) => source,
            Err((name, error)) => return DigestOutcome::Failed(name, error),
        };
        let name = source.name().to_owned();
        let source = config.reject_own_output(source);
        match source.and_then(|source| file_digest::digest(source, &settings.recipes, config, permits)) {
            Ok(digests) => DigestOutcome::Digests(name, digests),
            Err(error) => DigestOutcome::Failed(name, error),
        }
    };
    let mut print_result = |outcome: DigestOutcome| match outcome {
        DigestOutcome::Digests(name, digests) => digests.iter().try_for_each(|digest| {
            let subject = DigestSubject { name: &name, piece: None };
            output.write_line(|write| settings.style.write(digest, subject, write))
        }),
        DigestOutcome::Failed(name, error) => {
            name::report(&name, &error, output);
            exit = Exit::Failure;
            Ok(())
        }
    };
    let ahead = |input: &mut Input<'_>, turn| run.prepare(input, turn);
    let emit = |outcome| run.printing(|| print_result(outcome));
    map_in_order(engine.threads, stats, inputs, MapSteps { ahead, work, emit })?;
    Ok(exit)
}

fn list_algorithms(output: &mut Output) -> io::Result<()> {
    const NAME: usize = 12;
    let columns = terminal_columns(output).unwrap_or(usize::MAX);
    for algorithm in Algorithm::all() {
        let line = format!("{:<NAME$}{}\n", algorithm.name(), algorithm.about());
        output.write_all(fold(&line, columns, NAME).as_bytes())?;
    }
    Ok(())
}
