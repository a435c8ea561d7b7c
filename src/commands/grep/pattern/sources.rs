//! Rewrites alternatives of any dialect for the `regex` crate, and analyses them before they are
//! compiled.

use anyhow::{Context, Result};
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::super::posix::{self, Target};
use super::super::syntax::{Boundary, Case, Dialect, Syntax};
use super::line_automaton::LineAutomaton;
use super::open_match::OpenMatch;

/// Alternatives in the form that `grep-regex` accepts.
#[derive(Debug)]
pub enum Sources {
    /// Plain strings.
    Literals(Vec<String>),
    /// Regexes.
    Regexes(Vec<String>),
}

impl Sources {
    /// Rewrites alternatives, except Perl's, which this engine does not run.
    ///
    /// # Errors
    /// Returns an error if an alternative is not valid in its dialect or encoding.
    pub fn new(alternatives: &[Vec<u8>], syntax: &Syntax) -> Result<Sources> {
        let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).ok();
        match syntax.dialect {
            Dialect::Fixed => {
                if let Some(all) = alternatives.iter().map(text).collect::<Option<Vec<_>>>() {
                    return Ok(Sources::Literals(all));
                }
                Ok(Sources::Regexes(alternatives.iter().map(|bytes| posix::escape(bytes, syntax.unicode)).collect()))
            }
            Dialect::Rust | Dialect::Perl => {
                let all = alternatives.iter().map(|bytes| {
                    text(bytes).with_context(|| {
                        format!("pattern {:?} is not valid UTF-8; -F takes any bytes", String::from_utf8_lossy(bytes))
                    })
                });
                Ok(Sources::Regexes(all.collect::<Result<_>>()?))
            }
            Dialect::Extended | Dialect::Basic => {
                let extended = syntax.dialect == Dialect::Extended;
                let all =
                    alternatives.iter().map(|bytes| posix::translate(bytes, extended, syntax.unicode, Target::Rust));
                Ok(Sources::Regexes(all.collect::<Result<_, posix::Error>>()?))
            }
        }
    }

    /// Returns one regex for all alternatives.
    pub fn joined(&self) -> String {
        let wrapped: Vec<String> = match self {
            Sources::Literals(all) => all.iter().map(|s| regex_syntax::escape(s)).collect(),
            Sources::Regexes(all) => all.iter().map(|s| format!("(?:{s})")).collect(),
        };
        wrapped.join("|")
    }

    /// Returns whether a match may be empty or contain a NUL byte.
    pub fn may_match_among_nuls(&self, syntax: &Syntax) -> bool {
        match self {
            Sources::Literals(all) => all.iter().any(|literal| literal.is_empty() || literal.contains('\0')),
            Sources::Regexes(all) => {
                any_tree(all, syntax, |hir| hir.properties().minimum_len().is_none_or(|min| min == 0) || holds(hir, 0))
            }
        }
    }

    /// Returns the length in bytes of the longest possible match, if there is a bound, no match is
    /// empty, and none depends on the bytes around it.
    pub fn longest_match(&self, syntax: &Syntax) -> Option<usize> {
        if syntax.boundary != Boundary::Any {
            return None;
        }
        // The Kelvin sign, which has three bytes, is a capital k.
        let growth = if syntax.case == Case::Sensitive { 1 } else { 3 };
        match self {
            Sources::Literals(all) if all.iter().any(String::is_empty) => None,
            Sources::Literals(all) => all.iter().map(|literal| literal.len() * growth).max(),
            Sources::Regexes(all) => {
                let longest = std::cell::Cell::new(0);
                let is_unbounded = any_tree(all, syntax, |hir| {
                    let properties = hir.properties();
                    let max = properties.maximum_len().map(|max| max * growth);
                    longest.replace(longest.get().max(max.unwrap_or(0)));
                    !properties.look_set().is_empty()
                        || properties.minimum_len().is_none_or(|min| min == 0)
                        || max.is_none()
                });
                (!is_unbounded).then(|| longest.get())
            }
        }
    }

    /// Returns an automaton that searches a line piece by piece, if one can determine whether the
    /// line matches.
    pub fn line_automaton(&self, syntax: &Syntax) -> Option<LineAutomaton> {
        // In this case, a carriage return within the line also begins and ends a line.
        if syntax.crlf && syntax.boundary == Boundary::Line {
            return None;
        }
        let source = match syntax.boundary {
            Boundary::Line => format!("^(?:{})$", self.joined()),
            // Including the neighbours in a match does not change whether there is one.
            Boundary::Word => format!(r"(?:^|\W)(?:{})(?:\W|$)", self.joined()),
            Boundary::Any => self.joined(),
        };
        let depends = |hir: &Hir| {
            !hir.properties().look_set().is_empty() || hir.properties().minimum_len().is_none_or(|min| min == 0)
        };
        let needs_borders = any_tree(std::slice::from_ref(&source), syntax, depends);
        // These depend on more than one byte before or after a position.
        let is_unfit = |hir: &Hir| hir.properties().look_set().contains_word_unicode();
        let is_fit = !needs_borders || !any_tree(std::slice::from_ref(&source), syntax, is_unfit);
        is_fit.then(|| LineAutomaton::new(source, needs_borders, syntax).skipping_to(&self.joined()))
    }

    /// Returns the search for open matches in a part of a line, if matches have no maximum length.
    pub fn open_match(&self, syntax: &Syntax) -> Option<OpenMatch> {
        let is_plain = !syntax.crlf && !syntax.multiline && syntax.case != Case::Smart;
        is_plain.then(|| OpenMatch::new(&self.joined(), syntax)).flatten()
    }

    /// Returns whether a match may contain a newline, or depend on the start or end of the whole
    /// haystack. Otherwise, `-U` selects the same lines as a search line by line.
    pub fn may_span_lines(&self, syntax: &Syntax) -> bool {
        match self {
            Sources::Literals(all) => all.iter().any(|literal| literal.contains('\n')),
            Sources::Regexes(all) => any_tree(all, syntax, |hir| {
                let looks = hir.properties().look_set();
                looks.contains(Look::Start) || looks.contains(Look::End) || holds(hir, b'\n')
            }),
        }
    }
}

/// Returns whether `is` is true for the syntax tree of any regex, or one cannot be parsed.
fn any_tree(regexes: &[String], syntax: &Syntax, is: impl Fn(&Hir) -> bool) -> bool {
    let mut builder = regex_syntax::ParserBuilder::new();
    builder.multi_line(true).unicode(syntax.unicode).utf8(false).crlf(syntax.crlf).dot_matches_new_line(syntax.dot_all);
    // Each regex needs a parser of its own.
    regexes.iter().any(|regex| builder.build().parse(regex).as_ref().map_or(true, &is))
}

/// Returns whether some part of a regex matches this ASCII byte.
pub fn holds(hir: &Hir, byte: u8) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.contains(&byte),
        HirKind::Class(Class::Unicode(class)) => {
            class.iter().any(|range| (range.start()..=range.end()).contains(&char::from(byte)))
        }
        HirKind::Class(Class::Bytes(class)) => class.iter().any(|range| (range.start()..=range.end()).contains(&byte)),
        HirKind::Repetition(repetition) => holds(&repetition.sub, byte),
        HirKind::Capture(capture) => holds(&capture.sub, byte),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(|part| holds(part, byte)),
    }
}

/// Returns the literal if it is the only alternative and can be searched for unchanged.
pub fn single_literal(alternatives: &[Vec<u8>], syntax: &Syntax) -> Option<Vec<u8>> {
    let [only] = alternatives else { return None };
    let plain = match syntax.dialect {
        Dialect::Fixed => true,
        // Outside ASCII, a POSIX literal may have to be valid in its encoding; that is left to the
        // regex.
        _ => only.is_ascii() && !only.iter().any(|&byte| regex_syntax::is_meta_character(char::from(byte))),
    };
    let usable = plain
        && syntax.case == Case::Sensitive
        && syntax.boundary == Boundary::Any
        && !only.is_empty()
        && !only.contains(&b'\n')
        && !only.contains(&syntax.terminator)
        && !syntax.multiline;
    usable.then(|| only.clone())
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;
    use super::*;

    #[test]
    fn the_longest_match_is_known_where_nothing_around_it_counts() {
        let longest = |pattern: &str| {
            let syntax = Syntax::default();
            Sources::new(&[pattern.into()], &syntax).unwrap().longest_match(&syntax)
        };
        assert_eq!(longest("ab{2,5}"), Some(6));
        assert_eq!(longest("a|b.d"), Some(6));
        for unbounded in ["a*", "ab*", "^a", r"\ba", "a?"] {
            assert_eq!(longest(unbounded), None, "{unbounded}");
        }
    }

    #[test]
    fn a_word_is_found_by_an_automaton() {
        let texts: [&[u8]; 10] =
            [b"a", b"xa", b"a,", b"-ab.", b"aab", "\u{e9}a".as_bytes(), b"\xffa", b"a\xff", b"a b", b""];
        for (pattern, unicode) in
            ["a", "a.?b|a", "a*", "^a|b$", "a+ *b"].into_iter().flat_map(|p| [(p, true), (p, false)])
        {
            let syntax = Syntax { boundary: Boundary::Word, unicode, ..Syntax::default() };
            let compiled = Pattern::new(&[pattern.into()], &syntax).unwrap();
            let automaton = compiled.line_automaton().unwrap();
            for text in texts {
                let mut state = automaton.start().unwrap();
                let found = automaton.advance(&mut state, text) || automaton.is_match_at_end(&mut state);
                assert_eq!(found, compiled.is_match(text).unwrap(), "{pattern} {unicode} {}", text.escape_ascii());
            }
        }
    }

    #[test]
    fn rust_patterns_that_stay_within_lines_are_known() {
        let spans = |pattern: &str| {
            let syntax = Syntax { multiline: true, ..Syntax::default() };
            Sources::new(&[pattern.into()], &syntax).unwrap().may_span_lines(&syntax)
        };
        for within in ["foo", "a.b", "[a-z]+", "^x$", r"\bx\b"] {
            assert!(!spans(within), "{within}");
        }
        for across in [r"a\nb", r"\s", "[^a]", "(?s:.)", r"\Aa", r"a\z"] {
            assert!(spans(across), "{across}");
        }
    }
}
