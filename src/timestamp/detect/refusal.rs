//! The reason a log's time format could not be detected, with a line that shows it.

use std::fmt;

/// The reason no time format was detected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No examined line has a time.
    NoTime {
        /// The first examined line.
        line: String,
        /// The number of examined lines.
        examined: u64,
    },
    /// Days and months cannot be distinguished.
    UnclearDate {
        /// A line with such a date.
        line: String,
        /// The formats that it may be in.
        formats: [String; 2],
    },
    /// The times are those since the program started, in the form of a time of day.
    SinceStart {
        /// A line with such a time.
        line: String,
    },
    /// The abbreviation of a zone is ambiguous.
    UnclearZone {
        /// A line with such a zone.
        line: String,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The text begins with a byte order mark, and its letters alternate with zero bytes.
            Self::NoTime { line, .. } if line.starts_with("\u{fffd}\u{fffd}") && line.contains('\0') => f.write_str(
                "no line with a time was found: the text is in UTF-16, which is not decoded while following",
            ),
            Self::NoTime { line, examined } => {
                write!(
                    f,
                    "no line with a time was found ({examined} examined, the first is '{line}'); describe the format with --time-format"
                )
            }
            Self::UnclearDate { line, formats: [one, other] } => {
                write!(f, "'{line}' may be day or month first; choose with --time-format '{one}' or '{other}'")
            }
            Self::SinceStart { line } => {
                write!(f, "'{line}' has the time since the program started, not the time of day")
            }
            Self::UnclearZone { line } => {
                write!(f, "the time zone in '{line}' is ambiguous; choose one with --time-zone")
            }
        }
    }
}

/// Returns the beginning of a line for a message.
pub fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(&line[..line.len().min(400)]);
    let mut cut: String = text.trim_end().chars().take(80).collect();
    if cut.len() < text.trim_end().len() {
        cut.push('…');
    }
    cut
}
