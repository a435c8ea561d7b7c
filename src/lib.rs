//! `mapped` inspects files of any size through memory maps: `cat`, `grep`, `hexdump`, `stat`,
//! `checksum` and `bench`.
//!
//! # The one law
//! Output never depends on how the input was read: mapped or read, one thread or many, any block
//! size down to one byte, a file, the same file on redirected standard input, or the same bytes
//! through a pipe.
//!
//! # As a library
//! - [`FileWindow`]: a mapped part of a file, in which truncation is a recoverable error.
//! - [`Scan`]: scans blocks of a file in parallel and delivers the results in file order.
//! - [`LogPeriod`]: the entries of a period in a log, found by binary search.
//!
//! Only [`SigbusHandler::install`] installs a signal handler. Everything else is internal to the
//! program, may change in any version, and is described in ARCHITECTURE.md.

#[doc(hidden)]
pub mod app;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod commands;
#[doc(hidden)]
pub mod decode;
#[doc(hidden)]
pub mod digest;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod exit;
#[doc(hidden)]
pub mod follow;
#[doc(hidden)]
pub mod io;
mod library;
#[doc(hidden)]
pub mod os;
#[doc(hidden)]
pub mod output;
#[doc(hidden)]
pub mod select;
#[cfg(test)]
mod skipped;
#[doc(hidden)]
pub mod timestamp;

pub use library::{FileWindow, LogPeriod, Scan, SigbusHandler, Split};

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use cli::Cli;
use cli::multicall::{self, Call, RewriteError};
use cli::pages::examples;
use exit::Exit;
use output::Output;

#[doc(hidden)]
/// Runs the program with a command line whose first word is the program's name.
pub fn start(args: Vec<OsString>) -> ExitCode {
    match multicall::call(&args) {
        Ok(Some(call)) => as_tool(&call),
        Ok(None) => as_itself(args),
        Err(name) => {
            let names: Vec<&str> = multicall::TOOLS.iter().map(|tool| tool.name).collect();
            let name = output::escape_name(&name).into_owned();
            let said = match name.is_empty() {
                true => String::from("--as needs the name of a tool"),
                false => format!("invalid value '{name}' for --as"),
            };
            match cli::typo::nearest(&name, names.iter().copied()) {
                Some(near) => output::print_message(format_args!("mapped: {said}: did you mean {near}?")),
                None => {
                    output::print_message(format_args!("mapped: {said}: expected {}", cli::wording::one_of(&names)));
                }
            }
            Exit::Error.into()
        }
    }
}

fn as_itself(args: Vec<OsString>) -> ExitCode {
    let subcommand = args.get(1).and_then(|name| name.to_str()).and_then(cli::subcommand_named);
    os::set_out_of_memory_code(usage_error(subcommand).code());
    // These two subcommands need an operand.
    let lacks_operands = args.len() == 2 && matches!(subcommand, Some("grep" | "stat"));
    if args.len() < 2 || lacks_operands {
        let columns = terminal_columns(std::io::stderr());
        output::print_message(format_args!(
            "{}",
            output::fold(&examples::brief(subcommand, columns), columns, output::USAGE_INDENT)
        ));
        return usage_error(subcommand).into();
    }
    // `-h` suppresses file names in grep, but alone it can only be a request for help.
    if subcommand == Some("grep") && args.len() == 3 && args[2] == "-h" {
        let shown = cli::pages::program().find_subcommand("grep").map_or(Ok(()), |grep| print_command(grep.clone()));
        return ended(printed(shown), usage_error(subcommand)).into();
    }
    if let Some(message) = subcommand.and_then(|name| cli::unknown::foreign_option(&args, name)) {
        output::print_message(format_args!("mapped: {message}"));
        return usage_error(subcommand).into();
    }
    let is_full_help = args.iter().any(|arg| arg == "--help");
    match Cli::try_parse_from(cli::getopt::expand_clusters(args.clone())) {
        Ok(cli) => {
            if let Some(refused) = app::slips::refusal(&args, app::missing_subcommand::named_thing) {
                output::print_message(format_args!("mapped: {refused}"));
                return usage_error(subcommand).into();
            }
            let early = app::slips::advice_before_following(&args, app::missing_subcommand::named_thing);
            early.iter().for_each(|advice| output::print_message(format_args!("mapped: {advice}")));
            let exit = run(&cli, Exit::code);
            let advice = match exit {
                _ if early.is_some() => None,
                Exit::Failure | Exit::Refused | Exit::Error => {
                    app::slips::advice(&args, app::missing_subcommand::named_thing)
                }
                Exit::Success => app::slips::note(&args, app::missing_subcommand::named_input),
                _ => None,
            };
            advice.iter().for_each(|advice| output::print_message(format_args!("mapped: {advice}")));
            exit.into()
        }
        Err(error) if error.use_stderr() => {
            let operand = || app::missing_subcommand::advice(&args);
            output::print_message(format_args!(
                "mapped: {}",
                cli::refusal::message(&error, &args, subcommand, operand)
            ));
            usage_error(subcommand).into()
        }
        Err(help) => {
            let shown = print_help(&help, subcommand, is_full_help);
            ended(printed(shown), usage_error(subcommand)).into()
        }
    }
}

/// Prints the requested help or version.
fn print_help(help: &clap::Error, subcommand: Option<&str>, is_full: bool) -> std::io::Result<()> {
    open_stdout()?;
    let columns = terminal_columns(std::io::stdout());
    let command = match subcommand {
        _ if help.kind() != ErrorKind::DisplayHelp => None,
        None => Some(cli::pages::program_with_help(columns)),
        Some(name) if is_full => cli::pages::with_full_help(name, columns),
        Some(name) => cli::pages::program().find_subcommand(name).cloned(),
    };
    command.map_or_else(|| help.print(), print_command)
}

/// Prints the help of a command.
fn print_command(mut command: clap::Command) -> std::io::Result<()> {
    let columns = terminal_columns(std::io::stdout());
    // The parser wraps every line but the usage.
    let usage = output::fold(&command.render_usage().to_string(), columns, output::USAGE_INDENT);
    let usage = usage.trim_end().trim_start_matches("Usage: ").to_owned();
    command.override_usage(usage).print_help()
}

/// Returns the width of a terminal, or the maximum if `stream` is not a terminal.
fn terminal_columns(stream: impl os::posix::AsFd) -> usize {
    os::posix::columns(stream).map_or(usize::MAX, usize::from)
}

/// Returns the exit code of a usage error, which is that of the subcommand's classic tool.
fn usage_error(subcommand: Option<&str>) -> Exit {
    let is_classic = matches!(subcommand, Some("cat" | "checksum" | "hexdump" | "stat"));
    if is_classic { Exit::Failure } else { Exit::Error }
}

/// Runs as a classic tool: under its name, with its options and its exit codes.
fn as_tool(call: &Call) -> ExitCode {
    let tool = call.tool;
    os::set_tool_name(tool.name);
    os::set_out_of_memory_code(tool.usage_error);
    let refuse = |message: String| {
        output::print_message(format_args!("mapped: {message}"));
        output::print_message(format_args!("{}", tool.hint()));
        ExitCode::from(tool.usage_error)
    };
    let print = |text: String| {
        let written = open_stdout().and_then(|mut stdout| {
            stdout.write_all(text.as_bytes())?;
            stdout.flush()
        });
        match ended(printed(written), Exit::Failure) {
            Exit::Failure => tool.usage_error.into(),
            exit => exit.into(),
        }
    };
    let args = match tool.rewrite(&call.args) {
        Ok(args) => args,
        Err(RewriteError::Help) => return print(tool.help()),
        Err(RewriteError::Version) => return print(tool.version()),
        Err(RewriteError::Wrong(message)) => return refuse(message),
    };
    let code = |exit| match exit {
        Exit::Failure => tool.failure,
        Exit::Refused => tool.usage_error,
        Exit::Unreachable => tool.unreachable,
        exit => exit.code(),
    };
    match Cli::try_parse_from(args) {
        Ok(cli) => code(run(&cli, code)).into(),
        Err(error) => refuse(cli::refusal::message(&error, &call.args, Some(tool.subcommand), || None)),
    }
}

/// Runs one parsed command line. Errors are reported here. `code` returns the exit code for an
/// outcome.
fn run(cli: &Cli, code: impl Fn(Exit) -> u8) -> Exit {
    os::install_sigbus_handler();
    let error_code = commands::error_code(&cli.command);
    os::set_out_of_memory_code(code(error_code));
    let mut output = match Output::stdout() {
        Ok(output) => output,
        Err(error) => {
            output::print_message(format_args!("mapped: standard output: {}", os::error_text(&error)));
            return error_code;
        }
    };
    let exit = commands::run(&cli.command, &mut output).and_then(|exit| {
        output.flush()?;
        Ok(exit)
    });
    ended(exit, error_code)
}

/// Returns standard output.
///
/// # Errors
/// Returns EBADF if it was closed when the program started. Writing there would seem to succeed.
fn open_stdout() -> std::io::Result<std::io::Stdout> {
    if os::was_closed(1) { Err(os::posix::Errno::BADF.into()) } else { Ok(std::io::stdout()) }
}

fn printed(result: std::io::Result<()>) -> anyhow::Result<Exit> {
    Ok(result.map(|()| Exit::Success)?)
}

/// Reports the error that ended a run, if there is one, and returns the run's outcome.
fn ended(exit: anyhow::Result<Exit>, error_code: Exit) -> Exit {
    let failed = |message: std::fmt::Arguments<'_>| {
        output::print_message(message);
        error_code
    };
    match exit {
        Ok(exit) => exit,
        Err(error) => match error.downcast_ref::<std::io::Error>() {
            Some(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Closed,
            Some(error) => failed(format_args!("mapped: write error: {}", os::error_text(error))),
            None => failed(format_args!("mapped: {error:#}")),
        },
    }
}
