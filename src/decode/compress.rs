//! Decodes the LZW format of compress(1), as gzip(1) does.
//!
//! The format has no length, checksum or end marker, so truncated data cannot be detected.

use std::io;

use super::input::EncodedInput;
use super::{Decode, damaged};

const NAME: &str = "compress";

/// The code that clears the table, if the header says that the data uses one.
const CLEAR: u16 = 256;
/// The width of the first codes in bits.
const FIRST_BITS: u32 = 9;
/// The maximum width of a code in bits.
const MAX_BITS: u32 = 16;

/// A decoder of one file.
pub struct Compress {
    input: EncodedInput,
    table: Option<Table>,
    /// Decoded bytes that have not been returned yet, in reverse.
    pending: Vec<u8>,
}

/// The strings known so far. Each is another string followed by one byte.
struct Table {
    before: Vec<u16>,
    last: Vec<u8>,
    /// The first unused code.
    free: u32,
    max_bits: u32,
    has_clear: bool,
    bits: u32,
    /// The previous code and the first byte of its string.
    previous: Option<(u16, u8)>,
    /// Buffered bits, and the number of codes read from the current group: codes of one width come
    /// in groups of eight.
    buffered: u64,
    count: u32,
    group: u32,
}

impl Compress {
    /// Decodes `input`.
    pub fn new(input: EncodedInput) -> Compress {
        Compress { input, table: None, pending: Vec::new() }
    }
}

impl Table {
    fn new(max_bits: u32, has_clear: bool) -> Table {
        let size = 1 << max_bits;
        let mut last = vec![0; size];
        last.iter_mut().zip(0..=255).for_each(|(last, byte)| *last = byte);
        Table {
            before: vec![0; size],
            last,
            free: if has_clear { 257 } else { 256 },
            max_bits,
            has_clear,
            bits: FIRST_BITS,
            previous: None,
            buffered: 0,
            count: 0,
            group: 0,
        }
    }

    /// Reads the next code. Returns `None` at the end of the data.
    fn read_code(&mut self, input: &mut EncodedInput) -> io::Result<Option<u16>> {
        while self.count < self.bits {
            let Some(&byte) = input.fill()?.first() else { return Ok(None) };
            input.consume(1);
            self.buffered |= u64::from(byte) << self.count;
            self.count += 8;
        }
        let code = self.buffered & ((1 << self.bits) - 1);
        self.buffered >>= self.bits;
        self.count -= self.bits;
        self.group = (self.group + 1) % 8;
        Ok(Some(code as u16))
    }

    /// Changes the code width. Codes of the new width begin after the current group of eight.
    fn change_width(&mut self, bits: u32, input: &mut EncodedInput) -> io::Result<()> {
        while self.group != 0 {
            if self.read_code(input)?.is_none() {
                break;
            }
        }
        (self.bits, self.group, self.buffered, self.count) = (bits, 0, 0, 0);
        Ok(())
    }

    /// Appends the next code's string, reversed, to `reversed`. Returns whether there was a code.
    fn next(&mut self, input: &mut EncodedInput, reversed: &mut Vec<u8>) -> io::Result<bool> {
        if self.free >= 1 << self.bits && self.bits < self.max_bits {
            self.change_width(self.bits + 1, input)?;
        }
        let Some(code) = self.read_code(input)? else { return Ok(false) };
        if self.max_bits == FIRST_BITS && self.free >= 1 << FIRST_BITS {
            // compress -b 9 then writes wider codes, which neither it nor gzip can read.
            return Err(damaged(NAME, "more strings than codes of 9 bits"));
        }
        let Some((previous, first)) = self.previous else {
            let byte = u8::try_from(code).map_err(|_| damaged(NAME, "invalid first code"))?;
            reversed.push(byte);
            self.previous = Some((code, byte));
            return Ok(true);
        };
        if code == CLEAR && self.has_clear {
            // The next code makes a string that no code refers to, in the slot of the clear code.
            self.free = u32::from(CLEAR);
            self.change_width(FIRST_BITS, input)?;
            return Ok(true);
        }
        let mut string = code;
        if u32::from(code) >= self.free {
            if u32::from(code) > self.free {
                return Err(damaged(NAME, "invalid code"));
            }
            reversed.push(first);
            string = previous;
        }
        while string >= 256 {
            reversed.push(self.last[usize::from(string)]);
            string = self.before[usize::from(string)];
        }
        let first = string as u8;
        reversed.push(first);
        if self.free < 1 << self.max_bits {
            self.before[self.free as usize] = previous;
            self.last[self.free as usize] = first;
            self.free += 1;
        }
        self.previous = Some((code, first));
        Ok(true)
    }
}

impl Decode for Compress {
    fn decode(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let length = out.len();
        loop {
            let room = out.capacity() - out.len();
            let some = self.pending.len().min(room);
            out.extend(self.pending.drain(self.pending.len() - some..).rev());
            if some == room || out.len() > length && self.input.buffered() == 0 {
                return Ok(true);
            }
            let table = match &mut self.table {
                Some(table) => table,
                none => none.insert(header(&mut self.input)?),
            };
            if !table.next(&mut self.input, &mut self.pending)? {
                return Ok(out.len() > length);
            }
        }
    }

    fn is_ready(&self) -> bool {
        !self.pending.is_empty() || self.input.is_ready()
    }
}

fn header(input: &mut EncodedInput) -> io::Result<Table> {
    let [_, _, flags] = input.array(NAME)?;
    let max_bits = u32::from(flags & 0x1f);
    if !(FIRST_BITS..=MAX_BITS).contains(&max_bits) {
        return Err(damaged(NAME, &format!("codes of {max_bits} bits")));
    }
    Ok(Table::new(max_bits, flags & 0x80 != 0))
}
