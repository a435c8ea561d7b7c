//! The name of the classic tool as which the program was called.
//!
//! All messages begin with it, even the one that memory ran out, which can allocate nothing.

use std::sync::OnceLock;

static NAME: OnceLock<&str> = OnceLock::new();

/// Sets the name of the tool. The first one is kept.
pub fn set_tool_name(name: &'static str) {
    let _ = NAME.set(name);
}

/// Returns the name of the tool, or `None` if the program was called as `mapped`.
pub fn tool_name() -> Option<&'static str> {
    NAME.get().copied()
}
