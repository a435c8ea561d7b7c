//! Makes file names hyperlinks of the terminal (`--hyperlink-format`), by the OSC 8 escape sequence:
//! <https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, absolute};

use anyhow::{Result, bail};

use crate::cli::wording::invalid_value;
use crate::os::posix::{OsStrExt, host_and_release};

/// Returns the message about a format that is not valid.
fn wrong(format: &str, reason: &str) -> String {
    invalid_value("--hyperlink-format", format, reason)
}

/// The formats that have a name, as in ripgrep.
const NAMED: [(&str, &str); 11] = [
    ("none", ""),
    ("default", "file://{host}{path}"),
    ("file", "file://{host}{path}"),
    ("kitty", "file://{host}{path}#{line}"),
    ("vscode", "vscode://file{path}:{line}:{column}"),
    ("vscode-insiders", "vscode-insiders://file{path}:{line}:{column}"),
    ("vscodium", "vscodium://file{path}:{line}:{column}"),
    ("cursor", "cursor://file{path}:{line}:{column}"),
    ("grep+", "grep+://{path}:{line}"),
    ("macvim", "mvim://open?url=file://{path}&line={line}&column={column}"),
    ("textmate", "txmt://open?url=file://{path}&line={line}&column={column}"),
];

/// A part of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FormatPart {
    Text(String),
    Path,
    Line,
    Column,
}

/// The format of hyperlinks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hyperlinks {
    parts: Vec<FormatPart>,
    /// The name of standard input, which is no link.
    label: Vec<u8>,
}

impl Hyperlinks {
    /// Parses a format or its name. Returns `None` if there are to be no hyperlinks. In the Windows
    /// Subsystem for Linux, `wsl_distribution` is the name of the distribution, and elsewhere empty.
    ///
    /// # Errors
    /// Returns an error if the format is invalid.
    pub fn parse(format: &str, label: &[u8], wsl_distribution: &str) -> Result<Option<Hyperlinks>> {
        let format = NAMED.iter().find(|(name, _)| *name == format).map_or(format, |(_, format)| format);
        if format.is_empty() {
            return Ok(None);
        }
        let mut parts = Vec::new();
        let mut rest = format;
        while let Some((text, after)) = rest.split_once('{') {
            let Some((variable, after)) = after.split_once('}') else {
                bail!(wrong(format, "a brace is not closed"));
            };
            parts.push(FormatPart::Text(text.to_owned()));
            parts.push(match variable {
                "path" => FormatPart::Path,
                "line" => FormatPart::Line,
                "column" => FormatPart::Column,
                "host" => FormatPart::Text(host_and_release().0),
                "wslprefix" => FormatPart::Text(wsl_prefix(wsl_distribution)),
                _ => bail!(wrong(
                    format,
                    &format!(
                        "there is no variable {{{variable}}}: expected {{path}}, {{line}}, {{column}}, {{host}} or \
                         {{wslprefix}}"
                    )
                )),
            });
            rest = after;
        }
        parts.push(FormatPart::Text(rest.to_owned()));
        if !parts.contains(&FormatPart::Path) {
            let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
            bail!(wrong(format, &format!("expected {}, or a URL with {{path}}", names.join(", "))));
        }
        let starts_with_scheme = format.split_once(':').is_some_and(|(scheme, _)| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        });
        if !starts_with_scheme {
            bail!(wrong(format, "expected a scheme such as file:// at the start"));
        }
        Ok(Some(Hyperlinks { parts, label: label.to_vec() }))
    }

    /// Returns whether links contain line numbers.
    pub fn have_lines(&self) -> bool {
        self.parts.contains(&FormatPart::Line)
    }

    /// Starts a link to a line and a column of a file, both counted from 1. Returns whether there is
    /// one, which [`end`] must end.
    pub fn start(&self, name: &[u8], line: u64, column: u64, text: &mut Vec<u8>) -> bool {
        let Some(path) = absolute(Path::new(OsStr::from_bytes(name))).ok().filter(|_| name != self.label) else {
            return false;
        };
        text.extend_from_slice(b"\x1b]8;;");
        for part in &self.parts {
            // Writing to memory never fails.
            let _ = match part {
                FormatPart::Text(fixed) => text.write_all(fixed.as_bytes()),
                FormatPart::Path => push_path(path.as_os_str().as_bytes(), text),
                FormatPart::Line => write!(text, "{line}"),
                FormatPart::Column => write!(text, "{column}"),
            };
        }
        text.extend_from_slice(b"\x1b\\");
        true
    }
}

/// Ends a link.
pub fn end(text: &mut Vec<u8>) {
    text.extend_from_slice(b"\x1b]8;;\x1b\\");
}

/// Writes a path as in a URL (RFC 3986, section 3.3), with a slash at the start.
fn push_path(path: &[u8], text: &mut Vec<u8>) -> std::io::Result<()> {
    if !path.starts_with(b"/") {
        text.push(b'/');
    }
    for &byte in path {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'/' | b':' | b'-' | b'.' | b'_' | b'~' => text.push(byte),
            b'\\' if cfg!(windows) => text.push(b'/'),
            _ => write!(text, "%{byte:02X}")?,
        }
    }
    Ok(())
}

/// Returns the first part of the path by which Windows reaches the files of a distribution.
fn wsl_prefix(distribution: &str) -> String {
    if distribution.is_empty() { String::new() } else { format!("wsl$/{distribution}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(format: &str, name: &[u8]) -> String {
        let links = Hyperlinks::parse(format, b"(standard input)", "d").unwrap().unwrap();
        let mut text = Vec::new();
        if links.start(name, 7, 3, &mut text) {
            end(&mut text);
        }
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_link_has_the_absolute_path_in_the_form_of_a_url() {
        let encoded = if cfg!(windows) { "/C:/a%20b/%C3%A9%1B" } else { "/a%20b/%C3%A9%1B" };
        let name = if cfg!(windows) { "C:\\a b\\é\x1b" } else { "/a b/é\x1b" };
        let expected = format!("\x1b]8;;x://{encoded}:7:3\x1b\\\x1b]8;;\x1b\\");
        assert_eq!(link("x://{path}:{line}:{column}", name.as_bytes()), expected);
        let relative = link("file://{path}", b"./some");
        let here = std::env::current_dir().unwrap().join("some");
        let mut path = Vec::new();
        push_path(here.as_os_str().as_bytes(), &mut path).unwrap();
        assert_eq!(relative, format!("\x1b]8;;file://{}\x1b\\\x1b]8;;\x1b\\", String::from_utf8(path).unwrap()));
        assert_eq!(link("default", b"(standard input)"), "");
        assert!(link("file://{wslprefix}{path}", b"some").starts_with("\x1b]8;;file://wsl$/d/"));
    }

    #[test]
    fn formats_are_checked() {
        assert_eq!(Hyperlinks::parse("none", b"", "").unwrap(), None);
        for (name, _) in &NAMED[1..] {
            assert!(Hyperlinks::parse(name, b"", "").unwrap().is_some(), "{name}");
        }
        for wrong in ["nope", "file://{path", "file://{pth}", "file://{line}", "{path}", "1x://{path}", "://{path}"] {
            assert!(Hyperlinks::parse(wrong, b"", "").is_err(), "{wrong}");
        }
    }
}
