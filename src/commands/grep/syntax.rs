//! The settings that, besides the pattern itself, determine what a pattern matches.

/// The language in which a pattern is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// The syntax of the `regex` crate, as in ripgrep: Unicode regardless of the locale, and the
    /// first alternative wins.
    #[default]
    Rust,
    /// POSIX extended syntax (`-E`), with GNU's additions: Unicode depends on the locale, and the
    /// longest match wins.
    Extended,
    /// POSIX basic syntax (`-G`), with the rules of [`Dialect::Extended`].
    Basic,
    /// Fixed strings (`-F`), with the rules of [`Dialect::Extended`].
    Fixed,
    /// Perl's syntax (`-P`): Unicode depends on the locale, and the first alternative wins.
    Perl,
}

impl Dialect {
    /// Returns whether this is one of POSIX's dialects, which prefer the longest match.
    pub fn is_posix(self) -> bool {
        matches!(self, Dialect::Extended | Dialect::Basic | Dialect::Fixed)
    }

    /// Returns whether this is one of GNU grep's dialects, which depend on the locale.
    pub fn is_gnu(self) -> bool {
        self != Dialect::Rust
    }
}

/// The treatment of upper and lower case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Case {
    /// Case matters.
    #[default]
    Sensitive,
    /// Case is ignored (`-i`).
    Insensitive,
    /// Case is ignored unless the pattern contains an upper-case letter (`-S`).
    Smart,
}

/// The condition on the text around a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Boundary {
    /// No condition.
    #[default]
    Any,
    /// No word character on either side (`-w`).
    Word,
    /// The ends of the line (`-x`).
    Line,
}

/// All settings, besides the pattern itself, that determine what a pattern matches.
#[derive(Clone, Debug)]
pub struct Syntax {
    /// The language in which patterns are written.
    pub dialect: Dialect,
    /// The treatment of upper and lower case.
    pub case: Case,
    /// The condition on the text around a match.
    pub boundary: Boundary,
    /// The byte that ends a line: a newline, or NUL with `-z`.
    pub terminator: u8,
    /// Whether `$` also matches before `\r\n`.
    pub crlf: bool,
    /// Whether characters are Unicode scalars in UTF-8, not bytes.
    pub unicode: bool,
    /// Whether matches may span lines (`-U`).
    pub multiline: bool,
    /// Whether `.` also matches a newline.
    pub dot_all: bool,
    /// Whether PCRE2 runs the patterns that the Rust engine rejects (`--engine auto`).
    pub falls_back: bool,
    /// The maximum size in bytes of a compiled regex, if not the engine's default.
    pub size_limit: Option<usize>,
    /// The maximum size in bytes of an automaton's cache, if not the engine's default.
    pub dfa_size_limit: Option<usize>,
}

impl Syntax {
    /// Returns whether `$` matches only at the very end of a record, which may contain newlines.
    pub fn ends_at_record(&self) -> bool {
        self.terminator != b'\n' && !self.multiline
    }

    /// Resolves smart case for all dialects except Rust's, for which `grep-regex` resolves it.
    pub fn with_case_for(&self, alternatives: &[Vec<u8>]) -> Syntax {
        let mut settled = self.clone();
        if self.case == Case::Smart && self.dialect.is_gnu() {
            let texts: Vec<_> = alternatives.iter().map(|bytes| self.letters(bytes)).collect();
            let any = |is: fn(char) -> bool| texts.iter().any(|text| text.chars().any(is));
            let ignored = any(char::is_alphabetic) && !any(char::is_uppercase);
            settled.case = if ignored { Case::Insensitive } else { Case::Sensitive };
        }
        settled
    }

    /// Returns a pattern without the letters of its escapes: the `W` of `\W` is not a capital.
    fn letters(&self, pattern: &[u8]) -> String {
        let text = String::from_utf8_lossy(pattern);
        if self.dialect == Dialect::Fixed {
            return text.into_owned();
        }
        let mut chars = text.chars();
        let mut letters = String::new();
        while let Some(c) = chars.next() {
            match c {
                '\\' => _ = chars.next(),
                _ => letters.push(c),
            }
        }
        letters
    }
}

impl Default for Syntax {
    fn default() -> Syntax {
        Syntax {
            dialect: Dialect::Rust,
            case: Case::Sensitive,
            boundary: Boundary::Any,
            terminator: b'\n',
            crlf: false,
            unicode: true,
            multiline: false,
            dot_all: false,
            falls_back: false,
            size_limit: None,
            dfa_size_limit: None,
        }
    }
}
