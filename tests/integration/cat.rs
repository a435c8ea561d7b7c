//! `mapped cat`.

use crate::util::{Dir, mapped, run};

#[test]
fn goes_on_after_an_input_that_fails() {
    let dir = Dir::new();
    let first = dir.file("first", b"one\n");
    let last = dir.file("last", b"two\n");
    let missing = dir.path().join("missing\nname");
    let ran = run(&[&"cat".into(), &first, &missing, &dir.path().to_path_buf(), &last]);
    assert_eq!(ran.stdout, b"one\ntwo\n");
    assert_eq!(ran.code, 1);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.stderr);
    assert!(lines[0].ends_with("missing\\nname: No such file or directory"), "{}", lines[0]);
    assert!(lines[1].ends_with(": Is a directory"), "{}", lines[1]);
}

#[test]
fn refuses_to_feed_a_file_to_itself() {
    let dir = Dir::new();
    let path = dir.file("f", b"some bytes\n");
    let out = std::fs::File::options().append(true).open(&path).unwrap();
    let ran: crate::util::Ran = mapped().arg("cat").arg(&path).stdout(out).output().unwrap().into();
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.ends_with("f: input file is output file\n"), "{}", ran.stderr);
    assert_eq!(std::fs::read(&path).unwrap(), b"some bytes\n");
}

#[test]
fn a_full_device_is_an_error() {
    let dir = Dir::new();
    let path = dir.file("f", &[b'x'; 3 << 20]);
    let out = std::fs::File::create("/dev/full").unwrap();
    let ran: crate::util::Ran = mapped().arg("cat").arg(&path).stdout(out).output().unwrap().into();
    assert_eq!((ran.code, ran.stderr.as_str()), (1, "mapped: write error: No space left on device\n"));
}

#[test]
fn file_to_file_is_an_exact_copy() {
    let dir = Dir::new();
    let bytes: Vec<u8> = (0..3_000_001u32).map(|i| (i / 7) as u8).collect();
    let path = dir.file("f", &bytes);
    for (name, options) in [("auto", &["--offset", "5"][..]), ("map", &["--io", "mmap", "--offset", "5"])] {
        let copy = dir.path().join(name);
        let out = std::fs::File::create(&copy).unwrap();
        assert!(mapped().arg("cat").args(options).arg(&path).stdout(out).status().unwrap().success());
        assert!(std::fs::read(&copy).unwrap() == bytes[5..], "{name}");
    }
}
