//! The directories that an audit searches for new files.
//!
//! A list does not name the directory from which it was made, so that directory is inferred from
//! the listed names. Names that start with `./` are below the current directory, others below their
//! first directory, and absolute ones below the deepest directory that they share.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// The directories of the listed names, and the additional ones to search.
#[derive(Debug, Default)]
pub struct Roots {
    relative: BTreeSet<PathBuf>,
    /// The directories of the absolute names.
    absolute: BTreeSet<PathBuf>,
    /// The deepest directory that all absolute names share. It is empty if there is none.
    shared: Option<PathBuf>,
    /// The directories given as operands.
    named: BTreeSet<PathBuf>,
}

impl Roots {
    /// Adds a directory to search.
    pub fn search(&mut self, tree: PathBuf) {
        self.named.insert(tree);
    }

    /// Adds the directory of a listed name.
    pub fn add(&mut self, name: &Path) {
        if !name.is_absolute() {
            self.relative.insert(first_directory(name));
            return;
        }
        let parent = name.parent().unwrap_or(name);
        if !self.absolute.contains(parent) {
            self.absolute.insert(parent.to_owned());
            let shared = self.shared.take();
            self.shared = Some(shared.map_or_else(|| parent.to_owned(), |shared| common(&shared, parent)));
        }
    }

    /// Returns the directories to search, none of which is below another.
    pub fn all(&self) -> Vec<PathBuf> {
        let absolute = match &self.shared {
            Some(shared) if !is_top(shared) => BTreeSet::from([shared.clone()]),
            _ => self.absolute.clone(),
        };
        outermost(&[&self.relative, &self.named, &absolute].into_iter().flatten().cloned().collect())
    }

    /// Returns a directory that listed names share but that is not searched as a whole. The list
    /// may cover that directory, or only those of its subdirectories with which listed names start.
    pub fn unsearched(&self) -> Option<PathBuf> {
        let roots = self.all();
        let up = |root: &PathBuf| root.iter().take(ups(root)).collect::<PathBuf>();
        let top = self.shared.clone().filter(|shared| !shared.as_os_str().is_empty() && is_top(shared));
        let shares = |parent: &PathBuf| roots.iter().filter(|root| up(root) == *parent).count() > 1;
        let parent = roots.iter().map(up).find(|parent| !parent.as_os_str().is_empty() && shares(parent));
        top.or(parent).filter(|directory| !roots.contains(directory))
    }
}

/// Returns the first directory of a relative name, or the empty path for the current one.
fn first_directory(name: &Path) -> PathBuf {
    let mut first = PathBuf::new();
    if name.components().next() == Some(Component::CurDir) {
        return first;
    }
    for part in name.parent().unwrap_or(Path::new("")).components() {
        first.push(part);
        if part != Component::ParentDir {
            break;
        }
    }
    first
}

/// Returns the deepest directory that contains two others.
fn common(one: &Path, other: &Path) -> PathBuf {
    one.components().zip(other.components()).take_while(|(one, other)| one == other).map(|(part, _)| part).collect()
}

/// Returns whether a directory is the root of the file system.
fn is_top(directory: &Path) -> bool {
    directory.parent().is_none()
}

/// Returns the number of `..` components at the start of a path.
fn ups(path: &Path) -> usize {
    path.components().take_while(|part| *part == Component::ParentDir).count()
}

/// Returns the directories that are not below another.
fn outermost(all: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let is_below = |root: &PathBuf, other: &PathBuf| {
        other != root && root.starts_with(other) && root.is_absolute() == other.is_absolute() && ups(root) == ups(other)
    };
    all.iter().filter(|root| !all.iter().any(|other| is_below(root, other))).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Regression: new files in the top directory were found only if a listed one was there, too.
    #[test]
    fn the_directories_that_names_begin_with() {
        for (names, searched, unsearched) in [
            (&["a"][..], &[""][..], None),
            (&["./p/s/a", "./q/b"], &[""], None),
            (&["./p/a"], &[""], None),
            (&["t/a", "t/u/a", "v/a"], &["t", "v"], None),
            (&["t/a", "b"], &[""], None),
            (&["../x/y/a"], &["../x"], None),
            (&["../x/a", "../y/a"], &["../x", "../y"], Some("..")),
            (&["../x/a", "../a"], &[".."], None),
            (&["../x/a", "../../a"], &["../..", "../x"], None),
            #[cfg(not(windows))]
            (&["/r/a/b", "/r/a/c/d", "/r/b/c"], &["/r"], None),
            #[cfg(not(windows))]
            (&["/r/s/a"], &["/r/s"], None),
            #[cfg(not(windows))]
            (&["/r/s/a", "/r/s/b/c", "/t/a"], &["/r/s", "/t"], Some("/")),
            #[cfg(not(windows))]
            (&["/r/s/a", "/a"], &["/"], None),
        ] {
            let mut roots = Roots::default();
            names.iter().for_each(|name| roots.add(Path::new(name)));
            assert_eq!(roots.all(), searched.iter().map(PathBuf::from).collect::<Vec<_>>(), "{names:?}");
            assert_eq!(roots.unsearched(), unsearched.map(PathBuf::from), "{names:?}");
        }
        let mut roots = Roots::default();
        ["../x/a", "../y/a"].iter().for_each(|name| roots.add(Path::new(name)));
        roots.search("..".into());
        assert_eq!((roots.all(), roots.unsearched()), (vec![PathBuf::from("..")], None));
    }
}
