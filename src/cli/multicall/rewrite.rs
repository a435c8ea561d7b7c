//! Rewrites a tool's arguments, which are parsed as getopt_long(3) does.
//!
//! In the rewritten command line, options precede operands, and operands follow `--`.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

use clap::{Command, CommandFactory};

use super::{Becomes, Rule, Tool, ValueRule, counts};
use crate::cli::{Cli, getopt};
use crate::os::posix::{OsStrExt, OsStringExt};

/// The rewritten arguments of a tool.
pub struct RewrittenArgs {
    /// Options of the subcommand.
    pub options: Vec<OsString>,
    /// Operands.
    pub operands: Vec<OsString>,
    /// The options to which a rule applied, in the order given.
    pub given: Vec<GivenOption>,
}

/// An option to which a rule applied.
pub struct GivenOption {
    /// The long name, or the letter of an option without one.
    pub name: String,
    /// Its value.
    pub value: Option<OsString>,
}

impl GivenOption {
    /// Returns the value as text, which is empty if there is none.
    pub fn text(&self) -> Cow<'_, str> {
        self.value.as_deref().map(OsStr::to_string_lossy).unwrap_or_default()
    }
}

/// The reason why a tool's arguments are not rewritten.
#[derive(Debug, PartialEq, Eq)]
pub enum RewriteError {
    /// The tool's help was requested.
    Help,
    /// The tool's version was requested.
    Version,
    /// The arguments are wrong, or an option is not supported; the message says which.
    Wrong(String),
}

impl RewrittenArgs {
    /// Returns the last value given for one of the options in `names`, with the name.
    pub fn last(&self, names: &[&str]) -> Option<&GivenOption> {
        self.given.iter().rev().find(|given| names.contains(&given.name.as_str()))
    }

    /// Returns whether the option was given.
    pub fn has(&self, name: &str) -> bool {
        self.given.iter().any(|given| given.name == name)
    }

    /// Adds an option, written with its `=`, and the value as one argument.
    pub fn push_value(&mut self, option: &str, value: impl AsRef<OsStr>) {
        let mut arg = OsString::from(option);
        arg.push(value);
        self.push(arg);
    }

    /// Adds an option of the subcommand.
    pub fn push(&mut self, option: impl Into<OsString>) {
        self.options.push(option.into());
    }
}

impl Tool {
    /// Returns the arguments of `mapped` that do what `args` request from the tool.
    ///
    /// # Errors
    /// Returns the reason if help or the version was requested, or if the arguments are wrong.
    pub fn rewrite(&self, args: &[OsString]) -> Result<Vec<OsString>, RewriteError> {
        let line = RewrittenArgs { options: Vec::new(), operands: Vec::new(), given: Vec::new() };
        let mut walk = Rewrite { tool: self, line, command: None };
        walk.take(&counts::modernize(self.name, args))?;
        let mut line = walk.line;
        (self.complete)(&mut line).map_err(RewriteError::Wrong)?;
        let words = ["mapped", self.subcommand].into_iter().chain(self.defaults.iter().copied()).map(OsString::from);
        let operands = std::iter::once(OsString::from("--")).chain(line.operands);
        Ok(words.chain(line.options).chain(operands).collect())
    }

    fn rule_for_letter(&self, letter: char) -> Option<&'static Rule> {
        self.rules().find(|rule| rule.letter == Some(letter))
    }

    /// Returns the rule for a long option or for the only option that it abbreviates.
    fn rule_for_name(&self, name: &str) -> Option<&'static Rule> {
        let begins = || self.rules().filter(|rule| rule.long.starts_with(name));
        let exact = begins().find(|rule| rule.long == name);
        exact.or_else(|| begins().next().filter(|_| begins().count() == 1 && name.len() > 1))
    }

    /// Returns whether a letter that the subcommand shares takes a value, or `None` for other letters.
    fn same_letter(&self, letter: char) -> Option<bool> {
        let at = self.same.find(letter).filter(|_| letter != ':')?;
        Some(self.same[at + 1..].starts_with(':'))
    }
}

/// The options of xxd that are words.
const XXD_WORDS: [&str; 11] =
    ["autoskip", "bits", "capitalize", "cols", "groupsize", "len", "name", "offset", "seek", "skip", "uppercase"];

pub(super) struct Rewrite<'t> {
    pub(super) tool: &'t Tool,
    line: RewrittenArgs,
    /// The definition of the subcommand, once it is needed.
    command: Option<Command>,
}

impl Rewrite<'_> {
    fn take(&mut self, args: &[OsString]) -> Result<(), RewriteError> {
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            match arg.as_bytes() {
                b"--" => {
                    self.line.operands.extend(rest.cloned());
                    break;
                }
                [b'-', b'-', long @ ..] => self.take_long(long, &mut rest)?,
                // xxd's options are words after one hyphen and never clusters.
                [b'-', word @ ..] if self.tool.name == "xxd" && !word.is_empty() => self.take_word(word, &mut rest)?,
                [b'-', letters @ ..] if !letters.is_empty() => self.take_cluster(letters, &mut rest)?,
                _ => self.line.operands.push(arg.clone()),
            }
        }
        Ok(())
    }

    fn take_long(&mut self, long: &[u8], rest: &mut std::slice::Iter<'_, OsString>) -> Result<(), RewriteError> {
        let equals = long.iter().position(|&byte| byte == b'=');
        let (name, value) = long.split_at(equals.unwrap_or(long.len()));
        let name = self.full_name(&String::from_utf8_lossy(name))?;
        let value = equals.map(|_| OsStr::from_bytes(&value[1..]).to_owned());
        match name.as_str() {
            "help" => return Err(RewriteError::Help),
            "version" => return Err(RewriteError::Version),
            _ => {}
        }
        let Some(rule) = self.tool.rule_for_name(&name) else {
            return self.pass_on(&name, value, rest);
        };
        let value = match (rule.value, value) {
            (ValueRule::None, Some(_)) => return wrong(format!("option '--{}' doesn't allow an argument", rule.long)),
            (ValueRule::Required, None) => {
                let missing = || RewriteError::Wrong(format!("option '--{}' requires an argument", rule.long));
                Some(rest.next().ok_or_else(missing)?.clone())
            }
            (_, value) => value,
        };
        self.apply(rule, value)
    }

    /// Passes on a long option of the subcommand itself.
    fn pass_on(
        &mut self,
        name: &str,
        value: Option<OsString>,
        rest: &mut std::slice::Iter<'_, OsString>,
    ) -> Result<(), RewriteError> {
        let Some(option) = getopt::long_option(self.subcommand(), name.as_bytes()) else {
            return wrong(format!("unrecognized option '--{name}'"));
        };
        let takes_value = getopt::takes_value(option);
        if let Some(value) = value {
            self.line.push_value(&format!("--{name}="), value);
            return Ok(());
        }
        self.line.push(format!("--{name}"));
        if takes_value {
            let missing = || RewriteError::Wrong(format!("option '--{name}' requires an argument"));
            self.line.options.push(rest.next().ok_or_else(missing)?.clone());
        }
        Ok(())
    }

    /// Returns the definition of the subcommand.
    pub(super) fn subcommand(&mut self) -> &Command {
        let subcommand = self.tool.subcommand;
        self.command.get_or_insert_with(|| {
            let mut program = Cli::command();
            program.build();
            program.find_subcommand(subcommand).cloned().unwrap_or_default()
        })
    }

    fn take_cluster(&mut self, letters: &[u8], rest: &mut std::slice::Iter<'_, OsString>) -> Result<(), RewriteError> {
        let mut at = 0;
        while let Some(&byte) = letters.get(at) {
            let letter = char::from(byte);
            at += 1;
            let digits = letters[at - 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if let Some(rule) = self.tool.rule_for_letter('0').filter(|_| digits > 0) {
                at += digits - 1;
                let number = OsStr::from_bytes(&letters[at - digits..at]).to_owned();
                self.apply(rule, Some(number))?;
                continue;
            }
            if let Some(takes_value) = self.tool.same_letter(letter) {
                let attached = if takes_value { &letters[at..] } else { &[] };
                // clap drops one equals sign before a value, and here it is part of the value.
                let dropped = &attached[..usize::from(attached.starts_with(b"="))];
                self.line.push(OsString::from_vec([&[b'-', byte], dropped, attached].concat()));
                if takes_value {
                    if attached.is_empty() {
                        let value = value_after(letter, rest)?;
                        self.line.options.push(value);
                    }
                    return Ok(());
                }
                continue;
            }
            let Some(rule) = self.tool.rule_for_letter(letter) else {
                return wrong(format!("invalid option -- '{letter}'"));
            };
            let attached = &letters[at..];
            let attached_value = || OsStr::from_bytes(attached).to_owned();
            match rule.value {
                ValueRule::None => self.apply(rule, None)?,
                ValueRule::Optional => return self.apply(rule, (!attached.is_empty()).then(attached_value)),
                ValueRule::Required if attached.is_empty() => {
                    return self.apply(rule, Some(value_after(letter, rest)?));
                }
                ValueRule::Required => return self.apply(rule, Some(attached_value())),
            }
        }
        Ok(())
    }

    /// Rewrites an option of xxd, which may be abbreviated: `-c8`, `-cols 8` and `-c 8` mean the same.
    fn take_word(&mut self, word: &[u8], rest: &mut std::slice::Iter<'_, OsString>) -> Result<(), RewriteError> {
        if word == b"ps" || word.starts_with(b"h") {
            return if word == b"ps" { self.take_cluster(b"p", rest) } else { Err(RewriteError::Help) };
        }
        let letter = if word == b"capitalize" { 'C' } else { char::from(word[0]) };
        let Some(rule) = self.tool.rule_for_letter(letter) else {
            return wrong(format!("invalid option -- '{letter}'"));
        };
        // `-offset` and the like are whole words, not letters followed by their values.
        let is_long = word.len() > 1 && XXD_WORDS.iter().any(|long| long.as_bytes().starts_with(word));
        let attached = if is_long { &[] } else { &word[1..] };
        match rule.value {
            ValueRule::Required if attached.is_empty() => {
                let value = value_after(letter, rest)?;
                self.apply(rule, Some(value))
            }
            ValueRule::Required => self.apply(rule, Some(OsStr::from_bytes(attached).to_owned())),
            _ => self.apply(rule, None),
        }
    }

    fn apply(&mut self, rule: &Rule, value: Option<OsString>) -> Result<(), RewriteError> {
        match rule.becomes {
            Becomes::NotOffered("help") => return Err(RewriteError::Help),
            Becomes::NotOffered("version") => return Err(RewriteError::Version),
            Becomes::NotOffered(instead) => {
                let instead = if instead.is_empty() { String::new() } else { format!("; {instead}") };
                return wrong(format!("option '{}' is not supported{instead}", rule.shown()));
            }
            Becomes::Args(words) => {
                for word in words.split_whitespace() {
                    let mut arg = OsString::from(word.trim_end_matches("{}"));
                    match &value {
                        Some(value) if word.ends_with("{}") => arg.push(value),
                        _ => arg = OsString::from(word.trim_end_matches("={}")),
                    }
                    self.line.push(arg);
                }
            }
            Becomes::Noted => {}
        }
        let letter = || rule.letter.map(String::from).unwrap_or_default();
        let name = if rule.long.is_empty() { letter() } else { rule.long.to_owned() };
        self.line.given.push(GivenOption { name, value });
        Ok(())
    }
}

fn value_after(letter: char, rest: &mut std::slice::Iter<'_, OsString>) -> Result<OsString, RewriteError> {
    let missing = || RewriteError::Wrong(format!("option requires an argument -- '{letter}'"));
    rest.next().cloned().ok_or_else(missing)
}

fn wrong<T>(message: String) -> Result<T, RewriteError> {
    Err(RewriteError::Wrong(message))
}
