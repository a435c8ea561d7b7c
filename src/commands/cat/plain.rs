//! Writes bytes unchanged. The kernel moves them into a pipe or another file if possible; otherwise
//! the engine writes them.

use std::io;

use crate::app::config::Config;
use crate::engine::{Block, Flow, Input, Kernel, Pipeline, SplitAt};
use crate::exit::Exit;
use crate::io::{AccessMethod, IoMode, Source};
use crate::os::append_copy;
use crate::output::{Destination, Output, copy_to_file, splice_to_pipe};

/// Prints a block's bytes.
#[derive(Debug)]
pub(super) struct CopyKernel;

impl Kernel for CopyKernel {
    type Part = ();
    type Carry = ();

    fn scan(&self, _: &Block) {}

    fn carry(&self, _: &Block, (): &mut (), (): &mut ()) -> Flow {
        Flow::Continue
    }

    fn format(&self, block: &Block, (): &mut (), text: &mut Vec<u8>) {
        append_copy(text, block.bytes());
    }
}

/// The block size. Small blocks stay in a core's cache between the copy out of the mapping and the
/// write.
const BLOCK: usize = 256 * 1024;

/// Writes all of `source`.
pub(super) fn run(mut source: Source, config: &Config, output: &mut Output) -> io::Result<Exit> {
    if let Some(error) = move_in_kernel(&mut source, config, output)? {
        output.report(source.name(), &error);
        return Ok(Exit::Failure);
    }
    let engine = config.engine;
    let input = std::iter::once(Input::Open(source));
    let outcome = engine.run(
        input,
        Pipeline { kernel: &CopyKernel, plan: engine.plan(SplitAt::Exact, BLOCK), session: &config.stats },
        (),
        output,
    );
    outcome.output?;
    Ok(if outcome.failed { Exit::Failure } else { Exit::Success })
}

/// Lets the kernel move as much of `source` as it can. The rest remains to be written. Returns an
/// error that affected the moved bytes.
fn move_in_kernel(source: &mut Source, config: &Config, output: &mut Output) -> io::Result<Option<io::Error>> {
    config.stats.begin(source);
    let (moved, call) = match (output.destination(), source.method()) {
        (Destination::Pipe, AccessMethod::Map) => (splice_to_pipe(output, source)?, "splice"),
        (Destination::Regular, AccessMethod::Map | AccessMethod::Pread) if config.engine.policy == IoMode::Auto => {
            (copy_to_file(output, source)?, "copy_file_range")
        }
        _ => return Ok(None),
    };
    if moved.uncopied > 0 {
        config.stats.output(call);
    }
    config.stats.bytes.add(moved.until - source.start());
    config.stats.uncopied.add(moved.uncopied);
    source.set_start(moved.until);
    Ok(moved.damage)
}
