//! Completion scripts for shells.

use clap::builder::{PossibleValue, PossibleValuesParser, Resettable};
use clap::{Arg, Command, CommandFactory, ValueHint};
use clap_complete::{Shell, generate};

use crate::cli::Cli;
use crate::cli::checksum::ALGORITHMS;
use crate::cli::getopt::has_value;
use crate::cli::multicall::TOOLS;

mod bash;
mod fish;
mod zsh;

/// Print a completion script for a shell.
#[derive(clap::Args, Debug)]
#[command(override_usage = "mapped completions SHELL")]
pub struct CompletionsArgs {
    /// Shell to print the script for
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Returns the completion script for `shell`.
pub fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    let mut program = with_hints(if shell == Shell::Fish { super::program() } else { program() });
    generate(shell, &mut program, "mapped", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let mended = match shell {
        Shell::Bash => bash::mended(&program, &script),
        Shell::Zsh => zsh::mended(&program, script),
        Shell::Fish => fish::mended(&program, &script),
        _ => script,
    };
    mended.into_bytes()
}

/// Returns the program with `--as`, which is parsed before all other arguments.
fn program() -> Command {
    let tools = PossibleValuesParser::new(TOOLS.iter().map(|tool| tool.name));
    let tool = Arg::new("as").long("as").value_name("TOOL").help("Act as a classic tool").value_parser(tools);
    let mut program = Cli::command().arg(tool);
    program.build();
    program
}

/// Suggested values for options that also accept others, by the option's long name.
const COMMON_VALUES: &[(&str, &str)] = &[
    ("work", "touch sum lines search: hash: copy"),
    ("stats", "text json text: json:"),
    ("timeline", "auto second minute hour day week"),
    (
        "encoding",
        "auto none utf-8 utf-16le utf-16be latin1 windows-1251 windows-1252 koi8-r gbk \
         gb18030 big5 euc-jp shift_jis euc-kr",
    ),
    (
        "time-zone",
        "local UTC Africa/Cairo Africa/Johannesburg Africa/Lagos America/Chicago \
         America/Los_Angeles America/New_York America/Sao_Paulo Asia/Dubai Asia/Kolkata \
         Asia/Shanghai Asia/Singapore Asia/Tokyo Australia/Sydney Europe/Berlin Europe/London \
         Europe/Moscow Europe/Paris Pacific/Auckland",
    ),
];

fn common_values(long: &str) -> Option<&'static str> {
    COMMON_VALUES.iter().find(|(name, _)| *name == long).map(|(_, values)| *values)
}

/// Marks the arguments that are file names, and adds suggested values. Without hints, zsh completes the
/// first operand as a command.
fn with_hints(mut program: Command) -> Command {
    for command in program.get_subcommands_mut() {
        *command = command.clone().mut_args(|arg| {
            let names = arg.get_possible_values();
            let common = arg.get_long().and_then(common_values).filter(|_| names.is_empty());
            if let Some(values) = common {
                // clap requires names that live forever.
                let named = |value: &'static str| -> Vec<&'static str> {
                    match value {
                        "hash:" => ALGORITHMS.iter().map(|name| &*format!("hash:{name}").leak()).collect(),
                        _ => vec![value],
                    }
                };
                return arg.value_parser(PossibleValuesParser::new(values.split(' ').flat_map(named)));
            }
            if arg.get_value_delimiter().is_some() && !names.is_empty() {
                // The values of a list are completed without their descriptions.
                let names: Vec<PossibleValue> = names.into_iter().map(|value| value.help(Resettable::Reset)).collect();
                return arg.value_parser(PossibleValuesParser::new(names));
            }
            if !names.is_empty() || !has_value(&arg) {
                return arg;
            }
            let hint = if arg.get_long() == Some("directory") || is_directory(&arg) {
                ValueHint::DirPath
            } else if arg.is_positional() || takes_file(&arg) {
                ValueHint::FilePath
            } else {
                ValueHint::Other
            };
            arg.value_hint(hint)
        });
    }
    program
}

/// Returns the name of the file in which `shell` expects the script.
pub fn file_name(shell: Shell) -> &'static str {
    match shell {
        Shell::Zsh => "_mapped",
        Shell::Fish => "mapped.fish",
        Shell::PowerShell => "mapped.ps1",
        Shell::Elvish => "mapped.elv",
        _ => "mapped.bash",
    }
}

/// Returns whether an option's value is the name of a file or directory. Without a hint, shells offer
/// files for every other value too.
fn takes_file(arg: &Arg) -> bool {
    let names = arg.get_value_names().unwrap_or_default();
    let is_file = |name: &str| ["FILE", "LIST", "DIR", "TABLE"].iter().any(|word| name.contains(word));
    names.iter().any(|name| is_file(name))
}

fn is_directory(arg: &Arg) -> bool {
    arg.is_positional() && arg.get_value_names().is_some_and(|names| names.iter().any(|name| name == "DIR"))
}

/// Returns the names of the values that commas may separate, if an option takes such a list.
fn listed_values(arg: &Arg) -> Option<String> {
    let values: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    (arg.get_value_delimiter().is_some() && !values.is_empty()).then(|| values.join(" "))
}
