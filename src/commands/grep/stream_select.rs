//! A part of a stream, picked as the bytes arrive: the lines of a period, or around the last selected lines.
//!
//! Nothing is written to a file. A period is passed on as it comes. The last lines are held in memory, at most as many as
//! were asked for and their context.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

use memchr::{memchr_iter, memrchr};

use crate::commands::cat::pick::{Piece as Picked, TimePicker};
use crate::engine::Kernel;
use crate::io::{Feed, Filled, Gap, Stream};
use crate::os::Stop;

use super::context::lay_out;
use super::kernel::Search;
use super::search::{Wanted, last_lines};
use super::settings::Settings;
use super::start::{Start, Starts};

/// How many bytes are read at a time.
const PIECE: usize = 256 << 10;

/// Bytes that follow on each other, and what was left out before them.
#[derive(Debug, Default)]
struct Stretch {
    before: Gap,
    bytes: Vec<u8>,
}

/// What was picked and not yet given out.
#[derive(Debug, Default)]
pub struct Stretches {
    queue: VecDeque<Stretch>,
    /// What was left out behind the last of them.
    after: Gap,
}

impl Stretches {
    fn keep(&mut self, bytes: &[u8]) {
        match self.queue.back_mut() {
            Some(last) if self.after == Gap::default() => last.bytes.extend_from_slice(bytes),
            _ => self.queue.push_back(Stretch { before: std::mem::take(&mut self.after), bytes: bytes.to_vec() }),
        }
    }

    fn leave_out(&mut self, bytes: u64, lines: u64) {
        self.after.bytes += bytes;
        self.after.lines += lines;
    }
}

/// Picks lines out of a stream.
pub trait Pick: Send {
    /// Takes the next bytes.
    fn feed(&mut self, bytes: &[u8], picked: &mut Stretches);

    /// Takes note of what was left out of its input.
    fn pass(&mut self, gap: Gap, picked: &mut Stretches);

    /// Takes the first bytes of everything, once there are enough for a verdict.
    fn judge(&mut self, head: &[u8], picked: &mut Stretches) {
        let _ = (head, picked);
    }

    /// Takes note of the end.
    ///
    /// # Errors
    /// What was wrong with the input.
    fn finish(&mut self, picked: &mut Stretches) -> io::Result<()>;

    /// Whether nothing that is still to come can be picked.
    fn is_done(&self) -> bool {
        false
    }

    /// What is to be said at the end.
    fn notice(&self) -> Option<String> {
        None
    }
}

/// The stream of what is picked.
pub struct Selected {
    stream: Stream,
    pick: Box<dyn Pick>,
    picked: Stretches,
    /// The beginning of everything, for the verdict on it.
    head: Vec<u8>,
    buffer: Vec<u8>,
    is_judged: bool,
    ended: Option<io::Result<()>>,
    notice: Arc<OnceLock<String>>,
}

impl fmt::Debug for Selected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Selected").field("stream", &self.stream).finish_non_exhaustive()
    }
}

impl Selected {
    /// Picks from `stream` what `pick` picks.
    pub fn new(stream: Stream, pick: Box<dyn Pick>, notice: Arc<OnceLock<String>>) -> Selected {
        let mut picked = Stretches::default();
        // A range that was asked for begins there.
        picked.leave_out(stream.offset(), 0);
        let (head, buffer) = (Vec::new(), Vec::new());
        Selected { stream, pick, picked, head, buffer, is_judged: false, ended: None, notice }
    }

    /// Reads more, and picks from it.
    fn read(&mut self, stop: &Stop, wait: bool) -> io::Result<Filled> {
        self.buffer.clear();
        let filled = self.stream.fill_if(&mut self.buffer, PIECE, stop, wait)?;
        let missing = Search::HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(&self.buffer[..self.buffer.len().min(missing)]);
        self.pick.feed(&self.buffer, &mut self.picked);
        if filled == Filled::Gap {
            let before = self.stream.offset();
            let lines = self.stream.pass_gap();
            self.pick.pass(Gap { bytes: self.stream.offset() - before, lines }, &mut self.picked);
        }
        let is_ended = filled == Filled::Ended || self.pick.is_done();
        if !self.is_judged && (is_ended || filled == Filled::Drained || self.head.len() >= Search::HEAD) {
            self.is_judged = true;
            if let Some(head) = self.stream.head() {
                self.head = head.to_vec();
            }
            self.pick.judge(&self.head, &mut self.picked);
        }
        if is_ended {
            let finished = self.pick.finish(&mut self.picked);
            self.ended = Some(self.stream.take_failure().map_or(finished, Err));
            if let Some(notice) = self.pick.notice() {
                let _ = self.notice.set(notice);
            }
            return Ok(Filled::Ended);
        }
        Ok(filled)
    }
}

impl Feed for Selected {
    fn fill(&mut self, buffer: &mut Vec<u8>, most: usize, stop: &Stop, wait: bool) -> io::Result<Filled> {
        // Nothing is given out before there is enough for a verdict, unless the writer pauses.
        while self.ended.is_none() && (self.picked.queue.is_empty() || !self.is_judged) {
            match self.read(stop, wait)? {
                Filled::Stopped => return Ok(Filled::Stopped),
                Filled::Drained if self.buffer.is_empty() => return Ok(Filled::Drained),
                _ => {}
            }
        }
        let Some(first) = self.picked.queue.front_mut() else {
            return self.ended.replace(Ok(())).unwrap_or(Ok(())).map(|()| Filled::Ended);
        };
        if first.before != Gap::default() {
            return Ok(Filled::Gap);
        }
        let some = most.min(first.bytes.len());
        buffer.extend(first.bytes.drain(..some));
        if first.bytes.is_empty() {
            self.picked.queue.pop_front();
        }
        Ok(Filled::Full)
    }

    fn take_gap(&mut self) -> Gap {
        self.picked.queue.front_mut().map(|first| std::mem::take(&mut first.before)).unwrap_or_default()
    }

    fn head(&self) -> Option<&[u8]> {
        Some(&self.head)
    }
}

/// Picks the lines of a period.
pub struct Period {
    picker: TimePicker,
    terminator: u8,
    has_bytes: bool,
}

impl Period {
    /// Picks what `picker` picks, and counts the lines that end with `terminator`.
    pub fn new(picker: TimePicker, terminator: u8) -> Period {
        Period { picker, terminator, has_bytes: false }
    }

    fn put(picked: &mut Stretches, terminator: u8, piece: Picked<'_>) {
        match piece {
            Picked::Keep(bytes) => picked.keep(bytes),
            Picked::Skip(bytes) => picked.leave_out(bytes.len() as u64, memchr_iter(terminator, bytes).count() as u64),
        }
    }
}

impl Pick for Period {
    fn feed(&mut self, bytes: &[u8], picked: &mut Stretches) {
        self.has_bytes |= !bytes.is_empty();
        let terminator = self.terminator;
        self.picker.feed(bytes, |piece| Period::put(picked, terminator, piece));
    }

    fn pass(&mut self, gap: Gap, picked: &mut Stretches) {
        picked.leave_out(gap.bytes, gap.lines);
    }

    fn finish(&mut self, picked: &mut Stretches) -> io::Result<()> {
        let terminator = self.terminator;
        self.picker.finish(|piece| Period::put(picked, terminator, piece));
        if !self.picker.recognized() && self.has_bytes {
            return Err(io::Error::other("no line with a time was found"));
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.picker.is_done()
    }

    fn notice(&self) -> Option<String> {
        self.picker.disorder().map(|disorder| disorder.to_string())
    }
}

/// Picks the last selected lines, with their context.
pub struct Last {
    settings: Arc<Settings>,
    wanted: u64,
    starts: Starts,
    input: usize,
    /// A line that has begun.
    line: Vec<u8>,
    /// Whole lines that were seen last, as context for what comes next, and where they stand.
    tail: Vec<u8>,
    tail_at: u64,
    /// How many lines come before them.
    tail_line: u64,
    /// How many lines after the last selected one are still to be kept.
    due: u64,
    runs: VecDeque<Run>,
    selected: u64,
    /// Once there were enough first bytes for one. Until then, everything is held.
    verdict: Option<Verdict>,
}

/// Whether the lines of an input are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Told,
    Untold,
}

/// Lines that follow on each other and are all selected, or all context.
struct Run {
    at: u64,
    line: u64,
    lines: u64,
    is_selected: bool,
    bytes: Vec<u8>,
}

impl Last {
    /// Picks the last `wanted` lines of the next input, and notes in `starts` what comes before the first of them.
    pub fn new(settings: Arc<Settings>, wanted: u64, starts: Starts) -> Last {
        let input = starts.next();
        Last {
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
            verdict: None,
        }
    }

    /// Searches whole lines that follow on those before.
    fn search(&mut self, lines: &[u8]) {
        let settings = Arc::clone(&self.settings);
        let (query, context) = (&settings.query, settings.context);
        let lead = self.tail.len();
        let at = self.tail_at;
        let mut text = std::mem::take(&mut self.tail);
        text.extend_from_slice(lines);
        let fresh = at + lead as u64;
        let found = query.scan(&text, Wanted { pieces: true, numbers: true, ..Wanted::default() });
        let due = self.due;
        let fresh_line = self.tail_line + memchr_iter(query.terminator, &text[..lead]).count() as u64;
        self.keep_due(&text[lead..], fresh, fresh_line);
        for piece in lay_out(&text, &found.pieces, context, query.terminator) {
            self.keep(Run {
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
        // As many lines stay as the next piece may need before its first match.
        let (start, _) = last_lines(&text, context.before, query.terminator);
        self.tail_line += memchr_iter(query.terminator, &text[..start]).count() as u64;
        self.tail_at = at + start as u64;
        self.tail = text.split_off(start);
        let most = self.wanted.saturating_add(context.before);
        while self.runs.front().is_some_and(|first| self.selected - first.selected() >= most) {
            self.selected -= self.runs.pop_front().map_or(0, |first| first.selected());
        }
    }

    /// Keeps the lines that are still due after the last selected one.
    fn keep_due(&mut self, fresh: &[u8], at: u64, line: u64) {
        let terminator = self.settings.query.terminator;
        let end = super::search::skip_lines(fresh, self.due, terminator);
        let lines = super::search::count_lines(&fresh[..end], terminator);
        if end > 0 {
            self.keep(Run { at, line, lines, is_selected: false, bytes: fresh[..end].to_vec() });
        }
    }

    /// Keeps what of `run` is not kept yet.
    fn keep(&mut self, mut run: Run) {
        let terminator = self.settings.query.terminator;
        let kept = self.runs.back().map_or(0, |last| last.at + last.bytes.len() as u64);
        if run.at + run.bytes.len() as u64 <= kept {
            return;
        }
        if run.at < kept {
            let known = (kept - run.at) as usize;
            let lines = super::search::count_lines(&run.bytes[..known], terminator);
            run = Run {
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

    /// Cuts the first runs down to the last wanted lines; gives the lines just before.
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
        // What stands before the first wanted line, as far as it was kept without a gap.
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
            let lines = super::search::count_lines(&dropped, terminator);
            (first.at, first.line) = (first.at + dropped.len() as u64, first.line + lines);
            first.lines = first.lines.saturating_sub(lines);
            lead.extend_from_slice(&dropped);
        }
        let (start, _) = last_lines(&lead, self.settings.context.before, terminator);
        lead.split_off(start)
    }
}

impl Run {
    fn selected(&self) -> u64 {
        if self.is_selected { self.lines } else { 0 }
    }
}

impl Pick for Last {
    fn feed(&mut self, bytes: &[u8], picked: &mut Stretches) {
        if self.verdict == Some(Verdict::Untold) {
            picked.keep(bytes);
            return;
        }
        let terminator = self.settings.query.terminator;
        let end = memrchr(terminator, bytes).filter(|_| self.verdict.is_some());
        let Some(end) = end else {
            self.line.extend_from_slice(bytes);
            return;
        };
        let (lines, begun) = bytes.split_at(end + 1);
        let mut whole = std::mem::take(&mut self.line);
        whole.extend_from_slice(lines);
        self.search(&whole);
        self.line = begun.to_vec();
    }

    fn pass(&mut self, gap: Gap, picked: &mut Stretches) {
        if self.verdict == Some(Verdict::Untold) {
            picked.leave_out(gap.bytes, gap.lines);
            return;
        }
        let line = std::mem::take(&mut self.line);
        self.search(&line);
        self.tail_at += self.tail.len() as u64 + gap.bytes;
        self.tail_line += memchr_iter(self.settings.query.terminator, &self.tail).count() as u64 + gap.lines;
        self.tail.clear();
        self.due = 0;
    }

    fn judge(&mut self, head: &[u8], picked: &mut Stretches) {
        let is_untold = self.settings.is_untold(self.settings.verdict_on(head));
        if is_untold {
            // Of a binary input only whether it matches is printed, so it is searched from its beginning.
            picked.keep(&std::mem::take(&mut self.line));
        }
        self.verdict = Some(if is_untold { Verdict::Untold } else { Verdict::Told });
    }

    fn finish(&mut self, picked: &mut Stretches) -> io::Result<()> {
        if self.verdict == Some(Verdict::Untold) {
            return Ok(());
        }
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.search(&line);
        }
        let lead = self.cut();
        self.starts.set(self.input, Start { lead, ..Start::default() });
        let (mut at, mut line) = (0, 0);
        for run in self.runs.drain(..) {
            if run.at > at {
                picked.leave_out(run.at - at, run.line.saturating_sub(line));
            }
            (at, line) = (run.at + run.bytes.len() as u64, run.line + run.lines);
            picked.keep(&run.bytes);
        }
        Ok(())
    }
}
