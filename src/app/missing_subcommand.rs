//! Advice for a command line that begins with a file or a pattern instead of a subcommand.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Seek, SeekFrom};

use crate::io::path;
use crate::output::escape_name;

use super::slips::NamedThing;

/// Returns advice on what to type instead of `mapped FILE` or `mapped PATTERN FILE`, if there is
/// such a file. The first of `args` is the program's name.
pub fn advice(args: &[OsString]) -> Option<String> {
    let (first, rest) = args.get(1..)?.split_first()?;
    let exists = |name: &OsStr| path::metadata(name).is_ok();
    let name = quoted(first);
    if path::is_directory(first) {
        return Some(format!("mapped grep -r PATTERN {name}"));
    }
    if exists(first) {
        return Some(format!("mapped cat {name}"));
    }
    let file = rest.iter().find(|name| exists(name))?;
    let recursive = if path::is_directory(file) { "-r " } else { "" };
    Some(format!("mapped grep {recursive}{name} {}", quoted(file)))
}

/// Returns the kind of file that a word names.
pub fn named_thing(word: &str) -> NamedThing {
    match path::metadata(word.as_ref()) {
        Err(_) => NamedThing::Nothing,
        Ok(meta) if meta.is_dir() => NamedThing::Directory,
        Ok(meta) => NamedThing::File(meta.len()),
    }
}

/// Returns what a word names. The length of a file that goes on after its stated end is 0, as it is
/// unknown.
pub fn named_input(word: &str) -> NamedThing {
    match named_thing(word) {
        NamedThing::File(len @ 1..) if goes_on(word, len).unwrap_or(false) => NamedThing::File(0),
        named => named,
    }
}

/// Returns whether a regular file has a byte at `offset`.
fn goes_on(word: &str, offset: u64) -> io::Result<bool> {
    if !path::metadata(word.as_ref())?.is_file() {
        return Ok(false);
    }
    let mut file = path::open(word.as_ref())?;
    file.seek(SeekFrom::Start(offset))?;
    Ok(file.read(&mut [0])? == 1)
}

/// Returns a word in the form in which it is typed in a shell.
fn quoted(word: &OsStr) -> String {
    let shown = escape_name(word);
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:,+@%=".contains(c);
    if shown.chars().all(is_plain) { shown.into_owned() } else { format!("'{}'", shown.replace('\'', "'\\''")) }
}
