//! The job scripts of docs/cluster.md: an engine searches a log in shards, and the joined parts
//! equal the output of a single run.

use std::path::Path;
use std::process::Command;

use crate::util::{Dir, run, skip};

/// Returns the block of the page that follows the line `<!-- NAME -->`.
fn block(name: &str) -> String {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cluster.md")).unwrap();
    let (_, after) = page.split_once(&format!("<!-- {name} -->\n")).unwrap();
    let (_, code) = after.split_once('\n').unwrap();
    code.split_once("\n```").unwrap().0.to_owned()
}

/// Runs a block as a bash script in a directory with a log, and checks the content of `joined`.
fn joins(name: &str, interpreter: &str) {
    let dir = Dir::new();
    let lines: String = (0..20_000).map(|n| format!("{n} {}\n", if n % 7 == 0 { "ERROR" } else { "fine" })).collect();
    let log = dir.file("app.log", lines.as_bytes());
    let script = dir.file("script", block(name).as_bytes());
    let program = crate::util::program();
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap_or_default());
    let ran = Command::new(interpreter).arg(script).current_dir(dir.path()).env("PATH", path).output().unwrap();
    assert!(ran.status.success(), "{name}: {ran:?}");
    let whole = run(&["grep".as_ref(), "ERROR".as_ref(), log.as_os_str()]);
    assert_eq!(
        String::from_utf8_lossy(&std::fs::read(dir.path().join("joined")).unwrap()),
        String::from_utf8_lossy(&whole.stdout),
        "{name}"
    );
    assert!(whole.stdout.len() > 1000);
}

fn has(tool: &str, args: &[&str]) -> bool {
    let is_there = Command::new(tool).args(args).output().is_ok_and(|ran| ran.status.success());
    if !is_there {
        skip(tool);
    }
    is_there
}

#[test]
fn parallel_joins_shards() {
    if has("parallel", &["--version"]) {
        joins("parallel", "bash");
    }
}

#[test]
fn dask_joins_shards() {
    // This engine is a Python package, so CI may not have it.
    if Command::new("python3").args(["-c", "import dask"]).output().is_ok_and(|ran| ran.status.success()) {
        joins("dask", "python3");
    }
}
