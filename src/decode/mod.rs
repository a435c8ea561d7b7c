//! Text out of what is compressed or in another encoding: a thread decodes it into a pipe, and the pipe is the input.
//!
//! What a file is, its first bytes tell, never its name. They are looked at without being consumed.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;
use rustix::pipe::{PipeFlags, SpliceFlags};

use crate::io::{AccessMethod, IoMode, Kind, Range, Source};

/// How many first bytes tell what a file is.
const MAGIC: usize = 6;
/// What the pipe holds and the decoder writes at a time.
const CHUNK: usize = 1 << 20;

/// Which inputs are decoded.
#[derive(Clone, Debug)]
pub struct Decoding {
    compressed: bool,
    encoding: Text,
    failures: Arc<Mutex<Vec<(OsString, io::Error)>>>,
}

#[derive(Clone, Copy, Debug)]
enum Text {
    /// As it is.
    Bytes,
    /// UTF-16 where a byte order mark says so.
    ByMark,
    Encoded(&'static Encoding),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Gzip,
    Zstd,
    Xz,
    Bzip2,
    Lz4,
}

impl Decoding {
    /// Resolves `--decompress` and `--encoding`.
    ///
    /// # Errors
    /// When there is no such encoding.
    pub fn new(compressed: bool, encoding: Option<&str>) -> Result<Decoding> {
        let encoding = match encoding {
            None | Some("auto") => Text::ByMark,
            Some("none") => Text::Bytes,
            Some(label) => match Encoding::for_label(label.as_bytes()) {
                Some(encoding) if encoding == encoding_rs::UTF_8 => Text::Bytes,
                Some(encoding) => Text::Encoded(encoding),
                None => bail!("unknown encoding: {label}"),
            },
        };
        Ok(Decoding { compressed, encoding, failures: Arc::default() })
    }

    /// The source itself, or one of what it decodes to.
    ///
    /// # Errors
    /// When no pipe or thread can be had.
    pub fn open(&self, source: Source, range: Range) -> io::Result<Source> {
        if !self.compressed && matches!(self.encoding, Text::Bytes) {
            return Ok(source);
        }
        let mut magic = [0; MAGIC];
        let got = peek(&source, &mut magic)?;
        let format = if self.compressed { Format::of(&magic[..got]) } else { None };
        let marked = has_mark(&magic[..got]);
        let decodes = format.is_some() || matches!(self.encoding, Text::Encoded(_)) || self.by_mark() && marked;
        if !decodes {
            return Ok(source);
        }
        let (reader, writer) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?;
        // A smaller pipe only costs more changes between threads.
        let _ = rustix::pipe::fcntl_setpipe_size(&writer, CHUNK);
        let (name, file) = (source.name().to_owned(), source.reader()?);
        let decoding = self.clone();
        let decoded = Source::from_file(name.clone(), File::from(reader), false, IoMode::Auto, range)?;
        std::thread::Builder::new().spawn(move || {
            let mut pipe = File::from(writer);
            if let Err(error) = decoding.decode(file, format, &mut pipe)
                && error.kind() != io::ErrorKind::BrokenPipe
            {
                // Before the pipe closes, so that whoever sees its end finds this.
                decoding.failures.lock().unwrap_or_else(PoisonError::into_inner).push((name, error));
            }
        })?;
        Ok(decoded)
    }

    /// What could not be decoded so far.
    pub fn failures(&self) -> Vec<(OsString, io::Error)> {
        std::mem::take(&mut *self.failures.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn by_mark(&self) -> bool {
        matches!(self.encoding, Text::ByMark)
    }

    fn decode(&self, file: File, format: Option<Format>, pipe: &mut File) -> io::Result<()> {
        let bytes: Box<dyn Read> = match format {
            None => Box::new(file),
            Some(Format::Gzip) => Box::new(flate2::read::MultiGzDecoder::new(file)),
            Some(Format::Zstd) => Box::new(zstd::stream::read::Decoder::new(file)?),
            Some(Format::Xz) => Box::new(liblzma::read::XzDecoder::new_multi_decoder(file)),
            Some(Format::Bzip2) => Box::new(bzip2::read::MultiBzDecoder::new(file)),
            Some(Format::Lz4) => Box::new(lz4_flex::frame::FrameDecoder::new(file)),
        };
        match self.encoding {
            Text::Bytes => copy(bytes, pipe),
            Text::ByMark => {
                // UTF-8 passes as it is, its mark too; only UTF-16 is decoded.
                let mut bytes = bytes;
                let mut mark = [0; 2];
                let got = read_up_to(&mut bytes, &mut mark)?;
                let rest = io::Cursor::new(mark[..got].to_vec()).chain(bytes);
                if has_mark(&mark[..got]) {
                    copy(DecodeReaderBytesBuilder::new().bom_override(true).build(rest), pipe)
                } else {
                    copy(rest, pipe)
                }
            }
            Text::Encoded(encoding) => {
                let mut builder = DecodeReaderBytesBuilder::new();
                copy(builder.encoding(Some(encoding)).bom_override(true).build(bytes), pipe)
            }
        }
    }
}

impl Format {
    fn of(magic: &[u8]) -> Option<Format> {
        let known: [(&[u8], Format); 5] = [
            (b"\x1f\x8b", Format::Gzip),
            (b"\x28\xb5\x2f\xfd", Format::Zstd),
            (b"\xfd7zXZ\0", Format::Xz),
            (b"BZh", Format::Bzip2),
            (b"\x04\x22\x4d\x18", Format::Lz4),
        ];
        known.into_iter().find(|(start, _)| magic.starts_with(start)).map(|(_, format)| format)
    }
}

fn has_mark(magic: &[u8]) -> bool {
    magic.starts_with(b"\xff\xfe") || magic.starts_with(b"\xfe\xff")
}

/// Looks at the first bytes: by position where there are positions, and in a pipe by duplicating them with `tee(2)`.
/// Of anything else nothing can be known before it is consumed.
fn peek(source: &Source, magic: &mut [u8]) -> io::Result<usize> {
    if source.way() != AccessMethod::Stream {
        return source.read_at(magic, 0);
    }
    if source.kind() != Kind::Pipe {
        return Ok(0);
    }
    let mut got = 0;
    // A writer may have come no further than the first byte; a little later it has, or it means to pause there.
    for _ in 0..20 {
        let (reader, writer) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?;
        let there = match rustix::pipe::tee(source.fd(), writer.as_fd(), magic.len(), SpliceFlags::empty()) {
            Ok(there) => there,
            Err(_) => return Ok(0),
        };
        drop(writer);
        got = read_up_to(&mut File::from(reader), &mut magic[..there])?;
        let may_go_on = |start: &[u8]| start.starts_with(&magic[..got]) && got < start.len();
        let open = [
            &b"\xff\xfe"[..],
            b"\xfe\xff",
            b"\x1f\x8b",
            b"\x28\xb5\x2f\xfd",
            b"\xfd7zXZ\0",
            b"BZh",
            b"\x04\x22\x4d\x18",
        ]
        .into_iter()
        .any(may_go_on);
        if got == 0 || !open {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    Ok(got)
}

fn read_up_to(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < into.len() {
        match from.read(&mut into[got..]) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

fn copy(mut from: impl Read, to: &mut File) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK / 4];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => to.write_all(&buffer[..n])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
