//! Holes in `mapped grep`: a sparse file gives the same output as the same bytes without holes, and
//! its holes cost nothing.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::util::{Dir, Ran, mapped, sample};

const MIB: u64 = 1 << 20;

/// The data of a file, and its offsets.
type Pieces = Vec<(u64, Vec<u8>)>;

/// Returns files by name, with their lengths and data. All other bytes are zeros.
fn layouts() -> Vec<(&'static str, u64, Pieces)> {
    // This is longer than the prefix that determines whether an input is binary.
    let text = b"a plain line with x in it\nand one without\n".repeat(4000);
    let at = |offset: u64, bytes: &[u8]| (offset, bytes.to_vec());
    vec![
        ("all hole", 3 * MIB, vec![]),
        ("hole first", 3 * MIB, vec![at(2 * MIB, b"x\ny\nx")]),
        (
            "binary",
            4 * MIB,
            vec![at(0, b"x one\ntwo x"), at(2 * MIB - 3, b"x\nthree x\nfour x"), at(4 * MIB - 2, b"x\n")],
        ),
        (
            "text first",
            5 * MIB,
            vec![
                at(0, &text),
                at(2 * MIB - 5, b"x or\ny x"),
                at(3 * MIB, b"tail x\nlast\n"),
                at(5 * MIB - 4, b"\nx\n"),
            ],
        ),
        ("text, then a hole", 2 * MIB, vec![at(0, &text)]),
        ("hole at a line's start", 3 * MIB, vec![at(0, &text), at(1 << 18, b"x\n"), at(3 * MIB - 3, b"nx\n")]),
        ("short holes", MIB / 2, vec![at(0, &text), at(1 << 18, b"\nx\n"), at((1 << 18) + 16384, b"x\n")]),
    ]
}

fn write(path: &Path, len: u64, pieces: &Pieces, sparse: bool) {
    let file = File::create(path).unwrap();
    if sparse {
        file.set_len(len).unwrap();
    } else {
        file.write_all_at(&vec![0; len as usize], 0).unwrap();
    }
    for (offset, bytes) in pieces {
        file.write_all_at(bytes, *offset).unwrap();
    }
}

fn run(options: &[&str], how: &[&str], path: &Path, redirected: bool) -> Ran {
    let mut command = mapped();
    command.arg("grep").args(options).args(how).stdin(Stdio::null());
    if redirected {
        command.stdin(File::open(path).unwrap());
    } else {
        command.arg(path);
    }
    command.output().unwrap().into()
}

const OPTIONS: [&[&str]; 37] = [
    &["x"],
    &["-c", "x"],
    &["-c", "-v", "x"],
    &["-v", "x"],
    &["-n", "-b", "x"],
    &["-n", "-b", "-o", "-h", "x"],
    &["-a", "-n", "-b", "nx"],
    &["-a", "-n", "x|tail"],
    &["-a", "-n", "-o", "[a-z]+"],
    &["-a", "-n", "-b", "--column", "-o", "x|l.st"],
    &["-a", "-n", "-w", "x"],
    &["-a", "-n", "-v", "x"],
    &["-a", "-n", "--color=always", "x"],
    &["-a", "-n", "--max-columns=200", "x"],
    &["-a", "-c", "x"],
    &["-a", "-v", "-c", "x"],
    &["-a", "-b", "-o", "x"],
    &["-z", "-c", "x"],
    &["-z", "-c", "-v", "x"],
    &["-z", "-n", "-b", "-a", "x"],
    &["-z", "-n", "-o", "x"],
    &["-z", "-x", "-c", ""],
    &["-z", "-m2", "-n", "x"],
    &["-C1", "x"],
    &["-n", "-A2", "-B1", "tail"],
    &["--last", "2", "-n", "-b", "x"],
    &["-U", "-c", "x\\ntwo"],
    &["-m", "2", "-n", "x"],
    &["-m", "3", "-c", "x"],
    &["-l", "x"],
    &["-L", "x"],
    &["-q", "t+hree"],
    &["-I", "-n", "x"],
    &["-c", "-E", "x.*x"],
    &["-c", "[^a]x"],
    &["--count-matches", "x"],
    &["--json", "-a", "nosuchword"],
];

#[test]
fn a_hole_is_a_run_of_zero_bytes() {
    let dir = Dir::new();
    let (sparse, dense) = (dir.path().join("sparse"), dir.path().join("dense"));
    for (number, (name, len, pieces)) in layouts().into_iter().enumerate() {
        write(&sparse, len, &pieces, true);
        write(&dense, len, &pieces, false);
        for options in sample(OPTIONS.iter().cycle().skip(number).take(OPTIONS.len()).collect()) {
            let expected = run(options, &["--io", "read", "--threads", "1"], &dense, true);
            let modes: [(&[&str], bool); 6] = [
                (&["-h"], false),
                (&["-h", "--io", "read"], false),
                (&["-h", "--threads", "1"], true),
                (&["-h", "--block-size", "4096", "--threads", "7"], false),
                (&["-h", "--block-size", "65521", "--io", "read"], true),
                (&["-h", "--block-size", "300K"], false),
            ];
            for (how, redirected) in modes {
                let mut ran = run(options, how, &sparse, redirected);
                if options.contains(&"-l") || options.contains(&"-L") || options.contains(&"--json") {
                    // These options print the name.
                    ran.stdout = String::from_utf8(ran.stdout)
                        .unwrap()
                        .replace(sparse.to_str().unwrap(), "(standard input)")
                        .into_bytes();
                }
                ran.stderr = ran.stderr.replace(sparse.to_str().unwrap(), "(standard input)");
                if options.contains(&"--json") {
                    (ran.stdout, ran.stderr) = (Vec::new(), expected.stderr.clone());
                    assert_eq!(ran.code, expected.code, "{name}: {options:?} {how:?}");
                    continue;
                }
                let what = format!("{name}: {options:?} {how:?}, redirected {redirected}");
                assert_eq!((ran.code, &ran.stderr), (expected.code, &expected.stderr), "{what}");
                assert!(ran.stdout == expected.stdout, "{what}: {} for {}", shown(&ran), shown(&expected));
            }
        }
    }
}

fn shown(ran: &Ran) -> String {
    String::from_utf8_lossy(&ran.stdout[..ran.stdout.len().min(200)]).escape_debug().to_string()
}

/// GNU grep treats any file with a hole as binary, so the comparison is limited to cases where that
/// makes no difference.
#[test]
fn gnu_grep_agrees_on_sparse_files() {
    if Command::new("grep").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "grep is not installed");
        return;
    }
    let dir = Dir::new();
    let path: PathBuf = dir.path().join("sparse");
    for (name, len, pieces) in layouts() {
        write(&path, len, &pieces, true);
        let cases: [&[&str]; 7] = [
            &["-a", "-c", "-F", "x"],
            &["-a", "-c", "-v", "-F", "x"],
            &["-a", "-n", "-b", "-F", "nx"],
            &["-z", "-a", "-c", "-F", "x"],
            &["-z", "-a", "-c", "-v", "-F", "x"],
            &["-z", "-a", "-n", "-F", "x"],
            &["-l", "-F", "x"],
        ];
        for options in cases {
            let gnu: Ran = Command::new("grep").args(options).arg(&path).env("LC_ALL", "C").output().unwrap().into();
            let ours = run(options, &[], &path, false);
            assert_eq!(ours.code, gnu.code, "{name}: {options:?}");
            assert!(ours.stdout == gnu.stdout, "{name}: {options:?}: {} for {}", shown(&ours), shown(&gnu));
        }
    }
}

#[test]
fn a_hole_costs_nothing() {
    let dir = Dir::new();
    let path = dir.path().join("sparse");
    let len = 64 << 30;
    let text = b"a line of text\n".repeat(10_000);
    let pieces = vec![(0, text), (len / 2, b"\nneedle\n".to_vec()), (len - 9, b"\nneedle 2".to_vec())];
    write(&path, len, &pieces, true);
    let blocks = std::os::unix::fs::MetadataExt::blocks(&std::fs::metadata(&path).unwrap());
    if blocks > 1 << 20 {
        return crate::util::skip("a file system that stores no holes");
    }
    let begun = Instant::now();
    for (options, expected) in [
        (&["needle"][..], "needle\nneedle 2\n"),
        (&["-n", "-b", "needle"], "10002:34359738369:needle\n10004:68719476728:needle 2\n"),
        (&["-c", "-v", "needle"], "10002\n"),
        (&["-z", "-c", "-v", "needle"], "68719326718\n"),
        // Regression: with -a, only counts skipped the holes.
        (&["-a", "-n", "-b", "needle"], "10002:34359738369:needle\n10004:68719476728:needle 2\n"),
        (&["-a", "-n", "-o", "needle( 2)?"], "10002:needle\n10004:needle 2\n"),
        (&["--last", "1", "-n", "needle"], "10004:needle 2\n"),
    ] {
        let ran = run(options, &["--threads", "2"], &path, false);
        assert_eq!(
            (String::from_utf8_lossy(&ran.stdout).as_ref(), ran.code),
            (expected, 0),
            "{options:?} {}",
            ran.stderr
        );
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

// Regression: a hole was read to its end for a timeline, and when lines without a match were
// printed.
#[test]
fn a_file_that_is_one_hole_ends_soon() {
    let dir = Dir::on_disk();
    let path = dir.path().join("hole");
    write(&path, 1 << 43, &Vec::new(), true);
    let begun = Instant::now();
    for (options, expected, code) in [
        (&["-v", "x"][..], "", 1),
        (&["--last", "1", "-v", "x"], "", 1),
        (&["--timeline", "x"], "", 1),
        (&["-a", "--timeline", "--json", "-v", "x"], "{\"file\":", 0),
    ] {
        let ran = run(options, &[], &path, false);
        assert!(String::from_utf8_lossy(&ran.stdout).starts_with(expected), "{options:?}: {}", shown(&ran));
        assert_eq!(ran.code, code, "{options:?}: {}", ran.stderr);
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

// Regression: under the name grep, a file that contained only NUL bytes was treated as padding
// without lines.
#[test]
fn called_as_grep_it_recognises_no_padding() {
    let dir = Dir::new();
    let path = dir.path().join("padded");
    for (name, len, pieces) in layouts().into_iter().take(3) {
        write(&path, len, &pieces, false);
        for options in [&["-c", "-v", "x"][..], &["-c", "x"], &["-v", "x"], &["-L", "x"], &["-c", "^"]] {
            let gnu: Ran = Command::new("grep").args(options).arg(&path).env("LC_ALL", "C").output().unwrap().into();
            let ours: Ran = mapped().args(["--as", "grep"]).args(options).arg(&path).output().unwrap().into();
            assert_eq!((ours.code, shown(&ours)), (gnu.code, shown(&gnu)), "{name}: {options:?}: {}", ours.stderr);
        }
    }
}
