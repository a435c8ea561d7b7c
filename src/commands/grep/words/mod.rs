//! Finds any of many literals (`-F -f LIST`), examining each position once and without an automaton.
//!
//! An automaton for tens of thousands of words takes longer to build than most files take to
//! search. Here, the words are sorted. A bitmap shows which positions begin with the first bytes of
//! some word, and the list is searched only there. The bytes may change during the search, so no
//! value computed from them is used as an index later.

mod fold;
mod index;
mod list;

use std::ops::Range;

use regex_automata::util::look::LookMatcher;

use super::syntax::{Boundary, Case, Dialect, Syntax};
use fold::CaseFold;
use index::{FoldedText, WordIndex};
use list::{NONE, Word, sorted};

/// The minimum number of words. Fewer are left to the regex engine, which uses vector instructions for them.
const MIN_WORDS: usize = 64;

/// The maximum length of a word, in bytes. Longer ones are left to the regex engine, whose time
/// does not depend on their length.
const MAX_WORD_LEN: usize = 1 << 10;

/// The limit instead of [`MAX_WORD_LEN`] for lists that the regex engine compiles slowly.
const MAX_WORD_LEN_IN_LONG_LIST: usize = 64 << 10;

/// The number of words from which the larger limit applies.
const LONG_LIST: usize = 1000;

/// The number of positions that are searched before deciding again whether case needs Unicode's
/// rules.
const WINDOW: usize = 4 << 10;

/// A set of words, ready to search.
#[derive(Debug)]
pub struct WordSearch {
    /// All words, sorted by their bytes and concatenated.
    bytes: Vec<u8>,
    words: Vec<Word>,
    /// The index of the words that are at least as long as the key, by their first bytes.
    long: WordIndex,
    /// The index of the shorter words, if there are any.
    short: Option<WordIndex>,
    longest: usize,
    /// Whether the list also contains an empty word.
    has_empty: bool,
    boundary: Boundary,
    unicode: bool,
    ignores_case: bool,
    fold: Option<CaseFold>,
    /// Whether the first matching word of the list wins, not the longest one.
    prefers_first: bool,
    look: LookMatcher,
}

impl WordSearch {
    /// Returns a search for `alternatives`, or `None` unless they are many plain words.
    pub fn new(alternatives: &[Vec<u8>], syntax: &Syntax) -> Option<WordSearch> {
        (alternatives.len() >= MIN_WORDS).then(|| WordSearch::of_any_number(alternatives, syntax)).flatten()
    }

    fn of_any_number(alternatives: &[Vec<u8>], syntax: &Syntax) -> Option<WordSearch> {
        let longest = if alternatives.len() < LONG_LIST { MAX_WORD_LEN } else { MAX_WORD_LEN_IN_LONG_LIST };
        let is_plain = |word: &Vec<u8>| {
            let is_literal = syntax.dialect == Dialect::Fixed
                || word.is_ascii() && !word.iter().any(|&byte| regex_syntax::is_meta_character(char::from(byte)));
            let breaks_line = word.iter().any(|&byte| byte == b'\n' || byte == syntax.terminator);
            let is_end = syntax.crlf && word.contains(&b'\r');
            is_literal && !breaks_line && !is_end && word.len() <= longest
        };
        // If the first alternative wins, empty matches depend on the order of the list.
        let has_empty = alternatives.iter().any(Vec::is_empty);
        let takes_empty = syntax.dialect.is_posix() && syntax.boundary != Boundary::Word;
        if has_empty && !takes_empty {
            return None;
        }
        let total: usize = alternatives.iter().map(Vec::len).sum();
        let is_usable = syntax.dialect != Dialect::Perl && syntax.case != Case::Smart && total < NONE as usize;
        if !is_usable || !alternatives.iter().all(is_plain) {
            return None;
        }
        let ignores_case = syntax.case == Case::Insensitive;
        let (fold, folded) = match ignores_case {
            true => {
                let (fold, folded) = CaseFold::new(alternatives, syntax.unicode);
                (fold, Some(folded))
            }
            false => (None, None),
        };
        let (bytes, words) = sorted(folded.as_deref().unwrap_or(alternatives));
        let slices: Vec<&[u8]> = words.iter().map(|word| word.of(&bytes)).collect();
        if slices.is_empty() {
            return None;
        }
        let longest = slices.iter().map(|word| word.len()).max().unwrap_or(0);
        Some(WordSearch {
            long: WordIndex::new(&slices, WordIndex::KEY_BYTES, usize::MAX, ignores_case),
            short: slices
                .iter()
                .map(|word| word.len())
                .min()
                .filter(|&min| min < WordIndex::KEY_BYTES)
                .map(|min| WordIndex::new(&slices, min, WordIndex::KEY_BYTES - 1, ignores_case)),
            bytes,
            words,
            longest,
            has_empty,
            boundary: syntax.boundary,
            unicode: syntax.unicode,
            ignores_case,
            fold,
            prefers_first: !syntax.dialect.is_posix(),
            look: LookMatcher::new(),
        })
    }

    /// Returns whether the list contains an empty word, so that every line matches.
    pub fn has_empty(&self) -> bool {
        self.has_empty
    }

    /// Returns whether only whole lines match.
    pub fn is_for_whole_lines(&self) -> bool {
        self.boundary == Boundary::Line
    }

    /// Returns the length in bytes of the longest possible match, unless that depends on the bytes
    /// around it.
    pub fn longest_match(&self) -> Option<usize> {
        let max = if self.fold.is_some() { CaseFold::MAX_SHRINK_FACTOR * self.longest } else { self.longest };
        (self.boundary == Boundary::Any && !self.has_empty).then_some(max)
    }

    /// Returns whether a word is empty or contains a NUL byte.
    pub fn may_match_among_nuls(&self) -> bool {
        self.has_empty || self.bytes.contains(&0)
    }

    /// Returns the first match in `hay` that begins at or after `from`.
    pub fn find(&self, hay: &[u8], from: usize) -> Option<Range<usize>> {
        if self.is_for_whole_lines() {
            let is_line = self.is_line(hay) || self.has_empty && hay.is_empty();
            return (from == 0 && is_line).then_some(0..hay.len());
        }
        if self.has_empty {
            return (from <= hay.len()).then(|| from..self.end_of_word(hay, from).unwrap_or(from));
        }
        let accept = |found: &Range<usize>| self.accepts(hay, found);
        let Some(fold) = &self.fold else {
            return self.find_in(hay, from..hay.len(), |at| at, accept);
        };
        let mut start = from;
        while start < hay.len() {
            let end = hay.len().min(start + WINDOW);
            let seen = &hay[start..hay.len().min(end + CaseFold::MAX_SHRINK_FACTOR * self.longest)];
            let found = if seen.is_ascii() {
                self.find_in(seen, 0..end - start, |at| start + at, accept)
            } else {
                let (folded, positions) = fold.apply(seen);
                let limit = positions.partition_point(|&position| (position as usize) < end - start);
                let limit = limit.min(folded.len());
                self.find_in(&folded, 0..limit, |at| start + positions[at] as usize, accept)
            };
            if found.is_some() {
                return found;
            }
            start = end;
        }
        None
    }

    /// Returns the end of the longest word that starts at `from`.
    fn end_of_word(&self, hay: &[u8], from: usize) -> Option<usize> {
        let max = CaseFold::MAX_SHRINK_FACTOR * self.longest;
        let text = &hay[from..hay.len().min(from + max)];
        match &self.fold {
            Some(fold) if !text.is_ascii() => {
                let (folded, positions) = fold.apply(text);
                let word = self.at_start(&folded).next()?;
                Some(from + positions[word.len as usize] as usize)
            }
            _ => self.at_start(text).next().map(|word| from + word.len as usize),
        }
    }

    /// Returns whether a line is one of the words.
    fn is_line(&self, line: &[u8]) -> bool {
        let is_word = |line: &[u8]| {
            self.last_before(line).is_some_and(|(word, shared)| shared == line.len() && word.len as usize == shared)
        };
        match &self.fold {
            Some(fold) if !line.is_ascii() => is_word(&fold.apply(line).0),
            _ => is_word(line),
        }
    }

    /// Returns the first match in `hay` that begins in `starts`, with both of its ends mapped by `position`.
    fn find_in(
        &self,
        hay: &[u8],
        starts: Range<usize>,
        position: impl Fn(usize) -> usize,
        accept: impl Fn(&Range<usize>) -> bool,
    ) -> Option<Range<usize>> {
        let mut at = starts.start;
        loop {
            at = self.candidate(hay, at).filter(|&at| at < starts.end)?;
            let start = position(at);
            if self.boundary != Boundary::Word || self.begins_word(start, &accept) {
                let ends = self.at_start(&hay[at..]).map(|word| (start..position(at + word.len as usize), word.rank));
                let mut accepted = ends.filter(|(found, _)| accept(found));
                // Longer words come first.
                let found = match self.prefers_first {
                    true => accepted.min_by_key(|(_, rank)| *rank),
                    false => accepted.next(),
                };
                if let Some((found, _)) = found {
                    return Some(found);
                }
            }
            at += 1;
        }
    }

    /// Returns the next position at which a word may begin.
    fn candidate(&self, hay: &[u8], from: usize) -> Option<usize> {
        let rest = hay.get(from..)?;
        let step = match (&self.short, self.ignores_case) {
            (None, false) => self.long.position::<false>(None, rest),
            (None, true) => self.long.position::<true>(None, rest),
            (Some(short), false) => self.long.position::<false>(Some(short), rest),
            (Some(short), true) => self.long.position::<true>(Some(short), rest),
        };
        step.map(|step| from + step)
    }

    /// Returns the words that are prefixes of `text`, the longest first.
    fn at_start(&self, text: &[u8]) -> impl Iterator<Item = Word> {
        let (mut next, shared) = match self.last_before(text) {
            Some((word, shared)) => (Some(word), shared),
            None => (None, 0),
        };
        while let Some(word) = next.filter(|word| word.len as usize > shared) {
            next = self.parent(word);
        }
        std::iter::successors(next, |&word| self.parent(word))
    }

    fn parent(&self, word: Word) -> Option<Word> {
        self.words.get(word.parent as usize).copied()
    }

    /// Returns the last word in order that is not after `text`, among those with its first bytes,
    /// and the number of bytes that the two share. Every prefix of `text` in the list is this word
    /// or an ancestor of it.
    fn last_before(&self, text: &[u8]) -> Option<(Word, usize)> {
        let search = |index: &WordIndex| {
            let range = index.range(text)?;
            let words = self.words.get(range)?;
            let bytes = FoldedText { text, ignores_case: self.ignores_case };
            let after = words.partition_point(|word| bytes.compare(word.of(&self.bytes)).0.is_le());
            let word = words.get(after.checked_sub(1)?)?;
            Some((*word, bytes.compare(word.of(&self.bytes)).1))
        };
        search(&self.long).or_else(|| search(self.short.as_ref()?))
    }

    /// Returns whether a match is valid here.
    fn accepts(&self, hay: &[u8], found: &Range<usize>) -> bool {
        if self.boundary != Boundary::Word {
            return true;
        }
        let (start, end) = (found.start, found.end);
        match self.unicode {
            true => {
                self.look.is_word_start_half_unicode(hay, start).unwrap_or(false)
                    && (start == end || self.look.is_word_end_half_unicode(hay, end).unwrap_or(false))
            }
            false => {
                self.look.is_word_start_half_ascii(hay, start)
                    && (start == end || self.look.is_word_end_half_ascii(hay, end))
            }
        }
    }

    /// Returns whether a word may begin at `start`, as `accept` determines from an empty match
    /// there.
    fn begins_word(&self, start: usize, accept: &impl Fn(&Range<usize>) -> bool) -> bool {
        accept(&(start..start))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::pattern::Pattern;
    use super::*;

    fn all(hay: &[u8], mut find: impl FnMut(usize) -> Option<Range<usize>>) -> Vec<Range<usize>> {
        let (mut all, mut at) = (Vec::new(), 0);
        while let Some(found) = find(at).filter(|_| at <= hay.len()) {
            at = found.end + usize::from(found.is_empty());
            let repeats = found.is_empty() && all.last().is_some_and(|last: &Range<usize>| last.end == found.end);
            if !repeats {
                all.push(found);
            }
        }
        all
    }

    proptest! {
        #[test]
        fn the_regex_engine_finds_the_same(
            list in proptest::collection::vec("[abkKs\u{e9}\u{212a} -]{1,6}", 1..12),
            hay in proptest::collection::vec(prop_oneof![
                Just("a"), Just("b"), Just("K"), Just("k"), Just("s"), Just("\u{17f}"), Just("\u{212a}"), Just("\u{e9}"),
                Just("\u{c9}"), Just(" "), Just("-"), Just("ab"), Just("AB"),
            ], 0..60),
            case in 0u8..2, boundary in 0u8..3, unicode: bool, broken in 0usize..80, with_empty: bool,
        ) {
            let mut hay = hay.concat().into_bytes();
            if broken < hay.len() {
                hay[broken] = 0xff;
            }
            let syntax = Syntax {
                dialect: Dialect::Fixed,
                case: if case == 0 { Case::Sensitive } else { Case::Insensitive },
                boundary: [Boundary::Any, Boundary::Word, Boundary::Line][usize::from(boundary)],
                unicode,
                ..Syntax::default()
            };
            let mut list: Vec<Vec<u8>> = list.into_iter().map(String::into_bytes).collect();
            if with_empty && syntax.boundary != Boundary::Word {
                list.push(Vec::new());
            }
            let words = WordSearch::of_any_number(&list, &syntax).unwrap();
            // These are fewer words than this module accepts.
            let regex = Pattern::new(&list, &syntax).unwrap();
            let mut expected = Vec::new();
            regex.matches_in(&hay, |found| {
                expected.push(found);
                true
            }).unwrap();
            prop_assert_eq!(all(&hay, |at| words.find(&hay, at)), expected);
        }
    }

    fn words(list: &[&str], syntax: &Syntax) -> WordSearch {
        let list: Vec<Vec<u8>> = list.iter().map(|word| word.as_bytes().to_vec()).collect();
        WordSearch::of_any_number(&list, syntax).unwrap()
    }

    #[test]
    fn the_longest_word_counts_in_posix_dialects_and_else_the_first_in_the_list() {
        let list = ["abc", "ab", "abcde", "x"];
        let fixed = Syntax { dialect: Dialect::Fixed, ..Syntax::default() };
        assert_eq!(words(&list, &fixed).find(b"-abcd", 0), Some(1..4));
        assert_eq!(words(&["ab", "abc"], &Syntax::default()).find(b"abc", 0), Some(0..2));
    }

    #[test]
    fn windows_of_unicode_text_overlap() {
        let syntax = Syntax { dialect: Dialect::Fixed, case: Case::Insensitive, ..Syntax::default() };
        let words = words(&["kelvin", "\u{e9}t\u{e9}"], &syntax);
        for shift in 0..20 {
            let mut hay = "\u{fc}".repeat(WINDOW / 2 - 10).into_bytes();
            hay.extend(std::iter::repeat_n(b'-', shift));
            let start = hay.len();
            hay.extend_from_slice("\u{212a}elvin".as_bytes());
            assert_eq!(words.find(&hay, 0), Some(start..start + 8), "{shift}");
        }
    }

    #[test]
    fn words_with_operators_are_not_plain() {
        let fits = |words: &[&str], syntax: &Syntax| {
            let list: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
            WordSearch::of_any_number(&list, syntax).is_some()
        };
        assert!(fits(&["a", "b"], &Syntax::default()));
        assert!(!fits(&["a", "b.c"], &Syntax::default()));
        assert!(!fits(&["a", ""], &Syntax::default()));
        assert!(fits(&["a", "b.c"], &Syntax { dialect: Dialect::Fixed, ..Syntax::default() }));
    }
}
