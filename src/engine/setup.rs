//! What holds for every run of a command: how blocks come in, of which size, and who opens them.

use std::io;

use crate::io::{FileRef, IoMode, Range, Source, WINDOW};

use super::Stats;
use super::cursor::{Cut, Input, Open, Plan};

/// How blocks come in and how many workers there are: the same for every kernel of a run.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    /// Map or read.
    pub policy: IoMode,
    /// Workers, the calling thread included. Further ones start only when there is work for them.
    pub threads: usize,
    /// Nominal block size; `None` leaves it to the kernel's default.
    pub block: Option<usize>,
    /// No block of a default size is larger than this, nor is a window.
    pub most: usize,
    /// The wanted bytes of each input.
    pub range: Range,
}

/// Default block size in bytes: under 4 MiB mapping costs more than it saves, and two of them with
/// their text stay far below 100 MiB.
pub const BLOCK: usize = 4 << 20;

/// Block size in bytes for kernels that only count: nothing is kept of a block, and a larger one has less to settle.
pub const COUNTED: usize = 16 << 20;

/// Default size of blocks that are read: larger ones leave the core's own cache between being read and looked at.
const READ: usize = 512 << 10;

impl Engine {
    /// A plan with this engine's settings. `block` is the kernel's own default size.
    pub fn plan(&self, cut: Cut, block: usize) -> Plan {
        let default = block.min(self.most);
        Plan {
            cut,
            block: self.block.unwrap_or(default).max(1),
            read: self.block.unwrap_or(default.min(READ)).max(1),
            ramp: self.block.is_none(),
            sized: self.block.is_some(),
            shared: self.block.is_none() && self.most as u64 >= WINDOW,
            holes: false,
            longest_hole: u64::MAX,
            gaps: false,
            policy: self.policy,
            range: self.range,
        }
    }

    /// Has the disk bring in a small file that is about to be opened and read, if the last ones came from there. Whoever goes
    /// from file to file asks for some at a time.
    pub fn ask_ahead(&self, input: &mut Input<'_>, stats: &Stats) {
        if stats.warmth.asks_ahead() && !input.has_to_wait() {
            input.ask(self.policy, self.range, stats);
        }
    }
}

/// Files as they are.
impl Open for Engine {
    fn source(&self, place: &FileRef, range: Range) -> io::Result<Source> {
        Source::open_at(place, self.policy, range)
    }

    fn prepare(&self, source: Source, _: Range) -> io::Result<(Source, Option<u8>)> {
        Ok((source, None))
    }
}
