//! What is asked of a file when it is opened.

use std::fs::File;
use std::io;

use rustix::fs::{FileType, SeekFrom, Stat, fstat, seek};

use super::Kind;
use super::seen::modified;

/// A file as it was found.
pub(super) struct Facts {
    pub(super) kind: Kind,
    pub(super) base: u64,
    pub(super) size: u64,
    pub(super) modified: Option<(i64, u64)>,
}

impl Facts {
    pub(super) fn of(file: &File, stdin: bool) -> io::Result<Facts> {
        let stat = fstat(file)?;
        let kind = kind_of(file, &stat)?;
        let base = match kind {
            Kind::Regular | Kind::BlockDevice if stdin => seek(file, SeekFrom::Current(0))?,
            _ => 0,
        };
        let mut size = stat.st_size as u64;
        if kind == Kind::BlockDevice {
            size = seek(file, SeekFrom::End(0))?;
            seek(file, SeekFrom::Start(base))?;
        }
        Ok(Facts { kind, base, size, modified: Some(modified(&stat)) })
    }

    /// Of a file that a walk took for a regular one. Its size may say all that matters: it is not empty, and comes in by one
    /// short read. Seeking to the end tells it in half the time of `fstat(2)`.
    pub(super) fn of_found(file: &File) -> io::Result<Facts> {
        const SHORT: u64 = 64 << 10;
        let size = seek(file, SeekFrom::End(0)).unwrap_or(0);
        if 0 < size && size <= SHORT {
            return Ok(Facts { kind: Kind::Regular, base: 0, size, modified: None });
        }
        let facts = Facts::of(file, false)?;
        if facts.kind != Kind::Regular {
            // What is read on and on is read from its beginning.
            let _ = seek(file, SeekFrom::Start(0));
        }
        Ok(facts)
    }
}

fn kind_of(file: &File, stat: &Stat) -> io::Result<Kind> {
    Ok(match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile if stat.st_size == 0 => Kind::Unsized,
        FileType::RegularFile => Kind::Regular,
        FileType::BlockDevice => Kind::BlockDevice,
        FileType::CharacterDevice if rustix::termios::isatty(file) => Kind::Terminal,
        FileType::CharacterDevice => Kind::CharDevice,
        FileType::Fifo => Kind::Pipe,
        FileType::Socket => Kind::Socket,
        FileType::Directory => return Err(io::Error::from_raw_os_error(libc::EISDIR)),
        _ => return Err(io::Error::from_raw_os_error(libc::EINVAL)),
    })
}
