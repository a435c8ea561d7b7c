//! `mapped hexdump --diff`: rows side by side, and the output and exit code of cmp(1).

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

use crate::law::Law;
use crate::util::{Dir, Ran, mapped, oracle, run, run_piped};

fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    })
    .take(len)
    .collect()
}

/// Compares `left` with `right`, reading `right` in every way.
#[track_caller]
fn law(options: &[&str], left: &[u8], right: &[u8], expected: &str) {
    let dir = Dir::new();
    let left = dir.file("left", left);
    let args = [&["hexdump", "--diff"], options, &[left.to_str().unwrap()]].concat();
    Law::new(&args, right).quick().holds(expected.as_bytes(), i32::from(!expected.is_empty()));
}

#[test]
fn rows_that_differ_are_side_by_side() {
    let mut left: Vec<u8> = (b'0'..b'0' + 64).collect();
    let right = left.clone();
    left[19] = b'!';
    left[40..42].copy_from_slice(b"??");
    let expected = "\
00000010  40 41 42 21 44 45 46 47  |@AB!DEFG|  |  00000010  40 41 42 43 44 45 46 47  |@ABCDEFG|
--
00000028  3f 3f 5a 5b 5c 5d 5e 5f  |??Z[\\]^_|  |  00000028  58 59 5a 5b 5c 5d 5e 5f  |XYZ[\\]^_|
";
    law(&[], &left, &right, expected);
    law(&[], &right, &right, "");
    let expected = "\
00000010  40 41 42 21 44 45 46 47  48 49 4A 4B 4C 4D 4E 4F  |@AB!DEFGHIJKLMNO|  |  \
00000010  40 41 42 43 44 45 46 47  48 49 4A 4B 4C 4D 4E 4F  |@ABCDEFGHIJKLMNO|
00000020  50 51 52 53 54 55 56 57  3F 3F 5A 5B 5C 5D 5E 5F  |PQRSTUVW??Z[\\]^_|  |  \
00000020  50 51 52 53 54 55 56 57  58 59 5A 5B 5C 5D 5E 5F  |PQRSTUVWXYZ[\\]^_|
";
    law(&["-w", "16", "-u"], &left, &right, expected);
    let expected = "\
00000018  42 21 44 45 46 47  |B!DEFG|  |  00000018  42 43 44 45 46 47  |BCDEFG|
00000024  48 49 4a 4b 4c 4d  |HIJKLM|     00000024  48 49 4a 4b 4c 4d  |HIJKLM|
--
00000036  54 55 56 57 3f 3f  |TUVW??|  |  00000036  54 55 56 57 58 59  |TUVWXY|
00000042  5a 5b 5c           |Z[\\]|        00000042  5a 5b 5c           |Z[\\]|
";
    let expected = expected.replace("Z[\\]", "Z[\\");
    let rows: Vec<&str> = expected.split_inclusive('\n').collect();
    law(&["-w", "6", "-A", "d", "-n", "27", "-s", "18"], &left, &right, &[rows[0], rows[2], rows[3]].concat());
    let row = "00000030  4e 4f 50 51 52 53  |NOPQRS|     00000030  4e 4f 50 51 52 53  |NOPQRS|\n";
    let all = [rows[0], rows[1], row, rows[3], rows[4]].concat();
    law(&["-w", "6", "-A", "d", "-n", "27", "--context", "1", "-s", "18"], &left, &right, &all);
}

/// Regression: the second input always began at the same offset as the first.
#[test]
fn each_input_may_begin_elsewhere() {
    let text = noise(5000, 7);
    let shifted = [b"head", &text[..4000], b"!", &text[4001..]].concat();
    let row = |bytes: &[u8]| format!("{:o}", bytes[0]);
    let byte = row(&text[4000..]);
    law(&["--second-offset", "4", "--plain"], &text, &shifted, &format!("4001 {byte:>3}  41\n"));
    law(&["-s", "100", "--second-offset=104", "--plain"], &text, &shifted, &format!("3901 {byte:>3}  41\n"));
    law(&["-s", "100", "--second-offset", "104", "-n", "3900"], &text, &shifted, "");
    law(&["-s", "-900", "--second-offset=-900"], &text, &shifted, "");
}

/// The output is that of `cmp -lb`.
#[test]
fn bytes_are_shown_as_characters() {
    let expected = "1 141 a    130 X\n3 143 c      0 ^@\n4   7 ^G   177 ^?\n6 200 M-^@ 377 M-^?\n";
    law(&["--plain", "--print-bytes"], b"abc\x07e\x80", b"Xb\0\x7fe\xff", expected);
    let dir = Dir::new();
    let (left, right) = (dir.file("left", b"abc"), dir.file("right", b"ab\n"));
    let ran = compared(&left, &right, &["--brief", "--print-bytes"]);
    assert!(ran.stdout.ends_with(b" differ: byte 3, line 1 is 143 c  12 ^J\n"), "{ran:?}");
    assert_eq!(compared(&left, &right, &["--print-bytes"]).code, 2);
}

#[test]
fn insertions_are_recognized() {
    let text = noise(300, 1);
    let inserted = [&text[..20], b"new!", &text[20..]].concat();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    let signs = |bytes: &[u8]| {
        bytes.iter().map(|&b| if b.is_ascii_graphic() || b == b' ' { b as char } else { '.' }).collect::<String>()
    };
    let expected = format!("00000014{:37}  >  00000014  {:23}  |new!|\n", "", hex(b"new!"));
    law(&[], &text, &inserted, &expected);
    let expected = format!("00000014  {:23}  |{}|{:4}  <  00000014\n", hex(b"new!"), signs(b"new!"), "");
    law(&[], &inserted, &text, &expected);
    // These bytes are missing at the end.
    let expected = format!(
        "00000122  {:23}  |{}|{:2}  <  00000122\n00000128  {:23}  |{}|{:4}  <  00000122\n",
        hex(&text[290..296]),
        signs(&text[290..296]),
        "",
        hex(&text[296..]),
        signs(&text[296..]),
        ""
    );
    law(&[], &text, &text[..290], &expected);
}

/// Both inputs can be reassembled from the rows that differ.
#[test]
fn every_byte_is_shown_once() {
    let bytes_of = |text: &str| -> Vec<u8> {
        text.split_whitespace().map(|digits| u8::from_str_radix(digits, 16).unwrap()).collect()
    };
    let dir = Dir::new();
    for seed in 0..40 {
        let source = noise(2000, seed);
        let at = |i: usize| usize::from(source[i]) * 4 + usize::from(source[i + 1]) % 500;
        let mut right = source.clone();
        for edit in 0..usize::from(source[7] % 6) {
            let (place, len) = (at(edit * 2 + 10).min(right.len()), at(edit * 2 + 40) % 90);
            match source[edit + 80] % 3 {
                0 => drop(right.splice(place..place, noise(len, seed + 100))),
                1 => drop(right.drain(place..(place + len).min(right.len()))),
                _ => right[place..].iter_mut().take(len).for_each(|byte| *byte ^= 0x55),
            }
        }
        let (left_file, right_file) = (dir.file("left", &source), dir.file("right", &right));
        let ran =
            run(&["hexdump".as_ref(), "--diff".as_ref(), "-v".as_ref(), left_file.as_os_str(), right_file.as_os_str()]);
        assert_eq!(ran.code, i32::from(source != right), "{seed}: {}", ran.stderr);
        let text = String::from_utf8(ran.stdout).unwrap();
        let (mut left_shown, mut right_shown) = (vec![], vec![]);
        for line in text.lines() {
            let (left_half, right_half) = (&line[10..33], line.get(60..83).unwrap_or(""));
            left_shown.extend(bytes_of(left_half));
            right_shown.extend(bytes_of(right_half));
            if &line[45..50] == "     " {
                assert_eq!(left_half, right_half, "{line}");
            }
        }
        assert!(left_shown == source && right_shown == right, "{seed}:\n{text}");
        // Without -v, equal rows are omitted and the others are the same. No row is repeated here.
        let ran = run(&["hexdump".as_ref(), "--diff".as_ref(), left_file.as_os_str(), right_file.as_os_str()]);
        let different: Vec<&str> = text.lines().filter(|line| &line[45..50] != "     ").collect();
        let shown = String::from_utf8(ran.stdout).unwrap();
        let shown: Vec<&str> = shown.lines().filter(|line| *line != "--").collect();
        assert_eq!(shown, different, "{seed}");
    }
}

fn compared(left: &Path, right: &Path, options: &[&str]) -> Ran {
    let args: Vec<_> = ["hexdump", "--diff"].iter().chain(options).map(std::ffi::OsString::from).collect();
    run(&[args, vec![left.into(), right.into()]].concat())
}

#[test]
fn lists_and_first_differences_are_those_of_cmp() {
    let dir = Dir::new();
    let text = b"one\ntwo\nthree\nfour\n".to_vec();
    let mut other = text.clone();
    other[9] = b'H';
    other[15] = 0xff;
    let cases: [(&[u8], &[u8]); 8] = [
        (&text, &text),
        (&text, &other),
        (&text, &text[..8]),
        (&text[..9], &text),
        (&text, b""),
        (b"", b""),
        (b"a\0b", b"a\0c\n"),
        (&other, &text[..12]),
    ];
    for (left, right) in cases {
        let (left, right) = (dir.file("left", left), dir.file("right", right));
        let names = [left.to_str().unwrap(), right.to_str().unwrap()];
        let Some(expected) = oracle("cmp", &names, b"") else { return };
        let ran = compared(&left, &right, &["--brief"]);
        // In the C locale, GNU cmp calls a byte a character, as POSIX specifies.
        let first = String::from_utf8_lossy(&expected.stdout).replace("differ: char", "differ: byte");
        assert_eq!((String::from_utf8_lossy(&ran.stdout).into_owned(), ran.code), (first, expected.code));
        let plain = |text: &str| text.replace(['‘', '’', '\''], "").replace("cmp: ", "mapped: ");
        assert_eq!(ran.stderr, plain(&expected.stderr));
        let Some(expected) = oracle("cmp", &[&["-l"], &names[..]].concat(), b"") else { return };
        let ran = compared(&left, &right, &["--format", "plain"]);
        // cmp pads the numbers to the width of a regular file's size.
        let trimmed: String = String::from_utf8(expected.stdout)
            .unwrap()
            .lines()
            .map(|line| format!("{}\n", line.trim_start()))
            .collect();
        assert_eq!((String::from_utf8_lossy(&ran.stdout).into_owned(), ran.code), (trimmed, expected.code));
        assert_eq!(ran.stderr, plain(&expected.stderr));
    }
    law(&["-p"], &text, &other, "10 150 110\n16 157 377\n");
    let missing = compared(&dir.path().join("missing"), &dir.file("there", b"x"), &[]);
    assert_eq!((missing.code, missing.stdout.len()), (2, 0));
    assert!(missing.stderr.contains("missing: No such file or directory"), "{}", missing.stderr);
}

#[test]
fn holes_are_compared_without_being_read() {
    const TIB: u64 = 1 << 40;
    let dir = Dir::new();
    let sparse = |name: &str, len: u64, at: u64| {
        let path = dir.path().join(name);
        let file = File::create(&path).unwrap();
        file.set_len(len).ok()?;
        file.write_all_at(b"island", at).unwrap();
        Some(path)
    };
    let (Some(left), Some(right)) = (sparse("left", TIB, TIB / 2), sparse("right", TIB + 100, TIB / 2 + 1)) else {
        return crate::util::skip("files of a tebibyte");
    };
    let begun = Instant::now();
    let ran = compared(&left, &right, &[]);
    let expected = "\
8000000000  69 73 6c 61 6e 64 00 00  |island..|  |  8000000000  00 69 73 6c 61 6e 64 00  |.island.|
--
10000000000                                       >  10000000000  00 00 00 00 00 00 00 00  |........|
*
10000000000                                       >  10000000060  00 00 00 00              |....|
";
    assert_eq!((String::from_utf8_lossy(&ran.stdout).as_ref(), ran.code), (expected, 1), "{}", ran.stderr);
    let ran = compared(&left, &right, &["--brief"]);
    assert!(String::from_utf8_lossy(&ran.stdout).ends_with("differ: byte 549755813889, line 1\n"));
    let more = sparse("more", 2 * TIB, TIB / 2).unwrap();
    let ran = compared(&left, &more, &[]);
    let text = String::from_utf8(ran.stdout).unwrap();
    assert!(text.ends_with("*\n10000000000                                          20000000000\n"), "{text}");
    assert!(begun.elapsed().as_secs() < 20, "holes are not read");
}

#[test]
fn colours_are_those_of_the_bytes_that_differ() {
    let dir = Dir::new();
    let left = dir.file("left", b"abXYef");
    let ran = run_piped(mapped().args(["hexdump", "--diff", "--color=always"]).arg(left), b"abcdef");
    let text = String::from_utf8(ran.stdout).unwrap();
    assert!(
        text.contains("61 62 \x1b[1;31m58 59\x1b[0m 65 66") || text.contains("61 62 \x1b[1;31m58 59 \x1b[0m65 66"),
        "{text:?}"
    );
    assert!(text.contains("|ab\x1b[1;32mcd\x1b[0mef|"), "{text:?}");
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let dir = Dir::new();
    let file = dir.file("file", b"text");
    for args in [
        &["--diff"][..],
        &["--diff", "-", "-"],
        &["--diff", "FILE", "FILE", "FILE"],
        &["--diff", "FILE", "--find", "x"],
        &["--diff", "-r", "FILE"],
        &["--diff", "-f", "xxd", "FILE"],
        &["--diff", "-b", "FILE"],
        &["--diff", "-i", "FILE"],
        &["--diff", "--brief", "-p", "FILE"],
        &["--diff", "-g", "2", "FILE"],
        &["--diff", "-w", "300", "FILE"],
        &["--brief", "FILE"],
        &["--context", "2", "FILE"],
    ] {
        let args: Vec<&str> =
            args.iter().map(|&arg| if arg == "FILE" { file.to_str().unwrap() } else { arg }).collect();
        let ran = run_piped(mapped().arg("hexdump").args(&args), b"text");
        assert!(ran.code != 0 && ran.stdout.is_empty(), "{args:?}: {}", ran.stderr);
        assert!(!ran.stderr.is_empty(), "{args:?}");
    }
}
