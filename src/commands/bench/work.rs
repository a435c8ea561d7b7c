//! The work: what is done with the bytes, the same for every way of bringing them in.
//!
//! Each is a sum over the file in some sense, so a file can be cut anywhere and its pieces put together again, and
//! every way must come to the same answer. Nothing here knows how the bytes came.

use memchr::memmem::Finder;

use crate::digest::algorithm::{Algorithm, Spec};
use crate::digest::hasher::Recipe;

/// What is done with the bytes.
#[derive(Debug)]
pub enum Work {
    /// Something that is counted.
    Count(Count),
    /// A digest, which wants the bytes in order.
    Hash(Recipe),
}

/// Work whose answer is a number.
#[derive(Debug)]
pub enum Count {
    /// Reads the first byte of each page of 4096 bytes; the answer is their sum.
    Touch,
    /// The sum of all bytes.
    Sum,
    /// The number of newlines.
    Lines,
    /// At how many places the bytes stand, places that overlap included.
    Search(Box<Finder<'static>>),
    /// Brings the bytes into memory of one's own: for a read the read itself does, a mapping is copied out. The answer
    /// is the sum of the copy's bytes at each multiple of 4096 in the file.
    Copy,
}

/// Distance of the bytes that are looked at to make sure of a page or of a copy, whatever the machine's page size, so
/// that the answer is the same everywhere.
const PAGE: u64 = 4096;

/// What a copy out of a mapping goes into: small enough for a core's cache, as a reader's buffer is.
const SCRATCH: usize = 128 * 1024;

impl Work {
    /// Parses what was typed after `--work`.
    ///
    /// # Errors
    /// A sentence that says what there is.
    pub fn parse(text: &str) -> Result<Work, String> {
        let count = |count| Ok(Work::Count(count));
        match text.split_once(':') {
            None if text == "touch" => count(Count::Touch),
            None if text == "sum" => count(Count::Sum),
            None if text == "lines" => count(Count::Lines),
            None if text == "copy" => count(Count::Copy),
            Some(("search", "")) => Err("search wants a pattern: search:PATTERN".into()),
            None if text == "search" => Err("search wants a pattern: search:PATTERN".into()),
            Some(("search", pattern)) => count(Count::Search(Box::new(Finder::new(pattern.as_bytes()).into_owned()))),
            Some(("hash", name)) => match Algorithm::named(name) {
                Some(algorithm) => Ok(Work::Hash(Recipe::from(Spec::from(algorithm)))),
                None => Err(format!("'{name}' is no algorithm that `mapped checksum --list-algorithms` lists")),
            },
            None if text == "hash" => Err("hash wants an algorithm: hash:blake3, hash:sha256 …".into()),
            _ => Err(format!("'{text}' is none of touch, sum, lines, search:PATTERN, hash:ALGORITHM and copy")),
        }
    }
}

/// What is known of a run of bytes: enough to put it together with its neighbours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The answer so far.
    pub count: u64,
    /// For a search, the first and the last bytes, one less than the pattern has: a match may cross into the
    /// neighbour's.
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Tally {
    /// A count alone.
    pub fn of(count: u64) -> Tally {
        Tally { count, ..Tally::default() }
    }
}

impl Count {
    /// The tally of `bytes`, which stand at `at` in the file. `owned` says that they are a copy already.
    pub fn tally(&self, at: u64, bytes: &[u8], owned: bool) -> Tally {
        let mut tally = self.whole(at, bytes, owned);
        if let Count::Search(finder) = self {
            let edge = bytes.len().min(finder.needle().len() - 1);
            tally.head = bytes[..edge].to_vec();
            tally.tail = bytes[bytes.len() - edge..].to_vec();
        }
        tally
    }

    /// As [`Count::tally`], of a run that is joined with no other.
    pub fn whole(&self, at: u64, bytes: &[u8], owned: bool) -> Tally {
        Tally::of(match self {
            Count::Touch => pages(at, bytes),
            Count::Sum => sum(bytes),
            Count::Lines => memchr::memchr_iter(b'\n', bytes).count() as u64,
            Count::Search(finder) => occurrences(finder, bytes),
            Count::Copy if owned => pages(at, bytes),
            Count::Copy => copy(at, bytes),
        })
    }

    /// Puts `next`, which follows in the file, behind `tally`.
    pub fn join(&self, tally: &mut Tally, next: &Tally) {
        tally.count = tally.count.wrapping_add(next.count);
        let Count::Search(finder) = self else { return };
        // An occurrence in these two edges crosses from one to the other: either is too short to hold one.
        let mut seam = std::mem::take(&mut tally.tail);
        seam.extend_from_slice(&next.head);
        tally.count += occurrences(finder, &seam);
        let edge = finder.needle().len() - 1;
        if next.head.len() == edge {
            tally.tail.clone_from(&next.tail);
        } else {
            // The next run was so short that its head is all of it.
            seam.drain(..seam.len().saturating_sub(edge));
            tally.tail = seam;
        }
        if tally.head.len() < edge {
            let missing = edge - tally.head.len();
            tally.head.extend(next.head.iter().take(missing));
        }
    }
}

/// Of a run at `at`, the bytes at each multiple of [`PAGE`] in the file, summed.
fn pages(at: u64, bytes: &[u8]) -> u64 {
    let first = (at.next_multiple_of(PAGE) - at) as usize;
    bytes.iter().skip(first).step_by(PAGE as usize).map(|&byte| u64::from(byte)).sum()
}

/// A plain loop that the compiler turns into vector instructions; partial sums of 64 KiB fit into 32 bits.
fn sum(bytes: &[u8]) -> u64 {
    bytes.chunks(1 << 16).map(|chunk| u64::from(chunk.iter().map(|&byte| u32::from(byte)).sum::<u32>())).sum()
}

fn occurrences(finder: &Finder<'_>, bytes: &[u8]) -> u64 {
    if let [byte] = finder.needle() {
        return memchr::memchr_iter(*byte, bytes).count() as u64;
    }
    let mut count = 0;
    let mut from = 0;
    while let Some(found) = finder.find(&bytes[from..]) {
        count += 1;
        from += found + 1;
    }
    count
}

fn copy(at: u64, bytes: &[u8]) -> u64 {
    std::thread_local! {
        static BUFFER: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    BUFFER.with_borrow_mut(|buffer| {
        buffer.resize(SCRATCH.min(bytes.len()).max(buffer.len()), 0);
        let mut at = at;
        let mut total = 0;
        for chunk in bytes.chunks(SCRATCH) {
            let copied = &mut buffer[..chunk.len()];
            copied.copy_from_slice(chunk);
            total += pages(at, std::hint::black_box(copied));
            at += chunk.len() as u64;
        }
        total
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn count(text: &str) -> Count {
        match Work::parse(text).unwrap() {
            Work::Count(count) => count,
            Work::Hash(_) => panic!("no count"),
        }
    }

    /// The answer by the simplest means.
    fn naive(work: &str, bytes: &[u8]) -> u64 {
        let sum = |bytes: &mut dyn Iterator<Item = &u8>| bytes.map(|&byte| u64::from(byte)).sum::<u64>();
        match work.split_once(':') {
            Some((_, pattern)) => {
                bytes.windows(pattern.len()).filter(|window| *window == pattern.as_bytes()).count() as u64
            }
            None if work == "sum" => sum(&mut bytes.iter()),
            None if work == "lines" => bytes.iter().filter(|&&byte| byte == b'\n').count() as u64,
            None => sum(&mut bytes.iter().step_by(4096)),
        }
    }

    const WORKS: [&str; 7] = ["touch", "sum", "lines", "copy", "search:a", "search:aa", "search:aba\n"];

    #[test]
    fn wherever_it_is_cut_the_answer_is_the_naive_one() {
        proptest!(|(bytes in prop::collection::vec(prop::sample::select(b"ab\n".to_vec()), 0..9000),
                    cuts in prop::collection::vec(0usize..9000, 0..20), owned: bool)| {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).chain([0, bytes.len()]).collect();
            cuts.sort_unstable();
            for text in WORKS {
                let work = count(text);
                let mut tally = Tally::default();
                for pair in cuts.windows(2) {
                    work.join(&mut tally, &work.tally(pair[0] as u64, &bytes[pair[0]..pair[1]], owned));
                }
                prop_assert_eq!(tally.count, naive(text, &bytes), "{} cut at {:?}", text, cuts);
            }
        });
    }

    #[test]
    fn blocks_of_one_byte() {
        let bytes = b"aaba\naba\n";
        for text in WORKS {
            let work = count(text);
            let mut tally = Tally::default();
            for (at, byte) in bytes.iter().enumerate() {
                work.join(&mut tally, &work.tally(at as u64, &[*byte], false));
            }
            assert_eq!(tally.count, naive(text, bytes), "{text}");
        }
    }

    #[test]
    fn a_sum_of_ones_does_not_overflow() {
        assert_eq!(sum(&vec![255; 1 << 20]), 255 << 20);
    }

    #[test]
    fn what_is_no_work_is_said() {
        for (text, says) in [
            ("search", "search:PATTERN"),
            ("search:", "search:PATTERN"),
            ("hash", "hash:blake3"),
            ("hash:sha257", "sha257"),
            ("dance", "none of touch"),
            ("sum:1", "none of touch"),
        ] {
            assert!(Work::parse(text).unwrap_err().contains(says), "{text}");
        }
    }
}
