//! Parses rows of panels, as printed by `--format panels` and hexyl.
//!
//! Borders separate an address, panels of digits, and an equal number of panels of characters.
//! Every cell has a fixed width, so a row that lost or gained a character is not a row. Instead of
//! borders, there may be blanks.

use super::super::digits::hex_value;
use super::super::panels::{PANEL, panel_columns};
use super::characters::CharacterSets;
use super::line::{DumpLine, DumpRow, PanelFrame, address_value};
use super::{Base, Problem};

/// The sizes of groups in panels.
const GROUPS: [usize; 4] = [1, 2, 4, 8];

/// The minimum number of columns of an address.
const MIN_ADDRESS_COLUMNS: usize = 8;

/// The maximum number of panels side by side.
const MAX_PANELS: usize = 32;

/// Returns the number of panels in a dump's first line, or `None` if it is not a line of panels.
pub fn count(line: &[u8]) -> Option<usize> {
    let line = str::from_utf8(line).ok()?;
    if frame(line).is_some() {
        let corners = ['┌', '┐', '└', '┘', '+', ' '];
        let cells = line.trim_matches(corners).split(['┬', '┴', '+']).skip(1);
        return Some(cells.filter(|cell| cell.chars().count() > PANEL).count()).filter(|&panels| panels > 0);
    }
    if let Some(rest) = line.strip_prefix('│') {
        return rest.split('│').nth(1).map(|digits| digits.split('┊').count());
    }
    // The blank at the end may have been removed.
    let columns = line.chars().count();
    let is_whole = |row: &String| row.chars().count() - columns < 2;
    (1..=MAX_PANELS).find(|&panels| with_borders(line, panels).is_some_and(|row| is_whole(&row)))
}

/// Returns which line of a frame `line` is, or `None` if it contains anything else.
pub fn frame(line: &str) -> Option<PanelFrame> {
    let consists_of = |signs: &[char]| line.chars().all(|sign| signs.contains(&sign));
    match line.chars().next()? {
        '┌' => consists_of(&['┌', '─', '┬', '┐']).then_some(PanelFrame::Top),
        '└' => consists_of(&['└', '─', '┴', '┘']).then_some(PanelFrame::Bottom),
        '+' => (line.len() > 1 && consists_of(&['+', '-'])).then_some(PanelFrame::Either),
        _ => None,
    }
}

/// Returns a row with its blank borders replaced by `|`, or `None` if it is not such a row.
fn with_borders(line: &str, panels: usize) -> Option<String> {
    let address =
        line.strip_prefix(' ')?.split(' ').next().filter(|text| text.len() >= MIN_ADDRESS_COLUMNS || *text == "*")?;
    GROUPS.into_iter().find_map(|group| {
        let cells = [(1, address.len().max(MIN_ADDRESS_COLUMNS)), (panels, panel_columns(group)), (panels, PANEL)];
        let mut rest = line.chars();
        let mut next = || rest.next().unwrap_or(' ');
        let mut row = String::new();
        for width in std::iter::once(0).chain(cells.into_iter().flat_map(|(n, width)| std::iter::repeat_n(width, n))) {
            row.extend((0..width).map(|_| next()));
            row.push(if next() == ' ' { '|' } else { return None });
        }
        (rest.next().is_none() && read(row.as_bytes(), panels, None, &mut vec![]).is_ok()).then_some(row)
    })
}

/// Parses one line of a dump with `panels` panels, and appends its bytes to `out`. If there is a
/// `set`, the characters must show the same bytes in one of its character sets.
///
/// # Errors
/// Returns the problem with the line. In this case, `out` may contain some of its bytes.
pub fn read(
    line: &[u8],
    panels: usize,
    set: Option<&mut CharacterSets>,
    out: &mut Vec<u8>,
) -> Result<DumpLine, Problem> {
    let text = str::from_utf8(line).map_err(|_| Problem::NotARow)?;
    if let Some(frame) = frame(text) {
        return Ok(DumpLine::Frame(frame));
    }
    if text.trim().is_empty() {
        return Ok(DumpLine::Blank);
    }
    if text.starts_with(' ') {
        let row = with_borders(text, panels).ok_or(Problem::NotARow)?;
        return read(row.as_bytes(), panels, set, out);
    }
    let borders: &[char] = if text.starts_with('|') { &['|'] } else { &['│', '┊'] };
    let mut cells = text.splitn(panels + 3, borders);
    let (Some(""), Some(address)) = (cells.next(), cells.next()) else { return Err(Problem::NotARow) };
    let (before, mut group) = (out.len(), 1);
    for i in 0..panels {
        let start = out.len();
        group = push_cell(cells.next().ok_or(Problem::NotARow)?, out)?;
        // Only the last panel with bytes may be incomplete.
        if out.len() > start && start - before != i * PANEL {
            return Err(Problem::CutRow);
        }
    }
    let bytes = out.len() - before;
    let shown = characters(cells.next().unwrap_or_default().trim_end(), panels)?;
    if !shown.is_empty() {
        check_order(&shown, group, &out[before..])?;
        // Early versions of hexyl show a zero byte as a digit.
        let shown =
            shown.iter().zip(&out[before..]).map(|(&sign, &byte)| if byte == 0 && sign == '0' { '⋄' } else { sign });
        if set.is_some_and(|set| !set.show(&shown.collect::<Vec<_>>(), &out[before..])) {
            return Err(Problem::Disagree);
        }
    }
    if address.trim_end() == "*" && bytes == 0 {
        return Ok(DumpLine::Star);
    }
    let address = address_value(address.as_bytes(), Base::Hex)?;
    Ok(match bytes {
        0 => DumpLine::End(address),
        _ => DumpLine::Row(DumpRow { address, bytes, longest_group: 2, characters_at: line.len(), is_bordered: false }),
    })
}

/// Appends the bytes of one panel, and returns the number of bytes in its groups.
fn push_cell(cell: &str, out: &mut Vec<u8>) -> Result<usize, Problem> {
    let group = GROUPS.into_iter().find(|&group| panel_columns(group) == cell.len()).ok_or(Problem::NotARow)?;
    let mut is_last = false;
    // A blank precedes each group, and one more follows the last.
    for place in cell.as_bytes()[..cell.len() - 1].chunks(2 * group + 1) {
        let digits = place[1..].trim_ascii_end();
        if place[0] != b' ' || is_last && !digits.is_empty() {
            return Err(Problem::NotARow);
        }
        is_last = digits.len() < 2 * group;
        let (pairs, rest) = digits.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(Problem::HalfByte);
        }
        for [high, low] in pairs {
            let (high, low) = hex_value(*high).zip(hex_value(*low)).ok_or(Problem::NotARow)?;
            out.push(high << 4 | low);
        }
    }
    Ok(group)
}

/// Returns the characters of a row, one for each column. hexyl may omit all of them.
fn characters(text: &str, panels: usize) -> Result<Vec<char>, Problem> {
    let text: Vec<char> = text.chars().collect();
    if !text.is_empty() && text.len() != panels * (PANEL + 1) {
        return Err(Problem::Characters);
    }
    // A border follows each panel.
    Ok(text.chunks(PANEL + 1).flat_map(|panel| panel[..PANEL].iter().copied()).collect())
}

/// Checks that the characters do not show the bytes of each group in reverse order.
fn check_order(shown: &[char], group: usize, bytes: &[u8]) -> Result<(), Problem> {
    let is_shown = |at: usize, byte: u8| !byte.is_ascii_graphic() || shown[at] == char::from(byte);
    let all_shown = |order: &dyn Fn(usize) -> usize| (0..bytes.len()).all(|i| is_shown(i, bytes[order(i)]));
    let swapped = |i: usize| {
        let start = i / group * group;
        start + (start + group).min(bytes.len()) - 1 - i
    };
    match group > 1 && !all_shown(&|i| i) {
        true if all_shown(&swapped) => Err(Problem::LittleEndian),
        true => Err(Problem::Words),
        false => Ok(()),
    }
}
