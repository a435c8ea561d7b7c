//! Several patterns searched for at once.

use super::pattern::Pattern;

/// Bytes searched for one pattern after the other while they are in the processor's cache.
const STRETCH: usize = 64 << 10;

/// The patterns of `--find`.
#[derive(Clone, Debug)]
pub struct BytePatterns {
    patterns: Vec<Pattern>,
    longest: usize,
}

/// A match: the longest of the patterns that match at its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Where it begins.
    pub at: u64,
    /// Its length in bytes.
    pub len: usize,
}

impl BytePatterns {
    /// Returns a search for any of `patterns`.
    pub fn new(patterns: Vec<Pattern>) -> BytePatterns {
        let longest = patterns.iter().map(Pattern::len).max().unwrap_or(1);
        BytePatterns { patterns, longest }
    }

    /// Returns the length of the longest pattern: at least one.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Returns whether one of the patterns matches zeros.
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
            // The other patterns count only if they match earlier.
            haystack = &haystack[..haystack.len().min(at + self.longest)];
        }
        first
    }

    /// Returns the length of the longest pattern that matches at `at`.
    pub fn len_at(&self, haystack: &[u8], at: usize) -> Option<usize> {
        self.patterns.iter().filter(|pattern| pattern.matches_at(haystack, at)).map(Pattern::len).max()
    }

    /// Appends every match that begins before `starts`, in order. The offsets of the matches count
    /// from `base`.
    pub fn all(&self, haystack: &[u8], starts: usize, base: u64, matches: &mut Vec<Match>) {
        for start in (0..starts.min(haystack.len())).step_by(STRETCH) {
            let known = matches.len();
            let end = (start + STRETCH).min(starts);
            for pattern in &self.patterns {
                let reach = (end + pattern.len() - 1).min(haystack.len());
                let len = pattern.len();
                pattern.for_each(&haystack[start..reach], |at| {
                    matches.push(Match { at: base + (start + at) as u64, len });
                });
            }
            if self.patterns.len() > 1 {
                matches[known..].sort_unstable_by_key(|found| (found.at, std::cmp::Reverse(found.len)));
                let mut tail = matches.split_off(known);
                tail.dedup_by_key(|found| found.at);
                matches.append(&mut tail);
            }
        }
    }
}
