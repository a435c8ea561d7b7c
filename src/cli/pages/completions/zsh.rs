//! What clap's completion script for zsh lacks.

use clap::{Arg, Command};

use super::{listed_values, takes_file};

/// Lets operands of a classic tool be files.
const TOOL: &str = "    local ret=1

    if [[ \"${words[2]}\" == --as && ${CURRENT} -gt 3 || \"${words[2]}\" == --as=* && ${CURRENT} -gt 2 ]]; then
        _files
        return
    fi
";

/// Makes the script complete options after an operand, each value of a list, values after an equals
/// sign only where one is required, and no files in place of other values.
pub(super) fn mended(program: &Command, mut script: String) -> String {
    script = script.replacen("    local ret=1\n", TOOL, 1);
    // Two colons hide the words before the operands, and with them the subcommand's options.
    script = script.replace("\n'*::", "\n'*:");
    for arg in program.get_subcommands().flat_map(Command::get_arguments) {
        if let Some(values) = listed_values(arg) {
            script = script.replace(&format!(":({values})'"), &format!(":_sequence compadd - {values}'"));
        }
        if let Some(long) = arg.get_long().filter(|_| arg.is_require_equals_set()) {
            script = script.replace(&format!("--{long}=["), &format!("--{long}=-["));
        }
        if !takes_file(arg) {
            let name = value_name(arg);
            script = script.replace(&format!(":{name}:_default'"), &format!(":{name}: '"));
        }
    }
    script
}

/// Returns the name of an option's value, as the script has it.
fn value_name(arg: &Arg) -> String {
    arg.get_value_names().unwrap_or_default().first().map(ToString::to_string).unwrap_or_default()
}
