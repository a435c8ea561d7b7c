//! Searches for several patterns at once.

use aho_corasick::packed::{MatchKind, Searcher};

use super::pattern::BytePattern;

/// The number of bytes searched for each pattern in turn while they are in the processor's cache.
const CHUNK: usize = 64 << 10;

/// The patterns of `--find`.
#[derive(Clone, Debug)]
pub struct BytePatterns {
    patterns: Vec<BytePattern>,
    longest: usize,
    /// A searcher for the anchors of all patterns in one pass, or `None` to search for each
    /// separately.
    anchors: Option<Searcher>,
}

/// A match, of the longest pattern if several match at its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// The offset of the first byte.
    pub at: u64,
    /// The length in bytes.
    pub len: usize,
}

impl BytePatterns {
    /// Returns a search for any of `patterns`.
    pub fn new(patterns: Vec<BytePattern>) -> BytePatterns {
        let longest = patterns.iter().map(BytePattern::len).max().unwrap_or(1);
        let runs: Option<Vec<&[u8]>> = patterns.iter().map(|pattern| Some(pattern.anchor_run()?.0)).collect();
        let anchors = runs.filter(|runs| runs.len() > 1).and_then(|runs| {
            aho_corasick::packed::Config::new().match_kind(MatchKind::LeftmostLongest).builder().extend(runs).build()
        });
        BytePatterns { patterns, longest, anchors }
    }

    /// Returns the length of the longest pattern, which is at least one.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Returns whether any of the patterns matches zeros.
    pub fn match_zeros(&self) -> bool {
        let zeros = vec![0; self.longest];
        self.len_at(&zeros, 0).is_some()
    }

    /// Returns the index of the first byte at which a pattern matches.
    pub fn first(&self, haystack: &[u8]) -> Option<usize> {
        let mut haystack = haystack;
        let mut first: Option<usize> = None;
        for pattern in &self.patterns {
            let Some(at) = pattern.find(haystack, 0) else { continue };
            first = Some(first.map_or(at, |first| first.min(at)));
            // The other patterns matter only if they match earlier.
            haystack = &haystack[..haystack.len().min(at + self.longest)];
        }
        first
    }

    /// Returns the length of the longest pattern that matches at `at`.
    pub fn len_at(&self, haystack: &[u8], at: usize) -> Option<usize> {
        self.patterns.iter().filter(|pattern| pattern.matches_at(haystack, at)).map(BytePattern::len).max()
    }

    /// Appends each match that starts before `starts`, in order. Offsets of matches count from
    /// `base`.
    pub fn all(&self, haystack: &[u8], starts: usize, base: u64, matches: &mut Vec<Match>) {
        for start in (0..starts.min(haystack.len())).step_by(CHUNK) {
            let known = matches.len();
            let end = (start + CHUNK).min(starts);
            if let Some(anchors) = &self.anchors {
                let reach = end.saturating_add(self.longest - 1).min(haystack.len());
                let base = base + start as u64;
                self.push_anchored(anchors, &haystack[start..reach], end - start, base, matches);
            } else {
                for pattern in &self.patterns {
                    let reach = end.saturating_add(pattern.len() - 1).min(haystack.len());
                    let len = pattern.len();
                    pattern.for_each(&haystack[start..reach], |at| {
                        matches.push(Match { at: base + (start + at) as u64, len });
                    });
                }
            }
            if self.patterns.len() > 1 {
                matches[known..].sort_unstable_by_key(|found| (found.at, std::cmp::Reverse(found.len)));
                let mut tail = matches.split_off(known);
                tail.dedup_by_key(|found| found.at);
                matches.append(&mut tail);
            }
        }
    }

    /// Appends the matches that start before `starts`, in the order of their anchors.
    fn push_anchored(&self, anchors: &Searcher, haystack: &[u8], starts: usize, base: u64, matches: &mut Vec<Match>) {
        let mut from = 0;
        while let Some(found) = anchors.find_in(haystack, (from..haystack.len()).into()) {
            for pattern in &self.patterns {
                let at = pattern.anchor_run().and_then(|(_, anchor_at)| found.start().checked_sub(anchor_at));
                if let Some(at) = at.filter(|&at| at < starts && pattern.matches_at(haystack, at)) {
                    matches.push(Match { at: base + at as u64, len: pattern.len() });
                }
            }
            from = found.start() + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::pattern::parse;
    use super::*;

    proptest! {
        #[test]
        fn finds_what_each_pattern_finds(
            haystack in prop::collection::vec(0u8..4, 0..400),
            patterns in prop::collection::vec("(0[0-3]|0[?]|[?][?]){0,3}0[0-3]0[0-3](0[0-3]|0[?]){0,3}", 1..6),
            starts in 0usize..500,
        ) {
            let patterns: Vec<BytePattern> =
                patterns.iter().map(|text| parse(format!("hex:{text}").as_bytes(), None).unwrap().0).collect();
            let mut matches = vec![];
            BytePatterns::new(patterns.clone()).all(&haystack, starts, 7, &mut matches);
            let expected: Vec<Match> = (0..haystack.len().min(starts))
                .filter_map(|at| {
                    let lengths = patterns.iter().filter(|pattern| pattern.matches_at(&haystack, at)).map(BytePattern::len);
                    Some(Match { at: 7 + at as u64, len: lengths.max()? })
                })
                .collect();
            prop_assert_eq!(matches, expected);
        }
    }
}
