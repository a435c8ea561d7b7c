//! The attributes of a file that are collected when it is opened.

use std::fs::File;
use std::io;

use super::{Kind, SINGLE_READ};
use crate::os::posix::{AsFd, Errno, FileExt, FileType, SeekFrom, is_a_terminal, seek};
use crate::os::{FileSystem, Status, extents};

/// The state of a file at open.
pub(super) struct Probe {
    pub(super) kind: Kind,
    pub(super) file_system: FileSystem,
    /// The file position where reading begins: not 0 for redirected standard input.
    pub(super) base: u64,
    /// The stated size in bytes. For [`Kind::Unsized`], a value other than 0 is wrong.
    pub(super) size: u64,
    pub(super) status: Status,
}

impl Probe {
    /// Queries the state of `file`. `whole` says that it will be read from its first byte to its
    /// last.
    pub(super) fn of(file: &File, stdin: bool, whole: bool) -> io::Result<Probe> {
        let status = Status::of(file)?;
        let mut kind = kind_of(file, &status)?;
        let base = match kind {
            Kind::Regular | Kind::BlockDevice if stdin => match seek(file, SeekFrom::Current(0)) {
                // A file on FUSE whose driver permits only reading from front to back.
                Err(Errno::SPIPE) => 0,
                position => position?,
            },
            _ => 0,
        };
        let size = match kind {
            Kind::BlockDevice => extents::device_size(file.as_fd())?,
            _ => status.size,
        };
        let mut file_system = FileSystem::Local;
        if matches!(kind, Kind::Regular | Kind::Unsized) {
            file_system = FileSystem::of(file.as_fd(), status.device);
        }
        if kind == Kind::Regular {
            let is_trusted = whole && file_system == FileSystem::Network;
            if file_system.needs_reading() && !ends_at(file, size, is_trusted) {
                kind = Kind::Unsized;
            }
        }
        Ok(Probe { kind, file_system, base, size, status })
    }
}

/// Returns whether the file ends at its stated size. Any error there means that it may not: the file
/// may continue after a bad sector, or not be readable by offset. With `is_trusted`, a file of up to
/// [`SINGLE_READ`] bytes is not checked for an earlier end, which would cost a network round trip for
/// each small file.
fn ends_at(file: &File, size: u64, is_trusted: bool) -> bool {
    let is_end = |at| loop {
        match file.read_at(&mut [0], at) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            got => break matches!(got, Ok(0)),
        }
    };
    let ends_before = (size > SINGLE_READ || !is_trusted) && is_end(size - 1);
    !ends_before && is_end(size)
}

fn kind_of(file: &File, stat: &Status) -> io::Result<Kind> {
    Ok(match stat.kind {
        FileType::RegularFile if stat.size == 0 => Kind::Unsized,
        FileType::RegularFile => Kind::Regular,
        FileType::BlockDevice => Kind::BlockDevice,
        FileType::CharacterDevice if is_a_terminal(file) => Kind::Terminal,
        FileType::CharacterDevice => Kind::CharDevice,
        FileType::Fifo => Kind::Pipe,
        FileType::Socket => Kind::Socket,
        FileType::Directory => return Err(Errno::ISDIR.into()),
        _ => return Err(Errno::INVAL.into()),
    })
}
