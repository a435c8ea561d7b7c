//! Reads the lines of a list that an option names (checksums, ranges, globs, file names), each of a
//! bounded length.
//!
//! Lists written on Windows start with a byte order mark, or are UTF-16 (PowerShell's `>`). Without
//! a mark, bytes are unchanged. A line that is too long for a list is an error, so that a disk image
//! given by mistake uses no memory.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read};

use encoding_rs_io::DecodeReaderBytesBuilder;

use super::path;

/// The maximum length of a line in bytes. Names are rarely longer than 4096 bytes, and the rest of
/// a line is shorter.
const MAX_LINE: u64 = 1 << 20;

/// The number of bytes at the start of a file that show whether it is a list.
const HEAD: usize = 1 << 14;

/// Reads a list line by line.
pub struct ListReader {
    input: Box<dyn BufRead + Send>,
    end: u8,
    /// The word for a line in messages.
    unit: &'static str,
    number: u64,
    line: Vec<u8>,
    is_terminated: bool,
}

impl ListReader {
    /// Opens the list with this name, or standard input for `-`.
    ///
    /// # Errors
    /// Returns an error if it cannot be opened.
    pub fn open(list: &OsStr) -> io::Result<ListReader> {
        Ok(ListReader::new(open(list)?, b'\n'))
    }

    /// Opens a list of NUL-terminated file names, whose bytes are not decoded.
    ///
    /// # Errors
    /// Returns an error if it cannot be opened.
    pub(super) fn open_names(list: &OsStr) -> io::Result<ListReader> {
        let input = Box::new(BufReader::new(open(list)?));
        Ok(ListReader { input, end: 0, unit: "file name number", number: 0, line: Vec::new(), is_terminated: true })
    }

    /// Reads the lines of `input`, each of which ends with the byte `end`.
    pub fn new(input: impl Read + Send + 'static, end: u8) -> ListReader {
        let decoded = DecodeReaderBytesBuilder::new().utf8_passthru(true).strip_bom(true).build(input);
        let input = Box::new(BufReader::with_capacity(1 << 16, decoded));
        ListReader { input, end, unit: "line", number: 0, line: Vec::new(), is_terminated: true }
    }

    /// Returns the first bytes, which remain to be read as lines.
    ///
    /// # Errors
    /// Returns an error if reading fails. Bytes read before the error remain as well.
    pub fn head(&mut self) -> io::Result<Vec<u8>> {
        let (mut head, mut len) = (vec![0; HEAD], 0);
        // The first read may return only bytes that could be a byte order mark. More than two reads
        // would wait for a writer that pauses.
        let result = (0..2).try_for_each(|_| self.input.read(&mut head[len..]).map(|read| len += read));
        head.truncate(len);
        let rest = std::mem::replace(&mut self.input, Box::new(io::empty()));
        self.input = Box::new(io::Cursor::new(head.clone()).chain(rest));
        result.map(|()| head)
    }

    /// Returns the next line without its terminator, and its number, counted from 1.
    ///
    /// # Errors
    /// Returns an error if reading fails or a line is too long.
    pub fn next_line(&mut self) -> io::Result<Option<(u64, &[u8])>> {
        self.line.clear();
        if self.input.by_ref().take(MAX_LINE).read_until(self.end, &mut self.line)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.is_terminated = self.line.last() == Some(&self.end);
        if self.is_terminated {
            self.line.pop();
        } else if self.line.len() as u64 == MAX_LINE {
            return Err(io::Error::other(format!("{} {} is longer than 1 MiB", self.unit, self.number)));
        }
        Ok(Some((self.number, &self.line)))
    }

    /// Returns whether the last line had a terminator. Without one, the list may have been
    /// truncated in the middle of that line.
    pub fn is_terminated(&self) -> bool {
        self.is_terminated
    }
}

/// Opens the file with this name, or standard input for `-`.
fn open(list: &OsStr) -> io::Result<Box<dyn Read + Send>> {
    Ok(match list == "-" {
        true => Box::new(super::stdin()?),
        false => Box::new(path::open(list)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8], end: u8) -> Vec<Vec<u8>> {
        let mut lines = ListReader::new(io::Cursor::new(bytes.to_vec()), end);
        std::iter::from_fn(|| lines.next_line().unwrap().map(|(_, line)| line.to_vec())).collect()
    }

    #[test]
    fn byte_order_marks_are_not_part_of_the_first_line() {
        let utf16 = |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        for list in [
            "\u{feff}a  f\nb  g".as_bytes().to_vec(),
            utf16("\u{feff}a  f\nb  g", u16::to_le_bytes),
            utf16("\u{feff}a  f\nb  g", u16::to_be_bytes),
            b"a  f\nb  g\n".to_vec(),
        ] {
            assert_eq!(lines(&list, b'\n'), [b"a  f", b"b  g"], "{list:?}");
        }
        assert_eq!(lines(b"\xff\xfe\xff\n", b'\n').len(), 1);
        assert_eq!(lines(b"\xe9t\xe9\n", b'\n'), [b"\xe9t\xe9"]);
        assert_eq!(lines(b"a  x\ny\0b  z", 0), [&b"a  x\ny"[..], b"b  z"]);
        assert!(lines(b"", b'\n').is_empty());
    }

    #[test]
    fn the_first_bytes_are_read_twice() {
        let list = b"a  f\n".repeat(10_000);
        let mut lines = ListReader::new(io::Cursor::new(list.clone()), b'\n');
        let head = lines.head().unwrap();
        assert!(head.len() > 100 && list.starts_with(&head));
        assert_eq!(std::iter::from_fn(|| lines.next_line().unwrap().map(|(number, _)| number)).count(), 10_000);
        let mut short = ListReader::new(&b"\xff\xfea\0\n\0"[..], b'\n');
        assert_eq!((short.head().unwrap(), short.next_line().unwrap()), (b"a\n".to_vec(), Some((1, &b"a"[..]))));
    }

    // Regression: when a later read failed, the beginning of a list and its entries were lost.
    #[test]
    fn the_first_bytes_outlast_an_error() {
        struct Interrupted(bool);
        impl Read for Interrupted {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) { Ok(0) } else { Err(io::ErrorKind::Interrupted.into()) }
            }
        }
        let mut lines = ListReader::new((&b"a  f\n"[..]).chain(Interrupted(false)).chain(&b"b  g\n"[..]), b'\n');
        let head = lines.head();
        assert!(head.as_ref().map_or(true, |head| b"a  f\n".starts_with(head)), "{head:?}");
        let names = std::iter::from_fn(|| lines.next_line().unwrap().map(|(_, line)| line.to_vec()));
        assert_eq!(names.collect::<Vec<_>>(), [b"a  f", b"b  g"]);
    }

    #[test]
    fn an_endless_line_ends_the_reading() {
        let mut lines = ListReader::new(io::repeat(0), b'\n');
        assert!(lines.next_line().unwrap_err().to_string().contains("longer than 1 MiB"));
    }
}
