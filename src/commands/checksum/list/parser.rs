//! Parses the lines of a list of digests written by any tool.
//!
//! This module decides which form a line has, and [`super::plain`] and [`super::table`] parse the
//! forms. Some forms could be confused, but a list uses only one of them, so the parser remembers
//! the forms of earlier lines.

use std::ffi::OsStr;

use super::columns;
use super::grouped::GroupedDigest;
use super::line::{AlgorithmFilter, Fault, ListLine};
use super::magnet;
use super::plain::{self, Spacing};
use super::table::{self, HashdeepColumn, ListForm, Partial};
use crate::digest::Algorithm;

/// The position of a line in a PGP-signed list (RFC 9580, section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Armor {
    None,
    /// Between the first line and the next empty one.
    Headers,
    Text,
    Signature,
}

/// Parses the lines of one list.
#[derive(Clone, Debug)]
pub struct Parser<'a> {
    filter: AlgorithmFilter<'a>,
    /// Whether lines end with NUL, in which case names are not escaped.
    zero: bool,
    spacing: Spacing,
    form: ListForm,
    armor: Armor,
    /// Whether the last line belonged to a `Field: value` that is not part of a known form.
    in_field: bool,
    makes_sense: bool,
    /// The entry to which the next line may belong.
    grouped: Option<GroupedDigest>,
    /// The entry that the last line did not belong to.
    record: Option<ListLine>,
    /// Whether a line began with a digest or a tag, in which case no line ends with digests.
    begins_with_digests: bool,
}

impl<'a> Parser<'a> {
    /// Returns a parser for the list called `list`. It accepts lines of the `wanted` algorithms, or
    /// of all if `wanted` is empty.
    pub fn new(wanted: &'a [Algorithm], list: &OsStr, zero: bool) -> Parser<'a> {
        let filter = AlgorithmFilter { wanted, likely: table::likely_algorithm(list) };
        let form = if table::is_sfv(list) { ListForm::Sfv } else { ListForm::Plain };
        Parser {
            filter,
            zero,
            spacing: Spacing::Unknown,
            form,
            armor: Armor::None,
            in_field: false,
            makes_sense: false,
            grouped: None,
            record: None,
            begins_with_digests: false,
        }
    }

    /// Returns the algorithms that the list may use.
    pub fn filter(&self) -> AlgorithmFilter<'a> {
        self.filter
    }

    /// Returns whether the last line explained the preceding [`ListLine::Field`]s.
    pub fn take_makes_sense(&mut self) -> bool {
        std::mem::take(&mut self.makes_sense)
    }

    /// Returns the entry of several lines that ended before the last line.
    pub fn take_record(&mut self) -> Option<ListLine> {
        self.record.take()
    }

    /// Returns the entry of several lines that ends with the list.
    pub fn end_record(&mut self) -> Option<ListLine> {
        let entry = self.grouped.take()?.entry(&self.filter);
        // The digest may be of an algorithm that was not requested.
        let fault = if self.filter.wanted.is_empty() { Fault::Row } else { Fault::Form };
        Some(entry.map_or(ListLine::Improper(fault), ListLine::Entry))
    }

    /// Parses one line, given without its terminator.
    pub fn parse(&mut self, line: &[u8]) -> ListLine {
        if self.zero {
            return self.entry(line);
        }
        // Text whose line ends were converted twice has several carriage returns.
        let line = &line[..line.iter().rposition(|&byte| byte != b'\r').map_or(0, |last| last + 1)];
        if line.contains(&0) {
            return ListLine::Improper(Fault::Nul);
        }
        if self.grouped.as_mut().is_some_and(|grouped| grouped.extend(line)) {
            return ListLine::Part;
        }
        self.record = self.end_record();
        if let Some(answer) = self.armored(line) {
            return answer;
        }
        let line = if self.armor == Armor::Text { line.strip_prefix(b"- ").unwrap_or(line) } else { line };
        if line.is_empty() {
            return ListLine::Nothing;
        }
        if line[0] == b'#' && !self.is_named_after_hash(line) {
            return if self.hides_row(line) { ListLine::Improper(Fault::Row) } else { ListLine::Nothing };
        }
        if let Some(answer) = self.surrounding(line) {
            return answer;
        }
        let answer = if plain::is_dump(line) { ListLine::Improper(Fault::Form) } else { self.entry(line) };
        let is_table = matches!(self.form, ListForm::Sfv | ListForm::Crc(_) | ListForm::Hashdeep(_));
        match answer {
            ListLine::Improper(Fault::Form) | ListLine::Field | ListLine::Bare(_) if is_table => {
                ListLine::Improper(Fault::Row)
            }
            answer => answer,
        }
    }

    /// Parses the lines around a PGP-signed text. An entry among them is still checked, so that a
    /// damaged armor cannot hide one.
    fn armored(&mut self, line: &[u8]) -> Option<ListLine> {
        match line {
            b"-----BEGIN PGP SIGNED MESSAGE-----" => self.armor = Armor::Headers,
            b"-----BEGIN PGP SIGNATURE-----" => {
                self.armor = Armor::Signature;
                return Some(ListLine::Signature);
            }
            b"-----END PGP SIGNATURE-----" => self.armor = Armor::None,
            b"" if self.armor == Armor::Headers => self.armor = Armor::Text,
            _ if matches!(self.armor, Armor::Headers | Armor::Signature) => {
                return Some(match self.entry(line) {
                    entry @ ListLine::Entry(_) => entry,
                    // The empty line after the headers may be missing.
                    _ if self.armor == Armor::Headers && !table::is_field(line) => ListLine::Improper(Fault::Row),
                    _ => ListLine::Nothing,
                });
            }
            _ => return None,
        }
        Some(ListLine::Nothing)
    }

    /// Parses lines of a form other than its entries. Returns `None` for a line that may be an
    /// entry.
    fn surrounding(&mut self, line: &[u8]) -> Option<ListLine> {
        if let Some(columns) = table::hashdeep_header(line) {
            if !columns.is_empty() {
                self.form = ListForm::Hashdeep(columns);
            }
            return Some(ListLine::Nothing);
        }
        if line[0] == b';'
            && [Algorithm::Crc32, Algorithm::Crc32c].iter().any(|crc| self.filter.allows(*crc))
            && matches!(self.form, ListForm::Plain | ListForm::Sfv)
        {
            self.form = ListForm::Sfv;
            return Some(match table::hides_sfv_row(line) {
                true => ListLine::Improper(Fault::Row),
                // To the tools that write other rows, a semicolon does not begin a comment.
                false if self.hides_other_row(line) => ListLine::Improper(Fault::Form),
                false => ListLine::Nothing,
            });
        }
        if let Some(columns) = columns::crc_table(line) {
            self.form = ListForm::Crc(columns);
            return Some(ListLine::Nothing);
        }
        if matches!(self.form, ListForm::Plain | ListForm::Control(_))
            && let Some(algorithm) = table::section(line)
        {
            self.form = ListForm::Control(Some(algorithm));
            self.makes_sense = true;
            return Some(ListLine::Nothing);
        }
        if matches!(self.form, ListForm::Control(_)) && !line[0].is_ascii_whitespace() {
            // Another field ends the section.
            self.form = ListForm::Control(None);
        }
        let is_other_field = line[0].is_ascii_whitespace() || table::is_field(line);
        if self.form == ListForm::Control(None) && is_other_field {
            let loses_digest = table::is_stray_digest(line);
            return Some(if loses_digest { ListLine::Improper(Fault::Row) } else { ListLine::Nothing });
        }
        if !table::is_furniture(line) && !columns::frames_crc_table(line) {
            return None;
        }
        // The digest that follows certutil's heading is missing.
        let loses_digest = matches!(self.form, ListForm::Windows(_, Partial::Name(_)));
        if loses_digest {
            self.form = ListForm::Plain;
            self.makes_sense = true;
        }
        Some(if loses_digest { ListLine::Improper(Fault::Row) } else { ListLine::Nothing })
    }

    fn entry(&mut self, line: &[u8]) -> ListLine {
        let tabular = match &self.form {
            ListForm::Hashdeep(columns) => return self.hashdeep(columns, line),
            ListForm::Control(Some(algorithm)) => {
                return table::control(*algorithm, &self.filter, line)
                    .map_or(ListLine::Improper(Fault::Form), ListLine::Entry);
            }
            ListForm::Sfv => table::sfv(&self.filter, line, true).or_else(|| columns::trailing(&self.filter, line)),
            ListForm::Crc(table) => table.row(&self.filter, line),
            _ => None,
        };
        // The size before the digest would be mistaken for a short digest.
        let tabular = tabular.or_else(|| columns::md5deep(&self.filter, line));
        if let Some(entry) = tabular {
            return ListLine::Entry(entry);
        }
        let found = match plain::read(&self.filter, &mut self.spacing, line, self.zero) {
            Err(fault) => return ListLine::Improper(fault),
            Ok(found) => found,
        };
        if let Some(entry) = found {
            self.begins_with_digests = true;
            return ListLine::Entry(entry);
        }
        if self.zero {
            return ListLine::Improper(Fault::Form);
        }
        if let Some(line) = table::windows(&mut self.form, &self.filter, line) {
            self.makes_sense = matches!(line, ListLine::Entry(_) | ListLine::Improper(Fault::Row));
            return line;
        }
        if let Some(line) = magnet::link(&self.filter, line) {
            return line;
        }
        if let Some(grouped) = GroupedDigest::begin(line) {
            self.grouped = Some(grouped);
            return ListLine::Part;
        }
        let named_first = || {
            let is_possible = self.filter.wanted.is_empty() && !self.begins_with_digests;
            let trailing = || columns::trailing(&self.filter, line).or_else(|| columns::colon(&self.filter, line));
            let either = || table::sfv(&self.filter, line, false).or_else(|| columns::csv(&self.filter, line));
            either().or_else(|| trailing().filter(|_| is_possible))
        };
        if let Some(line) = table::gentoo(&self.filter, line).or_else(|| named_first().map(ListLine::Entry)) {
            return line;
        }
        if let Some(expected) = plain::bare(&self.filter, line) {
            return ListLine::Bare(expected);
        }
        if table::is_joined_row(&self.filter, line) {
            return ListLine::Improper(Fault::Row);
        }
        // Lines that start with a blank continue a field.
        self.in_field = table::is_field(line) || self.in_field && line.first().is_some_and(u8::is_ascii_whitespace);
        if self.in_field { ListLine::Field } else { ListLine::Improper(Fault::Form) }
    }

    /// Returns whether a comment ends with a row of a table or the end of one. hashdeep's heading
    /// ends with an empty comment, which may have lost its line end. Debian's fields contain no
    /// comments.
    fn hides_row(&self, comment: &[u8]) -> bool {
        let text = comment.iter().position(|byte| !matches!(byte, b'#' | b' ')).unwrap_or(comment.len());
        let row = &comment[text..];
        match &self.form {
            ListForm::Hashdeep(columns) => table::ends_hashdeep_row(columns, row),
            ListForm::Control(Some(algorithm)) => {
                table::control(*algorithm, &self.filter, &[b" ", row].concat()).is_some()
            }
            _ => false,
        }
    }

    /// Returns whether a comment of an SFV list is a row with a tag, or with a digest that is longer
    /// than a CRC.
    fn hides_other_row(&self, comment: &[u8]) -> bool {
        let row = &comment[comment.iter().take_while(|&&byte| matches!(byte, b';' | b' ' | b'\t')).count()..];
        if plain::is_tagged(&self.filter, row) {
            return true;
        }
        let found = plain::read(&self.filter, &mut self.spacing.clone(), row, false).ok().flatten();
        found.or_else(|| columns::colon(&self.filter, row)).is_some_and(|entry| {
            entry.expected.iter().any(|expected| expected.length() as u64 >= Algorithm::Md5.default_len())
        })
    }

    /// Returns whether a line is a row for a file whose name begins with `#`. It is one if the list
    /// is an SFV list, in which comments begin with a semicolon, or if the line ends with several
    /// digests.
    fn is_named_after_hash(&self, line: &[u8]) -> bool {
        if line.get(1).is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'#')) {
            return false;
        }
        let digests = columns::trailing(&self.filter, line).map_or(0, |row| row.expected.len());
        let crc = line.iter().rposition(u8::is_ascii_whitespace).map_or(0, |blank| line.len() - blank - 1);
        let is_crc = || crc == 8 && table::sfv(&self.filter, line, true).is_some();
        digests > 1 || self.form == ListForm::Sfv && (digests > 0 || is_crc())
    }

    fn hashdeep(&self, columns: &[HashdeepColumn], line: &[u8]) -> ListLine {
        table::hashdeep(columns, &self.filter, line).map_or(ListLine::Improper(Fault::Form), ListLine::Entry)
    }
}
