//! Divides a line into matches and the text between them, part by part, for matches of bounded length.

use std::ops::Range;

use super::pattern::Pattern;

/// A piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineStretch<'t> {
    /// The bytes.
    pub text: &'t [u8],
    /// Whether they are a match. Text between two matches may be in several pieces.
    pub is_match: bool,
}

/// The division of one line.
#[derive(Debug)]
pub struct LineStretches<'p> {
    pattern: Option<&'p Pattern>,
    replacement: Option<&'p [u8]>,
    /// Where the last match ended.
    resume: u64,
}

impl<'p> LineStretches<'p> {
    /// Returns the division by the matches of `pattern`, which are bounded, or one without matches.
    pub fn new(pattern: Option<&'p Pattern>, replacement: Option<&'p [u8]>) -> LineStretches<'p> {
        LineStretches { pattern, replacement, resume: 0 }
    }

    /// Returns the number of bytes of the next part that a part needs.
    pub fn overlap(&self) -> usize {
        self.pattern.and_then(Pattern::longest_in_line).map_or(0, |longest| longest.saturating_sub(1))
    }

    /// Divides the part of the line in `place`. `hay` begins there and goes on into the next part.
    /// Calls `each` until it returns false, and returns what it returned last.
    pub fn part(&mut self, hay: &[u8], place: Range<u64>, each: &mut dyn FnMut(LineStretch<'_>) -> bool) -> bool {
        let length = ((place.end - place.start) as usize).min(hay.len());
        let mut at = (self.resume.saturating_sub(place.start) as usize).min(length);
        let mut goes_on = true;
        if let Some(pattern) = self.pattern.filter(|_| at < length) {
            let rest = &hay[at..];
            let base = at;
            // Patterns with bounded matches do not fail.
            _ = pattern.matches_in(rest, |found| {
                if base + found.start >= length {
                    return false;
                }
                let between = &rest[at - base..found.start];
                goes_on = between.is_empty() || each(LineStretch { text: between, is_match: false });
                let replaced = self.replacement.map(|replacement| pattern.expand(&rest[found.clone()], replacement));
                let text = replaced.as_deref().unwrap_or(&rest[found.clone()]);
                goes_on = goes_on && each(LineStretch { text, is_match: true });
                at = base + found.end;
                goes_on
            });
            self.resume = place.start + at as u64;
        }
        if goes_on && at < length {
            goes_on = each(LineStretch { text: &hay[at..length], is_match: false });
        }
        goes_on
    }
}

#[cfg(test)]
mod tests {
    use super::super::syntax::Syntax;
    use super::*;

    #[test]
    fn parts_of_any_size_give_the_matches_of_the_whole_line() {
        let line = b"abaabbabab aab b ab\xc3\xa9abbb";
        for source in ["ab|b", "a.b|aab", "b{1,3}", "é?a", "[^a]{2}"] {
            let pattern = Pattern::new(&[source.into()], &Syntax::default()).unwrap();
            let mut whole = Vec::new();
            pattern
                .matches_in(line, |found| {
                    whole.push(line[found].to_vec());
                    true
                })
                .unwrap();
            for size in 1..line.len() {
                let mut stretches = LineStretches::new(Some(&pattern), None);
                let (mut all, mut matches) = (Vec::new(), Vec::new());
                for start in (0..line.len()).step_by(size) {
                    let end = line.len().min(start + size);
                    let hay = &line[start..line.len().min(end + stretches.overlap())];
                    stretches.part(hay, start as u64..end as u64, &mut |stretch| {
                        all.extend_from_slice(stretch.text);
                        matches.extend(stretch.is_match.then(|| stretch.text.to_vec()));
                        true
                    });
                }
                assert_eq!((all.as_slice(), &matches), (&line[..], &whole), "{source} by {size}");
            }
        }
    }
}
