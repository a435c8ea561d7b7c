//! Parses plain hexadecimal digits strictly: pairs of digits, with blanks and line ends between
//! them.

use super::super::digits::hex_value;
use super::{ByteSink, Malformed, Problem};

/// The state of reading plain digits.
#[derive(Clone, Debug, Default)]
pub struct PlainDigits {
    /// The number of lines read so far.
    lines: u64,
    /// The first digit of a byte.
    high: Option<u8>,
    /// The beginning of the current line, for a message.
    line_start: Vec<u8>,
}

impl PlainDigits {
    /// Reads the next piece of text.
    ///
    /// # Errors
    /// Returns the first line that contains anything else.
    pub fn feed(&mut self, text: &[u8], sink: &mut impl ByteSink) -> Result<(), Malformed> {
        let mut bytes = Vec::with_capacity(text.len() / 2);
        let result = self.read(text, &mut bytes);
        sink.bytes(&bytes);
        result.map_err(|problem| Malformed::new(self.lines + 1, &self.line_start, problem))
    }

    /// Ends the text.
    ///
    /// # Errors
    /// Returns an error if the last byte has one digit only.
    pub fn finish(self, _sink: &mut impl ByteSink) -> Result<(), Malformed> {
        match self.high {
            Some(_) => Err(Malformed::new(self.lines + 1, &self.line_start, Problem::HalfByte)),
            None => Ok(()),
        }
    }

    fn read(&mut self, text: &[u8], bytes: &mut Vec<u8>) -> Result<(), Problem> {
        const SHOWN: usize = 60;
        for (i, &character) in text.iter().enumerate() {
            if self.line_start.len() < SHOWN && character != b'\n' {
                self.line_start.push(character);
            }
            match (hex_value(character), self.high.take()) {
                (Some(low), Some(high)) => bytes.push(high << 4 | low),
                (Some(high), None) => self.high = Some(high),
                (None, Some(_)) => return Err(Problem::HalfByte),
                (None, None) if character == b'\n' => {
                    self.lines += 1;
                    self.line_start.clear();
                }
                (None, None) if matches!(character, b' ' | b'\t' | b'\r') => {}
                (None, None) => {
                    let rest = text[i + 1..].iter().take_while(|&&byte| byte != b'\n');
                    self.line_start.extend(rest.take(SHOWN));
                    return Err(Problem::NotARow);
                }
            }
        }
        Ok(())
    }
}
