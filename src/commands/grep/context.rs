//! Adds the lines around the selected ones (`-A`, `-B`, `-C`), also across the boundaries of
//! blocks.
//!
//! A scan lays out a block as if it stood alone ([`layout`], on any thread). In file order, [`ContextState`]
//! then adds context from earlier blocks: lines still due after their last match, and copies of their
//! last unprinted lines. The output therefore does not depend on the size of the blocks.

use std::ops::Range;

use super::held::{HeldLines, HeldPiece};
use super::lines::{count_lines, last_lines, skip_lines};
use super::query::Piece;

/// The number of lines of context to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The number of lines before a selected line.
    pub before: u64,
    /// The number of lines after a selected line.
    pub after: u64,
}

impl Context {
    /// Returns whether there is no context.
    pub fn is_none(self) -> bool {
        self.before == 0 && self.after == 0
    }
}

/// Adds context pieces to the selected ones of a block that stands alone.
pub fn layout(hay: &[u8], selected: &[Piece], context: Context, terminator: u8) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(selected.len() * 2 + 1);
    let mut shown = 0;
    for (i, piece) in selected.iter().enumerate() {
        let gap = &hay[shown..piece.start];
        let (start, lines) = last_lines(gap, context.before, terminator);
        if lines > 0 {
            // Without numbers, every piece has the number 0.
            let line = piece.line.saturating_sub(lines);
            pieces.push(Piece { start: shown + start, end: piece.start, line, lines, selected: false });
        }
        pieces.push(*piece);
        shown = piece.end;
        let next = selected.get(i + 1).map_or(hay.len(), |next| next.start);
        if let Some(after) = following(hay, *piece, next, context.after, terminator) {
            shown = after.end;
            pieces.push(after);
        }
    }
    pieces
}

/// Adds context pieces wherever no line is selected, so that all of the block is shown (`--passthru`).
pub fn full_layout(hay: &[u8], selected: &[Piece], terminator: u8) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(selected.len() * 2 + 1);
    let (mut shown, mut line) = (0, 0);
    for (start, piece) in selected.iter().map(|piece| (piece.start, Some(piece))).chain([(hay.len(), None)]) {
        if shown < start {
            let lines = count_lines(&hay[shown..start], terminator);
            pieces.push(Piece { start: shown, end: start, line, lines, selected: false });
            line += lines;
        }
        let Some(piece) = piece else { break };
        pieces.push(Piece { line, ..*piece });
        (shown, line) = (piece.end, line + piece.lines);
    }
    pieces
}

/// Turns all selected lines after the first `remaining` into context.
pub fn demote(hay: &[u8], pieces: &mut Vec<Piece>, remaining: u64, terminator: u8) {
    let mut remaining = remaining;
    let mut at = 0;
    while at < pieces.len() {
        let piece = pieces[at];
        if piece.selected && piece.lines > remaining {
            let end = piece.start + skip_lines(&hay[piece.start..piece.end], remaining, terminator);
            let rest = Piece {
                start: end,
                line: piece.line + remaining,
                lines: piece.lines - remaining,
                selected: false,
                ..piece
            };
            pieces[at] = rest;
            if remaining > 0 {
                pieces.insert(at, Piece { end, lines: remaining, ..piece });
                at += 1;
            }
            remaining = 0;
        } else if piece.selected {
            remaining -= piece.lines;
        }
        at += 1;
    }
}

/// Returns the context after `piece`, up to `limit`.
fn following(hay: &[u8], piece: Piece, limit: usize, lines: u64, terminator: u8) -> Option<Piece> {
    let gap = &hay[piece.end..limit];
    let length = skip_lines(gap, lines, terminator);
    (length > 0).then(|| Piece {
        start: piece.end,
        end: piece.end + length,
        line: piece.line + piece.lines,
        lines: count_lines(&gap[..length], terminator),
        selected: false,
    })
}

/// Cuts a layout down to its first `remaining` selected lines. The lines after them are context, whether
/// they match or not, as in GNU grep.
pub fn keep_first(hay: &[u8], pieces: &mut Vec<Piece>, remaining: u64, context: Context, terminator: u8) {
    let mut remaining = remaining;
    for i in 0..pieces.len() {
        let piece = &mut pieces[i];
        if !piece.selected {
            continue;
        }
        if remaining == 0 {
            pieces.truncate(i);
            while pieces.last().is_some_and(|piece| !piece.selected) {
                pieces.pop();
            }
            break;
        }
        if piece.lines > remaining {
            piece.end = piece.start + skip_lines(&hay[piece.start..piece.end], remaining, terminator);
            piece.lines = remaining;
            pieces.truncate(i + 1);
        }
        remaining -= pieces[i].lines;
        if i + 1 == pieces.len() {
            break;
        }
    }
    if remaining == 0
        && let Some(last) = pieces.iter().rposition(|piece| piece.selected)
    {
        pieces.truncate(last + 1);
        pieces.extend(following(hay, pieces[last], hay.len(), context.after, terminator));
    }
}

/// The lines of earlier blocks that a block prints as leading context.
#[derive(Clone, Debug, Default)]
pub struct Lead {
    /// The bytes of the lines.
    pub bytes: Vec<u8>,
    /// The lines, if they are not all in memory.
    pub pieces: Vec<HeldPiece>,
    /// The number of lines.
    pub lines: u64,
}

/// The position of a block in an input that can be read again.
#[derive(Clone, Debug)]
pub struct BlockOrigin {
    /// The offsets of the block's start and end.
    pub range: Range<u64>,
    /// The start of its last line, if a short line stands in for it in memory.
    pub long_line: Option<usize>,
}

/// The context that reaches from one block of an input into the next.
#[derive(Clone, Debug, Default)]
pub struct ContextState {
    context: Context,
    terminator: u8,
    /// The number of lines of context still due after the last selected line.
    due: u64,
    /// Whether a line of this input was printed.
    printed: bool,
    /// The number of lines since the last printed one, or since the input's start.
    gap: u64,
    /// The last of these lines, which may become context before a match.
    unprinted: HeldLines,
}

impl ContextState {
    /// Returns the state at the start of an input.
    pub fn new(context: Context, terminator: u8) -> ContextState {
        ContextState { context, terminator, unprinted: HeldLines::new(terminator), ..ContextState::default() }
    }

    /// Returns whether lines are still due.
    pub fn is_due(&self) -> bool {
        self.due > 0
    }

    /// Records that other output was printed in between.
    pub fn interrupt(&mut self) {
        self.printed = false;
    }

    /// Returns the state after `before`: whole lines that precede the start and are not printed.
    pub fn after(mut self, before: &[u8]) -> ContextState {
        let (start, held) = last_lines(before, self.context.before, self.terminator);
        self.unprinted.push(&before[start..], held);
        self.gap = held;
        self
    }

    /// Completes a block's layout with the context of earlier blocks, and records the context that
    /// is due in the next. Returns the lines to print before it, and whether its first printed line
    /// directly follows the last one printed. Lines are counted only as far as context reaches.
    /// Lines of a block with an `origin` need not be held in memory.
    pub fn cross(&mut self, hay: &[u8], origin: Option<&BlockOrigin>, pieces: &mut Vec<Piece>) -> (Lead, bool) {
        let first_shown = pieces.first().map_or(hay.len(), |piece| piece.start);
        if self.due > 0 && first_shown > 0 {
            let end = skip_lines(&hay[..first_shown], self.due, self.terminator);
            let lines = count_lines(&hay[..end], self.terminator);
            pieces.insert(0, Piece { start: 0, end, line: 0, lines, selected: false });
            self.due = self.due.saturating_sub(lines);
        }
        let lead = self.lead(hay, pieces);
        let follows = match pieces.first() {
            Some(_) if lead.lines > 0 => self.printed && self.gap == lead.lines,
            Some(first) => self.printed && self.gap == 0 && first.start == 0,
            None => false,
        };
        self.note(hay, origin, pieces);
        (lead, follows)
    }

    /// Takes the lines of earlier blocks that precede the block's first selected line.
    fn lead(&mut self, hay: &[u8], pieces: &[Piece]) -> Lead {
        let Some(first) = pieces.iter().find(|piece| piece.selected) else { return Lead::default() };
        if self.unprinted.lines() == 0 {
            return Lead::default();
        }
        let (_, inside) = last_lines(&hay[..first.start], self.context.before, self.terminator);
        let wanted = self.context.before - inside;
        self.unprinted.keep_last(wanted);
        let lines = self.unprinted.lines();
        let (bytes, pieces) = match std::mem::replace(&mut self.unprinted, HeldLines::new(self.terminator)).into_bytes()
        {
            Ok(bytes) => (bytes, Vec::new()),
            Err(pieces) => (Vec::new(), pieces),
        };
        Lead { bytes, pieces, lines }
    }

    fn note(&mut self, hay: &[u8], origin: Option<&BlockOrigin>, pieces: &[Piece]) {
        if let Some(last) = pieces.iter().rposition(|piece| piece.selected) {
            // After its last selected line, a layout has all the context that the block holds.
            let in_block: u64 = pieces[last + 1..].iter().map(|piece| piece.lines).sum();
            self.due = self.context.after - in_block.min(self.context.after);
        }
        let rest = match pieces.last() {
            Some(last) => {
                self.printed = true;
                self.gap = 0;
                self.unprinted = HeldLines::new(self.terminator);
                &hay[last.end..]
            }
            None => hay,
        };
        let (start, kept) = last_lines(rest, self.context.before, self.terminator);
        // Beyond the reach of context, the length of a gap makes no difference.
        self.gap = self.gap.saturating_add(last_lines(rest, self.context.before.saturating_add(1), self.terminator).1);
        self.hold(hay, hay.len() - rest.len() + start, kept, origin);
        self.unprinted.keep_last(self.context.before);
    }

    /// Holds the last `lines` lines of a block, which begin at `from`.
    fn hold(&mut self, hay: &[u8], from: usize, lines: u64, origin: Option<&BlockOrigin>) {
        let (end, last) = match origin.and_then(|origin| origin.long_line) {
            Some(start) if from <= start && lines > 0 => (start, 1),
            _ => (hay.len(), 0),
        };
        match origin.map(|origin| origin.range.start) {
            Some(start) if HeldLines::is_better_as_offset((end - from) as u64) => {
                self.unprinted.push_range(start + from as u64..start + end as u64, lines - last);
            }
            _ => self.unprinted.push(&hay[from..end], lines - last),
        }
        if let Some(origin) = origin {
            self.unprinted.push_range(origin.range.start + end as u64..origin.range.end, last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines::lines_of;
    use super::*;
    use proptest::prelude::*;

    /// Returns the printed lines one by one as `(text, selected)`, with `None` for a separator.
    fn naive(lines: &[&[u8]], context: Context, max: u64) -> Vec<Option<(Vec<u8>, bool)>> {
        let mut selected: Vec<usize> = (0..lines.len()).filter(|&i| lines[i].starts_with(b"x")).collect();
        selected.truncate(max as usize);
        let mut shown = Vec::new();
        let mut last: Option<usize> = None;
        for (i, line) in lines.iter().enumerate() {
            let is_selected = selected.contains(&i);
            let near =
                |&s: &usize| (i < s && (s - i) as u64 <= context.before) || (i > s && (i - s) as u64 <= context.after);
            if is_selected || selected.iter().any(near) {
                if last.is_some_and(|last| last + 1 != i) {
                    shown.push(None);
                }
                shown.push(Some((line.to_vec(), is_selected)));
                last = Some(i);
            }
        }
        shown
    }

    /// Returns the same, computed from layouts of blocks of `block` lines.
    fn in_blocks(lines: &[&[u8]], context: Context, max: u64, block: usize) -> Vec<Option<(Vec<u8>, bool)>> {
        let mut shown = Vec::new();
        let mut state = ContextState::new(context, b'\n');
        let mut remaining = max;
        for block in lines.chunks(block) {
            let hay = block.concat();
            let mut selected = Vec::new();
            let mut at = 0;
            for (i, line) in block.iter().enumerate() {
                if line.starts_with(b"x") {
                    selected.push(Piece { start: at, end: at + line.len(), line: i as u64, lines: 1, selected: true });
                }
                at += line.len();
            }
            let count = selected.len() as u64;
            let mut pieces = layout(&hay, &selected, context, b'\n');
            if count > remaining {
                keep_first(&hay, &mut pieces, remaining, context, b'\n');
            }
            remaining -= count.min(remaining);
            let (lead, follows) = state.cross(&hay, None, &mut pieces);
            if pieces.is_empty() {
                continue;
            }
            if !shown.is_empty() && !follows {
                shown.push(None);
            }
            shown.extend(lines_of(&lead.bytes, b'\n').map(|line| Some((line.to_vec(), false))));
            let mut end = pieces[0].start;
            for piece in &pieces {
                if piece.start != end {
                    shown.push(None);
                }
                end = piece.end;
                shown.extend(
                    lines_of(&hay[piece.start..piece.end], b'\n').map(|line| Some((line.to_vec(), piece.selected))),
                );
            }
        }
        shown
    }

    proptest! {
        #[test]
        fn blocks_of_any_size_show_the_same_lines(
            text in proptest::collection::vec(prop_oneof![3 => Just("a"), 1 => Just("x"), 1 => Just("")], 0..40),
            before in 0u64..6, after in 0u64..6, block in 1usize..9, max in prop_oneof![Just(u64::MAX), 1u64..4],
            open: bool,
        ) {
            let mut lines: Vec<Vec<u8>> =
                text.iter().enumerate().map(|(i, start)| format!("{start}{i}\n").into_bytes()).collect();
            if open && let Some(last) = lines.last_mut() {
                last.pop();
            }
            let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
            let context = Context { before, after };
            prop_assert_eq!(in_blocks(&lines, context, max, block), naive(&lines, context, max));
        }
    }
}
