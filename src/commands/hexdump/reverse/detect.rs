//! Detects the notation of a dump from its first lines.
//!
//! The form of the first row determines the layout. The base is the one in which the distance to
//! the next address equals the number of bytes in the row. If several notations fit, the result is
//! never a guess but an error that says how to specify one.

use super::line::{self, DumpLine, DumpRow};
use super::{Base, DumpNotation, Hints, MAX_HELD, Malformed, Problem, RowLayout, numbers, panels};

/// The maximum number of digits in an address.
const MAX_ADDRESS_DIGITS: usize = 16;

/// The maximum number of lines that are examined.
const MAX_LINES: usize = 256;

/// Returns the notation of a dump that starts with `start`, or `None` if more text is needed. If
/// the text is `complete`, the result is never `None`.
///
/// The result is based on the fewest lines that suffice, so it does not depend on how the text is
/// split into pieces.
///
/// # Errors
/// Returns an error if the text is not a dump or fits several notations.
pub fn detect(start: &[u8], complete: bool, hints: Hints) -> Result<Option<DumpNotation>, Malformed> {
    let (lines, exhausted) = NumberedLines::at_start(start, complete);
    for count in 1..=lines.0.len().min(MAX_LINES) {
        let is_last = exhausted && count == lines.0.len() || count == MAX_LINES;
        let some = NumberedLines(lines.0[..count].to_vec());
        if let Some(notation) = settle(&some, is_last, hints)? {
            return Ok(Some(notation));
        }
    }
    // A dump without rows contains no bytes.
    Ok(exhausted.then_some(DumpNotation::Plain))
}

/// Determines the notation from `lines`, of which there is at least one.
fn settle(lines: &NumberedLines<'_>, is_last: bool, hints: Hints) -> Result<Option<DumpNotation>, Malformed> {
    let (number, first) = lines.0[0];
    let malformed = |problem| Malformed::new(number, first, problem);
    if hints.layout.is_none() && may_be_an_end(lines) {
        return if is_last { Err(malformed(Problem::EmptyOrPlain)) } else { Ok(None) };
    }
    if hints.layout.is_none() && lines.0.len() == 1 && first.trim_ascii_end() == b"0000000" {
        // For an empty input, od prints only an address.
        return Ok(is_last.then_some(DumpNotation::Rows { layout: RowLayout::Narrow, base: Base::Octal }));
    }
    let form = match hints.layout {
        None | Some(RowLayout::Panels(_)) => form_of(first),
        Some(layout) => Form::Rows(layout),
    };
    let layout = match form {
        Form::Rows(layout @ RowLayout::Panels(_)) => return Ok(Some(DumpNotation::Rows { layout, base: Base::Hex })),
        _ if matches!(hints.layout, Some(RowLayout::Panels(_))) => return Err(malformed(Problem::NotARow)),
        Form::Rows(layout) => layout,
        Form::Plain => return plain(lines, is_last).map_err(malformed),
        Form::Nothing => return Err(malformed(Problem::NotARow)),
    };
    if layout == RowLayout::Narrow && numbers::shows_octal(first) {
        return Err(malformed(Problem::Octal));
    }
    if layout == RowLayout::Wide && hints.layout.is_none() {
        let row = line::read(first, layout, Base::Hex, &mut vec![]);
        if row.is_ok_and(|row| numbers::may_be_a_number(first, &row)) {
            return Err(malformed(Problem::Numbers));
        }
    }
    let steps = RowSteps::of(lines, layout);
    let settled = if layout == RowLayout::Colon && hints.layout.is_none() {
        bits_or_hex(first, &steps, is_last)
    } else {
        Some(Ok(layout))
    };
    let Some(layout) = settled.transpose().map_err(malformed)? else { return Ok(None) };
    let base = match hints.base {
        Some(base) => Some(base),
        None => RowSteps::of(lines, layout).base(is_last).map_err(malformed)?,
    };
    Ok(base.map(|base| DumpNotation::Rows { layout, base }))
}

/// Returns whether a string may be the rest of a dump that lost its rows: a four-digit address, a
/// six-digit one as in od, or an eight-digit one. The start of the address zero may precede it.
fn may_be_an_end(lines: &NumberedLines<'_>) -> bool {
    let Some(((_, last), before)) = lines.0.split_last() else { return false };
    let last = last.trim_ascii();
    let is_zero = |digits: &[u8]| digits.iter().all(|&digit| digit == b'0');
    let is_address = matches!(last.len(), 4 | 6 | 8) && last.iter().all(u8::is_ascii_hexdigit);
    let is_small = is_zero(&last[..last.len() / 2]);
    // The first row may have lost everything except the start of its address.
    let is_before =
        |line: &[u8]| is_zero(line) && (line.len() < last.len() || line.len() == last.len() && !is_zero(last));
    is_address && is_small && before.len() < 2 && before.iter().all(|(_, line)| is_before(line.trim_ascii()))
}

/// Returns the number of bytes per row in an xxd dump that starts with `start`, for `xxd -r`.
pub fn xxd_width(start: &[u8], complete: bool) -> Option<usize> {
    const DEFAULT: usize = 16;
    let (lines, complete) = NumberedLines::at_start(start, complete);
    let mut rows =
        lines.0.iter().filter_map(|(_, line)| match line::read(line, RowLayout::Colon, Base::Hex, &mut vec![]) {
            Ok(DumpLine::Row(row)) => Some((*line, row)),
            _ => None,
        });
    match (rows.next(), rows.next()) {
        (Some((_, first)), Some((_, second))) => {
            let is_step = second.address.wrapping_sub(first.address) == first.bytes as u64;
            Some(if is_step { first.bytes.max(DEFAULT) } else { DEFAULT })
        }
        (Some((line, only)), None) if complete => {
            let is_whole = line::characters(line, &only).is_some();
            Some(if is_whole { only.bytes.max(DEFAULT) } else { DEFAULT })
        }
        _ if complete => Some(DEFAULT),
        _ => None,
    }
}

/// The complete and nonempty lines of a string, with their numbers.
struct NumberedLines<'t>(Vec<(u64, &'t [u8])>);

impl<'t> NumberedLines<'t> {
    /// Returns the lines at the start of a string, and whether no further lines will be examined.
    /// The last line is complete only if it ends with a newline or the text is `complete`.
    fn at_start(text: &'t [u8], complete: bool) -> (NumberedLines<'t>, bool) {
        let is_short = text.len() < MAX_HELD;
        let text = &text[..text.len().min(MAX_HELD)];
        let end = match memchr::memrchr(b'\n', text) {
            _ if complete && is_short => text.len(),
            Some(end) => end,
            None => 0,
        };
        let lines = text[..end].split(|&byte| byte == b'\n').map(line::without_return);
        let lines = (1..).zip(lines).filter(|(_, line)| !line.trim_ascii().is_empty()).collect();
        (NumberedLines(lines), complete || !is_short)
    }
}

/// The kind of dump that the form of a line indicates.
enum Form {
    Rows(RowLayout),
    Plain,
    Nothing,
}

fn form_of(line: &[u8]) -> Form {
    if let Some(count) = panels::count(line) {
        return Form::Rows(RowLayout::Panels(count));
    }
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let (_, colon) = line::address_digits(line, RowLayout::Colon);
    let (start, end) = line::address_digits(line, RowLayout::Wide);
    let is_prefixed = start >= 2 && matches!(line[start - 1], b'x' | b'X');
    let blanks = |from: usize| line[from..].iter().take_while(|byte| is_blank(byte)).count();
    let digits = end - start;
    // xxd reads nothing after a colon and two blanks, which tcpdump and memory dumps write.
    let is_wide = is_prefixed || colon == end && digits >= 4;
    if line.get(colon) == Some(&b':') && !(is_wide && blanks(colon + 1) > 1) {
        return Form::Rows(RowLayout::Colon);
    }
    let after = end + usize::from(line.get(end) == Some(&b':'));
    let groups_follow = line.get(after + blanks(after)).is_some_and(u8::is_ascii_hexdigit);
    if digits >= 4 && groups_follow && blanks(after) >= 2 {
        return Form::Rows(RowLayout::Wide);
    }
    // An address is recognised because it has more digits than the groups after it, or an odd
    // number of digits.
    let mut groups = line.split(is_blank).filter(|group| !group.is_empty()).skip(1);
    let second = groups.next().map_or(0, <[u8]>::len);
    if digits >= 4 && second > 0 && (digits > second && second == 2 || digits % 2 == 1) {
        return Form::Rows(RowLayout::Narrow);
    }
    let is_plain = line.iter().all(|byte| byte.is_ascii_hexdigit() || is_blank(byte));
    if is_plain { Form::Plain } else { Form::Nothing }
}

/// Chooses plain digits, unless the groups at the start of lines are addresses.
fn plain(lines: &NumberedLines<'_>, complete: bool) -> Result<Option<DumpNotation>, Problem> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let word = lines.0[0].1.rsplit(is_blank).find(|group| !group.is_empty()).map_or(0, |group| group.len() as u64 / 2);
    let head = |line: &[u8]| -> (Vec<u8>, u64) {
        let mut groups = line.split(is_blank).filter(|group| !group.is_empty());
        let first = groups.next().unwrap_or_default().to_vec();
        (first, groups.map(|group| group.len() as u64 / 2).sum())
    };
    let (_, first) = lines.0[0];
    if numbers::are_words(first) {
        return Err(Problem::Words);
    }
    if numbers::may_be_numbers(first) {
        return Err(Problem::Numbers);
    }
    let (address, bytes) = head(first);
    let is_pair = bytes == 0 && address.len() == 2;
    if address.len() < 4 && !is_pair || bytes == 0 && address.len() > MAX_ADDRESS_DIGITS {
        return Ok(Some(DumpNotation::Plain));
    }
    let Some((_, second)) = lines.0.get(1) else { return Ok(complete.then_some(DumpNotation::Plain)) };
    if bytes == 0 {
        // An address whose row was lost, or a byte whose address was lost, looks like plain digits
        // until the next row.
        let mut groups = second.split(is_blank).filter(|group| !group.is_empty()).map(<[u8]>::len);
        let begins_alike = groups.next() == Some(address.len());
        let has_words = begins_alike && groups.next().is_some_and(|word| word != address.len());
        let is_row = has_words || matches!(form_of(second), Form::Rows(_));
        return if is_row { Err(Problem::EmptyOrPlain) } else { Ok(Some(DumpNotation::Plain)) };
    }
    let next = head(second).0;
    let are_addresses = [Base::Hex, Base::Decimal, Base::Octal].into_iter().any(|base| {
        let value = |digits: &[u8]| line::address_value(digits, base).ok();
        let step = value(&next).zip(value(&address)).map(|(next, address)| next.wrapping_sub(address));
        // The last word of a file may be incomplete.
        step.is_some_and(|step| step > 0 && (step..step.saturating_add(word)).contains(&bytes))
    });
    if are_addresses { Err(Problem::Words) } else { Ok(Some(DumpNotation::Plain)) }
}

/// The addresses at the start of lines, with the number of bytes in each row.
struct RowSteps<'t> {
    layout: RowLayout,
    /// The digits of the address, the row, and whether a `*` precedes it. The row is `None` for a
    /// line without bytes.
    rows: Vec<(&'t [u8], Option<DumpRow>, bool)>,
}

impl<'t> RowSteps<'t> {
    fn of(lines: &NumberedLines<'t>, layout: RowLayout) -> RowSteps<'t> {
        let (mut rows, mut starred) = (vec![], false);
        for (_, line) in &lines.0 {
            let (start, end) = line::address_digits(line, layout);
            let digits = &line[start..end];
            // Bytes are parsed in the same way in any base. Only the address may be invalid.
            match line::read(line, layout, Base::Hex, &mut vec![]) {
                Ok(DumpLine::Star) => starred = true,
                Ok(DumpLine::Row(row)) => rows.push((digits, Some(row), std::mem::take(&mut starred))),
                Ok(DumpLine::End(_)) => rows.push((digits, None, std::mem::take(&mut starred))),
                Ok(DumpLine::Blank | DumpLine::Frame(_)) | Err(_) => break,
            }
        }
        RowSteps { layout, rows }
    }

    /// Returns, for each pair of consecutive rows, the bases in which they are contiguous. Omits
    /// pairs that are not contiguous in any base.
    fn fitting(&self) -> impl Iterator<Item = Vec<Base>> {
        self.rows.windows(2).filter_map(|pair| {
            let [(address, Some(row), _), (next, next_row, false)] = pair else { return None };
            // If the next row is longer, this row was truncated, so its length is meaningless.
            if next_row.is_some_and(|next| next.bytes > row.bytes) {
                return Some(vec![]);
            }
            let fits = |base: &Base| {
                let value = |digits: &[u8]| line::address_value(digits, *base).ok();
                let step = value(next)?.checked_sub(value(address)?)?;
                (step == row.bytes as u64).then_some(())
            };
            Some([Base::Hex, Base::Decimal, Base::Octal].into_iter().filter(|base| fits(base).is_some()).collect())
        })
    }

    /// Returns whether the first address has as many digits as od's hexadecimal addresses. In other
    /// bases, od writes seven.
    fn has_hex_digits(&self) -> bool {
        const OD_HEX_DIGITS: usize = 6;
        self.rows.first().is_some_and(|(digits, ..)| digits.len() == OD_HEX_DIGITS)
    }

    /// Returns the base of the addresses, or `None` if further rows may determine it.
    fn base(&self, complete: bool) -> Result<Option<Base>, Problem> {
        let is_narrow = self.layout == RowLayout::Narrow;
        // An address has more digits than others only if it needs them.
        let shortest = self.rows.first().map_or(0, |(digits, ..)| digits.len());
        let is_longer = |digits: &[u8]| digits.len() > shortest && digits.starts_with(b"0");
        if is_narrow && self.rows.iter().any(|(digits, ..)| is_longer(digits)) {
            return Err(Problem::UnknownBase);
        }
        if !is_narrow && self.rows.iter().any(|(digits, ..)| digits.iter().any(u8::is_ascii_alphabetic)) {
            return Ok(Some(Base::Hex));
        }
        for bases in self.fitting() {
            match bases[..] {
                [] if is_narrow => return Err(Problem::UnknownBase),
                // Rows other than od's may leave gaps.
                [] => return Ok(Some(Base::Hex)),
                // Only od has octal addresses.
                [Base::Octal] if !is_narrow => return Ok(Some(Base::Hex)),
                // A deleted row may make hexadecimal addresses fit as octal ones.
                [only] if is_narrow && self.has_hex_digits() && only != Base::Hex => return Err(Problem::UnknownBase),
                [only] => return Ok(Some(only)),
                _ => {}
            }
        }
        if !complete {
            return Ok(None);
        }
        let starred = self.rows.iter().any(|(.., starred)| *starred);
        let is_zero = |(digits, ..): &(&[u8], _, _)| digits.iter().all(|&digit| digit == b'0');
        let is_od_hex = self.has_hex_digits();
        let is_empty = matches!(self.rows[..], [(_, None, false)]) && self.rows.first().is_some_and(is_zero);
        let is_any = !starred && self.rows.first().is_some_and(is_zero);
        if !is_narrow || is_empty || self.rows.len() > 1 && (is_od_hex || is_any) {
            Ok(Some(Base::Hex))
        } else {
            Err(Problem::UnknownBase)
        }
    }
}

/// Returns whether a row that is not a row of bits is nearly one. All digits are 0 or 1, or most of
/// them are and there is a character for each group of eight.
fn shows_bits(line: &[u8], hex: &DumpRow) -> bool {
    let digits =
        line[..hex.characters_at].iter().skip_while(|&&byte| byte != b':').filter(|byte| byte.is_ascii_hexdigit());
    let binary = digits.filter(|byte| matches!(byte, b'0' | b'1')).count();
    let (groups, characters) = (hex.bytes / 4, line.len() - hex.characters_at);
    // The last group may have been truncated.
    let is_cut = binary == 2 * hex.bytes && characters != hex.bytes;
    let is_damaged = characters == groups && 8 * binary > 7 * 8 * groups;
    hex.longest_group == 8 && (binary == 8 * groups || is_cut || is_damaged)
}

/// Distinguishes a dump of bits from a dump of hexadecimal digits that are all 0 or 1. Returns
/// `None` if further rows may settle the question.
fn bits_or_hex(first: &[u8], steps: &RowSteps<'_>, complete: bool) -> Option<Result<RowLayout, Problem>> {
    let hex = match line::read(first, RowLayout::Colon, Base::Hex, &mut vec![]) {
        Ok(DumpLine::Row(hex)) => Some(hex),
        _ => None,
    };
    let mut bytes = vec![];
    let Ok(DumpLine::Row(bits)) = line::read(first, RowLayout::Bits, Base::Hex, &mut bytes) else {
        let is_damaged = hex.is_some_and(|hex| shows_bits(first, &hex));
        return Some(if is_damaged { Err(Problem::BitsOrHex) } else { Ok(RowLayout::Colon) });
    };
    let Some(hex) = hex else { return Some(Ok(RowLayout::Bits)) };
    let characters = &line::without_return(first)[bits.characters_at..];
    // Bytes whose digits are all 0 or 1 are control characters, which are shown as dots.
    let is_hex = characters.len() == hex.bytes && characters.iter().all(|&byte| byte == b'.');
    // Trailing blanks may have been removed from the line.
    let are_blanks = !characters.is_empty() && bytes.iter().skip(characters.len()).all(|&byte| byte == b' ');
    if is_hex || are_blanks && characters.len() <= bits.bytes {
        return Some(Ok(if is_hex { RowLayout::Colon } else { RowLayout::Bits }));
    }
    let [(address, ..), (next, ..), ..] = steps.rows[..] else {
        return complete.then_some(Err(Problem::BitsOrHex));
    };
    let fits = |bytes: usize| {
        [Base::Hex, Base::Decimal].into_iter().any(|base| {
            let value = |digits: &[u8]| line::address_value(digits, base).ok();
            value(next).zip(value(address)).is_some_and(|(next, address)| next.wrapping_sub(address) == bytes as u64)
        })
    };
    Some(match (fits(bits.bytes), fits(hex.bytes)) {
        (true, false) => Ok(RowLayout::Bits),
        (false, true) => Ok(RowLayout::Colon),
        _ => Err(Problem::BitsOrHex),
    })
}
