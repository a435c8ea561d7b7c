//! Reading canonical rows back, squeezed ones included: a `*` repeats the row before it up to the
//! next address.

use super::super::digits::hex_value;
use super::{BeforeStart, Sink};

/// The most bytes that are looked for in a line.
const LONGEST_ROW: usize = 4096;

/// Canonical rows being read back.
#[derive(Clone, Debug)]
pub struct CanonicalText {
    /// What is added to every address.
    shift: i64,
    /// A line whose end has not come yet.
    line: Vec<u8>,
    /// The bytes of the last row.
    row: Vec<u8>,
    /// A `*` has been seen since.
    squeezed: bool,
    /// Where the output stands.
    here: u64,
    /// The output has not been moved to there yet: only bytes make a move worth it.
    moving: bool,
    /// The end of all that has been written.
    end: u64,
}

impl CanonicalText {
    /// The start of a dump.
    pub fn new(shift: i64) -> CanonicalText {
        CanonicalText { shift, line: vec![], row: vec![], squeezed: false, here: 0, moving: false, end: 0 }
    }

    /// Reads the next piece of text.
    pub fn feed(&mut self, text: &[u8], sink: &mut impl Sink) -> Result<(), BeforeStart> {
        let mut rest = text;
        let mut bytes = Vec::with_capacity(text.len() / 4);
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, after) = (&rest[..end], &rest[end + 1..]);
            if self.line.is_empty() {
                self.read(line, &mut bytes, sink)?;
            } else {
                self.line.extend_from_slice(line);
                let line = std::mem::take(&mut self.line);
                self.read(&line, &mut bytes, sink)?;
            }
            rest = after;
        }
        self.line.extend_from_slice(rest);
        sink.bytes(&bytes);
        Ok(())
    }

    /// Reads a last line without an end.
    pub fn finish(mut self, sink: &mut impl Sink) -> Result<(), BeforeStart> {
        let line = std::mem::take(&mut self.line);
        let mut bytes = vec![];
        self.read(&line, &mut bytes, sink)?;
        sink.bytes(&bytes);
        if self.moving && self.here > self.end {
            // Zeros at the very end have no bytes behind them to make them a gap.
            sink.seek(self.here - 1);
            sink.bytes(&[0]);
        }
        Ok(())
    }

    /// Reads one line; `bytes` are those that belong at the output's place and have not been given to it yet.
    fn read(&mut self, line: &[u8], bytes: &mut Vec<u8>, sink: &mut impl Sink) -> Result<(), BeforeStart> {
        if line.first() == Some(&b'*') {
            self.squeezed = true;
            return Ok(());
        }
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if digits == 0 {
            return Ok(());
        }
        let address = line[..digits].iter().fold(0u64, |address, &digit| {
            address << 4 | u64::from(hex_value(digit).expect("only digits were counted"))
        });
        let place = address.checked_add_signed(self.shift).ok_or(BeforeStart)?;
        if place != self.here {
            sink.bytes(bytes);
            bytes.clear();
            self.go_to(place, sink);
        }
        self.squeezed = false;
        let start = bytes.len();
        push_pairs(&line[digits..], bytes);
        if bytes.len() > start {
            self.row.clear();
            self.row.extend_from_slice(&bytes[start..]);
        }
        if bytes.len() > start && std::mem::take(&mut self.moving) {
            sink.seek(place);
        }
        self.here += (bytes.len() - start) as u64;
        if !self.moving {
            self.end = self.end.max(self.here);
        }
        Ok(())
    }

    /// Moves on to `place`, repeating the last row over what was squeezed.
    fn go_to(&mut self, place: u64, sink: &mut impl Sink) {
        let repeats = self.squeezed && place > self.here && self.row.iter().any(|&byte| byte != 0);
        if !repeats {
            self.moving = true;
        } else {
            if std::mem::take(&mut self.moving) {
                sink.seek(self.here);
            }
            sink.repeat(&self.row, place - self.here);
            self.end = self.end.max(place);
        }
        self.here = place;
    }
}

/// Appends the bytes whose digits stand in `text`, up to the column of characters.
fn push_pairs(text: &[u8], bytes: &mut Vec<u8>) {
    let end = bytes.len() + LONGEST_ROW;
    let mut rest = text;
    while bytes.len() < end {
        match rest {
            [b' ', after @ ..] => rest = after,
            [high, low, after @ ..] => {
                let (Some(high), Some(low)) = (hex_value(*high), hex_value(*low)) else { return };
                bytes.push(high << 4 | low);
                rest = after;
            }
            _ => return,
        }
    }
}
