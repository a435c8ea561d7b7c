//! Inputs joined to one stream: the row that spans a border, and places in all of them together.

use std::io;
use std::ops::Range as Place;
use std::sync::Arc;

use crate::io::{Range, Source};

use super::positioned::append;
use super::{Content, Span};

#[derive(Default)]
pub(super) struct Joint {
    /// A row that the inputs so far have begun and not filled.
    row: Vec<u8>,
    /// Where the next byte stands in the joined stream.
    offset: u64,
    started: bool,
    /// What a stream skipped has been counted into the offset.
    skip_counted: bool,
    last_source: Option<Arc<Source>>,
}

impl Joint {
    /// Accounts for an input of which the first `skipped` bytes fell before the wanted range and
    /// `taken` bytes into it: what is left of the range is for the inputs after it.
    pub(super) fn took(&mut self, skipped: u64, taken: u64, range: &mut Range) {
        if !self.started && !self.skip_counted {
            self.offset += skipped;
        }
        // A negative offset can only be meant for a single input, and is used up by it.
        range.offset = (range.offset - i64::try_from(skipped).unwrap_or(i64::MAX)).max(0);
        range.length = range.length.map(|left| left.saturating_sub(taken));
    }

    /// Accounts for what a stream skipped, as soon as its first bytes tell how much that was: they need
    /// their place before the stream ends.
    pub(super) fn skipped(&mut self, skipped: u64) {
        if !self.started && !self.skip_counted {
            self.skip_counted = true;
            self.offset += skipped;
        }
    }

    pub(super) fn has_begun_row(&self) -> bool {
        !self.row.is_empty()
    }

    pub(super) fn row_mut(&mut self) -> &mut Vec<u8> {
        &mut self.row
    }

    /// Gives a span its place among the joined inputs and keeps back its last, unfinished row.
    ///
    /// # Errors
    /// What kept that row from being read. The span has its place all the same.
    pub(super) fn admit(&mut self, span: &mut Span, row: usize) -> io::Result<()> {
        let mut result = Ok(());
        let len = span.at.end - span.at.start;
        let extra = len % row as u64;
        if extra > 0 {
            span.at.end -= extra;
            match &mut span.content {
                Content::Loaded { bytes, .. } | Content::Read(bytes) => {
                    let whole = (len - extra) as usize;
                    self.row = bytes[whole..].to_vec();
                    bytes.truncate(whole);
                }
                Content::Hole => self.row = vec![0; extra as usize],
                Content::ToLoad | Content::Head | Content::Gapped(_) => {
                    result = append(&span.source, &mut self.row, span.at.end, extra as usize).map(drop);
                }
            }
        }
        self.last_source = Some(Arc::clone(&span.source));
        self.place(span);
        result
    }

    fn place(&mut self, span: &mut Span) {
        span.last = false;
        span.offset = self.offset;
        span.first = !self.started && !span.at.is_empty();
        self.started |= span.first;
        self.offset += span.at.end - span.at.start;
    }

    /// The completed row as a span of its own.
    pub(super) fn row_span(&mut self, source: Arc<Source>, input: usize) -> Span {
        let bytes = std::mem::take(&mut self.row);
        let mut span = Span {
            at: Place { start: 0, end: bytes.len() as u64 },
            offset: 0,
            first: false,
            last: false,
            verdict: Some(0),
            content: Content::Loaded { bytes: bytes.into(), drained: false },
            broken: None,
            passed_lines: None,
            ended: None,
            source: Arc::clone(&source),
            input,
        };
        self.last_source = Some(source);
        self.place(&mut span);
        span
    }

    /// The end of the stream: the row that was never filled, or an empty block. `None` when no
    /// input could be opened at all.
    pub(super) fn finish(&mut self, input: usize) -> Option<Span> {
        let source = self.last_source.take()?;
        let was_started = self.started;
        let mut span = self.row_span(source, input);
        span.first = !was_started;
        span.last = true;
        Some(span)
    }
}
