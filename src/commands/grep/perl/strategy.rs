//! Chooses the fastest of several strategies for searching lines with one regex.
//!
//! PCRE2's compiler puts a program wherever there is room. A loop of a few instructions that lies
//! across two cache lines takes up to half as long again, and the same program elsewhere does not.
//! Some patterns are found faster in one line after the other, because PCRE2 gives up a line without
//! the last character that a match requires. None of this can be told from the pattern, so the
//! strategies are tried on some of the lines.

use std::ops::Range;
use std::time::{Duration, Instant};

use memchr::{memchr, memrchr};
use pcre2::bytes::{Regex, RegexBuilder};

use super::super::pattern::per_thread::PerThread;

/// The number of times that each strategy is tried.
const ROUNDS: usize = 3;

/// The longest time for a search of the lines in which strategies are tried.
const MAX_TRIAL: Duration = Duration::from_millis(2);

/// A strategy for searching lines.
#[derive(Debug)]
pub(super) struct SearchStrategy {
    /// The same program elsewhere, unless the first one is fastest.
    other: Option<PerThread<Regex>>,
    /// Whether each line is searched separately.
    one_by_one: bool,
}

impl SearchStrategy {
    /// The strategy that is used until others were tried.
    pub(super) const USUAL: SearchStrategy = SearchStrategy { other: None, one_by_one: false };

    /// Returns the fastest strategy for lines like these. Returns the usual one if that takes long,
    /// because trying others would take longer.
    ///
    /// `compile` returns the program of `first` once more.
    pub(super) fn fastest(
        first: &PerThread<Regex>,
        lines: &[u8],
        compile: impl Fn() -> Option<Regex>,
    ) -> SearchStrategy {
        let mut strategies = vec![SearchStrategy::USUAL, SearchStrategy { one_by_one: true, other: None }];
        let second = compile();
        // Programs are placed at multiples of 32 bytes. If the size of this one is a multiple of 64, a
        // small one moves the next to the other half of a cache line.
        let small = RegexBuilder::new().jit_if_available(true).build("a");
        for other in [second, compile()].into_iter().flatten() {
            strategies.push(SearchStrategy { other: Some(PerThread::new(other)), one_by_one: false });
        }
        drop(small);
        let mut least = vec![Duration::MAX; strategies.len()];
        for _ in 0..ROUNDS {
            for (strategy, least) in strategies.iter().zip(&mut least) {
                match strategy.time(first, lines) {
                    Some(time) if time <= MAX_TRIAL => *least = time.min(*least),
                    _ => return SearchStrategy::USUAL,
                }
            }
        }
        let fastest = (0..strategies.len()).min_by_key(|&at| least[at]).unwrap_or(0);
        // A smaller gain may be chance.
        let is_faster = least[fastest] * 20 < least[0] * 19;
        strategies.swap_remove(if is_faster { fastest } else { 0 })
    }

    /// Returns the time in which all matches in the lines are found, unless PCRE2 gives up.
    fn time(&self, first: &PerThread<Regex>, lines: &[u8]) -> Option<Duration> {
        let begun = Instant::now();
        let mut at = 0;
        while at <= lines.len()
            && let Some(found) = self.find_at(first, lines, at)?
        {
            at = found.end.max(at + 1);
        }
        Some(begun.elapsed())
    }

    /// Returns the first match from `from` on, or `None` if PCRE2 gave up.
    pub(super) fn find_at(&self, first: &PerThread<Regex>, lines: &[u8], from: usize) -> Option<Option<Range<usize>>> {
        let regex: &Regex = self.other.as_ref().unwrap_or(first);
        if !self.one_by_one {
            return find(regex, lines, from);
        }
        let mut start = memrchr(b'\n', &lines[..from]).map_or(0, |end| end + 1);
        let mut at = from;
        loop {
            let end = memchr(b'\n', &lines[at..]).map(|end| at + end);
            let found = find(regex, &lines[start..end.unwrap_or(lines.len())], at - start)?;
            match (found, end) {
                (Some(found), _) => return Some(Some(found.start + start..found.end + start)),
                (None, None) => return Some(None),
                (None, Some(end)) => start = end + 1,
            }
            at = start;
        }
    }
}

fn find(regex: &Regex, text: &[u8], from: usize) -> Option<Option<Range<usize>>> {
    let found = regex.find_at(text, from).ok()?;
    Some(found.map(|found| found.start()..found.end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(search: &SearchStrategy, regex: &PerThread<Regex>, lines: &[u8]) -> Vec<Range<usize>> {
        let (mut all, mut at) = (Vec::new(), 0);
        while at <= lines.len()
            && let Some(found) = search.find_at(regex, lines, at).unwrap()
        {
            at = found.end.max(at + 1);
            // A match after the last line is dropped by the caller.
            all.extend((found.start < lines.len()).then_some(found));
        }
        all
    }

    #[test]
    fn every_strategy_finds_the_same() {
        let compile = |pattern: &str| RegexBuilder::new().multi_line(true).jit(true).build(pattern).ok();
        let texts = ["", "\n", "ab", "ab\n", "\n\nab b\n", "b ab\nab\n\nba", "abcab\nc\nab c"];
        for pattern in ["ab", "^", "$", "^$", "a*", "(a|b)++c?", r"\bb\b", "b$", "^b", "(?<!a)b", "a(?!b)", r"(.)b.*\1"]
        {
            let first = PerThread::new(compile(pattern).unwrap());
            for text in texts {
                let expected = all(&SearchStrategy::USUAL, &first, text.as_bytes());
                let one_by_one = SearchStrategy { one_by_one: true, other: None };
                assert_eq!(all(&one_by_one, &first, text.as_bytes()), expected, "{pattern} in {text:?}");
                let other = SearchStrategy { one_by_one: false, other: compile(pattern).map(PerThread::new) };
                assert_eq!(all(&other, &first, text.as_bytes()), expected, "{pattern} in {text:?}");
                let fastest = SearchStrategy::fastest(&first, text.as_bytes(), || compile(pattern));
                assert_eq!(all(&fastest, &first, text.as_bytes()), expected, "{pattern} in {text:?}");
            }
        }
    }

    #[test]
    fn the_usual_strategy_is_kept_if_the_engine_gives_up() {
        // The repetitions can be divided in more ways than PCRE2 tries.
        let compile = || RegexBuilder::new().multi_line(true).build("(a+)+(?!)").ok();
        let lines = [&b"a".repeat(64)[..], b"\n"].concat();
        let first = PerThread::new(compile().unwrap());
        assert_eq!(SearchStrategy::USUAL.time(&first, &lines), None);
        let fastest = SearchStrategy::fastest(&first, &lines, compile);
        assert!(fastest.other.is_none() && !fastest.one_by_one);
    }
}
