//! Messages for rejected command lines: in one line, what is wrong and what to type instead.
//!
//! clap's messages take several lines, and the word that it suggests is often wrong. This module
//! rephrases its errors, and adds advice for options and commands of the classic tools.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::advice::{BEFORE_SUBCOMMAND, OPTIONS, SUBCOMMANDS};
use super::getopt;

/// Returns the message about an option that only other programs have, but that clap would read as the
/// abbreviation of another one: `cat --head` is not `--heading`.
pub fn foreign_option(args: &[OsString], subcommand: &str) -> Option<String> {
    let is_typed = |arg: &OsString, word: &str| {
        arg.to_str().and_then(|arg| arg.strip_prefix(word)).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    };
    let long = |word: &&&str| word.starts_with("--") && args.iter().any(|arg| is_typed(arg, word));
    let words = OPTIONS.iter().filter(|(name, ..)| *name == subcommand).flat_map(|(_, words, _)| *words);
    let word = words.into_iter().filter(long).find(|word| getopt::is_option(args, word))?;
    advise(word, subcommand)
}

/// Returns advice on a command that failed, if a time of day follows the date of an option as a word of
/// its own, and so was a pattern or a file: `--since 2026-11-21 08:55`.
pub fn unquoted_time(args: &[OsString]) -> Option<String> {
    let words: Vec<&str> = args.iter().map(|arg| arg.to_str().unwrap_or_default()).collect();
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let is_date = |word: &str| word.starts_with(|first: char| first.is_ascii_digit()) && word.contains(['-', '/']);
    let is_clock = |word: &str| match word.as_bytes() {
        [hour @ .., b':', one, two] => hour.first().is_some_and(is_digit) && is_digit(one) && is_digit(two),
        _ => false,
    };
    let advice = |option: &str, date: &str, time: &str| {
        let is_time = matches!(option, "--since" | "--until" | "--around") && is_date(date) && is_clock(time);
        is_time.then(|| format!("a date and a time are one argument: {option} '{date} {time}'"))
    };
    words.windows(3).find_map(|three| match *three {
        [option, date, time] => advice(option, date, time).or_else(|| {
            let (option, date) = date.split_once('=')?;
            advice(option, date, time)
        }),
        _ => None,
    })
}

/// Returns a one-line message about what is wrong with a command line, without the program's name.
///
/// `subcommand` is the subcommand that was named, if it exists. Otherwise, `operand` returns advice for a
/// file or a pattern in its place.
pub fn message(error: &clap::Error, subcommand: Option<&str>, operand: impl FnOnce() -> Option<String>) -> String {
    let said = describe(error, subcommand);
    if said.contains("; ") {
        return said;
    }
    if error.kind() == ErrorKind::InvalidSubcommand
        && let Some(advice) = operand()
    {
        return format!("{said}; try: {advice}");
    }
    let see = subcommand.map_or(String::from("mapped --help"), |name| format!("mapped {name} --help"));
    format!("{said}; see {see}")
}

fn describe(error: &clap::Error, subcommand: Option<&str>) -> String {
    let text = |kind| error.get(kind).map(words).unwrap_or_default();
    let option = option_name(&text(ContextKind::InvalidArg));
    match error.kind() {
        ErrorKind::UnknownArgument => unknown_option(error, &option, subcommand),
        ErrorKind::InvalidSubcommand => unknown_subcommand(error, &text(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue if text(ContextKind::InvalidValue).is_empty() => {
            format!("{option} needs a value{}", expected(&text(ContextKind::ValidValue)))
        }
        ErrorKind::InvalidValue => {
            let value = text(ContextKind::InvalidValue);
            format!("invalid value '{value}' for {option}{}", expected(&text(ContextKind::ValidValue)))
        }
        ErrorKind::ValueValidation => {
            let value = text(ContextKind::InvalidValue);
            let reason = error.source().map(ToString::to_string).unwrap_or_default();
            // The standard library's messages for text that is not a number.
            let reason = match reason.as_str() {
                "invalid digit found in string" | "cannot parse integer from empty string" => "expected a number",
                "number too large to fit in target type" => "the number is too large",
                reason => reason,
            };
            // clap's message for a number outside a range.
            let range = reason.split_once(" is not in ").and_then(|(_, range)| range.split_once("..="));
            let reason =
                range.map_or(reason.to_owned(), |(least, most)| format!("expected a number from {least} to {most}"));
            // GNU grep accepts abbreviations, but `--after 14:30` asks for a time.
            let advice = match option.as_str() {
                "--after-context" if !is_number(&value) => "; try: --since TIME, or -A N",
                "--before-context" if !is_number(&value) => "; try: --until TIME, or -B N",
                _ => "",
            };
            format!("invalid value '{value}' for {option}: {reason}{advice}")
        }
        ErrorKind::NoEquals => format!("{option} takes its value after an equals sign, as in {option}=VALUE"),
        ErrorKind::TooManyValues => {
            format!("{option} takes no value, but '{}' was given", text(ContextKind::InvalidValue))
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{option} needs a value"),
        ErrorKind::MissingRequiredArgument => {
            let missing = text(ContextKind::InvalidArg);
            let names: Vec<String> = missing.trim_start_matches('<').split('|').map(option_name).collect();
            if subcommand == Some("cat") && names.first().is_some_and(|name| name == "--lines") {
                return "-z needs --lines, --lines-from or --bytes; --decompress decodes compressed files".into();
            }
            format!("missing {}", names.join(" or "))
        }
        ErrorKind::ArgumentConflict => {
            let others = option_names(error, ContextKind::PriorArg);
            match others.is_empty() {
                true if option.is_empty() => plain(error),
                true => format!("{option} cannot be combined with the other options"),
                false => format!("{option} cannot be combined with {others}"),
            }
        }
        _ => plain(error),
    }
}

/// Returns the first line of clap's own message.
fn plain(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

fn unknown_option(error: &clap::Error, option: &str, subcommand: Option<&str>) -> String {
    let Some(subcommand) = subcommand else {
        let said = format!("mapped has no option '{option}'; options follow the subcommand");
        let known = BEFORE_SUBCOMMAND.iter().find(|(options, _)| options.contains(&option));
        return match known {
            Some((_, advice)) => format!("{said}: {advice}"),
            None => said,
        };
    };
    if let Some(advised) = advise(option, subcommand) {
        return advised;
    }
    let said = format!("{subcommand} has no option '{option}'");
    match error.get(ContextKind::SuggestedArg).map(words) {
        Some(near) if is_near(option, &option_name(&near)) => format!("{said}; did you mean {}?", option_name(&near)),
        _ => said,
    }
}

/// Returns the message about an option of another program, if it is a known one.
fn advise(option: &str, subcommand: &str) -> Option<String> {
    let known = |(name, options, _): &&(&str, &[&str], &str)| *name == subcommand && options.contains(&option);
    let (_, _, advice) = OPTIONS.iter().find(known)?;
    let is_typed = advice.starts_with("mapped ") || advice.starts_with('-');
    let lead = if is_typed { "try: " } else { "" };
    Some(format!("{subcommand} has no option '{option}'; {lead}{advice}"))
}

fn unknown_subcommand(error: &clap::Error, word: &str) -> String {
    let said = format!("unknown subcommand '{word}'");
    if let Some((_, advice)) = SUBCOMMANDS.iter().find(|(words, _)| words.contains(&word)) {
        return format!("{said}; try: {advice}");
    }
    let near = error.get(ContextKind::SuggestedSubcommand).map(words).unwrap_or_default();
    match near.split(", ").find(|near| is_near(word, near)) {
        Some(near) => format!("{said}; did you mean '{near}'?"),
        None => said,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether two words differ only by a typo: in at most two letters, and not in all of them.
fn is_near(typed: &str, other: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (typed.chars().collect(), other.chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, &from) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    let letters = other.trim_start_matches('-').chars().count();
    row[b.len()] <= 2.min(letters / 2)
}

fn expected(values: &str) -> String {
    if values.is_empty() { String::new() } else { format!(": expected {values}") }
}

/// Returns a value from an error's context as text.
fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        ContextValue::StyledStr(text) => text.to_string(),
        _ => String::new(),
    }
}

fn option_names(error: &clap::Error, kind: ContextKind) -> String {
    let names = match error.get(kind) {
        Some(ContextValue::Strings(names)) => names.iter().map(|name| option_name(name)).collect::<Vec<_>>(),
        Some(ContextValue::String(name)) => vec![option_name(name)],
        _ => Vec::new(),
    };
    names.join(" and ")
}

/// Returns the name of an option without its placeholder: `--io` of `--io <WAY>`. An operand loses its brackets.
fn option_name(shown: &str) -> String {
    match shown.strip_prefix('-') {
        Some("=") => shown.to_owned(),
        Some(_) => shown.split([' ', '=', '[', '>']).next().unwrap_or_default().to_owned(),
        None => shown.trim_matches(['<', '>', '[', ']', '.']).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_is_near() {
        for (typed, other) in [("--colr", "--color"), ("grpe", "grep"), ("--line", "--lines"), ("ct", "cat")] {
            assert!(is_near(typed, other), "{typed} {other}");
        }
        for (typed, other) in [("head", "hexdump"), ("tail", "stat"), ("wc", "man"), ("--replace", "--reverse")] {
            assert!(!is_near(typed, other), "{typed} {other}");
        }
    }

    // Advice on an option that has come to exist would never be shown.
    #[test]
    fn advice_is_on_options_that_do_not_exist() {
        let program = crate::cli::pages::program();
        for (name, options, _) in OPTIONS {
            let command = program.find_subcommand(name).unwrap();
            for option in *options {
                let is_named = |arg: &clap::Arg| match option.strip_prefix("--") {
                    Some(long) => {
                        arg.get_long() == Some(long) || arg.get_all_aliases().is_some_and(|all| all.contains(&long))
                    }
                    None => option.len() == 2 && arg.get_short().is_some_and(|short| option.ends_with(short)),
                };
                assert!(!command.get_arguments().any(is_named), "{name} {option}");
            }
        }
    }

    #[test]
    fn a_word_has_one_advice() {
        let words: Vec<&str> = SUBCOMMANDS.iter().flat_map(|(words, _)| words.iter().copied()).collect();
        let unique: std::collections::BTreeSet<&str> = words.iter().copied().collect();
        assert_eq!(words.len(), unique.len());
    }
}
