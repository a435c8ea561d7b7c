//! Finds the regular files below a directory, in an order that does not depend on the file system.
//!
//! A walk keeps one directory listing per level but few open descriptors. Files are opened by their
//! paths from the directory where the walk began or, in a deep tree, from an anchor on the way.
//! Unless links are followed, no path is resolved through one, so a link swapped in during the walk
//! cannot lead out of the tree. Devices, FIFOs and sockets are skipped.

use std::ffi::{CStr, OsStr, OsString};
use std::io;
use std::ops::Range;

mod anchors;

use super::path::{FileRef, with_short_path};
use crate::os::Status;
use crate::os::listing::Listing;
use crate::os::posix::{AsFd, FileType, Mode, OFlags, OsStrExt, OsStringExt, OwnedFd, openat, type_at};
use anchors::Anchors;

/// The error for a link that leads back to a directory above it.
#[derive(Debug, thiserror::Error)]
#[error("recursive directory loop")]
pub struct DirectoryLoop;

impl DirectoryLoop {
    /// Returns whether an error is a directory loop.
    pub fn is(error: &io::Error) -> bool {
        matches!(error.get_ref(), Some(inner) if inner.is::<DirectoryLoop>())
    }
}

/// A file, or a path that could not be walked and its error.
pub type WalkedFile = Result<FileRef, (OsString, io::Error)>;

/// The order in which files are returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalkOrder {
    /// By name within each directory.
    Names,
    /// By the bytes of whole paths, like `find DIR -type f | LC_ALL=C sort`.
    Paths,
}

/// A walk below one directory. `K` selects entries by the directory's path, their own name, and
/// whether they are directories.
#[derive(Debug)]
pub struct Walk<K> {
    order: WalkOrder,
    follow: bool,
    filter: K,
    /// Whether directories of other file systems are skipped.
    one_file_system: bool,
    /// The directory to start from, until it has been entered.
    root: Option<Vec<u8>>,
    /// The path of the current entry.
    path: Vec<u8>,
    levels: Vec<Level>,
    anchors: Anchors,
    listing: Listing,
}

/// A directory on the path to the current entry.
#[derive(Debug)]
struct Level {
    /// The length of its path, with the final slash.
    path: usize,
    /// The names of its entries, concatenated.
    names: Vec<u8>,
    /// The entries still to visit, the next one last.
    entries: Vec<ListedEntry>,
    /// The device and inode numbers, if they are needed.
    identity: Option<(u64, u64)>,
}

#[derive(Debug)]
struct ListedEntry {
    name: Range<usize>,
    kind: EntryKind,
}

#[derive(Clone, Copy, Debug)]
enum EntryKind {
    File,
    /// A directory, or a link to one that is followed.
    Directory,
    /// The entry's type could not be determined, with this errno.
    Failed(i32),
}

impl EntryKind {
    /// Returns how a walk treats an entry of this type; `None` if it is skipped.
    fn of(directory: &OwnedFd, name: &CStr, kind: FileType, follow: bool) -> Option<EntryKind> {
        let (mut kind, mut failure) = (kind, None);
        let mut query = |follow| {
            let kind = type_at(directory, name, follow);
            failure = kind.err();
            kind.ok()
        };
        if kind == FileType::Unknown {
            kind = query(false).unwrap_or(kind);
        }
        if kind == FileType::Symlink && follow {
            kind = query(true).unwrap_or(kind);
        }
        match (failure, kind) {
            (Some(errno), _) => Some(EntryKind::Failed(errno.raw_os_error())),
            (None, FileType::RegularFile) => Some(EntryKind::File),
            (None, FileType::Directory) => Some(EntryKind::Directory),
            _ => None,
        }
    }
}

impl<K: FnMut(&[u8], &OsStr, bool) -> bool> Walk<K> {
    /// Returns a walk below `directory`. The empty path is the current directory, below which paths
    /// have no `./`. Links are followed with `follow` and skipped without it.
    pub fn new(directory: OsString, order: WalkOrder, follow: bool, filter: K) -> Walk<K> {
        Walk {
            order,
            follow,
            filter,
            one_file_system: false,
            root: Some(directory.into_vec()),
            path: Vec::new(),
            levels: Vec::new(),
            anchors: Anchors::new(follow),
            listing: Listing::default(),
        }
    }

    /// Returns the path of the current entry as it is reported: the empty path is the current directory.
    fn shown_path(&self) -> OsString {
        if self.path.is_empty() { ".".into() } else { OsString::from_vec(self.path.clone()) }
    }

    /// Skips directories on file systems other than the one where the walk begins.
    pub fn in_one_file_system(self, one_file_system: bool) -> Walk<K> {
        Walk { one_file_system, ..self }
    }

    /// Enters the directory that `path` names.
    fn enter(&mut self) -> io::Result<()> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let path = if self.path.is_empty() { b"." } else { &self.path[..] };
        let directory = match self.anchors.nearest(path)? {
            Some((anchor, len)) => self.anchors.open(anchor.as_fd(), &path[len..], flags)?,
            None => with_short_path(OsStr::from_bytes(path), |from, path| openat(from, path, flags, Mode::empty()))?,
        };
        let identity = match self.follow || self.one_file_system {
            true => Some(Status::of(directory.as_fd())?.identity()),
            false => None,
        };
        // A link may also lead to a directory that contains one of those above.
        if self.follow && self.levels.iter().any(|level| level.identity == identity) {
            return Err(io::Error::other(DirectoryLoop));
        }
        let device = |identity: Option<(u64, u64)>| identity.map(|(device, _)| device);
        if self.one_file_system && self.levels.first().is_some_and(|top| device(top.identity) != device(identity)) {
            return Ok(());
        }
        let (names, entries) = self.list(&directory);
        if self.path.last().is_some_and(|&byte| !std::path::is_separator(byte.into())) {
            self.path.push(b'/');
        }
        self.anchors.add_if_needed(directory, self.path.len(), self.levels.is_empty());
        self.levels.push(Level { path: self.path.len(), names, entries, identity });
        Ok(())
    }

    /// Returns the selected entries of a directory, the first one last, and their names.
    fn list(&mut self, directory: &OwnedFd) -> (Vec<u8>, Vec<ListedEntry>) {
        let (mut names, mut entries) = (Vec::new(), Vec::new());
        let Walk { listing, follow, order, filter, path, .. } = self;
        listing.read(directory.as_fd(), |entry| {
            let (name, kind) = match entry {
                Ok((name, _)) if matches!(name.to_bytes(), b"." | b"..") => return,
                Ok(entry) => entry,
                // The entries listed so far are still visited.
                Err(errno) => {
                    let nameless = names.len()..names.len();
                    entries.push(ListedEntry { name: nameless, kind: EntryKind::Failed(errno.raw_os_error()) });
                    return;
                }
            };
            let Some(kind) = EntryKind::of(directory, name, kind, *follow) else { return };
            let is_directory = matches!(kind, EntryKind::Directory);
            let name = name.to_bytes();
            if !filter(path, OsStr::from_bytes(name), is_directory) {
                return;
            }
            let start = names.len();
            names.extend_from_slice(name);
            if is_directory && *order == WalkOrder::Paths {
                // With its slash, a directory sorts among the files below it.
                names.push(b'/');
            }
            entries.push(ListedEntry { name: start..names.len(), kind });
        });
        entries.sort_unstable_by(|a, b| names[b.name.clone()].cmp(&names[a.name.clone()]));
        (names, entries)
    }
}

impl<K: FnMut(&[u8], &OsStr, bool) -> bool> Iterator for Walk<K> {
    type Item = WalkedFile;

    fn next(&mut self) -> Option<WalkedFile> {
        if let Some(root) = self.root.take() {
            self.path = root;
            if let Err(error) = self.enter() {
                return Some(Err((self.shown_path(), error)));
            }
        }
        loop {
            let level = self.levels.last_mut()?;
            self.path.truncate(level.path);
            let Some(ListedEntry { name, kind }) = level.entries.pop() else {
                self.levels.pop();
                self.anchors.truncate(self.levels.last().map_or(0, |level| level.path));
                continue;
            };
            self.path.extend_from_slice(&level.names[name]);
            let outcome = match kind {
                EntryKind::File => self.anchors.nearest(&self.path),
                EntryKind::Directory => self.enter().map(|()| None),
                EntryKind::Failed(errno) => Err(io::Error::from_raw_os_error(errno)),
            };
            let path = || self.shown_path();
            match outcome {
                Ok(base @ Some(_)) => return Some(Ok(FileRef::from_walk(path(), base, self.follow))),
                Ok(None) => {}
                Err(error) => return Some(Err((path(), error))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::anchors::MAX_ANCHORS;
    use super::*;
    use crate::io::{IoMode, Source};
    use crate::os::ANCHOR;
    use std::fs;
    use std::path::Path;

    /// Returns the paths found below `root`, relative to it, each with its error if it has one.
    fn found(root: &Path, order: WalkOrder, follow: bool) -> Vec<String> {
        Walk::new(root.as_os_str().to_owned(), order, follow, |_, name, _| name != "unwanted")
            .map(|found| {
                let (path, error) = match found {
                    Ok(place) => (place.into_path(), String::new()),
                    Err((path, error)) => (path, format!(": {error}")),
                };
                let path = Path::new(&path).strip_prefix(root).unwrap();
                format!("{}{error}", path.to_str().unwrap())
            })
            .collect()
    }

    #[test]
    fn files_are_listed_in_either_order() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for path in ["a/z", "a/b/c", "a.txt", "a0", "b/.hidden", "b/unwanted", "unwanted/x", "empty/"] {
            let path = root.join(path);
            fs::create_dir_all(if path.ends_with("empty") { &path } else { path.parent().unwrap() }).unwrap();
            if !path.ends_with("empty") {
                fs::write(path, "").unwrap();
            }
        }
        std::os::unix::fs::symlink(root.join("a"), root.join("loop")).unwrap();
        std::os::unix::fs::symlink(root.join("a0"), root.join("link")).unwrap();
        assert_eq!(found(root, WalkOrder::Paths, false), ["a.txt", "a/b/c", "a/z", "a0", "b/.hidden"]);
        assert_eq!(found(root, WalkOrder::Names, false), ["a/b/c", "a/z", "a.txt", "a0", "b/.hidden"]);
        let missing = found(&root.join("none"), WalkOrder::Names, false);
        assert_eq!(missing, [": No such file or directory (os error 2)"]);
    }

    #[test]
    fn links_are_followed_when_asked_but_not_in_circles() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/f"), "").unwrap();
        let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, root.join(at)).unwrap();
        link("..", "a/b/up");
        link("../f", "a/b/file");
        link("nowhere", "broken");
        link("a", "same");
        link("itself", "itself");
        let want = [
            "a/b/file",
            "a/b/up: recursive directory loop",
            "a/f",
            "broken: No such file or directory (os error 2)",
            "itself: Too many levels of symbolic links (os error 40)",
            "same/b/file",
            "same/b/up: recursive directory loop",
            "same/f",
        ];
        assert_eq!(found(root, WalkOrder::Names, true), want);
        assert_eq!(found(root, WalkOrder::Names, false), ["a/f"]);
    }

    /// With names this long, there are more anchors on the path than may stay open, and a file after
    /// each directory needs each of them again.
    #[test]
    fn a_deep_tree_takes_few_descriptors() {
        let dir = tempfile::tempdir().unwrap();
        let (name, depth) = ("m".repeat(250), 40 * MAX_ANCHORS);
        let mut at = super::super::path::anchor(dir.path().as_os_str(), OFlags::DIRECTORY).unwrap();
        let write = |at: &OwnedFd, name: &str, text: String| {
            let file = openat(at, name, OFlags::CREATE | OFlags::WRONLY, Mode::RUSR | Mode::WUSR).unwrap();
            rustix::io::write(&file, text.as_bytes()).unwrap();
        };
        for level in 0..depth {
            for file in ["a", "z"] {
                write(&at, file, format!("{file}{level}"));
            }
            rustix::fs::mkdirat(&at, &name, Mode::RWXU).unwrap();
            at = openat(&at, &name, ANCHOR | OFlags::DIRECTORY, Mode::empty()).unwrap();
        }
        let mut want: Vec<String> = (0..depth).map(|level| format!("a{level}")).collect();
        want.extend((0..depth).rev().map(|level| format!("z{level}")));
        let mut walk = Walk::new(dir.path().as_os_str().to_owned(), WalkOrder::Names, false, |_, _, _| true);
        let mut texts = Vec::new();
        while let Some(found) = walk.next() {
            let place = found.unwrap();
            let source = Source::open_at(&place, IoMode::Read, crate::io::Range::default()).unwrap();
            texts.push(io::read_to_string(source.reader().unwrap()).unwrap());
            assert!(walk.anchors.open_count() <= MAX_ANCHORS + 1);
            let named = super::super::path::open(place.path()).unwrap();
            assert_eq!(io::read_to_string(named).unwrap(), *texts.last().unwrap());
        }
        assert_eq!(texts, want);
        assert!(std::process::Command::new("rm").arg("-rf").arg(dir.path()).status().unwrap().success());
    }

    /// Regression: a link that replaced a file or a directory after it was listed led out of the
    /// tree, and a FIFO blocked the walk.
    #[test]
    fn a_link_swapped_in_during_the_walk_is_not_opened() {
        let dir = tempfile::tempdir().unwrap();
        let (root, outside) = (dir.path().join("tree"), dir.path().join("outside"));
        fs::create_dir_all(root.join("c/d")).unwrap();
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("f"), "secret").unwrap();
        for name in ["a", "b", "c/d/f", "e"] {
            fs::write(root.join(name), "mine").unwrap();
        }
        let link = |to: &Path, at: &str| std::os::unix::fs::symlink(to, root.join(at)).unwrap();
        let mut walk = Walk::new(root.as_os_str().to_owned(), WalkOrder::Names, false, |_, _, _| true);
        let open = |found: &FileRef| {
            let source = Source::open_at(found, IoMode::Read, crate::io::Range::default())?;
            io::read_to_string(source.reader()?)
        };
        let mut next = || walk.next().unwrap().unwrap();
        let a = next();
        fs::remove_file(root.join("a")).unwrap();
        link(&outside.join("f"), "a");
        assert_eq!(open(&a).unwrap_err().to_string(), "became a symbolic link during the walk");
        let b = next();
        fs::remove_file(root.join("b")).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, root.join("b"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        assert_eq!(open(&b).unwrap_err().to_string(), "is no longer a regular file");
        let inner = next();
        assert_eq!(open(&inner).unwrap(), "mine");
        fs::rename(root.join("c/d"), root.join("c/old")).unwrap();
        link(&outside, "c/d");
        assert_eq!(open(&inner).unwrap_err().to_string(), "became a symbolic link during the walk");
        assert_eq!(open(&next()).unwrap(), "mine");
        // A directory that became a link is not listed either.
        fs::remove_file(root.join("c/d")).unwrap();
        fs::rename(root.join("c/old"), root.join("c/d")).unwrap();
        let mut walk = Walk::new(root.as_os_str().to_owned(), WalkOrder::Paths, false, |_, _, _| true);
        fs::remove_file(root.join("a")).unwrap();
        fs::write(root.join("a"), "").unwrap();
        assert_eq!(walk.next().unwrap().unwrap().path(), root.join("a"));
        fs::rename(root.join("c"), root.join("moved")).unwrap();
        link(&outside, "c");
        let (path, error) = walk.next().unwrap().unwrap_err();
        assert_eq!(path, root.join("c/"));
        assert!(matches!(error.raw_os_error(), Some(libc::ELOOP | libc::ENOTDIR)), "{error}");
    }
}
