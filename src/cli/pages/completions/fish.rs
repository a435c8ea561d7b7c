//! Corrects clap's completion script for fish.

use clap::builder::PossibleValue;
use clap::{Arg, Command};

use super::{is_directory, listed_values};
use crate::cli::multicall::TOOLS;

/// Returns the script, corrected to complete each value of a list, and values after an equals sign only
/// where one is required.
pub(super) fn mended(program: &Command, script: &str) -> String {
    let arguments: Vec<&Arg> = program.get_subcommands().flat_map(Command::get_arguments).collect();
    let mut script = script.to_owned();
    for arg in &arguments {
        if let Some(values) = listed_values(arg) {
            let lines: Vec<String> = values.split(' ').map(|value| format!("{value}\\t''")).collect();
            let list = format!("-a \"(__fish_complete_list , 'printf %s\\\\n {values}')\"");
            script = script.replace(&format!("-a \"{}\"", lines.join("\n")), &list);
        }
    }
    let mut mended = String::new();
    for line in script.lines() {
        let named = |arg: &&Arg| arg.get_long().is_some_and(|long| line.contains(&format!(" -l {long} ")));
        let requires_equals = arguments.iter().copied().find(named).is_some_and(Arg::is_require_equals_set);
        mended += &if requires_equals { line.replacen(" -r", "", 1) } else { line.to_owned() };
        mended.push('\n');
    }
    mended + &additions()
}

/// Returns the completions that clap omits for fish: those of operands, such as the topics of `help`,
/// and of `--as` before the subcommand.
fn additions() -> String {
    let tools: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
    let is_first = "test (count (commandline -opc)) -le 2";
    let tools = tools.join(" ");
    let mut lines =
        format!("complete -c mapped -n \"{is_first}\" -l as -d 'Act as a classic tool' -x -a \"{tools}\"\n");
    for command in crate::cli::pages::program().get_subcommands() {
        for operand in command.get_positionals() {
            let values = operand.get_possible_values();
            let names: Vec<&str> = match is_directory(operand) {
                true => vec!["(__fish_complete_directories)"],
                false => values.iter().map(PossibleValue::get_name).collect(),
            };
            if !names.is_empty() {
                let (subcommand, names) = (command.get_name(), names.join(" "));
                let condition = format!("__fish_mapped_using_subcommand {subcommand}");
                lines.push_str(&format!("complete -c mapped -n \"{condition}\" -f -a \"{names}\"\n"));
            }
        }
    }
    lines
}
