//! An index of sorted words by their first bytes, with a bitmap that rules out most positions.

use std::cmp::Ordering;
use std::ops::Range;

/// The number of bits in the bitmap for each key. About one position in sixteen then passes by chance.
const BITS_PER_KEY: usize = 16;

/// The maximum size of the bitmap in bits, at which it fits into the second-level cache.
const MAX_BITMAP_BITS: usize = 1 << 21;

/// An index of words by their first bytes.
#[derive(Debug)]
pub struct WordIndex {
    key_bytes: usize,
    bitmap: Box<[u64]>,
    bitmap_shift: u32,
    slots: Box<[KeyRange]>,
    slot_shift: u32,
    ignores_case: bool,
}

/// The words with one key; none if `end` is 0.
#[derive(Clone, Copy, Debug, Default)]
struct KeyRange {
    key: u32,
    first: u32,
    end: u32,
}

impl WordIndex {
    /// The maximum length of a key, in bytes.
    pub const KEY_BYTES: usize = 4;

    /// Indexes the words by their first `key_bytes` bytes. Keeps only the keys of words that are at
    /// most `longest` bytes long.
    pub fn new(words: &[&[u8]], key_bytes: usize, longest: usize, ignores_case: bool) -> WordIndex {
        let mut slots: Vec<KeyRange> = Vec::new();
        let mut is_wanted = Vec::new();
        for (word, place) in words.iter().zip(0..) {
            let Some(bytes) = word.get(..key_bytes) else { continue };
            let key = key_of(bytes);
            match slots.last_mut() {
                // Words between these are shorter than the key.
                Some(last) if last.key == key => last.end = place + 1,
                _ => {
                    slots.push(KeyRange { key, first: place, end: place + 1 });
                    is_wanted.push(false);
                }
            }
            if word.len() <= longest
                && let Some(last) = is_wanted.last_mut()
            {
                *last = true;
            }
        }
        let wanted: Vec<KeyRange> =
            slots.into_iter().zip(is_wanted).filter_map(|(slot, is)| is.then_some(slot)).collect();
        let bits = (wanted.len() * BITS_PER_KEY).next_power_of_two().clamp(1 << 12, MAX_BITMAP_BITS);
        let capacity = (wanted.len() * 2).next_power_of_two().max(16);
        let mut index = WordIndex {
            key_bytes,
            bitmap: vec![0; bits / 64].into(),
            bitmap_shift: 32 - bits.trailing_zeros(),
            slots: vec![KeyRange::default(); capacity].into(),
            slot_shift: 32 - capacity.trailing_zeros(),
            ignores_case,
        };
        for slot in wanted {
            let bit = (mix(slot.key) >> index.bitmap_shift) as usize;
            index.bitmap[bit / 64] |= 1 << (bit % 64);
            let mut at = (mix(slot.key) >> index.slot_shift) as usize;
            while index.slots[at].end != 0 {
                at = (at + 1) % capacity;
            }
            index.slots[at] = slot;
        }
        index
    }

    /// Returns the first position of `text` at which a word of this index or of `short` may begin.
    pub fn position<const IGNORES_CASE: bool>(&self, short: Option<&WordIndex>, text: &[u8]) -> Option<usize> {
        let mask = short.map_or(0, WordIndex::mask);
        let found = text.windows(Self::KEY_BYTES).position(|bytes| {
            let key = key_of(bytes);
            let key = if IGNORES_CASE { lower_case(key) } else { key };
            self.may_hold(key) || short.is_some_and(|short| short.may_hold(key & mask))
        });
        // The last bytes are shorter than a key.
        found.or_else(|| short.and(text.len().checked_sub(1)).map(|last| last.saturating_sub(Self::KEY_BYTES - 2)))
    }

    /// Returns the words that begin with the first bytes of `text`.
    pub fn range(&self, text: &[u8]) -> Option<Range<usize>> {
        let key = key_of(text.get(..self.key_bytes)?);
        let key = if self.ignores_case { lower_case(key) } else { key };
        let mut at = (mix(key) >> self.slot_shift) as usize;
        loop {
            let slot = self.slots[at];
            if slot.end == 0 {
                return None;
            }
            if slot.key == key {
                return Some(slot.first as usize..slot.end as usize);
            }
            at = (at + 1) % self.slots.len();
        }
    }

    fn may_hold(&self, key: u32) -> bool {
        let bit = (mix(key) >> self.bitmap_shift) as usize;
        self.bitmap[bit / 64] >> (bit % 64) & 1 != 0
    }

    fn mask(&self) -> u32 {
        u32::MAX >> (8 * (Self::KEY_BYTES - self.key_bytes))
    }
}

/// A string to compare with words, possibly without regard to case.
pub struct FoldedText<'t> {
    /// The text.
    pub text: &'t [u8],
    /// Whether ASCII letters are compared without regard to case.
    pub ignores_case: bool,
}

impl FoldedText<'_> {
    /// Compares a word with the text. Also returns the number of leading bytes that they share.
    pub fn compare(&self, word: &[u8]) -> (Ordering, usize) {
        let mut shared = 0;
        for (&ours, &theirs) in word.iter().zip(self.text) {
            let theirs = if self.ignores_case { theirs.to_ascii_lowercase() } else { theirs };
            if ours != theirs {
                return (ours.cmp(&theirs), shared);
            }
            shared += 1;
        }
        (word.len().cmp(&self.text.len()), shared)
    }
}

/// Returns up to four bytes as a number.
fn key_of(bytes: &[u8]) -> u32 {
    match bytes.try_into() {
        Ok(bytes) => u32::from_le_bytes(bytes),
        Err(_) => bytes.iter().rev().fold(0, |key, &byte| key << 8 | u32::from(byte)),
    }
}

/// Multiplies by a constant near the golden ratio (Knuth), so that the upper bits depend on all bits.
fn mix(key: u32) -> u32 {
    key.wrapping_mul(0x9E37_79B1)
}

/// Converts the ASCII capitals among four bytes to lower case.
fn lower_case(key: u32) -> u32 {
    const ONES: u32 = 0x0101_0101;
    let low = key & (0x7F * ONES);
    let from_a = low + (0x80 - u32::from(b'A')) * ONES;
    let after_z = low + (0x7F - u32::from(b'Z')) * ONES;
    let capitals = !key & (0x80 * ONES) & (from_a ^ after_z);
    key | capitals >> 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_become_small_letters_byte_by_byte() {
        for byte in 0..=255u8 {
            let key = key_of(&[byte, b'A', byte, b'z']);
            let small = byte.to_ascii_lowercase();
            assert_eq!(lower_case(key).to_le_bytes(), [small, b'a', small, b'z']);
        }
    }

    #[test]
    fn keys_lead_to_their_words() {
        let index = WordIndex::new(&[b"a", b"abcd", b"abcde", b"abd", b"bcde"], 4, usize::MAX, false);
        assert_eq!(index.range(b"abcdef"), Some(1..3));
        assert_eq!(index.range(b"abdx"), None);
        assert_eq!(index.position::<false>(None, b"--bcde"), Some(2));
    }
}
