//! Files over 4 GiB: offsets and lengths have 64 bits, regardless of the size of an address.
//!
//! Regression: on 32-bit systems, a length was truncated to 32 bits, so `grep` searched only the
//! start of such a file and reported with exit code 1 that nothing matches.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::Stdio;

use crate::util::{Dir, mapped};

/// Creates a sparse file with a line before, across and after the 4 GiB boundary.
fn sparse(dir: &Dir) -> PathBuf {
    let path = dir.path().join("large");
    let file = File::create(&path).unwrap();
    let lines = [(0, "first needle\n"), ((1 << 32) - 7, "\nacross needle\n"), ((1 << 32) + 5000, "\nhigh needle\n")];
    for (offset, line) in lines {
        file.write_all_at(line.as_bytes(), offset).unwrap();
    }
    path
}

const ROWS: &str = "\
00000000  66 69 72 73 74 20 6e 65  65 64 6c 65 0a 00 00 00  |first needle....|
00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
*
fffffff0  00 00 00 00 00 00 00 00  00 0a 61 63 72 6f 73 73  |..........across|
100000000  20 6e 65 65 64 6c 65 0a  00 00 00 00 00 00 00 00  | needle.........|
100000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
*
100001380  00 00 00 00 00 00 00 00  0a 68 69 67 68 20 6e 65  |.........high ne|
100001390  65 64 6c 65 0a                                    |edle.|
100001395
";

#[test]
fn both_sides_of_4_gib_are_seen() {
    let dir = Dir::new();
    let path = sparse(&dir);
    let cases: &[(&[&str], &str)] = &[
        (&["grep", "-a", "-n", "-b", "-o", "needle"], "1:6:needle\n3:4294967297:needle\n5:4294972302:needle\n"),
        (&["grep", "-U", "-c", "needle"], "3\n"),
        (&["grep", "-c", "needle"], "3\n"),
        (&["grep", "-a", "--last", "1", "needle"], "high needle\n"),
        (&["cat", "--lines", "3"], "across needle\n"),
        (&["cat", "--lines=-1:"], "high needle\n"),
        (&["cat", "--bytes", "4294967291:+14"], "across needle\n"),
        (&["cat", "--bytes=-12:"], "high needle\n"),
        (&["checksum", "-a", "crc32", "--untagged"], "219da334  large\n"),
        (&["hexdump"], ROWS),
    ];
    for (args, want) in cases {
        for mode in ["mmap", "read"] {
            let mut command = mapped();
            command.args(*args).args(["--io", mode]).current_dir(dir.path());
            let named = command.arg("large").output().unwrap();
            let got = String::from_utf8_lossy(&named.stdout);
            assert_eq!(got, *want, "{args:?} --io {mode}: {}", String::from_utf8_lossy(&named.stderr));
            // With -a the holes are text, and all of it is read.
            if args[0] != "checksum" && !args.contains(&"-a") {
                let mut command = mapped();
                let stdin = Stdio::from(File::open(&path).unwrap());
                let redirected = command.args(*args).args(["--io", mode]).stdin(stdin).output().unwrap();
                assert_eq!(
                    String::from_utf8_lossy(&redirected.stdout),
                    *want,
                    "{args:?} --io {mode} on standard input"
                );
            }
        }
    }
}

/// Regression: on 32-bit systems, the offset and the column of a match were truncated to 32 bits.
#[test]
fn a_match_is_4_gib_after_the_start_of_its_line() {
    let dir = Dir::new();
    let path = dir.path().join("line");
    File::create(&path).unwrap().write_all_at(b"needle\n", (1 << 32) + 100).unwrap();
    let out = mapped().args(["grep", "-a", "-o", "-b", "--column", "needle"]).arg(&path).output().unwrap();
    let errors = String::from_utf8_lossy(&out.stderr);
    assert_eq!(String::from_utf8_lossy(&out.stdout), "1:4294967397:4294967396:needle\n", "{errors}");
}
