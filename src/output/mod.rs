//! Everything that leaves the program: standard output, messages, colour decisions, progress.

mod complaint;
mod json;
mod progress;
mod sheet;
mod splice;
mod stdout;

pub use complaint::complain;
pub use json::{append_json, to_json, to_json_pretty};
pub use progress::Progress;
pub use splice::{Handed, copy_range, splice};
pub use stdout::{Destination, Output, message};
