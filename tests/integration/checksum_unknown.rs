//! Lists of unsupported digests: an intact file is never reported as FAILED, and no file as OK.

use crate::util::{Dir, Ran, mapped, run_piped, sample};

/// Digests of "plain" as computed by RHash 1.4.3, with the extensions of their lists.
const FOREIGN: [(&str, &str); 10] = [
    ("md4", "6d5e72d8ecac4357e52682d39cc188c6"),
    ("ed2k", "6d5e72d8ecac4357e52682d39cc188c6"),
    ("tiger", "4ec38293a2552ea8799b42ce536c4b949eec8bccf7c39a3e"),
    ("tth", "iujt2crz73qwo26gqenzbmk2nchdrthskw3ckna"),
    ("aich", "ndcg5bgxnuxh42dokfml6wmjbgv5jzc3"),
    ("has-160", "6242f5a614bc6986ab435d08e1959b2dbd52f957"),
    ("gost94", "b5c0fbc5d7293304db5f3bd4b92441ba9077d4e6174fc736a606092aad80d956"),
    ("edonr256", "01d1f558c1180c12ce049aa8dc993403ab4eac6224212e7c430cbc17958a6b7d"),
    ("snefru128", "999d8a861ebeaf8421730f8e09faedb7"),
    (
        "whirlpool",
        "f752ff775830fd81f9b33f8b267a70e6c5fc873fe82ce91f9fba544be8ad508e\
         260651fb7861b2fce8d3379d5ca2259a7fba7bbb290be42c4390b8739a8c5e8d",
    ),
];

const MD5: &str = "ac7938d40cfc2307e2bf325d28e7884e";
const SHA1: &str = "68c46e84d76d2e7e686e5158bf598909abd4e45b";

fn check(dir: &Dir, args: &[&str]) -> Ran {
    mapped().args(["checksum", "-c"]).args(args).current_dir(dir.path()).output().unwrap().into()
}

fn files() -> Dir {
    let dir = Dir::new();
    dir.file("plain", b"plain");
    dir.file("other", b"other");
    dir
}

/// Asserts that checking a list prints only one line, which says that the algorithm is unknown.
fn assert_unknown(dir: &Dir, list: &str) {
    let ran = check(dir, &[list]);
    // A heading is reported as improperly formatted in addition.
    let lines = if list == "headed" { 2 } else { 1 };
    let is_one_line = ran.stderr.lines().count() <= lines && ran.stderr.starts_with("mapped: ");
    assert!(ran.code == 1 && ran.stdout.is_empty() && is_one_line, "{list}: {ran:?}");
    let is_clear = ["algorithm unknown", "unknown algorithm"].iter().any(|text| ran.stderr.contains(text));
    assert!(is_clear && (ran.stderr.contains("-a") || ran.stderr.contains("--list-algorithms")), "{list}: {ran:?}");
}

/// Regression: files were reported as FAILED, or "no properly formatted checksum lines found" was
/// printed.
#[test]
fn a_list_that_mentions_an_unsupported_digest_is_not_verified() {
    let dir = files();
    for (name, digest) in sample(FOREIGN.to_vec()) {
        let line = format!("{digest}  plain\n");
        let lists = [
            (format!("list.{name}"), line.clone()),
            (format!("{}SUMS", name.to_uppercase()), line.clone()),
            (format!("plain.{name}"), line.clone()),
            ("commented".to_owned(), format!("# {name} of everything\n{line}{line}")),
            ("headed".to_owned(), format!("{} checksums:\n\n{line}", name.to_uppercase())),
            ("tagged".to_owned(), format!("{} (plain) = {digest}\n", name.to_uppercase())),
        ];
        for (list, text) in lists {
            dir.file(&list, text.as_bytes());
            assert_unknown(&dir, &list);
            std::fs::remove_file(dir.path().join(&list)).unwrap();
        }
    }
    let (_, whirlpool) = FOREIGN[9];
    let (_, tiger) = FOREIGN[2];
    for (list, text) in [
        ("plain.tiger", format!("{tiger}\n")),
        ("hashdeep", format!("%%%% HASHDEEP-1.0\n%%%% size,tiger,whirlpool,filename\n5,{tiger},{whirlpool},plain\n")),
        ("Manifest", format!("DATA plain 5 WHIRLPOOL {whirlpool}\n")),
    ] {
        dir.file(list, text.as_bytes());
        assert_unknown(&dir, list);
    }
}

/// Regression: files with digests of a length that no algorithm has by default were reported as
/// FAILED.
#[test]
fn a_digest_of_an_unusual_length_is_of_an_unknown_algorithm() {
    let dir = files();
    let (_, tiger) = FOREIGN[2];
    dir.file("list", format!("{tiger}  plain\n{tiger}  other\n").as_bytes());
    assert_unknown(&dir, "list");
    let ran = run_piped(mapped().args(["checksum", "-c"]).current_dir(dir.path()), tiger.as_bytes());
    assert!(ran.code == 1 && ran.stdout.is_empty(), "{ran:?}");
    let ran = check(&dir, &["--json", "list"]);
    assert_eq!(ran.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).count(), 2, "{ran:?}");
    assert!(String::from_utf8_lossy(&ran.stdout).contains(r#""status":"unknown""#), "{ran:?}");
    // A named algorithm takes precedence.
    let ran = check(&dir, &["-a", "blake2b", "list"]);
    assert_eq!((ran.code, &*ran.stdout), (1, &b"plain: FAILED\nother: FAILED\n"[..]), "{ran:?}");
    let expect = mapped().args(["checksum", "plain", "--expect", tiger]).current_dir(dir.path()).output().unwrap();
    let ran: Ran = expect.into();
    assert!(ran.code == 1 && ran.stdout.is_empty() && ran.stderr.contains("algorithm unknown"), "{ran:?}");
}

/// A changed file is reported as FAILED if the algorithm is certain, or another line shows it.
#[test]
fn a_changed_file_is_not_of_an_unknown_algorithm() {
    let dir = files();
    let blake2 = |name: &str| {
        let args = ["checksum", "-a", "blake2b", "-l", "192", "--untagged", name];
        String::from_utf8(Ran::from(mapped().args(args).current_dir(dir.path()).output().unwrap()).stdout).unwrap()
    };
    let (plain, other) = (blake2("plain"), blake2("other"));
    let changed = |line: &str| line.replace("plain", "other");
    dir.file("list", format!("{}{plain}", changed(&plain)).as_bytes());
    let ran = check(&dir, &["list"]);
    assert_eq!((ran.code, &*ran.stdout), (1, &b"other: FAILED\nplain: OK\n"[..]), "{ran:?}");
    dir.file("list", format!("{other}{}", changed(&plain)).as_bytes());
    let ran = check(&dir, &["list"]);
    assert_eq!((ran.code, &*ran.stdout), (1, &b"other: OK\nother: FAILED\n"[..]), "{ran:?}");
    for list in ["MD5SUMS", "tiger.md5", "whirlpool.txt"] {
        dir.file(list, format!("{MD5}  other\n").as_bytes());
        let ran = check(&dir, &[list]);
        assert_eq!((ran.code, &*ran.stdout), (1, &b"other: FAILED\n"[..]), "{list}: {ran:?}");
    }
    dir.file("B2SUMS", changed(&plain).as_bytes());
    assert_eq!(check(&dir, &["B2SUMS"]).stdout, b"other: FAILED\n");
    // A mention of one digest does not keep a list of another digest from being verified.
    dir.file("tiger.txt", format!("# not ed2k\n{MD5}  plain\n").as_bytes());
    let ran = check(&dir, &["tiger.txt"]);
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (0, &b"plain: OK\n"[..], ""));
}

/// Regression: RHash's row of several digests was reported as FAILED if it contained an ED2K or
/// Tiger digest (its issue 294).
#[test]
fn unsupported_digests_beside_those_that_match_are_passed_over() {
    let dir = files();
    let (ed2k, tiger) = (FOREIGN[1].1, FOREIGN[2].1);
    for (row, count) in [
        (format!("plain 192062cf {MD5} {SHA1} {ed2k}\n"), 1),
        (format!("plain {ed2k} {MD5}\n"), 1),
        (format!("plain {MD5} {tiger}\n"), 1),
        (format!("plain {MD5} {ed2k} {tiger}\n"), 2),
    ] {
        dir.file("check.sum", row.as_bytes());
        let ran = check(&dir, &["check.sum"]);
        assert_eq!((ran.code, &*ran.stdout), (0, &b"plain: OK\n"[..]), "{row}{ran:?}");
        assert!(ran.stderr.contains(&format!("{count} digest")), "{row}{ran:?}");
        dir.file("check.sum", row.replace("plain", "other").as_bytes());
        let ran = check(&dir, &["check.sum"]);
        assert_eq!((ran.code, &*ran.stdout), (1, &b"other: FAILED\n"[..]), "{row}{ran:?}");
    }
    // A CRC is too short to confirm the others, and a digest of another length is certain.
    for row in [format!("plain  192062cf  {tiger}\n"), format!("plain  {MD5}  {}\n", SHA1.replace('6', "7"))] {
        dir.file("check.sum", row.as_bytes());
        assert_ne!(check(&dir, &["check.sum"]).code, 0, "{row}");
    }
}

#[test]
fn an_audit_counts_files_of_unknown_algorithms() {
    let dir = files();
    std::fs::create_dir(dir.path().join("t")).unwrap();
    dir.file("t/plain", b"plain");
    dir.file("list", format!("{}  t/plain\n", FOREIGN[2].1).as_bytes());
    let args = ["checksum", "--audit", "list"];
    let ran: Ran = mapped().args(args).current_dir(dir.path()).output().unwrap().into();
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.code == 1 && text.contains("changed              0\n") && text.contains("unknown              1\n"));
    assert!(ran.stderr.contains("algorithm unknown"), "{ran:?}");
}

/// Regression: rows that damage or an insertion had put after a comment character were skipped.
#[test]
fn rows_after_a_comment_sign_are_improper() {
    let dir = files();
    let sha256 = "2558d9ad5ce1d91b67c4446ea9dd4c6a6ff51d5f5b1a6ad3a2f8b1dbd1ec0d19";
    for (text, want) in [
        (format!("MD5Sum:\n {MD5} 5 plain\n# {MD5} 5 plain\n"), 1),
        (format!("%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n## c,{sha256},plain\n5,{MD5},{sha256},other\n"), 1),
        (format!("%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n## $ hashdeep -c md5 a,b\n5,{MD5},plain\n"), 0),
        (format!("# {MD5}  gone\n{MD5}  plain\n"), 0),
    ] {
        dir.file("list", text.as_bytes());
        let ran = check(&dir, &["list"]);
        assert_eq!((ran.code, ran.stderr.contains("improperly formatted")), (want, want == 1), "{text}{ran:?}");
    }
}
