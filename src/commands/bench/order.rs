//! Determines the order of accesses, with shuffles that a seed makes reproducible.

use std::ops::Range;

/// A small random number generator that gives the same sequence on every machine (SplitMix64).
#[derive(Clone, Debug)]
pub struct Shuffle(u64);

impl Shuffle {
    /// Returns the generator for `seed`.
    pub fn new(seed: u64) -> Shuffle {
        Shuffle(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `bound`, which is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// Shuffles `items` (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1) as usize;
            items.swap(last, other);
        }
    }
}

/// The maximum number of non-sequential accesses in a pass: enough for percentiles, and few enough
/// for a disk that seeks.
pub const MAX_ACCESSES: u64 = 16_384;

/// The accesses to one file, in order.
#[derive(Clone, Debug)]
pub struct AccessOrder {
    len: u64,
    block: u64,
    /// The offset of each access; `None` means sequential access from start to end.
    spots: Option<Vec<u64>>,
}

impl AccessOrder {
    /// Returns the accesses to all of `len` bytes, `block` at a time.
    pub fn sequential(len: u64, block: u64) -> AccessOrder {
        AccessOrder { len, block, spots: None }
    }

    /// Returns accesses to at most [`MAX_ACCESSES`] blocks, each once, in random order.
    pub fn random(len: u64, block: u64, shuffle: &mut Shuffle) -> AccessOrder {
        let count = len.div_ceil(block);
        let spots = if count <= 4 * MAX_ACCESSES {
            let mut all: Vec<u64> = (0..count).map(|block_number| block_number * block).collect();
            shuffle.shuffle(&mut all);
            all.truncate(MAX_ACCESSES as usize);
            all
        } else {
            // To pick few of many blocks, draw until enough of them are distinct.
            let mut drawn = std::collections::HashSet::new();
            std::iter::repeat_with(|| shuffle.below(count) * block)
                .filter(|spot| drawn.insert(*spot))
                .take(MAX_ACCESSES as usize)
                .collect()
        };
        AccessOrder { len, block, spots: Some(spots) }
    }

    /// Returns an access to the block at each multiple of `stride`, at most [`MAX_ACCESSES`] in all.
    pub fn stride(len: u64, block: u64, stride: u64) -> AccessOrder {
        let spots = (0..len.div_ceil(stride)).take(MAX_ACCESSES as usize).map(|step| step * stride).collect();
        AccessOrder { len, block, spots: Some(spots) }
    }

    /// Returns whether everything is read from start to end.
    pub fn is_sequential(&self) -> bool {
        self.spots.is_none()
    }

    /// Returns the length of the file.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Returns the size of an access.
    pub fn block(&self) -> u64 {
        self.block
    }

    /// Returns the number of accesses.
    pub fn count(&self) -> u64 {
        self.spots.as_ref().map_or_else(|| self.len.div_ceil(self.block), |spots| spots.len() as u64)
    }

    /// Returns the range of access `index`.
    pub fn range(&self, index: u64) -> Option<Range<u64>> {
        let start = match &self.spots {
            None => index.checked_mul(self.block).filter(|&start| start < self.len)?,
            Some(spots) => *spots.get(usize::try_from(index).ok()?)?,
        };
        Some(start..start.saturating_add(self.block).min(self.len))
    }

    /// Returns the total size in bytes of all accesses.
    pub fn bytes(&self) -> u64 {
        match &self.spots {
            None => self.len,
            Some(_) => {
                (0..self.count()).filter_map(|index| self.range(index)).map(|range| range.end - range.start).sum()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_another_differs() {
        let order = |seed| {
            let mut items: Vec<u32> = (0..100).collect();
            Shuffle::new(seed).shuffle(&mut items);
            items
        };
        assert_eq!(order(7), order(7));
        assert_ne!(order(7), order(8));
        let mut sorted = order(7);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn every_block_once() {
        for (len, block) in [(1, 1), (10, 3), (4096, 4096), (100_000, 4096)] {
            let walk = AccessOrder::random(len, block, &mut Shuffle::new(1));
            let mut ranges: Vec<_> = (0..walk.count()).map(|index| walk.range(index).unwrap()).collect();
            ranges.sort_unstable_by_key(|range| range.start);
            let straight = AccessOrder::sequential(len, block);
            assert_eq!(ranges, (0..straight.count()).map(|index| straight.range(index).unwrap()).collect::<Vec<_>>());
            assert_eq!((walk.bytes(), straight.bytes()), (len, len));
            assert_eq!((walk.range(walk.count()), straight.range(straight.count())), (None, None));
        }
    }

    #[test]
    fn few_of_many_are_distinct() {
        let walk = AccessOrder::random(1 << 40, 4096, &mut Shuffle::new(3));
        let ranges: std::collections::HashSet<u64> =
            (0..walk.count()).map(|index| walk.range(index).unwrap().start).collect();
        assert_eq!(ranges.len() as u64, MAX_ACCESSES);
        assert!(ranges.iter().all(|start| start % 4096 == 0 && *start < 1 << 40));
    }

    #[test]
    fn strides_leave_out_what_lies_between() {
        let walk = AccessOrder::stride(100, 10, 40);
        let ranges: Vec<_> = (0..walk.count()).map(|index| walk.range(index).unwrap()).collect();
        assert_eq!(ranges, [0..10, 40..50, 80..90]);
        assert_eq!(walk.bytes(), 30);
        assert_eq!(AccessOrder::stride(85, 10, 40).bytes(), 25);
    }
}
