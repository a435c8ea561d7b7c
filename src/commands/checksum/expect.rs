//! `--expect`: compares files with a digest given on the command line.
//!
//! The digest may name its algorithm, as in `sha256:DIGEST` (container images) and `sha256-BASE64`
//! (W3C Subresource Integrity). Otherwise, `--algorithm` or the length of the digest determines it.

use std::io;

use anyhow::bail;

use super::ChecksumRun;
use super::check::Check;
use super::list::{AlgorithmFilter, Expected, ListEntry, ListItem, base64, expected, hex};
use crate::cli::checksum::ChecksumArgs;
use crate::cli::wording::invalid_value;
use crate::digest::Algorithm;
use crate::exit::Exit;
use crate::output::Output;

/// Compares every file with the digest, and prints a verdict for each.
///
/// # Errors
/// Returns an error if the text is not a digest. The inner result is an error if writing to
/// standard output fails.
pub fn run(
    run: ChecksumRun<'_>,
    args: &ChecksumArgs,
    text: &str,
    output: &mut Output,
) -> anyhow::Result<io::Result<Exit>> {
    let Some(expected) = parse(text.trim(), &run.settings.named) else {
        let named: Vec<&str> = run.settings.named.iter().map(|algorithm| algorithm.name()).collect();
        let algorithms = if named.is_empty() { "any algorithm".into() } else { named.join(" or ") };
        let reason = format_args!("expected a digest of {algorithms}, in hexadecimal or base64");
        bail!(invalid_value("--expect", text, reason));
    };
    let entries = run.settings.files.iter().map(move |name| {
        let expected = vec![expected.clone()];
        let entry = ListEntry { name: name.clone(), expected, may_be_windows: false, may_be_padded: false };
        ListItem::Entry(entry)
    });
    Ok(Check::new(run, &args.checking, "--expect".as_ref()).run(entries, output))
}

fn parse(text: &str, wanted: &[Algorithm]) -> Option<Expected> {
    let filter = AlgorithmFilter { wanted, likely: None };
    for separator in [':', '-'] {
        if let Some((name, digest)) = text.split_once(separator)
            && let Some(algorithm) = Algorithm::named(name)
        {
            let bytes = hex(digest.as_bytes()).into_iter().chain(base64(digest.as_bytes()));
            let fitting = |bytes: Vec<u8>| Some((algorithm.with_len(bytes.len() as u64)?, bytes));
            let (spec, bytes) = bytes.filter_map(fitting).next()?;
            return filter.allows(algorithm).then(|| Expected::of(&bytes, &[spec], None));
        }
    }
    expected(&filter, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_that_say_what_made_them() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let algorithms = |text: &str, wanted: &[Algorithm]| -> Vec<Algorithm> {
            let candidates = parse(text, wanted).map(|expected| expected.candidates).unwrap_or_default();
            candidates.iter().map(|candidate| candidate.spec.algorithm).collect()
        };
        assert_eq!(algorithms(&format!("sha256:{abc}"), &[]), [Algorithm::Sha256]);
        assert_eq!(algorithms("sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", &[]), [Algorithm::Sha256]);
        assert_eq!(algorithms(abc, &[Algorithm::Sm3]), [Algorithm::Sm3]);
        assert!(algorithms(abc, &[]).len() > 3);
        for wrong in ["", "xyz", "sha256:abcd", "sha1:zz"] {
            assert!(algorithms(wrong, &[]).is_empty(), "{wrong}");
        }
        assert!(algorithms(&format!("sha256:{abc}"), &[Algorithm::Md5]).is_empty());
    }
}
