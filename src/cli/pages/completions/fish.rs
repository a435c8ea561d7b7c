//! What clap's completion script for fish lacks.

use clap::builder::PossibleValue;
use clap::{Arg, Command};

use super::{listed_values, takes_file};
use crate::cli::multicall::TOOLS;

/// Makes the script complete each value of a list, values after an equals sign only where one is
/// required, and no files in place of other values.
pub(super) fn mended(program: &Command, script: &str) -> String {
    let mut script = script.to_owned();
    for arg in program.get_subcommands().flat_map(Command::get_arguments) {
        if let Some(values) = listed_values(arg) {
            let lines: Vec<String> = values.split(' ').map(|value| format!("{value}\\t''")).collect();
            let list = format!("-a \"(__fish_complete_list , 'printf %s\\\\n {values}')\"");
            script = script.replace(&format!("-a \"{}\"", lines.join("\n")), &list);
        }
    }
    let arguments: Vec<&Arg> = program.get_subcommands().flat_map(Command::get_arguments).collect();
    let mut mended = String::new();
    for line in script.lines() {
        let named = |arg: &&&Arg| arg.get_long().is_some_and(|long| line.contains(&format!(" -l {long} ")));
        let arg = arguments.iter().find(named);
        mended += &match (line.strip_suffix(" -r"), arg) {
            (_, Some(arg)) if arg.is_require_equals_set() => line.replacen(" -r", "", 1),
            (Some(option), Some(arg)) if !takes_file(arg) => format!("{option} -x"),
            _ => line.to_owned(),
        };
        mended.push('\n');
    }
    mended + &additions()
}

/// Returns what clap leaves out for fish: operands, such as the topics of `help`, and the values of
/// an option before the subcommand.
fn additions() -> String {
    let tools: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
    let is_first = "test (count (commandline -opc)) -le 2";
    let tools = tools.join(" ");
    let mut lines =
        format!("complete -c mapped -n \"{is_first}\" -l as -d 'Act as a classic tool' -x -a \"{tools}\"\n");
    for command in crate::cli::pages::program().get_subcommands() {
        for operand in command.get_positionals() {
            let values = operand.get_possible_values();
            let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
            if !names.is_empty() {
                let (subcommand, names) = (command.get_name(), names.join(" "));
                let condition = format!("__fish_mapped_using_subcommand {subcommand}");
                lines.push_str(&format!("complete -c mapped -n \"{condition}\" -f -a \"{names}\"\n"));
            }
        }
    }
    lines
}
