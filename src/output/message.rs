//! Messages on standard error, which may be closed, full or slow. None of that ends a run.

use std::fmt;
use std::io;
use std::sync::OnceLock;

use crate::os::posix::{Errno, wait_writable, write};
use crate::output::{needs_escape, push_escaped};

/// The name that messages begin with, if it is not `mapped`.
static SPEAKER: OnceLock<&str> = OnceLock::new();

/// Makes messages begin with the name of the tool that the program was called as.
pub fn speak_as(name: &'static str) {
    // The first name stays; there is one call in a run.
    let _ = SPEAKER.set(name);
}

/// Returns the command line that runs `subcommand`: the name of the classic tool, if this program is
/// called as one.
pub fn command_name(subcommand: &str) -> String {
    SPEAKER.get().map_or_else(|| format!("mapped {subcommand}"), ToString::to_string)
}

/// Returns whether this program is called as a classic tool.
pub fn is_tool() -> bool {
    SPEAKER.get().is_some()
}

/// Writes a line to standard error. If that fails, the line is lost and the run continues, because
/// a message that cannot be shown is no reason to withhold output.
pub fn print_message(line: fmt::Arguments<'_>) {
    let mut text = escape_for_terminal(shortened(format!("{line}\n")));
    if let (Some(speaker), Some(message)) = (SPEAKER.get(), text.strip_prefix("mapped: ")) {
        text = format!("{speaker}: {}", message.replace("\nmapped: ", &format!("\n{speaker}: ")));
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

/// Leaves out the middle of lines that are longer than the longest path, such as those that quote the
/// line of a file.
fn shortened(text: String) -> String {
    const LONGEST: usize = 64 << 10;
    const SHOWN: usize = 512;
    if text.len() <= LONGEST {
        return text;
    }
    let boundary = |line: &str, at: usize| (0..=at).rev().find(|&at| line.is_char_boundary(at)).unwrap_or(0);
    let shorten = |line: &str| match line.len() {
        length if length > LONGEST => {
            let (start, end) = (boundary(line, SHOWN), boundary(line, length - SHOWN));
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

    /// Regression: `cat --lines-from FILE` quoted a line of 100 MB twice.
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
