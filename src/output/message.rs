//! Messages on standard error, which may be closed, full or slow. None of that ends a run.

use std::fmt;
use std::io;

use crate::os::posix::{Errno, wait_writable, write};
use crate::os::tool_name;
use crate::output::{needs_escape, push_escaped};

/// Returns the command line that runs `subcommand`: the name of the classic tool, if this program is
/// called as one.
pub fn command_name(subcommand: &str) -> String {
    tool_name().map_or_else(|| format!("mapped {subcommand}"), ToString::to_string)
}

/// Returns whether this program is called as a classic tool.
pub fn is_tool() -> bool {
    tool_name().is_some()
}

/// Returns the message about a failed input, in the words of the tool that the program is called as.
pub fn input_message(name: &str, error: &str) -> String {
    tool_message(tool_name().unwrap_or_default(), name, error)
}

/// Returns the message of a tool about an input. Some of the coreutils name the operation and quote
/// the name.
fn tool_message(tool: &str, name: &str, error: &str) -> String {
    let quoted = || format!("'{}'", if name == "(standard input)" { "standard input" } else { name });
    match (tool, error) {
        ("head" | "tail", "Is a directory" | "Input/output error") => format!("error reading {}: {error}", quoted()),
        ("head" | "tail", error) if is_open_error(error) => format!("cannot open {} for reading: {error}", quoted()),
        ("tac", "Is a directory" | "Input/output error") => format!("{name}: read error: {error}"),
        ("tac", error) if is_open_error(error) => format!("failed to open {} for reading: {error}", quoted()),
        ("tail", error) if error.starts_with("has ") => {
            format!("{} {}", quoted(), error.replace("; following", ";  following"))
        }
        _ => format!("{name}: {error}"),
    }
}

/// Returns whether this is an error from opening a file.
fn is_open_error(error: &str) -> bool {
    const OPEN_ERRORS: [&str; 7] = [
        "No such file or directory",
        "Permission denied",
        "Not a directory",
        "Too many levels of symbolic links",
        "File name too long",
        "No such device or address",
        "Too many open files",
    ];
    OPEN_ERRORS.contains(&error)
}

/// Writes a line to standard error. If that fails, the line is lost and the run continues, because
/// a message that cannot be shown is no reason to withhold output.
pub fn print_message(line: fmt::Arguments<'_>) {
    let mut text = escape_for_terminal(shortened(format!("{line}\n")));
    if let (Some(tool), Some(message)) = (tool_name(), text.strip_prefix("mapped: ")) {
        text = format!("{tool}: {}", message.replace("\nmapped: ", &format!("\n{tool}: ")));
    }
    let mut bytes = text.as_bytes();
    let stderr = io::stderr();
    while !bytes.is_empty() {
        match write(&stderr, bytes) {
            Ok(n) => bytes = &bytes[n..],
            Err(Errno::INTR) => {}
            // Another process that shares the terminal may have made it non-blocking.
            Err(Errno::AGAIN) if wait_writable(&stderr).is_ok() => {}
            Err(_) => return,
        }
    }
}

/// Omits the middle of lines that are longer than the longest path, such as those that quote the
/// line of a file.
fn shortened(text: String) -> String {
    const MAX_LINE: usize = 64 << 10;
    const SHOWN_BYTES: usize = 512;
    if text.len() <= MAX_LINE {
        return text;
    }
    let boundary = |line: &str, at: usize| (0..=at).rev().find(|&at| line.is_char_boundary(at)).unwrap_or(0);
    let shorten = |line: &str| match line.len() {
        length if length > MAX_LINE => {
            let (start, end) = (boundary(line, SHOWN_BYTES), boundary(line, length - SHOWN_BYTES));
            format!("{}[...]{}", &line[..start], &line[end..])
        }
        _ => line.to_owned(),
    };
    text.split_inclusive('\n').map(shorten).collect()
}

/// Escapes everything that a terminal would interpret, except newlines. Names are already escaped,
/// but arguments and messages from libraries may not be.
pub fn escape_for_terminal(text: String) -> String {
    let acts = |c: char| c != '\n' && needs_escape(c);
    if !text.contains(acts) {
        return text;
    }
    text.chars().fold(String::new(), |mut shown, c| {
        if acts(c) {
            push_escaped(&mut shown, c);
        } else {
            shown.push(c);
        }
        shown
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coreutils_messages_name_the_operation() {
        for (tool, error, message) in [
            ("", "No such file or directory", "f: No such file or directory"),
            ("cat", "Is a directory", "f: Is a directory"),
            ("head", "No such file or directory", "cannot open 'f' for reading: No such file or directory"),
            ("tail", "Is a directory", "error reading 'f': Is a directory"),
            ("tail", "has been replaced; following new file", "'f' has been replaced;  following new file"),
            ("tail", "file truncated", "f: file truncated"),
            ("tac", "Permission denied", "failed to open 'f' for reading: Permission denied"),
        ] {
            assert_eq!(tool_message(tool, "f", error), message, "{tool}");
        }
    }

    /// Regression: `cat --lines-from FILE` quoted a 100 MB line twice.
    #[test]
    fn only_the_ends_of_very_long_lines_are_shown() {
        let path = "d/".repeat(30_000);
        assert_eq!(shortened(path.clone()), path);
        let shown = shortened(format!("first\nbegins {} ends\n", "\u{e4}".repeat(1 << 20)));
        assert!(shown.starts_with("first\nbegins \u{e4}\u{e4}") && shown.ends_with("\u{e4}\u{e4} ends\n"), "{shown}");
        assert!(shown.contains("\u{e4}[...]\u{e4}") && shown.len() < 1100, "{}", shown.len());
    }

    #[test]
    fn only_newlines_stay_unescaped() {
        assert_eq!(escape_for_terminal("two\nlines gr\u{fc}n".into()), "two\nlines gr\u{fc}n");
        assert_eq!(escape_for_terminal("\x1b[31m\r\t\u{9b}\u{202e}".into()), "\\x1b[31m\\x0d\\x09\\x9b\\u{202e}");
    }
}
