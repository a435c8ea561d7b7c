//! Advice on command lines that were valid but failed, because a word was not read as intended.

mod split_value;

use std::ffi::OsString;

use clap::{Arg, Command, CommandFactory};

use crate::cli::Cli;
use crate::cli::checksum::ALGORITHMS;
use crate::cli::common::parse_stats;
use crate::cli::getopt::takes_value;
use crate::cli::size::{is_digits, parse_offset};
use crate::output::escape_name;
pub use split_value::refusal;
use split_value::unquoted_time;

/// The file that a word of the command line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedThing {
    /// No existing file.
    Nothing,
    /// A directory.
    Directory,
    /// A file of this many bytes.
    File(u64),
}

/// Returns advice on what to type instead of a command line that failed, if it contains a known
/// mistake. `named` returns the kind of file that a word names.
pub fn advice(args: &[OsString], named: impl Fn(&str) -> NamedThing) -> Option<String> {
    let words = words_of(args);
    let subcommand = *words.get(1)?;
    let words = &words[2..];
    let exists = |word: &str| named(word) != NamedThing::Nothing;
    unquoted_time(words)
        .or_else(|| number_as_file(subcommand, words, &exists))
        .or_else(|| position_in_file(subcommand, words, &exists))
        .or_else(|| value_as_file(subcommand, words, &exists))
        .or_else(|| name_as_file(subcommand, words, &exists))
        .or_else(|| directory_as_file(subcommand, words, &|word| named(word) == NamedThing::Directory))
}

/// Returns advice on a command line that would follow files forever, so that it never fails.
pub fn advice_before_following(args: &[OsString], named: impl Fn(&str) -> NamedThing) -> Option<String> {
    let words = words_of(args);
    let (&subcommand, words) = words.get(1..)?.split_first()?;
    let follows = words.iter().any(|word| matches!(*word, "-f" | "-F") || word.starts_with("--follow"));
    let exists = |word: &str| named(word) != NamedThing::Nothing;
    number_as_file(subcommand, words, &exists).filter(|_| follows && subcommand == "cat")
}

/// Returns a note on a command line that succeeded but printed no byte of a file, because an offset
/// is beyond its end.
pub fn note(args: &[OsString], named: impl Fn(&str) -> NamedThing) -> Option<String> {
    let words = words_of(args);
    let options: &[&str] = match *words.get(1)? {
        "cat" => &["--offset"],
        // In a reversed dump, an offset applies to the dump's addresses, not to a file.
        "hexdump" if !words.iter().any(|word| matches!(*word, "-r" | "--reverse")) => &["-s", "--offset", "--skip"],
        _ => return None,
    };
    let (at, option, typed) = words.iter().enumerate().find_map(|(at, word)| match word.split_once('=') {
        Some((option @ "--offset", typed)) => Some((at, option, typed)),
        _ if options.contains(word) => Some((at + 1, *word, *words.get(at + 1)?)),
        _ => None,
    })?;
    let offset = u64::try_from(parse_offset(typed).ok()?).ok()?;
    words[at + 1..].iter().find_map(|word| match named(word) {
        // A file that is generated when it is read may have a size of 0.
        NamedThing::File(len @ 1..) if len < offset => {
            Some(format!("{}: {option} {typed} is beyond the end at {len} bytes", escape_name(word.as_ref())))
        }
        _ => None,
    })
}

/// Returns the words of a command line. A word that is not UTF-8 becomes empty.
fn words_of(args: &[OsString]) -> Vec<&str> {
    args.iter().map(|arg| arg.to_str().unwrap_or_default()).collect()
}

/// Returns advice if a number was read as a file, because other programs take it after a letter.
fn number_as_file(subcommand: &str, words: &[&str], exists: &impl Fn(&str) -> bool) -> Option<String> {
    let advice = |letter: &str, number: &str| {
        Some(match (subcommand, letter) {
            ("hexdump", "-c") => format!("-c shows characters; --width {number} sets the number of bytes in a row"),
            ("hexdump", "-o") => format!("-o shows octal numbers; --base {number} adds to the addresses"),
            ("cat", "-n") => format!("-n numbers lines; try: mapped cat --lines=:{number} FILE"),
            ("cat", "-s") => String::from("-s squeezes blank lines, and following needs no interval"),
            _ => return None,
        })
    };
    if subcommand == "cat" && words.contains(&"+F") && !exists("+F") {
        return Some(String::from("to follow a file: mapped cat -F FILE"));
    }
    let plus =
        words.iter().find(|word| subcommand == "cat" && word.strip_prefix('+').is_some_and(is_digits) && !exists(word));
    if let Some(plus) = plus {
        return Some(format!("to start at a line: mapped cat --lines={}: FILE", &plus[1..]));
    }
    words.windows(2).find_map(|two| match *two {
        ["-t", kind] if subcommand == "hexdump" && is_notation(kind) => {
            Some(format!("-t is --terminate, as in xxd; for od's notations: --type {kind}"))
        }
        [letter, number] if is_digits(number) && !exists(number) => advice(letter, number),
        _ => None,
    })
}

/// Returns whether a word is a notation of `od -t`, such as `x1`, `d4z` or `c`.
fn is_notation(word: &str) -> bool {
    let word = word.strip_suffix('z').unwrap_or(word);
    match word.split_at_checked(1) {
        Some(("a" | "c", "")) => true,
        Some(("d" | "o" | "u" | "x" | "f", size)) => matches!(size, "" | "1" | "2" | "4" | "8"),
        _ => false,
    }
}

/// Returns advice if a file is followed by a line or an offset, as other programs print them.
fn position_in_file(subcommand: &str, words: &[&str], exists: &impl Fn(&str) -> bool) -> Option<String> {
    let (file, number) = words
        .iter()
        .filter(|word| !exists(word))
        .find_map(|word| word.rsplit_once(':').filter(|(file, number)| is_digits(number) && exists(file)))?;
    match subcommand {
        "cat" => Some(format!("to print a line: mapped cat --lines={number} {file}")),
        "hexdump" => Some(format!("to start at an offset: mapped hexdump --offset {number} {file}")),
        _ => None,
    }
}

/// Returns advice if a value was read as a file: it follows an equals sign, or a comma after
/// another value.
fn value_as_file(subcommand: &str, words: &[&str], exists: &impl Fn(&str) -> bool) -> Option<String> {
    let mut program = Cli::command();
    program.build();
    let command = program.find_subcommand(subcommand)?;
    words.iter().enumerate().find_map(|(at, word)| {
        let (name, first) = word.split_once('=').map_or((*word, None), |(name, value)| (name, Some(value)));
        let arg = option_named(command, name)?;
        let after = |steps: usize| words.get(at + steps).copied().filter(|word| !exists(word));
        if arg.is_require_equals_set() && first.is_none() {
            let value = after(1).filter(|value| is_value_of(arg, value) || is_typed_value_of(name, value))?;
            return Some(format!("{name} takes its value after an equals sign: {name}={value}"));
        }
        let is_list = takes_value(arg) && arg.get_value_delimiter().is_some();
        let (first, second) = match first {
            Some(first) => (first, after(1)),
            None => (*words.get(at + 1)?, after(2)),
        };
        let second = second.filter(|second| is_list && is_value_of(arg, second.trim_matches(',')))?;
        let list = format!("{},{}", first.trim_end_matches(','), second.trim_start_matches(','));
        Some(format!("separate the values of {name} with commas: {name} {list}"))
    })
}

fn option_named<'a>(command: &'a Command, name: &str) -> Option<&'a Arg> {
    command.get_arguments().find(|arg| {
        let is_short = || arg.get_short().is_some_and(|letter| name.strip_prefix('-') == Some(&letter.to_string()));
        arg.get_long().is_some_and(|long| name.strip_prefix("--") == Some(long)) || is_short()
    })
}

fn is_value_of(arg: &Arg, word: &str) -> bool {
    arg.get_value_parser().possible_values().is_some_and(|mut values| values.any(|value| value.matches(word, true)))
}

/// Returns whether a word is a value of an option whose values are not listed.
fn is_typed_value_of(option: &str, word: &str) -> bool {
    match option {
        "--stats" => parse_stats(word).is_ok(),
        "--until-certain" => is_digits(word),
        _ => false,
    }
}

/// Returns advice if the name of an algorithm, a digest or a command was read as a file.
fn name_as_file(subcommand: &str, words: &[&str], exists: &impl Fn(&str) -> bool) -> Option<String> {
    let operand = |is: &dyn Fn(&str) -> bool| words.iter().find(|word| is(word) && !exists(word));
    match subcommand {
        "checksum" => {
            let is_algorithm = |word: &str| ALGORITHMS.contains(&word.to_ascii_lowercase().as_str());
            let is_digest = |word: &str| word.len() >= 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
            let is_value = words.iter().any(|word| matches!(*word, "-a" | "--algorithm" | "--expect"));
            if is_value {
                return None;
            }
            let algorithm = operand(&is_algorithm).map(|name| format!("-a {name} chooses the algorithm"));
            algorithm.or_else(|| operand(&is_digest).map(|digest| format!("to compare: --expect {digest}")))
        }
        "bench" => operand(&|word| word.contains(' '))
            .map(|_| "bench reads files and runs no commands; hyperfine compares commands".into()),
        "stat" => {
            let is_value = words.iter().any(|word| word.starts_with("-c") || word.starts_with("--format"));
            let format =
                operand(&|word| word.starts_with('%')).filter(|_| !is_value && !words.contains(&"--printf"))?;
            Some(format!("a format is the value of -c: mapped stat -c '{format}' FILE"))
        }
        "grep" => {
            if operand(&|word| matches!(word, "AND" | "OR" | "NOT")).is_some() {
                return Some(String::from(
                    "to combine patterns: -e A -e B for either, --and B for both, --not B to exclude B",
                ));
            }
            if let Some(number) = count_after_n(words).filter(|number| !exists(number)) {
                return Some(format!("-n numbers lines; -m {number} stops after {number} matching lines"));
            }
            if let Some(advice) = pattern_after_file(words, exists) {
                return Some(advice);
            }
            let letter = words.iter().find(|word| matches!(**word, "-S" | "-U"))?;
            let at = words.iter().position(|word| word == letter)?;
            let is_time = words.get(at + 1).is_some_and(|word| word.starts_with("20") && word.contains('-'));
            let long = if *letter == "-S" { "--since" } else { "--until" };
            is_time.then(|| format!("{letter} takes no value; try: {long} TIME"))
        }
        _ => None,
    }
}

/// Returns advice if the only two operands are a file and a word that names no file.
fn pattern_after_file(words: &[&str], exists: &impl Fn(&str) -> bool) -> Option<String> {
    let [options @ .., file, pattern] = words else { return None };
    let are_options = options.iter().all(|word| word.starts_with('-') && word.len() > 1);
    let is_pattern_given = options.iter().any(|word| word.starts_with("-e") || word.starts_with("-f"));
    // A missing file usually has a directory or an extension in its name.
    let is_word = !pattern.starts_with('-') && !pattern.contains(['.', '/']);
    let is_swapped = is_word && are_options && !is_pattern_given && exists(file) && !exists(pattern);
    is_swapped.then(|| format!("the pattern comes before the files: mapped grep {pattern} {file}"))
}

/// Returns the last word if it is a number after `-n` and cannot be the pattern, which precedes it.
fn count_after_n<'a>(words: &[&'a str]) -> Option<&'a str> {
    let [before @ .., "-n", number] = words else { return None };
    let has_pattern = before.first().is_some_and(|word| !word.starts_with('-'));
    (has_pattern && is_digits(number)).then_some(number)
}

/// Returns advice if a directory was read as a file.
fn directory_as_file(subcommand: &str, words: &[&str], is_directory: &impl Fn(&str) -> bool) -> Option<String> {
    let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let is_operand = |at: usize| at == 0 || words[at - 1] != "--directory";
    let found = words.iter().enumerate().find(|(at, word)| is_operand(*at) && is_directory(word));
    let directory = *found?.1;
    Some(match subcommand {
        "checksum" if has(&["-r", "--recursive", "--audit"]) => return None,
        "checksum" if has(&["--directory"]) && !has(&["-c", "--check"]) => return None,
        "checksum" if has(&["-c", "--check"]) => {
            format!("-c reads lists of digests; --directory {directory} looks for the listed files there")
        }
        "checksum" => {
            let operands: Vec<&str> = words.iter().copied().filter(|word| !word.starts_with('-')).collect();
            return operands
                .iter()
                .all(|word| is_directory(word))
                .then(|| format!("-r digests the files in a directory: mapped checksum -r {}", operands.join(" ")));
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(word: &str) -> NamedThing {
        match word {
            "f" => NamedThing::File(19),
            "dir" => NamedThing::Directory,
            _ => NamedThing::Nothing,
        }
    }

    #[track_caller]
    fn advises(line: &str, expected: Option<&str>) {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        assert_eq!(advice(&args, named).as_deref(), expected, "{line}");
    }

    // Regression: the only message said that there is no such file.
    #[test]
    fn a_word_that_was_read_as_a_file_gives_advice() {
        for (line, advice) in [
            ("mapped hexdump -c 8 f", "-c shows characters; --width 8 sets the number of bytes in a row"),
            ("mapped hexdump -o 16 f", "-o shows octal numbers; --base 16 adds to the addresses"),
            ("mapped cat -n 5 f", "-n numbers lines; try: mapped cat --lines=:5 FILE"),
            ("mapped cat f:12", "to print a line: mapped cat --lines=12 f"),
            ("mapped grep -i f error", "the pattern comes before the files: mapped grep error f"),
            ("mapped grep --since 1 hour ago f", "write a time as one argument: --since '1 hour ago'"),
            ("mapped hexdump -t d4z f", "-t is --terminate, as in xxd; for od's notations: --type d4z"),
            ("mapped cat +F f", "to follow a file: mapped cat -F FILE"),
            ("mapped stat -f %z f", "a format is the value of -c: mapped stat -c '%z' FILE"),
            ("mapped grep a f -n 5", "-n numbers lines; -m 5 stops after 5 matching lines"),
            (
                "mapped grep a OR b f",
                "to combine patterns: -e A -e B for either, --and B for both, --not B to exclude B",
            ),
            ("mapped cat +20 f", "to start at a line: mapped cat --lines=20: FILE"),
            ("mapped hexdump --color always f", "--color takes its value after an equals sign: --color=always"),
            ("mapped cat --stats json f", "--stats takes its value after an equals sign: --stats=json"),
            (
                "mapped bench --until-certain 9 f",
                "--until-certain takes its value after an equals sign: --until-certain=9",
            ),
            ("mapped bench --ways read map f", "separate the values of --ways with commas: --ways read,map"),
            ("mapped bench --ways=read, map f", "separate the values of --ways with commas: --ways read,map"),
            ("mapped stat --count lines words f", "separate the values of --count with commas: --count lines,words"),
            ("mapped checksum sha256 f", "-a sha256 chooses the algorithm"),
            ("mapped checksum -a md5 sha1 f", "separate the values of -a with commas: -a md5,sha1"),
            ("mapped checksum dir", "-r digests the files in a directory: mapped checksum -r dir"),
            ("mapped checksum dir dir", "-r digests the files in a directory: mapped checksum -r dir dir"),
            ("mapped checksum -c f dir", "-c reads lists of digests; --directory dir looks for the listed files there"),
            ("mapped grep -S 2026-11-21 x f", "-S takes no value; try: --since TIME"),
        ] {
            advises(line, Some(advice));
        }
    }

    // Regression: an offset beyond the end of a file printed nothing, not even a message.
    #[test]
    fn doubtful_words_are_noted() {
        let noted = |line: &str| note(&line.split(' ').map(OsString::from).collect::<Vec<_>>(), named);
        for (line, range) in [
            ("mapped hexdump -s 999G f", "f: -s 999G is beyond the end at 19 bytes"),
            ("mapped cat --offset=0x20 f", "f: --offset 0x20 is beyond the end at 19 bytes"),
        ] {
            assert!(noted(line).is_some_and(|note| note.ends_with(range)), "{line}");
        }
        for line in [
            "mapped cat --lines -20 f",
            "mapped cat --bytes 16 f",
            "mapped cat f",
            "mapped hexdump -s 19 f",
            "mapped hexdump -s -99 f",
            "mapped cat -s 999 f",
            "mapped hexdump -r -s 999 f",
        ] {
            assert_eq!(noted(line), None, "{line}");
        }
    }

    #[test]
    fn a_missing_file_alone_gives_none() {
        for line in [
            "mapped cat g",
            "mapped cat -n g",
            "mapped cat dir",
            "mapped grep -n 77 f",
            "mapped grep -A 3 -n 77",
            "mapped stat -c %s g",
            "mapped grep f g.log",
            "mapped cat f g:12",
            "mapped stat --format=%s %n",
            "mapped checksum f dir",
            "mapped hexdump -c g",
            "mapped bench --ways read,map g",
            "mapped checksum -a sha256 g",
            "mapped grep --colour g f",
            "mapped checksum -c f --directory dir",
            "mapped checksum -r dir",
        ] {
            advises(line, None);
        }
    }
}
