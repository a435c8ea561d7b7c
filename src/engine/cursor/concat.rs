//! Joins inputs into one stream: keeps the row that spans a border, and the offset in the joined stream.

use std::io;
use std::sync::Arc;

use crate::engine::input_kind::InputKind;
use crate::io::{Range, Source};

use super::positioned::append;
use super::span::{Span, SpanContent};

/// The state between joined inputs.
#[derive(Default)]
pub(super) struct Concat {
    /// The unfinished row at the end of the inputs so far.
    row: Vec<u8>,
    /// The offset of the next byte in the joined stream.
    offset: u64,
    started: bool,
    /// Whether the offset includes the bytes that a stream skipped.
    skip_counted: bool,
    last_source: Option<Arc<Source>>,
}

impl Concat {
    /// Accounts for an input with `skipped` bytes before the requested range and `taken` bytes in
    /// it; the inputs after it get the rest of the range.
    pub(super) fn count_input(&mut self, skipped: u64, taken: u64, range: &mut Range) {
        if !self.started && !self.skip_counted {
            self.offset += skipped;
        }
        // A negative offset applies to a single input only.
        range.offset = (range.offset - i64::try_from(skipped).unwrap_or(i64::MAX)).max(0);
        range.length = range.length.map(|remaining| remaining.saturating_sub(taken));
    }

    /// Accounts for the bytes that a stream skipped as soon as its first bytes arrive, because these
    /// need their offset before the stream ends.
    pub(super) fn count_skipped(&mut self, skipped: u64) {
        if !self.started && !self.skip_counted {
            self.skip_counted = true;
            self.offset += skipped;
        }
    }

    pub(super) fn has_partial_row(&self) -> bool {
        !self.row.is_empty()
    }

    pub(super) fn row_mut(&mut self) -> &mut Vec<u8> {
        &mut self.row
    }

    /// Sets a span's offset among the joined inputs, and holds back its last, unfinished row.
    ///
    /// # Errors
    /// Returns the error from reading that row. The offset is set even then.
    pub(super) fn admit(&mut self, span: &mut Span, row: usize) -> io::Result<()> {
        let mut result = Ok(());
        let len = span.at.end - span.at.start;
        let extra = len % row as u64;
        if extra > 0 {
            span.at.end -= extra;
            match &mut span.content {
                SpanContent::Loaded { bytes, .. } => {
                    let whole = (len - extra) as usize;
                    self.row = bytes[whole..].to_vec();
                    bytes.truncate(whole);
                }
                SpanContent::Hole => self.row = vec![0; extra as usize],
                SpanContent::ToLoad | SpanContent::Prefix | SpanContent::Collapsed(_) => {
                    result = append(&span.source, &mut self.row, span.at.end, extra as usize).map(drop);
                }
            }
        }
        self.last_source = Some(Arc::clone(&span.source));
        self.set_offset(span);
        result
    }

    fn set_offset(&mut self, span: &mut Span) {
        span.last = false;
        span.offset = self.offset;
        span.first = !self.started && !span.at.is_empty();
        self.started |= span.first;
        self.offset += span.at.end - span.at.start;
    }

    /// Returns the completed row as a separate span.
    pub(super) fn row_span(&mut self, source: Arc<Source>, input: usize) -> Span {
        let bytes = std::mem::take(&mut self.row);
        let mut span = Span {
            at: 0..bytes.len() as u64,
            offset: 0,
            first: false,
            last: false,
            kind: Some(InputKind::Text),
            content: SpanContent::Loaded { bytes: bytes.into(), drained: false },
            window: None,
            damage: None,
            skipped_lines: None,
            ended: None,
            source: Arc::clone(&source),
            input,
        };
        self.last_source = Some(source);
        self.set_offset(&mut span);
        span
    }

    /// Returns the end of the stream: the unfinished row, or an empty span. Returns `None` if no
    /// input could be opened.
    pub(super) fn finish(&mut self, input: usize) -> Option<Span> {
        let source = self.last_source.take()?;
        let was_started = self.started;
        let mut span = self.row_span(source, input);
        span.first = !was_started;
        span.last = true;
        Some(span)
    }
}
