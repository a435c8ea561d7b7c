//! Searches for a literal page by page, and prefetches the page after the one that is searched.
//!
//! The search takes less time than memory takes to deliver the bytes, and the hardware prefetcher
//! stops at the end of each page. The figures are in docs/measurements.md. Regexes gain nothing:
//! starting them for each page takes as long.

use memchr::memmem::Finder;

use crate::os::{CacheLevel, prefetch_lines};

/// The number of bytes searched at a time. Processors keep track of about as many requests as there
/// are cache lines in a page.
const PART: usize = if cfg!(test) { 16 } else { 4 << 10 };

/// Returns the start of the first match.
pub(super) fn find(finder: &Finder<'_>, hay: &[u8]) -> Option<usize> {
    let overlap = finder.needle().len().saturating_sub(1);
    let mut from = 0;
    loop {
        let end = (from + PART + overlap).min(hay.len());
        if let Some(at) = finder.find(&hay[from..end]) {
            return Some(from + at);
        }
        if end == hay.len() {
            return None;
        }
        // If matches are near each other, nothing is prefetched twice.
        from += PART;
        prefetch_lines(&hay[(from + PART).min(hay.len())..(from + 2 * PART).min(hay.len())], CacheLevel::L2);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_match_is_found_wherever_it_lies() {
        let bytes = |len| proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'b')], len);
        proptest!(|(hay in bytes(0..200), needle in bytes(0..40))| {
            let finder = Finder::new(&needle);
            prop_assert_eq!(find(&finder, &hay), finder.find(&hay));
        });
    }
}
