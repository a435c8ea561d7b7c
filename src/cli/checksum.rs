//! `mapped checksum`.

use std::ffi::OsString;

use super::common::Common;
use super::getopt::allow_any_value;
use super::size::parse_size;
use super::suggested::Suggested;

/// The algorithms that completions suggest: those of `--list-algorithms`.
pub const ALGORITHMS: [&str; 32] = [
    "blake3",
    "sha256",
    "sha224",
    "sha384",
    "sha512",
    "sha512-256",
    "sha512-224",
    "sha3-224",
    "sha3-256",
    "sha3-384",
    "sha3-512",
    "sha1",
    "md5",
    "blake2b",
    "blake2s",
    "blake2bp",
    "blake2sp",
    "ripemd160",
    "sm3",
    "crc",
    "crc32b",
    "bsd",
    "sysv",
    "crc32",
    "crc32c",
    "crc64-xz",
    "crc64-nvme",
    "adler32",
    "xxh32",
    "xxh64",
    "xxh3",
    "xxh128",
];

/// Print or check digests of files.
///
/// Prints `BLAKE3 (FILE) = DIGEST` lines, or verifies lists of digests with --check. Digests that
/// have their own command in coreutils, such as sha256sum, are printed as `DIGEST  FILE`. Uses all
/// processors for several files and, with BLAKE3, CRCs and Adler-32, for a single file.
#[derive(clap::Args, Debug)]
// Here, `--length` is the length of the digest, as in b2sum, cksum and b3sum.
#[command(
    override_usage = "mapped checksum [OPTION]... [FILE]...\n       mapped checksum -c [OPTION]... [LIST]...\n       mapped checksum --audit [OPTION]... [LIST]... [DIR]..."
)]
#[command(mut_arg("length", |arg| arg.long("bytes")), args_override_self = true, infer_long_args = true, mut_args(allow_any_value))]
pub struct ChecksumArgs {
    /// Files to digest, or lists to verify with --check; - is standard input, the default
    #[arg(value_name = "FILE")]
    pub files: Vec<OsString>,

    /// Algorithm, or several separated by commas, computed in one pass; see --list-algorithms
    ///
    /// The names that GNU and other tools use are accepted too. With --check, lines of other
    /// algorithms are ignored.
    #[arg(
        short, long = "algorithm", value_name = "NAME", value_delimiter = ',',
        value_parser = Suggested(|| ALGORITHMS.to_vec()), hide_possible_values = true
    )]
    pub algorithms: Vec<String>,

    /// List the algorithms and exit
    #[arg(long)]
    pub list_algorithms: bool,

    /// Digest length: in bits for blake2, sha2 and sha3, as in b2sum and cksum; in bytes for
    /// blake3, as in b3sum
    #[arg(short = 'l', long = "length", id = "digest_length", value_name = "N", value_parser = parse_digest_length)]
    pub digest_length: Option<u64>,

    /// Digest all regular files below a directory, in byte order of their names
    ///
    /// The file that standard output is redirected to is skipped: `mapped checksum -r . > LIST`.
    #[arg(short, long, conflicts_with_all = ["check", "audit"])]
    pub recursive: bool,

    /// Digest the decompressed contents of compressed files, recognised by their content
    #[arg(long)]
    pub decompress: bool,

    /// Read NUL-terminated file names from FILE; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["files", "check", "audit"])]
    pub files0_from: Option<OsString>,

    /// Compare the digest of FILE with DIGEST, in hexadecimal or base64
    #[arg(long, value_name = "DIGEST", conflicts_with_all = ["check", "audit", "recursive", "files0_from"])]
    pub expect: Option<String>,

    /// Print a digest for each piece of SIZE bytes, as md5deep -p does
    ///
    /// --check reads such lists, names the pieces that differ, and reports bytes that no line covers.
    #[arg(long, value_name = "SIZE", value_parser = parse_piece, conflicts_with_all = ["check", "audit", "expect", "raw", "decompress"])]
    pub pieces: Option<u64>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub format: DigestFormat,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub checking: Checking,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub blake3: Blake3,

    /// Input and reporting.
    #[command(flatten)]
    pub common: Common,
}

/// Options for the format of digests.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Output")]
pub struct DigestFormat {
    /// Write BSD-style lines, `SHA256 (FILE) = DIGEST`
    ///
    /// This is the default for several algorithms, and for any that has no `*sum` command in
    /// coreutils, because an untagged BLAKE3 line would look like SHA-256.
    #[arg(long, overrides_with = "untagged")]
    pub tag: bool,

    /// Write `DIGEST  FILE` lines
    #[arg(long, overrides_with = "tag")]
    pub untagged: bool,

    /// Mark files as read in binary mode, with `*` before the name; the digest is the same
    #[arg(short, long, overrides_with = "text")]
    pub binary: bool,

    /// Mark files as read in text mode, with a space before the name (default)
    #[arg(short, long, overrides_with = "binary")]
    pub text: bool,

    /// End each line with NUL, not newline, and do not escape names; with --check, read such lists
    #[arg(short, long)]
    pub zero: bool,

    /// Write digests in base64 rather than hexadecimal
    #[arg(long)]
    pub base64: bool,

    /// Write the raw bytes of a single file's digest
    #[arg(long)]
    pub raw: bool,

    /// Write one JSON object per line
    #[arg(long, conflicts_with_all = ["tag", "untagged", "raw", "zero"])]
    pub json: bool,

    /// Omit file names
    #[arg(long)]
    pub no_names: bool,
}

/// Options for verifying lists of digests.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Checking")]
pub struct Checking {
    /// Read digests from the files and verify them
    ///
    /// Understands the lines of md5sum and its kin, cksum and sum, BSD tags, b3sum, xxhsum, openssl, SFV files,
    /// RHash, hashdeep and md5deep, cfv's tables, PowerShell and certutil, Gentoo Manifests and Debian Release
    /// files, and NAME.sha256 files that contain only digests. A tag names its algorithm; otherwise
    /// --algorithm does, or every algorithm with digests of that length is tried.
    #[arg(short, long)]
    pub check: bool,

    /// Like --check, but also report files that are not in the list, have moved, or are missing
    ///
    /// Searches each DIR and the directories that the listed names start with: the current one for
    /// `./NAME`, and the deepest common one for absolute names. Reports listed files in the order of the
    /// list, then moved and new files in byte order of their names, then missing files.
    #[arg(long, conflicts_with = "ignore_missing")]
    pub audit: bool,

    /// Look for the listed files below DIR: DIR/NAME for each listed NAME
    #[arg(long, value_name = "DIR")]
    pub directory: Option<OsString>,

    /// Do not print OK for each verified file
    #[arg(long, overrides_with_all = ["status", "warn"])]
    pub quiet: bool,

    /// Print nothing; the exit status shows the result
    #[arg(long, overrides_with_all = ["quiet", "warn"])]
    pub status: bool,

    /// Exit with failure for improperly formatted lines
    #[arg(long)]
    pub strict: bool,

    /// Warn about each improperly formatted line
    #[arg(short, long, overrides_with_all = ["quiet", "status"])]
    pub warn: bool,

    /// Skip missing files silently
    #[arg(long)]
    pub ignore_missing: bool,
}

/// BLAKE3 options.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "BLAKE3")]
pub struct Blake3 {
    /// Use keyed mode, with the key read from standard input (32 bytes)
    #[arg(long, conflicts_with = "derive_key")]
    pub keyed: bool,

    /// Use key derivation mode with this context string
    #[arg(long, value_name = "CONTEXT")]
    pub derive_key: Option<String>,

    /// Start the digest at this byte of BLAKE3's output
    #[arg(long, value_name = "N")]
    pub seek: Option<u64>,

    /// b3sum's name for --threads; 0 means one per processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=1024), conflicts_with = "threads", hide_short_help = true)]
    pub num_threads: Option<u16>,

    /// b3sum's name for --io=read
    #[arg(long, conflicts_with = "io", hide_short_help = true)]
    pub no_mmap: bool,
}

/// Parses the length of a digest: a decimal number, as in b2sum, or a size with a unit.
fn parse_digest_length(text: &str) -> Result<u64, String> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map_err(|_| String::from("the number is too large"));
    }
    parse_size(text).map_err(|_| String::from("expected a number of bits, or of bytes for blake3"))
}

fn parse_piece(text: &str) -> Result<u64, String> {
    match parse_size(text)? {
        0 => Err("expected a size of at least 1 byte".into()),
        size => Ok(size),
    }
}
