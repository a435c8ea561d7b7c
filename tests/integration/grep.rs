//! `mapped grep` as users see it: literal screens, and the law for many sets of options.

use std::process::{Command, Stdio};

use crate::law::Law;
use crate::util::{Dir, Ran, awkward_inputs, can_start_under, is_emulated, mapped, program, run_piped, sample};

/// Runs `mapped grep` in a directory with nothing on standard input.
fn grep(dir: &Dir, args: &[&str]) -> Ran {
    mapped().arg("grep").args(args).current_dir(dir.path()).stdin(Stdio::null()).output().unwrap().into()
}

#[track_caller]
fn prints(dir: &Dir, args: &[&str], expected: &str) {
    let ran = grep(dir, args);
    assert_eq!(String::from_utf8_lossy(&ran.stdout), expected, "{args:?}: {}", ran.stderr);
}

fn numbers(from: u32, to: u32) -> String {
    (from..=to).map(|n| format!("{n}\n")).collect()
}

/// Returns the expected output of `grep` for `input`, computed line by line in the simplest way.
fn naive(input: &[u8], before: usize, after: usize, numbered: bool, selects: impl Fn(&[u8]) -> bool) -> (Vec<u8>, i32) {
    let lines: Vec<&[u8]> = input.split_inclusive(|&byte| byte == b'\n').collect();
    let selected: Vec<usize> =
        (0..lines.len()).filter(|&i| selects(lines[i].strip_suffix(b"\n").unwrap_or(lines[i]))).collect();
    let mut text = Vec::new();
    let mut last = None;
    for (i, line) in lines.iter().enumerate() {
        let near = selected.iter().any(|&s| (i <= s && s - i <= before) || (i >= s && i - s <= after));
        if !near {
            continue;
        }
        if (before > 0 || after > 0) && last.is_some_and(|last| last + 1 != i) {
            text.extend_from_slice(b"--\n");
        }
        last = Some(i);
        if numbered {
            let mark = if selected.contains(&i) { ':' } else { '-' };
            text.extend(format!("{}{mark}", i + 1).bytes());
        }
        text.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            text.push(b'\n');
        }
    }
    (text, i32::from(selected.is_empty()))
}

/// Blocks of a small file are split as they are read. Those of a larger file, or of one with a long
/// line, are split earlier.
#[test]
fn the_law_holds_for_files_of_a_few_blocks() {
    let lines = |count: usize| (0..count).flat_map(|i| format!("line {i}{}\n", "x".repeat(i % 67)).into_bytes());
    let long = |length: usize| lines(100).chain(std::iter::repeat_n(b'y', length)).chain(lines(9000));
    let inputs: [Vec<u8>; 4] =
        [lines(18_000).collect(), lines(30_000).collect(), long(300_000).collect(), long(600_000).collect()];
    for input in inputs {
        let holds_7 = |line: &[u8]| line.contains(&b'7');
        let (text, code) = naive(&input, 0, 0, true, holds_7);
        Law::new(&["grep", "-n", "7"], &input).in_its_own_blocks().holds(&text, code);
        let count = format!("{}\n", input.split_inclusive(|&byte| byte == b'\n').filter(|line| holds_7(line)).count());
        Law::new(&["grep", "-c", "7"], &input).in_its_own_blocks().holds(count.as_bytes(), code);
        Law::new(&["grep", "-c", "-e", "7", "-f", "/dev/null"], &input)
            .in_its_own_blocks()
            .holds(count.as_bytes(), code);
        let mut binary = input;
        binary[400_000] = 0;
        Law::new(&["grep", "-c", "7"], &binary).in_its_own_blocks().holds(count.as_bytes(), code);
        let (text, code) = naive(&binary, 0, 0, true, holds_7);
        Law::new(&["grep", "-an", "7"], &binary).in_its_own_blocks().holds(&text, code);
    }
}

#[test]
fn the_law_holds_for_many_options() {
    for (name, input) in awkward_inputs() {
        eprintln!("{name}");
        let holds_i = |line: &[u8]| line.contains(&b'i');
        type Case<'c> = (&'c [&'c str], usize, usize, bool, &'c dyn Fn(&[u8]) -> bool);
        let cases: [Case<'_>; 5] = [
            (&["-a", "-F", "i"], 0, 0, false, &holds_i),
            (&["-a", "-n", "-F", "i"], 0, 0, true, &holds_i),
            (&["-a", "-n", "-v", "-F", "i"], 0, 0, true, &|line| !holds_i(line)),
            (&["-a", "-n", "-B2", "-A1", "-F", "9"], 2, 1, true, &|line: &[u8]| line.contains(&b'9')),
            (&["-a", "-x", "-E", "[xy]*"], 0, 0, false, &|line: &[u8]| line.iter().all(|b| b"xy".contains(b))),
        ];
        for (options, before, after, numbered, selects) in cases {
            let (text, code) = naive(&input, before, after, numbered, selects);
            Law::new(&[&["grep"], options].concat(), &input).quick().holds(&text, code);
        }
        let count = input.split_inclusive(|&byte| byte == b'\n').filter(|line| line.contains(&b'i')).count();
        let text = format!("{count}\n");
        Law::new(&["grep", "-a", "-c", "i"], &input).quick().holds(text.as_bytes(), i32::from(count == 0));
    }
}

#[test]
fn the_law_holds_for_binary_inputs_limits_and_the_end() {
    let input = b"one\ntwo\0one\n\0\0one\nthree\n";
    Law::new(&["grep", "one"], input).holds(b"", 0);
    Law::new(&["grep", "-c", "one"], input).holds(b"3\n", 0);
    Law::new(&["grep", "-I", "one"], input).holds(b"", 1);
    let input = numbers(1, 300);
    Law::new(&["grep", "-n", "-m", "3", "-A2", "9$"], input.as_bytes())
        .holds(b"9:9\n10-10\n11-11\n--\n19:19\n20-20\n21-21\n--\n29:29\n30-30\n31-31\n", 0);
    Law::new(&["grep", "-n", "--last", "2", "-B1", "9$"], input.as_bytes())
        .quick()
        .holds(b"288-288\n289:289\n--\n298-298\n299:299\n", 0);
    Law::new(&["grep", "-b", "-o", "-U", "9\\n3"], b"9\n3\n9\n4\n9\n39\n").quick().holds(b"0:9\n2:3\n8:9\n10:3\n", 0);
}

#[test]
fn text_that_turns_binary_late_stops_at_the_line_that_shows_it() {
    let mut input = b"x early\n".repeat(20_000);
    input.extend_from_slice(b"quiet \0 line\nx before\nx \0 here\nx never\n");
    let mut expected = b"x early\n".repeat(20_000);
    expected.extend_from_slice(b"x before\n");
    Law::new(&["grep", "x"], &input).quick().holds(&expected, 0);
}

#[test]
fn a_binary_input_is_reported_in_order() {
    let dir = Dir::new();
    dir.file("a", b"x\n");
    dir.file("b", b"x\0\n");
    dir.file("c", b"x\n");
    dir.file("late", &[&b"x before\n".repeat(40_000)[..], b"x \0\n"].concat());
    let both = |mut command: Command, args: &[&str]| {
        let path = dir.path().join("both");
        let file = std::fs::File::create(&path).unwrap();
        let status = command
            .args(args)
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .status()
            .unwrap();
        (String::from_utf8(std::fs::read(path).unwrap()).unwrap(), status.code())
    };
    let mut ours = mapped();
    ours.arg("grep");
    let (text, code) = both(ours, &["x", "a", "b", "c", "b", "late", "a"]);
    let late = "late:x before\n".repeat(40_000);
    let reported = "mapped: b: binary file matches (-a prints its lines)\n";
    let expected =
        format!("a:x\n{reported}c:x\n{reported}{late}mapped: late: binary file matches (-a prints its lines)\na:x\n");
    assert!(text == expected, "{}", &text[text.len() - 300..]);
    assert_eq!(code, Some(0));
    if Command::new("grep").arg("--version").output().is_ok() {
        // GNU grep's verdict on late NUL bytes depends on its buffers, so that file is omitted.
        let args = ["x", "a", "b", "c", "b", "a"];
        let mut gnu = Command::new("grep");
        gnu.env("LC_ALL", "C");
        let mut ours = mapped();
        ours.arg("grep");
        let ours = both(ours, &args).0.replace(" (-a prints its lines)", "");
        assert_eq!(both(gnu, &args).0.replace("grep: ", "mapped: "), ours);
    }
}

#[test]
fn parts_of_a_file_are_the_whole() {
    let dir = Dir::new();
    let mut text = String::new();
    for i in 0..2000 {
        text += &format!("{i} {}\n", "z".repeat(i * 7 % 301));
    }
    dir.file("log", text.as_bytes());
    for options in [&["-n", "7"][..], &["-b", "z"], &["-nv", "z"], &["-no", "[0-9]+"]] {
        let whole = grep(&dir, &[options, &["log"]].concat()).stdout;
        for parts in sample(vec![7, 1, 2, 3, 50]) {
            let mut joined = Vec::new();
            for part in 1..=parts {
                let shard = format!("--shard={part}/{parts}");
                joined.extend(grep(&dir, &[options, &[&shard, "log"]].concat()).stdout);
            }
            assert_eq!(joined, whole, "{options:?} in {parts}");
        }
    }
}

#[test]
fn the_last_lines_are_the_end_of_all() {
    let dir = Dir::new();
    let mut text = String::new();
    for i in 0..30_000 {
        text += &format!("{i}{}\n", if i % 9_000 == 5 { "needle".repeat(20_000) } else { String::new() });
    }
    dir.file("log", text.as_bytes());
    for pattern in ["needle", "7", "^1", "nothing at all"] {
        let all = grep(&dir, &["-n", pattern, "log"]).stdout;
        let lines: Vec<&[u8]> = all.split_inclusive(|&byte| byte == b'\n').collect();
        for wanted in [1, 2, 3, 1000] {
            let last = grep(&dir, &["-n", "--last", &wanted.to_string(), pattern, "log"]).stdout;
            assert!(last == lines[lines.len().saturating_sub(wanted)..].concat(), "{pattern}, {wanted}");
        }
    }
}

#[test]
fn and_with_not_is_a_pipeline_of_three() {
    let dir = Dir::new();
    dir.file("f", b"a b c\na b\na c\nb\na\nc a b\n");
    prints(&dir, &["-n", "-e", "a", "--and", "b", "--not", "c", "f"], "2:a b\n");
    prints(&dir, &["-nv", "-e", "a", "--and", "b", "f"], "3:a c\n4:b\n5:a\n");
    prints(&dir, &["-c", "-e", "a", "--not", "b", "--not", "c", "f"], "1\n");
    prints(&dir, &["-1", "-n", "^b", "f"], "3-a c\n4:b\n5-a\n");
}

#[test]
fn directories_are_searched_in_the_order_of_names() {
    let dir = Dir::new();
    for (path, text) in [("b/z.log", "x1"), ("b/a.txt", "x2"), ("a.log", "x3"), (".hidden", "x4"), ("b/c/d.log", "x5")]
    {
        std::fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
        dir.file(path, text.as_bytes());
    }
    dir.file(".ignore", b"a.t?t\n");
    prints(&dir, &["-r", "x"], ".hidden:x4\na.log:x3\nb/a.txt:x2\nb/c/d.log:x5\nb/z.log:x1\n");
    prints(&dir, &["-r", "--include=*.log", "x", "."], "./a.log:x3\n./b/c/d.log:x5\n./b/z.log:x1\n");
    prints(&dir, &["-rl", "--exclude-dir=c", "--exclude=*.txt", "x", "b"], "b/z.log\n");
    prints(&dir, &["-rh", "--ignore", "x"], "x3\nx5\nx1\n");
    prints(&dir, &["-r", "x", "a.log"], "x3\n");
    prints(&dir, &["-d", "skip", "x", "b", "a.log"], "a.log:x3\n");
    // Regression: -r took precedence over `-d read`, and `-d skip` over -r, in any order.
    for (options, expected) in [
        (&["-dskip", "-r"][..], "b/z.log\n"),
        (&["-dskip", "-R"], "b/z.log\n"),
        (&["-r", "-dskip"], ""),
        (&["-R", "-dread", "-s"], ""),
        (&["-dread", "-drecurse"], "b/z.log\n"),
        (&["-R", "-r"], "b/z.log\n"),
        (&["-d", "rec"], "b/z.log\n"),
        (&["-r", "--directories=s"], ""),
    ] {
        prints(&dir, &[options, &["-l", "x1", "b"]].concat(), expected);
    }
    let ran = grep(&dir, &["x", "b", "a.log", "nowhere"]);
    assert_eq!((ran.stdout.as_slice(), ran.code), (&b"a.log:x3\n"[..], 2));
    assert_eq!(ran.stderr, "mapped: b: Is a directory\nmapped: nowhere: No such file or directory\n");
    assert_eq!(grep(&dir, &["-s", "x", "nowhere"]).stderr, "");
    assert_eq!(grep(&dir, &["-q", "x", "nowhere", "a.log"]).code, 0);
    // Regression: files after the match were reported.
    let ran = grep(&dir, &["-q", "x", "a.log", "nowhere"]);
    assert_eq!((ran.code, &ran.stderr[..]), (0, ""));
}

/// Regression: `a*.txt` matched `about/readme.txt`, because `*` also matched slashes. Below a
/// directory, a glob must match an entry's own name, as in GNU grep.
///
/// A file named `-` is printed as `./-`, so that it is not mistaken for standard input.
#[test]
fn found_files_go_by_their_own_names() {
    let dir = Dir::new();
    for path in ["about/readme.txt", "about/x", "ax/yd/f", "ax/yb", "-"] {
        std::fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
        dir.file(path, b"needle\n");
    }
    for (args, want) in [
        (&["-rl", "--include=a*.txt"][..], &[][..]),
        (&["-rl", "--include=r*.txt"], &["about/readme.txt"]),
        (&["-rl", "--exclude=about/x"], &["./-", "about/readme.txt", "about/x", "ax/yb", "ax/yd/f"]),
        (&["-rl", "--exclude-dir=a*d"], &["./-", "about/readme.txt", "about/x", "ax/yb", "ax/yd/f"]),
        (&["-rl", "--exclude-dir=y?", "--exclude=-"], &["about/readme.txt", "about/x", "ax/yb"]),
    ] {
        let args = [args, &["needle"]].concat();
        let ran = grep(&dir, &args);
        let found: Vec<_> = std::str::from_utf8(&ran.stdout).unwrap().lines().collect();
        assert_eq!(found, want, "{args:?}");
        if let Ok(peer) = Command::new("grep").args(&args).current_dir(dir.path()).stdin(Stdio::null()).output() {
            let text = String::from_utf8(peer.stdout).unwrap();
            let mut lines: Vec<_> = text.lines().map(|name| if name == "-" { "./-" } else { name }).collect();
            lines.sort_unstable();
            assert_eq!(lines, want, "GNU grep {args:?}");
        }
    }
    // A path on the command line may match from any slash on.
    prints(&dir, &["-c", "--exclude=about/x", "needle", "./about/x", "ax/yb"], "ax/yb:1\n");
}

#[test]
fn compressed_and_encoded_files_are_searched_decoded() {
    let dir = Dir::new();
    let text = numbers(1, 3000);
    let pack = |tool: &str, args: &[&str], name: &str| {
        let made = Command::new(tool).args(args).stdin(Stdio::null()).output();
        assert!(made.is_ok() || std::env::var_os("CI").is_none(), "{tool} is not installed");
        if made.is_ok() {
            dir.file(name, &run_piped(Command::new(tool).args(args), text.as_bytes()).stdout);
        }
        made.is_ok()
    };
    for (tool, args) in
        [("gzip", &["-c"][..]), ("xz", &["-c"]), ("bzip2", &["-c"]), ("zstd", &["-c", "-q"]), ("lz4", &["-c", "-q"])]
    {
        if pack(tool, args, "packed") {
            prints(
                &dir,
                &["--decompress", "-n", "^29.9$", "packed"],
                "2909:2909\n2919:2919\n2929:2929\n2939:2939\n2949:2949\n2959:2959\n2969:2969\n2979:2979\n2989:2989\n2999:2999\n",
            );
            // Regression: a small file found by a walk had already been read to its end, and
            // decoding began from there.
            prints(&dir, &["-r", "--include=packed", "--decompress", "-c", "^29.9$"], "packed:10\n");
            let packed = std::fs::read(dir.path().join("packed")).unwrap();
            let ran = run_piped(mapped().args(["grep", "--decompress", "-c", "7"]), &packed);
            assert_eq!(String::from_utf8_lossy(&ran.stdout), "813\n", "{tool} through a pipe: {}", ran.stderr);
            dir.file("cut", &packed[..packed.len() / 2]);
            let ran = grep(&dir, &["--decompress", "-c", "x", "cut"]);
            assert_eq!(ran.code, 2, "{tool}, cut short: {}", ran.stderr);
            assert!(ran.stderr.starts_with("mapped: cut: "), "{tool}: {}", ran.stderr);
        }
    }
    let utf16 = |mark: &[u16], little: bool| -> Vec<u8> {
        let units = mark.iter().copied().chain("grün\nrot\n".encode_utf16());
        units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    for (little, label) in [(true, "utf-16le"), (false, "utf-16be")] {
        dir.file("marked", &utf16(&[0xFEFF], little));
        prints(&dir, &["-n", "ü", "marked"], "1:grün\n");
        Law::new(&["grep", "-nb", "ro"], &utf16(&[0xFEFF], little)).quick().holds("2:6:rot\n".as_bytes(), 0);
        dir.file("bare", &utf16(&[], little));
        prints(&dir, &["-n", "--encoding", label, "ü", "bare"], "1:grün\n");
    }
    dir.file("latin1", b"gr\xfcn\n");
    prints(&dir, &["--encoding", "latin1", "ü", "latin1"], "grün\n");
}

#[test]
fn matches_over_several_lines() {
    let dir = Dir::new();
    dir.file("f", b"begin\none\nend\nbegin\ntwo\nend begin\nthree\nend\n");
    prints(&dir, &["-Un", r"begin\n(one|two)\nend", "f"], "1:begin\n2:one\n3:end\n4:begin\n5:two\n6:end begin\n");
    prints(&dir, &["-Uc", r"begin\n(one|two)\nend", "f"], "2\n");
    prints(&dir, &["-Unv", r"begin\n(one|two)\nend", "f"], "7:three\n8:end\n");
    prints(&dir, &["-Unb", "--multiline-dotall", "-o", "two.*?three", "f"], "5:20:two\n6:24:end begin\n7:34:three\n");
}

// Regression: -m 1 printed half a match, -c counted lines that were cut off in this way, --last and
// --shard lost matches across the start of the search, and --crlf rejected \r.
#[test]
fn matches_over_several_lines_stay_whole() {
    let dir = Dir::new();
    dir.file("f", b"b1\nb2\nb1\nb2\nc\nb1\nb2\n");
    prints(&dir, &["-Un", "-m1", r"b1\nb2", "f"], "1:b1\n2:b2\n");
    prints(&dir, &["-Un", "-m2", r"b1\nb2", "f"], "1:b1\n2:b2\n3:b1\n4:b2\n");
    prints(&dir, &["-Uc", "-m1", r"b1\nb2", "f"], "1\n");
    prints(&dir, &["-Uc", "b", "f"], "6\n");
    prints(&dir, &["-Un", "--last=1", r"b1\nb2", "f"], "6:b1\n7:b2\n");
    prints(&dir, &["-Un", "--last=2", r"b1\nb2", "f"], "3:b1\n4:b2\n6:b1\n7:b2\n");
    let shards: Vec<String> = (1..=5)
        .map(|i| grep(&dir, &["-Uo", &format!("--shard={i}/5"), r"b1\nb2", "f"]).stdout)
        .map(|shard| String::from_utf8(shard).unwrap())
        .collect();
    assert_eq!(shards.concat(), "b1\nb2\n".repeat(3), "{shards:?}");
    dir.file("crlf", b"a\r\nb\r\n");
    prints(&dir, &["-U", "--crlf", r"a\r\nb", "crlf"], "a\r\nb\r\n");
    // Counts have the same line ending as lines, as in rg --crlf.
    prints(&dir, &["-Uc", "--crlf", "a$", "crlf"], "1\r\n");
}

// Regression: adjacent matching lines, and many matches on one line, took quadratic time.
#[test]
fn many_matches_over_several_lines_take_linear_time() {
    let dir = Dir::new();
    dir.file("f", &b"ab\ncd\n".repeat(300_000));
    dir.file("long", &b"a\xc3\xa9b ".repeat(400_000));
    let begun = std::time::Instant::now();
    let limit = if is_emulated() { 600 } else { 60 };
    assert_eq!(grep(&dir, &["-Uo", r"b\nc", "f"]).stdout, b"b\nc\n".repeat(300_000));
    assert_eq!(grep(&dir, &["-Uc", r"(?s)b.", "long"]).stdout, b"400000\n");
    assert_eq!(grep(&dir, &["-Uoa", r"(?s)b.", "long"]).code, 0);
    assert!(begun.elapsed().as_secs() < limit, "{:?}", begun.elapsed());
}

#[test]
fn the_law_holds_for_perls_patterns_and_back_references() {
    let input = b"foobar\nfoobaz\n\nbarbar\nxyzzy\nfoo\nbar\n".repeat(9);
    let lines = |selects: &dyn Fn(&str) -> bool| -> Vec<u8> {
        let text = String::from_utf8(input.clone()).unwrap();
        text.lines().filter(|line| selects(line)).flat_map(|line| format!("{line}\n").into_bytes()).collect()
    };
    let foobar = lines(&|line| line.starts_with("foobar"));
    Law::new(&["grep", "-P", "foo(?=bar)"], &input).quick().holds(&foobar, 0);
    let doubled = lines(&|line| matches!(line, "barbar" | "foobar" | "foobaz" | "xyzzy" | "foo"));
    for args in [["-E", r"(.)\1|(bar)\2"], ["-G", r"\(.\)\1\|\(bar\)\2"], ["-P", r"(.)\1|(bar)\g2"]] {
        Law::new(&["grep", args[0], args[1]], &input).quick().holds(&doubled, 0);
    }
    Law::new(&["grep", "-Pc", r"foo\Kb"], &input).quick().holds(b"18\n", 0);
    Law::new(&["grep", "-Po", r"foo\Kba."], b"foobar foobaz\n").quick().holds(b"bar\nbaz\n", 0);
    Law::new(&["grep", "-UPoc", r"foo\n(?=bar)"], &input).quick().holds(b"9\n", 0);
}

#[test]
fn a_pattern_that_backtracks_without_end_is_an_error_of_that_file() {
    let dir = Dir::new();
    dir.file("bad", format!("x\n{}b\nx\n", "a".repeat(60)).as_bytes());
    dir.file("good", b"x\n");
    let ran = grep(&dir, &["-P", "(a+)+$|x", "bad", "good"]);
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "bad:x\ngood:x\n");
    assert_eq!(ran.stderr, "mapped: bad: exceeded PCRE's backtracking limit\n");
    assert_eq!(ran.code, 2);
}

// Regression: this search never ended. Only the first of these lines contains a match.
#[test]
fn a_long_line_on_which_a_pattern_backtracks_for_too_long_is_an_error_of_that_file() {
    let dir = Dir::new();
    dir.file("bad", &[b"x y\n", &[b'x'; 1_000_000][..], b"\nx y\n"].concat());
    dir.file("good", b"x y\n");
    let ran = grep(&dir, &["-P", r"(?:\w+ )+(?=y)", "bad", "good"]);
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "bad:x y\ngood:x y\n");
    assert_eq!(ran.stderr, "mapped: bad: gave up after PCRE had backtracked for too long\n");
    assert_eq!(ran.code, 2);
}

// Regression: a failure after the first match of a line went unreported, and the line lacked its
// other matches or, with --replace, was missing.
#[test]
fn a_failure_after_the_first_match_of_a_line_is_reported() {
    let dir = Dir::new();
    dir.file("bad", format!("x\nx {}b x\nx\n", "a".repeat(60)).as_bytes());
    dir.file("good", b"x\n");
    let cases = [
        ("-o", "x"),
        ("--color=always", "\u{1b}[01;31m\u{1b}[Kx\u{1b}[m\u{1b}[K"),
        ("--replace=y", "y"),
        ("--vimgrep", "1:1:x"),
    ];
    for (option, line) in cases {
        let ran = grep(&dir, &["-hP", option, "(a+)+$|x", "bad", "good"]);
        assert_eq!(String::from_utf8_lossy(&ran.stdout), format!("{line}\n{line}\n"), "{option}");
        assert_eq!(ran.stderr, "mapped: bad: exceeded PCRE's backtracking limit\n", "{option}");
        assert_eq!(ran.code, 2, "{option}");
    }
    let ran = grep(&dir, &["-P", "--json", "(a+)+$|x", "bad", "good"]);
    assert_eq!(String::from_utf8_lossy(&ran.stdout).matches(r#""type":"match""#).count(), 2);
    assert_eq!(ran.stderr, "mapped: bad: exceeded PCRE's backtracking limit\n");
    assert_eq!(ran.code, 2);
}

#[test]
fn found_files_are_filtered_and_sorted() {
    let dir = Dir::new();
    std::fs::create_dir_all(dir.path().join("d/e")).unwrap();
    for (name, bytes) in [("d/a.rs", &b"x\n"[..]), ("d/b.py", b"x long\n"), ("d/e/c.rs", b"x\n"), ("d/.h", b"x\n")] {
        dir.file(name, bytes);
    }
    let old = std::time::SystemTime::UNIX_EPOCH;
    std::fs::File::options().write(true).open(dir.path().join("d/b.py")).unwrap().set_modified(old).unwrap();
    let cases = [
        ("-rl x d", "d/.h\nd/a.rs\nd/b.py\nd/e/c.rs\n"),
        ("-rl -g *.rs x d", "d/a.rs\nd/e/c.rs\n"),
        ("-rl -g !e -g !.h x d", "d/a.rs\nd/b.py\n"),
        ("-rl -t py x d", "d/b.py\n"),
        ("-rl --type-not rust --max-depth 1 x d", "d/.h\nd/b.py\n"),
        ("-rl --max-filesize 3 x d", "d/.h\nd/a.rs\nd/e/c.rs\n"),
        ("-r --files d", "d/.h\nd/a.rs\nd/b.py\nd/e/c.rs\n"),
        ("--files d", "d/.h\nd/a.rs\nd/b.py\nd/e/c.rs\n"),
        ("--files -d skip d d/a.rs", "d/a.rs\n"),
        ("-r --files --sortr path d", "d/e/c.rs\nd/b.py\nd/a.rs\nd/.h\n"),
        ("-r --ignore --files d", "d/a.rs\nd/b.py\nd/e/c.rs\n"),
        ("-r --ignore --hidden --files d", "d/.h\nd/a.rs\nd/b.py\nd/e/c.rs\n"),
        ("-rl --exclude-from=list x d", "d/.h\nd/b.py\n"),
        ("-j2 -c x d/a.rs", "1\n"),
    ];
    dir.file("list", b"*.rs  \n\n");
    for (args, expected) in cases {
        prints(&dir, &args.split(' ').collect::<Vec<_>>(), expected);
    }
    let sorted = grep(&dir, &["-r", "--files", "--sort=modified", "d"]);
    assert!(sorted.stdout.starts_with(b"d/b.py\n"), "{sorted:?}");
    assert_eq!(grep(&dir, &["-r", "--files", "-g", "nothing", "d"]).code, 1);
    let unknown = grep(&dir, &["-r", "-t", "nonsense", "x", "d"]);
    assert_eq!((unknown.code, unknown.stderr.lines().count()), (2, 1), "{}", unknown.stderr);
}

#[test]
fn errors_in_lists_of_patterns_name_file_and_line() {
    let dir = Dir::new();
    dir.file("list", b"good\n(bad\n");
    for (dialect, shown) in [("-E", "Unmatched ( or \\("), ("-P", "missing closing"), ("--crlf", "unclosed group")] {
        let ran = grep(&dir, &[dialect, "-f", "list", "list"]);
        if dialect == "-P" && !cfg!(feature = "pcre2") {
            continue;
        }
        assert!(ran.stderr.starts_with(&format!("mapped: list:2: invalid pattern '(bad': {shown}")), "{}", ran.stderr);
        assert!(ran.stderr.lines().count() <= 10 && ran.code == 2, "{}", ran.stderr);
    }
    // Regression: only the first invalid pattern was reported. GNU grep reports each once, and
    // shortens a long list.
    dir.file("g", b"1[[\n2\n3[[\n");
    dir.file("h", b"1[[\n\n2[[\n");
    let ran = grep(&dir, &["-G", "-f", "g", "-f", "h", "list"]);
    let bracket = "Unmatched [, [^, [:, [., or [=";
    let fault = |origin: &str, pattern: &str| {
        format!("mapped: {origin}invalid pattern '{pattern}': {bracket}; -F treats the pattern as text\n")
    };
    assert_eq!(ran.stderr, fault("g:1: ", "1[[") + &fault("g:3: ", "3[[") + &fault("h:3: ", "2[["));
    let ran = grep(&dir, &["-G", "-e1[[", "-e2[[", "list"]);
    assert_eq!((ran.stderr, ran.code), (fault("", "1[[") + &fault("", "2[["), 2));
    let many: String = (0..50).map(|number| format!("{number}[[\n")).collect();
    dir.file("many", many.as_bytes());
    let ran = grep(&dir, &["-G", "-f", "many", "list"]);
    assert!(ran.stderr.ends_with("mapped: there are more errors in the patterns\n"), "{}", ran.stderr);
    assert_eq!((ran.stderr.lines().count(), ran.code), (10, 2));
    dir.file("crlf", b"one\r\ntwo\r\n");
    dir.file("f", b"a one\r\nthree\r\n");
    prints(&dir, &["-c", "--crlf", "-f", "crlf", "f"], "1\r\n");
    let hinted = grep(&dir, &["a(?=b)", "f"]);
    assert!(hinted.stderr.contains("-P has look-around") && hinted.code == 2, "{}", hinted.stderr);
}

#[test]
fn zero_lines_of_context_still_separate() {
    let dir = Dir::new();
    dir.file("f", b"a\nx\na\na\n");
    for block in ["1", "3", "4M"] {
        prints(&dir, &["-A0", "--block-size", block, "a", "f"], "a\n--\na\na\n");
    }
}

// Regression: `grep x f >> f` read its own output forever, and a list of digests contained a digest
// of a part of itself.
#[test]
fn the_output_file_is_not_an_input() {
    let dir = Dir::new();
    let all = [
        "grep --io=read x f",
        "grep --io=mmap x f",
        "grep -c x f",
        "grep -r x .",
        "hexdump f",
        "checksum f",
        "checksum -r .",
    ];
    for args in all {
        let path = dir.file("f", &b"x\n".repeat(5000));
        dir.file("g", b"x\n");
        let out = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        let mut command = mapped();
        let ran: Ran = command.args(args.split(' ')).current_dir(dir.path()).stdout(out).output().unwrap().into();
        let shown = if args.ends_with('.') { "./f" } else { "f" };
        assert_eq!(ran.stderr, format!("mapped: {shown}: input file is also the output\n"), "{args}");
        assert_eq!(ran.code, if args.starts_with("grep") { 2 } else { 1 }, "{args}");
        assert!(std::fs::metadata(&path).unwrap().len() < 11_000, "{args}");
    }
    // If nothing is printed before the search ends, the output is an input like any other.
    let path = dir.file("f", b"x\n");
    for (args, code) in [("grep -q x f", 0), ("grep -l x f", 0), ("grep -L x f", 0)] {
        let out = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        let ran: Ran = mapped().args(args.split(' ')).current_dir(dir.path()).stdout(out).output().unwrap().into();
        assert_eq!((ran.stderr.as_str(), ran.code), ("", code), "{args}");
    }
}

// Regression: a followed file that was the output grew until the disk was full, and a dump on
// standard input was patched by its own bytes.
#[test]
fn no_output_of_any_kind_replaces_an_input() {
    let dir = Dir::new();
    std::os::unix::fs::symlink("f.svg", dir.path().join("link.svg")).unwrap();
    let dump = b"00000000  78 0a                                             |x.|\n";
    let all = [
        ("timeout 9 $0 cat --follow f.svg >> f.svg", "f.svg", 1),
        ("timeout 9 $0 cat --follow - < f.svg >> f.svg", "(standard input)", 1),
        ("timeout 9 $0 grep --follow x link.svg >> f.svg", "link.svg", 2),
    ];
    let run = |script: &str| -> Ran {
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(program()).current_dir(dir.path());
        command.output().unwrap().into()
    };
    for (script, shown, code) in all {
        dir.file("f.svg", dump);
        let ran = run(script);
        assert_eq!(std::fs::read(dir.path().join("f.svg")).unwrap(), dump, "{script}");
        assert_eq!(
            (ran.stderr, ran.code),
            (format!("mapped: {shown}: input file is also the output\n"), code),
            "{script}"
        );
    }
    // Regression: `cat --decompress` appended to the archive, and `checksum -c` read its own output.
    for (name, bytes) in
        [("f.zst", &b"\x28\xb5\x2f\xfd\x04\x58\x11\0\0x\n\xae\xfd\xe9\x22"[..]), ("f.bz2", b"BZh9\x17rE8P\x90\0\0\0\0")]
    {
        dir.file(name, bytes);
        let ran = run(&format!("$0 cat --decompress {name} >> {name}"));
        assert_eq!((ran.stderr, ran.code), (format!("mapped: {name}: input file is output file\n"), 1));
        assert_eq!(std::fs::read(dir.path().join(name)).unwrap(), bytes);
    }
    let list = b"d41d8cd98f00b204e9800998ecf8427e  /dev/null\n";
    dir.file("list", list);
    for (script, shown) in [("$0 checksum -c list >> list", "list"), ("$0 checksum -c - < list >> list", "-")] {
        let ran = run(script);
        assert_eq!(
            (ran.stderr, ran.code),
            (format!("mapped: {shown}: input file is also the output\n"), 1),
            "{script}"
        );
        assert_eq!(std::fs::read(dir.path().join("list")).unwrap(), list);
    }
    let ran = run("$0 hexdump -r - f.svg < link.svg");
    assert_eq!((ran.stderr.as_str(), ran.code), ("mapped: f.svg: the dump would overwrite itself\n", 1));
    assert_eq!(std::fs::read(dir.path().join("f.svg")).unwrap(), dump);
    // A file that replaces a followed one may also be the output.
    dir.file("log", b"1\n");
    let [start, pass, end] = if is_emulated() { [5.0, 15.0, 30.0] } else { [0.5, 1.5, 3.0] };
    let meanwhile = format!("sleep {start}; mv out log; sleep {pass}; echo 2 >> log; sleep {start}");
    let ran = run(&format!("({meanwhile}) & timeout -s INT {end} $0 cat -F log > out; wait"));
    assert!(ran.stderr.contains("mapped: log: has become inaccessible: input file is also the output\n"), "{ran:?}");
    assert_eq!(std::fs::read(dir.path().join("log")).unwrap(), b"1\n2\n");
}

// Regression: files that no glob matches were skipped, and a file that several globs match was
// excluded, regardless of the order of `--include` and `--exclude` (expected output by GNU grep
// 3.8).
#[test]
fn the_last_glob_for_a_name_counts() {
    let dir = Dir::new();
    for name in ["a.c", "y.c", "y.h"] {
        dir.file(name, b"x\n");
    }
    dir.file("list", b"y*\n");
    dir.file("none", b"");
    let all = [
        ("--include=*.c --exclude=y*", "a.c\n"),
        ("--exclude=y* --include=*.c", "a.c\ny.c\n"),
        ("--exclude-from=list --include=y.h --exclude=[nl]*", "a.c\ny.h\n"),
        ("--exclude-from=none --include=*.h", "y.h\n"),
        ("--include=*.h --exclude-from=list --include=*.c", "a.c\ny.c\n"),
        ("--exclude=*.c --exclude=*.h --include=a*", "a.c\n"),
    ];
    for (options, names) in all {
        let args: Vec<&str> = ["-rl"].into_iter().chain(options.split(' ')).chain(["x"]).collect();
        prints(&dir, &args, names);
    }
}

// Regression: in the C locale, non-ASCII bytes in a bracket were an error, and a byte given by its
// code matched nothing.
#[test]
fn bytes_are_bytes_in_the_c_locale() {
    let dir = Dir::new();
    dir.file("f", b"xx\xff\xd8yy\n\xe9\n\xff\xd8");
    let run = |args: &[&[u8]]| -> Vec<u8> {
        use std::os::unix::ffi::OsStrExt;
        let args = args.iter().map(|arg| std::ffi::OsStr::from_bytes(arg));
        mapped().arg("grep").args(args).arg("f").current_dir(dir.path()).output().unwrap().stdout
    };
    assert_eq!(run(&[b"-obUaP", br"\xff\xd8"]), b"2:\xff\xd8\n9:\xff\xd8\n");
    for dialect in [&b"-acE"[..], b"-acG", b"-acP"] {
        assert_eq!(run(&[dialect, b"[\xe8-\xea]"]), b"1\n");
    }
}

#[test]
fn anchors_are_the_ends_of_records() {
    let dir = Dir::new();
    dir.file("f", b"a\nb\0c\n\0");
    for dialect in ["-E", "-G", "-P", "--no-ignore-case"] {
        for (pattern, count) in [("^b", "0\n"), ("a$", "0\n"), ("^a", "1\n"), ("c$", "0\n"), ("b$", "1\n")] {
            let ran = grep(&dir, &["-zc", dialect, pattern, "f"]);
            assert_eq!(String::from_utf8_lossy(&ran.stdout), count, "{dialect} {pattern}");
        }
    }
}

#[test]
fn lines_are_printed_as_ripgrep_prints_them() {
    let dir = Dir::new();
    dir.file("f", b"  one two\nthree\n two two\n\nfour two\n");
    let cases = [
        ("--passthru -n two", "1:  one two\n2-three\n3: two two\n4-\n5:four two\n"),
        ("--passthru -n -m1 two", "1:  one two\n2-three\n3- two two\n4-\n5-four two\n"),
        ("--vimgrep two", "f:1:7:  one two\nf:3:2: two two\nf:3:6: two two\nf:5:6:four two\n"),
        // Regression: the offset was that of the line.
        ("--vimgrep -b two", "f:1:7:6:  one two\nf:3:2:17: two two\nf:3:6:21: two two\nf:5:6:31:four two\n"),
        ("--trim -n two", "1:one two\n3:two two\n5:four two\n"),
        ("--stop-on-nonmatch -n two", "1:  one two\n"),
        ("--stop-on-nonmatch -c t", "3\n"),
        ("--replace <$1> -n t(w|h)", "1:  one <w>o\n2:<h>ree\n3: <w>o <w>o\n5:four <w>o\n"),
        ("--replace ${n}! -o (?P<n>t.)o", "tw!\ntw!\ntw!\ntw!\n"),
        ("-P --replace $1 (four|one)(?=.two)", "  one two\nfour two\n"),
        ("-U --replace X two\\nthree", "  one X\n"),
    ];
    for (args, expected) in cases {
        let args: Vec<&str> = args.split(' ').chain(["f"]).collect();
        for block in ["1", "7", "4M"] {
            prints(&dir, &[&args[..], &["--block-size", block]].concat(), expected);
        }
    }
}

#[test]
fn json_is_ripgreps_but_for_times() {
    let dir = Dir::new();
    dir.file("f", b"one two\n\xff two\nthree\nfour two two\n");
    dir.file("g", b"nothing\n");
    let messages = |bytes: &[u8]| -> Vec<serde_json::Value> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let mut all: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for message in &mut all {
            let data = message["data"].as_object_mut().unwrap();
            data.remove("elapsed_total");
            if let Some(stats) = data.get_mut("stats") {
                stats.as_object_mut().unwrap().remove("elapsed");
            }
        }
        all
    };
    // Regression: when -m ended the search, the number of bytes searched depended on where the
    // block ended.
    // Regression: with -U, the lines of a message were counted as one.
    // Regression: -N had no effect.
    // Regression: with -Uv, several lines were one message, and with -v, an empty pattern printed no
    // summary.
    // Regression: the empty match at the start of a line was also one of the line before.
    let cases =
        ["-C1", "-m1", "-m2", "-m2 -A1", "-m2 -C1", "-m3 -C1", "-m9", "-N", "-N -C1"].map(|options| ("two", options));
    let several = ["-U", "-UN", "-Uv"].map(|options| (r"e\nf", options));
    let others = [(r"two\n", "-U"), ("x*|e\n", "-U"), ("x*", "-n"), ("", "-v")];
    for (pattern, options) in cases.into_iter().chain(several).chain(others) {
        let options: Vec<&str> = options.split(' ').collect();
        let Ok(theirs) = Command::new("rg")
            .args(["--no-config", "--json", "-j1", pattern, "f", "g"])
            .args(&options)
            .current_dir(dir.path())
            .output()
        else {
            assert!(std::env::var_os("CI").is_none(), "rg is not installed");
            return;
        };
        for block in ["1", "5", "13", "4M"] {
            let ours = grep(&dir, &[&["--json", "--block-size", block, pattern, "f", "g"], &options[..]].concat());
            assert_eq!(messages(&ours.stdout), messages(&theirs.stdout), "{pattern} {options:?} in blocks of {block}");
        }
    }
}

#[test]
fn standard_input_is_left_after_the_last_wanted_line() {
    let dir = Dir::new();
    let path = dir.file("f", numbers(1, 20_000).as_bytes());
    for (options, rest) in [("-m1 ^5$", "6"), ("-m 2 -c 9$", "20")] {
        let script = format!("{{ \"$0\" grep {options} >/dev/null; head -n1; }} < \"$1\"");
        let ran = Command::new("sh").arg("-c").arg(script).arg(program()).arg(&path).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&ran.stdout), format!("{rest}\n"), "{options}");
    }
}

#[test]
fn an_excerpt_replaces_an_endless_line() {
    let dir = Dir::new();
    let mut line = vec![b'-'; 3_000_000];
    line.extend_from_slice(b"needle");
    dir.file("long", &line);
    let preview = |part| format!("--max-columns-preview={part}");
    prints(&dir, &["-n", "-M20", &preview("match"), "needle", "long"], "1:[...]--------------needle\n");
    let start = format!("1:{} [... omitted end of long line]\n", "-".repeat(20));
    prints(&dir, &["-n", "-M20", &preview("start"), "needle", "long"], &start);
    prints(&dir, &["-n", "-M20", "needle", "long"], "1:[Omitted long matching line]\n");
}

#[test]
fn invalid_command_lines_exit_with_2() {
    let dir = Dir::new();
    for args in
        [&["("][..], &["-E", "a{2,1}"], &["-f", "nowhere", "x"], &[], &["-E", r"(a)\2"], &["--encoding=klingon", "x"]]
    {
        let ran = grep(&dir, args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.stderr);
        assert!(!ran.stderr.is_empty());
    }
}

/// After inputs whose beginnings were enough to determine the result, only the beginning of the
/// next input is searched first, which must not change the result. The oracle is a run on each file
/// alone, which has no history.
#[test]
fn probing_the_prefix_changes_nothing() {
    /// The number of bytes that determine whether an input is binary.
    const HEAD: usize = 96 << 10;
    let dir = Dir::new();
    let text = |len: usize| b"nothing of note\n".repeat(len / 16);
    let with = |len: usize, offsets: &[usize], what: &[u8]| {
        let mut bytes = text(len);
        offsets.iter().for_each(|&at| bytes[at..at + what.len()].copy_from_slice(what));
        bytes
    };
    let early = with(250 << 10, &[16], b"needle");
    let mut binary = early.clone();
    binary[80_000] = 0;
    let mut binary_later = early.clone();
    binary_later[HEAD + 7] = 0;
    let mut behind_nul = text(250 << 10);
    behind_nul[99..106].copy_from_slice(b"\0needle");
    let mut one_line = [b"x".repeat(300 << 10), b"needle".to_vec()].concat();
    one_line.extend_from_slice(b"\nneedle\n");
    let awkward = [
        with(250 << 10, &[HEAD - 16], b"needle"),
        with(250 << 10, &[HEAD - 3], b"needle"),
        with(250 << 10, &[HEAD], b"needle"),
        with(250 << 10, &[200 << 10], b"needle"),
        with(250 << 10, &[16, 64, 200 << 10], b"needle"),
        with(3 << 20, &[16], b"needle"),
        with(3 << 20, &[3 << 19], b"needle"),
        with(191 << 10, &[16], b"needle"),
        text(250 << 10),
        binary,
        binary_later,
        behind_nul,
        one_line,
    ];
    let mut names = Vec::new();
    for (number, bytes) in awkward.iter().enumerate() {
        for name in [format!("{number}-early"), format!("{number}-early-too"), format!("{number}-then")] {
            dir.file(&name, if name.ends_with("then") { bytes } else { &early });
            names.push(name);
        }
    }
    for options in [
        "-l",
        "-L",
        "-m1",
        "-m2 -n",
        "-m1 -A1 --no-group-separator",
        "-c -m3",
        "-o -m1 -b",
        "-l -v",
        "-l -a",
        "-m2 -I",
        "-l ^",
        "-l -z",
    ] {
        let mut args: Vec<&str> = vec!["-H", "-e", "needle"];
        args.extend(options.split(' ').map(|option| if option == "^" { "-e^needle" } else { option }));
        let mut expected = Vec::new();
        for name in &names {
            expected.extend(grep(&dir, &[&args[..], &[name]].concat()).stdout);
        }
        for mode in ["--io=auto", "--io=read", "--io=mmap", "--threads=1", "--threads=3"] {
            let files: Vec<&str> = names.iter().map(String::as_str).collect();
            let ran = grep(&dir, &[&args[..], &[mode], &files].concat());
            assert!(ran.stdout == expected, "{options} {mode}: {} bytes, not {}", ran.stdout.len(), expected.len());
        }
    }
}

/// Regression: `--vimgrep --max-columns` searched a long line again for each of its matches.
#[test]
fn a_line_is_searched_once_for_all_its_matches() {
    let dir = Dir::new();
    let matches = 30_000;
    let path = dir.file("f", &[&b"ab".repeat(matches)[..], b"\n"].concat());
    let begun = std::time::Instant::now();
    for (options, text) in [
        (&["-M", "100"][..], format!("[Omitted long line with {matches} matches]")),
        (&["-M", "3", "--max-columns-preview=match", "--color=always"], "\u{1b}[01;31m\u{1b}[Ka".into()),
    ] {
        let ran: Ran =
            mapped().args(["grep", "--vimgrep", "-h", "a"]).args(options).arg(&path).output().unwrap().into();
        let printed = String::from_utf8(ran.stdout).unwrap();
        assert_eq!(printed.lines().count(), matches, "{options:?}: {}", ran.stderr);
        assert!(printed.lines().all(|line| line.contains(&text)), "{options:?}: {:?}", printed.lines().next());
    }
    assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{:?}", begun.elapsed());
}

/// Regression: `--vimgrep` held all copies of a long line in memory, and aborted.
#[test]
fn many_matches_need_little_memory() {
    if !can_start_under("-v 150000") {
        return;
    }
    let dir = Dir::new();
    let path = dir.file("long", &[&b"ab".repeat(3000)[..], b"\n", &b"ab".repeat(20_000), b"\n"].concat());
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 150000; exec \"$@\" | tail -c 1000", "sh"]);
    command.arg(program()).args(["grep", "--threads", "1", "--vimgrep", "a"]).arg(&path);
    let ran: Ran = command.output().unwrap().into();
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.ends_with(b"abab\n"));
}

/// The lines that are inserted when the text is written are the same as those in the text.
#[test]
fn vimgrep_repeats_lines_of_any_length() {
    let dir = Dir::new();
    for length in [200, 255, 256, 257, 5000] {
        for end in ["\n", ""] {
            let line = format!("{}ab", "-".repeat(length - 2 - end.len()));
            let bytes = format!("x\nab\nab{line}\n{line}{end}");
            let path = dir.file("f", bytes.as_bytes());
            let ran: Ran = mapped().args(["grep", "--vimgrep", "-h", "ab"]).arg(&path).output().unwrap().into();
            let (first, last) = (format!("ab{line}"), length - 1 - end.len());
            let expected = format!("2:1:ab\n3:1:{first}\n3:{}:{first}\n4:{last}:{line}\n", last + 2);
            assert_eq!(String::from_utf8_lossy(&ran.stdout), expected, "{length} {end:?}");
        }
    }
}
