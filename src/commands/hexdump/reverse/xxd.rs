//! Reads xxd's table and plain digits exactly as `xxd -r` does, including damaged text.
//!
//! xxd has no grammar: it examines one character at a time and remembers the last three. Its result
//! for damaged text is whatever that state machine does, so the machine is reproduced here. Rows
//! written by xxd itself take a shortcut.

use super::super::digits::hex_value;
use super::{ByteSink, Malformed, Placement, Problem};

/// The state of a conversion of a table of xxd or of plain digits.
#[derive(Clone, Debug)]
pub struct XxdText {
    /// Whether the text has no addresses and white space is ignored.
    plain: bool,
    /// The maximum number of bytes per row.
    width: usize,
    placement: Placement,
    /// The number of line ends read so far.
    lines: u64,
    /// The values of the last three characters, with the latest first.
    last: [Option<u8>; 3],
    /// Whether no digit has been read in this line, in which case other characters are ignored.
    before_digits: bool,
    /// The number of bytes found in this line. If it is [`Self::width`], the address is still being
    /// read.
    found: usize,
    /// The address of the next byte.
    address: u64,
    /// The current offset of the output.
    here: u64,
    /// Whether the rest of this line is ignored.
    skipping: bool,
}

/// A line that has the form of a row of xxd.
struct WholeRow<'t> {
    address: u64,
    /// The text after the address, including the line end.
    digits: &'t [u8],
    /// The length of the line.
    end: usize,
}

impl XxdText {
    /// Returns the state at the start of a table with `width` bytes per row.
    pub fn table(width: usize, placement: Placement) -> XxdText {
        XxdText {
            plain: false,
            width,
            placement,
            lines: 0,
            last: [None; 3],
            before_digits: true,
            found: width,
            address: 0,
            here: 0,
            skipping: false,
        }
    }

    /// Returns the state at the start of plain digits.
    pub fn plain(placement: Placement) -> XxdText {
        XxdText { plain: true, ..XxdText::table(usize::MAX, placement) }
    }

    /// Reads the next piece of text.
    ///
    /// # Errors
    /// Returns the first line whose bytes have no valid position in the output.
    pub fn feed(&mut self, text: &[u8], sink: &mut impl ByteSink) -> Result<(), Malformed> {
        // Consecutive bytes are passed to the sink together.
        let mut bytes = Vec::with_capacity(text.len() / 2);
        let mut rest = text;
        let result = loop {
            let Some((&character, after)) = rest.split_first() else { break Ok(()) };
            if self.skipping {
                let Some(end) = memchr::memchr(b'\n', rest) else { break Ok(()) };
                rest = &rest[end + 1..];
                self.skipping = false;
                self.end_line();
                continue;
            }
            if let Some(row) = self.whole_row(rest) {
                if let Err(problem) = self.take_row(&row, &mut bytes, sink) {
                    break Err(problem);
                }
                rest = &rest[row.end..];
                continue;
            }
            if let Err(problem) = self.step(character, &mut bytes, sink) {
                break Err(problem);
            }
            rest = after;
        };
        sink.bytes(&bytes);
        let line_ends = |text: &[u8]| memchr::memchr_iter(b'\n', text).count() as u64;
        let read = &text[..text.len() - rest.len()];
        self.lines += line_ends(read);
        result.map_err(|problem| {
            let start = memchr::memrchr(b'\n', read).map_or(0, |end| end + 1);
            let end = memchr::memchr(b'\n', rest).map_or(text.len(), |end| read.len() + end);
            Malformed::new(self.lines + 1, &text[start..end], problem)
        })
    }

    /// Returns the row at the start of `text`, if it is a complete row in the form that xxd writes.
    /// The result of the state machine is known for such rows.
    fn whole_row<'t>(&self, text: &'t [u8]) -> Option<WholeRow<'t>> {
        /// The maximum number of digits that cannot overflow. The state machine reads longer
        /// addresses.
        const ADDRESS_DIGITS: usize = 15;
        if self.plain || !self.before_digits || self.found < self.width {
            return None;
        }
        let digits = text.iter().take(ADDRESS_DIGITS + 1).take_while(|byte| byte.is_ascii_hexdigit()).count();
        if !(1..=ADDRESS_DIGITS).contains(&digits) || !text[digits..].starts_with(b": ") {
            return None;
        }
        let value = |address: u64, &digit: &u8| Some(address << 4 | u64::from(hex_value(digit)?));
        let address = text[..digits].iter().try_fold(0, value)?;
        let end = digits + memchr::memchr(b'\n', &text[digits..])? + 1;
        Some(WholeRow { address, digits: &text[digits + 2..end], end })
    }

    /// Processes a row as the state machine would, or leaves a row that lacks bytes to the machine.
    fn take_row(&mut self, row: &WholeRow<'_>, bytes: &mut Vec<u8>, sink: &mut impl ByteSink) -> Result<(), Problem> {
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
        if found == self.width && row.address.wrapping_add(self.placement.shift) == self.here {
            self.here += found as u64;
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
            self.address = 0;
        }
        self.found = self.width;
        self.before_digits = true;
    }

    /// Processes one character.
    fn step(&mut self, character: u8, bytes: &mut Vec<u8>, sink: &mut impl ByteSink) -> Result<(), Problem> {
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
                // The address ends. If a line end follows directly, it is consumed too, so that the
                // next line is treated as data.
                None => self.found = 0,
                Some(digit) => self.address = self.address.wrapping_shl(4) | u64::from(digit),
            }
            return Ok(());
        }
        let offset = self.placement.offset(self.address, self.here)?;
        if offset != self.here {
            sink.bytes(bytes);
            bytes.clear();
            sink.seek(offset);
            self.here = offset;
        }
        match self.last {
            [Some(low), Some(high), _] => {
                bytes.push(high << 4 | low);
                self.here += 1;
                self.address = self.address.wrapping_add(1);
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
