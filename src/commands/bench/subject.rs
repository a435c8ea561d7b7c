//! The files to read: those given as operands, or a temporary file. The temporary file never has a
//! name, so it disappears however the program ends.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::os::extents::{Sparseness, sparseness};
use crate::os::posix::{AsFd, BorrowedFd, FileExt, FileType, path_of};
use crate::os::{Status, Volume, nameless_file};

use crate::io::{IoMode, Kind, Range, Source};
use crate::output::escape_name;

/// A file to read.
#[derive(Debug)]
pub struct Subject {
    /// The path by which each pass opens the file.
    path: PathBuf,
    /// The name to show.
    shown: String,
    len: u64,
    temporary: bool,
    /// The status of the file when it was opened.
    status: Status,
    /// The file, kept open to query the page cache and to keep a temporary file alive.
    file: File,
}

impl Subject {
    /// Opens an existing file.
    ///
    /// # Errors
    /// Returns the error from `open(2)`, or the reason why the file cannot be measured.
    pub fn named(name: &OsString) -> io::Result<Subject> {
        if name != "-" && crate::io::path::is_fifo(name) {
            // Opening it would wait for a writer.
            return Err(unrepeatable(Kind::Pipe));
        }
        let source = Source::open(name, IoMode::Read, Range::default())?;
        match source.kind() {
            Kind::Regular | Kind::BlockDevice if !source.is_stdin() => {}
            Kind::Regular | Kind::BlockDevice => {
                return Err(io::Error::other("name the file instead, because each pass opens it again"));
            }
            Kind::Unsized => {
                return Err(io::Error::other("empty, or of unknown size: nothing to measure"));
            }
            kind => return Err(unrepeatable(kind)),
        }
        let len = source.end().unwrap_or(0);
        if len == 0 {
            return Err(io::Error::other("empty: nothing to measure"));
        }
        let file = source.file().try_clone()?;
        Ok(Subject {
            path: PathBuf::from(name),
            shown: escape_name(name).into_owned(),
            len,
            temporary: false,
            status: Status::of(&file)?,
            file,
        })
    }

    /// Creates a file of `len` bytes of log lines in `directory` and writes it to disk.
    ///
    /// # Errors
    /// Returns an error if the file cannot be created or written.
    pub fn temporary(len: u64, directory: &Path) -> io::Result<Subject> {
        let mut file = nameless(directory)?;
        let mut lines = LogLines::default();
        let mut left = len;
        let mut text = Vec::with_capacity(1 << 20);
        while left > 0 {
            text.clear();
            lines.fill(&mut text, left.min(1 << 20) as usize);
            file.write_all(&text)?;
            left -= text.len() as u64;
        }
        file.sync_all()?;
        // Each pass opens it again, as any reader does.
        let path = path_of(&file);
        let status = Status::of(&file)?;
        let shown = format!("temporary file in {}", escape_name(directory.as_os_str()));
        Ok(Subject { path, shown, len, temporary: true, status, file })
    }

    /// Returns the path with which to open the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the name to show, escaped for a terminal.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Returns the length in bytes of the file when it was opened.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Returns whether the file was created for this run.
    pub fn is_temporary(&self) -> bool {
        self.temporary
    }

    /// Returns the open descriptor.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Returns the first bytes of the file, at most 64 KiB.
    pub fn beginning(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.len.min(64 << 10) as usize];
        let count = self.file.read_at(&mut bytes, 0).unwrap_or(0);
        bytes.truncate(count);
        bytes
    }

    /// Returns whether the file was written or replaced since it was opened.
    pub fn has_changed(&self) -> bool {
        let facts = |status: Status| (status.identity(), status.size, status.modified);
        crate::io::path::status(self.path.as_os_str()).is_ok_and(|now| facts(now) != facts(self.status))
    }

    /// Returns whether the file was truncated since it was opened.
    pub fn is_shorter(&self) -> bool {
        let is_regular = self.status.kind == FileType::RegularFile;
        is_regular && Status::of(&self.file).is_ok_and(|now| now.size < self.len)
    }

    /// Returns the extent of the file's holes, which are read without the disk, if it has any.
    pub fn holes(&self) -> Option<Sparseness> {
        // This is enough for the holes of a file that was downloaded in pieces.
        const MAX_RANGES: usize = 10_000;
        let is_regular = self.status.kind == FileType::RegularFile;
        let found = is_regular.then(|| sparseness(self.fd(), self.len, MAX_RANGES))?;
        (found.hole_bytes > 0).then_some(found)
    }

    /// Returns the name of the file's file system, if it is a common one (`statfs(2)`). A block
    /// device has none, although its node is on one.
    pub fn filesystem(&self) -> Option<&'static str> {
        if self.status.kind == FileType::BlockDevice {
            return None;
        }
        let magic = Volume::of(&self.file).ok()?.magic?;
        Some(match magic {
            0xEF53 => "ext4",
            0x5846_5342 => "xfs",
            0x9123_683E => "btrfs",
            0x0102_1994 => "tmpfs",
            0x8584_58F6 => "ramfs",
            0x794C_7630 => "overlayfs",
            0x6969 => "nfs",
            0x2FC1_2FC1 => "zfs",
            0x6573_5546 => "fuse",
            0xF2F5_2010 => "f2fs",
            0x0102_1997 => "9p",
            0xFF53_4D42 | 0xFE53_4D42 => "cifs",
            0x7371_7368 => "squashfs",
            _ => return None,
        })
    }
}

/// Returns the error for an input that can be read only once.
fn unrepeatable(kind: Kind) -> io::Error {
    io::Error::other(format!("{}: only a file can be read repeatedly", kind.word()))
}

/// Creates a file without a name, by `O_TMPFILE` or by removing its name at once.
fn nameless(directory: &Path) -> io::Result<File> {
    if let Ok(file) = nameless_file(directory) {
        return Ok(file);
    }
    let path = directory.join(format!("mapped-bench-{}", std::process::id()));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// The lines of a generated log, the same in every run. All differ, and their lengths vary as in
/// real logs.
#[derive(Default)]
struct LogLines {
    number: u64,
    rest: Vec<u8>,
}

impl LogLines {
    /// Appends exactly `count` bytes. A line that does not fit continues in the next call.
    fn fill(&mut self, text: &mut Vec<u8>, count: usize) {
        let goal = text.len() + count;
        while text.len() < goal {
            if self.rest.is_empty() {
                let number = self.number;
                self.number += 1;
                let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
                let level = ["INFO", "INFO", "INFO", "DEBUG", "WARN", "INFO", "DEBUG", "ERROR"][(mixed % 8) as usize];
                let (hour, minute, second) = (number / 360_000 % 24, number / 6000 % 60, number / 100 % 60);
                let _ = writeln!(
                    self.rest,
                    "2026-01-01T{hour:02}:{minute:02}:{second:02}.{:02}0 {level} worker-{} request {mixed:x} took {} us{}",
                    number % 100,
                    mixed % 16,
                    mixed % 99_991,
                    &", retried after a timeout of the upstream"[..(mixed % 41) as usize],
                );
            }
            let take = self.rest.len().min(goal - text.len());
            text.extend(self.rest.drain(..take));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt;

    #[test]
    fn a_temporary_file_has_its_size_and_no_name() {
        let directory = tempfile::tempdir().unwrap();
        for len in [1, 4096, (1 << 20) + 5] {
            let subject = Subject::temporary(len, directory.path()).unwrap();
            assert_eq!(std::fs::metadata(subject.path()).unwrap().len(), len);
            assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
            let mut byte = [0];
            subject.file.read_exact_at(&mut byte, 0).unwrap();
            assert_eq!(&byte, b"2");
        }
    }

    #[test]
    fn a_file_that_was_written_or_replaced_has_changed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        std::fs::write(&path, "12345").unwrap();
        let subject = Subject::named(&path.clone().into()).unwrap();
        assert!(!subject.has_changed() && subject.holes().is_none());
        std::fs::write(directory.path().join("g"), "54321").unwrap();
        std::fs::rename(directory.path().join("g"), &path).unwrap();
        assert!(subject.has_changed());
        File::create(&path).unwrap().set_len(1 << 20).unwrap();
        assert_eq!(Subject::named(&path.into()).unwrap().holes().unwrap().hole_bytes, 1 << 20);
    }

    #[test]
    fn unmeasurable_files_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let empty = directory.path().join("empty");
        std::fs::write(&empty, "").unwrap();
        assert!(Subject::named(&empty.into()).unwrap_err().to_string().contains("nothing to measure"));
        assert!(Subject::named(&"/dev/null".into()).unwrap_err().to_string().contains("character device"));
        // Regression: opening a FIFO waited for a writer, without a message.
        let pipe = directory.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
        assert!(Subject::named(&pipe.into()).unwrap_err().to_string().contains("pipe: only a file"));
        assert!(Subject::named(&directory.path().join("none").into()).is_err());
        assert!(Subject::named(&directory.path().into()).is_err());
    }
}
