//! POSIX patterns (`-E`, `-G`), with GNU grep's additions, rewritten in the syntax of another engine.
//!
//! What differs is small and everywhere: brackets in which a backslash is only a backslash, `{` that
//! is literal when it begins no interval, `a+?` that is two operators and not a lazy one, `*` that is
//! literal where nothing precedes it, `\<` and `\>`. Back-references can be written for PCRE2 only.

use std::fmt::Write;

/// Why a POSIX pattern is refused, in GNU grep's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// `a\`
    #[error("Trailing backslash")]
    TrailingBackslash,
    /// `[a`
    #[error("Unmatched [, [^, [:, [., or [=")]
    UnmatchedBracket,
    /// `(a`
    #[error("Unmatched ( or \\(")]
    UnmatchedOpen,
    /// `a\)`
    #[error("Unmatched ) or \\)")]
    UnmatchedClose,
    /// `a\{1`
    #[error("Unmatched \\{{")]
    UnmatchedBrace,
    /// `a{2,1}`
    #[error("Invalid content of \\{{\\}}")]
    InvalidInterval,
    /// `a{99999}`
    #[error("Regular expression too big")]
    IntervalTooBig,
    /// `[z-a]`
    #[error("Invalid range end")]
    InvalidRange,
    /// `[[:letter:]]`
    #[error("Invalid character class name")]
    InvalidClass,
    /// `[[.space.]]`
    #[error("Invalid collation character")]
    InvalidCollation,
    /// `[:space:]`
    #[error("character class syntax is [[:space:]], not [:space:]")]
    ClassOutsideBracket,
    /// `\1` without a group before it
    #[error("Invalid back reference")]
    InvalidBackReference,
    /// `\(a\)\1`, which automata cannot search for.
    #[error("back-references need PCRE2, which this build of mapped lacks")]
    BackReference,
}

/// The engine that a pattern is rewritten for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The `regex` crate.
    Rust,
    /// PCRE2, in the mode that takes word characters and classes from Unicode.
    Perl,
}

/// POSIX's largest repeat count.
const REPEAT_MAX: u32 = 32_767;

/// Returns a literal as a regex that matches exactly its bytes.
pub fn escape(literal: &[u8], unicode: bool) -> String {
    let mut translation = Translation::new(literal, false, unicode, Target::Rust);
    while let Some(unit) = translation.next_unit() {
        translation.push_unit(unit);
    }
    translation.out
}

/// Rewrites one POSIX pattern, extended or basic.
///
/// # Errors
/// When GNU grep would refuse it, or when it holds a back-reference that `target` cannot express.
pub fn translate(pattern: &[u8], extended: bool, unicode: bool, target: Target) -> Result<String, Error> {
    Translation::new(pattern, extended, unicode, target).run()
}

/// One element of a pattern: a character, or a byte that belongs to none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Char(char),
    Byte(u8),
}

impl Unit {
    fn is(self, c: char) -> bool {
        self == Unit::Char(c)
    }
}

struct Translation<'p> {
    pattern: &'p [u8],
    at: usize,
    extended: bool,
    unicode: bool,
    target: Target,
    out: String,
    /// Where in `out` the last atom begins; `None` where an operator has nothing to apply to: at the
    /// beginning of an expression, and after an assertion.
    atom: Option<usize>,
    /// The open groups: where each begins in `out`, and its number.
    open: Vec<(usize, usize)>,
    /// For each group, whether it is closed.
    closed: Vec<bool>,
    /// Whether an operator was skipped just before.
    skipped: bool,
}

impl<'p> Translation<'p> {
    fn new(pattern: &'p [u8], extended: bool, unicode: bool, target: Target) -> Translation<'p> {
        let (open, closed) = (Vec::new(), Vec::new());
        let out = String::new();
        Translation { pattern, at: 0, extended, unicode, target, out, atom: None, open, closed, skipped: false }
    }

    fn rest(&self) -> &'p [u8] {
        &self.pattern[self.at..]
    }

    fn next_unit(&mut self) -> Option<Unit> {
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
                return Some(Unit::Char(c));
            }
        }
        self.at += 1;
        Some(if first.is_ascii() { Unit::Char(char::from(first)) } else { Unit::Byte(first) })
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text.as_bytes());
        if found {
            self.at += text.len();
        }
        found
    }

    fn push_unit(&mut self, unit: Unit) {
        match (unit, self.target) {
            (Unit::Byte(byte), Target::Rust) => _ = write!(self.out, "(?-u:\\x{byte:02X})"),
            // No byte outside a character matches in PCRE2's UTF mode.
            (Unit::Byte(_), Target::Perl) if self.unicode => self.out.push_str("(?!)"),
            (Unit::Byte(byte), Target::Perl) => _ = write!(self.out, "\\x{byte:02X}"),
            (Unit::Char(c), _) => {
                if regex_syntax::is_meta_character(c) {
                    self.out.push('\\');
                }
                self.out.push(c);
            }
        }
    }

    /// Adds something an operator may follow.
    fn atom(&mut self, text: &str) {
        self.atom = Some(self.out.len());
        self.out.push_str(text);
    }

    /// Adds what matches no character, and which operators after it do not repeat.
    fn assertion(&mut self, text: &str) {
        self.atom = None;
        self.out.push_str(text);
    }

    fn literal(&mut self, unit: Unit) {
        self.atom = Some(self.out.len());
        self.push_unit(unit);
    }

    fn run(mut self) -> Result<String, Error> {
        let looks_like_class = |p: &[u8]| p.len() > 4 && p.starts_with(b"[:") && p.ends_with(b":]");
        while let Some(unit) = self.next_unit() {
            let was_skipped = std::mem::take(&mut self.skipped);
            let Unit::Char(c) = unit else {
                self.literal(unit);
                continue;
            };
            match c {
                '\\' => self.escaped()?,
                '[' => {
                    let start = self.at - 1;
                    self.bracket()?;
                    if looks_like_class(&self.pattern[start..self.at]) {
                        return Err(Error::ClassOutsideBracket);
                    }
                }
                '.' => self.atom("."),
                '^' if self.extended || self.at_start() => {
                    let applies = self.extended;
                    self.atom("^");
                    if !applies {
                        self.atom = None;
                    }
                }
                '$' if self.extended || self.at_end() => self.atom("$"),
                '*' => self.repeat("*"),
                '+' | '?' if self.extended => self.repeat(c.encode_utf8(&mut [0; 4])),
                '{' if self.extended => self.interval()?,
                '(' if self.extended => self.open(),
                // GNU's parser takes what follows a skipped operator for the start of an expression.
                ')' if self.extended && !self.open.is_empty() && !was_skipped => self.close()?,
                '|' if self.extended => self.alternate(),
                _ => self.literal(unit),
            }
        }
        if self.open.is_empty() { Ok(self.out) } else { Err(Error::UnmatchedOpen) }
    }

    /// Whether a basic pattern's `^` is an anchor here.
    fn at_start(&self) -> bool {
        let before = &self.pattern[..self.at - 1];
        before.is_empty() || before.ends_with(b"\\(") || before.ends_with(b"\\|")
    }

    /// Whether a basic pattern's `$` is an anchor here.
    fn at_end(&self) -> bool {
        let rest = self.rest();
        rest.is_empty() || rest.starts_with(b"\\)") || rest.starts_with(b"\\|")
    }

    fn escaped(&mut self) -> Result<(), Error> {
        let Some(unit) = self.next_unit() else { return Err(Error::TrailingBackslash) };
        let Unit::Char(c) = unit else {
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
        if self.closed.get(number - 1) != Some(&true) {
            return Err(Error::InvalidBackReference);
        }
        if self.target == Target::Rust {
            return Err(Error::BackReference);
        }
        self.atom(&format!("\\g{{{number}}}"));
        Ok(())
    }

    fn open(&mut self) {
        self.open.push((self.out.len(), self.closed.len()));
        self.closed.push(false);
        self.out.push('(');
        self.atom = None;
    }

    fn close(&mut self) -> Result<(), Error> {
        let (start, number) = self.open.pop().ok_or(Error::UnmatchedClose)?;
        self.closed[number] = true;
        self.out.push(')');
        self.atom = Some(start);
        Ok(())
    }

    fn alternate(&mut self) {
        self.out.push('|');
        self.atom = None;
    }

    /// Applies an operator to the last atom, wrapped so that a second operator is never read as part of the first.
    fn repeat(&mut self, operator: &str) {
        match self.atom {
            Some(start) => {
                self.out.insert_str(start, "(?:");
                self.out.push(')');
                self.out.push_str(operator);
            }
            // GNU grep skips it in an extended pattern, and takes it literally in a basic one.
            None if self.extended => self.skipped = true,
            None => {
                if let Some(c) = operator.chars().next() {
                    self.literal(Unit::Char(c));
                }
            }
        }
    }

    fn number(&mut self) -> Result<Option<u32>, Error> {
        let digits = self.rest().iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return Ok(None);
        }
        let text = &self.rest()[..digits];
        self.at += digits;
        let value = text.iter().fold(0u32, |n, &d| n.saturating_mul(10).saturating_add(u32::from(d - b'0')));
        if value > REPEAT_MAX { Err(Error::IntervalTooBig) } else { Ok(Some(value)) }
    }

    /// What follows an opening brace: an interval, or in an extended pattern perhaps only a brace.
    fn interval(&mut self) -> Result<(), Error> {
        let start = self.at;
        let close = if self.extended { "}" } else { "\\}" };
        let least = self.number()?;
        let comma = self.eat(",");
        let most = if comma { self.number()? } else { least };
        if !self.eat(close) || (least.is_none() && !comma) {
            if self.extended {
                self.at = start;
                self.literal(Unit::Char('{'));
                return Ok(());
            }
            return Err(if self.at == self.pattern.len() { Error::UnmatchedBrace } else { Error::InvalidInterval });
        }
        let least = least.unwrap_or(0);
        if most.is_some_and(|most| most < least) {
            return Err(Error::InvalidInterval);
        }
        if self.atom.is_none() && !self.extended {
            self.at = start;
            self.literal(Unit::Char('{'));
            return Ok(());
        }
        match most {
            Some(most) => self.repeat(&format!("{{{least},{most}}}")),
            None => self.repeat(&format!("{{{least},}}")),
        }
        Ok(())
    }

    /// A bracket expression, after its `[`.
    fn bracket(&mut self) -> Result<(), Error> {
        let mut class = String::from("[");
        if self.eat("^") {
            class.push('^');
        }
        let mut first = true;
        loop {
            if !first && self.eat("]") {
                break;
            }
            first = false;
            if self.eat("[:") {
                let name = self.named(":]")?;
                class.push_str(self.class(name)?);
                // A class is no end of a range.
                if matches!(self.rest(), [b'-', next, ..] if *next != b']') {
                    return Err(Error::InvalidRange);
                }
                continue;
            }
            let low = self.element()?;
            let rest = self.rest();
            let is_range = rest.len() > 1 && rest[0] == b'-' && rest[1] != b']';
            if is_range {
                self.at += 1;
                let high = self.element()?;
                if low > high {
                    return Err(Error::InvalidRange);
                }
                self.push_class_unit(&mut class, low);
                class.push('-');
                self.push_class_unit(&mut class, high);
            } else {
                self.push_class_unit(&mut class, low);
            }
        }
        class.push(']');
        self.atom(&class);
        Ok(())
    }

    /// One end of a range, or a member on its own.
    fn element(&mut self) -> Result<Unit, Error> {
        let close = if self.eat("[.") {
            ".]"
        } else if self.eat("[=") {
            "=]"
        } else {
            let unit = self.next_unit().ok_or(Error::UnmatchedBracket)?;
            return if unit.is('[') && self.rest().starts_with(b":") { Err(Error::InvalidRange) } else { Ok(unit) };
        };
        let name = self.named(close)?;
        let mut inner = Translation::new(name, true, self.unicode, self.target);
        match (inner.next_unit(), inner.rest().is_empty()) {
            (Some(unit), true) => Ok(unit),
            _ => Err(Error::InvalidCollation),
        }
    }

    fn named(&mut self, close: &str) -> Result<&'p [u8], Error> {
        let rest = self.rest();
        let length = memchr::memmem::find(rest, close.as_bytes()).ok_or(Error::UnmatchedBracket)?;
        self.at += length + close.len();
        Ok(&rest[..length])
    }

    fn class(&self, name: &[u8]) -> Result<&'static str, Error> {
        let (unicode, ascii) = match name {
            b"alpha" => (r"\p{Alphabetic}", "[:alpha:]"),
            b"alnum" => (r"\p{Alphabetic}\p{Nd}", "[:alnum:]"),
            b"digit" => ("0-9", "0-9"),
            b"upper" => (r"\p{Uppercase}", "[:upper:]"),
            b"lower" => (r"\p{Lowercase}", "[:lower:]"),
            b"space" => (r"\s", "[:space:]"),
            b"blank" => (r"\t\p{Zs}", "[:blank:]"),
            b"punct" => (r"\p{P}\p{S}", "[:punct:]"),
            b"print" => (r"\P{C}", "[:print:]"),
            b"graph" => (r"[\P{C}--\s]", "[:graph:]"),
            b"cntrl" => (r"\p{Cc}", "[:cntrl:]"),
            b"xdigit" => ("0-9A-Fa-f", "0-9A-Fa-f"),
            _ => return Err(Error::InvalidClass),
        };
        Ok(if self.unicode && self.target == Target::Rust { unicode } else { ascii })
    }

    fn push_class_unit(&self, class: &mut String, unit: Unit) {
        _ = match unit {
            Unit::Char(c) => write!(class, "\\x{{{:X}}}", u32::from(c)),
            // A byte outside a character is in no class of characters; this one is never assigned.
            Unit::Byte(_) if self.unicode => write!(class, "\\x{{10FFFF}}"),
            Unit::Byte(byte) => write!(class, "\\x{byte:02X}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn extended(pattern: &str, expected: &str) {
        assert_eq!(translate(pattern.as_bytes(), true, true, Target::Rust).as_deref(), Ok(expected));
    }

    #[track_caller]
    fn basic(pattern: &str, expected: &str) {
        assert_eq!(translate(pattern.as_bytes(), false, true, Target::Rust).as_deref(), Ok(expected));
    }

    #[test]
    fn operators_of_extended_patterns() {
        extended("a|b", "a|b");
        extended("(ab)+?", "(?:(?:(ab))+)?");
        extended("a{2}{3,}", "(?:(?:a){2,2}){3,}");
        extended("a{,2}", "(?:a){0,2}");
        extended("a{x", r"a\{x");
        extended("a)", r"a\)");
        extended("*a", "a");
        extended(r"\b*a", r"\ba");
        // An operator after a group repeats it, whatever the group ends with.
        extended(r"(\>)*a", r"(?:(\b{end}))*a");
        extended(r"\<a\>", r"\b{start}a\b{end}");
    }

    #[test]
    fn operators_of_basic_patterns() {
        basic("a|b", r"a\|b");
        basic(r"a\|b", "a|b");
        basic(r"\(a\)*", "(?:(a))*");
        basic(r"\<*\>\{1\}", r"\b{start}\*\b{end}\{1\}");
        basic("*a", r"\*a");
        basic("^*a", r"^\*a");
        basic("a^b$c", r"a\^b\$c");
        basic(r"a\{1,2\}", "(?:a){1,2}");
        basic("a+", r"a\+");
    }

    #[test]
    fn brackets_hold_backslashes_and_leading_brackets() {
        extended(r"[\]", r"[\x{5C}]");
        extended("[]a]", r"[\x{5D}\x{61}]");
        extended("[^]-a]", r"[^\x{5D}-\x{61}]");
        extended("[[:digit:]x-]", r"[0-9\x{78}\x{2D}]");
        extended("[[.-.]a]", r"[\x{2D}\x{61}]");
    }

    #[test]
    fn bad_patterns_are_refused_in_the_known_words() {
        let error = |pattern: &str, extended| translate(pattern.as_bytes(), extended, true, Target::Rust).unwrap_err();
        assert_eq!(error("a\\", true), Error::TrailingBackslash);
        assert_eq!(error("[a", true), Error::UnmatchedBracket);
        assert_eq!(error("(a", true), Error::UnmatchedOpen);
        assert_eq!(error("(+)", true), Error::UnmatchedOpen);
        assert_eq!(error(r"(\<?)", true), Error::UnmatchedOpen);
        assert_eq!(error("a\\)", false), Error::UnmatchedClose);
        assert_eq!(error("a{2,1}", true), Error::InvalidInterval);
        assert_eq!(error("[z-a]", true), Error::InvalidRange);
        assert_eq!(error("[[:nope:]]", true), Error::InvalidClass);
        assert_eq!(error("[:space:]", true), Error::ClassOutsideBracket);
        assert_eq!(error("[[:alpha:]-z]", true), Error::InvalidRange);
        assert_eq!(error(r"(a)\1", true), Error::BackReference);
        assert_eq!(error(r"(a)\2", true), Error::InvalidBackReference);
        assert_eq!(error(r"(a\1)", true), Error::InvalidBackReference);
    }

    #[test]
    fn bytes_that_are_no_characters_match_themselves() {
        assert_eq!(translate(b"a\xFF", true, true, Target::Rust).as_deref(), Ok(r"a(?-u:\xFF)"));
        assert_eq!(translate("é".as_bytes(), true, false, Target::Rust).as_deref(), Ok(r"(?-u:\xC3)(?-u:\xA9)"));
        assert_eq!(escape(b"a.\xFF", true), r"a\.(?-u:\xFF)");
    }

    #[test]
    fn bytes_in_brackets_are_bytes_in_the_c_locale() {
        let bytes = |target| translate(b"[\xE8-\xEA]", true, false, target);
        assert_eq!(bytes(Target::Rust).as_deref(), Ok(r"[\xE8-\xEA]"));
        assert_eq!(bytes(Target::Perl).as_deref(), Ok(r"[\xE8-\xEA]"));
    }

    #[test]
    fn back_references_are_written_for_pcre2() {
        let perl = |pattern: &str, extended| translate(pattern.as_bytes(), extended, true, Target::Perl);
        assert_eq!(perl(r"\(a*\)b\1", false).as_deref(), Ok(r"((?:a)*)b\g{1}"));
        assert_eq!(perl(r"(a)(b\1)+\<", true).as_deref(), Ok(r"(a)(?:(b\g{1}))+\b(?=\w)"));
        assert_eq!(perl("([[:alpha:]])\\1", true).as_deref(), Ok(r"([[:alpha:]])\g{1}"));
    }
}
