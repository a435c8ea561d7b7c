//! Compares grep, cat and hexdump with oracles of a few lines each.
#![no_main]

use std::fmt::Write;

use libfuzzer_sys::fuzz_target;
use mapped::exit::Exit;
use mapped_fuzz::{Memory, run};

/// Patterns with the same meaning in grep -E and in the regex crate.
const PATTERNS: &[&str] =
    &["a", "ab", "a|b", "^a", "b$", "a.b", "[a-c]+x", "(ab)+", "a{2,3}", "^$", "x*y", "[^a]", ".", "(a|b)c?$", "aa*"];

fn split(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = bytes.split(|&b| b == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    lines
}

fn numbered(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for (i, line) in bytes.split_inclusive(|&b| b == b'\n').enumerate() {
        text.extend(format!("{:6}\t", i + 1).bytes());
        text.extend(line);
    }
    text
}

fn dumped(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut before: Option<&[u8]> = None;
    let mut starred = false;
    for (i, row) in bytes.chunks(16).enumerate() {
        if before == Some(row) && row.len() == 16 {
            if !starred {
                text.push_str("*\n");
            }
            starred = true;
            continue;
        }
        starred = false;
        before = Some(row);
        let _ = write!(text, "{:08x} ", i * 16);
        for column in 0..16 {
            if column % 8 == 0 {
                text.push(' ');
            }
            match row.get(column) {
                Some(byte) => _ = write!(text, "{byte:02x} "),
                None => text.push_str("   "),
            }
        }
        text.push_str(" |");
        text.extend(row.iter().map(|&b| if (32..127).contains(&b) { b as char } else { '.' }));
        text.push_str("|\n");
    }
    if !bytes.is_empty() {
        let _ = writeln!(text, "{:08x}", bytes.len());
    }
    text
}

fuzz_target!(|data: &[u8]| {
    let [which, block, options, bytes @ ..] = data else { return };
    let block = (1 + *block as usize % 67).to_string();
    let memory = Memory::new(bytes);
    let path = memory.path();
    let path = path.to_str().unwrap();

    let (printed, _) = run(&["cat", "-n", "--block-size", &block, path]).unwrap();
    assert_eq!(printed, numbered(bytes));

    let (printed, _) = run(&["hexdump", "-C", "--block-size", &block, path]).unwrap();
    assert_eq!(String::from_utf8_lossy(&printed), dumped(bytes));

    // Only text is tested: binary input has rules of its own, which are compared with GNU grep elsewhere.
    let text: Vec<u8> = bytes.iter().map(|&b| if b == b'\n' { b } else { 32 + b % 95 }).collect();
    let memory = Memory::new(&text);
    let path = memory.path();
    let path = path.to_str().unwrap();
    let pattern = PATTERNS[*which as usize % PATTERNS.len()];
    let (invert, whole) = (options & 1 != 0, options & 2 != 0);
    let regex = regex::bytes::Regex::new(&if whole { format!("^(?:{pattern})$") } else { pattern.to_owned() }).unwrap();
    let mut want = Vec::new();
    let mut count = 0;
    for (i, line) in split(&text).into_iter().enumerate() {
        if regex.is_match(line) != invert {
            count += 1;
            want.extend(format!("{}:", i + 1).bytes());
            want.extend(line);
            want.push(b'\n');
        }
    }
    let mut args = vec!["grep", "-E", "-n", "--block-size", &block];
    args.extend(invert.then_some("-v"));
    args.extend(whole.then_some("-x"));
    args.extend(["-e", pattern, path]);
    let (printed, exit) = run(&args).unwrap();
    assert_eq!(String::from_utf8_lossy(&printed), String::from_utf8_lossy(&want), "{args:?}");
    assert_eq!(exit == Exit::Success, count > 0, "{args:?}");
    args[2] = "-c";
    let (printed, _) = run(&args).unwrap();
    assert_eq!(String::from_utf8_lossy(&printed), format!("{count}\n"), "{args:?}");
});
