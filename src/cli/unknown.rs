//! Messages about unknown options and subcommands: what the classic tools call them, or the nearest
//! known word. The words that clap suggests are often wrong.

use std::ffi::OsString;

use super::advice::{BEFORE_SUBCOMMAND, OPTIONS, SUBCOMMANDS};
use super::checksum::ALGORITHMS;
use super::getopt;
use super::size::is_digits;
use super::typo::nearest;

/// Returns the message about an option that only other programs have, but that clap would parse as
/// the abbreviation of another one, or as several letters: `cat --head` is not `--heading`, and
/// xxd's `-len` is not `-l en`.
pub fn foreign_option(args: &[OsString], subcommand: &str) -> Option<String> {
    // There may be ten thousand operands.
    let hyphened: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).filter(|arg| arg.starts_with('-')).collect();
    let is_typed =
        |arg: &str, word: &str| arg.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('='));
    let is_word = |word: &str| word.starts_with("--") || subcommand == "hexdump" && word.len() > 2;
    let long = |word: &&&str| is_word(word) && hyphened.iter().any(|arg| is_typed(arg, word));
    let words = OPTIONS.iter().filter(|(name, ..)| *name == subcommand).flat_map(|(_, words, _)| *words);
    let word = words.into_iter().filter(long).find(|word| getopt::is_option(args, word))?;
    advise(word, args, subcommand)
}

/// Returns the message about an option, or an operand, that does not exist.
pub fn unknown_option(option: &str, args: &[OsString], subcommand: Option<&str>) -> String {
    let Some(subcommand) = subcommand else {
        return unknown_before_subcommand(option, args);
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
    let program = super::pages::program();
    let command = program.find_subcommand(subcommand);
    let known = command.map(|command| getopt::abbreviated(command, "")).unwrap_or_default();
    match nearest(option, known.iter().map(String::as_str)) {
        Some(near) => format!("{said}; did you mean {near}?"),
        None => said,
    }
}

/// Returns the message about an option of the program itself, which has only two.
fn unknown_before_subcommand(option: &str, args: &[OsString]) -> String {
    // clap names only the first letter of a word with one hyphen: `-version`.
    let word = args.get(1).and_then(|word| word.to_str()).unwrap_or_default();
    let is_word = word.len() > 2 && word.starts_with(option) && !word.starts_with("--") && !is_digits(&word[1..]);
    let typed = if is_word { word } else { option };
    let said = format!("mapped has no option '{typed}'");
    let name = typed.trim_start_matches('-');
    if typed.len() > 2 && !name.is_empty() {
        let is_start = |own: &&str| own.starts_with(name);
        if let Some(own) = ["version", "help"].into_iter().find(is_start) {
            return format!("{said}; did you mean --{own}?");
        }
        if let Some(own) = super::subcommand_named(name) {
            return format!("{said}; a subcommand has no hyphens: mapped {own}");
        }
    }
    let known_as = |option: &str| BEFORE_SUBCOMMAND.iter().find(|(options, _)| options.contains(&option));
    let known = known_as(typed).or_else(|| known_as(option));
    match (known, nearest(typed, ["--version", "--help"])) {
        (Some((_, advice)), _) if advice.starts_with("mapped ") => {
            format!("{said}; options follow the subcommand: {}", filled(advice, option, args))
        }
        (Some((_, advice)), _) => format!("{said}; {advice}"),
        (None, Some(near)) => format!("{said}; did you mean {near}?"),
        (None, None) => format!("{said}; options follow the subcommand"),
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

/// Returns the message about a subcommand that does not exist.
pub fn unknown_subcommand(word: &str) -> String {
    let said = format!("unknown subcommand '{word}'");
    if let Some((_, advice)) = SUBCOMMANDS.iter().find(|(words, _)| words.contains(&word)) {
        return format!("{said}; try: {advice}");
    }
    match nearest(word, super::SUBCOMMANDS) {
        Some(near) => format!("{said}; did you mean '{near}'?"),
        None => said,
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
