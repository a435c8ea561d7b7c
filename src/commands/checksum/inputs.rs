//! Lists the files to digest: named, found below a directory, or read from a list of names.
//!
//! Names are produced one at a time, so that memory does not grow with their number. The file that
//! standard output is written to has no digest yet and is skipped.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read};

use crate::io::walk::{Found, Walk, WalkOrder};
use crate::io::{FileRef, path};
use crate::os::posix::OsStringExt;

/// The length in bytes of the longest name in a list of names.
const MAX_NAME: u64 = 1 << 20;

/// Files in the order in which their digests are printed.
pub type Files<'a> = Box<dyn Iterator<Item = Found> + Send + 'a>;

/// Names, or errors in their place.
pub type NameList<'a> = Box<dyn Iterator<Item = Result<OsString, (OsString, io::Error)>> + Send + 'a>;

/// Returns the names given as operands.
pub fn named(files: &[OsString]) -> NameList<'_> {
    Box::new(files.iter().cloned().map(Ok))
}

/// Returns the NUL-terminated names in a file, with wc's error messages.
pub fn names_from(list: &OsStr) -> NameList<'static> {
    let fail = |error| -> NameList<'static> { Box::new(std::iter::once(Err((list.to_owned(), error)))) };
    let is_stdin = list == "-";
    let input: Box<dyn Read + Send> = match is_stdin {
        true => Box::new(io::stdin()),
        false => match path::open(list) {
            Ok(file) => Box::new(file),
            Err(error) => return fail(error),
        },
    };
    let (mut input, list) = (BufReader::new(input), list.to_owned());
    let (mut number, mut ended) = (0u64, false);
    Box::new(std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let mut name = Vec::new();
        let read = input.by_ref().take(MAX_NAME).read_until(0, &mut name);
        number += 1;
        let problem = match read {
            Err(error) => {
                ended = true;
                return Some(Err((list.clone(), error)));
            }
            Ok(0) => return None,
            Ok(_) if name.len() as u64 == MAX_NAME && name.last() != Some(&0) => {
                ended = true;
                format!("file name number {number} is longer than 1 MiB")
            }
            Ok(_) => {
                name.pop_if(|byte| *byte == 0);
                match &name[..] {
                    b"" => format!("{number}: invalid zero-length file name"),
                    b"-" if is_stdin => "no file name of '-' allowed when reading names from standard input".into(),
                    _ => return Some(Ok(OsString::from_vec(name))),
                }
            }
        };
        Some(Err((list.clone(), io::Error::other(problem))))
    }))
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
