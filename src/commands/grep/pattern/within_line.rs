//! Perl patterns in which nothing matches a newline, so that many lines can be searched at once.

use super::super::syntax::Syntax;

/// Returns the pattern with every class that contains a newline replaced by one that does not,
/// which changes nothing within a single line. Returns `None` for a pattern that is not understood,
/// or that may still match differently in a line among others than in a line on its own.
pub fn within_line(pattern: &[u8], syntax: &Syntax) -> Option<Vec<u8>> {
    let mut rewriter = Rewriter { text: Vec::with_capacity(pattern.len()), rest: pattern };
    let (mut has_look_around, mut moves_start) = (false, false);
    while let Some((&byte, after)) = rewriter.rest.split_first() {
        match byte {
            b'\n' => return None,
            b'.' if syntax.dot_all => return None,
            b'(' if after.starts_with(b"*") => return None,
            b'(' if after.starts_with(b"?") => has_look_around |= rewriter.group()?,
            b'[' if after.starts_with(b"^") => rewriter.negated_class()?,
            b'[' => rewriter.class()?,
            b'\\' => {
                moves_start |= after.starts_with(b"K");
                rewriter.escape()?;
            }
            _ => rewriter.copy(1),
        }
    }
    // A match that begins within a look-around may end before its start.
    (!(has_look_around && moves_start)).then_some(rewriter.text)
}

/// The text so far and the rest of the pattern.
struct Rewriter<'p> {
    text: Vec<u8>,
    rest: &'p [u8],
}

impl Rewriter<'_> {
    fn copy(&mut self, bytes: usize) {
        let (copied, rest) = self.rest.split_at(bytes);
        self.text.extend_from_slice(copied);
        self.rest = rest;
    }

    fn replace(&mut self, bytes: usize, by: &[u8]) {
        self.text.extend_from_slice(by);
        self.rest = &self.rest[bytes..];
    }

    /// Copies the beginning of a special group. Returns whether it is a look-around.
    fn group(&mut self) -> Option<bool> {
        let inner = &self.rest[2..];
        let (length, has_look_around) = match inner {
            [b':' | b'>' | b'|', ..] => (1, false),
            [b'=' | b'!', ..] => (1, true),
            [b'<', b'=' | b'!', ..] => (2, true),
            [b'<', ..] | [b'P', b'<', ..] => (memchr::memchr(b'>', inner)? + 1, false),
            [b'i', b')' | b':', ..] => (2, false),
            _ => return None,
        };
        self.copy(2 + length);
        Some(has_look_around)
    }

    fn escape(&mut self) -> Option<()> {
        match &self.rest[1..] {
            [b's', ..] => self.replace(2, br"[^\S\n]"),
            [b'D', ..] => self.replace(2, br"[^\d\n]"),
            [b'W', ..] => self.replace(2, br"[^\w\n]"),
            [b'd' | b'w' | b'S' | b'h' | b'b' | b'B' | b'K' | b'E' | b't' | b'r' | b'f' | b'e' | b'a', ..] => {
                self.copy(2);
            }
            // If another digit follows, it may be the number of a character.
            [b'1'..=b'9', rest @ ..] if !rest.first().is_some_and(u8::is_ascii_digit) => self.copy(2),
            [b'x', high, low, ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() && !is_newline_digits(*high, *low) =>
            {
                self.copy(4);
            }
            [punctuation, ..] if punctuation.is_ascii_punctuation() || *punctuation == b' ' => self.copy(2),
            _ => return None,
        }
        Some(())
    }

    /// Copies a class that does not contain a newline.
    fn class(&mut self) -> Option<()> {
        self.copy(1);
        self.members(|rest| match rest {
            [b'\\', b'd' | b'w' | b'S' | b'h', ..] => Some(2),
            [b'\\', b't', b'-', next, ..] if *next != b']' => None,
            [b'\\', b't' | b'r' | b'f', ..] => Some(2),
            [b'\\', byte, ..] if byte.is_ascii_punctuation() => Some(2),
            [b'\\', ..] | [b'\n', ..] | [] | [0..b'\n', b'-', ..] => None,
            _ => Some(1),
        })?;
        self.copy(1);
        Some(())
    }

    /// Copies a negated class, and adds a newline to its members.
    fn negated_class(&mut self) -> Option<()> {
        self.copy(2);
        self.members(|rest| match rest {
            // The text that they quote may contain the bracket.
            [b'\\', b'Q' | b'E' | b'c' | b'N', ..] | [b'\\'] | [] => None,
            [b'\\', ..] => Some(2),
            _ => Some(1),
        })?;
        self.replace(1, br"\n]");
        Some(())
    }

    /// Copies the members of a class, up to its closing bracket. `length` returns the length of the
    /// first member of the rest. A closing bracket at the start is a member.
    fn members(&mut self, length: impl Fn(&[u8]) -> Option<usize>) -> Option<()> {
        let mut is_first = true;
        while !self.rest.starts_with(b"]") || is_first {
            is_first = false;
            let length = if self.rest.starts_with(b"[:") { self.posix_class() } else { length(self.rest) };
            self.copy(length?);
        }
        Some(())
    }

    /// Returns the length of a POSIX class that does not contain a newline.
    fn posix_class(&self) -> Option<usize> {
        const WITHIN_LINES: [&str; 11] =
            ["alnum", "alpha", "blank", "digit", "graph", "lower", "print", "punct", "upper", "word", "xdigit"];
        let name = &self.rest[2..];
        let name = WITHIN_LINES
            .iter()
            .find(|known| name.strip_prefix(known.as_bytes()).is_some_and(|end| end.starts_with(b":]")))?;
        Some(name.len() + 4)
    }
}

fn is_newline_digits(high: u8, low: u8) -> bool {
    high == b'0' && low.eq_ignore_ascii_case(&b'a')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_lose_their_newline() {
        let within = |pattern: &str| {
            within_line(pattern.as_bytes(), &Syntax::default()).map(|text| String::from_utf8(text).unwrap())
        };
        for unchanged in [
            r"\xff\xd8",
            r"foo\d+",
            "a.b|c*",
            "[a-f]x",
            r"(?:ab)+\Kc",
            r"(?<=a)b(?!c)",
            r"(?i)a(?<n>b)\1",
            r"[]\]\d[:alpha:]-]",
            "[\u{e9}]",
            r"(?>a+)\,",
            "^a$",
            r"(?|a|b)\E",
            "[[a]",
        ] {
            assert_eq!(within(unchanged).as_deref(), Some(unchanged));
        }
        for (pattern, text) in [
            (r"\s+\W\D", r"[^\S\n]+[^\w\n][^\d\n]"),
            ("[^a]b", r"[^a\n]b"),
            (r"[^]\]]", r"[^]\]\n]"),
            (r"[^\s[:alpha:]]", r"[^\s[:alpha:]\n]"),
            (r"(?!\s\[)", r"(?![^\S\n]\[)"),
        ] {
            assert_eq!(within(pattern).as_deref(), Some(text));
        }
        for unknown in [
            r"\x0a",
            r"a\nb",
            r"[\s]",
            "(?s).",
            r"\R",
            r"a(?!\n)",
            r"\x{a}",
            r"\Aa",
            "[\t-z]",
            r"[\t-z]",
            "[[:space:]]",
            r"\Q.\E",
            r"a\K(?=b)",
            "(?#a)",
            "(?x)a",
            "(?R)",
            "(*SKIP)a",
            "[a",
            r"[^\Q]\E]",
            r"\12",
            r"\z",
            "a\\",
            "(?(1)a)",
        ] {
            assert_eq!(within(unknown), None, "{unknown}");
        }
    }
}
