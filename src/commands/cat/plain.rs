//! Bytes as they are, by the cheapest way there is: pages handed to a pipe, a copy made by the
//! kernel from file to file, and the engine for everything else.

use std::io;

use crate::app::config::Config;
use crate::engine::{Block, Cut, Flow, Input, Kernel, Stats};
use crate::exit::Exit;
use crate::io::{AccessMethod, IoMode, Source};
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

/// Writes all of `source`.
pub(super) fn run(mut source: Source, config: &Config, output: &mut Output) -> io::Result<Exit> {
    hand_over(&mut source, config, output)?;
    let engine = config.engine;
    let input = std::iter::once(Input::Open(source));
    let outcome = engine.run(input, engine.plan(Cut::Exact, BLOCK), &Copy, (), output, &config.stats);
    outcome.output?;
    Ok(if outcome.failed { Exit::Failure } else { Exit::Success })
}

/// Gives as much of `source` as possible to the output without copying it through here; what is
/// left is left to the engine.
fn hand_over(source: &mut Source, config: &Config, output: &mut Output) -> io::Result<()> {
    config.stats.begin(source);
    let start = source.start();
    let mut copied = 0;
    let until = match (output.destination(), source.way()) {
        (Destination::Pipe, AccessMethod::Map) => {
            let handed = splice(output, source)?;
            Stats::add(&config.stats.windows, handed.windows);
            if handed.until > start {
                config.stats.output("vmsplice");
            }
            copied = handed.copied;
            handed.until
        }
        (Destination::Regular, AccessMethod::Map | AccessMethod::Pread) if config.engine.policy == IoMode::Auto => {
            let until = copy_range(output, source)?;
            if until > start {
                config.stats.output("copy_file_range");
            }
            until
        }
        _ => start,
    };
    Stats::add(&config.stats.bytes, until - start);
    Stats::add(&config.stats.uncopied, until - start - copied);
    source.begin_at(until);
    Ok(())
}
