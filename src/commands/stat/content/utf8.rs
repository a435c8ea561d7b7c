//! Checks whether bytes are UTF-8, in pieces that can be checked separately and in any order.
//!
//! A piece may begin or end inside a character. Each piece is checked between its first and last
//! complete characters, and its incomplete ends (at most three bytes each) are kept. Joining two
//! neighbours checks the character between them.

/// The result of checking one piece.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Utf8 {
    /// Whether the piece contains bytes that are invalid regardless of its neighbours.
    invalid: bool,
    /// The bytes at the start of the piece that can only continue an earlier character.
    head: PartialChar,
    /// The bytes at the end of the piece that begin a character.
    tail: PartialChar,
    /// Whether the piece consists of `head` alone, so that it may be part of an earlier character.
    all_head: bool,
}

/// At most three bytes of a character.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct PartialChar {
    bytes: [u8; 3],
    length: u8,
}

impl PartialChar {
    fn new(from: &[u8]) -> PartialChar {
        let mut bytes = [0; 3];
        bytes[..from.len()].copy_from_slice(from);
        PartialChar { bytes, length: from.len() as u8 }
    }

    fn get(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl Utf8 {
    /// Checks one piece.
    pub fn of(piece: &[u8]) -> Utf8 {
        let loose = piece.iter().take(4).take_while(|&&byte| byte & 0xc0 == 0x80).count();
        if loose == 4 {
            return Utf8 { invalid: true, ..Utf8::default() };
        }
        let (head, rest) = piece.split_at(loose);
        let (invalid, tail) = match std::str::from_utf8(rest) {
            Ok(_) => (false, &[][..]),
            Err(error) if error.error_len().is_none() => (false, &rest[error.valid_up_to()..]),
            Err(_) => (true, &[][..]),
        };
        Utf8 { invalid, head: PartialChar::new(head), tail: PartialChar::new(tail), all_head: rest.is_empty() }
    }

    /// Adds the next piece.
    pub fn join(&mut self, next: &Utf8) {
        if self.all_head && self.head.length == 0 {
            // This is the first piece.
            let invalid = self.invalid;
            *self = next.clone();
            self.invalid |= invalid;
            return;
        }
        self.invalid |= next.invalid;
        if next.all_head && next.head.length == 0 {
            return;
        }
        if self.all_head {
            // There are only continuation bytes so far. More may follow, but no character has four.
            let joined = [self.head.get(), next.head.get()].concat();
            self.invalid |= joined.len() > 3;
            self.head = PartialChar::new(&joined[..joined.len().min(3)]);
            self.all_head = next.all_head;
            self.tail = next.tail;
            return;
        }
        let between = [self.tail.get(), next.head.get()].concat();
        match std::str::from_utf8(&between) {
            // The bytes in between must form one character or be empty. They begin with the start
            // of a character, so they form one.
            Ok(_) => self.tail = next.tail,
            Err(error) if next.all_head && error.valid_up_to() == 0 && error.error_len().is_none() => {
                self.tail = PartialChar::new(&between);
            }
            Err(_) => {
                self.invalid = true;
                self.tail = next.tail;
            }
        }
    }

    /// Returns whether the joined pieces are valid UTF-8 by themselves.
    pub fn is_valid(&self) -> bool {
        !self.invalid && self.head.length == 0 && self.tail.length == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Checks `bytes` in pieces, joined from the left.
    fn joined(bytes: &[u8], cuts: &[usize]) -> bool {
        let mut whole = Utf8::of(b"");
        let mut at = 0;
        for cut in cuts {
            let end = (at + cut).min(bytes.len());
            whole.join(&Utf8::of(&bytes[at..end]));
            at = end;
        }
        whole.join(&Utf8::of(&bytes[at..]));
        whole.is_valid()
    }

    #[test]
    fn pieces_give_the_result_of_the_whole() {
        let text = "a\u{e9}\u{20ac}\u{1f600}z";
        assert!(joined(text.as_bytes(), &[1; 20]));
        assert!(!joined(b"\x80", &[]));
        assert!(!joined(b"a\xe2\x82", &[1, 1]));
        assert!(!joined(b"\xed\xa0\x80", &[1, 1]));
        let piece = prop_oneof![
            any::<char>().prop_map(|character| character.to_string().into_bytes()),
            prop_oneof![Just(0x80u8), Just(0xbf), Just(0xc0), Just(0xe0), Just(0xf0), Just(0xf4), Just(0xff)]
                .prop_map(|byte| vec![byte]),
            Just(b"ab".to_vec()),
        ];
        let bytes = proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat());
        proptest!(|(bytes in bytes, cuts in proptest::collection::vec(0usize..6, 0..20))| {
            prop_assert_eq!(joined(&bytes, &cuts), std::str::from_utf8(&bytes).is_ok());
        });
    }
}
