//! Lists the files to digest, either named or found below a directory.
//!
//! Names are produced one at a time, so that memory does not grow with their number. The output
//! file has no digest yet, so it is skipped.

use std::ffi::{OsStr, OsString};
use std::io;

use crate::io::name_list::NameList;
use crate::io::walk::{Walk, WalkOrder, WalkedFile};
use crate::io::{FileRef, path};
use crate::os::Status;
use crate::os::posix::FileType;

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
            Ok(name) if recursive && path::is_directory(&name) => {
                Box::new(Walk::new(name, WalkOrder::Paths, false, |_, _, _| true))
            }
            Ok(name) => Box::new(std::iter::once(Ok(FileRef::from(name)))),
            Err(problem) => Box::new(std::iter::once(Err(problem))),
        }
    }))
}

/// Returns whether a name refers to this process's standard input.
pub fn names_stdin(name: &OsStr) -> bool {
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|stdin| name == *stdin)
}

/// Detects repeated names of standard input. Several threads read the files of a run at once, which
/// would divide one stream between two of its names.
#[derive(Debug, Default)]
pub struct StdinReader {
    is_taken: bool,
}

impl StdinReader {
    /// Returns whether `name` refers to a stream that an earlier name has taken.
    pub fn is_taken(&mut self, name: &OsStr) -> bool {
        // Under its other names, a regular file is opened again and read from its start.
        let is_stream = || Status::of(io::stdin()).is_ok_and(|status| status.kind != FileType::RegularFile);
        let is_stdin = name == "-" || names_stdin(name) && is_stream();
        is_stdin && std::mem::replace(&mut self.is_taken, true)
    }
}
