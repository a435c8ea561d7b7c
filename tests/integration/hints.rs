//! Hints about mistakes that are not errors, and messages about times.

use std::fs::File;
use std::io::{Read, Write};

use crate::util::{Dir, Ran, mapped};

fn run_in(dir: &Dir, locale: &str, args: &[&str]) -> Ran {
    mapped().args(args).env("LC_ALL", locale).env("TZ", "UTC").current_dir(dir.path()).output().unwrap().into()
}

/// Writes a log with an entry in each minute of an hour.
fn log_of(dir: &Dir, name: &str, day: &str) {
    let text: String = (0..60).map(|minute| format!("{day} 10:{minute:02}:00 ERROR {minute}\n")).collect();
    dir.file(name, text.as_bytes());
}

// Regression: the whole message was the list of all forms, and a period that ends before it begins
// was reported as one without entries.
#[test]
fn a_wrong_time_is_explained() {
    let dir = Dir::new();
    log_of(&dir, "app.log", "2026-11-28");
    for (args, message) in [
        (&["--since", "25:00"][..], "invalid value '25:00' for --since: there is no hour 25: hours are 0 to 24"),
        (
            &["--since", "2026-13-01"],
            "invalid value '2026-13-01' for --since: there is no month 13: months are 1 to 12",
        ),
        (&["--until", "Nov 31"], "invalid value 'Nov 31' for --until: there is no day 31: November has 30 days"),
        (&["--around", "10"], "invalid value '10' for --around: may be an hour or an age: write 10:00, 10m or 10h"),
        (
            &["--since", "2026-11-28 10:30", "--until", "2026-11-28 10:20"],
            "--until '2026-11-28 10:20' is before --since '2026-11-28 10:30': nothing lies between them",
        ),
    ] {
        for command in [&["cat"][..], &["grep", "ERROR"]] {
            let ran = run_in(&dir, "C", &[command, args, &["app.log"]].concat());
            assert_eq!(ran.stderr, format!("mapped: {message}\n"), "{args:?}");
            assert!(ran.code > 0 && ran.stdout.is_empty(), "{args:?}");
        }
    }
}

// Regression: an option about the times in logs was ignored without a word, even with a wrong value.
#[test]
fn an_option_about_times_without_a_use_is_noted() {
    let dir = Dir::new();
    log_of(&dir, "app.log", "2026-11-28");
    for (args, users) in
        [(&["grep", "-c", "ERROR"][..], ", --merge or --timeline"), (&["cat", "--lines=1"], " or --merge")]
    {
        for option in ["--slack=5m", "--year=2026", "--time-format=%Y", "--time-key=t"] {
            let name = option.split_once('=').unwrap().0;
            let ran = run_in(&dir, "C", &[args, &[option, "app.log"]].concat());
            let note = format!("mapped: {name} has no effect without --since, --until, --around{users}\n");
            assert_eq!((ran.code, ran.stderr), (0, note), "{option}");
        }
        for option in ["--utc", "--time-zone=+01:00"] {
            assert_eq!(run_in(&dir, "C", &[args, &[option, "app.log"]].concat()).stderr, "", "{option}");
        }
        for option in ["--slack=x", "--year=x", "--time-format=x", "--time-zone=Nowhere"] {
            let ran = run_in(&dir, "C", &[args, &[option, "app.log"]].concat());
            let (name, value) = option.split_once('=').unwrap();
            assert!(ran.stderr.starts_with(&format!("mapped: invalid value '{value}' for {name}: ")), "{}", ran.stderr);
            assert!(ran.code > 0 && ran.stdout.is_empty(), "{option}");
        }
    }
}

// Regression: the time was read as the pattern, and the pattern as a file that was not found.
#[test]
fn a_date_and_a_time_are_one_argument() {
    let dir = Dir::new();
    log_of(&dir, "app.log", "2026-11-28");
    let advice = "mapped: write a date and a time as one argument: --since '2026-11-28 10:30'\n";
    for args in [
        &["grep", "--since", "2026-11-28", "10:30", "ERROR", "app.log"][..],
        &["grep", "ERROR", "--since=2026-11-28", "10:30", "app.log"],
        &["cat", "--since", "2026-11-28", "10:30", "app.log"],
    ] {
        let ran = run_in(&dir, "C", args);
        assert!(ran.code > 0 && ran.stderr.ends_with(advice), "{args:?}: {}", ran.stderr);
    }
    // This may really be a pattern.
    let ran = run_in(&dir, "C", &["grep", "--since", "2026-11-28", "10:30", "app.log"]);
    assert_eq!(ran.stderr, "");
}

// Regression: the length counted from now, so the period had no end.
#[test]
fn until_with_a_plus_counts_from_since() {
    let dir = Dir::new();
    log_of(&dir, "app.log", "2026-11-28");
    for (length, count) in [("+10m", "11\n"), ("+ 1h", "30\n"), ("+0s", "1\n")] {
        let ran = run_in(&dir, "C", &["grep", "-c", "--since", "2026-11-28 10:30", "--until", length, "", "app.log"]);
        assert_eq!((String::from_utf8_lossy(&ran.stdout).as_ref(), ran.stderr.as_str()), (count, ""), "{length}");
    }
}

// Regression: each rotated log without an entry in the period got a separate message.
#[test]
fn logs_without_an_entry_are_reported_together() {
    let dir = Dir::new();
    for (name, day) in [("app.log.2", "2026-11-26"), ("app.log.1", "2026-11-27"), ("app.log", "2026-11-28")] {
        log_of(&dir, name, day);
    }
    let logs = ["app.log.2", "app.log.1", "app.log"];
    let commands: [&[&str]; 5] = [
        &["cat"],
        &["cat", "--merge"],
        &["grep", "ERROR"],
        &["grep", "--merge", "ERROR"],
        &["grep", "--timeline", "ERROR"],
    ];
    for command in commands {
        let since = |time: &str, logs: &[&str]| run_in(&dir, "C", &[command, &["--since", time], logs].concat());
        let some = since("2026-11-28 10:59", &logs);
        assert_eq!((some.code, some.stderr.as_str()), (0, ""), "{command:?}");
        let none = since("2026-11-29", &logs);
        assert_eq!(
            none.stderr,
            "mapped: no entry since 2026-11-29 00:00:00: the 3 logs cover 2026-11-26 10:00:00 to 2026-11-28 10:59:00\n",
            "{command:?}"
        );
        let one = since("2026-11-29", &logs[2..]);
        assert_eq!(
            one.stderr,
            "mapped: app.log: no entry since 2026-11-29 00:00:00: the log covers 2026-11-28 10:00:00 to 2026-11-28 \
             10:59:00\n",
            "{command:?}"
        );
    }
}

#[test]
fn a_search_in_vain_for_an_escaped_byte_gives_a_hint() {
    let dir = Dir::new();
    dir.file("b.bin", b"\xde\xad\n\xff");
    let plain = "mapped: \\xff is a character; --no-unicode, or (?-u:\\xff), matches the byte\n";
    let perl = "mapped: \\xff is a character in this locale; LC_ALL=C matches the byte\n";
    for (args, locale, stderr, count) in [
        (&["-ac", r"\xde"][..], "C.UTF-8", plain, "0\n"),
        (&["-ac", "--no-unicode", r"\xde"], "C.UTF-8", "", "1\n"),
        (&["-ac", r"(?-u:\xde)"], "C.UTF-8", "", "1\n"),
        (&["-ac", "--no-unicode", r"\xdd"], "C.UTF-8", "", "0\n"),
        (&["-ac", r"-P", r"\xde"], "C.UTF-8", if cfg!(feature = "pcre2") { perl } else { "" }, "0\n"),
        (&["-ac", r"-P", r"\xde"], "C", "", "1\n"),
        (&["-sac", r"\xde"], "C", "", "0\n"),
    ] {
        if args.contains(&"-P") && !cfg!(feature = "pcre2") {
            continue;
        }
        let ran = run_in(&dir, locale, &[&["grep"], args, &["b.bin"]].concat());
        assert_eq!((ran.stderr.as_str(), String::from_utf8_lossy(&ran.stdout).as_ref()), (stderr, count), "{args:?}");
    }
}

#[test]
fn top_of_lines_that_all_differ_gives_a_hint() {
    let dir = Dir::new();
    log_of(&dir, "app.log", "2026-11-28");
    let hint =
        "lines differ, for example in their times; to count only a part of each: -o PATTERN, or -o --replace '$1'\n";
    let all = run_in(&dir, "C", &["grep", "--top", "3", "ERROR", "app.log"]).stderr;
    assert_eq!(all, format!("mapped: all {hint}"));
    // Regression: one line that occurred twice was enough to suppress the hint.
    let lines: String = (0..200).map(|number| format!("ERROR {}\n", number.max(1))).collect();
    dir.file("nearly", lines.as_bytes());
    let nearly = run_in(&dir, "C", &["grep", "--top", "3", "ERROR", "nearly"]).stderr;
    assert_eq!(nearly, format!("mapped: nearly all {hint}"));
    // Regression: no line was asked for.
    assert_eq!(run_in(&dir, "C", &["grep", "--top", "0", "ERROR", "app.log"]).stderr, "");
    for args in [&["--top", "3", "-o", "ERROR .*"][..], &["--top", "2", "ERROR [12]$"], &["-s", "--top", "3", "ERROR"]]
    {
        assert_eq!(run_in(&dir, "C", &[&["grep"], args, &["app.log"]].concat()).stderr, "", "{args:?}");
    }
}

/// Checks the exit code of a command and its message on standard error.
#[track_caller]
fn assert_message(dir: &Dir, args: &[&str], code: i32, message: &str) {
    let ran = run_in(dir, "C", args);
    assert_eq!((ran.code, ran.stderr), (code, format!("mapped: {message}\n")), "{args:?}");
}

// Regression: the only message was that each file is missing, or that everything is new.
#[test]
fn a_list_checked_in_the_wrong_directory_gives_a_hint() {
    let dir = Dir::new();
    for name in ["tree", "backup", "other", "empty"] {
        std::fs::create_dir_all(dir.path().join(name)).unwrap();
    }
    std::fs::create_dir(dir.path().join("backup/tree")).unwrap();
    for name in ["tree/a", "backup/tree/a", "other/a"] {
        dir.file(name, b"hello\n");
    }
    let list = run_in(&dir, "C", &["checksum", "-r", "tree"]).stdout;
    dir.file("list", &list);
    let ends = |args: &[&str], hint: &str| {
        let ran = run_in(&dir, "C", args);
        assert!(ran.code == 1 && ran.stderr.ends_with(&format!("mapped: {hint}\n")), "{args:?}: {}", ran.stderr);
    };
    ends(
        &["checksum", "-c", "list", "--directory", "empty"],
        "no listed file exists below empty, which has no tree/; --directory takes the directory that contains tree; for a \
         copy with another name, make the list inside: (cd tree && mapped checksum -r .) > LIST, and check it with \
         --directory empty",
    );
    ends(
        &["checksum", "-c", "list", "--directory", "backup/tree"],
        "no listed file exists below backup/tree; try: --directory backup",
    );
    ends(
        &["checksum", "--audit", "list", "backup"],
        "no listed name starts with backup (the first is tree/a); try: --directory backup",
    );
    assert_eq!(run_in(&dir, "C", &["checksum", "-c", "list", "--directory", "backup"]).stderr, "");
    assert_eq!(run_in(&dir, "C", &["checksum", "--audit", "list", "tree"]).stderr, "");
}

// Regression: the only message was that no line has the form of a list.
#[test]
fn a_list_for_another_algorithm_gives_a_hint() {
    let dir = Dir::new();
    dir.file("a", b"hello\n");
    for (made, checked, hint) in [
        (&["-a", "sha256"][..], "sha1", "its first digest has 64 digits, as with -a sha256"),
        (&["-a", "md5"], "sha1", "its first digest has 32 digits, as with -a md5"),
        (&["-a", "sha256", "--tag"], "md5", "its first line names SHA256: leave out -a"),
    ] {
        let list = run_in(&dir, "C", &[&["checksum"], made, &["a"]].concat()).stdout;
        dir.file("list", &list);
        let message = format!("list: no properly formatted checksum lines found; {hint}");
        assert_message(&dir, &["checksum", "-a", checked, "-c", "list"], 1, &message);
    }
}

// Regression: the other notation was read as text that was not found, a format that fits no line,
// or a range with an invalid number.
#[test]
fn another_notation_gives_a_hint() {
    let dir = Dir::new();
    dir.file("f", b"2026-11-21 a\nb\n");
    for (args, code, message) in [
        (
            &["hexdump", "--find", "ff,d8,ff", "f"][..],
            1,
            "'ff,d8,ff' is taken as text, because bytes are separated by spaces only, as in 'ff d8'; write \
             text:ff,d8,ff to confirm\nmapped: pattern not found",
        ),
        (
            &["hexdump", "--find", "str:abc", "f"],
            1,
            "'str:abc' is taken as text, because the prefixes are text:, hex:, utf16: and utf16be:; write \
             text:str:abc to confirm\nmapped: pattern not found",
        ),
        (
            &["grep", "--time-format", "yyyy-MM-dd HH:mm:ss.SSS", "--since", "2026", "a", "f"],
            2,
            "invalid value 'yyyy-MM-dd HH:mm:ss.SSS' for --time-format: write it with the directives of strptime: '%Y-%m-%d \
             %H:%M:%S%.f'",
        ),
        (&["cat", "--lines=5,+2", "f"], 1, "invalid value '5,+2' for --lines: write 5:+2; see mapped cat --help"),
        (&["cat", "--lines=5,7p", "f"], 1, "invalid value '5,7p' for --lines: write 5:7; see mapped cat --help"),
        (
            &["cat", "--lines=$", "f"],
            1,
            "invalid value '$' for --lines: write -1 for the last one; see mapped cat --help",
        ),
        (&["checksum", "-a", "sha-265", "f"], 1, "invalid value 'sha-265' for --algorithm: did you mean sha256?"),
        (
            &["bench", "--work", "hash:sha265", "f"],
            2,
            "invalid value 'hash:sha265' for --work: there is no algorithm 'sha265'; did you mean sha256?",
        ),
        (&["help", "gerp"], 1, "no help on 'gerp'; did you mean mapped help grep?"),
        (&["--as", "grp"], 2, "invalid value 'grp' for --as: did you mean grep?"),
    ] {
        assert_message(&dir, args, code, message);
    }
    std::fs::create_dir(dir.path().join("empty")).unwrap();
    let unsearched = "no file was searched: the directory has none, or the options exclude all of them";
    assert_message(&dir, &["grep", "-r", "a", "empty"], 1, unsearched);
    assert_message(&dir, &["grep", "-r", "--include=*.rs", "a"], 1, unsearched);
    assert_eq!(run_in(&dir, "C", &["grep", "-rs", "a", "empty"]).stderr, "");
    assert_eq!(run_in(&dir, "C", &["--as", "grep", "-r", "a", "empty"]).stderr, "");
    dir.file("plain", b"a\nb\n");
    let hint = "plain: no line with a time was found; lines are counted by their position";
    assert_message(&dir, &["grep", "--timeline", "a", "plain"], 0, hint);
    assert_eq!(run_in(&dir, "C", &["grep", "-s", "--timeline", "a", "plain"]).stderr, "");
}

// Regression: the messages called an operand an option, named the wrong option, or gave no advice.
#[test]
fn habits_of_other_programs_are_answered_with_what_to_type() {
    let dir = Dir::new();
    dir.file("f", b"a\nb\n");
    for (args, code, message) in [
        (&["help", "grep", "cat"][..], 2, "unexpected operand 'cat'; see mapped help --help"),
        (&["man", "7", "mapped-logs"], 2, "unexpected operand 'mapped-logs'; try: mapped man mapped-logs"),
        (&["completions", "--shell", "zsh"], 2, "completions has no option '--shell'; try: mapped completions SHELL"),
        (&["stat", "-r", "f"], 1, "-r needs --residency; see mapped stat --help"),
        (&["checksum", "-a", "256", "f"], 1, "invalid value '256' for --algorithm: did you mean sha256?"),
        (
            &["checksum", "--string", "a"],
            1,
            "checksum has no option '--string'; to digest a string: printf %s TEXT | mapped checksum",
        ),
        (
            &["hexdump", "-ps", "f"],
            1,
            "invalid value 'f' for -s: expected a size in bytes such as 4096, 64K, 1.5G, 10MB or 0x1000; try: -p, \
             which is xxd's -ps",
        ),
        (
            &["hexdump", "-t", "x1", "f"],
            1,
            "--terminate (-t) needs --format c or -i\nmapped: -t is --terminate, as in xxd; for od's notations: --type x1",
        ),
        (&["grep", "--last", "1h", "a", "f"], 2, "invalid value '1h' for --last: expected a number; try: --since TIME"),
        (
            &["cat", "--since", "10:00..11:00", "f"],
            1,
            "invalid value '10:00..11:00' for --since: write a period as --since '10:00' --until '11:00'",
        ),
        (
            &["grep", "a", "f", "-n", "5"],
            2,
            "5: No such file or directory\nmapped: -n numbers lines; -m 5 stops after 5 matching lines",
        ),
    ] {
        assert_message(&dir, args, code, message);
    }
}

// Regression: the message did not say which option was incomplete, which files it was about, or
// what to type; or there was no message, and the whole file was printed.
#[test]
fn slips_of_a_new_user_are_answered() {
    let dir = Dir::new();
    dir.file("f", b"2026-11-21 10:00:00 ERROR 7\nb\n");
    for name in ["tree", "copy"] {
        std::fs::create_dir(dir.path().join(name)).unwrap();
    }
    for (args, code, message) in [
        (&["cat", "-H", "f"][..], 1, "-H needs --follow[=BY], -F or --merge; see mapped cat --help"),
        (&["cat", "-nH", "f"], 1, "-H needs --follow[=BY], -F or --merge; see mapped cat --help"),
        (&["cat", "--pid", "5", "f"], 1, "--pid needs --follow[=BY] or -F; see mapped cat --help"),
        (&["hexdump", "--all", "f"], 1, "--all needs --find PATTERN; see mapped hexdump --help"),
        (&["hexdump", "--second-offset=5", "f"], 1, "--second-offset needs --diff; see mapped hexdump --help"),
        (&["stat", "--total", "never", "f"], 1, "--total needs --lines or --count LIST; see mapped stat --help"),
        (&["grep", "--plot", "x.svg", "a", "f"], 2, "--plot needs --timeline[=SPAN]; see mapped grep --help"),
        (&["hexdump", "--find", "ff", "d8", "ff", "f"], 1, "write bytes as one argument: --find 'ff d8 ff'"),
        (
            &["cat", "--around", "2026-11-21", "00:35", "f"],
            1,
            "write a date and a time as one argument: --around '2026-11-21 00:35'",
        ),
        (&["hexdump", "--length", "64", "kb", "f"], 1, "write a size as one argument: --length 64kb"),
        // ripgrep #2201, #2455, #2108, #2445: the group was replaced by nothing, without a word.
        (&["grep", "(E)R", "--replace=$$1 $1_x", "f"], 0, "$1_x names no group; write ${1}_x"),
        (&["grep", "-E", r"ERROR \d+", "f"], 1, r"with -E, \d is the letter d; leave out -E, or write [0-9]"),
        (&["grep", "-G", "ERROR|WARN", "f"], 1, r"with -G, | is a literal bar; write A\|B, or leave out -G"),
        (&["--verion"], 2, "mapped has no option '--verion'; did you mean --version?"),
        (&["grep", "--max", "3", "a", "f"], 2, "grep has no option '--max'; try: -m 3"),
        (&["grep", "--count-only", "a", "f"], 2, "grep has no option '--count-only'; try: -c"),
        (&["grep", "--for", "10m", "a", "f"], 2, "grep has no option '--for'; try: --since TIME --until +10m"),
        (&["cat", "--duration", "10m", "f"], 1, "cat has no option '--duration'; try: --since TIME --until +10m"),
        (&["cat", "--within", "10m", "f"], 1, "cat has no option '--within'; try: --around TIME"),
        (
            &["grep", "--stack", "a", "f"],
            2,
            "grep has no option '--stack'; the recipe for whole entries is in mapped help logs",
        ),
        (
            &["checksum", "--diff", "tree", "copy"],
            1,
            "checksum has no option '--diff'; to compare trees: (cd TREE && mapped checksum -r .) > LIST && mapped \
             checksum --audit --directory COPY LIST",
        ),
        (
            &["checksum", "tree", "copy"],
            1,
            "tree: Is a directory\nmapped: copy: Is a directory\nmapped: -r digests the files in a directory: mapped \
             checksum -r tree copy",
        ),
        (
            &["hexdump", "--find", "3578f6d6", "f"],
            1,
            "pattern not found\nmapped: '3578f6d6' is taken as hexadecimal digits; write text:3578f6d6 to search for the \
             text",
        ),
    ] {
        assert_message(&dir, args, code, message);
    }
    for topic in ["merge", "stacktrace"] {
        assert!(run_in(&dir, "C", &["help", topic]).stdout.starts_with(b"mapped cat prints parts of logs"), "{topic}");
    }
    assert_eq!(run_in(&dir, "C", &["hexdump", "--find", "3230323a", "f"]).stderr.lines().count(), 2);
    assert_eq!(run_in(&dir, "C", &["hexdump", "--find", "2d31", "f"]).stderr, "");
    let bench = ["bench", "--file-size", "64K", "--runs", "1", "--ways", "read"];
    assert!(run_in(&dir, "C", &bench).stderr.starts_with("mapped: no file given: measuring a temporary file in "));
}

// Regression: a format without a directive, or with an invalid one, silently printed no values.
#[test]
fn a_format_without_a_directive_is_noted() {
    let dir = Dir::new();
    dir.file("f", b"a\n");
    let none = "the format 'size' has no directive, such as %n for the name or %s for the size";
    assert_message(&dir, &["stat", "-c", "size", "f"], 0, none);
    assert_message(
        &dir,
        &["stat", "--format=%n:%{size}", "f", "f"],
        0,
        "there is no directive %{; mapped man stat lists them",
    );
    for args in [
        &["stat", "-c", "%n%%q%-10s%.3X%Hd", "f"][..],
        &["stat", "-f", "-c", "%q", "f"],
        &["--as", "stat", "-c", "size", "f"],
    ] {
        assert_eq!(run_in(&dir, "C", args).stderr, "", "{args:?}");
    }
}

/// Runs a command whose standard streams are a terminal, types Ctrl-D, and returns its output.
fn typed_end(args: &[&str]) -> Option<String> {
    let pty = rustix_openpty::openpty(None, None).ok()?;
    let mut command = mapped();
    command.args(args).stdin(pty.user.try_clone().unwrap()).stdout(pty.user.try_clone().unwrap()).stderr(pty.user);
    let mut child = command.spawn().unwrap();
    drop(command);
    let mut controller = File::from(pty.controller);
    // Regression: a command that checks for compressed data needed a second end of input.
    controller.write_all(b"\x04").unwrap();
    let mut shown = Vec::new();
    let _ = controller.read_to_end(&mut shown);
    child.wait().unwrap();
    Some(String::from_utf8_lossy(&shown).into_owned())
}

// Regression: a command without its operand waited silently at the terminal.
#[test]
fn reading_a_terminal_for_want_of_an_operand_is_announced() {
    let hint = "mapped: reading standard input, which is a terminal; Ctrl-D ends it";
    for args in [&["cat"][..], &["grep", "ERROR"], &["hexdump"], &["checksum"]] {
        let Some(shown) = typed_end(args) else { return crate::util::skip("a pseudo-terminal") };
        assert!(shown.starts_with(hint), "{args:?}: {shown}");
    }
    let Some(shown) = typed_end(&["hexdump", "--diff", "/dev/null"]) else { return };
    let hint = hint.replace("standard input", "the second file from standard input");
    assert!(shown.starts_with(&hint), "{shown}");
    for args in
        [&["cat", "-"][..], &["--as", "cat"], &["--as", "grep", "x"], &["cat", "/dev/null"], &["--as", "md5sum"]]
    {
        let Some(shown) = typed_end(args) else { return };
        assert!(!shown.contains("which is a terminal"), "{args:?}: {shown}");
    }
}
