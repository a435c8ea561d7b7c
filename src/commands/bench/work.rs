//! Performs the work on the bytes, which is the same for every method of reading.
//!
//! Each kind of work is, in some sense, a sum over the file. A file can therefore be split anywhere
//! and its parts joined again, and all methods must find the same result. Nothing here depends on how
//! the bytes were loaded.

use std::cell::RefCell;

use memchr::memmem::Finder;

use crate::cli::typo;
use crate::digest::algorithm::{Algorithm, Spec};
use crate::digest::hasher::Recipe;
use crate::os::Buffer;

/// The work on the bytes.
#[derive(Debug)]
pub enum Work {
    /// A count.
    Count(Count),
    /// A digest, which needs the bytes in order.
    Hash(Recipe),
}

/// A kind of work whose result is a number.
#[derive(Debug)]
pub enum Count {
    /// Sums the first byte of each 4096-byte page.
    Touch,
    /// Sums all bytes.
    Sum,
    /// Counts newlines.
    Lines,
    /// Counts occurrences, including those that overlap.
    Search(Box<Finder<'static>>),
    /// Copies the bytes into private memory, which a read does anyway. The result is the sum of the
    /// copied bytes at each multiple of 4096 in the file.
    Copy,
}

/// The distance between the bytes that are summed to check a page or a copy. It is independent of
/// the machine's page size, so that the result is the same everywhere.
const PAGE: u64 = 4096;

/// The size of the buffer for copies out of a mapping, which fits into a core's cache, as a
/// reader's buffer does.
const SCRATCH_SIZE: usize = 128 * 1024;

impl Work {
    /// Parses the value of `--work`.
    ///
    /// # Errors
    /// Returns a sentence that names the expected values.
    pub fn parse(text: &str) -> Result<Work, String> {
        let count = |count| Ok(Work::Count(count));
        match text.split_once(':') {
            None if text == "touch" => count(Count::Touch),
            None if text == "sum" => count(Count::Sum),
            None if text == "lines" => count(Count::Lines),
            None if text == "copy" => count(Count::Copy),
            Some(("search", "")) => Err("expected search:PATTERN".into()),
            None if text == "search" => Err("expected search:PATTERN".into()),
            Some(("search", pattern)) => count(Count::Search(Box::new(Finder::new(pattern.as_bytes()).into_owned()))),
            Some(("hash", name)) => match Algorithm::named(name) {
                Some(algorithm) => Ok(Work::Hash(Recipe::from(Spec::from(algorithm)))),
                None => Err(format!("there is no algorithm '{name}'; {}", typo::advice_on_algorithm(name))),
            },
            None if text == "hash" => Err("expected hash:ALGORITHM, such as hash:sha256".into()),
            None if Algorithm::named(text).is_some() => Err(format!("write hash:{text} for a digest")),
            _ => Err("expected touch, sum, lines, search:PATTERN, hash:ALGORITHM or copy".into()),
        }
    }
}

/// The size in bytes of the buffer for timing the work. It is large enough to outweigh the cost of
/// a call, but fits into a core's cache.
const IN_CACHE: usize = 64 * 1024;

impl Work {
    /// Returns the seconds that the work takes per byte on bytes in the processor's cache, `block`
    /// bytes at a time. `bytes` is a sample; `owned` is as for [`Count::whole`].
    pub fn seconds_in_cache(&self, bytes: &[u8], block: usize, owned: bool) -> f64 {
        const MIN_TIME: f64 = 0.5e-3;
        let bytes = &bytes[..bytes.len().min(IN_CACHE)];
        let once = || {
            let mut rounds = 0;
            let begun = std::time::Instant::now();
            while begun.elapsed().as_secs_f64() < MIN_TIME {
                for block in bytes.chunks(block.max(1)) {
                    match self {
                        Work::Count(count) => drop(std::hint::black_box(count.whole(0, block, owned))),
                        Work::Hash(recipe) => {
                            let mut hasher = recipe.hasher();
                            hasher.update(std::hint::black_box(block));
                            std::hint::black_box(hasher.finish());
                        }
                    }
                }
                rounds += 1;
            }
            begun.elapsed().as_secs_f64() / f64::from(rounds) / bytes.len() as f64
        };
        // Another program may interrupt a measurement, so take the fastest of several.
        (0..5).map(|_| once()).fold(f64::INFINITY, f64::min)
    }
}

/// The result for a run of bytes, and the state needed to join it with its neighbours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The result so far.
    pub count: u64,
    /// The first and last bytes, one fewer than the pattern's length, because a match may cross
    /// from one run to the next.
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Tally {
    /// Returns a tally without edges.
    pub fn of(count: u64) -> Tally {
        Tally { count, ..Tally::default() }
    }
}

impl Count {
    /// Returns the tally of `bytes`, which are at offset `at` of the file. `owned` says whether
    /// they are already a copy.
    pub fn tally(&self, at: u64, bytes: &[u8], owned: bool) -> Tally {
        let mut tally = self.whole(at, bytes, owned);
        if let Count::Search(finder) = self {
            let edge = bytes.len().min(finder.needle().len() - 1);
            tally.head = bytes[..edge].to_vec();
            tally.tail = bytes[bytes.len() - edge..].to_vec();
        }
        tally
    }

    /// Returns the tally of a run that is not joined with others.
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

    /// Joins `next`, which follows in the file, to `tally`.
    pub fn join(&self, tally: &mut Tally, next: &Tally) {
        tally.count = tally.count.wrapping_add(next.count);
        let Count::Search(finder) = self else { return };
        // An occurrence within the two edges crosses the seam, because neither edge is long enough
        // to contain one.
        let mut seam = std::mem::take(&mut tally.tail);
        seam.extend_from_slice(&next.head);
        tally.count += occurrences(finder, &seam);
        let edge = finder.needle().len() - 1;
        if next.head.len() == edge {
            tally.tail.clone_from(&next.tail);
        } else {
            // The head of a run this short is the whole run.
            seam.drain(..seam.len().saturating_sub(edge));
            tally.tail = seam;
        }
        if tally.head.len() < edge {
            let missing = edge - tally.head.len();
            tally.head.extend(next.head.iter().take(missing));
        }
    }
}

/// Returns the sum of the bytes at each multiple of [`PAGE`] in the file.
fn pages(at: u64, bytes: &[u8]) -> u64 {
    let first = (at.next_multiple_of(PAGE) - at) as usize;
    bytes.iter().skip(first).step_by(PAGE as usize).map(|&byte| u64::from(byte)).sum()
}

/// Returns the sum of all bytes. The loop compiles to vector instructions, and partial sums of 64
/// KiB fit into 32 bits.
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
        // The buffer starts on a page boundary, like those of the reads. A copy to 16 bytes after
        // one, where `malloc` places large blocks, is several times slower on some processors.
        static SCRATCH: RefCell<Buffer> = RefCell::new(Buffer::aligned(SCRATCH_SIZE));
    }
    SCRATCH.with_borrow_mut(|scratch| {
        let mut at = at;
        let mut total = 0;
        for chunk in bytes.chunks(SCRATCH_SIZE) {
            let copied = &mut scratch[..chunk.len()];
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

    /// Returns the result, computed naively.
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
    fn an_unknown_work_is_reported() {
        for (text, says) in [
            ("search", "search:PATTERN"),
            ("search:", "search:PATTERN"),
            ("hash", "hash:ALGORITHM"),
            ("hash:sha257", "sha257"),
            ("dance", "expected touch"),
            ("sum:1", "expected touch"),
        ] {
            assert!(Work::parse(text).unwrap_err().contains(says), "{text}");
        }
    }
}
