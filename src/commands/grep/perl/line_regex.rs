//! Perl regexes that search many lines at once.

use std::ops::Range;
use std::sync::OnceLock;

use pcre2::bytes::Regex;

use super::super::per_thread::PerThread;
use super::super::perl_lines::within_line;
use super::super::syntax::Syntax;
use super::build::build;
use super::limit::MIN_TIMED_LEN;

/// A regex that searches many lines at once.
#[derive(Debug)]
pub struct LineRegex(PerThread<Regex>);

impl LineRegex {
    /// Returns the first match in some lines from the start of a line on, or `None` if PCRE2 gave
    /// up on searching them together. The lines must not change.
    pub fn find_at(&self, lines: &[u8], from: usize) -> Option<Option<Range<usize>>> {
        let found = self.0.find_at(lines, from).ok()?;
        Some(found.map(|found| found.start()..found.end()))
    }
}

/// The regexes of one pattern, each compiled when it is first needed.
pub(super) struct LineRegexes {
    text: String,
    syntax: Syntax,
    /// The regex for any lines that the locale allows.
    general: OnceLock<Option<LineRegex>>,
    /// The regex for lines of ASCII in a UTF-8 locale. It searches bytes, which is faster, and finds
    /// the same matches.
    of_ascii: OnceLock<Option<LineRegex>>,
}

impl LineRegexes {
    /// Returns the regexes of a pattern, unless a match may depend on a neighbouring line.
    pub(super) fn new(verbs: &str, text: &str, syntax: &Syntax) -> Option<LineRegexes> {
        if syntax.multiline || syntax.terminator != b'\n' || syntax.crlf || !verbs.is_empty() {
            return None;
        }
        let text = String::from_utf8(within_line(text.as_bytes(), syntax)?).ok()?;
        let syntax = Syntax { multiline: true, ..syntax.clone() };
        Some(LineRegexes { text, syntax, general: OnceLock::new(), of_ascii: OnceLock::new() })
    }

    /// Returns a regex that can search these lines together. None of them may be long, and all
    /// must be UTF-8, because anchors would match elsewhere.
    pub(super) fn regex_for(&self, lines: &[u8]) -> Option<&LineRegex> {
        if has_long_line(lines) {
            return None;
        }
        let unicode = self.syntax.unicode;
        if unicode
            && lines.is_ascii()
            && let Some(regex) = self.of_ascii.get_or_init(|| self.compile_for_ascii())
        {
            return Some(regex);
        }
        if unicode && std::str::from_utf8(lines).is_err() {
            return None;
        }
        self.general.get_or_init(|| self.compile(unicode)).as_ref()
    }

    /// Returns `None` for a pattern of other characters, which has another meaning as bytes.
    fn compile_for_ascii(&self) -> Option<LineRegex> {
        if self.text.is_ascii() { self.compile(false) } else { None }
    }

    fn compile(&self, unicode: bool) -> Option<LineRegex> {
        let regex = build("", &self.text, &Syntax { unicode, ..self.syntax.clone() }).ok()?;
        Some(LineRegex(PerThread::new(regex)))
    }
}

/// Returns whether one of these lines is long. Most of their bytes are not examined.
fn has_long_line(lines: &[u8]) -> bool {
    let mut start = 0;
    while lines.len() - start >= MIN_TIMED_LEN {
        match memchr::memrchr(b'\n', &lines[start..start + MIN_TIMED_LEN]) {
            Some(end) => start += end + 1,
            None => return true,
        }
    }
    false
}
