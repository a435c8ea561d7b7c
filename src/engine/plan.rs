//! The settings for reading the inputs of a run: mapping or reading, the size and the boundaries of
//! blocks, and the number of threads. A command's settings are the same for all its runs; a plan
//! belongs to one run.

use crate::io::{IoMode, Range};

use super::input_kind::InputKind;
use super::shared_window::WINDOW;

/// The default block size in bytes. Below 4 MiB, mapping costs more than it saves; two blocks with
/// their text stay far below 100 MiB.
pub const BLOCK: usize = 4 << 20;

/// The block size in bytes for kernels that only count. They keep nothing of a block, and larger
/// blocks have fewer boundaries.
pub const COUNTING_BLOCK: usize = 16 << 20;

/// The default size in bytes of blocks that are read. Larger blocks leave the core's own cache
/// between being read and being scanned.
const PREAD_BLOCK: usize = 512 << 10;

/// The maximum number of small files in a batch. In a tree of small cached files, workers that took a
/// quarter as many at a time would wait for each other for a tenth of the time.
pub(super) const MAX_BATCH: usize = 128;

/// The maximum number of scanned batches of small files that a worker keeps until their turn.
pub(super) const MAX_SCANNED: usize = 3;

/// The maximum number of scanned blocks that a worker keeps until their turn. Equal blocks take
/// unequal times, and workers that waited for each other after each one would be idle for 5 % of
/// the time that `grep -i` takes. A block that waits stays mapped, so there is only one.
pub(super) const MAX_SCANNED_BLOCKS: usize = 1;

/// The settings of every run of a command.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    /// Whether to map or read inputs.
    pub policy: IoMode,
    /// The number of workers, including the calling thread. Further ones are started only if there
    /// is work for them.
    pub threads: usize,
    /// The nominal block size; `None` means the kernel's default.
    pub block: Option<usize>,
    /// The maximum of a default block size, in bytes.
    pub max_block: usize,
    /// The requested bytes of each input.
    pub range: Range,
}

impl Engine {
    /// Returns the engine for a library user, which maps files that benefit and uses every
    /// processor.
    pub fn new() -> Engine {
        Engine {
            policy: IoMode::Auto,
            threads: crate::os::processors(),
            block: None,
            max_block: usize::MAX,
            range: Range::default(),
        }
    }

    /// Returns a plan with this engine's settings. `block` is the kernel's own default block size.
    pub fn plan(&self, split_at: SplitAt, block: usize) -> Plan {
        let default = block.min(self.max_block);
        Plan {
            split_at,
            block: self.block.unwrap_or(default).max(1),
            pread_block: self.block.unwrap_or(default.min(PREAD_BLOCK)).max(1),
            ramp_up: self.block.is_none(),
            explicit_block_size: self.block.is_some(),
            shares_windows: self.block.is_none() && (default as u64) < WINDOW && self.max_block as u64 >= WINDOW,
            emit_holes: false,
            max_hole: u64::MAX,
            collapse_holes: false,
            policy: self.policy,
            range: self.range,
        }
    }
}

impl Default for Engine {
    fn default() -> Engine {
        Engine::new()
    }
}

/// The positions at which blocks may be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitAt {
    /// Anywhere; blocks begin at multiples of the block size.
    Exact,
    /// After a line terminator.
    Lines {
        /// The byte that ends a line.
        terminator: u8,
        /// Whether a NUL byte also ends a line in an input that is not plain text, so that a sparse
        /// file is not one endless line.
        or_nul: bool,
    },
    /// After a whole row of this many bytes, with all inputs joined into one stream.
    Rows(usize),
}

impl SplitAt {
    /// Returns the splitting for an input of this kind.
    pub(crate) fn for_kind(self, kind: InputKind) -> SplitAt {
        match self {
            SplitAt::Lines { terminator, or_nul } => {
                SplitAt::Lines { terminator, or_nul: or_nul && kind != InputKind::Text }
            }
            other => other,
        }
    }
}

/// The settings for splitting and loading the inputs of one run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The positions at which blocks may be split.
    pub split_at: SplitAt,
    /// The nominal block size in bytes.
    pub block: usize,
    /// The nominal size in bytes of blocks that are read by position. Their buffers stay in a core's cache.
    pub pread_block: usize,
    /// Whether blocks begin small and grow to `block`.
    pub ramp_up: bool,
    /// Whether the user chose the block size, so that nothing else changes it.
    pub explicit_block_size: bool,
    /// Whether blocks lie in windows that they share.
    pub shares_windows: bool,
    /// Whether holes of sparse files become blocks of their own, without bytes.
    pub emit_holes: bool,
    /// The maximum length of a hole's block in bytes, for kernels that also have to process zeros.
    pub max_hole: u64,
    /// Whether a hole within a line becomes a single zero byte of its block. If lines do not end at
    /// NUL bytes, a hole is part of a line, and `emit_holes` has no effect. Only the last line of such a
    /// block contains holes, so every line still begins at the right offset.
    pub collapse_holes: bool,
    /// Whether to map or read inputs.
    pub policy: IoMode,
    /// The requested bytes of each input, or of all together if they are joined.
    pub range: Range,
}

impl Plan {
    /// Returns the plan for an input of this kind.
    pub(super) fn for_kind(self, kind: InputKind) -> Plan {
        Plan { split_at: self.split_at.for_kind(kind), ..self }
    }

    /// Returns whether the inputs are joined into one stream.
    pub(super) fn joins_inputs(&self) -> bool {
        matches!(self.split_at, SplitAt::Rows(_))
    }
}
