//! `mapped grep`, compared with GNU grep and ripgrep on generated patterns, options, inputs and
//! access methods: thousands of small cases, the same in every run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::util::{Dir, Ran, cases, mapped};

/// A small linear congruential generator (Knuth's MMIX constants), so that the cases are the same
/// on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }
}

/// The special bytes that an input may contain besides plain text.
#[derive(Clone, Copy)]
struct Spice {
    nul: bool,
    invalid: bool,
}

fn input(random: &mut Random, spice: Spice) -> Vec<u8> {
    let words: &[&[u8]] = &[
        b"a",
        b"b",
        b"ab",
        b"aab",
        b"abc",
        b"ABC",
        b"Error",
        b"error",
        b"k",
        b"_x",
        b"x1",
        b"12",
        b"foo",
        b"foobar",
        b"bar",
        b".",
        b"a.b",
        b"*",
        b"(",
        "\u{e9}".as_bytes(),
        "\u{3a3}\u{3c3}".as_bytes(),
    ];
    let gaps: &[&[u8]] = &[b" ", b" ", b"", b"\n", b"\n", b"\n\n", b"-", b"\t", b"\r\n"];
    let mut text = Vec::new();
    for _ in 0..random.below(60) {
        text.extend_from_slice(random.pick(words));
        text.extend_from_slice(random.pick(gaps));
        if spice.nul && random.one_in(20) {
            text.push(0);
        }
        if spice.invalid && random.one_in(20) {
            text.extend_from_slice(random.pick(&[&b"\xff"[..], b"\xc3", b"\xe9 ", b"\xed\xa0\x80"]));
        }
    }
    if !random.one_in(4) && !text.is_empty() {
        text.push(b'\n');
    }
    text
}

fn literal(random: &mut Random) -> String {
    random
        .pick(&[
            "a", "b", "ab", "abc", "foo", "bar", "error", "Error", "k", "x1", "12", "oob", " ", "", "zz", "_x",
            "\u{e9}",
        ])
        .to_owned()
}

/// Generates a pattern that POSIX extended syntax and Rust's syntax interpret in the same way.
fn regex(random: &mut Random, depth: usize) -> String {
    let atom = match random.below(if depth == 0 { 9 } else { 12 }) {
        0 => ".".to_owned(),
        1 => "[abc]".to_owned(),
        2 => "[^ab]".to_owned(),
        3 => "[[:digit:]]".to_owned(),
        4 => r"\w".to_owned(),
        5 => "^".to_owned(),
        6 => "$".to_owned(),
        7 => random.pick(&[r"\b", r"\<", r"\>", r"\B"]).to_owned(),
        8 => literal(random),
        9 => format!("({})", regex(random, depth - 1)),
        10 => format!("({}|{})", regex(random, depth - 1), literal(random)),
        _ => format!("{}{}", regex(random, depth - 1), literal(random)),
    };
    let repeatable = !atom.is_empty() && !matches!(atom.as_str(), "^" | "$" | r"\b" | r"\<" | r"\>" | r"\B");
    let single = atom.chars().count() == 1 || atom.starts_with(['(', '[', '\\']);
    let repeat = if repeatable && single { random.pick(&["", "", "", "*", "+", "?", "{2}", "{1,3}"]) } else { "" };
    format!("{atom}{repeat}")
}

fn pattern(random: &mut Random) -> String {
    (0..=random.below(3)).map(|_| regex(random, 2)).collect()
}

/// Selects an access method, on which the output must not depend.
fn add_access_options(random: &mut Random, command: &mut Command) {
    command.arg("--threads").arg(random.pick(&["1", "2", "7"]));
    if !random.one_in(3) {
        command.arg("--block-size").arg(random.pick(&["1", "2", "3", "7", "16", "64", "4096"]));
    }
    command.arg("--io").arg(random.pick(&["auto", "read", "mmap"]));
}

struct Case {
    options: Vec<String>,
    /// Options for the peer alone, and for this program alone.
    peer_only: Vec<String>,
    ours_only: Vec<String>,
    files: Vec<PathBuf>,
    locale: &'static str,
}

impl Case {
    /// Runs both programs and compares their output, their exit codes and their messages about
    /// binary files. Returns a description of the first difference.
    fn difference(&self, tool: &str, random: &mut Random, dir: &Path) -> Option<String> {
        let stdin = self.files.is_empty();
        let open = || if stdin { Stdio::from(std::fs::File::open(dir.join("f0")).unwrap()) } else { Stdio::null() };
        let names = self.files.iter().map(|path| path.file_name().unwrap());
        let mut peer = Command::new(tool);
        peer.args(&self.peer_only).args(&self.options).args(names.clone());
        let peer: Ran = peer.current_dir(dir).env("LC_ALL", self.locale).stdin(open()).output().unwrap().into();
        let mut ours = mapped();
        ours.arg("grep");
        add_access_options(random, &mut ours);
        ours.args(&self.ours_only)
            .args(&self.options)
            .args(names)
            .current_dir(dir)
            .env("LC_ALL", self.locale)
            .stdin(open());
        let shown = format!("{ours:?}");
        let ours: Ran = ours.output().unwrap().into();
        if peer.stdout == ours.stdout && peer.code == ours.code && reported(&peer.stderr) == reported(&ours.stderr) {
            return None;
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let inputs: Vec<String> = std::fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| format!("{path:?}: {:?}", std::fs::read(&path).unwrap().escape_ascii().to_string()))
            .collect();
        Some(format!(
            "{tool} {:?} {:?}\nLC_ALL={} {shown}\n{}\n--- {tool}, {}\n{}{}\n--- mapped, {}\n{}{}",
            self.peer_only,
            self.options,
            self.locale,
            inputs.join("\n"),
            peer.code,
            text(&peer.stdout),
            peer.stderr,
            ours.code,
            text(&ours.stdout),
            ours.stderr
        ))
    }
}

/// Fails with the shortest of the differences found.
fn report(differences: &[String], cases: usize) {
    let mut shortest: Vec<_> = differences.iter().map(String::as_str).collect();
    shortest.sort_by_key(|text| text.len());
    shortest.truncate(8);
    assert!(differences.is_empty(), "{} of {cases} cases differ:\n{}", differences.len(), shortest.join("\n\n"));
}

/// Returns the messages about binary files, without the name of the program.
fn reported(stderr: &str) -> Vec<String> {
    let lines = stderr.lines().map(|line| line.trim_end_matches(" (-a prints its lines)"));
    let reported = lines.filter(|line| line.ends_with("binary file matches"));
    reported.filter_map(|line| line.split_once(": ").map(|(_, rest)| rest.to_owned())).collect()
}

fn is_installed(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").stdin(Stdio::null()).output().is_ok();
    if !found {
        crate::util::skip(tool);
    }
    found
}

fn files(random: &mut Random, dir: &Dir, spice: Spice) -> Vec<PathBuf> {
    for old in std::fs::read_dir(dir.path()).unwrap() {
        std::fs::remove_file(old.unwrap().path()).unwrap();
    }
    let all: Vec<_> = (0..=random.below(3)).map(|i| dir.file(format!("f{i}"), &input(random, spice))).collect();
    if random.one_in(6) { Vec::new() } else { all }
}

/// Adds `-e` patterns or, in one case out of four, a file of them.
fn patterns(
    random: &mut Random,
    dir: &Dir,
    fewest: usize,
    options: &mut Vec<String>,
    mut make: impl FnMut(&mut Random) -> String,
) {
    if random.one_in(8) {
        let list: Vec<String> = (0..random.below(4).max(fewest)).map(|_| make(random) + "\n").collect();
        dir.file("patterns", list.concat().as_bytes());
        options.extend(["-f".into(), "patterns".into()]);
        return;
    }
    for _ in 0..=random.below(2) * random.below(3) {
        options.extend(["-e".into(), make(random)]);
    }
}

fn maybe(random: &mut Random, options: &mut Vec<String>, one_in: usize, choices: &[&str]) {
    if random.one_in(one_in) {
        options.extend(random.pick(choices).split(' ').map(str::to_owned));
    }
}

fn against_gnu(seed: u64, count: usize) {
    if !is_installed("grep") {
        return;
    }
    let dir = Dir::new();
    let random = &mut Random(seed);
    let mut differences = Vec::new();
    for _ in 0..count {
        let spice = Spice { nul: random.one_in(4), invalid: random.one_in(4) };
        let locale = random.pick(&["C", "C.UTF-8"]);
        // GNU grep's treatment of invalid UTF-8 next to a word, and of context around lines that it
        // does not print, is not compared.
        let odd = spice.invalid && locale != "C";
        let files = files(random, &dir, spice);
        let fixed = random.one_in(3);
        let mut options = vec![if fixed { "-F" } else { "-E" }.to_owned()];
        patterns(random, &dir, 0, &mut options, |random| {
            if fixed {
                return literal(random);
            }
            loop {
                let pattern = pattern(random);
                if !(odd && [r"\b", r"\B", r"\<", r"\>"].iter().any(|word| pattern.contains(word))) {
                    return pattern;
                }
            }
        });
        maybe(random, &mut options, 4, &["-i"]);
        maybe(random, &mut options, 5, &["-v"]);
        // If a match could be shorter, GNU grep's -w also tries the shorter one; a regex tries it
        // only if another match begins there.
        let rigid =
            !options.iter().any(|option| option.contains(['^', '$', '*', '?', '+', '{', '|', '\\']) || option == "-f");
        maybe(random, &mut options, 4, if odd || !(fixed || rigid) { &["-x"] } else { &["-w", "-x"] });
        maybe(random, &mut options, 2, &["-n"]);
        maybe(random, &mut options, 4, &["-b"]);
        maybe(random, &mut options, 4, &["-H", "-h", "-H --label=it"]);
        maybe(random, &mut options, 4, &["-o"]);
        maybe(random, &mut options, 4, &["-c", "-l", "-L", "-q", "-l -c", "-q -c"]);
        maybe(random, &mut options, 5, &["-m 1", "-m 2", "-m 3", "-m 0"]);
        if !odd {
            maybe(
                random,
                &mut options,
                3,
                &[
                    "-A 1",
                    "-B 2",
                    "-C 1",
                    "-A 3 -B 1",
                    "-C 2 -A 0",
                    "-A 100",
                    "-C 1 --no-group-separator",
                    "-C 1 --group-separator=**",
                ],
            );
        }
        maybe(random, &mut options, 6, &["-Z", "-T", "-Z -T", "-s"]);
        maybe(random, &mut options, 5, &["-a", "-I", "--binary-files=text", "--binary-files=without-match"]);
        maybe(random, &mut options, 6, &["--color=always"]);
        // In GNU grep, whether anchors match at newlines inside a record depends on which of its
        // matchers runs.
        if !options.iter().any(|option| option.contains(['^', '$']) || option == "-f") {
            maybe(random, &mut options, 10, &["-z"]);
        }
        let case = Case { options, peer_only: Vec::new(), ours_only: Vec::new(), files, locale };
        differences.extend(case.difference("grep", random, dir.path()));
    }
    report(&differences, count);
}

#[test]
fn agrees_with_gnu_grep() {
    against_gnu(1, cases(1200));
}

#[test]
fn agrees_with_gnu_grep_again() {
    against_gnu(2, cases(1200));
}

/// Generates a pattern that only a backtracking engine can run.
fn perl(random: &mut Random) -> String {
    let extra = random.pick(&[
        "", "(?=b)", "(?!b)", "(?<=a)", "(?<!a)", r"\K", "(a|b)\\1", "(?:a++)", "a*?", "(?i:e)", r"\d", r"\x61",
        "(?>a|ab)",
    ]);
    let plain = loop {
        // POSIX's word boundaries are not Perl's.
        let plain = pattern(random);
        if ![r"\<", r"\>"].iter().any(|word| plain.contains(word)) {
            break plain;
        }
    };
    if random.one_in(2) { format!("{plain}{extra}") } else { format!("{extra}{plain}") }
}

/// Generates patterns with back-references, in extended or basic syntax.
fn back_references(random: &mut Random, extended: bool) -> String {
    let all: &[&str] = match extended {
        true => &[r"(a|b)\1", r"(.)\1", r"^(.*)\1$", r"([[:alpha:]])x*\1", r"(a)(b)\2\1", r"(ab*)*\1c", r"\<(o+)\1"],
        false => &[r"\(a\|b\)\1", r"\(.\)\1", r"^\(.*\)\1$", r"\([a-f]\).*\1", r"\(a\)\(b\)\2\1", r"\(foo\).*\1"],
    };
    random.pick(all).to_owned()
}

#[test]
fn agrees_with_gnu_grep_where_only_backtracking_does() {
    let count = cases(500);
    if !is_installed("grep") {
        return;
    }
    let dir = Dir::new();
    let random = &mut Random(4);
    let mut differences = Vec::new();
    for _ in 0..count {
        let spice = Spice { nul: random.one_in(6), invalid: random.one_in(6) };
        let files = files(random, &dir, spice);
        let (dialect, pattern) = match random.below(4) {
            0 => ("-E", back_references(random, true)),
            1 => ("-G", back_references(random, false)),
            _ => ("-P", perl(random)),
        };
        let mut options = vec![dialect.to_owned(), "-e".into(), pattern];
        maybe(random, &mut options, 4, &["-i"]);
        maybe(random, &mut options, 5, &["-v"]);
        maybe(random, &mut options, 4, if dialect == "-P" { &["-w", "-x"] } else { &["-x"] });
        maybe(random, &mut options, 2, &["-n"]);
        maybe(random, &mut options, 4, &["-b"]);
        if dialect == "-P" {
            maybe(random, &mut options, 3, &["-o"]);
        }
        maybe(random, &mut options, 4, &["-c", "-l", "-L", "-q"]);
        maybe(random, &mut options, 5, &["-m 1", "-m 2"]);
        if !spice.invalid {
            maybe(random, &mut options, 4, &["-A 1", "-B 2", "-C 1"]);
        }
        maybe(random, &mut options, 5, &["-a", "-I"]);
        maybe(random, &mut options, 10, &["-z"]);
        let locale = random.pick(&["C", "C.UTF-8"]);
        let case = Case { options, peer_only: Vec::new(), ours_only: Vec::new(), files, locale };
        differences.extend(case.difference("grep", random, dir.path()));
    }
    report(&differences, count);
}

/// Generates a list with enough words for the search algorithm for lists.
fn word_list(random: &mut Random) -> String {
    let syllables = ["a", "b", "k", "s", "ab", "er", "ror", "x1", "_", "fo", "o", "bar", "E", "\u{e9}", "\u{3a3}"];
    let breaks = ["", "", "", "-", ".", " "];
    let word = |random: &mut Random| -> String {
        (0..1 + random.below(4)).map(|_| format!("{}{}", random.pick(&syllables), random.pick(&breaks))).collect()
    };
    let shortest = 1 + random.below(4);
    let words = (0..300).map(|_| word(random)).filter(|word| word.len() >= shortest);
    words.map(|word| word + "\n").collect()
}

#[test]
fn agrees_with_gnu_grep_on_lists_of_words() {
    let count = cases(400);
    if !is_installed("grep") {
        return;
    }
    let dir = Dir::new();
    let random = &mut Random(5);
    let mut differences = Vec::new();
    for _ in 0..count {
        let locale = random.pick(&["C", "C.UTF-8"]);
        let spice = Spice { nul: false, invalid: locale == "C" && random.one_in(4) };
        let files = files(random, &dir, spice);
        let list = word_list(random);
        dir.file("list", list.as_bytes());
        let mut options = vec!["-F".to_owned(), "-f".into(), "list".into()];
        maybe(random, &mut options, 2, &["-i"]);
        maybe(random, &mut options, 2, &["-w", "-x"]);
        maybe(random, &mut options, 5, &["-v"]);
        maybe(random, &mut options, 2, &["-n"]);
        // If a longer word is not a whole word, GNU grep's -w may or may not report the shorter one
        // at its position.
        let shows =
            if options.contains(&"-w".to_owned()) { &["-c"][..] } else { &["-o", "-o -b", "-c", "--color=always"] };
        maybe(random, &mut options, 3, shows);
        let case = Case { options, peer_only: Vec::new(), ours_only: Vec::new(), files, locale };
        differences.extend(case.difference("grep", random, dir.path()));
    }
    report(&differences, count);
}

#[test]
fn agrees_with_ripgrep() {
    let count = cases(900);
    if !is_installed("rg") {
        return;
    }
    let dir = Dir::new();
    let random = &mut Random(3);
    let mut differences = Vec::new();
    for _ in 0..count {
        let spice = Spice { nul: false, invalid: random.one_in(4) };
        let files = files(random, &dir, spice);
        let fixed = random.one_in(4);
        let mut options = Vec::new();
        if fixed {
            options.push("-F".to_owned());
        }
        patterns(random, &dir, 1, &mut options, |random| if fixed { literal(random) } else { pattern(random) });
        maybe(random, &mut options, 4, &["-i", "-S"]);
        maybe(random, &mut options, 5, &["-v"]);
        maybe(random, &mut options, 4, &["-w", "-x"]);
        maybe(random, &mut options, 2, &["-n"]);
        // ripgrep reports no column for an empty match at the end of an input.
        let anchored = options.iter().any(|option| option.contains('$') || option == "-f");
        maybe(random, &mut options, 4, if anchored { &["-b"] } else { &["-b", "--column"] });
        maybe(random, &mut options, 4, &["-H", "--no-filename"]);
        // ripgrep counts one fewer empty match at the end of an input.
        let full = fixed
            && options.iter().filter(|option| *option == "-e").count() == 1
            && !options.iter().any(String::is_empty);
        maybe(random, &mut options, 4, &["-c", "-l", "-q", if full { "--count-matches" } else { "-c" }]);
        if random.one_in(5) {
            maybe(random, &mut options, 1, &["-m 1", "-m 2", "-m 3"]);
        } else {
            maybe(
                random,
                &mut options,
                3,
                &["-A 1", "-B 2", "-C 1", "-A 3 -B 1", "-C 2 -A 0", "-A 100", "-C 1 --context-separator=**"],
            );
        }
        maybe(random, &mut options, 6, &["-0"]);
        // ripgrep finds an empty word between the two bytes of a line ending.
        if !options.iter().any(|option| option == "-w") {
            maybe(random, &mut options, 6, &["--crlf"]);
        }
        if !options.iter().any(|option| option == "--no-filename") {
            maybe(random, &mut options, 6, &["--heading", "--no-heading"]);
        }
        let peer_only = ["--no-config", "-j1", "--color=never", "--include-zero", "-a"].map(str::to_owned).to_vec();
        let ours_only = vec!["--label=<stdin>".to_owned()];
        options.push("-a".to_owned());
        let case = Case { options, peer_only, ours_only, files, locale: "C.UTF-8" };
        differences.extend(case.difference("rg", random, dir.path()));
    }
    report(&differences, count);
}
