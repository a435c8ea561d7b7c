//! Converts text in other encodings to UTF-8.

use std::io;

use encoding_rs::{CoderResult, Decoder, Encoding};

use super::Decode;

/// The number of encoded bytes converted at a time.
const PIECE: usize = 64 << 10;

/// The choice of text that is converted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TextEncoding {
    /// None: the bytes are left unchanged.
    Bytes,
    /// UTF-16 text with a byte order mark.
    ByMark,
    /// All input, which is text in this encoding.
    Encoded(&'static Encoding),
}

/// Returns whether `head` begins with the byte order mark of UTF-16.
pub fn has_mark(head: &[u8]) -> bool {
    head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff")
}

/// A decoder that converts another decoder's output to UTF-8.
pub struct Transcoder {
    bytes: Box<dyn Decode>,
    text: TextEncoding,
    decoder: Option<Decoder>,
    pending: Vec<u8>,
    /// The position of the next byte in `pending`.
    at: usize,
    is_ended: bool,
    /// The failure that follows the pending bytes.
    failure: Option<io::Error>,
    is_flushed: bool,
}

impl Transcoder {
    /// Reads `bytes` as `text`.
    pub fn new(bytes: Box<dyn Decode>, text: TextEncoding) -> Transcoder {
        let decoder = match text {
            // A byte order mark in the text overrides `encoding`.
            TextEncoding::Encoded(encoding) => Some(encoding.new_decoder()),
            _ => None,
        };
        let pending = Vec::with_capacity(PIECE);
        Transcoder { bytes, text, decoder, pending, at: 0, is_ended: false, failure: None, is_flushed: false }
    }

    /// Reads more bytes; at the beginning, enough to recognise a byte order mark.
    fn fill(&mut self) {
        self.pending.drain(..self.at);
        self.at = 0;
        let wanted = if self.text == TextEncoding::ByMark { 2 } else { 1 };
        while self.pending.len() < wanted && !self.is_ended {
            match self.bytes.decode(&mut self.pending) {
                Ok(continues) => self.is_ended = !continues,
                Err(error) => (self.is_ended, self.failure) = (true, Some(error)),
            }
        }
        if self.text == TextEncoding::ByMark {
            self.text = TextEncoding::Bytes;
            if has_mark(&self.pending) {
                let is_little = self.pending[0] == 0xff;
                let encoding = if is_little { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
                self.decoder = Some(encoding.new_decoder());
            }
        }
    }
}

impl Decode for Transcoder {
    fn decode(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let length = out.len();
        while out.len() == length {
            if self.at == self.pending.len() && !self.is_ended {
                self.fill();
            }
            let bytes = &self.pending[self.at..];
            if bytes.is_empty() && self.is_ended && (self.is_flushed || self.decoder.is_none()) {
                return self.failure.take().map_or(Ok(false), Err);
            }
            let Some(decoder) = &mut self.decoder else {
                let some = bytes.len().min(out.capacity() - length);
                out.extend_from_slice(&bytes[..some]);
                self.at += some;
                continue;
            };
            // Half a character before a failure is not reported as malformed.
            let is_last = self.is_ended && self.failure.is_none();
            let room = out.capacity();
            out.resize(room, 0);
            let (result, used, written, _) = decoder.decode_to_utf8(bytes, &mut out[length..], is_last);
            out.truncate(length + written);
            self.at += used;
            self.is_flushed = self.is_ended && result == CoderResult::InputEmpty;
        }
        Ok(true)
    }

    fn is_ready(&self) -> bool {
        self.at < self.pending.len() || self.bytes.is_ready()
    }
}
