//! Counts all bytes of a file with [`ContentTally`], in parallel.

use jiff::Timestamp;

use super::tally::ContentTally;
use super::{Content, ContentKind, LineTimes, PREFIX};
use crate::app::config::{Config, local_times, local_zone};
use crate::engine::{Block, Cut, Flow, Input, Kernel, Pipeline};
use crate::output::Output;
use crate::timestamp::{SAMPLE, log_times};

/// The block size, small enough to balance threads and large enough for windows.
const BLOCK: usize = 4 << 20;

struct LineCount;

/// The counts so far, and the first and last bytes, which determine the type and the log times.
#[derive(Clone)]
struct Seen {
    tally: ContentTally,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Kernel for LineCount {
    type Part = ContentTally;
    type Carry = Seen;

    fn scan(&self, block: &Block) -> ContentTally {
        match block.hole() {
            Some(length) => ContentTally::of_zeros(length, block.offset()),
            None => ContentTally::of(block.bytes(), block.offset()),
        }
    }

    fn carry(&self, block: &Block, tally: &mut ContentTally, seen: &mut Seen) -> Flow {
        let missing = SAMPLE - seen.head.len();
        match block.hole() {
            Some(length) => {
                let zeros = usize::try_from(length).unwrap_or(usize::MAX).min(SAMPLE);
                seen.head.resize(seen.head.len() + missing.min(zeros), 0);
                seen.tail.resize(seen.tail.len() + zeros, 0);
            }
            None => {
                let bytes = block.bytes();
                seen.head.extend(bytes.iter().take(missing));
                seen.tail.extend_from_slice(&bytes[bytes.len().saturating_sub(SAMPLE)..]);
            }
        }
        seen.tail.drain(..seen.tail.len().saturating_sub(SAMPLE));
        seen.tally.join(tally, block.offset());
        Flow::Continue
    }

    fn format(&self, _: &Block, _: &mut ContentTally, _: &mut Vec<u8>) {}
}

/// Reads `input` and classifies it. Returns `None` after reporting that reading failed.
///
/// # Errors
/// Returns an error if writing to standard output fails.
pub fn judge(
    input: Input<'_>,
    changed: Timestamp,
    config: &Config,
    output: &mut Output,
) -> std::io::Result<Option<Content>> {
    let mut plan = config.engine.plan(Cut::Exact, BLOCK);
    plan.holes = true;
    let seen = Seen { tally: ContentTally::empty(), head: Vec::new(), tail: Vec::new() };
    let outcome = config.engine.run(
        std::iter::once(input),
        Pipeline { kernel: &LineCount, plan, session: &config.stats },
        seen,
        output,
    );
    outcome.output?;
    let Seen { tally, head, tail } = outcome.carry;
    if outcome.failed {
        return Ok(None);
    }
    let mut content = Content::judge(&tally, &head[..head.len().min(PREFIX)]);
    if content.kind == ContentKind::Text {
        let context = local_times(local_zone());
        let is_whole = content.bytes <= SAMPLE as u64;
        content.times =
            log_times((&head, &tail), is_whole, &context, changed).map(|times| LineTimes::new(&times, &context.zone));
    }
    Ok(Some(content))
}
