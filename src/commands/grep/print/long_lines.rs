//! Prints a line or a match, or an excerpt of it if it is longer than `--max-columns` allows.

use std::ops::Range;

use super::excerpt::Excerpt;
use super::style::LinePosition;
use super::{Line, Printer};
use crate::cli::grep::Preview;

impl Printer<'_> {
    /// Prints a line with its prefix. If the line is too long, only the part around `shown` is printed.
    pub(super) fn prefixed(
        &self,
        line: Line<'_>,
        shown: Option<Range<usize>>,
        at: LinePosition<'_>,
        text: &mut Vec<u8>,
    ) {
        let has_text = line.bytes.len() > usize::from(line.bytes.ends_with(&[self.style.terminator]));
        let column = shown.as_ref().filter(|_| self.style.column).map(|found| found.start as u64 + 1);
        self.prefix(column, has_text, at, text);
        let blanks = match self.style.trim {
            true => line.content.iter().take_while(|byte| byte.is_ascii_whitespace()).count(),
            false => 0,
        };
        if let Some(excerpt) = self.excerpt(line, blanks, shown, at.selected) {
            text.extend_from_slice(excerpt.before.as_bytes());
            self.content(line, excerpt.shown.start + blanks..excerpt.shown.end + blanks, at.selected, text);
            text.extend_from_slice(excerpt.after.as_bytes());
            self.end_line(text);
            return;
        }
        self.content(line, blanks..line.bytes.len(), at.selected, text);
        self.terminate(line.bytes, text);
    }

    /// Returns the excerpt to print if the length of a line, without its first `blanks` bytes,
    /// exceeds the limit.
    fn excerpt(&self, line: Line<'_>, blanks: usize, shown: Option<Range<usize>>, selected: bool) -> Option<Excerpt> {
        let limit = self.style.long_lines.filter(|limit| line.content.len() - blanks > limit.max)?;
        let text = &line.content[blanks..];
        let holds = selected != self.style.inverted;
        let knows_matches = self.style.column
            || self.style.per_match
            || self.style.replacement.is_some()
            || self.shows_matches(selected);
        let counts = holds && knows_matches;
        Some(match limit.preview {
            Some(Preview::Match) => {
                let shown = shown.map(|found| found.start.max(blanks) - blanks..found.end.max(blanks) - blanks);
                Excerpt::around(text, shown, limit.max)
            }
            Some(Preview::Start) => {
                let end = Excerpt::end_of_start(text, limit.max);
                let after = |found: &Range<usize>| found.start >= blanks + end;
                let left = counts.then(|| match &shown {
                    Some(found) if self.style.per_match => u64::from(after(found)),
                    _ => self.count_matches(line, after),
                });
                Excerpt::start(end, left)
            }
            None => Excerpt::note(selected, counts.then(|| self.number_of_matches(line))),
        })
    }

    fn number_of_matches(&self, line: Line<'_>) -> u64 {
        match line.spans {
            // In this case, the matches are those of this line only.
            Some(spans) if self.style.per_match => spans.all.len() as u64,
            _ => self.count_matches(line, |_| true),
        }
    }

    fn count_matches(&self, line: Line<'_>, counts: impl Fn(&Range<usize>) -> bool) -> u64 {
        let mut count = 0;
        self.matches_in(line, |found, _| {
            count += u64::from(counts(&found));
            true
        });
        count
    }

    /// Prints a match on a line of its own.
    pub fn matched(&self, matched: &[u8], column: Option<u64>, at: LinePosition<'_>, text: &mut Vec<u8>) {
        self.prefix(column, true, at, text);
        let matched = if self.style.trim { matched.trim_ascii_start() } else { matched };
        let excerpt =
            self.style.long_lines.filter(|limit| matched.len() > limit.max).map(|limit| match limit.preview {
                Some(Preview::Match) => Excerpt::around(matched, None, limit.max),
                Some(Preview::Start) => Excerpt::start(Excerpt::end_of_start(matched, limit.max), Some(0)),
                None => Excerpt::note(at.selected, None),
            });
        let (before, cut, after) = match &excerpt {
            Some(excerpt) => (excerpt.before.as_bytes(), &matched[excerpt.shown.clone()], excerpt.after.as_bytes()),
            None => (&b""[..], matched, &b""[..]),
        };
        text.extend_from_slice(before);
        match &self.style.colors {
            Some(colors) if at.selected => colors.paint(&colors.matched, cut, text),
            Some(colors) => colors.paint(&colors.matched_in_context, cut, text),
            None => text.extend_from_slice(cut),
        }
        text.extend_from_slice(after);
        self.end_line(text);
    }
}
