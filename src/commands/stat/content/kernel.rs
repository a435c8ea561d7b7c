//! Counts all bytes of a file with [`ContentTally`], in parallel.

use jiff::Timestamp;

use super::tally::ContentTally;
use super::{Content, ContentKind, LineTimes, PREFIX};
use crate::app::config::{Config, local_times};
use crate::app::local_zone::local_zone;
use crate::engine::{Block, Flow, Input, Kernel, Pipeline, SplitAt};
use crate::output::Output;
use crate::timestamp::{SAMPLE, log_times};

/// The block size, small enough to balance threads and large enough for windows.
const BLOCK: usize = 4 << 20;

struct LineCount;

/// The counts so far, and the first and last bytes, which determine the type and the log times.
#[derive(Clone)]
struct ContentCarry {
    tally: ContentTally,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Kernel for LineCount {
    type Part = ContentTally;
    type Carry = ContentCarry;

    fn scan(&self, block: &Block) -> ContentTally {
        match block.hole() {
            Some(length) => ContentTally::of_zeros(length, block.offset()),
            None => ContentTally::of(block.bytes(), block.offset()),
        }
    }

    fn carry(&self, block: &Block, tally: &mut ContentTally, carry: &mut ContentCarry) -> Flow {
        let missing = SAMPLE - carry.head.len();
        match block.hole() {
            Some(length) => {
                let zeros = usize::try_from(length).unwrap_or(usize::MAX).min(SAMPLE);
                carry.head.resize(carry.head.len() + missing.min(zeros), 0);
                carry.tail.resize(carry.tail.len() + zeros, 0);
            }
            None => {
                let bytes = block.bytes();
                carry.head.extend(bytes.iter().take(missing));
                carry.tail.extend_from_slice(&bytes[bytes.len().saturating_sub(SAMPLE)..]);
            }
        }
        carry.tail.drain(..carry.tail.len().saturating_sub(SAMPLE));
        carry.tally.join(tally, block.offset());
        Flow::Continue
    }

    fn format(&self, _: &Block, _: &mut ContentTally, _: &mut Vec<u8>) {}
}

/// Reads `input` and classifies it. Returns `None` after reporting that reading failed.
///
/// # Errors
/// Returns an error if writing to standard output fails.
pub fn classify(
    input: Input<'_>,
    changed: Timestamp,
    config: &Config,
    output: &mut Output,
) -> std::io::Result<Option<Content>> {
    let mut plan = config.engine.plan(SplitAt::Exact, BLOCK);
    plan.emit_holes = true;
    let carry = ContentCarry { tally: ContentTally::empty(), head: Vec::new(), tail: Vec::new() };
    let outcome = config.engine.run(
        std::iter::once(input),
        Pipeline { kernel: &LineCount, plan, session: &config.stats },
        carry,
        output,
    );
    outcome.output?;
    let ContentCarry { tally, head, tail } = outcome.carry;
    if outcome.failed {
        return Ok(None);
    }
    let mut content = Content::classify(&tally, &head[..head.len().min(PREFIX)]);
    if content.kind == ContentKind::Text {
        let context = local_times(local_zone());
        let is_whole = content.bytes <= SAMPLE as u64;
        content.times =
            log_times((&head, &tail), is_whole, &context, changed).map(|times| LineTimes::new(&times, &context.zone));
    }
    Ok(Some(content))
}
