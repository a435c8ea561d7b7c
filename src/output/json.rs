//! JSON output that is safe to print to a terminal.
//!
//! JSON itself escapes control characters only below U+0020. Terminals also interpret U+0080 to
//! U+009F, and bidirectional overrides make text appear as something else. A parser reads `\u009b`
//! as the same string.

use std::borrow::Cow;
use std::io::{self, Write};

use data_encoding::BASE64;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::output::needs_escape;

/// Bytes that are usually text: `{"text": ...}`, or `{"bytes": BASE64}` if they are not UTF-8, as
/// in ripgrep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JsonText<'a> {
    /// Valid UTF-8.
    Text(Cow<'a, str>),
    /// Any other bytes, in base64 (RFC 4648, section 4).
    Bytes(String),
}

impl<'a> From<&'a [u8]> for JsonText<'a> {
    fn from(bytes: &'a [u8]) -> JsonText<'a> {
        match std::str::from_utf8(bytes) {
            Ok(text) => JsonText::Text(text.into()),
            Err(_) => JsonText::Bytes(BASE64.encode(bytes)),
        }
    }
}

impl From<Vec<u8>> for JsonText<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => JsonText::Text(text.into()),
            Err(error) => JsonText::Bytes(BASE64.encode(error.as_bytes())),
        }
    }
}

/// Serialises the value on one line, without a newline.
///
/// # Errors
/// Returns the error from the value's own `Serialize`; plain data does not fail.
pub fn to_json(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut text = Vec::new();
    append_json(value, &mut text)?;
    Ok(text)
}

/// Appends the value to `text` in the format of [`to_json`].
///
/// # Errors
/// Fails as [`to_json`] does.
pub fn append_json(value: &impl Serialize, text: &mut Vec<u8>) -> serde_json::Result<()> {
    value.serialize(&mut Serializer::with_formatter(text, TerminalSafeFormatter(CompactFormatter)))
}

/// Serialises the value over several lines, indented.
///
/// # Errors
/// Fails as [`to_json`] does.
pub fn to_json_pretty(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut text = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut text, TerminalSafeFormatter(PrettyFormatter::new())))?;
    Ok(text)
}

/// A formatter with another one's layout that escapes more characters.
struct TerminalSafeFormatter<F>(F);

/// Forwards calls to the inner formatter.
macro_rules! delegate {
    ($($name:ident($($arg:ident: $type:ty),*);)*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, writer: &mut W $(, $arg: $type)*) -> io::Result<()> {
            self.0.$name(writer $(, $arg)*)
        })*
    };
}

impl<F: Formatter> Formatter for TerminalSafeFormatter<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // Every character that is escaped begins with one of these bytes, which are rare in text.
        if memchr::memchr3(0x7f, 0xc2, 0xe2, fragment.as_bytes()).is_none() {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(needs_escape) {
            let mut chars = rest[at..].chars();
            writer.write_all(&rest.as_bytes()[..at])?;
            write!(writer, "\\u{:04x}", u32::from(chars.next().unwrap_or_default()))?;
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    delegate! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lossless() {
        let json = |bytes: &[u8]| {
            let borrowed = serde_json::to_string(&JsonText::from(bytes)).unwrap();
            assert_eq!(borrowed, serde_json::to_string(&JsonText::from(bytes.to_vec())).unwrap());
            borrowed
        };
        assert_eq!(json("gr\u{fc}n".as_bytes()), "{\"text\":\"gr\u{fc}n\"}");
        assert_eq!(json(b"a\xff"), "{\"bytes\":\"Yf8=\"}");
        assert_eq!(json(b"\xff"), "{\"bytes\":\"/w==\"}");
        assert_eq!(json(b"\xff\xfe\xfd"), "{\"bytes\":\"//79\"}");
    }

    #[test]
    fn every_character_round_trips_and_none_is_a_control() {
        let text: String = ('\0'..='\u{2fff}').collect();
        let json = String::from_utf8(to_json(&[&text]).unwrap()).unwrap();
        assert!(!json.chars().any(needs_escape));
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), [text]);
    }

    #[test]
    fn nothing_else_is_changed() {
        let value = serde_json::json!({"a": [1, null, "gr\u{fc}n \u{20ac} \"\n"], "b": {}, "c": [[], true]});
        assert_eq!(to_json(&value).unwrap(), serde_json::to_vec(&value).unwrap());
        assert_eq!(to_json_pretty(&value).unwrap(), serde_json::to_vec_pretty(&value).unwrap());
        assert_eq!(to_json(&"a\u{7f}\u{9b}7m\u{202e}").unwrap(), br#""a\u007f\u009b7m\u202e""#);
    }
}
