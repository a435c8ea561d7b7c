//! What depends on both the arguments and the run: the resolved configuration, the statistics
//! report and the progress bar.

pub mod config;
pub mod progress;
mod sink;
pub mod stats_report;
