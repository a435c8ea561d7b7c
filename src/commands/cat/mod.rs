//! The `cat` subcommand: prints whole files or parts of them, unchanged or with special characters
//! made visible.
//!
//! A part of a file is located first and then printed like a whole file, so every selection works
//! with every display option. Streams are not seekable, so parts of them are selected as data
//! arrives. The kernel moves bytes that need no change where possible.

mod around;
mod following;
mod locate;
pub(in crate::commands) mod merged;
pub mod pick;
mod plain;
mod printed_part;
mod reversed;
mod short;
mod shown;
mod skip;
mod streamed;
mod transform;

use std::ffi::{OsStr, OsString};
use std::io;
use std::ops::Range;

use crate::app::config::{Config, note_unused_times, report_empty_logs};
use crate::app::hint_at_terminal_input;
use crate::cli::cat::{CatArgs, FollowBy};
use crate::decode::{Format, format_of};
use crate::engine::{COUNTING_BLOCK, Input, Pipeline, PrefetchedInputs, SplitAt};
use crate::exit::Exit;
use crate::io::{AccessMethod, Source};
use crate::os::posix::OsStrExt;
use crate::os::was_closed;
use crate::output::{Destination, Output, escape_for_terminal, escape_name, print_message};
use locate::Located;
use printed_part::PrintedPart;
use reversed::Separator;
use short::{MAX_PIECE, ShortPieces};
use shown::DisplayKernel;
use transform::{State, Transform};

/// The block size in bytes for the display options. The lines of a block are counted and then
/// formatted, and a block of this size is still in the core's own cache by then.
const BLOCK: usize = 512 << 10;

/// Runs `mapped cat`.
pub fn run(args: &CatArgs, output: &mut Output) -> anyhow::Result<Exit> {
    // This is an error even if there is nothing to write.
    anyhow::ensure!(!was_closed(1), "standard output: Bad file descriptor");
    let follow = if args.follow_name { Some(FollowBy::Name) } else { args.follow };
    let printed_part = PrintedPart::new(args)?;
    let follow = follow.filter(|_| !following::ends_first(&printed_part, &args.files));
    let printed_part = match printed_part {
        PrintedPart::Period(search) if follow.is_none() => PrintedPart::Period(Box::new(search.collecting())),
        printed_part => printed_part,
    };
    let transform = printed_part::transform(args);
    // Input selected by time is text, so it is decoded.
    let by_time = args.merge || matches!(printed_part, PrintedPart::Period(..));
    let decompress = args.decompress || by_time;
    let mut config =
        Config::new(&args.common, output)?.with_decoding(decompress && follow.is_none()).with_text_of_logs(by_time)?;
    config.reject_stats_over(&args.files)?;
    hint_at_terminal_input(!args.files.is_empty());
    // An empty output file is harmless as an input; see `Output::is_same_file`.
    config.own_output = None;
    let progress = config.progress(&args.files, output);
    anyhow::ensure!(!args.reverse || !printed_part.has_steps(), "--reverse takes no ranges with steps");
    let text: &[u8] = match args.separator.as_ref().map(|text| text.as_bytes()) {
        None => b"\n",
        Some(b"") => b"\0",
        Some(text) => text,
    };
    let separator = Separator { text, begins_record: args.separator_before };
    let mut cat = Cat {
        printed_part,
        reverse: args.reverse.then_some(separator),
        headings: args.heading.then_some(0),
        transform,
        state: State::default(),
        config: &config,
        output,
    };
    let uses_times = args.merge || matches!(cat.printed_part, PrintedPart::Period(_));
    note_unused_times(&args.times, uses_times, " or --merge");
    let result = match follow {
        Some(by) if args.merge => cat.follow_merged(args, by),
        Some(by) => cat.follow(args, by),
        None if args.merge => cat.merge(args),
        None => cat.print_inputs(config.inputs(&args.files)),
    };
    drop(progress);
    config.finish()?;
    result
}

/// A run over all inputs.
struct Cat<'a> {
    printed_part: PrintedPart,
    /// The separator of the lines or records, if they are printed from the last to the first.
    reverse: Option<Separator<'a>>,
    /// The number of names printed above inputs, or `None` if names are not printed.
    headings: Option<u64>,
    transform: Transform,
    state: State,
    config: &'a Config,
    output: &'a mut Output,
}

impl Cat<'_> {
    fn print_inputs(&mut self, inputs: Vec<Input<'_>>) -> anyhow::Result<Exit> {
        let mut exit = Exit::Success;
        for input in PrefetchedInputs::new(inputs, &self.config.engine, &self.config.stats) {
            exit = exit.and(match self.open(input) {
                (name, Ok(source)) => {
                    let format = self.format_on_terminal(&source);
                    self.heading(source.name())?;
                    let exit = self.print_source(source)?;
                    self.hint(&name, format)?;
                    exit
                }
                (name, Err(error)) => self.report_failure(&name, &error)?,
            });
        }
        self.finish()?;
        self.output.flush()?;
        if let PrintedPart::Period(search) = &self.printed_part {
            report_empty_logs(search, self.output);
        }
        Ok(exit)
    }

    /// Reports an input that could not be opened.
    ///
    /// A directory can be opened; only reading it fails. As in head(1), its name is printed, and
    /// the failure is not an error if nothing is read.
    fn report_failure(&mut self, name: &OsStr, error: &io::Error) -> io::Result<Exit> {
        if error.kind() == io::ErrorKind::IsADirectory {
            self.heading(name)?;
            if self.printed_part.is_nothing() {
                return Ok(Exit::Success);
            }
        }
        self.output.report(name, error);
        Ok(Exit::Failure)
    }

    /// Prints the name of an input above its contents, if names are printed.
    fn heading(&mut self, name: &OsStr) -> io::Result<()> {
        let Some(printed) = self.headings else { return Ok(()) };
        self.headings = Some(printed + 1);
        let gap: &[u8] = if printed > 0 { b"\n" } else { b"" };
        let name = if name.is_empty() { OsStr::new("-") } else { name };
        let heading = [gap, b"==> ", &self.shown_name(name), b" <==\n"].concat();
        self.output.write_all(&heading)
    }

    /// Returns the name of an input as it appears in a heading.
    fn shown_name(&self, name: &OsStr) -> Vec<u8> {
        let shown = if name == "-" { b"standard input" } else { name.as_bytes() };
        match self.output.destination() {
            Destination::Terminal => escape_for_terminal(shown).into_owned(),
            _ => shown.to_vec(),
        }
    }

    /// Returns the format of a compressed file that a terminal would receive undecoded.
    fn format_on_terminal(&self, source: &Source) -> Option<Format> {
        let is_shown = self.output.destination() == Destination::Terminal && source.method() != AccessMethod::Stream;
        let mut head = [0; 32];
        let got = if is_shown { source.read_at(&mut head, 0).unwrap_or(0) } else { 0 };
        format_of(&head[..got])
    }

    /// Prints a hint that names the option for decoding `format`.
    fn hint(&mut self, name: &OsStr, format: Option<Format>) -> io::Result<()> {
        if let Some(format) = format {
            self.output.flush()?;
            let (name, format) = (escape_name(name), format.name());
            print_message(format_args!(
                "mapped: {name}: {format} data; use --decompress to print its decoded contents"
            ));
        }
        Ok(())
    }

    /// Opens an input, unless it is also the output.
    fn open(&mut self, input: Input<'_>) -> (OsString, io::Result<Source>) {
        let engine = &self.config.engine;
        if input.has_to_wait() {
            // Opening a FIFO waits for a writer, and earlier output must not wait with it. If the
            // flush fails, so does the next write.
            let _ = self.output.flush();
        }
        match input.open(engine.policy, engine.range) {
            Ok((source, _)) if self.output.is_same_file(&source) => {
                (source.name().to_owned(), Err(io::Error::other("input file is output file")))
            }
            Ok((source, _)) => (source.name().to_owned(), Ok(source)),
            Err((name, error)) => (name, Err(error)),
        }
    }

    fn print_source(&mut self, source: Source) -> io::Result<Exit> {
        if let Some(separator) = self.reverse {
            return self.print_reversed(source, separator);
        }
        if matches!(self.printed_part, PrintedPart::All) {
            return self.print(source);
        }
        // Line numbers start at 1 in each file.
        self.finish()?;
        self.state = State::default();
        if !can_be_searched(&source) || self.printed_part.has_steps() {
            return self.print_stream(source);
        }
        let located = match locate::spans(&source, &self.printed_part, self.config, self.output) {
            Ok(located) => located,
            Err(error) => {
                self.output.report(source.name(), &error);
                return Ok(Exit::Failure);
            }
        };
        Ok(self.spans(&source, located.spans)?.and(located.exit))
    }

    /// Prints the requested lines of an input from the last to the first.
    fn print_reversed(&mut self, source: Source, separator: Separator<'_>) -> io::Result<Exit> {
        let name = source.name().to_owned();
        let held = if can_be_searched(&source) { Ok(source.into()) } else { reversed::held_in_memory(source) };
        let found = held.and_then(|held| {
            let located = locate::spans(&held.source, &self.printed_part, self.config, self.output)?;
            Ok((held, located))
        });
        let (exit, failure, notice) = match found {
            Ok((held, Located { spans, exit })) => {
                (self.reversed(&held.source, spans, separator)?.and(exit), held.failure, held.notice)
            }
            Err(error) => (Exit::Failure, Some(error), None),
        };
        let failed = if failure.is_some() { Exit::Failure } else { exit };
        if let Some(error) = failure.or_else(|| notice.map(io::Error::other)) {
            self.output.report(&name, &error);
        }
        Ok(failed)
    }

    /// Prints the ascending `spans` of `source`. Short ones are read here, many at a time, because
    /// setting up a run for each would take far longer than printing it.
    fn spans(&mut self, source: &Source, spans: Vec<Range<u64>>) -> io::Result<Exit> {
        let policy = self.config.engine.policy;
        let mut exit = Exit::Success;
        let mut at = source.start();
        let mut pieces = Vec::new();
        for span in spans {
            if self.transform.counts() && at < span.start {
                pieces.push((at..span.start, false));
            }
            at = span.end;
            pieces.push((span, true));
        }
        let mut short = ShortPieces::new(source);
        for (number, (piece, is_wanted)) in pieces.iter().enumerate() {
            if piece.end - piece.start <= MAX_PIECE {
                let bytes = match short.bytes(&pieces[number..]) {
                    Ok(bytes) => bytes,
                    Err(error) => {
                        self.output.report(source.name(), &error);
                        return Ok(Exit::Failure);
                    }
                };
                let is_whole = bytes.len() as u64 == piece.end - piece.start;
                self.config.stats.bytes.add(bytes.len() as u64);
                source.remember_beginning(piece.start, bytes);
                self.write(bytes, *is_wanted)?;
                source.set_shared_position(piece.end);
                if !is_whole {
                    let size = source.current_length()?.unwrap_or(0);
                    self.output.report(source.name(), &crate::engine::truncated(source.base() + size));
                    return Ok(Exit::Failure);
                }
            } else if *is_wanted {
                exit = exit.and(self.print(source.part(piece.clone(), policy)?)?);
            } else {
                exit = exit.and(self.show(source.part(piece.clone(), policy)?, true)?);
            }
            // Output before an error is a prefix, so the next piece does not follow a damaged one.
            if exit != Exit::Success {
                break;
            }
            if *is_wanted { self.finish()? } else { self.state.drop_held() }
        }
        if short.has_read() && source.take_overwritten() {
            self.output.report(source.name(), &crate::engine::rewritten());
        }
        Ok(exit)
    }

    /// Prints `bytes`, or only counts their lines.
    fn write(&mut self, bytes: &[u8], is_wanted: bool) -> io::Result<()> {
        if self.transform.is_identity() {
            return if is_wanted { self.output.write_all(bytes) } else { Ok(()) };
        }
        if is_wanted {
            let mut text = Vec::new();
            self.transform.format(&self.state, bytes, &mut text);
            self.output.write_all(&text)?;
        }
        self.state.advance(&self.transform, bytes, self.transform.tally(bytes));
        Ok(())
    }

    /// Prints all of `source`.
    fn print(&mut self, source: Source) -> io::Result<Exit> {
        if self.transform.is_identity() {
            plain::run(source, self.config, self.output)
        } else {
            self.show(source, false)
        }
    }

    /// Runs all of `source` through the transform.
    fn show(&mut self, source: Source, silent: bool) -> io::Result<Exit> {
        let Config { engine, stats, .. } = self.config;
        let kernel = DisplayKernel { transform: self.transform, silent };
        let mut plan = engine.plan(SplitAt::Exact, if silent { COUNTING_BLOCK } else { BLOCK });
        // Holes have no lines to count, so they need not be read.
        plan.emit_holes = silent;
        let input = std::iter::once(Input::Open(source));
        let outcome = engine.run(input, Pipeline { kernel: &kernel, plan, session: stats }, self.state, self.output);
        outcome.output?;
        self.state = outcome.carry;
        Ok(if outcome.failed { Exit::Failure } else { Exit::Success })
    }

    /// Prints bytes held back for further ones that never arrived.
    fn finish(&mut self) -> io::Result<()> {
        let mut text = Vec::new();
        self.state.finish(&self.transform, &mut text);
        self.output.write_all(&text)
    }
}

/// Returns whether `source` can be read at any offset and has its stated size, unlike files in
/// sysfs.
fn can_be_searched(source: &Source) -> bool {
    let last = source.end().unwrap_or(0).saturating_sub(1).max(source.start());
    source.method() != AccessMethod::Stream
        && (source.end() == Some(source.start()) || source.read_at(&mut [0], last).is_ok_and(|got| got == 1))
}
