//! Everything that leaves the program: standard output, messages, JSON and charts, made safe for terminals.

pub mod canvas;
mod fold;
mod json;
mod json_parts;
mod message;
mod scale;
mod splice;
mod stdout;
mod terminal_safe;

pub use fold::{USAGE_INDENT, fold};
pub use json::{JsonText, append_json, to_json, to_json_pretty};
pub use json_parts::JsonTextParts;
pub use message::{command_name, input_message, is_tool, print_message};
pub use scale::Scale;
pub use splice::{MoveOutcome, copy_to_file, splice_to_pipe};
pub use stdout::{Destination, Output, input_name};
pub use terminal_safe::{escape_for_terminal, escape_name, needs_escape, push_escaped};
