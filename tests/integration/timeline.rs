//! `grep --timeline` and `grep --top`: compares their counts with counting line by line.

use std::collections::BTreeMap;
use std::process::Stdio;

use crate::law::Law;
use crate::util::{Dir, Ran, mapped, oracle};

/// Returns an hour-long log in which some entries have a second line.
fn log() -> String {
    let mut random = 7u64;
    let mut text = String::new();
    for second in 0..3600 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (minute, rest) = (second / 60, second % 60);
        let level = if random >> 61 == 0 { "ERROR" } else { "INFO" };
        text += &format!("2026-11-21T10:{minute:02}:{rest:02}Z {level} request {}\n", random >> 58);
        if random >> 62 == 3 {
            text += "\tERROR in the line below\n";
        }
    }
    text
}

fn run_in(dir: &Dir, args: &[&str]) -> Ran {
    mapped().args(args).current_dir(dir.path()).env("TZ", "UTC").stdin(Stdio::null()).output().unwrap().into()
}

#[test]
fn lines_count_for_the_time_of_their_entry_with_every_access_method() {
    let log = log();
    let mut counts: BTreeMap<String, u64> = (0..60).map(|minute| (format!("10:{minute:02}"), 0)).collect();
    let mut minute = String::new();
    for line in log.lines() {
        if line.starts_with("2026") {
            minute = line[11..16].to_owned();
        }
        *counts.get_mut(&minute).unwrap() += u64::from(line.contains("ERROR"));
    }
    let rows: String = counts.iter().map(|(minute, count)| format!("2026-11-21T{minute}:00+00:00,{count}\n")).collect();
    let args = ["grep", "--timeline=1m", "--utc", "ERROR"];
    Law::new(&args, log.as_bytes()).quick().holds(format!("time,matches\n{rows}").as_bytes(), 0);
    // Without a given span there are only a few rows, with the same total.
    let dir = Dir::new();
    dir.file("log", log.as_bytes());
    let ran = run_in(&dir, &["grep", "--timeline", "ERROR", "log"]);
    let text = String::from_utf8(ran.stdout).unwrap();
    let sum: u64 = text.lines().skip(1).map(|row| row.rsplit_once(',').unwrap().1.parse::<u64>().unwrap()).sum();
    assert_eq!((sum, text.lines().count()), (counts.values().sum(), 13), "{text}");
}

#[test]
fn rows_cover_the_window_and_all_files() {
    let dir = Dir::new();
    dir.file("one", b"2026-11-21T10:00:00Z x\n2026-11-21T10:10:00Z y\n2026-11-21T10:20:00Z x\n");
    let two = b"10:05 no time\n{\"ts\":\"2026-11-21T10:10:30Z\",\"m\":\"x\"}\n{\"ts\":\"2026-11-21T10:15:30Z\",\"m\":\"x\"}\n";
    dir.file("two", two);
    let window = ["--since", "2026-11-21T09:55:00Z", "--until", "2026-11-21T10:16:00Z"];
    let ran = run_in(&dir, &[&["grep", "--timeline=5m", "x", "one", "two"][..], &window].concat());
    let expected = "time,matches\n2026-11-21T09:55:00+00:00,0\n2026-11-21T10:00:00+00:00,1\n2026-11-21T10:05:00+00:00,0\n\
                    2026-11-21T10:10:00+00:00,1\n2026-11-21T10:15:00+00:00,1\n";
    assert_eq!((String::from_utf8(ran.stdout).unwrap().as_str(), ran.code), (expected, 0), "{}", ran.stderr);
    let ran = run_in(&dir, &["grep", "--timeline=15m", "--json", "x", "one"]);
    let expected = "{\"time\":\"2026-11-21T10:00:00+00:00\",\"matches\":1}\n{\"time\":\"2026-11-21T10:15:00+00:00\",\"matches\":1}\n";
    assert_eq!(String::from_utf8(ran.stdout).unwrap(), expected, "{}", ran.stderr);
    let ran = run_in(&dir, &["grep", "--timeline=tomorrow", "x", "one"]);
    assert_eq!(
        (ran.stderr.as_str(), ran.code),
        ("mapped: invalid value 'tomorrow' for --timeline: expected a span such as 30s, 10m, 1h or 1d\n", 2)
    );
}

/// Tests rows that neither divide a second nor are multiples of one, and several matches per row.
#[test]
fn rows_of_any_span_count_the_same_lines() {
    let log: String = (0..4000).map(|n| format!("2026-11-21T10:00:{:02}.{:03}Z x\n", n / 100, n % 100 * 10)).collect();
    for (span, microseconds) in [("700ms", 700_000u64), ("7s", 7_000_000), ("1500ms", 1_500_000), ("10ms", 10_000)] {
        // The first row begins at a multiple of the span since 1970.
        let start = 1_795_255_200_000_000u64;
        let first = start / microseconds;
        let mut rows = vec![0u64; ((start + 39_990_000) / microseconds - first + 1) as usize];
        (0..4000).for_each(|n| rows[((start + n * 10_000) / microseconds - first) as usize] += 1);
        let dir = Dir::new();
        dir.file("log", log.as_bytes());
        let ran = run_in(&dir, &["grep", &format!("--timeline={span}"), "--utc", "x", "log"]);
        let text = String::from_utf8(ran.stdout).unwrap();
        let counts: Vec<u64> =
            text.lines().skip(1).map(|row| row.rsplit_once(',').unwrap().1.parse().unwrap()).collect();
        assert_eq!(counts, rows, "{span}: {}", ran.stderr);
    }
}

/// Every row had 24 hours, so days began an hour late or early after the clocks had changed.
#[test]
fn long_rows_follow_the_local_clock() {
    let dir = Dir::new();
    let count = |row: &str| row.rsplit_once(',').unwrap().1.parse::<i64>().unwrap();
    // Berlin's clocks change on the fourth day, 29 March and 25 October 2026.
    for (midnight, lines) in [(1_774_479_600, 46), (1_792_620_000, 50)] {
        let days = [48, 48, 48, lines, 48, 48];
        let total: i64 = days.iter().sum();
        let log: String = (0..total).map(|line| format!("{} x\n", midnight + line * 1_800)).collect();
        dir.file("log", log.as_bytes());
        let rows = |timeline: &str| {
            let ran = run_in(&dir, &["grep", timeline, "--time-zone=Europe/Berlin", "x", "log"]);
            let text = String::from_utf8(ran.stdout).unwrap();
            text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(rows("--timeline=1d").iter().map(|row| count(row)).collect::<Vec<_>>(), days);
        for (timeline, hours) in [("--timeline=1d", 24), ("--timeline=12h", 12), ("--timeline", 3)] {
            let rows = rows(timeline);
            assert_eq!(rows.len(), 6 * 24 / hours, "{timeline}: {rows:?}");
            assert_eq!(rows.iter().map(|row| count(row)).sum::<i64>(), total, "{timeline}: {rows:?}");
            for (row, number) in rows.iter().zip(0..) {
                assert!(row.contains(&format!("T{:02}:00:00+0", number * hours % 24)), "{timeline}: {row}");
            }
        }
    }
}

/// The chart does not depend on how the log is read, and shows the same data as the table.
#[test]
fn a_chart_is_drawn_of_the_counts() {
    let dir = Dir::new();
    dir.file("log", log().as_bytes());
    dir.file("text", "some ERROR\n".repeat(1000).as_bytes());
    let chart = |name: &str, more: &[&str]| {
        let plot = format!("--plot={name}");
        let ran = run_in(&dir, &[&["grep", "--timeline=1m", &plot, "ERROR", "log", "text"], more].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        (ran.stdout, std::fs::read_to_string(dir.path().join(name)).unwrap())
    };
    let (rows, svg) = chart("one.svg", &[]);
    let rows = String::from_utf8(rows).unwrap();
    let selected: u64 = rows.lines().filter_map(|row| row.rsplit_once(',')?.1.parse::<u64>().ok()).sum();
    for text in [&format!("{selected} selected lines"), "Lines with ERROR", "lines per 1 min", "text: lines per 4 KiB"]
    {
        assert!(svg.contains(text), "{text}: {svg}");
    }
    // There is a rectangle for each row with lines, and one for the background.
    let columns = rows.lines().skip(1).filter(|row| !row.ends_with(",0") && !row.ends_with("matches")).count();
    assert_eq!(svg.matches("<rect").count() - 1, columns, "{rows}");
    for more in [&["--threads=1", "--block-size=1000"][..], &["--io=read"], &["--json"]] {
        assert_eq!(chart("other.svg", more).1, svg, "{more:?}");
    }
}

#[test]
fn a_chart_replaces_no_input() {
    let dir = Dir::new();
    dir.file("log.svg", log().as_bytes());
    let ran = run_in(&dir, &["grep", "--timeline", "--plot=log.svg", "ERROR", "log.svg"]);
    assert_eq!((ran.code, ran.stdout.len()), (2, 0));
    assert!(ran.stderr.contains("log.svg: is also an input"), "{}", ran.stderr);
    assert_eq!(std::fs::read(dir.path().join("log.svg")).unwrap(), log().as_bytes());
    let ran = run_in(&dir, &["grep", "--timeline", "--plot=log.png", "ERROR", "log.svg"]);
    assert!(ran.stderr.contains("expected a file name that ends in .svg"), "{}", ran.stderr);
    // An earlier chart that a walk finds in a directory is not searched.
    std::fs::create_dir(dir.path().join("sub")).unwrap();
    dir.file("sub/log", log().as_bytes());
    dir.file("sub/chart.svg", b"ERROR\n");
    let ran = run_in(&dir, &["grep", "-r", "--timeline=1d", "--plot=sub/chart.svg", "ERROR", "sub"]);
    assert!(ran.stderr.contains("sub/chart.svg: ") && ran.stdout.starts_with(b"time,matches\n2026-11-21"), "{ran:?}");
}

/// Regression: when a search gave up, the rows were printed with exit status 1 and no message.
#[cfg(feature = "pcre2")]
#[test]
fn a_search_that_gives_up_is_reported() {
    let dir = Dir::new();
    dir.file("log", format!("2026-11-21T10:00:00Z {}!\n2026-11-21T10:00:01Z aaa\n", "a".repeat(5000)).as_bytes());
    let ran = run_in(&dir, &["grep", "--timeline=1s", "-P", "(a+)+$", "log"]);
    assert_eq!((ran.stderr.as_str(), ran.code), ("mapped: log: exceeded PCRE's backtracking limit\n", 2));
}

#[test]
fn times_without_dates_are_counted_through_midnight() {
    let log = "23:58:00 x\n23:59:30 x\n00:00:10 x\n00:01:00 y\n";
    let ran = {
        let dir = Dir::new();
        dir.file("log", log.as_bytes());
        run_in(&dir, &["grep", "--timeline=1m", "--year", "2026-11-20", "x", "log"])
    };
    let expected = "time,matches\n2026-11-20T23:58:00+00:00,1\n2026-11-20T23:59:00+00:00,1\n\
                    2026-11-21T00:00:00+00:00,1\n2026-11-21T00:01:00+00:00,0\n";
    assert_eq!(String::from_utf8(ran.stdout).unwrap(), expected, "{}", ran.stderr);
}

#[test]
fn an_input_without_times_is_counted_by_position_with_every_access_method() {
    let text: String = (0..40_000).map(|line| if line % 4 == 0 { "some text\n" } else { "other words\n" }).collect();
    let (mut at, mut rows) = (0, BTreeMap::new());
    for line in text.split_inclusive('\n') {
        *rows.entry(at / (16 << 10)).or_insert(0) += u64::from(line.starts_with("some"));
        at += line.len();
    }
    let rows: String =
        rows.iter().map(|(row, count)| format!("(standard input),{},{count}\n", row * (16 << 10))).collect();
    let args = ["grep", "--timeline", "--label", "(standard input)", "some"];
    let expected = format!("file,offset,matches\n{rows}");
    let dir = Dir::new();
    let path = dir.file("text", text.as_bytes());
    for threads in ["1", "7"] {
        let stdin = std::fs::File::open(&path).unwrap();
        let ran: Ran = mapped().args(args).args(["--threads", threads]).stdin(stdin).output().unwrap().into();
        assert_eq!(String::from_utf8(ran.stdout).unwrap(), expected, "{}", ran.stderr);
        let ran = crate::util::run_piped(mapped().args(args).args(["--block-size", "1000"]), text.as_bytes());
        assert_eq!(String::from_utf8(ran.stdout).unwrap(), expected, "{}", ran.stderr);
    }
}

/// The result equals that of `sort | uniq -c | sort -rn | head`, in a single pass.
#[test]
fn the_most_frequent_matches_are_counted_as_sort_and_uniq_do() {
    let log = log();
    let script = "grep -oE 'request [0-9]+' | sort | uniq -c | sort -rn | head -7";
    let Some(expected) = oracle("sh", &["-c", script], log.as_bytes()) else { return };
    assert_eq!(expected.stdout.iter().filter(|&&byte| byte == b'\n').count(), 7);
    Law::new(&["grep", "--top", "7", "-oE", "request [0-9]+"], log.as_bytes()).quick().holds(&expected.stdout, 0);
    let script = "sed -nE 's/.*request (.).*/\\1/p' | sort | uniq -c | sort -rn | head -3";
    let Some(expected) = oracle("sh", &["-c", script], log.as_bytes()) else { return };
    let args = ["grep", "--top", "3", "-o", "--replace", "$1", "request (.)"];
    Law::new(&args, log.as_bytes()).quick().holds(&expected.stdout, 0);
    Law::new(&["grep", "--top", "3", "nothing"], log.as_bytes()).quick().holds(b"", 1);
    Law::new(&["grep", "--top", "0", "INFO"], log.as_bytes()).quick().holds(b"", 0);
}

#[test]
fn files_are_counted_together() {
    let dir = Dir::new();
    dir.file("one", b"a\nb\nx1");
    dir.file("two", b"a\nx1\nx1\n");
    let ran = run_in(&dir, &["grep", "--top", "9", "", "one", "two"]);
    assert_eq!(String::from_utf8(ran.stdout).unwrap(), "      3 x1\n      2 a\n      1 b\n");
    let ran = run_in(&dir, &["grep", "--top", "9", "-H", "a", "one", "two", "three"]);
    assert_eq!((String::from_utf8(ran.stdout).unwrap().as_str(), ran.code), ("      1 two:a\n      1 one:a\n", 2));
}
