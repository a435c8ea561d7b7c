//! Perl regexes that search many lines at once.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use pcre2::bytes::Regex;

use super::super::pattern::per_thread::PerThread;
use super::super::pattern::within_line::within_line;
use super::super::syntax::Syntax;
use super::build::build;
use super::limit::MIN_TIMED_LEN;
use super::strategy::SearchStrategy;

/// The number of searches after which the fastest strategy is looked for. Each is of some 16 KiB,
/// so half a megabyte was searched by then.
const SEARCHES_UNTIL_TRIAL: u32 = if cfg!(test) { 4 } else { 32 };

/// A regex that searches many lines at once.
#[derive(Debug)]
pub struct LineRegex {
    regex: PerThread<Regex>,
    searches: AtomicU32,
    /// The fastest strategy, once it was looked for.
    fastest: OnceLock<SearchStrategy>,
}

impl LineRegex {
    fn new(regex: Regex) -> LineRegex {
        LineRegex { regex: PerThread::new(regex), searches: AtomicU32::new(0), fastest: OnceLock::new() }
    }

    /// Counts a search of these lines, and looks for the fastest strategy if that pays off.
    fn count_search(&self, lines: &[u8], compile: impl Fn() -> Option<Regex>) {
        if self.fastest.get().is_none() && self.searches.fetch_add(1, Ordering::Relaxed) == SEARCHES_UNTIL_TRIAL {
            let _ = self.fastest.set(SearchStrategy::fastest(&self.regex, lines, compile));
        }
    }

    /// Returns the first match in some lines from the start of a line on, or `None` if PCRE2 gave
    /// up on searching them together. The lines must not change.
    pub fn find_at(&self, lines: &[u8], from: usize) -> Option<Option<Range<usize>>> {
        let usual = const { &SearchStrategy::USUAL };
        self.fastest.get().unwrap_or(usual).find_at(&self.regex, lines, from)
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
        // A pattern of other characters has another meaning as bytes.
        if unicode
            && self.text.is_ascii()
            && lines.is_ascii()
            && let Some(regex) = self.regex_in(&self.of_ascii, false, lines)
        {
            return Some(regex);
        }
        if unicode && std::str::from_utf8(lines).is_err() {
            return None;
        }
        self.regex_in(&self.general, unicode, lines)
    }

    fn regex_in<'r>(
        &self,
        place: &'r OnceLock<Option<LineRegex>>,
        unicode: bool,
        lines: &[u8],
    ) -> Option<&'r LineRegex> {
        let regex = place.get_or_init(|| self.compile(unicode).map(LineRegex::new)).as_ref()?;
        regex.count_search(lines, || self.compile(unicode));
        Some(regex)
    }

    fn compile(&self, unicode: bool) -> Option<Regex> {
        build("", &self.text, &Syntax { unicode, ..self.syntax.clone() }).ok()
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
