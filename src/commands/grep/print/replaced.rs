//! Prints lines with their matches replaced (`--replace`).

use super::super::lines::lines_of;
use super::Printer;
use super::style::{LinePosition, Spans};

impl Printer<'_> {
    /// Prints lines with their matches replaced.
    ///
    /// A line stays one line, even if its replacements contain newlines. If matches may span lines
    /// (`known`), all lines are replaced together and then split again.
    pub(super) fn replaced(
        &self,
        lines: &[u8],
        known: Option<Spans<'_>>,
        with: &[u8],
        at: LinePosition<'_>,
        text: &mut Vec<u8>,
    ) {
        let (mut at, together) = (at, known.is_some());
        let whole = together.then_some(lines).into_iter();
        for bytes in whole.chain(lines_of(if together { &[] } else { lines }, self.style.terminator)) {
            let content = if together { bytes } else { self.pattern.content(bytes) };
            // A failure here also occurred, and was reported, when the line was selected.
            if let Ok(mut replaced) = self.pattern.replace(content, known, with) {
                replaced.text.extend_from_slice(&bytes[content.len()..]);
                if replaced.text.is_empty() && !together {
                    // The replacement of an unterminated last line is a line, even if it is empty.
                    self.end_line(&mut replaced.text);
                }
                let spans = Spans { hay: &replaced.text, all: &replaced.spans, base: 0 };
                match together {
                    true => self.each_line(&replaced.text, Some(spans), at, text),
                    false => self.one_line(&replaced.text, Some(spans), at, text),
                }
            }
            at.number += 1;
            at.offset += bytes.len() as u64;
        }
    }
}
