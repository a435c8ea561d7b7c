//! BLAKE3 by subtrees: any piece of an input is hashed separately, and the pieces are joined in
//! order.
//!
//! A piece of any length, at any offset, is split into the largest aligned subtrees that it
//! contains, which are hashed at once. The ends, each shorter than a chunk, are hashed after the
//! preceding pieces. Because more input may follow, each subtree is kept as its two halves: only
//! [`Tree::finish`] makes a root. Memory does not grow with the file, because only the chaining
//! values on the path to the root are kept.

use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, max_subtree_len, merge_subtrees_non_root, merge_subtrees_root_xof,
};
use blake3::{CHUNK_LEN, Hasher, OutputReader};

/// The mode and key of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeKey {
    /// Plain hashing.
    None,
    /// The keyed mode.
    Keyed([u8; 32]),
    /// The key derivation mode, with the hash of its context.
    Context([u8; 32]),
}

impl TreeKey {
    /// Returns a hasher of one subtree or one whole input.
    pub fn hasher(&self) -> Hasher {
        match self {
            TreeKey::None => Hasher::new(),
            TreeKey::Keyed(key) => Hasher::new_keyed(key),
            TreeKey::Context(key) => Hasher::new_from_context_key(key),
        }
    }

    fn mode(&self) -> Mode<'_> {
        match self {
            TreeKey::None => Mode::Hash,
            TreeKey::Keyed(key) => Mode::KeyedHash(key),
            TreeKey::Context(key) => Mode::DeriveKeyMaterial(key),
        }
    }

    fn subtree(&self, offset: u64, bytes: &[u8]) -> ChainingValue {
        self.hasher().set_input_offset(offset).update(bytes).finalize_non_root()
    }
}

/// The two children of a subtree, not yet joined.
#[derive(Clone, Copy, Debug)]
struct Halves {
    left: ChainingValue,
    right: ChainingValue,
    /// The length of the subtree in chunks: a power of two, at least two.
    chunks: u64,
}

/// The result of hashing one piece, for [`Tree::absorb`].
#[derive(Debug, Default)]
pub struct TreePart {
    /// The number of bytes before the first subtree. The tree hashes these, and those after the
    /// last subtree.
    head: usize,
    subtrees: Vec<Halves>,
}

/// Hashes as much of a piece as is possible without the bytes before it. `offset` is its offset in
/// the input.
pub fn part(key: &TreeKey, offset: u64, bytes: &[u8]) -> TreePart {
    let chunk = CHUNK_LEN as u64;
    let head = (offset.next_multiple_of(chunk) - offset).min(bytes.len() as u64) as usize;
    let (mut at, mut rest) = (offset + head as u64, &bytes[head..]);
    let mut subtrees = Vec::new();
    while rest.len() >= 2 * CHUNK_LEN {
        let fits = 1u64 << rest.len().ilog2();
        let len = max_subtree_len(at).map_or(fits, |aligned| aligned.min(fits));
        if len < 2 * chunk {
            // One chunk at an odd offset. Leaving it to `absorb` would leave everything after it
            // too, so it is also a subtree: one of a single chunk, whose halves are the same.
            let cv = key.subtree(at, &rest[..CHUNK_LEN]);
            subtrees.push(Halves { left: cv, right: cv, chunks: 1 });
        } else {
            let (left, right) = rest[..len as usize].split_at(len as usize / 2);
            subtrees.push(Halves {
                left: key.subtree(at, left),
                right: key.subtree(at + len / 2, right),
                chunks: len / chunk,
            });
        }
        at += len;
        rest = &rest[len as usize..];
    }
    TreePart { head, subtrees }
}

/// The newest part of the input, which may become the root's child or the root.
enum Pending {
    /// At most one chunk.
    Chunk(Box<Hasher>),
    Subtree(Halves),
}

/// The tree over all pieces so far, in order.
pub struct Tree {
    key: TreeKey,
    /// The chaining values of the complete subtrees before `pending`, the largest first.
    stack: Vec<ChainingValue>,
    /// The number of chunks in `stack`.
    chunks: u64,
    pending: Pending,
}

impl Tree {
    /// Returns an empty tree.
    pub fn new(key: TreeKey) -> Tree {
        Tree { pending: Pending::Chunk(Box::new(key.hasher())), key, stack: Vec::new(), chunks: 0 }
    }

    /// Adds the next piece, whose result is `part`.
    pub fn absorb(&mut self, part: &TreePart, bytes: &[u8]) {
        let (head, mut rest) = bytes.split_at(part.head);
        self.update(head);
        for &halves in &part.subtrees {
            self.commit_pending();
            rest = &rest[(halves.chunks as usize) * CHUNK_LEN..];
            if halves.chunks == 1 {
                // More of the same piece always follows, so this chunk cannot be the root.
                self.push(halves.left, 1);
                self.start_chunk();
            } else {
                self.pending = Pending::Subtree(halves);
            }
        }
        self.update(rest);
    }

    /// Hashes the next bytes chunk by chunk, for ragged ends.
    fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = match &self.pending {
                Pending::Chunk(chunk) => CHUNK_LEN - chunk.count() as usize,
                Pending::Subtree(_) => 0,
            };
            if room == 0 {
                self.commit_pending();
                self.start_chunk();
                continue;
            }
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            if let Pending::Chunk(chunk) = &mut self.pending {
                chunk.update(now);
            }
            bytes = later;
        }
    }

    fn start_chunk(&mut self) {
        let mut chunk = self.key.hasher();
        chunk.set_input_offset(self.chunks * CHUNK_LEN as u64);
        self.pending = Pending::Chunk(Box::new(chunk));
    }

    /// Turns `pending` into an inner node, because more input follows.
    fn commit_pending(&mut self) {
        match &self.pending {
            Pending::Chunk(chunk) if chunk.count() == 0 => {}
            Pending::Chunk(chunk) => self.push(chunk.finalize_non_root(), 1),
            Pending::Subtree(halves) => {
                let chunks = halves.chunks;
                self.push(merge_subtrees_non_root(&halves.left, &halves.right, self.key.mode()), chunks);
            }
        }
    }

    /// Pushes a complete subtree and joins subtrees of equal size.
    fn push(&mut self, cv: ChainingValue, chunks: u64) {
        self.stack.push(cv);
        self.chunks += chunks;
        while self.stack.len() > self.chunks.count_ones() as usize {
            let right = self.stack.pop().expect("a pair");
            let left = self.stack.pop().expect("a pair");
            self.stack.push(merge_subtrees_non_root(&left, &right, self.key.mode()));
        }
    }

    /// Returns the root's output, of any length.
    pub fn finish(self) -> OutputReader {
        let Tree { key, mut stack, pending, .. } = self;
        let Some(top) = stack.pop() else {
            return match pending {
                Pending::Chunk(chunk) => chunk.finalize_xof(),
                Pending::Subtree(halves) => merge_subtrees_root_xof(&halves.left, &halves.right, key.mode()),
            };
        };
        let mut right = match pending {
            Pending::Chunk(chunk) => chunk.finalize_non_root(),
            Pending::Subtree(halves) => merge_subtrees_non_root(&halves.left, &halves.right, key.mode()),
        };
        let mut left = top;
        while let Some(above) = stack.pop() {
            right = merge_subtrees_non_root(&left, &right, key.mode());
            left = above;
        }
        merge_subtrees_root_xof(&left, &right, key.mode())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digest(mut output: OutputReader) -> [u8; 40] {
        let mut out = [0; 40];
        output.fill(&mut out);
        out
    }

    fn by_pieces(key: TreeKey, bytes: &[u8], cuts: &[usize]) -> [u8; 40] {
        let mut tree = Tree::new(key);
        let mut at = 0;
        for &cut in cuts.iter().chain([&bytes.len()]) {
            let piece = &bytes[at..cut.clamp(at, bytes.len())];
            tree.absorb(&part(&key, at as u64, piece), piece);
            at += piece.len();
        }
        digest(tree.finish())
    }

    #[test]
    fn agrees_on_both_sides_of_each_threshold() {
        let bytes: Vec<u8> = (0..70_000u32).map(|i| (i % 251) as u8).collect();
        for len in
            [0, 1, 1023, 1024, 1025, 2047, 2048, 2049, 3071, 3072, 3073, 4096, 5121, 8192, 31_745, 65_536, 70_000]
        {
            let want = digest(TreeKey::None.hasher().update(&bytes[..len]).finalize_xof());
            for piece in [1, 1000, 1024, 1025, 2048, 3000, 4096, 65_536] {
                if len / piece < 20_000 {
                    let cuts: Vec<usize> = (1..=len / piece).map(|i| i * piece).collect();
                    assert_eq!(by_pieces(TreeKey::None, &bytes[..len], &cuts), want, "{len} bytes by {piece}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_root(len in 0usize..40_000, mut cuts in prop::collection::vec(0usize..40_000, 0..6), mode in 0..3) {
            let bytes: Vec<u8> = (0..len as u32).map(|i| (i % 251) as u8).collect();
            let key = match mode { 0 => TreeKey::None, 1 => TreeKey::Keyed([7; 32]), _ => TreeKey::Context(blake3::hazmat::hash_derive_key_context("mapped")) };
            cuts.sort_unstable();
            prop_assert_eq!(by_pieces(key, &bytes, &cuts), digest(key.hasher().update(&bytes).finalize_xof()));
        }
    }
}
