//! Advice for a command line that begins with a file or a pattern instead of a subcommand.

use std::ffi::{OsStr, OsString};

use crate::io::{IoMode, Kind, Range, Source, path};
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

/// Returns what a word names. The length of a file whose stated size is wrong is 0, as it is unknown.
pub fn named_input(word: &str) -> NamedThing {
    let open = || Source::open(word.as_ref(), IoMode::Read, Range::default());
    match named_thing(word) {
        NamedThing::File(1..) if open().is_ok_and(|source| source.kind() == Kind::Unsized) => NamedThing::File(0),
        named => named,
    }
}

/// Returns a word in the form in which it is typed in a shell.
fn quoted(word: &OsStr) -> String {
    let shown = escape_name(word);
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:,+@%=".contains(c);
    if shown.chars().all(is_plain) { shown.into_owned() } else { format!("'{}'", shown.replace('\'', "'\\''")) }
}
