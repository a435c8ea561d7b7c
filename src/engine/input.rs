//! One input of a run, on its way from a name to an open file.

use std::ffi::OsString;
use std::io;

use crate::io::{FileRef, IoMode, Kind, Range, Source};

use super::input_kind::InputKind;
use super::plan::Engine;
use super::session::Session;

/// An open input with its kind, if that is known, or its name and the error from opening it.
pub type Opened = Result<(Source, Option<InputKind>), (OsString, io::Error)>;

/// The operations with which a command opens its inputs, on any thread.
pub trait Open: Sync + std::fmt::Debug {
    /// Opens the file itself, without reading it.
    ///
    /// # Errors
    /// Returns the error from opening it.
    fn source(&self, file: &FileRef, range: Range) -> io::Result<Source>;

    /// Prepares the open file for the command, which may read its beginning.
    ///
    /// # Errors
    /// Returns the error from preparing it.
    fn prepare(&self, source: Source, range: Range) -> io::Result<(Source, Option<InputKind>)>;

    /// Opens and prepares the file, as in [`Input::open`].
    ///
    /// # Errors
    /// Returns the name and the error.
    fn open(&self, file: FileRef, range: Range) -> Opened {
        match self.source(&file, range).and_then(|source| self.prepare(source, range)) {
            Ok(opened) => Ok(opened),
            Err(error) => Err((file.into_path(), error)),
        }
    }
}

/// Opens files without preparing them.
impl Open for Engine {
    fn source(&self, file: &FileRef, range: Range) -> io::Result<Source> {
        Source::open_at(file, self.policy, range)
    }

    fn prepare(&self, source: Source, _: Range) -> io::Result<(Source, Option<InputKind>)> {
        Ok((source, None))
    }
}

/// An input of a run.
#[derive(Debug)]
pub enum Input<'a> {
    /// A path to open, or `-`.
    Named(OsString),
    /// A file that the command opens in its own way.
    Unopened(FileRef, &'a dyn Open),
    /// An input of one of these two kinds that was prefetched before its turn.
    Prefetched(Box<Prefetched<'a>>),
    /// An input that is open.
    Open(Source),
    /// An open input whose kind is known: [`Kernel::classify`](super::Kernel::classify) is not called.
    Classified(Source, InputKind),
    /// An input that failed, to be reported when its turn comes.
    Failed(OsString, io::Error),
}

/// An input that is being prefetched.
#[derive(Debug)]
pub struct Prefetched<'a> {
    input: Input<'a>,
    /// The open file, from which nothing has been read; `None` after it is forgotten.
    source: Option<Source>,
    /// Whether the file was small enough to prefetch and its resident bytes have been counted.
    is_counted: bool,
}

impl From<Opened> for Input<'_> {
    fn from(opened: Opened) -> Self {
        match opened {
            Ok((source, None)) => Input::Open(source),
            Ok((source, Some(kind))) => Input::Classified(source, kind),
            Err((name, error)) => Input::Failed(name, error),
        }
    }
}

impl Input<'_> {
    pub(super) fn is_unopened(&self) -> bool {
        matches!(self, Input::Named(_) | Input::Unopened(..) | Input::Prefetched(..))
    }

    /// Returns whether the input is open, and reading it may wait for a writer, a user or a device.
    pub(super) fn may_block(&self) -> bool {
        let (Input::Open(source) | Input::Classified(source, _)) = self else { return false };
        matches!(source.kind(), Kind::Pipe | Kind::Socket | Kind::Terminal | Kind::CharDevice)
    }

    /// Returns the number of bytes of an open input that were read already.
    pub(super) fn bytes_in_memory(&self) -> usize {
        match self {
            Input::Open(source) | Input::Classified(source, _) => source.bytes_in_memory(),
            _ => 0,
        }
    }

    /// Returns whether the input can be opened only after everything before it was emitted. Opening a
    /// FIFO blocks until it has a writer, and the position of standard input depends on earlier readers.
    pub fn has_to_wait(&self) -> bool {
        match self {
            Input::Named(name) => name == "-" || crate::io::path::is_fifo(name),
            Input::Unopened(file, _) => file.is_stdin() || file.is_fifo(),
            Input::Prefetched(prefetched) => prefetched.source.is_none() && prefetched.input.has_to_wait(),
            _ => false,
        }
    }

    /// Prefetches a small file that is about to be opened and read, if recent ones came from disk.
    /// Callers that iterate over files should batch these requests.
    pub fn prefetch_if_cold(&mut self, engine: &Engine, session: &Session) {
        if session.cold.should_prefetch() && !self.has_to_wait() {
            self.prefetch(engine.policy, engine.range, session);
        }
    }

    /// Opens the input and starts read-ahead, if it is a small file. Failures are left to
    /// [`Input::open`].
    pub(super) fn prefetch(&mut self, policy: IoMode, range: Range, session: &Session) {
        let opened = match self {
            Input::Unopened(file, opener) => opener.source(file, range),
            Input::Named(name) => Source::open(name, policy, range),
            _ => return,
        };
        if let Ok(mut source) = opened {
            let is_counted = session.prefetch(&mut source);
            let input = std::mem::replace(self, Input::Named(OsString::new()));
            *self = Input::Prefetched(Box::new(Prefetched { input, source: Some(source), is_counted }));
        }
    }

    /// Closes a prefetched file, so that it is opened again when its turn comes, because its name
    /// may then refer to another file.
    pub fn forget(&mut self) {
        if let Input::Prefetched(prefetched) = self {
            prefetched.source = None;
        }
    }

    /// Opens the input, unless it is already open.
    ///
    /// # Errors
    /// Returns the name and the error from opening it.
    pub fn open(self, policy: IoMode, range: Range) -> Opened {
        match self {
            Input::Named(name) => match Source::open(&name, policy, range) {
                Ok(source) => Ok((source, None)),
                Err(error) => Err((name, error)),
            },
            Input::Unopened(file, opener) => opener.open(file, range),
            Input::Prefetched(prefetched) => prefetched.open(policy, range),
            Input::Open(source) => Ok((source, None)),
            Input::Classified(source, kind) => Ok((source, Some(kind))),
            Input::Failed(name, error) => Err((name, error)),
        }
    }
}

impl Prefetched<'_> {
    fn open(self, policy: IoMode, range: Range) -> Opened {
        match (self.source, self.input) {
            (Some(source), Input::Unopened(file, opener)) => {
                opener.prepare(source, range).map_err(|error| (file.into_path(), error))
            }
            (Some(source), _) => Ok((source, None)),
            (None, input) => {
                let (source, kind) = input.open(policy, range)?;
                // Its resident bytes are not counted twice.
                Ok((if self.is_counted { source.assume_cached() } else { source }, kind))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefetched_input_may_be_forgotten() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "one\n").unwrap();
        let (policy, range, session) = (IoMode::Auto, Range::default(), Session::default());
        let mut input = Input::Named(file.path().into());
        input.prefetch(policy, range, &session);
        assert!(matches!(input, Input::Prefetched(..)) && input.is_unopened());
        std::fs::write(&file, "one\ntwo\n").unwrap();
        let length = |input: Input<'_>| input.open(policy, range).unwrap().0.end();
        input.forget();
        assert!(input.is_unopened());
        assert_eq!(length(input), Some(8));
        let mut input = Input::Named(file.path().into());
        input.prefetch(policy, range, &session);
        assert_eq!(length(input), Some(8));
        // Regression: the file was counted twice, the second time with the prefetched pages.
        let session = Session::default();
        session.count_resident();
        let mut input = Input::Named(file.path().into());
        input.prefetch(policy, range, &session);
        input.forget();
        let (mut source, _) = input.open(policy, range).unwrap();
        session.opened(&mut source);
        assert!(session.tally().resident.is_none_or(|(_, total)| total == 8));
        let mut gone = Input::Named("/no/such/file".into());
        gone.forget();
        assert!(gone.open(policy, range).is_err());
        let mut absent = Input::Named("/no/such/file".into());
        absent.prefetch(policy, range, &session);
        assert!(matches!(absent, Input::Named(_)));
    }
}
