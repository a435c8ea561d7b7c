//! The digests with their lengths, and their names on the command line, in BSD tags and in other
//! tools.
//!
//! A single table answers every question about a name, so the argument parser, the list parser and
//! `--list-algorithms` cannot disagree. Nothing is computed here.

/// A supported digest.
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
    /// SHA-512/224 of FIPS 180-4.
    Sha512_224,
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
    /// BLAKE2s of RFC 7693, any length up to 256 bits.
    Blake2s,
    /// BLAKE2bp: four BLAKE2b instances in parallel (<https://www.blake2.net/blake2.pdf>).
    Blake2bp,
    /// BLAKE2sp: eight BLAKE2s instances in parallel (<https://www.blake2.net/blake2.pdf>).
    Blake2sp,
    /// RIPEMD-160 of ISO/IEC 10118-3.
    Ripemd160,
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

/// A row of the table.
struct AlgorithmRow {
    algorithm: Algorithm,
    /// The name on the command line.
    name: &'static str,
    /// The name in a BSD tag, before any `-BITS`.
    tag: &'static str,
    /// The digest's default length.
    bits: u64,
    /// Other names used by other tools, compared without regard to case.
    aliases: &'static [&'static str],
    /// A description for `--list-algorithms`.
    about: &'static str,
}

macro_rules! rows {
    ($($variant:ident $name:literal $tag:literal $bits:literal [$($alias:literal),*] $about:literal;)*) => {
        &[$(AlgorithmRow { algorithm: Algorithm::$variant, name: $name, tag: $tag, bits: $bits, aliases: &[$($alias),*], about: $about }),*]
    };
}

/// The table of algorithms, in the order of `--list-algorithms`.
const TABLE: &[AlgorithmRow] = rows! {
    Blake3    "blake3"     "BLAKE3"     256 ["b3", "b3sum"]                            "BLAKE3, on every core even for one file";
    Sha256    "sha256"     "SHA256"     256 ["sha2-256", "sha-256", "sha256sum"]       "SHA-256 (FIPS 180-4)";
    Sha224    "sha224"     "SHA224"     224 ["sha2-224", "sha-224", "sha224sum"]       "SHA-224 (FIPS 180-4)";
    Sha384    "sha384"     "SHA384"     384 ["sha2-384", "sha-384", "sha384sum"]       "SHA-384 (FIPS 180-4)";
    Sha512    "sha512"     "SHA512"     512 ["sha2-512", "sha-512", "sha512sum"]       "SHA-512 (FIPS 180-4)";
    Sha512_256 "sha512-256" "SHA512-256" 256 ["sha2-512/256", "sha512/256", "sha512_256", "sha512t256"] "SHA-512/256 (FIPS 180-4)";
    Sha512_224 "sha512-224" "SHA512-224" 224 ["sha2-512/224", "sha512/224", "sha512_224", "sha512t224"] "SHA-512/224 (FIPS 180-4)";
    Sha3_224  "sha3-224"   "SHA3-224"   224 ["sha3_224"]                               "SHA3-224 (FIPS 202)";
    Sha3_256  "sha3-256"   "SHA3-256"   256 ["sha3_256"]                               "SHA3-256 (FIPS 202)";
    Sha3_384  "sha3-384"   "SHA3-384"   384 ["sha3_384"]                               "SHA3-384 (FIPS 202)";
    Sha3_512  "sha3-512"   "SHA3-512"   512 ["sha3_512"]                               "SHA3-512 (FIPS 202)";
    Sha1      "sha1"       "SHA1"       160 ["sha-1", "sha1sum"]                       "SHA-1 (FIPS 180-4), broken: detects accidents, not attacks";
    Md5       "md5"        "MD5"        128 ["md5sum"]                                 "MD5 (RFC 1321), broken: detects accidents, not attacks";
    Blake2b   "blake2b"    "BLAKE2b"    512 ["b2", "b2sum", "blake2", "blake2b512", "blake2b-512"] "BLAKE2b (RFC 7693), with the length in bits set by -l";
    Blake2s   "blake2s"    "BLAKE2s"    256 ["blake2s256", "blake2s-256"]              "BLAKE2s (RFC 7693), with the length in bits set by -l";
    Blake2bp  "blake2bp"   "BLAKE2bp"   512 []                                         "BLAKE2bp: four lanes of BLAKE2b, with the length in bits set by -l";
    Blake2sp  "blake2sp"   "BLAKE2sp"   256 []                                         "BLAKE2sp: eight lanes of BLAKE2s, with the length in bits set by -l";
    Ripemd160 "ripemd160"  "RIPEMD160"  160 ["ripemd-160", "rmd160"]                   "RIPEMD-160 (ISO/IEC 10118-3)";
    Sm3       "sm3"        "SM3"        256 ["sm3sum"]                                 "SM3 (GB/T 32905)";
    Crc       "crc"        "CRC"        32  ["cksum", "posix"]                         "the CRC of POSIX cksum, in decimal, with the length";
    Crc32b    "crc32b"     "CRC32B"     32  []                                         "crc32 as in GNU cksum: in decimal, with the length";
    Bsd       "bsd"        "BSD"        16  []                                         "the sum of BSD sum (sum -r)";
    Sysv      "sysv"       "SYSV"       16  []                                         "the sum of System V sum (sum -s)";
    Crc32     "crc32"      "CRC32"      32  ["crc-32", "crc32-iso-hdlc", "zlib"]       "CRC-32/ISO-HDLC, as in zlib, gzip, PNG and zip";
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
    /// Returns all algorithms, in the order of the list.
    pub fn all() -> impl Iterator<Item = Algorithm> {
        TABLE.iter().map(|row| row.algorithm)
    }

    /// Returns the algorithm with this name, tag or alias, ignoring case.
    pub fn named(name: &str) -> Option<Algorithm> {
        let is = |other: &str| other.eq_ignore_ascii_case(name);
        TABLE
            .iter()
            .find(|row| is(row.name) || is(row.tag) || row.aliases.iter().any(|alias| is(alias)))
            .map(|row| row.algorithm)
    }

    fn row(self) -> &'static AlgorithmRow {
        TABLE.iter().find(|row| row.algorithm == self).expect("every algorithm has its row")
    }

    /// Returns the name on the command line.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Returns the name in a BSD tag, before any `-BITS`.
    pub fn tag(self) -> &'static str {
        self.row().tag
    }

    /// Returns a short description.
    pub fn about(self) -> &'static str {
        self.row().about
    }

    /// Returns the digest's default length in bytes.
    pub fn default_len(self) -> u64 {
        self.row().bits / 8
    }

    /// Returns the digest of `len` bytes, if the algorithm supports that length.
    pub fn with_len(self, len: u64) -> Option<Spec> {
        let fits = match self {
            Algorithm::Blake3 => len > 0,
            Algorithm::Blake2b | Algorithm::Blake2bp => (1..=64).contains(&len),
            Algorithm::Blake2s | Algorithm::Blake2sp => (1..=32).contains(&len),
            _ => len == self.default_len(),
        };
        fits.then_some(Spec { algorithm: self, len })
    }

    /// Returns whether the length of the digest can be chosen.
    pub fn has_length(self) -> bool {
        self == Algorithm::Blake3 || self.is_blake2()
    }

    /// Returns whether this is a BLAKE2 algorithm, whose lengths are given in bits.
    pub fn is_blake2(self) -> bool {
        matches!(self, Algorithm::Blake2b | Algorithm::Blake2s | Algorithm::Blake2bp | Algorithm::Blake2sp)
    }

    /// Returns whether cksum or sum prints this digest, as a decimal sum with the input's length.
    pub fn is_historical(self) -> bool {
        matches!(self, Algorithm::Crc | Algorithm::Crc32b | Algorithm::Bsd | Algorithm::Sysv)
    }

    /// Returns whether lines of this algorithm are tagged by default.
    ///
    /// coreutils' `*sum` commands print untagged lines for their algorithms. An untagged digest of
    /// any other algorithm would be mistaken for one of theirs, such as BLAKE3's for SHA-256's.
    pub fn is_tagged_by_default(self) -> bool {
        use Algorithm::*;
        !self.is_historical() && !matches!(self, Md5 | Sha1 | Sha224 | Sha256 | Sha384 | Sha512 | Blake2b)
    }
}

/// A digest to compute: an algorithm, and the length in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spec {
    /// The digest's algorithm.
    pub algorithm: Algorithm,
    /// The digest's length in bytes.
    pub len: u64,
}

impl From<Algorithm> for Spec {
    fn from(algorithm: Algorithm) -> Spec {
        Spec { algorithm, len: algorithm.default_len() }
    }
}

impl Spec {
    /// Returns the name in a BSD tag, with BLAKE2's length if that is not the default.
    pub fn tag(self) -> String {
        match self.algorithm {
            algorithm if algorithm.is_blake2() && self.len != algorithm.default_len() => {
                format!("{}-{}", algorithm.tag(), self.len * 8)
            }
            algorithm => algorithm.tag().to_owned(),
        }
    }

    /// Parses a BSD tag.
    pub fn tagged(tag: &str) -> Option<Spec> {
        if let Some(algorithm) = Algorithm::named(tag) {
            return Some(algorithm.into());
        }
        let (name, bits) = tag.rsplit_once('-')?;
        let bits: u64 = bits.parse().ok().filter(|bits| bits % 8 == 0)?;
        Algorithm::named(name).filter(|algorithm| algorithm.is_blake2())?.with_len(bits / 8)
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
        assert_eq!(Spec::tagged("BLAKE2b-128"), Algorithm::Blake2b.with_len(16));
        assert_eq!(Spec::tagged("BLAKE2S-128"), Algorithm::Blake2s.with_len(16));
        for wrong in ["BLAKE2b-12", "BLAKE2b-520", "BLAKE2s-512", "SHA256-128", "", "TTH"] {
            assert_eq!(Spec::tagged(wrong), None, "{wrong}");
        }
    }
}
