//! Decodes a sequence of zstd and lz4 frames, and any skippable frames between them.
//!
//! zstd(1) also continues with gzip members and xz streams. lz4(1) reads only its own frames.

use std::io;

use super::detect::{Detected, Format, HEAD, LZ4_LEGACY_MAGIC, LZ4_MAGIC, ZSTD_MAGIC, detect, is_skippable};
use super::input::EncodedInput;
use super::lz4::Lz4;
use super::zstd::Zstd;
use super::{Decode, damaged, decompressor, unexpected_end};

/// A decoder of consecutive frames.
pub struct Frames {
    input: EncodedInput,
    frame: Option<FrameKind>,
    zstd: Option<Zstd>,
    lz4: Option<Lz4>,
    /// The format of the last frame, for messages.
    name: &'static str,
    is_first: bool,
    /// Whether these are frames of zstd(1), which other formats may follow.
    is_zstd: bool,
    /// The decoder of another format that follows the frames.
    rest: Option<Box<dyn Decode>>,
}

#[derive(Clone, Copy)]
enum FrameKind {
    Zstd,
    Lz4,
}

impl Frames {
    /// Decodes `input`, which begins with a frame of `format`.
    pub fn new(input: EncodedInput, format: Format) -> Frames {
        let is_zstd = format == Format::Zstd;
        Frames { input, frame: None, zstd: None, lz4: None, name: format.name(), is_first: true, is_zstd, rest: None }
    }

    /// Decodes the data after other frames.
    pub fn after_frames(input: EncodedInput, format: Format) -> Frames {
        Frames { is_first: false, ..Frames::new(input, format) }
    }

    /// Advances to the next frame that has data, and returns its kind.
    fn next(&mut self) -> io::Result<Option<FrameKind>> {
        loop {
            let head = self.input.peek(4)?;
            if head.is_empty() {
                return Ok(None);
            }
            let Some(magic) = head.first_chunk().map(|magic| u32::from_le_bytes(*magic)) else {
                return Err(if self.is_first { unexpected_end(self.name) } else { self.trailing_garbage() });
            };
            self.is_first = false;
            match magic {
                ZSTD_MAGIC if self.is_zstd => {
                    self.name = "zstd";
                    match &mut self.zstd {
                        Some(zstd) => zstd.begin()?,
                        none => *none = Some(Zstd::new()?),
                    }
                    return Ok(Some(FrameKind::Zstd));
                }
                LZ4_LEGACY_MAGIC if self.is_zstd => return Err(self.trailing_garbage()),
                LZ4_MAGIC | LZ4_LEGACY_MAGIC => {
                    self.name = "lz4";
                    self.lz4.get_or_insert_default().begin(&mut self.input)?;
                    return Ok(Some(FrameKind::Lz4));
                }
                magic if is_skippable(magic) => {
                    self.input.consume(4);
                    let length = u32::from_le_bytes(self.input.array(self.name)?);
                    if !self.input.skip(length.into())? {
                        return Err(unexpected_end(self.name));
                    }
                }
                _ => {
                    self.rest = Some(self.other_format()?);
                    return Ok(None);
                }
            }
        }
    }

    /// Returns a decoder for the rest, if it begins with a format that zstd(1) also reads.
    fn other_format(&mut self) -> io::Result<Box<dyn Decode>> {
        let detected = detect(self.input.peek(HEAD)?, true);
        let input = std::mem::replace(&mut self.input, EncodedInput::of_bytes(Vec::new()));
        match detected {
            Detected::Format(format @ (Format::Gzip | Format::Xz | Format::Lzma)) if self.is_zstd => {
                decompressor(input, format)
            }
            _ => Err(self.trailing_garbage()),
        }
    }

    fn trailing_garbage(&self) -> io::Error {
        damaged(self.name, "trailing garbage")
    }
}

impl Decode for Frames {
    fn decode(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            if let Some(rest) = &mut self.rest {
                return rest.decode(out);
            }
            let frame = match self.frame {
                Some(frame) => frame,
                None => match self.next()? {
                    None if self.rest.is_some() => continue,
                    None => return Ok(false),
                    Some(frame) => *self.frame.insert(frame),
                },
            };
            let length = out.len();
            let continues = match (frame, &mut self.zstd, &mut self.lz4) {
                (FrameKind::Zstd, Some(zstd), _) => zstd.decode(&mut self.input, out)?,
                (FrameKind::Lz4, _, Some(lz4)) => lz4.decode(&mut self.input, out)?,
                _ => false,
            };
            if !continues {
                self.frame = None;
            }
            if out.len() > length {
                return Ok(true);
            }
        }
    }

    fn is_ready(&self) -> bool {
        self.rest.as_ref().map_or_else(|| self.input.is_ready(), |rest| rest.is_ready())
    }
}
