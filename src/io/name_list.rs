//! `--files0-from`: reads NUL-terminated file names one at a time, so that memory does not grow with
//! their number.

use std::ffi::{OsStr, OsString};
use std::io;

use super::list_reader::ListReader;
use crate::os::posix::OsStringExt;

/// An iterator over names and the errors from reading them.
pub type NameList<'a> = Box<dyn Iterator<Item = Result<OsString, (OsString, io::Error)>> + Send + 'a>;

/// Returns the NUL-terminated names in a file, with wc's error messages.
pub fn names_from(list: &OsStr) -> NameList<'static> {
    let (list, is_stdin) = (list.to_owned(), list == "-");
    let mut names = match ListReader::open_names(&list) {
        Ok(names) => Some(names),
        Err(error) => return Box::new(std::iter::once(Err((list, error)))),
    };
    Box::new(std::iter::from_fn(move || {
        let problem = match names.as_mut()?.next_line() {
            Ok(None) => return None,
            Ok(Some((number, b""))) => io::Error::other(format!("{number}: invalid zero-length file name")),
            Ok(Some((_, b"-"))) if is_stdin => {
                io::Error::other("no file name of '-' allowed when reading names from standard input")
            }
            Ok(Some((_, name))) => return Some(Ok(OsString::from_vec(name.to_vec()))),
            Err(error) => {
                names = None;
                error
            }
        };
        Some(Err((list.clone(), problem)))
    }))
}
