//! `mapped checksum`.

use std::ffi::OsString;

use super::common::Common;
use super::getopt::take_any_word;

/// Print or check digests of files.
///
/// Prints `DIGEST  FILE` lines as sha256sum and b3sum do, or verifies such lines with --check. Uses
/// all processors for many files, and for one file if its digest allows it: BLAKE3, CRCs, Adler-32.
#[derive(clap::Args, Debug)]
// `--length` is the digest's here, as it is in b2sum, cksum and b3sum.
#[command(mut_arg("length", |arg| arg.long("bytes")), args_override_self = true, infer_long_args = true, mut_args(take_any_word))]
pub struct Args {
    /// Files to digest, or with --check the lists to check; `-` is standard input, which is also the default
    #[arg(value_name = "FILE")]
    pub files: Vec<OsString>,

    /// The digest, or several with commas, all computed in one pass; --list-algorithms names them
    ///
    /// GNU's and other tools' names are understood too. With --check it says which lines count.
    #[arg(short, long = "algorithm", value_name = "NAME", value_delimiter = ',')]
    pub algorithms: Vec<String>,

    /// List the algorithms and exit
    #[arg(long)]
    pub list_algorithms: bool,

    /// The digest's length: in bits for blake2b, sha2 and sha3, as b2sum and cksum have it; in bytes for blake3, as
    /// b3sum has it
    #[arg(short = 'l', long = "length", id = "digest_length", value_name = "N")]
    pub digest_length: Option<usize>,

    /// Digest all regular files below a directory, in the order of their names' bytes
    #[arg(short, long, conflicts_with = "check")]
    pub recursive: bool,

    /// Digest what compressed files decode to; they are recognized by their content
    #[arg(long)]
    pub decompress: bool,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub format: Format,

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

/// How digests are printed.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Output")]
pub struct Format {
    /// Write BSD-style lines, `SHA256 (FILE) = DIGEST`; the default for several algorithms
    #[arg(long, overrides_with = "untagged")]
    pub tag: bool,

    /// Write `DIGEST  FILE` lines even for several algorithms
    #[arg(long, overrides_with = "tag")]
    pub untagged: bool,

    /// Mark files as read in binary mode, with `*` before the name; the digest is the same
    #[arg(short, long, overrides_with = "text")]
    pub binary: bool,

    /// Mark files as read in text mode, with a space before the name (default)
    #[arg(short, long, overrides_with = "binary")]
    pub text: bool,

    /// End each line with NUL, not newline, and do not escape names
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

/// How lists of digests are checked.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Checking")]
pub struct Checking {
    /// Read digests from the files and verify them
    ///
    /// Lines may be those of md5sum and its kin, of cksum and other BSD tags, of b3sum, xxhsum and openssl, in any mix.
    /// A tag names its algorithm; otherwise --algorithm does, or the digest's length.
    #[arg(short, long)]
    pub check: bool,

    /// Do not print OK for each verified file
    #[arg(long, overrides_with_all = ["status", "warn"])]
    pub quiet: bool,

    /// Print nothing; the exit code shows success
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
    /// Use the keyed mode, with the 32 bytes of standard input as the key
    #[arg(long, conflicts_with = "derive_key")]
    pub keyed: bool,

    /// Use the key derivation mode, with this context
    #[arg(long, value_name = "CONTEXT")]
    pub derive_key: Option<String>,

    /// Where in the endless output the digest starts, in bytes
    #[arg(long, value_name = "N")]
    pub seek: Option<u64>,

    /// b3sum's name for --threads; 0 leaves it to the machine
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=1024), conflicts_with = "threads", hide_short_help = true)]
    pub num_threads: Option<u16>,

    /// b3sum's name for --io=read
    #[arg(long, conflicts_with = "io", hide_short_help = true)]
    pub no_mmap: bool,
}
