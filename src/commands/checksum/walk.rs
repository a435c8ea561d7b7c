//! The regular files below a directory, in the order of their paths' bytes, so that two runs give the same manifest.
//!
//! That is the order of `find DIR -type f | LC_ALL=C sort`. One directory's names at a time are held. Symbolic links
//! are not followed; devices, FIFOs and sockets are passed over.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// A file to digest, or what could not be walked.
pub type Found = Result<OsString, (OsString, io::Error)>;

/// Walks below one directory.
pub struct Walk {
    /// What is left of each directory on the way down, the next entry last.
    levels: Vec<Vec<Entry>>,
}

/// What a directory holds: a file, a directory with a slash at the end of its path, or a failure.
enum Entry {
    File(Vec<u8>),
    Directory(Vec<u8>),
    Failed(Vec<u8>, io::Error),
}

impl Entry {
    fn path(&self) -> &[u8] {
        match self {
            Entry::File(path) | Entry::Directory(path) | Entry::Failed(path, _) => path,
        }
    }
}

impl Walk {
    /// Walks below `directory`.
    pub fn new(directory: OsString) -> Walk {
        let mut path = directory.into_vec();
        if path.last() != Some(&b'/') {
            path.push(b'/');
        }
        Walk { levels: vec![vec![Entry::Directory(path)]] }
    }
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            match self.levels.last_mut()?.pop() {
                None => _ = self.levels.pop(),
                Some(Entry::File(path)) => return Some(Ok(OsString::from_vec(path))),
                Some(Entry::Failed(path, error)) => return Some(Err((OsString::from_vec(path), error))),
                Some(Entry::Directory(path)) => match read(&path) {
                    Ok(entries) => self.levels.push(entries),
                    Err(error) => return Some(Err((OsString::from_vec(path), error))),
                },
            }
        }
    }
}

/// The entries of the directory at `path`, the first one last.
fn read(path: &[u8]) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(Path::new(std::ffi::OsStr::from_bytes(path)))? {
        let entry = entry?;
        let mut below = path.to_vec();
        below.extend(entry.file_name().as_bytes());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => {
                // With its slash, a directory sorts where the files below it belong.
                below.push(b'/');
                entries.push(Entry::Directory(below));
            }
            Ok(kind) if kind.is_file() => entries.push(Entry::File(below)),
            Ok(_) => {}
            Err(error) => entries.push(Entry::Failed(below, error)),
        }
    }
    entries.sort_by(|a, b| b.path().cmp(a.path()));
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_in_the_order_of_their_whole_paths() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for path in ["a/z", "a/b/c", "a.txt", "a0", "b/.hidden", "empty/"] {
            let path = root.join(path);
            fs::create_dir_all(if path.ends_with("empty") { &path } else { path.parent().unwrap() }).unwrap();
            if !path.ends_with("empty") {
                fs::write(path, "").unwrap();
            }
        }
        std::os::unix::fs::symlink(root.join("a"), root.join("loop")).unwrap();
        std::os::unix::fs::symlink(root.join("a0"), root.join("link")).unwrap();
        let found: Vec<String> = Walk::new(root.as_os_str().to_owned())
            .map(|found| found.unwrap().into_string().unwrap()[root.as_os_str().len() + 1..].to_owned())
            .collect();
        assert_eq!(found, ["a.txt", "a/b/c", "a/z", "a0", "b/.hidden"]);
        let mut missing = Walk::new(root.join("none").into_os_string());
        assert_eq!(missing.next().unwrap().unwrap_err().1.kind(), io::ErrorKind::NotFound);
        assert!(missing.next().is_none());
    }
}
