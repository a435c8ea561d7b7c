//! Prints matches of bounded length (`-o -a`) without regard to lines, so a line may be of any length.
//!
//! Blocks are split anywhere. Matches that may extend past the block are found in the seam to the
//! next block, and the bytes that they overlap there are searched again. At most a block and the
//! longest match are held in memory.

use std::ops::Range;

use crate::cli::grep::BinaryFiles;
use crate::engine::{Block, Flow, Kernel};

use super::kernel::{Totals, compressed_format};
use super::pattern::{MAX_OVERLAP, Pattern};
use super::print::Printer;
use super::print::style::LinePosition;
use super::settings::{Report, Settings};

/// The nominal block size in bytes, which limits the output, because each match in a block may
/// print a line.
pub const BLOCK: usize = 4 << 20;

/// The kernel that finds and prints matches.
#[derive(Debug)]
pub struct OnlyMatches<'s> {
    settings: &'s Settings,
    pattern: &'s Pattern,
    /// The maximum number of bytes in a match after its first byte.
    reach: usize,
}

/// The matches found by searching a block.
#[derive(Debug, Default)]
pub struct MatchPart {
    /// The matches that start before the block, with their bytes.
    in_seam: Vec<(u64, Vec<u8>)>,
    /// The matches that start in the block.
    found: Vec<Range<usize>>,
}

/// The state that passes from block to block.
#[derive(Clone, Debug, Default)]
pub struct Seam {
    /// The totals of the run.
    pub totals: Totals,
    /// The last bytes before the block, in which matches that end in the block may start.
    tail: Vec<u8>,
    /// The end of the last match.
    resume: u64,
}

impl<'s> OnlyMatches<'s> {
    /// Returns a search, or `None` if the output depends on lines.
    pub fn new(settings: &'s Settings) -> Option<OnlyMatches<'s>> {
        let (style, query) = (&settings.style, &settings.query);
        let prints_matches = settings.report == Report::Lines && style.only_matching && !query.invert;
        let prints_lines = settings.needs_numbers() || style.column || style.heading || style.tab || style.per_match;
        let changes_matches = style.trim || style.replacement.is_some() || style.long_lines.is_some() || style.crlf;
        let counts_lines = settings.max_count.is_some() || settings.separates || settings.stop_on_nonmatch;
        let selects_lines = !query.and.is_empty() || !query.not.is_empty() || settings.multiline;
        let is_usable = prints_matches
            && !(prints_lines || changes_matches || counts_lines || selects_lines || settings.passthru)
            && settings.binary == BinaryFiles::Text;
        let longest = query.any.longest_match().filter(|&longest| is_usable && longest <= MAX_OVERLAP)?;
        Some(OnlyMatches { settings, pattern: &query.any, reach: longest - 1 })
    }

    /// Returns whether holes contain no match.
    pub fn skips_holes(&self) -> bool {
        !self.pattern.may_match_among_nuls()
    }

    /// Calls `each` with the matches in `hay` that start in `starts`, until it returns false.
    fn matches(&self, hay: &[u8], starts: Range<usize>, mut each: impl FnMut(Range<usize>) -> bool) {
        let rest = hay.get(starts.start..).unwrap_or_default();
        // Automata do not fail.
        _ = self.pattern.matches_in(rest, |found| {
            let found = found.start + starts.start..found.end + starts.start;
            found.start < starts.end && each(found)
        });
    }

    /// Finds the matches that start before the block.
    fn search_seam(&self, block: &Block, part: &mut MatchPart, state: &mut Seam) {
        let start = block.offset() - state.tail.len() as u64;
        let head = &block.bytes()[..block.bytes().len().min(self.reach)];
        let seam = [&state.tail[..], head].concat();
        let ends = block.is_last() || block.hole().is_some();
        // Matches that start later may continue after these bytes.
        let decided = if ends { seam.len() } else { seam.len().saturating_sub(self.reach) };
        let from = usize::try_from(state.resume.saturating_sub(start)).unwrap_or(usize::MAX).min(seam.len());
        self.matches(&seam, from..decided.min(state.tail.len()), |found| {
            state.resume = start + found.end as u64;
            part.in_seam.push((start + found.start as u64, seam[found].to_vec()));
            true
        });
    }

    /// Replaces the matches that overlap those in the seam with the matches that follow them.
    fn drop_overlaps(&self, block: &Block, part: &mut MatchPart, resume: usize) {
        let hay = block.bytes();
        let mut next = part.found.partition_point(|found| found.start < resume);
        // Up to here, a match may have been hidden by a match that is now dropped.
        let mut hidden = part.found[..next].last().map_or(resume, |found| found.end);
        let mut found_again = Vec::new();
        let mut from = resume;
        while from < hidden {
            let seen = &hay[..hay.len().min(hidden + self.reach)];
            let mut again = None;
            self.matches(seen, from..hidden.min(self.limit(block)), |found| {
                again = Some(found);
                false
            });
            let Some(found) = again else { break };
            from = found.end;
            found_again.push(found);
            while let Some(overlapped) = part.found.get(next).filter(|found| found.start < from) {
                hidden = hidden.max(overlapped.end);
                next += 1;
            }
        }
        part.found.splice(..next, found_again);
    }

    /// Returns the position before which every match that starts is certain to lie entirely in the block.
    fn limit(&self, block: &Block) -> usize {
        let len = block.bytes().len();
        if block.is_last() { len } else { len.saturating_sub(self.reach) }
    }
}

impl Kernel for OnlyMatches<'_> {
    type Part = MatchPart;
    type Carry = Seam;

    fn scan(&self, block: &Block) -> MatchPart {
        let mut part = MatchPart::default();
        self.matches(block.bytes(), 0..self.limit(block), |found| {
            part.found.push(found);
            true
        });
        part
    }

    fn carry(&self, block: &Block, part: &mut MatchPart, state: &mut Seam) -> Flow {
        if block.is_first() {
            state.tail.clear();
            state.resume = block.offset();
            state.totals.note_compressed(compressed_format(block), self.settings.name_of(block.source()));
        }
        if !state.tail.is_empty() {
            self.search_seam(block, part, state);
        }
        let resume = usize::try_from(state.resume.saturating_sub(block.offset())).unwrap_or(usize::MAX);
        if resume > 0 {
            self.drop_overlaps(block, part, resume);
        }
        if let Some(last) = part.found.last() {
            state.resume = block.offset() + last.end as u64;
        }
        state.totals.note_selected(!part.in_seam.is_empty() || !part.found.is_empty());
        if block.hole().is_some() {
            state.tail.clear();
        } else {
            let bytes = block.bytes();
            state.tail.extend_from_slice(&bytes[bytes.len() - bytes.len().min(self.reach)..]);
            let surplus = state.tail.len().saturating_sub(self.reach);
            state.tail.drain(..surplus);
        }
        Flow::Continue
    }

    fn format(&self, block: &Block, part: &mut MatchPart, text: &mut Vec<u8>) {
        let printer = Printer { style: &self.settings.style, pattern: self.pattern, copies: None };
        let name = self.settings.name_of(block.source());
        let at = |offset| LinePosition { name, number: 0, offset, selected: true, width: 0 };
        for (offset, matched) in &part.in_seam {
            printer.matched(matched, None, at(*offset), text);
        }
        let hay = block.bytes();
        for found in &part.found {
            // If the block has shrunk in the meantime, it is scanned again.
            let Some(matched) = hay.get(found.clone()) else { continue };
            printer.matched(matched, None, at(block.offset() + found.start as u64), text);
        }
    }
}
