//! `mapped checksum`, compared with the law and the tools that it replaces.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::time::Duration;

use crate::law::Law;
use crate::util::{Dir, Ran, awkward_inputs, mapped, oracle, run, run_piped, sample};

/// Computes a CRC by its definition, bit by bit, for algorithms that no classic tool has.
fn crc(width: u32, poly: u64, bytes: &[u8]) -> String {
    let ones = u64::MAX >> (64 - width);
    let poly = poly.reverse_bits() >> (64 - width);
    let register = bytes.iter().fold(ones, |register, &byte| {
        (0..8).fold(register ^ u64::from(byte), |r, _| if r & 1 == 1 { r >> 1 ^ poly } else { r >> 1 })
    });
    format!("{:0width$x}", register ^ ones, width = width as usize / 4)
}

fn adler32(bytes: &[u8]) -> String {
    let (a, b) = bytes.iter().fold((1u32, 0u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    format!("{:08x}", b << 16 | a)
}

/// Runs a tool with `input` on standard input, and returns the part of its output that `pick`
/// selects.
fn by(tool: &str, args: &[&str], input: &[u8], pick: impl Fn(&str) -> String) -> Option<String> {
    let ran = oracle(tool, args, input)?;
    assert_eq!(ran.code, 0, "{tool}: {}", ran.stderr);
    Some(pick(std::str::from_utf8(&ran.stdout).unwrap()))
}

fn first(text: &str) -> String {
    text.split_whitespace().next().unwrap().to_owned()
}

fn last(text: &str) -> String {
    text.split_whitespace().last().unwrap().to_owned()
}

/// Returns the line that another program prints for an algorithm, without a name.
fn expected(algorithm: &str, input: &[u8]) -> Option<String> {
    let cksum = |pick: fn(&str) -> String| by("cksum", &["-a", algorithm, "--untagged"], input, pick);
    match algorithm {
        "blake3" => by("b3sum", &[], input, first),
        "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512" | "blake2b" | "sm3" => cksum(first),
        "crc" | "bsd" | "sysv" => cksum(|text| text.trim_end().to_owned()),
        "sha512-256" | "sha3-224" | "sha3-256" | "sha3-384" | "sha3-512" => {
            by("openssl", &["dgst", &format!("-{algorithm}")], input, last)
        }
        "crc32" => Some(crc(32, 0x04c1_1db7, input)),
        "crc32b" => {
            let crc = u32::from_str_radix(&crc(32, 0x04c1_1db7, input), 16).unwrap();
            Some(format!("{crc} {}", input.len()))
        }
        "crc32c" => Some(crc(32, 0x1edc_6f41, input)),
        "crc64-xz" => Some(crc(64, 0x42f0_e1eb_a9ea_3693, input)),
        "crc64-nvme" => Some(crc(64, 0xad93_d235_94c9_3659, input)),
        "adler32" => Some(adler32(input)),
        "xxh32" => by("xxhsum", &["-H0"], input, first),
        "xxh64" => by("xxhsum", &["-H1"], input, first),
        "xxh128" => by("xxhsum", &["-H2"], input, first),
        "xxh3" => by("xxhsum", &["-H3"], input, last),
        "sha512-224" => by("openssl", &["dgst", "-sha512-224"], input, last),
        "ripemd160" => by("rhash", &["--ripemd160", "--simple", "-"], input, first),
        "blake2s" => by("openssl", &["dgst", "-blake2s256"], input, last),
        // No available tool computes these; their unit test compares them with their definition.
        "blake2bp" | "blake2sp" => None,
        other => panic!("{other} has no oracle"),
    }
}

fn algorithms() -> Vec<String> {
    let listed = run(&["checksum", "--list-algorithms"]);
    String::from_utf8(listed.stdout).unwrap().lines().map(first).collect()
}

/// Regression: `--length 0`, the default in GNU cksum, was rejected for digests of a fixed length.
#[test]
fn a_length_of_zero_is_the_usual_one() {
    let dir = Dir::new();
    let path = dir.file("f", b"test\n");
    for (name, length) in [("md5", "0"), ("crc", "0"), ("blake2b", "0"), ("blake2b", "512"), ("sha3-256", "0")] {
        let plain = mapped().args(["checksum", "-a", name]).arg(&path).output().unwrap();
        let with_length = mapped().args(["checksum", "-a", name, "-l", length]).arg(&path).output().unwrap();
        assert_eq!(Ran::from(with_length), Ran::from(plain), "{name} {length}");
    }
}

#[test]
fn the_law_holds_for_every_algorithm() {
    let algorithms = algorithms();
    assert!(algorithms.len() >= 32);
    let mut inputs = awkward_inputs();
    // This input exceeds the limits for files read whole, for chunks and for trees.
    inputs.push(("long", (0..20_000u32).flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes()).collect()));
    for (what, input) in inputs {
        eprintln!("{what}");
        let mut want = String::new();
        let mut known = Vec::new();
        for algorithm in &algorithms {
            let Some(line) = expected(algorithm, &input) else { continue };
            known.push(algorithm.as_str());
            want += &format!("{line}\n");
        }
        let list = known.join(",");
        let law = Law::new(&["checksum", "-a", &list, "--untagged", "--no-names"], &input).quick();
        law.holds(want.as_bytes(), 0);
    }
}

#[test]
fn ranges_are_digested_as_files_of_their_own() {
    let input: Vec<u8> = (0..9_000u32).map(|i| (i % 251) as u8).collect();
    for (options, range) in [
        (&["--offset", "1025"][..], 1025..9000),
        (&["--offset", "-3000", "--bytes", "2049"], 6000..8049),
        (&["--bytes", "1K"], 0..1024),
    ] {
        let Some(want) = expected("blake3", &input[range.clone()]) else { return };
        let crc = crc(32, 0x04c1_1db7, &input[range]);
        let args = [&["checksum", "-a", "blake3,crc32", "--untagged", "--no-names"], options].concat();
        Law::new(&args, &input).quick().holds(format!("{want}\n{crc}\n").as_bytes(), 0);
    }
}

/// Runs a classic tool and `mapped checksum` in the same directory.
fn both(
    dir: &Dir,
    tool: &str,
    tool_args: &[&OsStr],
    ours: &[&str],
    args: &[&OsStr],
    stdin: &[u8],
) -> Option<(Ran, Ran)> {
    oracle(tool, &["--version"], b"")?;
    let mut theirs = Command::new(tool);
    theirs.args(tool_args).args(args).current_dir(dir.path()).env("LC_ALL", "C");
    let mut mine = mapped();
    mine.arg("checksum").args(ours).args(args).current_dir(dir.path());
    let (mut theirs, mine) = (run_piped(&mut theirs, stdin), run_piped(&mut mine, stdin));
    theirs.stderr = theirs.stderr.replace(&format!("{tool}:"), "mapped:").replace("b3sum", "mapped checksum");
    theirs.stderr = theirs.stderr.replace(&format!("'{tool} --help'"), "'mapped checksum --help'");
    Some((theirs, mine))
}

/// Runs `tool`, and this program called as it.
fn called_as(dir: &Dir, tool: &str, args: &[&str]) -> Option<(Ran, Ran)> {
    oracle(tool, &["--version"], b"")?;
    let theirs = run_piped(Command::new(tool).args(args).current_dir(dir.path()).env("LC_ALL", "C"), b"");
    Some((theirs, run_piped(mapped().args(["--as", tool]).args(args).current_dir(dir.path()), b"")))
}

fn os<'a>(args: &'a [&'a str]) -> Vec<&'a OsStr> {
    args.iter().map(OsStr::new).collect()
}

/// Creates a directory of files with awkward names.
fn named_files() -> Dir {
    let dir = Dir::new();
    for name in [
        &b"plain"[..],
        b"a b",
        b"back\\slash",
        b"new\nline",
        b"carriage\rreturn",
        b"\xff\xfe",
        b"*star",
        b" lead",
        b"(x) = y",
    ] {
        dir.file(OsStr::from_bytes(name), name);
    }
    dir.file("empty", b"");
    dir.file("big", &vec![b'b'; 600_000]);
    std::fs::create_dir(dir.path().join("sub")).unwrap();
    dir
}

const SUMS: [(&str, &str); 7] = [
    ("md5sum", "md5"),
    ("sha1sum", "sha1"),
    ("sha224sum", "sha224"),
    ("sha256sum", "sha256"),
    ("sha384sum", "sha384"),
    ("sha512sum", "sha512"),
    ("b2sum", "blake2b"),
];

#[test]
fn prints_what_coreutils_prints() {
    let dir = named_files();
    let names: [&[u8]; 11] = [
        b"plain",
        b"a b",
        b"back\\slash",
        b"new\nline",
        b"carriage\rreturn",
        b"\xff\xfe",
        b"*star",
        b" lead",
        b"(x) = y",
        b"empty",
        b"big",
    ];
    let names: Vec<&OsStr> = names.iter().map(|name| OsStr::from_bytes(name)).collect();
    for (tool, algorithm) in SUMS {
        for options in
            [&[][..], &["-b"], &["-t"], &["--tag"], &["-z"], &["--tag", "-z"], &["--tag", "-b"], &["-b", "-t"], &["-"]]
        {
            let args = [&os(options)[..], &names].concat();
            let Some((theirs, mine)) = both(&dir, tool, &[], &["-a", algorithm], &args, b"from stdin") else { return };
            assert_eq!(mine, theirs, "{tool} {options:?}");
        }
        let args = os(&["plain", "none", "sub", "empty"]);
        let Some((theirs, mine)) = both(&dir, tool, &[], &["-a", algorithm], &args, b"") else { return };
        assert_eq!(mine, theirs, "{tool}, and what cannot be read");
    }
    for length in ["8", "128", "256", "504", "512", "0"] {
        for options in [&["-l", length][..], &["-l", length, "--tag"]] {
            let args = [&os(options)[..], &names].concat();
            let Some((theirs, mine)) = both(&dir, "b2sum", &[], &["-a", "blake2b"], &args, b"") else { return };
            assert_eq!(mine, theirs, "b2sum {options:?}");
        }
    }
    for algorithm in ["crc", "bsd", "sysv", "md5", "sha256", "blake2b", "sm3"] {
        let untagged = ["-a", algorithm, "--untagged"].map(OsStr::new);
        for args in [names.clone(), Vec::new(), os(&["-", "plain"]), os(&["none", "plain"])] {
            let ours = ["-a", algorithm, "--untagged"];
            let Some((theirs, mine)) = both(&dir, "cksum", &untagged, &ours, &args, b"from stdin") else {
                return;
            };
            assert_eq!(mine, theirs, "cksum -a {algorithm} {args:?}");
        }
    }
}

#[test]
fn prints_what_b3sum_prints() {
    let dir = named_files();
    let runs: [&[&str]; 12] = [
        &["plain", "a b", "new\nline", "back\\slash", "empty", "big"],
        &["--no-names", "plain", "big"],
        &["--tag", "plain"],
        &["-l", "16", "plain"],
        &["--length", "100", "big"],
        &["--seek", "7", "-l", "64", "big"],
        &["--raw", "big"],
        &["--no-mmap", "--num-threads", "1", "big"],
        &["--num-threads=0", "plain"],
        &["--derive-key", "mapped 2026 test", "big", "plain", "empty"],
        &["-"],
        &[],
    ];
    for args in runs {
        let ours = if args.contains(&"--tag") { &[][..] } else { &["--untagged"] };
        let Some((theirs, mine)) = both(&dir, "b3sum", &[], ours, &os(args), b"from stdin") else { return };
        assert_eq!(mine, theirs, "b3sum {args:?}");
    }
    let key = [42; 32];
    let Some((theirs, mine)) = both(&dir, "b3sum", &[], &["--untagged"], &os(&["--keyed", "big", "plain"]), &key)
    else {
        return;
    };
    assert_eq!(mine, theirs);
    let short = run_piped(mapped().args(["checksum", "--keyed", "/dev/null"]), &key[1..]);
    assert_eq!((short.code, &*short.stderr), (1, "mapped: the key on standard input has 31 bytes, not 32\n"));
}

#[test]
fn options_that_contradict_each_other_are_refused_as_by_coreutils() {
    let dir = named_files();
    for args in [
        &["--tag", "-t", "plain"][..],
        &["--tag", "-c", "plain"],
        &["-b", "-c", "plain"],
        &["-t", "-c", "plain"],
        &["--quiet", "plain"],
        &["--status", "plain"],
        &["--strict", "plain"],
        &["-w", "plain"],
        &["--ignore-missing", "plain"],
    ] {
        let Some((theirs, mine)) = called_as(&dir, "md5sum", args) else { return };
        assert_eq!(mine, theirs, "md5sum {args:?}");
    }
    for args in [&["-l", "7", "plain"][..], &["-l", "520", "plain"]] {
        let Some((theirs, mine)) = called_as(&dir, "b2sum", args) else { return };
        assert_eq!(mine, theirs, "b2sum {args:?}");
    }
    for (args, message) in [
        (
            &["-w", "x"][..],
            "mapped: the --warn option is meaningful only when verifying checksums; see mapped checksum --help\n",
        ),
        (&["-a", "blake2b", "-l", "7", "x"], "mapped: invalid value '7' for --length: expected a multiple of 8 bits\n"),
        (
            &["-a", "nope", "x"],
            "mapped: invalid value 'nope' for --algorithm: there is no such algorithm; mapped checksum --list-algorithms \
             shows all\n",
        ),
        (&["-l", "0", "x"], "mapped: invalid value '0' for --length: expected at least 1 byte\n"),
        (&["--seek", "1", "-l", "18446744073709551615", "x"], "mapped: --seek and --length reach beyond the end"),
        (
            &["--directory", "d", "x"],
            "mapped: --directory needs --check or --audit; to digest a tree: mapped checksum -r DIRECTORY\n",
        ),
        (
            &["--expect", "xyz", "x"],
            "mapped: invalid value 'xyz' for --expect: expected a digest of any algorithm, in hexadecimal",
        ),
        (
            &["--expect", "00", "-a", "md5", "x"],
            "mapped: invalid value '00' for --expect: expected a digest of md5, in hexadecimal or base64",
        ),
        (&["-a", "md5", "-l", "8", "x"], "mapped: --length needs -a blake2b, "),
        (&["-a", "md5", "--seek", "8", "x"], "mapped: --keyed, --derive-key and --seek need -a blake3"),
        (&["--raw", "x", "y"], "mapped: the --raw option is not supported with multiple files\n"),
    ] {
        let ran = run(&[&["checksum"], args].concat());
        assert!(ran.code == 1 && ran.stderr.starts_with(message), "{args:?}: {ran:?}");
    }
}

#[test]
fn checks_as_coreutils_checks() {
    let dir = named_files();
    let good = String::from_utf8(oracle("md5sum", &["--version"], b"").map_or(Vec::new(), |_| {
        let mut md5sum = Command::new("md5sum");
        md5sum.current_dir(dir.path()).args(["plain", "a b", "back\\slash", "new\nline", "empty", "big", "*star"]);
        md5sum.output().unwrap().stdout
    }))
    .unwrap();
    if good.is_empty() {
        return;
    }
    let zero = "0".repeat(32);
    let plain = good.lines().next().unwrap().to_owned();
    let digest = &plain[..32];
    let lists = [
        good.clone(),
        good.replace('\n', "\r\n"),
        good.to_uppercase().replace("PLAIN", "plain").lines().next().unwrap().to_owned(),
        format!("{good}garbage\n# comment\n\n   \nmore garbage\n"),
        format!("{zero}  plain\n{plain}\n{zero}  none\n{zero}  sub\n"),
        format!("{zero}  none\n"),
        format!("{zero}  none\n{plain}\n"),
        "garbage\n".to_owned(),
        String::new(),
        format!("{digest} plain\n{digest}  plain\n"),
        format!("{digest}  plain\n{digest} plain\n"),
        format!("{digest} *plain\n{digest}\tplain\n"),
        format!("MD5 (plain) = {digest}\nMD5(plain)= {digest}\nMD5 (plain) ={digest}\nMD5 (plain) {digest}\n"),
        format!("SHA1 (plain) = {digest}\n  {digest}  plain\n\\{digest}  plain\n\\{digest}  pl\\ain\n"),
        format!("{digest}0  plain\n{}  plain\n{digest}  \n{digest}\n", &digest[1..]),
        format!("\\{zero}  new\\nline\n{zero}  back\\slash\n"),
    ];
    let options = [
        &[][..],
        &["-w"],
        &["--strict"],
        &["--quiet"],
        &["--status"],
        &["--ignore-missing"],
        &["--ignore-missing", "--status"],
        &["--strict", "-w", "--ignore-missing"],
        &["--quiet", "--status"],
        &["--status", "-w"],
        &["-w", "--quiet"],
    ];
    for (number, list) in lists.iter().enumerate() {
        dir.file("list", list.as_bytes());
        // The options for each list are others if not all are tried.
        let options = options.into_iter().cycle().skip(number).take(options.len()).collect();
        for options in sample(options) {
            for file in [&["-c", "list"][..], &["-c"], &["--check", "list", "missing-list", "list"]] {
                let args: Vec<&OsStr> = options.iter().chain(file).map(OsStr::new).collect();
                let Some((theirs, mine)) = both(&dir, "md5sum", &[], &["-a", "md5"], &args, list.as_bytes()) else {
                    return;
                };
                assert_eq!(mine, theirs, "list {number} {options:?} {file:?}:\n{list}");
            }
        }
    }
}

#[test]
fn one_list_may_mix_every_tool_s_lines() {
    let dir = named_files();
    let mut list = Vec::new();
    let mut count = 0;
    for (tool, args) in [
        ("b3sum", &["big", "a b"][..]),
        ("b3sum", &["--tag", "big"]),
        ("b3sum", &["--tag", "-l", "50", "big"]),
        ("md5sum", &["big", "new\nline"]),
        ("sha1sum", &["-b", "big"]),
        ("sha256sum", &["--tag", "big"]),
        ("sha512sum", &["big"]),
        ("b2sum", &["--tag", "-l", "128", "big"]),
        ("cksum", &["-a", "sm3", "big"]),
        ("openssl", &["dgst", "-sha3-256", "big"]),
        ("openssl", &["dgst", "-md5", "big"]),
        ("xxhsum", &["-H0", "big"]),
        ("xxhsum", &["-H1", "big"]),
        ("xxhsum", &["-H2", "big"]),
        ("xxhsum", &["-H3", "big"]),
        ("xxhsum", &["-H3", "--little-endian", "big"]),
        ("xxhsum", &["-H1", "--tag", "big"]),
        ("xxhsum", &["-H2", "--tag", "--little-endian", "big"]),
    ] {
        if oracle(tool, &["--version"], b"").is_none() {
            continue;
        }
        let ran = Command::new(tool).args(args).current_dir(dir.path()).output().unwrap();
        assert!(ran.status.success(), "{tool} {args:?}");
        count += ran.stdout.iter().filter(|&&byte| byte == b'\n').count();
        list.extend(ran.stdout);
    }
    for algorithm in &algorithms() {
        for options in [&[][..], &["--tag"], &["--tag", "--base64"]] {
            let args = [&["checksum", "-a", algorithm][..], options, &["big"]].concat();
            let ran: Ran = mapped().args(args).current_dir(dir.path()).output().unwrap().into();
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            list.extend(ran.stdout);
            count += 1;
        }
    }
    dir.file("list", &list);
    let check = |options: &[&str]| -> Ran {
        mapped()
            .args(["checksum", "-c", "--strict"])
            .args(options)
            .arg("list")
            .current_dir(dir.path())
            .output()
            .unwrap()
            .into()
    };
    let ran = check(&[]);
    assert_eq!(ran.code, 0, "{}{}", ran.stderr, String::from_utf8_lossy(&ran.stdout));
    // MD5 and XXH128 digests have the same length.
    assert!(ran.stderr.lines().all(|line| line.contains("matched by different algorithms")), "{}", ran.stderr);
    let printed = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(printed.matches(": OK\n").count(), count);
    dir.file("big", &vec![b'c'; 600_000]);
    let ran = check(&[]);
    let printed = String::from_utf8(ran.stdout).unwrap();
    let small = printed.lines().filter(|line| line.ends_with(": OK")).collect::<Vec<_>>();
    assert!(ran.code == 1 && small.iter().all(|line| !line.contains("big")), "{small:?}");
    assert!(ran.stderr.contains("computed checksums did NOT match\n"), "{}", ran.stderr);
}

#[test]
fn untagged_lines_use_the_named_or_fitting_algorithm() {
    let dir = named_files();
    for algorithm in ["crc32", "crc64-xz", "adler32", "sha3-384", "sha512-256", "xxh3", "blake3"] {
        let lines: Ran = mapped()
            .args(["checksum", "-a", algorithm, "plain", "a b"])
            .current_dir(dir.path())
            .output()
            .unwrap()
            .into();
        let ran = run_piped(mapped().args(["checksum", "-a", algorithm, "-c"]).current_dir(dir.path()), &lines.stdout);
        assert_eq!((ran.code, &*ran.stdout), (0, &b"plain: OK\na b: OK\n"[..]), "{algorithm}: {}", ran.stderr);
    }
    // The algorithm's digest is as long as the default's. One of many files differs.
    let names = ["plain", "a b", "empty", "big"];
    let lines: Ran =
        mapped().args(["checksum", "-a", "sha256"]).args(names).current_dir(dir.path()).output().unwrap().into();
    dir.file("empty", b"not any more");
    let ran = run_piped(mapped().args(["checksum", "-c"]).current_dir(dir.path()), &lines.stdout);
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "plain: OK\na b: OK\nempty: FAILED\nbig: OK\n");
    let ran = run_piped(mapped().args(["checksum", "-c"]).current_dir(dir.path()), b"ef46db37  plain\n12  plain\n");
    // Digests of two digits are not valid by default, so nothing shows that the file has changed.
    assert_eq!((ran.code, &*ran.stdout), (1, &b"plain: FAILED\n"[..]), "{}", ran.stderr);
    assert!(ran.stderr.contains("algorithm unknown for 1 of 2 entries: name it with -a "), "{}", ran.stderr);
    assert!(ran.stderr.contains("name it with --algorithm\n"), "{}", ran.stderr);
}

#[test]
fn json_has_an_object_for_each_digest_and_each_verdict() {
    let dir = named_files();
    let ran: Ran = mapped()
        .args(["checksum", "--json", "-a", "md5,crc32", "plain"])
        .arg(OsStr::from_bytes(b"\xff\xfe"))
        .current_dir(dir.path())
        .output()
        .unwrap()
        .into();
    let text = String::from_utf8(ran.stdout).unwrap();
    let objects: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), 4);
    assert_eq!(
        (&objects[0]["path"], &objects[0]["digest"]),
        (&"plain".into(), &"ac7938d40cfc2307e2bf325d28e7884e".into())
    );
    assert_eq!((&objects[1]["algorithm"], &objects[1]["bytes"]), (&"crc32".into(), &5.into()));
    assert_eq!(objects[2]["path_base64"], "//4=");
    let list = format!("{}  plain\n{}  none\n", "0".repeat(32), "0".repeat(32));
    let ran =
        run_piped(mapped().args(["checksum", "-c", "--json", "-a", "md5"]).current_dir(dir.path()), list.as_bytes());
    let text = String::from_utf8(ran.stdout).unwrap();
    let verdicts: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(verdicts[0]["status"], "failed");
    assert_eq!(
        (&verdicts[1]["status"], &verdicts[1]["reason"]),
        (&"error".into(), &"No such file or directory".into())
    );
}

#[test]
fn a_manifest_of_a_directory_is_sorted_and_checks() {
    let dir = Dir::new();
    for path in ["t/b/2", "t/b/10", "t/a.txt", "t/a/z", "t/a/.h", "t/a0"] {
        std::fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
        dir.file(path, path.as_bytes());
    }
    std::os::unix::fs::symlink("a0", dir.path().join("t/link")).unwrap();
    let manifest = |threads: &str| -> Ran {
        mapped()
            .args(["checksum", "-r", "--threads", threads, "t", "t/a0"])
            .current_dir(dir.path())
            .output()
            .unwrap()
            .into()
    };
    let ran = manifest("1");
    let text = String::from_utf8(ran.stdout.clone()).unwrap();
    let names: Vec<&str> = text.lines().map(|line| &line["BLAKE3 (".len()..line.len() - 68]).collect();
    assert_eq!(names, ["t/a.txt", "t/a/.h", "t/a/z", "t/a0", "t/b/10", "t/b/2", "t/a0"]);
    assert_eq!(manifest("7"), ran);
    let checked = run_piped(mapped().args(["checksum", "-c", "--quiet"]).current_dir(dir.path()), &ran.stdout);
    assert_eq!((checked.code, checked.stdout), (0, Vec::new()));
}

#[test]
fn holes_are_zeros_at_the_cost_of_nothing() {
    let dir = Dir::new();
    let path = dir.path().join("sparse");
    let file = File::create(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, b"123456789", 0).unwrap();
    // This computes the CRC algebraically: the check value, followed by 2^40 - 9 zero bytes, each a
    // multiplication by x^8, by repeated squaring.
    let step = |r: u32| (0..8).fold(r, |r, _| if r & 1 == 1 { r >> 1 ^ 0xedb8_8320 } else { r >> 1 });
    let mut matrix: Vec<u32> = (0..32).map(|bit| step(1 << bit)).collect();
    let apply = |matrix: &[u32], r: u32| (0..32).filter(|bit| r >> bit & 1 == 1).fold(0, |sum, bit| sum ^ matrix[bit]);
    let (mut register, mut zeros) = (0xcbf4_3926u32 ^ u32::MAX, (1u64 << 40) - 9);
    while zeros > 0 {
        if zeros & 1 == 1 {
            register = apply(&matrix, register);
        }
        matrix = matrix.iter().map(|&column| apply(&matrix, column)).collect();
        zeros >>= 1;
    }
    let want = format!("{:08x}\n", register ^ u32::MAX);
    for io in ["auto", "read", "mmap"] {
        let begun = std::time::Instant::now();
        let ran = run(&[
            OsStr::new("checksum"),
            OsStr::new("-a"),
            OsStr::new("crc32"),
            OsStr::new("--no-names"),
            OsStr::new("--io"),
            OsStr::new(io),
            path.as_os_str(),
        ]);
        assert_eq!(String::from_utf8_lossy(&ran.stdout), want, "{io}: {}", ran.stderr);
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
    // Digests that cannot skip zeros process them as bytes, with the same result as if the zeros
    // had been written.
    let small = dir.path().join("small");
    let file = File::create(&small).unwrap();
    file.set_len(21_000_001).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, b"middle", 10_000_000).unwrap();
    let mut bytes = vec![0; 21_000_001];
    bytes[10_000_000..10_000_006].copy_from_slice(b"middle");
    let written = dir.file("written", &bytes);
    let all = algorithms().join(",");
    let digests = |path: &std::path::Path| {
        let ran = mapped().args(["checksum", "--no-names", "--untagged", "-a", &all]).arg(path).output().unwrap();
        assert!(ran.status.success());
        String::from_utf8(ran.stdout).unwrap()
    };
    assert_eq!(digests(&small), digests(&written));
}

#[test]
fn memory_does_not_grow_with_the_file() {
    let dir = Dir::new();
    let path = dir.path().join("sparse");
    File::create(&path).unwrap().set_len(3 << 30).unwrap();
    let ran = run(&["checksum".as_ref(), "--stats=json".as_ref(), "--threads=7".as_ref(), path.as_os_str()]);
    let stats: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    let peak = stats["peak_resident_bytes"].as_u64().unwrap();
    assert!(peak < 64 << 20, "{peak} bytes resident");
    assert!((1..=7).contains(&stats["threads"].as_u64().unwrap()), "{stats}");
}

#[test]
fn a_file_that_changes_while_it_is_read_is_never_ok() {
    let dir = Dir::new();
    let mut bytes = vec![0u8; 24 << 20];
    for (i, word) in bytes.chunks_exact_mut(8).enumerate() {
        word.copy_from_slice(&(i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    }
    let path = dir.file("f", &bytes);
    let list = run(&["checksum".as_ref(), "-a".as_ref(), "blake3,md5,crc32".as_ref(), path.as_os_str()]).stdout;
    let mut random = 7_u64;
    let mut failed = 0;
    for round in 0..24 {
        std::fs::write(&path, &bytes).unwrap();
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (size, delay) = ((random >> 20) % (24 << 20), Duration::from_micros((random >> 44) % 60_000));
        let io = ["auto", "mmap", "read"][round % 3];
        let ran = std::thread::scope(|scope| {
            let cutter = scope.spawn(|| {
                std::thread::sleep(delay);
                File::options().write(true).open(&path).unwrap().set_len(size).unwrap();
            });
            let ran = run_piped(mapped().args(["checksum", "-c", "--io", io]), &list);
            cutter.join().unwrap();
            ran
        });
        let verdicts = String::from_utf8(ran.stdout).unwrap();
        let lines: Vec<&str> = verdicts.lines().collect();
        assert_eq!(lines.len(), 3, "round {round}: {verdicts}{}", ran.stderr);
        assert!((0..=1).contains(&ran.code), "round {round}: exit {}", ran.code);
        // Lines are checked in parallel. Each file is reported as OK only if its check finished
        // before the truncation.
        assert_eq!(ran.code == 0, lines.iter().all(|line| line.ends_with(": OK")), "round {round}");
        if verdicts.contains("FAILED open or read") {
            let reason = format!("mapped: {}: truncated to {size} bytes while being read\n", path.display());
            assert!(ran.stderr.contains(&reason), "round {round}: {}", ran.stderr);
        }
        failed += usize::from(ran.code != 0);
    }
    assert!(failed > 0, "no cut came in time to matter");
}

#[test]
fn a_bar_on_a_terminal_shows_the_remaining_time_and_is_cleared() {
    use std::io::Read;
    let dir = Dir::new();
    let path = dir.path().join("sparse");
    File::create(&path).unwrap().set_len(1 << 28).unwrap();
    let size = rustix::termios::Winsize { ws_row: 24, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
    let pty = rustix_openpty::openpty(None, Some(&size)).unwrap();
    let mut controller = File::from(pty.controller);
    let user = File::from(pty.user);
    let mut child = mapped()
        .args(["checksum", "-a", "md5,sha512", "--no-names", "--untagged", "--threads", "1"])
        .arg(&path)
        .env("TERM", "xterm")
        .stdout(user.try_clone().unwrap())
        .stderr(user)
        .spawn()
        .unwrap();
    let mut shown = Vec::new();
    // When the last program on the terminal ends, the terminal hangs up, which is an error.
    let _ = controller.read_to_end(&mut shown);
    assert!(child.wait().unwrap().success());
    let shown = String::from_utf8(shown).unwrap();
    assert!(shown.contains("256.00 MiB") && shown.contains(" eta "), "{shown:?}");
    // This is the `md5sum` of that many zeros. The line begins where the bar was cleared.
    assert!(shown.contains("1f5039e50bd66b290c56684d8550c6c2\r\n"), "{shown:?}");
}

/// Regression: processes that share a pipe, as under `xargs -P`, interleaved parts of lines,
/// because writes of more than PIPE_BUF bytes are not atomic (pipe(7)).
#[test]
fn a_pipe_gets_whole_lines() {
    let dir = Dir::new();
    let names: Vec<String> = (0..300).map(|number| format!("file {number}")).collect();
    for name in &names {
        dir.file(name, b"");
    }
    // Each read of such a pipe returns one write, or the first 4096 bytes of a longer one.
    let (reader, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::DIRECT).unwrap();
    let mut command = mapped();
    command.args(["checksum", "-a", "sha256,md5"]).args(&names).current_dir(dir.path()).stdout(writer);
    let mut child = command.spawn().unwrap();
    drop(command);
    let (mut bytes, mut lines) = ([0; 8192], 0);
    loop {
        let got = rustix::io::read(&reader, &mut bytes).unwrap();
        if got == 0 {
            break;
        }
        assert!(bytes[..got].ends_with(b"\n"), "a write of {got} bytes ends within a line");
        lines += bytes[..got].iter().filter(|&&byte| byte == b'\n').count();
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(lines, 600);
}
