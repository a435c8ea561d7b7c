//! Runs the dump on the engine. Each block receives the state after the previous blocks, and its
//! text is written on any thread.

use std::ops::Range;

use super::dump::Dump;
use super::find::first::{FirstMatch, FirstSearch, SearchProgress};
use super::marked::MarkedView;
use super::squeeze::SqueezePolicy;
use super::view::View;
use crate::engine::{Block, Flow, Kernel};

/// The settings of a dump.
pub struct DumpKernel<'a> {
    /// The view that formats rows.
    pub view: &'a dyn View,
    /// The policy for omitting rows.
    pub policy: SqueezePolicy,
    /// The number added to every address.
    pub base: u64,
    /// Whether no byte at all is requested. hexdump does not even skip then, and the dump ends at
    /// address zero, without a line for that address.
    pub nothing: bool,
    /// The offset that the inputs must reach, as in od.
    pub must_reach: u64,
    /// The search that precedes the dump, if any.
    pub search: Option<FirstSearch>,
    /// The maximum number of bytes to show, counted from the match.
    pub limit: Option<u64>,
}

/// The progress of a dump.
#[derive(Clone, Debug)]
pub enum DumpProgress {
    /// No match has been found yet.
    Searching {
        /// The state of the search.
        state: SearchProgress,
        /// The address of the first byte.
        address: u64,
    },
    /// All inputs end before the offset at which the dump is to start.
    Unreached,
    /// Rows are being shown.
    Dumping {
        /// The state of the dump.
        dump: Dump,
        /// The total number of bytes to show.
        end: u64,
        /// The match, counted from the first byte shown.
        mark: Range<u64>,
    },
}

/// The result of scanning a block.
pub struct DumpPart {
    /// The first match that lies entirely in the block.
    within: Option<usize>,
    shown: Option<ShownBlock>,
}

/// The part of a block to show.
struct ShownBlock {
    /// The state before the block.
    dump: Dump,
    /// The bytes before this block that are shown because the search ended in this block.
    before: Vec<u8>,
    /// The offset in the block of the first byte to show, and that of the end of the bytes to show.
    from: u64,
    to: u64,
    /// The match to highlight.
    mark: Range<u64>,
    /// Whether the whole dump starts in this block, and whether it ends in it.
    begins: bool,
    ends: bool,
}

impl ShownBlock {
    fn bytes<'b>(&self, block: &'b Block) -> &'b [u8] {
        block.bytes().get(self.from as usize..self.to as usize).unwrap_or(&[])
    }
}

impl DumpKernel<'_> {
    fn start(&self, block: &Block) -> DumpProgress {
        let address = if self.nothing { 0 } else { self.base.wrapping_add(block.offset()) };
        match &self.search {
            _ if block.offset() < self.must_reach => DumpProgress::Unreached,
            Some(_) => DumpProgress::Searching { state: SearchProgress::default(), address },
            None => {
                let end = self.limit.unwrap_or(u64::MAX);
                DumpProgress::Dumping { dump: Dump::new(address, self.policy), end, mark: 0..0 }
            }
        }
    }

    fn search(&self, state: &mut SearchProgress, block: &Block, within: Option<usize>) -> Option<FirstMatch> {
        let search = self.search.as_ref()?;
        match block.hole() {
            Some(len) => search.next_hole(state, len, block.is_last()),
            None => search.next(state, block.bytes(), within, block.is_last()),
        }
    }
}

impl Kernel for DumpKernel<'_> {
    type Part = DumpPart;
    type Carry = Option<DumpProgress>;

    fn scan(&self, block: &Block) -> DumpPart {
        DumpPart { within: self.search.as_ref().and_then(|search| search.within(block.bytes())), shown: None }
    }

    fn carry(&self, block: &Block, part: &mut DumpPart, carry: &mut Option<DumpProgress>) -> Flow {
        let progress = carry.get_or_insert_with(|| self.start(block));
        let (mut before, mut from, mut begins, mut lead) = (vec![], 0, block.is_first(), None);
        if let DumpProgress::Searching { state, address } = progress {
            let Some(found) = self.search(state, block, part.within) else { return Flow::Continue };
            let at = found.found.at - found.start;
            (before, from, begins, lead) = (found.before, found.skip, true, Some(at));
            let dump = Dump::new(address.wrapping_add(found.start), self.policy);
            *progress = DumpProgress::Dumping { dump, end: u64::MAX, mark: at..at + found.found.len as u64 };
        }
        let DumpProgress::Dumping { dump, end, mark } = progress else { return Flow::Continue };
        // The limit counts from the match, so rows of context before it are shown in addition.
        if let (Some(limit), Some(lead)) = (self.limit, lead) {
            *end = limit.saturating_add(lead);
        }
        let mut left = end.saturating_sub(dump.bytes());
        before.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        left -= before.len() as u64;
        let to = from + (block.len() - from).min(left);
        let full = *end < u64::MAX && left <= to - from;
        let ends = full || block.is_last();
        let shown = ShownBlock { dump: dump.clone(), before, from, to, mark: mark.clone(), begins, ends };
        dump.pass(self.view, &shown.before);
        match block.hole() {
            Some(_) => dump.skip_hole(self.view, to - from),
            None => dump.pass(self.view, shown.bytes(block)),
        }
        part.shown = Some(shown);
        if full { Flow::Stop } else { Flow::Continue }
    }

    fn format(&self, block: &Block, part: &mut DumpPart, text: &mut Vec<u8>) {
        let Some(shown) = &part.shown else { return };
        let mut dump = shown.dump.clone();
        let marked = MarkedView { view: self.view, marks: std::slice::from_ref(&shown.mark) };
        let has_mark = dump.bytes() < shown.mark.end + self.view.width() as u64 && !shown.mark.is_empty();
        let view: &dyn View = if has_mark { &marked } else { self.view };
        if shown.begins {
            view.begin(text);
        }
        dump.feed(view, &shown.before, text);
        match block.hole() {
            Some(_) => dump.feed_hole(view, shown.to - shown.from, text),
            None => dump.feed(view, shown.bytes(block), text),
        }
        if shown.ends {
            dump.finish(view, text);
        }
    }
}
