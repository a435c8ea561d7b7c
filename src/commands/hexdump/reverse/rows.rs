//! Parses rows with addresses strictly, including squeezed ones.
//!
//! A `*` repeats the previous row up to the next address. For xxd, it always represents zeros. A
//! line that is not a row, or that cannot follow the previous row, is an error. Only rows that `xxd
//! -r` reads, and rows that patch a file, may leave gaps. A final line end may be missing only from
//! rows that `xxd -r` reads, or after a row that is certainly complete.

use super::characters::CharacterSets;
use super::line::{self, DumpLine, DumpRow, PanelFrame};
use super::{Base, ByteSink, MAX_HELD, Malformed, Placement, Problem, RowLayout, panels};
use crate::commands::hexdump::digits::PRINTABLE;

/// The number of bytes that a row may have in any dump.
const USUAL_WIDTH: usize = 16;

/// The factor by which a gap may be longer if a `*` represents it.
const STARRED_GAPS: u64 = 1024;

/// The form of a row's characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CharacterColumn {
    None,
    Bare,
    /// Between borders, such as `|…|` or `>…<`.
    Bordered,
}

impl CharacterColumn {
    fn of(line: &[u8], row: &DumpRow) -> CharacterColumn {
        match row.is_bordered {
            true => CharacterColumn::Bordered,
            false if row.characters_at < line::without_return(line).len() => CharacterColumn::Bare,
            false => CharacterColumn::None,
        }
    }
}

/// The state of a conversion of rows.
#[derive(Clone, Debug)]
pub struct AddressedRows {
    layout: RowLayout,
    base: Base,
    placement: Placement,
    /// The number of lines read so far.
    lines: u64,
    /// An unfinished line.
    partial: Vec<u8>,
    /// The bytes of the last row.
    last: Vec<u8>,
    /// The address after the last row, or `None` before the first.
    next_address: Option<u64>,
    /// Whether a `*` has been read since the last row.
    starred: bool,
    /// The maximum number of bytes in a row: that of the first row, but at least the usual number.
    widest: usize,
    /// The number of bytes in the longest row so far.
    width: usize,
    /// The form of the rows' characters, once it is known.
    column: Option<CharacterColumn>,
    /// Whether the last row shows all of its characters.
    shows_all: bool,
    /// Whether any row has shown that groups are not little-endian.
    is_big_endian: bool,
    /// The character sets that show the bytes of all rows so far.
    sets: CharacterSets,
    /// Whether the bottom of the frame around panels is still to be read.
    in_frame: bool,
    /// The current offset of the output.
    here: u64,
    /// Whether the output must still be moved to `here`, which is done only before writing bytes.
    must_move: bool,
    /// The end of the written bytes.
    end: u64,
}

impl AddressedRows {
    /// Returns the state before the first line.
    pub fn new(layout: RowLayout, base: Base, placement: Placement) -> AddressedRows {
        AddressedRows {
            layout,
            base,
            placement,
            lines: 0,
            partial: vec![],
            last: vec![],
            next_address: None,
            starred: false,
            widest: 0,
            width: 0,
            column: None,
            shows_all: false,
            is_big_endian: false,
            sets: CharacterSets::default(),
            in_frame: false,
            here: 0,
            must_move: false,
            end: 0,
        }
    }

    /// Reads the next piece of text.
    ///
    /// # Errors
    /// Returns the first line that is not a row.
    pub fn feed(&mut self, text: &[u8], sink: &mut impl ByteSink) -> Result<(), Malformed> {
        let mut rest = text;
        let mut bytes = Vec::with_capacity(text.len() / 4);
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, after) = (&rest[..end], &rest[end + 1..]);
            if self.partial.is_empty() {
                self.take(line, &mut bytes, sink)?;
            } else {
                self.partial.extend_from_slice(line);
                let line = std::mem::take(&mut self.partial);
                self.take(&line, &mut bytes, sink)?;
            }
            rest = after;
        }
        sink.bytes(&bytes);
        self.partial.extend_from_slice(rest);
        if self.partial.len() > MAX_HELD {
            return Err(Malformed::new(self.lines + 1, &self.partial, Problem::TooLong));
        }
        Ok(())
    }

    /// Reads the last line if it has no terminator.
    ///
    /// # Errors
    /// Returns an error if the line is not a row.
    pub fn finish(mut self, sink: &mut impl ByteSink) -> Result<(), Malformed> {
        let line = std::mem::take(&mut self.partial);
        let mut bytes = vec![];
        let rows_end = self.next_address;
        self.take(&line, &mut bytes, sink)?;
        if self.may_be_cut(&line, rows_end, &bytes) {
            return Err(Malformed::new(self.lines, &line, Problem::Unterminated));
        }
        if self.starred && !self.is_read_by_xxd() {
            return Err(Malformed::new(self.lines, b"*", Problem::OpenStar));
        }
        if self.in_frame {
            return Err(Malformed::new(self.lines, &line, Problem::Frame));
        }
        sink.bytes(&bytes);
        if self.must_move && self.here > self.end {
            // Zeros at the very end must be written, because no later bytes turn them into a gap.
            sink.seek(self.here - 1);
            sink.bytes(&[0]);
        }
        Ok(())
    }

    /// Reads one line. `bytes` contains pending bytes for the current offset of the output.
    fn take(&mut self, line: &[u8], bytes: &mut Vec<u8>, sink: &mut impl ByteSink) -> Result<(), Malformed> {
        let before = bytes.len();
        let result = if line.len() > MAX_HELD { Err(Problem::TooLong) } else { self.take_line(line, bytes, sink) };
        self.lines += 1;
        result.map_err(|problem| {
            bytes.truncate(before.min(bytes.len()));
            sink.bytes(bytes);
            Malformed::new(self.lines, line, problem)
        })
    }

    fn take_line(&mut self, line: &[u8], bytes: &mut Vec<u8>, sink: &mut impl ByteSink) -> Result<(), Problem> {
        let before = bytes.len();
        let read = match self.layout {
            RowLayout::Panels(count) => {
                let sets = if self.shows_originals() { Some(&mut self.sets) } else { None };
                panels::read(line::without_return(line), count, sets, bytes)
            }
            layout => line::read(line, layout, self.base, bytes),
        };
        match read? {
            DumpLine::Blank => Ok(()),
            DumpLine::Frame(frame) => {
                self.in_frame = frame == PanelFrame::Top || frame == PanelFrame::Either && !self.in_frame;
                Ok(())
            }
            DumpLine::Star if self.next_address.is_none() => Err(Problem::Star),
            DumpLine::Star => {
                self.starred = true;
                Ok(())
            }
            DumpLine::End(address) if !self.starred && self.next_address.is_some_and(|next| next != address) => {
                Err(Problem::End)
            }
            DumpLine::End(address) => {
                self.advance_to(address, bytes, sink)?;
                self.next_address = Some(address);
                Ok(())
            }
            DumpLine::Row(row) => {
                let fits = self.check(line, &row, &bytes[before..]);
                // The row's own bytes are kept apart while the output moves to its address.
                self.last_row_then(before, bytes, fits, row, sink)
            }
        }
    }

    fn last_row_then(
        &mut self,
        before: usize,
        bytes: &mut Vec<u8>,
        fits: Result<(), Problem>,
        row: DumpRow,
        sink: &mut impl ByteSink,
    ) -> Result<(), Problem> {
        fits?;
        let is_first = self.next_address.is_none();
        let follows = self.next_address == Some(row.address) && !self.must_move && !self.starred;
        if !follows {
            let own = bytes.split_off(before);
            self.advance_to(row.address, bytes, sink)?;
            if is_first && self.has_order() && self.here > 0 {
                return Err(Problem::Start);
            }
            if std::mem::take(&mut self.must_move) {
                sink.seek(self.here);
            }
            bytes.extend_from_slice(&own);
        }
        self.last.clear();
        self.last.extend_from_slice(&bytes[bytes.len() - row.bytes..]);
        self.here += row.bytes as u64;
        self.end = self.end.max(self.here);
        self.next_address = Some(row.address.wrapping_add(row.bytes as u64));
        self.width = self.width.max(row.bytes);
        Ok(())
    }

    /// Returns whether a last `line` without a terminator may lack bytes. A row that shows all of
    /// its characters is complete, as is the address after a row that is shorter than the others.
    fn may_be_cut(&self, line: &[u8], rows_end: Option<u64>, bytes: &[u8]) -> bool {
        let is_blank = line.iter().all(u8::is_ascii_whitespace);
        let is_panels = matches!(self.layout, RowLayout::Panels(_));
        if self.is_read_by_xxd() || is_blank || is_panels && bytes.is_empty() {
            return false;
        }
        if !bytes.is_empty() {
            return !self.shows_all;
        }
        // The only row of a narrow dump may be complete.
        let is_short =
            self.last.len() < self.width || self.end == self.last.len() as u64 && !self.last.len().is_multiple_of(4);
        self.next_address != rows_end || !is_short
    }

    /// Returns whether each row must follow the previous one.
    fn has_order(&self) -> bool {
        !self.is_read_by_xxd() && !self.placement.is_patch
    }

    /// Returns whether `xxd -r` reads such rows, so that they have the same meaning as in xxd.
    fn is_read_by_xxd(&self) -> bool {
        self.layout == RowLayout::Colon && self.base == Base::Hex
    }

    /// Checks that a row can follow the previous ones.
    fn check(&mut self, line: &[u8], row: &DumpRow, bytes: &[u8]) -> Result<(), Problem> {
        let characters = line::characters(line, row);
        let is_first = self.next_address.is_none();
        if is_first {
            self.widest = row.bytes.max(USUAL_WIDTH);
        }
        // If there are too few characters, a blank before them could be mistaken for one. Trailing
        // blanks may have been removed.
        let has_blanks = bytes.starts_with(b" ") || bytes.ends_with(b" ");
        let shows_all = characters.is_some_and(|characters| !characters.starts_with(b" ") || has_blanks);
        let shows_too_few = row.bytes > USUAL_WIDTH && row.characters_at < line.len() && !shows_all;
        if row.bytes > self.widest || shows_too_few {
            return Err(Problem::TooWide);
        }
        // A row was truncated if the next one starts where a complete row would have ended.
        let last = self.last.len();
        let whole = self.next_address.map(|next| next.wrapping_add(self.width.saturating_sub(last) as u64));
        let is_cut = last < self.width && whole == Some(row.address);
        // If each row follows the previous one, only the last row may be shorter.
        let is_short = self.has_order() && !is_first && (last < self.width || row.bytes > self.width);
        let follows = self.next_address == Some(row.address);
        if !self.starred && (is_cut || is_short && follows) {
            return Err(Problem::CutRow);
        }
        let column = CharacterColumn::of(line, row);
        self.shows_all =
            column == CharacterColumn::Bordered || column == CharacterColumn::Bare && line::shows_exactly(line, bytes);
        let usual = *self.column.get_or_insert(column);
        // Trailing blanks may have been removed from the line.
        let are_blanks =
            usual == CharacterColumn::Bare && column == CharacterColumn::None && bytes.iter().all(|&byte| byte == b' ');
        if usual != column && !are_blanks && (!self.is_read_by_xxd() || usual == CharacterColumn::Bordered) {
            return Err(Problem::Characters);
        }
        if self.has_order() && !self.starred && self.next_address.is_some_and(|next| next != row.address) {
            return Err(Problem::Missing);
        }
        self.check_order(line, row, bytes)?;
        let has_characters = self.shows_originals() && column != CharacterColumn::None;
        if has_characters && !self.sets.agree(line::without_return(line), row, bytes) {
            return Err(Problem::Disagree);
        }
        Ok(())
    }

    /// Returns whether characters must match the bytes of the row. Users edit the digits of rows
    /// that patch a file, and of xxd, which ignores the characters.
    fn shows_originals(&self) -> bool {
        !self.placement.is_patch && !matches!(self.layout, RowLayout::Colon | RowLayout::Bits)
    }

    /// Checks that the bytes of each group are not reversed, to the extent that the characters show
    /// this.
    fn check_order(&mut self, line: &[u8], row: &DumpRow, bytes: &[u8]) -> Result<(), Problem> {
        if row.longest_group == 2 || self.layout == RowLayout::Bits || self.is_big_endian {
            return Ok(());
        }
        if self.layout == RowLayout::Narrow {
            return Err(Problem::Words);
        }
        let Some(characters) = line::characters(line, row) else {
            // `hexdump -x` writes words. Memory dumps and tcpdump write bytes, with a colon.
            let (_, end) = line::address_digits(line, self.layout);
            let may_be_words = self.layout == RowLayout::Wide && line.get(end) != Some(&b':');
            return if may_be_words { Err(Problem::Words) } else { Ok(()) };
        };
        let show = |bytes: &[u8]| -> Vec<u8> { bytes.iter().map(|&byte| PRINTABLE[usize::from(byte)]).collect() };
        let swapped: Vec<u8> =
            bytes.chunks(row.longest_group / 2).flat_map(|group| group.iter().rev().copied()).collect();
        match (show(bytes) == characters, show(&swapped) == characters) {
            (false, true) => Err(Problem::LittleEndian),
            (true, false) => {
                self.is_big_endian = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Advances to `address`, and repeats the last row in place of squeezed rows.
    fn advance_to(&mut self, address: u64, bytes: &mut Vec<u8>, sink: &mut impl ByteSink) -> Result<(), Problem> {
        let starred = std::mem::take(&mut self.starred);
        let squeezed = self.next_address.filter(|_| starred).map(|from| address.wrapping_sub(from));
        let row = self.last.len().max(1) as u64;
        let may_go_back = self.is_read_by_xxd();
        let is_possible = |squeezed: u64| squeezed.is_multiple_of(row) && (may_go_back || squeezed.cast_signed() > 0);
        if squeezed.is_some_and(|squeezed| !is_possible(squeezed)) {
            return Err(Problem::Star);
        }
        let ends = self.next_address.map(|next| (next.wrapping_sub(self.last.len() as u64), next));
        if ends.is_some_and(|(start, next)| address > start && address < next) {
            return Err(Problem::Overlap);
        }
        let placement = match squeezed {
            Some(_) => {
                Placement { longest_gap: self.placement.longest_gap.saturating_mul(STARRED_GAPS), ..self.placement }
            }
            None => self.placement,
        };
        let offset = placement.offset(address, self.here)?;
        if offset == self.here {
            return Ok(());
        }
        sink.bytes(bytes);
        bytes.clear();
        let has_colon = matches!(self.layout, RowLayout::Colon | RowLayout::Bits);
        let repeats = squeezed.is_some() && offset > self.here && !has_colon && self.last.iter().any(|&byte| byte != 0);
        if repeats {
            if std::mem::take(&mut self.must_move) {
                sink.seek(self.here);
            }
            sink.repeat(&self.last, offset - self.here);
            self.end = self.end.max(offset);
        } else {
            self.must_move = true;
        }
        self.here = offset;
        Ok(())
    }
}
