//! The JSON message of a line that is too long to be held. Its size is computed when the line is
//! searched, because the totals include it. Its text is written from the file.

use std::io;
use std::ops::Range;

use super::super::line_segments::{LineSegment, LineSegments};
use super::super::pattern::Pattern;
use super::json::MessagePosition;
use crate::engine::{Block, Sink};
use crate::output::{JsonText, JsonTextParts, append_json};

/// The maximum number of bytes of JSON to buffer before they are written.
const MAX_BUFFERED_BYTES: usize = 64 << 10;

/// The sizes of a message's parts.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonSize {
    /// Whether the line is valid UTF-8.
    is_text: bool,
    /// The length of the line, and of the matches, as JSON.
    printed: u64,
    /// The number of matches.
    pub matches: u64,
}

/// A message that is being printed.
struct MatchList {
    json: Vec<u8>,
    matches: u64,
    position: usize,
}

impl MatchList {
    fn push(&mut self, text: &[u8], is_match: bool) {
        if is_match {
            self.json.extend_from_slice(if self.matches == 0 { br#"{"match":"# } else { br#",{"match":"# });
            // Serialising text cannot fail.
            _ = append_json(&JsonText::from(text), &mut self.json);
            let (start, end) = (self.position, self.position + text.len());
            self.json.extend_from_slice(format!(r#","start":{start},"end":{end}}}"#).as_bytes());
            self.matches += 1;
        }
        self.position += text.len();
    }
}

impl JsonSize {
    /// Measures the line in `range`. `pattern` is the pattern that finds its matches, if they are
    /// reported.
    pub fn of(block: &Block, range: Range<usize>, is_text: bool, pattern: Option<&Pattern>) -> JsonSize {
        let mut json = Vec::new();
        let mut text = JsonTextParts::begin(is_text, &mut json);
        let mut printed = 0;
        let mut list = MatchList { json: Vec::new(), matches: 0, position: 0 };
        let mut segments = LineSegments::new(pattern, None);
        let terminator = range.end..block.bytes().len();
        let mut in_matches = 0;
        let mut take = |segment: LineSegment<'_>| {
            list.push(segment.text, segment.is_match);
            in_matches += std::mem::take(&mut list.json).len() as u64;
            true
        };
        block.in_parts(range, 0, |part, _| {
            text.push(part, &mut json);
            printed += std::mem::take(&mut json).len() as u64;
            segments.part(part, &mut take)
        });
        segments.end(&mut take);
        text.push(&block.bytes()[terminator], &mut json);
        text.end(&mut json);
        JsonSize { is_text, printed: printed + in_matches + json.len() as u64, matches: list.matches }
    }
}

/// A message, except for its text and its matches.
#[derive(Clone, Copy, Debug)]
pub struct JsonLine<'a> {
    /// The position of the line.
    pub position: MessagePosition<'a>,
    /// The sizes of the line and of its message.
    pub size: JsonSize,
}

impl JsonLine<'_> {
    /// Returns the length of the message.
    pub fn len(&self) -> u64 {
        (self.before_text().len() + self.before_matches().len() + AFTER_MATCHES.len()) as u64 + self.size.printed
    }

    fn before_text(&self) -> Vec<u8> {
        let kind = if self.position.selected { "match" } else { "context" };
        let mut json = format!(r#"{{"type":"{kind}","data":{{"path":"#).into_bytes();
        // Serialising a name cannot fail.
        _ = append_json(&JsonText::from(self.position.name), &mut json);
        json.extend_from_slice(br#","lines":"#);
        json
    }

    fn before_matches(&self) -> Vec<u8> {
        let MessagePosition { number, offset, .. } = self.position;
        let number = number.map_or("null".into(), |number| number.to_string());
        format!(r#","line_number":{number},"absolute_offset":{offset},"submatches":["#).into_bytes()
    }

    /// Writes the message of the line whose content, without its terminator, is `length` bytes
    /// long. Returns the reason if the file no longer contains the line.
    ///
    /// # Errors
    /// Fails as [`Sink::write`] does.
    pub fn write(
        &self,
        (block, length): (&Block, u64),
        pattern: Option<&Pattern>,
        sink: &mut dyn Sink,
    ) -> io::Result<Option<io::Error>> {
        let begin = self.position.offset;
        let line = begin..begin + length;
        let mut json = self.before_text();
        let mut text = JsonTextParts::begin(self.size.is_text, &mut json);
        let damage = block.read_parts(begin..block.offset() + block.len(), 0, |bytes, _| {
            text.push(bytes, &mut json);
            flush_over(MAX_BUFFERED_BYTES, &mut json, sink)?;
            Ok(true)
        })?;
        if damage.is_some() {
            return Ok(damage);
        }
        text.end(&mut json);
        json.append(&mut self.before_matches());
        let mut list = MatchList { json, matches: 0, position: 0 };
        let segments = LineSegments::new(pattern, None);
        let damage = segments.read(block, line, &mut |segment| {
            list.push(segment.text, segment.is_match);
            flush_over(MAX_BUFFERED_BYTES, &mut list.json, sink).map(|()| true)
        })?;
        list.json.extend_from_slice(AFTER_MATCHES);
        flush_over(0, &mut list.json, sink)?;
        Ok(damage)
    }
}

/// The end of a message.
const AFTER_MATCHES: &[u8] = b"]}}\n";

/// Writes `text` and empties it, if it is longer than `max`.
///
/// # Errors
/// Fails as [`Sink::write`] does.
pub fn flush_over(max: usize, text: &mut Vec<u8>, sink: &mut dyn Sink) -> io::Result<()> {
    if text.len() > max {
        sink.write(text)?;
        text.clear();
    }
    Ok(())
}
