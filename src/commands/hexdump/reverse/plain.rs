//! Parses plain hexadecimal digits strictly: pairs of digits, separated by blanks and line ends.
//!
//! The form of the first line restricts that of the others. After a line of `od -An -tx1`, od may
//! show the same bytes as words or numbers. No line may consist of od's words, which begin with a
//! blank. After groups of digits, a line may begin with an address that the first line lost.

use super::super::digits::hex_value;
use super::{ByteSink, Malformed, Problem};

/// The number of digits in the shortest address.
const MIN_ADDRESS_DIGITS: usize = 4;

/// The state of a conversion of plain digits.
#[derive(Clone, Debug, Default)]
pub struct PlainDigits {
    /// The number of lines read so far.
    lines: u64,
    /// The first digit of a byte, if the second one is still to be read.
    high: Option<u8>,
    /// The start of the current line, for messages.
    line_start: Vec<u8>,
    /// The groups of the current line.
    groups: DigitGroups,
    /// The form of the first line, once it is known.
    form: Option<PlainForm>,
}

/// The form of a line of plain digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PlainForm {
    /// A blank before each pair of digits.
    Od,
    /// Several groups, all but the first of which have this number of digits.
    Grouped(usize),
    /// Any other form.
    Free,
}

/// The groups of digits in a line.
#[derive(Clone, Copy, Debug, Default)]
struct DigitGroups {
    /// The number of groups, including an unfinished one.
    count: usize,
    /// The number of digits in the first two groups.
    first: usize,
    second: usize,
    /// The number of digits in the last finished group.
    last: usize,
    /// Whether any group after the second differs from it in length. The last one may be shorter.
    is_mixed: bool,
    /// Whether anything other than one blank precedes any group.
    has_other_gaps: bool,
    /// The number of blanks or digits at the end of the text so far.
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

    /// Returns the form of a finished line.
    fn form(&self) -> PlainForm {
        let are_pairs = self.first == 2 && (self.count == 1 || self.second == 2 && self.last == 2);
        match self.is_mixed {
            false if are_pairs && !self.has_other_gaps => PlainForm::Od,
            false if self.count > 1 => PlainForm::Grouped(self.second),
            _ => PlainForm::Free,
        }
    }

    /// Returns whether a line consists of words, each after one blank, as od writes them.
    fn are_words(&self) -> bool {
        let is_first_whole = self.count < 3 || self.first == self.second;
        !self.has_other_gaps && !self.is_mixed && is_first_whole && matches!(self.first, 4 | 6 | 8 | 16)
    }

    /// Returns whether the first group may be an address; groups of bytes have `group` digits.
    fn may_begin_with_address(&self, group: usize) -> bool {
        let is_row = self.count > 1 && self.second == group && !self.is_mixed;
        let is_alone = self.count == 1 && group == 2;
        self.first >= MIN_ADDRESS_DIGITS && self.first != group && (is_row || is_alone)
    }
}

impl PlainDigits {
    /// Reads the next piece of text.
    ///
    /// # Errors
    /// Returns the first line that contains anything other than digits and blanks.
    pub fn feed(&mut self, text: &[u8], sink: &mut impl ByteSink) -> Result<(), Malformed> {
        let mut bytes = Vec::with_capacity(text.len() / 2);
        let result = self.read(text, &mut bytes);
        sink.bytes(&bytes);
        result.map_err(|problem| self.malformed(problem))
    }

    /// Ends the conversion.
    ///
    /// # Errors
    /// Returns an error if the last byte has only one digit, or the last line does not fit the
    /// first.
    pub fn finish(mut self, _sink: &mut impl ByteSink) -> Result<(), Malformed> {
        let result = if self.high.is_some() { Err(Problem::HalfByte) } else { self.end_line() };
        result.map_err(|problem| self.malformed(problem))
    }

    fn malformed(&self, problem: Problem) -> Malformed {
        Malformed::new(self.lines + 1, &self.line_start, problem)
    }

    fn read(&mut self, text: &[u8], bytes: &mut Vec<u8>) -> Result<(), Problem> {
        const MAX_SHOWN: usize = 60;
        let mut line_at = 0;
        for (i, &character) in text.iter().enumerate() {
            if self.line_start.len() < MAX_SHOWN && character != b'\n' {
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
                    self.line_start.extend(rest.take(MAX_SHOWN));
                    return Err(Problem::NotARow);
                }
            }
            // Of other forms, only lines of words matter, which begin with a blank.
            if self.form != Some(PlainForm::Free) || matches!(self.line_start[..], [b' ' | b'\t', ..]) {
                self.groups.pass(character);
            }
        }
        Ok(())
    }

    /// Checks that a finished line fits the first one.
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
            Some(_) if groups.are_words() => Err(Problem::Numbers),
            Some(PlainForm::Grouped(digits)) if groups.may_begin_with_address(digits) => Err(Problem::Numbers),
            Some(_) => Ok(()),
        }
    }
}
