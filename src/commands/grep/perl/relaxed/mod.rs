//! Relaxes a Perl pattern to a regex for automata.
//!
//! The relaxed regex matches in every line in which the pattern matches, and in some others. It
//! therefore finds candidates at the speed of an automaton, including literal search, and PCRE2
//! checks only those lines. A pattern with a construct that is not understood has no relaxed form.

mod class;

use std::sync::OnceLock;

use grep_regex::{RegexMatcher, RegexMatcherBuilder};

use super::super::pattern::per_thread::PerThread;
use super::super::syntax::{Case, Syntax};
use class::{ANY, ClassDialect, relaxed_class};

/// The maximum repeat count. Larger counts in a pattern are relaxed to it, so that the automaton
/// stays small.
const MAX_REPEATS: u32 = 50;

/// The depth of groups at which relaxing gives up.
const MAX_DEPTH: u32 = 50;

/// The relaxed form of a pattern, which is compiled when it is first needed.
pub struct RelaxedRegex {
    source: String,
    dialect: ClassDialect,
    /// The length of the longest match, as in [`RelaxedRegex::longest_match`].
    longest_match: Option<usize>,
    regex: OnceLock<Option<PerThread<RegexMatcher>>>,
}

impl RelaxedRegex {
    /// Returns the relaxed form of alternatives, if all of them have one.
    pub fn new(alternatives: &[String], ascii_classes: bool, syntax: &Syntax) -> Option<RelaxedRegex> {
        if syntax.multiline || syntax.crlf || syntax.terminator != b'\n' || alternatives.is_empty() {
            return None;
        }
        let insensitive = syntax.case == Case::Insensitive || alternatives.iter().any(|one| sets_case(one));
        let ascii_classes = ascii_classes || !syntax.unicode;
        let dialect = ClassDialect { unicode: syntax.unicode, ascii_classes, insensitive };
        let relaxed = alternatives.iter().map(|one| Relaxer { rest: one, dialect, depth: 0 }.whole());
        let source = relaxed.collect::<Option<Vec<_>>>()?.join("|");
        // A form that can be empty would have a candidate in every line.
        let mut parser = regex_syntax::ParserBuilder::new().utf8(false).unicode(syntax.unicode).build();
        let tree = parser.parse(&source).ok()?;
        let properties = tree.properties();
        let has_look_around = !properties.look_set().is_empty() || alternatives.iter().any(|one| has_look_around(one));
        // The Kelvin sign, which has three bytes, is a capital k.
        let growth = if insensitive { 3 } else { 1 };
        let longest_match = properties.maximum_len().filter(|_| !has_look_around).map(|max| max * growth);
        let shortest = properties.minimum_len();
        shortest.is_some_and(|min| min > 0).then(|| RelaxedRegex {
            source,
            dialect,
            longest_match,
            regex: OnceLock::new(),
        })
    }

    /// Returns a length in bytes that no match of the pattern exceeds, if there is one and no match
    /// depends on the bytes around it.
    pub fn longest_match(&self) -> Option<usize> {
        self.longest_match
    }

    /// Returns the compiled regex, unless it is too large.
    pub fn regex(&self) -> Option<&RegexMatcher> {
        let build = || {
            let mut builder = RegexMatcherBuilder::new();
            builder.multi_line(true).unicode(self.dialect.unicode).octal(false);
            builder.case_insensitive(self.dialect.insensitive).line_terminator(Some(b'\n'));
            builder.build(&self.source).ok().map(PerThread::new)
        };
        self.regex.get_or_init(build).as_deref()
    }
}

/// Returns whether a relaxed regex has an unbounded repetition. In relaxed regexes, these
/// characters are never literals.
fn repeats(relaxed: &str) -> bool {
    relaxed.contains(['*', '+']) || relaxed.contains(",}")
}

/// Returns whether a match of a pattern may depend on the bytes around it, apart from anchors.
fn has_look_around(pattern: &str) -> bool {
    ["(?=", "(?!", "(?<=", "(?<!", "(*", r"\b", r"\B", r"\K", r"\G", r"\X"].iter().any(|look| pattern.contains(look))
}

/// Returns whether a pattern may contain a group that ignores case.
fn sets_case(pattern: &str) -> bool {
    pattern.match_indices("(?").any(|(at, _)| {
        let flags = pattern[at + 2..].split([')', ':', '-']).next().unwrap_or_default();
        flags.contains('i') && flags.bytes().all(|byte| byte.is_ascii_alphabetic())
    })
}

/// One item of a sequence.
enum PatternItem {
    /// A complete regex, to which a quantifier may apply.
    Atom(String),
    /// An item that matches no text and cannot be repeated.
    Nothing,
    /// A regex that must match before the position.
    LookBehind(String),
    /// A regex that must match after the position.
    LookAhead(String),
}

/// A parser that relaxes a pattern from left to right.
struct Relaxer<'p> {
    rest: &'p str,
    dialect: ClassDialect,
    depth: u32,
}

impl Relaxer<'_> {
    fn whole(mut self) -> Option<String> {
        let relaxed = self.alternation()?;
        self.rest.is_empty().then(|| format!("(?:{relaxed})"))
    }

    fn take(&mut self, prefix: &str) -> bool {
        let after = self.rest.strip_prefix(prefix);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    /// Returns the text before `end`, and skips both.
    fn take_past(&mut self, end: char) -> Option<&str> {
        let (text, after) = self.rest.split_once(end)?;
        self.rest = after;
        Some(text)
    }

    fn alternation(&mut self) -> Option<String> {
        let mut branches = vec![self.sequence()?];
        while self.take("|") {
            branches.push(self.sequence()?);
        }
        Some(branches.join("|"))
    }

    fn sequence(&mut self) -> Option<String> {
        let mut pieces = Vec::new();
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            if self.take(r"\Q") {
                let (quoted, after) = self.rest.split_once(r"\E").unwrap_or((self.rest, ""));
                self.rest = after;
                pieces.extend(quoted.chars().map(|c| PatternItem::Atom(self.dialect.literal(c))));
            } else if !self.take(r"\E") && !self.comment()? {
                let piece = match self.quantifier()? {
                    Some(quantifier) => match pieces.pop() {
                        // PCRE2 may give up on such a pattern, and whether it does must not depend on
                        // which lines are candidates.
                        Some(PatternItem::Atom(atom)) if quantifier != "?" && repeats(&atom) => return None,
                        Some(PatternItem::Atom(atom)) => PatternItem::Atom(format!("(?:{atom}{quantifier})")),
                        _ => return None,
                    },
                    None => self.piece()?,
                };
                pieces.push(piece);
            }
        }
        pieces.retain(|piece| !matches!(piece, PatternItem::Nothing));
        let (last, is_outermost) = (pieces.len().wrapping_sub(1), self.depth == 0);
        // At the ends of the whole pattern, the text required around a match must also be in the line.
        let texts = pieces.into_iter().enumerate().map(|(at, piece)| match piece {
            PatternItem::Atom(text) => text,
            PatternItem::LookBehind(text) if is_outermost && at == 0 => text,
            PatternItem::LookAhead(text) if is_outermost && at == last => text,
            _ => String::new(),
        });
        Some(texts.collect())
    }

    /// Skips a comment. Returns whether there was one.
    fn comment(&mut self) -> Option<bool> {
        if !self.take("(?#") {
            return Some(false);
        }
        self.take_past(')').map(|_| true)
    }

    /// Takes a quantifier, and returns one that repeats at least as often.
    #[allow(clippy::option_option, reason = "the outer one says that the pattern is not understood")]
    fn quantifier(&mut self) -> Option<Option<String>> {
        let quantifier = match self.rest.as_bytes() {
            [sign @ (b'*' | b'+' | b'?'), ..] => {
                self.rest = &self.rest[1..];
                char::from(*sign).to_string()
            }
            [b'{', b'0'..=b'9', ..] => {
                self.rest = &self.rest[1..];
                let counts = self.take_past('}')?;
                let (min, max) = counts.split_once(',').unwrap_or((counts, counts));
                let min: u32 = min.parse().ok()?;
                match max {
                    "" => format!("{{{},}}", min.min(MAX_REPEATS)),
                    max => match max.parse::<u32>().ok()? {
                        max if max <= MAX_REPEATS => format!("{{{min},{max}}}"),
                        _ => format!("{{{},}}", min.min(MAX_REPEATS)),
                    },
                }
            }
            // Whether this begins a quantifier depends on PCRE2's version.
            [b'{', b',' | b' ', ..] => return None,
            _ => return Some(None),
        };
        // Lazy and possessive quantifiers are relaxed in the same way.
        let _ = self.take("?") || self.take("+");
        Some(Some(quantifier))
    }

    fn piece(&mut self) -> Option<PatternItem> {
        Some(match self.next()? {
            '(' => return self.group(),
            '[' => {
                let (class, length) = relaxed_class(self.rest, self.dialect)?;
                self.rest = &self.rest[length..];
                PatternItem::Atom(class)
            }
            '\\' => return self.escape(),
            '.' => PatternItem::Atom(ANY.to_owned()),
            '^' => PatternItem::Atom("^".to_owned()),
            '$' => PatternItem::Atom("$".to_owned()),
            literal => PatternItem::Atom(self.dialect.literal(literal)),
        })
    }

    fn group(&mut self) -> Option<PatternItem> {
        if self.rest.starts_with('*') {
            return None;
        }
        if !self.take("?") {
            return self.body().map(PatternItem::Atom);
        }
        for (start, is_ahead, is_wanted) in
            [("=", true, true), ("!", true, false), ("<=", false, true), ("<!", false, false)]
        {
            if self.take(start) {
                let body = self.body()?;
                return Some(match (is_ahead, is_wanted) {
                    (_, false) => PatternItem::Nothing,
                    (true, true) => PatternItem::LookAhead(body),
                    (false, true) => PatternItem::LookBehind(body),
                });
            }
        }
        if self.take(":") || self.take(">") || self.take("|") {
            return self.body().map(PatternItem::Atom);
        }
        if self.take("P<") || self.take("<") {
            self.take_past('>')?;
            return self.body().map(PatternItem::Atom);
        }
        if self.take("'") {
            self.take_past('\'')?;
            return self.body().map(PatternItem::Atom);
        }
        if self.is_call() {
            self.take_past(')')?;
            return Some(PatternItem::Atom(format!("{ANY}*")));
        }
        self.flags()
    }

    /// Returns whether a recursion or a back-reference is next.
    fn is_call(&self) -> bool {
        let digits = self.rest.trim_start_matches(['+', '-']);
        self.rest.starts_with(['R', '&'])
            || self.rest.starts_with("P=")
            || self.rest.starts_with("P>")
            || digits.starts_with(|c: char| c.is_ascii_digit())
    }

    /// Takes options and the group to which they may apply. A pattern with an option for case
    /// ignores case everywhere, and the other known options make no difference within a line.
    fn flags(&mut self) -> Option<PatternItem> {
        let length = self.rest.find([')', ':'])?;
        let is_known = self.rest[..length].bytes().all(|flag| b"imsJU-".contains(&flag));
        let is_group = self.rest[length..].starts_with(':');
        self.rest = &self.rest[length + 1..];
        match (is_known, is_group) {
            (false, _) => None,
            (true, true) => self.body().map(PatternItem::Atom),
            (true, false) => Some(PatternItem::Nothing),
        }
    }

    /// Relaxes the rest of a group.
    fn body(&mut self) -> Option<String> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let body = self.alternation()?;
        self.depth -= 1;
        self.take(")").then(|| format!("(?:{body})"))
    }

    fn escape(&mut self) -> Option<PatternItem> {
        let escaped = self.next()?;
        Some(match escaped {
            'b' | 'B' | 'K' => PatternItem::Nothing,
            'A' => PatternItem::Atom("^".to_owned()),
            'z' | 'Z' => PatternItem::Atom("$".to_owned()),
            'd' | 'w' | 's' | 'D' | 'W' | 'S' => PatternItem::Atom(self.dialect.shorthand(escaped)),
            'N' if self.rest.starts_with('{') => return None,
            'h' | 'H' | 'V' | 'N' => PatternItem::Atom(ANY.to_owned()),
            'v' | 'R' | 'X' => PatternItem::Atom(format!("{ANY}+")),
            'p' | 'P' => {
                if self.take("{") {
                    self.take_past('}')?;
                } else {
                    self.next()?;
                }
                PatternItem::Atom(ANY.to_owned())
            }
            '1'..='9' if !self.rest.starts_with(|c: char| c.is_ascii_digit()) => PatternItem::Atom(format!("{ANY}*")),
            'g' | 'k' => {
                let end = match self.next()? {
                    '{' => '}',
                    '<' => '>',
                    '\'' => '\'',
                    _ => return None,
                };
                self.take_past(end)?;
                PatternItem::Atom(format!("{ANY}*"))
            }
            other => PatternItem::Atom(self.dialect.literal(self.dialect.escaped(other, &mut self.rest)?)),
        })
    }
}

#[cfg(test)]
mod tests;
