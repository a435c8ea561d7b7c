//! Finds the first match. A dump starts at the row that contains it.
//!
//! A match may cross a boundary between blocks, and the rows before it may be in earlier blocks.
//! The last bytes of the stream are therefore kept: the context, a row, and the longest pattern.

use super::patterns::{BytePatterns, Match};
use super::trail::Trail;

/// A search for the first match in a stream.
#[derive(Debug)]
pub struct FirstSearch {
    patterns: BytePatterns,
    /// The number of bytes per row.
    width: usize,
    /// The number of bytes in the rows of context before the row with the match.
    context: usize,
}

/// The state of a search that has found no match yet. Offsets count from the start of the stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchProgress {
    trail: Trail,
    /// The offset before which no match starts.
    decided: u64,
}

/// The first match, and the bytes of the dump that precede the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstMatch {
    /// The match, counted from the start of the stream.
    pub found: Match,
    /// The offset at which the dump starts, which is always the start of a row.
    pub start: u64,
    /// The bytes from `start` to the block.
    pub before: Vec<u8>,
    /// The number of bytes of the block that do not belong to the dump.
    pub skip: u64,
}

impl FirstSearch {
    /// Returns a search in rows of `width` bytes, for a dump that starts `context` rows before the
    /// match.
    pub fn new(patterns: BytePatterns, width: usize, context: usize) -> FirstSearch {
        FirstSearch { patterns, width, context: width.saturating_mul(context) }
    }

    /// Returns the first match that lies entirely in `block`, independently of earlier blocks.
    pub fn within(&self, block: &[u8]) -> Option<usize> {
        self.patterns.first(block)
    }

    /// Searches the next block, for which [`FirstSearch::within`] returned `within`. `is_last` says
    /// whether the stream ends with it.
    pub fn next(
        &self,
        state: &mut SearchProgress,
        block: &[u8],
        within: Option<usize>,
        is_last: bool,
    ) -> Option<FirstMatch> {
        let overlap = self.patterns.longest() - 1;
        let begin = state.trail.end();
        let end = begin + block.len() as u64;
        // A longer pattern may start at or after this offset: its last bytes are still unknown.
        let horizon = if is_last { end } else { end.saturating_sub(overlap as u64).max(state.decided) };
        let across = [state.trail.since(state.decided), &block[..block.len().min(overlap)]].concat();
        let crossing = self.patterns.first(&across).map(|at| state.decided + at as u64).filter(|&at| at < begin);
        let at = crossing.or(within.map(|at| begin + at as u64)).filter(|&at| at < horizon);
        let Some(at) = at else {
            state.decided = horizon;
            state.trail.push(block, end.saturating_sub(self.keep() as u64));
            return None;
        };
        let len = match at.checked_sub(begin) {
            Some(at) => self.patterns.len_at(block, at as usize),
            None => self.patterns.len_at(&across, (at - state.decided) as usize),
        };
        let row = at - at % self.width as u64;
        let start = row.saturating_sub(self.context as u64);
        let before = state.trail.since(start).to_vec();
        let found = Match { at, len: len.unwrap_or(1) };
        Some(FirstMatch { found, start, before, skip: start.saturating_sub(begin) })
    }

    /// Searches `len` zero bytes, which need not be in memory.
    pub fn next_hole(&self, state: &mut SearchProgress, len: u64, is_last: bool) -> Option<FirstMatch> {
        // After this many zeros, all kept bytes are zeros, and any pattern of zeros has matched.
        let some = len.min(self.keep() as u64);
        let zeros = vec![0; some as usize];
        let found = self.next(state, &zeros, self.within(&zeros), is_last && some == len);
        if found.is_some() || some == len {
            return found;
        }
        state.trail.skip_zeros(len - some, self.keep());
        state.decided = state.trail.end().saturating_sub(self.patterns.longest() as u64 - 1);
        is_last.then(|| self.next(state, &[], None, true))?
    }

    /// Returns the number of trailing bytes that may be needed for a match.
    fn keep(&self) -> usize {
        self.context.saturating_add(self.width).saturating_add(2 * self.patterns.longest())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::pattern::{PatternNotation, parse};
    use super::*;

    proptest! {
        #[test]
        fn finds_what_a_search_in_the_whole_finds(
            haystack in prop::collection::vec(0u8..3, 0..300),
            needles in prop::collection::vec(prop::collection::vec(0u8..3, 1..8), 1..3),
            blocks in prop::collection::vec(1usize..40, 1..20),
            width in 1usize..20,
            context in 0usize..4,
        ) {
            let patterns = needles.iter().map(|needle| parse(needle, Some(PatternNotation::Text)).unwrap().0).collect();
            let search = FirstSearch::new(BytePatterns::new(patterns), width, context);
            let (mut state, mut rest, mut found) = (SearchProgress::default(), &haystack[..], None);
            for len in blocks.iter().copied().cycle() {
                let (block, later) = rest.split_at(len.min(rest.len()));
                let is_hole = block.iter().all(|&byte| byte == 0);
                let next = if is_hole {
                    search.next_hole(&mut state, block.len() as u64, later.is_empty())
                } else {
                    search.next(&mut state, block, search.within(block), later.is_empty())
                };
                if let Some(next) = next {
                    let shown = [&next.before[..], &block[next.skip as usize..], later].concat();
                    prop_assert_eq!(&shown[..], &haystack[next.start as usize..]);
                    found = Some((next.start, next.found.at, next.found.len));
                    break;
                }
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            let first = (0..haystack.len()).find_map(|at| {
                let lengths = needles.iter().filter(|needle| haystack[at..].starts_with(needle)).map(Vec::len);
                Some((at, lengths.max()?))
            });
            let expected = first
                .map(|(at, len)| ((at / width * width).saturating_sub(context * width) as u64, at as u64, len));
            prop_assert_eq!(found, expected);
        }
    }
}
