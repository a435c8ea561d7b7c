//! Completes arguments that depend on several options of xxd or on its input.

use super::rewrite::RewrittenArgs;
use crate::cli::size::{is_blank, parse_address, parse_size, without_plus};
use crate::os::posix::{SeekFrom, seek};

/// Completes the arguments: the default is xxd's own format. Only -r may write to a file.
pub fn complete(line: &mut RewrittenArgs) -> Result<(), String> {
    let reverse = line.has("revert");
    if line.operands.len() > 2 || line.operands.len() == 2 && !reverse {
        return Err("an output file is supported only with -r; use: xxd FILE > OUTFILE".into());
    }
    for given in
        line.given.iter().filter(|given| ["cols", "groupsize", "len", "seek", "offset"].contains(&&*given.name))
    {
        let text = given.text();
        let number = if given.name == "seek" { text.strip_prefix('+').unwrap_or(&text) } else { &*text };
        if !is_number_of_c(number) {
            return Err(format!("invalid number '{text}': xxd does not accept units"));
        }
        if given.name == "cols" && number.trim_start_matches(is_blank).starts_with('-') {
            return Err(format!("invalid number of columns: '{text}'"));
        }
    }
    let format = line.last(&["plain", "include", "bits", "e"]).map(|given| given.name.clone());
    if line.has("EBCDIC") && !matches!(format.as_deref(), Some("plain" | "include")) {
        line.push("--character-table=ebcdic");
    }
    match format.as_deref() {
        Some("plain") => line.push("--plain"),
        Some("include") => array(line),
        // Since 2023, xxd prints an array of bits for -b and -i in either order.
        Some("bits") if line.has("include") => array(line),
        Some("bits") => line.push("--format=binary"),
        Some(_) => line.options.extend(["--format=xxd".into(), "--endian=little".into()]),
        None => line.push("--format=xxd"),
    }
    for (name, option) in [("cols", "--width="), ("groupsize", "--group="), ("len", "--length=")] {
        let Some(text) = line.last(&[name]).and_then(|given| given.value.clone()) else { continue };
        let text = text.to_string_lossy();
        // As with strtol(3), which xxd calls, blanks and a plus sign are allowed. A negative length
        // sets no limit.
        let number = without_plus(&text);
        match number.strip_prefix('-') {
            Some(digits) if name == "len" && parse_size(digits) == Ok(0) => line.push("--length=0"),
            Some(_) if name == "len" => {}
            _ => line.push(format!("{option}{number}")),
        }
    }
    if let Some(given) = line.last(&["seek"]) {
        let place = given.text().into_owned();
        seek_input(line, &place, reverse);
    }
    // Each -a toggles squeezing.
    if line.given.iter().filter(|given| given.name == "autoskip").count() % 2 == 1 {
        line.push("--squeeze");
    }
    Ok(())
}

/// Starts at the position given with -s: from the start of the input, after `+` from its current
/// position, and after `-` back from its end.
///
/// Standard input may already be past its start. Like xxd, this moves its position.
fn seek_input(line: &mut RewrittenArgs, place: &str, reverse: bool) {
    let (is_relative, rest) = place.strip_prefix('+').map_or((false, place), |rest| (true, rest));
    let (is_back, digits) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let Ok(number) = parse_size(digits.strip_prefix('+').unwrap_or(digits)) else {
        // The subcommand reports what is wrong.
        return line.push(format!("--offset={rest}"));
    };
    let signed = i64::try_from(number).unwrap_or(i64::MAX);
    let signed = if is_back { -signed } else { signed };
    let stdin = std::io::stdin();
    let is_stdin = line.operands.first().is_none_or(|name| name == "-");
    if !reverse && is_stdin && seek(&stdin, SeekFrom::Current(0)).is_ok() {
        let to = match (is_relative, is_back) {
            (true, _) => SeekFrom::Current(signed),
            (false, true) => SeekFrom::End(signed),
            (false, false) => SeekFrom::Start(number),
        };
        let first = line.last(&["offset"]).map(|given| parse_address(&given.text()));
        if let (Ok(position), Ok(first)) = (seek(&stdin, to), first.transpose()) {
            return line.push(format!("--base={}", first.unwrap_or(0).wrapping_add(position)));
        }
    }
    match (is_relative, is_back, number) {
        // Nothing follows the end.
        (false, true, 0) if !reverse => line.push("--length=0"),
        // Nothing precedes the start.
        (true, true, 1..) if !reverse => line.push(format!("--offset={}", -i64::MAX)),
        _ => line.push(format!("--offset={signed}")),
    }
}

/// Returns whether strtol(3) parses all of `text` as a number. xxd ignores any rest, such as the `K` in
/// `1K`, which is an error here.
fn is_number_of_c(text: &str) -> bool {
    let text = text.trim_start_matches(is_blank);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (digits, radix) = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(hex) => (hex, 16),
        None if digits.starts_with('0') => (digits, 8),
        None => (digits, 10),
    };
    !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix))
}

/// Requests a C array. The options for arrays have no effect on other formats.
fn array(line: &mut RewrittenArgs) {
    line.push("--include");
    for (name, option) in [("bits", "-b"), ("capitalize", "--capitalize"), ("t", "--terminate")] {
        if line.has(name) {
            line.push(option);
        }
    }
    if let Some(name) = line.last(&["name"]).and_then(|given| given.value.clone()) {
        line.push_value("--name=", name);
    }
}
