//! The spans that the cursor hands out to be loaded, in batches if they are small.

use std::ffi::OsString;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use crate::engine::input_kind::InputKind;
use crate::engine::shared_window::SharedWindow;
use crate::io::{AccessMethod, MAX_READ_FILE, Source};
use crate::os::Buffer;

/// A stretch of an input to load.
#[derive(Debug)]
pub(crate) struct Span {
    pub source: Arc<Source>,
    pub input: usize,
    /// The range in the source.
    pub at: Range<u64>,
    /// The span's offset in its input, or in all joined inputs.
    pub offset: u64,
    pub first: bool,
    pub last: bool,
    /// The kind of the input; `None` if the whole input may be in this span, which then determines it.
    pub kind: Option<InputKind>,
    pub content: SpanContent,
    /// The window in which the span is to be mapped, if it shares one.
    pub window: Option<Arc<SharedWindow>>,
    /// The error from reading the bytes after the span, which leaves its last line or row
    /// incomplete.
    pub damage: Option<io::Error>,
    /// The number of lines that ended in the bytes omitted before this span; `None` if none were
    /// omitted.
    pub skipped_lines: Option<u64>,
    /// The joined inputs whose last byte is in this span; `None` if inputs are not joined.
    pub ended: Option<Vec<Arc<Source>>>,
}

impl Span {
    /// Returns a span of a whole input, and leaves standard input's position after it.
    pub(super) fn whole(source: Arc<Source>, input: usize, at: Range<u64>, kind: Option<InputKind>) -> Span {
        source.set_shared_position(at.end);
        let offset = at.start;
        Span {
            source,
            input,
            at,
            offset,
            first: true,
            last: true,
            kind,
            content: SpanContent::ToLoad,
            window: None,
            damage: None,
            skipped_lines: None,
            ended: None,
        }
    }

    /// Returns a span of the first `length` bytes of an input, if it is at least twice as long.
    pub(crate) fn prefix(&self, length: usize) -> Option<Span> {
        let at = self.at.start..self.at.start + length as u64;
        let is_longer = self.at.end - self.at.start >= 2 * length as u64;
        if !self.first || !is_longer || !matches!(self.content, SpanContent::ToLoad) {
            return None;
        }
        let Span { ref source, input, offset, first, last, kind, .. } = *self;
        let (source, content) = (Arc::clone(source), SpanContent::Prefix);
        Some(Span {
            source,
            input,
            at,
            offset,
            first,
            last,
            kind,
            content,
            window: None,
            damage: None,
            skipped_lines: None,
            ended: None,
        })
    }
}

/// The cursor's answer to a worker.
pub(crate) enum Next {
    Batch(Batch),
    /// Another worker is opening the next input.
    Awaited,
    Nothing,
}

#[derive(Debug)]
pub(crate) enum SpanContent {
    /// Bytes that the worker maps or reads.
    ToLoad,
    /// The first block of a span, without a partial last line, because the rest may not be needed.
    Prefix,
    /// Bytes of a stream. `drained` says that its writer paused, so nothing may be held back.
    Loaded { bytes: Buffer, drained: bool },
    /// A hole without bytes.
    Hole,
    /// Bytes that the worker reads, with one zero byte for each of these holes.
    Collapsed(Vec<Range<u64>>),
}

#[derive(Debug)]
pub(crate) enum Item {
    Span(Span),
    Failed {
        input: usize,
        name: OsString,
        error: io::Error,
        /// Whether it was opened, as a directory can be.
        is_open: bool,
    },
}

impl Item {
    /// Starts read-ahead, if the span is a small file.
    pub(crate) fn prefetch(&self) {
        if let Item::Span(span) = self
            && span.source.is_small()
        {
            span.source.read_ahead_all();
        }
    }
}

/// The spans that one worker takes at a time, with their position in the overall order.
#[derive(Debug)]
pub(crate) struct Batch {
    pub number: u64,
    pub items: Vec<Item>,
    /// Whether the cursor may have to wait after this batch, so that all of it must be flushed.
    pub flush: bool,
}

impl Batch {
    /// Returns whether the batch consists of small files that are read, so that it may wait for its
    /// turn in memory.
    pub fn is_small_files(&self) -> bool {
        let is_small = |item: &Item| match item {
            Item::Failed { .. } => true,
            Item::Span(span) => {
                let is_whole = span.first && span.last && matches!(span.content, SpanContent::ToLoad);
                is_whole && span.source.method() == AccessMethod::Pread && span.at.end - span.at.start <= MAX_READ_FILE
            }
        };
        !self.flush && self.items.iter().all(is_small)
    }
}
