//! What decides how a pattern is read, apart from the pattern itself.

/// The language a pattern is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// The `regex` crate's, as in ripgrep: Unicode whatever the locale, the first alternative wins.
    #[default]
    Rust,
    /// POSIX extended (`-E`), with GNU's additions: the locale decides about Unicode, the longest
    /// match wins.
    Extended,
    /// POSIX basic (`-G`), by the same rules as [`Dialect::Extended`].
    Basic,
    /// Fixed strings (`-F`), by the same rules as [`Dialect::Extended`].
    Fixed,
    /// Perl's (`-P`): the locale decides about Unicode, the first alternative wins.
    Perl,
}

impl Dialect {
    /// Returns whether this is one of POSIX's dialects, which prefer the longest match.
    pub fn is_posix(self) -> bool {
        matches!(self, Dialect::Extended | Dialect::Basic | Dialect::Fixed)
    }

    /// Returns whether this is one of GNU grep's dialects, which read the locale.
    pub fn is_gnu(self) -> bool {
        self != Dialect::Rust
    }
}

/// How letters compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Case {
    /// Case matters.
    #[default]
    Sensitive,
    /// Case is ignored (`-i`).
    Insensitive,
    /// Case is ignored unless the pattern holds an upper-case letter (`-S`).
    Smart,
}

/// What must stand around a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Boundary {
    /// Anything.
    #[default]
    Any,
    /// No word character on either side (`-w`).
    Word,
    /// The ends of the line (`-x`).
    Line,
}

/// Everything but the patterns themselves that decides what a pattern matches.
#[derive(Clone, Debug)]
pub struct Syntax {
    /// The language patterns are written in.
    pub dialect: Dialect,
    /// How letters compare.
    pub case: Case,
    /// What must stand around a match.
    pub boundary: Boundary,
    /// The byte that ends a line: a newline, or NUL with `-z`.
    pub terminator: u8,
    /// `$` also matches before `\r\n`.
    pub crlf: bool,
    /// Characters are Unicode scalars in UTF-8, not bytes.
    pub unicode: bool,
    /// Matches may span lines (`-U`).
    pub multiline: bool,
    /// `.` matches a newline too.
    pub dot_all: bool,
    /// Whether PCRE2 runs what the Rust engine refuses (`--engine auto`).
    pub falls_back: bool,
    /// The largest compiled regex in bytes, if not the engine's default.
    pub size_limit: Option<usize>,
    /// The largest cache of an automaton in bytes, if not the engine's default.
    pub dfa_size_limit: Option<usize>,
}

impl Syntax {
    /// Returns whether `$` matches only at the very end of a record, which may hold newlines.
    pub fn ends_at_record(&self) -> bool {
        self.terminator != b'\n' && !self.multiline
    }

    /// Settles smart case for all dialects but Rust's, for which `grep-regex` does it.
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
