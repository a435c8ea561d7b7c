//! Perl's regular expressions (`-P`) and POSIX patterns with back-references, by PCRE2 with its JIT.
//!
//! PCRE2 backtracks, so a search can fail: it gives up after a fixed number of steps, and the input
//! at hand ends with an error. Every haystack is copied first: PCRE2's contract has no room for
//! bytes that another process changes during a search, as it may change mapped ones.

use std::cell::RefCell;
use std::ops::Range;

use anyhow::anyhow;
use grep_regex::RegexMatcher;
use pcre2::bytes::{CaptureLocations, Regex, RegexBuilder};

use super::failure::Failure;
use super::perl_text::{as_text, leading_verbs, offset_as_typed};
use super::relaxed::Relaxed;
use super::sources::perl_may_span_lines;
use super::syntax::{Boundary, Case, Syntax};

/// The JIT's stack for backtracking, for each thread. It is reserved, and grows as it is used.
const JIT_STACK_BYTES: usize = 32 << 20;

/// A larger copy of a haystack is not kept for the next one.
const KEPT_COPY_BYTES: usize = 1 << 20;

/// A compiled set of alternatives.
pub struct Perl {
    regex: Regex,
    /// The same for text that is not UTF-8, if it must differ. PCRE2 looks for a pattern that begins with
    /// `.*` at the start of a line only, although `.` does not match the bytes that are not UTF-8.
    of_fragments: Option<Regex>,
    /// The same for many lines at once, if no match can depend on a neighbouring line.
    of_lines: Option<Regex>,
    /// The form that finds candidates for it, if there is one.
    relaxed: Option<Relaxed>,
    utf8: bool,
}

/// A pattern without the settings that it begins with.
struct Body {
    text: String,
    relaxed: Option<Relaxed>,
}

impl std::fmt::Debug for Perl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Perl({:?})", self.regex.as_str())
    }
}

impl Perl {
    /// Compiles `alternatives`, each written in Perl's syntax.
    ///
    /// # Errors
    /// Returns an error if PCRE2 rejects one of them.
    pub fn new(alternatives: &[Vec<u8>], syntax: &Syntax) -> anyhow::Result<Perl> {
        let utf8 = syntax.unicode;
        let text = |pattern: &Vec<u8>| as_text(pattern, utf8, syntax.ends_at_record());
        let mut bodies = alternatives.iter().map(text).collect::<anyhow::Result<Vec<_>>>()?;
        let refused = |error: pcre2::Error, number: usize| refusal(&error, &alternatives[number], syntax);
        if let [only] = &mut bodies[..] {
            // Settings such as `(*UCP)` count at the very beginning only.
            let body = only.split_off(leading_verbs(only));
            let text = group(only, &body, syntax).map_err(|error| refused(error, 0))?;
            let body = Body { relaxed: relaxed(std::slice::from_ref(&body), only, syntax), text };
            return Perl::compile(only, body, alternatives, syntax);
        }
        // Each alternative counts its groups from 1, as when it stands alone.
        let group = |(number, body): (usize, &String)| group("", body, syntax).map_err(|error| refused(error, number));
        let groups = bodies.iter().enumerate().map(group).collect::<anyhow::Result<Vec<_>>>()?;
        let text = if groups.is_empty() { "(?!)".to_owned() } else { format!("(?|{})", groups.join("|")) };
        Perl::compile("", Body { text, relaxed: relaxed(&bodies, "", syntax) }, alternatives, syntax)
    }

    fn compile(verbs: &str, body: Body, alternatives: &[Vec<u8>], syntax: &Syntax) -> anyhow::Result<Perl> {
        let is_bound_to_line = !syntax.multiline
            && syntax.terminator == b'\n'
            && !syntax.crlf
            && !alternatives.iter().any(|one| perl_may_span_lines(one, syntax));
        let of_lines = Syntax { multiline: true, ..syntax.clone() };
        let has_repetition = body.text.contains(['*', '{']);
        let not_at_starts = || build(&format!("{verbs}(*NO_DOTSTAR_ANCHOR)"), &body.text, syntax);
        Ok(Perl {
            regex: build(verbs, &body.text, syntax)?,
            of_fragments: (syntax.unicode && has_repetition).then(not_at_starts).transpose()?,
            of_lines: is_bound_to_line.then(|| build(verbs, &body.text, &of_lines)).transpose()?,
            relaxed: body.relaxed,
            utf8: syntax.unicode,
        })
    }

    /// Returns a regex that matches in every line in which this matches, if there is one.
    pub fn relaxed(&self) -> Option<&RegexMatcher> {
        self.relaxed.as_ref()?.regex()
    }

    /// Returns a length in bytes that no match exceeds, if there is one and nothing around a match decides
    /// about it.
    pub fn longest_match(&self) -> Option<usize> {
        self.relaxed.as_ref()?.longest_match()
    }

    /// Returns whether [`Perl::find_among_lines`] may be called.
    pub fn searches_lines(&self) -> bool {
        self.of_lines.is_some()
    }

    /// Returns where the first match in some lines begins, or nothing if only a search of each line can
    /// tell: PCRE2 gave up on all of them together, or they are not UTF-8, when anchors would match
    /// elsewhere.
    pub fn find_among_lines(&self, lines: &[u8]) -> Option<Option<usize>> {
        let regex = self.of_lines.as_ref()?;
        with_copy(lines, |lines| {
            if self.utf8 && std::str::from_utf8(lines).is_err() {
                return None;
            }
            Some(regex.find(lines).ok()?.map(|found| found.start()))
        })
    }

    /// Returns the first match in `hay` at or after `at`.
    ///
    /// # Errors
    /// Returns an error if PCRE2 gives up.
    pub fn find_at(&self, hay: &[u8], at: usize) -> Result<Option<Range<usize>>, Failure> {
        with_copy(hay, |hay| self.find_in_copy(hay, at))
    }

    /// Calls `each` with every match in `hay`, empty ones too, until it returns false. With
    /// `captures`, the groups of the match are in the second argument.
    ///
    /// # Errors
    /// Returns an error if PCRE2 gives up.
    pub fn matches_in(
        &self,
        hay: &[u8],
        captures: bool,
        mut each: impl FnMut(Range<usize>, &[u8], &Groups<'_>) -> bool,
    ) -> Result<(), Failure> {
        let regex = self.regex_for(hay);
        let mut locations = regex.capture_locations();
        let mut work = |hay: &[u8]| {
            let (mut at, mut last_end) = (0, None);
            while at <= hay.len() {
                let found = if captures {
                    regex.captures_read_at(&mut locations, hay, at).map_err(failure)?
                } else {
                    regex.find_at(hay, at).map_err(failure)?
                };
                let Some(found) = found.map(|found| found.start()..found.end()) else { break };
                at = if found.is_empty() { self.after(hay, found.end) } else { found.end };
                // An empty match where the last one ended is not another match.
                if found.is_empty() && Some(found.end) == last_end {
                    continue;
                }
                last_end = Some(found.end);
                if !each(found, hay, &Groups { locations: &locations }) {
                    break;
                }
            }
            Ok(())
        };
        with_copy(hay, &mut work)
    }

    /// Calls `each` with the groups of the matches that are known to be in `hay`, up to the first that
    /// is another one here.
    ///
    /// # Errors
    /// Returns an error if PCRE2 gives up.
    pub fn matches_at(
        &self,
        hay: &[u8],
        known: impl Iterator<Item = Range<usize>>,
        mut each: impl FnMut(&Groups<'_>),
    ) -> Result<(), Failure> {
        let regex = self.regex_for(hay);
        let mut locations = regex.capture_locations();
        with_copy(hay, |hay| {
            for span in known {
                let found = regex.captures_read_at(&mut locations, hay, span.start).map_err(failure)?;
                if found.is_none_or(|found| (found.start(), found.end()) != (span.start, span.end)) {
                    break;
                }
                each(&Groups { locations: &locations });
            }
            Ok(())
        })
    }

    /// Returns the number of a named group.
    pub fn group_number(&self, name: &str) -> Option<usize> {
        self.regex.capture_names().iter().position(|known| known.as_deref() == Some(name))
    }

    fn find_in_copy(&self, hay: &[u8], at: usize) -> Result<Option<Range<usize>>, Failure> {
        let found = self.regex_for(hay).find_at(hay, at).map_err(failure)?;
        Ok(found.map(|found| found.start()..found.end()))
    }

    fn regex_for(&self, hay: &[u8]) -> &Regex {
        self.of_fragments.as_ref().filter(|_| std::str::from_utf8(hay).is_err()).unwrap_or(&self.regex)
    }

    /// Returns where the character that begins at `at` ends.
    fn after(&self, hay: &[u8], at: usize) -> usize {
        let mut end = at + 1;
        while self.utf8 && end < hay.len() && end < at + 4 && hay[end] & 0xC0 == 0x80 {
            end += 1;
        }
        end
    }
}

/// Returns the relaxed form of alternatives without settings.
fn relaxed(bodies: &[String], verbs: &str, syntax: &Syntax) -> Option<Relaxed> {
    if verbs.is_empty() { Relaxed::new(bodies, has_ascii_classes(verbs, syntax), syntax) } else { None }
}

/// Returns whether classes such as `\w` match nothing outside ASCII. POSIX's classes are the locale's;
/// Perl's are ASCII's, as in GNU grep up to 3.8.
fn has_ascii_classes(verbs: &str, syntax: &Syntax) -> bool {
    syntax.unicode && !syntax.dialect.is_posix() && !verbs.contains("(*UCP)")
}

/// Returns a pattern as a group, in which a quotation or a comment that is open at its end has ended.
///
/// # Errors
/// Returns an error if PCRE2 rejects the pattern by itself: `a)(b` is only valid within a group.
fn group(verbs: &str, body: &str, syntax: &Syntax) -> Result<String, pcre2::Error> {
    let compile = |body: &str| {
        let mut builder = RegexBuilder::new();
        builder.ucp(syntax.unicode).caseless(syntax.case == Case::Insensitive).build(&format!("{verbs}{body}"))
    };
    compile(body)?;
    let unquoted = format!(r"(?:{body}\E)");
    // A comment of extended syntax hides the parenthesis.
    Ok(if compile(&unquoted).is_ok() { unquoted } else { format!("(?:{body}\n)") })
}

/// Returns PCRE2's message about an alternative, with the offset in what was typed. A POSIX pattern is
/// compiled in other words, in which an offset says nothing.
fn refusal(error: &pcre2::Error, alternative: &[u8], syntax: &Syntax) -> anyhow::Error {
    let offset = error.offset().filter(|_| !syntax.dialect.is_posix());
    let typed = |offset| offset_as_typed(alternative, syntax.unicode, syntax.ends_at_record(), offset);
    with_offset(error, offset.map(typed))
}

/// Returns PCRE2's message with another offset, or with none.
fn with_offset(error: &pcre2::Error, offset: Option<usize>) -> anyhow::Error {
    let message = error.to_string();
    let place = |offset: usize| format!(" at offset {offset}");
    match error.offset() {
        Some(compiled) => anyhow!(message.replacen(&place(compiled), &offset.map(place).unwrap_or_default(), 1)),
        None => anyhow!(message),
    }
}

/// Compiles a pattern that begins with settings, and adds what must stand around a match.
fn build(verbs: &str, body: &str, syntax: &Syntax) -> anyhow::Result<Regex> {
    let bounded = match syntax.boundary {
        Boundary::Any => body.to_owned(),
        Boundary::Word => format!(r"(?<!\w){body}(?!\w)"),
        Boundary::Line if syntax.multiline => format!("(?m:^){body}(?m:$)"),
        Boundary::Line => format!(r"\A{body}\z"),
    };
    // PCRE2 steps over bytes that are not UTF-8 only if the crate enables Unicode's classes too.
    let classes = if has_ascii_classes(verbs, syntax) { "(?a)" } else { "" };
    let regex = RegexBuilder::new()
        .ucp(syntax.unicode)
        .caseless(syntax.case == Case::Insensitive)
        .multi_line(syntax.multiline)
        .dotall(syntax.dot_all)
        .crlf(syntax.crlf && syntax.multiline)
        .jit_if_available(has_room_for_stacks())
        .max_jit_stack_size(Some(JIT_STACK_BYTES))
        .build(&format!("{verbs}{classes}{bounded}"));
    // The pattern was put together here, so an offset in it says nothing to its author.
    regex.map_err(|error| with_offset(&error, None))
}

/// Returns whether the stacks of some threads can be reserved (`ulimit -v`). The crate panics when
/// one cannot; without the JIT there is none.
fn has_room_for_stacks() -> bool {
    // Each thread has one for its line and one for many lines.
    const STACKS: usize = 4;
    Vec::<u8>::new().try_reserve_exact(STACKS * JIT_STACK_BYTES).is_ok()
}

/// The groups of a match.
pub struct Groups<'g> {
    locations: &'g CaptureLocations,
}

impl Groups<'_> {
    /// Counts the groups, the whole match included.
    pub fn len(&self) -> usize {
        self.locations.len()
    }

    /// Returns where a group matched.
    pub fn get(&self, group: usize) -> Option<Range<usize>> {
        self.locations.get(group).map(|(start, end)| start..end)
    }
}

fn with_copy<T>(hay: &[u8], work: impl FnOnce(&[u8]) -> T) -> T {
    thread_local! {
        static COPY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    // Taken out, so that `work` may search again.
    let mut copy = COPY.take();
    copy.clear();
    copy.extend_from_slice(hay);
    let result = work(&copy);
    if copy.capacity() <= KEPT_COPY_BYTES {
        COPY.set(copy);
    }
    result
}

fn failure(error: pcre2::Error) -> Failure {
    // The codes are those of pcre2.h; they never change.
    match error.code() {
        -47 | -53 => Failure::Steps,
        -46 => Failure::Stack,
        -63 | -48 => Failure::Heap,
        _ => Failure::Other(error.to_string()),
    }
}

#[cfg(test)]
#[path = "perl_tests.rs"]
mod tests;
