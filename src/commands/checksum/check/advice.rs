//! Advice on lists that do not fit the other arguments.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Component, Path};

use super::super::name::{plain, quoted};
use crate::decode;
use crate::digest::Algorithm;
use crate::io::path;
use crate::os::posix::FileType;

/// Returns a hint about the algorithm of a list that has no line for the requested ones.
pub fn other_algorithm(list: &OsStr, named: &[Algorithm]) -> Option<String> {
    if named.is_empty() {
        return None;
    }
    let head = head_of(list)?;
    let line = head.split(|&byte| byte == b'\n').find(|line| !line.is_empty() && !line.starts_with(b"#"))?;
    let others = || Algorithm::all().filter(|algorithm| !named.contains(algorithm));
    let tagged = |algorithm: &Algorithm| line.starts_with(format!("{} (", algorithm.tag()).as_bytes());
    if let Some(algorithm) = others().find(tagged) {
        return Some(format!("its first line names {}: leave out -a", algorithm.tag()));
    }
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let fits = |algorithm: &Algorithm| digits >= 32 && algorithm.default_len() * 2 == digits as u64;
    // Of the algorithms with this length, lists are most often made with the classic one.
    let common = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];
    let algorithm = others().filter(fits).max_by_key(|algorithm| common.contains(&algorithm.name()))?;
    Some(format!("its first digest has {digits} digits, as with -a {}", algorithm.name()))
}

/// Returns a command that reads a compressed list.
pub fn compressed(list: &OsStr) -> Option<String> {
    let format = decode::format_of(&head_of(list)?)?.name();
    let list = quoted(list);
    Some(format!("the list is compressed ({format}): mapped cat --decompress {list} | mapped checksum --check"))
}

/// Returns the first bytes of a list, unless it is a pipe, whose data can no longer be read.
fn head_of(list: &OsStr) -> Option<Vec<u8>> {
    if list == "-" || path::status(list).ok()?.kind != FileType::RegularFile {
        return None;
    }
    let mut head = Vec::new();
    path::open(list).ok()?.take(4096).read_to_end(&mut head).ok()?;
    Some(head)
}

/// Explains why `--directory` may be wrong if none of the listed files exists below it. `listed` is
/// the name of one of them.
pub fn other_directory(directory: &OsStr, listed: &OsStr) -> String {
    let said = format!("no listed file exists below {}", quoted(directory));
    let name = plain(Path::new(listed));
    let copy = Path::new(directory);
    let is_start = copy.file_name() == name.iter().next();
    if let Some(parent) = copy.parent().filter(|parent| is_start && parent.join(&name).exists()) {
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        return format!("{said}; try: --directory {}", quoted(parent.as_os_str()));
    }
    match first_directory(&name) {
        Some(start) if !copy.join(start).exists() => {
            format!("{said}, which has no {}/; {}", quoted(start), made_inside(start, directory))
        }
        _ => format!("{said}; the first is {}", quoted(listed)),
    }
}

/// Explains why an audited tree may be wrong if it contains none of the listed files. `listed` is
/// the name of one of them.
pub fn other_tree(tree: &OsStr, listed: &OsStr) -> String {
    let said = format!("no listed name starts with {} (the first is {})", quoted(tree), quoted(listed));
    match first_directory(Path::new(listed)) {
        _ if Path::new(tree).join(listed).exists() => format!("{said}; try: --directory {}", quoted(tree)),
        Some(start) => format!("{said}; {}", made_inside(start, tree)),
        None => format!("{said}; --directory {} looks for the listed files there", quoted(tree)),
    }
}

/// Returns the first directory of a listed name, if the name is relative.
fn first_directory(listed: &Path) -> Option<&OsStr> {
    let mut parts = listed.components().skip_while(|part| *part == Component::CurDir);
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(first)), Some(_)) => Some(first),
        _ => None,
    }
}

/// Explains how to compare the directory `start` with a copy that has another name.
fn made_inside(start: &OsStr, copy: &OsStr) -> String {
    let (start, copy) = (quoted(start), quoted(copy));
    format!(
        "--directory takes the directory that contains {start}; for a copy with another name, make the list inside: \
         (cd {start} && mapped checksum -r .) > LIST, and check it with --directory {copy}"
    )
}
