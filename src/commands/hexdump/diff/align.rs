//! Finds the next position at which two inputs match after a difference, in which bytes were
//! replaced, inserted or deleted.
//!
//! The result depends only on the bytes within a fixed window.

/// The maximum number of bytes inserted, deleted or replaced in a single difference.
pub const WINDOW: usize = 64 << 10;

const _: () = assert!(WINDOW - 1 <= u16::MAX as usize, "positions have 16 bits");

/// The number of equal bytes that proves a match at the same distance.
const MIN_SAME_RUN: usize = 16;

/// The number of equal bytes that proves a match at another distance. Tables repeat themselves, so
/// fewer equal bytes do not prove one.
const MIN_SHIFTED_RUN: usize = 32;

/// The number of bytes of each input that must be available, unless it ends earlier.
pub const LOOK_AHEAD: usize = WINDOW + MIN_SHIFTED_RUN;

/// The number of consecutive windows without a match after which only the same distance is tried.
const MAX_FAILURES: u8 = 4;

/// A difference between the inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The number of bytes in the left input.
    pub left: usize,
    /// The number of bytes in the right input.
    pub right: usize,
}

/// A search for consecutive differences.
#[derive(Debug, Default)]
pub struct Aligner {
    /// The number of consecutive windows without a match. A difference depends only on this number
    /// and on the bytes.
    pub failures: u8,
    sequences: [Sequences; 2],
    /// The number of positions at which other distances have been tried.
    #[cfg(test)]
    examined: usize,
}

impl Aligner {
    /// Records that the inputs were equal for `bytes` bytes.
    pub fn were_alike(&mut self, bytes: usize) {
        if bytes >= MIN_SAME_RUN {
            self.failures = 0;
        }
    }

    /// Returns the length of the difference between two inputs whose next bytes differ. Both have
    /// at least [`LOOK_AHEAD`] bytes, or `has_ended` says that the bytes extend to the end of both.
    ///
    /// The time is proportional to the length of the difference, so a comparison takes linear time,
    /// regardless of the number of differences.
    pub fn difference(&mut self, left: &[u8], right: &[u8], has_ended: bool) -> Difference {
        let has_ended = has_ended && left.len().max(right.len()) <= LOOK_AHEAD;
        let (left, right) = (&left[..left.len().min(LOOK_AHEAD)], &right[..right.len().min(LOOK_AHEAD)]);
        let mut same = SameDistance { left, right, count: 0, run: 0 };
        let replaced = |len: usize| {
            let len = len.min(left.len()).min(right.len());
            Difference { left: len, right: len }
        };
        // If only a few bytes differ at the same distance, no other distance is tried.
        if let Some(len) = same.within(MIN_SAME_RUN) {
            return replaced(len);
        }
        if self.failures >= MAX_FAILURES {
            return replaced(same.within(WINDOW).unwrap_or(WINDOW));
        }
        let (len, shift) = self.shifted(&mut same);
        let tail = has_ended.then(|| common_end(left, right, len.unwrap_or(WINDOW))).flatten();
        if let Some(shift) = [shift, tail].into_iter().flatten().min_by_key(|shift| shift.left.max(shift.right)) {
            return shift;
        }
        if len.is_none() {
            self.failures += 1;
        }
        replaced(len.unwrap_or(WINDOW))
    }

    /// Returns the nearest position from which the inputs match, as measured by the longer of its
    /// distances in the two inputs. The first value is that distance. The second is the difference,
    /// unless the inputs match at the same distance.
    fn shifted(&mut self, same: &mut SameDistance<'_>) -> (Option<usize>, Option<Difference>) {
        let (left, right) = (same.left, same.right);
        let [in_left, in_right] = &mut self.sequences;
        in_left.clear();
        in_right.clear();
        for at in 0..WINDOW.min(left.len().max(right.len())) {
            if let Some(len) = same.within(at) {
                return (Some(len), None);
            }
            #[cfg(test)]
            {
                self.examined += 1;
            }
            in_left.step(left, at);
            in_right.step(right, at);
            let is_it = |left_at: usize, right_at: usize| {
                let (a, b) =
                    (left.get(left_at..left_at + MIN_SHIFTED_RUN), right.get(right_at..right_at + MIN_SHIFTED_RUN));
                left_at != right_at && a.is_some() && a == b && a.is_some_and(is_telling)
            };
            if let Some(found) = in_left.earlier(in_right.hash).filter(|&found| is_it(found, at)) {
                return (Some(at), Some(Difference { left: found, right: at }));
            }
            if let Some(found) = in_right.earlier(in_left.hash).filter(|&found| is_it(at, found)) {
                return (Some(at), Some(Difference { left: at, right: found }));
            }
        }
        (same.within(WINDOW), None)
    }
}

/// A comparison of two inputs at the same distance, continued as far as necessary.
struct SameDistance<'b> {
    left: &'b [u8],
    right: &'b [u8],
    /// The number of bytes compared.
    count: usize,
    /// The number of equal bytes at the end of the bytes compared.
    run: usize,
}

impl SameDistance<'_> {
    /// Returns the number of bytes after which the inputs match again, if it is at most `max`.
    fn within(&mut self, max: usize) -> Option<usize> {
        while self.count - self.run <= max {
            if self.run == MIN_SAME_RUN {
                return Some(self.count - MIN_SAME_RUN);
            }
            let (Some(a), Some(b)) = (self.left.get(self.count), self.right.get(self.count)) else {
                // Both inputs may end here and match.
                let is_match = self.left.len() == self.right.len() && self.run > 0;
                return is_match.then_some(self.count - self.run);
            };
            self.count += 1;
            self.run = if a == b { self.run + 1 } else { 0 };
        }
        None
    }
}

/// Returns the difference before a common end, if that end is nearer than `limit`.
fn common_end(left: &[u8], right: &[u8], limit: usize) -> Option<Difference> {
    const MIN_COMMON_END: usize = 4;
    let common = left.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| a == b).count();
    let (rest_left, rest_right) = (left.len() - common, right.len() - common);
    (common >= MIN_COMMON_END && rest_left != rest_right && rest_left.max(rest_right) < limit)
        .then_some(Difference { left: rest_left, right: rest_right })
}

/// Returns whether bytes are varied enough not to match by chance.
fn is_telling(bytes: &[u8]) -> bool {
    bytes.iter().filter(|&byte| *byte != bytes[0]).count() >= 4
}

/// The first position of each sequence of [`MIN_SHIFTED_RUN`] bytes in an input, by hash.
#[derive(Debug, Default)]
struct Sequences {
    /// The hash of the sequence at the current position, or `None` if too few bytes remain.
    hash: Option<u64>,
    /// The first position of each hash in the low half, and the round in which it was recorded in
    /// the high half. The round makes it unnecessary to clear the table, which takes longer than
    /// most differences.
    slots: Vec<u32>,
    round: u16,
}

impl Sequences {
    /// The number of bits of the hash that select the slot.
    const BITS: u32 = 17;
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

    /// Forgets all positions.
    fn clear(&mut self) {
        self.hash = None;
        self.round = self.round.wrapping_add(1);
        if self.round == 0 || self.slots.is_empty() {
            self.slots = vec![0; 1 << Sequences::BITS];
            self.round = 1;
        }
    }

    /// Advances to the sequence at `at`, the next position, and records it.
    fn step(&mut self, bytes: &[u8], at: usize) {
        let sum = |hash: u64, byte: u8| hash.wrapping_mul(Sequences::FACTOR).wrapping_add(u64::from(byte) + 1);
        self.hash = match (bytes.get(at + MIN_SHIFTED_RUN - 1), self.hash) {
            (None, _) => None,
            (Some(&last), Some(hash)) => {
                let oldest = (u64::from(bytes[at - 1]) + 1)
                    .wrapping_mul(Sequences::FACTOR.wrapping_pow(MIN_SHIFTED_RUN as u32 - 1));
                Some(sum(hash.wrapping_sub(oldest), last))
            }
            (Some(_), None) => Some(bytes[at..at + MIN_SHIFTED_RUN].iter().fold(0, |hash, &byte| sum(hash, byte))),
        };
        if let Some(hash) = self.hash {
            let slot = &mut self.slots[Sequences::slot(hash)];
            if *slot >> 16 != u32::from(self.round) {
                *slot = u32::from(self.round) << 16 | at as u32;
            }
        }
    }

    /// Returns the first recorded position of a sequence with this hash.
    fn earlier(&self, hash: Option<u64>) -> Option<usize> {
        let slot = self.slots[Sequences::slot(hash?)];
        (slot >> 16 == u32::from(self.round)).then_some((slot & 0xffff) as usize)
    }

    fn slot(hash: u64) -> usize {
        // The last bytes affect mostly the low bits, and all bytes affect the high bits of the
        // product.
        (hash.wrapping_mul(Sequences::FACTOR) >> (64 - Sequences::BITS)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(len: usize, seed: u64) -> Vec<u8> {
        let mut state = seed;
        std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u8
        })
        .take(len)
        .collect()
    }

    fn difference(left: &[u8], right: &[u8]) -> (usize, usize) {
        let Difference { left, right } = Aligner::default().difference(left, right, true);
        (left, right)
    }

    #[test]
    fn replaced_inserted_and_deleted() {
        let (noise, other) = (noise(100_000, 1), noise(100_000, 2));
        let replaced = [&other[..100], &noise[100..]].concat();
        assert_eq!(difference(&replaced, &noise), (100, 100));
        let inserted = [&other[..100], &noise[..]].concat();
        assert_eq!(difference(&inserted, &noise), (100, 0));
        assert_eq!(difference(&noise, &inserted), (0, 100));
        let both = [&other[..70], &noise[30..]].concat();
        assert_eq!(difference(&both, &noise), (70, 30));
        let far = [&other[..WINDOW - 1], &noise[..]].concat();
        assert_eq!(difference(&far, &noise), (WINDOW - 1, 0));
        // The match is too far away, so the replaced bytes fill the window.
        let too_far = [&other[..WINDOW], &noise[..]].concat();
        assert_eq!(difference(&too_far, &noise), (WINDOW, WINDOW));
    }

    #[test]
    fn a_run_of_one_byte_is_no_sign_of_an_insertion() {
        let zeros = vec![0; 1000];
        let replaced = [noise(100, 3), zeros.clone()].concat();
        assert_eq!(difference(&replaced, &vec![0; 1100]), (100, 100));
    }

    #[test]
    fn short_ends_are_recognised() {
        assert_eq!(difference(b"x0123456789abcdefghij", b"0123456789abcdefghij"), (1, 0));
        assert_eq!(difference(b"X", b"YZ"), (1, 1));
        assert_eq!(difference(b"Xa", b"Ya"), (1, 1));
    }

    #[test]
    fn positions_of_earlier_rounds_are_forgotten() {
        let (noise, other) = (noise(1000, 8), noise(1000, 9));
        let inserted = [&other[..100], &noise[..]].concat();
        let mut aligner = Aligner::default();
        for round in [0, 1, u16::MAX - 1, u16::MAX] {
            aligner.sequences.iter_mut().for_each(|sequences| sequences.round = round);
            assert_eq!(aligner.difference(&inserted, &noise, true), Difference { left: 100, right: 0 });
            assert_eq!(aligner.difference(&noise, &inserted, true), Difference { left: 0, right: 100 });
        }
    }

    #[test]
    fn inputs_with_nothing_in_common_take_bounded_time() {
        let (left, right) = (noise(LOOK_AHEAD, 4), noise(LOOK_AHEAD, 5));
        let mut aligner = Aligner::default();
        for failures in 1..=MAX_FAILURES + 2 {
            assert_eq!(aligner.difference(&left, &right, false), Difference { left: WINDOW, right: WINDOW });
            assert_eq!(aligner.failures, failures.min(MAX_FAILURES));
        }
        aligner.were_alike(MIN_SAME_RUN);
        assert_eq!(aligner.failures, 0);
    }

    /// Returns about `len` bytes of lines that resemble a log.
    fn log(len: usize, seed: u64, program: &str) -> Vec<u8> {
        let words = ["connect", "close", "GET /index.html", "user", "session", "error: timeout", "retry", "disk"];
        let (mut log, mut time) = (vec![], 1_700_000_000_u64);
        for random in noise(len, seed).as_chunks::<4>().0 {
            time += u64::from(random[0] % 3);
            let (id, word, other) = (random[1], words[usize::from(random[2] % 8)], words[usize::from(random[3] % 8)]);
            log.extend(format!("{time} {program}[{id}]: {word} {other} id={}\n", u64::from(id) * 7919).bytes());
            if log.len() >= len {
                break;
            }
        }
        log
    }

    /// Regression: after each difference, the inputs were compared at the same distance over the
    /// whole window, and a table was cleared. Comparing two 17 MB logs took a minute.
    #[test]
    fn unrelated_texts_take_linear_time() {
        let (left, right) = (log(1 << 20, 6, "sshd"), log(1 << 20, 7, "kernel"));
        let (mut left_used, mut right_used) = (0, 0);
        let (mut aligner, mut differences) = (Aligner::default(), 0);
        loop {
            let (a, b) = (&left[left_used..], &right[right_used..]);
            let alike = a.iter().zip(b).take_while(|(a, b)| a == b).count();
            aligner.were_alike(alike);
            (left_used, right_used) = (left_used + alike, right_used + alike);
            let (a, b) = (&a[alike..], &b[alike..]);
            if a.is_empty() || b.is_empty() {
                break;
            }
            let difference = aligner.difference(a, b, true);
            (left_used, right_used) = (left_used + difference.left, right_used + difference.right);
            differences += 1;
        }
        assert!(differences > 500, "{differences}");
        assert!(aligner.examined <= left.len() + right.len(), "{} positions", aligner.examined);
    }
}
