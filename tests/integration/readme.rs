//! Runs every example in README.md, in order and in one directory, and compares its output with the
//! README.
//!
//! `MAPPED_REGENERATE=1 cargo test --test integration readme` rewrites the outputs.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::util::Dir;

/// Runs one command line of a `console` block as a reader would type it, and returns its output.
/// Directory changes last.
fn type_line(line: &str, directory: &mut PathBuf) -> String {
    let program = Path::new(assert_cmd::cargo::cargo_bin!("mapped")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("bash")
        .args(["-c", &format!("{{ {line}\n}} 2>&1; printf '\\0%s' \"$PWD\"")])
        .current_dir(&directory)
        .env("PATH", path)
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let (text, last) = printed.split_once('\0').unwrap();
    *directory = last.into();
    text.to_owned()
}

/// Returns the README with the current outputs of its `console` blocks.
fn run_examples(readme: &str) -> String {
    let dir = Dir::new();
    let mut directory = dir.path().to_owned();
    std::os::unix::fs::symlink(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts"), directory.join("scripts")).unwrap();
    let mut fresh = String::new();
    let mut in_block = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            in_block = line == "```console";
        } else if in_block {
            let Some(command) = line.strip_prefix("$ ") else { continue };
            fresh.push_str(line);
            fresh.push('\n');
            fresh.push_str(&type_line(command, &mut directory));
            continue;
        }
        fresh.push_str(line);
        fresh.push('\n');
    }
    fresh
}

#[test]
fn every_example_prints_what_it_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let fresh = run_examples(&readme);
    if std::env::var_os("MAPPED_REGENERATE").is_some() {
        std::fs::write(&path, &fresh).unwrap();
        return;
    }
    for (have, want) in readme.lines().zip(fresh.lines()) {
        assert_eq!(have, want, "README.md is stale; run: MAPPED_REGENERATE=1 cargo test --test integration readme");
    }
    assert_eq!(readme.lines().count(), fresh.lines().count(), "README.md is stale");
}
