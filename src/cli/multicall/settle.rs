//! What of a tool depends on several of its options, or on its operands.

use std::ffi::OsStr;

use super::counts::{Signed, signed};
use super::rewrite::Line;

/// Has nothing to decide.
pub fn nothing(_line: &mut Line) -> Result<(), String> {
    Ok(())
}

/// Wants an operand.
pub fn operand(line: &mut Line) -> Result<(), String> {
    if line.operands.is_empty() { Err("missing operand".into()) } else { Ok(()) }
}

/// head: the first ten lines of each file, under its name if there are several.
pub fn head(line: &mut Line) -> Result<(), String> {
    let option = match count(line)? {
        // All but the last lines or bytes.
        Some((unit, Signed { sign: Some(b'-'), number })) => match number {
            0 => format!("--{unit}=1:"),
            number => format!("--{unit}=:-{}", number.saturating_add(1)),
        },
        Some((unit, Signed { number, .. })) => format!("--{unit}=1:+{number}"),
        None => "--lines=1:+10".into(),
    };
    line.push(option);
    headings(line);
    Ok(())
}

/// tail: the last ten lines of each file, under its name if there are several.
pub fn tail(line: &mut Line) -> Result<(), String> {
    let by_name =
        line.has("F") || line.last(&["follow"]).is_some_and(|given| given.value.as_deref() == Some(OsStr::new("name")));
    if line.has("retry") && !by_name {
        return Err("option '--retry' is offered with --follow=name only".into());
    }
    let option = match count(line)? {
        Some((unit, Signed { sign: Some(b'+'), number })) => format!("--{unit}={}:", number.max(1)),
        Some((unit, Signed { number, .. })) => format!("--{unit}=-{number}:"),
        None => "--lines=-10:".into(),
    };
    line.push(option);
    headings(line);
    Ok(())
}

/// Returns the last count of lines or bytes that head or tail was given.
fn count(line: &Line) -> Result<Option<(&'static str, Signed)>, String> {
    let Some(given) = line.last(&["lines", "bytes"]) else { return Ok(None) };
    let text = given.value.as_deref().unwrap_or_default();
    let unit = if given.name == "lines" { "lines" } else { "bytes" };
    match signed(text) {
        Some(count) => Ok(Some((unit, count))),
        None => Err(format!("invalid number of {unit}: '{}'", text.to_string_lossy())),
    }
}

fn headings(line: &mut Line) {
    let shown = match line.last(&["quiet", "silent", "verbose"]) {
        Some(given) => given.name == "verbose",
        None => line.operands.len() > 1,
    };
    line.push(if shown { "--heading" } else { "--no-heading" });
}

/// wc: only lines are counted.
pub fn wc(line: &mut Line) -> Result<(), String> {
    if line.has("lines") { Ok(()) } else { Err("only -l is offered".into()) }
}

/// The digest commands: lines without tags, unless lists are checked.
pub fn digest(line: &mut Line) -> Result<(), String> {
    if !line.has("check") {
        line.options.insert(0, "--untagged".into());
    }
    Ok(())
}

/// cksum: the CRC of POSIX by default, and tags for digests.
pub fn cksum(line: &mut Line) -> Result<(), String> {
    let algorithm = line.last(&["algorithm"]).map(|given| given.value.clone().unwrap_or_default());
    let is_sum = |name: &OsStr| ["sysv", "bsd", "crc", "crc32b"].iter().any(|sum| name == *sum);
    match algorithm {
        Some(name) => {
            let mut option = std::ffi::OsString::from("--algorithm=");
            option.push(&name);
            line.push(option);
            if !is_sum(&name) && !line.has("untagged") && !line.has("check") {
                line.push("--tag");
            }
        }
        None if !line.has("check") => line.push("--algorithm=crc"),
        None => {}
    }
    Ok(())
}

/// sum: BSD's sum, or System V's after -s.
pub fn sum(line: &mut Line) -> Result<(), String> {
    let is_sysv = line.last(&["r", "sysv"]).is_some_and(|given| given.name == "sysv");
    line.push(if is_sysv { "--algorithm=sysv" } else { "--algorithm=bsd" });
    Ok(())
}

/// hexdump: two-byte words unless a display or a format is named.
pub fn hexdump(line: &mut Line) -> Result<(), String> {
    if line.given.iter().all(|given| given.name == "color") {
        line.options.insert(0, "--format=hex".into());
    }
    Ok(())
}

/// xxd: its own format unless another is named; a file is written to by -r only.
pub fn xxd(line: &mut Line) -> Result<(), String> {
    let reverse = line.has("revert");
    if line.operands.len() > 2 || line.operands.len() == 2 && !reverse {
        return Err("an output file is offered with -r only; write: xxd FILE > OUTFILE".into());
    }
    match line.last(&["plain", "include", "bits"]).map(|given| given.name.as_str()) {
        Some("plain") => line.push("--plain"),
        Some("include") => {
            line.push("--include");
            if line.has("bits") {
                line.push("-b");
            }
        }
        Some(_) => line.push("--format=binary"),
        None => line.push("--format=xxd"),
    }
    // Each -a changes its mind.
    if line.given.iter().filter(|given| given.name == "autoskip").count() % 2 == 1 {
        line.push("--squeeze");
    }
    Ok(())
}

/// cmp: the first difference, all of them after -l, or none after -s.
pub fn cmp(line: &mut Line) -> Result<(), String> {
    match line.operands.len() {
        0 => return Err("missing operand".into()),
        1 => line.operands.push("-".into()),
        2 => {}
        _ => return Err("SKIP operands are not offered; see --ignore-initial".into()),
    }
    line.push(match line.last(&["verbose", "quiet", "silent"]).map(|given| given.name.as_str()) {
        Some("verbose") => "--plain",
        Some(_) => "--quiet",
        None => "--brief",
    });
    Ok(())
}

/// od: two-byte words in octal unless a type is named, and an offset as the last operand.
pub fn od(line: &mut Line) -> Result<(), String> {
    let is_modern = ["address-radix", "skip-bytes", "read-bytes", "format", "output-duplicates", "width", "endian"]
        .iter()
        .any(|name| line.has(name));
    let offset = line.operands.last().filter(|_| !is_modern).and_then(|word| old_offset(word));
    if let Some(offset) = offset {
        line.operands.pop();
        line.push(format!("--offset={offset}"));
    }
    if let Some(width) = line.last(&["width"]) {
        let mut option = std::ffi::OsString::from("--width=");
        option.push(width.value.clone().unwrap_or("32".into()));
        line.push(option);
    }
    if !line.options.iter().any(|option| option.as_encoded_bytes().starts_with(b"--type=")) {
        line.push("--type=o2");
    }
    Ok(())
}

/// Returns od's traditional offset, `+20` in octal or `+20.` in decimal, as `--offset` reads it.
fn old_offset(word: &OsStr) -> Option<String> {
    let word = word.to_str()?.strip_prefix('+')?;
    let (word, unit) = word.strip_suffix('b').map_or((word, ""), |word| (word, "b"));
    let (word, prefix) = match word.strip_suffix('.') {
        Some(decimal) => (decimal, ""),
        None => (word, "0"),
    };
    let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("{prefix}{word}{unit}"))
}
