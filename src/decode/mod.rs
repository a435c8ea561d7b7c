//! Compressed and encoded inputs as plain streams, for every command.
//!
//! [`Decoding`] opens an input. If its first bytes show that it is compressed, it becomes a source
//! that streams the decoded bytes; every other input is left as it is. Each format is decoded by
//! the rules of its reference tool: the data before a truncation or damage is output first, then
//! the error is reported. Nothing is ever written to a file.

mod bzip2;
mod compress;
mod detect;
mod feed;
mod frames;
mod gzip;
mod input;
mod lz4;
mod parallel;
mod sniff;
mod text;
#[cfg(feature = "xz")]
mod xz;
#[cfg(not(feature = "xz"))]
#[path = "no_xz.rs"]
mod xz;
#[cfg(feature = "zstd")]
mod zstd;
#[cfg(not(feature = "zstd"))]
#[path = "no_zstd.rs"]
mod zstd;

use std::ffi::OsStr;
use std::io;
use std::sync::Arc;

use anyhow::{Result, bail};
use encoding_rs::Encoding;

use crate::io::{AccessMethod, FeedNotes, Range, Reason, Source};
use crate::os::Stop;

pub use detect::Format;
use detect::{Detected, HEAD, NameMismatch, detect, name_mismatch};
use feed::{DecodedFeed, Pool};
use frames::Frames;
use gzip::Gzip;
use input::EncodedInput;
use parallel::Parallel;
use sniff::SniffedFeed;
use text::{TextEncoding, Transcoder, has_mark};

/// The minimum size in bytes of a file whose format is read without read-ahead, because often only a
/// period of a large log is read afterwards.
const LARGE_FILE: u64 = 64 << 20;

/// A decoder of one input, piece by piece.
pub trait Decode: Send {
    /// Appends decoded bytes within the capacity of `out`, at least one unless the data has ended.
    ///
    /// Returns whether there may be more data.
    ///
    /// # Errors
    /// Returns an error if reading fails or the data is truncated or damaged. Bytes that were
    /// appended before the error are valid.
    fn decode(&mut self, out: &mut Vec<u8>) -> io::Result<bool>;

    /// Returns whether more bytes are available without waiting for a slow writer.
    fn is_ready(&self) -> bool;
}

/// The choice of which inputs are decoded, and by how many threads.
#[derive(Clone, Debug)]
pub struct Decoding {
    compressed: bool,
    text: TextEncoding,
    /// The decoding threads, or `None` if the reader decodes.
    pool: Option<Arc<Pool>>,
}

/// The treatment of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DecodePlan {
    AsIs,
    Decode(Option<Format>),
    /// More of the first bytes must be read to determine the format.
    Undecided,
}

impl Decoding {
    /// Decompresses inputs if `compressed`, on up to `threads` threads.
    pub fn new(compressed: bool, threads: usize) -> Decoding {
        let pool = (threads > 1).then(|| Arc::new(Pool::new(threads)));
        Decoding { compressed, text: TextEncoding::Bytes, pool }
    }

    /// Also converts text to UTF-8, from the `encoding` with this WHATWG label, or the one that a
    /// byte order mark shows.
    ///
    /// # Errors
    /// Returns an error if there is no such encoding.
    pub fn with_text(self, encoding: Option<&str>) -> Result<Decoding> {
        let text = match encoding {
            None | Some("auto") => TextEncoding::ByMark,
            Some("none") => TextEncoding::Bytes,
            Some(label) => match Encoding::for_label(label.as_bytes()) {
                Some(encoding) if encoding == encoding_rs::UTF_8 => TextEncoding::Bytes,
                Some(encoding) => TextEncoding::Encoded(encoding),
                None => {
                    bail!(
                        "invalid value '{label}' for --encoding: expected auto, none or a WHATWG name such as utf-16le or \
                         latin1"
                    )
                }
            },
        };
        Ok(Decoding { text, ..self })
    }

    /// Opens the decoded form of a source, restricted to `range`, or returns the source itself.
    ///
    /// # Errors
    /// Returns an error if reading its beginning fails.
    pub fn open(&self, mut source: Source, range: Range) -> io::Result<Source> {
        if !self.compressed && self.text == TextEncoding::Bytes {
            return Ok(source);
        }
        if source.method() == AccessMethod::Stream {
            let (reason, notes) = (source.reason(), Arc::new(FeedNotes::default()));
            let file = Arc::new(source.whole()?);
            let feed = SniffedFeed::new(self.clone(), Arc::clone(&file), Arc::clone(&notes));
            return Ok(source.with_feed(Box::new(feed), reason, range, notes));
        }
        let mut head = [0; HEAD];
        let got = match source.end() > Some(LARGE_FILE) {
            true => source.without_read_ahead(|| source.read_at(&mut head, 0))?,
            false => source.read_beginning(&mut head)?,
        };
        let DecodePlan::Decode(format) = self.plan(&head[..got], true) else {
            self.check_name(source.name(), &head[..got])?;
            return Ok(source);
        };
        let (file, notes) = (Arc::new(source.whole()?), Arc::new(FeedNotes::default()));
        file.remember_beginning(0, &[]);
        note_written(&notes, &head[..got], &file);
        let reason = Reason::Decoded(format.map_or("other encoding", Format::name));
        let decoder = self.file_decoder(file, format, Arc::clone(&notes))?;
        let feed = DecodedFeed::new(decoder, Arc::new(Stop::new()), self.pool.as_ref());
        Ok(source.with_feed(Box::new(feed), Some(reason), range, notes))
    }

    /// Checks that an input without a compressed format has no name that promises one.
    ///
    /// # Errors
    /// Returns an error if the name promises a format, and the input is binary or ends in the
    /// middle of the format's magic number.
    fn check_name(&self, name: &OsStr, head: &[u8]) -> io::Result<()> {
        match name_mismatch(name, head).filter(|_| self.compressed) {
            Some(NameMismatch::Truncated(format)) => Err(unexpected_end(format.name())),
            Some(NameMismatch::Other(format)) => Err(damaged(format.name(), "the magic number is missing")),
            None => Ok(()),
        }
    }

    /// Returns a decoder for a file, which uses several threads if the format allows it.
    fn file_decoder(
        &self,
        file: Arc<Source>,
        format: Option<Format>,
        notes: Arc<FeedNotes>,
    ) -> io::Result<Box<dyn Decode>> {
        let size = file.current_length()?.unwrap_or(0);
        if let (Some(format @ (Format::Gzip | Format::Zstd)), Some(pool)) = (format, &self.pool) {
            let (file, notes) = (Arc::clone(&file), Arc::clone(&notes));
            let whole = Arc::clone(&file);
            let rest = move |at| -> Box<dyn Decode> {
                let input = EncodedInput::of_file(Arc::clone(&file), at, size, Arc::clone(&notes));
                match format {
                    Format::Gzip => Box::new(Gzip::after_members(input)),
                    _ => Box::new(Frames::after_frames(input, format)),
                }
            };
            if let Some(parallel) = Parallel::new(&whole, format, pool.limit(), Box::new(rest)) {
                return Ok(self.as_text(Box::new(parallel)));
            }
        }
        self.decoder(EncodedInput::of_file(file, 0, size, notes), format)
    }

    /// Decides how an input that begins with `head` is handled. `is_all` says that the input
    /// has no more bytes.
    fn plan(&self, head: &[u8], is_all: bool) -> DecodePlan {
        let detected = if self.compressed { detect(head, is_all) } else { Detected::Plain };
        match (detected, self.text) {
            (Detected::Undecided, _) => DecodePlan::Undecided,
            (Detected::Format(format), _) => DecodePlan::Decode(Some(format)),
            (Detected::Plain, TextEncoding::Bytes) => DecodePlan::AsIs,
            (Detected::Plain, TextEncoding::Encoded(_)) => DecodePlan::Decode(None),
            (Detected::Plain, TextEncoding::ByMark) if has_mark(head) => DecodePlan::Decode(None),
            (Detected::Plain, TextEncoding::ByMark) if !is_all && matches!(head, [] | [0xfe | 0xff]) => {
                DecodePlan::Undecided
            }
            (Detected::Plain, TextEncoding::ByMark) => DecodePlan::AsIs,
        }
    }

    /// Returns a decoder for `input`, which has this `format` if it is compressed.
    fn decoder(&self, input: EncodedInput, format: Option<Format>) -> io::Result<Box<dyn Decode>> {
        let bytes = match format {
            None => Box::new(input),
            Some(format) => decompressor(input, format)?,
        };
        Ok(self.as_text(bytes))
    }

    /// Adds text conversion to a decoder.
    fn as_text(&self, bytes: Box<dyn Decode>) -> Box<dyn Decode> {
        match self.text {
            TextEncoding::Bytes => bytes,
            text => Box::new(Transcoder::new(bytes, text)),
        }
    }
}

/// Returns a decoder for `input`, which begins with data of `format`.
fn decompressor(input: EncodedInput, format: Format) -> io::Result<Box<dyn Decode>> {
    Ok(match format {
        Format::Gzip => Box::new(Gzip::new(input)),
        Format::Compress => Box::new(compress::Compress::new(input)),
        Format::Zstd | Format::Lz4 => Box::new(Frames::new(input, format)),
        Format::Xz | Format::Lzma | Format::Lzip => Box::new(xz::Xz::new(input, format)?),
        Format::Bzip2 => Box::new(bzip2::Bzip2::new(input)),
    })
}

/// Records when the content of a file that begins with `head` was last written, if the format or
/// the file says so.
fn note_written(notes: &FeedNotes, head: &[u8], file: &Source) {
    if let Some(time) = gzip::written(head).or_else(|| file.modified()) {
        let _ = notes.written.set(time);
    }
}

/// Passes bytes through unchanged.
impl Decode for EncodedInput {
    fn decode(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let room = out.capacity() - out.len();
        let bytes = self.fill()?;
        let some = bytes.len().min(room);
        out.extend_from_slice(&bytes[..some]);
        self.consume(some);
        Ok(some > 0)
    }

    fn is_ready(&self) -> bool {
        EncodedInput::is_ready(self)
    }
}

/// Returns the format of an input that begins with `head`, if it is compressed.
pub fn format_of(head: &[u8]) -> Option<Format> {
    match detect(&head[..head.len().min(HEAD)], true) {
        Detected::Format(format) => Some(format),
        _ => None,
    }
}

/// Returns the error for data that ends too soon.
fn unexpected_end(format: &str) -> io::Error {
    io::Error::other(format!("unexpected end of the {format} data"))
}

/// Returns the error for a format whose decoder is not part of this build.
#[cfg(not(all(feature = "xz", feature = "zstd")))]
fn not_built(format: &str, feature: &str) -> io::Error {
    io::Error::other(format!("cannot decode {format} data: mapped was built without the feature {feature:?}"))
}

/// Returns the error for data that cannot be decoded.
fn damaged(format: &str, why: &str) -> io::Error {
    io::Error::other(format!("damaged {format} data: {why}"))
}
