//! Sorts the files to search (`--sort`, `--sortr`).
//!
//! Only an order other than that of the walk requires holding all names at once.

use std::cmp::Ordering;
use std::time::SystemTime;

use crate::cli::grep::{Inputs, SortKey};
use crate::io::path;
use crate::io::walk::WalkedFile;

/// Returns the files in the requested order. Files whose key is unknown come first, and files with
/// equal keys stay in the order of the walk.
pub fn sorted(
    files: Box<dyn Iterator<Item = WalkedFile> + Send>,
    inputs: &Inputs,
) -> Box<dyn Iterator<Item = WalkedFile> + Send> {
    let (key, is_reversed) = match (inputs.sort, inputs.sortr) {
        _ if inputs.sort_files => (SortKey::Path, false),
        (_, Some(key)) => (key, true),
        (Some(key), _) => (key, false),
        (None, None) => (SortKey::None, false),
    };
    if key == SortKey::None {
        return files;
    }
    let mut keyed: Vec<(Key, WalkedFile)> = files.map(|found| (Key::of(&found, key), found)).collect();
    keyed.sort_by(|(a, _), (b, _)| {
        let order = a.cmp(b);
        if is_reversed { order.reverse() } else { order }
    });
    Box::new(keyed.into_iter().map(|(_, found)| found))
}

/// The key by which files are sorted.
enum Key {
    Path(std::path::PathBuf),
    Time(Option<SystemTime>),
}

impl Key {
    fn of(found: &WalkedFile, key: SortKey) -> Key {
        let name = match found {
            Ok(file) => file.path(),
            Err((name, _)) => name,
        };
        let time = |read: fn(&std::fs::Metadata) -> std::io::Result<SystemTime>| {
            Key::Time(path::metadata(name).and_then(|meta| read(&meta)).ok())
        };
        match key {
            SortKey::None | SortKey::Path => Key::Path(name.into()),
            SortKey::Modified => time(std::fs::Metadata::modified),
            SortKey::Accessed => time(std::fs::Metadata::accessed),
            SortKey::Created => time(std::fs::Metadata::created),
        }
    }

    fn cmp(&self, other: &Key) -> Ordering {
        match (self, other) {
            (Key::Path(a), Key::Path(b)) => a.cmp(b),
            (Key::Time(a), Key::Time(b)) => a.cmp(b),
            (Key::Path(_), Key::Time(_)) => Ordering::Less,
            (Key::Time(_), Key::Path(_)) => Ordering::Greater,
        }
    }
}
