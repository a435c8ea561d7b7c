//! Hints about likely mistakes, such as an option letter that means something else in ripgrep.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

use ignore::types::TypesBuilder;

use crate::app::config;
use crate::cli::grep::GrepArgs;
use crate::io::path;
use crate::os::posix::OsStrExt;
use crate::output::escape_name;
use crate::timestamp::parse_duration;

use super::kernel::CompressedInputs;
use super::walk::InputWalk;

/// Returns a hint if an option seems to have been meant as in ripgrep, or if its value is likely a
/// mistake. `files` are the files to search.
pub fn for_letters(args: &GrepArgs, files: &[OsString]) -> Option<Cow<'static, str>> {
    let (printing, inputs) = (&args.printing, &args.inputs);
    if printing.files_without_match && !inputs.is_recursive() && files.iter().any(|file| path::is_directory(file)) {
        return Some("-L lists files without a match; -R searches directories and follows links".into());
    }
    if let [only] = files
        && !inputs.is_recursive()
        && inputs.recursion.action().is_none()
        && inputs.follow.is_none()
        && path::is_directory(only)
    {
        return Some("-r searches the files in a directory: mapped grep -r PATTERN DIRECTORY".into());
    }
    // If an option's value is taken for the pattern, the pattern is taken for a file.
    match for_values(args, files) {
        Some(hint) if files.iter().any(is_missing) => Some(hint),
        _ => for_replacement(args).map(Into::into),
    }
}

/// Returns a hint if the value of an option may be missing, so that the next operand was taken for it.
fn for_values(args: &GrepArgs, files: &[OsString]) -> Option<Cow<'static, str>> {
    let (printing, inputs) = (&args.printing, &args.inputs);
    let first = args.operands.first().and_then(|operand| operand.to_str()).unwrap_or_default();
    if printing.timeline.as_deref() == Some("auto") && parse_duration(first).is_some() {
        return Some(format!("--timeline takes its span after an equals sign: --timeline={first}").into());
    }
    if printing.pretty && args.patterns.regexp.is_empty() {
        return Some(
            "--pre is short for --pretty; to search what a program prints: PROGRAM FILE | mapped grep PATTERN".into(),
        );
    }
    if printing.initial_tab && is_type(first) {
        return Some("-T aligns lines at a tab stop; --type-not TYPE skips files of a type".into());
    }
    if args.patterns.extended_regexp && encoding_rs::Encoding::for_label(first.as_bytes()).is_some() {
        return Some("-E selects extended regular expressions; --encoding NAME sets the encoding".into());
    }
    // `rg PATTERN -r TEXT FILE` and `rg -r TEXT PATTERN FILE` leave a name that was none before FILE.
    let may_be_text = args.patterns.regexp.is_empty() && inputs.is_recursive() && !inputs.recursion.follows();
    let is_text_first = may_be_text && matches!(files, [text, _, ..] if is_missing(text));
    is_text_first.then_some("-r searches directories; --replace TEXT prints lines with matches replaced".into())
}

fn is_missing(file: &OsString) -> bool {
    file != "-" && path::metadata(file).is_err()
}

/// Returns a hint if the text of `--replace` continues the number of a group: `$1_x` is a group with
/// that name, and a name cannot begin with a digit.
fn for_replacement(args: &GrepArgs) -> Option<String> {
    let text = args.printing.replace.as_ref()?.to_str()?.replace("$$", "");
    text.split('$').skip(1).find_map(|rest| {
        let end = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (number, after) = rest[..end].split_at(rest[..end].find(|c: char| !c.is_ascii_digit())?);
        (!number.is_empty()).then(|| format!("${number}{after} names no group; write ${{{number}}}{after}"))
    })
}

/// Returns a hint if a search without matches was for a character where a byte may be meant, or for
/// a literal bar or bracket where an operator may be. `matches_characters` says whether patterns
/// match characters.
pub fn for_patterns(args: &GrepArgs, matches_characters: bool) -> Option<Cow<'static, str>> {
    for_bytes(args, matches_characters)
        .or_else(|| for_operators(args))
        .map(Into::into)
        .or_else(|| for_dialect(args).map(Into::into))
}

/// Prints a note if an option about times has no effect.
pub fn note_unused_times(args: &GrepArgs, has_period: bool) {
    if !args.inputs.no_messages {
        let is_used = has_period || args.inputs.merge || args.printing.timeline.is_some();
        config::note_unused_times(&args.inputs.times, is_used, ", --merge or --timeline");
    }
}

/// Returns a hint if a recursive search found no file to search.
pub fn for_no_files(walk: &InputWalk) -> Option<Cow<'static, str>> {
    let is_vain = walk.is_recursive() && !crate::output::is_tool() && !walk.has_found_any();
    is_vain.then(|| "no file was searched: the directory has none, or the options exclude all of them".into())
}

/// Returns a hint if compressed files were searched without decompression.
pub fn for_compressed(inputs: &CompressedInputs) -> Option<String> {
    let names: Vec<_> = inputs.first.iter().map(|(name, _)| escape_name(OsStr::from_bytes(name))).collect();
    let more = if inputs.count > names.len() as u64 { ", ..." } else { "" };
    match &inputs.first[..] {
        [] => None,
        [(_, format)] => {
            let (name, format) = (&names[0], format.name());
            Some(format!("{name}: {format} data, searched without decoding; use --decompress to search its contents"))
        }
        _ => Some(format!(
            "{} compressed files were searched without decoding ({}{more}); use --decompress to search their contents",
            inputs.count,
            names.join(", ")
        )),
    }
}

/// Returns the patterns as typed.
fn typed(args: &GrepArgs) -> impl Iterator<Item = &[u8]> {
    let patterns = &args.patterns;
    let operand = args.operands.first().filter(|_| patterns.regexp.is_empty() && patterns.file.is_empty());
    patterns.regexp.iter().chain(operand).map(|pattern| pattern.as_encoded_bytes())
}

fn for_operators(args: &GrepArgs) -> Option<&'static str> {
    let patterns = &args.patterns;
    // A user who names a dialect knows its operators.
    if patterns.basic_regexp || patterns.extended_regexp || patterns.perl_regexp || patterns.fixed_strings {
        return None;
    }
    let holds = |operator: &[u8; 2]| typed(args).any(|pattern| pattern.windows(2).any(|two| two == operator));
    if holds(br"\|") {
        return Some(r"\| is a literal bar; write A|B without the backslash, or -G for basic regular expressions");
    }
    (holds(br"\(") && holds(br"\)") || holds(br"\{") && holds(br"\}"))
        .then_some("brackets after a backslash are literal; -G reads basic regular expressions")
}

/// Returns a hint if a pattern has an operator that is missing from the dialect that an option
/// selects.
fn for_dialect(args: &GrepArgs) -> Option<String> {
    let patterns = &args.patterns;
    let option = match (patterns.extended_regexp, patterns.basic_regexp) {
        (true, false) => "-E",
        (false, true) => "-G",
        _ => return None,
    };
    if crate::output::is_tool() {
        return None;
    }
    let is_foreign = |letter: &(u8, bool)| letter.1 && matches!(letter.0, b'd' | b'D' | b't' | b'n' | b'r');
    if let Some((letter, _)) = typed(args).flat_map(letters).find(is_foreign) {
        let letter = char::from(letter);
        let class = match letter {
            'd' => ", or write [0-9]",
            'D' => ", or write [^0-9]",
            _ => "",
        };
        return Some(format!(r"with {option}, \{letter} is the letter {letter}; leave out {option}{class}"));
    }
    let is_bar = |pattern: &[u8]| letters(pattern).any(|letter| letter == (b'|', false));
    let has_bar = option == "-G" && typed(args).any(is_bar);
    has_bar.then(|| String::from(r"with -G, | is a literal bar; write A\|B, or leave out -G"))
}

/// Returns the letters of a pattern, and whether a backslash precedes each.
fn letters(pattern: &[u8]) -> impl Iterator<Item = (u8, bool)> {
    let mut bytes = pattern.iter().copied();
    std::iter::from_fn(move || match bytes.next()? {
        b'\\' => bytes.next().map(|letter| (letter, true)),
        letter => Some((letter, false)),
    })
}

fn for_bytes(args: &GrepArgs, matches_characters: bool) -> Option<&'static str> {
    let patterns = &args.patterns;
    if !matches_characters || patterns.extended_regexp || patterns.basic_regexp || patterns.fixed_strings {
        return None;
    }
    if !typed(args).any(holds_escaped_byte) {
        return None;
    }
    Some(match patterns.perl_regexp {
        true => r"\xff is a character in this locale; LC_ALL=C matches the byte",
        false => r"\xff is a character; --no-unicode, or (?-u:\xff), matches the byte",
    })
}

/// Returns whether a pattern contains an escape such as `\xff`, for a byte that is not a character.
fn holds_escaped_byte(pattern: &[u8]) -> bool {
    let is_escape = |at: &[u8]| matches!(at, [b'\\', b'x', b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F', last] if last.is_ascii_hexdigit());
    pattern.windows(4).any(is_escape) && !pattern.windows(4).any(|at| at == b"(?-u")
}

fn is_type(name: &str) -> bool {
    TypesBuilder::new().add_defaults().definitions().iter().any(|known| known.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> GrepArgs {
        let words = ["mapped", "grep"].into_iter().chain(line.split_whitespace());
        match <crate::cli::Cli as clap::Parser>::parse_from(words).command {
            crate::cli::Command::Grep(args) => *args,
            _ => panic!("{line}"),
        }
    }

    fn hint(line: &str) -> String {
        let args = parsed(line);
        for_letters(&args, &args.operands[1..]).unwrap_or_default().split(' ').next().unwrap().to_owned()
    }

    // Regression: a search for an escaped byte found nothing, without a hint.
    #[test]
    fn an_escaped_byte_gives_a_hint() {
        let hinted = |line: &str, characters| for_bytes(&parsed(line), characters).is_some();
        for line in [r"\xde f", r"-P a\xFFb f", r"-e x -e \x80\x00 f"] {
            assert!(hinted(line, true) && !hinted(line, false), "{line}");
        }
        for line in [r"\x7f f", r"-F \xde f", r"-E \xde f", r"(?-u:\xde) f", r"-e x \xde", "xde f"] {
            assert!(!hinted(line, true), "{line}");
        }
    }

    // Regression: a search with an operator of grep's own syntax found nothing, without a hint.
    #[test]
    fn a_literal_operator_gives_a_hint() {
        let hinted = |line: &str| for_operators(&parsed(line)).and_then(|hint| hint.split(' ').next());
        for line in [r"ERROR\|WARN f", r"-i a\|b f", r"-e x -e a\|b f"] {
            assert_eq!(hinted(line), Some(r"\|"), "{line}");
        }
        assert_eq!(hinted(r"\(a\) f"), Some("brackets"));
        assert_eq!(hinted(r"a\{2\} f"), Some("brackets"));
        for line in [r"-G a\|b f", r"-E a\|b f", r"-F a\|b f", r"a|b f", r"main\( f"] {
            assert_eq!(hinted(line), None, "{line}");
        }
    }

    // Regression: with -E and -G, operators of the default dialect found nothing, without a hint.
    #[test]
    fn an_operator_of_another_dialect_gives_a_hint() {
        for (line, hint) in [
            (r"-E ERROR\d+ f", r"with -E, \d is the letter d; leave out -E, or write [0-9]"),
            (r"-G -e x -e [[]\D f", r"with -G, \D is the letter D; leave out -G, or write [^0-9]"),
            (r"-E a\tb f", r"with -E, \t is the letter t; leave out -E"),
            (r"-G ERROR|WARN f", r"with -G, | is a literal bar; write A\|B, or leave out -G"),
        ] {
            assert_eq!(for_patterns(&parsed(line), true).as_deref(), Some(hint), "{line}");
        }
        for line in
            [r"-E a|b f", r"-E \\d f", r"-E \w\s\b f", r"-G a\|b f", r"-G a\\\|b f", r"-P \d f", r"-F \d f", r"\d f"]
        {
            assert_eq!(for_dialect(&parsed(line)), None, "{line}");
        }
    }

    #[test]
    fn a_value_taken_for_a_pattern_gives_a_hint() {
        assert_eq!(hint("-T html word src"), "-T");
        assert_eq!(hint("-E utf-16le word Cargo.toml"), "-E");
        assert_eq!(hint("word -r new Cargo.toml"), "-r");
        assert_eq!(hint("-L word src"), "-L");
        assert_eq!(hint("--pre pdftotext word Cargo.toml"), "--pre");
        assert_eq!(hint("--pretty word Cargo.toml"), "");
        for line in ["-T word Cargo.toml", "-E utf-8 Cargo.toml", "-r word src", "-rL word src", "-T word missing"] {
            assert_eq!(hint(line), "", "{line}");
        }
    }
}
