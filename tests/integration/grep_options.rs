//! Options of `mapped grep` that exist in GNU grep and ripgrep, and lists of patterns.

use std::process::Stdio;

use crate::law::Law;
use crate::util::{Dir, Ran, mapped};

/// Runs `grep` in a directory, without standard input.
pub fn grep(dir: &Dir, args: &[&str]) -> Ran {
    let mut command = mapped();
    command.arg("grep").args(args).current_dir(dir.path()).stdin(Stdio::null()).env("LC_ALL", "C.UTF-8");
    command.output().unwrap().into()
}

/// Checks what `grep` prints.
#[track_caller]
pub fn prints(dir: &Dir, args: &[&str], expected: &str) {
    let ran = grep(dir, args);
    assert_eq!(String::from_utf8_lossy(&ran.stdout), expected, "{args:?}: {}", ran.stderr);
}

// Regression: a directory loop was an error with exit status 2; GNU grep warns.
#[test]
fn a_directory_loop_is_a_warning() {
    let dir = Dir::new();
    std::fs::create_dir_all(dir.path().join("d/e")).unwrap();
    dir.file("d/f", b"foo\n");
    std::os::unix::fs::symlink("..", dir.path().join("d/e/up")).unwrap();
    for more in [&[][..], &["--ignore"]] {
        let ran = grep(&dir, &[&["-R", "foo", "d"], more].concat());
        assert_eq!((ran.code, &ran.stdout[..]), (0, &b"d/f:foo\n"[..]), "{more:?}");
        assert_eq!(ran.stderr, "mapped: d/e/up: warning: recursive directory loop\n", "{more:?}");
    }
    assert_eq!(grep(&dir, &["-R", "bar", "d"]).code, 1);
    assert_eq!(grep(&dir, &["-Rs", "foo", "d"]).stderr, "");
}

// Regression: a directory was searched again through a link to its parent.
#[test]
fn a_directory_is_not_searched_again_below_a_link_to_its_parent() {
    let dir = Dir::new();
    std::fs::create_dir_all(dir.path().join("top/d")).unwrap();
    dir.file("top/d/f", b"foo\n");
    std::os::unix::fs::symlink("..", dir.path().join("top/d/up")).unwrap();
    let ran = grep(&dir, &["-R", "foo", "top/d"]);
    assert_eq!((ran.code, &ran.stdout[..]), (0, &b"top/d/f:foo\n"[..]));
    assert_eq!(ran.stderr, "mapped: top/d/up/d: warning: recursive directory loop\n");
}

// Regression: -d recurse after -R followed no links, unlike in GNU grep.
#[test]
fn links_are_followed_whatever_comes_after_dereference_recursive() {
    let dir = Dir::new();
    std::fs::create_dir_all(dir.path().join("d")).unwrap();
    dir.file("f", b"foo\n");
    std::os::unix::fs::symlink("../f", dir.path().join("d/link")).unwrap();
    for options in ["-R -d recurse", "-R -d skip -r", "-Rr -d recurse", "-r -d read -R -d recurse"] {
        let args: Vec<_> = options.split(' ').chain(["foo", "d"]).collect();
        prints(&dir, &args, "d/link:foo\n");
    }
    for options in ["-R -d skip", "-r -d recurse", "-d recurse"] {
        let args: Vec<_> = options.split(' ').chain(["foo", "d"]).collect();
        prints(&dir, &args, "");
    }
}

// Regression: with -r, lines of standard input were prefixed if a directory was named `-` (a case
// from ripgrep's own suite).
#[test]
fn a_dash_is_standard_input_even_if_a_directory_has_that_name() {
    let dir = Dir::new();
    std::fs::create_dir(dir.path().join("-")).unwrap();
    let mut command = mapped();
    command.args(["grep", "-r", "foo", "-"]).current_dir(dir.path());
    command.stdin(std::fs::File::open(dir.file("f", b"foo\n")).unwrap());
    assert_eq!(command.output().unwrap().stdout, b"foo\n");
}

// Regression: a name was printed with all slashes at its end, and --exclude-dir=/ excluded every
// directory that was named with a slash at its end.
#[test]
fn slashes_at_the_end_of_a_directory_are_one() {
    let dir = Dir::new();
    std::fs::create_dir(dir.path().join("d")).unwrap();
    dir.file("d/f", b"foo\n");
    prints(&dir, &["-r", "foo", "d//"], "d/f:foo\n");
    for glob in ["--exclude-dir=/", "--exclude-dir=//"] {
        prints(&dir, &["-r", glob, "foo", "d/"], "d/f:foo\n");
    }
    prints(&dir, &["-r", "--exclude-dir=d//", "foo", "d"], "");
}

// Regression: in an absolute path, -g with a slash never matched.
#[test]
fn globs_with_a_slash_are_relative_to_the_working_directory() {
    let dir = Dir::new();
    std::fs::create_dir(dir.path().join("d")).unwrap();
    dir.file("d/f", b"foo\n");
    dir.file("g", b"foo\n");
    let top = dir.path().canonicalize().unwrap();
    let top = top.to_str().unwrap();
    for more in [&[][..], &["--ignore"]] {
        let args = |glob| [&["-rh", "-g", glob, "--files", top], more].concat();
        prints(&dir, &args("d/*"), &format!("{top}/d/f\n"));
        prints(&dir, &args("!/d"), &format!("{top}/g\n"));
    }
}

// Regression: braces were alternatives, classes were sets of letters, and open brackets were
// errors.
#[test]
fn globs_for_names_are_those_of_fnmatch() {
    let dir = Dir::new();
    std::fs::create_dir(dir.path().join("d")).unwrap();
    for name in ["d/1.c", "d/a.c", "d/{a}.c", "d/[b"] {
        dir.file(name, b"foo\n");
    }
    let lists = |glob: &str, expected: &str| prints(&dir, &["-rl", "foo", "d", glob], expected);
    lists("--include={a}.c", "d/{a}.c\n");
    lists("--include=[[:digit:]].c", "d/1.c\n");
    lists("--include=[b", "d/[b\n");
    lists("--exclude=[!1]*", "d/1.c\n");
    lists("--include=a.c/", "");
}

// Regression: the longest match could begin after any newline of a record.
#[test]
fn the_longest_match_in_a_record_begins_at_its_start_if_anchored() {
    let dir = Dir::new();
    dir.file("f", b"x\naay\0aab\0");
    prints(&dir, &["-zoE", "^a+|", "f"], "aa\0");
}

// Regression: directories without any file to search were listed anyway.
#[test]
fn a_directory_that_holds_no_wanted_file_is_not_listed() {
    let dir = Dir::new();
    for path in ["d/a.rs", "d/locked/b.rs"] {
        std::fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
        dir.file(path, b"foo\n");
    }
    // A link to itself cannot be listed, even by root.
    std::os::unix::fs::symlink("self", dir.path().join("d/locked/self")).unwrap();
    assert_eq!(grep(&dir, &["-R", "foo", "d"]).code, 2);
    for args in
        [["-R", "foo", "d", "--max-depth=1"], ["-R", "foo", "d", "-g!locked"], ["-R", "foo", "d", "-g!d/locked/"]]
    {
        let ran = grep(&dir, &args);
        assert_eq!((ran.code, &ran.stdout[..], &ran.stderr[..]), (0, &b"d/a.rs:foo\n"[..], ""), "{args:?}");
    }
}

#[test]
fn one_file_system_skips_mounted_directories() {
    use std::os::unix::fs::MetadataExt;
    let (dir, other) = (Dir::on_disk(), std::path::Path::new("/dev/shm"));
    let device = |path: &std::path::Path| std::fs::metadata(path).map(|meta| meta.dev()).unwrap_or(0);
    if device(other) == device(dir.path()) || !other.is_dir() {
        return crate::util::skip("a second file system");
    }
    let elsewhere = tempfile::tempdir_in(other).unwrap();
    std::fs::write(elsewhere.path().join("g"), "foo\n").unwrap();
    std::fs::create_dir(dir.path().join("d")).unwrap();
    dir.file("d/f", b"foo\n");
    std::os::unix::fs::symlink(elsewhere.path(), dir.path().join("d/mount")).unwrap();
    prints(&dir, &["-R", "foo", "d"], "d/f:foo\nd/mount/g:foo\n");
    prints(&dir, &["-R", "--one-file-system", "foo", "d"], "d/f:foo\n");
    prints(&dir, &["-R", "--one-file-system", "--ignore", "foo", "d"], "d/f:foo\n");
}

#[test]
fn colors_of_ripgreps_form() {
    let dir = Dir::new();
    dir.file("f", b"xay\n");
    let colored = |specs: &[&str]| {
        let ran = grep(&dir, &[&["--color=ansi", "-n", "--column", "a", "f"], specs].concat());
        String::from_utf8(ran.stdout).unwrap().replace("\u{1b}[", "<").replace("<K", "")
    };
    assert_eq!(colored(&[]), "<32m1<m<36m:<m<32m2<m<36m:<mx<01;31ma<my\n");
    let specs = ["--colors=match:fg:blue", "--colors", "line:none", "--colors=column:style:underline"];
    assert_eq!(colored(&specs), "1<36m:<m<4m2<m<36m:<mx<1;34ma<my\n");
    let ran = grep(&dir, &["--colors=match:fg:rouge", "a", "f"]);
    assert_eq!((ran.code, ran.stderr.lines().count()), (2, 1), "{}", ran.stderr);
}

#[test]
fn separators_between_fields() {
    let dir = Dir::new();
    dir.file("f", b"a\nb\n");
    let separators = ["--field-match-separator= => ", "--field-context-separator", "--"];
    prints(&dir, &[&["-Hn", "-A1", "a", "f"], &separators[..]].concat(), "f => 1 => a\nf--2--b\n");
    // Regression: a count was separated by it too.
    prints(&dir, &["-c", "-H", "a", "f", separators[0]], "f:1\n");
}

#[test]
fn user_defined_globs_and_types() {
    let dir = Dir::new();
    for name in ["a.rs", "B.RS", "c.log"] {
        std::fs::create_dir_all(dir.path().join("d")).unwrap();
        dir.file(format!("d/{name}"), b"foo\n");
    }
    prints(&dir, &["-rh", "--files", "-g", "*.rs", "d"], "d/a.rs\n");
    prints(&dir, &["-r", "--files", "--iglob", "*.rs", "d"], "d/B.RS\nd/a.rs\n");
    prints(&dir, &["-r", "--files", "--glob-case-insensitive", "-g!*.RS", "d"], "d/c.log\n");
    prints(&dir, &["-r", "--files", "--type-add", "mine:*.log", "-tmine", "d"], "d/c.log\n");
    let list = grep(&dir, &["--type-list", "--type-clear=rust", "--type-add", "mine:*.log"]);
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(list.contains("mine: *.log\n") && !list.contains("\nrust:"), "{list}");
}

#[test]
fn options_of_gnu_grep_that_change_nothing() {
    let dir = Dir::new();
    dir.file("f", b"foo\n");
    let ran = grep(&dir, &["-u", "--binary", "-b", "foo", "f"]);
    assert_eq!((ran.code, &ran.stdout[..]), (0, &b"0:foo\n"[..]));
    assert_eq!(ran.stderr, "mapped: warning: --unix-byte-offsets (-u) is obsolete\n");
}

#[test]
fn letters_meant_as_ripgreps_give_a_hint() {
    let dir = Dir::new();
    dir.file("f", b"foo\n");
    let ran = grep(&dir, &["foo", "-r", "bar", "f"]);
    assert_eq!((ran.code, &ran.stdout[..]), (2, &b"f:foo\n"[..]));
    assert!(ran.stderr.ends_with("--replace TEXT prints lines with matches replaced\n"), "{}", ran.stderr);
    assert!(!grep(&dir, &["-s", "foo", "-r", "bar", "f"]).stderr.contains("--replace"));
    // Regression: so did any other missing file.
    for args in [&["-r", "-e", "foo", "bar", "f"][..], &["-r", "foo", "f", "bar"]] {
        assert_eq!(grep(&dir, args).stderr, "mapped: bar: No such file or directory\n");
    }
}

#[test]
fn a_wrong_pattern_of_a_list_is_shown_with_its_file_and_line() {
    let dir = Dir::new();
    let good = "good+word\n".repeat(5000);
    dir.file("list", format!("{good}a[\n{good}").as_bytes());
    dir.file("f", b"x\n");
    for dialect in ["-E", "-G", "-P", "--no-ignore-case"] {
        let ran = grep(&dir, &[dialect, "-f", "list", "f"]);
        assert_eq!(ran.code, 2, "{dialect}");
        assert!(
            ran.stderr.starts_with("mapped: list:5001: "),
            "{dialect}: {}",
            &ran.stderr[..200.min(ran.stderr.len())]
        );
        assert!(ran.stderr.lines().count() <= 10 && ran.stderr.len() < 1000, "{dialect}: {}", ran.stderr.len());
    }
}

/// Returns words and text that are the same on every machine.
fn words(count: u32) -> Vec<String> {
    (0..count).map(|i| format!("{:x}", i.wrapping_mul(0x9E37_79B1) >> (i % 20))).collect()
}

// Regression: lists of thousands of words were compiled twice, and took 80 MB, or minutes with -i.
#[test]
fn the_law_holds_for_lists_of_words() {
    let dir = Dir::new();
    let list = words(3000);
    dir.file("list", (list.join("\n") + "\n").as_bytes());
    let path = dir.path().join("list");
    let text: String = words(9000).chunks(3).map(|three| three.join(" ").to_uppercase() + "\n").collect();
    let input = [text.as_bytes(), list[7].as_bytes(), b"\n\xff\xe2\x84\xaa\n"].concat();
    let naive = |selects: &dyn Fn(&str) -> bool| -> Vec<u8> {
        let lines = input.split_inclusive(|&byte| byte == b'\n');
        lines.filter(|line| selects(&String::from_utf8_lossy(line).to_lowercase())).flatten().copied().collect()
    };
    let set: std::collections::HashSet<&str> = list.iter().map(String::as_str).collect();
    let path = path.to_str().unwrap();
    let any = naive(&|line| list.iter().any(|word| line.contains(word.as_str())));
    Law::new(&["grep", "-F", "-a", "-i", "-f", path], &input).quick().holds(&any, 0);
    let whole = naive(&|line| line.split_whitespace().any(|word| set.contains(word)));
    Law::new(&["grep", "-F", "-a", "-i", "-w", "-f", path], &input).quick().holds(&whole, 0);
    Law::new(&["grep", "-F", "-a", "-x", "-f", path], &input).quick().holds(format!("{}\n", list[7]).as_bytes(), 0);
}

/// Returns the lines that `-ob` prints; `find` returns the first match in some bytes.
fn matches(input: &[u8], find: impl Fn(&[u8]) -> Option<(usize, usize)>) -> Vec<u8> {
    let (mut text, mut at) = (Vec::new(), 0);
    while let Some((start, end)) = find(&input[at..]) {
        text.extend(format!("{}:", at + start).bytes());
        text.extend_from_slice(&input[at + start..at + end]);
        text.push(b'\n');
        at += end;
    }
    text
}

// Regression: a whole line was held in memory, and a sparse image is a single line.
#[test]
fn the_law_holds_for_matches_in_lines_longer_than_a_block() {
    let mut input = b"ab".repeat(100);
    input.extend_from_slice(b"aaaaaaaaaaaaa\0\0ba\nabaab\xff");
    input.extend((0..1200u32).map(|i| b"aab\0b\n"[(i.wrapping_mul(2_654_435_761) >> 29) as usize % 6]));
    let literal = |bytes: &[u8]| bytes.windows(3).position(|three| three == b"aba").map(|at| (at, at + 3));
    Law::new(&["grep", "-oba", "aba"], &input).holds(&matches(&input, literal), 0);
    let run = |bytes: &[u8]| {
        let start = bytes.windows(2).position(|two| two == b"aa")?;
        Some((start, start + bytes[start..].iter().take(5).take_while(|&&byte| byte == b'a').count()))
    };
    Law::new(&["grep", "-oba", "a{2,5}"], &input).quick().holds(&matches(&input, run), 0);
    Law::new(&["grep", "-ob", "--binary-files=text", "-E", "a{2,5}"], &input).quick().holds(&matches(&input, run), 0);
    Law::new(&["grep", "-oba", "a{6}x"], &input).quick().holds(b"", 1);
}

#[test]
fn the_law_holds_for_counts_of_lines_longer_than_a_block() {
    let long = |start: &str, end: &str| [start.as_bytes(), &b"-".repeat(3000), end.as_bytes(), b"\n"].concat();
    let mut input =
        [long("a", "b"), long("b", "a"), long("needle", ""), long("", "a.b"), b"aneedleb".to_vec()].concat();
    let counts = |options: &[&str], input: &[u8], count: u32| {
        let code = i32::from(count == 0);
        Law::new(&[&["grep", "-c"], options].concat(), input).quick().holds(format!("{count}\n").as_bytes(), code);
    };
    let of_patterns = [
        ("needle", 2),
        ("a.*b", 3),
        ("(?i)NE+DLE", 2),
        ("zzz*", 0),
        ("^b", 1),
        ("b$", 3),
        ("^a.*b$", 2),
        (r"(?-u:\bneedle\b)", 1),
        ("^$", 0),
    ];
    for (pattern, count) in of_patterns {
        counts(&[pattern], &input, count);
    }
    for (pattern, count) in [("needle", 3), ("a.*b", 2), ("^b", 4)] {
        counts(&["-v", pattern], &input, count);
    }
    Law::new(&["grep", "-q", "a.*b"], &input).quick().holds(b"", 0);
    counts(&["-x", "a.*b"], &input, 2);
    counts(&["-w", "a.*b"], &input, 3);
    counts(&["-w", "needle"], &input, 1);
    counts(&["-w", "-e", "--a|a.b"], &input, 2);
    counts(&["-x", "needle|aneedleb"], &input, 1);
    // Empty lines match `^$`; the end of the file after a final newline is not another line.
    counts(&["^$"], b"\n\nx\n", 2);
    counts(&["-v", "x*y"], b"\n\nx\n", 3);
    // A NUL byte ends a line of a binary input, and is part of a line of text.
    input[2000..2002].copy_from_slice(b"\0\0");
    counts(&["a.*b"], &input, 2);
    counts(&["-a", "a.*b"], &input, 3);
    counts(&["-I", "a.*b"], &input, 0);
    // Runs of NUL bytes are the padding of a truncated text, not lines.
    let padded = [&[0; 40][..], b"a1\nb\na2", &[0; 40], b"a3\nb\n"].concat();
    counts(&["^a"], &padded, 3);
    counts(&["-v", "^a"], &padded, 2);
    counts(&["^$"], &padded, 0);
    // A byte order mark is not part of the first line.
    counts(&["-a", "[^x]"], &[&b"\xef\xbb\xbf\n"[..], &input].concat(), 5);
}

// Regression: a whole line was held in memory, however long.
#[test]
fn a_long_line_is_counted_in_bounded_memory() {
    let dir = Dir::on_disk();
    let path = dir.file("line", b"x");
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    use std::os::unix::fs::FileExt;
    file.write_all_at(b"a", 24 << 20).unwrap();
    file.write_all_at(b"zyb", 48 << 20).unwrap();
    for options in [&["-c", "zyb"][..], &["-c", "a.*b"]] {
        let ran = grep(&dir, &[options, &["-a", "--stats=json", "--threads=2", "--block-size=256K", "line"]].concat());
        let stats: serde_json::Value = serde_json::from_str(ran.stderr.trim()).unwrap();
        let peak = stats["peak_resident_bytes"].as_u64().unwrap();
        assert!(peak < 40 << 20, "{options:?}: {peak} bytes resident");
        assert_eq!(ran.stdout, b"1\n", "{options:?}");
    }
}

// Regression: a list of several empty patterns with -v counted 0 lines, whereas GNU grep prints
// nothing.
#[test]
fn empty_patterns_alone_select_nothing_inverted() {
    let dir = Dir::new();
    dir.file("list", b"\n\n");
    dir.file("text", b"a\n\n");
    prints(&dir, &["-cvFf", "list", "text"], "");
    prints(&dir, &["-cvFxf", "list", "text"], "1\n");
    prints(&dir, &["-cvF", "-e", "", "-e", "b", "text"], "0\n");
}

// Regression: with -i, an empty line, a long word or invalid UTF-8 in a long list took seconds.
#[test]
fn odd_words_do_not_slow_a_long_list() {
    let dir = Dir::new();
    let words: Vec<String> = (0..20_000u32).map(|i| format!("word{}", i.wrapping_mul(2_654_435_761))).collect();
    let words = words.join("\n");
    let text = "words and words\n".repeat(200) + "Word0\n\n";
    dir.file("text", text.as_bytes());
    for (odd, count) in [(&b""[..], 202), (&b"y".repeat(1500), 1), (b"\xff\xfe", 1)] {
        dir.file("list", &[words.as_bytes(), b"\n", odd, b"\n"].concat());
        let begun = std::time::Instant::now();
        prints(&dir, &["-ciFf", "list", "text"], &format!("{count}\n"));
        assert!(begun.elapsed().as_secs() < 10, "{}", odd.escape_ascii());
    }
    dir.file("list", &[words.as_bytes(), b"\n\n"].concat());
    prints(&dir, &["-oiFf", "list", "text"], "Word0\n");
    prints(&dir, &["-xcFf", "list", "text"], "1\n");
}

#[test]
fn counts_skip_holes() {
    let dir = Dir::on_disk();
    let path = dir.file("sparse", b"a\x01");
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    use std::os::unix::fs::FileExt;
    file.write_all_at(b"b\nc", (6 << 30) + 5).unwrap();
    file.set_len(8 << 30).unwrap();
    let counts = [
        (&["-a", "a.*b"][..], "1\n"),
        (&["-a", "^a[^x]*b$"], "1\n"),
        (&["-a", "-v", "b"], "1\n"),
        (&["-a", r"c\x00+$"], "1\n"),
        (&["-a", r"\x00b"], "1\n"),
        (&["-a", r"(?-u)c\x00{3}"], "1\n"),
        (&["a.*b"], "0\n"),
        (&["^b"], "1\n"),
    ];
    for (options, expected) in counts {
        let ran = grep(&dir, &[&["-c"], options, &["sparse"]].concat());
        assert_eq!(String::from_utf8_lossy(&ran.stdout), expected, "{options:?}: {}", ran.stderr);
    }
    // Each NUL byte ends an empty line of a binary input.
    let empty = (8u64 << 30) - 7;
    prints(&dir, &["-c", "^$", "sparse"], &format!("{empty}\n"));
}

#[test]
fn holes_hold_no_match_and_end_none() {
    let dir = Dir::on_disk();
    let path = dir.file("sparse", b"WO");
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    use std::os::unix::fs::FileExt;
    for offset in [(5 << 30) - 2, (5 << 30) + 9_000_000] {
        file.write_all_at(b"WORD", offset).unwrap();
    }
    file.set_len(6 << 30).unwrap();
    let expected = format!("{}:WORD\n{}:WORD\n", (5u64 << 30) - 2, (5u64 << 30) + 9_000_000);
    for modes in [&["--io=auto"][..], &["--threads=1"], &["--block-size=1M"]] {
        prints(&dir, &[&["-oba", "WORD", "sparse"], modes].concat(), &expected);
    }
}

// Regression: `^` did not match at the start of a file with a byte order mark.
#[test]
fn a_byte_order_mark_is_not_part_of_the_first_line() {
    let mark = "\u{feff}";
    let input = format!("{mark}foo\nbar\nfoo\n");
    let holds = |args: &[&str], expected: &str| {
        Law::new(&[&["grep"], args].concat(), input.as_bytes()).quick().holds(expected.as_bytes(), 0);
    };
    holds(&["-n", "^foo"], "1:foo\n3:foo\n");
    holds(&["-nb", "--column", "foo"], "1:1:3:foo\n3:1:11:foo\n");
    holds(&["-x", "-c", "foo"], "2\n");
    holds(&["-B1", "bar"], "foo\nbar\n");
    holds(&["-v", "bar"], "foo\nfoo\n");
    holds(&["-U", "-o", "^foo\\nbar"], "foo\nbar\n");
    holds(&["--max-count=1", "^foo"], "foo\n");
    holds(&["--passthru", "bar"], "foo\nbar\nfoo\n");
    holds(&["--encoding=none", "-c", "^foo"], "1\n");
    holds(&["-E", "-c", "^foo"], "1\n");
    holds(&["-G", "foo"], &format!("{mark}foo\nfoo\n"));
}

/// Cases that other implementations once got wrong, with the issue numbers of their projects.
#[test]
fn public_reports_of_wrong_answers() {
    let dir = Dir::new();
    // ripgrep #1334: a word that occurs many times in a list was not found.
    dir.file("many", "1.208.0.0/12\n".repeat(100).as_bytes());
    dir.file("address", b"1.208.0.0/12\n");
    prints(&dir, &["-Ff", "many", "address"], "1.208.0.0/12\n");
    // ripgrep #2574: with -w a match lost its first character.
    dir.file("domain", b"some.domain.com\nsome.domain.com/x\n");
    prints(&dir, &["-ow", r"([\w]+[.])*domain[.](\w)+", "domain"], "some.domain.com\nsome.domain.com\n");
    // ripgrep #2623: every second match was lost.
    dir.file("hashes", b"###\n");
    for dialect in ["-E", "-P", "--no-ignore-case"] {
        prints(&dir, &["-wo", dialect, ".", "hashes"], "#\n#\n#\n");
    }
    // ripgrep #1891: an empty pattern with -w crashed the program.
    dir.file("blank", b"a\n a\n");
    prints(&dir, &["-w", "", "blank"], " a\n");
    // ugrep #87, #134, #383: -w with basic patterns, at the start of a longer word, and with
    // context.
    dir.file("words", b"x\na-b ab abc\ny\n");
    prints(&dir, &["-G", "-w", "-A1", "ab", "words"], "a-b ab abc\ny\n");
    prints(&dir, &["-ow", "ab*", "words"], "a\nab\n");
    prints(&dir, &["-nw", "-A1", ".*ab.*", "words"], "2:a-b ab abc\n3-y\n");
    // ugrep #489: one-letter words were lost from a list of whole lines.
    let list: String = (0..100).map(|i| format!("word{i}\n")).collect();
    dir.file("list", format!("{list}lua\nphp\nzi\n").as_bytes());
    dir.file("lines", b"d\nlua\nphp\nr\nv\nzig\nword7\n");
    prints(&dir, &["-Fxvf", "list", "lines"], "d\nr\nv\nzig\n");
}

/// More cases from public bug reports, about empty matches, anchors and intervals.
#[test]
fn public_reports_about_empty_matches() {
    let dir = Dir::new();
    let holds = |input: &str, args: &[&str], expected: &str, code: i32| {
        dir.file("f", input.as_bytes());
        let ran = grep(&dir, &[args, &["f"]].concat());
        let text = String::from_utf8_lossy(&ran.stdout);
        assert_eq!((&*text, ran.code), (expected, code), "{args:?} on {input:?}: {}", ran.stderr);
    };
    // uutils/grep #65, #107: with -v, an empty pattern selects the lines that -x or -w rejects.
    holds("abc\ndef\n", &["-xve", ""], "abc\ndef\n", 0);
    holds("abc\n", &["-G", "-wve", ""], "abc\n", 0);
    // uutils/grep #18: with -w, an empty line contains an empty match.
    holds("abc\n\nx\n", &["-G", "-we", "$"], "\n", 0);
    // uutils/grep #28: with -v -o, the empty match in an empty line is a match.
    holds("a\n\nb\n", &["-G", "-voe", "x*"], "", 1);
    // uutils/grep #33: anchors of the whole text.
    holds("cat\ndog\n", &["-G", r"t\'"], "cat\n", 0);
    holds("cat\ndog\n", &["-G", r"\`c"], "cat\n", 0);
    // ugrep #427: an anchor as an alternative was an error.
    holds("foobar\nxy\n", &["-Eo", "(^|x)y"], "xy\n", 0);
    // ugrep #147: only the first line was excluded.
    holds("; 1\n# 2\nx\n", &["-Ev", "^([[:space:]]*)?(#|;)|^[[:space:]]*$"], "x\n", 0);
    // ugrep #409: groups are separated even without context lines.
    holds("#1\n#2\nx\n#3\n", &["-A0", "^#"], "#1\n#2\n--\n#3\n", 0);
    // ugrep #319: line numbers with -v and context.
    holds("the\na\nthe\nb\n", &["-vnA1", "the"], "2:a\n3-the\n4:b\n", 0);
    // uutils/grep #72: -o prints no context.
    holds("aa\nbb\ncc\n", &["-oA2", "aa"], "aa\n", 0);
}

/// Names are links only where there are colours. Numbers are counted for links even if they are not
/// printed.
#[test]
fn names_are_hyperlinks() {
    let dir = Dir::new();
    dir.file("a b", b"no\nx x\nx\n");
    let directory = std::fs::canonicalize(dir.path()).unwrap();
    let url = format!("t://{}/a%20b", directory.to_str().unwrap());
    let format = "--hyperlink-format=t://{path}:{line}:{column}";
    let plain = |args: &[&str]| {
        let ran = grep(
            &dir,
            &[
                args,
                &["--colors=path:none", "--colors=line:none", "--colors=column:none", "--colors=match:none", "-e", "x"],
            ]
            .concat(),
        );
        String::from_utf8(ran.stdout).unwrap().replace("\x1b[36m\x1b[K", "").replace("\x1b[m\x1b[K", "")
    };
    let link = |place: &str, text: &str| format!("\x1b]8;;{url}:{place}\x1b\\{text}\x1b]8;;\x1b\\");
    let colored = ["--color=always", format, "a b"];
    assert_eq!(
        plain(&[&["-H"][..], &colored].concat()),
        format!("{}:x x\n{}:x\n", link("2:1", "a b"), link("3:1", "a b"))
    );
    assert_eq!(plain(&[&["-Hoa"][..], &colored].concat()).matches(&link("2:1", "a b")).count(), 2);
    assert_eq!(plain(&[&["-l"][..], &colored].concat()), format!("{}\n", link("1:1", "a b")));
    assert_eq!(
        plain(&[&["-Hn", "--heading", "--column"][..], &colored].concat()),
        format!("{}\n{}:1:x x\n{}:1:x\n", link("1:1", "a b"), link("2:1", "2"), link("3:1", "3"))
    );
    assert_eq!(plain(&["-H", format, "a b"]), "a b:x x\na b:x\n");
}
