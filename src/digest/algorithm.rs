//! The digests by name: what each is called on the command line, in a BSD tag and elsewhere, and how long it is.
//!
//! One table answers every question about a name, so the argument parser, the check-file parser and
//! `--list-algorithms` cannot disagree. It computes nothing.

/// A digest that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// BLAKE3, any output length.
    Blake3,
    /// SHA-256 of FIPS 180-4.
    Sha256,
    /// SHA-224 of FIPS 180-4.
    Sha224,
    /// SHA-384 of FIPS 180-4.
    Sha384,
    /// SHA-512 of FIPS 180-4.
    Sha512,
    /// SHA-512/256 of FIPS 180-4.
    Sha512_256,
    /// SHA3-224 of FIPS 202.
    Sha3_224,
    /// SHA3-256 of FIPS 202.
    Sha3_256,
    /// SHA3-384 of FIPS 202.
    Sha3_384,
    /// SHA3-512 of FIPS 202.
    Sha3_512,
    /// SHA-1 of FIPS 180-4.
    Sha1,
    /// MD5 of RFC 1321.
    Md5,
    /// BLAKE2b of RFC 7693, any length up to 512 bits.
    Blake2b,
    /// SM3 of GB/T 32905-2016.
    Sm3,
    /// The CRC of POSIX `cksum`, which covers the length too.
    Crc,
    /// GNU's `cksum -a crc32b`: CRC-32/ISO-HDLC, shown in decimal with the length.
    Crc32b,
    /// The rotating 16-bit sum of BSD `sum`.
    Bsd,
    /// The 16-bit sum of System V `sum`.
    Sysv,
    /// CRC-32/ISO-HDLC, of zlib, gzip, PNG and zip.
    Crc32,
    /// CRC-32/ISCSI (Castagnoli).
    Crc32c,
    /// CRC-64/XZ.
    Crc64Xz,
    /// CRC-64/NVME.
    Crc64Nvme,
    /// Adler-32 of RFC 1950.
    Adler32,
    /// XXH32 with seed 0.
    Xxh32,
    /// XXH64 with seed 0.
    Xxh64,
    /// XXH3, 64 bits, with seed 0.
    Xxh3,
    /// XXH3, 128 bits, with seed 0.
    Xxh128,
}

/// One row of the table.
struct Row {
    algorithm: Algorithm,
    /// The name on the command line.
    name: &'static str,
    /// The name in a BSD tag, before any `-BITS`.
    tag: &'static str,
    /// The digest's length when none is asked for.
    bits: usize,
    /// Other names, as other tools write them, compared without regard to case.
    aliases: &'static [&'static str],
    /// What it is, for `--list-algorithms`.
    about: &'static str,
}

macro_rules! rows {
    ($($variant:ident $name:literal $tag:literal $bits:literal [$($alias:literal),*] $about:literal;)*) => {
        &[$(Row { algorithm: Algorithm::$variant, name: $name, tag: $tag, bits: $bits, aliases: &[$($alias),*], about: $about }),*]
    };
}

/// In the order that `--list-algorithms` shows.
const TABLE: &[Row] = rows! {
    Blake3    "blake3"     "BLAKE3"     256 ["b3", "b3sum"]                            "BLAKE3, a tree: one file on every core";
    Sha256    "sha256"     "SHA256"     256 ["sha2-256", "sha-256", "sha256sum"]       "SHA-256 (FIPS 180-4)";
    Sha224    "sha224"     "SHA224"     224 ["sha2-224", "sha-224", "sha224sum"]       "SHA-224 (FIPS 180-4)";
    Sha384    "sha384"     "SHA384"     384 ["sha2-384", "sha-384", "sha384sum"]       "SHA-384 (FIPS 180-4)";
    Sha512    "sha512"     "SHA512"     512 ["sha2-512", "sha-512", "sha512sum"]       "SHA-512 (FIPS 180-4)";
    Sha512_256 "sha512-256" "SHA512-256" 256 ["sha2-512/256", "sha512/256", "sha512_256", "sha512t256"] "SHA-512/256 (FIPS 180-4)";
    Sha3_224  "sha3-224"   "SHA3-224"   224 ["sha3_224"]                               "SHA3-224 (FIPS 202)";
    Sha3_256  "sha3-256"   "SHA3-256"   256 ["sha3_256"]                               "SHA3-256 (FIPS 202)";
    Sha3_384  "sha3-384"   "SHA3-384"   384 ["sha3_384"]                               "SHA3-384 (FIPS 202)";
    Sha3_512  "sha3-512"   "SHA3-512"   512 ["sha3_512"]                               "SHA3-512 (FIPS 202)";
    Sha1      "sha1"       "SHA1"       160 ["sha-1", "sha1sum"]                       "SHA-1 (FIPS 180-4), broken: not against an attacker";
    Md5       "md5"        "MD5"        128 ["md5sum"]                                 "MD5 (RFC 1321), broken: not against an attacker";
    Blake2b   "blake2b"    "BLAKE2b"    512 ["b2", "b2sum", "blake2", "blake2b512", "blake2b-512"] "BLAKE2b (RFC 7693), -l bits";
    Sm3       "sm3"        "SM3"        256 ["sm3sum"]                                 "SM3 (GB/T 32905)";
    Crc       "crc"        "CRC"        32  ["cksum", "posix"]                         "the CRC of POSIX cksum, in decimal, with the length";
    Crc32b    "crc32b"     "CRC32B"     32  []                                         "crc32 as GNU cksum shows it: in decimal, with the length";
    Bsd       "bsd"        "BSD"        16  []                                         "the sum of BSD sum (sum -r)";
    Sysv      "sysv"       "SYSV"       16  []                                         "the sum of System V sum (sum -s)";
    Crc32     "crc32"      "CRC32"      32  ["crc-32", "crc32-iso-hdlc", "zlib"]       "CRC-32/ISO-HDLC, of zlib, gzip, PNG and zip";
    Crc32c    "crc32c"     "CRC32C"     32  ["crc-32c", "crc32-iscsi", "castagnoli"]   "CRC-32/ISCSI (Castagnoli)";
    Crc64Xz   "crc64-xz"   "CRC64-XZ"   64  ["crc64", "crc-64/xz", "crc-64-xz"]        "CRC-64/XZ";
    Crc64Nvme "crc64-nvme" "CRC64-NVME" 64  ["crc64nvme", "crc-64/nvme", "crc-64-nvme"] "CRC-64/NVME";
    Adler32   "adler32"    "ADLER32"    32  ["adler", "adler-32"]                      "Adler-32 (RFC 1950)";
    Xxh32     "xxh32"      "XXH32"      32  ["xxhash32", "xxh32sum"]                   "XXH32";
    Xxh64     "xxh64"      "XXH64"      64  ["xxhash64", "xxhash", "xxhsum", "xxh64sum"] "XXH64";
    Xxh3      "xxh3"       "XXH3"       64  ["xxh3-64", "xxh3_64", "xxh3sum", "xxh3_64bits"] "XXH3, 64 bits";
    Xxh128    "xxh128"     "XXH128"     128 ["xxh3-128", "xxh3_128", "xxh128sum", "xxh3_128bits"] "XXH3, 128 bits";
};

impl Algorithm {
    /// Every algorithm, in the order of the listing.
    pub fn all() -> impl Iterator<Item = Algorithm> {
        TABLE.iter().map(|row| row.algorithm)
    }

    /// The algorithm of this name, tag or alias, whatever its case.
    pub fn named(name: &str) -> Option<Algorithm> {
        let is = |other: &str| other.eq_ignore_ascii_case(name);
        TABLE
            .iter()
            .find(|row| is(row.name) || is(row.tag) || row.aliases.iter().any(|alias| is(alias)))
            .map(|row| row.algorithm)
    }

    fn row(self) -> &'static Row {
        // The table is in the order of no one in particular; 27 rows are searched once a digest line.
        TABLE.iter().find(|row| row.algorithm == self).expect("every algorithm has its row")
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The name in a BSD tag, before any `-BITS`.
    pub fn tag(self) -> &'static str {
        self.row().tag
    }

    /// What it is, in a few words.
    pub fn about(self) -> &'static str {
        self.row().about
    }

    /// The digest's length in bytes when none is asked for.
    pub fn default_len(self) -> usize {
        self.row().bits / 8
    }

    /// Whether the digest's length can be chosen.
    pub fn has_length(self) -> bool {
        matches!(self, Algorithm::Blake3 | Algorithm::Blake2b)
    }

    /// Whether it is shown as a decimal sum beside a length, as the historical tools do. Such lines cannot be checked.
    pub fn is_historical(self) -> bool {
        matches!(self, Algorithm::Crc | Algorithm::Crc32b | Algorithm::Bsd | Algorithm::Sysv)
    }
}

/// What to compute: an algorithm, and the digest's length where there is a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spec {
    /// Which digest.
    pub algorithm: Algorithm,
    /// The digest's length in bytes.
    pub len: usize,
}

impl From<Algorithm> for Spec {
    fn from(algorithm: Algorithm) -> Spec {
        Spec { algorithm, len: algorithm.default_len() }
    }
}

impl Spec {
    /// The name in a BSD tag: BLAKE2b shows its length when that is not the usual one.
    pub fn tag(self) -> String {
        match self.algorithm {
            Algorithm::Blake2b if self.len != self.algorithm.default_len() => {
                format!("BLAKE2b-{}", self.len * 8)
            }
            algorithm => algorithm.tag().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tags_and_aliases_are_unique_and_lead_back() {
        let mut seen = std::collections::HashMap::new();
        for row in TABLE {
            for name in [row.name, row.tag].into_iter().chain(row.aliases.iter().copied()) {
                let before = seen.insert(name.to_ascii_lowercase(), row.algorithm);
                assert!(before.is_none_or(|other| other == row.algorithm), "{name} names two algorithms");
                assert_eq!(Algorithm::named(name), Some(row.algorithm), "{name}");
            }
        }
        assert_eq!(Algorithm::named("sha257"), None);
    }

    #[test]
    fn tags_are_those_of_the_tools_that_made_them() {
        assert_eq!(Spec::from(Algorithm::Blake2b).tag(), "BLAKE2b");
        assert_eq!(Spec { algorithm: Algorithm::Blake2b, len: 16 }.tag(), "BLAKE2b-128");
        assert_eq!(Spec { algorithm: Algorithm::Blake3, len: 16 }.tag(), "BLAKE3");
        assert_eq!(Spec::from(Algorithm::Sha512_256).tag(), "SHA512-256");
    }
}
