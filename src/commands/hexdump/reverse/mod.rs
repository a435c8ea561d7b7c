//! From a dump back to the bytes: `-r`.
//!
//! Three notations are understood: xxd's table (`xxd`), its plain digits, and hexdump's canonical
//! rows (`canonical`). Text is fed in pieces of any size; what it means comes out as bytes and as
//! moves to another place in the output. Like xxd this never complains about the text: what cannot
//! be digits is passed over.

mod canonical;
mod xxd;

pub use canonical::CanonicalText;
pub use xxd::XxdText;

/// Where the bytes go.
pub trait Sink {
    /// Writes at the current place, and moves past what was written.
    fn bytes(&mut self, bytes: &[u8]);

    /// Writes `bytes` bytes of `unit` (not empty) again and again.
    fn repeat(&mut self, unit: &[u8], bytes: u64);

    /// Moves to `place`, counted from where the output began. What a move forward passes over reads as zeros.
    fn seek(&mut self, place: u64);
}

/// The notation of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `hexdump -C`.
    Canonical,
    /// `xxd`, with so many bytes a row at most.
    Xxd {
        /// Bytes a row: the rest of a line is not looked at.
        width: usize,
    },
    /// `xxd -p`.
    Plain,
}

impl Notation {
    /// The notation that a dump starts in, or `None` while there is too little of it to tell. At
    /// the end of the text, `complete` says that no more will come; then there is always an answer.
    pub fn detect(start: &[u8], complete: bool) -> Option<Notation> {
        /// More digits than any address has.
        const ADDRESS_DIGITS: usize = 16;
        let xxd = Notation::Xxd { width: 16 };
        let digits = start.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        match &start[digits..] {
            _ if digits > ADDRESS_DIGITS => Some(Notation::Plain),
            [b':', ..] if digits > 0 => Some(xxd),
            [b' ', b' ', ..] if digits >= 7 => Some(Notation::Canonical),
            [] | [b' '] if !complete => None,
            // Text that does not begin with a digit is garbage to be passed over, which is what
            // xxd's machine is for.
            _ if digits == 0 => Some(xxd),
            _ => Some(Notation::Plain),
        }
    }
}

/// A dump being read back.
#[derive(Clone, Debug)]
pub enum Reverse {
    /// The notation is not known yet; what has come so far.
    Undecided {
        /// The beginning of the dump.
        start: Vec<u8>,
        /// What is added to every address.
        shift: i64,
    },
    /// xxd's table or plain digits.
    Xxd(XxdText),
    /// Canonical rows.
    Canonical(CanonicalText),
}

/// The output would have to move to before its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BeforeStart;

impl Reverse {
    /// Starts reading a dump in `notation`, or in the one that shows, adding `shift` to every address in it.
    pub fn new(notation: Option<Notation>, shift: i64) -> Reverse {
        match notation {
            None => Reverse::Undecided { start: vec![], shift },
            Some(Notation::Canonical) => Reverse::Canonical(CanonicalText::new(shift)),
            Some(Notation::Xxd { width }) => Reverse::Xxd(XxdText::table(width, shift)),
            Some(Notation::Plain) => Reverse::Xxd(XxdText::plain(shift)),
        }
    }

    /// Reads the next piece of the dump.
    ///
    /// # Errors
    /// [`BeforeStart`] where an address, shifted, is negative.
    pub fn feed(&mut self, text: &[u8], sink: &mut impl Sink) -> Result<(), BeforeStart> {
        match self {
            Reverse::Undecided { start, shift } => {
                start.extend_from_slice(text);
                let Some(notation) = Notation::detect(start, false) else { return Ok(()) };
                let (start, shift) = (std::mem::take(start), *shift);
                *self = Reverse::new(Some(notation), shift);
                self.feed(&start, sink)
            }
            Reverse::Xxd(xxd) => xxd.feed(text, sink),
            Reverse::Canonical(canonical) => canonical.feed(text, sink),
        }
    }

    /// Reads what was held back for the rest of its line.
    ///
    /// # Errors
    /// [`BeforeStart`] where an address, shifted, is negative.
    pub fn finish(self, sink: &mut impl Sink) -> Result<(), BeforeStart> {
        match self {
            Reverse::Undecided { start, shift } => {
                let mut decided = Reverse::new(Notation::detect(&start, true), shift);
                decided.feed(&start, sink)?;
                decided.finish(sink)
            }
            Reverse::Xxd(_) => Ok(()),
            Reverse::Canonical(canonical) => canonical.finish(sink),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_tells_the_notation() {
        let xxd = Some(Notation::Xxd { width: 16 });
        let cases: [(&[u8], bool, Option<Notation>); 11] = [
            (b"00000000: 6162", false, xxd),
            (b"37: 35", false, xxd),
            (b"00000000  61 62", false, Some(Notation::Canonical)),
            (b"1234567890  61", false, Some(Notation::Canonical)),
            (b"00000000", false, None),
            (b"00000000 ", false, None),
            (b"00000000", true, Some(Notation::Plain)),
            (b"61626364\n", false, Some(Notation::Plain)),
            (b"61 62", false, Some(Notation::Plain)),
            (b"0000000000000000000000", false, Some(Notation::Plain)),
            (b"*", false, xxd),
        ];
        for (start, complete, expected) in cases {
            assert_eq!(Notation::detect(start, complete), expected, "{:?}", String::from_utf8_lossy(start));
        }
    }
}
