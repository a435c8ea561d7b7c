//! Prints a string of any length as JSON, piece by piece. [`JsonText`](super::JsonText) needs all
//! of it at once.

use data_encoding::BASE64;

use super::append_json;

/// A string that is being printed: the value of `{"text": ...}` or `{"bytes": ...}`.
#[derive(Debug)]
pub struct JsonTextParts {
    is_text: bool,
    /// The bytes of an incomplete character, or of an incomplete group of three bytes.
    rest: Vec<u8>,
}

impl JsonTextParts {
    /// Begins a string, which is valid UTF-8 or must be printed as base64.
    pub fn begin(is_text: bool, json: &mut Vec<u8>) -> JsonTextParts {
        json.extend_from_slice(if is_text { br#"{"text":""# } else { br#"{"bytes":""# });
        JsonTextParts { is_text, rest: Vec::new() }
    }

    /// Prints the next bytes, except for those that depend on later ones.
    pub fn push(&mut self, bytes: &[u8], json: &mut Vec<u8>) {
        let joined = (!self.rest.is_empty()).then(|| [&self.rest[..], bytes].concat());
        let bytes = joined.as_deref().unwrap_or(bytes);
        let whole = match self.is_text {
            true => std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len),
            false => bytes.len() / 3 * 3,
        };
        self.print(&bytes[..whole], json);
        self.rest = bytes[whole..].to_vec();
    }

    /// Ends the text.
    pub fn end(self, json: &mut Vec<u8>) {
        self.print(&self.rest, json);
        json.extend_from_slice(b"\"}");
    }

    fn print(&self, bytes: &[u8], json: &mut Vec<u8>) {
        let start = json.len();
        if !self.is_text {
            json.resize(start + BASE64.encode_len(bytes.len()), 0);
            return BASE64.encode_mut(bytes, &mut json[start..]);
        }
        // Serialising a string cannot fail. A file that has changed may hold other bytes.
        if append_json(&String::from_utf8_lossy(bytes), json).is_ok() {
            json.pop();
            json.remove(start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{JsonText, to_json};
    use super::*;

    #[test]
    fn pieces_print_what_the_whole_text_prints() {
        let texts: [&[u8]; 5] =
            [b"", "a\"\\\n\u{9b}\u{202e}\u{20ac}\u{1f600}z".as_bytes(), b"ab\xff", b"\xff\xfe\xfd", b"\xe2\x82"];
        for text in texts {
            for size in 1..=text.len().max(1) {
                let mut json = Vec::new();
                let mut parts = JsonTextParts::begin(std::str::from_utf8(text).is_ok(), &mut json);
                text.chunks(size).for_each(|piece| parts.push(piece, &mut json));
                parts.end(&mut json);
                assert_eq!(json, to_json(&JsonText::from(text)).unwrap(), "{} by {size}", text.escape_ascii());
            }
        }
    }
}
