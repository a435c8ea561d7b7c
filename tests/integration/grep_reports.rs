//! Reports about GNU grep, ripgrep and programs that replace them, which `mapped grep` gets right.

use crate::grep_options::{grep, prints};
use crate::util::Dir;

/// Checks what `grep` prints for one input, and its exit code.
#[track_caller]
fn holds(input: &[u8], args: &[&str], expected: &str, code: i32) {
    let dir = Dir::new();
    dir.file("f", input);
    let ran = grep(&dir, &[args, &["f"]].concat());
    let text = String::from_utf8_lossy(&ran.stdout);
    assert_eq!((&*text, ran.code), (expected, code), "{args:?}: {}", ran.stderr);
}

/// Returns a directory that looks like a Git repository, with these files.
fn repository(files: &[(&str, &str)]) -> Dir {
    let dir = Dir::new();
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    for (name, text) in files {
        std::fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
        dir.file(name, text.as_bytes());
    }
    dir
}

#[test]
fn ignore_files_of_a_parent_apply() {
    let found = |dir: &Dir, within: &str, path: &[&str]| {
        let mut command = crate::util::mapped();
        command.args(["grep", "--ignore", "-rl", "x"]).args(path).current_dir(dir.path().join(within));
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    // ripgrep #2770: a glob with a directory in its middle was not applied below that directory.
    let dir = repository(&[(".gitignore", "**/bar/*\n"), ("foo/bar/baz", "x\n")]);
    for within in [".", "foo", "foo/bar"] {
        assert_eq!(found(&dir, within, &["."]), "", "{within}");
    }
    // ripgrep #2836: nor was a path below the searched directory.
    let dir = repository(&[(".ignore", "a/b/c\n"), ("a/b/c/skipped", "x\n"), ("a/kept", "x\n")]);
    assert_eq!(found(&dir, ".", &["a"]), "a/kept\n");
    assert_eq!(found(&dir, ".", &["a/b"]), "");
    assert_eq!(found(&dir, "a", &["."]), "./kept\n");
    // ripgrep #3173: a hidden file that a parent's list includes was skipped in `.`.
    let dir = repository(&[(".ignore", "!.hidden\n"), ("sub/.hidden", "x\n")]);
    assert_eq!(found(&dir, "sub", &[]), ".hidden\n");
    assert_eq!(found(&dir, "sub", &["."]), "./.hidden\n");
    // ripgrep #221, #49, #1321, #2489: an anchored glob did not apply to an operand or in a directory.
    let dir = repository(&[(".gitignore", "/a/b\n"), ("a/b/f", "x\n"), ("a/c/f", "x\n")]);
    assert_eq!(found(&dir, ".", &["a"]), "a/c/f\n");
    assert_eq!(found(&dir, "a", &[]), "c/f\n");
    // ripgrep #184: `.*` in a parent's list applied to `.`.
    let dir = repository(&[(".gitignore", ".*\n"), ("sub/f", "x\n")]);
    assert_eq!(found(&dir, "sub", &["."]), "./f\n");
}

#[test]
fn globs_in_ignore_files_have_the_meaning_of_git() {
    let cases: &[(&str, &str, &[&str], &[&str])] = &[
        // ripgrep #1197: a glob for files hid files below a directory that matches only a part.
        ("_*.*", "", &["src/_foo/bar.js"], &["src/_foo/bar.js"]),
        // ripgrep #1173: `**` alone, and #649: `!**/` after `*`, matched nothing.
        ("**", "", &["foo", "a/b"], &[]),
        ("*\n!**/\n!*.nim", "", &["lib/system.nim", "lib/foo", "bar"], &["lib/system.nim"]),
        // ripgrep #659: a backslash before a space.
        ("ignore\\ me", "", &["ignore me"], &[]),
        // ripgrep #1897, #2778, #2731: an anchored glob applied in other directories too.
        ("/a/**", "", &["a/a/a.txt", "b/a/a.txt"], &["b/a/a.txt"]),
        ("/folder/file", "folder", &["folder/file", "folder/sub/folder/file"], &["sub/folder/file"]),
        ("build/\n!/some_dir/build/", "some_dir", &["build/foo", "some_dir/build/foo"], &["build/foo"]),
        // ripgrep #816, sharkdp/fd #1591 and #1461: with --hidden, hidden directories were searched
        // although a list in a parent directory names them.
        ("/.hidden/no\nno2", ".", &[".hidden/no/a", ".hidden/no2", ".hidden/b"], &["./.hidden/b"]),
        ("**/.cache/old/\n.abc", "sub", &["sub/.cache/old/a", "sub/.abc", "sub/.cache/b"], &[".cache/b"]),
    ];
    for &(list, within, files, expected) in cases {
        let texts: Vec<_> = [(".gitignore", list)].into_iter().chain(files.iter().map(|&file| (file, "x\n"))).collect();
        let dir = repository(&texts);
        let mut command = crate::util::mapped();
        command.args(["grep", "--ignore", "--hidden", "-rl", "--exclude=.gitignore", "x"]);
        command.args((within == ".").then_some(".")).current_dir(dir.path().join(within));
        let printed = String::from_utf8(command.output().unwrap().stdout).unwrap();
        assert_eq!(printed.lines().collect::<Vec<_>>(), expected, "{list:?} in {within:?}");
    }
}

#[test]
fn matches_end_where_they_should() {
    // ag #713, #560: a negated class matched newlines.
    holds(b"x = t.t\n#no\nt.t\n\nhere\nt.t\n", &["-n", "^[^=]+t"], "3:t.t\n6:t.t\n", 0);
    // ag #1153, #677: a match over two lines hid parts of others, and had a column of 2^64 - 1.
    holds(b"are you\nline\nhow are you\n", &["-Uon", "you\\nline"], "1:you\n2:line\n", 0);
    holds(b"a\nb\n", &["-U", "--column", "a\\s"], "1:1:a\n", 0);
    // ripgrep #2208: with --replace, a group held more than the match.
    let text = b"# -U\npipc () {  # [-h]\n  emulate\n}\n";
    holds(text, &["-U", r"^(\w+) \(\) \{( *#([^\n]*))?", "--replace", "$1|$3"], "pipc| [-h]\n", 0);
    // ripgrep #1311: a replaced newline remained.
    holds(b"hello\nworld\n", &["-U", "\\n", "--replace", "?"], "hello?world?\n", 0);
    // ripgrep #2458: --trim applied to the part that -M had left.
    let limits = ["--trim", "--max-columns-preview", "-M8", "abc"];
    holds(b"     0123456789abc\n", &limits, "01234567 [... omitted end of long line]\n", 0);
    // Genivia/ugrep #134: -w needed a word character at both ends of a match.
    holds(b"# bin x\nxbin\nbinx\n", &["-Gnw", ".*bin"], "1:# bin x\n2:xbin\n", 0);
    if cfg!(feature = "pcre2") {
        // ripgrep #3364: matches on adjacent lines were one message, and #3436: one after \K had no match.
        for (input, pattern, starts) in
            [(&b"t foo\nfoo t\n"[..], "foo", &[2, 0][..]), (b"a\na\nb\n", r"^(.)$\n\K\1$", &[0])]
        {
            let dir = Dir::new();
            dir.file("f", input);
            let printed = grep(&dir, &["-UP", "--json", pattern, "f"]).stdout;
            let printed = String::from_utf8(printed).unwrap();
            let matches: Vec<_> = printed.lines().filter(|line| line.contains(r#""type":"match""#)).collect();
            assert_eq!(matches.len(), starts.len(), "{printed}");
            for (line, start) in matches.iter().zip(starts) {
                assert!(line.contains(&format!(r#""start":{start},"#)), "{line}");
            }
        }
    }
}

#[test]
fn counts_names_and_exit_codes_agree() {
    let dir = Dir::new();
    let late = [&b"cat here\n"[..], &b"padding line\n".repeat(20_000), b"\0"].concat();
    dir.file("late", &late);
    dir.file("match", b"cat\n");
    dir.file("none", b"dog\n");
    // ripgrep #3131: -c omitted a file with a late NUL byte that -l listed.
    prints(&dir, &["-l", "cat", "late", "none"], "late\n");
    prints(&dir, &["-c", "cat", "late", "none"], "late:1\nnone:0\n");
    // vercel-labs/just-bash #332: the exit code of -L told whether a name was printed.
    for (file, code) in [("match", 0), ("none", 1), ("missing", 2)] {
        assert_eq!(grep(&dir, &["-L", "cat", file]).code, code, "{file}");
    }
    // ag #1501, #238: -L listed a file whose match is followed by an empty line.
    dir.file("blank", b"cat\n\nokay");
    prints(&dir, &["-L", "cat", "blank", "match", "none"], "none\n");
    prints(&dir, &["-l", "cat", "blank", "match", "none"], "blank\nmatch\n");
    // Genivia/ugrep #489: -Fxvf treated the beginning of a word in the list as the word.
    dir.file("list", b"rust\ngnu\nc\n");
    dir.file("words", b"d\ngn\nr\nc\nzig\n");
    prints(&dir, &["-Fxvf", "list", "words"], "d\ngn\nr\nzig\n");
    // anthropics/claude-code #86320: with -q, a missing file hid a match.
    for files in [["match", "missing"], ["missing", "match"]] {
        assert_eq!(grep(&dir, &[&["-q", "cat"], &files[..]].concat()).code, 0, "{files:?}");
    }
    // ewhauser/gbash #839: -R reported a broken link that --include leaves out.
    std::os::unix::fs::symlink("nowhere", dir.path().join("broken.log")).unwrap();
    let ran = grep(&dir, &["-Rl", "--include=m*", "cat", "."]);
    assert_eq!((&ran.stdout[..], ran.code, &*ran.stderr), (&b"./match\n"[..], 0, ""));
}

#[test]
fn patterns_that_other_programs_mistake() {
    // ripgrep #2884: alternatives with a common prefix lost a match.
    holds(b"e-x\n", &["-i", "e.x|ex"], "e-x\n", 0);
    // uutils/grep #32: with -i, two letters were one match, and a letter matched two.
    holds("st\nß\n".as_bytes(), &["-ioE", "[[:alpha:]]"], "s\nt\nß\n", 0);
    holds("SS\nß\n".as_bytes(), &["-iE", "ß"], "ß\n", 0);
    // can1357/oh-my-pi #10298: a brace that begins no interval was an error.
    holds(b"{a\n\\{\n", &["-G", r"^\{"], "{a\n", 0);
    holds(b"{\n", &["-E", "{"], "{\n", 0);
    // elixir-ai-tools/just_bash #84: -w and -x applied to one alternative.
    holds(b"foobar\nbar\n", &["-Gw", r"foo\|bar"], "bar\n", 0);
    holds(b"foobar\nbar\n", &["-Gx", r"foo\|bar"], "bar\n", 0);
    // bmatzelle/gow #228: -w and a look-behind excluded each other.
    if cfg!(feature = "pcre2") {
        holds(b"/.true./\n(/.true./)\n", &["-wP", r"(?<!\()\/.+\/(?!\))"], "/.true./\n", 0);
        // Genivia/ugrep #132: -i disabled \s.
        holds(b"End: 2021  11:04\n", &["-niP", r"\s\s11:04"], "1:End: 2021  11:04\n", 0);
    }
}

#[test]
fn ends_of_files_and_of_limits() {
    // Genivia/ugrep #461, shelljs #1268: the last line needs no newline, not even as context.
    holds(b"Say\nWorld\nWorld", &["-in", "world"], "2:World\n3:World\n", 0);
    holds(b"match\nafter", &["-A1", "match"], "match\nafter\n", 0);
    // uutils/grep #12: no tab is printed before an empty line.
    holds(b"\n x\n", &["-nT", ""], "1:\n2:\t x\n", 0);
    // ripgrep #2843: matches in context after the last line of -m are not coloured.
    let coloured = "a\u{1b}[01;31m\u{1b}[Kb\u{1b}[m\u{1b}[K\ncb\n";
    holds(b"ab\ncb\n", &["--color=always", "-m1", "-A1", "b"], coloured, 0);
    // Genivia/ugrep #77: -m and -C with values of their own; ripgrep #422: -o with context.
    holds(b"1\nall\n2\nALL\n3\nall\n", &["-i", "-m", "2", "-C", "1", "all"], "1\nall\n2\nALL\n3\n", 0);
    holds(b"foo\nbar\nfoo\nfoo\nbar\n", &["-on", "-A1", "bar"], "2:bar\n--\n5:bar\n", 0);
    // gitbutlerapp/grit #195: a pattern in a list ended at its NUL byte.
    let dir = Dir::new();
    dir.file("list", b"a\0b\n");
    dir.file("f", b"xa\0by\na\0c\n");
    prints(&dir, &["-acf", "list", "f"], "1\n");
}

#[test]
fn classes_of_every_dialect() {
    // uutils/grep #31: \s and \S were letters in a basic regular expression.
    holds(b"aS b\n  \nx\n", &["-Gc", r"\S"], "2\n", 0);
    holds(b"aS b\n  \nx\n", &["-Gc", r"\s"], "2\n", 0);
    // Genivia/ugrep #347: a plus sign without an operand was an error.
    holds(b"libstdc++.dll.a\n", &["-G", "libstdc++.dll.a"], "libstdc++.dll.a\n", 0);
    // unix.stackexchange.com 15980: in some locales, [a-z] matches B.
    let dir = Dir::new();
    dir.file("f", b"b\nB\n\x9dc\n");
    let in_locale = |locale: &str, args: &[&str]| {
        let mut command = crate::util::mapped();
        command.arg("grep").args(args).arg("f").current_dir(dir.path()).env("LC_ALL", locale);
        command.output().unwrap().stdout
    };
    for locale in ["C", "en_US.UTF-8", "C.UTF-8"] {
        assert_eq!(in_locale(locale, &["-E", "^[a-z]"]), b"b\n", "{locale}");
    }
    // uutils/grep #9: in the C locale, -I hid a line with a byte that is not UTF-8.
    assert_eq!(in_locale("C", &["-G", "-I", "c"]), b"\x9dc\n");
    // CyberShadow/aconfmgr #106: a list of names that are not UTF-8 was an error.
    dir.file("list", b"/usr/\xcdslenska\n/usr/b\n");
    dir.file("names", b"/usr/\xcdslenska\n/etc\n");
    assert_eq!(grep(&dir, &["-aFf", "list", "names"]).stdout, b"/usr/\xcdslenska\n");
}

#[test]
fn empty_patterns_and_pipes() {
    // briandfoy/PerlPowerTools #821, #826: an empty list matched, and a list of an empty line did not.
    let dir = Dir::new();
    dir.file("empty", b"");
    dir.file("line", b"\n");
    dir.file("f", b"a\n\nb\n");
    prints(&dir, &["-f", "empty", "f"], "");
    prints(&dir, &["-cvf", "empty", "f"], "3\n");
    prints(&dir, &["-cf", "line", "f"], "3\n");
    // mattn/jvgrep #32: an empty line was never matched.
    prints(&dir, &["-n", "^$", "f"], "2:\n");
    // ag #347, #343: in a pipe, there was no context, and every line had the number 1.
    for (context, expected) in [("-B1", "2-b\n3:c\n"), ("-C1", "2-b\n3:c\n4-d\n")] {
        let mut command = crate::util::mapped();
        command.args(["grep", "-n", context, "c"]);
        let ran = crate::util::run_piped(&mut command, b"a\nb\nc\nd\ne\n");
        assert_eq!(String::from_utf8_lossy(&ran.stdout), expected);
    }
}

#[test]
fn globs_that_leave_out_directories() {
    let dir = Dir::new();
    for path in ["foo/bar/1", "bar/foo/2", "bar/.git/3"] {
        std::fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
        dir.file(path, b"x\n");
    }
    let lists = |glob: &str, expected: &str| {
        for more in [&[][..], &["--ignore", "--hidden"]] {
            prints(&dir, &[&["-r", "--files", "-g", glob], more].concat(), expected);
        }
    };
    // ripgrep #405: with !/foo, the slash was ignored.
    lists("!/foo/**", "bar/.git/3\nbar/foo/2\n");
    lists("/foo/**", "foo/bar/1\n");
    // ripgrep #830: a glob with a slash in its middle is anchored, also with braces.
    lists("!{foo,.git}/*", "bar/.git/3\nbar/foo/2\n");
    lists("!**/{x,.git}/*", "bar/foo/2\nfoo/bar/1\n");
}

#[cfg(feature = "pcre2")]
#[test]
fn perl_patterns_that_other_programs_mistake() {
    // ripgrep #1572, #1573: with -U, --count-matches was less than -c if a look-ahead spans lines.
    let text = b"def A;\ndef B;\nuse A;\nuse B;\n";
    for count in ["-c", "--count-matches"] {
        holds(text, &["-PU", count, r"(?s)def (\w+);(?=.*use \w+)"], "2\n", 0);
        holds(text, &["-U", count, r"(?s)def \w+;.*use \w+;"], "1\n", 0);
    }
    // ripgrep #1982: a look-ahead was cut within a character.
    for length in 120..130 {
        let text = ["foo\nx", &"é".repeat(length), &"日".repeat(length), "\nfoo bar\n"].concat();
        holds(text.as_bytes(), &["-PUn", r"foo(?=\s*\w)"], "1:foo\n3:foo bar\n", 0);
        holds(text.as_bytes(), &["-Pn", r"foo(?!.)"], "1:foo\n", 0);
    }
    // ripgrep #468: -o repeated the first match.
    holds(b"50k + 1k + 11k\n", &["-Po", r"[\d.]+"], "50\n1\n11\n", 0);
    // Genivia/ugrep #135: \s in a look-behind had no fixed length.
    holds(b"\txpra \nxpra\n", &["-P", r"(?<=^\s)\s*xpra"], "\txpra \n", 0);
    // kaz-utashiro/greple #7: with \K, the whole match was shown.
    holds(b"abc\n", &["-Po", r"a\Kb"], "b\n", 0);
    // PCRE2Project/pcre2 #180: this pattern crashed on bytes that are not UTF-8.
    let noise: Vec<u8> = (0..200_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let text = [&noise[..], b"\na@b.c\n", &noise].concat();
    holds(&text, &["-Paco", r"^[\w-]+@([\w-]+.)+[\w-]+$"], "1\n", 0);
}
