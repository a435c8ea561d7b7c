//! The public interface of the library: a window that survives truncation, a parallel scan with
//! results in file order, and a search by time. These are thin wrappers around [`crate::os`],
//! [`crate::engine`] and [`crate::timestamp`]; a program that uses them gets no signal handler
//! unless it installs one.

mod file_window;
mod log_times;
mod scan;

pub use file_window::{FileWindow, SigbusHandler};
pub use log_times::LogPeriod;
pub use scan::{Scan, Split};
