//! Folds case by Unicode's simple rules, as the regex engine does, for lists of words.

use std::collections::HashMap;

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// The case folding of the letters that occur in some words.
///
/// Characters that differ only in case have one representative: an ASCII lower-case letter if there is one.
#[derive(Debug)]
pub struct CaseFold {
    /// The representative of each character that has a different one, except ASCII letters.
    all: HashMap<char, char>,
}

impl CaseFold {
    /// The largest factor by which folding shortens a string: three bytes (the Kelvin sign) become
    /// one.
    pub const MAX_SHRINK_FACTOR: usize = 3;

    /// Folds words. Returns them with the folding for the texts to search, or `None` if it only
    /// converts ASCII letters to lower case. Bytes that are not part of a character are unchanged.
    pub fn new(words: &[Vec<u8>], unicode: bool) -> (Option<CaseFold>, Vec<Vec<u8>>) {
        if !unicode {
            return (None, words.iter().map(|word| word.to_ascii_lowercase()).collect());
        }
        let (mut fold, mut seen) = (CaseFold { all: HashMap::new() }, HashMap::new());
        let mut folded = Vec::with_capacity(words.len());
        for word in words {
            let mut text = Vec::with_capacity(word.len());
            for chunk in word.utf8_chunks() {
                let letters: String =
                    chunk.valid().chars().map(|c| *seen.entry(c).or_insert_with(|| fold.learn(c))).collect();
                text.extend_from_slice(letters.as_bytes());
                text.extend_from_slice(chunk.invalid());
            }
            folded.push(text);
        }
        ((!fold.all.is_empty()).then_some(fold), folded)
    }

    /// Adds a character and those that differ from it only in case. Returns their representative.
    fn learn(&mut self, c: char) -> char {
        let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
        class.case_fold_simple();
        let members = || class.iter().flat_map(|range| range.start()..=range.end());
        let small = members().find(char::is_ascii_lowercase);
        let chosen = small.or_else(|| members().next()).unwrap_or(c);
        self.all.extend(members().filter(|&other| !other.is_ascii() && other != chosen).map(|other| (other, chosen)));
        chosen
    }

    /// Folds a string except for its ASCII letters. Returns the source position of each byte of the
    /// result, and of the end.
    pub fn apply(&self, text: &[u8]) -> (Vec<u8>, Vec<u32>) {
        let mut folded = Vec::with_capacity(text.len());
        let mut positions = Vec::with_capacity(text.len() + 1);
        let mut at = 0u32;
        for chunk in text.utf8_chunks() {
            for c in chunk.valid().chars() {
                let mut buffer = [0; 4];
                let written = self.all.get(&c).unwrap_or(&c).encode_utf8(&mut buffer);
                folded.extend_from_slice(written.as_bytes());
                positions.extend((0..written.len()).map(|within| at + within.min(c.len_utf8() - 1) as u32));
                at += c.len_utf8() as u32;
            }
            folded.extend_from_slice(chunk.invalid());
            positions.extend((0..chunk.invalid().len() as u32).map(|within| at + within));
            at += chunk.invalid().len() as u32;
        }
        positions.push(at);
        (folded, positions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_stands_for_all_that_differ_in_case() {
        let (fold, words) = CaseFold::new(&["\u{212a}S".into(), "\u{c9}".into()], true);
        let fold = fold.unwrap();
        assert_eq!(words[0], b"ks");
        let (text, positions) = fold.apply("\u{212a}\u{17f}\u{e9}\u{c9}".as_bytes());
        assert_eq!((&text[..2], &positions[..3]), (&b"ks"[..], &[0, 3, 5][..]));
        assert_eq!(text[2..4], text[4..6]);
        assert_eq!(positions.last(), Some(&9));
    }

    #[test]
    fn bytes_that_are_not_utf8_stay() {
        let (fold, _) = CaseFold::new(&[b"k".to_vec()], true);
        assert_eq!(fold.unwrap().apply(b"a\xffb\xe2\x84").0, b"a\xffb\xe2\x84");
    }
}
