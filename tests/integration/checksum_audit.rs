//! The directories that an audit searches, and the advice on lists that do not match them.

use crate::util::{Dir, Ran, mapped};

/// Runs `mapped checksum` in the directory `at` of `dir`.
fn checksum(dir: &Dir, at: &str, args: &[&str]) -> Ran {
    mapped().arg("checksum").args(args).current_dir(dir.path().join(at)).output().unwrap().into()
}

/// Creates a directory whose files are in its subdirectories.
fn tree(dir: &Dir, name: &str) {
    std::fs::create_dir_all(dir.path().join(name).join("p/s")).unwrap();
    std::fs::create_dir(dir.path().join(name).join("q")).unwrap();
    dir.file(format!("{name}/p/s/a"), b"1\n");
    dir.file(format!("{name}/q/b"), b"2\n");
}

fn new_files(ran: &Ran) -> Vec<String> {
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    text.lines().filter_map(|line| Some(line.strip_suffix(": NEW")?.to_owned())).collect()
}

// Regression: new files next to the first directories of a list were silently missed.
#[test]
fn new_files_at_the_top_of_the_tree_are_found() {
    let dir = Dir::new();
    let tree_path = dir.path().join("n");
    tree(&dir, "n");
    std::fs::create_dir(dir.path().join("elsewhere")).unwrap();
    let inside = checksum(&dir, "n", &["-r", "."]).stdout;
    dir.file("inside", &inside);
    dir.file("absolute", &checksum(&dir, "", &["-r", tree_path.to_str().unwrap()]).stdout);
    dir.file("above", &checksum(&dir, "n/p", &["-r", "..", "../q/b"]).stdout);
    dir.file("n/c", b"3\n");
    let absolute = tree_path.join("c").to_str().unwrap().to_owned();
    for (at, args, new) in [
        ("n", &["../inside"][..], "c"),
        ("", &["--directory", "n", "inside"], "c"),
        ("elsewhere", &["../absolute"], &absolute),
        ("elsewhere", &["--directory", "..", "../absolute"], &absolute),
        ("n/p", &["../../above", ".."], "../c"),
    ] {
        let ran = checksum(&dir, at, &[&["--audit"], args].concat());
        assert_eq!((ran.code, new_files(&ran), ran.stderr.as_str()), (1, vec![new.to_owned()], ""), "{args:?}");
    }
    // It is unknown whether the list describes the directory above or the ones in it.
    let note = "mapped: .. was searched for new files only in the directories of listed files; to search all of it, name \
                it after the list\n";
    let ran = checksum(&dir, "n/p", &["--audit", "../../above"]);
    assert_eq!((ran.code, new_files(&ran), ran.stderr.as_str()), (0, vec![], note));
    assert_eq!(checksum(&dir, "n/p", &["--audit", "--status", "../../above"]).stderr, "");
}

// Regression: the advice on a copy with another name named the original, which was intact.
#[test]
fn a_copy_with_another_name_gives_a_hint() {
    let dir = Dir::new();
    tree(&dir, "tree");
    tree(&dir, "copy");
    dir.file("list", &checksum(&dir, "", &["-r", "tree"]).stdout);
    dir.file("inside", &checksum(&dir, "tree", &["-r", "."]).stdout);
    let how = "--directory takes the directory that contains tree; for a copy with another name, make the list inside: \
               (cd tree && mapped checksum -r .) > LIST, and check it with --directory copy";
    for (args, hint) in [
        (&["--audit", "list", "copy"][..], format!("no listed name starts with copy (the first is tree/p/s/a); {how}")),
        (
            &["--audit", "--directory", "copy", "list"],
            format!("no listed file exists below copy, which has no tree/; {how}"),
        ),
        (
            &["-c", "--directory", "copy", "list"],
            format!("no listed file exists below copy, which has no tree/; {how}"),
        ),
    ] {
        let ran = checksum(&dir, "", args);
        assert!(ran.code == 1 && ran.stderr.ends_with(&format!("mapped: {hint}\n")), "{args:?}: {}", ran.stderr);
    }
    let ran = checksum(&dir, "", &["--audit", "--directory", "copy", "inside"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}
