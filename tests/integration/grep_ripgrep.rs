//! ripgrep's options, in cases from its own test suite, and text with runs of NUL bytes.

use crate::grep_options::{grep, prints};
use crate::law::Law;
use crate::util::{Dir, mapped};

/// Writes ripgrep's test text.
fn sherlock(dir: &Dir) {
    dir.file(
        "sherlock",
        b"For the Doctor Watsons of this world, as opposed to the Sherlock\n\
          Holmeses, success in the province of detective work must always\n\
          be, to a very large extent, the result of luck. Sherlock Holmes\n\
          can extract a clew from a wisp of straw or a flake of cigar ash;\n\
          but Doctor Watson has to have it taken out for him and dusted,\n\
          and exhibited clearly, with a label attached.\n",
    );
}

// Regression: --max-columns-preview was unknown, and -M showed an excerpt, whereas ripgrep prints a
// note.
#[test]
fn long_lines_are_noted_or_previewed() {
    let dir = Dir::new();
    sherlock(&dir);
    let pattern = "exhibited|dusted|has to have it";
    prints(
        &dir,
        &["-M46", "--max-columns-preview", pattern, "sherlock"],
        "but Doctor Watson has to have it taken out for [... omitted end of long line]\n\
         and exhibited clearly, with a label attached.\n",
    );
    prints(
        &dir,
        &["-M43", "--max-columns-preview", "--replace=xxx", pattern, "sherlock"],
        "but Doctor Watson xxx taken out for him and [... 1 more match]\n\
         and xxx clearly, with a label attached.\n",
    );
    dir.file("long", b"test\ntest abcdefghijklmnopqrstuvwxyz test\nabcdefghijklmnopqrstuvwxyz\n");
    prints(&dir, &["-M20", "test", "long"], "test\n[Omitted long matching line]\n");
    prints(
        &dir,
        &["-M20", "-m2", "-C1", "test", "long"],
        "test\n[Omitted long matching line]\n[Omitted long context line]\n",
    );
    prints(&dir, &["-M20", "--replace=foo", "test", "long"], "foo\n[Omitted long line with 2 matches]\n");
    prints(&dir, &["-M0", "-c", "test", "long"], "2\n");
    dir.file("blanks", b"     0123456789abcdefghijklmnopqrstuvwxyz");
    let trimmed = ["--trim", "--max-columns-preview", "-M8", "blanks", "-e"];
    let with = |more: &[&'static str]| [&trimmed[..], more].concat();
    prints(&dir, &with(&["abc"]), "01234567 [... omitted end of long line]\n");
    prints(&dir, &with(&["abc", "-o", "-M2"]), "ab [... 0 more matches]\n");
    prints(&dir, &with(&["abc", "--color=always"]), "01234567 [... 1 more match]\n");
}

#[test]
fn separators_are_unescaped() {
    let dir = Dir::new();
    sherlock(&dir);
    let args =
        ["-n", "-A1", "--field-context-separator", r"\x7F", "--field-match-separator", r"\t", "opposed", "sherlock"];
    let ran = grep(&dir, &args);
    let lines: Vec<_> = ran.stdout.split(|&byte| byte == b'\n').map(|line| &line[..2.min(line.len())]).collect();
    assert_eq!(lines, [&b"1\t"[..], b"2\x7f", b""]);
    dir.file("f", b"a\nb\na\n");
    prints(&dir, &["-A0", "--context-separator", r"\x41\\", "a", "f"], "a\nA\\\na\n");
    // GNU grep's option uses the text literally.
    prints(&dir, &["-A0", "--group-separator", r"\x41", "a", "f"], "a\n\\x41\na\n");
}

#[test]
fn ignore_files_are_chosen() {
    let dir = Dir::new();
    for (name, text) in [(".ignore", "a"), (".rgignore", "b"), (".mine", "c"), ("a", "x"), ("b", "x"), ("c", "x")] {
        dir.file(name, text.as_bytes());
    }
    let files = |options: &[&str], expected: &str| prints(&dir, &[&["--files", "-r"], options].concat(), expected);
    files(&["--ignore"], "c\n");
    files(&["--ignore", "--no-ignore-dot"], "a\nb\nc\n");
    files(&["--ignore", "--ignore-file", ".mine", "--no-ignore-dot"], "a\nb\n");
    files(&["--ignore-file", ".mine"], ".ignore\n.mine\n.rgignore\na\nb\n");
    files(&["--ignore-file", ".mine", "--no-ignore-files", "--ignore"], "c\n");
    files(&["--ignore", "--no-ignore", "--sort-files", "-g", "?"], "a\nb\nc\n");
    std::fs::create_dir(dir.path().join("d")).unwrap();
    dir.file("d/.gitignore", b"e");
    dir.file("d/e", b"x");
    files(&["--ignore", "-g", "e"], "d/e\n");
    files(&["--ignore", "--no-require-git", "-g", "d/**"], "d/.gitignore\nd/e\n");
    files(&["--ignore", "--no-require-git", "-g", "!a"], "c\n");
    files(&["--ignore", "--no-require-git", "--no-ignore-vcs"], "c\nd/e\n");
    // Regression: ignore files overrode globs, which are typed for this search alone, as in
    // ripgrep.
    files(&["--ignore", "--no-require-git", "-g", "e"], "d/e\n");
    files(&["--ignore", "-g", ".mine"], ".mine\n");
    files(&["--path-separator", "+", "-g", "e"], "d+e\n");
    assert_eq!(
        (grep(&dir, &["--files", "-q", "-r"]).code, grep(&dir, &["--files", "-q", "-r", "-g", "zz"]).code),
        (0, 1)
    );
}

/// Regression: a named ignore file that does not exist was reported once for each directory, with
/// its name twice and exit code 0, and invalid globs were ignored silently.
#[test]
fn ignore_files_that_cannot_be_used_are_reported_once() {
    let dir = Dir::new();
    std::fs::create_dir(dir.path().join("d")).unwrap();
    dir.file("d/f", b"x\n");
    dir.file("globs", b"a{b\n");
    let ran = grep(&dir, &["--ignore-file", "nofile", "-r", "x", "d", "d"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (2, "mapped: nofile: No such file or directory\n"));
    let ran = grep(&dir, &["--ignore-file", "globs", "-r", "x", "d", "d"]);
    assert!(ran.stderr.starts_with("mapped: warning: globs: line 1: error parsing glob 'a{b'"), "{}", ran.stderr);
    assert_eq!((ran.code, ran.stderr.lines().count(), &ran.stdout[..]), (0, 1, &b"d/f:x\nd/f:x\n"[..]));
    std::fs::rename(dir.path().join("globs"), dir.path().join("d/.ignore")).unwrap();
    let ran = grep(&dir, &["--ignore", "-r", "x", "d"]);
    assert!(ran.stderr.starts_with("mapped: warning: d/.ignore: line 1: "), "{}", ran.stderr);
    assert_eq!((ran.code, grep(&dir, &["--ignore", "-s", "-r", "x", "d"]).stderr.as_str()), (0, ""));
    // Regression: a second walk determined whether there was a file to search, and warned again.
    let ran = grep(&dir, &["--ignore", "-r", "--include=*.rs", "x", "d"]);
    assert_eq!(ran.stderr.matches("d/.ignore: line 1: ").count(), 1, "{}", ran.stderr);
}

#[test]
fn the_last_of_options_that_exclude_each_other_counts() {
    let dir = Dir::new();
    dir.file("f", b"a\nb\nc\n");
    prints(&dir, &["--passthru", "-C0", "b", "f"], "b\n");
    prints(&dir, &["-C0", "--passthru", "b", "f"], "a\nb\nc\n");
    prints(&dir, &["-v", "--no-invert-match", "b", "f"], "b\n");
    prints(&dir, &["--json", "--no-json", "b", "f"], "b\n");
    prints(&dir, &["-c", "--no-include-zero", "x", "f"], "");
    prints(&dir, &["-c", "--no-include-zero", "--include-zero", "x", "f"], "0\n");
    prints(&dir, &["--no-mmap", "b", "f"], "b\n");
    prints(&dir, &["--mmap", "b", "f"], "b\n");
    prints(&dir, &["--vimgrep", "-N", "--no-column", "b", "f"], "f:b\n");
    prints(&dir, &["--vimgrep", "--no-filename", "b", "f"], "2:1:b\n");
    prints(&dir, &["-n", "-o", "--passthru", "b", "f"], "1-a\n2:b\n3-c\n");
    let ran = grep(&dir, &["--no-mmap", "--stats", "b", "f"]);
    assert!(ran.stderr.contains("read") && !ran.stderr.contains("mapped by"), "{}", ran.stderr);
}

#[test]
fn engines_and_their_limits() {
    let dir = Dir::new();
    dir.file("f", "foobar\n\u{e9}\n".as_bytes());
    prints(&dir, &["-o", "--no-unicode", r"\w+", "f"], "foobar\n");
    prints(&dir, &["-c", "--dfa-size-limit", "10", r"o\s?b", "f"], "1\n");
    let ran = grep(&dir, &["--regex-size-limit", "10", r"\w{5}", "f"]);
    assert!(ran.code == 2 && ran.stderr.contains("exceeds size limit"), "{}", ran.stderr);
    if cfg!(feature = "pcre2") {
        // Regression: --no-unicode had no effect on -P.
        let in_utf8 = |options: &[&str]| {
            let mut grep = mapped();
            grep.env("LC_ALL", "C.UTF-8").arg("grep").args(options).arg("f").current_dir(dir.path());
            String::from_utf8(grep.output().unwrap().stdout).unwrap()
        };
        assert_eq!(in_utf8(&["-Pc", "^..$"]), "0\n");
        assert_eq!(in_utf8(&["-Pc", "--no-unicode", "^..$"]), "1\n");
        assert_eq!(in_utf8(&["-Pic", "--no-pcre2-unicode", "\u{c9}"]), "0\n");
        prints(&dir, &["-o", "--engine=auto", "foo(?=bar)", "f"], "foo\n");
        prints(&dir, &["-o", "--auto-hybrid-regex", "foo(?=bar)", "f"], "foo\n");
        prints(&dir, &["-o", "--engine=pcre2", r"foo\Kbar", "f"], "bar\n");
    }
    assert_eq!(grep(&dir, &["foo(?=bar)", "f"]).code, 2);
}

// Regression: --json and --replace excluded each other, and -q suppressed the summary of --json.
#[test]
fn json_shows_replacements_and_a_summary() {
    let dir = Dir::new();
    sherlock(&dir);
    let ran = grep(&dir, &["--json", "Sherlock Holmes", "--replace", "John Watson", "sherlock"]);
    let text = String::from_utf8(ran.stdout).unwrap();
    let wanted = r#"{"match":{"text":"Sherlock Holmes"},"replacement":{"text":"John Watson"},"start":48,"end":63}"#;
    assert!(text.contains(wanted), "{text}");
    let quiet = grep(&dir, &["--json", "-q", "Sherlock Holmes", "sherlock"]);
    let text = String::from_utf8(quiet.stdout).unwrap();
    assert!(text.starts_with(r#"{"type":"summary""#) && text.lines().count() == 1, "{text}");
    assert!(text.contains(r#""bytes_searched":367"#), "{text}");
    // Regression: the summary counted the bytes of messages that -q suppresses.
    assert!(text.contains(r#""bytes_printed":0"#), "{text}");
}

#[test]
fn replacements_of_newlines_join_lines() {
    let dir = Dir::new();
    dir.file("input", b"hello\nworld\n");
    prints(&dir, &["-U", "--replace=?", "-n", "\n", "input"], "1:hello?world?\n");
}

// Regression: -U -o printed empty replacements, and a replacement that contained a newline was printed
// as several lines with the numbers of lines that follow in the file.
#[test]
fn replacements_are_lines_where_they_are_in_ripgrep() {
    let dir = Dir::new();
    dir.file("f", b"a1\nb2\na3\nb4 b5\n");
    let replaced = |args: &[&str], with: &str, expected: &str| {
        prints(&dir, &[args, &["-n", "--replace", with, "f"]].concat(), expected);
    };
    replaced(&["-Uo", r"b2\na3"], "", "");
    replaced(&["-Uo", r"b2\na|4"], "", "");
    replaced(&["-Uo", r"b2\na3"], "X\n", "2:X\n");
    replaced(&["-Uo", r"b2\na3"], "X\n\nY", "2:X\n4:Y\n");
    replaced(&["-U", r"b2\na"], "X\nY", "2:X\n3:Y3\n");
    replaced(&["-o", "b"], "", "2:\n4:\n4:\n");
    replaced(&["-o", "b"], "X\nY", "2:X\nY\n4:X\nY\n4:X\nY\n");
    replaced(&["-o", "b2"], "X\n", "2:X\n");
    replaced(&["b"], "X\nY", "2:X\nY2\n4:X\nY4 X\nY5\n");
    replaced(&["--vimgrep", "b2"], "X\nY", "f:2:1:X\nY\n");
}

// Regression: groups of -E and -G were not captured, so $1 was empty.
#[test]
fn groups_of_posix_patterns_are_captured() {
    let dir = Dir::new();
    dir.file("f", b"x 1\n");
    prints(&dir, &["-oE", "--replace", "<$1>", "x (.)", "f"], "<1>\n");
    prints(&dir, &["-oG", "--replace", "<$1>", r"x \(.\)", "f"], "<1>\n");
}

fn padded() -> Vec<u8> {
    let mut text = b"first word\n".to_vec();
    text.extend_from_slice(&[0; 300]);
    text.extend_from_slice(b"second word\nthird\n");
    text.extend_from_slice(&[0; 5000]);
    text.extend_from_slice(b"fourth word");
    text
}

// Regression: a log that was truncated while its writer continued was treated as binary.
#[test]
fn the_law_holds_for_text_with_runs_of_nul_bytes() {
    let text = padded();
    Law::new(&["grep", "-n", "word"], &text).holds(b"1:first word\n2:second word\n4:fourth word\n", 0);
    Law::new(&["grep", "-b", "^[sf]"], &text).holds(b"0:first word\n311:second word\n5329:fourth word\n", 0);
    Law::new(&["grep", "-v", "-n", "word"], &text).holds(b"3:third\n", 0);
    Law::new(&["grep", "-c", ""], &text).holds(b"4\n", 0);
    Law::new(&["grep", "-m2", "-n", "word"], &text).holds(b"1:first word\n2:second word\n", 0);
    Law::new(&["grep", "--count-matches", "-m2", "r"], &text).holds(b"3\n", 0);
    // 200 KiB exceed the prefix that is checked for binary data, and are slow in 1-byte blocks.
    for (zeros, are_blocks_chosen) in [(200 << 10, true), (8 << 10, false)] {
        let leading = [vec![0; zeros], b"a word\n".to_vec()].concat();
        let law = Law::new(&["grep", "-n", "^a word"], &leading);
        let law = if are_blocks_chosen { law.in_its_own_blocks() } else { law };
        law.holds(b"1:a word\n", 0);
    }
}

#[test]
fn other_inputs_with_nul_bytes_stay_binary() {
    let dir = Dir::new();
    dir.file("single", b"a\0word\n");
    dir.file("elf", &[&b"\x7fELF\x02\x01\x01"[..], &[0; 90], b"a word\n"].concat());
    let filler = b"nothing\n".repeat(20_000);
    dir.file("later", &[&[0; 99][..], b"a word\n", &filler, b"b \x01word\nword\n"].concat());
    for name in ["single", "elf"] {
        let ran = grep(&dir, &["word", name]);
        assert!(ran.stdout.is_empty() && ran.stderr.contains("binary file matches (-a"), "{name}: {}", ran.stderr);
    }
    let ran = grep(&dir, &["word", "later"]);
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "a word\n");
    assert!(ran.stderr.contains("binary file matches"), "{}", ran.stderr);
}

// Regression: the colour of a line ended before each match. In GNU grep, the colour of the match
// follows without a reset.
#[test]
fn colours_follow_one_another_as_in_gnu_grep() {
    let dir = Dir::new();
    dir.file("f", b"foo bar\nx\n");
    for (colors, options) in [
        ("ms=1:mc=2:sl=3:cx=4", &["-n", "-A1", "o"][..]),
        ("rv:sl=7:cx=8", &["-v", "-C1", "o"]),
        ("ne:sl=3:fn=4:ln=5:bn=6:se=7", &["-nbH", "b"]),
        ("sl=3:mt=", &["o"]),
        ("mt=01;3", &["-o", "o"]),
    ] {
        let args = [&["-E", "--color=always"], options, &["f"]].concat();
        let mut peer = std::process::Command::new("grep");
        let Ok(peer) = peer.args(&args).env("GREP_COLORS", colors).current_dir(dir.path()).output() else { return };
        let mut ours = mapped();
        let ours = ours.arg("grep").args(&args).env("GREP_COLORS", colors).current_dir(dir.path()).output().unwrap();
        assert_eq!(
            ours.stdout.escape_ascii().to_string(),
            peer.stdout.escape_ascii().to_string(),
            "{colors} {options:?}"
        );
    }
}

#[test]
fn the_obsolete_variable_for_colours_has_a_warning() {
    let dir = Dir::new();
    dir.file("f", b"foo bar\n");
    let run = |color: &str, colors: &str, variable: &str| {
        let mut grep = mapped();
        grep.args(["grep", color, "foo", "f"]).env("GREP_COLOR", variable).env("GREP_COLORS", colors);
        let out = grep.current_dir(dir.path()).output().unwrap();
        (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let warning = "mapped: warning: GREP_COLOR='36' is deprecated; use GREP_COLORS='mt=36'\n";
    let coloured = "\x1b[36m\x1b[Kfoo\x1b[m\x1b[K bar\n";
    assert_eq!(run("--color=always", "ln=35", "36"), (coloured.into(), warning.into()));
    // A later setting takes precedence.
    assert_eq!(run("--color=always", "mt=36", "36").0, coloured);
    assert_eq!(run("--color=never", "ln=35", "36"), ("foo bar\n".into(), String::new()));
    assert_eq!(run("--color=always", "mt=36", "red").0, coloured);
}

// Reports about other programs: anchors in a look-around that suppressed other matches, \K without
// a match, -m that counted context, replacements that repeated lines or split \r\n, patterns that
// matched after the last newline or at the second line.
#[test]
fn mistakes_of_other_programs_are_not_repeated() {
    let dir = Dir::new();
    let files: &[(&str, &str)] = &[
        ("foo", "foo bar\nbaz foo\n"),
        ("text", "foo\nhi there\nhave a nice day\nbye\n123\n456\n"),
        ("letters", "a\nb\nc\nd\ne\nd\ne\nd\ne\n"),
        ("blocks", "one() {\n  // 1\n}\n\ntwo() {\n  // 2\n}\n\nthree() {\n}\n"),
        ("crlf", "1 x A\r\n2 x B\r\n"),
        ("short", "1\nbaz\nabc\n"),
        ("open", "a\nb"),
        ("empty", ""),
        ("names", "hi.hh\0you.hh"),
    ];
    for (name, text) in files {
        dir.file(name, text.as_bytes());
    }
    let cases: &[(&[&str], &str)] = &[
        (&["-PU", "--passthru", "--replace=X", "(?<=^|z )foo", "foo"], "X bar\nbaz X\n"),
        (&["-PU", "foo(?=$|x)", "foo"], "baz foo\n"),
        // The text examined by a look-around may be on lines that are not printed.
        (&["-PU", "--replace=X", r"bar(?=\sbaz)", "foo"], "foo X\n"),
        (&["-PUn", "--replace=$1.", r"(?<=bar\n)(b)az", "foo"], "2:b. foo\n"),
        (&["-PUo", "--replace=<$n>", r"(?<n>3)(?=\n[45]+6)|1(?=23\n4)", "text"], "<>\n<3>\n"),
        (&["-PUon", r"there\n\Khave", "text"], "3:have\n"),
        // Regression: a match that \K moves to another line was not replaced, and -o printed nothing.
        (&["-PUon", "--replace=<$0$1>", r"there\n\Kha(v)e", "text"], "3:<havev>\n"),
        (&["-PUnm1", "-A2", r"\w+\(\) \{([^{}]|(?R))*\}", "blocks"], "1:one() {\n2:  // 1\n3:}\n4-\n5-two() {\n"),
        (&["-nm1", "-A2", "d", "letters"], "4:d\n5-e\n6-d\n"),
        (&["-U", "--replace=ZZZ", "(?s)the.*ice", "text"], "hi ZZZ day\n"),
        (&["-U", "--passthru", "--replace=XYZ", "(?s)oo.*the|ye.*2", "text"], "fXYZre\nhave a nice day\nbXYZ3\n456\n"),
        (&["--crlf", "--replace=$2 y $1", r"(\d) x (.*)", "crlf"], "A y 1\r\nB y 2\r\n"),
        (&["-Pe(foo)", "-e(nice)", "--replace=$1", "-o", "text"], "foo\nnice\n"),
        (&["-z", "--replace=", r"\.hh$", "names"], "hi\0you\0"),
        (&["-lU", r"[^\n]\z", "open", "short"], "open\n"),
        (&["-lPU", r"[^\n]\z", "open", "short"], "open\n"),
        (&["-PU", r"\Ab|(?-m)^a", "short"], ""),
        (&["-vPf", "empty", "open"], "a\nb\n"),
    ];
    for (args, want) in cases {
        if cfg!(feature = "pcre2") || !args.iter().any(|arg| arg.starts_with('-') && arg.contains('P')) {
            let ran = grep(&dir, args);
            assert_eq!((String::from_utf8_lossy(&ran.stdout).as_ref(), ran.stderr.as_str()), (*want, ""), "{args:?}");
        }
    }
}

// Regression: -t dropped files that -g selected, and --type-not was applied last.
#[test]
fn globs_take_precedence_over_types() {
    let dir = Dir::new();
    for (name, text) in [(".ignore", "*.log\n"), ("a.log", "x"), ("b.rs", "x"), (".hidden.log", "x")] {
        dir.file(name, text.as_bytes());
    }
    let files = |options: &[&str], expected: &str| prints(&dir, &[&["--files", "-r"], options].concat(), expected);
    files(&["--ignore"], "b.rs\n");
    files(&["-g", "a.*", "-t", "rust"], "a.log\n");
    files(&["--type-not", "rust", "--type", "rust"], "b.rs\n");
    files(&["-t", "rust", "--type-not", "rust"], "");
}

// Regression: names of nonexistent files were listed.
#[test]
fn missing_files_are_not_listed() {
    let dir = Dir::new();
    dir.file("a", b"x");
    let ran = grep(&dir, &["--files", "none", "a"]);
    assert_eq!((ran.code, &ran.stdout[..]), (2, &b"a\n"[..]));
    assert_eq!(ran.stderr, "mapped: none: No such file or directory\n");
}
