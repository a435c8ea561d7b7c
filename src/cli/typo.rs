//! Finds the known word that was meant by a word with a typo.

use strsim::osa_distance;

use super::checksum::ALGORITHMS;
use super::wording::one_of;

/// Returns whether two words differ only by a typo: by at most two letters, and by at most a third of
/// the letters of `other`. Two neighbouring letters in the wrong order count as one.
pub fn is_near(typed: &str, other: &str) -> bool {
    let letters = other.trim_start_matches('-').chars().count();
    osa_distance(typed, other) <= 2.min((letters + 1) / 3)
}

/// Returns the known word that `typed` most likely means, if one is near.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().filter(|word| is_near(typed, word));
    // Letters in the wrong order are more likely than wrong letters, and a wrong first letter is the
    // least likely.
    let has_first = |word: &str| word.chars().next() == typed.chars().next();
    near.min_by_key(|word| (!has_letters_of(typed, word), osa_distance(typed, word), !has_first(word)))
}

/// Returns what to type instead of an unknown algorithm: the names that begin with it, else the nearest
/// name, else how to list all of them.
pub fn advice_on_algorithm(name: &str) -> String {
    const MAX_NAMES: usize = 12;
    let name = name.to_ascii_lowercase();
    let family: Vec<&str> =
        ALGORITHMS.into_iter().filter(|known| !name.is_empty() && known.starts_with(&name)).collect();
    let plain = |name: &str| name.replace(['-', '_'], "");
    let near = || {
        // `shasum -a 256` names SHA-2 by its length only.
        let numbered = ALGORITHMS.into_iter().find(|known| known.strip_prefix("sha") == Some(&name));
        if numbered.is_some() {
            return numbered;
        }
        let names = ALGORITHMS.map(plain);
        let nearest = nearest(&plain(&name), names.iter().map(String::as_str))?.to_owned();
        ALGORITHMS.into_iter().find(|known| plain(known) == nearest)
    };
    match family.len() {
        1..=MAX_NAMES => format!("expected {}", one_of(&family)),
        _ => match near() {
            Some(near) => format!("did you mean {near}?"),
            None => String::from("mapped checksum --list-algorithms shows all"),
        },
    }
}

fn has_letters_of(typed: &str, other: &str) -> bool {
    let sorted = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    sorted(typed) == sorted(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_is_near() {
        for (typed, other) in
            [("--colr", "--color"), ("grpe", "grep"), ("--line", "--lines"), ("ct", "cat"), ("cta", "cat")]
        {
            assert!(is_near(typed, other), "{typed} {other}");
        }
        for (typed, other) in
            [("head", "hexdump"), ("tail", "stat"), ("wc", "man"), ("--replace", "--reverse"), ("jpeg", "spec")]
        {
            assert!(!is_near(typed, other), "{typed} {other}");
        }
    }

    #[test]
    fn the_nearest_word_has_the_same_letters() {
        let names = ["sha1", "sha224", "sha256", "sha384", "sha512", "blake3"];
        for (typed, near) in [("sha265", "sha256"), ("sha521", "sha512"), ("sah1", "sha1"), ("blak3", "blake3")] {
            assert_eq!(nearest(typed, names), Some(near), "{typed}");
        }
        assert_eq!(nearest("whirlpool", names), None);
        // Regression: the nearest word was "stat".
        assert_eq!(nearest("jss", ["css", "js"]), Some("js"));
        assert_eq!(nearest("cta", ["stat", "cat", "man"]), Some("cat"));
    }
}
