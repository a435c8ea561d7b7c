//! Logs and times from public bug reports about log viewers and similar tools. Each log is read as
//! its reporter expected, from a file and through a pipe.

use crate::util::{Dir, Ran, mapped, run_piped};

/// Checks that the period selected by `args` consists of the lines `wanted` of `lines`.
#[track_caller]
pub fn check(lines: &[&str], args: &[&str], wanted: std::ops::Range<usize>) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let expected: String = lines[wanted].iter().map(|line| format!("{line}\n")).collect();
    let dir = Dir::new();
    let path = dir.file("log", text.as_bytes());
    let command = || {
        let mut command = mapped();
        command.arg("cat").args(args).env("TZ", "UTC");
        command
    };
    let ran: Ran = command().arg(path).output().unwrap().into();
    assert_eq!(String::from_utf8_lossy(&ran.stdout), expected, "{args:?} of a file: {}", ran.stderr);
    let ran = run_piped(&mut command(), text.as_bytes());
    assert_eq!(String::from_utf8_lossy(&ran.stdout), expected, "{args:?} of a pipe: {}", ran.stderr);
}

/// Hours without a leading zero, AM and PM, and names of zones.
#[test]
fn twelve_hour_clocks() {
    let weblogic = &[
        "####<May 18, 2018 11:58:08 AM CST> <Error> x",
        "####<May 18, 2018 12:00:53 PM CST> <Error> y",
        "####<May 18, 2018 1:20:10 PM CST> <Error> z",
    ];
    check(weblogic, &["--since", "2018-05-18 12:00:00", "--time-zone", "Asia/Shanghai"], 1..3);
    let patches = &[
        "7/16/2021 9:46:59 AM-0600  ERROR: a",
        "7/16/2021 11:46:59 AM-0600  ERROR: Patch List 34 not found",
        "7/16/2021 1:46:59 PM-0600  ERROR: c",
    ];
    check(patches, &["--since", "2021-07-16T17:00:00Z"], 1..3);
    check(&["december-30-11 1:14 pm a", "december-30-11 1:15 pm b"], &["--since", "2011-12-30 13:15"], 1..2);
}

/// Regression: the first nine days of a month had no times, and a format detected from only these
/// did not match the other days.
#[test]
fn a_padded_day_at_the_start_of_a_line_is_read() {
    let ntpd = &["30 Dec 23:10:00 ntpd[1]: a", "31 Dec 23:50:00 ntpd[1]: b", " 1 Jan 00:10:00 ntpd[1]: c"];
    check(ntpd, &["--year", "2025", "--since", "2026-01-01 00:00"], 2..3);
    let ntpd = &[" 8 Jan 23:10:00 ntpd[1]: a", " 9 Jan 23:50:00 ntpd[1]: b", "10 Jan 00:10:00 ntpd[1]: c"];
    check(ntpd, &["--year", "2026", "--since", "2026-01-09 23:55"], 2..3);
    let bacula = &["31-Dec 23:58 dir JobId 1: a", "31-Dec 23:59 dir JobId 1: b", "01-Jan 00:00 dir JobId 1: c"];
    check(bacula, &["--year", "2025", "--since", "2025-12-31 23:59"], 1..3);
}

/// Seconds since boot in the output of the kernel's tracers and of perf, whose columns vary.
#[test]
fn kernel_traces() {
    let ftrace = &[
        "           <...>-1234  [001] d..3  1234.567890: sched_switch: prev_comm=a",
        "     Web Content-99    [000] .... 1235.000001: sys_enter: NR 1",
        " kworker/0:1-5         [000] dNh3. 1236.500000: sched_wakeup: comm=c",
    ];
    let dir = Dir::new();
    let path = dir.file("trace", ftrace.map(|line| format!("{line}\n")).concat().as_bytes());
    let facts: Ran = mapped().args(["stat", "--content"]).arg(&path).output().unwrap().into();
    let facts = String::from_utf8(facts.stdout).unwrap();
    assert!(facts.contains("(seconds since boot after '] ')"), "{facts}");
    let perf =
        "swapper     0 [000]  9998.000001:   1 cpu-clock:\n        ffff x\nperf 12 [001] 10000.432109: cycles:\n";
    let path = dir.file("perf", perf.as_bytes());
    let facts: Ran = mapped().args(["stat", "--content"]).arg(&path).output().unwrap().into();
    let facts = String::from_utf8(facts.stdout).unwrap();
    assert!(facts.contains("(seconds since boot after '] ')") && !facts.contains("have no time"), "{facts}");
}

#[test]
fn times_without_dates() {
    let hdblcm = &["16:07:11.428 - INFO: Line 1", "16:07:11.479 - INFO: ---", "16:07:12.479 - INFO: Line 3"];
    check(hdblcm, &["--year", "2026-11-21", "--since", "2026-11-21 16:07:12"], 2..3);
    let gstreamer =
        &["0:00:03.829970667   990   0x210400 DEBUG     a", "0:00:11.924833335   689   0x25f580 DEBUG     b"];
    check(gstreamer, &["--year", "2026-11-21", "--since", "2026-11-21 00:00:10"], 1..2);
    let strace = &["45282 03:10:01 <... futex resumed>)     = 0", "12231 15:42:50 --- SIGINT (Interrupt) @ 0 (0) ---"];
    check(strace, &["--year", "2026-11-21", "--since", "2026-11-21 12:00"], 1..2);
}

#[test]
fn dates_in_any_order() {
    check(
        &["20-1-9 21:29:12.9|Info|a", "20-1-9 21:29:13.0|Info|b", "20-1-10 1:29:13.0|Info|c"],
        &["--since", "2020-01-09 21:29:13"],
        1..3,
    );
    check(
        &[
            "see http://go.microsoft.com/fwlink/?linkid=17661",
            "09/15/2022 14:13:22.951 [2025]: 1>Warning: a",
            "09/15/2022 14:13:38.096 [2025]: 1>    Compiling",
        ],
        &["--since", "2022-09-15 14:13:30"],
        2..3,
    );
    check(
        &["12-06 00:59:44 running job: a", "12-06 05:33:44 running job: b", "12-13 09:00:44 running job: c"],
        &["--year", "2022", "--since", "2022-12-06 05:00"],
        1..3,
    );
    check(
        &["2017:02:02-16:45:09 basil srcip=208.89.211.170", "2017:02:02-16:46:09 basil srcip=208.89.211.170"],
        &["--since", "2017-02-02 16:46"],
        1..2,
    );
    check(
        &["[19/08/2015-10:56:32] handshake failure", "[19/08/2015-10:57:32] handshake failure"],
        &["--since", "2015-08-19 10:57"],
        1..2,
    );
    check(
        &[
            "Mon Aug  8 10:01:37 2022 [pid 28368] [test] FAIL LOGIN",
            "Thu Aug 18 10:01:37 2022 [pid 28365] [test] FAIL LOGIN",
        ],
        &["--since", "2022-08-10"],
        1..2,
    );
    check(
        &["25 Dec 2017 00:00:01,666 [INFO]  a", "25 Dec 2017 00:00:02,666 [INFO]  b"],
        &["--since", "2017-12-25 00:00:02"],
        1..2,
    );
    check(
        &["\"Sun, 01 May 2022 16:11:05 GMT\" POST foo", "\"Sun, 01 May 2022 16:12:05 GMT\" POST bar"],
        &["--since", "2022-05-01 16:12"],
        1..2,
    );
    check(
        &["h - - [01/Jul/1995:00:00:01 -0400] \"GET /a\" 200 1", "h - - [01/Jul/1995:00:00:06 -0400] \"GET /b\" 200 1"],
        &["--since", "1995-07-01T04:00:05Z"],
        1..2,
    );
}

#[test]
fn times_in_the_middle_of_a_line() {
    check(
        &["ERROR\tserver\tcomment\t2018-05-16\t18:16:42\t-\t-", "WARN\tserver\tcomment\t2018-05-16\t18:17:42\t-\t-"],
        &["--since", "2018-05-16 18:17"],
        1..2,
    );
    check(&["#1479559896", "ls", "#1479559990", "history", "history | less"], &["--since", "@1479559900"], 2..5);
    check(
        &[
            "[ASLMessageID 479232] [Time 1427472655] [TimeNanoSec 178658000] [Level 4] [PID 1091]",
            "[ASLMessageID 479233] [Time 1427472755] [TimeNanoSec 202322000] [Level 3] [PID 1095]",
        ],
        &["--since", "@1427472700"],
        1..2,
    );
    check(
        &[
            "<31>2023-01-06T14:35:00.506282-08:00 (host) [63893]: x ⸨<31>1 2023-01-06T14:35:00.506282-08:00 host⸩",
            "<31>2023-01-06T14:35:00.806282-08:00 (host) y",
        ],
        &["--since", "2023-01-06T22:35:00.6Z"],
        1..2,
    );
}

#[test]
fn values_of_json() {
    let kong = &[
        "{ \"started_at\": 1490385986240, \"response\": { \"status\": 200, \"size\": \"443\"}, \"client_ip\": \"1.1.1.1\" }",
        "{ \"started_at\": 1490386367764, \"response\": { \"status\": 500 } }",
    ];
    check(kong, &["--since", "@1490386000"], 1..2);
    check(kong, &["--time-key", "started_at", "--since", "@1490386000"], 1..2);
    check(
        &[
            "{ \"__CURSOR\" : \"s=e9\", \"__REALTIME_TIMESTAMP\" : \"1534860261221373\", \"__MONOTONIC_TIMESTAMP\" : \"38708007\" }",
            "{ \"__CURSOR\" : \"s=ea\", \"__REALTIME_TIMESTAMP\" : \"1534860361221373\", \"__MONOTONIC_TIMESTAMP\" : \"38808007\" }",
        ],
        &["--since", "@1534860300"],
        1..2,
    );
    check(
        &["{\"logTime\": \"0226/052726\", \"action\":\"a\"}", "{\"logTime\": \"0226/052826\", \"action\":\"b\"}"],
        &["--year", "2024", "--since", "2024-02-26 05:28"],
        1..2,
    );
    let monolog = &[
        "{\"message\":\"m\",\"datetime\":\"2023-12-30T00:01:54.910352+00:00\"}",
        "{\"message\":\"m\",\"datetime\":\"2023-12-30T00:01:54+00:00\"}",
        "{\"message\":\"m\",\"datetime\":\"2023-12-30T00:01:55.090039+00:00\"}",
    ];
    check(monolog, &["--since", "2023-12-30T00:01:55Z"], 2..3);
    check(
        &[
            "{\"LOG_LEVEL\":\"V\",\"TIME\":\"2024-04-04T08:13:39.122710\"}",
            "{\"LOG_LEVEL\":\"D\",\"TIME\":\"2024-04-04T08:13:43.316185\"}",
        ],
        &["--since", "2024-04-04 08:13:40"],
        1..2,
    );
}

/// Times typed as arguments may have the same forms as logged ones: single digits, old dates,
/// zones, and the year of `--year`.
#[test]
fn times_that_are_typed() {
    let midnight = &["2019-12-31T23:59:59-07:00 a", "2020-01-01T00:00:00-07:00 b"];
    check(midnight, &["--since", "20200101T000000PDT"], 1..2);
    check(midnight, &["--since", "2020-01-01 00:00:00 PDT"], 1..2);
    check(midnight, &["--since", "1900-01-01"], 0..2);
    let hour = &["2021-03-08T10:38:06Z a", "2021-03-08T10:39:06Z b"];
    check(hour, &["--since", "2021-3-8 10:39:0 UTC", "--until", "2021-3-8 10:39:45 UTC"], 1..2);
    let syslog = &["Feb 11 20:44:26 mac AMP[1574]: a", "Feb 11 20:45:07 mac AMP[1574]: b"];
    check(syslog, &["--year", "2024", "--since", "Feb 11 20:45:00"], 1..2);
    let nanoseconds = &["2015-09-18T11:30:14.878498664Z 4", "2015-09-18T11:30:15.383748382Z 5"];
    check(nanoseconds, &["--since", "2015-09-18T11:30:15.383748382Z"], 1..2);
    check(nanoseconds, &["--since", "2015-09-18T11:30:15.383748383Z"], 2..2);
    let seconds =
        &["2024-03-15 01:40:21 a", "2024-03-15 01:40:22 b", "2024-03-15 01:40:22.5 c", "2024-03-15 01:40:23 d"];
    check(seconds, &["--until", "2024-03-15 01:40:22"], 0..2);
}

/// Regression: if hours are padded with a blank, either the hours before ten or the others had no
/// time.
#[test]
fn padded_hours_and_numbers() {
    let mariadb =
        &["2026-11-21 23:30:05 0 [Note] a", "2026-11-22  0:30:05 0 [Note] b", "2026-11-22 10:30:05 0 [Note] c"];
    check(mariadb, &["--since", "2026-11-22", "--until", "2026-11-22 01:00"], 1..2);
    check(mariadb, &["--since", "2026-11-22 01:00"], 2..3);
    let mysql = &["261121  9:30:05\t1 Connect", "261121 10:30:05\t2 Connect"];
    check(mysql, &["--since", "2026-11-21 10:00"], 1..2);
    let zabbix = &["  1234:20261121:093005.123 a", " 21234:20261121:103005.123 b", "121234:20261121:113005.123 c"];
    check(zabbix, &["--since", "2026-11-21 10:00"], 1..3);
}

/// At New Year, writers whose clocks differ alternate, and a header precedes the first time.
#[test]
fn the_turn_of_the_year_and_headers() {
    let turn = &["Dec 31 23:59:58 h a", "Dec 31 23:59:59 h b", "Jan  1 00:00:00 h c", "Jan  1 00:00:01 h d"];
    check(turn, &["--year", "2021", "--since", "2022-01-01"], 2..4);
    let header = &["This is a header", "2023-03-12T23:16:52.071 Hello", "2023-03-12T23:16:53.071 Hello2"];
    check(header, &["--until", "2023-03-12 23:16:52.5"], 0..2);
}

/// Regression: a log without years that covered more than a year was read as if it did not, so that
/// its leap day was years ahead.
#[test]
fn a_log_without_years_may_run_for_longer_than_one() {
    let mut text = String::new();
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    for (year, leap) in [(2020, true), (2021, false)] {
        for (month, name) in months.iter().enumerate() {
            let day = if month == 1 && leap { 29 } else { month + 1 };
            text += &format!("{name} {day:2} 12:00:00 host entry of {year}\n");
        }
    }
    let dir = Dir::new();
    let path = dir.file("log", text.as_bytes());
    let changed = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_640_000_000);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(changed).unwrap();
    let cat = |args: &[&str]| -> String {
        let ran: Ran = mapped().arg("cat").args(args).arg(&path).env("TZ", "UTC").output().unwrap().into();
        assert_eq!(ran.stderr, "");
        String::from_utf8(ran.stdout).unwrap()
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert_eq!(cat(&["--since", "2020-02-29", "--until", "2021-01-02"]), lines[1..13].concat());
    assert_eq!(cat(&["--since", "2021-06-01"]), lines[17..].concat());
    assert_eq!(cat(&["--year", "2016", "--since", "2017-06-01"]), lines[17..].concat());
    // The period is also found in a merge and in a timeline.
    assert_eq!(cat(&["--merge", "--since", "2021-06-01"]), lines[17..].concat());
}

/// Regression: with the date and the time of day in two keys, all entries had the day on which the
/// file was last changed. If the date is not understood, the log has no times.
#[test]
fn a_day_and_a_time_in_two_json_keys() {
    let log = &[
        r#"{"time":"23:50:00","date":"2025-12-31","msg":"a"}"#,
        r#"{"date":"2025-12-31","time":"23:59:59.5","msg":"b"}"#,
        r#"{"date":"2026-01-01","n":{"date":"2020-01-01"},"time":"00:10:00","msg":"c"}"#,
        r#"{"date":"2026-01-02","time":"00:10:00","msg":"d"}"#,
    ];
    check(log, &["--since", "2025-12-31 23:55", "--until", "2026-01-01"], 1..3);
    let log = &[
        r#"{"level":"info","time":"11:50:00 PM","eventDate":"31.12.2025"}"#,
        r#"{"level":"info","time":"12:10:00 AM","eventDate":"01.01.2026"}"#,
    ];
    check(log, &["--since", "2026-01-01"], 1..2);
    let dir = Dir::new();
    let path =
        dir.file("log", b"{\"date\":\"day 7\",\"time\":\"23:50:00\"}\n{\"date\":\"day 8\",\"time\":\"00:10:00\"}\n");
    let ran: Ran = mapped().args(["cat", "--since", "00:00"]).arg(path).output().unwrap().into();
    assert!(ran.code == 1 && ran.stderr.contains("no line with a time"), "{}", ran.stderr);
}

/// Regression: thousandths after a comma were ignored.
#[test]
fn seconds_in_brackets_may_have_a_comma() {
    let log = &["[1795271405,123] a", "[1795271405,456] b", "[1795271406,000] c"];
    check(log, &["--since", "@1795271405.2"], 1..3);
}

/// Regression: a log in UTF-16, as Windows writes some, was refused.
#[test]
fn a_log_in_utf_16_is_decoded() {
    let dir = Dir::new();
    let text = "2026-11-21T10:00:00Z a\r\n2026-11-21T10:10:00Z b\r\n";
    let bytes: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let path = dir.file("log", &bytes);
    for command in [&["cat"][..], &["cat", "--merge"], &["grep", ""]] {
        let since = ["--since", "2026-11-21T10:05:00Z"];
        let ran: Ran = mapped().args(command).args(since).arg(&path).output().unwrap().into();
        assert_eq!(String::from_utf8_lossy(&ran.stdout), "2026-11-21T10:10:00Z b\r\n", "{command:?}: {}", ran.stderr);
    }
    let ran: Ran = mapped().arg("cat").arg(path).output().unwrap().into();
    assert_eq!(ran.stdout, bytes, "without a period, nothing is converted");
}

/// Regression: the times of the Windows firewall, which are local, were read as UTC.
#[test]
fn a_header_tells_the_zone() {
    let fields = "#Fields: date time action";
    let day = ["2026-11-21 10:00:00 ALLOW", "2026-11-21 11:00:00 DROP", "2026-11-21 12:00:00 ALLOW"];
    let window = ["--since", "2026-11-21T10:30:00Z", "--until", "2026-11-21T11:30:00Z", "--time-zone", "Asia/Tokyo"];
    check(&["#Version: 1.0", fields, day[0], day[1], day[2]], &window, 3..4);
    let window = ["--since", "2026-11-21T01:30:00Z", "--until", "2026-11-21T02:30:00Z", "--time-zone", "Asia/Tokyo"];
    check(&["#Version: 1.5", "#Time Format: Local", fields, day[0], day[1], day[2]], &window, 4..5);
    // chrony's logs, and tables.
    let window = ["--since", "2026-11-21T10:30:00Z", "--until", "2026-11-21T11:30:00Z", "--time-zone", "Asia/Tokyo"];
    for header in [
        "   Date (UTC) Time     IP Address   L St 123",
        "\"Name\",\"Time (UTC)\",\"n\"",
        "Timestamp [UTC];n",
        "\"TimeGenerated [UTC]\",n",
    ] {
        check(&[header, day[0], day[1], day[2]], &window, 2..3);
    }
    let window = ["--since", "2026-11-21T01:30:00Z", "--until", "2026-11-21T02:30:00Z", "--time-zone", "Asia/Tokyo"];
    check(&["#Fields:  date-local time-local action", day[0], day[1], day[2]], &window, 2..3);
    check(&["Uptime (UTC) and times in local time (UTC)", day[0], day[1], day[2]], &window, 2..3);
}

/// Regression: a zone in brackets, and an offset after `GMT` and a blank, were ignored.
#[test]
fn zones_in_brackets_and_after_gmt() {
    for zone in ["(CET)", "[CET]", "(UTC+01:00)", "[+01:00]", "GMT +0100", "UTC +01:00", "GMT +1"] {
        let lines = [9, 10, 11].map(|hour| format!("2026-11-21 {hour:02}:00:00 {zone} up"));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        check(&lines, &["--since", "2026-11-21T08:30:00Z", "--until", "2026-11-21T09:30:00Z"], 1..2);
    }
    // Lines that begin with the same text, with and without an offset.
    let log = &["2026-11-21 10:00:00 GMT up", "2026-11-21 10:00:00 GMT +0100 up", "2026-11-21 10:00:00 GMT up"];
    check(log, &["--until", "2026-11-21T09:30:00Z", "--slack", "2h"], 1..2);
    // A module's number and the time since the last entry are not zones.
    for word in ["[CAT]", "(+00:12)", "[main]", "UTC 12", "-123"] {
        let lines = [9, 10, 11].map(|hour| format!("2026-11-21 {hour:02}:00:00 {word} up"));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        check(&lines, &["--since", "2026-11-21T09:30:00Z", "--until", "2026-11-21T10:30:00Z"], 1..2);
    }
}

/// Marks that set the direction of text, and narrow blanks, as WhatsApp exports them.
#[test]
fn chats() {
    let log = &[
        "\u{200e}[21/11/2026, 14:30:05] Ann: \u{200e}image omitted",
        "[21/11/2026, 14:31:05] Bob: hi",
        "\u{200e}[21/11/2026, 14:32:05] Ann: hi",
    ];
    check(log, &["--since", "14:31 21 Nov 2026", "--until", "14:31:30 21 Nov 2026"], 1..2);
    let log = &[
        "[11/21/26, 11:30:05\u{202f}AM] Ann: hi",
        "[11/21/26, 2:30:05\u{202f}PM] Bob: hi",
        "[11/21/26, 2:31:05\u{202f}PM] Ann: hi",
    ];
    check(log, &["--since", "2026-11-21 14:00", "--until", "11/21/26, 2:30:30\u{202f}PM"], 1..2);
}

/// Regression: in a log of dates such as 12/12/2025, whose day equals the month, the lines of the
/// next day had no times or those of another month.
#[test]
fn days_that_equal_their_month() {
    let mut log = vec!["12/12/2025 10:00:00 a"; 100];
    log.extend(["13/12/2025 10:00:00 b", "14/12/2025 10:00:00 c"]);
    check(&log, &["--since", "2025-12-13", "--until", "2025-12-13"], 100..101);
}
