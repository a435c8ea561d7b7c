//! Counts events by their position on an axis, such as time or the offset in a file.
//!
//! The width of a bucket need not be known beforehand. Counts are kept in narrow buckets, which are
//! joined when there are too many. Each width divides the next, so nothing is lost.

use std::collections::BTreeMap;

/// The maximum number of buckets before a larger width is used: more than are shown.
const MAX_BUCKETS: usize = 64;

/// Counts in buckets of one width.
#[derive(Clone, Debug)]
pub struct Histogram {
    /// The larger widths that may be used, each a multiple of the one before, in reverse.
    wider: Vec<i64>,
    width: i64,
    counts: BTreeMap<i64, u64>,
    /// The last bucket counted in, and the count that is still to be added to it.
    recent: (i64, u64),
}

impl Histogram {
    /// Returns an empty histogram with buckets of the first of `widths`, or of the next one once
    /// there are too many.
    ///
    /// There must be at least one width, and each must divide the next.
    pub fn new(widths: &[i64]) -> Self {
        let mut wider: Vec<i64> = widths.iter().rev().copied().collect();
        let width = wider.pop().unwrap_or(1).max(1);
        Self { wider, width, counts: BTreeMap::new(), recent: (0, 0) }
    }

    /// Returns the current width of the buckets.
    pub fn width(&self) -> i64 {
        self.width
    }

    /// Adds `count` at position `position`.
    pub fn add(&mut self, position: i64, count: u64) {
        let bucket = position.div_euclid(self.width);
        if bucket == self.recent.0 {
            self.recent.1 += count;
            return;
        }
        self.settle();
        self.recent = (bucket, count);
        while self.counts.len() > MAX_BUCKETS && self.widen() {}
    }

    /// Returns the width of the buckets and, for each bucket from `first` to `last`, its start and
    /// its count. There are at most `max` buckets if one of the widths allows that.
    pub fn rows(&mut self, first: i64, last: i64, max: i64) -> (i64, impl Iterator<Item = (i64, u64)> + '_) {
        while last.div_euclid(self.width) - first.div_euclid(self.width) >= max && self.widen() {}
        self.settle();
        let width = self.width;
        let row = move |bucket: i64| (bucket * width, self.counts.get(&bucket).copied().unwrap_or(0));
        (width, (first.div_euclid(width)..=last.div_euclid(width)).map(row))
    }

    /// Returns the start of each bucket that is not empty, and its count.
    pub fn counts(&mut self) -> impl Iterator<Item = (i64, u64)> + '_ {
        self.settle();
        self.counts.iter().map(|(bucket, &count)| (bucket * self.width, count))
    }

    /// Adds the pending count.
    fn settle(&mut self) {
        let (bucket, count) = std::mem::take(&mut self.recent);
        if count > 0 {
            *self.counts.entry(bucket).or_default() += count;
        }
    }

    /// Switches to the next width. Returns whether there is one.
    fn widen(&mut self) -> bool {
        self.settle();
        let Some(width) = self.wider.pop() else { return false };
        let factor = width / self.width;
        let mut counts = BTreeMap::new();
        for (bucket, count) in &self.counts {
            *counts.entry(bucket.div_euclid(factor)).or_default() += count;
        }
        (self.width, self.counts) = (width, counts);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_joined_until_they_are_few_and_empty_ones_are_kept() {
        let mut histogram = Histogram::new(&[1, 5, 10, 100]);
        for position in [-3, 0, 1, 9, 10, 35] {
            histogram.add(position, 1);
        }
        let (width, rows) = histogram.rows(-3, 35, 5);
        assert_eq!((width, rows.collect::<Vec<_>>()), (10, vec![(-10, 1), (0, 3), (10, 1), (20, 0), (30, 1)]));
    }

    #[test]
    fn many_buckets_are_never_held() {
        let mut histogram = Histogram::new(&[1, 10, 100, 1000]);
        for position in 0..50_000 {
            histogram.add(position, 2);
        }
        assert!(histogram.counts.len() <= MAX_BUCKETS);
        let (width, rows) = histogram.rows(0, 49_999, 60);
        assert_eq!((width, rows.collect::<Vec<_>>()), (1000, (0..50).map(|row| (row * 1000, 2000)).collect()));
    }

    #[test]
    fn a_requested_width_stays() {
        let mut histogram = Histogram::new(&[7]);
        (0..50_000).for_each(|position| histogram.add(position * 7, 1));
        assert_eq!(histogram.rows(0, 7 * 49_999, 10).1.count(), 50_000);
    }
}
