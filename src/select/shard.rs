//! One of N equal parts of a file, cut at line ends, for `--shard I/N` of `cat` and `grep`.
//!
//! A line belongs to the part that contains its first byte, so the concatenated parts are exactly
//! the whole, regardless of the machines on which they are read. A part may be empty, for example
//! if one line is longer than a whole part.

use std::io;
use std::ops::Range;

use memchr::memchr;

use crate::timestamp::RandomAccess;

/// The I-th of N parts, counted from 1. `I` is at most `N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

impl From<(u64, u64)> for Shard {
    fn from((index, count): (u64, u64)) -> Shard {
        Shard { index, count }
    }
}

impl Shard {
    /// Returns the bytes of `within` in which this part's lines begin.
    #[must_use]
    pub fn of(&self, within: Range<u64>) -> Range<u64> {
        let len = u128::from(within.end - within.start);
        // The result never exceeds `len`, so it fits.
        let edge = |index: u64| within.start + (len * u128::from(index) / u128::from(self.count)) as u64;
        edge(self.index - 1)..edge(self.index)
    }

    /// Returns the bytes of this part's lines: [`Self::of`] with both ends moved to the next line
    /// start. `within` begins at a line start.
    ///
    /// # Errors
    /// Returns an error if reading the source fails.
    pub fn find<S: RandomAccess + ?Sized>(
        &self,
        source: &S,
        within: Range<u64>,
        terminator: u8,
    ) -> io::Result<Range<u64>> {
        let part = self.of(within.clone());
        let line_start = |at: u64| -> io::Result<u64> {
            if at == within.start {
                return Ok(at);
            }
            // A line starts at `at` if the byte before it is a terminator.
            let mut from = at - 1;
            let mut buffer = vec![0; 4096];
            while from < within.end {
                let want = (within.end - from).min(buffer.len() as u64) as usize;
                let got = source.read_at(&mut buffer[..want], from)?;
                if got == 0 {
                    break;
                }
                if let Some(end) = memchr(terminator, &buffer[..got]) {
                    return Ok(from + end as u64 + 1);
                }
                from += got as u64;
                if terminator != 0 && buffer[got - 1] == 0 {
                    from = source.data_from(from, within.end.max(from));
                }
                buffer.resize((buffer.len() * 2).min(1 << 20), 0);
            }
            Ok(within.end)
        };
        let start = line_start(part.start)?;
        Ok(start..line_start(part.end)?.max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_together_are_the_whole(
            text in vec(prop_oneof![3 => Just(b'a'), 1 => Just(b'\n')], 0..300),
            count in 1u64..20,
            start in 0usize..10,
        ) {
            let start = start.min(text.len());
            let within = start as u64..text.len() as u64;
            let mut whole = Vec::new();
            for index in 1..=count {
                let shard = Shard { index, count };
                let span = shard.find(&text[..], within.clone(), b'\n').expect("memory can be read");
                let begins = shard.of(within.clone());
                for at in span.clone() {
                    let at = at as usize;
                    if at == start || text[at - 1] == b'\n' {
                        prop_assert!(begins.contains(&(at as u64)));
                    }
                }
                whole.extend_from_slice(&text[span.start as usize..span.end as usize]);
            }
            prop_assert_eq!(whole, &text[start..]);
        }
    }
}
