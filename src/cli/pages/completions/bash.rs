//! Corrects clap's completion script for bash.

use clap::{Arg, Command, ValueHint};

/// Bash code that rejoins the word being completed, which bash splits at equals signs and colons.
const JOIN: &str = "    prev=\"$3\"
    # Bash splits a word at its equals sign.
    if [[ \"${COMP_WORDS[COMP_CWORD]}\" == \"=\" ]] ; then
        cur=\"\"
        prev=\"${COMP_WORDS[COMP_CWORD-1]}=\"
    elif [[ \"${prev}\" == \"=\" ]] ; then
        prev=\"${COMP_WORDS[COMP_CWORD-2]}=\"
    fi
    # It also splits a word at a colon, and then completes only the rest of the value.
    local colon=\"\" at=${COMP_CWORD}
    [[ \"${COMP_WORDS[at]}\" == \":\" ]] || at=$((at-1))
    if [[ ${at} -gt 2 && \"${COMP_WORDS[at]}\" == \":\" ]] ; then
        colon=\"${COMP_WORDS[at-1]}:\"
        [[ ${at} -eq ${COMP_CWORD} ]] && cur=\"\"
        cur=\"${colon}${cur}\"
        prev=\"${COMP_WORDS[at-2]}\"
        [[ \"${prev}\" == \"=\" ]] && prev=\"${COMP_WORDS[at-3]}=\"
    fi
    # Operands of a classic tool are files.
    if [[ \"${COMP_WORDS[1]}\" == \"--as\" && ${COMP_CWORD} -gt 2 && \"${prev}\" != \"--as=\" ]] ; then
        COMPREPLY=()
        return 0
    fi
";

/// The line that completes an operand as an option.
const OPTIONS: &str = "            COMPREPLY=( $(compgen -W \"${opts}\" -- \"${cur}\") )";

/// The beginning of a line that offers the values of an option.
const VALUES: &str = "COMPREPLY=($(compgen -W ";

/// Bash code that leaves out the space after a value that continues after its colon.
const OPEN: &str = "                    [[ \"${COMPREPLY[*]}\" != *: ]] || compopt -o nospace 2>/dev/null\n";

/// The end of a test for options that also accepts the first operand, which is a file or a pattern.
const FIRST: &str = " || ${COMP_CWORD} -eq 2 ]] ; then";

/// Returns the script, corrected to complete values after an equals sign, where bash splits words,
/// operands as files, and each value of a list.
///
/// Values are offered after `--color=`, but not for the word after `--color`, which is a file.
pub(super) fn mended(program: &Command, script: &str) -> String {
    let mut command = program;
    let mut joined = String::new();
    let mut takes_list = false;
    for line in script.lines() {
        let label = line.trim();
        if line == OPTIONS && takes_files(command) {
            // An operand for which nothing is offered is completed as a file.
            joined.push_str("            COMPREPLY=()\n");
            continue;
        }
        if let Some(option) = line.strip_suffix(FIRST).filter(|_| takes_files(command)) {
            joined.push_str(&format!("{option} ]] ; then\n"));
            continue;
        }
        if let Some(values) = label.strip_prefix(VALUES).filter(|_| takes_list) {
            // The earlier values of a list stay as they are.
            let values = values.replace("\"${cur}\"", "\"${cur##*,}\"");
            let before = "                    COMPREPLY=($(compgen -P \"${cur%\"${cur##*,}\"}\" -W ";
            joined.push_str(&format!("{before}{values}\n"));
            continue;
        }
        if label.starts_with(VALUES) && label.contains(':') {
            joined.push_str(&with_colons(line));
            continue;
        }
        if let Some(option) = line.strip_suffix(FIRST).filter(|_| takes_directory(command)) {
            // The first operand is a directory; the others are names.
            joined.push_str(&format!("{option} ]] ; then\n"));
            continue;
        }
        if line == OPTIONS && takes_directory(command) {
            joined.push_str(&format!("            [[ ${{COMP_CWORD}} -eq 2 ]] ||\n    {line}\n"));
            continue;
        }
        if line == "    prev=\"$3\"" {
            joined.push_str(JOIN);
            continue;
        }
        if let Some(name) = label.strip_prefix("mapped__subcmd__").and_then(|name| name.strip_suffix(')')) {
            command = program.find_subcommand(name).unwrap_or(program);
        }
        let named = label.strip_suffix(')').and_then(|option| option_of(command, option));
        takes_list = named.map_or(takes_list && label != ";;", |(arg, _)| arg.get_value_delimiter().is_some());
        match named {
            Some((arg, option)) if arg.is_require_equals_set() => {
                joined.push_str(&line.replace(option, &format!("{option}=")));
            }
            Some((_, option)) if option.starts_with("--") => {
                joined.push_str(&line.replace(option, &format!("{option}|{option}=")));
            }
            _ => joined.push_str(line),
        }
        joined.push('\n');
    }
    joined
}

/// Returns a line that offers values with colons, followed by the code that bash needs for them.
fn with_colons(line: &str) -> String {
    let rest = "                    COMPREPLY=(\"${COMPREPLY[@]#\"${colon}\"}\")\n";
    let rest = if line.contains(":blake3") { rest } else { "" };
    format!("{line}\n{rest}{OPEN}")
}

/// Returns whether a subcommand's operands are files.
fn takes_files(command: &Command) -> bool {
    let mut operands = command.get_positionals().peekable();
    operands.peek().is_some() && operands.all(|operand| operand.get_possible_values().is_empty())
}

/// Returns whether a subcommand's first operand is a directory.
fn takes_directory(command: &Command) -> bool {
    command.get_positionals().next().is_some_and(|operand| operand.get_value_hint() == ValueHint::DirPath)
}

/// Returns the argument to which an option such as `--color` or `-f` belongs, and the option.
fn option_of<'c>(command: &'c Command, option: &'c str) -> Option<(&'c Arg, &'c str)> {
    let is_named = |arg: &&Arg| match option.strip_prefix("--") {
        Some(long) => arg.get_long() == Some(long) || arg.get_all_aliases().is_some_and(|all| all.contains(&long)),
        None => {
            option.strip_prefix('-').is_some_and(|short| arg.get_short().is_some_and(|own| short == own.to_string()))
        }
    };
    command.get_arguments().find(is_named).map(|arg| (arg, option))
}
