//! Translates POSIX patterns (`-E`, `-G`), with GNU grep's additions, for the `regex` crate or PCRE2.
//!
//! The syntaxes differ in details: a backslash in brackets is a literal, and so are a `{` that
//! begins no interval and a `*` with nothing before it; `a+?` is two operators. Back-references can
//! be expressed for PCRE2 only.

use std::fmt::Write;

use bracket::looks_like_class;
pub use error::Error;

mod bracket;
mod error;
mod interval;

/// The engine for which a pattern is translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The `regex` crate.
    Rust,
    /// PCRE2, with Unicode word characters and classes.
    Perl,
}

/// Returns a regex that matches exactly the bytes of a literal.
pub fn escape(literal: &[u8], unicode: bool) -> String {
    let mut translation = Translation::new(literal, false, unicode, Target::Rust);
    while let Some(unit) = translation.next_unit() {
        translation.push_unit(unit);
    }
    translation.out
}

/// Translates one POSIX pattern, extended or basic.
///
/// # Errors
/// Returns an error if GNU grep rejects the pattern, or if it has a back-reference that `target`
/// cannot express.
pub fn translate(pattern: &[u8], extended: bool, unicode: bool, target: Target) -> Result<String, Error> {
    Translation::new(pattern, extended, unicode, target).run()
}

/// One element of a pattern: a character, or a byte that is not part of a character.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PatternUnit {
    Char(char),
    Byte(u8),
}

impl PatternUnit {
    fn is(self, c: char) -> bool {
        self == PatternUnit::Char(c)
    }
}

struct Translation<'p> {
    pattern: &'p [u8],
    at: usize,
    extended: bool,
    unicode: bool,
    target: Target,
    out: String,
    /// The start of the last atom in `out`; `None` if an operator has nothing to repeat, which is
    /// at the start of an expression and after an assertion.
    atom: Option<usize>,
    /// The start in `out` and the number of each open group.
    open: Vec<(usize, usize)>,
    /// The number of groups so far.
    groups: usize,
    /// The groups to which a back-reference may refer: those that are closed, and not in another
    /// alternative.
    closed: GroupSet,
    /// The scopes of the whole pattern and of each open group.
    scopes: Vec<Scope>,
    /// The length of `out` after the last `*`, `+` or `?` that applies to the last atom.
    repeated: usize,
    /// The kind of the last token, for glibc's parser.
    before: Before,
}

/// The groups to which a back-reference may refer in the alternatives of a pattern or a group.
#[derive(Clone, Copy, Default)]
struct Scope {
    /// The groups closed before the first alternative.
    before: GroupSet,
    /// The groups closed in earlier alternatives.
    earlier: GroupSet,
}

/// A set of the nine groups that can have a back-reference, one bit each.
type GroupSet = u16;

/// Returns the set with this group only, counted from 0.
fn group_set(number: usize) -> GroupSet {
    if number < 9 { 1 << number } else { 0 }
}

/// The context of a token of an extended pattern in glibc's parser. GNU grep matches with another
/// parser, but rejects the patterns that glibc's rejects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// The start of an expression, or an anchor, which operators do not repeat.
    Start,
    /// An operator with nothing to repeat. A `)` directly after it is a literal.
    SkippedOperator,
    /// An atom, which operators repeat.
    Atom,
}

impl<'p> Translation<'p> {
    fn new(pattern: &'p [u8], extended: bool, unicode: bool, target: Target) -> Translation<'p> {
        let (at, atom, repeated, out, before) = (0, None, 0, String::new(), Before::Start);
        let (open, groups, closed, scopes) = (Vec::new(), 0, 0, vec![Scope::default()]);
        Translation {
            pattern,
            at,
            extended,
            unicode,
            target,
            out,
            atom,
            open,
            groups,
            closed,
            scopes,
            repeated,
            before,
        }
    }

    fn rest(&self) -> &'p [u8] {
        &self.pattern[self.at..]
    }

    fn next_unit(&mut self) -> Option<PatternUnit> {
        let rest = self.rest();
        let first = *rest.first()?;
        if self.unicode && !first.is_ascii() {
            let chunk = &rest[..rest.len().min(4)];
            let valid = match std::str::from_utf8(chunk) {
                Ok(text) => text,
                Err(error) => std::str::from_utf8(&chunk[..error.valid_up_to()]).unwrap_or(""),
            };
            if let Some(c) = valid.chars().next() {
                self.at += c.len_utf8();
                return Some(PatternUnit::Char(c));
            }
        }
        self.at += 1;
        Some(if first.is_ascii() { PatternUnit::Char(char::from(first)) } else { PatternUnit::Byte(first) })
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text.as_bytes());
        if found {
            self.at += text.len();
        }
        found
    }

    fn push_unit(&mut self, unit: PatternUnit) {
        match (unit, self.target) {
            (PatternUnit::Byte(byte), Target::Rust) => _ = write!(self.out, "(?-u:\\x{byte:02X})"),
            // In UTF mode, PCRE2 cannot match a byte that is not part of a character.
            (PatternUnit::Byte(_), Target::Perl) if self.unicode => self.out.push_str("(?!)"),
            (PatternUnit::Byte(byte), Target::Perl) => _ = write!(self.out, "\\x{byte:02X}"),
            (PatternUnit::Char(c), _) => {
                if regex_syntax::is_meta_character(c) {
                    self.out.push('\\');
                }
                self.out.push(c);
            }
        }
    }

    /// Adds an atom, which operators repeat.
    fn atom(&mut self, text: &str) {
        self.before = Before::Atom;
        self.atom = Some(self.out.len());
        self.out.push_str(text);
    }

    /// Adds an assertion, which operators do not repeat.
    fn assertion(&mut self, text: &str) {
        self.before = Before::Start;
        self.atom = None;
        self.out.push_str(text);
    }

    fn literal(&mut self, unit: PatternUnit) {
        self.before = Before::Atom;
        self.atom = Some(self.out.len());
        self.push_unit(unit);
    }

    fn run(mut self) -> Result<String, Error> {
        while let Some(unit) = self.next_unit() {
            let PatternUnit::Char(c) = unit else {
                self.literal(unit);
                continue;
            };
            match c {
                '\\' => self.escaped()?,
                '[' => {
                    let start = self.at;
                    let all_single = self.bracket()?;
                    if all_single && looks_like_class(&self.pattern[start..self.at - 1]) {
                        return Err(Error::ClassOutsideBracket);
                    }
                }
                '.' => self.atom("."),
                '^' if self.extended => self.anchor("^"),
                '^' if self.at_start() => self.assertion("^"),
                '$' if self.extended || self.at_end() => self.anchor("$"),
                '*' => self.repeat("*"),
                '+' | '?' if self.extended => self.repeat(c.encode_utf8(&mut [0; 4])),
                '{' if self.extended => self.interval()?,
                '(' if self.extended => self.open(),
                ')' if self.extended && !self.open.is_empty() && self.before != Before::SkippedOperator => {
                    self.close()?;
                }
                '|' if self.extended => self.alternate(),
                _ => self.literal(unit),
            }
        }
        if self.open.is_empty() { Ok(self.out) } else { Err(Error::UnmatchedOpen) }
    }

    /// Adds an anchor, which operators can repeat in GNU grep's own parser.
    fn anchor(&mut self, text: &str) {
        self.atom(text);
        self.before = Before::Start;
    }

    /// Returns whether a basic pattern's `^` is an anchor here.
    fn at_start(&self) -> bool {
        let before = &self.pattern[..self.at - 1];
        before.is_empty() || before.ends_with(b"\\(") || before.ends_with(b"\\|")
    }

    /// Returns whether a basic pattern's `$` is an anchor here.
    fn at_end(&self) -> bool {
        let rest = self.rest();
        rest.is_empty() || rest.starts_with(b"\\)") || rest.starts_with(b"\\|")
    }

    fn escaped(&mut self) -> Result<(), Error> {
        let Some(unit) = self.next_unit() else { return Err(Error::TrailingBackslash) };
        let PatternUnit::Char(c) = unit else {
            self.literal(unit);
            return Ok(());
        };
        match c {
            'w' | 'W' | 's' | 'S' => self.atom(&format!("\\{c}")),
            'b' | 'B' => self.assertion(&format!("\\{c}")),
            '<' if self.target == Target::Perl => self.assertion(r"\b(?=\w)"),
            '>' if self.target == Target::Perl => self.assertion(r"\b(?<=\w)"),
            '<' => self.assertion(r"\b{start}"),
            '>' => self.assertion(r"\b{end}"),
            '`' => self.assertion("^"),
            '\'' => self.assertion("$"),
            '1'..='9' => self.back_reference(c)?,
            '(' if !self.extended => self.open(),
            ')' if !self.extended => self.close()?,
            '|' if !self.extended => self.alternate(),
            '{' if !self.extended => self.interval()?,
            '+' | '?' if !self.extended => self.repeat(c.encode_utf8(&mut [0; 4])),
            _ => self.literal(unit),
        }
        Ok(())
    }

    fn back_reference(&mut self, digit: char) -> Result<(), Error> {
        let number = digit as usize - '0' as usize;
        if self.closed & group_set(number - 1) == 0 {
            return Err(Error::InvalidBackReference);
        }
        if self.target == Target::Rust {
            return Err(Error::BackReference);
        }
        self.atom(&format!("\\g{{{number}}}"));
        Ok(())
    }

    fn open(&mut self) {
        self.open.push((self.out.len(), self.groups));
        self.groups += 1;
        self.scopes.push(Scope { before: self.closed, earlier: 0 });
        self.out.push('(');
        self.before = Before::Start;
        self.atom = None;
    }

    fn close(&mut self) -> Result<(), Error> {
        let (start, number) = self.open.pop().ok_or(Error::UnmatchedClose)?;
        let scope = self.scopes.pop().unwrap_or_default();
        self.closed |= scope.earlier | group_set(number);
        self.out.push(')');
        self.before = Before::Atom;
        self.atom = Some(start);
        Ok(())
    }

    fn alternate(&mut self) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.earlier |= self.closed;
            self.closed = scope.before;
        }
        self.out.push('|');
        self.before = Before::Start;
        self.atom = None;
    }

    /// Applies an operator to the last atom, in a group so that the next operator applies to both.
    fn repeat(&mut self, operator: &str) {
        if self.before != Before::Atom {
            self.before = Before::SkippedOperator;
        }
        let is_simple = matches!(operator, "*" | "+" | "?");
        match self.atom {
            // The two are merged, because PCRE2 would try all divisions of the text between them.
            Some(_) if is_simple && self.repeated == self.out.len() => {
                if !self.out.ends_with(operator) {
                    self.out.pop();
                    self.out.push('*');
                }
            }
            Some(start) => {
                self.out.insert_str(start, "(?:");
                self.out.push(')');
                self.out.push_str(operator);
                self.repeated = if is_simple { self.out.len() } else { 0 };
            }
            // GNU grep skips the operator in an extended pattern, and treats it as a literal in a basic one.
            None if self.extended => {}
            None => {
                if let Some(c) = operator.chars().next() {
                    self.literal(PatternUnit::Char(c));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
