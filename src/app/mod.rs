//! Code that depends on both the arguments and the run: the resolved configuration, the statistics
//! report and the progress bar.

pub mod config;
pub mod local_zone;
pub mod missing_subcommand;
pub mod progress;
pub(crate) mod report_file;
mod sink;
pub mod slips;
pub mod stats_report;

/// Prints a hint if standard input is read because an operand was forgotten: at a terminal, the
/// program seems to hang. When run as a classic tool, it stays silent.
pub fn hint_at_terminal_input(operands_read: bool) {
    hint_at_terminal_input_of("standard input", operands_read);
}

/// Prints a hint if `input` is read from standard input and standard input is a terminal.
pub fn hint_at_terminal_input_of(input: &str, operands_read: bool) {
    use std::io::IsTerminal as _;
    if operands_read || crate::output::is_tool() || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal()
    {
        return;
    }
    let end = if cfg!(windows) { "Ctrl-Z and Enter end it" } else { "Ctrl-D ends it" };
    crate::output::print_message(format_args!("mapped: reading {input}, which is a terminal; {end}"));
}

/// Returns the path of the running program, with links resolved where the system supports it.
///
/// # Errors
/// Returns an error if the system cannot report the path.
pub fn own_path() -> std::io::Result<std::path::PathBuf> {
    std::env::current_exe()
}
