//! `--files0-from`: reads NUL-terminated file names one at a time, so that memory does not grow with
//! their number.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read};

use super::path;
use crate::os::posix::OsStringExt;

/// The length in bytes of the longest name in a list of names.
const MAX_NAME: u64 = 1 << 20;

/// Names, or errors in their place.
pub type NameList<'a> = Box<dyn Iterator<Item = Result<OsString, (OsString, io::Error)>> + Send + 'a>;

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
