//! Decodes bzip2 streams by the rules of bzip2(1): any number of streams, ignoring other data after
//! the last.

use std::io;

use bzip2::{Decompress, Error, Status};

use super::input::EncodedInput;
use super::{Decode, damaged, unexpected_end};

const NAME: &str = "bzip2";

/// A decoder of consecutive streams.
pub struct Bzip2 {
    input: EncodedInput,
    stream: Option<Decompress>,
    is_first: bool,
    is_ended: bool,
}

impl Bzip2 {
    /// Decodes `input`, which begins with a stream.
    pub fn new(input: EncodedInput) -> Bzip2 {
        Bzip2 { input, stream: None, is_first: true, is_ended: false }
    }
}

impl Decode for Bzip2 {
    fn decode(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            let bytes = self.input.fill()?;
            let is_end = bytes.is_empty();
            if self.is_ended || is_end && self.stream.is_none() && !self.is_first {
                return Ok(false);
            }
            let stream = self.stream.get_or_insert_with(|| Decompress::new(false));
            let (before, length) = (stream.total_in(), out.len());
            let status = stream.decompress_vec(bytes, out);
            let used = (stream.total_in() - before) as usize;
            self.input.consume(used);
            match status {
                Ok(Status::StreamEnd) => {
                    self.stream = None;
                    self.is_first = false;
                }
                Ok(Status::MemNeeded) => return Err(io::ErrorKind::OutOfMemory.into()),
                Ok(_) if is_end && out.len() == length => return Err(unexpected_end(NAME)),
                Ok(_) => {}
                Err(Error::DataMagic) if !self.is_first => {
                    self.input.note("trailing garbage after the bzip2 data is ignored");
                    self.is_ended = true;
                }
                Err(_) => return Err(damaged(NAME, "wrong checksum or invalid block")),
            }
            if out.len() > length {
                return Ok(true);
            }
        }
    }

    fn is_ready(&self) -> bool {
        self.input.is_ready()
    }
}
