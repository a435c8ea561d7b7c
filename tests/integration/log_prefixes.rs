//! Text before the times of a log that differs from line to line, and other numbers and dates in its
//! lines, which must not be taken for its times.

use crate::log_forms::check;
use crate::util::{Dir, Ran, mapped};

/// Checks that a log whose lines `line` gives for each half-hour of an evening and the next morning
/// is read correctly.
#[track_caller]
fn check_half_hours(line: &dyn Fn(usize, &str) -> String) {
    let times: Vec<String> = (0..24)
        .map(|at| format!("2026-11-{} {:02}:{:02}:05", 21 + (at + 42) / 48, (at + 42) / 2 % 24, at % 2 * 30))
        .collect();
    let lines: Vec<String> = times.iter().enumerate().map(|(at, time)| line(at, time)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    check(&lines, &["--since", "2026-11-21 22:45", "--until", "2026-11-22 03:15"], 4..13);
    check(&lines, &["--since", "2026-11-22"], 6..24);
}

/// Regression: with a level or a name directly before the time, only the lines with the same name
/// were read.
#[test]
fn names_before_the_time_may_differ() {
    let levels = ["INFO", "WARNING", "ERROR", "DEBUG"];
    check_half_hours(&|at, time| format!("{}:{time},123:module.{at}:up", levels[at % 4]));
    check_half_hours(&|at, time| format!("[{}]{time} up {at}", levels[at % 3]));
    check_half_hours(&|at, time| format!("<{}>{time}.123 1 => <{at}:bob(-1)> up", ["W", "F"][at / 2 % 2]));
    check_half_hours(&|at, time| format!("{}/{}:{time} up", ["web1", "db"][at % 2], ["app", "nginx"][at / 3 % 2]));
    check_half_hours(&|at, time| format!("{}:{}:{time},123:up", levels[at % 4], ["root", "app.db"][at % 2]));
    let threads = ["main", "AD Thread Pool-Global0", "AD Thread-Metric Reporter1"];
    check_half_hours(&|at, time| format!("[{}] {time},123  INFO X - up {at}", threads[at % 3]));
    check_half_hours(&|at, time| format!("({}) {time} up {at}", threads[at % 3]));
    check_half_hours(&|at, time| format!("[{}]{time}: up {at}", ["UnityCrossThreadLogger", "Client GRE"][at % 2]));
}

/// Regression: if day and month could be swapped, the log was refused although it was written across
/// a midnight, when a swapped day would be a month later.
#[test]
fn a_midnight_tells_the_day_from_the_month() {
    for (before, after) in [
        ("09/09/2026", "09/10/2026"),
        ("09/09", "09/10"),
        ("09/09/26", "09/10/26"),
        ("09-09-2026", "09-10-2026"),
        ("26/09/09", "26/09/10"),
    ] {
        let lines = [(before, "22:30:05"), (before, "23:50:05"), (after, "00:10:05"), (after, "01:10:05")];
        let lines = lines.map(|(day, time)| format!("{day} {time} up"));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        check(&lines, &["--year", "2026", "--since", "2026-09-09 23:00", "--until", "2026-09-10 01:00"], 1..3);
    }
    // The day of geth and erigon was read as a month, as in dstat's tables.
    let erigon = &["[INFO] [09-09|22:30:05.123] a", "[EROR] [09-09|23:50:05.123] b", "[INFO] [09-09|23:55:05.123] c"];
    check(erigon, &["--year", "2026", "--since", "2026-09-09 23:00", "--until", "2026-09-09 23:51"], 1..2);
    let daily = &["09/09/2025 10:00:00 a", "09/10/2025 10:00:00 b", "09/11/2025 10:00:00 c"];
    refuse(daily, "may be day or month first");
}

/// Regression: the seconds in the log of a JVM were not read, because no plus sign precedes them.
#[test]
fn seconds_since_the_start_of_a_jvm() {
    let dir = Dir::new();
    let path = dir.file("gc", b"[0.012s][info][gc] Using G1\n[61.5s][info][gc] GC(0) Pause\n");
    let facts: Ran = mapped().args(["stat", "--content"]).arg(path).output().unwrap().into();
    let facts = String::from_utf8(facts.stdout).unwrap();
    assert!(facts.contains("(seconds since the program started near the start of a line)"), "{facts}");
}

/// Regression: if the number of words before the bracket differs, some lines had no times.
#[test]
fn words_before_the_seconds_since_boot_may_differ() {
    let dir = Dir::new();
    let text = "kern :notice: [    1.000000] a\nkern x :warn: [   12.233441] b\nuser :info: [  100.500000] c\n";
    let padded =
        "kern  :notice : [    1.000000] a\ndaemon:warn   : [   12.233441] b\nuser  :info  : [  100.500000] c\n";
    for text in [text, padded] {
        let path = dir.file("dmesg", text.as_bytes());
        let facts: Ran = mapped().args(["stat", "--content"]).arg(path).output().unwrap().into();
        let facts = String::from_utf8(facts.stdout).unwrap();
        assert!(facts.contains("(seconds since boot after '[')") && !facts.contains("have no time"), "{facts}");
    }
}

/// Regression: only the lines with the same mark, or with a UUID, had times. Cisco's IOS marks the
/// times of a clock that is not set, and FreeSWITCH begins lines about a call with its UUID.
#[test]
fn marks_and_uuids_before_the_time_may_be_absent() {
    let marks = ["*", ".", ""];
    check_half_hours(&|at, time| {
        let (day, time) = time.split_once(' ').unwrap();
        format!("{:06}: {}Nov {} 2026 {time}.123 UTC: %LINK-3-UPDOWN: up", at + 95, marks[at % 3], &day[8..])
    });
    let uuid = |at: usize| format!("1f3c5a7{at:x}-9b2d-4e6f-8a1c-{at:012x} ");
    check_half_hours(&|at, time| {
        let call = if at / 2 % 2 == 0 { uuid(at % 16) } else { String::new() };
        format!("{call}{time}.123456 97.23% [DEBUG] switch_core.c:{at} up")
    });
}

/// Regression: the entry at the end of the period was dropped from a file, though not from a pipe,
/// if it was within the hour that occurs twice.
#[test]
fn the_end_of_a_period_in_a_repeated_hour() {
    let times = ["02:15", "02:35", "02:55", "02:05", "02:20", "02:35", "02:50", "02:59", "03:10", "04:10"];
    let lines = times.map(|time| format!("2026-10-25 {time}:00 up"));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let window = ["--since", "2026-10-25T01:30:00Z", "--until", "2026-10-25T02:58:36Z", "--time-zone", "Europe/Berlin"];
    check(&lines, &window, 5..9);
}

/// Regression: a log without a date was read only if no digits preceded the time.
#[test]
fn a_number_and_a_level_before_a_time_without_a_date() {
    let phone =
        &["1200: ERR 22:30:05.123456 JVM: a", "1201: NOT 23:50:05.123456 SECD: b", "1202: DBG 00:10:05.123456 c"];
    check(phone, &["--year", "2026-11-21", "--since", "2026-11-21 23:00", "--until", "2026-11-22"], 1..3);
}

/// Regression: if several programs wrote a log, of which some separate the date by a `T`, only the
/// entries of the others had times.
#[test]
fn dates_with_and_without_a_t_in_one_log() {
    let qemu = &[
        "2026-11-21 14:30:05.123+0000: starting up libvirt version: 8.0.0",
        "LC_ALL=C \\",
        "2026-11-21T14:30:06.123456Z qemu-system-x86_64: warning: a",
        "2026-11-21T15:10:00.123456Z qemu-system-x86_64: terminating on signal 15",
        "2026-11-21 15:20:00.123+0000: shutting down, reason=shutdown",
        "2026-11-21 16:30:05.123+0000: starting up libvirt version: 8.0.0",
    ];
    check(qemu, &["--since", "2026-11-21 15:00", "--until", "2026-11-21 15:15"], 3..4);
    check(qemu, &["--since", "2026-11-21 15:15", "--until", "2026-11-21 16:00"], 4..5);
    let mysql = &[
        "2026-11-21 14:30:05+00:00 [Note] [Entrypoint]: Starting temporary server",
        "2026-11-21T14:31:05.123456Z 0 [System] [MY-010116] [Server] mysqld starting",
        "2026-11-21T14:32:05.123456Z 0 [System] [MY-010931] [Server] ready",
        "2026-11-21 14:33:05+00:00 [Note] [Entrypoint]: Temporary server started.",
        "2026-11-21T14:34:05.123456Z 0 [System] [MY-010910] [Server] shutdown complete",
    ];
    check(mysql, &["--since", "2026-11-21 14:32", "--until", "2026-11-21 14:33:05"], 2..4);
}

/// Regression: a log without years that is dated in the future was read as if from there.
#[test]
fn a_file_from_the_future_is_read_as_of_today() {
    let dir = Dir::new();
    let path = dir.file("log", b"Jan  1 10:00:00 h a\nJan  1 11:00:00 h b\n");
    let year_2100 = std::time::UNIX_EPOCH + std::time::Duration::from_secs(4_102_444_800);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(year_2100).unwrap();
    let ran: Ran = mapped().args(["cat", "--since", "Jan 1 10:30"]).arg(path).env("TZ", "UTC").output().unwrap().into();
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "Jan  1 11:00:00 h b\n", "{}", ran.stderr);
}

/// Regression: in a log without a date, hours padded with a blank were read only if most were.
#[test]
fn padded_hours_without_a_date() {
    let mut arma = vec!["22:30:05 a", "23:50:05 b"];
    arma.extend([" 0:10:05 c", " 1:10:05 d", " 2:10:05 e", " 3:10:05 f", " 4:10:05 g"]);
    check(&arma, &["--year", "2026-11-21", "--since", "2026-11-21 23:00", "--until", "2026-11-22 02:00"], 1..4);
}

#[track_caller]
fn refuse(lines: &[&str], message: &str) {
    let dir = Dir::new();
    let path = dir.file("log", lines.iter().map(|line| format!("{line}\n")).collect::<String>().as_bytes());
    let ran: Ran = mapped().args(["cat", "--since", "2019-01-01"]).arg(path).env("TZ", "UTC").output().unwrap().into();
    assert!(ran.code == 1 && ran.stdout.is_empty() && ran.stderr.contains(message), "{}", ran.stderr);
}

/// Regression: if the times of a log are in an unknown notation, those that its messages mention
/// were taken for them.
#[test]
fn times_in_messages_are_not_those_of_the_log() {
    let mentions = ["retry after 2019-03-04 05:06:07", "valid until Mar  4 05:06:07 2099 GMT", "started", "stopped"];
    let lines: Vec<String> =
        (0..40).map(|at| format!("I (13121{at:02}) wifi: connection {at} of 40 {}", mentions[at % 4])).collect();
    refuse(&lines.iter().map(String::as_str).collect::<Vec<_>>(), "no line with a time");
    // The dates of AIX's errpt and the microseconds of usbmon look like seconds since 1970.
    let errpt: Vec<String> = (0..9).map(|at| format!("DE3B8540   1121140{at}26 P H hdisk0  PATH HAS FAILED")).collect();
    refuse(&errpt.iter().map(String::as_str).collect::<Vec<_>>(), "no line with a time");
    let usbmon: Vec<String> = (0..9).map(|at| format!("ffff88003d1d5600 357591455{at} S Ci:1:001:0 s a3 00")).collect();
    refuse(&usbmon.iter().map(String::as_str).collect::<Vec<_>>(), "no line with a time");
}

/// Regression: times since the start of a program were read as times of day.
#[test]
fn times_since_a_start_are_not_times_of_day() {
    let virtualbox = &[
        "00:00:01.524521 VirtualBox VM 6.1.10 r138449 linux.amd64 (Jun  6 2020 11:31:37) release log",
        "00:00:01.524523 Log opened 2020-11-19T09:36:59.728837000Z",
        "00:00:09.524526 main     up",
    ];
    refuse(virtualbox, "has the time since the program started");
    let truck =
        &["**** : log created on : Saturday November 21 2026 @ 14:30:05", "00:00:00.000 : a", "00:01:00.100 : b"];
    refuse(truck, "has the time since the program started");
    let quake: Vec<String> = (1..40).map(|at| format!("{at:3}:07 ClientConnect: {at}")).collect();
    refuse(&quake.iter().map(String::as_str).collect::<Vec<_>>(), "no line with a time");
    // At midnight, a log whose header has the same time is one with times of day.
    let midnight = &["00:00:01 Log opened 2026-11-21 00:00:01", "00:00:09 a", "00:30:00 b", "01:00:00 c"];
    check(midnight, &["--year", "2026-11-21", "--since", "2026-11-21 00:10"], 2..4);
    let dir = Dir::new();
    let path = dir.file("log", b"*** Booting Zephyr OS ***\n[00:00:00.123,456] <inf> a\n[26:00:01.000,000] <err> b\n");
    let facts: Ran = mapped().args(["stat", "--content"]).arg(path).output().unwrap().into();
    let facts = String::from_utf8(facts.stdout).unwrap();
    assert!(facts.contains("(seconds since the program started near the start of a line)"), "{facts}");
}

/// Regression: IMail's dates, `MM:DD`, were read as times of day.
#[test]
fn a_date_is_not_a_time_of_day() {
    let imail: Vec<String> = (10..24).map(|hour| format!("12:09 {hour}:30 SMTPD(0000007B) up")).collect();
    refuse(&imail.iter().map(String::as_str).collect::<Vec<_>>(), "no line with a time");
}

/// Regression: a date after a comma in a few messages was taken for the time.
#[test]
fn dates_after_commas_in_messages_are_not_times() {
    let message = |at: u32| if at % 15 == 9 { " modified Sat, 01 Feb 2020 10:11:12 GMT" } else { "" };
    let elapsed: Vec<String> = (0..42).map(|at| format!("INFO[{:04}] up{}", at * 7, message(at))).collect();
    refuse(&elapsed.iter().map(String::as_str).collect::<Vec<_>>(), "no line with a time");
}

/// Regression: in the second word of a line of a stack trace, a date was taken for the time of
/// another entry.
#[test]
fn a_date_in_a_stack_trace_does_not_begin_an_entry() {
    let trace = |error: &str| format!("Traceback (most recent call last):\n{error}: 2031-02-03 04:05:06 expired");
    let levels = ["INFO", "ERROR"];
    check_half_hours(&|at, time| {
        let line = format!("{} {time},123 app {at} up", levels[at % 2]);
        if at % 5 == 0 { format!("{line}\n{}", trace("RuntimeError")) } else { line }
    });
    check_half_hours(&|at, time| {
        let line = format!("[{} {time}.123 app] up", ["I", "E"][at % 2]);
        if at % 5 == 0 { format!("{line}\n{}", trace("    ValueError")) } else { line }
    });
}

/// Regression: with a blank in the name of the thread, the level and the time were in other words.
#[test]
fn a_level_follows_a_name_with_blanks() {
    let threads = ["main", "http-nio-8080-exec-12", "pool 3"];
    let levels = ["INFO ", "ERROR"];
    check_half_hours(&|at, time| format!("[{}] {} {time}.123 c.e.Foo - up {at}", threads[at % 3], levels[at % 2]));
    check_half_hours(&|at, time| format!("({}) {} {time}.123 c.e.Foo - up {at}", threads[at % 3], levels[at % 2]));
}

/// Regression: only the lines with the same emoji, or with the same number of hyphens in the name of
/// a file, were read.
#[test]
fn emojis_and_names_of_files_before_the_time_may_differ() {
    check_half_hours(&|at, time| format!("{} {time} up {at}", ["🚀", "🔥", "✅"][at % 3]));
    check_half_hours(&|at, time| format!("{}:{time} up {at}", ["app.log", "worker-1.log"][at % 2]));
}

/// Regression: a comma in a quoted message was taken for the end of its column.
#[test]
fn separators_in_quotation_marks_end_no_column() {
    let messages = ["up", "Sat, 01 Feb 2020 10:11:12 GMT", "a, \"\"b\"\", c"];
    check_half_hours(&|at, time| format!("\"{}\",\"{time}\",h{at}", messages[at % 3]));
    check_half_hours(&|at, time| format!("{at};\"{}\";{time};", messages[at % 3].replace(',', ";")));
}

/// Regression: a log in which other columns are between the date and the time of day was refused.
#[test]
fn date_and_time_in_columns_apart() {
    check_half_hours(&|at, time| {
        let (day, clock) = time.split_once(' ').unwrap();
        format!("A{},{day},S1,{clock},{at}.5", at % 3)
    });
    let epochs: Vec<String> = (0..9).map(|at| format!("{},{}00;{at}", 1_795_271_405 + at / 3, at % 3 * 3)).collect();
    let epochs: Vec<&str> = epochs.iter().map(String::as_str).collect();
    check(&epochs, &["--since", "@1795271406.2", "--until", "@1795271407.3"], 4..8);
}

/// Regression: the nanoseconds in a key of their own were ignored.
#[test]
fn nanoseconds_in_another_key() {
    let line = |second: i64, nanosecond: i64| {
        format!("{{\"instant\":{{\"epochSecond\":{second},\"nanoOfSecond\":{nanosecond}}},\"level\":\"INFO\"}}")
    };
    let lines: Vec<String> = (0..9).map(|at| line(1_795_271_405 + at / 3, at % 3 * 300_000_000)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    check(&lines, &["--since", "@1795271406.2", "--until", "@1795271407.3"], 4..8);
}

/// Regression: a log whose year and day may be swapped was refused, although it was written just
/// now if read in one way, and a year ago in the other.
#[test]
fn the_last_change_tells_the_day_from_the_year() {
    let dir = Dir::new();
    let path = dir.file("log", b"[25-10-26 00:18:31.773] a\n[25-10-26 00:33:01.216] b\n");
    let changed = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_792_888_383);
    std::fs::File::options().append(true).open(&path).unwrap().set_modified(changed).unwrap();
    let run = |day: &str| -> Ran {
        let since = format!("{day} 00:20");
        mapped().args(["cat", "--utc", "--since", &since, "--year", "2026"]).arg(&path).output().unwrap().into()
    };
    assert_eq!(String::from_utf8_lossy(&run("2026-10-25").stdout), "[25-10-26 00:33:01.216] b\n");
}
