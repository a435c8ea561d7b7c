use proptest::prelude::*;

use super::*;

/// Collects the bytes of a reversed dump, as a file would.
#[derive(Default)]
struct Image {
    bytes: Vec<u8>,
    at: usize,
}

impl ByteSink for Image {
    fn bytes(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len();
        self.bytes.resize(self.bytes.len().max(end), 0);
        self.bytes[self.at..end].copy_from_slice(bytes);
        self.at = end;
    }

    fn repeat(&mut self, unit: &[u8], bytes: u64) {
        let bytes: Vec<u8> = unit.iter().copied().cycle().take(bytes as usize).collect();
        self.bytes(&bytes);
    }

    fn seek(&mut self, offset: u64) {
        self.at = offset as usize;
    }
}

const PLACEMENT: Placement = Placement { shift: 0, longest_gap: 1 << 20, is_patch: false };

fn turned_back(text: &[u8], piece: usize) -> Result<Vec<u8>, Problem> {
    let mut image = Image::default();
    let mut reverse = Reverser::new(None, Hints::default(), PLACEMENT);
    for piece in text.chunks(piece.max(1)) {
        reverse.feed(piece, &mut image).map_err(|malformed| malformed.problem)?;
    }
    reverse.finish(&mut image).map_err(|malformed| malformed.problem)?;
    Ok(image.bytes)
}

#[test]
fn every_notation_is_detected() {
    let cases: [(&str, &[u8]); 57] = [
        ("00000000: 6162 63                                  abc\n", b"abc"),
        ("2: 41 42\n8: 43", b"\0\0AB\0\0\0\0C"),
        ("00000000: 01100001 01100010  ab\n00000002: 01100011  c\n", b"abc"),
        ("0: 01100001 01100010\n2: 01100011\n", b"abc"),
        ("00000000: 00010001 00010001  ........\n", b"\0\x01\0\x01\0\x01\0\x01"),
        ("00000000  61 62                                             |ab|\n00000002\n", b"ab"),
        ("0000  61 62 63 64 65 66 67 68  69   abcdefgh i\n", b"abcdefghi"),
        ("0000   61 62 63   abc\n", b"abc"),
        ("0000000 61 62 63\n0000003\n", b"abc"),
        ("0000000 61 62 63 64 65 66 67 68 69 6a\n0000012 61\n0000013\n", b"abcdefghija"),
        ("0000000 61 62 63 64 65 66 67 68 69 6a\n0000010 61\n0000011\n", b"abcdefghija"),
        ("000000 61 62 63 64 65 66 67 68 69 6a  >abcdefghij<\n00000a 61  >a<\n00000b\n", b"abcdefghija"),
        ("\t0x0000:  4142 4344  ABCD\n\t0x0004:  45         E\n", b"ABCDE"),
        ("\t0x0000:  4142 4344\n\t0x0004:  45\n", b"ABCDE"),
        ("00000000: 6162 6364 6566 6768 696a  abcdefghij\n00000010: 6b  k\n", b"abcdefghijk"),
        ("6162\n63 64\n", b"abcd"),
        (" 61 62 63\n", b"abc"),
        // Indented digits, and rows of `hexdump -C` without addresses.
        ("    616263\n    646566\n", b"abcdef"),
        ("    61 62 63\n", b"abc"),
        ("  61 62 63 64 65 66 67 68  69 6a\n  6b\n", b"abcdefghijk"),
        ("6a  6b  6c\n", b"jkl"),
        ("6162 6364\n6566 67\n", b"abcdefg"),
        ("61626364 6566\n", b"abcdef"),
        ("616263 6465\n", b"abcde"),
        ("61\n62\n", b"ab"),
        ("61626364 65666768\n696a6b6c 6d\n", b"abcdefghijklm"),
        ("", b""),
        ("\n\n", b""),
        ("00000000  61 61\n*\n00000006  62\n00000007\n", b"aaaaaab"),
        ("\n\r xxxx 0: 42 42", b"BB"),
        ("0: 6162 6364  abcd  # a note: 12\n", b"abcd"),
        ("0: 6162 20ff  ab .\n4: ab12 3456  ..4V\n", b"ab \xff\xab\x12\x34\x56"),
        ("0: 61 62 63\n3: 64 65\n8: 67\n", b"abcde\0\0\0g"),
        ("0000  61 62 63   abc\r\n0003  20 20\n", b"abc  "),
        // Characters that begin with a bar do not have a border.
        ("0000  7c 62 7c   |b|\n0003  20 7c    |\n", b"|b| |"),
        // The only character between the borders is a bar.
        ("00000000  7c  |||\n00000001  61  |a|\n00000002\n", b"|a"),
        ("00000000  61  |a|\n00000001  7c  |||\n", b"a|"),
        // Regression: a bar at the end of a long row of xxd was mistaken for a border.
        (
            "00000000: 6162 6364 6566 6768 696a 6b6c 6d6e 6f70 7172 737c  abcdefghijklmnopqrs|\n\
             00000014: 613c                                               a<\n",
            b"abcdefghijklmnopqrs|a<",
        ),
        (
            "00000000: 6162 6364 6566 6768 696a 6b6c 6d6e 6f70 7172 733c  abcdefghijklmnopqrs<\n",
            b"abcdefghijklmnopqrs<",
        ),
        // A last row without a line end is complete if it shows all of its characters.
        ("0000  61 62 63   abc", b"abc"),
        ("0000  fa\n", b"\xfa"),
        ("00000000  61 62  |ab|\n00000002  63  |c|", b"abc"),
        ("0000  61 62 63   abc (a note)\n", b"abc"),
        // Panels, also as printed by hexyl, with addresses of any length.
        (
            "┌────────┬─────────────────────────┬────────┐\n│000000000│ 61 62 63 64 65 66 67 68 │abcdefgh│\n\
             │*       │                         │        │\n│000000010│                         │        │\n\
             └────────┴─────────────────────────┴────────┘\n",
            b"abcdefghabcdefgh",
        ),
        (
            "+--------+-------------------------+-------------------------+--------+--------+\n\
             |00000000| 7c 7c 7c 7c 7c 7c 7c 7c | 7c 7c 20 00             |||||||||||| 0    |\n\
             +--------+-------------------------+-------------------------+--------+--------+\n",
            b"|||||||||| \0",
        ),
        (" 00000000  61 62 63 64 65 66 67 68   61 62                    abcdefgh ab       \n", b"abcdefghab"),
        ("│00000000│ 6162 6364 65        │abcde   │\n", b"abcde"),
        // Characters in EBCDIC, in code page 437, in the character set of a locale, and with zeros
        // as in early versions of hexyl.
        ("00000000  c1 c2  |AB|\n", b"\xc1\xc2"),
        ("│00000000│ 01 61 80                │☺aÇ     │\n", b"\x01a\x80"),
        ("0000  e9 61 00   éa.\n", b"\xe9a\0"),
        ("│00000000│ 61 00                   │a0      │\n", b"a\0"),
        // The characters begin and end with spaces.
        ("0000  20 61 20 20     a\n", b" a  "),
        // hexyl can omit the characters.
        (
            "┌────────┬─────────────────────────┐\n│00000000│ 61 62                   │\n\
             └────────┴─────────────────────────┘\n",
            b"ab",
        ),
        // xxd reads nothing after a colon and two blanks, which memory dumps write.
        ("00000000:  41424344 45464748    ABCD EFGH\n00000008:  49    I\n", b"ABCDEFGHI"),
        ("00000000:  61 62\n00000002:  63\n", b"abc"),
        // Only the line end is missing, because the short row before it was the last one.
        ("0000000 61 62 63 64\n0000004 65 66\n0000006", b"abcdef"),
        // The first row was truncated, so its length does not make the addresses decimal.
        (
            "00000000: 6162 6364 6566 6768 696a\n00000010: 6b6c 6d6e 6f70 7172 7374 75\n",
            b"abcdefghij\0\0\0\0\0\0klmnopqrstu",
        ),
    ];
    for (text, bytes) in cases {
        for piece in [1, 7, 1000] {
            assert_eq!(turned_back(text.as_bytes(), piece).as_deref(), Ok(bytes), "{text:?} by {piece}");
        }
    }
}

#[test]
fn text_that_is_not_a_dump_is_an_error() {
    let cases = [
        // Regression: an inserted byte was mistaken for the last one in a row of 17.
        ("00000000: ff 72 d5 e1 a1 26 96 cc 55 6c 29 4d 6f 3e f1 8d f9  r...&..Ul)Mo>...\n", Problem::TooWide),
        ("hello world\n", Problem::NotARow),
        ("*\n", Problem::NotARow),
        ("0: 41 4\n", Problem::HalfByte),
        ("00000000  61 62  |abc|\n", Problem::Characters),
        ("00000000  61 62  |ab|\nnonsense\n", Problem::NotARow),
        ("00000000  61 61\n*\n00000003  62\n", Problem::Star),
        ("0: 41 42\n1: 43\n", Problem::Overlap),
        ("0000000 005061 005062\n0000004\n", Problem::UnknownBase),
        ("0000000 6261 6463\n0000004\n", Problem::Words),
        ("00000000 62616463 62616463\n00000008 61616161 61616161\n", Problem::Words),
        // The only word of a file is incomplete, or has no address.
        ("000000 0092\n000001\n", Problem::Words),
        ("000000 00333231\n000003\n", Problem::Words),
        (" 6261 6463\n", Problem::Words),
        // Words after tabs, a truncated one, and rows of words below one that lost its blank.
        ("\t62616463\t66656867\n", Problem::Words),
        ("\t6261\t003f\n", Problem::Words),
        (" 00000000 00000000 00", Problem::Words),
        ("62616463 66656867\n 62616463 66656867\n", Problem::Numbers),
        ("deadbeef\n 6261 6463\n", Problem::Numbers),
        ("12 34\n 6261\n", Problem::Numbers),
        (" 054357 010100 152671\n 107551\n", Problem::Words),
        ("0000000 141 142\n0000002\n", Problem::Octal),
        // Decimal numbers of one or more bytes, all with an even number of digits, and bytes above
        // words or numbers.
        ("  48  49  50\n", Problem::Numbers),
        ("  48\n", Problem::Numbers),
        ("   48   49\n", Problem::Numbers),
        ("   1234     12\n", Problem::Start),
        (" 1684234849 1684234849\n", Problem::Numbers),
        ("  4a  4b\n  74  75\n", Problem::Numbers),
        (" 30 31 32 33\n  3130  3332\n", Problem::Numbers),
        ("  4a 4b  4c 4d\n  1234  1234\n", Problem::Numbers),
        // The first row lost its address, and was read together with the addresses of later rows.
        ("62 63\n000020 64 65\n000022\n", Problem::Numbers),
        ("20 20 20   \n0010  20 20 20   \n", Problem::Numbers),
        ("61 62\n000012\n", Problem::Numbers),
        ("61 62\n000012", Problem::Numbers),
        ("000000 \n000010\n", Problem::EmptyOrPlain),
        ("a0 620e2163 4b304f06\n0001b0 37613a4d 210c551a\n", Problem::Numbers),
        ("38\n00001d 63\n00001e 32\n", Problem::EmptyOrPlain),
        // The only number after an address has two digits.
        ("0000000  32\n0000001\n", Problem::Numbers),
        ("16  17\n", Problem::Numbers),
        (" 3473108132 1596\n", Problem::Numbers),
        ("000010 04000011\n", Problem::Words),
        ("  000000\n", Problem::EmptyOrPlain),
        // The first address lost a digit, so it has as many digits as a hexadecimal one.
        ("000000 a6 c8\n*\n0000400\n", Problem::UnknownBase),
        ("000010\n000000 4c5b0661 2c284312\n", Problem::EmptyOrPlain),
        // The second row lost its line end and address, or a row lost its second half.
        ("0000000 61 62 63 64\n0000004 65 66\n0000006 67 68\n0000010\n", Problem::CutRow),
        ("00000000  61 62  |ab|\n00000002  63 64 65 66  |cdef|\n00000006\n", Problem::CutRow),
        ("00000000: 01000001 01000010\n", Problem::BitsOrHex),
        // Regression: a row of bits truncated in the middle of a byte was mistaken for hexadecimal
        // digits.
        ("00000000: 11100101 11110001 11000101 00011000 000111\n", Problem::BitsOrHex),
        ("00000000: 64636261  abcd\n", Problem::LittleEndian),
        // The only word of `hexdump -x`, with no blanks for a second one.
        ("0000000    457f\n0000002\n", Problem::Words),
        ("0000000    457f                                                        \n0000002\n", Problem::Words),
        ("ffffffff81000000  00 01  |..|\n", Problem::Unreachable),
        ("40000000: 41\n", Problem::Gap(0x4000_0000)),
        ("10000000000000000: 41\n", Problem::Address),
        ("0000000  49  10  50\n0000003\n", Problem::Characters),
        ("616\n", Problem::HalfByte),
        // A byte was deleted, or a blank inserted or deleted.
        ("0: 6162 63 6465  abcde\n", Problem::Groups),
        ("0: 616263 6465 6667  abcdefg\n", Problem::Groups),
        ("0: 6162 6364  6566 6768  abcdefgh\n", Problem::Characters),
        ("0: 01100001  01100010  ab\n2: 01100011  c\n", Problem::Characters),
        ("0000  61 62 63  64 65 66   abcdef\n", Problem::Characters),
        ("0000  61 62 63  6 65 66   abcdef\n", Problem::Characters),
        ("0000  61 62  63 64  65 66   abcdef\n", Problem::Characters),
        ("00000000  61 62  |ab|\n00000002  61 62\n", Problem::Characters),
        ("00000000  61 62  |ab|\n00000002  61  62 |ab|\n", Problem::Characters),
        // A line end was deleted.
        ("0000  61 62 63 64   abcd0004  65 66 67 68   efgh\n", Problem::Characters),
        ("0000: 6162 6364  abcd0004: 6566 6768  efgh\n", Problem::Characters),
        // A row was truncated.
        ("000000 61 62 63  >abc<\n000003 64 65 66", Problem::Characters),
        ("0: 61 62 63\n3: 64 65\n6: 67 68 69\n", Problem::CutRow),
        ("00000000  61 62\n00000002  63  |c|\n", Problem::Characters),
        // A row was deleted, doubled or moved, or lost its bytes.
        ("00000000  61 62  |ab|\n00000004  65 66  |ef|\n00000006\n", Problem::Missing),
        ("0000  61 62\n0000  61 62\n0002  63\n", Problem::Missing),
        ("0000000 61 62 63 64 65 66 67 68\n0000010 61\n0000000 61\n", Problem::Missing),
        ("0000\n0002  63 64\n", Problem::EmptyOrPlain),
        // Without one of the rows, od's hexadecimal addresses are valid as octal ones.
        ("000000 61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70\n000020 71\n000021\n", Problem::UnknownBase),
        ("0: 01100001  a\n2: 01100011  c\n", Problem::Missing),
        ("00000000: 6162 6364 6566 6768 696a\n00000010: 6b\n00000012: 6c\n", Problem::Missing),
        // The text was truncated mid-row.
        ("0000  61 62 63", Problem::Unterminated),
        ("0000000 61 62 63\n0000003 64", Problem::Unterminated),
        ("0: 01100001 01100010  ab\n2: 01100011", Problem::Characters),
        ("0: 01100001 01100010  ab\n2: 01100011\n", Problem::Characters),
        // The last digits are not a character column.
        ("0000  61 37", Problem::Unterminated),
        ("0000  61 62 63   abc\n0003  64\n", Problem::Characters),
        // Only the address after the last row remains.
        ("00000010\n", Problem::EmptyOrPlain),
        ("000010\n", Problem::EmptyOrPlain),
        ("0000", Problem::EmptyOrPlain),
        ("0000\n00000010\n", Problem::EmptyOrPlain),
        // A character was inserted before a group.
        ("0000  61 62 63 64 65 66 67 68  :69 70 71 72\n", Problem::Characters),
        ("0: 11111111    a .\n", Problem::BitsOrHex),
        // Panels that lost a byte, a column or a row, or whose groups are little-endian.
        ("│00000000│ 61 62 63 64 65 66 67    ┊ 68                      │abcdefg ┊h       │\n", Problem::CutRow),
        ("│00000000│ 61 62 63               │abc     │\n", Problem::NotARow),
        ("│00000000│ 61 62 63                │abc    │\n", Problem::Characters),
        ("│00000000│ 61 6  63                │abc     │\n", Problem::HalfByte),
        (
            "│00000000│ 61 62 63                │abc     │\n│00000008│ 64                      │d       │\n",
            Problem::Missing,
        ),
        ("│00000000│ 6261 6463 65        │abcde   │\n", Problem::LittleEndian),
        (
            "│00000000│ 01100001                                                                │a       │\n",
            Problem::NotARow,
        ),
        // One digit was changed, as the characters show.
        ("00000000  61 62  |ab|\n00000002  61 12  |a2|\n", Problem::Disagree),
        ("000000 61 62 63  >abd<\n000003\n", Problem::Disagree),
        ("\t0x0000:  6162 6354  abcd\n", Problem::Disagree),
        ("0000  61 62 00 64 65 66 67 68  69   ab.defgh j\n", Problem::Disagree),
        ("0000  00 2e   ..\n0002  61 2e   ..\n", Problem::Disagree),
        ("00000000  c1 c2  |AC|\n", Problem::Disagree),
        ("│00000000│ 61 62 10                │ab⋄     │\n", Problem::Disagree),
        // Digits were deleted, but the characters were not.
        ("0000  00 00   ....\n", Problem::Disagree),
        // A `*` cannot go back.
        ("00000000  00 00  |..|\n00000002  01 00  |..|\n*\n00000002\n", Problem::Star),
        ("00000000  00 00  |..|\n*\n00000002\n", Problem::Star),
        // The text was truncated after an address or after a `*`.
        ("0000000", Problem::Unterminated),
        ("0000  61 62 63 64\n0004", Problem::Unterminated),
        ("0000000 61 62\n0000002 63 64\n0000004", Problem::Unterminated),
        ("00000000  61 61  |aa|\n*\n00000006", Problem::Unterminated),
        ("00000000  61 61  |aa|\n*\n", Problem::OpenStar),
        // The first row was deleted.
        ("00000002  63  |c|\n00000003\n", Problem::Start),
        ("\t0x0004:  6162 6364  abcd\n", Problem::Start),
        ("│00000008│ 61 62                   │ab      │\n", Problem::Start),
        // Only the top line of a frame remains, or the line end after it was deleted.
        ("┌────────┬─────────────────────────┬────────┐\n", Problem::Frame),
        (
            "+--------+-------------------------+--------+\n|00000000| 61                      |a       |\n",
            Problem::Frame,
        ),
        (
            "┌────────┬─────────────────────────┬────────┐│00000000│ 61                      │a       │\n\
             └────────┴─────────────────────────┴────────┘\n",
            Problem::NotARow,
        ),
        // A changed digit turns a row into EBCDIC, unlike any other row, or is shown only by dots.
        ("00000000  61  |a|\n00000001  c1  |A|\n", Problem::Disagree),
        ("00000000  c1  |A|\n00000001  61  |a|\n", Problem::Disagree),
        ("00000000  00 41 00  |...|\n", Problem::Disagree),
        // A character was inserted among those for digits that are all 0.
        ("00000000: 00000000 00000000 00000000 00000000  ........:........\n", Problem::BitsOrHex),
        // One digit of a dump of bits was changed.
        ("0: 00111010 00111001 00180001  :91\n", Problem::BitsOrHex),
    ];
    for (text, problem) in cases {
        for piece in [1, 1000] {
            assert_eq!(turned_back(text.as_bytes(), piece), Err(problem), "{text:?} by {piece}");
        }
    }
}

#[test]
fn wide_rows_are_whole() {
    let row = |address: usize, bytes: std::ops::Range<u8>| {
        let digits: String = bytes.clone().map(|byte| format!("{byte:02x}")).collect();
        format!("{address:08x}: {digits}  {}\n", ".".repeat(bytes.len()))
    };
    let expected: Vec<u8> = (0..50).collect();
    let text = row(0, 0..20) + &row(20, 20..40) + &row(40, 40..50);
    assert_eq!(turned_back(text.as_bytes(), 1000), Ok(expected));
    // A row that became longer is not a wide row.
    let text = row(0, 0..17) + &row(16, 16..32);
    assert_eq!(turned_back(text.as_bytes(), 1000), Err(Problem::Overlap));
    let text = row(0, 0..16) + &row(16, 16..33);
    assert_eq!(turned_back(text.as_bytes(), 1000), Err(Problem::TooWide));
}

proptest! {
    #[test]
    fn pieces_make_no_difference(text in "([0-9a-f]{0,9}[: ]{0,2}([0-9a-f]{2,4} ?){0,8}( {2}[|.a-f]{0,4})?\n?){0,5}", piece in 1usize..20) {
        prop_assert_eq!(turned_back(text.as_bytes(), piece).ok(), turned_back(text.as_bytes(), 4096).ok());
    }
}
