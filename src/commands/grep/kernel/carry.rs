//! The steps of the kernel that run in file order: totals, limits, and context across blocks.

use std::ffi::OsStr;

use super::super::binary::BINARY;
use super::super::context::{BlockOrigin, ContextState, demote, keep_first};
use super::super::query::{SearchResults, WantedResults};
use super::super::settings::Report;
use super::long_line::haystack;
use super::{Part, Search, Totals};
use crate::cli::grep::BinaryFiles;
use crate::decode::Format;
use crate::engine::{Block, Flow};
use crate::os::posix::OsStrExt;
use crate::output::escape_name;

impl Search<'_> {
    /// Resets the totals for a new input, and returns a message about it, if there is one.
    pub(super) fn begin_input(&self, block: &Block, compressed: Option<Format>, totals: &mut Totals) -> Option<String> {
        let start = self.starts.map(|starts| starts.of(block.input())).unwrap_or_default();
        totals.line = start.line;
        totals.selected = 0;
        totals.remaining = self.settings.max_count.unwrap_or(u64::MAX);
        totals.printed = false;
        totals.hidden = false;
        totals.in_run = false;
        totals.context = ContextState::new(self.settings.context, self.settings.query.terminator).after(&start.lead);
        totals.json.begin_input();
        totals.note_compressed(compressed, self.name(block));
        start.notice.map(|notice| format!("mapped: {}: {notice}", escape_name(OsStr::from_bytes(self.name(block)))))
    }

    /// Applies limits to the results of a block and adds them to the totals.
    pub(super) fn add_to_totals(&self, block: &Block, part: &mut Part, totals: &mut Totals) -> Flow {
        let settings = self.settings;
        let stops = settings.stop_on_nonmatch && self.cut_run(block, part, totals);
        let mut selected = part.found.selected;
        if selected > totals.remaining {
            if settings.report == Report::CountMatches {
                let wanted = WantedResults { limit: Some(totals.remaining), ..self.wanted() };
                part.found = self.search(block, self.text_of(block), wanted);
            }
            selected = totals.remaining;
            let hay = haystack(&part.long, block);
            let (pieces, terminator) = (&mut part.found.pieces, settings.query.terminator);
            if settings.passthru {
                demote(hay, pieces, selected, terminator);
            } else {
                keep_first(hay, pieces, selected, settings.context, terminator);
            }
            part.turned_binary = false;
        }
        totals.remaining -= selected;
        totals.note_selected(selected > 0);
        if settings.skips_kind(block.kind()) {
            return Flow::EndInput;
        }
        let enough = totals.remaining == 0;
        match settings.report {
            Report::Nothing if selected > 0 => return Flow::Stop,
            Report::Nothing => {}
            Report::Names { .. } => {
                totals.selected += selected;
                if selected > 0 {
                    return Flow::EndInput;
                }
            }
            Report::Count => totals.selected += selected,
            Report::CountMatches => totals.selected += part.found.matches,
            Report::Json => {
                totals.selected += selected;
                self.cross(block, part, totals);
                self.print_json(block, part, totals);
            }
            Report::Lines if block.kind() == BINARY => {
                if selected > 0 {
                    // Separators are printed as if the input's lines had been printed.
                    totals.printed_any |= !settings.style.heading;
                    part.suppressed_match = settings.binary == BinaryFiles::Binary;
                    return Flow::EndInput;
                }
            }
            Report::Lines => {
                self.cross(block, part, totals);
                if part.turned_binary {
                    totals.note_selected(true);
                    totals.hidden = true;
                    return Flow::EndInput;
                }
            }
        }
        if stops || enough && !totals.context.is_due() && !settings.passthru { Flow::EndInput } else { Flow::Continue }
    }

    /// Keeps only the first run of adjacent selected lines (`--stop-on-nonmatch`), which may have begun
    /// in an earlier block. Returns whether a line that is not selected ends the run.
    fn cut_run(&self, block: &Block, part: &mut Part, totals: &mut Totals) -> bool {
        let found = &mut part.found;
        let Some(first) = found.pieces.iter().position(|piece| piece.selected) else {
            return totals.in_run && !block.is_empty();
        };
        if totals.in_run && found.pieces[first].start > 0 {
            *found = SearchResults { terminators: found.terminators, ..SearchResults::default() };
            return true;
        }
        let mut last = first;
        while found.pieces.get(last + 1).is_some_and(|next| next.selected && next.start == found.pieces[last].end) {
            last += 1;
        }
        found.pieces.truncate(last + 1);
        found.selected =
            found.pieces[first..].iter().map(|piece| if self.settings.multiline { 1 } else { piece.lines }).sum();
        let (start, end) = (found.pieces[first].start, found.pieces[last].end);
        if self.settings.report == Report::CountMatches {
            let lines = block.bytes().get(start..end).unwrap_or_default();
            found.matches =
                self.settings.query.scan(lines, WantedResults { matches: true, ..WantedResults::default() }).matches;
        }
        totals.in_run = true;
        end < haystack(&part.long, block).len()
    }

    /// Computes the block's line numbers and the context that crosses its boundaries.
    fn cross(&self, block: &Block, part: &mut Part, totals: &mut Totals) {
        let settings = self.settings;
        // In a merged log, a line may come after one below it.
        part.first_line = totals.line.wrapping_add(1);
        totals.line = totals.line.wrapping_add(part.found.terminators);
        let hay = haystack(&part.long, block);
        let mut follows = true;
        if settings.separates {
            let mark = settings.mark_length(block);
            let origin = self.can_hold_offsets(block).then(|| BlockOrigin {
                range: block.offset() + mark as u64..block.offset() + block.len(),
                long_line: part.long.as_ref().map(|long| long.start - mark),
            });
            part.found.shift(-(mark as isize));
            (part.lead, follows) = totals.context.cross(&hay[mark..], origin.as_ref(), &mut part.found.pieces);
            part.found.shift(mark as isize);
        }
        if part.found.pieces.is_empty() {
            return;
        }
        part.separated = totals.printed_any && !follows && settings.report == Report::Lines;
        if settings.style.heading && !totals.printed {
            // The empty line above a heading replaces a separator.
            part.heading = Some(totals.printed_any);
            part.separated = false;
        }
        totals.printed_any = true;
        totals.printed = true;
        if settings.checks_encoding && !settings.style.only_matching {
            let valid = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
            let prints_long_line = part.found.pieces.last().is_some_and(|piece| piece.end == hay.len());
            let is_long_valid = part.long.as_ref().is_none_or(|long| long.is_valid || !prints_long_line);
            let all = is_long_valid
                && valid(&part.lead.bytes)
                && part.found.pieces.iter().all(|piece| valid(&hay[piece.start..piece.end]));
            totals.hidden |= !all;
        }
    }

    /// Completes the output of an input after its last searched block.
    pub(super) fn end_input(&self, block: &Block, part: &mut Part, totals: &mut Totals) {
        part.total = Some(totals.selected);
        let reports = self.settings.report == Report::Lines && self.settings.binary == BinaryFiles::Binary;
        part.suppressed_match |= std::mem::take(&mut totals.hidden) && reports;
        if self.settings.report == Report::Json {
            let ended_at = (!totals.done).then(|| block.offset() + block.len());
            totals.json.end_input(self.name(block), ended_at, &mut part.text);
            if self.settings.only_summary {
                part.text.clear();
            }
        }
    }

    /// Returns the position in the block where a program that reads line by line would have stopped.
    pub(super) fn stopped_at(&self, block: &Block, part: &Part) -> usize {
        match self.settings.report {
            Report::Lines | Report::Json if block.kind() != BINARY => {
                let end = part.found.pieces.iter().rfind(|piece| piece.selected).map_or(0, |piece| piece.end);
                match &part.long {
                    Some(long) if end == long.placeholder.len() => block.bytes().len(),
                    _ => end,
                }
            }
            _ => {
                let limit = Some(self.settings.max_count.unwrap_or(1));
                let text = self.text_of(block);
                let found =
                    self.settings.query.scan(text, WantedResults { pieces: true, limit, ..WantedResults::default() });
                let end = found.pieces.last().map_or(text.len(), |piece| piece.end);
                block.bytes().len() - text.len() + end
            }
        }
    }
}
