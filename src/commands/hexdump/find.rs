//! Finding the place where a dump begins.
//!
//! The bytes come block by block, so a match may lie across a border, and the rows to be shown
//! before it may have gone by. What is kept of them is bounded: the context, a row, and the longest
//! pattern.

use super::pattern::Pattern;

/// Looks for the first match of some patterns in a stream.
#[derive(Debug)]
pub struct Search {
    patterns: Vec<Pattern>,
    /// The length of the longest pattern.
    longest: usize,
    /// Bytes a row.
    width: usize,
    /// Bytes of whole rows to begin before the one that holds the match.
    context: usize,
}

/// What is remembered of a stream without a match so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unfound {
    /// The last bytes that went by.
    recent: Vec<u8>,
    /// How many bytes have gone by.
    seen: u64,
}

/// A match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it is, counted from the beginning of the stream.
    pub place: u64,
    /// Where the dump begins: always at a row's beginning.
    pub start: u64,
    /// The bytes from there to the block.
    pub before: Vec<u8>,
    /// How many of the block's bytes do not belong to the dump.
    pub skip: u64,
}

impl Search {
    /// Returns a search for `patterns` in rows of `width` bytes, to begin `context` rows before the match.
    pub fn new(patterns: Vec<Pattern>, width: usize, context: usize) -> Search {
        let longest = patterns.iter().map(Pattern::len).max().unwrap_or(1);
        Search { patterns, longest, width, context: width.saturating_mul(context) }
    }

    /// Returns the first match that lies wholly in a block. Needs nothing of what precedes it.
    pub fn within(&self, block: &[u8]) -> Option<usize> {
        self.patterns.iter().filter_map(|pattern| pattern.find(block, 0)).min()
    }

    /// Looks at the next block, in which [`Search::within`] returned `within`.
    pub fn next(&self, state: &mut Unfound, block: &[u8], within: Option<usize>) -> Option<Found> {
        let overlap = self.longest - 1;
        // Matches that begin before the block and end in it: an earlier one counts first.
        let tail = &state.recent[state.recent.len().saturating_sub(overlap)..];
        let across: Vec<u8> = tail.iter().chain(block.iter().take(overlap)).copied().collect();
        let crossing = self.within(&across).map(|at| state.seen - tail.len() as u64 + at as u64);
        let within = within.map(|at| state.seen + at as u64);
        let Some(place) = crossing.into_iter().chain(within).min() else {
            self.remember(state, block);
            return None;
        };
        let row = place - place % self.width as u64;
        let start = row.saturating_sub(self.context as u64);
        let back = state.seen.saturating_sub(start) as usize;
        let before = state.recent[state.recent.len().saturating_sub(back)..].to_vec();
        Some(Found { place, start, before, skip: start.saturating_sub(state.seen) })
    }

    /// Looks at `len` zero bytes, which need not exist anywhere.
    pub fn next_hole(&self, state: &mut Unfound, len: u64) -> Option<Found> {
        // After this many zeros nothing else is remembered, and a pattern of zeros has matched.
        let zeros = vec![0; usize::try_from(len).map_or(self.keep(), |len| len.min(self.keep()))];
        let found = self.next(state, &zeros, self.within(&zeros));
        if found.is_none() {
            state.seen += len - zeros.len() as u64;
        }
        found
    }

    /// Returns how many of the last bytes may be needed once there is a match.
    fn keep(&self) -> usize {
        self.context.saturating_add(self.width).saturating_add(self.longest)
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
    use crate::commands::hexdump::pattern;

    proptest! {
        #[test]
        fn finds_what_a_search_in_the_whole_finds(
            haystack in prop::collection::vec(0u8..3, 0..300),
            needle in prop::collection::vec(0u8..3, 1..8),
            blocks in prop::collection::vec(1usize..40, 1..20),
            width in 1usize..20,
            context in 0usize..4,
        ) {
            let pattern = pattern::parse(&needle, Some(pattern::Notation::Text)).unwrap().0;
            let search = Search::new(vec![pattern], width, context);
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
