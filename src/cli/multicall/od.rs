//! Completes the arguments of od.

use std::ffi::OsString;

use super::number::{NumberError, NumberNotation, OD};
use super::rewrite::RewrittenArgs;

/// Completes od: two-byte words in octal unless a type is named, and an offset as the last operand.
pub fn complete(line: &mut RewrittenArgs) -> Result<(), String> {
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
        let number = OD.parse(&text).map_err(|error| match error {
            NumberError::Invalid => format!("invalid -{letter} argument '{text}'"),
            NumberError::TooLarge => format!("-{letter} argument '{text}' too large"),
        })?;
        line.push(format!("{option}{number}"));
    }
    rows(line)
}

/// Completes the options of od that affect rows and their addresses.
fn rows(line: &mut RewrittenArgs) -> Result<(), String> {
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
    let (digits, radix) = match word.strip_suffix('.') {
        Some(digits) => (digits, 10),
        None if word.starts_with("0x") || word.starts_with("0X") => (word, 16),
        None => (word, 8),
    };
    let notation = NumberNotation { radix, suffixes: "bB", is_signed: false };
    Some(notation.parse(digits).ok()?.to_string())
}
