//! Keeps the last bytes of a stream for a search that needs more than the current block.

/// The last bytes of a stream, with their offsets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    bytes: Vec<u8>,
    end: u64,
}

impl Trail {
    /// Returns an empty trail in a stream whose first byte is at the offset `start`.
    pub fn new(start: u64) -> Trail {
        Trail { bytes: vec![], end: start }
    }

    /// Returns the offset of the first kept byte.
    pub fn start(&self) -> u64 {
        self.end - self.bytes.len() as u64
    }

    /// Returns the offset after the last byte, which is the start of the next block.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Returns the kept bytes at or after the offset `from`.
    pub fn since(&self, from: u64) -> &[u8] {
        let skipped = usize::try_from(from.saturating_sub(self.start())).unwrap_or(usize::MAX);
        self.bytes.get(skipped..).unwrap_or(&[])
    }

    /// Appends a block, and discards the bytes before the offset `keep`.
    pub fn push(&mut self, block: &[u8], keep: u64) {
        let forgotten = usize::try_from(keep.saturating_sub(self.start())).unwrap_or(usize::MAX);
        let skipped = forgotten.saturating_sub(self.bytes.len()).min(block.len());
        self.bytes.drain(..forgotten.min(self.bytes.len()));
        self.bytes.extend_from_slice(&block[skipped..]);
        self.end += block.len() as u64;
    }

    /// Advances past `bytes` zero bytes, and keeps the last `keep` bytes.
    pub fn skip_zeros(&mut self, bytes: u64, keep: usize) {
        self.end += bytes;
        let zeros = usize::try_from(bytes).unwrap_or(usize::MAX).min(keep);
        self.bytes.drain(..(self.bytes.len() + zeros).saturating_sub(keep).min(self.bytes.len()));
        self.bytes.resize(self.bytes.len() + zeros, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_zeros_do_not_displace_the_bytes_before_them() {
        let mut trail = Trail::new(10);
        trail.push(b"abcdef", 12);
        assert_eq!((trail.start(), trail.end(), trail.since(0)), (12, 16, &b"cdef"[..]));
        // Regression: only the zeros were kept, so a match that began before them was cut off.
        trail.skip_zeros(2, 4);
        assert_eq!((trail.start(), trail.end(), trail.since(15)), (14, 18, &b"f\0\0"[..]));
        trail.skip_zeros(1 << 40, 3);
        assert_eq!((trail.end(), trail.since(0)), ((1 << 40) + 18, &[0; 3][..]));
    }
}
