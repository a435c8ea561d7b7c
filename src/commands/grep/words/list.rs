//! A sorted list of words, in which each word refers to the longest other word that is a prefix of
//! it.

/// The index that refers to no word.
pub const NONE: u32 = u32::MAX;

/// A word, as a part of the bytes of all words.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    start: u32,
    /// The length in bytes.
    pub len: u32,
    /// The index of the longest other word that is a prefix of this one.
    pub parent: u32,
    /// The position in the list as given.
    pub rank: u32,
}

impl Word {
    /// Returns the bytes of the word among those of all words.
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start as usize..][..self.len as usize]
    }
}

/// Sorts words, and drops duplicates and empty ones. Returns their bytes and the words.
pub fn sorted(alternatives: &[Vec<u8>]) -> (Vec<u8>, Vec<Word>) {
    let mut order: Vec<(&[u8], u32)> = alternatives.iter().map(Vec::as_slice).zip(0..).collect();
    order.retain(|(word, _)| !word.is_empty());
    order.sort_unstable();
    order.dedup_by_key(|(word, _)| *word);
    let mut bytes = Vec::with_capacity(order.iter().map(|(word, _)| word.len()).sum());
    let mut words: Vec<Word> = Vec::with_capacity(order.len());
    for (word, rank) in order {
        // Only the previous word and its ancestors can be prefixes of this word.
        let mut parent = (words.len() as u32).checked_sub(1).unwrap_or(NONE);
        while let Some(other) = words.get(parent as usize)
            && !word.starts_with(other.of(&bytes))
        {
            parent = other.parent;
        }
        words.push(Word { start: bytes.len() as u32, len: word.len() as u32, parent, rank });
        bytes.extend_from_slice(word);
    }
    (bytes, words)
}
