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
    // gitbutlerapp/grit #195: a pattern in a list ended at its NUL byte.
    let dir = Dir::new();
    dir.file("list", b"a\0b\n");
    dir.file("f", b"xa\0by\na\0c\n");
    prints(&dir, &["-acf", "list", "f"], "1\n");
}
