//! The rule that determines which match follows another.

use std::ops::Range;

/// The position of a search for all matches in a haystack.
#[derive(Clone, Copy, Debug, Default)]
pub struct MatchPosition {
    /// The position from which the next match may begin.
    pub at: usize,
    last_end: Option<usize>,
}

impl MatchPosition {
    /// Moves past a match, and returns whether it is a new one: an empty match where the last one ended
    /// is not, unless a line begins there. `after` is the end of the character at an empty match.
    pub fn pass(&mut self, found: &Range<usize>, after: usize, begins_line: bool) -> bool {
        let is_again = found.is_empty() && Some(found.end) == self.last_end && !begins_line;
        self.at = if found.is_empty() { after } else { found.end };
        if !is_again {
            self.last_end = Some(found.end);
        }
        !is_again
    }
}
