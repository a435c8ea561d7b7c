//! Detects the time format of a log from some of its lines.

mod counted;
mod decide;
pub mod detector;
#[cfg(test)]
mod field_samples;
#[cfg(test)]
mod form_tests;
mod opening;
mod refusal;
mod sample;
#[cfg(test)]
mod samples;
mod tally;
mod vicinity;

pub use detector::FormHints;
pub use refusal::Refusal;
pub use sample::{LogTimes, MAX_SAMPLE, SAMPLE, detect, detect_from, log_times, next_sample};
