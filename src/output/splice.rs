//! Moves a file's bytes to the output inside the kernel, without copying them through this program.
//!
//! `splice(2)` moves a regular file's pages to a pipe, and `copy_file_range(2)` copies them to
//! another regular file. Nothing is locked or leased, so a truncation still zeroes pages in the
//! pipe until they are read. The size is therefore checked for every pipeful, and the last pipeful
//! is written as a copy: once it is in the pipe, every page before it has been read. A truncation
//! until then is an error that names the first affected byte.

use std::io;

use crate::io::{FOLIO, Source};
use crate::os::posix::{Errno, wait_writable};
use crate::os::transfer::{copy_range, pipe_size, splice};

use super::stdout::Output;

/// The number of bytes per `copy_file_range` call, after which the size is checked.
const COPY_CHUNK: usize = 16 << 20;

/// The result of moving a source.
#[derive(Debug)]
pub struct MoveOutcome {
    /// The offset of the first byte that must still be written.
    pub until: u64,
    /// The number of bytes before that offset that never passed through this program.
    pub uncopied: u64,
    /// The error, if some of the moved bytes may be zeros that were never in the file.
    pub damage: Option<io::Error>,
}

/// Moves as many of a regular file's pages as possible to `output`, which is a pipe. The caller
/// writes the rest.
///
/// # Errors
/// Returns EPIPE if the pipe's reader has closed it. Other failures end the move, so that reading
/// and writing the rest shows which side failed.
pub fn splice_to_pipe(output: &mut Output, source: &Source) -> io::Result<MoveOutcome> {
    let start = source.start();
    let mut moved = MoveOutcome { until: start, uncopied: 0, damage: None };
    output.flush()?;
    output.enlarge_pipe();
    let Some(capacity) = pipe_size(output.fd()) else { return Ok(moved) };
    let Some(mut end) = source.end() else { return Ok(moved) };
    loop {
        let limit = end.saturating_sub(capacity as u64);
        if moved.until >= limit {
            match source.grown_past(end) {
                Some(now) => end = now,
                None => break,
            }
            continue;
        }
        prefetch(source, moved.until);
        let at = source.base() + moved.until;
        let length = (limit - moved.until).min(capacity as u64) as usize;
        match splice(source.fd(), at, output.fd(), length) {
            Ok(0) => break,
            Ok(count) => {
                moved.until += count as u64;
                output.count(count as u64);
            }
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => wait_writable(output.fd())?,
            Err(Errno::PIPE) => return Err(Errno::PIPE.into()),
            Err(_) => break,
        }
        moved.damage = truncation_before(source, moved.until);
        if moved.damage.is_some() {
            break;
        }
    }
    moved.uncopied = moved.until - start;
    if moved.uncopied > 0 && moved.damage.is_none() {
        let mut last = vec![0; (end - moved.until).min(capacity as u64) as usize];
        let (got, _) = source.read_up_to(&mut last, moved.until);
        // There are no bytes of the file past its size, regardless of what the read returned.
        let size = source.current_length()?.unwrap_or(u64::MAX);
        let got = got.min(usize::try_from(size.saturating_sub(moved.until)).unwrap_or(usize::MAX));
        output.write_now(&last[..got])?;
        output.count(got as u64);
        moved.damage = truncation_before(source, moved.until);
        moved.until += got as u64;
    }
    Ok(moved)
}

/// Copies a source's range inside the kernel to `output`, which is a regular file. The caller
/// writes the rest.
///
/// File systems that share blocks do so under a lock. Others copy through the page cache, where a
/// truncation zeroes bytes in flight, so the size is checked here as well.
///
/// # Errors
/// Returns the error from the output (ENOSPC, EFBIG, EDQUOT). It is not an error if two files
/// cannot be copied in this way.
pub fn copy_to_file(output: &mut Output, source: &Source) -> io::Result<MoveOutcome> {
    let (start, end) = (source.start(), source.end().unwrap_or(0));
    let mut moved = MoveOutcome { until: start, uncopied: 0, damage: None };
    output.flush()?;
    while moved.until < end && moved.damage.is_none() {
        let at = source.base() + moved.until;
        let length = (end - moved.until).min(COPY_CHUNK as u64) as usize;
        match copy_range(source.fd(), at, output.fd(), length) {
            Ok(0) => break,
            Ok(count) => {
                moved.until += count as u64;
                output.count(count as u64);
            }
            Err(Errno::INTR) => continue,
            Err(error @ (Errno::NOSPC | Errno::FBIG | Errno::DQUOT)) => return Err(error.into()),
            Err(_) => break,
        }
        moved.damage = truncation_before(source, moved.until);
    }
    moved.uncopied = moved.until - start;
    Ok(moved)
}

/// Prefetches a cold file's pages in large folios, one folio ahead of the move.
fn prefetch(source: &Source, at: u64) {
    if source.began_cold() && source.can_fault_in() && (source.base() + at).is_multiple_of(FOLIO) {
        source.fault_in(at..at + FOLIO);
        source.extend_read_ahead(at + FOLIO, FOLIO);
    }
}

/// Returns an error if the file is now shorter than `until`, up to which its pages have been moved.
fn truncation_before(source: &Source, until: u64) -> Option<io::Error> {
    let size = source.current_length().ok()??;
    (size < until).then(|| {
        let size = source.base() + size;
        io::Error::other(format!(
            "truncated to {size} bytes while being read; bytes written from there on may be zeros"
        ))
    })
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read;
    use std::os::fd::OwnedFd;

    use super::*;
    use crate::io::{IoMode, Range};

    fn data(len: usize) -> Vec<u8> {
        (0..len).map(|i| (i % 250 + 1) as u8).collect()
    }

    /// Moves a file of `want` into a pipe. Its reader calls `meanwhile` once it has read 100 bytes
    /// and the pipe is full.
    fn moved(want: &[u8], meanwhile: impl FnOnce(&File) + Send) -> (MoveOutcome, Vec<u8>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, want).unwrap();
        let source = Source::open(path.as_os_str(), IoMode::Auto, Range::default()).unwrap();
        let (mut reader, writer) = io::pipe().unwrap();
        std::thread::scope(|scope| {
            let reading = scope.spawn(move || {
                let mut got = vec![0; 100];
                reader.read_exact(&mut got).unwrap();
                while rustix::io::ioctl_fionread(&reader).unwrap() < (1 << 20) - 100 - 4096 {
                    std::thread::yield_now();
                }
                meanwhile(&File::options().write(true).open(&path).unwrap());
                reader.read_to_end(&mut got).unwrap();
                got
            });
            let mut output = Output::to(File::from(OwnedFd::from(writer))).unwrap();
            let moved = splice_to_pipe(&mut output, &source).unwrap();
            drop(output);
            (moved, reading.join().unwrap())
        })
    }

    #[test]
    fn the_pipe_gets_the_file() {
        let want = data((5 << 20) + 1234);
        let (moved, got) = moved(&want, |_| ());
        assert!(got == want);
        assert_eq!((moved.until, moved.uncopied), (want.len() as u64, want.len() as u64 - (1 << 20)));
        assert!(moved.damage.is_none());
    }

    #[test]
    fn a_file_that_grows_is_followed() {
        let want = data(5 << 20);
        let grown = data(9 << 20);
        let (moved, got) = moved(&want, |file| std::os::unix::fs::FileExt::write_all_at(file, &grown, 0).unwrap());
        assert!(got == grown && moved.damage.is_none());
    }

    /// Regression: a read lease used to keep the file unchanged and made other programs wait. Now
    /// the truncation is reported.
    #[test]
    fn a_cut_of_pages_in_the_pipe_is_reported() {
        let want = data(8 << 20);
        let (moved, got) = moved(&want, |file| file.set_len(1000).unwrap());
        let error = moved.damage.expect("noticed").to_string();
        assert_eq!(error, "truncated to 1000 bytes while being read; bytes written from there on may be zeros");
        assert!(got[..1000] == want[..1000]);
        assert!(got.iter().zip(&want).all(|(&byte, &true_byte)| byte == true_byte || byte == 0));
    }

    /// The last pipeful is a copy, so a truncation after this program has ended does not change the
    /// bytes in the pipe.
    #[test]
    fn a_cut_of_the_last_pipeful_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let want = data(3 << 20);
        std::fs::write(&path, &want).unwrap();
        let source = Source::open(path.as_os_str(), IoMode::Auto, Range::default()).unwrap();
        let (mut reader, writer) = io::pipe().unwrap();
        let mut first = vec![0; 2 << 20];
        let rest = std::thread::scope(|scope| {
            let moving = scope.spawn(|| {
                let mut output = Output::to(File::from(OwnedFd::from(writer))).unwrap();
                splice_to_pipe(&mut output, &source).unwrap()
            });
            reader.read_exact(&mut first).unwrap();
            assert!(moving.join().unwrap().damage.is_none());
            File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
            let mut rest = Vec::new();
            reader.read_to_end(&mut rest).unwrap();
            rest
        });
        assert!([first, rest].concat() == want);
    }
}
