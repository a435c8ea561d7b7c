//! Reads lists of digests in the formats of many tools, and yields their entries one by one.
//!
//! [`ListEntries`] turns the lines of a list into entries. It opens no listed file. It reads the
//! list as the entries are consumed, so its memory use does not grow with the list.

mod columns;
mod entry;
mod grouped;
mod line;
mod magnet;
mod parser;
mod plain;
mod row;
mod table;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read};

pub use entry::{DigestCandidate, Expected, ListEntry};
pub use line::{AlgorithmFilter, Fault};
pub use plain::{base64, expected, hex};
pub use table::likely_algorithm;

use super::inputs::names_stdin;
use crate::digest::{Algorithm, ForeignDigest};
use crate::io::ListReader;
use line::ListLine;
use parser::Parser;

/// The maximum number of lines waiting for a later line to explain them.
const MAX_PENDING: usize = 1024;

/// An item of a list.
#[derive(Debug)]
pub enum ListItem {
    /// A file to check.
    Entry(ListEntry),
    /// The line with this number, counted from 1, is malformed.
    Improper(u64, Fault),
    /// The list is signed, but the signature is not verified.
    Signature,
    /// The list's name or a line between entries names this unsupported digest.
    Foreign(&'static ForeignDigest),
    /// The list is binary data. This is the last item.
    Binary,
    /// Reading the list failed. This is the last item.
    Broken(io::Error),
}

/// The entries of one list.
pub struct ListEntries<'a> {
    lines: ListReader,
    parser: Parser<'a>,
    list: OsString,
    /// Whether the list itself is standard input, so that `-` cannot be an entry.
    from_stdin: bool,
    /// Lines that are malformed unless a later line explains them.
    pending: VecDeque<u64>,
    /// The digests without a name, as long as the list contains nothing else.
    bare: Vec<(u64, Expected)>,
    /// Whether two of these digests had the same length. They then belong to different files, whose
    /// names are unknown.
    is_set_of_digests: bool,
    has_entries: bool,
    /// The length of the longest BLAKE3 digest so far.
    blake3_len: u64,
    /// The number of the last line.
    number: u64,
    ready: VecDeque<ListItem>,
    /// Whether to check for binary data before the first line is read.
    may_be_binary: bool,
    ended: bool,
}

impl<'a> ListEntries<'a> {
    /// Reads the list called `list` from `input`. `wanted` contains the requested algorithms, or is
    /// empty for all. `zero` says whether lines end with NUL.
    pub fn new(
        input: impl Read + Send + 'static,
        list: &OsStr,
        wanted: &'a [Algorithm],
        zero: bool,
    ) -> ListEntries<'a> {
        ListEntries {
            lines: ListReader::new(input, if zero { 0 } else { b'\n' }),
            parser: Parser::new(wanted, list, zero),
            list: list.to_owned(),
            from_stdin: false,
            pending: VecDeque::new(),
            bare: Vec::new(),
            is_set_of_digests: false,
            has_entries: false,
            blake3_len: 0,
            number: 0,
            ready: ForeignDigest::mentioned_in(table::file_name(list).as_encoded_bytes())
                .map(ListItem::Foreign)
                .into_iter()
                .collect(),
            // The classic tools search any data for lines.
            may_be_binary: !zero && !crate::output::is_tool(),
            ended: false,
        }
    }

    /// Treats `-` as malformed, because the list itself is standard input.
    pub fn read_from_stdin(mut self, yes: bool) -> ListEntries<'a> {
        self.from_stdin = yes;
        self
    }

    /// Returns whether the list is binary data, such as an image given by mistake. Lines of random
    /// bytes may look like entries. Binary data has a NUL byte among its first bytes, and before it
    /// other control characters or no entry.
    fn is_binary(&mut self) -> bool {
        let Ok(mut head) = self.lines.head() else { return false };
        let Some(end) = memchr::memchr(0, &head) else { return false };
        head.truncate(end);
        if head.iter().any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()) {
            return true;
        }
        let is_entry = |line: ListLine| matches!(line, ListLine::Entry(_));
        let mut parser = self.parser.clone();
        let has_line = head.split(|&byte| byte == b'\n').any(|line| is_entry(parser.parse(line)));
        // Lines that end with NUL bytes have their own message.
        let mut zero = Parser::new(self.parser.filter().wanted, &self.list, true);
        !has_line && !is_entry(zero.parse(&head))
    }

    /// Reads until there is an item or the list ends.
    fn advance(&mut self) {
        if std::mem::take(&mut self.may_be_binary) && self.is_binary() {
            self.ended = true;
            return self.ready.push_back(ListItem::Binary);
        }
        let (number, line) = match self.lines.next_line() {
            Ok(Some((number, line))) => {
                let parsed = self.parser.parse(line);
                if !matches!(parsed, ListLine::Entry(_) | ListLine::Bare(_) | ListLine::Part) {
                    self.ready.extend(ForeignDigest::mentioned_in(line).map(ListItem::Foreign));
                }
                (number, parsed)
            }
            Ok(None) => return self.end(),
            Err(error) => {
                self.ended = true;
                return self.ready.push_back(ListItem::Broken(error));
            }
        };
        if let Some(record) = self.parser.take_record() {
            self.accept(self.number, record);
        }
        self.number = number;
        if self.parser.take_makes_sense() {
            self.pending.clear();
        }
        self.accept(number, line);
    }

    /// Adds the items of a parsed line, which has this number.
    fn accept(&mut self, number: u64, line: ListLine) {
        match line {
            ListLine::Nothing | ListLine::Part => {}
            ListLine::Field if self.pending.len() < MAX_PENDING => self.pending.push_back(number),
            ListLine::Field => self.improper(number, Fault::Form),
            ListLine::Bare(expected) if !self.has_entries && self.is_further_digest(&expected) => {
                self.bare.push((number, expected));
            }
            ListLine::Bare(_) => {
                self.is_set_of_digests |= !self.has_entries;
                self.improper(number, Fault::Form);
            }
            ListLine::Signature => self.ready.push_back(ListItem::Signature),
            ListLine::Improper(fault) => self.improper(number, fault),
            ListLine::Entry(entry) if self.from_stdin && names_stdin(&entry.name) => {
                self.improper(number, Fault::StandardInput);
            }
            ListLine::Entry(entry) if self.is_cut(&entry) => self.improper(number, Fault::Cut),
            ListLine::Entry(entry) => {
                self.settle();
                self.has_entries = true;
                self.ready.push_back(ListItem::Entry(entry));
            }
        }
    }

    /// Returns whether the list ends in the middle of the BLAKE3 digest of an entry.
    ///
    /// The tag does not state the length, and the beginning of a digest is itself a digest. A line
    /// is truncated if it has no terminator and fewer digits than earlier ones, or, if it is the
    /// only one, fewer than usual.
    fn is_cut(&mut self, entry: &ListEntry) -> bool {
        let [expected] = &entry.expected[..] else { return false };
        let [DigestCandidate { spec, .. }] = expected.candidates[..] else { return false };
        if spec.algorithm != Algorithm::Blake3 {
            return false;
        }
        let usual = if self.blake3_len > 0 { self.blake3_len } else { Algorithm::Blake3.default_len() };
        self.blake3_len = self.blake3_len.max(spec.len);
        !self.lines.is_terminated() && spec.len < usual
    }

    /// Returns whether a digest without a name may be a further digest of the same file.
    fn is_further_digest(&self, expected: &Expected) -> bool {
        !self.is_set_of_digests && self.bare.iter().all(|(_, other)| other.length() != expected.length())
    }

    fn improper(&mut self, number: u64, fault: Fault) {
        self.settle();
        self.ready.push_back(ListItem::Improper(number, fault));
    }

    /// Reports the lines that no later line has explained.
    fn settle(&mut self) {
        let mut numbers: Vec<u64> =
            self.pending.drain(..).chain(self.bare.drain(..).map(|(number, _)| number)).collect();
        numbers.sort_unstable();
        self.ready.extend(numbers.into_iter().map(|number| ListItem::Improper(number, Fault::Form)));
    }

    fn end(&mut self) {
        self.ended = true;
        if let Some(record) = self.parser.end_record() {
            self.accept(self.number, record);
        }
        if self.has_entries || !self.pending.is_empty() {
            return self.settle();
        }
        for (number, expected) in std::mem::take(&mut self.bare) {
            self.ready.push_back(match table::of_subject(&self.list, &self.parser.filter(), expected) {
                Some(entry) => ListItem::Entry(entry),
                None => ListItem::Improper(number, Fault::Form),
            });
        }
    }
}

impl Iterator for ListEntries<'_> {
    type Item = ListItem;

    fn next(&mut self) -> Option<ListItem> {
        while self.ready.is_empty() && !self.ended {
            self.advance();
        }
        self.ready.pop_front()
    }
}
