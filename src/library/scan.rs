//! A scan of a file: blocks are processed in parallel, and their results are folded in file order.

use std::io;
use std::path::Path;

use super::SigbusHandler;
use crate::engine::{BLOCK, Engine, Fold, Input, Session, SplitAt};
use crate::io::IoMode;

/// The positions at which a scan may split a file into blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// After a newline; a line longer than a block makes its block longer.
    #[default]
    Lines,
    /// Anywhere.
    Anywhere,
}

/// A parallel scan of the bytes of a file or pipe, with results in file order.
///
/// The outcome depends neither on the number of threads nor on whether the file is mapped or read.
///
/// ```
/// use mapped::Scan;
/// # let path = std::env::temp_dir().join(format!("mapped-doc-scan-{}", std::process::id()));
/// std::fs::write(&path, "one\ntwo\nthree\n")?;
/// let longest = Scan::new().fold(
///     &path,
///     0,
///     |block| block.split(|&byte| byte == b'\n').map(<[u8]>::len).max().unwrap_or(0),
///     |longest, of_block| longest.max(of_block),
/// )?;
/// assert_eq!(longest, 5);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Scan {
    engine: Engine,
    split: Split,
}

impl Scan {
    /// Returns a scan that reads the file, on every processor, split at lines.
    #[must_use]
    pub fn new() -> Scan {
        Scan { engine: Engine { policy: IoMode::Read, ..Engine::new() }, split: Split::default() }
    }

    /// Maps the file if that is faster, which requires the handler for SIGBUS.
    #[must_use]
    pub fn mapped(self, _: SigbusHandler) -> Scan {
        Scan { engine: Engine { policy: IoMode::Auto, ..self.engine }, ..self }
    }

    /// Sets the number of threads, including the caller's; 0 means 1.
    #[must_use]
    pub fn threads(self, threads: usize) -> Scan {
        Scan { engine: Engine { threads: threads.max(1), ..self.engine }, ..self }
    }

    /// Sets the positions at which blocks may be split.
    #[must_use]
    pub fn split(self, split: Split) -> Scan {
        Scan { split, ..self }
    }

    /// Calls `map` with each block of the file, on any thread and in any order, and passes the
    /// results to `fold` in file order, starting with `first`.
    ///
    /// `map` may be called again for a block if the file changed in the meantime, so it must be a
    /// pure function. If the file is mapped, the bytes may change while `map` reads them.
    ///
    /// # Errors
    /// Returns an error if the file cannot be opened or read, or if it is truncated or overwritten
    /// while it is read.
    pub fn fold<T: Send, A: Send + Clone>(
        &self,
        path: impl AsRef<Path>,
        first: A,
        map: impl Fn(&[u8]) -> T + Sync,
        fold: impl Fn(A, T) -> A + Sync,
    ) -> io::Result<A> {
        let split_at = match self.split {
            Split::Lines => SplitAt::Lines { terminator: b'\n', or_nul: false },
            Split::Anywhere => SplitAt::Exact,
        };
        // To the engine, `-` means standard input.
        let path = path.as_ref();
        let name = if path == Path::new("-") { "./-".into() } else { path.as_os_str().to_owned() };
        self.engine.fold(
            Input::Named(name),
            self.engine.plan(split_at, BLOCK),
            Fold { first, map, fold },
            &Session::default(),
        )
    }
}

impl Default for Scan {
    fn default() -> Scan {
        Scan::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_file_order() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..1_200_000u32).flat_map(|i| format!("{i}\n").into_bytes()).collect();
        std::fs::write(&file, &bytes).unwrap();
        let handler = SigbusHandler::install();
        for threads in [0, 1, 2, 5] {
            for scan in [Scan::new().threads(threads), Scan::new().mapped(handler).threads(threads)] {
                for split in [Split::Lines, Split::Anywhere] {
                    let joined =
                        scan.split(split).fold(&file, Vec::new(), <[u8]>::to_vec, |mut all: Vec<u8>, block| {
                            assert!(split == Split::Anywhere || block.is_empty() || block.ends_with(b"\n"));
                            all.extend(block);
                            all
                        });
                    assert!(joined.unwrap() == bytes, "{threads} {split:?}");
                }
            }
        }
    }

    #[test]
    fn an_error_is_returned_and_nothing_printed() {
        let error = Scan::new().fold("/no/such/file", 0, <[u8]>::len, |a, b| a + b).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert_eq!(
            Scan::new().fold("/", 0, <[u8]>::len, |a, b| a + b).unwrap_err().kind(),
            io::ErrorKind::IsADirectory
        );
    }
}
