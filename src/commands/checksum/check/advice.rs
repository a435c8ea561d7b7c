//! Advice on lists that do not fit the other arguments.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Component, Path};

use super::super::name::quoted;
use crate::digest::Algorithm;
use crate::io::path;

/// Returns which algorithm a list without a line for the named ones may be for.
pub fn other_algorithm(list: &OsStr, named: &[Algorithm]) -> Option<String> {
    if list == "-" || named.is_empty() || path::is_directory(list) {
        return None;
    }
    let mut head = Vec::new();
    path::open(list).ok()?.take(4096).read_to_end(&mut head).ok()?;
    let line = head.split(|&byte| byte == b'\n').find(|line| !line.is_empty() && !line.starts_with(b"#"))?;
    let others = || Algorithm::all().filter(|algorithm| !named.contains(algorithm));
    let tagged = |algorithm: &Algorithm| line.starts_with(format!("{} (", algorithm.tag()).as_bytes());
    if let Some(algorithm) = others().find(tagged) {
        return Some(format!("its first line names {}: leave out -a", algorithm.tag()));
    }
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let fits = |algorithm: &Algorithm| digits >= 32 && algorithm.default_len() * 2 == digits as u64;
    // The classic algorithm of a length is the one that lists are most often made with.
    let common = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];
    let algorithm = others().filter(fits).max_by_key(|algorithm| common.contains(&algorithm.name()))?;
    Some(format!("its first digest has {digits} digits, as with -a {}", algorithm.name()))
}

/// Returns what is wrong with the directory of `--directory`, in which none of the listed files exists.
/// `listed` is the name of one of them.
pub fn other_directory(directory: &OsStr, listed: &OsStr) -> String {
    let said = format!("no listed file exists below {}", quoted(directory));
    let name = Path::new(listed);
    let mut parts = name.components().filter(|part| *part != Component::CurDir);
    let first = parts.next();
    let is_start = Path::new(directory).file_name() == first.map(Component::as_os_str);
    if let Some(parent) = Path::new(directory).parent().filter(|parent| is_start && parent.join(name).exists()) {
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        return format!("{said}; try: --directory {}", quoted(parent.as_os_str()));
    }
    let start = first.filter(|_| parts.next().is_some()).map(|first| quoted(first.as_os_str()));
    match start {
        Some(start) if !start.starts_with('/') => {
            format!(
                "{said}; the listed names start with {start}/, and --directory takes the directory that contains {start}"
            )
        }
        _ => format!("{said}; the first is {}", quoted(listed)),
    }
}

/// Returns what is wrong with an audit of a tree that holds none of the listed files. `listed` is the
/// name of one of them.
pub fn other_tree(tree: &OsStr, listed: &OsStr) -> String {
    let (tree, listed) = (quoted(tree), quoted(listed));
    format!(
        "no listed name starts with {tree} (the first is {listed}); --directory takes the directory that contains a copy"
    )
}
