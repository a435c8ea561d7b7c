//! Reading xxd's table and plain digits exactly as `xxd -r` does, odd input included.
//!
//! xxd has no grammar: it is a little machine that looks at one character after the other and
//! remembers the last three. Its answer to damaged or foreign text is whatever that machine does,
//! so it is kept here as it is; a row as xxd itself writes it takes a short cut.

use super::super::digits::hex_value;
use super::{BeforeStart, Sink};

/// A table of xxd, or plain digits, being read back.
#[derive(Clone, Debug)]
pub struct XxdText {
    /// Plain digits: no addresses, and white space means nothing.
    plain: bool,
    /// Bytes a row at most.
    width: usize,
    /// What is added to every address.
    shift: i64,
    /// What the last three characters were worth, the latest first.
    last: [Option<u8>; 3],
    /// No digit has been seen in this line: what is no digit is passed over.
    before_digits: bool,
    /// Bytes found in this line; [`Self::width`] means that its address is still being read.
    found: usize,
    /// Where the next byte belongs, before shifting.
    wanted: i64,
    /// Where the output stands.
    here: i64,
    /// The rest of this line is passed over.
    skipping: bool,
}

/// A line that looks like a row of xxd.
struct Row<'t> {
    address: i64,
    /// What stands behind the address, with the line end.
    digits: &'t [u8],
    /// The length of the line.
    end: usize,
}

impl XxdText {
    /// For a table with `width` bytes a row.
    pub fn table(width: usize, shift: i64) -> XxdText {
        XxdText {
            plain: false,
            width,
            shift,
            last: [None; 3],
            before_digits: true,
            found: width,
            wanted: 0,
            here: 0,
            skipping: false,
        }
    }

    /// For plain digits.
    pub fn plain(shift: i64) -> XxdText {
        XxdText { plain: true, ..XxdText::table(usize::MAX, shift) }
    }

    /// Reads the next piece of text.
    pub fn feed(&mut self, text: &[u8], sink: &mut impl Sink) -> Result<(), BeforeStart> {
        // One write for many bytes: they are collected here as long as they follow each other.
        let mut bytes = Vec::with_capacity(text.len() / 2);
        let mut rest = text;
        let done = loop {
            let Some((&character, after)) = rest.split_first() else { break Ok(()) };
            if self.skipping {
                let Some(end) = memchr::memchr(b'\n', rest) else { break Ok(()) };
                rest = &rest[end + 1..];
                self.skipping = false;
                self.end_line();
                continue;
            }
            if let Some(row) = self.whole_row(rest) {
                if let Err(error) = self.take_row(&row, &mut bytes, sink) {
                    break Err(error);
                }
                rest = &rest[row.end..];
                continue;
            }
            rest = after;
            if let Err(error) = self.step(character, &mut bytes, sink) {
                break Err(error);
            }
        };
        sink.bytes(&bytes);
        done
    }

    /// The row at the beginning of `text` if it is one as xxd writes it, with all its bytes and its line
    /// end: then what the machine would do with it is known.
    fn whole_row<'t>(&self, text: &'t [u8]) -> Option<Row<'t>> {
        /// More digits than these could overflow; the machine knows what that means.
        const ADDRESS_DIGITS: usize = 15;
        if self.plain || !self.before_digits || self.found < self.width {
            return None;
        }
        let digits = text.iter().take(ADDRESS_DIGITS + 1).take_while(|byte| byte.is_ascii_hexdigit()).count();
        if !(1..=ADDRESS_DIGITS).contains(&digits) || !text[digits..].starts_with(b": ") {
            return None;
        }
        let value = |address: i64, &digit: &u8| Some(address << 4 | i64::from(hex_value(digit)?));
        let address = text[..digits].iter().try_fold(0, value)?;
        let end = digits + memchr::memchr(b'\n', &text[digits..])? + 1;
        Some(Row { address, digits: &text[digits + 2..end], end })
    }

    /// Does with a row what the machine does, or lets the machine do it if there are not enough bytes in it.
    fn take_row(&mut self, row: &Row<'_>, bytes: &mut Vec<u8>, sink: &mut impl Sink) -> Result<(), BeforeStart> {
        let place = self.shift.wrapping_add(row.address);
        let start = bytes.len();
        let mut rest = row.digits;
        let mut found = 0;
        while found < self.width {
            if let ([b' ', after @ ..], true) = (rest, found > 0) {
                rest = after;
            }
            let [high, low, after @ ..] = rest else { break };
            let (Some(high), Some(low)) = (hex_value(*high), hex_value(*low)) else { break };
            bytes.push(high << 4 | low);
            rest = after;
            found += 1;
        }
        if found == self.width && place == self.here {
            self.here += found as i64;
            return Ok(());
        }
        bytes.truncate(start);
        for character in format!("{:x}: ", row.address).bytes().chain(row.digits.iter().copied()) {
            if self.skipping {
                if character == b'\n' {
                    self.skipping = false;
                    self.end_line();
                }
                continue;
            }
            self.step(character, bytes, sink)?;
        }
        Ok(())
    }

    fn end_line(&mut self) {
        if !self.plain {
            self.wanted = 0;
        }
        self.found = self.width;
        self.before_digits = true;
    }

    /// Looks at one character.
    fn step(&mut self, character: u8, bytes: &mut Vec<u8>, sink: &mut impl Sink) -> Result<(), BeforeStart> {
        if character == b'\r' || self.plain && matches!(character, b' ' | b'\n' | b'\t') {
            return Ok(());
        }
        let value = hex_value(character);
        self.last = [value, self.last[0], self.last[1]];
        if value.is_none() && self.before_digits {
            return Ok(());
        }
        self.before_digits = false;
        if !self.plain && self.found >= self.width {
            match value {
                // The address ends; this also swallows a line end right behind it, and the next
                // line is then taken for data.
                None => self.found = 0,
                Some(digit) => self.wanted = self.wanted.wrapping_shl(4) | i64::from(digit),
            }
            return Ok(());
        }
        let place = self.shift.wrapping_add(self.wanted);
        if place != self.here {
            sink.bytes(bytes);
            bytes.clear();
            sink.seek(u64::try_from(place).map_err(|_| BeforeStart)?);
            self.here = place;
        }
        match self.last {
            [Some(low), Some(high), _] => {
                bytes.push(high << 4 | low);
                self.here += 1;
                self.wanted += 1;
                self.last[0] = None;
                if !self.plain {
                    self.found += 1;
                    self.skipping = self.found >= self.width;
                }
            }
            [None, None, None] => self.skipping = true,
            _ => {}
        }
        if self.skipping && character == b'\n' {
            self.skipping = false;
        }
        if !self.skipping && character == b'\n' {
            self.end_line();
        }
        Ok(())
    }
}
