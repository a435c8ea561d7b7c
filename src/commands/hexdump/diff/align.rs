//! Finds where two inputs match again after a difference, in which bytes were replaced, inserted or
//! deleted.
//!
//! The answer depends only on the bytes within a fixed window.

/// The maximum number of bytes inserted, deleted or replaced in one place.
pub const WINDOW: usize = 64 << 10;

/// The number of equal bytes that shows that the inputs match again at the same distance.
const SAME: usize = 16;

/// The number of equal bytes that shows that they match again at another distance; fewer do not,
/// because tables repeat themselves.
const SHIFTED: usize = 32;

/// The number of bytes that must be known of both inputs, unless they end earlier.
pub const LOOK_AHEAD: usize = WINDOW + SHIFTED;

/// The number of consecutive windows without a match after which only the same distance is tried.
const MANY_FAILURES: u8 = 4;

/// A difference between the inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The number of bytes of the left input.
    pub left: usize,
    /// The number of bytes of the right input.
    pub right: usize,
}

/// Finds consecutive differences.
#[derive(Clone, Debug, Default)]
pub struct Aligner {
    failures: u8,
}

impl Aligner {
    /// Notes that the inputs were equal for `bytes` bytes.
    pub fn were_alike(&mut self, bytes: usize) {
        if bytes >= SAME {
            self.failures = 0;
        }
    }

    /// Returns how far two inputs differ, given that their next bytes differ. Both have at least
    /// [`LOOK_AHEAD`] bytes, or `has_ended` says that the bytes extend to the end of both.
    pub fn difference(&mut self, left: &[u8], right: &[u8], has_ended: bool) -> Difference {
        let has_ended = has_ended && left.len().max(right.len()) <= LOOK_AHEAD;
        let (left, right) = (&left[..left.len().min(LOOK_AHEAD)], &right[..right.len().min(LOOK_AHEAD)]);
        let same = same_distance(left, right);
        let longest = same.unwrap_or(WINDOW);
        // If few bytes differ at the same distance, no other distance is tried.
        if longest <= SAME || self.failures >= MANY_FAILURES {
            let len = longest.min(left.len()).min(right.len());
            return Difference { left: len, right: len };
        }
        let shift = shifted(left, right, longest);
        let tail = has_ended.then(|| common_end(left, right, longest)).flatten();
        if let Some(shift) = [shift, tail].into_iter().flatten().min_by_key(|shift| shift.left.max(shift.right)) {
            return shift;
        }
        if same.is_none() {
            self.failures += 1;
        }
        let len = longest.min(left.len()).min(right.len());
        Difference { left: len, right: len }
    }
}

/// Returns the number of bytes after which the inputs match again at the same distance.
fn same_distance(left: &[u8], right: &[u8]) -> Option<usize> {
    let (mut run, mut count) = (0, 0);
    for (a, b) in left.iter().zip(right) {
        count += 1;
        run = if a == b { run + 1 } else { 0 };
        if run == SAME {
            return Some(count - SAME);
        }
        if count - run > WINDOW {
            return None;
        }
    }
    // Both inputs end here and match.
    (left.len() == right.len() && run > 0).then_some(count - run)
}

/// Returns the nearest place before `limit` from which the inputs match at another distance. The
/// longer of the two ways to it counts.
fn shifted(left: &[u8], right: &[u8], limit: usize) -> Option<Difference> {
    let mut grams = [Grams::new(left), Grams::new(right)];
    for at in 0..limit.min(WINDOW) {
        let [in_left, in_right] = &mut grams;
        in_left.step(at);
        in_right.step(at);
        let is_it = |left_at: usize, right_at: usize| {
            let (a, b) = (left.get(left_at..left_at + SHIFTED), right.get(right_at..right_at + SHIFTED));
            left_at != right_at && a.is_some() && a == b && a.is_some_and(is_telling)
        };
        if let Some(found) = in_left.earlier(in_right.hash).filter(|&found| is_it(found, at)) {
            return Some(Difference { left: found, right: at });
        }
        if let Some(found) = in_right.earlier(in_left.hash).filter(|&found| is_it(at, found)) {
            return Some(Difference { left: at, right: found });
        }
    }
    None
}

/// Returns the difference before a common end, if the end is nearer than `limit`.
fn common_end(left: &[u8], right: &[u8], limit: usize) -> Option<Difference> {
    const SHORTEST: usize = 4;
    let common = left.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| a == b).count();
    let (rest_left, rest_right) = (left.len() - common, right.len() - common);
    (common >= SHORTEST && rest_left != rest_right && rest_left.max(rest_right) < limit)
        .then_some(Difference { left: rest_left, right: rest_right })
}

/// Returns whether bytes are varied enough not to occur everywhere by chance.
fn is_telling(bytes: &[u8]) -> bool {
    bytes.iter().filter(|&byte| *byte != bytes[0]).count() >= 4
}

/// The first positions of the sequences of [`SHIFTED`] bytes in an input, by hash.
struct Grams<'b> {
    bytes: &'b [u8],
    /// The hash of the sequence at the current position; `None` if too few bytes are left.
    hash: Option<u64>,
    /// The first position of each hash, plus one.
    places: Vec<u32>,
}

impl<'b> Grams<'b> {
    /// The number of bits of a hash that select the slot.
    const BITS: u32 = 17;
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

    fn new(bytes: &'b [u8]) -> Grams<'b> {
        Grams { bytes, hash: None, places: vec![0; 1 << Grams::BITS] }
    }

    /// Advances to the sequence at `at`, the position after the last one, and records it.
    fn step(&mut self, at: usize) {
        let sum = |hash: u64, byte: u8| hash.wrapping_mul(Grams::FACTOR).wrapping_add(u64::from(byte) + 1);
        self.hash = match (self.bytes.get(at + SHIFTED - 1), self.hash) {
            (None, _) => None,
            (Some(&last), Some(hash)) => {
                let oldest =
                    (u64::from(self.bytes[at - 1]) + 1).wrapping_mul(Grams::FACTOR.wrapping_pow(SHIFTED as u32 - 1));
                Some(sum(hash.wrapping_sub(oldest), last))
            }
            (Some(_), None) => Some(self.bytes[at..at + SHIFTED].iter().fold(0, |hash, &byte| sum(hash, byte))),
        };
        if let Some(hash) = self.hash {
            let place = &mut self.places[Grams::slot(hash)];
            if *place == 0 {
                *place = at as u32 + 1;
            }
        }
    }

    /// Returns the first position so far of a sequence with this hash.
    fn earlier(&self, hash: Option<u64>) -> Option<usize> {
        self.places[Grams::slot(hash?)].checked_sub(1).map(|at| at as usize)
    }

    fn slot(hash: u64) -> usize {
        // The last bytes affect mostly the low bits, and all bytes affect the high bits of the
        // product.
        (hash.wrapping_mul(Grams::FACTOR) >> (64 - Grams::BITS)) as usize
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
    fn replaced_inserted_and_left_out() {
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
    fn inputs_with_nothing_in_common_take_bounded_time() {
        let (left, right) = (noise(LOOK_AHEAD, 4), noise(LOOK_AHEAD, 5));
        let mut aligner = Aligner::default();
        for failures in 1..=MANY_FAILURES + 2 {
            assert_eq!(aligner.difference(&left, &right, false), Difference { left: WINDOW, right: WINDOW });
            assert_eq!(aligner.failures, failures.min(MANY_FAILURES));
        }
        aligner.were_alike(SAME);
        assert_eq!(aligner.failures, 0);
    }
}
