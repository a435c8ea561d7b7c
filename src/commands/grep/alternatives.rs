//! Collects the alternatives from the command line and from pattern files.

use std::ffi::OsString;
use std::io::Read;

use anyhow::{Context as _, Result, bail};

use crate::cli::grep::{GrepArgs, Patterns};
use crate::os::posix::{OsStrExt, OsStringExt};

use super::pattern::Pattern;

/// Splits a pattern at newlines into alternatives, unless matches may span lines.
pub fn split(pattern: &[u8], patterns: &Patterns) -> Vec<Vec<u8>> {
    if patterns.multiline {
        return vec![pattern.to_vec()];
    }
    pattern.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// The pattern files, each with the number of alternatives before its first one.
pub type Places = Vec<(OsString, usize)>;

/// Returns an error with the file and line of the alternative at fault, if it is from a file.
pub fn at_fault(
    error: anyhow::Error,
    alternatives: &[Vec<u8>],
    places: &Places,
    compile: &dyn Fn(&[Vec<u8>]) -> Result<Pattern>,
) -> anyhow::Error {
    let Some(first) = places.first().map(|(_, first)| *first) else { return error };
    for (index, alternative) in alternatives.iter().enumerate().skip(first) {
        if let Err(error) = compile(std::slice::from_ref(alternative)) {
            let Some((file, first)) = places.iter().rfind(|(_, first)| *first <= index) else { return error };
            let file = crate::output::escape_name(file);
            return anyhow::anyhow!("{file}:{}: {error:#}", index - first + 1);
        }
    }
    error
}

/// Returns the alternatives of `-e`, `-f` or the first operand, the positions of those from files,
/// and the files to search.
///
/// # Errors
/// Returns an error if there is no pattern, or a file cannot be read.
pub fn alternatives(args: &GrepArgs) -> Result<(Vec<Vec<u8>>, Places, Vec<OsString>)> {
    let mut places = Vec::new();
    let patterns = &args.patterns;
    let mut operands = args.operands.iter();
    let mut all = Vec::new();
    for pattern in &patterns.regexp {
        all.extend(split(pattern.as_bytes(), patterns));
    }
    for file in &patterns.file {
        let mut text = Vec::new();
        let read = if file == "-" {
            std::io::stdin().read_to_end(&mut text)
        } else {
            crate::io::path::open(file).and_then(|mut file| file.read_to_end(&mut text))
        };
        if let Err(error) = read {
            bail!("{}: {}", crate::output::escape_name(file), crate::os::error_text(&error));
        }
        if text.ends_with(b"\n") {
            text.pop();
        } else if text.is_empty() {
            continue;
        }
        places.push((file.clone(), all.len()));
        // With `--crlf`, a pattern file may itself have CRLF line endings.
        let line = |line: &[u8]| match patterns.crlf {
            true => line.strip_suffix(b"\r").unwrap_or(line).to_vec(),
            false => line.to_vec(),
        };
        all.extend(text.split(|&byte| byte == b'\n').map(line));
    }
    let has_pattern =
        ![&patterns.regexp, &patterns.file, &patterns.and, &patterns.not].iter().all(|all| all.is_empty());
    if !has_pattern {
        let first = operands.next().context("no pattern; see `mapped grep --help`")?;
        all = split(&first.clone().into_vec(), patterns);
    }
    Ok((all, places, operands.cloned().collect()))
}
