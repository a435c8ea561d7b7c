//! A finished digest of any length.
//!
//! BLAKE3's output can be longer than memory, so it is produced in chunks and never held at once.

use std::io;

use blake3::OutputReader;

use super::algorithm::Spec;

/// The number of bytes of a digest per chunk: whole groups in hexadecimal and base64.
const CHUNK: usize = 48 << 10;

/// A finished digest.
#[derive(Clone, Debug)]
pub struct Digest {
    /// The algorithm and its length.
    pub spec: Spec,
    /// The length of the input in bytes.
    pub input_len: u64,
    /// The first bytes, up to [`CHUNK`].
    head: Vec<u8>,
    /// The bytes after `head`, if the output is longer.
    tail: Option<OutputReader>,
}

/// Digests are equal if their input lengths and first bytes are, because these determine the rest.
impl PartialEq for Digest {
    fn eq(&self, other: &Digest) -> bool {
        (self.spec, self.input_len, &self.head) == (other.spec, other.input_len, &other.head)
    }
}

impl Eq for Digest {}

impl Digest {
    /// Creates a digest from its bytes. Numbers are big-endian.
    pub(super) fn new(spec: Spec, bytes: Vec<u8>, input_len: u64) -> Digest {
        Digest { spec, input_len, head: bytes, tail: None }
    }

    /// Creates a digest of `spec.len` bytes from byte `seek` of BLAKE3's output.
    pub(super) fn from_output(spec: Spec, mut output: OutputReader, seek: u64, input_len: u64) -> Digest {
        output.set_position(seek);
        let mut head = vec![0; spec.len.min(CHUNK as u64) as usize];
        output.fill(&mut head);
        let tail = (spec.len > CHUNK as u64).then_some(output);
        Digest { spec, input_len, head, tail }
    }

    /// Returns the digest's bytes, at most the first 48 KiB of them.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Calls `take` with all bytes in order, in chunks whose length, except for the last, is a
    /// multiple of three.
    ///
    /// # Errors
    /// Returns the first error from `take`.
    pub fn for_each_chunk(&self, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        take(&self.head)?;
        let Some(mut output) = self.tail.clone() else { return Ok(()) };
        let mut left = self.spec.len - self.head.len() as u64;
        let mut chunk = vec![0; CHUNK];
        while left > 0 {
            let now = left.min(CHUNK as u64) as usize;
            output.fill(&mut chunk[..now]);
            take(&chunk[..now])?;
            left -= now as u64;
        }
        Ok(())
    }

    /// Returns whether the digest consists of these bytes.
    pub fn is(&self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        let compared = self.for_each_chunk(|chunk| match rest.split_at_checked(chunk.len()) {
            Some((first, after)) if first == chunk => {
                rest = after;
                Ok(())
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
        });
        compared.is_ok() && rest.is_empty()
    }

    /// Returns the first bytes in lower-case hexadecimal.
    pub fn hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{Algorithm, Recipe};

    #[test]
    fn a_digest_longer_than_a_chunk_is_handed_out_whole() {
        let len = 2 * CHUNK + 5;
        let recipe = Recipe { seek: 7, ..Recipe::from(Algorithm::Blake3.with_len(len as u64).unwrap()) };
        let mut hasher = recipe.hasher();
        hasher.update(b"hello");
        let digest = hasher.finish();
        let mut want = vec![0; len + 7];
        blake3::Hasher::new().update(b"hello").finalize_xof().fill(&mut want);
        let mut bytes = Vec::new();
        digest
            .for_each_chunk(|chunk| {
                bytes.extend_from_slice(chunk);
                Ok(())
            })
            .unwrap();
        assert!(bytes == want[7..] && digest.is(&bytes));
        assert!(!digest.is(&bytes[1..]) && !digest.is(&want) && !digest.is(b""));
    }
}
