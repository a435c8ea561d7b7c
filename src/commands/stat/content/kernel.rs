//! All of a file's bytes through [`Tally`], in parallel.

use super::tally::Tally;
use super::{Content, PREFIX};
use crate::app::config::Config;
use crate::engine::{Block, Cut, Flow, Input, Kernel};
use crate::output::Output;

/// Blocks small enough for the balance between threads, large enough for windows.
const BLOCK: usize = 4 << 20;

struct Count;

/// What was seen so far: the counts, and the first bytes, by which the type is known.
#[derive(Clone)]
struct Seen {
    tally: Tally,
    prefix: Vec<u8>,
}

impl Kernel for Count {
    type Part = Tally;
    type Carry = Seen;

    fn scan(&self, block: &Block) -> Tally {
        match block.hole() {
            Some(length) => Tally::of_zeros(length, block.offset()),
            None => Tally::of(block.bytes(), block.offset()),
        }
    }

    fn carry(&self, block: &Block, tally: &mut Tally, seen: &mut Seen) -> Flow {
        let missing = PREFIX - seen.prefix.len();
        match block.hole() {
            Some(length) => {
                let zeros = missing.min(usize::try_from(length).unwrap_or(usize::MAX));
                seen.prefix.resize(seen.prefix.len() + zeros, 0);
            }
            None => seen.prefix.extend(block.bytes().iter().take(missing)),
        }
        seen.tally.join(tally, block.offset());
        Flow::Continue
    }

    fn format(&self, _: &Block, _: &mut Tally, _: &mut Vec<u8>) {}
}

/// Reads `input` and judges it; `None` when it failed, which has been reported.
///
/// # Errors
/// A failure of standard output.
pub fn judge(input: Input<'_>, config: &Config, output: &mut Output) -> std::io::Result<Option<Content>> {
    let mut plan = config.engine.plan(Cut::Exact, BLOCK);
    plan.holes = true;
    let seen = Seen { tally: Tally::empty(), prefix: Vec::new() };
    let outcome = config.engine.run(std::iter::once(input), plan, &Count, seen, output, &config.stats);
    outcome.output?;
    let Seen { tally, prefix } = outcome.carry;
    Ok((!outcome.failed).then(|| Content::judge(&tally, &prefix)))
}
