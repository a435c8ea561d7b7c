//! Compressed inputs, compared with each format's tool: complete, truncated, padded, damaged, and
//! concatenated.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;

use crate::util::{Dir, Ran, mapped, oracle, run_piped, sample};

/// A format's tool and its arguments to compress and to decompress.
const TOOLS: [(&str, &[&str], &[&str]); 9] = [
    ("gzip", &["-c"], &["-dc"]),
    ("bzip2", &["-c1"], &["-dc"]),
    ("xz", &["-c", "--block-size=16384"], &["-dc"]),
    ("xz", &["-c", "--format=lzma"], &["-dc"]),
    ("zstd", &["-cq"], &["-dcq"]),
    ("lz4", &["-cq", "-B4", "-BD"], &["-dcq"]),
    ("lz4", &["-cq", "-BX", "--content-size"], &["-dcq"]),
    ("lz4", &["-cq", "-l"], &["-dcq"]),
    ("lzip", &["-c"], &["-dcq"]),
];

fn text(lines: u32) -> Vec<u8> {
    (0..lines).flat_map(|i| format!("{i} line {}\n", i.wrapping_mul(2_654_435_761)).into_bytes()).collect()
}

/// Returns an archive and altered copies of it.
fn mutations(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let length = archive.len();
    let mut all = vec![("whole".to_owned(), archive.to_vec()), ("twice".to_owned(), archive.repeat(2))];
    for cut in [20, length / 3, length / 2, length - 9, length - 1] {
        all.push((format!("cut at {cut} of {length}"), archive[..cut].to_vec()));
    }
    for zeros in [1, 4, 512] {
        all.push((format!("{zeros} zeros behind"), [archive, &vec![0; zeros]].concat()));
    }
    for garbage in [&b"x"[..], b"no archive\n", b"\x1f\x8b", b"BZh9"] {
        all.push((format!("{} behind", garbage.escape_ascii()), [archive, garbage].concat()));
    }
    for offset in [length / 2, length - 1] {
        let mut damaged = archive.to_vec();
        damaged[offset] ^= 0x10;
        all.push((format!("a bit changed at {offset}"), damaged));
    }
    all
}

/// Runs `mapped` on a file, on the same file redirected, and through a pipe, and checks that all
/// results are equal.
#[track_caller]
fn run_with_every_method(args: &[&str], dir: &Dir, bytes: &[u8]) -> Ran {
    let path = dir.file("archive", bytes);
    let mut file: Ran = mapped().args(args).arg(&path).stdin(Stdio::null()).output().unwrap().into();
    let redirected: Ran = mapped().args(args).stdin(File::open(&path).unwrap()).output().unwrap().into();
    let piped = run_piped(mapped().args(args), bytes);
    let alone = run_piped(mapped().args(args).args(["--threads", "1", "--block-size", "7"]), bytes);
    for (other, what) in [(redirected, "redirected"), (piped, "through a pipe"), (alone, "with one thread")] {
        assert_eq!((&file.stdout, file.code), (&other.stdout, other.code), "{what}: {}", other.stderr);
        assert_eq!(file.stderr.lines().count(), other.stderr.lines().count(), "{what}: {}", other.stderr);
    }
    file.stderr = file.stderr.replace(path.to_str().unwrap(), "archive");
    file
}

/// Regression: a second lz4 frame was not searched, zeros after gzip data were an error, and a
/// truncated lz4 file was not detected.
#[test]
fn each_format_is_decoded_as_its_tool_decodes_it() {
    let (dir, plain) = (Dir::new(), text(9000));
    let mut archives = Vec::new();
    for (tool, pack, unpack) in TOOLS {
        let Some(packed) = oracle(tool, pack, &plain) else { continue };
        let changed = mutations(&packed.stdout).into_iter();
        archives.extend(changed.map(|(what, bytes)| (format!("{tool} {pack:?}, {what}"), tool, unpack, bytes)));
    }
    for (what, tool, unpack, bytes) in sample(archives) {
        let expected = oracle(tool, unpack, &bytes).unwrap();
        let ran = run_with_every_method(&["cat", "--decompress"], &dir, &bytes);
        assert_eq!(ran.code != 0, expected.code != 0, "{what}: {} / {}", ran.stderr, expected.stderr);
        if expected.code == 0 {
            assert!(ran.stdout == expected.stdout, "{what}: {} bytes", ran.stdout.len());
        } else {
            assert!(ran.stdout.starts_with(&expected.stdout) || what.contains("changed"), "{what}");
            let is_one_line = ran.stderr.starts_with("mapped: ") && ran.stderr.lines().count() == 1;
            assert!(is_one_line, "{what}: {}", ran.stderr);
        }
    }
}

/// Regression: an archive that was truncated after its first few bytes was printed unchanged, with
/// exit code 0, if these bytes could be text: nine bytes of bzip2, four of lzip.
#[test]
fn an_archive_cut_within_its_first_bytes_is_an_error() {
    let dir = Dir::new();
    let suffixes = ["gz", "bz2", "xz", "lzma", "zst", "lz4", "lz4", "lz4", "lz"];
    for ((tool, pack, unpack), suffix) in TOOLS.into_iter().zip(suffixes) {
        let Some(packed) = oracle(tool, pack, &text(9)) else { continue };
        for length in sample((0..18).collect()) {
            let head = &packed.stdout[..length];
            let path = dir.file(format!("cut.{suffix}"), head);
            let expected = oracle(tool, unpack, head).unwrap();
            let others = [&["grep", "line"][..], &["hexdump"], &["checksum"], &["stat", "--content"]];
            for args in [&["cat"][..]].into_iter().chain(others.into_iter().filter(|_| length < 4)) {
                let ran: Ran = mapped().args(args).arg("--decompress").arg(&path).output().unwrap().into();
                // lz4 reports nothing for an empty file.
                assert!(
                    ran.code > i32::from(args[0] == "grep") || expected.code == 0,
                    "{args:?} {suffix} {length}: {ran:?}"
                );
            }
            // Without a name, bytes that could be text are accepted.
            let is_text = head.iter().all(u8::is_ascii_graphic) && length < 4 || head == b"]\0";
            let ran = run_piped(mapped().args(["cat", "--decompress"]), head);
            // The magic number of the old lz4 format is an empty archive.
            let is_whole = length > 0 && expected.code == 0;
            assert_eq!(ran.code == 0, is_text || is_whole, "{suffix} {length}: {ran:?}");
        }
    }
}

/// Regression: text that begins with "BZh" was rejected, and a .zst file that begins with a
/// skippable frame was searched without being decoded.
#[test]
fn a_format_is_known_by_enough_of_its_content() {
    let dir = Dir::new();
    for plain in [&b"BZh is text\n"[..], b"BZh91AY&SY\n", b"LZIP\n", b"", b"\x1f", b"]\n", b"(\n"] {
        let ran = run_with_every_method(&["cat", "--decompress"], &dir, plain);
        let is_cut = plain == b"\x1f";
        assert_eq!(ran.code, i32::from(is_cut), "{}", plain.escape_ascii());
        assert_eq!(ran.stdout, if is_cut { b"" } else { plain });
    }
    let skippable = b"\x5a\x2a\x4d\x18\x05\0\0\0hello";
    let plain = text(100);
    for (tool, pack) in [("zstd", &["-cq"][..]), ("lz4", &["-cq"])] {
        if let Some(packed) = oracle(tool, pack, &plain) {
            let bytes = [skippable, &packed.stdout[..], skippable].concat();
            assert_eq!(run_with_every_method(&["cat", "--decompress"], &dir, &bytes).stdout, plain, "{tool}");
        }
    }
}

/// Regression: data of another format after zstd frames was an error, although zstd decodes it;
/// zstd frames after lz4 frames were decoded, although lz4 rejects them; and the beginning of
/// another lzip member was ignored.
#[test]
fn bytes_after_an_archive_are_treated_as_by_its_tool() {
    let dir = Dir::new();
    let pack = |at: usize, lines| oracle(TOOLS[at].0, TOOLS[at].1, &text(lines)).map(|ran| ran.stdout);
    let [gzip, bzip2, xz, zstd, lz4, legacy] = [0, 1, 2, 4, 5, 7].map(|at| pack(at, 50).unwrap_or_default());
    for (first, followers) in [
        (4, &[&gzip[..], &xz, &lz4, &legacy, &bzip2][..]),
        (5, &[&zstd, &legacy]),
        (8, &[b"L", b"LZI", b"LZ at last", b"LZIP\x01", b"Lost", b"a line\n"]),
    ] {
        let (tool, _, unpack) = TOOLS[first];
        let Some(archive) = pack(first, 30) else { continue };
        for follower in followers {
            let bytes = [&archive[..], follower].concat();
            let expected = oracle(tool, unpack, &bytes).unwrap();
            let ran = run_with_every_method(&["cat", "--decompress"], &dir, &bytes);
            let begins = follower.iter().take(8).copied().collect::<Vec<_>>();
            let what = format!("{tool}, then {}: {} / {}", begins.escape_ascii(), ran.stderr, expected.stderr);
            assert_eq!(ran.code != 0, expected.code != 0, "{what}");
            assert!(expected.code != 0 || ran.stdout == expected.stdout, "{what}");
        }
    }
}

/// Regression: members of version 0, which lzip rejects, were decoded. A single damaged bit can
/// turn a member into version 0.
#[test]
fn lzip_members_of_version_0_are_refused() {
    let dir = Dir::new();
    let Some(packed) = oracle("lzip", &["-c"], &text(30)) else { return };
    let mut flipped = packed.stdout;
    flipped[4] = 0;
    let without_size = &flipped[..flipped.len() - 8];
    for bytes in [&flipped[..], without_size] {
        assert_ne!(oracle("lzip", &["-dcq"], bytes).unwrap().code, 0);
        let ran = run_with_every_method(&["cat", "--decompress"], &dir, bytes);
        assert!(ran.code != 0 && ran.stdout.is_empty(), "{}", ran.stderr);
        assert!(ran.stderr.ends_with("damaged lzip data: version 0 is not supported\n"), "{}", ran.stderr);
    }
}

// Regression: an archive whose first bytes are damaged was printed unchanged, with exit code 0.
#[test]
fn binary_data_under_the_name_of_an_archive_is_an_error() {
    let dir = Dir::new();
    for (name, format) in
        [("a.gz", "gzip"), ("a.log.zst", "zstd"), ("a.xz", "xz"), ("a.bz2", "bzip2"), ("a.Z", "compress")]
    {
        let path = dir.file(name, b"\x1e\x8b\x08\0\0\0\0\0binary");
        for args in [&["cat"][..], &["grep", "binary"], &["hexdump"], &["checksum"]] {
            let ran: Ran = mapped().args(args).arg("--decompress").arg(&path).output().unwrap().into();
            let shown = path.display();
            let message = format!("mapped: {shown}: damaged {format} data: the magic number is missing\n");
            assert_eq!((ran.stdout.len(), ran.stderr), (0, message), "{args:?}");
            assert!(ran.code > 0, "{args:?}");
        }
        assert!(mapped().arg("cat").arg(&path).output().unwrap().status.success());
    }
    let text = dir.file("text.gz", b"a line\n");
    assert_eq!(mapped().args(["cat", "--decompress"]).arg(text).output().unwrap().stdout, b"a line\n");
}

/// Regression: the lines of a damaged archive were reversed with exit code 0.
#[test]
fn a_damaged_archive_is_an_error_in_reverse_too() {
    let Some(packed) = oracle("gzip", &["-c"], &text(9000)) else { return };
    let dir = Dir::new();
    let cut = &packed.stdout[..packed.stdout.len() / 2];
    let forward = run_with_every_method(&["cat", "--decompress"], &dir, cut);
    let reverse = run_with_every_method(&["cat", "--decompress", "--reverse"], &dir, cut);
    assert_eq!((reverse.code, &reverse.stderr), (1, &forward.stderr));
    assert_eq!(reverse.stdout.len(), forward.stdout.len());
    // Regression: data that bzip2 ignores was an error, but only in reverse.
    let Some(packed) = oracle("bzip2", &["-c"], b"one\ntwo\n") else { return };
    let followed = [&packed.stdout[..], b"garbage"].concat();
    let reverse = run_with_every_method(&["cat", "--decompress", "--reverse"], &dir, &followed);
    assert_eq!((reverse.stdout.as_slice(), reverse.code), (&b"two\none\n"[..], 0));
    assert!(reverse.stderr.ends_with("trailing garbage after the bzip2 data is ignored\n"), "{}", reverse.stderr);
}

/// Regression: with 9-bit codes, `compress` writes wider codes once its table is full, which
/// neither it nor gzip can read. They were decoded as other text, with exit code 0.
#[test]
fn a_full_table_of_9_bits_is_damaged() {
    let dir = Dir::new();
    let packed = |codes: usize| -> Vec<u8> {
        let bits = (0..codes * 9).map(|bit| u32::from(b"a"[0]) >> (bit % 9) & 1).collect::<Vec<_>>();
        let bytes = bits.chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit) as u8);
        [0x1f, 0x9d, 0x89].into_iter().chain(bytes).collect()
    };
    let whole = run_with_every_method(&["cat", "--decompress"], &dir, &packed(256));
    assert_eq!((whole.stdout, whole.code, whole.stderr), (vec![b'a'; 256], 0, String::new()));
    let full = run_with_every_method(&["cat", "--decompress"], &dir, &packed(264));
    assert_eq!((full.stdout, full.code), (vec![b'a'; 256], 1));
    assert!(full.stderr.ends_with("damaged compress data: more strings than codes of 9 bits\n"), "{}", full.stderr);
}

#[test]
fn every_command_decodes() {
    let (dir, plain) = (Dir::new(), text(2000));
    let Some(packed) = oracle("gzip", &["-c"], &plain) else { return };
    for args in [
        &["cat", "-n"][..],
        &["cat", "--lines", "-3:"],
        &["cat", "--offset", "100", "--length", "1000"],
        &["grep", "-n", "--context", "1", "7 line"],
        &["grep", "-c", "9"],
        &["grep", "--last", "3", "-n", "-b", "-B2", "7 line"],
        &["grep", "-U", "-c", "7 line.*\\n8"],
        &["hexdump", "-C"],
        &["hexdump", "-C", "--offset", "33", "--length", "100"],
        &["checksum", "--algorithm", "sha256"],
        &["stat", "--lines"],
    ] {
        let expected = run_piped(mapped().args(args), &plain);
        let with = [&args[..1], &["--decompress"], &args[1..]].concat();
        let ran = run_piped(mapped().args(&with), &packed.stdout);
        assert_eq!(String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&expected.stdout), "{args:?}");
        assert_eq!(ran.code, expected.code, "{args:?}: {}", ran.stderr);
        assert_eq!(expected.code, 0, "{args:?}: {}", expected.stderr);
    }
    let path = dir.file("log.gz", &packed.stdout);
    let ran: Ran = mapped().args(["stat", "--content", "--decompress", "--json"]).arg(&path).output().unwrap().into();
    assert!(
        String::from_utf8_lossy(&ran.stdout).contains("\"lines\":2000"),
        "{}",
        String::from_utf8_lossy(&ran.stdout)
    );
}

/// Regression: a stream was copied to the temporary directory, and errors there were reported as
/// errors of the input.
#[test]
fn a_part_of_a_stream_is_that_of_a_file_and_needs_no_temporary_file() {
    let dir = Dir::new();
    let mut log: Vec<u8> = Vec::new();
    for i in 0..20_000 {
        log.extend(format!("2026-11-21T10:{:02}:{:02}Z entry {i}\n", i / 400, i % 400 / 7).bytes());
    }
    let binary = [&log[..5000], b"\0", &log[5000..]].concat();
    let late = [&log[..], b"entry 9\0\nentry 99\n"].concat();
    for (number, input) in [&log, &binary, &late, &b"".to_vec(), &b"entry 1".to_vec()].into_iter().enumerate() {
        let path = dir.file("log", input);
        let all = [
            &["--last", "3", "entry .*7"][..],
            &["--last", "3", "-n", "-b", "entry .*7$"],
            &["--last", "2", "-n", "-C2", "entry .*99"],
            &["--last", "5", "-n", "-A3", "-B1", "entry 1.?3.?.?$"],
            &["--last", "2", "-n", "entry 12"],
            &["--last", "100000", "-c", "entry"],
            &["--last", "3", "-v", "-n", "entry"],
            &["--last", "3", "-n", "-B3", "entry"],
            &["--last", "2", "--json", "entry 5"],
            &["--last", "4", "-a", "-z", "entry 5"],
            &["-n", "-b", "--since", "2026-11-21T10:20:00Z", "--until", "2026-11-21T10:21:30Z", "7$"],
            &["-c", "--since", "2026-11-21T10:20:00Z", ""],
            &[
                "-n",
                "--since",
                "2026-11-21T10:20:00Z",
                "--until",
                "2026-11-21T10:30:00Z",
                "--last",
                "2",
                "-C1",
                "entry",
            ],
        ];
        // The options for each input are others if not all are tried.
        for args in sample(all.into_iter().cycle().skip(number).take(all.len()).collect()) {
            let mut command = mapped();
            let expected: Ran =
                command.arg("grep").args(args).stdin(File::open(&path).unwrap()).output().unwrap().into();
            for block in [None, Some("1000")] {
                let mut command = mapped();
                command.arg("grep").args(args).env("TMPDIR", "/nonexistent");
                block.into_iter().for_each(|block| _ = command.args(["--block-size", block]));
                let ran = run_piped(&mut command, input);
                let what = format!("{args:?} on {} bytes: {}", input.len(), ran.stderr);
                let stdout = |ran: &Ran| {
                    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
                    text.lines().filter(|line| !line.contains("elapsed")).collect::<Vec<_>>().join("\n")
                };
                // Regression: without times, a count of 0 was printed before the error.
                assert_eq!(stdout(&ran), stdout(&expected), "{what}");
                assert_eq!((ran.code, &ran.stderr), (expected.code, &expected.stderr), "{what}");
            }
        }
    }
    let ran = run_piped(mapped().args(["grep", "--shard", "1/2", "entry"]), &log);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("a stream cannot be split into equal parts (pipe"), "{}", ran.stderr);
}

/// A match over several lines must not be cut where the writer pauses.
#[test]
fn a_stream_searched_whole_is_not_cut_at_a_pause() {
    let mut child =
        mapped().args(["grep", "-U", "-c", "one\\ntwo"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for line in ["one\n", "two\n", "one\n", "two\n"] {
        stdin.write_all(line.as_bytes()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    drop(stdin);
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!((ran.stdout.as_slice(), ran.code), (&b"2\n"[..], 0));
}

#[test]
fn a_period_is_found_in_decoded_content() {
    let log = b"2026-11-21T10:00:00Z a\n2026-11-21T11:00:00Z b\n2026-11-21T12:00:00Z c\n";
    let Some(packed) = oracle("gzip", &["-c"], log) else { return };
    let dir = Dir::new();
    let window = ["--since", "2026-11-21T10:30:00Z", "--until", "2026-11-21T11:30:00Z"];
    let ran = run_with_every_method(&[&["cat"][..], &window].concat(), &dir, &packed.stdout);
    assert_eq!(ran.stdout, b"2026-11-21T11:00:00Z b\n");
    let ran = run_with_every_method(&[&["grep", "-n"][..], &window, &["-h", "Z"]].concat(), &dir, &packed.stdout);
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "2:2026-11-21T11:00:00Z b\n");
}

/// Regression: a compressed log got the current year instead of the year of its last change.
#[test]
fn a_compressed_log_without_years_ends_when_it_was_written() {
    let log = b"Dec 31 23:59:58 host a\nJan  1 00:00:01 host b\nJan  2 10:00:00 host c\n";
    let Some(archive) = oracle("gzip", &["-nc"], log) else { return };
    // The header's time (RFC 1952, section 2.3.1) is 2020-01-02 12:00:00 UTC.
    let dated = [&archive.stdout[..4], &1_577_966_400u32.to_le_bytes(), &archive.stdout[8..]].concat();
    let dir = Dir::new();
    for (name, bytes) in [("dated.gz", &dated), ("undated.gz", &archive.stdout)] {
        let path = dir.file(name, bytes);
        let touched = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_577_970_000);
        File::options().write(true).open(&path).unwrap().set_modified(touched).unwrap();
        for args in [&["cat"][..], &["cat", "--merge"], &["grep", "host"]] {
            let mut command = mapped();
            let period = ["--since", "2020-01-01", "--until", "2020-01-01"];
            command.arg(args[0]).args(period).args(&args[1..]).arg(&path).env("TZ", "UTC");
            let ran: Ran = command.output().unwrap().into();
            assert_eq!(
                String::from_utf8_lossy(&ran.stdout),
                "Jan  1 00:00:01 host b\n",
                "{args:?} {name}: {}",
                ran.stderr
            );
        }
    }
    let mut piped = mapped();
    piped.args(["cat", "--until", "2019-12-31"]).env("TZ", "UTC");
    assert_eq!(run_piped(&mut piped, &dated).stdout, b"Dec 31 23:59:58 host a\n");
}

/// Regression: a file that was truncated while it was decoded ended without a message and with exit
/// code 0.
#[test]
fn a_file_cut_while_it_is_decoded_is_an_error() {
    let dir = Dir::new();
    let mut random = 1u64;
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain((0..8_000_000).flat_map(|i| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            [if i % 16 == 15 { b'\n' } else { b'a' + (random >> 60) as u8 }, 0]
        }))
        .collect();
    let path = dir.file("log", &utf16);
    let mut child = mapped()
        .args(["grep", "-o", ".", "log"])
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 2]).unwrap();
    File::options().write(true).open(&path).unwrap().set_len(14_000_000).unwrap();
    let mut rest = Vec::new();
    stdout.read_to_end(&mut rest).unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!((ran.code, ran.stderr.as_str()), (2, "mapped: log: truncated to 14000000 bytes while being read\n"));
}

#[test]
fn a_compressed_file_without_a_match_gets_a_hint() {
    let Some(packed) = oracle("xz", &["-c"], &text(2000)) else { return };
    let dir = Dir::new();
    dir.file("log.xz", &packed.stdout);
    let grep =
        |args: &[&str]| -> Ran { mapped().arg("grep").args(args).current_dir(dir.path()).output().unwrap().into() };
    let ran = grep(&["^1777 line", "log.xz"]);
    assert_eq!(ran.code, 1);
    let hint = "mapped: log.xz: xz data, searched without decoding; use --decompress to search its contents\n";
    assert_eq!(ran.stderr, hint);
    // Regression: --top found no lines to count in compressed logs.
    let counted = grep(&["--top", "3", "-o", "^1777 line", "log.xz"]);
    assert_eq!((counted.stderr.as_str(), counted.stdout.as_slice()), ("", &b"      1 1777 line\n"[..]));
    assert_eq!(grep(&["-s", "^1777 line", "log.xz"]).stderr, "");
    // Regression: a match in another file suppressed the message that the compressed file was not
    // searched.
    dir.file("log", b"1777 line\n");
    assert_eq!(grep(&["^1777 line", "log", "log.xz"]).stderr, hint);
    assert_eq!(grep(&["-c", "", "log.xz"]).stderr, "");
    assert_eq!(grep(&["-r", "^1777 line", "."]).stderr, "");
    assert_eq!(grep(&["--decompress", "none", "log.xz"]).stderr, "");
    // Regression: the hint named only the first of several files.
    for name in ["a.xz", "b.xz", "c.xz"] {
        std::fs::copy(dir.path().join("log.xz"), dir.path().join(name)).unwrap();
    }
    let several = |count, names| {
        format!(
            "mapped: {count} compressed files were searched without decoding ({names}); use --decompress to search their \
             contents\n"
        )
    };
    assert_eq!(grep(&["-c", "^1777 line", "log", "log.xz", "a.xz"]).stderr, several(2, "log.xz, a.xz"));
    let all = ["-c", "^1777 line", "log.xz", "a.xz", "log", "b.xz", "c.xz"];
    assert_eq!(grep(&all).stderr, several(4, "log.xz, a.xz, b.xz, ..."));
    // A file with a match is not listed.
    dir.file("found.xz", &[&packed.stdout[..], b"\n1777 line\n"].concat());
    assert_eq!(grep(&["-a", "-c", "^1777 line", "a.xz", "found.xz", "b.xz"]).stderr, several(2, "a.xz, b.xz"));
    let content: Ran = mapped().args(["stat", "--content", "a.xz"]).current_dir(dir.path()).output().unwrap().into();
    let times = " Times: unknown: xz data; --decompress reads them\n";
    assert!(String::from_utf8_lossy(&content.stdout).contains(times), "{content:?}");
}
