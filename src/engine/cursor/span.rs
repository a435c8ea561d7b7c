//! What the cursor hands out: spans to load, many at a time where they are small.

use std::ffi::OsString;
use std::io;
use std::ops::Range as Place;
use std::sync::Arc;

use crate::io::{FileRef as Found, IoMode, Range, Source};
use crate::os::Buffer;

use super::Stats;

/// Where blocks may be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Anywhere; blocks begin at multiples of the block size.
    Exact,
    /// After a line terminator. With `or_nul`, after a NUL byte too in inputs whose verdict is not 0:
    /// such an input is binary, and a sparse file is not one endless line.
    Lines {
        /// The byte that ends a line.
        terminator: u8,
        /// Whether a NUL byte ends one too where the verdict is not 0.
        or_nul: bool,
    },
    /// After a whole row of so many bytes, all inputs joined to one stream.
    Rows(usize),
}

impl Cut {
    /// What holds for an input with this verdict.
    pub(crate) fn under(self, verdict: u8) -> Cut {
        match self {
            Cut::Lines { terminator, or_nul } => Cut::Lines { terminator, or_nul: or_nul && verdict != 0 },
            other => other,
        }
    }
}

/// How the inputs are to be cut and loaded.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Where blocks may be cut.
    pub cut: Cut,
    /// Nominal block size in bytes.
    pub block: usize,
    /// That of what is read by position: buffers that stay in a core's cache.
    pub read: usize,
    /// Whether blocks begin small and grow to `block`.
    pub ramp: bool,
    /// Whether block sizes were asked for, so that nothing else decides them.
    pub sized: bool,
    /// Whether blocks that are mapped share windows.
    pub shared: bool,
    /// Whether holes of sparse files come as blocks of their own, without bytes.
    pub holes: bool,
    /// How long a hole's block may be, in bytes: for kernels to which zeros are work too.
    pub longest_hole: u64,
    /// Where lines do not end at NUL bytes, `holes` makes none: a hole is then part of a line. With this, a block holds
    /// one zero byte for a hole of any length. Only the last line of such a block has holes in it, so every line still
    /// begins where the block's offset says.
    pub gaps: bool,
    /// Map or read.
    pub policy: IoMode,
    /// The wanted bytes of each input, or of all together where they are joined.
    pub range: Range,
}

impl Plan {
    /// What holds for an input with this verdict.
    pub(super) fn under(self, verdict: u8) -> Plan {
        Plan { cut: self.cut.under(verdict), ..self }
    }
}

/// An open input with the verdict on it if that is known, or its name and why it cannot be had.
pub type Opened = Result<(Source, Option<u8>), (OsString, io::Error)>;

/// How a command opens its inputs, on whichever thread takes them.
pub trait Open: Sync + std::fmt::Debug {
    /// Opens the file itself, of which nothing is read yet.
    ///
    /// # Errors
    /// What opening it says.
    fn source(&self, place: &Found, range: Range) -> io::Result<Source>;

    /// What the command makes of the file: this may read its beginning.
    ///
    /// # Errors
    /// What is wrong with it.
    fn prepare(&self, source: Source, range: Range) -> io::Result<(Source, Option<u8>)>;

    /// As [`Input::open`].
    ///
    /// # Errors
    /// As [`Input::open`].
    fn open(&self, place: Found, range: Range) -> Opened {
        match self.source(&place, range).and_then(|source| self.prepare(source, range)) {
            Ok(opened) => Ok(opened),
            Err(error) => Err((place.into_path(), error)),
        }
    }
}

/// One input of a run.
#[derive(Debug)]
pub enum Input<'a> {
    /// A path to open, or `-`.
    Named(OsString),
    /// A file that the command itself has its way of opening.
    Unopened(Found, &'a dyn Open),
    /// One of these two that the disk was asked for ahead of its turn.
    Asked(Box<Asked<'a>>),
    /// An input that is open already.
    Open(Source),
    /// One of which the verdict is known, too: [`Kernel::judge`](crate::engine::Kernel::judge) is not asked.
    Judged(Source, u8),
    /// What could not even be named: reported when its turn comes.
    Failed(OsString, io::Error),
}

/// What the disk was asked for.
#[derive(Debug)]
pub struct Asked<'a> {
    pub(super) input: Input<'a>,
    /// The open file, of which nothing was read, until it is forgotten.
    pub(super) source: Option<Source>,
    /// It was small enough to be asked for, and what of it was in memory before is counted.
    pub(super) is_begun: bool,
}

impl From<Opened> for Input<'_> {
    fn from(opened: Opened) -> Self {
        match opened {
            Ok((source, None)) => Input::Open(source),
            Ok((source, Some(verdict))) => Input::Judged(source, verdict),
            Err((name, error)) => Input::Failed(name, error),
        }
    }
}

/// A piece of an input to load.
#[derive(Debug)]
pub(crate) struct Span {
    pub source: Arc<Source>,
    pub input: usize,
    /// Where it stands in the source.
    pub at: Place<u64>,
    /// Where it stands for the reader: the same, or its place in the joined inputs.
    pub offset: u64,
    pub first: bool,
    pub last: bool,
    /// None for an input that may be all in this span: then it is judged by it.
    pub verdict: Option<u8>,
    pub content: Content,
    /// What kept the bytes behind it from being had: a line or row that it ends with is not whole.
    pub broken: Option<io::Error>,
    /// How many lines ended in what was left out before this span; `None` where nothing was.
    pub passed_lines: Option<u64>,
    /// The joined inputs whose last byte is in this span; `None` where inputs are not joined.
    pub ended: Option<Vec<Arc<Source>>>,
}

impl Span {
    /// All that is wanted of a run's only input, which is counted as opened.
    pub(crate) fn only(mut source: Source, verdict: Option<u8>, stats: &Stats) -> Span {
        stats.opened(&mut source);
        let wanted = source.start()..source.end().unwrap_or_default();
        Span::whole(Arc::new(source), 0, wanted, verdict)
    }

    /// All that is wanted of an input, which is left behind that.
    pub(crate) fn whole(source: Arc<Source>, input: usize, at: Place<u64>, verdict: Option<u8>) -> Span {
        source.leave_at(at.end);
        let offset = at.start;
        let content = Content::ToLoad;
        Span {
            source,
            input,
            at,
            offset,
            first: true,
            last: true,
            verdict,
            content,
            broken: None,
            passed_lines: None,
            ended: None,
        }
    }

    /// The first `length` bytes of an input that is a good deal longer, wherever a line ends there.
    pub(crate) fn head(&self, length: usize) -> Option<Span> {
        let at = self.at.start..self.at.start + length as u64;
        let is_longer = self.at.end - self.at.start >= 2 * length as u64;
        if !self.first || !is_longer || !matches!(self.content, Content::ToLoad) {
            return None;
        }
        let Span { ref source, input, offset, first, last, verdict, .. } = *self;
        Some(Span {
            source: Arc::clone(source),
            input,
            at,
            offset,
            first,
            last,
            verdict,
            content: Content::Head,
            broken: None,
            passed_lines: None,
            ended: None,
        })
    }
}

#[derive(Debug)]
pub(crate) enum Content {
    /// To be mapped or read by the worker.
    ToLoad,
    /// Likewise, but of it only whole lines count: it is the beginning of a span, of which the rest may not be wanted.
    Head,
    /// Was read by position a moment ago, and what was seen of the file is yet to be checked.
    Read(Buffer),
    /// Came in already. `drained` says that its writer is slow, so nothing may wait behind it.
    Loaded {
        bytes: Buffer,
        drained: bool,
    },
    Hole,
    /// To be read by the worker, with one zero byte for each of these runs.
    Gapped(Vec<Place<u64>>),
}

#[derive(Debug)]
pub(crate) enum Item {
    Span(Span),
    Failed { input: usize, name: OsString, error: io::Error },
}

impl Item {
    /// Has the disk bring it in, if it is a small file.
    pub(crate) fn ask(&self) {
        if let Item::Span(span) = self
            && span.source.is_small()
        {
            span.source.ask_for_all();
        }
    }
}

/// Spans that one worker takes at a time, with their place in the order of all.
#[derive(Debug)]
pub(crate) struct Batch {
    pub number: u64,
    pub items: Vec<Item>,
    /// The cursor may be kept waiting behind this batch: nothing of it may be held back.
    pub flush: bool,
}
