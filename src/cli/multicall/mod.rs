//! Classic tools by their own names: `mapped` called as `grep`, `head` or `xxd` through a link, or as
//! `mapped --as NAME`.
//!
//! A table describes each tool: the subcommand that does its work, the letters that both share, and
//! how its other options are rewritten. [`Tool::rewrite`] turns the tool's arguments into those of the
//! subcommand, which are then parsed as usual. No tool has a parser of its own.

mod abbreviated;
mod complete;
mod counts;
mod number;
mod od;
mod rewrite;
mod tools;
mod xxd;

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::os::posix::OsStrExt;

pub use rewrite::RewriteError;
pub use tools::TOOLS;

/// A classic tool.
pub struct Tool {
    /// The name of the tool.
    pub name: &'static str,
    /// The subcommand that does its work.
    pub subcommand: &'static str,
    /// The exit code for a rejected command line.
    pub usage_error: u8,
    /// The exit code for an input that fails, or `grep`'s for no match.
    pub failure: u8,
    /// The exit code for an offset that the input does not reach.
    pub unreachable: u8,
    /// Arguments that turn the subcommand's defaults into the tool's.
    defaults: &'static [&'static str],
    /// Letters that mean the same in the tool and the subcommand, in the notation of getopt(3).
    same: &'static str,
    /// All long options of the tool, to recognise their abbreviations; none if the subcommand
    /// recognises them. Synonyms are separated by spaces.
    names: &'static [&'static str],
    /// Tables of the options that are rewritten.
    rules: &'static [&'static [Rule]],
    /// Completes the arguments where they depend on several options or on the operands.
    complete: fn(&mut rewrite::RewrittenArgs) -> Result<(), String>,
}

/// An option of a tool, and how it is rewritten.
struct Rule {
    letter: Option<char>,
    long: &'static str,
    value: ValueRule,
    becomes: Becomes,
}

/// Whether an option takes a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ValueRule {
    None,
    Required,
    /// A value only in the same word, as in `--color=always`.
    Optional,
}

/// How a tool's option is rewritten.
#[derive(Clone, Copy)]
enum Becomes {
    /// Arguments, separated by spaces. `{}` stands for the value.
    Args(&'static str),
    /// No arguments; [`Tool::complete`] evaluates the option.
    Noted,
    /// An error with advice.
    NotOffered(&'static str),
}

/// A command line that calls a tool by its name.
pub struct Call {
    /// The tool.
    pub tool: &'static Tool,
    /// Its arguments.
    pub args: Vec<OsString>,
}

impl Tool {
    /// Returns the tool of this name.
    pub fn named(name: &OsStr) -> Option<&'static Tool> {
        TOOLS.iter().find(|tool| name == tool.name)
    }

    fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        self.rules.iter().copied().flatten()
    }

    /// Returns the line that follows the message about a rejected command line.
    pub fn hint(&self) -> String {
        let name = self.name;
        match name {
            // xxd's test suite looks for this line.
            "xxd" => format!("Usage: {name} [OPTION]... [FILE]; see {name} --help"),
            _ => format!("Try '{name} --help' for more information."),
        }
    }

    /// Returns the version line.
    pub fn version(&self) -> String {
        let own = format!("{} (mapped) {}", self.name, env!("CARGO_PKG_VERSION"));
        match self.name {
            // Scripts use the date to find out which options xxd supports.
            "xxd" => format!("{own}, as xxd 2022-01-14 by Juergen Weigert et al.\n"),
            _ => format!("{own}\n"),
        }
    }

    /// Returns the tool's help: the subcommand that does its work, its options, and those that are not
    /// supported.
    pub fn help(&self) -> String {
        let options = |offered: bool| {
            let rules = self.rules().filter(|rule| matches!(rule.becomes, Becomes::NotOffered(_)) != offered);
            let letters = self.same.chars().filter(|&c| offered && c != ':').map(|letter| format!("-{letter}"));
            letters.chain(rules.map(Rule::shown)).collect::<Vec<_>>().join(" ")
        };
        let missing = options(false);
        let missing = if missing.is_empty() { missing } else { format!("Not supported: {missing}\n") };
        let Tool { name, subcommand, .. } = self;
        let command = [&["mapped", *subcommand][..], self.defaults].concat().join(" ");
        format!(
            "Usage: {name} [OPTION]... [OPERAND]...\n\n{name}, provided by: {command}\n\nOptions: {}\n{missing}\n\
             Long options of mapped {subcommand} work as well: mapped help {subcommand}\n",
            options(true)
        )
    }
}

impl Rule {
    fn shown(&self) -> String {
        let long = if self.long.is_empty() { String::new() } else { format!("--{}", self.long) };
        match (self.letter, long.is_empty()) {
            (Some(letter), true) => format!("-{letter}"),
            (Some(letter), false) => format!("-{letter}|{long}"),
            (None, _) => long,
        }
    }
}

/// Returns the tool that a command line calls, either by the program's name or with `--as NAME`.
///
/// # Errors
/// Returns the name after `--as` if there is no such tool.
pub fn call(args: &[OsString]) -> Result<Option<Call>, OsString> {
    let first = args.get(1).map(|arg| arg.as_bytes()).unwrap_or_default();
    let joined = first.strip_prefix(b"--as=").map(|name| (OsStr::from_bytes(name), 2));
    let separate = (first == b"--as").then(|| (args.get(2).map(|name| &**name).unwrap_or_default(), 3));
    if let Some((name, operands)) = joined.or(separate) {
        let tool = Tool::named(name).ok_or(name)?;
        return Ok(Some(Call { tool, args: args[operands..].to_vec() }));
    }
    let name = args.first().map(|path| Path::new(path).file_stem().unwrap_or_default());
    let tool = name.and_then(Tool::named);
    Ok(tool.map(|tool| Call { tool, args: args[1..].to_vec() }))
}
