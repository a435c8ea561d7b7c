//! Resolves the arguments into the digests to compute and the format in which to print them.
//!
//! This module rejects meaningless combinations, with coreutils' message where coreutils rejects
//! them too.

use std::ffi::OsString;
use std::io::Read;

use anyhow::{anyhow, bail};

use super::format::{ListStyle, TagStyle};
use crate::cli::checksum::ChecksumArgs;
use crate::cli::common::{Common, Io};
use crate::cli::typo;
use crate::cli::wording::invalid_value;
use crate::digest::algorithm::{Algorithm, Spec};
use crate::digest::hasher::Recipe;
use crate::digest::tree::TreeKey;
use crate::io::path;
use crate::os::error_text;
use crate::output::{self, escape_name};

/// The decisions for a run.
#[derive(Debug)]
pub struct ChecksumSettings {
    /// The digests to compute for each file. Under `--check`, only their key and seek offset
    /// matter.
    pub recipes: Vec<Recipe>,
    /// The algorithms selected by `-a`, if any.
    pub named: Vec<Algorithm>,
    /// The format of printed digests.
    pub style: ListStyle,
    /// The inputs, or standard input if none was given.
    pub files: Vec<OsString>,
    /// Whether the files are lists to verify.
    pub checks: bool,
    /// Whether each file is compared with a digest given on the command line.
    pub is_expected: bool,
}

impl ChecksumSettings {
    /// Resolves the arguments.
    ///
    /// # Errors
    /// Returns an error if options contradict each other.
    pub fn new(args: &ChecksumArgs) -> anyhow::Result<ChecksumSettings> {
        consistent(args).map_err(|message| misused(&message))?;
        check_operands(args).map_err(anyhow::Error::msg)?;
        let specs = specs(&args.algorithms, args.digest_length)?;
        let named =
            if args.algorithms.is_empty() { Vec::new() } else { specs.iter().map(|spec| spec.algorithm).collect() };
        let (key, seek) = (key(args)?, args.blake3.seek.unwrap_or(0));
        let has_blake3 = specs.iter().any(|spec| spec.algorithm == Algorithm::Blake3);
        if !has_blake3 && (key != TreeKey::None || args.blake3.seek.is_some()) {
            bail!("--keyed, --derive-key and --seek need -a blake3");
        }
        if specs.iter().any(|spec| spec.algorithm == Algorithm::Blake3 && seek.checked_add(spec.len).is_none()) {
            bail!("--seek and --length reach beyond the end of BLAKE3's output, 2^64 - 1 bytes");
        }
        let format = &args.format;
        let implied = args.files.is_empty() && args.files0_from.is_none();
        let style = ListStyle {
            tag: match () {
                () if format.tag || specs.len() > 1 && !format.untagged => TagStyle::Always,
                () if format.untagged || format.binary || format.text => TagStyle::Never,
                () => TagStyle::ByAlgorithm,
            },
            binary: format.binary && !format.tag,
            zero: format.zero,
            base64: format.base64,
            raw: format.raw,
            json: format.json,
            nameless: format.no_names,
            escape_for_terminal: false,
            implied,
        };
        let files = if implied { vec![OsString::from("-")] } else { args.files.clone() };
        if style.raw && (files.len() > 1 || args.recursive || args.files0_from.is_some()) {
            bail!("the --raw option is not supported with multiple files");
        }
        if style.raw && specs.len() > 1 {
            bail!("the --raw option is not supported with multiple algorithms");
        }
        let recipes = specs.into_iter().map(|spec| Recipe { spec, key, seek }).collect();
        let checks = args.checking.check || args.checking.audit;
        Ok(ChecksumSettings { recipes, named, style, files, checks, is_expected: args.expect.is_some() })
    }
}

/// Returns the shared options, two of which b3sum's own options override.
pub fn common(args: &ChecksumArgs) -> Common {
    let mut common = args.common.clone();
    if let Some(threads) = args.blake3.num_threads {
        common.threads = (threads > 0).then_some(threads);
    }
    if args.blake3.no_mmap {
        common.io = Io::Read;
    }
    common
}

/// Checks that the operands suit the options. The error suggests the command to use instead.
fn check_operands(args: &ChecksumArgs) -> Result<(), String> {
    let (files, checking) = (&args.files, &args.checking);
    if checking.audit
        && let Some(directory) = files.first().filter(|_| files.iter().all(|name| path::is_directory(name)))
    {
        let directory = escape_name(directory);
        return Err(format!("--audit compares {directory} with a list: mapped checksum --audit LIST {directory}"));
    }
    if checking.directory.is_some() && !checking.check && !checking.audit {
        return Err("--directory needs --check or --audit; to digest a tree: mapped checksum -r DIRECTORY".into());
    }
    if args.recursive && files.is_empty() && args.files0_from.is_none() {
        return Err("-r needs a directory: mapped checksum -r DIRECTORY, or . for the current one".into());
    }
    Ok(())
}

fn consistent(args: &ChecksumArgs) -> Result<(), String> {
    let (format, checking) = (&args.format, &args.checking);
    if format.tag && format.text {
        return Err("--tag does not support --text mode".into());
    }
    let checks = checking.check || checking.audit;
    if checks || args.expect.is_some() {
        let meaningless = [
            (format.tag, "the --tag option is meaningless when verifying checksums"),
            (format.untagged, "the --untagged option is meaningless when verifying checksums"),
            (format.binary || format.text, "the --binary and --text options are meaningless when verifying checksums"),
            (format.raw, "the --raw option is meaningless when verifying checksums"),
            (format.no_names, "the --no-names option is meaningless when verifying checksums"),
        ];
        if checking.directory.is_some() && !checks {
            return Err("the --directory option is meaningful only with --check or --audit".into());
        }
        return meaningless.iter().find(|(given, _)| *given).map_or(Ok(()), |(_, message)| Err((*message).into()));
    }
    let only_checking = [
        (checking.ignore_missing, "ignore-missing"),
        (checking.status, "status"),
        (checking.warn, "warn"),
        (checking.quiet, "quiet"),
        (checking.strict, "strict"),
    ];
    match only_checking.iter().find(|(given, _)| *given) {
        Some((_, name)) => Err(format!("the --{name} option is meaningful only when verifying checksums")),
        None => Ok(()),
    }
}

/// Returns the digests to compute, each once, in the order given.
fn specs(names: &[String], length: Option<u64>) -> anyhow::Result<Vec<Spec>> {
    let mut specs: Vec<Spec> = Vec::new();
    let mut length_used = false;
    for name in names.iter().map(String::as_str).chain(names.is_empty().then_some("blake3")) {
        let mut spec = Spec::from(algorithm(name, length)?);
        if let Some(length) = length.filter(|_| spec.algorithm.has_length() || is_family(name)) {
            length_used = true;
            spec.len = match spec.algorithm {
                algorithm if algorithm.is_blake2() => blake2_len(algorithm, length)?,
                Algorithm::Blake3 if length == 0 => {
                    bail!(invalid_value("--length", "0", "expected at least 1 byte"))
                }
                Algorithm::Blake3 => length,
                _ => spec.len,
            };
        }
        if !specs.contains(&spec) {
            specs.push(spec);
        }
    }
    // As in GNU cksum, 0 means the usual length of any digest.
    if length.is_some_and(|length| length > 0) && !length_used {
        match output::is_tool() {
            true => bail!("--length is only supported with --algorithm=blake2b, sha2 or sha3"),
            false => bail!("--length needs -a blake2b, blake2s, blake2bp, blake2sp, blake3, sha2 or sha3"),
        }
    }
    Ok(specs)
}

/// Returns whether GNU cksum uses a name for a family, whose member `--length` selects.
fn is_family(name: &str) -> bool {
    matches!(name, "sha2" | "sha3")
}

fn algorithm(name: &str, length: Option<u64>) -> anyhow::Result<Algorithm> {
    if is_family(name) {
        let Some(length) = length else {
            match output::is_tool() {
                true => bail!("--algorithm={name} requires specifying --length 224, 256, 384, or 512"),
                false => bail!("{name} has four lengths: add --length 224, 256, 384 or 512"),
            }
        };
        let member = if name == "sha2" { format!("sha{length}") } else { format!("sha3-{length}") };
        return match length {
            224 | 256 | 384 | 512 => Ok(Algorithm::named(&member).expect("a member of the family")),
            _ if output::is_tool() => bail!(
                "invalid length: '{length}'\nmapped: digest length for '{}' must be 224, 256, 384, or 512",
                name.to_uppercase()
            ),
            _ => bail!(invalid_value("--length", &length.to_string(), "expected 224, 256, 384 or 512 bits")),
        };
    }
    Algorithm::named(name).ok_or_else(|| {
        let advice = typo::advice_on_algorithm(name);
        match output::is_tool() {
            true => anyhow!("unknown algorithm '{name}'; {advice}"),
            false if advice.starts_with("mapped ") => {
                anyhow!(invalid_value("--algorithm", name, format_args!("there is no such algorithm; {advice}")))
            }
            false => anyhow!(invalid_value("--algorithm", name, advice)),
        }
    })
}

/// Returns the error about options that contradict each other. The coreutils add a second line.
fn misused(message: &str) -> anyhow::Error {
    let name = output::command_name("checksum");
    match output::is_tool() {
        true => anyhow!("{message}\nTry '{name} --help' for more information."),
        false => anyhow!("{message}; see {name} --help"),
    }
}

/// Returns the message about a length in bits: two lines with the reason in the words of the
/// coreutils when run as one of them, and what is expected otherwise.
fn invalid_length(bits: u64, reason: &str, expected: &str) -> String {
    match output::is_tool() {
        true => format!("invalid length: '{bits}'\nmapped: {reason}"),
        false => invalid_value("--length", &bits.to_string(), expected),
    }
}

/// Converts a length from bits to bytes, or from 0 to the default.
fn blake2_len(algorithm: Algorithm, bits: u64) -> anyhow::Result<u64> {
    let max = algorithm.default_len() * 8;
    if bits > max {
        let reason = format!("maximum digest length for '{}' is {max} bits", algorithm.tag());
        bail!(invalid_length(bits, &reason, &format!("expected at most {max} bits for {}", algorithm.tag())));
    }
    if !bits.is_multiple_of(8) {
        bail!(invalid_length(bits, "length is not a multiple of 8", "expected a multiple of 8 bits"));
    }
    Ok(if bits == 0 { algorithm.default_len() } else { bits / 8 })
}

fn key(args: &ChecksumArgs) -> anyhow::Result<TreeKey> {
    if let Some(context) = &args.blake3.derive_key {
        return Ok(TreeKey::Context(blake3::hazmat::hash_derive_key_context(context)));
    }
    if !args.blake3.keyed {
        return Ok(TreeKey::None);
    }
    if args.files.is_empty() || args.files.iter().any(|name| name == "-") {
        bail!("--keyed reads the key from standard input, which cannot be a file to digest as well");
    }
    let mut key = Vec::new();
    let read = crate::io::stdin().and_then(|stdin| stdin.take(33).read_to_end(&mut key));
    read.map_err(|error| anyhow!("reading the key: {}", error_text(&error)))?;
    let len = key.len();
    let key = key.try_into().map_err(|_| match len {
        33.. => anyhow!("the key on standard input is longer than 32 bytes"),
        _ => anyhow!("the key on standard input has {len} bytes, not 32"),
    })?;
    Ok(TreeKey::Keyed(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completions_suggest_every_algorithm() {
        let names: Vec<&str> = Algorithm::all().map(Algorithm::name).collect();
        assert_eq!(names, crate::cli::checksum::ALGORITHMS);
    }
}
