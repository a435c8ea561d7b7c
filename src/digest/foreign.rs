//! Digests that other tools compute but this program does not.
//!
//! A list's file name or a comment in it may name one of them. Such a list's digests must not be
//! mistaken for those of another algorithm of the same length.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A digest that is not supported.
#[derive(Debug, PartialEq, Eq)]
pub struct ForeignDigest {
    /// The name to print.
    pub name: &'static str,
    /// The possible lengths in bytes.
    lengths: &'static [u64],
    /// Other spellings, without case and punctuation.
    aliases: &'static [&'static str],
}

/// The length of the shortest name.
const MIN_NAME_LEN: usize = 3;
/// The maximum length of a word that may be a name with its punctuation.
const MAX_NAME_LEN: usize = 32;

macro_rules! foreign {
    ($($name:literal [$($length:literal),*] [$($alias:literal),*];)*) => {
        &[$(ForeignDigest { name: $name, lengths: &[$($length),*], aliases: &[$($alias),*] }),*]
    };
}

/// The digests of RHash, hashdeep, PHP, libgcrypt, OpenSSL and rclone that are not supported.
///
/// A digest that is written in base32 also has the length of that text read as base64.
const TABLE: &[ForeignDigest] = foreign! {
    "whirlpool"  [64]             ["whirlpool0", "whirlpoolt"];
    "tiger"      [24, 20, 16]     ["tiger2", "tiger1", "tiger192", "tiger160", "tiger128", "tgr"];
    "tth"        [24]             ["tigertree", "tigertreehash"];
    "gost"       [32, 64]         ["gosthash", "gost94", "gostcryptopro", "gost94cryptopro", "gostr341194", "mdgost94",
                                   "gost12", "gost12256", "gost12512", "gost2012", "gostr34112012", "mdgost12256",
                                   "mdgost12512", "streebog", "streebog256", "streebog512", "stribog", "stribog256",
                                   "stribog512", "gost12sum"];
    "ed2k"       [16]             ["edonkey", "edonkey2000", "emule"];
    "aich"       [20, 24]         [];
    "btih"       [20, 24]         ["bittorrent"];
    "md2"        [16]             [];
    "md4"        [16]             [];
    "md6"        [16, 28, 32, 48, 64] ["md6128", "md6224", "md6256", "md6384", "md6512"];
    "sha0"       [20]             [];
    "has160"     [20]             [];
    "ripemd128"  [16]             ["rmd128"];
    "ripemd256"  [32]             ["rmd256"];
    "ripemd320"  [40]             ["rmd320"];
    "snefru"     [16, 32]         ["snefru128", "snefru256"];
    "edonr"      [28, 32, 48, 64] ["edonr224", "edonr256", "edonr384", "edonr512"];
    "haval"      [16, 20, 24, 28, 32] ["haval128", "haval160", "haval192", "haval224", "haval256"];
    "keccak"     [28, 32, 48, 64] ["keccak224", "keccak256", "keccak384", "keccak512"];
    "shake"      [16, 32, 64]     ["shake128", "shake256"];
    "skein"      [16, 20, 28, 32, 48, 64, 128] ["skein256", "skein512", "skein1024"];
    "groestl"    [28, 32, 48, 64] ["grostl", "groestl256", "groestl512"];
    "blake"      [28, 32, 48, 64] ["blake224", "blake256", "blake384", "blake512"];
    "cubehash"   [32, 64]         [];
    "kupyna"     [32, 48, 64]     ["kupyna256", "kupyna384", "kupyna512"];
    "mdc2"       [16]             [];
    "murmur3"    [4, 16]          ["murmurhash", "murmurhash3", "murmur332", "murmur3128"];
    "siphash"    [8, 16]          [];
    "highwayhash" [8, 16, 32]     [];
    "quickxor"   [20]             ["quickxorhash"];
};

impl ForeignDigest {
    /// Returns the digest with this name, ignoring case and punctuation.
    pub fn named(name: &str) -> Option<&'static ForeignDigest> {
        static NAMES: LazyLock<HashMap<&str, &ForeignDigest>> = LazyLock::new(|| {
            let names =
                |row: &'static ForeignDigest| [&row.name].into_iter().chain(row.aliases).map(move |&name| (name, row));
            TABLE.iter().flat_map(names).collect()
        });
        if name.len() > MAX_NAME_LEN || !name.is_ascii() {
            return None;
        }
        let (mut plain, mut len) = ([0; MAX_NAME_LEN], 0);
        for letter in name.bytes().filter(u8::is_ascii_alphanumeric) {
            plain[len] = letter.to_ascii_lowercase();
            len += 1;
        }
        NAMES.get(std::str::from_utf8(&plain[..len]).ok()?).copied()
    }

    /// Returns whether a digest can have this length.
    pub fn fits(&self, len: usize) -> bool {
        self.lengths.contains(&(len as u64))
    }

    /// Returns the first digest that a string mentions, as in `TIGERSUMS`, `f.has-160` and `#
    /// Whirlpool, by RHash`.
    pub fn mentioned_in(text: &[u8]) -> Option<&'static ForeignDigest> {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        // Length or a lack of letters rules out most words of a string that is not a list.
        let is_name = |word: &&[u8]| word.len() >= MIN_NAME_LEN && word.iter().any(u8::is_ascii_alphabetic);
        text.split(|byte| !is_part(byte)).filter(is_name).find_map(|word| {
            let word = std::str::from_utf8(word).ok()?;
            let parts = word.split(['-', '_']).filter(|part| part.len() < word.len());
            [word].into_iter().chain(parts).find_map(|part| {
                let stem = |suffix: &str| {
                    let (stem, end) = part.split_at_checked(part.len().checked_sub(suffix.len())?)?;
                    end.eq_ignore_ascii_case(suffix).then_some(stem)
                };
                ForeignDigest::named(["sums", "sum", "deep"].into_iter().find_map(stem).unwrap_or(part))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Algorithm;

    #[test]
    fn names_are_unique_and_not_those_of_supported_digests() {
        let mut seen = std::collections::HashSet::new();
        for row in TABLE {
            for name in [row.name].iter().chain(row.aliases) {
                assert!(seen.insert(*name), "{name} names two digests");
                assert!(name.len() >= MIN_NAME_LEN, "{name}");
                assert_eq!(ForeignDigest::named(name), Some(row), "{name}");
                assert_eq!(Algorithm::named(name), None, "{name}");
            }
        }
    }

    #[test]
    fn names_are_found_in_file_names_and_comments() {
        let name = |text: &str| ForeignDigest::mentioned_in(text.as_bytes()).map(|found| found.name);
        for (text, want) in [
            ("f.tiger", "tiger"),
            ("WHIRLPOOLSUMS", "whirlpool"),
            ("sums.whirlpool.txt", "whirlpool"),
            ("f.has-160", "has160"),
            ("files_gost12-256.lst", "gost"),
            ("# Generated by tigerdeep 4.4", "tiger"),
            ("; ED2K links", "ed2k"),
            ("Snefru-256:", "snefru"),
            ("## Edon-R 512", "edonr"),
        ] {
            assert_eq!(name(text), Some(want), "{text}");
        }
        for text in ["SHA256SUMS", "f.md5", "# tigers", "hashes", "", "b2sum", "shakers", "blake2b", "x.blake3"] {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
