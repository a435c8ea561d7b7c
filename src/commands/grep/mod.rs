//! The `grep` subcommand: prints the lines that match.
//!
//! `settings` resolves the options, and `pattern` (with `posix`, `perl` and `words`) compiles the
//! patterns. `walk` finds the files, and `open` the bytes of each to search. `search` finds the
//! lines of a block that a `query` selects, `context` adds the lines around these across block
//! borders, and `print` writes them. The engine runs `kernel`, `line_count` where only the number of
//! lines matters, or `timeline`.

mod binary;
mod context;
mod environment;
mod failure;
mod following;
mod held;
mod hints;
mod interleaved;
mod kernel;
mod line_count;
mod line_segments;
mod lines;
mod long_match;
mod merged;
mod multiline;
mod only_matches;
mod open;
mod padding;
mod pattern;
#[cfg(feature = "pcre2")]
mod perl;
#[cfg(not(feature = "pcre2"))]
#[path = "no_perl.rs"]
mod perl;
mod posix;
mod print;
mod query;
mod search;
mod settings;
mod syntax;
mod tally;
mod timeline;
mod top;
mod walk;
mod words;

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::sync::Arc;

use crate::app::config::{self, Config};
use crate::app::hint_at_terminal_input;
use crate::app::report_file::ReportFile;
use crate::cli::common::{Common, Io, When};
use crate::cli::grep::{BinaryFiles, GrepArgs};
use crate::engine::{COUNTING_BLOCK, Input, Kernel, Pipeline, Plan, Sink, SplitAt};
use crate::exit::Exit;
use crate::io::path;
use crate::os::posix::{OsStrExt, SeekFrom, seek};
use crate::output::{Destination, Output, print_message};
use crate::select::PeriodSearch;

use crate::decode::Decoding;
use environment::Environment;
use kernel::{Search, Totals};
use line_count::{LongLineCount, MIN_BLOCK};
use only_matches::OnlyMatches;
use open::Opener;
use open::start::{InputPart, InputStarts};
use settings::{Report, Settings};
use tally::LineTally;
use walk::{InputWalk, sort};

/// The default block size in bytes if lines are printed. The windows and text of two threads then
/// stay far below 100 MiB.
const BLOCK: usize = 8 << 20;
/// The default block size in bytes if only matches are printed, from the positions that were found.
const BLOCK_OF_MATCHES: usize = 4 << 20;
/// The block size in bytes if each match adds text, which may be a hundred times as long as its block.
const BLOCK_PER_MATCH: usize = 512 << 10;

/// The block size in bytes if a match may span any number of lines: larger than any input.
const WHOLE_INPUT: usize = usize::MAX >> 1;

/// Runs `mapped grep`.
///
/// # Errors
/// Returns an error if a pattern, glob or encoding is not valid, or if standard output cannot be
/// written.
pub fn run(args: &GrepArgs, output: &mut Output) -> anyhow::Result<Exit> {
    let mut config = Config::new(&common(args), output)?;
    let environment = Environment::read(&config, output.destination() == Destination::Terminal);
    if args.inputs.type_list {
        output.write_all(walk::filter::type_list(&args.inputs)?.as_bytes())?;
        return Ok(Exit::Success);
    }
    warn_about_obsolete(&args.inputs);
    let walk = InputWalk::new(&args.inputs)?;
    if args.inputs.files {
        return list(args, &walk, output);
    }
    let (settings, files) = Settings::resolve(args, &walk, &environment)?;
    config.reject_stats_over(&files)?;
    config.plot = args.printing.plot.as_deref().map(ReportFile::create).transpose()?.map(Arc::new);
    config.plot.iter().try_for_each(|plot| plot.refuse_input(&files))?;
    let settings = Arc::new(settings);
    let inputs = &args.inputs;
    let period = config::times(&inputs.times)?;
    hints::note_unused_times(args, period.is_some());
    let period = if inputs.follow.is_some() { period } else { period.map(PeriodSearch::collecting) };
    // Input with times, or with lines to count, is text, so it is decompressed.
    let counts = args.printing.timeline.is_some() || args.printing.top.is_some();
    let is_decompressed = inputs.decompress || inputs.merge || counts || period.is_some();
    let decoding = Decoding::new(is_decompressed && inputs.follow.is_none(), config.engine.threads)
        .with_text(inputs.encoding.as_deref())?;
    if settings.prints_nothing {
        return Ok(Exit::NoMatch);
    }
    if matches!(settings.report, Report::Nothing | Report::Names { .. }) || settings.max_count == Some(1) {
        // The output file itself can be searched, because nothing is written until its search has ended.
        config.own_output = None;
    }
    hint_at_terminal_input(!files.is_empty() || inputs.is_recursive());
    let letters = hints::for_letters(args, &files);
    let part = match (args.inputs.shard, args.printing.last) {
        (Some(shard), _) => Some(InputPart::Shard(shard.into())),
        (None, Some(0)) if args.inputs.follow.is_none() => return Ok(Exit::NoMatch),
        (None, last) => last.map(InputPart::Last),
    };
    output.set_quiet(args.inputs.no_messages);
    output.set_line_buffered(args.printing.line_buffered);
    let progress = config.progress(&files, output);
    let is_quiet = args.inputs.no_messages || args.printing.quiet;
    let run =
        Run { settings: &settings, config: &config, inputs, walk: &walk, decoding: &decoding, period, part, is_quiet };
    let result = run.report(args, files, output);
    drop(progress);
    let found_nothing = matches!(result, Ok(Exit::NoMatch));
    let in_vain = || hints::for_patterns(args, settings.matches_characters);
    let unsearched = || hints::for_no_files(&walk);
    let hint = letters.or_else(|| found_nothing.then(|| in_vain().or_else(unsearched)).flatten());
    if let (Some(hint), false) = (hint, is_quiet) {
        print_message(format_args!("mapped: {hint}"));
    }
    config.finish()?;
    result
}

/// Returns the shared options, with ripgrep's names for two of them applied.
fn common(args: &GrepArgs) -> Common {
    let mut common = args.common.clone();
    if args.inputs.no_mmap {
        common.io = Io::Read;
    }
    if args.printing.pretty && common.color == When::Auto {
        common.color = When::Always;
    }
    common
}

fn warn_about_obsolete(inputs: &crate::cli::grep::Inputs) {
    if inputs.unix_byte_offsets && !inputs.no_messages {
        print_message(format_args!("mapped: warning: --unix-byte-offsets (-u) is obsolete"));
    }
}

/// Prints the names of the files that would be searched.
fn list(args: &GrepArgs, walk: &InputWalk, output: &mut Output) -> anyhow::Result<Exit> {
    output.set_quiet(args.inputs.no_messages);
    let end = if args.printing.null { b'\0' } else { b'\n' };
    let on_terminal = output.destination() == Destination::Terminal;
    let (mut any, mut failed) = (false, false);
    let named: HashSet<&OsStr> = args.operands.iter().map(OsString::as_os_str).filter(|name| *name != "-").collect();
    for found in sort::sorted(walk.files(args.operands.clone()), &args.inputs) {
        // The walk has not checked whether named files exist.
        let found = found.and_then(|file| match named.get(file.path()).map(|name| path::metadata(name)) {
            Some(Err(error)) => Err((file.into_path(), error)),
            _ => Ok(file),
        });
        match found {
            Ok(_) if args.printing.quiet => return Ok(Exit::Success),
            Ok(file) => {
                let name = print::prefix::with_separator(file.path().as_bytes(), args.printing.path_separator);
                match on_terminal {
                    true => output.write_all(&crate::output::escape_for_terminal(&name))?,
                    false => output.write_all(&name)?,
                }
                output.write_all(&[end])?;
                any = true;
            }
            Err((name, error)) => {
                output.report(&name, &error);
                failed = true;
            }
        }
    }
    output.flush()?;
    Ok(match (failed, any) {
        (true, _) => Exit::Error,
        (_, true) => Exit::Success,
        (_, false) => Exit::NoMatch,
    })
}

/// Prints the summary of `--json`, and flushes the output.
fn print_summary(settings: &Settings, totals: &Totals, output: &mut Output) -> std::io::Result<()> {
    if settings.report == Report::Json {
        output.write_all(&totals.json.summary(settings.only_summary))?;
    }
    output.flush()
}

/// A resolved search.
struct Run<'a> {
    settings: &'a Arc<Settings>,
    config: &'a Config,
    inputs: &'a crate::cli::grep::Inputs,
    walk: &'a InputWalk,
    decoding: &'a Decoding,
    period: Option<PeriodSearch>,
    part: Option<InputPart>,
    /// Whether to suppress messages other than errors.
    is_quiet: bool,
}

impl Run<'_> {
    /// Searches all files and prints what the options request.
    fn report(&self, args: &GrepArgs, files: Vec<OsString>, output: &mut Output) -> anyhow::Result<Exit> {
        match self.inputs.follow {
            Some(_) if self.inputs.is_recursive() => Err(anyhow::anyhow!("--follow takes files, not directories")),
            Some(by) if self.inputs.merge => {
                self.follow_merged(files, config::period_search(&self.inputs.times)?, by, output)
            }
            Some(by) => self.follow(files, by, output),
            None if self.inputs.merge => {
                let search = config::period_search(&self.inputs.times)?.collecting();
                let exit = self.merge(files, &search, output)?;
                config::report_empty_logs(&search, output);
                Ok(exit)
            }
            None => {
                let exit = match (args.printing.top, &args.printing.timeline) {
                    (Some(wanted), _) => self.top(files, wanted, output),
                    (None, Some(_)) => self.timeline(files, args, output),
                    (None, None) => self.search(files, output),
                };
                self.period.iter().for_each(|search| config::report_empty_logs(search, output));
                exit
            }
        }
    }

    fn search(&self, files: Vec<OsString>, output: &mut Output) -> anyhow::Result<Exit> {
        let (totals, failed) = self.search_into(files, output, false)?;
        print_summary(self.settings, &totals, output)?;
        self.hint_at_decompression(&totals);
        Ok(self.exit(&totals, failed))
    }

    /// Prints a hint if compressed files were searched without decompression, which is rarely
    /// intended. In a tree with other matches, the hint is omitted.
    fn hint_at_decompression(&self, totals: &Totals) {
        let hint = hints::for_compressed(&totals.compressed);
        if let Some(hint) = hint.filter(|_| !(self.is_quiet || totals.selected_any && self.inputs.is_recursive())) {
            print_message(format_args!("mapped: {hint}"));
        }
    }

    /// Searches all files, writes the output to `sink`, and returns the totals and whether an input
    /// failed. With `tallies`, equal lines are passed to the sink as repetitions.
    fn search_into(&self, files: Vec<OsString>, sink: &mut dyn Sink, tallies: bool) -> std::io::Result<(Totals, bool)> {
        let settings = self.settings;
        let stdin = std::io::stdin();
        let begun_at = seek(&stdin, SeekFrom::Current(0));
        let starts = InputStarts::default();
        let opener = self.opener(&starts);
        let inputs = sort::sorted(self.walk.files(files), self.inputs).map(|found| opener.next(found));
        if let Some(kernel) = OnlyMatches::new(settings).filter(|_| !opener.is_partial()) {
            let plan = self.config.engine.plan(SplitAt::Exact, only_matches::BLOCK);
            let plan = Plan { emit_holes: kernel.skips_holes(), ..plan };
            let (seam, failed) = self.run(inputs, (&kernel, plan), sink, tallies)?;
            return Ok((seam.totals, failed));
        }
        if let Some(kernel) = LongLineCount::new(settings).filter(|_| !opener.is_partial()) {
            let plan = self.config.engine.plan(SplitAt::Exact, COUNTING_BLOCK);
            let (block, pread_block) = (plan.block.max(MIN_BLOCK), plan.pread_block.max(MIN_BLOCK));
            let plan = Plan { emit_holes: true, block, pread_block, ..plan };
            let (counted, failed) = self.run(inputs, (&kernel, plan), sink, tallies)?;
            return Ok((counted.totals, failed));
        }
        let kernel = Search { settings, starts: opener.is_partial().then_some(&starts), open_ended: false };
        let (totals, failed) = self.run(inputs, (&kernel, self.plan()), sink, tallies)?;
        // As with a program that reads line by line, the bytes after the last selected line are
        // left to the next reader.
        if let (Ok(begun_at), Some(offset)) = (begun_at, totals.leave_at) {
            let _ = seek(&stdin, SeekFrom::Start(begun_at + offset));
        }
        Ok((totals, failed))
    }

    /// Runs a kernel. Returns its carry and whether an input failed.
    fn run<'i, K: Kernel<Carry: Default>>(
        &self,
        inputs: impl Iterator<Item = Input<'i>> + Send,
        (kernel, plan): (&K, Plan),
        sink: &mut dyn Sink,
        tallies: bool,
    ) -> std::io::Result<(K::Carry, bool)> {
        let (engine, session) = (&self.config.engine, &*self.config.stats);
        let tally = LineTally { kernel, terminator: self.settings.query.terminator };
        let carry = K::Carry::default();
        // The engine requires inputs with the lifetime of its kernel.
        #[allow(clippy::map_identity, reason = "it shortens the lifetime")]
        let inputs = inputs.map(|input| input);
        let outcome = match tallies {
            true => engine.run(inputs, Pipeline { kernel: &tally, plan, session }, carry, sink),
            false => engine.run(inputs, Pipeline { kernel, plan, session }, carry, sink),
        };
        outcome.output?;
        Ok((outcome.carry, outcome.failed))
    }

    /// Returns the exit code of a search.
    fn exit(&self, totals: &Totals, failed: bool) -> Exit {
        match (totals.selected_any, failed || totals.failed) {
            (true, true) if self.settings.report == Report::Nothing => Exit::Success,
            (_, true) => Exit::Error,
            (true, false) => Exit::Success,
            (false, false) => Exit::NoMatch,
        }
    }

    fn opener<'o>(&'o self, starts: &'o InputStarts) -> Opener<'o> {
        let Run { settings, config, decoding, period, part, .. } = self;
        let (period, part) = (period.as_ref(), *part);
        Opener { settings, config, decoding, period, part, starts, timeline: false, is_followed: false }
    }

    fn plan(&self) -> Plan {
        let settings = self.settings;
        let terminator = settings.query.terminator;
        let reports_binary = settings.binary != BinaryFiles::Text && settings.report != Report::Json;
        let or_nul = reports_binary && terminator != 0;
        let block = match settings.report {
            Report::Json => BLOCK_PER_MATCH,
            Report::Lines if settings.style.adds_text_per_match() => BLOCK_PER_MATCH,
            Report::Lines if settings.style.only_matching => BLOCK_OF_MATCHES,
            Report::Lines => BLOCK,
            _ => COUNTING_BLOCK,
        };
        let plan = self.config.engine.plan(SplitAt::Lines { terminator, or_nul }, block);
        if settings.multiline {
            return Plan { block: WHOLE_INPUT, pread_block: WHOLE_INPUT, ramp_up: false, ..plan };
        }
        let search = Search { settings, starts: None, open_ended: false };
        Plan { emit_holes: settings.skips_holes(terminator), collapse_holes: search.collapses_holes(), ..plan }
    }
}
