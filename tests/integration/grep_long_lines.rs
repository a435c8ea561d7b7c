//! Lines much longer than a block, which `mapped grep` searches in parts and prints from the file.

use std::io::Write;
use std::process::Stdio;

use crate::law::Law;
use crate::util::{Dir, mapped};

/// Returns lines that are long for small blocks, with short ones in between.
fn long_lines() -> Vec<u8> {
    let long = |start: &str, end: &str| format!("{start}{}{end}\n", "-ab, é".repeat(300)).into_bytes();
    [
        b"short needle\n\nother\n".to_vec(),
        long("needle ", " xyz"),
        long("", "needle"),
        b"a\nb\n".to_vec(),
        long("", ""),
        long("-", " ab. needle needle"),
        b"c\n".to_vec(),
        long("ab needle", "q")[..1500].to_vec(),
    ]
    .concat()
}

/// Checks that blocks of a few bytes print what one block prints.
#[track_caller]
fn holds(options: &[&str], input: &[u8]) {
    let dir = Dir::new();
    let args = [&["grep"], options].concat();
    let ran =
        mapped().args(&args).args(["--io", "read", "--threads", "1", "--"]).arg(dir.file("input", input)).output();
    let ran = ran.unwrap();
    // Without a name, the output is the same for standard input.
    Law::new(&args, input).quick().holds(&ran.stdout, ran.status.code().unwrap());
}

// Regression: a line was held in memory twice, as mapped pages and as output.
#[test]
fn the_law_holds_for_lines_that_are_printed_from_the_file() {
    let input = long_lines();
    let with_nuls = input.iter().map(|&byte| if byte == b'q' || byte == b'y' { 0 } else { byte }).collect::<Vec<_>>();
    let with_bad_bytes = input.iter().map(|&byte| if byte == b'y' { 0xff } else { byte }).collect::<Vec<_>>();
    for pattern in ["needle", "a.*xyz", "ab, .?", "^$", "b$"] {
        for options in [&["-n"][..], &["-v", "-b"], &["-m2"], &["-w"], &["-x"], &["-z"], &["-C1", "-n"], &["-B2", "-b"]]
        {
            holds(&[options, &["-e", pattern]].concat(), &input);
        }
    }
    for input in [&input, &with_nuls, &with_bad_bytes] {
        holds(&["-n", "needle"], input);
        holds(&["-nE", "-C1", "needle"], input);
        holds(&["-a", "needle"], input);
        holds(&["-c", "-m3", "needle"], input);
    }
    holds(&["--and", "xyz", "-e", "needle"], &input);
    holds(&["--not", "xyz", "-e", "needle"], &input);
    holds(&["-n", "--passthru", "needle"], &input);
    holds(&["--passthru", "-m1", "-b", "needle"], &input);
}

// Regression: the colour of a line printed from the file included its final carriage return.
#[test]
fn a_lines_colour_ends_before_its_carriage_return() {
    let dir = Dir::new();
    let input = format!("{0} needle\r\n{0} needle\r{0}\r\n\r\n", "a".repeat(3000));
    let path = dir.file("input", input.as_bytes());
    let printed = |block: &str, options: &[&str]| {
        let mut grep = mapped();
        grep.env("GREP_COLORS", "sl=1:cx=2:mt=31").args(["grep", "--color=always", "--block-size", block]);
        grep.args(options).arg("needle").arg(&path).output().unwrap().stdout
    };
    for options in [&[][..], &["-A1"], &["-v"], &["-E"]] {
        let whole = printed("8M", options);
        assert!(!whole.is_empty());
        assert_eq!(printed("7", options), whole, "{options:?}");
        assert_eq!(printed("64", options), whole, "{options:?}");
    }
}

// Regression: with --crlf, and from the end, a long line was searched as a whole.
#[test]
fn the_law_holds_for_long_lines_with_carriage_returns_and_from_the_end() {
    let unix = long_lines();
    let mut dos = Vec::new();
    for (number, line) in unix.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        dos.extend(text.iter().map(|&byte| if byte == b',' && number % 2 == 1 { b'\r' } else { byte }));
        dos.extend_from_slice(if number == 5 { b"\n" } else { b"\r\n" });
    }
    let open = &dos[..dos.len() - 2];
    for pattern in ["needle", "a.*xyz$", "^$", "^ é.?|ab$"] {
        for options in [&["-n"][..], &["-v", "-c"], &["-w"], &["-x"], &["-C1"], &["--color=always"]] {
            holds(&[options, &["--crlf", "-e", pattern]].concat(), &dos);
        }
        holds(&["--crlf", "-n", "-e", pattern], open);
        holds(&["--last", "2", "-n", "-e", pattern], &unix);
        holds(&["--last", "5", "-v", "--crlf", "-e", pattern], &dos);
    }
}

#[test]
fn the_law_holds_for_long_lines_that_are_trimmed_omitted_or_the_last() {
    let input = long_lines();
    let blanks = [&b" \t".repeat(400)[..], b"needle\n", &b" ".repeat(900), b"\n", &input].concat();
    holds(&["--stop-on-nonmatch", "-n", "^$|b$"], &input);
    holds(&["--stop-on-nonmatch", "--count-matches", "needle"], &input);
    holds(&["-v", "--stop-on-nonmatch", "-b", "needle"], &input);
    for options in [&["-n"][..], &["--color=always"], &["--replace", " x"], &["-o"]] {
        holds(&[options, &["--trim", " {0,9}needle"]].concat(), &blanks);
    }
    holds(&["-v", "--trim", " *needle"], &blanks);
    holds(&["-M900", "--column", "needle"], &input);
    holds(&["-M2500", "--color=always", "needle"], &input);
    holds(&["-M900", "--trim", "needle"], &blanks);
}

#[test]
fn the_law_holds_for_the_matches_in_lines_that_are_printed_from_the_file() {
    let input = long_lines();
    let bounded =
        [&["needle"][..], &["[ab]{2}"], &["-E", "a|ab|ab,"], &["-P", "a(?:b|c), ?"], &["-F", "-e", "ab", "-e", "b,"]];
    // Regression: these options held the whole line in memory.
    let unbounded = [&["[ab]+,"][..], &["-E", "(a|ab,?)+"], &["b, .*n"], &["-i", "-e", "NE+D[^ ]*", "-e", "é-a+"]];
    for matches in bounded.into_iter().chain(unbounded) {
        let holds = |options: &[&str]| holds(&[options, &["-n"], matches].concat(), &input);
        holds(&["-o", "-b"]);
        holds(&["-o", "--column"]);
        holds(&["--color=always"]);
        holds(&["--color=always", "-v", "-C2"]);
        holds(&["--replace", "<$0>"]);
        holds(&["--replace", "", "-o", "-b"]);
        holds(&["--replace", "[$0]", "--color=always", "--column"]);
        holds(&["--count-matches"]);
        holds(&["--column"]);
    }
}

#[test]
fn json_of_a_line_that_is_printed_from_the_file() {
    let dir = Dir::new();
    let mut input = long_lines();
    for _ in 0..2 {
        let path = dir.file("input", &input);
        for options in
            [&["needle"][..], &["[ab]{2}"], &["-v", "needle"], &["-P", "a(?:b|c)"], &["-n", "a.*b"], &["-N", "a.*b"]]
        {
            let run = |block: &[&str]| {
                let ran = mapped().args(["grep", "--json"]).args(options).args(block).arg(&path).output().unwrap();
                let text = String::from_utf8(ran.stdout).unwrap();
                let messages = text.lines().map(|line| {
                    let mut message: serde_json::Value = serde_json::from_str(line).unwrap();
                    let data = message["data"].as_object_mut().unwrap();
                    data.remove("elapsed_total");
                    if let Some(stats) = data.get_mut("stats") {
                        for name in ["elapsed", "bytes_printed"] {
                            stats.as_object_mut().unwrap().remove(name);
                        }
                    }
                    message
                });
                (messages.collect::<Vec<_>>(), text.lines().filter(|line| line.contains(r#""type":"match""#)).count())
            };
            let expected = run(&["--io", "read"]);
            assert!(expected.1 > 0);
            for block in ["1", "7", "100"] {
                assert_eq!(run(&["--io", "mmap", "--block-size", block]), expected, "{options:?} {block}");
            }
        }
        // The text becomes Base64.
        input.iter_mut().filter(|byte| **byte == b'x').for_each(|byte| *byte = 0xff);
    }
}

// Regression: with 200 MB before a match, each byte was copied twice.
#[test]
fn many_lines_before_a_match_are_read_from_the_file() {
    let mut input: Vec<u8> = (0..60_000u32).flat_map(|i| format!("line {i} of the context\n").into_bytes()).collect();
    input.extend_from_slice(&b"-".repeat(300_000));
    input.extend_from_slice(b"\nlast before\nneedle\n");
    let dir = Dir::new();
    let path = dir.file("input", &input);
    for before in ["1000000", "40000", "3", "2"] {
        let run = |io: &str, block: &str| {
            let options = ["grep", "-nb", "-B", before, "needle", "--io", io, "--block-size", block];
            mapped().args(options).arg(&path).output().unwrap().stdout
        };
        let expected = run("read", "64M");
        assert!(expected.len() > 30);
        for block in ["64K", "300K", "1M"] {
            assert!(run("mmap", block) == expected, "{before} {block}");
        }
    }
}

// Regression: a line took twice its length in memory.
#[test]
fn a_line_of_any_length_takes_little_memory() {
    let dir = Dir::new();
    let mut input = b"abcdefghij klmno status=404 pqrst ".repeat(900_000);
    input.extend_from_slice(b"needle\nneedle\n");
    let path = dir.file("input", &input);
    drop(input);
    let forms: [&[&str]; 24] = [
        // Regression: the next six commands held the whole line in memory.
        &["--crlf", "needle"],
        &["--crlf", "-c", "need.*"],
        &["--crlf", "-n", "-v", "x"],
        &["--last", "2", "needle"],
        &["--last", "1", "-c", "e.*e$"],
        &["--timeline=1h", "needle"],
        &["needle"],
        &["-n", "-m1", "needle"],
        &["-w", "needle"],
        &["--trim", "needle"],
        &["-M99", "needle"],
        &["--stop-on-nonmatch", "needle"],
        &["-z", "needle"],
        &["-P", "need(?:le|el)"],
        &["--color=always", "needle"],
        &["--replace", "x", "needle"],
        &["--passthru", "needle"],
        &["-C1", "needle"],
        &["-o", "e"],
        &["--json", "needle"],
        &["-ob", "status=[0-9]+"],
        &["--color=always", "[^ ]+ needle|[a-j]+"],
        &["--count-matches", "s[a-z]*=[0-9]+ "],
        &["--column", "status=\\d needle|needle"],
    ];
    for form in forms {
        let mut command = mapped();
        command.args(["grep", "--threads", "2", "--block-size", "256K", "--stats=json"]).args(form).arg(&path);
        let ran = command.stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
        let stderr = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(0), "{form:?}: {stderr}");
        let stats: serde_json::Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
        let peak = stats["peak_resident_bytes"].as_u64().unwrap();
        assert!(peak < 40 << 20, "{form:?}: {peak} bytes resident");
    }
}

// Regression: a fault maps a whole folio of the file. Of a file in large folios, half of the line
// was resident: 1.9 GB of 4 GiB.
#[test]
fn released_parts_of_a_line_stay_released() {
    let dir = Dir::on_disk();
    let path = dir.path().join("input");
    let mut file = std::fs::File::create(&path).unwrap();
    let part = b"abcdefghij klmno status=404 pqrst needle".repeat(1 << 15);
    // Each write of a mebibyte is cached as one folio.
    for _ in 0..128 {
        file.write_all(&part[..1 << 20]).unwrap();
    }
    let mut command = mapped();
    command.args(["grep", "-ob", "--block-size", "256K", "--stats=json", "needle"]).arg(&path);
    let ran = command.stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
    let stats: serde_json::Value = serde_json::from_slice(&ran.stderr).unwrap();
    let peak = stats["peak_resident_bytes"].as_u64().unwrap();
    assert!(peak < 40 << 20, "{peak} bytes resident");
}

// Regression: --last read the hole into memory.
#[test]
fn the_last_lines_of_a_sparse_file_are_found_after_its_hole() {
    use std::os::unix::fs::FileExt;
    const HOLE: u64 = 1 << 40;
    let dir = Dir::on_disk();
    let path = dir.file("sparse", b"x first\nx begins ");
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    if file.write_all_at(b" ends\nx last\n", HOLE).is_err() {
        return crate::util::skip("sparse files of a terabyte");
    }
    for (wanted, found) in [("1", "x\n"), ("2", "x\nx\n"), ("9", "x\nx\nx\n")] {
        let ran = mapped().args(["grep", "-a", "-o", "--last", wanted, "x"]).arg(&path).output().unwrap();
        assert_eq!((ran.status.code(), String::from_utf8_lossy(&ran.stdout).as_ref()), (Some(0), found));
    }
}
