//! Messages for rejected command lines: one line that says what is wrong and what to type instead.
//!
//! clap's messages take several lines, and the words they suggest are often wrong. This module
//! rephrases its errors, and adds advice for options and commands of the classic tools.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, ValueEnum};
use clap_complete::Shell;

use super::Cli;
use super::advice::{BEFORE_SUBCOMMAND, OPTIONS, SUBCOMMANDS};
use super::checksum::ALGORITHMS;
use super::getopt;
use super::size::is_digits;
use super::typo::{is_near, nearest};

/// Returns the message about an option that only other programs have, but that clap would parse as
/// the abbreviation of another one: `cat --head` is not `--heading`.
pub fn foreign_option(args: &[OsString], subcommand: &str) -> Option<String> {
    let is_typed = |arg: &OsString, word: &str| {
        arg.to_str().and_then(|arg| arg.strip_prefix(word)).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    };
    let long = |word: &&&str| word.starts_with("--") && args.iter().any(|arg| is_typed(arg, word));
    let words = OPTIONS.iter().filter(|(name, ..)| *name == subcommand).flat_map(|(_, words, _)| *words);
    let word = words.into_iter().filter(long).find(|word| getopt::is_option(args, word))?;
    advise(word, args, subcommand)
}

/// Returns a one-line message about what is wrong with a command line, without the program's name.
///
/// `subcommand` is the subcommand that was named, if it exists. Otherwise, `operand` returns advice for a
/// file or a pattern in its place.
pub fn message(
    error: &clap::Error,
    args: &[OsString],
    subcommand: Option<&str>,
    operand: impl FnOnce() -> Option<String>,
) -> String {
    let said = describe(error, args, subcommand);
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

fn describe(error: &clap::Error, args: &[OsString], subcommand: Option<&str>) -> String {
    let text = |kind| error.get(kind).map(words).unwrap_or_default();
    let option = option_name(&text(ContextKind::InvalidArg));
    match error.kind() {
        ErrorKind::UnknownArgument => unknown_option(error, &option, args, subcommand),
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
            // These are the standard library's messages for text that is not a number.
            let reason = match reason.as_str() {
                "invalid digit found in string" | "cannot parse integer from empty string" => "expected a number",
                "number too large to fit in target type" => "the number is too large",
                reason => reason,
            };
            // This is clap's message for a number outside a range.
            let range = reason.split_once(" is not in ").and_then(|(_, range)| range.split_once("..="));
            let reason =
                range.map_or(reason.to_owned(), |(least, most)| format!("expected a number from {least} to {most}"));
            format!("invalid value '{value}' for {option}: {reason}{}", advice_on_value(&option, &value, args))
        }
        ErrorKind::NoEquals => format!("{option} takes its value after an equals sign, as in {option}=VALUE"),
        ErrorKind::TooManyValues => {
            let value = text(ContextKind::InvalidValue);
            let advice = if option == "--check" { format!("; try: -c {value}") } else { String::new() };
            format!("{option} takes no value, but '{value}' was given{advice}")
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{option} needs a value"),
        ErrorKind::MissingRequiredArgument => missing(&text(ContextKind::InvalidArg), args, subcommand),
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

/// Returns advice on a value that belongs to another option, or to an option of another program.
fn advice_on_value(option: &str, value: &str, args: &[OsString]) -> &'static str {
    let is_age = || value.strip_suffix(['s', 'm', 'h', 'd']).is_some_and(is_digits);
    match option {
        // GNU grep accepts abbreviations, but `--after 14:30` means a time.
        "--after-context" if value.contains(':') => "; try: --since TIME, or -A N",
        "--before-context" if value.contains(':') => "; try: --until TIME, or -B N",
        "--last" if is_age() => "; try: --since TIME",
        "--offset" if args.iter().any(|arg| arg == "-ps") => "; try: -p, which is xxd's -ps",
        "--length" if value.starts_with('-') => "; try: --offset=-SIZE",
        "--strings" => "; try: --strings 4",
        _ => "",
    }
}

/// Returns the message about operands or options that are missing.
fn missing(missing: &str, args: &[OsString], subcommand: Option<&str>) -> String {
    let names: Vec<String> = missing.trim_start_matches('<').split('|').map(option_name).collect();
    let takes_format = |arg: &OsString| arg == "-c" || arg == "--format" || arg == "--printf";
    match subcommand {
        Some("cat") if names.first().is_some_and(|name| name == "--lines") => {
            "-z needs --lines, --lines-from or --bytes; --decompress decodes compressed files".into()
        }
        Some("completions") => {
            let shells: Vec<String> = Shell::value_variants().iter().map(ToString::to_string).collect();
            format!("missing SHELL: expected {}", shells.join(", "))
        }
        Some("stat") if names.first().is_some_and(|name| name == "--residency") => "-r needs --residency".into(),
        Some("stat") if args.iter().any(takes_format) => {
            "missing FILE; the word after -c is the format, as in mapped stat -c '%n %s' FILE".into()
        }
        _ => match subcommand.and_then(|subcommand| needing(missing, args, subcommand)) {
            Some(option) => format!("{option} needs {}", joined(missing)),
            None => format!("missing {}", names.join(" or ")),
        },
    }
}

/// Returns the option that requires the missing ones: the one that is rejected for the same reason
/// when it is given alone.
fn needing(missing: &str, args: &[OsString], subcommand: &str) -> Option<String> {
    let lacks = |typed: &[&str]| {
        // `stat` also requires a file.
        let operand = if subcommand == "stat" { &["-"][..] } else { &[] };
        let alone = [&["mapped", subcommand], typed, operand].concat();
        let error = Cli::try_parse_from(alone).err().filter(|error| error.kind() == ErrorKind::MissingRequiredArgument);
        error.and_then(|error| error.get(ContextKind::InvalidArg).map(words)).as_deref() == Some(missing)
    };
    let typed: Vec<&str> = args.iter().skip(2).map(|arg| arg.to_str().unwrap_or_default()).collect();
    typed.iter().enumerate().find_map(|(at, word)| {
        let value = typed.get(at + 1).copied().unwrap_or_default();
        match word.strip_prefix('-')? {
            "" => None,
            long if long.starts_with('-') => (lacks(&[word]) || lacks(&[word, value])).then(|| option_name(word)),
            letters => letters.chars().map(|letter| format!("-{letter}")).find(|letter| lacks(&[letter])),
        }
    })
}

/// Returns the names of the missing options, with the placeholders for their values.
fn joined(missing: &str) -> String {
    let names: Vec<String> = missing.split('|').map(|name| name.replace(['<', '>'], "").replace("...", "")).collect();
    match &names[..] {
        [most @ .., last] if !most.is_empty() => format!("{} or {last}", most.join(", ")),
        _ => names.concat(),
    }
}

/// Returns the first line of clap's own message.
fn plain(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

fn unknown_option(error: &clap::Error, option: &str, args: &[OsString], subcommand: Option<&str>) -> String {
    let Some(subcommand) = subcommand else {
        let said = format!("mapped has no option '{option}'; options follow the subcommand");
        let known = BEFORE_SUBCOMMAND.iter().find(|(options, _)| options.contains(&option));
        return match (known, nearest(option, ["--version", "--help"])) {
            (Some((_, advice)), _) => format!("{said}: {}", filled(advice, option, args)),
            (None, Some(near)) => format!("mapped has no option '{option}'; did you mean {near}?"),
            (None, None) => said,
        };
    };
    if let Some(advised) = advise(option, args, subcommand) {
        return advised;
    }
    if !option.starts_with('-') {
        // `man 7 mapped-logs` names the section of the manual first.
        let is_section = subcommand == "man" && args.get(2).is_some_and(|arg| arg.to_str().is_some_and(is_digits));
        let advice = if is_section { format!("; try: mapped man {option}") } else { String::new() };
        return format!("unexpected operand '{option}'{advice}");
    }
    if let Some(said) = ambiguous(option, subcommand) {
        return said;
    }
    let said = format!("{subcommand} has no option '{option}'");
    match error.get(ContextKind::SuggestedArg).map(words) {
        Some(near) if is_near(option, &option_name(&near)) => format!("{said}; did you mean {}?", option_name(&near)),
        _ => said,
    }
}

/// Returns the message about an abbreviation that is not unique.
fn ambiguous(option: &str, subcommand: &str) -> Option<String> {
    const MAX_NAMES: usize = 8;
    let program = super::pages::program();
    let names = getopt::abbreviated(program.find_subcommand(subcommand)?, option.strip_prefix("--")?);
    match &names[..] {
        [] => None,
        // It also abbreviates options that are not in the help.
        [only] => Some(format!("{subcommand} has no option '{option}'; did you mean {only}?")),
        few if few.len() <= MAX_NAMES => Some(format!("{option} is ambiguous: expected one of {}", few.join(", "))),
        _ => Some(format!("{option} is ambiguous")),
    }
}

/// Returns the message about an option of another program, if it is known.
fn advise(option: &str, args: &[OsString], subcommand: &str) -> Option<String> {
    let known = |(name, options, _): &&(&str, &[&str], &str)| *name == subcommand && options.contains(&option);
    let advice = match OPTIONS.iter().find(known) {
        Some((_, _, advice)) => filled(advice, option, args),
        // Many tools have an option for each algorithm.
        None if subcommand == "checksum" => {
            let typed = option.strip_prefix("--")?.replace('-', "");
            format!("-a {}", ALGORITHMS.iter().find(|name| name.replace('-', "") == typed)?)
        }
        None => return None,
    };
    let is_typed = advice.starts_with("mapped ") || advice.starts_with('-');
    let lead = if is_typed { "try: " } else { "" };
    // clap names only the first digit of a number.
    let number = args.iter().filter_map(|arg| arg.to_str()).find(|arg| arg.starts_with(option) && is_digits(&arg[1..]));
    Some(format!("{subcommand} has no option '{}'; {lead}{advice}", number.unwrap_or(option)))
}

/// Returns advice with the placeholder `{N}` replaced by the number that was typed with an option, or
/// by N if there is none.
fn filled(advice: &str, option: &str, args: &[OsString]) -> String {
    let Some((before, (usual, after))) =
        advice.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    else {
        return advice.to_owned();
    };
    // An expression such as '[ -~]{4,}' has braces too.
    if !is_digits(usual) {
        return advice.to_owned();
    }
    let number = typed_number(option, args);
    format!("{before}{}{}", number.unwrap_or(usual), filled(after, option, args))
}

/// Returns the number that was typed as the value of an option, or as the option itself (`-5`).
fn typed_number<'a>(option: &str, args: &'a [OsString]) -> Option<&'a str> {
    let words: Vec<&str> = args.iter().map(|arg| arg.to_str().unwrap_or_default()).collect();
    let number = |text: &'a str| Some(text).filter(|text| is_digits(text));
    if is_digits(&option[1..]) {
        let is_cluster = |word: &&&str| word.starts_with('-') && !word.starts_with("--") && word.contains(&option[1..]);
        let word = words.iter().find(is_cluster)?;
        return number(&word[word.find(&option[1..])?..]);
    }
    words.iter().enumerate().find_map(|(at, word)| match word.strip_prefix(option)? {
        "" => number(words.get(at + 1)?.trim_start_matches(['-', '+'])),
        rest => number(rest.trim_start_matches('=').trim_start_matches(['-', '+'])),
    })
}

fn unknown_subcommand(error: &clap::Error, word: &str) -> String {
    let said = format!("unknown subcommand '{word}'");
    if let Some((_, advice)) = SUBCOMMANDS.iter().find(|(words, _)| words.contains(&word)) {
        return format!("{said}; try: {advice}");
    }
    let near = error.get(ContextKind::SuggestedSubcommand).map(words).unwrap_or_default();
    match near.split(", ").find(|near| !near.is_empty() && is_near(word, near)) {
        Some(near) => format!("{said}; did you mean '{near}'?"),
        None => said,
    }
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

    // Regression: the advice showed a fixed number instead of the one that was typed.
    #[test]
    fn advice_has_the_number_that_was_typed() {
        let filled = |advice, option, line: &str| {
            let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            filled(advice, option, &args)
        };
        for (option, line) in [
            ("--tail", "mapped cat --tail 25 f"),
            ("--tail", "mapped cat --tail=-25 f"),
            ("-c", "mapped cat -c25 f"),
            ("-2", "mapped cat -25 f"),
            ("-2", "mapped cat -n25 f"),
        ] {
            assert_eq!(filled("a {10}: b", option, line), "a 25: b", "{line}");
        }
        assert_eq!(filled("a {10}", "--tail", "mapped cat --tail f"), "a 10");
        assert_eq!(filled("[ -~]{4,}", "--tail", "mapped cat --tail 3"), "[ -~]{4,}");
    }

    // Advice on an option that now exists would never be shown.
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
