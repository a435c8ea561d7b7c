//! Completes arguments that depend on several options of a tool or on its operands.

use std::ffi::{OsStr, OsString};

use super::counts::{SignedCount, signed};
use super::rewrite::RewrittenArgs;
use crate::cli::size::{is_blank, parse_size, without_plus};
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

/// Completes cksum: the POSIX CRC by default, and tags for digests.
pub fn cksum(line: &mut RewrittenArgs) -> Result<(), String> {
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

/// Completes hexdump: two-byte words unless a display or a format is named.
pub fn hexdump(line: &mut RewrittenArgs) -> Result<(), String> {
    if let Some(given) = line.given.iter().find(|given| given.name == "format" && is_no_format(&given.text())) {
        return Err(format!("bad format {{{}}}", given.text()));
    }
    // An empty format prints nothing. Without quotes, -e would be xxd's.
    let is_empty =
        |option: &OsString| option.to_string_lossy().strip_prefix("-e").is_some_and(|text| text.trim().is_empty());
    line.options.iter_mut().filter(|option| is_empty(option)).for_each(|option| *option = "-e\"\"".into());
    if line.given.iter().all(|given| given.name == "color") {
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
            let bytes = parse_size(&text).map_err(|_| format!("invalid --bytes value '{text}'"))?;
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
    parse_size(text).map_err(|_| format!("invalid --ignore-initial value '{text}'"))
}

/// Completes od: two-byte words in octal unless a type is named, and an offset as the last operand.
pub fn od(line: &mut RewrittenArgs) -> Result<(), String> {
    const MODERN: [&str; 9] =
        ["address-radix", "skip-bytes", "read-bytes", "S", "strings", "format", "output-duplicates", "width", "endian"];
    let is_modern = MODERN.iter().any(|name| line.has(name));
    if line.has("traditional") {
        traditional_operands(line)?;
    } else if !is_modern && let [.., word] = &line.operands[..] {
        // POSIX: the last of at most two operands is an offset if it begins with `+`, or with a digit
        // after a file.
        let (count, text) = (line.operands.len(), word.to_string_lossy().into_owned());
        let may_be =
            count <= 2 && (text.starts_with('+') || count == 2 && text.starts_with(|c: char| c.is_ascii_digit()));
        if let Some(offset) = old_offset(&text).filter(|_| may_be) {
            line.operands.pop();
            line.push(format!("--offset={offset}"));
        }
    }
    for (names, letter, option) in [
        (&["skip-bytes"][..], 'j', "--offset="),
        (&["read-bytes"], 'N', "--length="),
        (&["S", "strings"], 'S', "--strings="),
    ] {
        let Some(given) = line.last(names) else { continue };
        // Only --strings may lack a number.
        let text = given.value.clone().unwrap_or("3".into());
        let text = text.to_string_lossy();
        let number = without_plus(&text);
        // A unit without a number means one of that unit.
        let one = if number.starts_with(|c: char| c.is_ascii_alphabetic()) { "1" } else { "" };
        if number.starts_with(['-', '+'])
            || number.starts_with(is_blank)
            || parse_size(&format!("{one}{number}")).is_err()
        {
            return Err(format!("invalid -{letter} argument '{text}'"));
        }
        line.push(format!("{option}{one}{number}"));
    }
    od_rows(line)
}

/// Completes the options of od that affect rows and their addresses.
fn od_rows(line: &mut RewrittenArgs) -> Result<(), String> {
    if let Some(radix) = line.last(&["address-radix"]) {
        let text = radix.value.clone().unwrap_or_default();
        // Like od, this looks only at the first letter.
        let radix = match text.as_encoded_bytes() {
            [letter @ (b'd' | b'o' | b'x' | b'n'), ..] => OsString::from(char::from(*letter).to_string()),
            _ => text,
        };
        line.push_value("--address-radix=", radix);
    }
    // An empty type changes nothing.
    line.options.retain(|option| option != "--type=");
    let has_type = line.options.iter().any(|option| option.as_encoded_bytes().starts_with(b"--type="));
    if line.has("S") || line.has("strings") {
        return if has_type { Err("no type may be specified when dumping strings".into()) } else { Ok(()) };
    }
    if let Some(width) = line.last(&["width"]) {
        let text = width.text();
        // od always parses this number as decimal, and without units.
        let digits = if width.value.is_some() { text.trim_ascii_start() } else { "32" };
        let digits = digits.strip_prefix('+').unwrap_or(digits);
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(format!("invalid -w argument '{text}'"));
        }
        let digits = digits.trim_start_matches('0');
        let option = format!("--width={}", if digits.is_empty() { "0" } else { digits });
        line.push(option);
    }
    if !has_type {
        line.push("--type=o2");
    }
    Ok(())
}

/// Parses the operands of `od --traditional [FILE] [[+]OFFSET [[+]LABEL]]`.
fn traditional_operands(line: &mut RewrittenArgs) -> Result<(), String> {
    let offset = |at: usize| line.operands.get(at).and_then(|word| old_offset(&word.to_string_lossy()));
    let count = line.operands.len();
    let offsets = (0..count).rev().map_while(offset).count();
    match (count - offsets.min(count), offsets) {
        (0 | 1, 0) => {}
        (0 | 1, 1 | 2) => {
            let given = line.operands.split_off(count - offsets);
            let given = given.iter().filter_map(|word| old_offset(&word.to_string_lossy()));
            line.options
                .extend(["offset", "second-base"].iter().zip(given).map(|(o, at)| format!("--{o}={at}").into()));
        }
        _ => {
            let extra = line.operands.get(1).map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
            return Err(format!("extra operand '{extra}': --traditional takes one file"));
        }
    }
    Ok(())
}

/// Converts a traditional offset of od to a value of `--offset`. It is octal, decimal with a final `.`,
/// or hexadecimal after `0x`; `b` and `B` mean blocks of 512 and 1024 bytes.
fn old_offset(word: &str) -> Option<String> {
    let word = word.strip_prefix('+').unwrap_or(word);
    let (digits, radix) = match word.strip_prefix("0x").or(word.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (word, if word.contains('.') { 10 } else { 8 }),
    };
    let (digits, unit) = match (digits.strip_suffix('b'), digits.strip_suffix('B')) {
        (Some(digits), _) if radix != 16 => (digits, 512),
        (_, Some(digits)) if radix != 16 => (digits, 1024),
        _ => (digits, 1),
    };
    let digits = if radix == 10 { digits.strip_suffix('.')? } else { digits };
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return None;
    }
    Some(u64::from_str_radix(digits, radix).ok()?.checked_mul(unit)?.to_string())
}
