//! Translates the bracket expressions of POSIX patterns: members, ranges, classes and collating
//! elements.

use std::fmt::Write;

use super::{Error, PatternUnit, Target, Translation};

/// Returns whether these members of a bracket expression look like a class without its own brackets.
pub(super) fn looks_like_class(members: &[u8]) -> bool {
    let members = members.strip_prefix(b"^").unwrap_or(members);
    members.starts_with(b":") && members.ends_with(b":") && members.iter().any(|&byte| byte != b':')
}

impl<'p> Translation<'p> {
    /// Translates a bracket expression, after its `[`. Returns whether all its members are single
    /// characters.
    pub(super) fn bracket(&mut self) -> Result<bool, Error> {
        let mut class = String::from("[");
        if self.eat("^") {
            class.push('^');
        }
        let (mut first, mut all_single) = (true, true);
        loop {
            if !first && self.eat("]") {
                break;
            }
            // As in GNU grep, a hyphen is a member only at either end of the expression.
            if !first && matches!(self.rest(), [b'-', next, ..] if *next != b']') {
                return Err(Error::InvalidRange);
            }
            first = false;
            if self.eat("[:") {
                let name = self.named(":]")?;
                class.push_str(self.class(name)?);
                all_single = false;
                continue;
            }
            let is_equivalence = self.rest().starts_with(b"[=");
            all_single &= !is_equivalence && !self.rest().starts_with(b"[.");
            let low = self.element()?;
            let rest = self.rest();
            let is_range = rest.len() > 1 && rest[0] == b'-' && rest[1] != b']';
            if is_range {
                self.at += 1;
                all_single = false;
                // An equivalence class cannot start or end a range either.
                if is_equivalence || self.rest().starts_with(b"[=") {
                    return Err(Error::InvalidRange);
                }
                let high = self.element()?;
                if low > high {
                    return Err(Error::InvalidRange);
                }
                // A range with an end that is not a character contains none.
                let low = if self.unicode && matches!(high, PatternUnit::Byte(_)) { high } else { low };
                self.push_class_unit(&mut class, low);
                class.push('-');
                self.push_class_unit(&mut class, high);
            } else {
                self.push_class_unit(&mut class, low);
            }
        }
        class.push(']');
        self.atom(&class);
        Ok(all_single)
    }

    /// Returns an end of a range, or a single member.
    fn element(&mut self) -> Result<PatternUnit, Error> {
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

    fn push_class_unit(&self, class: &mut String, unit: PatternUnit) {
        _ = match unit {
            PatternUnit::Char(c) => write!(class, "\\x{{{:X}}}", u32::from(c)),
            // A class cannot contain a byte that is not part of a character. This character is
            // never assigned.
            PatternUnit::Byte(_) if self.unicode => write!(class, "\\x{{10FFFF}}"),
            PatternUnit::Byte(byte) => write!(class, "\\x{byte:02X}"),
        };
    }
}
