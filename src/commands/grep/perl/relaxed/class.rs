//! Relaxes literals and character classes of Perl patterns.
//!
//! A class with unknown members is relaxed to any character.

/// A regex that matches any one character.
pub(super) const ANY: &str = "(?s:.)";

/// The properties of a pattern that determine what its classes match.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClassDialect {
    /// Whether characters are UTF-8, not bytes.
    pub(super) unicode: bool,
    /// Whether classes such as `\w` match nothing outside ASCII.
    pub(super) ascii_classes: bool,
    pub(super) insensitive: bool,
}

/// The members of POSIX's classes and of Perl's shorthands in ASCII, in the syntax of a bracket.
const ASCII_SETS: &[(&str, &str)] = &[
    ("alpha", "A-Za-z"),
    ("digit", "0-9"),
    ("alnum", "0-9A-Za-z"),
    ("upper", "A-Z"),
    ("lower", "a-z"),
    ("space", r"\t\n\x0B\x0C\r "),
    ("blank", r"\t "),
    ("punct", r"!-/:-@\[-`\{-~"),
    ("xdigit", "0-9A-Fa-f"),
    ("word", "0-9A-Za-z_"),
];

impl ClassDialect {
    /// Returns a regex that matches a literal character.
    pub(super) fn literal(self, c: char) -> String {
        match c.is_ascii() {
            true if c.is_ascii_alphanumeric() => c.to_string(),
            true => hex(c),
            // Outside ASCII, case folding depends on the version of Unicode.
            false if self.insensitive && self.unicode => ANY.to_owned(),
            false => hex(c),
        }
    }

    /// Returns a regex for a shorthand such as `\d`.
    pub(super) fn shorthand(self, letter: char) -> String {
        let members = shorthand_members(letter);
        // If case is ignored, the complement of a set of letters may be smaller than that of `\w`.
        if !self.ascii_classes || self.insensitive && letter.is_ascii_uppercase() {
            return ANY.to_owned();
        }
        format!("[{}{members}]", if letter.is_ascii_uppercase() { "^" } else { "" })
    }

    /// Returns the character that an escape denotes. `rest` begins after the first letter of the escape.
    pub(super) fn escaped(self, letter: char, rest: &mut &str) -> Option<char> {
        Some(match letter {
            't' => '\t',
            'r' => '\r',
            'f' => '\x0C',
            'e' => '\x1B',
            'a' => '\x07',
            'x' => {
                let digits = match rest.strip_prefix('{') {
                    Some(braced) => braced.split_once('}')?.0,
                    None => rest.get(..2)?,
                };
                let is_braced = rest.starts_with('{');
                let value = u32::from_str_radix(digits, 16).ok()?;
                if digits.starts_with('+') || !self.unicode && value > 0xFF {
                    return None;
                }
                *rest = &rest[digits.len() + if is_braced { 2 } else { 0 }..];
                char::from_u32(value)?
            }
            other if other.is_ascii() && !other.is_ascii_alphanumeric() => other,
            _ => return None,
        })
    }
}

/// Returns the escape of a character, or of a byte if characters are bytes, for which the regex
/// syntax accepts only two digits.
fn hex(c: char) -> String {
    match u32::from(c) {
        byte @ ..=0xFF => format!(r"\x{byte:02X}"),
        more => format!(r"\x{{{more:X}}}"),
    }
}

fn shorthand_members(letter: char) -> &'static str {
    let name = match letter.to_ascii_lowercase() {
        'd' => "digit",
        'w' => "word",
        _ => "space",
    };
    members_of(name).unwrap_or_default()
}

fn members_of(name: &str) -> Option<&'static str> {
    ASCII_SETS.iter().find(|(known, _)| *known == name).map(|&(_, members)| members)
}

/// Relaxes a class whose opening bracket precedes `text`. Returns the relaxed class and the length
/// of the original in `text`, including the closing bracket.
pub(super) fn relaxed_class(text: &str, dialect: ClassDialect) -> Option<(String, usize)> {
    let mut rest = text;
    let is_negated = rest.starts_with('^');
    rest = rest.strip_prefix('^').unwrap_or(rest);
    let mut members = String::new();
    let mut is_understood = !(is_negated && dialect.insensitive);
    let mut is_first = true;
    loop {
        if let Some(after) = rest.strip_prefix(']')
            && !is_first
        {
            rest = after;
            break;
        }
        is_first = false;
        let named = rest.strip_prefix("[:").and_then(|after| after.split_once(":]"));
        let member = match named.filter(|(name, _)| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'^'))
        {
            Some((name, after)) => {
                rest = after;
                members_of(name).filter(|_| dialect.ascii_classes).map(str::to_owned)
            }
            // PCRE2 rejects these, or they are an extension.
            None if rest.starts_with("[.") || rest.starts_with("[=") => return None,
            None => member(&mut rest, dialect)?,
        };
        match member {
            Some(member) => members.push_str(&member),
            None => is_understood = false,
        }
    }
    let length = text.len() - rest.len();
    let class = format!("[{}{members}]", if is_negated { "^" } else { "" });
    Some((if is_understood { class } else { ANY.to_owned() }, length))
}

/// Takes a character, a range or a shorthand. The inner option is `None` for a member that is not
/// understood but whose end is known.
#[allow(clippy::option_option, reason = "the outer one says that the class has no known end")]
fn member(rest: &mut &str, dialect: ClassDialect) -> Option<Option<String>> {
    let first = match class_char(rest, dialect)? {
        ClassChar::Char(first) => first,
        ClassChar::Shorthand(letter) => {
            let is_known = dialect.ascii_classes && letter.is_ascii_lowercase();
            return Some(is_known.then(|| shorthand_members(letter).to_owned()));
        }
        ClassChar::Other => return Some(None),
    };
    let escaped = |c: char| (c.is_ascii() || !dialect.insensitive || !dialect.unicode).then(|| hex(c));
    match rest.strip_prefix('-') {
        Some(after) if !after.starts_with(']') => {
            *rest = after;
            match class_char(rest, dialect)? {
                ClassChar::Char(last) => Some(escaped(first).zip(escaped(last)).map(|(a, b)| format!("{a}-{b}"))),
                _ => Some(None),
            }
        }
        _ => Some(escaped(first)),
    }
}

enum ClassChar {
    Char(char),
    Shorthand(char),
    /// An escape for a set that is not understood.
    Other,
}

fn class_char(rest: &mut &str, dialect: ClassDialect) -> Option<ClassChar> {
    let c = rest.chars().next()?;
    *rest = &rest[c.len_utf8()..];
    if c != '\\' {
        return Some(ClassChar::Char(c));
    }
    let escaped = rest.chars().next()?;
    *rest = &rest[escaped.len_utf8()..];
    match escaped {
        'd' | 'w' | 's' | 'D' | 'W' | 'S' => Some(ClassChar::Shorthand(escaped)),
        'h' | 'H' | 'v' | 'V' => Some(ClassChar::Other),
        'b' => Some(ClassChar::Char('\x08')),
        'n' => Some(ClassChar::Char('\n')),
        other => dialect.escaped(other, rest).map(ClassChar::Char),
    }
}
