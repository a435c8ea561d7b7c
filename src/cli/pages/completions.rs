//! Completion scripts for shells.

use clap::builder::{PossibleValue, PossibleValuesParser, Resettable};
use clap::{Arg, Command, CommandFactory, ValueHint};
use clap_complete::{Shell, generate};

use super::super::Cli;
use super::super::multicall::TOOLS;

/// Print a completion script for a shell.
#[derive(clap::Args, Debug)]
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
    match shell {
        Shell::Bash => with_values_after_equals(&String::from_utf8_lossy(&script)).into_bytes(),
        Shell::Zsh => with_lists(&program, String::from_utf8_lossy(&script).into_owned()).into_bytes(),
        Shell::Fish => [script, fish_additions().into_bytes()].concat(),
        _ => script,
    }
}

/// Returns the program with `--as`, which is read before all other arguments.
fn program() -> Command {
    let tools = PossibleValuesParser::new(TOOLS.iter().map(|tool| tool.name));
    let tool = Arg::new("as").long("as").value_name("TOOL").help("Act as a classic tool").value_parser(tools);
    let mut program = Cli::command().arg(tool);
    program.build();
    program
}

/// Values to offer for options that take others too, by their long names.
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

/// Says which words are file names, and offers common values. Without that, zsh completes the first
/// operand as a command.
fn with_hints(mut program: Command) -> Command {
    for command in program.get_subcommands_mut() {
        *command = command.clone().mut_args(|arg| {
            let names = arg.get_possible_values();
            let common = arg.get_long().and_then(common_values).filter(|_| names.is_empty());
            if let Some(values) = common {
                return arg.value_parser(PossibleValuesParser::new(values.split(' ')));
            }
            if arg.get_value_delimiter().is_some() && !names.is_empty() {
                // A list is completed by its names alone.
                let names: Vec<PossibleValue> = names.into_iter().map(|value| value.help(Resettable::Reset)).collect();
                return arg.value_parser(PossibleValuesParser::new(names));
            }
            match arg.get_long() {
                Some("directory") => arg.value_hint(ValueHint::DirPath),
                None if arg.is_positional() && names.is_empty() => arg.value_hint(ValueHint::FilePath),
                _ => arg,
            }
        });
    }
    program
}

/// Makes the zsh script complete each value of a list that commas separate.
fn with_lists(program: &Command, mut script: String) -> String {
    for arg in program.get_subcommands().flat_map(Command::get_arguments) {
        let values: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        let values = values.join(" ");
        if arg.get_value_delimiter().is_some() && !values.is_empty() {
            script = script.replace(&format!(":({values})'"), &format!(":_sequence compadd - {values}'"));
        }
    }
    script
}

/// Returns what clap leaves out for fish: operands, such as the topics of `help`, and the values of
/// an option before the subcommand.
fn fish_additions() -> String {
    let tools: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
    let is_first = "test (count (commandline -opc)) -le 2";
    let tools = tools.join(" ");
    let mut lines =
        format!("complete -c mapped -n \"{is_first}\" -l as -d 'Act as a classic tool' -x -a \"{tools}\"\n");
    for command in super::program().get_subcommands() {
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

/// Makes the bash script complete values after an equals sign, where bash splits words.
///
/// Values are offered after `--color=`, but not for the word after `--color`, which is a file.
fn with_values_after_equals(script: &str) -> String {
    const JOIN: &str = "    prev=\"$3\"
    # Bash splits a word at its equals sign.
    if [[ \"${cur}\" == \"=\" ]] ; then
        cur=\"\"
        prev=\"${COMP_WORDS[COMP_CWORD-1]}=\"
    elif [[ \"${prev}\" == \"=\" ]] ; then
        prev=\"${COMP_WORDS[COMP_CWORD-2]}=\"
    fi
    # Operands of a classic tool are files.
    if [[ \"${COMP_WORDS[1]}\" == \"--as\" && ${COMP_CWORD} -gt 2 && \"${prev}\" != \"--as=\" ]] ; then
        COMPREPLY=()
        return 0
    fi
";
    const OPTIONS: &str = "            COMPREPLY=( $(compgen -W \"${opts}\" -- \"${cur}\") )";
    const VALUES: &str = "COMPREPLY=($(compgen -W ";
    let program = with_hints(program());
    let mut command = &program;
    let mut joined = String::new();
    let mut takes_list = false;
    for line in script.lines() {
        let label = line.trim();
        if line == OPTIONS && takes_files(command) {
            // Without a completion of its own, an operand is completed as a file.
            joined.push_str("            COMPREPLY=()\n");
            continue;
        }
        if let Some(values) = label.strip_prefix(VALUES).filter(|_| takes_list) {
            // The earlier values of a list stay as they are.
            let values = values.replace("\"${cur}\"", "\"${cur##*,}\"");
            let before = "                    COMPREPLY=($(compgen -P \"${cur%\"${cur##*,}\"}\" -W ";
            joined.push_str(&format!("{before}{values}\n"));
            continue;
        }
        if line == "    prev=\"$3\"" {
            joined.push_str(JOIN);
            continue;
        }
        if let Some(name) = label.strip_prefix("mapped__subcmd__").and_then(|name| name.strip_suffix(')')) {
            command = program.find_subcommand(name).unwrap_or(&program);
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

/// Returns whether a subcommand's operands are files.
fn takes_files(command: &Command) -> bool {
    let mut operands = command.get_positionals().peekable();
    operands.peek().is_some() && operands.all(|operand| operand.get_possible_values().is_empty())
}

/// Returns the argument that an option such as `--color` or `-f` names, and the option.
fn option_of<'c>(command: &'c Command, option: &'c str) -> Option<(&'c Arg, &'c str)> {
    let is_named = |arg: &&Arg| match option.strip_prefix("--") {
        Some(long) => arg.get_long() == Some(long) || arg.get_all_aliases().is_some_and(|all| all.contains(&long)),
        None => {
            option.strip_prefix('-').is_some_and(|short| arg.get_short().is_some_and(|own| short == own.to_string()))
        }
    };
    command.get_arguments().find(is_named).map(|arg| (arg, option))
}
