//! The next entry of each log of a merge, the earliest on top.
//!
//! This binary heap also returns the runner-up without a search, and replaces the top in one step.
//! `BinaryHeap` removes and inserts it, which takes twice as long for logs whose lines alternate.

/// The sort key of an entry among those of other logs: its time, then the rank of its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HeadKey(i128);

impl HeadKey {
    /// Returns the key of an entry at this nanosecond since 1970, in the log with this rank.
    pub fn new(nanosecond: i128, rank: usize) -> Self {
        // About 70 bits can represent every nanosecond that a timestamp may denote.
        Self(nanosecond << 32 | rank as u32 as i128)
    }

    fn rank(self) -> usize {
        self.0 as u32 as usize
    }
}

/// A heap of the keys of logs.
#[derive(Debug, Default)]
pub(super) struct Heads(Vec<HeadKey>);

impl Heads {
    /// Returns the rank of the log with the earliest entry.
    pub fn first(&self) -> Option<usize> {
        self.0.first().map(|key| key.rank())
    }

    /// Returns the second key.
    pub fn second(&self) -> Option<HeadKey> {
        self.0.iter().skip(1).take(2).copied().min()
    }

    /// Adds a log.
    pub fn push(&mut self, key: HeadKey) {
        self.0.push(key);
        let mut at = self.0.len() - 1;
        while at > 0 && self.0[at] < self.0[(at - 1) / 2] {
            self.0.swap(at, (at - 1) / 2);
            at = (at - 1) / 2;
        }
    }

    /// Replaces the first key.
    pub fn replace_first(&mut self, key: HeadKey) {
        if let Some(first) = self.0.first_mut() {
            *first = key;
            self.sift_down();
        }
    }

    /// Removes the first key.
    pub fn remove_first(&mut self) {
        if !self.0.is_empty() {
            self.0.swap_remove(0);
            self.sift_down();
        }
    }

    fn sift_down(&mut self) {
        let mut at = 0;
        loop {
            let children = 2 * at + 1..self.0.len().min(2 * at + 3);
            let Some(smallest) = children.min_by_key(|&child| self.0[child]) else { return };
            if self.0[at] <= self.0[smallest] {
                return;
            }
            self.0.swap(at, smallest);
            at = smallest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_ordered_by_their_keys() {
        let mut heads = Heads::default();
        let mut left: Vec<Vec<i128>> =
            (0..7).map(|log| (0..50).map(|at| at * (log * 5 + 3) % 101 - 50).collect()).collect();
        left.iter_mut().for_each(|times| times.sort_unstable_by(|a, b| b.cmp(a)));
        let keys =
            left.iter().enumerate().flat_map(|(log, times)| times.iter().map(move |&time| HeadKey::new(time, log)));
        let mut expected: Vec<HeadKey> = keys.collect();
        expected.sort_unstable();
        for (log, times) in left.iter_mut().enumerate() {
            heads.push(HeadKey::new(times.pop().expect("a time"), log));
        }
        let mut found = Vec::new();
        while let Some(log) = heads.first() {
            let key = heads.0[0];
            assert!(heads.second().is_none_or(|second| key < second));
            found.push(key);
            match left[log].pop() {
                Some(time) => heads.replace_first(HeadKey::new(time, log)),
                None => heads.remove_first(),
            }
        }
        assert_eq!(found, expected);
        assert!(HeadKey::new(-5, 3) < HeadKey::new(-4, 0) && HeadKey::new(-4, 0) < HeadKey::new(-4, 1));
    }
}
