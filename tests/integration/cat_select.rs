//! `mapped cat`: times, parts, output on a terminal, and messages for requests that cannot be met.

use std::fmt::Write;

use crate::law::Law;
use crate::util::{Dir, Ran, mapped, run, run_piped};

/// Returns an hour of entries, one per second. Every tenth entry is followed by two continuation
/// lines.
fn log() -> String {
    let mut log = "started\n".to_owned();
    for second in 0..3600 {
        let (minute, second) = (second / 60, second % 60);
        writeln!(log, "2026-11-21T10:{minute:02}:{second:02}Z event").expect("memory");
        if second % 10 == 0 {
            log.push_str("    at frame one\n    at frame two\n");
        }
    }
    log
}

/// Returns the lines from the one that starts with `first` to the one before `after`.
fn between(log: &str, first: &str, after: &str) -> String {
    let offset = |text: &str| log.find(&format!("\n{text}")).expect("it is there") + 1;
    log[offset(first)..offset(after)].to_owned()
}

#[test]
fn a_period_of_a_log_with_every_access_method() {
    let log = log();
    let expected = between(&log, "2026-11-21T10:20:05Z", "2026-11-21T10:20:31Z");
    assert_eq!(expected.lines().count(), 26 + 2 * 3);
    let args = ["cat", "--since", "2026-11-21T10:20:05Z", "--until", "2026-11-21T10:20:30Z"];
    Law::new(&args, log.as_bytes()).quick().holds(expected.as_bytes(), 0);
    let offset = log.find("2026-11-21T10:59:50Z").expect("it is there");
    Law::new(&["cat", "--since", "2026-11-21 10:59:50Z"], log.as_bytes()).quick().holds(&log.as_bytes()[offset..], 0);
    let offset = log.find("2026-11-21T10:00:02Z").expect("it is there");
    let args = ["cat", "--until", "2026-11-21T12:00:01+02:00"];
    Law::new(&args, log.as_bytes()).quick().holds(&log.as_bytes()[..offset], 0);
    Law::new(&["cat", "--since", "2026-11-22"], log.as_bytes()).quick().holds(b"", 0);
}

#[test]
fn a_period_with_numbers_has_those_of_the_file() {
    let log = log();
    let numbered: String = log.lines().zip(1..).fold(String::new(), |mut text, (line, number)| {
        writeln!(text, "{number:6}\t{line}").expect("memory");
        text
    });
    let args = ["cat", "-n", "--since", "2026-11-21T10:59:58Z"];
    let expected: Vec<&str> = numbered.lines().rev().take(2).collect();
    let expected = format!("{}\n{}\n", expected[1], expected[0]);
    Law::new(&args, log.as_bytes()).quick().holds(expected.as_bytes(), 0);
}

#[test]
fn times_that_jump_back_are_reported() {
    let dir = Dir::new();
    let mut bytes = log();
    bytes.push_str("2026-11-21T09:00:00Z much earlier\n");
    let path = dir.file("f.log", bytes.as_bytes());
    let ran = run(&[&"cat".into(), &"--since".into(), &"2026-11-21T10:59:59Z".into(), &path]);
    assert!(ran.stderr.contains("f.log: not sorted by time: 2026-11-21T09:00:00Z at byte "), "{}", ran.stderr);
    assert!(ran.stdout.starts_with(b"2026-11-21T10:59:59Z event\n"));
    let ran = run_piped(mapped().args(["cat", "--since", "2026-11-21T10:59:59Z"]), bytes.as_bytes());
    assert!(ran.stderr.contains("not sorted by time: 2026-11-21T09:00:00Z at byte "), "{}", ran.stderr);
}

// Regression: one entry with a wrong year ended the period, so the rest of it was missing.
#[test]
fn a_single_entry_from_the_future_does_not_end_a_period() {
    let log = log();
    let expected = between(&log, "2026-11-21T10:10:00Z", "2026-11-21T10:20:00Z");
    let middle = log.find("2026-11-21T10:15:00Z").expect("it is there");
    let odd = format!("{}2066-11-21T10:15:00Z odd\n{}", &log[..middle], &log[middle..]);
    let window = ["cat", "--since", "2026-11-21T10:10:00Z", "--until", "2026-11-21T10:19:59Z"];
    let ran = run_piped(mapped().args(window), odd.as_bytes());
    assert!(ran.stdout == expected.as_bytes(), "{}", ran.stderr);
    assert!(ran.stderr.contains("not sorted by time"), "{}", ran.stderr);
}

#[test]
fn a_file_without_times_is_an_error() {
    let ran = run_piped(mapped().args(["cat", "--since", "today"]), b"no time\nat all\n");
    assert_eq!((ran.code, ran.stdout.as_slice()), (1, &b""[..]));
    let message = "mapped: (standard input): no line with a time was found (2 examined, the first is 'no time')";
    assert!(ran.stderr.starts_with(message), "{}", ran.stderr);
    let ran = run(&["cat", "--since", "whenever"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.starts_with("mapped: invalid value 'whenever' for --since: expected a time such as 2026-11-21"));
}

#[test]
fn entries_out_of_order_are_picked_to_the_line_by_cat_and_grep() {
    // Regression: with two writers, one of which writes every tenth entry half a minute late, a
    // period contained only some of its entries.
    let mut log = String::new();
    let mut inside = String::new();
    for second in 0..3000 {
        let late = if second % 10 == 0 { 30 } else { 0 };
        let time = 1_795_225_624 + second - late;
        let line = format!("{time} entry {second}\n");
        if (1_795_226_000..=1_795_226_300).contains(&time) {
            inside.push_str(&line);
        }
        log.push_str(&line);
    }
    let period = ["--since", "@1795226000", "--until", "@1795226300"];
    Law::new(&[&["cat"], &period[..]].concat(), log.as_bytes()).quick().holds(inside.as_bytes(), 0);
    Law::new(&[&["grep", "entry"], &period[..]].concat(), log.as_bytes()).quick().holds(inside.as_bytes(), 0);
    let count = format!("{}\n", inside.lines().count());
    Law::new(&[&["grep", "-c", "entry"], &period[..]].concat(), log.as_bytes()).quick().holds(count.as_bytes(), 0);
}

#[test]
fn the_options_for_times_change_what_is_read() {
    let dir = Dir::new();
    let cat = |args: &[&str], input: &[u8]| {
        let path = dir.file("f.log", input);
        let ran: Ran = mapped().arg("cat").args(args).arg(path).env("TZ", "UTC").output().unwrap().into();
        (String::from_utf8(ran.stdout).unwrap(), ran.stderr)
    };
    let log = b"2026-11-21 10:00:00 one\n2026-11-21 11:00:00 two\n";
    assert_eq!(cat(&["--since", "2026-11-21 10:30", "--time-zone", "+01:00"], log).0, "2026-11-21 11:00:00 two\n");
    assert_eq!(cat(&["--since", "2026-11-21T10:30Z", "--time-zone", "+01:00"], log).0, "");
    assert_eq!(cat(&["--around", "2026-11-21 11:00"], log).0, "2026-11-21 11:00:00 two\n");
    assert_eq!(cat(&["--until", "2026-11-21 10", "--utc"], log).0, "2026-11-21 10:00:00 one\n");
    let (nothing, said) = cat(&["--since", "2026-11-22"], log);
    assert_eq!(nothing, "");
    assert!(said.contains("the log covers 2026-11-21 10:00:00 to 2026-11-21 11:00:00"), "{said}");
    let odd = b"at 10h00m00 on 21.11.26: one\nat 11h00m00 on 21.11.26: two\n";
    let format = ["--time-format", "%Hh%Mm%S on %d.%m.%y", "--since", "2026-11-21 10:30"];
    assert_eq!(cat(&format, odd).0, "at 11h00m00 on 21.11.26: two\n");
    let json = br#"{"time":"2026-11-21T10:00:00Z","done":"2026-11-21T12:00:00Z"}"#;
    assert_eq!(cat(&["--time-key", "done", "--since", "2026-11-21T11:00Z"], json).0.len(), json.len());
    let yearless = b"Nov 21 10:00:00 host one\n";
    assert_eq!(cat(&["--year", "2020", "--until", "2020-11-21"], yearless).0.len(), yearless.len());
    for wrong in [&["--slack", "x"], &["--time-zone", "Nowhere"], &["--year", "20"]] {
        let (_, said) = cat(&[&wrong[..], &["--since", "now"]].concat(), log);
        assert!(said.starts_with(&format!("mapped: invalid value '{}' for {}: ", wrong[1], wrong[0])), "{said}");
    }
}

#[test]
fn times_without_a_zone_are_local() {
    let input = b"2026-11-21 10:00:00 one\n2026-11-21 11:00:00 two\n";
    let ran = run_piped(mapped().args(["cat", "--since", "2026-11-21T09:30:00Z"]).env("TZ", "UTC-1"), input);
    assert_eq!(ran.stdout, b"2026-11-21 11:00:00 two\n");
    let ran = run_piped(mapped().args(["cat", "--since", "2026-11-21T09:30:00Z"]).env("TZ", "UTC"), input);
    assert_eq!(ran.stdout, input);
}

#[test]
fn a_search_reads_next_to_nothing_of_a_large_file() {
    let dir = Dir::new();
    let mut bytes = String::new();
    for second in 0..400_000 {
        writeln!(bytes, "{} some event that takes a line of its own", 1_795_225_624 + second).expect("memory");
    }
    let path = dir.file("f", bytes.as_bytes());
    // Without an entry in the period, all lines were counted for -n.
    let searches: [(&[&str], &str, &str, usize); 2] =
        [(&["cat"], "@1795325624", "@1795325627", 4), (&["grep", "-n", "event"], "@1796325624", "@1796325627", 0)];
    for (command, since, until, lines) in searches {
        let options = ["--stats=json", "--since", since, "--until", until];
        let args = command.iter().chain(&options).map(std::ffi::OsStr::new).chain([path.as_os_str()]);
        let ran = run(&args.collect::<Vec<_>>());
        assert_eq!(ran.stdout.iter().filter(|&&byte| byte == b'\n').count(), lines);
        let stats: serde_json::Value = serde_json::from_str(ran.stderr.lines().last().unwrap()).expect("JSON");
        let read = stats["bytes"].as_u64().expect("a number");
        assert!(read < 256 << 10, "{command:?} read {read} of {} bytes", bytes.len());
    }
}

#[test]
fn shards_together_are_the_whole() {
    let dir = Dir::new();
    let log = log();
    let path = dir.file("f", log.as_bytes());
    for count in [1, 2, 3, 7, 100] {
        let mut whole = Vec::new();
        for index in 1..=count {
            let shard = format!("{index}/{count}");
            let ran = run(&[&"cat".into(), &"--shard".into(), &shard.into(), &path]);
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            assert!(ran.stdout.is_empty() || ran.stdout.ends_with(b"\n"));
            whole.extend(ran.stdout);
        }
        assert_eq!(whole, log.as_bytes());
    }
    // Regression: an empty file was reported as a stream of unknown size.
    let empty = dir.file("empty", b"");
    for (command, code) in [(&["cat"][..], 0), (&["grep", "x"], 1), (&["grep", "-c", "x"], 1), (&["cat", "-n"], 0)] {
        let named: Ran = mapped().args(command).args(["--shard", "1/2"]).arg(&empty).output().unwrap().into();
        assert_eq!((named.code, named.stderr.as_str()), (code, ""), "{command:?}");
        let stdin = std::fs::File::open(&empty).unwrap();
        let redirected: Ran = mapped().args(command).args(["--shard", "2/2"]).stdin(stdin).output().unwrap().into();
        assert_eq!(redirected, named, "{command:?}");
    }
    let ran = run_piped(mapped().args(["cat", "--shard", "1/2"]), log.as_bytes());
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.ends_with("cannot be split into equal parts (pipe: not mappable)\n"), "{}", ran.stderr);
}

#[test]
fn a_hostile_log_cannot_drive_the_terminal() {
    let input = "ok é\t日本\n\u{1b}]0;title\u{7}\u{9b}2J\r\u{8}x\u{202e}gnp.exe\n".as_bytes();
    let input = [input, b"\xff\x9b\n"].concat();
    let expected = "ok é\t日本\n^[]0;title^G<U+009B>2J^M^Hx<U+202E>gnp.exe\nM-^?M-^[\n";
    Law::new(&["cat", "--sanitize"], &input).holds(expected.as_bytes(), 0);
    let expected = expected.replace('\t', "^I").replace('\n', "$\n");
    Law::new(&["cat", "--sanitize", "-ET"], &input).quick().holds(expected.as_bytes(), 0);
}

#[test]
fn ranges_are_taken_from_each_file() {
    let dir = Dir::new();
    let files = [dir.file("a", b"a1\na2\na3"), dir.file("b", b"b1\nb2\n")];
    let args = ["cat", "-n", "--lines", "-2:"].map(std::ffi::OsStr::new);
    let ran = run(&args.into_iter().chain(files.iter().map(|file| file.as_os_str())).collect::<Vec<_>>());
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "     2\ta2\n     3\ta3     1\tb1\n     2\tb2\n");
}

#[test]
fn a_range_of_a_range() {
    let ran =
        run_piped(mapped().args(["cat", "--offset", "2", "--length", "6", "--lines", "2:"]), b"1\n2\n3\n4\n5\n6\n");
    assert_eq!(ran.stdout, b"3\n4\n");
    let dir = Dir::new();
    let path = dir.file("f", b"1\n2\n3\n4\n5\n6\n");
    for range in ["2:", "-2:"] {
        let args = ["cat", "--offset", "2", "--length", "6", "--lines", range].map(std::ffi::OsStr::new);
        let ran = run(&args.into_iter().chain([path.as_os_str()]).collect::<Vec<_>>());
        assert_eq!(ran.stdout, b"3\n4\n");
    }
}

#[test]
fn invalid_ranges_are_reported() {
    for (range, text) in
        [("0:", "counting starts at 1"), ("5:4", "the range ends before it starts"), ("x", "expected a range such as")]
    {
        let ran = run(&["cat", "--lines", range]);
        assert_eq!(ran.code, 1, "as GNU cat has it");
        assert!(ran.stderr.contains(text), "{}", ran.stderr);
    }
}

#[test]
fn closed_descriptors_are_errors() {
    let dir = Dir::new();
    let path = dir.file("f", b"some bytes\n");
    let program = mapped().get_program().to_owned();
    let shell = |script: &str| {
        let mut command = std::process::Command::new("sh");
        command.arg("-c").arg(script).arg(&program).arg(&path);
        let ran: Ran = command.output().expect("sh runs").into();
        (ran.code, ran.stderr)
    };
    let bad = |name: &str| (1, format!("mapped: {name}: Bad file descriptor\n"));
    assert_eq!(shell("\"$0\" cat <&-"), bad("(standard input)"));
    assert_eq!(shell("\"$0\" cat \"$1\" >&-"), bad("standard output"));
    assert_eq!(shell("\"$0\" cat /dev/null >&-"), bad("standard output"));
    assert_eq!(shell("\"$0\" cat \"$1\" <&-"), (0, String::new()));
    // Regression: on standard input, lists, a key, the name /dev/stdin and the input of `stat -`
    // seemed to be empty.
    for (command, code) in [
        ("checksum --files0-from -", 1),
        ("stat --lines --files0-from -", 1),
        ("cat --lines-from - \"$1\"", 1),
        ("grep -f - \"$1\"", 2),
        ("grep --exclude-from - x \"$1\"", 2),
        ("checksum -c", 1),
        ("stat -", 1),
    ] {
        let (ended, message) = shell(&format!("\"$0\" {command} <&-"));
        assert!(ended == code && message.contains(": Bad file descriptor\n"), "{command}: {ended}, {message}");
    }
    let keyed = (1, "mapped: reading the key: Bad file descriptor\n".to_owned());
    assert_eq!(shell("\"$0\" checksum --keyed \"$1\" <&-"), keyed);
    assert_eq!(shell("\"$0\" cat /dev/stdin <&-"), (1, "mapped: /dev/stdin: No such file or directory\n".into()));
}

/// Selects lines by number, one at a time, as an oracle for many ranges.
fn pick(lines: &[&str], numbers: impl Fn(usize) -> bool) -> Vec<u8> {
    let picked = lines.iter().enumerate().filter(|(at, _)| numbers(at + 1));
    picked.flat_map(|(_, line)| line.bytes()).collect()
}

/// Regression: every range took a separate run, so that ten thousand took 44 seconds, and each
/// range from the end read the file backwards again.
#[test]
fn thousands_of_ranges_take_no_longer_than_one() {
    let text: String = (1..=30_000).map(|number| format!("line {number}\n")).collect();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let total = lines.len();
    type Case = (fn(usize) -> String, Box<dyn Fn(usize) -> bool>);
    let cases: [Case; 4] = [
        (|at| format!("{}:+2", at * 20 + 1), Box::new(|number| (number - 1) % 20 < 2)),
        (|at| format!("-{}:+2", at * 20 + 2), Box::new(move |number| (total - number) % 20 < 2)),
        (|at| format!("-{}", at * 20 + 1), Box::new(move |number| (total - number).is_multiple_of(20))),
        (
            |at| format!("-{}:-{}", at * 20 + 3, at * 20 + 2),
            Box::new(move |number| matches!((total - number) % 20, 1 | 2)),
        ),
    ];
    for (range, picks) in cases {
        let args: Vec<String> = (0..total / 20).map(|at| format!("--lines={}", range(at))).collect();
        let args: Vec<&str> = std::iter::once("cat").chain(args.iter().map(String::as_str)).collect();
        let begun = std::time::Instant::now();
        let law = Law::new(&args, text.as_bytes()).in_its_own_blocks();
        law.holds(&pick(&lines, picks), 0);
        // These are twelve runs, each of which used to take seconds.
        assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    }
    let numbered =
        run_piped(mapped().args(["cat", "-n", "--lines=-3:+1", "--lines=2", "--lines=-30002:+3"]), text.as_bytes());
    let args = ["cat", "-n", "--lines=-3:+1", "--lines=2", "--lines=-30002:+3"];
    Law::new(&args, text.as_bytes()).quick().holds(&numbered.stdout, 0);
    assert_eq!(numbered.stdout, b"     1\tline 1\n     2\tline 2\n     3\tline 3\n 29998\tline 29998\n");
}

/// Regression: reading TZ=/dev/zero never ended.
#[test]
fn a_time_zone_file_without_a_zone_is_utc() {
    let dir = Dir::new();
    let path = dir.file("log", b"2026-11-21T09:00:00 a\n2026-11-21T10:00:00 b\n");
    for zone in ["/dev/zero", ":/dev/zero", "/", "/nonexistent", "UTC"] {
        for since in ["2026-11-21T09:30:00Z", "2026-11-21 09:30 local"] {
            let mut command = mapped();
            command.args(["cat", "--since", since]).arg(&path).env("TZ", zone);
            let ran: Ran = command.output().unwrap().into();
            assert_eq!((ran.stdout.as_slice(), ran.code), (&b"2026-11-21T10:00:00 b\n"[..], 0), "{zone}: {ran:?}");
        }
    }
}

/// Regression: a hole was read, or searched backwards, byte by byte, which took a minute for 20 GB
/// and never ended for 7 EiB.
#[test]
fn a_hole_costs_nothing_to_search() {
    use std::os::unix::fs::FileExt;
    let dir = Dir::on_disk();
    let path = dir.file("sparse", b"2026-11-20T12:00:00Z first\n");
    let file = std::fs::File::options().write(true).open(&path).expect("it is there");
    let far = 1 << 43;
    if file.write_all_at(b"\n2026-11-20T13:00:00Z second\n2026-11-20T14:00:00Z third\n", far).is_err() {
        return crate::util::skip("files of 8 TiB");
    }
    let begun = std::time::Instant::now();
    for (option, expected) in [
        ("--lines=3:", "2026-11-20T13:00:00Z second\n2026-11-20T14:00:00Z third\n"),
        ("--lines=-1:", "2026-11-20T14:00:00Z third\n"),
        ("--lines=-2:+1", "2026-11-20T13:00:00Z second\n"),
        ("--since=2026-11-20T12:30:00Z", "2026-11-20T13:00:00Z second\n2026-11-20T14:00:00Z third\n"),
        ("--lines=-9:+1", "2026-11-20T12:00:00Z first\n"),
        ("--shard=2/3", ""),
    ] {
        for stdin in [false, true] {
            let mut command = mapped();
            command.args(["cat", option]);
            if stdin {
                command.stdin(std::fs::File::open(&path).expect("it is there"));
            } else {
                command.arg(&path);
            }
            let ran: Ran = command.output().expect("mapped runs").into();
            assert_eq!(
                (String::from_utf8_lossy(&ran.stdout).as_ref(), ran.code),
                (expected, 0),
                "{option}: {}",
                ran.stderr
            );
        }
    }
    // A last line that consists of a hole begins where the hole begins.
    file.set_len(far - 1).expect("shorter");
    let ran = run(&["cat", "--lines=2:", "--length=40"]
        .iter()
        .map(std::ffi::OsStr::new)
        .chain([path.as_os_str()])
        .collect::<Vec<_>>());
    assert_eq!(ran.stdout, [0; 13]);
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}
