//! Lists or counts all matches: `--find` with `--all` or `--count`.

use super::patterns::{BytePatterns, Match};
use super::regions::{ListedRegions, MatchExtent, RegionStep};
use crate::commands::hexdump::marked::MarkedView;
use crate::commands::hexdump::view::{RowPosition, View};
use crate::engine::{Block, Flow, Kernel};

/// A kernel that lists or counts matches.
pub struct MatchListing<'a> {
    /// The view that formats rows.
    pub view: &'a dyn View,
    /// The patterns to search for.
    pub patterns: &'a BytePatterns,
    /// The part of each match to show.
    pub extent: MatchExtent,
    /// The number added to every address.
    pub base: u64,
    /// Whether matches are highlighted.
    pub highlights: bool,
}

/// The state of a listing before a block.
#[derive(Clone, Debug)]
pub struct ListingProgress {
    /// The matches so far.
    pub regions: ListedRegions,
    /// The address of the first byte of the stream.
    address: u64,
    /// Whether anything has been shown.
    has_begun: bool,
}

/// The matches of one block.
pub struct ListingPart {
    /// The matches that lie entirely in the block, counted from its start.
    found: Vec<Match>,
    shown: Option<ListingText>,
}

struct ListingText {
    step: RegionStep,
    address: u64,
    begins: bool,
    ends: bool,
}

impl Kernel for MatchListing<'_> {
    type Part = ListingPart;
    type Carry = Option<ListingProgress>;

    fn scan(&self, block: &Block) -> ListingPart {
        let mut found = vec![];
        self.patterns.all(block.bytes(), usize::MAX, 0, &mut found);
        ListingPart { found, shown: None }
    }

    fn carry(&self, block: &Block, part: &mut ListingPart, carry: &mut Option<ListingProgress>) -> Flow {
        let progress = carry.get_or_insert_with(|| ListingProgress {
            regions: ListedRegions::default(),
            address: self.base.wrapping_add(block.offset()),
            has_begun: false,
        });
        let (regions, is_last) = (&mut progress.regions, block.is_last());
        let step = match block.hole() {
            Some(len) => regions.next_hole(self.patterns, self.extent, len, is_last),
            None => regions.next(self.patterns, self.extent, block.bytes(), &part.found, is_last),
        };
        part.found = vec![];
        let begins = !progress.has_begun && !step.regions.is_empty();
        progress.has_begun |= begins;
        let ends = is_last && progress.has_begun;
        part.shown = Some(ListingText { step, address: progress.address, begins, ends });
        Flow::Continue
    }

    fn format(&self, block: &Block, part: &mut ListingPart, text: &mut Vec<u8>) {
        let Some(ListingText { step, address, begins, ends }) = &part.shown else { return };
        if *begins {
            self.view.begin(text);
        }
        let mut across = vec![];
        for region in &step.regions {
            if region.is_apart && matches!(self.extent, MatchExtent::Rows { .. }) {
                text.extend_from_slice(b"--\n");
            }
            let bytes = step.bytes(region, block.bytes(), &mut across);
            let index = region.bytes.start;
            let position = RowPosition { address: address.wrapping_add(index), index };
            let own = std::slice::from_ref(&region.mark);
            let marks = if region.mark.is_empty() { &step.marks } else { own };
            let marked = MarkedView { view: self.view, marks };
            let view: &dyn View = if self.highlights { &marked } else { self.view };
            let (rows, short) = bytes.split_at(bytes.len() - bytes.len() % view.width());
            view.rows(rows, position, text);
            if !short.is_empty() {
                view.short(short, position.after(rows.len() as u64), text);
            }
        }
        if *ends {
            self.view.closing(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use proptest::prelude::*;

    use super::super::pattern::{PatternNotation, parse};
    use super::super::regions::ListedRegion;
    use super::*;

    /// Returns the matches of `needles`, found naively.
    fn matches(haystack: &[u8], needles: &[Vec<u8>]) -> Vec<Range<usize>> {
        let longest_at = |at: usize| {
            needles
                .iter()
                .filter(|needle| haystack[at..].starts_with(needle))
                .map(|needle| at..at + needle.len())
                .max_by_key(Range::len)
        };
        (0..haystack.len()).filter_map(longest_at).collect()
    }

    /// Returns a flag for each byte: whether it is shown.
    fn shown(len: usize, regions: impl Iterator<Item = Range<usize>>) -> Vec<bool> {
        let mut shown = vec![false; len];
        regions.for_each(|region| shown[region.start.min(len)..region.end.min(len)].fill(true));
        shown
    }

    proptest! {
        #[test]
        fn lists_what_a_search_in_the_whole_lists(
            runs in prop::collection::vec((0u8..3, 1usize..30), 0..20),
            needles in prop::collection::vec((prop::collection::vec(0u8..3, 0..6), 1u8..3), 1..4),
            blocks in prop::collection::vec(1usize..40, 1..20),
            length in 0u64..20,
            rows in prop::option::of((1u64..9, 0u64..3)),
        ) {
            let haystack: Vec<u8> = runs.iter().flat_map(|&(byte, len)| vec![byte; len]).collect();
            // No pattern matches zeros, so holes may be skipped.
            let needles: Vec<Vec<u8>> = needles.into_iter().map(|(needle, last)| [needle, vec![last]].concat()).collect();
            let patterns = needles.iter().map(|needle| parse(needle, Some(PatternNotation::Text)).unwrap().0).collect();
            let patterns = BytePatterns::new(patterns);
            let extent = match rows {
                Some((width, context)) => MatchExtent::Rows { length, width, context },
                None => MatchExtent::From(length),
            };
            let (mut regions, mut rest, mut listed) = (ListedRegions::default(), &haystack[..], Vec::<ListedRegion>::new());
            for len in blocks.iter().copied().cycle() {
                let (block, later) = rest.split_at(len.min(rest.len()));
                let is_hole = !block.is_empty() && block.iter().all(|&byte| byte == 0);
                let (step, bytes) = if is_hole {
                    (regions.next_hole(&patterns, extent, block.len() as u64, later.is_empty()), &[][..])
                } else {
                    let mut found = vec![];
                    patterns.all(block, usize::MAX, 0, &mut found);
                    (regions.next(&patterns, extent, block, &found, later.is_empty()), block)
                };
                for region in &step.regions {
                    let range = region.bytes.start as usize..region.bytes.end as usize;
                    let mut across = vec![];
                    prop_assert_eq!(step.bytes(region, bytes, &mut across), &haystack[range]);
                }
                listed.extend(step.regions);
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            let all = matches(&haystack, &needles);
            prop_assert_eq!(regions.count, all.len() as u64);
            let bytes = |region: &ListedRegion| region.bytes.start as usize..region.bytes.end as usize;
            if let Some((width, context)) = rows {
                let (width, around) = (width as usize, (width * context) as usize);
                let wanted = all.iter().map(|found| {
                    let end = (found.start + found.len().max(length as usize)).next_multiple_of(width);
                    (found.start - found.start % width).saturating_sub(around)..end + around
                });
                prop_assert_eq!(shown(haystack.len(), listed.iter().map(bytes)), shown(haystack.len(), wanted));
                for pair in listed.windows(2) {
                    prop_assert!(pair[0].bytes.end <= pair[1].bytes.start);
                    prop_assert_eq!(pair[1].is_apart, pair[0].bytes.end < pair[1].bytes.start);
                }
            } else {
                let wanted: Vec<Range<usize>> = all
                    .iter()
                    .map(|found| found.start..(found.start + found.len().max(length as usize)).min(haystack.len()))
                    .collect();
                prop_assert_eq!(listed.iter().map(bytes).collect::<Vec<_>>(), wanted);
            }
        }
    }
}
