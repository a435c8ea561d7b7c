//! Decodes gzip members by the rules of gzip(1): any number of members, then zero bytes or nothing.

use std::io;
use std::time::{Duration, SystemTime};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::input::EncodedInput;
use super::{Decode, damaged};

const NAME: &str = "gzip";

/// Flags in a member's header (RFC 1952, section 2.3.1).
const HEADER_CRC: u8 = 0x02;
const EXTRA: u8 = 0x04;
const FILE_NAME: u8 = 0x08;
const COMMENT: u8 = 0x10;
const ENCRYPTED: u8 = 0x20;
const RESERVED: u8 = 0xc0;

/// Returns the time in a member's header (RFC 1952, section 2.3.1): the original file's last
/// change. Returns `None` if the header has no time, as for a pipe.
pub fn written(head: &[u8]) -> Option<SystemTime> {
    let [0x1f, 0x8b, 8, _, seconds @ ..] = head.get(..8)? else { return None };
    let seconds = u32::from_le_bytes(seconds.try_into().ok()?);
    (seconds > 0).then(|| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.into()))
}

/// A decoder of consecutive members.
pub struct Gzip {
    input: EncodedInput,
    inflate: Decompress,
    crc: Crc,
    state: GzipState,
    is_first: bool,
}

#[derive(Clone, Copy)]
enum GzipState {
    Header,
    Data,
    Trailer,
    Ended,
}

impl Gzip {
    /// Decodes `input`, which begins with a member.
    pub fn new(input: EncodedInput) -> Gzip {
        Gzip { input, inflate: Decompress::new(false), crc: Crc::new(), state: GzipState::Header, is_first: true }
    }

    /// Decodes the data after other members.
    pub fn after_members(input: EncodedInput) -> Gzip {
        Gzip { is_first: false, ..Gzip::new(input) }
    }

    /// Reads the magic number of the next member, or the padding or garbage after the last one.
    fn begins_member(&mut self) -> io::Result<bool> {
        if !self.is_first && self.input.fill()?.is_empty() {
            return Ok(false);
        }
        let mut magic = [self.input.byte(NAME)?, 0];
        if magic[0] == 0 && !self.is_first {
            return match self.input.skip_zeros()? {
                true => Ok(false),
                false => Err(trailing_garbage()),
            };
        }
        magic[1] = self.input.byte(NAME)?;
        match magic {
            [0x1f, 0x8b | 0x9e] => Ok(true),
            _ if self.is_first => Err(damaged(NAME, "no gzip header")),
            _ => Err(trailing_garbage()),
        }
    }

    /// Reads a member's header. Returns whether there is one.
    fn header(&mut self) -> io::Result<bool> {
        self.input.start_recording();
        if !self.begins_member()? {
            return Ok(false);
        }
        let [method, flags] = self.input.array(NAME)?;
        if method != 8 {
            return Err(damaged(NAME, &format!("unknown method {method}")));
        }
        if flags & ENCRYPTED != 0 {
            return Err(damaged(NAME, "an encrypted member"));
        }
        if flags & RESERVED != 0 {
            return Err(damaged(NAME, &format!("unknown flags {:#x}", flags & RESERVED)));
        }
        let _time_and_system: [u8; 6] = self.input.array(NAME)?;
        if flags & EXTRA != 0 {
            let length = u16::from_le_bytes(self.input.array(NAME)?);
            for _ in 0..length {
                self.input.byte(NAME)?;
            }
        }
        for field in [FILE_NAME, COMMENT] {
            while flags & field != 0 && self.input.byte(NAME)? != 0 {}
        }
        let header = self.input.stop_recording();
        if flags & HEADER_CRC != 0 {
            let mut crc = Crc::new();
            crc.update(&header);
            if u16::from_le_bytes(self.input.array(NAME)?) != crc.sum() as u16 {
                return Err(damaged(NAME, "wrong header checksum"));
            }
        }
        Ok(true)
    }
}

impl Decode for Gzip {
    fn decode(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            match self.state {
                GzipState::Header => {
                    if !self.header()? {
                        self.state = GzipState::Ended;
                        continue;
                    }
                    self.is_first = false;
                    self.inflate.reset(false);
                    self.crc.reset();
                    self.state = GzipState::Data;
                }
                GzipState::Data => {
                    let (before, length) = (self.inflate.total_in(), out.len());
                    let bytes = self.input.fill()?;
                    let is_end = bytes.is_empty();
                    let status = self.inflate.decompress_vec(bytes, out, FlushDecompress::None);
                    self.input.consume((self.inflate.total_in() - before) as usize);
                    self.crc.update(&out[length..]);
                    match status {
                        Err(_) => return Err(damaged(NAME, "invalid deflate stream")),
                        Ok(Status::StreamEnd) => self.state = GzipState::Trailer,
                        Ok(_) if is_end && out.len() == length => return Err(super::unexpected_end(NAME)),
                        Ok(_) => {}
                    }
                    if out.len() > length {
                        return Ok(true);
                    }
                }
                GzipState::Trailer => {
                    let crc = u32::from_le_bytes(self.input.array(NAME)?);
                    let length = u32::from_le_bytes(self.input.array(NAME)?);
                    if crc != self.crc.sum() {
                        return Err(damaged(NAME, "wrong checksum"));
                    }
                    if length != self.crc.amount() {
                        return Err(damaged(NAME, "wrong length"));
                    }
                    self.state = GzipState::Header;
                }
                GzipState::Ended => return Ok(false),
            }
        }
    }

    fn is_ready(&self) -> bool {
        self.input.is_ready()
    }
}

/// Returns the error for garbage after the last member. gzip(1) ignores such data and exits with
/// its code for warnings.
fn trailing_garbage() -> io::Error {
    io::Error::other("trailing garbage after the gzip data is ignored")
}
