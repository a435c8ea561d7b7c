//! Classic tools by their own names: `mapped` called as `grep`, `head` or `xxd` through a link, or as
//! `mapped --as NAME`.
//!
//! A tool is a row of a table: the subcommand that does its work, the letters they share, and what
//! its other options become. [`Tool::rewrite`] turns the tool's arguments into the subcommand's own,
//! which are then parsed like any others. There is no second parser for any tool.

mod complete;
mod counts;
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
    /// The name it is called by.
    pub name: &'static str,
    /// The subcommand that does its work.
    pub subcommand: &'static str,
    /// The exit code for a command line that it refuses.
    pub usage_error: u8,
    /// The exit code for an input that fails, or `grep`'s for no match.
    pub failure: u8,
    /// The exit code for an offset that the input does not reach.
    pub unreachable: u8,
    /// Arguments that turn the subcommand's defaults into the tool's.
    defaults: &'static [&'static str],
    /// Letters that mean the same in both, in the notation of getopt(3).
    same: &'static str,
    /// Options that become others, in the tables that this tool uses.
    rules: &'static [&'static [Rule]],
    /// Completes the arguments where they depend on several options or on the operands.
    complete: fn(&mut rewrite::RewrittenArgs) -> Result<(), String>,
}

/// An option of a tool, and what it becomes.
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
    /// Only in the same word, as in `--color=always`.
    Optional,
}

/// What a tool's option becomes.
#[derive(Clone, Copy)]
enum Becomes {
    /// These arguments, separated by blanks. `{}` stands for the value.
    Args(&'static str),
    /// Nothing by itself; [`Tool::complete`] evaluates it.
    Noted,
    /// An error with this advice.
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

    /// Returns the line after a message about a wrong command line.
    pub fn hint(&self) -> String {
        let name = self.name;
        match name {
            // As xxd does, whose test suite looks for it.
            "xxd" => format!("Usage: {name} [OPTION]... [FILE]; see {name} --help"),
            _ => format!("Try '{name} --help' for more information."),
        }
    }

    /// Returns the line that tells the version.
    pub fn version(&self) -> String {
        let own = format!("{} (mapped) {}", self.name, env!("CARGO_PKG_VERSION"));
        match self.name {
            // Scripts look for the date, to know which options there are.
            "xxd" => format!("{own}, as xxd 2022-01-14 by Juergen Weigert et al.\n"),
            _ => format!("{own}\n"),
        }
    }

    /// Returns the help of the tool: what it is here, its options, and what is not offered.
    pub fn help(&self) -> String {
        let options = |offered: bool| {
            let rules = self.rules().filter(|rule| matches!(rule.becomes, Becomes::NotOffered(_)) != offered);
            let letters = self.same.chars().filter(|&c| offered && c != ':').map(|letter| format!("-{letter}"));
            letters.chain(rules.map(Rule::shown)).collect::<Vec<_>>().join(" ")
        };
        let missing = options(false);
        let missing = if missing.is_empty() { missing } else { format!("Not offered: {missing}\n") };
        let Tool { name, subcommand, .. } = self;
        let defaults = self.defaults.join(" ");
        format!(
            "Usage: {name} [OPTION]... [OPERAND]...\n\n{name}, by mapped {subcommand} {defaults}\n\nOptions: {}\n{missing}\n\
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

/// Returns the tool that a command line calls, by the program's name or by `--as NAME`.
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
