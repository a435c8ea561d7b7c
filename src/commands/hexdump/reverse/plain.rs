//! Parses plain hexadecimal digits strictly: pairs of digits, with blanks and line ends between
//! them.
//!
//! The form of the first line restricts that of the others. Below a line of `od -An -tx1`, od may
//! show the same bytes as words or numbers. Below groups of digits, a line may begin with an address
//! that the first line lost.

use super::super::digits::hex_value;
use super::{ByteSink, Malformed, Problem};

/// The number of digits of the shortest address.
const SHORTEST_ADDRESS: usize = 4;

/// The state of reading plain digits.
#[derive(Clone, Debug, Default)]
pub struct PlainDigits {
    /// The number of lines read so far.
    lines: u64,
    /// The first digit of a byte.
    high: Option<u8>,
    /// The beginning of the current line, for a message.
    line_start: Vec<u8>,
    /// The groups of the current line.
    groups: DigitGroups,
    /// The form of the first line, once known.
    form: Option<PlainForm>,
}

/// The form of a line of plain digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PlainForm {
    /// A blank before each pair of digits.
    Od,
    /// Several groups, of which all but the first have this number of digits.
    Grouped(usize),
    /// Any other one.
    Free,
}

/// The groups of digits in a line.
#[derive(Clone, Copy, Debug, Default)]
struct DigitGroups {
    /// The number of groups, including one that has not ended.
    count: usize,
    /// The number of digits in the first two groups.
    first: usize,
    second: usize,
    /// The number of digits in the last group that has ended.
    last: usize,
    /// Whether a group after the second differs from it in length. The last one may be shorter.
    is_mixed: bool,
    /// Whether a group follows anything but one blank.
    has_other_gaps: bool,
    /// The number of blanks, or of digits, so far at the end of the line.
    blanks: usize,
    digits: usize,
}

impl DigitGroups {
    fn pass(&mut self, character: u8) {
        match character {
            b' ' | b'\t' => {
                self.end_group();
                self.blanks += 1;
                self.has_other_gaps |= character == b'\t';
            }
            b'\r' => {}
            _ => {
                if self.digits == 0 {
                    self.is_mixed |= self.count > 1 && self.last != self.second;
                    self.count += 1;
                    self.has_other_gaps |= self.blanks != 1;
                    self.blanks = 0;
                }
                self.digits += 1;
            }
        }
    }

    fn end_group(&mut self) {
        let digits = std::mem::take(&mut self.digits);
        match (digits, self.count) {
            (0, _) => return,
            (_, 1) => self.first = digits,
            (_, 2) => self.second = digits,
            _ => self.is_mixed |= digits > self.second,
        }
        self.last = digits;
    }

    /// Returns the form of a line that has ended.
    fn form(&self) -> PlainForm {
        let are_pairs = self.first == 2 && (self.count == 1 || self.second == 2 && self.last == 2);
        match self.is_mixed {
            false if are_pairs && !self.has_other_gaps => PlainForm::Od,
            false if self.count > 1 => PlainForm::Grouped(self.second),
            _ => PlainForm::Free,
        }
    }

    /// Returns whether the first group may be an address, given the number of digits in groups of bytes.
    fn may_begin_with_address(&self, group: usize) -> bool {
        let is_row = self.count > 1 && self.second == group && !self.is_mixed;
        let is_alone = self.count == 1 && group == 2;
        self.first >= SHORTEST_ADDRESS && self.first != group && (is_row || is_alone)
    }
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
        result.map_err(|problem| self.malformed(problem))
    }

    /// Ends the text.
    ///
    /// # Errors
    /// Returns an error if the last byte has one digit only, or if the last line differs from the first.
    pub fn finish(mut self, _sink: &mut impl ByteSink) -> Result<(), Malformed> {
        let result = if self.high.is_some() { Err(Problem::HalfByte) } else { self.end_line() };
        result.map_err(|problem| self.malformed(problem))
    }

    fn malformed(&self, problem: Problem) -> Malformed {
        Malformed::new(self.lines + 1, &self.line_start, problem)
    }

    fn read(&mut self, text: &[u8], bytes: &mut Vec<u8>) -> Result<(), Problem> {
        const SHOWN: usize = 60;
        let mut line_at = 0;
        for (i, &character) in text.iter().enumerate() {
            if self.line_start.len() < SHOWN && character != b'\n' {
                self.line_start.push(character);
            }
            match (hex_value(character), self.high.take()) {
                (Some(low), Some(high)) => bytes.push(high << 4 | low),
                (Some(high), None) => self.high = Some(high),
                (None, Some(_)) => return Err(Problem::HalfByte),
                (None, None) if character == b'\n' => {
                    self.end_line().inspect_err(|_| bytes.truncate(line_at))?;
                    line_at = bytes.len();
                    self.lines += 1;
                    self.line_start.clear();
                    continue;
                }
                (None, None) if matches!(character, b' ' | b'\t' | b'\r') => {}
                (None, None) => {
                    let rest = text[i + 1..].iter().take_while(|&&byte| byte != b'\n');
                    self.line_start.extend(rest.take(SHOWN));
                    return Err(Problem::NotARow);
                }
            }
            if self.form != Some(PlainForm::Free) {
                self.groups.pass(character);
            }
        }
        Ok(())
    }

    /// Checks that the line that ends here fits the first one.
    fn end_line(&mut self) -> Result<(), Problem> {
        let mut groups = std::mem::take(&mut self.groups);
        groups.end_group();
        match self.form {
            _ if groups.count == 0 => Ok(()),
            None => {
                self.form = Some(groups.form());
                Ok(())
            }
            Some(PlainForm::Od) if groups.form() != PlainForm::Od => Err(Problem::Numbers),
            Some(PlainForm::Grouped(digits)) if groups.may_begin_with_address(digits) => Err(Problem::Numbers),
            Some(_) => Ok(()),
        }
    }
}
