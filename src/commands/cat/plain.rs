//! Bytes as they are, by the cheapest way there is: pages handed to a pipe, a copy made by the
//! kernel from file to file, and the engine for everything else.

use std::io;
use std::os::unix::fs::FileTypeExt;

use crate::config::Config;
use crate::engine::{Block, Cut, Flow, Input, Kernel, Stats};
use crate::exit::Exit;
use crate::io::{Policy, Source, Way};
use crate::output::{Destination, Output, copy_range, splice};

/// Text of a block: its bytes.
#[derive(Debug)]
pub(super) struct Copy;

impl Kernel for Copy {
    type Part = ();
    type Carry = ();

    fn scan(&self, _: &Block) {}

    fn carry(&self, _: &Block, (): &mut (), (): &mut ()) -> Flow {
        Flow::Continue
    }

    fn format(&self, block: &Block, (): &mut (), text: &mut Vec<u8>) {
        text.extend_from_slice(block.bytes());
    }
}

/// Blocks that stay in a core's cache between being copied out of the map and written.
const BLOCK: usize = 256 * 1024;

pub(super) fn run(inputs: Vec<Input>, config: &Config, output: &mut Output) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    for input in inputs {
        if let Input::Named(name) = &input
            && std::fs::metadata(name).is_ok_and(|meta| meta.file_type().is_fifo())
        {
            // Opening it waits for a writer, and what stands before it must not wait with it.
            output.flush()?;
        }
        let input = match input {
            Input::Named(name) => match Source::open(&name, config.engine.policy, config.engine.range) {
                Ok(source) => Input::Open(source),
                Err(error) => Input::Failed(name, error),
            },
            other => other,
        };
        exit = exit.and(one(input, config, output)?);
    }
    output.flush()?;
    Ok(exit)
}

fn one(input: Input, config: &Config, output: &mut Output) -> io::Result<Exit> {
    let input = match input {
        Input::Open(source) if output.is_same_file(&source) => {
            let error = io::Error::other("input file is output file");
            Input::Failed(source.name().to_owned(), error)
        }
        Input::Open(mut source) => {
            hand_over(&mut source, config, output)?;
            Input::Open(source)
        }
        other => other,
    };
    let engine = config.engine;
    let outcome = engine.run(std::iter::once(input), engine.plan(Cut::Exact, BLOCK), &Copy, (), output, &config.stats);
    outcome.output?;
    Ok(if outcome.failed { Exit::Failure } else { Exit::Success })
}

/// Gives as much of `source` as possible to the output without copying it through here; what is
/// left is left to the engine.
fn hand_over(source: &mut Source, config: &Config, output: &mut Output) -> io::Result<()> {
    let start = source.start();
    let until = match (output.destination(), source.way()) {
        (Destination::Pipe, Way::Map) => {
            let handed = splice(output, source)?;
            Stats::add(&config.stats.windows, handed.windows);
            if handed.until > start {
                config.stats.output("vmsplice");
            }
            handed.until
        }
        (Destination::Regular, Way::Map | Way::Pread) if config.engine.policy == Policy::Auto => {
            let until = copy_range(output, source)?;
            if until > start {
                config.stats.output("copy_file_range");
            }
            until
        }
        _ => start,
    };
    Stats::add(&config.stats.bytes, until - start);
    Stats::add(&config.stats.uncopied, until - start);
    source.begin_at(until);
    Ok(())
}
