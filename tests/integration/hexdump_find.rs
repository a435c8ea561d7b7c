//! `mapped hexdump --find`: the first match, all matches, and their number.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::Instant;

use crate::law::Law;
use crate::util::{Dir, mapped, oracle, run, run_piped};

/// Returns a kilobyte with two ELF headers, the second across the end of a row, and a word in
/// UTF-16.
fn image() -> Vec<u8> {
    let mut image = vec![b'.'; 1000];
    image[0x14..0x19].copy_from_slice(b"\x7fELF\x02");
    image[0x1fe..0x203].copy_from_slice(b"\x7fELF\x01");
    image[0x300..0x306].copy_from_slice(b"w\0h\0o\0");
    image
}

#[test]
fn the_first_match_begins_a_dump() {
    let mut input = vec![b'.'; 1000];
    input[500..505].copy_from_slice(b"\x7fELF\n");
    let expected = "\
000001e0  2e 2e 2e 2e 2e 2e 2e 2e  2e 2e 2e 2e 2e 2e 2e 2e  |................|
000001f0  2e 2e 2e 2e 7f 45 4c 46  0a 2e 2e 2e 2e 2e 2e 2e  |.....ELF........|
00000200  2e 2e                                             |..|
00000202
";
    for (needle, length) in
        [("7f454c46", "14"), ("0x7f 45 4C", "14"), ("ELF", "13"), ("\"ELF\n\"", "13"), ("7f ?? 4?", "14")]
    {
        // Regression: the length counts from the match, but the context used up a part of it.
        let args = ["hexdump", "--find", needle, "--context", "1", "-n", length];
        Law::new(&args, &input).quick().holds(expected.as_bytes(), 0);
    }
    Law::new(&["hexdump", "--find", "nowhere"], &input).quick().holds(b"", 1);
    // Regression: with small blocks, the shorter pattern was completed first and preferred, one row
    // too late.
    let args = ["hexdump", "--find", "text:abcd", "--find", "text:bc"];
    let expected = "\
00000000  2e 2e 2e 2e 2e 2e 2e 2e  2e 2e 2e 2e 2e 2e 2e 61  |...............a|
00000010  62 63 64                                          |bcd|
00000013
";
    Law::new(&args, b"...............abcd").quick().holds(expected.as_bytes(), 0);
}

#[test]
fn all_matches_are_listed_where_they_begin() {
    let image = image();
    let expected = "\
00000014  7f 45 4c 46 02 2e 2e 2e  2e 2e 2e 2e 2e 2e 2e 2e  |.ELF............|
000001fe  7f 45 4c 46 01 2e 2e 2e  2e 2e 2e 2e 2e 2e 2e 2e  |.ELF............|
00000300  77 00 68 00 6f 00 2e 2e  2e 2e 2e 2e 2e 2e 2e 2e  |w.h.o...........|
";
    let args = ["hexdump", "--all", "--find", "7f 45 ?? 4?", "--find", "utf16:who"];
    Law::new(&args, &image).quick().holds(expected.as_bytes(), 0);
    Law::new(&["hexdump", "--count", "--find", "7f 45 ?? 4?", "--find", "utf16:who"], &image).quick().holds(b"3\n", 0);
    let expected = "00000014: 7f45 4c46 02                             .ELF.\n000001fe: 7f45 4c46 01                             .ELF.\n";
    let args = ["hexdump", "-f", "xxd", "--all", "--find", "text:ELF", "--find", "hex:7f", "-n", "5", "--base", "0"];
    let both = format!(
        "{}00000015: 454c 4602 2e                             ELF..\n{}000001ff: 454c 4601 2e                             ELF..\n",
        &expected[..expected.len() / 2],
        &expected[expected.len() / 2..]
    );
    Law::new(&args, &image).quick().holds(both.as_bytes(), 0);
    Law::new(&["hexdump", "--all", "--find", "nowhere"], &image).quick().holds(b"", 1);
    Law::new(&["hexdump", "--count", "--find", "nowhere"], &image).quick().holds(b"0\n", 1);
}

#[test]
fn context_shows_rows_of_the_dump_around_matches() {
    let image = image();
    let expected = "\
00000010  2e 2e 2e 2e 7f 45 4c 46  02 2e 2e 2e 2e 2e 2e 2e  |.....ELF........|
--
000001f0  2e 2e 2e 2e 2e 2e 2e 2e  2e 2e 2e 2e 2e 2e 7f 45  |...............E|
00000200  4c 46 01 2e 2e 2e 2e 2e  2e 2e 2e 2e 2e 2e 2e 2e  |LF..............|
";
    Law::new(&["hexdump", "--all", "--find", "7f454c46", "--context", "0"], &image)
        .quick()
        .holds(expected.as_bytes(), 0);
    let dump = run_piped(mapped().args(["hexdump", "-v"]), &image).stdout;
    let rows: Vec<&[u8]> = dump.split_inclusive(|&byte| byte == b'\n').collect();
    let expected = [rows[..4].concat(), b"--\n".to_vec(), rows[0x1d..0x23].concat()].concat();
    Law::new(&["hexdump", "--all", "--find", "7f454c46", "--context", "2"], &image).quick().holds(&expected, 0);
    // Rows that two matches share are shown once, without a separator between adjacent rows.
    let args = ["hexdump", "--all", "--find", "7f454c46", "--find", "hex:2e02??", "--context", "50"];
    Law::new(&args, &image).quick().holds(&rows[..rows.len() - 1].concat(), 0);
}

#[test]
fn overlapping_matches_all_count() {
    Law::new(&["hexdump", "--count", "--find", "text:aa"], b"aaaa b aa").holds(b"4\n", 0);
    Law::new(&["hexdump", "--count", "--find", "text:aa", "--find", "text:aaa"], b"aaaa b aa").quick().holds(b"4\n", 0);
    Law::new(&["hexdump", "--count", "--find", "6?"], b"aaaa b aa").quick().holds(b"7\n", 0);
    Law::new(&["hexdump", "--count", "--find", "?? 62"], b"aaaa b aa").quick().holds(b"1\n", 0);
    Law::new(&["hexdump", "--count", "--find", "00"], &[0; 5000]).quick().holds(b"5000\n", 0);
}

/// Compares every pattern at every position with GNU grep.
#[test]
fn finds_where_grep_finds() {
    let mut state = 1u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as u8 & 0x73
    });
    let image: Vec<u8> = noise.take(20_000).collect();
    for (pattern, expression) in [
        ("33 22", r"\x33(?=\x22)"),
        ("3? 21", r"[\x30-\x3f](?=\x21)"),
        ("?0 41 ?3", r"(?s)[\x00\x10\x20\x30\x40\x50\x60\x70](?=\x41[\x03\x13\x23\x33\x43\x53\x63\x73])"),
        ("11 ?? 22", r"(?s)\x11(?=.\x22)"),
    ] {
        // Line ends would end matches. With -z only NUL does, and no pattern contains a NUL.
        let Some(expected) = oracle("grep", &["-zobUaP", expression], &image) else { return };
        let offsets: Vec<u64> = expected
            .stdout
            .split(|&byte| byte == 0)
            .filter_map(|found| std::str::from_utf8(found.split(|&byte| byte == b':').next()?).ok()?.parse().ok())
            .collect();
        assert!(!offsets.is_empty(), "{pattern}");
        let ours = run_piped(mapped().args(["hexdump", "--all", "-n", "1", "--find", pattern]), &image);
        let found: Vec<u64> = String::from_utf8(ours.stdout)
            .unwrap()
            .lines()
            .map(|line| u64::from_str_radix(&line[..8], 16).unwrap())
            .collect();
        let missed: Vec<&u64> = offsets.iter().filter(|offset| !found.contains(offset)).collect();
        assert!(missed.is_empty(), "{pattern}: {missed:?}");
        // grep cannot find matches that contain NUL.
        for at in found.iter().filter(|at| !offsets.contains(at)) {
            let at = *at as usize;
            assert!(image[at..at + pattern.len().div_ceil(3)].contains(&0), "{pattern} at {at}");
        }
    }
}

#[test]
fn matches_are_highlighted_over_the_ends_of_rows() {
    let image = [&[b'.'; 14][..], b"\x7fELF", &[b'.'; 14]].concat();
    for args in [&["--all", "--context", "0"][..], &[]] {
        let ran = run_piped(mapped().args(["hexdump", "--color=always", "--find", "7f454c46"]).args(args), &image);
        let text = String::from_utf8(ran.stdout).unwrap();
        assert!(text.contains("2e \x1b[1;31m7f 45\x1b[0m  |"), "{text}");
        // Regression: the bytes after a match were also bold.
        assert!(text.contains("\x1b[1;31m4c 46 \x1b[0m\x1b[36m2e"), "{text}");
        assert!(text.contains("|\x1b[1;31mLF\x1b[0m\x1b[36m."), "{text}");
    }
    let panels = ["hexdump", "--color=always", "-f", "panels", "--all", "--find", "text:ELF", "-n", "4"];
    let text = String::from_utf8(run_piped(mapped().args(panels), &image).stdout).unwrap();
    assert!(
        text.contains("\x1b[1;31m45 \x1b[1;31m") || text.contains("\x1b[1;31m45 4c 46 \x1b[0m\x1b[36m2e"),
        "{text}"
    );
    assert!(text.ends_with("┘\n"), "{text}");
    let words = ["hexdump", "--color=always", "-x", "--all", "--find", "text:ELF"];
    let text = String::from_utf8(run_piped(mapped().args(words), &image).stdout).unwrap();
    assert!(text.contains("\x1b[1;31m4c45"), "{text}");
}

#[test]
fn holes_are_not_searched() {
    const TIB: u64 = 1 << 40;
    let dir = Dir::new();
    let path = dir.path().join("sparse");
    let file = File::create(&path).unwrap();
    if file.set_len(TIB + 5).is_err() {
        return crate::util::skip("files of a tebibyte");
    }
    file.write_all_at(b"an island", TIB / 2 + 3).unwrap();
    file.write_all_at(b"land", TIB + 1).unwrap();
    let begun = Instant::now();
    let with = |args: &[&str]| {
        let args: Vec<_> =
            ["hexdump"].iter().chain(args).map(std::ffi::OsString::from).chain([path.clone().into()]).collect();
        let ran = run(&args);
        (String::from_utf8(ran.stdout).unwrap(), ran.code)
    };
    let expected = "\
8000000008  6c 61 6e 64 00 00 00 00  00 00 00 00 00 00 00 00  |land............|
10000000001  6c 61 6e 64                                       |land|
";
    assert_eq!(with(&["--all", "--find", "land"]), (expected.into(), 0));
    assert_eq!(with(&["--count", "--find", "land", "--find", "text:is"]), ("3\n".into(), 0));
    let expected = "\
7fffffffff0  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
8000000000  00 00 00 61 6e 20 69 73  6c 61 6e 64 00 00 00 00  |...an island....|
8000000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
--
fffffffff0  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
10000000000  00 6c 61 6e 64                                    |.land|
";
    assert_eq!(
        with(&["--all", "--find", "land", "--context", "1"]),
        (expected.replace("7fffffffff0", "7ffffffff0"), 0)
    );
    assert!(begun.elapsed().as_secs() < 20, "holes are not read");
}

#[test]
fn several_files_are_searched_as_one_stream() {
    let dir = Dir::new();
    let files: Vec<_> = ["....E", "L", "F....ELF"]
        .iter()
        .enumerate()
        .map(|(i, text)| dir.file(format!("{i}"), text.as_bytes()))
        .collect();
    let args = ["hexdump", "--all", "-n", "3", "--find", "ELF"].iter().map(std::ffi::OsString::from);
    let ran = run(&args.chain(files.into_iter().map(Into::into)).collect::<Vec<_>>());
    let expected = "\
00000004  45 4c 46                                          |ELF|
0000000b  45 4c 46                                          |ELF|
";
    assert_eq!((String::from_utf8(ran.stdout).unwrap().as_str(), ran.code), (expected, 0));
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    for args in [
        &["--all"][..],
        &["--count"],
        &["--all", "--count", "--find", "x"],
        &["--all", "-p", "--find", "x"],
        &["--all", "-i", "--find", "x"],
        &["--count", "-n", "5", "--find", "x"],
        &["--count", "--context", "5", "--find", "x"],
        &["--all", "-n", "2M", "--find", "x"],
        &["--all", "-r", "--find", "x"],
        &["--find", "hex:fff", "--all"],
    ] {
        let ran = run_piped(mapped().arg("hexdump").args(args), b"input x");
        assert_eq!((ran.code, ran.stdout.len()), (1, 0), "{args:?}: {}", ran.stderr);
        assert!(!ran.stderr.is_empty(), "{args:?}");
    }
}
