//! Lists strings as `od -S` does: runs of printable ASCII characters terminated by a zero byte.
//!
//! The strings within a block are found on any thread. A string that begins in an earlier block is
//! held until it ends, so its length is limited.

use std::ops::Range;

use super::address::Address;
use crate::engine::{Block, Flow, Inserted, Insertion, Kernel};
use crate::output::escape_name;

/// The maximum length in bytes of a string that begins in an earlier block.
const MAX_HELD_STRING: usize = 16 << 20;

/// A kernel that lists strings.
pub struct StringListing {
    /// The minimum length of a string in bytes.
    pub min_len: usize,
    /// The format of the addresses.
    pub address: Address,
    /// The number added to every address.
    pub base: u64,
    /// The offset that the inputs must reach.
    pub must_reach: u64,
    /// The number of bytes after which reading ends. A string ends there, too.
    pub limit: Option<u64>,
}

/// The progress of a listing.
#[derive(Clone, Debug, Default)]
pub struct StringsProgress {
    /// The number of bytes before the next block.
    read: u64,
    /// The start of a string that the next block may continue, unless it is too long.
    held: Vec<u8>,
    /// The length of the start of that string.
    held_len: u64,
    /// Whether all inputs end before the offset at which the listing is to start.
    pub is_unreached: bool,
    /// Whether a string was too long to be shown.
    pub has_failed: bool,
}

/// The strings of one block.
pub struct StringsPart {
    /// The strings that are entirely in the block but not at its start.
    found: Vec<Range<usize>>,
    /// The numbers of printable characters at the start and at the end of the block.
    head: usize,
    tail: usize,
    /// Whether a zero byte follows the printable characters at the start.
    ends_head: bool,
    /// The address of the first byte of the block.
    address: u64,
    /// The text of the string that ends after the head, and of the one that ends with the input.
    first: Vec<u8>,
    last: Vec<u8>,
    insertions: Vec<Insertion>,
}

fn is_printable(byte: &u8) -> bool {
    matches!(byte, 0x20..=0x7e)
}

impl StringsProgress {
    /// Holds `bytes` at the end of the block as the start of a string.
    fn hold(&mut self, bytes: &[u8]) {
        self.held_len += bytes.len() as u64;
        match self.held_len > MAX_HELD_STRING as u64 {
            true => self.held = vec![],
            false => self.held.extend_from_slice(bytes),
        }
    }
}

impl StringListing {
    /// Returns the line for a string that ends with `head`, the first bytes of the block at
    /// `address`. Returns an error if it is too long.
    fn ended(&self, progress: &mut StringsProgress, head: &[u8], address: u64) -> Result<Vec<u8>, String> {
        let (held, held_len) = (std::mem::take(&mut progress.held), std::mem::take(&mut progress.held_len));
        let len = held_len + head.len() as u64;
        let mut line = vec![];
        if len < self.min_len as u64 {
            return Ok(line);
        }
        if held.len() as u64 != held_len {
            progress.has_failed = true;
            return Err(format!("a string of {len} bytes is not shown, because it is longer than 16 MiB"));
        }
        self.push(address.wrapping_sub(held_len), &[&held, head], &mut line);
        Ok(line)
    }

    fn push(&self, address: u64, text: &[&[u8]], out: &mut Vec<u8>) {
        let start = out.len();
        self.address.push(out, address);
        if out.len() > start {
            out.push(b' ');
        }
        text.iter().for_each(|text| out.extend_from_slice(text));
        out.push(b'\n');
    }
}

impl Kernel for StringListing {
    type Part = StringsPart;
    type Carry = Option<StringsProgress>;

    fn scan(&self, block: &Block) -> StringsPart {
        let bytes = block.bytes();
        let head = bytes.iter().take_while(|byte| is_printable(byte)).count();
        let tail = bytes.iter().rev().take_while(|byte| is_printable(byte)).count();
        let found = memchr::memchr_iter(0, bytes).filter(|&end| end > head).filter_map(|end| {
            let len = bytes[head..end].iter().rev().take_while(|byte| is_printable(byte)).count();
            (len >= self.min_len).then_some(end - len..end)
        });
        StringsPart {
            found: found.collect(),
            head,
            tail,
            ends_head: bytes.get(head) == Some(&0),
            address: 0,
            first: vec![],
            last: vec![],
            insertions: vec![],
        }
    }

    fn carry(&self, block: &Block, part: &mut StringsPart, carry: &mut Option<StringsProgress>) -> Flow {
        let progress = carry.get_or_insert_with(|| StringsProgress {
            is_unreached: block.offset() < self.must_reach,
            ..StringsProgress::default()
        });
        let bytes = block.bytes();
        part.address = self.base.wrapping_add(block.offset());
        progress.read += block.len();
        let mut keep = |line: Result<Vec<u8>, String>, text: &mut Vec<u8>| match line {
            Ok(line) => *text = line,
            Err(reason) => {
                let message = format!("mapped: {}: {reason}", escape_name(block.source().name()));
                part.insertions.push(Insertion { at: 0, what: Inserted::Message(message) });
            }
        };
        let is_hole = block.hole().is_some_and(|len| len > 0);
        let head = &bytes[..part.head.min(bytes.len())];
        if head.len() < bytes.len() || is_hole {
            if part.ends_head || is_hole {
                keep(self.ended(progress, head, part.address), &mut part.first);
            }
            (progress.held, progress.held_len) = (vec![], 0);
            progress.hold(&bytes[bytes.len().saturating_sub(part.tail)..]);
        } else {
            progress.hold(bytes);
        }
        if block.is_last() && self.limit == Some(progress.read) && progress.held_len > 0 {
            let end = part.address.wrapping_add(block.len());
            keep(self.ended(progress, &[], end), &mut part.last);
        }
        Flow::Continue
    }

    fn format(&self, block: &Block, part: &mut StringsPart, text: &mut Vec<u8>) {
        text.extend_from_slice(&part.first);
        for string in &part.found {
            // Another process may have truncated the file.
            let Some(bytes) = block.bytes().get(string.clone()) else { break };
            self.push(part.address.wrapping_add(string.start as u64), &[bytes], text);
        }
        text.extend_from_slice(&part.last);
    }

    fn insertions<'p>(&self, part: &'p StringsPart) -> &'p [Insertion] {
        &part.insertions
    }
}
