//! The classic tools by their own names: runs each line of `multicall.txt` with the system's tool
//! and with a link of that name to `mapped`. Some lines are from the tools' own test suites.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::util::{Dir, Ran, mapped, run, sample, skip};

const CASES: &str = include_str!("multicall.txt");

/// Runs a shell command with `path` before the directories of the system.
pub fn shell(line: &str, dir: &Path, path: Option<&Path>) -> Ran {
    let system = std::env::var("PATH").unwrap_or_default();
    let path = path.map_or(system.clone(), |path| format!("{}:{system}", path.display()));
    let mut bash = Command::new("bash");
    bash.args(["-c", line]).current_dir(dir).stdin(Stdio::null());
    bash.env("PATH", path).env("LC_ALL", "C").env("TZ", "UTC").env_remove("GREP_COLORS").env_remove("NO_COLOR");
    bash.output().unwrap().into()
}

/// Creates links to the program for all tools.
pub fn links() -> Dir {
    let dir = Dir::new();
    let ran = run(&["links".as_ref(), dir.path()]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    dir
}

/// Creates the files that the command lines name.
fn files() -> Dir {
    let dir = Dir::new();
    let lines = |count: u32, line: &dyn Fn(u32) -> String| (1..=count).map(line).collect::<String>();
    let bytes: Vec<u8> = (0..=255).chain(*b"x\n").collect();
    let sparse: Vec<u8> = [vec![0; 100], b"end".to_vec()].concat();
    for (name, content) in [
        ("text", lines(12, &|n| format!("line {n}\n")).as_bytes()),
        ("many", lines(3000, &|n| format!("{n} {}\n", n * n)).as_bytes()),
        ("tabs", b"a\tb\nc\td\n"),
        ("crlf", b"one\r\ntwo\r\nthree"),
        ("bytes", &bytes),
        ("blank", b"\n\na\n\n\n\nb\n\n"),
        ("-dash", b"line -dash\n"),
        ("empty", b""),
        ("noeol", b"first\nlast"),
        ("regex", b"a\naa\na+\nb\na?\n(a)\na{1\naaa b\n"),
        ("patterns", b"line 3\nline 4\n"),
        ("nul", b"line a\0b\0line c\0"),
        ("zeros", &sparse),
        ("strings", b"ab\0abc\0\x01hello world\0\xfftab\there\0long but without an end\nxx\0\0more"),
        ("wide", "z\u{fc}rich \u{1f600}\u{3000}x\u{a0}y\u{2007}z\u{85}\u{1}\n\u{1} \u{200b} \u{feff}\n".as_bytes()),
        ("format", b"\"%04_ax  \" 4/1 \"%02x \" \"\\n\"\n"),
    ] {
        dir.file(name, content);
    }
    let setup = "mkdir -p directory/sub; echo line x > directory/a.x; printf 'line y\\nno\\n' > directory/sub/b.y
        ln -s text link; xxd text > dump; xxd -p text > plain; md5sum text tabs > sums.md5
        sha256sum text tabs > sums.sha256; b2sum text > sums.b2; b3sum text tabs > sums.b3
        md5sum --tag text > tagged; sha256sum --tag tabs >> tagged
        printf 'text\\0\\0nosuch\\0many\\0' > list0
        { echo garbage; cat sums.md5; } > garbled.md5; { echo garbage; cat sums.b3; } > garbled.b3
        { echo 00000000000000000000000000000000 ' text'; md5sum tabs; echo d41d8cd98f00b204e9800998ecf8427e ' gone'; } > bad.md5";
    shell(setup, dir.path(), None);
    dir
}

/// Returns the tool that a line calls last.
fn tool_of(line: &str) -> &str {
    // `(read x; TOOL ...) < FILE` runs the tool after the start of its input has been read.
    let line = line.strip_prefix('(').and_then(|list| list.split_once("; ")).map_or(line, |(_, tool)| tool);
    line.rsplit(" | ").next().unwrap_or(line).split([' ', ')']).next().unwrap_or_default()
}

#[test]
fn a_link_is_the_tool() {
    let (dir, links) = (files(), links());
    let lines: Vec<&str> = CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let sampled: Vec<&str> = sample(lines.clone()).collect();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let chunks = sampled.chunks(sampled.len().div_ceil(4));
        let runs = chunks.map(|chunk| {
            let (dir, links) = (dir.path(), links.path());
            scope.spawn(move || chunk.iter().filter_map(|line| fault(line, dir, links)).collect::<Vec<_>>())
        });
        let runs: Vec<_> = runs.collect();
        runs.into_iter().flat_map(|run| run.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for tool in mapped::cli::multicall::TOOLS {
        let cases = lines.iter().filter(|line| tool_of(line.trim_start_matches("! ")) == tool.name).count();
        assert!(cases >= 1, "{} has {cases} cases", tool.name);
    }
}

/// Returns the difference between a link and the tool on a line of the table.
fn fault(line: &str, dir: &Path, links: &Path) -> Option<String> {
    if let Some(refused) = line.strip_prefix("! ") {
        let ran = shell(refused, dir, Some(links));
        let is_clear = ran.code != 0 && ran.stdout.is_empty() && ran.stderr.lines().count() <= 2;
        let is_fine = is_clear && ran.stderr.starts_with(&format!("{}: ", tool_of(refused)));
        return (!is_fine).then(|| format!("{line}: {ran:?}"));
    }
    let tool = tool_of(line);
    let want = shell(line, dir, None);
    if want.code == 127 {
        skip(tool);
        return None;
    }
    let ran = shell(line, dir, Some(links));
    let speaks = ran.stderr.is_empty() || ran.stderr.starts_with(&format!("{tool}: "));
    let same = (&ran.stdout, ran.code, ran.stderr.is_empty()) == (&want.stdout, want.code, want.stderr.is_empty());
    (!same || !speaks).then(|| format!("{line}:\n  want {want:?}\n  have {ran:?}"))
}

#[test]
fn as_is_a_link_without_a_file() {
    let (dir, links) = (files(), links());
    for line in ["head -n 2 text tabs", "grep -c 'l[i]ne' text", "xxd -p text", "tail -Q", "sha256sum -c sums.sha256"] {
        let linked = shell(line, dir.path(), Some(links.path()));
        let args: Vec<&str> = line.split(' ').map(|word| word.trim_matches('\'')).collect();
        let ran: Ran = mapped().arg("--as").args(args).current_dir(dir.path()).output().unwrap().into();
        assert_eq!(ran, linked, "{line}");
    }
    // A shell's `exec -a` and fexecve(3) name a tool without a link.
    let named: Ran = mapped().arg0("/bin/sha256sum").arg("text").current_dir(dir.path()).output().unwrap().into();
    assert_eq!(named, shell("sha256sum text", dir.path(), Some(links.path())));
    assert_eq!(run(&["--as=grep", "-c", "x", "/dev/null"]).stdout, b"0\n");
    assert_eq!(run(&["--as="]).code, 2);
    let ran = run(&["--as", "awk"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("mapped: invalid value 'awk' for --as: expected cat, "), "{}", ran.stderr);
}

#[test]
fn links_never_replace_a_file() {
    let dir = Dir::new();
    let mine = dir.file("grep", b"mine");
    let ran = run(&["links".as_ref(), dir.path()]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stderr, format!("mapped: {}: File exists\n", mine.display()));
    assert_eq!(std::fs::read(&mine).unwrap(), b"mine");
    assert!(dir.path().join("xxd").is_symlink());
    // Links from an earlier call are not an error.
    std::fs::remove_file(&mine).unwrap();
    assert_eq!(run(&["links".as_ref(), dir.path()]).code, 0);
    let some = Dir::new();
    assert_eq!(run(&["links".as_ref(), some.path(), "od".as_ref()]).code, 0);
    assert_eq!(std::fs::read_dir(some.path()).unwrap().count(), 1);
}

#[test]
fn every_tool_has_help_and_a_version() {
    for tool in mapped::cli::multicall::TOOLS {
        let help = run(&["--as", tool.name, "--help"]);
        assert_eq!(help.code, 0, "{}", tool.name);
        assert!(String::from_utf8_lossy(&help.stdout).starts_with(&format!("Usage: {} ", tool.name)));
        let version = run(&["--as", tool.name, "--version"]);
        let own = format!("{} (mapped) {}", tool.name, env!("CARGO_PKG_VERSION"));
        let expected = match tool.name {
            "xxd" => format!("{own}, as xxd 2022-01-14 by Juergen Weigert et al.\n"),
            _ => format!("{own}\n"),
        };
        assert_eq!(String::from_utf8_lossy(&version.stdout), expected);
        // Regression: `mapped --as grep --vers` was an error, and its message was clap's version.
        assert_eq!(run(&["--as", tool.name, "--versi"]), version);
        assert_eq!(run(&["--as", tool.name, "--hel"]), help);
    }
}

// Regression: messages during a run began with `mapped:`, regardless of the name by which the
// program was called.
#[test]
fn errors_of_a_run_carry_the_name_of_the_tool() {
    let ran = run(&["--as", "sha256sum", "nosuch"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, "sha256sum: nosuch: No such file or directory\n"));
    let ran = run(&["--as", "grep", "-A", "x", "y"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("grep: invalid value 'x' for --after-context"), "{}", ran.stderr);
}

// GNU grep's own cases compare these messages literally.
#[test]
fn messages_of_grep_are_the_classic_ones() {
    let dir = Dir::new();
    dir.file("binary", b"x\n\0\n");
    let links = links();
    let said = |line: &str| shell(line, dir.path(), Some(links.path()));
    assert_eq!(said("grep -P 'x)' binary").stderr, "grep: unmatched closing parenthesis\n");
    let ambiguous = "grep: option '--in' is ambiguous; possibilities: '--include' '--initial-tab' '--invert-match'\n";
    assert!(said("grep --in binary").stderr.starts_with(ambiguous));
    assert_eq!(said("grep . binary").stderr, "grep: binary: binary file matches\n");
    assert!(run(&["grep", "-P", "x)", "/dev/null"]).stderr.contains("at offset 1"));
}

// vim's test_xxd.vim looks for these words, which a new message for --width lacked.
#[test]
fn xxd_names_an_invalid_number_of_columns() {
    let dir = Dir::new();
    let links = links();
    for line in ["xxd -c-1", "xxd -c -1", "xxd -cols -1 -p", "xxd -c 300"] {
        let ran = shell(&format!("{line} < /dev/null"), dir.path(), Some(links.path()));
        assert_eq!(ran.code, 1, "{line}");
        assert!(ran.stderr.starts_with("xxd: invalid number of columns"), "{line}: {}", ran.stderr);
    }
}
