//! Parses formats as GNU stat does: `%` directives with flags, width and precision, and backslash
//! escapes for `--printf`.
//!
//! A format is parsed once and rendered for each file. A [`Values`] supplies the value of each
//! directive; this module knows only the syntax. As in GNU stat, errors in a format appear when it
//! is rendered, so that the text before them is printed.

use std::io;

use super::value::{self, Value};
use crate::commands::printf::ConversionSpec;

/// The maximum width or precision.
const MAX_WIDTH: usize = 1 << 20;

/// One piece of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FormatPiece {
    Text(Vec<u8>),
    Directive {
        spec: ConversionSpec,
        modifier: Option<u8>,
        code: u8,
    },
    /// A warning to print before the output continues.
    Warning(String),
    /// An invalid directive, at which the output ends.
    Invalid(String),
}

/// A source of values for directives.
pub trait Values {
    /// Returns whether `%H` and `%L` before `code` select the major and minor part of its value.
    fn splits(&self, code: u8) -> bool;
    /// Returns the value of `%code`, or `None` for an unknown directive, which prints as `?`.
    fn value(&mut self, modifier: Option<u8>, code: u8) -> Option<Value>;
}

/// A parsed format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedFormat {
    pieces: Vec<FormatPiece>,
    newline: bool,
}

/// An invalid directive that stopped rendering.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidDirective(pub String);

impl ParsedFormat {
    /// Parses a format for `-c`. Backslashes are literal, and output ends with a newline.
    pub fn line(text: &[u8], splits: impl Fn(u8) -> bool) -> ParsedFormat {
        ParsedFormat { pieces: DirectiveParser::new(text, false, splits).pieces(), newline: true }
    }

    /// Parses a format for `--printf`. Escapes are interpreted, and nothing is appended.
    pub fn printf(text: &[u8], splits: impl Fn(u8) -> bool) -> ParsedFormat {
        ParsedFormat { pieces: DirectiveParser::new(text, true, splits).pieces(), newline: false }
    }

    /// Writes the text of this format for one file to `out`, one directive at a time, and the
    /// warnings to `warn`.
    ///
    /// # Errors
    /// Returns a malformed directive, such as `%5%`, after writing the text before it, or the error
    /// from `out`.
    pub fn render(
        &self,
        values: &mut dyn Values,
        mut out: impl FnMut(&[u8]) -> io::Result<()>,
        mut warn: impl FnMut(&str),
    ) -> io::Result<Result<(), InvalidDirective>> {
        let mut field = Vec::new();
        for piece in &self.pieces {
            match piece {
                FormatPiece::Text(text) => out(text)?,
                FormatPiece::Directive { spec, modifier, code } => {
                    field.clear();
                    match values.value(*modifier, *code) {
                        Some(value) => value::push(&mut field, spec, &value),
                        None => field.push(b'?'),
                    }
                    out(&field)?;
                }
                FormatPiece::Warning(text) => warn(text),
                FormatPiece::Invalid(text) => return Ok(Err(InvalidDirective(text.clone()))),
            }
        }
        if self.newline {
            out(b"\n")?;
        }
        Ok(Ok(()))
    }
}

struct DirectiveParser<'a, F> {
    text: &'a [u8],
    at: usize,
    escapes: bool,
    splits: F,
    pieces: Vec<FormatPiece>,
}

impl<'a, F: Fn(u8) -> bool> DirectiveParser<'a, F> {
    fn new(text: &'a [u8], escapes: bool, splits: F) -> Self {
        DirectiveParser { text, at: 0, escapes, splits, pieces: Vec::new() }
    }

    fn pieces(mut self) -> Vec<FormatPiece> {
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            match byte {
                b'%' => self.directive(),
                b'\\' if self.escapes => self.escape(),
                _ => self.push(byte),
            }
            if matches!(self.pieces.last(), Some(FormatPiece::Invalid(_))) {
                break;
            }
        }
        self.pieces
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    fn push(&mut self, byte: u8) {
        match self.pieces.last_mut() {
            Some(FormatPiece::Text(text)) => text.push(byte),
            _ => self.pieces.push(FormatPiece::Text(vec![byte])),
        }
    }

    fn take_while(&mut self, accept: impl Fn(u8) -> bool) -> &'a [u8] {
        let start = self.at;
        while self.peek(0).is_some_and(&accept) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    /// Parses the rest of a directive, after `%`.
    fn directive(&mut self) {
        let start = self.at - 1;
        self.take_while(|byte| b"'-+ #0I".contains(&byte));
        self.take_while(|byte| byte.is_ascii_digit());
        if self.peek(0) == Some(b'.') {
            self.at += 1;
            self.take_while(|byte| byte.is_ascii_digit());
        }
        let spec = ConversionSpec::parse(&self.text[start + 1..self.at], MAX_WIDTH);
        let bare = self.at == start + 1;
        match self.peek(0) {
            None | Some(b'%') if bare => {
                self.at += 1;
                self.push(b'%');
            }
            code @ (None | Some(b'%')) => {
                let mut directive = self.text[start..self.at].to_vec();
                directive.extend(code);
                let directive = String::from_utf8_lossy(&directive).into_owned();
                self.pieces.push(FormatPiece::Invalid(format!("'{directive}': invalid directive")));
            }
            Some(first) => {
                let Some(spec) = spec else {
                    let directive = String::from_utf8_lossy(&self.text[start..self.at]).into_owned();
                    let text = format!("'{directive}': a field is at most {MAX_WIDTH} characters wide");
                    return self.pieces.push(FormatPiece::Invalid(text));
                };
                self.at += 1;
                let split =
                    (matches!(first, b'H' | b'L')).then(|| self.peek(0)).flatten().filter(|&code| (self.splits)(code));
                self.at += usize::from(split.is_some());
                let (modifier, code) = split.map_or((None, first), |code| (Some(first), code));
                self.pieces.push(FormatPiece::Directive { spec, modifier, code });
            }
        }
    }

    /// Parses the rest of an escape, after the backslash.
    fn escape(&mut self) {
        let Some(byte) = self.peek(0) else {
            self.pieces.push(FormatPiece::Warning("warning: backslash at end of format".into()));
            return self.push(b'\\');
        };
        if (b'0'..=b'7').contains(&byte) {
            return self.code(3, 8);
        }
        self.at += 1;
        let meant = match byte {
            b'x' if self.peek(0).is_some_and(|digit| digit.is_ascii_hexdigit()) => return self.code(2, 16),
            b'a' => 0x07,
            b'b' => 0x08,
            b'e' => 0x1b,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            b'"' | b'\\' => byte,
            _ => {
                let shown = char::from(byte);
                self.pieces.push(FormatPiece::Warning(format!("warning: unrecognized escape '\\{shown}'")));
                byte
            }
        };
        self.push(meant);
    }

    /// Parses a byte written as up to `longest` digits. Three octal digits can exceed a byte, in
    /// which case only the low bits are used.
    fn code(&mut self, longest: usize, radix: u32) {
        let mut value = 0u32;
        for _ in 0..longest {
            let Some(digit) = self.peek(0).and_then(|byte| char::from(byte).to_digit(radix)) else { break };
            value = value * radix + digit;
            self.at += 1;
        }
        self.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Prints each directive: `%5.2x` yields `[x]`, padded. Uppercase codes are unknown.
    struct Echo;

    impl Values for Echo {
        fn splits(&self, code: u8) -> bool {
            code == b'd'
        }

        fn value(&mut self, modifier: Option<u8>, code: u8) -> Option<Value> {
            let modifier = modifier.map(char::from).map(String::from).unwrap_or_default();
            code.is_ascii_lowercase().then(|| Value::Text(format!("[{modifier}{}]", char::from(code)).into_bytes()))
        }
    }

    fn text(format: ParsedFormat) -> (String, Vec<String>, Result<(), InvalidDirective>) {
        let mut out = Vec::new();
        let mut warnings = Vec::new();
        let take = |text: &[u8]| {
            out.extend_from_slice(text);
            Ok(())
        };
        let result =
            format.render(&mut Echo, take, |warning| warnings.push(warning.to_owned())).expect("memory takes all");
        (String::from_utf8_lossy(&out).into_owned(), warnings, result)
    }

    #[test]
    fn directives_and_text() {
        let format = ParsedFormat::line(b"a%sb%%%6s|%-6s|%.1s|%Z\\n%", |code| code == b'd');
        assert_eq!(text(format).0, "a[s]b%   [s]|[s]   |[|?\\n%\n");
    }

    #[test]
    fn modifiers_only_before_what_splits() {
        let format = ParsedFormat::printf(b"%Hd %Ld %Hx %H", |code| code == b'd');
        assert_eq!(text(format).0, "[Hd] [Ld] ?x ?");
    }

    #[test]
    fn escapes() {
        let format = ParsedFormat::printf(b"\\101\\x41\\x4a2\\n\\\\\\\"\\e\\7z\\1012", |_| false);
        assert_eq!(text(format).0, "AAJ2\n\\\"\u{1b}\u{7}zA2");
        let format = ParsedFormat::printf(b"\\q\\", |_| false);
        let (shown, warnings, _) = text(format);
        assert_eq!(shown, "q\\");
        assert_eq!(warnings, ["warning: unrecognized escape '\\q'", "warning: backslash at end of format"]);
    }

    #[test]
    fn a_percent_takes_no_width() {
        let (shown, _, result) = text(ParsedFormat::line(b"before %5% after", |_| false));
        assert_eq!(shown, "before ");
        assert_eq!(result, Err(InvalidDirective("'%5%': invalid directive".into())));
        assert_eq!(
            text(ParsedFormat::line(b"%-", |_| false)).2,
            Err(InvalidDirective("'%-': invalid directive".into()))
        );
    }

    /// Regression: a width of about 10^11 allocated that much memory.
    #[test]
    fn a_field_has_a_maximum_width() {
        for format in [&b"a%99999999999s"[..], b"a%.1048577d", b"a%18446744073709551616s", b"a%-01048577.3s"] {
            let (shown, _, result) = text(ParsedFormat::line(format, |_| false));
            assert_eq!(shown, "a");
            assert!(result.unwrap_err().0.ends_with("a field is at most 1048576 characters wide"));
        }
        assert_eq!(text(ParsedFormat::line(b"%1048576s", |_| false)).0.len(), (1 << 20) + 1);
    }
}
