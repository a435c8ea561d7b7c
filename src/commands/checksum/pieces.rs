//! `--pieces`: prints a digest for each piece of a file, in md5deep's notation.
//!
//! If a file can be read by position, its pieces are separate jobs on all threads. A stream is
//! hashed as it is read. The last piece may be short, and an empty file has a line without an
//! offset.

use std::ffi::OsString;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use super::format::DigestSubject;
use super::inputs::Files;
use super::{ChecksumRun, name};
use crate::commands::file_digest;
use crate::digest::{Digest, Recipe};
use crate::engine::{MapSteps, map_in_order};
use crate::exit::Exit;
use crate::io::{AccessMethod, FileRef, Source};
use crate::output::Output;

/// The number of bytes of a stream read at a time.
const READ_BYTES: u64 = 256 << 10;

/// A piece to hash, or an item to report in its place.
enum PieceJob {
    /// A range of an open file, or `None` for an empty file.
    Part(Arc<Source>, Option<Range<u64>>),
    Done(FilePiece),
    Failed(OsString, io::Error),
}

/// The digests of one piece.
struct FilePiece {
    name: OsString,
    range: Option<Range<u64>>,
    digests: Vec<Digest>,
}

/// Prints the digests of every piece of every file, in order.
pub fn print(run: ChecksumRun<'_>, files: Files<'_>, size: u64, output: &mut Output) -> io::Result<Exit> {
    let ChecksumRun { settings, config, .. } = run;
    let jobs = files.flat_map(move |file| -> Box<dyn Iterator<Item = PieceJob> + Send + '_> {
        let (engine, policy) = (&config.engine, config.engine.policy);
        let fail = |name, error| Box::new(std::iter::once(PieceJob::Failed(name, error)));
        let open = |file: &FileRef| {
            Source::open_at(file, policy, engine.range).and_then(|source| config.reject_own_output(source))
        };
        let source = match file.map(|file: FileRef| (open(&file), file)) {
            Ok((Ok(source), _)) => source,
            Ok((Err(error), file)) => return fail(file.into_path(), error),
            Err((name, error)) => return fail(name, error),
        };
        match (source.method(), source.end()) {
            (AccessMethod::Map | AccessMethod::Pread, Some(end)) => parts(source, end, size),
            _ => match PieceStream::new(source, &settings.recipes, size) {
                Ok(stream) => Box::new(stream),
                Err((name, error)) => fail(name, error),
            },
        }
    });
    let work = |job: PieceJob, permits: &_| match job {
        PieceJob::Part(source, range) => {
            let name = source.name().to_owned();
            let bytes = range.clone().unwrap_or_else(|| source.start()..source.start());
            let part = source.part(bytes, config.engine.policy);
            match part.and_then(|part| file_digest::digest(part, &settings.recipes, config, permits)) {
                Ok(digests) => PieceJob::Done(FilePiece { name, range, digests }),
                Err(error) => PieceJob::Failed(name, error),
            }
        }
        done => done,
    };
    let (mut exit, mut failed) = (Exit::Success, None);
    let mut print_result = |job: PieceJob| match job {
        PieceJob::Done(piece) => piece.digests.iter().try_for_each(|digest| {
            let subject = DigestSubject { name: &piece.name, piece: piece.range.as_ref() };
            settings.style.write(digest, subject, &mut |text| output.write_all(text))
        }),
        // An error in one piece also affects all later ones.
        PieceJob::Failed(name, _) if failed.as_ref() == Some(&name) => Ok(()),
        PieceJob::Failed(name, error) => {
            name::report(&name, &error, output);
            exit = Exit::Failure;
            failed = Some(name);
            Ok(())
        }
        PieceJob::Part(..) => Ok(()),
    };
    let emit = |job| run.printing(|| print_result(job));
    map_in_order(config.engine.threads, &config.stats, jobs, MapSteps { ahead: |_: &mut PieceJob, _| (), work, emit })?;
    Ok(exit)
}

/// Returns the pieces of a file that ends at `end`.
fn parts(source: Source, end: u64, size: u64) -> Box<dyn Iterator<Item = PieceJob> + Send> {
    let source = Arc::new(source);
    source.set_shared_position(end);
    let mut at = source.start();
    if at >= end {
        return Box::new(std::iter::once(PieceJob::Part(source, None)));
    }
    Box::new(std::iter::from_fn(move || {
        let range = at..end.min(at.saturating_add(size));
        at = range.end;
        (!range.is_empty()).then(|| PieceJob::Part(Arc::clone(&source), Some(range)))
    }))
}

/// Hashes a stream piece by piece as it is read.
struct PieceStream<'a> {
    name: OsString,
    input: io::Take<std::fs::File>,
    recipes: &'a [Recipe],
    size: u64,
    at: u64,
    is_first: bool,
    ended: bool,
    buffer: Vec<u8>,
}

impl<'a> PieceStream<'a> {
    fn new(source: Source, recipes: &'a [Recipe], size: u64) -> Result<PieceStream<'a>, (OsString, io::Error)> {
        let name = source.name().to_owned();
        if source.tail().is_some() {
            let error = io::Error::new(io::ErrorKind::Unsupported, "--pieces cannot count from the end of a stream");
            return Err((name, error));
        }
        let begin = || {
            let mut input = source.reader()?;
            let at = source.start();
            io::copy(&mut Read::by_ref(&mut input).take(at), &mut io::sink())?;
            Ok((input.take(source.wanted().or(source.requested_length()).unwrap_or(u64::MAX)), at))
        };
        match begin() {
            Ok((input, at)) => {
                let buffer = vec![0; READ_BYTES.min(size) as usize];
                Ok(PieceStream { name, input, recipes, size, at, is_first: true, ended: false, buffer })
            }
            Err(error) => Err((name, error)),
        }
    }

    /// Hashes the next piece. Returns `None` after the last one.
    fn piece(&mut self) -> io::Result<Option<FilePiece>> {
        let mut hashers: Vec<_> = self.recipes.iter().map(Recipe::hasher).collect();
        let mut len = 0;
        while len < self.size {
            let room = (self.size - len).min(self.buffer.len() as u64) as usize;
            let read = match self.input.read(&mut self.buffer[..room]) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            hashers.iter_mut().for_each(|hasher| hasher.update(&self.buffer[..read]));
            len += read as u64;
        }
        self.ended = len < self.size;
        let is_first = std::mem::take(&mut self.is_first);
        if len == 0 && !is_first {
            return Ok(None);
        }
        let range = (len > 0).then(|| self.at..self.at + len);
        self.at += len;
        let digests = hashers.into_iter().map(crate::digest::hasher::Hasher::finish).collect();
        Ok(Some(FilePiece { name: self.name.clone(), range, digests }))
    }
}

impl Iterator for PieceStream<'_> {
    type Item = PieceJob;

    fn next(&mut self) -> Option<PieceJob> {
        if self.ended {
            return None;
        }
        match self.piece() {
            Ok(piece) => piece.map(PieceJob::Done),
            Err(error) => {
                self.ended = true;
                Some(PieceJob::Failed(self.name.clone(), error))
            }
        }
    }
}
