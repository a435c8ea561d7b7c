//! `mapped help`, `mapped man` and `mapped completions`: print pages generated from the
//! definitions.

use std::io;
#[cfg(unix)]
use std::{
    io::{Seek, Write},
    os::unix::process::CommandExt,
    process::Command,
};

use crate::app::config::terminal_columns;
use crate::cli::pages::completions::{CompletionsArgs, script};
use crate::cli::pages::man::{ManArgs, page};
use crate::cli::pages::topics::{self, HelpArgs};
use crate::cli::typo;
use crate::exit::Exit;
#[cfg(unix)]
use crate::os::memory_file;
use crate::output::{Destination, Output, USAGE_INDENT, escape_name, fold};

/// The column in which the descriptions of topics start.
const TOPIC: usize = 15;

/// Prints the help of a subcommand or a topic.
pub fn help(args: &HelpArgs, output: &mut Output) -> anyhow::Result<Exit> {
    let topic = args.topic.as_deref();
    let columns = terminal_columns(output).unwrap_or(usize::MAX);
    let text = topics::help(topic, columns).ok_or_else(|| {
        let name = topic.unwrap_or_default();
        anyhow::anyhow!("no help on '{}'; {}", escape_name(name.as_ref()), instead(name, "help"))
    })?;
    // The parser lays out only the options.
    let indent = |line: &str| match topic {
        None => TOPIC,
        Some(_) if line.starts_with(' ') || line.starts_with("Usage: ") => USAGE_INDENT,
        Some(_) => 0,
    };
    let text: String = text.split_inclusive('\n').map(|line| fold(line, columns, indent(line))).collect();
    output.write_all(text.as_bytes())?;
    Ok(Exit::Success)
}

/// Returns a suggestion to replace an unknown name.
fn instead(name: &str, command: &str) -> String {
    match typo::nearest(name, topics::names()) {
        Some(near) => format!("did you mean mapped {command} {near}?"),
        None => String::from("see mapped help"),
    }
}

/// Prints a man page in roff, or shows it if standard output is a terminal.
pub fn man(args: &ManArgs, output: &mut Output) -> anyhow::Result<Exit> {
    let name = args.page.as_deref().unwrap_or("mapped");
    let text = page(name)
        .ok_or_else(|| anyhow::anyhow!("no man page '{}'; {}", escape_name(name.as_ref()), instead(name, "man")))?;
    if output.destination() != Destination::Terminal {
        output.write_all(text.as_bytes())?;
        return Ok(Exit::Success);
    }
    // If no man page can be formatted, print the help, which is a shorter form of it.
    let _error = view(&text);
    let topic = name.trim_start_matches("mapped").trim_start_matches('-');
    help(&HelpArgs { topic: Some(topic.to_owned()).filter(|topic| !topic.is_empty()) }, output)
}

/// Replaces this program with the system's man page viewer, which uses the user's pager. Returns
/// only if that fails.
#[cfg(unix)]
fn view(page: &str) -> io::Result<()> {
    // `man -l` is an extension of man-db; the BSDs and macOS have mandoc(1).
    let (viewer, arguments): (_, &[&str]) =
        if cfg!(target_os = "linux") { ("man", &["-l", "-"]) } else { ("mandoc", &["-a"]) };
    let mut file = memory_file()?;
    file.write_all(page.as_bytes())?;
    file.rewind()?;
    Err(Command::new(viewer).args(arguments).stdin(file).exec())
}

/// Returns an error, because Windows has no man page viewer.
#[cfg(windows)]
fn view(_page: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Prints a completion script.
pub fn completions(args: &CompletionsArgs, output: &mut Output) -> anyhow::Result<Exit> {
    output.write_all(&script(args.shell))?;
    Ok(Exit::Success)
}
