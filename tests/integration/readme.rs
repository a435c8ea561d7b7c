//! Runs every example in README.md and the guides and compares its output with the page. The
//! examples of a page run in order, in one directory.
//!
//! `MAPPED_REGENERATE=1 cargo test --test integration readme` rewrites the outputs.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::util::Dir;

/// Runs one command line of a `console` block as a reader would type it, and returns its output.
/// Directory changes persist.
fn type_line(line: &str, directory: &mut PathBuf) -> String {
    let program = crate::util::program();
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap_or_default());
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

/// Returns a page with the current outputs of its `console` blocks.
fn run_examples(page: &str) -> String {
    let dir = Dir::new();
    let mut directory = dir.path().to_owned();
    std::os::unix::fs::symlink(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts"), directory.join("scripts")).unwrap();
    let mut fresh = String::new();
    let mut in_block = false;
    for line in page.lines() {
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

/// Checks the page at this path below the project's directory, or updates its outputs.
fn check(path: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let page = std::fs::read_to_string(&file).unwrap();
    let fresh = run_examples(&page);
    if std::env::var_os("MAPPED_REGENERATE").is_some() {
        std::fs::write(&file, &fresh).unwrap();
        return;
    }
    for (have, want) in page.lines().zip(fresh.lines()) {
        assert_eq!(have, want, "{path} is stale; run: MAPPED_REGENERATE=1 cargo test --test integration readme");
    }
    assert_eq!(page.lines().count(), fresh.lines().count(), "{path} is stale");
}

#[test]
fn every_example_prints_what_it_says() {
    check("README.md");
}

#[test]
fn every_example_in_the_guides_prints_what_it_says() {
    let guides = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guides");
    let mut pages: Vec<_> = std::fs::read_dir(guides).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    pages.sort();
    assert!(pages.len() >= 4, "the guides have moved");
    for page in pages {
        check(&format!("docs/guides/{}", page.to_str().unwrap()));
    }
}

#[test]
fn the_readme_names_the_oldest_supported_compiler() {
    let manifest = include_str!("../../Cargo.toml");
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")).unwrap();
    let version = version.trim_end_matches('"');
    let page = include_str!("../../README.md");
    assert!(page.contains(&format!("badge/rust-{version}%2B-")) && page.contains(&format!("Rust {version} or newer")));
}
