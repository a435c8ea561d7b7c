//! Checks the project's rules on its sources: the allowed imports between folders, the places that
//! may use the environment, raw system calls and `unsafe`, the maximum size of functions and files,
//! and unique type names.
//!
//! Each rule has a list of exceptions, which may only shrink: an entry that is no longer needed
//! also fails the test.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use self::syntax::{Named, SourceFile, defining_file, functions, paths, read_sources, types, words};

mod exceptions;
mod syntax;

/// The folders (or files) from which each folder directly below `src` may import.
const ARROWS: &[(&str, &[&str])] = &[
    ("os", &[]),
    ("exit", &["os"]),
    ("cli", &["os"]),
    ("digest", &["os"]),
    ("io", &["os"]),
    ("decode", &["io", "os"]),
    ("timestamp", &["io"]),
    ("select", &["io", "os", "timestamp"]),
    ("engine", &["io", "os"]),
    ("output", &["io", "os"]),
    ("follow", &["engine", "io", "os", "select"]),
    ("app", &["cli", "decode", "engine", "exit", "io", "os", "output", "select", "timestamp"]),
    ("library", &["app", "engine", "io", "os", "select", "timestamp"]),
    (
        "commands",
        &["app", "cli", "decode", "digest", "engine", "exit", "follow", "io", "os", "output", "select", "timestamp"],
    ),
];

/// The maximum number of parameters of a function, without `self`.
const MAX_PARAMETERS: usize = 5;
/// The maximum number of lines of a function, including its signature.
const MAX_FUNCTION_LINES: usize = 60;
/// The maximum number of lines of a file, including its tests.
const MAX_FILE_LINES: usize = 400;

fn sources() -> Vec<SourceFile> {
    read_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

/// Compares the violations of a rule with its exceptions.
fn check(rule: &str, found: impl IntoIterator<Item = String>, exceptions: &[(&str, &str)]) {
    let found: BTreeSet<String> = found.into_iter().collect();
    let allowed: BTreeSet<String> = exceptions.iter().map(|(entry, _)| (*entry).to_owned()).collect();
    let broken: Vec<_> = found.difference(&allowed).collect();
    let stale: Vec<_> = allowed.difference(&found).collect();
    assert!(broken.is_empty(), "{rule}, but: {broken:#?}");
    assert!(stale.is_empty(), "exceptions that are no longer needed (\"{rule}\"): {stale:#?}");
    assert!(exceptions.iter().all(|(_, reason)| !reason.is_empty()));
}

fn folder(file: &SourceFile) -> &str {
    file.module.first().map_or("lib", String::as_str)
}

fn all_paths(files: &[SourceFile]) -> BTreeMap<Vec<String>, Vec<Named>> {
    let modules: Vec<_> = files.iter().map(|file| file.module.clone()).collect();
    files.iter().map(|file| (file.module.clone(), paths(file, &modules))).collect()
}

#[test]
fn folders_import_only_downwards() {
    let files = sources();
    let paths = all_paths(&files);
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let folders: BTreeSet<&str> = files.iter().map(folder).collect();
    let mut found = BTreeSet::new();
    for file in files.iter().filter(|file| !matches!(folder(file), "lib" | "main" | "skipped")) {
        let targets = allowed.get(folder(file)).unwrap_or_else(|| panic!("no arrows are stated for {}", file.path));
        for named in &paths[&file.module] {
            let Some(target) = named.path.first().map(String::as_str) else { continue };
            if target != "skipped" && target != folder(file) && folders.contains(target) && !targets.contains(&target) {
                found.insert(format!("{} -> {target}", file.path));
            }
        }
    }
    check("a folder imports only what stands below it", found, exceptions::ARROWS);
}

/// The imports between a module and its submodules are left out; all others must not form a circle.
#[test]
fn no_files_import_each_other() {
    let files = sources();
    let paths = all_paths(&files);
    let mut edges = BTreeSet::new();
    for file in &files {
        for named in &paths[&file.module] {
            if let Some(target) = defining_file(&named.path, &files, &paths, 8)
                && !target.module.starts_with(&file.module)
                && !file.module.starts_with(&target.module)
            {
                edges.insert((file.path.as_str(), target.path.as_str()));
            }
        }
    }
    let found = in_circles(edges).into_iter().map(|(from, to)| format!("{from} -> {to}"));
    check("no files import each other in a circle", found, exceptions::CIRCLES);
}

/// Returns the imports that are left when files that import nothing, or that nothing imports, are
/// removed again and again.
fn in_circles<'p>(mut edges: BTreeSet<(&'p str, &'p str)>) -> BTreeSet<(&'p str, &'p str)> {
    loop {
        let importing: BTreeSet<_> = edges.iter().map(|(from, _)| *from).collect();
        let imported: BTreeSet<_> = edges.iter().map(|(_, to)| *to).collect();
        let before = edges.len();
        edges.retain(|(from, to)| imported.contains(from) && importing.contains(to));
        if edges.len() == before {
            return edges;
        }
    }
}

#[test]
fn circles_are_found() {
    let edges = BTreeSet::from([("a", "b"), ("b", "c"), ("c", "d"), ("d", "b"), ("d", "e"), ("e", "f")]);
    assert_eq!(in_circles(edges), BTreeSet::from([("b", "c"), ("c", "d"), ("d", "b")]));
}

#[test]
fn only_the_command_line_knows_the_environment() {
    let asks = |file: &SourceFile| {
        let names = ["var", "var_os", "args_os", "temp_dir"];
        let terminals = ["IsTerminal", "is_terminal", "isatty", "is_a_terminal"];
        // `os` makes the call that determines whether something is a terminal.
        let terminals = terminals.iter().filter(|_| folder(file) != "os");
        names
            .iter()
            .chain(terminals)
            .any(|name| words(&file.code, name).any(|at| file.code[at + name.len()..].starts_with(['(', ';', ','])))
            || file.code.contains("std::env")
    };
    let files = sources();
    let found = files.iter().filter(|file| !matches!(folder(file), "app" | "cli" | "main") && asks(file));
    check("only app and cli look at the environment", found.map(|file| file.path.clone()), exceptions::ENVIRONMENT);
}

#[test]
fn unsafe_code_and_system_calls_stay_on_the_ground_floor() {
    let files = sources();
    let above: Vec<_> = files.iter().filter(|file| folder(file) != "os").collect();
    let has = |file: &SourceFile, name: &str| words(&file.code, name).next().is_some();
    let is_kernel = |file: &SourceFile| file.module.iter().any(|name| name == "simd");
    let found = above.iter().filter(|file| has(file, "unsafe") && !is_kernel(file)).map(|file| file.path.clone());
    check("unsafe stands in os and in kernels of machine instructions", found, exceptions::UNSAFE);
    let raw = |file: &SourceFile| has(file, "libc") || has(file, "rustix");
    let found = above.iter().filter(|file| raw(file)).map(|file| file.path.clone());
    check("only os imports libc and rustix", found, &[]);
    let reserves = |file: &SourceFile| has(file, "try_reserve") || has(file, "try_reserve_exact");
    let found = above.iter().filter(|file| reserves(file)).map(|file| file.path.clone());
    check("memory is reserved by os::reserve, because the allocator ends the program elsewhere", found, &[]);
}

#[test]
fn functions_are_short() {
    let files = sources();
    let mut long = Vec::new();
    let mut wide = Vec::new();
    for file in &files {
        for function in functions(&file.code) {
            let name = format!("{}: {}", file.path, function.name);
            if function.lines > MAX_FUNCTION_LINES {
                long.push(name.clone());
            }
            if function.parameters > MAX_PARAMETERS {
                wide.push(name);
            }
        }
    }
    check("a function has at most sixty lines", long, exceptions::LONG_FUNCTIONS);
    check("a function has at most five parameters", wide, exceptions::MANY_PARAMETERS);
}

#[test]
fn files_are_short() {
    let files = sources();
    let long = files.iter().filter(|file| file.lines > MAX_FILE_LINES).map(|file| file.path.clone());
    check("a file has at most 400 lines", long, exceptions::LONG_FILES);
}

#[test]
fn a_type_name_means_one_thing() {
    let files = sources();
    let mut files_by_name: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    // `os/other` redefines the types of `os/linux`, and `no_*.rs` those of a disabled feature. Only
    // one of them is compiled.
    let is_stand_in = |file: &&SourceFile| {
        file.path.starts_with("os/other/") || file.path.starts_with("os/windows/") || file.path.contains("/no_")
    };
    for file in files.iter().filter(|file| !is_stand_in(file)) {
        for name in types(&file.code) {
            files_by_name.entry(name).or_default().push(&file.path);
        }
    }
    let twice = files_by_name.iter().filter(|(_, files)| files.len() > 1).map(|(name, _)| name.clone());
    check("a type name is defined once", twice, exceptions::TYPE_NAMES);
    let paths = all_paths(&files);
    let renamed = files.iter().flat_map(|file| {
        let renamed = paths[&file.module].iter().filter(|named| named.is_renamed);
        renamed.map(|named| format!("{}: {}", file.path, named.local.clone().unwrap_or_default()))
    });
    check("nothing is renamed where it is imported", renamed, exceptions::RENAMES);
}

/// A fuzz target that is not listed is not built, and one that is not described is not run.
#[test]
fn every_fuzz_target_is_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = std::fs::read_to_string(root.join("fuzz/Cargo.toml")).unwrap();
    let listed = manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/")?.strip_suffix(".rs\""));
    let mut listed: Vec<&str> = listed.collect();
    listed.sort_unstable();
    let folder = std::fs::read_dir(root.join("fuzz/fuzz_targets")).unwrap();
    let mut files: Vec<String> =
        folder.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    files.sort_unstable();
    assert_eq!(listed, files);
    let described = std::fs::read_to_string(root.join("docs/reliability.md")).unwrap();
    let missing: Vec<_> = files.iter().filter(|name| !described.contains(&format!("| `{name}` |"))).collect();
    assert!(missing.is_empty(), "docs/reliability.md does not describe {missing:?}");
}

/// Tests the source parser on code with every difficulty that it handles.
#[test]
fn sources_are_read_rightly() {
    let file = syntax::file(
        "engine/run.rs",
        r##"use super::block::{Block, Data as Bytes};
use crate::io;
// fn commented(a: u8) {}
pub(crate) struct Text<'a>(&'a str);
const QUOTES: &str = "fn quoted() { \" }";
const RAW: &str = r#"unsafe "{" "#;
fn brace() -> char {
    '{'
}
fn many<F: Fn(u8) -> u8>(
    &mut self,
    a: (u8, u8), b: [u8; 2], call: F, d: Vec<(u8, u8)>,
) -> u8 {
    crate::output::write(a);
    0
}
#[cfg(test)]
mod tests {
    fn test_only(a: u8) {}
    unsafe fn also() {}
}
"##,
    );
    assert_eq!(types(&file.code), ["Text"]);
    let functions: Vec<_> = functions(&file.code).into_iter().map(|f| (f.name, f.parameters, f.lines)).collect();
    assert_eq!(functions, [("brace".to_owned(), 0, 3), ("many".to_owned(), 4, 7)]);
    assert_eq!(words(&file.code, "unsafe").count(), 0);
    let modules = [vec!["engine".to_owned(), "block".to_owned()]];
    let named: BTreeSet<String> = paths(&file, &modules).into_iter().map(|named| named.path.join("::")).collect();
    let want = ["engine::block", "engine::block::Block", "engine::block::Data", "io", "output::write"];
    assert!(want.iter().skip(1).all(|path| named.contains(*path)), "{named:?}");
    assert!(paths(&file, &modules).iter().any(|named| named.is_renamed && named.local.as_deref() == Some("Bytes")));
}
