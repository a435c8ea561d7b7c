//! Corrects clap's completion script for zsh.

use clap::{Arg, Command};

use super::listed_values;

/// Zsh code that completes the operands of a classic tool as files.
const TOOL: &str = "    local ret=1

    if [[ \"${words[2]}\" == --as && ${CURRENT} -gt 3 || \"${words[2]}\" == --as=* && ${CURRENT} -gt 2 ]]; then
        _files
        return
    fi
";

/// Returns the script, corrected to complete options after an operand, each value of a list, and values
/// after an equals sign only where one is required.
pub(super) fn mended(program: &Command, mut script: String) -> String {
    script = script.replacen("    local ret=1\n", TOOL, 1);
    // Two colons hide the words before the operands, which include the subcommand's options.
    script = script.replace("\n'*::", "\n'*:");
    for arg in program.get_subcommands().flat_map(Command::get_arguments) {
        if let Some(values) = listed_values(arg) {
            script = script.replace(&format!(":({values})'"), &format!(":_sequence compadd - {values}'"));
        }
        if let Some((plain, open)) = open_values(arg) {
            let add = format!(":{{compadd - {plain}; compadd -S \"\" - {open}}}'");
            script = script.replace(&format!(":({})'", escaped_values(arg).join(" ")), &add);
        }
        if let Some(long) = arg.get_long().filter(|_| arg.is_require_equals_set()) {
            script = script.replace(&format!("--{long}=["), &format!("--{long}=-["));
        }
    }
    script
}

/// Returns the values of an option that are complete, and those that continue after a colon, or `None`
/// if none does.
fn open_values(arg: &Arg) -> Option<(String, String)> {
    let values = escaped_values(arg);
    let (open, plain): (Vec<&str>, Vec<&str>) =
        values.iter().map(String::as_str).partition(|value| value.ends_with(':'));
    (!open.is_empty()).then(|| (plain.join(" "), open.join(" ")))
}

fn escaped_values(arg: &Arg) -> Vec<String> {
    arg.get_possible_values().iter().map(|value| value.get_name().replace(':', "\\:")).collect()
}
