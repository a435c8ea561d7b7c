//! The dump and its reverse on the engine. For the dump, each block gets the state that the ones
//! before leave, and its text is written on any thread.

use super::dump::Dump;
use super::find::{Found, Search, Unfound};
use super::reverse::{BeforeStart, Notation, Reverse, Sink};
use super::squeeze::Policy;
use super::view::View;
use crate::engine::{Block, Flow, Inserted, Insertion, Kernel};

/// What to show, and from where.
pub struct Rows<'a> {
    /// The text of rows.
    pub view: &'a dyn View,
    /// Which rows to leave out.
    pub policy: Policy,
    /// What is added to every address.
    pub base: u64,
    /// No byte at all is wanted. Then hexdump does not even skip, so that the dump ends at address
    /// zero, without a line that says so.
    pub nothing: bool,
    /// What to look for before anything is shown.
    pub search: Option<Search>,
    /// How many bytes to show at most, from where the search ended.
    pub limit: Option<u64>,
}

/// Where a dump has got to.
#[derive(Clone, Debug)]
pub enum Progress {
    /// What is to be found has not come yet.
    Searching {
        /// What is remembered of the bytes so far.
        unfound: Unfound,
        /// The address of the first of them.
        address: u64,
    },
    /// Rows are being shown.
    Dumping(Dump),
}

/// What is known of one block.
pub struct Part {
    /// Where the search has a match that lies wholly in the block.
    within: Option<usize>,
    shown: Option<Shown>,
}

/// What of a block is shown.
struct Shown {
    /// The state before it.
    dump: Dump,
    /// Bytes that went by before the search ended here.
    before: Vec<u8>,
    /// The block's first byte and the one after its last.
    from: u64,
    to: u64,
    /// Whether the whole dump begins, and whether it ends, here.
    begins: bool,
    ends: bool,
}

impl Shown {
    fn bytes<'b>(&self, block: &'b Block) -> &'b [u8] {
        block.bytes().get(self.from as usize..self.to as usize).unwrap_or(&[])
    }
}

impl Rows<'_> {
    fn start(&self, block: &Block) -> Progress {
        let address = if self.nothing { 0 } else { self.base.wrapping_add(block.offset()) };
        match &self.search {
            Some(_) => Progress::Searching { unfound: Unfound::default(), address },
            None => Progress::Dumping(Dump::new(address, self.policy)),
        }
    }

    fn search(&self, unfound: &mut Unfound, block: &Block, within: Option<usize>) -> Option<Found> {
        let search = self.search.as_ref()?;
        match block.hole() {
            Some(len) => search.next_hole(unfound, len),
            None => search.next(unfound, block.bytes(), within),
        }
    }
}

impl Kernel for Rows<'_> {
    type Part = Part;
    type Carry = Option<Progress>;

    fn scan(&self, block: &Block) -> Part {
        Part { within: self.search.as_ref().and_then(|search| search.within(block.bytes())), shown: None }
    }

    fn carry(&self, block: &Block, part: &mut Part, carry: &mut Option<Progress>) -> Flow {
        let progress = carry.get_or_insert_with(|| self.start(block));
        let (mut before, mut from, mut begins) = (vec![], 0, block.is_first());
        if let Progress::Searching { unfound, address } = progress {
            let Some(found) = self.search(unfound, block, part.within) else { return Flow::Continue };
            (before, from, begins) = (found.before, found.skip, true);
            *progress = Progress::Dumping(Dump::new(address.wrapping_add(found.start), self.policy));
        }
        let Progress::Dumping(dump) = progress else { return Flow::Continue };
        let mut left = self.limit.map_or(u64::MAX, |limit| limit.saturating_sub(dump.bytes()));
        before.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        left -= before.len() as u64;
        let to = from + (block.len() - from).min(left);
        let full = self.limit.is_some() && left <= to - from;
        let shown = Shown { dump: dump.clone(), before, from, to, begins, ends: full || block.is_last() };
        dump.pass(self.view, &shown.before);
        match block.hole() {
            Some(_) => dump.pass_hole(self.view, to - from),
            None => dump.pass(self.view, shown.bytes(block)),
        }
        part.shown = Some(shown);
        if full { Flow::Stop } else { Flow::Continue }
    }

    fn format(&self, block: &Block, part: &mut Part, text: &mut Vec<u8>) {
        let Some(shown) = &part.shown else { return };
        let mut dump = shown.dump.clone();
        if shown.begins {
            self.view.begin(text);
        }
        dump.feed(self.view, &shown.before, text);
        match block.hole() {
            Some(_) => dump.feed_hole(self.view, shown.to - shown.from, text),
            None => dump.feed(self.view, shown.bytes(block), text),
        }
        if shown.ends {
            dump.finish(self.view, text);
        }
    }
}

/// The way back: a dump's text is the input, the bytes are the output.
///
/// What a line means can depend on everything before it, so reading it is the part that is done in order.
pub struct Back {
    /// The notation, where it is not to be found out.
    pub notation: Option<Notation>,
    /// What is added to every address.
    pub shift: i64,
}

/// How far the way back has got.
#[derive(Clone, Debug)]
pub enum Backward {
    /// The dump read so far.
    Reading(Reverse),
    /// There was an address before the beginning of the output.
    BeforeStart,
}

/// The bytes found in a block, and where they belong.
#[derive(Default)]
pub struct Pieces {
    bytes: Vec<u8>,
    insertions: Vec<Insertion>,
}

impl Sink for Pieces {
    fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn repeat(&mut self, unit: &[u8], bytes: u64) {
        let what = Inserted::Repeat { unit: unit.to_vec(), bytes };
        self.insertions.push(Insertion { at: self.bytes.len(), what });
    }

    fn seek(&mut self, place: u64) {
        self.insertions.push(Insertion { at: self.bytes.len(), what: Inserted::Move(place) });
    }
}

impl Kernel for Back {
    type Part = Pieces;
    type Carry = Option<Backward>;

    fn scan(&self, _block: &Block) -> Pieces {
        Pieces::default()
    }

    fn carry(&self, block: &Block, part: &mut Pieces, carry: &mut Option<Backward>) -> Flow {
        *part = Pieces::default();
        let mut reverse = match carry.take() {
            None => Reverse::new(self.notation, self.shift),
            Some(Backward::Reading(reverse)) => reverse,
            Some(Backward::BeforeStart) => return Flow::Stop,
        };
        let read = reverse
            .feed(block.bytes(), part)
            .and_then(|()| if block.is_last() { reverse.clone().finish(part) } else { Ok(()) });
        let (state, flow) = match read {
            Ok(()) => (Backward::Reading(reverse), Flow::Continue),
            Err(BeforeStart) => (Backward::BeforeStart, Flow::Stop),
        };
        *carry = Some(state);
        flow
    }

    fn format(&self, _block: &Block, part: &mut Pieces, text: &mut Vec<u8>) {
        text.extend_from_slice(&part.bytes);
    }

    fn insertions<'p>(&self, part: &'p Pieces) -> &'p [Insertion] {
        &part.insertions
    }
}
