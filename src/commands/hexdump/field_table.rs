//! The texts of all values of a short field. Copying such a text takes a fraction of the time of
//! formatting it.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The number of bytes of a text and its length. All of them are copied at once.
const ENTRY: usize = 16;

/// The number of bytes after which a table of two-byte fields is worth building.
pub const MIN_TABLE_BYTES: usize = 64 << 10;

/// The number of bytes printed, until tables are worth building.
#[derive(Debug, Default)]
pub struct PrintedBytes(AtomicUsize);

impl PrintedBytes {
    /// Adds `bytes`, and returns whether tables are worth building.
    pub fn are_many_with(&self, bytes: usize) -> bool {
        self.0.load(Ordering::Relaxed) >= MIN_TABLE_BYTES
            || self.0.fetch_add(bytes, Ordering::Relaxed) + bytes >= MIN_TABLE_BYTES
    }
}

/// A text of at most 15 bytes, with its length in the last byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortText([u8; ENTRY]);

impl ShortText {
    /// The maximum length of the text in bytes.
    pub const MAX_LEN: usize = ENTRY - 1;

    /// Returns `None` if the text is too long.
    pub fn new(text: &[u8]) -> Option<ShortText> {
        let mut entry = [0; ENTRY];
        entry[..Self::MAX_LEN].get_mut(..text.len())?.copy_from_slice(text);
        entry[Self::MAX_LEN] = text.len() as u8;
        Some(ShortText(entry))
    }

    /// Appends the text.
    #[inline]
    pub fn push(self, out: &mut Vec<u8>) {
        let length = usize::from(self.0[Self::MAX_LEN]);
        out.extend_from_slice(&self.0);
        out.truncate(out.len() - (ENTRY - length));
    }
}

/// The texts of all values of a field of one or two bytes.
#[derive(Debug)]
pub struct FieldTable(Vec<ShortText>);

impl FieldTable {
    /// Returns the table of a field of `bytes` bytes, which `push` formats. Returns `None` if the
    /// field is longer than two bytes, or one of its texts too long.
    pub fn new(bytes: usize, mut push: impl FnMut(&[u8], &mut Vec<u8>)) -> Option<FieldTable> {
        let values: u32 = match bytes {
            1 => 1 << 8,
            2 => 1 << 16,
            _ => return None,
        };
        let mut text = vec![];
        let texts = (0..values).map(|value| {
            text.clear();
            push(&value.to_le_bytes()[..bytes], &mut text);
            ShortText::new(&text)
        });
        texts.collect::<Option<_>>().map(FieldTable)
    }

    /// Appends the text of a field.
    #[inline]
    pub fn push(&self, field: &[u8], out: &mut Vec<u8>) {
        let value = match *field {
            [byte] => usize::from(byte),
            [low, high] => usize::from(u16::from_le_bytes([low, high])),
            _ => return,
        };
        self.0[value].push(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_appended() {
        let mut out = b"-".to_vec();
        for text in [&b""[..], b"a", b"123456789012345"] {
            ShortText::new(text).unwrap().push(&mut out);
        }
        assert_eq!(out, b"-a123456789012345");
        assert_eq!(ShortText::new(b"1234567890123456"), None);
    }

    #[test]
    fn fields_are_looked_up() {
        let push = |field: &[u8], out: &mut Vec<u8>| out.extend(format!("{field:?}").bytes());
        let mut out = vec![];
        FieldTable::new(1, push).unwrap().push(&[7], &mut out);
        FieldTable::new(2, push).unwrap().push(&[7, 255], &mut out);
        assert_eq!(out, b"[7][7, 255]");
        assert!(FieldTable::new(4, push).is_none());
        assert!(FieldTable::new(1, |_, out| out.resize(16, b'x')).is_none());
    }
}
