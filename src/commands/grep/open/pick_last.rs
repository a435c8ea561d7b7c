//! Picks the last selected lines of a stream, with their context.
//!
//! They are held in memory, but never more than requested. Nothing is written to a file.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use memchr::{memchr_iter, memrchr};

use crate::io::Gap;

use super::super::context::layout;
use super::super::lines::{count_lines, last_lines, skip_lines};
use super::super::query::WantedResults;
use super::super::settings::Settings;
use super::start::InputStarts;
use super::stream_select::{Pick, PickedBytes};

/// A filter that picks the last selected lines, with their context.
pub struct PickLast {
    settings: Arc<Settings>,
    wanted: u64,
    starts: InputStarts,
    input: usize,
    /// An unfinished line.
    line: Vec<u8>,
    /// The last whole lines, kept as context for the next match, and their offset.
    tail: Vec<u8>,
    tail_at: u64,
    /// The number of lines before these lines.
    tail_line: u64,
    /// The number of lines after the last selected one that are still to be kept.
    due: u64,
    runs: VecDeque<LineRun>,
    selected: u64,
    /// Whether lines are printed, once enough bytes were read to determine this. Until then,
    /// everything is held.
    output: Option<LineOutput>,
}

/// Whether the lines of an input are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineOutput {
    Printed,
    Suppressed,
}

/// Consecutive lines that are all selected, or all context.
struct LineRun {
    at: u64,
    line: u64,
    lines: u64,
    is_selected: bool,
    bytes: Vec<u8>,
}

impl PickLast {
    /// Returns a filter that picks the last `wanted` lines of the next input, and records in
    /// `starts` the position of the first of them.
    pub fn new(settings: Arc<Settings>, wanted: u64, starts: InputStarts) -> PickLast {
        let input = starts.next();
        PickLast {
            settings,
            wanted,
            starts,
            input,
            line: Vec::new(),
            tail: Vec::new(),
            tail_at: 0,
            tail_line: 0,
            due: 0,
            runs: VecDeque::new(),
            selected: 0,
            output: None,
        }
    }

    /// Searches whole lines that continue the previous ones.
    fn search(&mut self, lines: &[u8]) {
        let settings = Arc::clone(&self.settings);
        let (query, context) = (&settings.query, settings.context);
        let lead = self.tail.len();
        let at = self.tail_at;
        let mut text = std::mem::take(&mut self.tail);
        text.extend_from_slice(lines);
        let fresh = at + lead as u64;
        let found = query.scan(&text, WantedResults { pieces: true, numbers: true, ..WantedResults::default() });
        let due = self.due;
        let fresh_line = self.tail_line + memchr_iter(query.terminator, &text[..lead]).count() as u64;
        self.keep_due(&text[lead..], fresh, fresh_line);
        for piece in layout(&text, &found.pieces, context, query.terminator) {
            self.keep(LineRun {
                at: at + piece.start as u64,
                line: self.tail_line + piece.line,
                lines: piece.lines,
                is_selected: piece.selected,
                bytes: text[piece.start..piece.end].to_vec(),
            });
        }
        if let Some(last) = found.pieces.last().filter(|last| last.end > lead) {
            let after = memchr_iter(query.terminator, &text[last.end..]).count() as u64;
            self.due = context.after.saturating_sub(after);
        } else {
            self.due = due.saturating_sub(memchr_iter(query.terminator, lines).count() as u64);
        }
        // Lines that the next piece may need before its first match are kept.
        let (start, _) = last_lines(&text, context.before, query.terminator);
        self.tail_line += memchr_iter(query.terminator, &text[..start]).count() as u64;
        self.tail_at = at + start as u64;
        self.tail = text.split_off(start);
        let max = self.wanted.saturating_add(context.before);
        while self.runs.front().is_some_and(|first| self.selected - first.selected() >= max) {
            self.selected -= self.runs.pop_front().map_or(0, |first| first.selected());
        }
    }

    /// Keeps the lines that are still due after the last selected one.
    fn keep_due(&mut self, fresh: &[u8], at: u64, line: u64) {
        let terminator = self.settings.query.terminator;
        let end = skip_lines(fresh, self.due, terminator);
        let lines = count_lines(&fresh[..end], terminator);
        if end > 0 {
            self.keep(LineRun { at, line, lines, is_selected: false, bytes: fresh[..end].to_vec() });
        }
    }

    /// Keeps the part of `run` that is not kept yet.
    fn keep(&mut self, mut run: LineRun) {
        let terminator = self.settings.query.terminator;
        let kept = self.runs.back().map_or(0, |last| last.at + last.bytes.len() as u64);
        if run.at + run.bytes.len() as u64 <= kept {
            return;
        }
        if run.at < kept {
            let known = (kept - run.at) as usize;
            let lines = count_lines(&run.bytes[..known], terminator);
            run = LineRun {
                at: kept,
                line: run.line + lines,
                lines: run.lines - lines.min(run.lines),
                is_selected: run.is_selected,
                bytes: run.bytes.split_off(known),
            };
        }
        self.selected += run.selected();
        self.runs.push_back(run);
    }

    /// Cuts the first runs down to the last lines to be selected, and returns the lines directly
    /// before them.
    fn cut(&mut self) -> Vec<u8> {
        let terminator = self.settings.query.terminator;
        let mut left = self.wanted;
        let Some((index, at)) = self.runs.iter().enumerate().rev().find_map(|(index, run)| {
            let (at, lines) = last_lines(&run.bytes, if run.is_selected { left } else { 0 }, terminator);
            left -= lines;
            (left == 0 && lines > 0).then_some((index, at))
        }) else {
            return Vec::new();
        };
        // These are the lines before the first selected one, as far back as they were kept without
        // a gap.
        let mut before = Vec::new();
        let mut next = self.runs[index].at;
        for run in self.runs.drain(..index) {
            before.push(run);
        }
        let mut lead = Vec::new();
        for run in before.iter().rev() {
            if run.at + run.bytes.len() as u64 != next {
                break;
            }
            next = run.at;
            lead.splice(0..0, run.bytes.iter().copied());
        }
        if let Some(first) = self.runs.front_mut() {
            let bytes = first.bytes.split_off(at);
            let dropped = std::mem::replace(&mut first.bytes, bytes);
            let lines = count_lines(&dropped, terminator);
            (first.at, first.line) = (first.at + dropped.len() as u64, first.line + lines);
            first.lines = first.lines.saturating_sub(lines);
            lead.extend_from_slice(&dropped);
        }
        let (start, _) = last_lines(&lead, self.settings.context.before, terminator);
        lead.split_off(start)
    }
}

impl LineRun {
    fn selected(&self) -> u64 {
        if self.is_selected { self.lines } else { 0 }
    }
}

impl Pick for PickLast {
    fn feed(&mut self, bytes: &[u8], picked: &mut PickedBytes) -> io::Result<()> {
        if self.output == Some(LineOutput::Suppressed) {
            picked.keep(bytes);
            return Ok(());
        }
        let terminator = self.settings.query.terminator;
        let end = memrchr(terminator, bytes).filter(|_| self.output.is_some());
        let Some(end) = end else {
            self.line.extend_from_slice(bytes);
            return Ok(());
        };
        let (lines, begun) = bytes.split_at(end + 1);
        let mut whole = std::mem::take(&mut self.line);
        whole.extend_from_slice(lines);
        self.search(&whole);
        self.line = begun.to_vec();
        Ok(())
    }

    fn skip_gap(&mut self, gap: Gap, picked: &mut PickedBytes) {
        if self.output == Some(LineOutput::Suppressed) {
            picked.skip(gap.bytes, gap.lines);
            return;
        }
        let line = std::mem::take(&mut self.line);
        self.search(&line);
        self.tail_at += self.tail.len() as u64 + gap.bytes;
        self.tail_line += memchr_iter(self.settings.query.terminator, &self.tail).count() as u64 + gap.lines;
        self.tail.clear();
        self.due = 0;
    }

    fn classify(&mut self, head: &[u8], picked: &mut PickedBytes) {
        let suppresses_lines = self.settings.suppresses_lines(self.settings.classify(head));
        if suppresses_lines {
            // For a binary input, only whether it matches is printed, so it is searched from its
            // beginning.
            picked.keep(&std::mem::take(&mut self.line));
        }
        self.output = Some(if suppresses_lines { LineOutput::Suppressed } else { LineOutput::Printed });
    }

    fn finish(&mut self, picked: &mut PickedBytes) -> io::Result<()> {
        if self.output == Some(LineOutput::Suppressed) {
            return Ok(());
        }
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.search(&line);
        }
        let lead = self.cut();
        self.starts.set_lead(self.input, lead);
        let (mut at, mut line) = (0, 0);
        for run in self.runs.drain(..) {
            if run.at > at {
                picked.skip(run.at - at, run.line.saturating_sub(line));
            }
            (at, line) = (run.at + run.bytes.len() as u64, run.line + run.lines);
            picked.keep(&run.bytes);
        }
        Ok(())
    }
}
