//! `mapped` inspects files of any size through memory maps: `cat`, `grep`, `hexdump`, `stat`,
//! `checksum` and `bench`.
//!
//! # The one law
//! What is printed never depends on how the bytes came in: mapped or read, one thread or many, any
//! block size down to one byte, a file, the same file on redirected standard input, or the same
//! bytes through a pipe.
//!
//! # The tour
//! - [`cli`]: the command line as typed.
//! - [`app`]: resolves it against the environment; the statistics report; the progress bar.
//! - [`commands`]: a folder for each subcommand, with a kernel of its own.
//! - [`select`], [`timestamp`], [`follow`], [`decode`], [`digest`]: what several commands share.
//! - [`engine`]: the ordered parallel pipeline from blocks to text.
//! - [`io`]: sources, the map-or-read decision, streams, walks.
//! - [`output`]: the only writer to standard output.
//! - [`os`]: the ground floor, with every raw system call.
//!
//! Dependencies run `commands → engine → io → os` and `commands → output → os`.

pub mod app;
pub mod cli;
pub mod commands;
pub mod decode;
pub mod digest;
pub mod engine;
pub mod exit;
pub mod follow;
pub mod io;
pub mod os;
pub mod output;
pub mod select;
#[cfg(test)]
mod skipped;
pub mod timestamp;

use std::borrow::Cow;
use std::process::ExitCode;

use exit::Exit;
use output::Output;

/// Prints why a command line was not understood, or the help that it asked for, and gives the exit code: 2, but 1 for
/// `cat`, as scripts know it from GNU cat.
pub fn refuse(error: &clap::Error) -> ExitCode {
    let is_cat = std::env::args_os().nth(1).is_some_and(|name| name == "cat");
    let error_code = if is_cat { Exit::Failure } else { Exit::Error };
    // What was typed stands in the error, and a script may have typed a stranger's file name.
    if error.use_stderr() && std::env::args_os().any(|arg| matches!(output::escape_name(&arg), Cow::Owned(_))) {
        output::complain(format_args!("{}", error.render().to_string().trim_end()));
        return error_code.into();
    }
    match error.print() {
        Ok(()) if !error.use_stderr() => Exit::Success.into(),
        _ => error_code.into(),
    }
}

/// Runs one parsed command line and gives its exit code. Errors have been reported.
pub fn run(cli: &cli::Cli) -> ExitCode {
    os::install_sigbus_handler();
    let error_code = commands::error_code(&cli.command);
    let mut output = match Output::stdout() {
        Ok(output) => output,
        Err(error) => {
            output::complain(format_args!("mapped: standard output: {}", output::message(&error)));
            return error_code.into();
        }
    };
    let exit = commands::run(&cli.command, &mut output).and_then(|exit| {
        output.flush()?;
        Ok(exit)
    });
    match exit {
        Ok(exit) => exit.into(),
        Err(error) => match error.downcast_ref::<std::io::Error>() {
            Some(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Closed.into(),
            Some(error) => {
                output::complain(format_args!("mapped: write error: {}", output::message(error)));
                error_code.into()
            }
            None => {
                output::complain(format_args!("mapped: {error:#}"));
                error_code.into()
            }
        },
    }
}
