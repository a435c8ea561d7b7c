//! Lists the files to digest: named, or found below a directory.
//!
//! Names are produced one at a time, so that memory does not grow with their number. The file that
//! standard output is written to has no digest yet and is skipped.

use std::ffi::OsString;

use crate::io::name_list::NameList;
use crate::io::walk::{Walk, WalkOrder, WalkedFile};
use crate::io::{FileRef, path};

/// Files in the order in which their digests are printed.
pub type Files<'a> = Box<dyn Iterator<Item = WalkedFile> + Send + 'a>;

/// Returns the names given as operands.
pub fn named(files: &[OsString]) -> NameList<'_> {
    Box::new(files.iter().cloned().map(Ok))
}

/// Returns the named files. With `recursive`, a directory is replaced by the files below it, in
/// byte order of their paths, so that two runs produce the same manifest.
pub fn expanded(names: NameList<'_>, recursive: bool) -> Files<'_> {
    Box::new(names.flat_map(move |name| -> Files<'static> {
        match name {
            Ok(name) if recursive && name != "-" && path::is_directory(&name) => {
                Box::new(Walk::new(name, WalkOrder::Paths, false, |_, _, _| true))
            }
            Ok(name) => Box::new(std::iter::once(Ok(FileRef::from(name)))),
            Err(problem) => Box::new(std::iter::once(Err(problem))),
        }
    }))
}
