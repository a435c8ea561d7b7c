//! The parts that depend on both the arguments and the run: the resolved configuration, the
//! statistics report and the progress bar.

pub mod config;
pub mod progress;
pub(crate) mod report_file;
mod sink;
pub mod stats_report;

/// Returns the path of the running program, with links resolved where the system can tell.
///
/// # Errors
/// Returns an error if the system cannot report the path.
pub fn own_path() -> std::io::Result<std::path::PathBuf> {
    std::env::current_exe()
}
