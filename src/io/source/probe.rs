//! What a file is asked when it is opened.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;

use super::Kind;
use crate::os::{Errno, FileSystem, FileType, Status, extents, is_terminal, position, status};

/// A file as it was when it was opened.
pub(super) struct Probe {
    pub(super) kind: Kind,
    pub(super) file_system: FileSystem,
    /// Where reading begins: the position of redirected standard input.
    pub(super) base: u64,
    /// The size. For [`Kind::Unsized`] it is not 0 when it was stated and is wrong.
    pub(super) size: u64,
    pub(super) status: Status,
}

impl Probe {
    pub(super) fn of(file: &File, stdin: bool) -> io::Result<Probe> {
        let status = status(file)?;
        let mut kind = kind_of(file, &status)?;
        let base = match kind {
            Kind::Regular | Kind::BlockDevice if stdin => position(file)?,
            _ => 0,
        };
        let mut size = match kind {
            Kind::BlockDevice => extents::device_size(file.as_fd())?,
            _ => status.size,
        };
        let mut file_system = FileSystem::Local;
        if kind == Kind::Regular {
            file_system = FileSystem::of(file.as_fd(), status.device);
            if file_system == FileSystem::Kernel {
                (kind, size) = (Kind::Unsized, 0);
            } else if file_system.is_weak() && !ends_at(file, size) {
                kind = Kind::Unsized;
            }
        }
        Ok(Probe { kind, file_system, base, size, status })
    }
}

/// Whether a file that is not empty ends where it says. A read that fails says nothing about the size.
fn ends_at(file: &File, size: u64) -> bool {
    let byte_at = |at| file.read_at(&mut [0], at);
    !matches!(byte_at(size), Ok(1)) && !matches!(byte_at(size - 1), Ok(0))
}

fn kind_of(file: &File, status: &Status) -> io::Result<Kind> {
    Ok(match status.file_type {
        FileType::RegularFile if status.size == 0 => Kind::Unsized,
        FileType::RegularFile => Kind::Regular,
        FileType::BlockDevice => Kind::BlockDevice,
        FileType::CharacterDevice if is_terminal(file) => Kind::Terminal,
        FileType::CharacterDevice => Kind::CharDevice,
        FileType::Fifo => Kind::Pipe,
        FileType::Socket => Kind::Socket,
        FileType::Directory => return Err(Errno::ISDIR.into()),
        _ => return Err(Errno::INVAL.into()),
    })
}
