//! Counts a file's bytes piece by piece: lines, line ends, zero bytes, control characters, UTF-8.
//!
//! Any thread can count a piece independently. Neighbouring pieces are then joined in order,
//! because a line, a character or a CRLF may cross the boundary between them. The result does not
//! depend on where the file is split, down to single bytes.

use super::utf8::Utf8;

/// The counts of consecutive bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentTally {
    /// The number of bytes.
    pub bytes: u64,
    /// The number of newlines (LF).
    pub newlines: u64,
    /// The number of newlines after a carriage return.
    pub crlf: u64,
    /// The number of carriage returns.
    pub carriage_returns: u64,
    /// The number of zero bytes.
    pub nuls: u64,
    /// The number of zero bytes at odd offsets, where UTF-16LE has the zeros of plain letters.
    pub odd_nuls: u64,
    /// The number of control characters that are unusual in text: all but NUL (counted separately),
    /// BEL, BS, HT, LF, VT, FF, CR and ESC.
    pub controls: u64,
    /// The number of bytes above 127.
    pub high: u64,
    /// The number of newlines in UTF-16LE and in UTF-16BE, in case the file has that encoding.
    pub wide_newlines: [u64; 2],
    /// Whether the bytes are UTF-8.
    pub utf8: Utf8,
    /// The length in bytes of the longest complete line, without its line end.
    longest: u64,
    /// The number of bytes before the first newline, or of all bytes if there is none.
    head: u64,
    /// Whether the byte before the first newline is a carriage return.
    head_cr: bool,
    /// The number of bytes after the last newline.
    tail: u64,
    first: Option<u8>,
    last: Option<u8>,
}

/// The number of bytes counted at a time, so that all passes but the first read from the L1 cache.
const CHUNK: usize = 16 << 10;

impl ContentTally {
    /// Returns the counts for no bytes.
    pub fn empty() -> ContentTally {
        ContentTally {
            bytes: 0,
            newlines: 0,
            crlf: 0,
            carriage_returns: 0,
            nuls: 0,
            odd_nuls: 0,
            controls: 0,
            high: 0,
            wide_newlines: [0; 2],
            utf8: Utf8::of(b""),
            longest: 0,
            head: 0,
            head_cr: false,
            tail: 0,
            first: None,
            last: None,
        }
    }

    /// Counts `piece`, which is at `offset` in its file.
    pub fn of(piece: &[u8], offset: u64) -> ContentTally {
        let mut tally = ContentTally::empty();
        for (index, chunk) in piece.chunks(CHUNK).enumerate() {
            let offset = offset + (index * CHUNK) as u64;
            tally.join(&ContentTally::of_chunk(chunk, offset), offset);
        }
        tally
    }

    /// Counts `length` zero bytes, which are the content of a hole.
    pub fn of_zeros(length: u64, offset: u64) -> ContentTally {
        let zero = (length > 0).then_some(0);
        ContentTally {
            bytes: length,
            nuls: length,
            odd_nuls: (length + u64::from(!offset.is_multiple_of(2))) / 2,
            utf8: if length > 0 { Utf8::of(b"\0") } else { Utf8::of(b"") },
            head: length,
            tail: length,
            first: zero,
            last: zero,
            ..ContentTally::empty()
        }
    }

    fn of_chunk(chunk: &[u8], offset: u64) -> ContentTally {
        let length = chunk.len() as u64;
        let high = count(chunk, |byte| byte >= 0x80);
        let nuls = count(chunk, |byte| byte == 0);
        let mut tally = ContentTally {
            bytes: length,
            carriage_returns: count(chunk, |byte| byte == b'\r'),
            nuls,
            odd_nuls: if nuls == 0 { 0 } else { odd_nuls(chunk, offset) },
            controls: count(chunk, is_odd_control),
            high,
            // ASCII is valid UTF-8 at every boundary.
            utf8: if high == 0 { Utf8::of(&chunk[..chunk.len().min(1)]) } else { Utf8::of(chunk) },
            head: length,
            tail: length,
            first: chunk.first().copied(),
            last: chunk.last().copied(),
            ..ContentTally::empty()
        };
        let mut line_start = 0;
        for at in memchr::memchr_iter(b'\n', chunk) {
            let cr = at > 0 && chunk[at - 1] == b'\r';
            tally.crlf += u64::from(cr);
            if tally.newlines == 0 {
                tally.head = at as u64;
                tally.head_cr = cr;
            } else {
                // A carriage return before `line_start` belongs to the previous line.
                let length = (at - line_start) - usize::from(cr && at > line_start);
                tally.longest = tally.longest.max(length as u64);
            }
            tally.newlines += 1;
            line_start = at + 1;
            if nuls != 0 {
                let even = (offset + at as u64).is_multiple_of(2);
                tally.wide_newlines[0] += u64::from(even && chunk.get(at + 1) == Some(&0));
                tally.wide_newlines[1] += u64::from(!even && at > 0 && chunk[at - 1] == 0);
            }
        }
        tally.tail = (chunk.len() - line_start) as u64;
        tally
    }

    /// Adds the counts of the next piece, which begins at `offset` in the file.
    pub fn join(&mut self, next: &ContentTally, offset: u64) {
        if next.bytes == 0 {
            return;
        }
        self.crlf += u64::from(self.last == Some(b'\r') && next.first == Some(b'\n'));
        let even = offset.is_multiple_of(2);
        self.wide_newlines[0] += u64::from(!even && self.last == Some(b'\n') && next.first == Some(0));
        self.wide_newlines[1] += u64::from(!even && self.last == Some(0) && next.first == Some(b'\n'));
        for (sum, more) in self.wide_newlines.iter_mut().zip(next.wide_newlines) {
            *sum += more;
        }
        if next.newlines == 0 {
            if self.newlines == 0 {
                self.head += next.bytes;
            }
            self.tail += next.bytes;
        } else {
            let cr = if next.head == 0 { self.last == Some(b'\r') } else { next.head_cr };
            if self.newlines == 0 {
                self.head += next.head;
                self.head_cr = cr;
            } else {
                let line = self.tail + next.head;
                self.longest = self.longest.max(line - u64::from(cr && line > 0));
            }
            self.longest = self.longest.max(next.longest);
            self.tail = next.tail;
        }
        self.bytes += next.bytes;
        self.newlines += next.newlines;
        self.crlf += next.crlf;
        self.carriage_returns += next.carriage_returns;
        self.nuls += next.nuls;
        self.odd_nuls += next.odd_nuls;
        self.controls += next.controls;
        self.high += next.high;
        self.utf8.join(&next.utf8);
        self.first = self.first.or(next.first);
        self.last = next.last;
    }

    /// Returns the length in bytes of the longest line, without its line end, including an
    /// unfinished last line.
    pub fn longest_line(&self) -> u64 {
        if self.newlines == 0 {
            return self.tail;
        }
        let first = self.head - u64::from(self.head_cr);
        first.max(self.longest).max(self.tail)
    }

    /// Returns whether the last line has no newline.
    pub fn ends_inside_a_line(&self) -> bool {
        self.tail > 0
    }
}

/// Counts the `wanted` bytes. Byte-sized partial sums let the compiler use whole vectors.
fn count(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> u64 {
    bytes.chunks(255).map(|chunk| u64::from(chunk.iter().map(|&byte| u8::from(wanted(byte))).sum::<u8>())).sum()
}

fn odd_nuls(bytes: &[u8], offset: u64) -> u64 {
    let first_odd = usize::from(offset.is_multiple_of(2));
    bytes.iter().skip(first_odd).step_by(2).filter(|&&byte| byte == 0).count() as u64
}

/// Returns whether a control character is unusual in text.
fn is_odd_control(byte: u8) -> bool {
    (byte.wrapping_sub(1) < 0x1f && !(0x07..=0x0d).contains(&byte) && byte != 0x1b) || byte == 0x7f
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns the same counts, from a loop that is easy to verify by reading.
    fn naive(bytes: &[u8]) -> (u64, u64, u64, u64, u64, u64) {
        let newlines = bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
        let crlf = bytes.windows(2).filter(|pair| pair == b"\r\n").count() as u64;
        let mut lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
        let last = lines.pop().unwrap();
        let ended = lines.iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line).len());
        let longest = ended.chain([last.len()]).max().unwrap_or(0) as u64;
        let wide = |low: usize| {
            let pair = if low == 0 { [b'\n', 0] } else { [0, b'\n'] };
            bytes.chunks_exact(2).filter(|unit| *unit == pair).count() as u64
        };
        let odd = bytes.iter().skip(1).step_by(2).filter(|&&byte| byte == 0).count() as u64;
        (newlines, crlf, longest, wide(0), wide(1), odd)
    }

    fn fast(bytes: &[u8], cuts: &[usize]) -> ContentTally {
        let mut whole = ContentTally::empty();
        let mut at = 0usize;
        for cut in cuts.iter().copied().chain([usize::MAX]) {
            let end = at.saturating_add(cut).min(bytes.len());
            whole.join(&ContentTally::of(&bytes[at..end], at as u64), at as u64);
            at = end;
        }
        whole
    }

    #[test]
    fn any_cut_counts_the_same_as_a_plain_walk() {
        let byte = prop_oneof![
            3 => Just(b'\n'), 3 => Just(b'\r'), 2 => Just(0u8), 3 => Just(b'a'),
            1 => Just(0x1bu8), 1 => Just(0x01u8), 1 => Just(0xc3u8), 1 => Just(0xa9u8),
        ];
        proptest!(|(bytes in proptest::collection::vec(byte, 0..60), cuts in proptest::collection::vec(0usize..5, 0..30))| {
            let tally = fast(&bytes, &cuts);
            let counted = (
                tally.newlines,
                tally.crlf,
                tally.longest_line(),
                tally.wide_newlines[0],
                tally.wide_newlines[1],
                tally.odd_nuls,
            );
            prop_assert_eq!(counted, naive(&bytes));
            prop_assert_eq!(tally.utf8.is_valid(), std::str::from_utf8(&bytes).is_ok());
            prop_assert_eq!(tally.bytes, bytes.len() as u64);
            prop_assert_eq!(tally.nuls, bytes.iter().filter(|&&byte| byte == 0).count() as u64);
            prop_assert_eq!(tally.controls, bytes.iter().filter(|&&byte| byte == 1).count() as u64);
            prop_assert_eq!(tally.high, bytes.iter().filter(|&&byte| byte > 127).count() as u64);
            prop_assert_eq!(tally.ends_inside_a_line(), !bytes.is_empty() && bytes.last() != Some(&b'\n'));
        });
    }

    #[test]
    fn zeros_count_as_if_they_were_read() {
        for (length, offset) in [(0, 0), (1, 0), (1, 1), (7, 3), (8, 2)] {
            let read = ContentTally::of(&vec![0; length], offset);
            assert_eq!(ContentTally::of_zeros(length as u64, offset), read, "{length} {offset}");
        }
    }

    #[test]
    fn borders_of_chunks_are_borders_too() {
        let mut bytes = vec![b'x'; 3 * CHUNK];
        bytes[CHUNK - 1] = b'\r';
        bytes[CHUNK] = b'\n';
        bytes[2 * CHUNK - 1] = 0xc3;
        bytes[2 * CHUNK] = 0xa9;
        let tally = fast(&bytes, &[]);
        assert_eq!((tally.newlines, tally.crlf), (1, 1));
        assert_eq!(tally.longest_line(), 2 * CHUNK as u64 - 1);
        assert!(tally.utf8.is_valid());
    }

    #[test]
    fn which_controls_are_odd() {
        let odd: Vec<u8> = (0..=255).filter(|&byte| is_odd_control(byte)).collect();
        let expected: Vec<u8> = (1..7).chain(14..27).chain(28..32).chain([127]).collect();
        assert_eq!(odd, expected);
    }
}
