//! Logs whose entries have their time below a heading. A period consists of whole entries, from a
//! file, through a pipe and in a merge.

use crate::util::{Dir, Ran, mapped, run_piped};

/// Checks that `args` print `expected` for a file, for the same file merged, and for a pipe.
#[track_caller]
fn check(log: &str, args: &[&str], expected: &str) {
    let dir = Dir::new();
    let path = dir.file("log", log.as_bytes());
    let command = |more: &[&str]| {
        let mut command = mapped();
        command.arg("cat").args(args).args(more).env("TZ", "UTC");
        command
    };
    for more in [&[][..], &["--merge"], &["--io", "read", "--block-size", "1"]] {
        let ran: Ran = command(more).arg(&path).output().unwrap().into();
        assert_eq!(String::from_utf8_lossy(&ran.stdout), expected, "{more:?}: {}", ran.stderr);
        assert_eq!(ran.stderr, "", "{more:?}");
    }
    for more in [&[][..], &["--merge", "-"]] {
        let ran = run_piped(&mut command(more), log.as_bytes());
        assert_eq!(String::from_utf8_lossy(&ran.stdout), expected, "{more:?} of a pipe: {}", ran.stderr);
    }
}

/// Checks each period that begins or ends with one of three entries at 09:00, 10:00 and 11:00.
#[track_caller]
fn check_entries(entries: [&str; 3]) {
    let log = entries.concat();
    check(&log, &["--since", "2026-11-21 10:00", "--until", "2026-11-21 10:59"], entries[1]);
    check(&log, &["--since", "2026-11-21 10:00"], &entries[1..].concat());
    check(&log, &["--until", "2026-11-21 10:30"], &entries[..2].concat());
}

/// Regression: a period began at the line with the time, and ended with the heading of the next
/// entry.
#[test]
fn git_and_other_version_control() {
    let git = |commit: &str, merge: &str, hour: u32| {
        format!(
            "commit {commit}\n{merge}Author: A <a@example.org>\nDate:   Sat Nov 21 {hour:02}:00:00 2026 +0000\n\n    Change\n    ----\n\n"
        )
    };
    check_entries([
        &git("1a410efbd13591db07496601ebc7a059dd55cfe9", "", 9),
        &git("cac0cab538b970a37ea1e769cbbde608743bc96d", "Merge: 1a410ef fdf4fc3\n", 10),
        &git("fdf4fc3344e67ab068f836878b6c4951e3b15f3d", "", 11),
    ]);
    let rule = "-".repeat(72);
    let svn = |revision: u32, hour: u32| {
        format!(
            "{rule}\nr{revision} | ann | 2026-11-21 {hour:02}:00:00 +0000 (Sat, 21 Nov 2026) | 2 lines\n\nFix\nmore\n"
        )
    };
    check_entries([&svn(7, 9), &svn(8, 10), &svn(9, 11)]);
    let hg = |number: u32, hour: u32| {
        format!(
            "changeset:   {number}:82e55d328c8c\nuser:        A <a@example.org>\n\
             date:        Sat Nov 21 {hour:02}:00:00 2026 +0000\nsummary:     Change\n\n"
        )
    };
    check_entries([&hg(1, 9), &hg(2, 10), &hg(3, 11)]);
    let bzr = |number: u32, hour: u32| {
        format!(
            "{}\nrevno: {number}\ncommitter: A <a@example.org>\nbranch nick: trunk\n\
             timestamp: Sat 2026-11-21 {hour:02}:00:00 +0000\nmessage:\n  change\n",
            "-".repeat(60)
        )
    };
    check_entries([&bzr(1, 9), &bzr(2, 10), &bzr(3, 11)]);
}

#[test]
fn audit_and_event_logs() {
    let audit = |hour: u32| {
        let epoch = 1_795_219_200 + hour * 3600;
        format!(
            "----\ntime->Sat Nov 21 {hour:02}:00:00 2026\n\
             type=PROCTITLE msg=audit({epoch}.480:{hour}): proctitle=2F62696E\n\
             type=SYSCALL msg=audit({epoch}.480:{hour}): arch=c000003e syscall=59\n"
        )
    };
    check_entries([&audit(9), &audit(10), &audit(11)]);
    let event = |number: u32, hour: u32| {
        format!(
            "Event[{number}]:\r\n  Log Name: System\r\n  Source: Service Control Manager\r\n\
             \x20 Date: 2026-11-21T{hour:02}:00:00.1230000Z\r\n  Event ID: 7036\r\n  Description: \r\nThe service stopped.\r\n\r\n"
        )
    };
    check_entries([&event(0, 9), &event(1, 10), &event(2, 11)]);
}

/// Rules within entries, or before only some of them, are not headings.
#[test]
fn rules_elsewhere_are_lines_like_others() {
    let more: String = (1..8).map(|second| format!("2026-11-21 11:00:0{second} c\n")).collect();
    let banner = "=====\n2026-11-21 09:00:00 start\n2026-11-21 10:00:00 a\n-----\n2026-11-21 11:00:00 b\n";
    check(
        &format!("{banner}{more}"),
        &["--since", "2026-11-21 10:00", "--until", "2026-11-21 10:30"],
        "2026-11-21 10:00:00 a\n-----\n",
    );
    let monitor = |hour: u32| {
        format!(
            "=====\n2026-11-21 {hour:02}:00:00 0x7f10 INNODB MONITOR OUTPUT\n=====\nPer second averages\n=====\nEND\n=====\n"
        )
    };
    check_entries([&monitor(9), &monitor(10), &monitor(11)]);
}

/// Binary search in a large log, and a merge of two such logs.
#[test]
fn large_logs_with_headings() {
    let entry = |log: &str, at: u32| {
        let rule = "-".repeat(72);
        let (hour, minute, second) = (at / 3600, at / 60 % 60, at % 60);
        format!("{rule}\nr{at} | {log} | 2026-11-21 {hour:02}:{minute:02}:{second:02} +0000 | 1 line\n\nline of {at}\n")
    };
    let log: String = (0..20_000).map(|at| entry("ann", at)).collect();
    let wanted: String = (10_000..10_060).map(|at| entry("ann", at)).collect();
    check(&log, &["--since", "2026-11-21 02:46:40", "--until", "2026-11-21 02:47:39"], &wanted);
    let dir = Dir::new();
    let [mut a, mut b, mut merged] = [const { String::new() }; 3];
    for at in 0..5000 {
        let (log, text) = if at % 3 == 0 { (&mut a, entry("ann", at)) } else { (&mut b, entry("bob", at)) };
        log.push_str(&text);
        merged.push_str(&text);
    }
    let paths = [dir.file("a", a.as_bytes()), dir.file("b", b.as_bytes())];
    for threads in ["1", "2", "5"] {
        let ran: Ran = mapped().args(["cat", "--merge", "--threads", threads]).args(&paths).output().unwrap().into();
        assert!(String::from_utf8_lossy(&ran.stdout) == merged && ran.code == 0, "{}", ran.stderr);
    }
    let mut numbers: Vec<u32> = Vec::new();
    let ran: Ran = mapped().args(["grep", "--merge", "-hn", "line of"]).args(&paths).output().unwrap().into();
    let text = String::from_utf8(ran.stdout).unwrap();
    for line in text.lines() {
        numbers.push(line.split(':').next().unwrap().parse().unwrap());
    }
    let expected: Vec<u32> = (0..5000).map(|at| if at % 3 == 0 { at / 3 } else { at - at / 3 - 1 } * 4 + 4).collect();
    assert_eq!(numbers, expected);
}

/// Regression: a period began at the line with the time, below the heading.
#[test]
fn perforce_and_modsecurity() {
    let perforce = |hour: u32| {
        format!("Perforce server info:\n\t2026/11/21 {hour:02}:00:00 pid 7 ann@pc 10.0.0.1 [p4] 'user-sync'\n\n")
    };
    check_entries([&perforce(9), &perforce(10), &perforce(11)]);
    let audit = |id: &str, hour: u32| {
        format!(
            "--{id}-A--\n[21/Nov/2026:{hour:02}:00:00.123456 +0000] Xyz 10.0.0.1 5 10.0.0.2 80\n--{id}-B--\n\
             GET / HTTP/1.1\n\n--{id}-Z--\n\n"
        )
    };
    check_entries([&audit("5a70c866", 9), &audit("5a70c867", 10), &audit("0bd1e4f3", 11)]);
    // The heading of aptitude is directly above a line that begins with the time.
    let aptitude = |hour: u32| {
        format!(
            "Aptitude 0.8.13: log report\nSat, Nov 21 2026 {hour:02}:00:00 +0000\n\n  IMPORTANT: x\n\n\
             Will install 1 package.\n=====\n\n"
        )
    };
    check_entries([&aptitude(9), &aptitude(10), &aptitude(11)]);
}

/// Regression: a period ended with the first lines of the next entry. The heading is learnt from
/// the log.
#[test]
fn headings_of_any_program() {
    let entries = |entry: &dyn Fn(u32) -> String| {
        let all: Vec<String> = (0..12).map(entry).collect();
        let log = all.concat();
        check(&log, &["--since", "2026-11-21 05:00", "--until", "2026-11-21 05:59"], &all[5]);
        check(&log, &["--since", "2026-11-21 03:00"], &all[3..].concat());
        check(&log, &["--until", "2026-11-21 07:30"], &all[..8].concat());
    };
    entries(&|hour| format!("- cmd: ls {hour}\n  when: {}\n", 1_795_219_200 + hour * 3600));
    entries(&|hour| format!(">  CMD: /x {hour}\n>  root 12 c Sat Nov 21 {hour:02}:00:00 UTC 2026\n"));
    entries(&|hour| {
        format!("__CURSOR=s={hour}\n__REALTIME_TIMESTAMP={}000000\nMESSAGE=x\n\n", 1_795_219_200 + hour * 3600)
    });
    entries(&|hour| {
        format!(
            "<record>\n  <date>2026-11-21T{hour:02}:00:00</date>\n  <level>INFO</level>\n  <message>x\ny</message>\n</record>\n"
        )
    });
    entries(&|hour| {
        format!(
            "[**] [1:{hour}:1] PING [**]\n[Priority: 3]\n11/21/2026-{hour:02}:00:00.000001 10.0.0.1 -> 10.0.0.2\nTCP TTL:64\n\n"
        )
    });
    entries(&|hour| {
        format!(
            ">>>  [Device Install - USB\\{hour}]\n>>>  Section start 2026/11/21 {hour:02}:00:00.000\n     dvi: x\n<<<  [Exit status: SUCCESS]\n"
        )
    });
    entries(&|hour| {
        format!("{{\n  \"level\": \"info\",\n  \"time\": \"2026-11-21T{hour:02}:00:00Z\",\n  \"n\": {hour}\n}}\n")
    });
    entries(&|hour| {
        format!(
            "** Alert {}.1: - sshd,\n2026 Nov 21 {hour:02}:00:00 h->/var/log/auth.log\nRule: 5716\n\n",
            1_795_219_200 + hour * 3600
        )
    });
    // Regression: blank lines before the first entry, and a second time below the first, hid the
    // headings of the console of MinIO and of Get-EventLog.
    let minio = |hour: usize| format!("API: PutObject()\nTime: {hour:02}:00:00 UTC 11/21/2026\nError: x {hour}\n\n");
    let eventlog = |hour: usize| {
        let time = format!("11/21/2026 {}:00:00 AM", if hour == 0 { 12 } else { hour });
        format!("Index : {hour}\nMessage : x\nTimeGenerated : {time}\nTimeWritten : {time}\nUserName :\n\n")
    };
    for entry in [&minio as &dyn Fn(usize) -> String, &eventlog] {
        let log: String = (0..12).map(entry).collect();
        check(&format!("\n\n{log}"), &["--since", "2026-11-21 05:00", "--until", "2026-11-21 05:59"], &entry(5));
    }
    // Regression: a header, and other times in an entry, hid the headings of setupapi.dev.log and
    // varnishlog.
    let setup = |hour: usize| {
        let time = format!("2026/11/21 {hour:02}:00:00");
        format!(
            ">>>  [Device Install - USB\\{hour}]\n>>>  Section start {time}.000\n     dvi: x\n<<<  Section end {time}.100\n<<<  [Exit status: SUCCESS]\n\n"
        )
    };
    let varnish = |hour: usize| {
        let time = 1_795_219_200 + hour * 3600;
        format!(
            "*   << Request  >> {}\n-   Begin          req {hour} rxreq\n-   Timestamp      Start: {time}.100000 0.0 0.0\n-   ReqMethod      GET\n-   Timestamp      Resp: {time}.200000 0.1 0.1\n-   End\n\n",
            hour + 98
        )
    };
    for (header, entry) in [
        ("[Device Install Log]\n     OS Version = 10.0.19041\n\n[BeginLog]\n\n", &setup as &dyn Fn(usize) -> String),
        ("", &varnish),
    ] {
        let log: String = (0..12).map(entry).collect();
        check(&format!("{header}{log}"), &["--since", "2026-11-21 05:00", "--until", "2026-11-21 05:59"], &entry(5));
    }
    // Regression: the time at which apt ended began another entry.
    let apt = |hour: usize| {
        let time = format!("2026-11-21  {hour:02}:00");
        format!(
            "Start-Date: {time}:00\nCommandline: apt install x\nInstall: x:amd64 (1.{hour})\nEnd-Date: {time}:07\n\n"
        )
    };
    let log: String = (0..12).map(apt).collect();
    check(&log, &["--since", "2026-11-21 04:00:05", "--until", "2026-11-21 05:00:02"], &apt(5));
    // A log that begins with the rest of an entry is not a log with headings.
    let log: String = (0..12).map(|hour| format!("Nov 21, 2026 {hour:02}:00:00 a.B c\n INFO: x\n")).collect();
    let log = format!(" INFO: x\n{log}");
    let expected = "Nov 21, 2026 05:00:00 a.B c\n INFO: x\n";
    check(&log, &["--since", "2026-11-21 05:00", "--until", "2026-11-21 05:59"], expected);
}
