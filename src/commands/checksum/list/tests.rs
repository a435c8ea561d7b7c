//! Tests lines of every tool, and lines of no tool.

use super::*;
use std::io::Cursor;

const MD5: &str = "5d41402abc4b2a76b9719d911017c592";
const SHA1: &str = "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d";

/// Returns the entries of a list as names and likeliest algorithms, and malformed lines as numbers.
fn read_as(list: &str, wanted: &[Algorithm], text: &str) -> Vec<String> {
    let items = ListEntries::new(Cursor::new(text.as_bytes().to_vec()), OsStr::new(list), wanted, false);
    let show = |item| match item {
        ListItem::Entry(entry) => {
            let algorithms: Vec<&str> =
                entry.expected.iter().map(|expected| expected.candidates[0].spec.algorithm.name()).collect();
            format!("{} {}", entry.name.to_str().unwrap(), algorithms.join(","))
        }
        ListItem::Improper(number, fault) => format!("{number} {fault:?}"),
        ListItem::Signature => "signature".into(),
        ListItem::Foreign(digest) => digest.name.to_owned(),
        ListItem::Broken(error) => error.to_string(),
        ListItem::Binary => String::from("binary"),
    };
    items.filter(|item| !matches!(item, ListItem::Foreign(_))).map(show).collect()
}

fn read(text: &str) -> Vec<String> {
    read_as("list", &[], text)
}

#[test]
fn lines_of_a_digest_and_a_name() {
    let only = &[Algorithm::Md5][..];
    for (line, name) in [
        (format!("{MD5}  a b\n"), "a b"),
        (format!("{MD5} *f\r\n"), "f"),
        (format!("  {}\tf", MD5.to_uppercase()), "f"),
        (format!("{MD5} f"), "f"),
        ("XUFAKrxLKna5cZ2REBfFkg==  f".into(), "f"),
        (format!("\\{MD5}  a\\nb\\\\c"), "a\nb\\c"),
        (format!("{MD5}  a\\nb"), "a\\nb"),
    ] {
        assert_eq!(read_as("list", only, &line), [format!("{name} md5")], "{line}");
        assert_eq!(read(&line), [format!("{name} md5")], "{line}");
    }
    assert_eq!(read(&format!("MD5 (a (b) = c) = {MD5}\nMD5(f)= {MD5}")), ["a (b) = c md5", "f md5"]);
    assert_eq!(read("MD5 (f) = XUFAKrxLKna5cZ2REBfFkg=="), ["f md5"]);
    assert_eq!(read(&format!("{SHA1}  f")), ["f sha1"]);
    assert_eq!(read("XXH3 (f) = 9555e8555c62dcfd\nXXH3_9555e8555c62dcfd  f"), ["f xxh3", "f xxh3"]);
    assert_eq!(read("26c7827d889f6da3  f\n3b5d5c3712955042212316173ccf37be  g"), ["f xxh64", "g md5"]);
    assert_eq!(read("3287646509 5 f\n08403     1 a b\n532 1 f"), ["f crc", "a b crc", "f crc"]);
}

#[test]
fn a_digest_without_a_tag_may_be_by_any_algorithm_of_its_length() {
    let candidates = |text: &str| match ListEntries::new(
        Cursor::new(text.as_bytes().to_vec()),
        OsStr::new("l"),
        &[],
        false,
    )
    .next()
    {
        Some(ListItem::Entry(entry)) => {
            entry.expected[0].candidates.iter().map(|one| one.spec.algorithm).collect::<Vec<_>>()
        }
        other => panic!("{text}: {other:?}"),
    };
    use Algorithm::*;
    for (bytes, all) in [
        (4, &[Crc32, Crc32c, Adler32, Xxh32, Blake3][..]),
        (8, &[Xxh64, Xxh3, Crc64Xz, Crc64Nvme]),
        (20, &[Sha1, Ripemd160, Blake2b]),
        (32, &[Sha256, Blake3, Sm3, Sha3_256, Sha512_256, Blake2s, Blake2b]),
        (16, &[Md5, Xxh128, Blake2b]),
        (5, &[Blake2b, Blake2s, Blake3]),
    ] {
        let found = candidates(&format!("{}  f", "ab".repeat(bytes)));
        assert!(all.iter().all(|one| found.contains(one)), "{bytes} bytes: {found:?}");
        assert!(found.iter().all(|one| !one.is_historical()));
    }
    assert_eq!(candidates(&format!("{}  f", "ab".repeat(32)))[0], Sha256);
    assert_eq!(candidates(&format!("{}  f", "ab".repeat(80))), [Blake3]);
}

#[test]
fn lengths_and_byte_order_come_from_the_tag_and_the_digest() {
    let candidate = |line: &str| match ListEntries::new(
        Cursor::new(line.as_bytes().to_vec()),
        OsStr::new("l"),
        &[],
        false,
    )
    .next()
    {
        Some(ListItem::Entry(entry)) => entry.expected[0].candidates[0].clone(),
        other => panic!("{line}: {other:?}"),
    };
    assert_eq!(candidate("XXH32_LE (f) = f97700fb").bytes, [0xfb, 0x00, 0x77, 0xf9]);
    assert_eq!(candidate("BLAKE2b-16 (f) = abcd").spec.len, 2);
    assert_eq!(candidate("BLAKE3 (f) = abcdef\n").spec.len, 3);
    assert_eq!(candidate("BLAKE2s-128 (f) = 00112233445566778899aabbccddeeff").spec.len, 16);
}

/// Regression: the rest of a digest at the end of a truncated list was checked as a shorter digest,
/// and the file was reported as OK.
#[test]
fn the_beginning_of_a_digest_is_not_a_digest() {
    let whole = "ab".repeat(32);
    assert_eq!(read(&format!("BLAKE3 (f) = {whole}\nBLAKE3 (g) = abcd")), ["f blake3", "2 Cut"]);
    assert_eq!(read("BLAKE3 (f) = abcdef\nBLAKE3 (g) = abcd"), ["f blake3", "2 Cut"]);
    assert_eq!(read("BLAKE3 (f) = abcd"), ["1 Cut"]);
    // A list may contain digests of several lengths and may lack its last line end.
    assert_eq!(read(&format!("BLAKE3 (f) = {whole}\nBLAKE3 (g) = abcd\n")), ["f blake3", "g blake3"]);
    assert_eq!(read(&format!("BLAKE3 (f) = abcd\nBLAKE3 (g) = {whole}")), ["f blake3", "g blake3"]);
    assert_eq!(read("BLAKE3 (f) = abcd\nBLAKE3 (g) = abcd"), ["f blake3", "g blake3"]);
    assert_eq!(read(&format!("BLAKE3 (f) = {whole}")), ["f blake3"]);
}

#[test]
fn a_damaged_record_is_not_passed_over() {
    let sha256 = "ab".repeat(32);
    let whole = format!("Algorithm : SHA256\nHash      : {sha256}\nPath      : f\n\n");
    for (from, to, line) in [
        ("SHA256", "SHA25", 1),
        ("SHA256\n", "SHA256", 1),
        (": ab", ": b", 2),
        (": abab", ": ab#", 2),
        ("Algorithm", "Algrithm", 2),
        ("Hash ", "Has ", 3),
    ] {
        let damaged = whole.replacen(from, to, 1);
        let read = read(&format!("{damaged}{whole}"));
        assert!(read.contains(&format!("{line} Row")) && read.last().unwrap() == "f sha256", "{damaged}: {read:?}");
    }
    // The next record shows that a path was lost.
    assert_eq!(read(&format!("{}{whole}", whole.replacen("Path", "Pth", 1))), ["5 Row", "f sha256"]);
    // A field of Release lost its name or the line end after it.
    for (heading, row) in [("SHA1: ", 3), ("SH1:\n ", 4)] {
        let release = format!("MD5Sum:\n {MD5} 5 f\n{heading}{SHA1} 5 f\nDate: today\n");
        assert_eq!(read(&release), ["f md5".to_owned(), format!("{row} Row")], "{heading}");
    }
}

/// Regression: a row was silently skipped if a line end or a heading of another form made it part
/// of something else.
#[test]
fn damaged_lines_hide_no_row() {
    let sha256 = "ab".repeat(32);
    // certutil's digest and its last line, or two headings.
    let rest = format!("SHA256 hash of g:\n{sha256}\nCertUtil: done\n");
    let certutil = format!("SHA256 hash of f:\n{sha256}CertUtil: done\n{rest}");
    assert_eq!(read(&certutil), ["2 Row", "g sha256"]);
    assert_eq!(read(&format!("SHA256 hash of f:\nCertUtil: done\n{rest}")), ["2 Row", "g sha256"]);
    assert_eq!(read(&format!("SHA256 hash of f:\n{rest}")), ["2 Row", "3 Form"]);
    // Two magnet links.
    let link = |name| format!("magnet:?xl=5&dn={name}&xt=urn:md5:{MD5}");
    for between in ["", " ", "\r", "&"] {
        let joined = format!("{}{between}{}\n{}\n", link("f"), link("g"), link("h"));
        assert_eq!(read(&joined), ["1 Row", "h md5"], "{between:?}");
    }
    assert_eq!(read(&format!("magnet:?dn=f&xt=urn:md5:{MD5}&xt=urn:tree:tiger:ABC")), ["f md5"]);
    // A semicolon begins a comment only in SFV lists.
    assert_eq!(read(&format!(";{MD5}  f\n{MD5}  g\n")), ["1 Form", "g md5"]);
    assert_eq!(read(&format!("; SHA1 (f) = {SHA1}\n{MD5}  g\n")), ["1 Row", "g md5"]);
    assert_eq!(read(&format!("f:{MD5}\n;g:{MD5}\n")), ["f md5", "2 Form"]);
    assert_eq!(read("; XXH3 (f) = 9555e8555c62dcfd\n;CRC32 (g) = 3610a686\n"), ["1 Form", "2 Row"]);
    // A heading of another form.
    assert_eq!(read_as("l.sfv", &[], "a 12345678\nSHA256:\n#b 12345678\n"), ["a crc32", "2 Row", "#b crc32"]);
    let record = format!("SHA256:\nAlgorithm : SHA256\nHash : {sha256}\nPath : f\n");
    assert_eq!(read(&record), ["3 Row"]);
    assert_eq!(read(&format!("%%%% HASHDEEP-1.0\x0c{MD5}  f\n{MD5}  g\n")), ["1 Form", "g md5"]);
    // A digest without a name says nothing about the blanks in other lines.
    assert_eq!(read(&format!("{MD5} \n{MD5}   f\n")), ["1 Form", " f md5"]);
}

#[test]
fn improper_lines_are_reported() {
    let wanted = &[Algorithm::Md5][..];
    for line in [
        "garbage",
        " ",
        MD5,
        &MD5[1..],
        &format!("{MD5}0  f"),
        &format!("x{}  f", &MD5[1..]),
        &format!("SHA1 (f) = {MD5}"),
        &format!("MD5 (f) {MD5}"),
        &format!("MD5 (f = {MD5}"),
        &format!("MD5 () = {MD5}"),
        &format!("\\{MD5}  a\\b"),
        "3287646509 5 f",
        "; comment",
        "f 8587d865",
        &format!("SHA1 (f) = {SHA1}"),
    ] {
        assert_eq!(read_as("list", wanted, line), ["1 Form"], "{line}");
    }
    for line in ["CRC (f) = 12345678", "BLAKE2b (f) = abcd", "ab f", "BLAKE2b-16 (f) = abcdef", "word  f"] {
        assert_eq!(read(line), ["1 Form"], "{line}");
    }
    assert_eq!(read("TTH (f) = abcd"), ["1 Algorithm(\"TTH\")"]);
    assert_eq!(read(&format!("{MD5}  f\0{MD5}  g\0")), ["1 Nul"]);
    assert!(read("# comment\n\n").is_empty());
    let text = format!("{MD5}  f\n{MD5}  -\n{MD5}  g\n");
    let items = ListEntries::new(Cursor::new(text.into_bytes()), OsStr::new("-"), &[], false).read_from_stdin(true);
    assert!(matches!(
        &items.collect::<Vec<_>>()[..],
        [ListItem::Entry(_), ListItem::Improper(2, Fault::StandardInput), ListItem::Entry(_)]
    ));
}

#[test]
fn one_list_has_one_spacing() {
    let only = &[Algorithm::Md5][..];
    assert_eq!(read_as("l", only, &format!("{MD5} f\n{MD5}  f")), ["f md5", " f md5"]);
    assert_eq!(read_as("l", only, &format!("{MD5}  f\n{MD5} f")), ["f md5", "2 Form"]);
}

#[test]
fn lists_of_other_forms() {
    let sha256 = "ab".repeat(32);
    assert_eq!(read("; made by cksfv\r\nsub\\a b.txt 363A3020\r\nf 6c5cd3\r\n"), ["sub\\a b.txt crc32", "f crc32"]);
    assert_eq!(read_as("x.SFV", &[], "deadbeef cafebabe"), ["deadbeef crc32"]);
    // The second blank may be part of the name, or align the sums.
    assert_eq!(read("test.iso  5A3E81A4"), ["test.iso  crc32"]);
    let hashdeep = format!(
        "%%%% HASHDEEP-1.0\n%%%% size,md5,tiger,sha256,filename\n## Invoked\n5,{MD5},abcd,{sha256},a, b\n5,{MD5}\n"
    );
    assert_eq!(read(&hashdeep), ["a, b md5,sha256", "5 Row"]);
    assert_eq!(read_as("l", &[Algorithm::Sha256], &hashdeep), ["a, b sha256", "5 Row"]);
    // Regression: a row was ignored after a comment that lost its line end.
    let glued = hashdeep.replace("## Invoked\n", "## Invoked\n## ");
    assert_eq!(read(&glued), ["4 Row", "5 Row"]);
    assert_eq!(
        read(&format!(
            "DATA a\\x20b 5 MD5 {MD5} WHIRLPOOL 00 SHA256 {sha256}\nAUX p.patch 5 SHA256 {sha256}\nTIMESTAMP 2026-01-01T00:00:00Z\nDIST f 5 GOST 00"
        )),
        ["a b md5,sha256", "files/p.patch sha256", "4 Algorithm(\"GOST\")"]
    );
    let release = format!(
        "Origin: Debian\nDescription: two\n lines\nMD5Sum:\n {MD5} 5 main/a\nSHA256:\n {sha256}        5 main/a\n broken\nDate: today\n more\n"
    );
    assert_eq!(read(&release), ["main/a md5", "main/a sha256", "8 Form"]);
    assert_eq!(
        read(&format!("Files:\n {MD5} 5 net optional a.deb\nChecksums-Sha1:\n {SHA1} 5 a.deb")),
        ["a.deb md5", "a.deb sha1"]
    );
    assert_eq!(
        read(&format!(
            "\nAlgorithm  Hash   Path\n---------  ----   ----\nSHA256  {}  C:\\d\\f.iso  \n",
            sha256.to_uppercase()
        )),
        ["C:\\d\\f.iso sha256"]
    );
    assert_eq!(read(&format!("Algorithm : SHA256\nHash      : {sha256}\nPath      : C:\\f\n")), ["C:\\f sha256"]);
    // RHash aligns its tags.
    assert_eq!(read(&format!("MD5   (f) = {MD5}\nSHA1  (g) = {SHA1}\n")), ["f md5", "g sha1"]);
    assert_eq!(read(&format!("Algorithm : SHA256\nHash      : {sha256}\n")), ["1 Form", "2 Form"]);
    assert_eq!(
        read(&format!("MD5 hash of f.iso:\n{MD5}\nCertUtil: -hashfile command completed successfully.\n")),
        ["f.iso md5"]
    );
    let signed = format!(
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{MD5}  f\n-----BEGIN PGP SIGNATURE-----\n\niQIzBAEB\n=abcd\n-----END PGP SIGNATURE-----\n{MD5}  g\n"
    );
    assert_eq!(read(&signed), ["f md5", "signature", "g md5"]);
    assert_eq!(read("Name: value\nOther: value\n"), ["1 Form", "2 Form"]);
}

#[test]
fn a_digest_alone_is_of_the_file_that_the_list_is_named_after() {
    assert_eq!(read_as("d/f.iso.md5", &[], &format!("{MD5}\r\n\r\n")), ["d/f.iso md5"]);
    assert_eq!(read_as("f.sha256", &[], &"ab".repeat(32)), ["f sha256"]);
    assert_eq!(read_as("f.blake3", &[], &"ab".repeat(32)), ["f blake3"]);
    for (list, text) in [("list", MD5.to_owned()), ("-", MD5.to_owned()), (".md5", MD5.to_owned())] {
        assert_eq!(read_as(list, &[], &text), ["1 Form"], "{list}");
    }
    assert_eq!(read_as("f.md5", &[], &format!("{MD5}\n{MD5}")), ["1 Form", "2 Form"]);
    assert_eq!(read_as("f.md5", &[], &format!("{MD5}\n{MD5}  g")), ["1 Form", "g md5"]);
}

/// Regression: these rows of the test suites of cfv and RHash were reported as malformed, or FAILED
/// with part of the row as the name.
#[test]
fn rows_that_begin_with_the_name() {
    let sfv = format!("; made by cfv\na b  {MD5}\n\"c\" {SHA1}\n");
    assert_eq!(read(&sfv), ["a b  md5", "\"c\" sha1"]);
    assert_eq!(read(&format!("a b  {MD5}  {SHA1}\nc 0123abcd {MD5}")), ["a b  md5,sha1", "c xxh32,md5"]);
    // Such rows are not recognised after lines that begin with a digest, nor in part of a tagged
    // line.
    assert_eq!(read(&format!("{MD5}  f\ng {MD5}")), ["f md5", "2 Form"]);
    assert_eq!(read(&format!("f) = {MD5}")), ["1 Form"]);
    assert_eq!(read(&format!("f zlhlyeyxeszyo6hjhzmsljzx2ujvoeru {MD5}")), ["1 Form"]);
    assert_eq!(read_as("list", &[Algorithm::Md5], &format!("f {MD5}")), ["1 Form"]);
    assert_eq!(read("a,b,13,B2A9E441,\r\r\nc,16,092FB09B,\\d\\,\nx,13,\n"), ["a,b crc32", "d\\c crc32", "3 Form"]);
}

#[test]
fn crc_tables() {
    let head = "Generated by: cfv\nGenerated at: Wed, 17 Jul 2002\n\nFilename   Filesize    W x H    CRC-32   Description\n--------  ----------  -------  --------  \n";
    let rows = "a b 1          1,352   0 x  0  FA323C6D  a picture\nc              13   0 x  0  zzzzzzzz  \nCount of files: 2\n";
    assert_eq!(read(&format!("{head}{rows}")), ["a b 1          crc32", "7 Row"]);
    assert_eq!(read("Filename  CRC-32\n--------  --------\nc 1  FA323C6D\n"), ["c 1 crc32"]);
}

/// Regression: the size before the digest was mistaken for the digest.
#[test]
fn rows_of_md5deep_with_sizes_and_times() {
    let list = format!(
        "        12  {MD5}  f\n        12  {MD5} *f\n        12  {MD5} 2026:11:29:16:54:31  f\n\
         {MD5} 2026:11:29:16:54:31  f\n{MD5},f,g\n        12, {MD5},f\n"
    );
    assert_eq!(read(&list), ["f md5", "f md5", "f md5", "f md5", "f,g md5", "f md5"]);
    assert_eq!(read(&format!("{MD5} 2026:11:29:16:54  f")), ["2026:11:29:16:54  f md5"]);
}

#[test]
fn magnet_links() {
    let link = "magnet:?xl=1&dn=a%20b.txt&xt=urn:crc32:e8b7be43&xt=urn:sha1:q336in72uwt7zyk5dxolt2xk5i3xmz5y";
    assert_eq!(read(&format!("{link}&xt=urn:tree:tiger:czq")), ["a b.txt crc32,sha1"]);
    assert_eq!(read("magnet:?dn=f&xt=urn:ed2k:31d6"), ["1 Algorithm(\"ed2k\")"]);
    assert_eq!(read("magnet:?dn=f%2&xt=urn:crc32:e8b7be43"), ["1 Row"]);
    assert_eq!(read("ed2k://|file|f|1|31d6|/"), ["1 Algorithm(\"ED2K\")"]);
}

#[test]
fn several_digests_of_the_file_that_the_list_is_named_after() {
    assert_eq!(read_as("f.sum", &[], &format!("{MD5}\n{SHA1}\n")), ["f md5", "f sha1"]);
    // Digests of equal length belong to several files.
    assert_eq!(
        read_as("f.sum", &[], &format!("{SHA1}\n{MD5}\n{MD5}\n{SHA1}\n")),
        ["1 Form", "2 Form", "3 Form", "4 Form"]
    );
}

/// Regression: a damaged record was mistaken for unrelated fields.
#[test]
fn a_digest_in_an_unknown_field_is_improper() {
    assert_eq!(read(&format!("Algorit     : {MD5}\nPath      : f\n")), ["1 Row", "2 Form"]);
}

#[test]
fn digests_in_groups_continue_on_further_lines() {
    let (first, rest) = ("a b: 2CF24DBA 5FB0A30E 26E83B2A C5B9E29E 1B161E5C 1FA7425E", "     73043362 938B9824");
    assert_eq!(read(&format!("{first}\n{rest}\n")), ["a b sha256"]);
    assert_eq!(read(&format!("{first}\r\n{rest}\r\n{first}\r\n{rest}")), ["a b sha256", "a b sha256"]);
    assert_eq!(read(&format!("{first}\n{rest}\n{MD5}  f\n")), ["a b sha256", "f md5"]);
    // A lost or damaged line is malformed, and hides no other entry.
    assert_eq!(read(&format!("{first}\nc: {MD5}\n")), ["1 Row", "c md5"]);
    assert_eq!(read(&format!("{MD5}  f\n{first}\n")), ["f md5", "2 Row"]);
    assert_eq!(read(&format!("a b: {MD5}\nc:{MD5}\n")), ["a b md5", "c md5"]);
    assert_eq!(read_as("list", &[Algorithm::Sha1], &format!("a b: {MD5}\n{SHA1}  f")), ["1 Form", "f sha1"]);
}
