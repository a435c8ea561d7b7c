//! Parses the parts of getopt_long(3) syntax that clap does not support.
//!
//! `grep` accepts a number as an option (`-3`, `-n1`, `-1n`), which clap cannot express; the walk here
//! rewrites it as `--context`. The value in `-e=x` is `=x`, but clap drops the equals sign, so the walk
//! doubles it. clap's own definitions say which options take a value.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command, CommandFactory};

use super::Cli;
use crate::os::posix::{OsStrExt, OsStringExt};

/// Lets an option take any word as its value, even one that starts with a hyphen, as getopt does.
pub fn allow_any_value(arg: Arg) -> Arg {
    let has_own_word = !arg.is_positional() && takes_value(&arg);
    if has_own_word { arg.allow_hyphen_values(true) } else { arg }
}

/// Rewrites the numbers among `grep`'s options as `--context=NUM`, and keeps the equals sign that
/// begins the value of a short option.
///
/// `-0` alone and a `0` that ends a cluster are left as they are: they mean ripgrep's `--null`.
pub fn expand_clusters(args: Vec<OsString>) -> Vec<OsString> {
    let is_grep = has_numbers(&args);
    // The definitions are built only for a command line that may need them.
    let needs_walk = |arg: &OsString| match arg.as_bytes() {
        [b'-', b'-', ..] => false,
        [b'-', letters @ ..] => letters.contains(&b'=') || is_grep && letters.iter().any(u8::is_ascii_digit),
        _ => false,
    };
    if !args.iter().skip(2).any(needs_walk) {
        return args;
    }
    walk(&args).map_or(args, |walked| walked.expanded)
}

/// Returns whether the subcommand parses `word` as an option, not as an option's value or an operand.
/// `word` is a long option, or several letters after one hyphen.
pub fn is_option(args: &[OsString], word: &str) -> bool {
    walk(args).is_some_and(|walked| walked.options.iter().any(|option| option == word))
}

/// Walks over the command line of a subcommand.
fn walk(args: &[OsString]) -> Option<OptionWalk> {
    let mut program = Cli::command();
    program.build();
    let command = program.find_subcommand(args.get(1)?)?;
    let command = command.clone();
    let has_numbers = has_numbers(args);
    let mut walk = OptionWalk { command, has_numbers, expanded: args[..2].to_vec(), options: Vec::new() };
    walk.take(&args[2..]);
    Some(walk)
}

/// Returns whether the subcommand takes numbers as options.
fn has_numbers(args: &[OsString]) -> bool {
    args.get(1).is_some_and(|name| name == "grep")
}

/// A walk over a command line, option by option.
struct OptionWalk {
    command: Command,
    has_numbers: bool,
    expanded: Vec<OsString>,
    /// The options as they were typed, the long ones without values after an equals sign.
    options: Vec<OsString>,
}

impl OptionWalk {
    fn take(&mut self, args: &[OsString]) {
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            let wants_value = match arg.as_bytes() {
                b"--" => {
                    self.expanded.push(arg.clone());
                    break;
                }
                [b'-', b'-', name @ ..] => {
                    self.expanded.push(arg.clone());
                    let end = memchr::memchr(b'=', arg.as_bytes()).unwrap_or(arg.len());
                    self.options.push(OsStr::from_bytes(&arg.as_bytes()[..end]).to_owned());
                    !name.contains(&b'=') && self.long_takes_value(name)
                }
                [b'-', letters @ ..] if !letters.is_empty() => {
                    self.options.push(arg.clone());
                    self.take_cluster(letters)
                }
                _ => {
                    self.expanded.push(arg.clone());
                    false
                }
            };
            if wants_value {
                self.expanded.extend(rest.next().cloned());
            }
        }
        self.expanded.extend(rest.cloned());
    }

    /// Passes on a cluster of letters without its numbers. Returns whether its last letter takes
    /// the next argument as its value.
    fn take_cluster(&mut self, mut rest: &[u8]) -> bool {
        let mut letters = vec![b'-'];
        let mut number = None;
        let mut wants_value = false;
        while let [first, after @ ..] = rest {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if self.has_numbers && digits > 0 && rest != b"0" {
                number = Some(&rest[..digits]);
                rest = &rest[digits..];
                continue;
            }
            letters.push(*first);
            if self.letter_takes_value(*first) {
                letters.extend(after.first().filter(|byte| **byte == b'='));
                letters.extend(after);
                wants_value = after.is_empty();
                break;
            }
            rest = after;
        }
        if let Some(number) = number {
            let mut context = OsString::from("--context=");
            context.push(OsStr::from_bytes(number));
            self.expanded.push(context);
        }
        if letters.len() > 1 {
            self.expanded.push(OsString::from_vec(letters));
        }
        wants_value
    }

    fn letter_takes_value(&self, letter: u8) -> bool {
        let letter = char::from(letter);
        let is_named = |arg: &&Arg| {
            arg.get_short() == Some(letter) || arg.get_all_short_aliases().is_some_and(|all| all.contains(&letter))
        };
        self.command.get_arguments().find(is_named).is_some_and(takes_value)
    }

    fn long_takes_value(&self, name: &[u8]) -> bool {
        long_option(&self.command, name).is_some_and(takes_value)
    }
}

/// Returns the option of `command` with this long name, or the first one that the name abbreviates.
pub fn long_option<'c>(command: &'c Command, name: &[u8]) -> Option<&'c Arg> {
    let name = std::str::from_utf8(name).ok()?;
    let exact = option_named(command, |own| own == name);
    exact.or_else(|| option_named(command, |own| own.starts_with(name)))
}

/// Returns whether `command` has an option with exactly this long name.
pub fn has_long(command: &Command, name: &str) -> bool {
    option_named(command, |own| own == name).is_some()
}

/// Returns the first option with a long name that `is_name` accepts.
fn option_named(command: &Command, is_name: impl Fn(&str) -> bool) -> Option<&Arg> {
    command.get_arguments().find(|arg| {
        let aliases = arg.get_all_aliases().unwrap_or_default();
        arg.get_long().into_iter().chain(aliases).any(&is_name)
    })
}

/// Returns the names of all visible options of `command` that begin with `start`, with their hyphens.
/// An option with several such names is listed once.
pub fn abbreviated(command: &Command, start: &str) -> Vec<String> {
    let name = |arg: &Arg| {
        let aliases = arg.get_visible_aliases().unwrap_or_default();
        let named = arg.get_long().into_iter().chain(aliases).find(|name| name.starts_with(start));
        named.map(|name| format!("--{name}"))
    };
    command.get_arguments().filter(|arg| !arg.is_hide_set()).filter_map(name).collect()
}

/// Returns whether an option can have a value.
pub fn has_value(arg: &Arg) -> bool {
    arg.get_action().takes_values() && arg.get_num_args().is_none_or(|count| count.takes_values())
}

/// Returns whether the argument after the option can be its value.
pub fn takes_value(arg: &Arg) -> bool {
    has_value(arg) && !arg.is_require_equals_set()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn expands(from: &str, to: &str) {
        let args = from.split(' ').map(OsString::from).collect();
        assert_eq!(expand_clusters(args).join(" ".as_ref()), to);
    }

    #[test]
    fn a_number_is_context() {
        expands("mapped grep -3 x f", "mapped grep --context=3 x f");
        expands("mapped grep -n -12 x", "mapped grep -n --context=12 x");
        expands("mapped grep -n1 x f", "mapped grep --context=1 -n x f");
        expands("mapped grep -1n x f", "mapped grep --context=1 -n x f");
        expands("mapped grep -i1n2 x f", "mapped grep --context=2 -in x f");
        expands("mapped cat -3", "mapped cat -3");
    }

    // Regression: a pattern that ends in the letter of an option with a value was parsed as the option.
    #[test]
    fn a_value_is_no_number() {
        expands("mapped grep -edone -1 f", "mapped grep -edone --context=1 f");
        expands("mapped grep -e -3 -A -1 -m -1 f", "mapped grep -e -3 -A -1 -m -1 f");
        expands("mapped grep -ne -3 f", "mapped grep -ne -3 f");
        expands("mapped grep --max-count -1 x", "mapped grep --max-count -1 x");
        expands("mapped grep --max-c -1 x", "mapped grep --max-c -1 x");
        expands("mapped grep --color -1 x", "mapped grep --color --context=1 x");
        expands("mapped grep -A1 -m2 x", "mapped grep -A1 -m2 x");
        expands("mapped grep -- -3 f", "mapped grep -- -3 f");
    }

    // Regression: `grep -e=x` searched for `x` rather than `=x`.
    #[test]
    fn an_equals_sign_begins_the_value_of_a_letter() {
        expands("mapped grep -e=x f", "mapped grep -e==x f");
        expands("mapped grep -ne=x f", "mapped grep -ne==x f");
        expands("mapped grep -e -e=x -- -e=x", "mapped grep -e -e=x -- -e=x");
        expands("mapped stat -c=%n f", "mapped stat -c==%n f");
        expands("mapped hexdump -n1 -e=x f", "mapped hexdump -n1 -e==x f");
        expands("mapped cat -f=name f", "mapped cat -f=name f");
        expands("mapped cat --bytes=1 -n=2 f", "mapped cat --bytes=1 -n=2 f");
    }

    #[test]
    fn a_zero_that_ends_a_cluster_is_null() {
        expands("mapped grep -0 x", "mapped grep -0 x");
        expands("mapped grep -l0 x", "mapped grep -l0 x");
        expands("mapped grep -10 x", "mapped grep --context=10 x");
    }
}
