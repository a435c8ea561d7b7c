//! Keeps the state of a dump. It completes rows across the boundaries of blocks and files, squeezes
//! rows, and passes them to the view.
//!
//! [`Dump::feed`] writes the text for some bytes, and [`Dump::pass`] advances past bytes without
//! writing. The state at the start of each block is thus computed cheaply and in order, and the
//! text of the blocks can be written on any thread and in any order.

use super::squeeze::{Squeeze, SqueezePolicy};
use super::view::{DumpEnd, RowPosition, View};
use crate::os;

/// The state on which the text of the following bytes depends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump {
    /// The start of the next row.
    position: RowPosition,
    /// The start of an incomplete row.
    pending: Vec<u8>,
    /// The number of bytes so far, including pending ones.
    bytes: u64,
    squeeze: Squeeze,
}

impl Dump {
    /// Returns a dump whose first byte is shown at `address`.
    pub fn new(address: u64, policy: SqueezePolicy) -> Dump {
        Dump { position: RowPosition { address, index: 0 }, pending: vec![], bytes: 0, squeeze: Squeeze::new(policy) }
    }

    /// Returns the number of bytes that have been fed or passed.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Appends the text of the rows that the next bytes complete.
    pub fn feed(&mut self, view: &dyn View, bytes: &[u8], out: &mut Vec<u8>) {
        self.advance(view.width(), bytes, |dump, rows| dump.squeeze.feed(view, rows, dump.position, out));
    }

    /// Advances past the next bytes without writing.
    pub fn pass(&mut self, view: &dyn View, bytes: &[u8]) {
        let width = view.width();
        self.advance(width, bytes, |dump, rows| dump.squeeze.pass(rows, width));
    }

    /// Appends the text for `len` zero bytes, which need not be in memory. Squeezed rows take no
    /// time.
    pub fn feed_hole(&mut self, view: &dyn View, len: u64, out: &mut Vec<u8>) {
        self.hole(view.width(), len, |dump, zeros| dump.feed(view, zeros, out));
    }

    /// Advances past `len` zero bytes.
    pub fn skip_hole(&mut self, view: &dyn View, len: u64) {
        self.hole(view.width(), len, |dump, zeros| dump.pass(view, zeros));
    }

    /// Appends the text at the end: a short row, pending squeezed rows, and the view's closing
    /// text.
    pub fn finish(mut self, view: &dyn View, out: &mut Vec<u8>) {
        let short = !self.pending.is_empty();
        self.squeeze.finish(view, short, self.position, out);
        if short {
            view.short(&self.pending, self.position, out);
        }
        let squeezed = self.squeeze.repeating() && !short;
        self.position = self.position.after(self.pending.len() as u64);
        view.end(DumpEnd { address: self.position.address, bytes: self.bytes, squeezed }, out);
    }

    /// Splits `bytes` into rows and passes whole ones to `rows`, with the position set to that of
    /// the first.
    fn advance(&mut self, width: usize, bytes: &[u8], mut rows: impl FnMut(&mut Dump, &[u8])) {
        self.bytes += bytes.len() as u64;
        let mut bytes = bytes;
        if !self.pending.is_empty() {
            let (head, rest) = bytes.split_at(bytes.len().min(width - self.pending.len()));
            self.pending.extend_from_slice(head);
            if self.pending.len() < width {
                return;
            }
            let row = std::mem::take(&mut self.pending);
            rows(self, &row);
            self.position = self.position.after(width as u64);
            bytes = rest;
        }
        let (whole, rest) = bytes.split_at(bytes.len() - bytes.len() % width);
        if !whole.is_empty() {
            rows(self, whole);
            self.position = self.position.after(whole.len() as u64);
        }
        self.pending.extend_from_slice(rest);
    }

    fn hole(&mut self, width: usize, len: u64, mut zeros: impl FnMut(&mut Dump, &[u8])) {
        let mut left = len;
        while left > 0 {
            if self.pending.is_empty() && self.squeeze.absorbs_zeros() {
                let rows = left - left % width as u64;
                self.position = self.position.after(rows);
                self.bytes += rows;
                left -= rows;
            }
            // A few rows suffice to reach the state in which all further rows are squeezed.
            let some = left.min(4096);
            zeros(self, &os::zeros()[..some as usize]);
            left -= some;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cli::hexdump::Endian;
    use crate::commands::hexdump::address::AddressNotation;
    use crate::commands::hexdump::canonical::CanonicalView;
    use crate::commands::hexdump::fixed_columns::{FixedColumnsView, XxdRow};

    fn xxd(width: usize) -> FixedColumnsView {
        let (group, endian) = (2, Endian::Big);
        let notation = AddressNotation::Hex;
        FixedColumnsView::xxd(XxdRow { width, group, endian, upper: false, bits: false, notation, ebcdic: false })
    }

    /// Generates bytes in which rows of zeros, repeated rows and other rows are all common.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let run = prop_oneof![
            (0usize..90).prop_map(|len| vec![0; len]),
            (0usize..90, 1u8..3).prop_map(|(len, byte)| vec![byte; len]),
            prop::collection::vec(any::<u8>(), 0..40),
        ];
        prop::collection::vec(run, 0..8).prop_map(|runs| runs.concat())
    }

    fn whole(view: &dyn View, policy: SqueezePolicy, bytes: &[u8]) -> String {
        let mut out = vec![];
        let mut dump = Dump::new(0, policy);
        dump.feed(view, bytes, &mut out);
        dump.finish(view, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_row_may_arrive_in_pieces() {
        let mut out = vec![];
        let mut dump = Dump::new(0x10, SqueezePolicy::Repeats);
        for byte in b"mapped hexdumps!?" {
            dump.feed(&CanonicalView, &[*byte], &mut out);
        }
        dump.finish(&CanonicalView, &mut out);
        let expected = "\
00000010  6d 61 70 70 65 64 20 68  65 78 64 75 6d 70 73 21  |mapped hexdumps!|
00000020  3f                                                |?|
00000021
";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn text_does_not_depend_on_where_blocks_are_cut(
            bytes in bytes(),
            cuts in prop::collection::vec(0usize..100, 0..12),
            policy in prop::sample::select(vec![SqueezePolicy::Never, SqueezePolicy::Repeats, SqueezePolicy::Zeros]),
            width in 1usize..20,
        ) {
            let xxd = xxd(width);
            for view in [&CanonicalView as &dyn View, &xxd] {
                let expected = whole(view, policy, &bytes);
                let (mut out, mut ahead) = (vec![], Dump::new(0, policy));
                let mut rest = &bytes[..];
                for cut in cuts.iter().copied().chain([usize::MAX]) {
                    let (block, later) = rest.split_at(cut.min(rest.len()));
                    let mut here = ahead.clone();
                    ahead.pass(view, block);
                    here.feed(view, block, &mut out);
                    prop_assert_eq!(&here, &ahead, "feeding and passing leave the same state");
                    rest = later;
                }
                ahead.finish(view, &mut out);
                prop_assert_eq!(String::from_utf8(out).unwrap(), expected);
            }
        }

        #[test]
        fn a_hole_is_as_many_zeros(
            before in bytes(),
            len in 0u64..12_000,
            after in bytes(),
            policy in prop::sample::select(vec![SqueezePolicy::Never, SqueezePolicy::Repeats, SqueezePolicy::Zeros]),
            width in 1usize..20,
        ) {
            let xxd = xxd(width);
            for view in [&CanonicalView as &dyn View, &xxd] {
                let zeros = vec![0; len as usize];
                let expected = whole(view, policy, &[&before[..], &zeros, &after].concat());
                let (mut out, mut dump) = (vec![], Dump::new(0, policy));
                dump.feed(view, &before, &mut out);
                let mut passed = dump.clone();
                dump.feed_hole(view, len, &mut out);
                passed.skip_hole(view, len);
                prop_assert_eq!(&dump, &passed);
                dump.feed(view, &after, &mut out);
                dump.finish(view, &mut out);
                prop_assert_eq!(String::from_utf8(out).unwrap(), expected);
            }
        }

        #[test]
        fn squeezed_text_is_what_a_reader_would_leave_out(bytes in bytes()) {
            // According to hexdump's manual, a row that equals the previous one is omitted, and a
            // star replaces the first omitted one.
            let full = whole(&CanonicalView, SqueezePolicy::Never, &bytes);
            let mut expected = String::new();
            let (mut last, mut starred) = ("", false);
            for (i, line) in full.lines().enumerate() {
                let whole_row = (i + 1) * 16 <= bytes.len();
                let shown = line.get(8..).unwrap_or("");
                if whole_row && i > 0 && shown == last {
                    if !starred {
                        expected.push_str("*\n");
                    }
                    starred = true;
                } else {
                    expected.push_str(line);
                    expected.push('\n');
                    starred = false;
                }
                last = shown;
            }
            // Rows with different unprintable bytes also have different digits, so comparing text
            // is equivalent to comparing bytes.
            prop_assert_eq!(whole(&CanonicalView, SqueezePolicy::Repeats, &bytes), expected);
        }
    }
}
