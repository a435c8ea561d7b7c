//! Looking for the place where a dump is to begin.
//!
//! The bytes come block by block, so a needle may lie across a border, and the rows to be shown
//! before it may have gone by. What is kept of them is bounded: the context, a row, and one byte
//! less than the needle.

use memchr::memmem::Finder;

/// Looks for the first place of some bytes in a stream.
#[derive(Debug)]
pub struct Search {
    finder: Finder<'static>,
    /// Bytes a row.
    width: usize,
    /// Bytes of whole rows to begin before the one that holds the place.
    context: usize,
}

/// What is remembered of a stream in which the needle has not been seen yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unfound {
    /// The last bytes that went by.
    recent: Vec<u8>,
    /// How many bytes have gone by.
    seen: u64,
}

/// The place found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where the dump begins, counted from the beginning of the stream: always at a row's beginning.
    pub start: u64,
    /// The bytes from there to the block.
    pub before: Vec<u8>,
    /// How many of the block's bytes do not belong to the dump.
    pub skip: u64,
}

impl Search {
    /// A search for `needle` (not empty) in rows of `width` bytes, to begin `context` rows before it.
    pub fn new(needle: &[u8], width: usize, context: usize) -> Search {
        Search { finder: Finder::new(needle).into_owned(), width, context: width.saturating_mul(context) }
    }

    /// Where the needle first stands in a block, wholly. Needs nothing of what came before.
    pub fn within(&self, block: &[u8]) -> Option<usize> {
        self.finder.find(block)
    }

    /// Looks at the next block, in which [`Search::within`] gave `within`.
    pub fn next(&self, state: &mut Unfound, block: &[u8], within: Option<usize>) -> Option<Found> {
        let overlap = self.finder.needle().len() - 1;
        // Places that begin before the block and end in it: an earlier one counts first.
        let tail = &state.recent[state.recent.len().saturating_sub(overlap)..];
        let across: Vec<u8> = tail.iter().chain(block.iter().take(overlap)).copied().collect();
        let crossing = self.finder.find(&across).map(|at| state.seen - tail.len() as u64 + at as u64);
        let place = crossing.or(within.map(|at| state.seen + at as u64));
        let Some(place) = place else {
            self.remember(state, block);
            return None;
        };
        let row = place - place % self.width as u64;
        let start = row.saturating_sub(self.context as u64);
        let back = state.seen.saturating_sub(start) as usize;
        let before = state.recent[state.recent.len().saturating_sub(back)..].to_vec();
        Some(Found { start, before, skip: start.saturating_sub(state.seen) })
    }

    /// Looks at `len` zero bytes that need not exist anywhere.
    pub fn next_hole(&self, state: &mut Unfound, len: u64) -> Option<Found> {
        // After so many zeros nothing else is remembered, and a needle of zeros has been found.
        let zeros = vec![0; usize::try_from(len).map_or(self.keep(), |len| len.min(self.keep()))];
        let found = self.next(state, &zeros, self.within(&zeros));
        if found.is_none() {
            state.seen += len - zeros.len() as u64;
        }
        found
    }

    /// How many of the last bytes may be needed when the needle is found.
    fn keep(&self) -> usize {
        self.context + self.width + self.finder.needle().len()
    }

    fn remember(&self, state: &mut Unfound, block: &[u8]) {
        let keep = self.keep();
        state.recent.extend_from_slice(&block[block.len().saturating_sub(keep)..]);
        let surplus = state.recent.len().saturating_sub(keep);
        state.recent.drain(..surplus);
        state.seen += block.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_what_a_search_in_the_whole_finds(
            haystack in prop::collection::vec(0u8..3, 0..300),
            needle in prop::collection::vec(0u8..3, 1..8),
            blocks in prop::collection::vec(1usize..40, 1..20),
            width in 1usize..20,
            context in 0usize..4,
        ) {
            let search = Search::new(&needle, width, context);
            let (mut state, mut rest, mut found) = (Unfound::default(), &haystack[..], None);
            for len in blocks.iter().copied().cycle() {
                let (block, later) = rest.split_at(len.min(rest.len()));
                if let Some(place) = search.next(&mut state, block, search.within(block)) {
                    let shown = [&place.before[..], &block[place.skip as usize..], later].concat();
                    prop_assert_eq!(&shown[..], &haystack[place.start as usize..]);
                    found = Some(place.start);
                    break;
                }
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            let place = haystack.windows(needle.len()).position(|window| window == needle);
            let expected = place.map(|at| (at / width * width).saturating_sub(context * width) as u64);
            prop_assert_eq!(found, expected);
        }
    }
}
