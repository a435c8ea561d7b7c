//! The state of a search that passes from block to block and from input to input, in file order.

use super::super::context::{Context, ContextState};
use super::super::print::json;
use super::super::query::Query;
use crate::decode::{Format, format_of};
use crate::engine::Block;

/// Compressed inputs.
#[derive(Clone, Debug, Default)]
pub struct CompressedInputs {
    /// The number of compressed inputs.
    pub count: u64,
    /// The names and formats of the first of these inputs.
    pub first: Vec<(Vec<u8>, Format)>,
}

impl CompressedInputs {
    /// The number of inputs that a message names.
    const NAMED: usize = 3;

    fn add(&mut self, name: &[u8], format: Format) {
        self.count += 1;
        if self.first.len() < Self::NAMED {
            self.first.push((name.to_vec(), format));
        }
    }

    fn remove_last(&mut self) {
        self.count -= 1;
        self.first.truncate(usize::try_from(self.count).unwrap_or(usize::MAX));
    }
}

/// Returns the format of an input that begins with this block, if it is compressed and was not decoded.
pub fn compressed_format(block: &Block) -> Option<Format> {
    let is_beginning = block.offset() == 0 && !block.source().is_fed();
    if is_beginning { format_of(block.bytes()) } else { None }
}

/// The running totals, and the other state on which the output of the next block depends.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Whether a line of any input was selected.
    pub selected_any: bool,
    /// Whether the search of any input failed.
    pub failed: bool,
    /// The totals of `--json`.
    pub json: json::JsonTotals,
    /// Whether the rest of the current input need not be searched.
    pub done: bool,
    /// The offset at which to leave standard input, if the search ended early.
    pub leave_at: Option<u64>,
    /// The compressed inputs that were searched without decompression and without a match.
    pub compressed: CompressedInputs,
    /// Whether the current input is one of these compressed inputs.
    in_compressed: bool,
    /// Whether a line of any input was printed.
    pub(super) printed_any: bool,
    /// The number of terminators of the current input before this block.
    pub(super) line: u64,
    /// The number of selected lines or matches of the current input so far.
    pub(super) selected: u64,
    /// The number of lines of the current input that may still be selected.
    pub(super) remaining: u64,
    /// Whether a line of the current input was printed.
    pub(super) printed: bool,
    /// Whether a selected line of the current input was not printed.
    pub(super) hidden: bool,
    /// Whether a run of selected lines that `--stop-on-nonmatch` ends is under way.
    pub(super) in_run: bool,
    pub(super) context: ContextState,
}

impl Totals {
    /// Continues with `other`, the totals of the input searched before this one.
    pub fn continue_from(&mut self, other: &Totals) {
        self.selected_any |= other.selected_any;
        self.failed |= other.failed;
        self.printed_any |= other.printed_any;
        self.json.continue_from(&other.json);
    }

    /// Records an input that begins, and its format if it is compressed.
    pub fn note_compressed(&mut self, format: Option<Format>, name: &[u8]) {
        self.in_compressed = format.is_some();
        if let Some(format) = format {
            self.compressed.add(name, format);
        }
    }

    /// Records whether a line of the current input was selected.
    pub fn note_selected(&mut self, is_selected: bool) {
        self.selected_any |= is_selected;
        if is_selected && std::mem::take(&mut self.in_compressed) {
            self.compressed.remove_last();
        }
    }

    /// Skips omitted lines. Context does not reach across them.
    pub(super) fn skip_omitted(&mut self, lines: u64, query: &Query, context: Context, is_first: bool) {
        // The lines of a merged log may not be in the order of the file.
        self.line = self.line.wrapping_add(lines);
        if !is_first {
            self.context = ContextState::new(context, query.terminator);
        }
    }

    /// Records that a line of another input was printed last.
    pub fn interrupt(&mut self) {
        self.printed = false;
        self.context.interrupt();
    }
}
