//! The rule by which matches follow each other.

use std::ops::Range;

/// Where a search for all matches in a haystack has arrived.
#[derive(Clone, Copy, Debug, Default)]
pub struct MatchPosition {
    /// Where the next match may begin.
    pub at: usize,
    last_end: Option<usize>,
}

impl MatchPosition {
    /// Moves behind a match, and returns whether it counts: an empty match where the last one ended is not
    /// another match, unless a line begins there. `after` is the end of the character at an empty match.
    pub fn pass(&mut self, found: &Range<usize>, after: usize, begins_line: bool) -> bool {
        let is_again = found.is_empty() && Some(found.end) == self.last_end && !begins_line;
        self.at = if found.is_empty() { after } else { found.end };
        if !is_again {
            self.last_end = Some(found.end);
        }
        !is_again
    }
}
