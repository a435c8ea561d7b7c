//! Divides a line into matches and the text between them, part by part.

use std::io;
use std::ops::Range;

use super::pattern::Pattern;
use crate::engine::Block;
use crate::os::Extent;

/// A piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineSegment<'t> {
    /// The bytes.
    pub text: &'t [u8],
    /// Whether the bytes are a match. Text between two matches may be in several pieces.
    pub is_match: bool,
    /// The length of a hole after the bytes, which was not read because no match contains zero
    /// bytes.
    pub zeros: u64,
}

/// The division of one line.
#[derive(Debug)]
pub struct LineSegments<'p> {
    pattern: Option<&'p Pattern>,
    replacement: Option<&'p [u8]>,
    /// The bytes that have not been divided, because a match in them may depend on later bytes.
    pending: Vec<u8>,
    /// The number of pending bytes at which to divide them again. Dividing a long match again with
    /// each part would take quadratic time.
    awaited: usize,
    skips_holes: bool,
}

impl<'p> LineSegments<'p> {
    /// Returns a division by the matches of `pattern`, which must find them by parts. Without a
    /// pattern, there are no matches.
    pub fn new(pattern: Option<&'p Pattern>, replacement: Option<&'p [u8]>) -> LineSegments<'p> {
        LineSegments { pattern, replacement, pending: Vec::new(), awaited: 0, skips_holes: false }
    }

    /// Omits the holes of a collapsed block's line, which contain no match.
    pub fn without_holes(self) -> LineSegments<'p> {
        LineSegments { skips_holes: true, ..self }
    }

    /// Divides the next part of the line. Calls `each` until it returns false, and returns its last result.
    pub fn part(&mut self, part: &[u8], each: &mut dyn FnMut(LineSegment<'_>) -> bool) -> bool {
        let Some(pattern) = self.pattern else {
            return part.is_empty() || each(LineSegment { text: part, is_match: false, zeros: 0 });
        };
        self.pending.extend_from_slice(part);
        if self.pending.len() < self.awaited {
            return true;
        }
        let certain = pattern.certain_end(&self.pending);
        self.divide(pattern, certain, each)
    }

    /// Divides the rest at the end of the line, as in [`LineSegments::part`].
    pub fn end(&mut self, each: &mut dyn FnMut(LineSegment<'_>) -> bool) -> bool {
        self.pattern.is_none_or(|pattern| self.divide(pattern, self.pending.len(), each))
    }

    /// Divides a line that is read from the input, whose content is `line`. Calls `each` until it
    /// returns false. Returns the reason if the file no longer contains the line.
    ///
    /// # Errors
    /// Returns the error from `each`.
    pub fn read(
        mut self,
        block: &Block,
        line: Range<u64>,
        each: &mut dyn FnMut(LineSegment<'_>) -> io::Result<bool>,
    ) -> io::Result<Option<io::Error>> {
        let mut result = Ok(true);
        let mut take = |segment: LineSegment<'_>| {
            result = each(segment);
            matches!(result, Ok(true))
        };
        let (mut continues, mut damage, mut at) = (true, None, line.start);
        while continues && damage.is_none() && at < line.end {
            let run = if self.skips_holes { block.run_at(at, line.end) } else { Extent::DataUntil(line.end) };
            at = match run {
                Extent::HoleUntil(until) => {
                    // Matches before the hole are certain, because no match contains a zero byte.
                    let hole = LineSegment { text: b"", is_match: false, zeros: until - at };
                    continues = self.end(&mut take) && take(hole);
                    until
                }
                Extent::DataUntil(until) => {
                    damage = block.read_parts(at..until, 0, |part, _| {
                        continues = self.part(part, &mut take);
                        Ok(continues)
                    })?;
                    until
                }
            };
        }
        if continues && damage.is_none() {
            self.end(&mut take);
        }
        result.map(|_| damage)
    }

    /// Returns the number of matches in the line at `range` of the block.
    pub fn count(mut self, block: &Block, range: Range<usize>) -> u64 {
        let mut count = 0;
        let mut take = |segment: LineSegment<'_>| {
            count += u64::from(segment.is_match);
            true
        };
        block.in_parts(range, 0, |part, _| self.part(part, &mut take));
        self.end(&mut take);
        count
    }

    /// Divides the pending bytes before `certain`, and those of matches that begin there.
    fn divide(&mut self, pattern: &Pattern, certain: usize, each: &mut dyn FnMut(LineSegment<'_>) -> bool) -> bool {
        let pending = &self.pending[..];
        let (mut at, mut continues) = (0, true);
        // Patterns whose matches are found by parts do not fail.
        _ = pattern.matches_in(pending, |found| {
            if found.start >= certain {
                return false;
            }
            let between = &pending[at..found.start];
            continues = between.is_empty() || each(LineSegment { text: between, is_match: false, zeros: 0 });
            let replaced = self.replacement.map(|replacement| pattern.expand(&pending[found.clone()], replacement));
            let text = replaced.as_deref().unwrap_or(&pending[found.clone()]);
            continues = continues && each(LineSegment { text, is_match: true, zeros: 0 });
            at = found.end;
            continues
        });
        if continues && at < certain {
            continues = each(LineSegment { text: &pending[at..certain], is_match: false, zeros: 0 });
            at = certain;
        }
        self.pending.drain(..at);
        self.awaited = if at == 0 { 2 * self.pending.len() } else { 0 };
        continues
    }
}

#[cfg(test)]
mod tests {
    use super::super::syntax::Syntax;
    use super::*;

    #[test]
    fn parts_of_any_size_give_the_matches_of_the_whole_line() {
        let line = b"abaabbabab aab b ab\xc3\xa9abbb";
        let bounded = ["ab|b", "a.b|aab", "b{1,3}", "é?a", "[^a]{2}"];
        let unbounded = ["b+", "a.*b", "ba.+?a", "(ab|b)+", "é*[ab]+ ", "a[^ ]+ (a|ab+)", ".+"];
        for source in bounded.into_iter().chain(unbounded) {
            let pattern = Pattern::new(&[source.into()], &Syntax::default()).unwrap();
            let mut whole = Vec::new();
            pattern
                .matches_in(line, |found| {
                    whole.push(line[found].to_vec());
                    true
                })
                .unwrap();
            for size in 1..line.len() {
                let mut segments = LineSegments::new(Some(&pattern), None);
                let (mut all, mut matches) = (Vec::new(), Vec::new());
                let mut take = |segment: LineSegment<'_>| {
                    all.extend_from_slice(segment.text);
                    matches.extend(segment.is_match.then(|| segment.text.to_vec()));
                    true
                };
                for part in line.chunks(size) {
                    segments.part(part, &mut take);
                }
                segments.end(&mut take);
                assert_eq!((all.as_slice(), &matches), (&line[..], &whole), "{source} by {size}");
            }
        }
    }
}
