//! `--count` and `--lines`: counts in parallel, and prints the counts as `wc` does.

use std::ffi::{OsStr, OsString};

use super::quoting::{QuotingStyle, quote};
use super::words::{PieceCounts, WantedCounts, WordCounts};
use crate::app::config::Config;
use crate::cli::stat::{CountColumn, StatArgs, TotalMode};
use crate::engine::{Block, COUNTING_BLOCK, Flow, Kernel, Pipeline, SplitAt};
use crate::exit::Exit;
use crate::io::name_list::names_from;
use crate::io::path;
use crate::os::posix::{FileType, OsStrExt};
use crate::os::{Status, accounts};
use crate::output::Output;

/// A kernel that counts an input and prints the counts at its end.
struct CountKernel {
    /// The counts to print, in order.
    columns: Vec<CountColumn>,
    wanted: WantedCounts,
    /// The width to which counts are aligned.
    width: usize,
    /// Whether to print names. Standard input has no name if no file is given.
    names: bool,
    /// Whether to print only the total.
    only_total: bool,
}

/// The counts that pass from block to block.
#[derive(Clone, Default)]
struct CountCarry {
    /// The number of the current input.
    input: usize,
    /// Its counts so far.
    here: WordCounts,
    /// The counts of all inputs before it.
    before: WordCounts,
}

impl CountCarry {
    /// Moves on to an input.
    fn begin(&mut self, input: usize) {
        self.before = self.before.and(std::mem::take(&mut self.here));
        self.input = input;
    }
}

/// The counts of a block, and later those of its input so far.
struct CountPart {
    piece: PieceCounts,
    tally: WordCounts,
}

impl Kernel for CountKernel {
    type Part = CountPart;
    type Carry = CountCarry;

    fn scan(&self, block: &Block) -> CountPart {
        CountPart { piece: PieceCounts::of(block.bytes(), self.wanted), tally: WordCounts::default() }
    }

    fn is_done_with(&self, _: &Block, _: &CountPart) -> bool {
        true
    }

    fn carry(&self, block: &Block, part: &mut CountPart, carry: &mut CountCarry) -> Flow {
        if block.is_first() {
            carry.begin(block.input());
        }
        match block.hole() {
            Some(length) => carry.here.add_zeros(length),
            None => carry.here.add(&part.piece),
        }
        part.tally = carry.here;
        Flow::Continue
    }

    /// Prints the counts of what could be read: of a directory, zeros.
    fn end_failed(&self, input: usize, name: &OsStr, carry: &mut CountCarry) -> Vec<u8> {
        if carry.input != input {
            carry.begin(input);
        }
        let mut text = Vec::new();
        if !self.only_total {
            self.line(&carry.here, if self.names { name.as_bytes() } else { b"" }, &mut text);
        }
        text
    }

    fn format(&self, block: &Block, part: &mut CountPart, text: &mut Vec<u8>) {
        if block.is_last() && !self.only_total {
            let name = if self.names { block.source().name().as_bytes() } else { b"" };
            self.line(&part.tally, name, text);
        }
    }
}

impl CountKernel {
    fn new(args: &StatArgs, files: &[OsString]) -> CountKernel {
        let mut columns = args.count.clone();
        if args.lines {
            columns.push(CountColumn::Lines);
        }
        columns.sort_unstable();
        columns.dedup();
        let has = |column| columns.contains(&column);
        let wanted = WantedCounts {
            lines: has(CountColumn::Lines),
            words: has(CountColumn::Words),
            characters: has(CountColumn::Chars),
            width: has(CountColumn::Width),
            utf8: accounts::locale().utf8,
        };
        let only_total = args.total == TotalMode::Only;
        // A list that is not a regular file may be long, and wc does not wait for its end.
        let is_stream = |list: &OsString| status(list).is_ok_and(|status| status.kind != FileType::RegularFile);
        let is_aligned = !only_total && !args.files0_from.as_ref().is_some_and(is_stream);
        let width = if is_aligned { width(files, columns.len()) } else { 1 };
        CountKernel { width, names: !files.is_empty(), only_total, wanted, columns }
    }

    fn line(&self, tally: &WordCounts, name: &[u8], text: &mut Vec<u8>) {
        for (index, column) in self.columns.iter().enumerate() {
            let count = match column {
                CountColumn::Lines => tally.lines,
                CountColumn::Words => tally.words,
                CountColumn::Chars => tally.characters,
                CountColumn::Bytes => tally.bytes,
                CountColumn::Width => tally.longest_line.width(),
            };
            let space = if index == 0 { "" } else { " " };
            text.extend_from_slice(format!("{space}{count:width$}", width = self.width).as_bytes());
        }
        if !name.is_empty() {
            text.push(b' ');
        }
        // A newline in a name would split the line. wc quotes such names and no others.
        if name.contains(&b'\n') {
            text.extend_from_slice(&quote(name, QuotingStyle::ShellEscape));
        } else {
            text.extend_from_slice(name);
        }
        text.push(b'\n');
    }
}

/// Prints the counts of each file, and the totals if there are several files.
pub fn run(args: &StatArgs, config: &Config, output: &mut Output) -> anyhow::Result<Exit> {
    let (mut files, mut unlisted) = (args.files.clone(), 0);
    for name in args.files0_from.iter().flat_map(|list| names_from(list)) {
        match name {
            Ok(name) => files.push(name),
            Err((list, error)) => {
                unlisted += 1;
                output.report(&list, &error);
            }
        }
    }
    let kernel = CountKernel::new(args, &files);
    let mut plan = config.engine.plan(SplitAt::Exact, COUNTING_BLOCK);
    // The content of a hole is known, so a hole need not be read.
    plan.emit_holes = true;
    let inputs =
        if args.files0_from.is_some() && files.is_empty() { vec![] } else { config.inputs(&files) }.into_iter();
    let outcome = config.engine.run(
        inputs,
        Pipeline { kernel: &kernel, plan, session: &config.stats },
        CountCarry::default(),
        output,
    );
    outcome.output?;
    let prints_total = match args.total {
        TotalMode::Auto => files.len() + unlisted > 1,
        TotalMode::Always | TotalMode::Only => true,
        TotalMode::Never => false,
    };
    if prints_total {
        let (mut text, total) = (Vec::new(), outcome.carry.before.and(outcome.carry.here));
        kernel.line(&total, if kernel.only_total { b"" } else { b"total" }, &mut text);
        output.write_all(&text)?;
    }
    Ok(if outcome.failed || unlisted > 0 { Exit::Failure } else { Exit::Success })
}

/// Returns the facts about a named file, or about standard input.
fn status(file: &OsString) -> std::io::Result<Status> {
    if file == "-" { Status::of(std::io::stdin()) } else { path::status(file) }
}

/// Returns the number of digits in the files' total size, which no count exceeds, or seven if a
/// size is unknown.
///
/// A single count needs no alignment.
fn width(files: &[OsString], columns: usize) -> usize {
    if files.len() < 2 && columns < 2 {
        return 1;
    }
    let stdin = [OsString::from("-")];
    let mut total = 0u64;
    let mut min = 1;
    for file in if files.is_empty() { &stdin[..] } else { files } {
        match status(file) {
            Ok(status) if status.kind == FileType::RegularFile => total += status.size,
            Ok(_) => min = 7,
            Err(_) => {}
        }
    }
    total.to_string().len().max(min)
}
