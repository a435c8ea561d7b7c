//! `mapped` inspects files of any size through memory maps: `cat`, `grep`, `hexdump`, `stat`,
//! `checksum` and `bench`.
//!
//! # The one law
//! Output never depends on how the input was read: mapped or read, one thread or many, any block
//! size down to one byte, a file, the same file on redirected standard input, or the same bytes
//! through a pipe.
//!
//! # As a library
//! - [`FileWindow`]: a mapped part of a file, in which truncation is an error and not fatal.
//! - [`Scan`]: scans blocks of a file in parallel and delivers the results in file order.
//! - [`LogPeriod`]: the entries of a period in a log, found by binary search.
//!
//! Only [`SigbusHandler::install`] installs a signal handler. Everything else belongs to the program,
//! may change in any version, and is described in ARCHITECTURE.md.

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

use std::borrow::Cow;
use std::ffi::OsString;
use std::process::ExitCode;

use exit::Exit;
use output::Output;

#[doc(hidden)]
/// Prints why the command line `args` was rejected, or the requested help, and returns the exit code.
///
/// A usage error has the exit code of the classic tool: 1 for `cat`, `checksum`, `hexdump` and `stat`,
/// and 2 otherwise.
pub fn refuse(error: &clap::Error, args: &[OsString]) -> ExitCode {
    const FAIL_WITH_1: [&str; 4] = ["cat", "checksum", "hexdump", "stat"];
    let fails_with_1 = args.get(1).is_some_and(|name| FAIL_WITH_1.iter().any(|one| name == one));
    let error_code = if fails_with_1 { Exit::Failure } else { Exit::Error };
    // The error quotes arguments, and a script may have passed on a hostile file name.
    if error.use_stderr() && args.iter().any(|arg| matches!(output::escape_name(arg), Cow::Owned(_))) {
        output::complain(format_args!("{}", error.render().to_string().trim_end()));
        return error_code.into();
    }
    match error.print() {
        Ok(()) if !error.use_stderr() => Exit::Success.into(),
        _ => error_code.into(),
    }
}

#[doc(hidden)]
/// Runs one parsed command line, reports its errors and returns its exit code.
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
