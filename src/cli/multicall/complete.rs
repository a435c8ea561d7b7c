//! Completes arguments that depend on several options of a tool or on its operands.

use std::ffi::{OsStr, OsString};

use super::counts::{SignedCount, signed};
use super::number::{CMP, DECIMAL, is_hexdump_size};
use super::rewrite::RewrittenArgs;
use crate::cli::size::is_blank;
use crate::os::NULL_DEVICE;

/// Does nothing, for tools whose options do not depend on each other.
pub fn nothing(_line: &mut RewrittenArgs) -> Result<(), String> {
    Ok(())
}

/// Checks that there is an operand.
pub fn operand(line: &mut RewrittenArgs) -> Result<(), String> {
    if line.operands.is_empty() { Err("missing operand".into()) } else { Ok(()) }
}

/// Completes the arguments of head: by default, the first ten lines of each file, below its name if
/// there are several files.
pub fn head(line: &mut RewrittenArgs) -> Result<(), String> {
    let option = match count(line)? {
        // All but the last lines or bytes.
        Some((unit, SignedCount { sign: Some(b'-'), number })) => match number {
            0 => format!("--{unit}=1:"),
            number => format!("--{unit}=:-{}", number.saturating_add(1)),
        },
        Some((unit, SignedCount { number, .. })) => format!("--{unit}=1:+{number}"),
        None => "--lines=1:+10".into(),
    };
    line.push(option);
    headings(line);
    Ok(())
}

/// Completes the arguments of tail: by default, the last ten lines of each file, below its name if
/// there are several files.
pub fn tail(line: &mut RewrittenArgs) -> Result<(), String> {
    check_ignored_numbers(line)?;
    let by_name =
        line.has("F") || line.last(&["follow"]).is_some_and(|given| given.value.as_deref() == Some(OsStr::new("name")));
    if line.has("retry") && !by_name {
        return Err("option '--retry' is supported only with --follow=name".into());
    }
    let count = count(line)?;
    let option = match count {
        Some((unit, SignedCount { sign: Some(b'+'), number })) => format!("--{unit}={}:", number.max(1)),
        Some((unit, SignedCount { number, .. })) => format!("--{unit}=-{number}:"),
        None => "--lines=-10:".into(),
    };
    line.push(option);
    let follows =
        line.options.iter().any(|option| option == "-F" || option.as_encoded_bytes().starts_with(b"--follow"));
    if let Some(pid) = line.last(&["pid"]).map(|given| given.text().into_owned()) {
        let number = DECIMAL.parse(&pid).ok().filter(|&number| i32::try_from(number).is_ok());
        let number = number.ok_or_else(|| format!("invalid PID: '{pid}'"))?;
        if follows {
            line.push(format!("--pid={number}"));
        }
    }
    match count {
        // Where nothing is to be printed, GNU tail opens no file and prints no headings.
        Some((_, SignedCount { sign: None | Some(b'-'), number: 0 })) if !follows => {
            line.push("--no-heading");
            line.operands = vec![NULL_DEVICE.into()];
        }
        _ => headings(line),
    }
    Ok(())
}

/// Checks the values of options that have no effect, because changes are noticed as they happen.
fn check_ignored_numbers(line: &RewrittenArgs) -> Result<(), String> {
    for given in &line.given {
        let text = given.text();
        match &*given.name {
            "sleep-interval" if !text.trim_start().parse::<f64>().is_ok_and(|seconds| seconds >= 0.0) => {
                return Err(format!("invalid number of seconds: '{text}'"));
            }
            "max-unchanged-stats" if DECIMAL.parse(&text).is_err() => {
                return Err(format!("invalid maximum number of unchanged stats between opens: '{text}'"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Returns the last count of lines or bytes given to head or tail.
fn count(line: &RewrittenArgs) -> Result<Option<(&'static str, SignedCount)>, String> {
    let Some(given) = line.last(&["lines", "bytes"]) else { return Ok(None) };
    let text = given.value.as_deref().unwrap_or_default();
    let unit = if given.name == "lines" { "lines" } else { "bytes" };
    match signed(text) {
        Some(count) => Ok(Some((unit, count))),
        None => Err(format!("invalid number of {unit}: '{}'", text.to_string_lossy())),
    }
}

fn headings(line: &mut RewrittenArgs) {
    let shown = match line.last(&["quiet", "silent", "verbose"]) {
        Some(given) => given.name == "verbose",
        None => line.operands.len() > 1,
    };
    line.push(if shown { "--heading" } else { "--no-heading" });
}

/// Completes wc: lines, words and bytes unless other counts are requested.
pub fn wc(line: &mut RewrittenArgs) -> Result<(), String> {
    let columns =
        [("lines", "lines"), ("words", "words"), ("chars", "chars"), ("bytes", "bytes"), ("max-line-length", "width")];
    let named: Vec<&str> = columns.into_iter().filter(|(name, _)| line.has(name)).map(|(_, column)| column).collect();
    line.push(format!("--count={}", if named.is_empty() { "lines,words,bytes".into() } else { named.join(",") }));
    Ok(())
}

/// Completes the digest commands: lines without tags, unless lists are checked.
pub fn digest(line: &mut RewrittenArgs) -> Result<(), String> {
    push_decimal(line, "length", "--length=")?;
    if !line.has("check") {
        line.options.insert(0, "--untagged".into());
    }
    // As in coreutils, --tag undoes an earlier --text. After it, --text is an error.
    let is_tag = |option: &OsString| option == "--tag" || option == "--ta";
    if let Some(tag) = line.options.iter().rposition(is_tag) {
        let is_text = |option: &OsString| ["-t", "--te", "--tex", "--text"].iter().any(|text| option == text);
        let before: Vec<OsString> = line.options.drain(..tag).filter(|option| !is_text(option)).collect();
        line.options.splice(..0, before);
    }
    Ok(())
}

/// Passes on the last value of an option that takes a decimal number without a unit.
fn push_decimal(line: &mut RewrittenArgs, name: &str, option: &str) -> Result<(), String> {
    let Some(text) = line.last(&[name]).map(|given| given.text().into_owned()) else { return Ok(()) };
    let number = DECIMAL.parse(&text).map_err(|_| format!("invalid {name}: '{text}'"))?;
    line.push(format!("{option}{number}"));
    Ok(())
}

/// Completes b3sum, whose numbers are decimal, and for which an invalid line of a list is a failure.
pub fn b3sum(line: &mut RewrittenArgs) -> Result<(), String> {
    let numbers = ["seek", "num-threads", "length"];
    let is_padded = |text: &str| text.starts_with(is_blank);
    if let Some(given) = line.given.iter().find(|given| numbers.contains(&&*given.name) && is_padded(&given.text())) {
        return Err(format!("invalid {}: '{}'", given.name, given.text()));
    }
    for (name, option) in [("seek", "--seek="), ("num-threads", "--num-threads=")] {
        push_decimal(line, name, option)?;
    }
    if line.has("check") {
        line.push("--strict");
    }
    digest(line)
}

/// Completes cksum: the POSIX CRC by default, and tags for digests.
pub fn cksum(line: &mut RewrittenArgs) -> Result<(), String> {
    push_decimal(line, "length", "--length=")?;
    let algorithm = line.last(&["algorithm"]).map(|given| given.value.clone().unwrap_or_default());
    let is_sum = |name: &OsStr| ["sysv", "bsd", "crc", "crc32b"].iter().any(|sum| name == *sum);
    match algorithm {
        Some(name) if is_sum(&name) && line.has("check") => {
            return Err("--check is not supported with --algorithm={bsd,sysv,crc}".into());
        }
        Some(name) => {
            line.push_value("--algorithm=", &name);
            if !is_sum(&name) && !line.has("untagged") && !line.has("check") {
                line.push("--tag");
            }
        }
        None if !line.has("check") => line.push("--algorithm=crc"),
        None => {}
    }
    Ok(())
}

/// Completes sum: BSD's algorithm, or System V's after -s.
pub fn sum(line: &mut RewrittenArgs) -> Result<(), String> {
    let is_sysv = line.last(&["r", "sysv"]).is_some_and(|given| given.name == "sysv");
    line.push(if is_sysv { "--algorithm=sysv" } else { "--algorithm=bsd" });
    Ok(())
}

/// Completes hd: passes on the range.
pub fn hd(line: &mut RewrittenArgs) -> Result<(), String> {
    for (name, option) in [("length", "--length="), ("skip", "--offset=")] {
        let Some(text) = line.last(&[name]).map(|given| given.text().into_owned()) else { continue };
        if !is_hexdump_size(&text) {
            return Err(format!("invalid {name}: '{text}'"));
        }
        line.push(format!("{option}{text}"));
    }
    Ok(())
}

/// Completes hexdump: two-byte words unless a display or a format is named.
pub fn hexdump(line: &mut RewrittenArgs) -> Result<(), String> {
    hd(line)?;
    if let Some(given) = line.given.iter().find(|given| given.name == "format" && is_no_format(&given.text())) {
        return Err(format!("bad format {{{}}}", given.text()));
    }
    // An empty format prints nothing. Without quotes, -e would be xxd's.
    let is_empty =
        |option: &OsString| option.to_string_lossy().strip_prefix("-e").is_some_and(|text| text.trim().is_empty());
    line.options.iter_mut().filter(|option| is_empty(option)).for_each(|option| *option = "-e\"\"".into());
    if line.given.iter().all(|given| ["color", "length", "skip"].contains(&&*given.name)) {
        line.options.insert(0, "--format=hex".into());
    }
    Ok(())
}

/// Returns whether `text` lacks the quoted part of a format. The subcommand would treat it as a file
/// name, as after xxd's `-e`.
fn is_no_format(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains('"')
}

/// Completes cmp: the first difference, all differences after -l, or none after -s. With -i or two
/// more operands, the comparison starts at an offset in each input.
pub fn cmp(line: &mut RewrittenArgs) -> Result<(), String> {
    let mut operands = line.operands.split_off(line.operands.len().min(2)).into_iter();
    let (mut skips, mut limit) = ([0, 0], None);
    // The largest of several skips and the smallest of several limits apply, as in diffutils.
    for given in &line.given {
        let text = given.text();
        if given.name == "ignore-initial" {
            let (one, other) = text.split_once(':').unwrap_or((&text, &text));
            skips = [skip(one)?.max(skips[0]), skip(other)?.max(skips[1])];
        }
        if given.name == "bytes" {
            let bytes = cmp_number(&text).ok_or_else(|| format!("invalid --bytes value '{text}'"))?;
            limit = Some(limit.map_or(bytes, |limit: u64| limit.min(bytes)));
        }
    }
    for (to, word) in skips.iter_mut().zip(operands.by_ref()) {
        *to = skip(&word.to_string_lossy())?.max(*to);
    }
    if let Some(extra) = operands.next() {
        return Err(format!("extra operand '{}'", extra.to_string_lossy()));
    }
    match line.operands.len() {
        0 => return Err("missing operand".into()),
        1 => line.operands.push("-".into()),
        _ => {}
    }
    if skips != [0, 0] {
        line.push(format!("--offset={}", skips[0]));
        line.push(format!("--second-offset={}", skips[1]));
    }
    if let Some(limit) = limit {
        line.push(format!("--length={limit}"));
    }
    let is_quiet = line.has("quiet") || line.has("silent");
    line.push(match line.has("verbose") {
        true if is_quiet => return Err("options -l and -s are incompatible".into()),
        true => "--plain",
        false if is_quiet => "--quiet",
        false => "--brief",
    });
    Ok(())
}

fn skip(text: &str) -> Result<u64, String> {
    cmp_number(text).ok_or_else(|| format!("invalid --ignore-initial value '{text}'"))
}

/// Parses a number of cmp, which is at most the largest offset.
fn cmp_number(text: &str) -> Option<u64> {
    CMP.parse(text).ok().filter(|&number| i64::try_from(number).is_ok())
}
