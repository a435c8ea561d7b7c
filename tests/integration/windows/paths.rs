//! Paths of every form, wildcards, and names that only one of the systems has.

use std::os::unix::ffi::OsStrExt;

use super::{Input, files, run, same, windows};
use crate::util::{Dir, mapped};

/// The program expands wildcards, because the shells there do not, unless they are quoted. Wine
/// quotes an argument with a blank.
#[test]
#[ignore = "run by scripts/wine-check"]
fn wildcards_are_expanded() {
    let dir = files();
    for (pattern, names) in [
        ("tree/*", vec!["tree/a"]),
        ("l?g*", vec!["log", "log.gz", "log.xz", "log.zst"]),
        ("none*", vec!["none*"]),
        ("tree/sub/c needl*", vec!["tree/sub/c needl*"]),
    ] {
        let got = run(windows(), dir.path(), &["checksum", "--untagged", pattern], Input::None);
        let want = run(mapped(), dir.path(), &[&["checksum", "--untagged"], &names[..]].concat(), Input::None);
        // A directory is reported, as on Linux. Lists have forward slashes, so that they can be checked
        // on other systems.
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(text(&got.stdout), text(&want.stdout), "{pattern}: {}", got.stderr);
    }
}

/// Absolute paths, with and without the prefix that turns off their interpretation, and devices.
#[test]
#[ignore = "run by scripts/wine-check"]
fn paths_of_every_form() {
    let dir = files();
    let want = run(mapped(), dir.path(), &["checksum", "--untagged", "log"], Input::None);
    let digest = String::from_utf8_lossy(&want.stdout)[..64].to_owned();
    // Wine shows the root directory as drive Z.
    let folder = format!("Z:{}", dir.path().display().to_string().replace('/', "\\"));
    let absolute = format!("{folder}\\log");
    for path in [&absolute, &format!(r"\\?\{absolute}"), r".\log", r"tree\..\log"] {
        let got = run(windows(), dir.path(), &["checksum", "--untagged", path], Input::None);
        let text = String::from_utf8_lossy(&got.stdout).into_owned();
        assert_eq!(text.trim_start_matches('\\').get(..64), Some(&*digest), "{path}: {}", got.stderr);
    }
    // Regression: after that prefix, a slash is part of a name, so printed paths did not open.
    let list = run(windows(), dir.path(), &["checksum", "-r", &format!(r"\\?\{folder}\tree")], Input::None);
    assert_eq!(String::from_utf8_lossy(&list.stdout).lines().count(), 4, "{}", list.stderr);
    dir.file("list", &list.stdout);
    assert_eq!(run(windows(), dir.path(), &["checksum", "-c", "list"], Input::None).code, 0);
    // Regression: a slash was added to a root that ends with a backslash.
    let tree = run(windows(), dir.path(), &["grep", "-l", "-r", "needle a", r"tree\"], Input::None);
    assert_eq!(String::from_utf8_lossy(&tree.stdout), "tree\\a\n", "{}", tree.stderr);
    let stream = run(windows(), dir.path(), &["cat", "log:stream"], Input::None);
    assert_eq!((stream.code, &*stream.stderr), (1, "mapped: log:stream: No such file or directory\n"));
    let null = run(windows(), dir.path(), &["cat", "NUL", "log"], Input::None);
    assert_eq!((null.stdout, null.code), (std::fs::read(dir.path().join("log")).unwrap(), 0), "{}", null.stderr);
}

/// A path of more than 260 characters, which Windows rejects unless it has the prefix for long
/// paths, was reported as missing by several search tools.
#[test]
#[ignore = "run by scripts/wine-check"]
fn long_paths_are_opened() {
    let dir = Dir::new();
    let deep: std::path::PathBuf = std::iter::once("long".to_owned()).chain((0..9).map(|_| "d".repeat(40))).collect();
    std::fs::create_dir_all(dir.path().join(&deep)).unwrap();
    let file = deep.join("file");
    dir.file(&file, b"needle\n");
    for args in [&["grep", "-rc", "needle", "long"][..], &["checksum", "-r", "long"], &["cat", file.to_str().unwrap()]]
    {
        assert_eq!(same(dir.path(), args, Input::None).code, 0, "{args:?}");
    }
}

/// A list that a Windows program wrote is checked: lines end with CRLF, and names have backslashes,
/// escaped or not.
#[test]
#[ignore = "run by scripts/wine-check"]
fn lists_of_windows_programs_are_checked() {
    let dir = files();
    let digest = run(windows(), dir.path(), &["--as", "md5sum", r"tree\a"], Input::None);
    let digest = String::from_utf8_lossy(&digest.stdout)[..32].to_owned();
    dir.file("list", format!("{digest} *tree\\a\r\n\\{digest} *tree\\\\a\r\n").as_bytes());
    let ran = run(windows(), dir.path(), &["checksum", "-c", "list"], Input::None);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "tree\\a: OK\ntree\\a: OK\n");
}

/// A name that Wine cannot decode does not keep the rest of a directory from being searched.
#[test]
#[ignore = "run by scripts/wine-check"]
fn names_that_are_not_utf_8() {
    let dir = Dir::new();
    dir.file(std::ffi::OsStr::from_bytes(b"bad \xff \xed\xa0\x80"), b"needle\n");
    dir.file("good", b"needle\n");
    for args in [&["grep", "-r", "needle", "."][..], &["checksum", "-r", "."], &["cat", "\u{fffd}"]] {
        let ran = run(windows(), dir.path(), args, Input::None);
        assert!(!ran.stderr.contains("panicked"), "{args:?}: {}", ran.stderr);
        assert!(args[0] == "cat" || String::from_utf8_lossy(&ran.stdout).contains("good"), "{args:?}: {ran:?}");
    }
}
