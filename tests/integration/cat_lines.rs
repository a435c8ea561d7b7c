//! `mapped cat`'s line options: reversed lines, every Nth line, lines from a list, and lines around
//! a byte.

use std::ffi::OsStr;

use crate::law::Law;
use crate::util::{Dir, Ran, awkward_inputs, mapped, oracle, run, run_piped};

fn lines(input: &[u8]) -> Vec<&[u8]> {
    input.split_inclusive(|&byte| byte == b'\n').collect()
}

#[test]
fn lines_from_the_last_to_the_first() {
    for (name, input) in awkward_inputs() {
        eprintln!("{name}");
        let expected = lines(&input).into_iter().rev().collect::<Vec<_>>().concat();
        Law::new(&["cat", "--reverse"], &input).quick().holds(&expected, 0);
        if let Some(tac) = oracle("tac", &[] as &[&str], &input) {
            assert_eq!(tac.stdout, expected, "{name}");
        }
        let selected: Vec<&[u8]> = lines(&input).into_iter().skip(1).take(7).collect();
        let expected = selected.into_iter().rev().collect::<Vec<_>>().concat();
        Law::new(&["cat", "--reverse", "--lines=2:+7"], &input).quick().holds(&expected, 0);
    }
}

/// Lines that end at NUL bytes, also in a file whose zeros are holes.
#[test]
fn lines_may_end_at_nul_bytes() {
    let mut inputs = awkward_inputs();
    inputs.push(("zeros", [&b"a\0b"[..], &[0; 9000], b"c\0d"].concat()));
    for (name, input) in inputs {
        eprintln!("{name}");
        let lines: Vec<&[u8]> = input.split_inclusive(|&byte| byte == 0).collect();
        let ends = lines.iter().rev().take(2).rev().copied().collect::<Vec<_>>().concat();
        Law::new(&["cat", "-z", "--lines=-2:"], &input).quick().holds(&ends, 0);
        let chosen = lines.iter().skip(1).take(3).copied().collect::<Vec<_>>().concat();
        Law::new(&["cat", "--null-data", "--lines=2:+3"], &input).quick().holds(&chosen, 0);
        let odd = lines.iter().step_by(2).copied().collect::<Vec<_>>().concat();
        Law::new(&["cat", "-z", "--lines=1:~2"], &input).quick().holds(&odd, 0);
    }
    let dir = Dir::new();
    let path = dir.path().join("sparse");
    std::fs::File::create(&path).unwrap().set_len(1 << 20).unwrap();
    for range in ["2:+5", "-5:"] {
        let ran = run(&["cat".as_ref(), "-z".as_ref(), "--lines".as_ref(), range.as_ref(), path.as_os_str()]);
        assert_eq!((ran.stdout, ran.code), (vec![0; 5], 0), "{range}: {}", ran.stderr);
    }
}

/// Reversed lines keep their numbers in the file.
#[test]
fn numbers_go_down_from_the_last() {
    let text = "one\ntwo\n\nfour\r\nfive";
    Law::new(&["cat", "--reverse", "-nE"], text.as_bytes())
        .holds(b"     5\tfive     4\tfour^M$\n     3\t$\n     2\ttwo$\n     1\tone$\n", 0);
    Law::new(&["cat", "--reverse", "-n", "--lines=2:3", "--lines=5"], text.as_bytes())
        .quick()
        .holds(b"     5\tfive     3\t\n     2\ttwo\n", 0);
}

#[test]
fn a_line_longer_than_a_piece_is_printed_whole() {
    let long = [vec![b'x'; 5 << 20], b"\n".to_vec()].concat();
    let input = [&b"first\n"[..], &long, b"middle\n", &long[..3 << 20], b"\nlast\n"].concat();
    let expected = lines(&input).into_iter().rev().collect::<Vec<_>>().concat();
    Law::new(&["cat", "--reverse"], &input).in_its_own_blocks().holds(&expected, 0);
}

/// Returns the records of `tac -s`. Each record ends or, with `begins`, starts with the separator.
fn records<'t>(text: &'t [u8], separator: &[u8], begins: bool) -> Vec<&'t [u8]> {
    let (mut records, mut end, mut at) = (Vec::new(), text.len(), text.len());
    while let Some(start) = text[..at].windows(separator.len()).rposition(|bytes| bytes == separator) {
        let record = if begins { start } else { start + separator.len() };
        if record != text.len() {
            records.push(&text[record..end]);
            end = record;
        }
        at = start;
    }
    records.push(&text[..end]);
    records
}

/// A separator may span two of the pieces in which a file is read, and occurrences may overlap.
#[test]
fn records_end_with_any_text() {
    let mut inputs = awkward_inputs();
    inputs.push(("pieces", [&vec![b'a'; (1 << 20) - 3][..], b"abba", &vec![b'x'; 1 << 20], b"ab"].concat()));
    for (name, input) in inputs {
        for separator in ["aa", "ab", "\n\n"] {
            eprintln!("{name} {separator:?}");
            let option = format!("--separator={separator}");
            for before in [None, Some(("-b", "--separator-before"))] {
                let (short, long): (Vec<_>, Vec<_>) = before.into_iter().unzip();
                let args = [&["cat", "--reverse", &option], &long[..]].concat();
                let expected = records(&input, separator.as_bytes(), before.is_some()).concat();
                Law::new(&args, &input).in_its_own_blocks().holds(&expected, 0);
                if let Some(tac) = oracle("tac", &[&["-s", separator], &short[..]].concat(), &input) {
                    assert!(tac.stdout == expected, "{name} {args:?}");
                }
            }
        }
    }
}

#[test]
fn each_file_is_reversed_by_itself() {
    let dir = Dir::new();
    let files = [dir.file("a", b"a1\na2\n"), dir.file("b", b"b1\nb2")];
    let args = ["cat", "--reverse"].map(OsStr::new);
    let ran = run(&args.into_iter().chain(files.iter().map(|file| file.as_os_str())).collect::<Vec<_>>());
    assert_eq!(ran.stdout, b"a2\na1\nb2b1\n");
    for option in ["-f", "-b", "-s", "--lines=1:~2"] {
        let ran = run(&["cat", "--reverse", option, "/dev/null"]);
        assert_eq!((ran.code, ran.stdout.len()), (1, 0), "{option}: {}", ran.stderr);
    }
}

#[test]
fn every_nth_line() {
    let text: String = (1..=100).map(|number| format!("line {number}\n")).collect();
    type Picks = fn(usize) -> bool;
    let cases: [(&[&str], Picks); 7] = [
        (&["--lines=1:9~3"], |n| n <= 9 && n % 3 == 1),
        (&["--lines=:~10"], |n| n % 10 == 1),
        (&["--lines=4~5"], |n| n >= 4 && (n - 4).is_multiple_of(5)),
        (&["--lines=-10:~4"], |n| n > 90 && (n - 91).is_multiple_of(4)),
        (&["--lines=-10:-2~4", "--lines=3"], |n| n == 3 || (91..=99).contains(&n) && (n - 91).is_multiple_of(4)),
        (&["--lines=2:+6~2", "--lines=3:5"], |n| matches!(n, 2..=6)),
        (&["--lines=95:300~7"], |n| n == 95),
    ];
    for (options, picks) in cases {
        let picked = text.split_inclusive('\n').zip(1..).filter(|&(_, number)| picks(number));
        let expected: String = picked.map(|(line, _)| line).collect();
        Law::new(&[&["cat"], options].concat(), text.as_bytes()).quick().holds(expected.as_bytes(), 0);
    }
    Law::new(&["cat", "-n", "--lines=2:6~2"], text.as_bytes())
        .quick()
        .holds(b"     2\tline 2\n     4\tline 4\n     6\tline 6\n", 0);
    Law::new(&["cat", "--bytes=1:9~3"], b"abcdefghijk").quick().holds(b"adg", 0);
}

#[test]
fn lines_by_a_list() {
    let dir = Dir::new();
    let list = dir.file("list", b"3\n1:2 -1\n\n 90:+2\n");
    let text: String = (1..=100).map(|number| format!("{number}\n")).collect();
    let option = format!("--lines-from={}", list.display());
    Law::new(&["cat", &option], text.as_bytes()).quick().holds(b"1\n2\n3\n90\n91\n100\n", 0);
    Law::new(&["cat", &option, "--lines=50"], text.as_bytes()).quick().holds(b"1\n2\n3\n50\n90\n91\n100\n", 0);
    let path = dir.file("text", text.as_bytes());
    let ran = run_piped(mapped().args(["cat", "--lines-from=-"]).arg(&path), b"7 8");
    assert_eq!(ran.stdout, b"7\n8\n");
    let bad = dir.file("bad", b"1\n2 x:\n");
    let ran = run(&["cat", &format!("--lines-from={}", bad.display()), "/dev/null"]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.stderr,
        format!("mapped: {}:2: invalid range 'x:': expected a range such as 100:200, :50 or 100:+20\n", bad.display())
    );
    let ran = run(&["cat", "--lines-from=/no/such", "/dev/null"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, "mapped: /no/such: No such file or directory\n"));
}

#[test]
fn lines_around_a_byte() {
    let text: String = (1..=1000).map(|number| format!("line {number}\n")).collect();
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let all = lines(text.as_bytes());
    for byte in [0, 5, 6, 7, 8, 100, 4321, text.len() - 1] {
        let own = ends.partition_point(|&end| end < byte);
        for (around, reach) in [("", 5), ("±0", 0), ("+-2", 2), ("±5000", 5000)] {
            let expected = all[own.saturating_sub(reach)..(own + reach + 1).min(all.len())].concat();
            let option = format!("--around-byte={byte}{around}");
            Law::new(&["cat", &option], text.as_bytes()).quick().holds(&expected, 0);
        }
    }
    Law::new(&["cat", "-n", "--around-byte=22±1"], text.as_bytes())
        .quick()
        .holds(b"     3\tline 3\n     4\tline 4\n     5\tline 5\n", 0);
    Law::new(&["cat", "--around-byte=3"], b"no end").quick().holds(b"no end", 0);
    Law::new(&["cat", "--around-byte=6"], b"no end").quick().holds(b"", 1);
    let ran: Ran = run_piped(mapped().args(["cat", "--around-byte=6"]), b"no end");
    assert_eq!(ran.stderr, "mapped: (standard input): byte 6 is after the end: there are 6 bytes\n");
}
