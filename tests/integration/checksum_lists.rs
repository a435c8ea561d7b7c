//! Checksum lists as found in practice: written by other tools, damaged, of trees and of pieces.

use std::path::Path;
use std::process::Command;

use crate::law::Law;
use crate::util::{Dir, Ran, cases, mapped, oracle, program, run_piped, sample};

/// Runs `mapped checksum` in `dir`.
fn checksum(dir: &Dir, args: &[&str]) -> Ran {
    mapped().arg("checksum").args(args).current_dir(dir.path()).output().unwrap().into()
}

/// Runs `mapped checksum` in `dir`, which must succeed, and returns its output.
fn printed(dir: &Dir, args: &[&str]) -> Vec<u8> {
    let ran = checksum(dir, args);
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    ran.stdout
}

/// Returns the output of another tool in `dir`, if it is installed.
fn other(dir: &Dir, tool: &str, args: &[&str]) -> Option<Vec<u8>> {
    oracle(tool, &["--version"], b"")?;
    let output = Command::new(tool).args(args).current_dir(dir.path()).env("LC_ALL", "C").output().unwrap();
    assert!(output.status.success(), "{tool} {args:?}");
    Some(output.stdout)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn files() -> Dir {
    let dir = Dir::new();
    dir.file("plain", b"plain");
    dir.file("a b", b"a b");
    std::fs::create_dir(dir.path().join("sub")).unwrap();
    dir.file("sub/f,1", &[b'x'; 5000]);
    dir
}

fn algorithms() -> Vec<String> {
    let listed: Ran = mapped().args(["checksum", "--list-algorithms"]).output().unwrap().into();
    text(&listed.stdout).lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

/// Regression: without a requested algorithm, lists in the default format, untagged, in base64 or
/// with digests of other lengths were reported as FAILED or improperly formatted.
#[test]
fn every_list_of_our_own_can_be_checked() {
    let dir = files();
    let mut makers: Vec<Vec<String>> = Vec::new();
    for algorithm in algorithms() {
        for options in [&[][..], &["--untagged"], &["--tag"], &["--base64"]] {
            makers.push(["-a", &algorithm].iter().chain(options).map(|arg| (*arg).to_owned()).collect());
        }
    }
    for length in ["1", "8", "33", "64", "1000", "100000"] {
        makers.push(["-a", "blake3", "-l", length].map(str::to_owned).to_vec());
    }
    for algorithm in ["blake2b", "blake2bp", "blake2s", "blake2sp"] {
        for length in ["32", "160", "256"] {
            makers.push(["-a", algorithm, "-l", length].map(str::to_owned).to_vec());
            makers.push(["-a", algorithm, "-l", length, "--untagged"].map(str::to_owned).to_vec());
        }
    }
    for maker in sample(makers) {
        let args: Vec<&str> = maker.iter().map(String::as_str).chain(["plain", "a b", "sub/f,1"]).collect();
        let list = printed(&dir, &args);
        let ran = run_piped(mapped().args(["checksum", "-c", "--strict"]).current_dir(dir.path()), &list);
        let is_short = maker.iter().any(|arg| arg == "--base64") && list.len() < 80;
        assert!(is_short || ran.code == 0, "{maker:?}: {}{}{}", text(&list), text(&ran.stdout), ran.stderr);
    }
    for length in ["8", "128", "160", "256", "504"] {
        let Some(list) = other(&dir, "b2sum", &["-l", length, "plain", "sub/f,1"]) else { continue };
        let ran = run_piped(mapped().args(["checksum", "-c"]).current_dir(dir.path()), &list);
        assert_eq!((ran.code, text(&ran.stdout)), (0, "plain: OK\nsub/f,1: OK\n".into()), "{length}: {}", ran.stderr);
    }
}

#[test]
fn lists_of_other_tools_check() {
    let dir = files();
    let sfv = |list: Vec<u8>| list;
    let lists = [
        ("rhash", &["--sfv", "plain", "a b"][..]),
        ("rhash", &["--md5", "plain", "a b"]),
        ("rhash", &["--sfv", "--md5", "--sha1", "plain", "a b"]),
        ("rhash", &["--simple", "--md5", "--sha256", "plain", "a b"]),
        ("rhash", &["--magnet", "--md5", "--sha1", "plain", "a b"]),
        ("rhash", &["--bsd", "--sha3-256", "--ripemd160", "--blake2s", "--crc32", "plain"]),
        ("hashdeep", &["-l", "plain", "sub/f,1"]),
        ("hashdeep", &["-c", "sha1,tiger,whirlpool", "-l", "plain", "sub/f,1"]),
        ("md5deep", &["-l", "plain", "a b"]),
        ("md5deep", &["-l", "-z", "-t", "plain", "a b"]),
        ("md5deep", &["-l", "-c", "-z", "plain", "sub/f,1"]),
        ("md5deep", &["-l", "-p", "1024", "sub/f,1"]),
        ("sha256deep", &["-l", "plain"]),
        ("xxhsum", &["-H0", "plain"]),
        ("xxhsum", &["-H3", "plain"]),
        ("cksum", &["plain", "a b"]),
        ("sum", &["-r", "plain", "a b"]),
        ("sum", &["-s", "plain", "a b"]),
        ("b3sum", &["-l", "20", "plain"]),
        ("openssl", &["dgst", "-sha512-224", "plain"]),
        ("openssl", &["dgst", "-r", "-sha1", "plain"]),
    ];
    for (tool, args) in lists {
        let Some(list) = other(&dir, tool, args).map(sfv) else { continue };
        let ran = run_piped(mapped().args(["checksum", "-c", "--strict"]).current_dir(dir.path()), &list);
        assert_eq!((ran.code, &*ran.stderr), (0, ""), "{tool} {args:?}: {}{}", text(&list), text(&ran.stdout));
        let mut damaged = text(&list).into_bytes();
        dir.file("plain", b"other");
        let ran = run_piped(mapped().args(["checksum", "-c"]).current_dir(dir.path()), &damaged);
        let is_about_it = text(&list).contains("plain");
        assert_eq!(ran.code, i32::from(is_about_it), "{tool} {args:?}: {}", text(&ran.stdout));
        dir.file("plain", b"plain");
        damaged.clear();
    }
}

#[test]
fn lists_from_windows_check() {
    let dir = files();
    let md5 = text(&printed(&dir, &["-a", "md5", "--no-names", "plain", "sub/f,1"]));
    let [plain, sub] = md5.lines().collect::<Vec<_>>()[..] else { panic!("{md5}") };
    let list = format!("{} *plain\r\n{sub} *sub\\f,1\r\n", plain.to_uppercase());
    let utf16 =
        |order: fn(u16) -> [u8; 2]| format!("\u{feff}{list}").encode_utf16().flat_map(order).collect::<Vec<u8>>();
    for bytes in [
        list.clone().into_bytes(),
        format!("\u{feff}{list}").into_bytes(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
    ] {
        let ran = run_piped(mapped().args(["checksum", "-c", "--strict"]).current_dir(dir.path()), &bytes);
        assert_eq!((ran.code, text(&ran.stdout)), (0, "plain: OK\nsub\\f,1: OK\n".into()), "{}", ran.stderr);
    }
    dir.file("plain.md5", format!("{}\r\n", plain.to_uppercase()).as_bytes());
    assert_eq!(text(&printed(&dir, &["-c", "plain.md5"])), "plain: OK\n");
    // A file whose name contains the backslash takes precedence.
    dir.file("sub\\f,1", b"literal");
    let ran = run_piped(mapped().args(["checksum", "-c"]).current_dir(dir.path()), list.as_bytes());
    assert_eq!((ran.code, text(&ran.stdout)), (1, "plain: OK\nsub\\f,1: FAILED\n".into()));
}

/// Regression: `checksum -c IMAGE` aborted, and in a list whose lines end with NUL, only the first
/// entry was verified.
#[test]
fn other_files_and_other_kinds_of_lists_are_errors() {
    let dir = files();
    std::fs::File::create(dir.path().join("image")).unwrap().set_len(1 << 40).unwrap();
    let ran = checksum(&dir, &["-c", "image"]);
    let binary = "not a list of digests, but binary data";
    assert_eq!((ran.code, ran.stderr), (1, format!("mapped: image: {binary}\n")));
    // Regression: lines of random bytes after one that begins with a semicolon were read as
    // entries.
    dir.file("random", b"\x1b[2J\x01 ab\xff\n;\n\xfe\x1b 1f\n\0");
    assert_eq!(checksum(&dir, &["-c", "random"]).stderr.lines().count(), 1);
    let ran: Ran = mapped().args(["checksum", "-a", "md5", "-c"]).arg(mapped().get_program()).output().unwrap().into();
    assert!(ran.code == 1 && ran.stdout.is_empty() && ran.stderr.ends_with(&format!("{binary}\n")), "{ran:?}");
    // A list that was damaged after its first lines is still checked.
    let damaged = [&printed(&dir, &["plain"])[..], b"\0\0\0\n"].concat();
    let ran = run_piped(mapped().args(["checksum", "-c"]).current_dir(dir.path()), &damaged);
    assert!(ran.code == 1 && ran.stdout == b"plain: OK\n" && ran.stderr.contains("lines contain NUL"), "{ran:?}");
    // Regression: the addresses of a hex dump were read as CRCs.
    for options in [&[][..], &["--color=never", "-n", "20"], &["--format=canonical", "-n", "33"]] {
        let dump: Ran = mapped().arg("hexdump").args(options).arg(mapped().get_program()).output().unwrap().into();
        dir.file("dump", &dump.stdout[..dump.stdout.len().min(1000)]);
        let ran = checksum(&dir, &["-c", "dump"]);
        assert!(ran.code == 1 && ran.stdout.is_empty() && ran.stderr.contains("no properly"), "{options:?}: {ran:?}");
    }
    let list = printed(&dir, &["-a", "sha256", "-z", "plain", "a b"]);
    let ran = run_piped(mapped().args(["checksum", "-c"]).current_dir(dir.path()), &list);
    assert!(ran.code == 1 && ran.stdout.is_empty() && ran.stderr.contains("use --zero"), "{ran:?}");
    let ran = run_piped(mapped().args(["checksum", "-c", "-z"]).current_dir(dir.path()), &list);
    assert_eq!((ran.code, text(&ran.stdout)), (0, "plain: OK\na b: OK\n".into()), "{}", ran.stderr);
    let ran = run_piped(mapped().args(["checksum", "-c"]).current_dir(dir.path()), b"TTH (plain) = abcd\n");
    assert!(ran.code == 1 && ran.stderr.contains("unknown algorithm TTH"), "{ran:?}");
}

/// Regression: a `-` in a list on standard input consumed the lines after it.
#[test]
fn standard_input_within_a_list_on_standard_input_is_improper() {
    let dir = files();
    let lines = text(&printed(&dir, &["-a", "sha256", "plain", "a b"]));
    let (first, second) = lines.split_once('\n').unwrap();
    let list = format!("{first}\n{}  -\n{}  /dev/stdin\n{second}", &first[..64], &first[..64]);
    for name in ["-", "/dev/stdin"] {
        let ran = run_piped(mapped().args(["checksum", "-c", name]).current_dir(dir.path()), list.as_bytes());
        assert_eq!((ran.code, text(&ran.stdout)), (0, "plain: OK\na b: OK\n".into()), "{name}: {}", ran.stderr);
        assert!(ran.stderr.contains("2 lines are improperly formatted"), "{}", ran.stderr);
    }
    // In a list in a file, `-` means standard input, which only one of two names can read.
    dir.file("list", format!("{first}\n{}  -\n{second}", &first[..64]).as_bytes());
    let ran = run_piped(mapped().args(["checksum", "-c", "list"]).current_dir(dir.path()), b"plain");
    assert!(text(&ran.stdout).contains("-: OK"), "{ran:?}");
}

/// Regression: a list that was written to a file contained that file.
#[test]
fn the_list_that_is_written_is_left_out() {
    let dir = files();
    let sums = |args: &[&str], exit: i32| {
        let list = std::fs::File::create(dir.path().join("SUMS")).unwrap();
        let ran: Ran =
            mapped().arg("checksum").args(args).current_dir(dir.path()).stdout(list).output().unwrap().into();
        assert_eq!(ran.code, exit, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("SUMS: input file is also the output"), "{}", ran.stderr);
        let text = std::fs::read_to_string(dir.path().join("SUMS")).unwrap();
        assert!(text.contains("plain") && !text.contains("SUMS"), "{text}");
    };
    sums(&["-r", "."], 1);
    sums(&["-r", ".", "--pieces", "1K"], 1);
    sums(&["plain", "SUMS"], 1);
    assert!(checksum(&dir, &["-c", "--quiet", "SUMS"]).code == 0);
}

#[test]
fn digests_of_any_length_are_written_as_they_are_computed() {
    let dir = files();
    for args in [
        &["-l", "18446744073709551615"][..],
        &["--raw", "-l", "10000000000"],
        &["--json", "-l", "10G"],
        &["--base64", "-l", "1T"],
    ] {
        let mut child = mapped();
        child.arg("checksum").args(args).arg("plain").current_dir(dir.path()).stdout(std::process::Stdio::piped());
        let mut child = child.spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let mut first = vec![0; 1 << 20];
        std::io::Read::read_exact(&mut stdout, &mut first).unwrap();
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(peak < 96 << 10, "{args:?}: {peak} kB");
        drop(stdout);
        child.wait().unwrap();
    }
    let json = printed(&dir, &["--json", "-l", "200000", "plain"]);
    let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let hex = printed(&dir, &["--no-names", "-l", "200000", "plain"]);
    assert_eq!(value["digest"].as_str().unwrap(), text(&hex).trim_end());
}

#[test]
fn pieces_are_md5deeps_and_hold_the_law() {
    let dir = files();
    let input: Vec<u8> = (0..10_000u32).map(|i| (i % 251) as u8).collect();
    dir.file("f", &input);
    if let Some(want) = other(&dir, "md5deep", &["-l", "-p", "4096", "f"]) {
        assert_eq!(text(&printed(&dir, &["-a", "md5", "--pieces", "4096", "f"])), text(&want));
        let digests: String = text(&want).lines().map(|line| format!("{}\n", &line[..32])).collect();
        let args = ["checksum", "-a", "md5", "--no-names", "--pieces", "4K"];
        Law::new(&args, &input).quick().holds(digests.as_bytes(), 0);
    }
    dir.file("empty", b"");
    let list = printed(&dir, &["-a", "md5,crc32", "--pieces", "4096", "f", "empty", "a b"]);
    dir.file("list", &list);
    assert_eq!(checksum(&dir, &["-c", "--strict", "list"]).code, 0);
    // One byte in the second piece is changed, and there are bytes after the last piece.
    let mut changed = input.clone();
    changed[5000] ^= 1;
    dir.file("f", &changed);
    let ran = checksum(&dir, &["-c", "--quiet", "list"]);
    assert_eq!(text(&ran.stdout), "f offset 4096-8191: FAILED\nf offset 4096-8191: FAILED\n", "{}", ran.stderr);
    dir.file("f", &[&input[..], b"more"].concat());
    let first_two = text(&list)
        .lines()
        .filter(|line| line.contains("f offset") && !line.contains("8192"))
        .collect::<Vec<_>>()
        .join("\n");
    dir.file("part", first_two.as_bytes());
    let ran = checksum(&dir, &["-c", "--quiet", "part"]);
    assert!(ran.code == 1 && ran.stderr.contains("f: bytes 8192-10003 are not covered by any line of part"), "{ran:?}");
}

/// Regression: a damaged row was only a warning, with exit code 0. rhash and hashdeep fail on it.
#[test]
fn a_row_that_is_not_one_of_its_table_is_an_error() {
    let dir = files();
    for (name, list) in [
        ("l.sfv", "; made by hand\nplain 192062cf\na b zzzzzzzz\n".to_owned()),
        ("l.sfv", "plain 192062cf\nnonsense\n".to_owned()),
        (
            "l",
            "%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n5,ac7938d40cfc2307e2bf325d28e7884e,plain\nnonsense\n"
                .to_owned(),
        ),
    ] {
        dir.file(name, list.as_bytes());
        let ran = checksum(&dir, &["-c", name]);
        assert_eq!((ran.code, text(&ran.stdout).as_str()), (1, "plain: OK\n"), "{list}{}", ran.stderr);
        assert_eq!(ran.stderr, "mapped: WARNING: 1 line is improperly formatted\n");
    }
}

/// Names that rhash read as digests (its issues 130, 139, 146, 148 and 235) or airdc++ as a
/// comment, and the digits without leading zeros of cksfv 1.1.
#[test]
fn names_that_look_like_digests_and_short_digests() {
    let dir = Dir::new();
    let names =
        ["grandes roussieres 1.pm", "7eventy 5ive (2007).jpg", "AABBCCD DEEFFGGHH", "01_a;_b.mp3", &"be68".repeat(32)];
    for (index, name) in names.iter().enumerate() {
        dir.file(name, &vec![b'x'; index]);
    }
    for algorithm in ["md5", "sha1", "sha256", "sha512"] {
        let tool = format!("{algorithm}sum");
        let list = printed(&dir, &[&["-a", algorithm, "--untagged"][..], &names].concat());
        assert_eq!(other(&dir, &tool, &names).unwrap_or_else(|| list.clone()), list);
        dir.file("list", &list);
        assert_eq!(printed(&dir, &["-c", "list"]).iter().filter(|&&byte| byte == b'\n').count(), names.len());
    }
    dir.file("zero", b"33");
    dir.file("l.sfv", b"; Generated by cksfv v1.1 on 2001-02-28 at 12:32.10\nzero A6216D9\n");
    assert_eq!(text(&printed(&dir, &["-c", "l.sfv"])), "zero: OK\n");
}

/// A handmade list that RHash 1.4.4 did not read (its issue 240), a single blank that b3sum
/// rejects, and shortened digests that uutils' cksum reported as FAILED (its issue 6576).
#[test]
fn lists_that_other_tools_misread() {
    let dir = Dir::new();
    dir.file("zero", b"33");
    dir.file("filename.crc32", b"zero  0A6216D9\r\n");
    // The blanks in between may be part of the name.
    assert_eq!(text(&printed(&dir, &["-c", "filename.crc32"])), "zero : OK\n");
    let line = text(&printed(&dir, &["--untagged", "zero"]));
    dir.file("list", line.replace("  ", " ").as_bytes());
    assert_eq!(text(&printed(&dir, &["-c", "list"])), "zero: OK\n");
    for algorithm in ["sha256", "blake2b", "md5", "sm3"] {
        let line = text(&printed(&dir, &["-a", algorithm, "--tag", "zero"]));
        dir.file("list", format!("{line}{}\n", &line[..line.len() - 3]).as_bytes());
        let ran = checksum(&dir, &["-c", "list"]);
        assert_eq!((ran.code, text(&ran.stdout)), (0, "zero: OK\n".into()), "{line}{}", ran.stderr);
        assert_eq!(ran.stderr, "mapped: WARNING: 1 line is improperly formatted\n");
    }
}

/// Regression: with BLAKE2b requested, whose digests may have any length, the words of a text were
/// read as digests in base64.
#[test]
fn words_are_not_digests_in_base64() {
    let dir = files();
    dir.file("notes", b"wide open\nline 4\n");
    let ran = checksum(&dir, &["-a", "blake2b", "-c", "notes"]);
    assert_eq!((ran.code, text(&ran.stdout)), (1, String::new()));
    assert!(ran.stderr.contains("notes: no properly formatted"), "{}", ran.stderr);
}

/// Regression: the NUL bytes of a compressed list led to the advice to use --zero.
#[test]
fn a_compressed_list_is_to_be_decompressed() {
    let dir = files();
    let list = dir.file("list.md5.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x0a\0\xf5\xff");
    for options in [&["-c"][..], &["-c", "-a", "md5"]] {
        let ran = checksum(&dir, &[options, &["list.md5.gz"]].concat());
        let advice = "the list is compressed (gzip): mapped cat --decompress list.md5.gz | mapped checksum --check";
        assert_eq!((ran.code, ran.stderr), (1, format!("mapped: list.md5.gz: {advice}\n")));
    }
    // A pipe is not read again.
    let ran = run_piped(mapped().args(["checksum", "-c"]), &std::fs::read(list).unwrap());
    assert!(ran.code == 1 && ran.stderr.contains("binary data"), "{}", ran.stderr);
}

/// Regression: to advise on a list without lines of the requested algorithm, the list was opened
/// again, which waits if it is a FIFO.
#[test]
fn a_fifo_is_opened_once() {
    let dir = Dir::new();
    assert!(Command::new("mkfifo").arg("fifo").current_dir(dir.path()).status().unwrap().success());
    let line = "echo garbage > fifo & timeout 20 \"$0\" checksum -c -a md5 fifo";
    let mut shell = Command::new("sh");
    let ran: Ran = shell.args(["-c", line]).arg(program()).current_dir(dir.path()).output().unwrap().into();
    assert!(ran.code == 1 && ran.stderr.contains("fifo: no properly formatted"), "{ran:?}");
}

/// Regression: the reason why a file is unreadable was reported for each piece, under the piece's
/// name.
#[test]
fn pieces_of_a_missing_file_have_one_reason() {
    let dir = files();
    dir.file("list", &printed(&dir, &["--pieces", "2", "-a", "md5", "plain"]));
    std::fs::remove_file(dir.path().join("plain")).unwrap();
    let ran = checksum(&dir, &["-c", "list"]);
    assert_eq!((ran.code, text(&ran.stdout).matches(": FAILED open or read\n").count()), (1, 3));
    assert_eq!(
        ran.stderr,
        "mapped: plain: No such file or directory\nmapped: WARNING: 3 listed files could not be read\n"
    );
}

/// Regression: the messages about the list were printed between the listed files and the others.
#[test]
fn an_audit_sums_up_last() {
    let dir = files();
    dir.file("list", b"d41d8cd98f00b204e9800998ecf8427e  plain\n");
    let mut command = Command::new("sh");
    command.args(["-c", "\"$0\" checksum --audit list 2>&1"]).arg(mapped().get_program()).current_dir(dir.path());
    let output = text(&command.output().unwrap().stdout);
    let at = |words: &str| output.find(words).unwrap_or_else(|| panic!("no {words} in\n{output}"));
    assert!(at("plain: FAILED") < at("a b: NEW") && at("a b: NEW") < at("WARNING: 1 computed"), "{output}");
}

// Regression, hashdeep #423: the files of a renamed directory were reported as missing.
#[test]
fn an_audit_searches_directories_beside_the_list() {
    let dir = Dir::new();
    std::fs::create_dir(dir.path().join("before")).unwrap();
    dir.file("before/x", b"one");
    dir.file("before/y", b"two");
    dir.file("list", &printed(&dir, &["-r", "before"]));
    std::fs::rename(dir.path().join("before"), dir.path().join("after")).unwrap();
    dir.file("after/z", b"three");
    let ran = checksum(&dir, &["--audit", "--status", "list"]);
    assert_eq!((ran.code, ran.stdout.len()), (1, 0));
    for args in [["--audit", "list", "after"], ["--audit", "./after/", "list"]] {
        let ran = checksum(&dir, &args);
        let want = "before/x: MOVED to after/x\nbefore/y: MOVED to after/y\nafter/z: NEW\n";
        assert!(text(&ran.stdout).starts_with(want) && ran.code == 1, "{}", text(&ran.stdout));
    }
    let ran = checksum(&dir, &["--audit", "after"]);
    let advice = "mapped: --audit compares after with a list: mapped checksum --audit LIST after\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (1, advice));
}

#[test]
fn an_audit_finds_moved_missing_and_new_files() {
    let dir = Dir::new();
    std::fs::create_dir_all(dir.path().join("t/sub")).unwrap();
    for name in ["t/same", "t/changed", "t/moved", "t/gone", "t/sub/x"] {
        dir.file(name, name.as_bytes());
    }
    dir.file("unrelated", b"unrelated");
    for maker in [&["-r", "t"][..], &["-r", "t", "-a", "sha256"]] {
        dir.file("list", &printed(&dir, maker));
        assert_eq!(checksum(&dir, &["--audit", "--quiet", "list"]).code, 0);
    }
    dir.file("t/changed", b"other");
    std::fs::rename(dir.path().join("t/moved"), dir.path().join("t/sub/here now")).unwrap();
    std::fs::remove_file(dir.path().join("t/gone")).unwrap();
    dir.file("t/new", b"new");
    let ran = checksum(&dir, &["--audit", "list"]);
    let want = "t/changed: FAILED\nt/same: OK\nt/sub/x: OK\nt/new: NEW\nt/moved: MOVED to 't/sub/here now'\nt/gone: MISSING\n\
        matched              2\nchanged              1\nmoved                1\nmissing              1\nnew                  1\nunreadable           0\n";
    assert_eq!((ran.code, text(&ran.stdout)), (1, want.into()), "{}", ran.stderr);
    let ran = checksum(&dir, &["--audit", "--json", "list"]);
    let lines: Vec<serde_json::Value> =
        text(&ran.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[4]["moved_to"]["path"], "t/sub/here now");
    assert_eq!(lines[6]["audit"]["new"], 1);
    // The same list is checked against a copy elsewhere.
    let elsewhere = dir.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::rename(dir.path().join("t"), elsewhere.join("t")).unwrap();
    let ran = checksum(&dir, &["--audit", "--directory", "elsewhere", "list"]);
    assert_eq!(text(&ran.stdout), want, "{}", ran.stderr);
    assert_eq!(checksum(&dir, &["-c", "--ignore-missing", "--quiet", "--directory", "elsewhere", "list"]).code, 1);
}

#[test]
fn a_digest_on_the_command_line_is_compared() {
    let dir = files();
    let hex = text(&printed(&dir, &["-a", "sha256", "--no-names", "plain"]));
    let base64 = text(&printed(&dir, &["-a", "sha256", "--no-names", "--base64", "plain"]));
    for digest in [
        hex.trim(),
        &hex.trim().to_uppercase(),
        base64.trim(),
        &format!("sha256:{}", hex.trim()),
        &format!("sha256-{}", base64.trim()),
    ] {
        for options in [&[][..], &["-a", "sha256"]] {
            let args = [options, &["plain", "--expect", digest]].concat();
            assert_eq!(text(&printed(&dir, &args)), "plain: OK\n", "{args:?}");
        }
        let ran = checksum(&dir, &["a b", "plain", "--expect", digest]);
        assert_eq!((ran.code, text(&ran.stdout)), (1, "a b: FAILED\nplain: OK\n".into()));
        let ran = run_piped(mapped().args(["checksum", "--expect", digest]), b"plain");
        assert_eq!((ran.code, text(&ran.stdout)), (0, "-: OK\n".into()), "{}", ran.stderr);
    }
}

#[test]
fn names_come_from_a_list_of_names() {
    let dir = files();
    dir.file("names", b"plain\0a b\0none\0\0sub/f,1");
    let ran = checksum(&dir, &["-a", "md5", "--files0-from", "names"]);
    let names: Vec<String> = text(&ran.stdout).lines().map(|line| line[34..].to_owned()).collect();
    assert_eq!((ran.code, names), (1, vec!["plain".into(), "a b".into(), "sub/f,1".into()]));
    assert_eq!(
        ran.stderr,
        "mapped: none: No such file or directory\nmapped: names: 4: invalid zero-length file name\n"
    );
    let ran = run_piped(
        mapped().args(["checksum", "-a", "md5", "--files0-from", "-"]).current_dir(dir.path()),
        b"plain\0-\0",
    );
    assert!(ran.code == 1 && ran.stdout.len() == 40 && ran.stderr.contains("no file name of '-' allowed"), "{ran:?}");
}

/// Lists damaged in many ways must be reported as md5sum does, or as errors, and never succeed
/// where md5sum fails.
#[test]
fn mutated_lists_never_succeed_where_the_reference_fails() {
    let dir = files();
    let Some(list) = other(&dir, "md5sum", &["plain", "a b", "sub/f,1"]) else { return };
    let mut random = 11_u64;
    let mut next = move |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below.max(1)
    };
    for round in 0..cases(150) {
        let mut bytes = list.clone();
        for _ in 0..=next(3) {
            let at = next(bytes.len());
            match next(7) {
                0 => bytes[at] = b"0aF \n\r\\*-;#=()\0z"[next(16)],
                1 => bytes.truncate(at),
                2 => _ = bytes.remove(at),
                3 => bytes.insert(at, b" \n\t\\0*"[next(6)]),
                4 => bytes.splice(at..at, *b"\r\n").for_each(drop),
                5 => bytes.splice(0..0, *b"\xef\xbb\xbf").for_each(drop),
                _ => bytes.splice(at..at, list[..next(list.len())].to_vec()).for_each(drop),
            }
            if bytes.is_empty() {
                break;
            }
        }
        dir.file("list", &bytes);
        let theirs: Ran =
            Command::new("md5sum").args(["-c", "--strict", "list"]).current_dir(dir.path()).output().unwrap().into();
        for algorithm in [&["-a", "md5"][..], &[]] {
            let mine = checksum(&dir, &[&["-c", "--strict"][..], algorithm, &["list"]].concat());
            assert!((0..=1).contains(&mine.code), "round {round}: {mine:?}");
            // This program also accepts byte order marks and SFV lines. It accepts nothing else
            // that md5sum rejects.
            let is_more = bytes.starts_with(b"\xef\xbb\xbf") || bytes.contains(&b'\r');
            assert!(
                mine.code == 1 || theirs.code == 0 || is_more,
                "round {round}: {mine:?} {theirs:?} {}",
                text(&bytes)
            );
            let verified = |ran: &Ran| text(&ran.stdout).lines().filter(|line| line.ends_with(": OK")).count();
            assert!(verified(&mine) <= 10 && (mine.code == 1 || verified(&mine) > 0), "round {round}");
        }
    }
}

/// Bytes that change while they are hashed must not cause a panic in any algorithm.
#[test]
fn a_file_that_another_process_writes_to_gives_some_digest_and_no_panic() {
    use std::os::unix::fs::FileExt;
    use std::sync::atomic::{AtomicBool, Ordering};
    let dir = Dir::new();
    let path = dir.file("f", &vec![7; 3 << 20]);
    let all = algorithms().join(",");
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let file = std::fs::File::options().write(true).open(&path).unwrap();
            let mut at = 0;
            while !over.load(Ordering::Relaxed) {
                file.write_all_at(&[at as u8; 4096], at % (3 << 20)).unwrap();
                at += 4097;
            }
        });
        for io in ["mmap", "auto", "read"] {
            let ran = checksum(&dir, &["-a", &all, "--io", io, Path::new(&path).to_str().unwrap()]);
            assert!((0..=1).contains(&ran.code) && !ran.stderr.contains("panic"), "{}", ran.stderr);
            assert_eq!(ran.stdout.iter().filter(|&&byte| byte == b'\n').count() % algorithms().len(), 0);
        }
        over.store(true, Ordering::Relaxed);
    });
}

/// Regression: two threads shared one standard input between its two names, and printed digests of
/// parts of it.
#[test]
fn only_the_first_name_of_standard_input_gets_its_bytes() {
    let dir = files();
    let input = vec![b'x'; 3 << 20];
    let digests = |name: &str| [printed_for(&input, "-"), printed_for(b"", name)].concat();
    for name in ["-", "/dev/stdin"] {
        let mut command = mapped();
        command.args(["checksum", "-a", "md5", "-", name]).current_dir(dir.path());
        assert_eq!(text(&run_piped(&mut command, &input).stdout), digests(name), "{name}");
    }
    dir.file("list", digests("/dev/stdin").as_bytes());
    for _ in 0..3 {
        let ran = run_piped(mapped().args(["checksum", "-c", "list"]).current_dir(dir.path()), &input);
        assert_eq!((ran.code, text(&ran.stdout)), (1, "-: OK\n/dev/stdin: FAILED open or read\n".into()));
        assert!(ran.stderr.contains("standard input was already read"), "{}", ran.stderr);
    }
}

/// Returns the line that is printed for `bytes` under a name.
fn printed_for(bytes: &[u8], name: &str) -> String {
    let ran = run_piped(mapped().args(["checksum", "-a", "md5", "--no-names"]), bytes);
    format!("{}  {name}\n", text(&ran.stdout).trim())
}

/// Regression: blanks at the end of a name in an SFV list were never read as part of the name.
#[test]
fn names_in_sfv_lists_may_end_with_blanks() {
    let dir = Dir::new();
    dir.file("tr ", b"z");
    dir.file("c", b"y");
    dir.file("l.sfv", b"tr  62D277AF\nc    FBDB2615\n");
    let ran = checksum(&dir, &["-c", "l.sfv"]);
    assert_eq!((ran.code, text(&ran.stdout)), (0, "tr : OK\nc   : OK\n".into()), "{}", ran.stderr);
}

/// Regression: the first part of a digest that is split by a blank was read as a shorter digest,
/// and all later lines were assumed to separate digest and name by one space.
#[test]
fn a_digest_that_a_blank_splits_is_improper() {
    let dir = files();
    let lines = text(&printed(&dir, &["-a", "sha256", "--untagged", "plain", "a b"]));
    for at in [8, 32, 40] {
        dir.file("list", format!("{} {}", &lines[..at], &lines[at..]).as_bytes());
        let ran = checksum(&dir, &["-c", "list"]);
        assert_eq!((ran.code, text(&ran.stdout)), (0, "a b: OK\n".into()), "{at}: {}", ran.stderr);
        assert!(ran.stderr.contains("1 line is improperly formatted"), "{at}: {}", ran.stderr);
    }
}

/// Regression: a name with a backslash that leads through a file was an error under
/// `--ignore-missing`, which ignores missing files.
#[test]
fn a_name_that_leads_through_a_file_is_missing() {
    let dir = files();
    let line = text(&printed(&dir, &["-a", "md5", "--untagged", "plain"]));
    dir.file("list", format!("{line}{}  plain\\b\n", &line[..32]).as_bytes());
    let ran = checksum(&dir, &["-c", "--ignore-missing", "list"]);
    assert_eq!((ran.code, text(&ran.stdout)), (0, "plain: OK\n".into()), "{}", ran.stderr);
}

/// Regression: a new empty file was reported as a missing one that had moved, and a missing
/// directory as an unreadable file in addition to the missing files in it.
#[test]
fn an_audit_tells_missing_directories_and_empty_files() {
    let dir = Dir::new();
    std::fs::create_dir_all(dir.path().join("t")).unwrap();
    std::fs::create_dir_all(dir.path().join("u")).unwrap();
    for (name, bytes) in [("t/a", &b"a"[..]), ("t/empty", b""), ("u/b", b"b")] {
        dir.file(name, bytes);
    }
    dir.file("list", &printed(&dir, &["-a", "sha256", "t/a", "t/empty", "u/b"]));
    std::fs::rename(dir.path().join("t/empty"), dir.path().join("t/other")).unwrap();
    std::fs::remove_dir_all(dir.path().join("u")).unwrap();
    let ran = checksum(&dir, &["--audit", "list"]);
    let want = "t/a: OK\nt/other: NEW\nt/empty: MISSING\nu/b: MISSING\nmatched              1\n\
        changed              0\nmoved                0\nmissing              2\nnew                  1\nunreadable           0\n";
    assert_eq!((ran.code, text(&ran.stdout), ran.stderr.as_str()), (1, want.into(), ""));
}
