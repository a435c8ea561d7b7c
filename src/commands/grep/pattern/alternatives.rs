//! Collects the alternatives from the command line and from pattern files.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};

use anyhow::{Context as _, Result, anyhow};

use crate::cli::grep::{GrepArgs, Patterns};
use crate::io::ListReader;
use crate::os::error_text;
use crate::os::posix::{OsStrExt, OsStringExt};
use crate::output::{command_name, escape_name, is_tool};

use super::Pattern;

/// Splits a pattern at newlines into alternatives, unless matches may span lines.
pub fn split(pattern: &[u8], patterns: &Patterns) -> Vec<Vec<u8>> {
    if patterns.multiline {
        return vec![pattern.to_vec()];
    }
    pattern.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// The maximum number of lines in a message about patterns.
const MAX_LINES: usize = 9;

/// The pattern files, each with the number of alternatives before its first one.
pub type PatternOrigins = Vec<(OsString, usize)>;

/// Returns an error that names each invalid alternative once, with its file and line if it is from
/// a file. The message has at most a few lines.
pub fn invalid_alternatives(
    error: anyhow::Error,
    alternatives: &[Vec<u8>],
    origins: &PatternOrigins,
    compile: &dyn Fn(&[Vec<u8>]) -> Result<Pattern>,
) -> anyhow::Error {
    let (mut seen, mut faults, mut lines) = (HashSet::new(), Vec::new(), 0);
    for (index, alternative) in alternatives.iter().enumerate() {
        let Err(error) = compile(std::slice::from_ref(alternative)) else { continue };
        if !seen.insert(alternative) {
            continue;
        }
        let origin = origins.iter().rfind(|(_, first)| *first <= index);
        let origin = origin.map(|(file, first)| format!("{}:{}: ", escape_name(file), index - first + 1));
        let fault = format!("{}{:#}", origin.unwrap_or_default(), invalid_pattern(error, alternative));
        lines += fault.lines().count();
        if lines > MAX_LINES && !faults.is_empty() {
            faults.push("there are more errors in the patterns".to_owned());
            break;
        }
        faults.push(fault);
    }
    if faults.is_empty() { error } else { anyhow!(faults.join("\nmapped: ")) }
}

/// Returns an error that names an invalid pattern, and says how to search for its text. As in GNU
/// grep, it is only the reason when run as grep.
pub fn invalid_pattern(error: anyhow::Error, pattern: &[u8]) -> anyhow::Error {
    const MAX_CHARACTERS: usize = 80;
    let reason = format!("{error:#}");
    if is_tool() || reason.contains("this build") {
        return error;
    }
    let text = String::from_utf8_lossy(pattern);
    let end = text.char_indices().nth(MAX_CHARACTERS).map(|(end, _)| end);
    let shown = escape_name(OsStr::new(&text[..end.unwrap_or(text.len())])).into_owned();
    let shown = if end.is_some() { format!("{shown}...") } else { shown };
    let advice = if reason.contains("; ") { "" } else { "; -F treats the pattern as text" };
    anyhow!("invalid pattern '{shown}': {reason}{advice}")
}

/// Returns the alternatives of `-e`, `-f` or the first operand, the positions of those from files,
/// and the files to search.
///
/// # Errors
/// Returns an error if there is no pattern, or a file cannot be read.
pub fn alternatives(args: &GrepArgs) -> Result<(Vec<Vec<u8>>, PatternOrigins, Vec<OsString>)> {
    let mut origins = Vec::new();
    let patterns = &args.patterns;
    let mut operands = args.operands.iter();
    let mut all = Vec::new();
    for pattern in &patterns.regexp {
        all.extend(split(pattern.as_bytes(), patterns));
    }
    for file in &patterns.file {
        let failed = |error| anyhow!("{}: {}", escape_name(file), error_text(&error));
        let mut lines = ListReader::open(file).map_err(failed)?;
        let first = all.len();
        while let Some((_, line)) = lines.next_line().map_err(failed)? {
            // With `--crlf`, a pattern file may itself have CRLF line endings.
            let line = if patterns.crlf { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
            all.push(line.to_vec());
        }
        if all.len() > first {
            origins.push((file.clone(), first));
        }
    }
    let has_pattern =
        ![&patterns.regexp, &patterns.file, &patterns.and, &patterns.not].iter().all(|all| all.is_empty());
    if !has_pattern {
        let missing = || match is_tool() {
            true => format!("missing PATTERN\nTry '{} --help' for more information.", command_name("grep")),
            false => String::from("missing PATTERN; see mapped grep --help"),
        };
        let first = operands.next().with_context(missing)?;
        all = split(&first.clone().into_vec(), patterns);
    }
    Ok((all, origins, operands.cloned().collect()))
}
