//! Messages for rejected command lines: one line that says what is wrong and what to type instead.
//!
//! clap's messages take several lines. This module rephrases its errors; `unknown` has those about
//! unknown options and commands.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, ValueEnum};
use clap_complete::Shell;

use super::Cli;
use super::size::is_digits;
use super::unknown::{unknown_option, unknown_subcommand};
use super::wording::{invalid_value, one_of};

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
    let named = option_name(&text(ContextKind::InvalidArg));
    let option = as_typed(&named, args, subcommand);
    match error.kind() {
        ErrorKind::UnknownArgument => unknown_option(&option, args, subcommand),
        ErrorKind::InvalidSubcommand => unknown_subcommand(&text(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue if text(ContextKind::InvalidValue).is_empty() => {
            format!("{option} needs a value{}", expected(error))
        }
        ErrorKind::InvalidValue => {
            let value = text(ContextKind::InvalidValue);
            format!("invalid value '{value}' for {option}{}", expected(error))
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
            format!("{}{}", invalid_value(&option, &value, reason), advice_on_value(&named, &value, args))
        }
        ErrorKind::NoEquals => format!("{option} takes its value after an equals sign, as in {option}=VALUE"),
        ErrorKind::TooManyValues => {
            let value = text(ContextKind::InvalidValue);
            let advice = if option == "--check" { format!("; try: -c {value}") } else { String::new() };
            format!("{option} takes no value, but '{value}' was given{advice}")
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{option} needs a value"),
        ErrorKind::MissingRequiredArgument => missing(&missing_args(error), args, subcommand),
        ErrorKind::ArgumentConflict => {
            let others: Vec<String> = option_names(error, ContextKind::PriorArg);
            let typed: Vec<String> = others.iter().map(|other| as_typed(other, args, subcommand)).collect();
            let names: Vec<&str> = others.iter().chain([&named]).map(String::as_str).collect();
            let advice = advice_on_conflict(subcommand, &names);
            match typed.is_empty() {
                true if option.is_empty() => plain(error),
                true => format!("{option} cannot be combined with the other options"),
                false => format!("{option} cannot be combined with {}{advice}", typed.join(" and ")),
            }
        }
        _ => plain(error),
    }
}

/// Returns advice on options that exclude each other.
fn advice_on_conflict(subcommand: Option<&str>, names: &[&str]) -> &'static str {
    let has = |name| names.contains(&name);
    match subcommand {
        Some("bench") if has("--both") && (has("--cold") || has("--warm")) => "; --both includes it",
        Some("bench") if has("--cold") && has("--warm") => "; try: --both",
        Some("checksum") if has("--check") && has("--recursive") => "; a list names its files: mapped checksum -c LIST",
        _ => "",
    }
}

/// Returns the name of an option as it was typed: `-m` for `--max-count`, or an alias.
fn as_typed(option: &str, args: &[OsString], subcommand: Option<&str>) -> String {
    let find = || {
        let program = super::pages::program();
        let command = program.find_subcommand(subcommand?)?;
        let long = option.strip_prefix("--")?;
        let arg = command.get_arguments().find(|arg| arg.get_long() == Some(long))?;
        let words = || args.iter().skip(2).filter_map(|arg| arg.to_str());
        let names = || words().filter_map(|word| word.strip_prefix("--")).filter_map(|word| word.split('=').next());
        let is_typed = |name: &str| names().any(|typed| !typed.is_empty() && name.starts_with(typed));
        if is_typed(long) {
            return None;
        }
        if let Some(alias) = arg.get_all_aliases().unwrap_or_default().into_iter().find(|alias| is_typed(alias)) {
            return Some(format!("--{alias}"));
        }
        let is_letter_typed = |letter: char| {
            words().any(|word| !word.starts_with("--") && word.starts_with('-') && word.contains(letter))
        };
        let letters = arg.get_short().into_iter().chain(arg.get_all_short_aliases().unwrap_or_default());
        letters.into_iter().find(|letter| is_letter_typed(*letter)).map(|letter| format!("-{letter}"))
    };
    find().unwrap_or_else(|| option.to_owned())
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

/// Returns the missing arguments in clap's notation: options if any are missing, and operands
/// otherwise.
fn missing_args(error: &clap::Error) -> String {
    let Some(ContextValue::Strings(all)) = error.get(ContextKind::InvalidArg) else { return String::new() };
    let options: Vec<&str> =
        all.iter().map(String::as_str).filter(|arg| arg.trim_start_matches('<').starts_with('-')).collect();
    if options.is_empty() { all.join(", ") } else { options.join(", ") }
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
            let shells: Vec<&str> = shells.iter().map(String::as_str).collect();
            format!("missing SHELL: expected {}", one_of(&shells))
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
        error.is_some_and(|error| missing_args(&error) == missing)
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
    one_of(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Returns the first line of clap's own message.
fn plain(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

fn expected(error: &clap::Error) -> String {
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            format!(": expected {}", one_of(&values))
        }
        _ => String::new(),
    }
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

fn option_names(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::Strings(names)) => names.iter().map(|name| option_name(name)).collect(),
        Some(ContextValue::String(name)) => vec![option_name(name)],
        _ => Vec::new(),
    }
}

/// Returns the name of an option without its placeholder: `--io` of `--io <METHOD>`. An operand loses its brackets.
fn option_name(shown: &str) -> String {
    match shown.strip_prefix('-') {
        Some("=") => shown.to_owned(),
        Some(_) => shown.split([' ', '=', '[', '>']).next().unwrap_or_default().to_owned(),
        None => shown.trim_matches(['<', '>', '[', ']', '.']).to_owned(),
    }
}
